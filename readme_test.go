package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"crier/internal/config"
	"crier/internal/servicetest"
)

// The README's table of variables is the configuration, neither more nor less.
func TestReadmeNamesEveryVariable(t *testing.T) {
	t.Parallel()
	variables := variables(t)
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`CRIER_.*?) \\|").FindAllSubmatch(text, -1) {
		for _, name := range regexp.MustCompile("CRIER_[A-Z_]+").FindAll(row[1], -1) {
			named = append(named, string(name))
		}
	}
	slices.Sort(variables)
	slices.Sort(named)
	if len(variables) < 15 || !slices.Equal(variables, named) {
		t.Errorf("the program has %v\nthe README has %v", variables, named)
	}
}

// variables are those that configure the program.
func variables(t *testing.T) (names []string) {
	t.Helper()
	parser, err := kong.New(&config.Config{}, kong.DefaultEnvars("CRIER"))
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range parser.Model.Flags {
		if flag.Name != "help" {
			names = append(names, flag.Envs...)
		}
	}
	return names
}

// blocks returns the shell commands below a heading of a guide, in order.
func blocks(t *testing.T, file, heading string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", file, heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var list []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1) {
		list = append(list, m[1])
	}
	return list
}

// freePort is a port of this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// shell runs commands of the README in bash, in a process group of their own that ends with the test.
func shell(t *testing.T, folder, commands string, out io.Writer) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("bash", "-euc", commands)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = folder, place(nil).environ(), out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // it may have ended
	})
	return cmd
}

// await waits until the output holds what pattern finds, and returns its first group.
func await(t *testing.T, out *lockedBuffer, pattern string) string {
	t.Helper()
	expression, tick := regexp.MustCompile(pattern), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		if m := expression.FindStringSubmatch(out.String()); m != nil {
			return m[len(m)-1]
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not appear in:\n%s", pattern, out)
		}
	}
}

// The walk of the README, with its own commands: a server, a receiver and curl. Only the ports differ, and the program is built already.
func TestTheReadmesFirstWebhook(t *testing.T) {
	t.Parallel()
	servicetest.Program(t, "curl")
	steps, folder, binary := blocks(t, "README.md", "A webhook of your own, with curl"), t.TempDir(), servicetest.Crier(t)
	if len(steps) != 4 {
		t.Fatalf("the walk has %d steps, want server, receiver, registration, change", len(steps))
	}
	serverPort, receiverPort := freePort(t), freePort(t)
	ports := strings.NewReplacer("8080", serverPort, "9000", receiverPort, "go run .", binary, "listen ", "listen --port "+receiverPort+" ")
	key := regexp.MustCompile(`export KEY=\S+\n`).FindString(steps[0])
	server := "export CRIER_LISTEN=127.0.0.1:" + serverPort + "\n" + ports.Replace(steps[0])
	var serverOut, receiverOut, answer lockedBuffer
	running, receiving := shell(t, folder, server, &serverOut), shell(t, folder, ports.Replace(steps[1]), &receiverOut)
	await(t, &serverOut, "crier ready")
	waitForPort(t, receiverPort)
	if err := shell(t, folder, key+ports.Replace(steps[2]), &answer).Wait(); err != nil {
		t.Fatalf("register: %v\n%s", err, &answer)
	}
	secret := await(t, &answer, `"secret":"(whsec_[^"]+)"`)
	var changed lockedBuffer
	if err := shell(t, folder, key+ports.Replace(steps[3]), &changed).Wait(); err != nil || !strings.Contains(changed.String(), `"status":200`) {
		t.Fatalf("change: %v\n%s", err, &changed)
	}
	var body bytes.Buffer
	if err := json.Compact(&body, []byte(await(t, &receiverOut, `(?s)\n    (\{\n.*?\n    \})\n`))); err != nil {
		t.Fatal(err)
	}
	a := arrival{header: http.Header{}, body: body.Bytes()}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		a.header.Set(name, await(t, &receiverOut, `(?mi)^ *`+name+`: (\S.*)$`))
	}
	a.verify(t, secret)
	if !strings.Contains(string(a.body), "Hear ye") {
		t.Errorf("the body does not show the change: %s", a.body)
	}
	for _, cmd := range []*exec.Cmd{running, receiving} {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // killed
	}
}

// waitForPort waits until somebody listens.
func waitForPort(t *testing.T, port string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}
