package servicetest_test

import (
	"bufio"
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"crier/internal/servicetest"
)

func TestRedisServersArePrivate(t *testing.T) {
	t.Parallel()
	one, two := servicetest.StartRedis(t), servicetest.StartRedis(t)
	if one.URL == two.URL {
		t.Fatalf("both at %s", one.URL)
	}
	if got := one.CLI("SET", "k", "v"); got != "OK" {
		t.Fatalf("SET: %s", got)
	}
	if got := two.CLI("EXISTS", "k"); got != "0" {
		t.Errorf("EXISTS at the other server: %s", got)
	}
}

func TestRedisStopLosesAllData(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	url := server.URL
	server.CLI("SET", "k", "v")
	server.Stop()
	server.Stop() // once more does nothing
	if conn, err := net.Dial("tcp", server.Addr); err == nil {
		_ = conn.Close()
		t.Error("a stopped server accepts connections")
	}
	server.Start()
	if server.URL != url {
		t.Errorf("URL %s after the start, %s before", server.URL, url)
	}
	if got := server.CLI("EXISTS", "k"); got != "0" {
		t.Errorf("EXISTS after the start: %s", got)
	}
}

func TestRedisPauseAnswersNothing(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	conn, err := net.Dial("tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	server.Pause()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a paused server answered %q, %v", line, err)
	}
	server.Resume()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if line, err := answers.ReadString('\n'); line != "+PONG\r\n" {
		t.Errorf("after the pause: %q, %v", line, err)
	}
}

func TestRedisTakesArguments(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t, "--maxmemory", "12345678")
	if got := server.CLI("CONFIG", "GET", "maxmemory"); !strings.HasSuffix(got, "12345678") {
		t.Errorf("maxmemory: %s", got)
	}
}

func TestRedisKeepsWhatItHasOnDisk(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t, "--appendonly", "yes")
	server.CLI("SET", "k", "v")
	server.Stop()
	server.Start()
	if got := server.CLI("GET", "k"); got != "v" {
		t.Errorf("GET after the start: %s", got)
	}
}

func TestRedisRefusesToWriteOnAFullDisk(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t, "--appendonly", "yes")
	// until writes until an answer begins with want
	until := func(want string) {
		t.Helper()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		got := ""
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-tick.C {
			if got = server.CLI("SET", "k", "v"); strings.HasPrefix(got, want) {
				return
			}
		}
		t.Fatalf("SET: %s, want %s", got, want)
	}
	server.FillDisk()
	until("MISCONF")
	server.FreeDisk()
	until("OK")
}

func TestRedisClusterIsEmptyForEachTest(t *testing.T) {
	t.Parallel()
	for range 2 {
		t.Run("one after the other", func(t *testing.T) {
			t.Parallel()
			addrs := strings.Split(strings.TrimPrefix(servicetest.RedisCluster(t), "redis://"), ",")
			if len(addrs) != 3 || addrs[0] == addrs[1] || addrs[1] == addrs[2] {
				t.Fatalf("addresses %v", addrs)
			}
			for _, c := range []struct{ command, want string }{{"DBSIZE", "0"}, {"MGET a b", "CROSSSLOT"}, {"-c SET a 1", "OK"}} {
				for _, addr := range addrs {
					_, port, err := net.SplitHostPort(addr)
					if err != nil {
						t.Fatal(err)
					}
					args := append([]string{"-p", port}, strings.Fields(c.command)...)
					output, err := exec.Command(servicetest.Program(t, "redis-cli"), args...).CombinedOutput()
					if err != nil || !strings.Contains(string(output), c.want) {
						t.Errorf("%s: %s, %v; want %s", c.command, output, err, c.want)
					}
				}
			}
		})
	}
}

func TestRedisClusterNodesShareTheSlots(t *testing.T) {
	t.Parallel()
	cluster := servicetest.StartRedisCluster(t)
	for _, key := range []string{"a", "b", "c"} { // of one node each
		if got := cluster.CLI("SET", key, "1"); !strings.Contains(got, "OK") {
			t.Errorf("SET %s: %s", key, got)
		}
	}
	for _, n := range cluster.Nodes {
		if got := n.CLI("DBSIZE"); got != "1" {
			t.Errorf("%s has %s keys", n.Addr, got)
		}
	}
	cluster.Nodes[0].Stop()
	cluster.Nodes[0].Start()
	cluster.Await()
	if got := cluster.Nodes[0].CLI("DBSIZE"); got != "0" {
		t.Errorf("the node that was started again has %s keys", got)
	}
	cluster.FlushAll()
	for _, n := range cluster.Nodes {
		if got := n.CLI("DBSIZE"); got != "0" {
			t.Errorf("%s has %s keys after FlushAll", n.Addr, got)
		}
	}
}

// hangVariable makes TestHang, run as a process of its own, wait to be killed.
const hangVariable = "SERVICETEST_HANG"

func TestHang(t *testing.T) {
	if os.Getenv(hangVariable) == "" {
		return
	}
	server := servicetest.StartRedis(t)
	_, _ = os.Stdout.WriteString("server " + server.Addr + "\n")
	_, _ = os.Stdin.Read(make([]byte, 1)) // the other end stays open until this process is killed
}

func TestServersEndWithAKilledTestBinary(t *testing.T) {
	t.Parallel()
	servicetest.Program(t, "redis-server")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHang$")
	cmd.Env = append(os.Environ(), hangVariable+"=1")
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var addr string
	for lines := bufio.NewScanner(output); addr == "" && lines.Scan(); {
		addr, _ = strings.CutPrefix(lines.Text(), "server ")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	refused := time.NewTicker(10 * time.Millisecond)
	defer refused.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-refused.C {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		_ = conn.Close()
	}
	t.Errorf("the server at %s outlived the test binary", addr)
}
