package servicetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// OperatorKey is the operator's key of every server that [Serve] starts.
const OperatorKey = "operator-key-for-tests-0123456789abcdef"

// program is Crier itself, built once for this test binary.
var program builtProgram

// builtProgram is a program that is built at its first use.
type builtProgram struct {
	once   sync.Once
	err    error // why it was not built
	folder string
}

// builtVariable names the environment variable with the path of the program, where
// somebody has built it for several test binaries.
const builtVariable = "CRIER_TEST_PROGRAM"

// Crier returns the path of the program, which is built at the first call, with
// the race detector where the tests have it, unless CRIER_TEST_PROGRAM names it.
// TestMain must call [Run], which removes it.
func Crier(t testing.TB) string {
	t.Helper()
	if built := os.Getenv(builtVariable); built != "" {
		return built
	}
	requireRun(t)
	program.once.Do(func() { program.err = program.build() })
	if program.err != nil {
		t.Fatal(program.err)
	}
	return program.path()
}

func (p *builtProgram) path() string { return filepath.Join(p.folder, "crier") }

func (p *builtProgram) build() (err error) {
	if p.folder, err = os.MkdirTemp("", "crier-program-"); err != nil {
		return fmt.Errorf("folder for the program: %w", err)
	}
	args := []string{"build", "-o", p.path()}
	if raceDetector() {
		args = append(args, "-race")
	}
	if output, err := exec.Command("go", append(args, "crier")...).CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, output)
	}
	return nil
}

// raceDetector reports whether this test binary was built with it.
func raceDetector() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// remove does nothing where the program was never built.
func (p *builtProgram) remove() error {
	if p.folder == "" {
		return nil
	}
	return os.RemoveAll(p.folder)
}

// Server is a running `crier serve`. Its methods fail the test when they cannot
// do their work, so they belong to the goroutine of the test.
type Server struct {
	// URL is where the API is reached.
	URL string
	// Pid is the number of the process.
	Pid int

	t       testing.TB
	running *process
	told    bool // it was told to end
}

// Serve starts a server with the given environment, NAME=value, on a free port,
// and waits until it is ready. Variables of Crier that this process has are not
// handed on. A race ends the server. The end of the test kills it.
func Serve(t testing.TB, environment ...string) *Server {
	t.Helper()
	cmd := exec.Command(Crier(t), "serve")
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CRIER_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "GORACE=halt_on_error=1", "CRIER_LISTEN=127.0.0.1:0", "CRIER_OPERATOR_KEY="+OperatorKey,
		"CRIER_ENDPOINT_ALLOW=127.0.0.0/8", "CRIER_ENDPOINT_ALLOW_HTTP=true"), environment...)
	cmd.SysProcAttr = endsWithParent(syscall.SIGKILL)
	running, err := startProcess(cmd, "crier ready ")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Pid: cmd.Process.Pid, t: t, running: running}
	t.Cleanup(s.Kill)
	for _, pair := range strings.Fields(running.ready) {
		if value, ok := strings.CutPrefix(pair, "url="); ok {
			s.URL = value
		}
	}
	return s
}

// Kill ends the process at once, as a crash would, and waits until it is gone.
func (s *Server) Kill() {
	s.t.Helper()
	s.alive()
	if err := s.running.stop(os.Kill); err != nil {
		s.t.Error(err)
	}
}

// alive fails the test where the process ended without being told to, and notes
// that it is told now.
func (s *Server) alive() {
	s.t.Helper()
	select {
	case <-s.running.done:
		if !s.told {
			s.t.Errorf("the server ended by itself:\n%s", s.running.output())
		}
	default:
	}
	s.told = true
}

// Stop asks the process to end and waits until it has, within a minute, with exit
// code 0.
func (s *Server) Stop() {
	s.t.Helper()
	s.alive()
	s.signal(syscall.SIGTERM)
	select {
	case <-s.running.done:
	case <-time.After(time.Minute):
		s.t.Fatalf("the server does not stop:\n%s", s.running.output())
	}
	if code := s.running.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("exit code %d after SIGTERM:\n%s", code, s.running.output())
	}
}

// Pause halts the process: connections stay open and nothing is answered.
func (s *Server) Pause() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
}

// Resume ends a Pause.
func (s *Server) Resume() {
	s.t.Helper()
	s.signal(syscall.SIGCONT)
}

func (s *Server) signal(signal os.Signal) {
	s.t.Helper()
	if err := s.running.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(fmt.Errorf("%v to crier: %w", signal, err))
	}
}

// Output returns the last lines that the process wrote.
func (s *Server) Output() string { return s.running.output() }
