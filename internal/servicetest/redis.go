package servicetest

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// RedisServer is a private Redis server. Unless it was started with persistence,
// what it held is gone after Stop. Its methods fail the test when they cannot do
// their work, so they belong to the goroutine of the test.
type RedisServer struct {
	// URL is the address for clients, redis://127.0.0.1:PORT. It stays the same
	// over Stop and Start.
	URL string
	// Addr is the same address as host:port.
	Addr string

	t       testing.TB
	launch  func(port int) (*process, error)
	port    int
	running *process
}

// Redis starts a private Redis server for this test and returns its URL.
func Redis(t testing.TB) string {
	t.Helper()
	return StartRedis(t).URL
}

// StartRedis starts a private Redis server which the test can stop, start and
// pause. The arguments are added to the server's own, which keep nothing on disk,
// and stand above them, for example "--appendonly", "yes".
func StartRedis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	s := &RedisServer{t: t, launch: redisLauncher(Program(t, "redis-server"), t.TempDir(), args...)}
	running, port, err := onFreePort(s.launch)
	if err != nil {
		t.Fatal(err)
	}
	s.running, s.port = running, port
	s.Addr = "127.0.0.1:" + strconv.Itoa(port)
	s.URL = "redis://" + s.Addr
	t.Cleanup(s.Stop)
	return s
}

// redisLauncher returns what starts a server that keeps nothing on disk, unless
// args say so. A signal that its files may not grow is ignored, as a full disk
// sends none: see FillDisk.
func redisLauncher(program, folder string, args ...string) func(port int) (*process, error) {
	args = append([]string{"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder}, args...)
	return func(port int) (*process, error) {
		cmd := exec.Command("sh", append([]string{"-c", `trap "" XFSZ; exec "$0" "$@"`, program, "--port", strconv.Itoa(port)}, args...)...)
		cmd.SysProcAttr = endsWithParent(syscall.SIGKILL)
		return startProcess(cmd, "Ready to accept connections")
	}
}

// Stop kills the server, as a crash would; what it did not keep on disk is lost.
// A stopped server stays stopped.
func (s *RedisServer) Stop() {
	s.t.Helper()
	if err := s.running.stop(os.Kill); err != nil {
		s.t.Fatal(err)
	}
}

// Start starts a stopped server again on the same port, with what it kept on disk.
func (s *RedisServer) Start() {
	s.t.Helper()
	running, err := s.launch(s.port)
	if err != nil {
		s.t.Fatal(err)
	}
	s.running = running
}

// Pause halts the server: connections stay open and nothing is answered.
func (s *RedisServer) Pause() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
}

// Resume ends a Pause.
func (s *RedisServer) Resume() {
	s.t.Helper()
	s.signal(syscall.SIGCONT)
}

// FillDisk lets the server's files grow no more, which it takes for a full disk:
// with "--appendonly", "yes" it refuses to write within a second.
func (s *RedisServer) FillDisk() {
	s.t.Helper()
	s.limitFiles("1")
}

// FreeDisk ends a FillDisk.
func (s *RedisServer) FreeDisk() {
	s.t.Helper()
	s.limitFiles("unlimited")
}

// limitFiles sets how many bytes a file may have that the server writes to.
func (s *RedisServer) limitFiles(bytes string) {
	s.t.Helper()
	pid := strconv.Itoa(s.running.cmd.Process.Pid)
	output, err := exec.Command(Program(s.t, "prlimit"), "--pid", pid, "--fsize="+bytes+":").CombinedOutput()
	if err != nil {
		s.t.Fatalf("limit the files of redis-server: %v\n%s", err, output)
	}
}

func (s *RedisServer) signal(signal os.Signal) {
	s.t.Helper()
	if err := s.running.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(fmt.Errorf("%v to redis-server: %w", signal, err))
	}
}

// CLI runs redis-cli against the server and returns what it printed, without the
// last line end: s.CLI("FLUSHALL"), s.CLI("XLEN", "crier:{changes}").
func (s *RedisServer) CLI(args ...string) string {
	s.t.Helper()
	output, err := redisCLI(Program(s.t, "redis-cli"), s.port, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return output
}

func redisCLI(program string, port int, args ...string) (string, error) {
	output, err := exec.Command(program, append([]string{"-p", strconv.Itoa(port)}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("redis-cli %s: %w\n%s", strings.Join(args, " "), err, output)
	}
	return strings.TrimRight(string(output), "\n"), nil
}
