package main_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"crier/delivery/sign"
	"crier/internal/servicetest"
)

// example is a receiver of examples/ that runs.
type example struct {
	url string
	// out is what it says of each delivery.
	out *lockedBuffer
}

// examples start the receivers, each with its secrets on a port.
var examples = map[string]func(t *testing.T, port, secrets string) *example{
	"go": func(t *testing.T, port, secrets string) *example {
		binary := filepath.Join(t.TempDir(), "receiver")
		if out, err := exec.Command("go", "build", "-o", binary, "./examples/go").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return runExample(t, port, secrets, binary)
	},
	"node": func(t *testing.T, port, secrets string) *example {
		return runExample(t, port, secrets, servicetest.Node(t), "examples/node/receiver.mjs")
	},
	"python": func(t *testing.T, port, secrets string) *example {
		return runExample(t, port, secrets, servicetest.Program(t, "python3"), "examples/python/receiver.py")
	},
	"bash": func(t *testing.T, port, secrets string) *example {
		servicetest.Program(t, "openssl")
		servicetest.Program(t, "jq")
		return serveExample(t, port, secrets, "examples/bash/receiver.sh")
	},
}

// runExample starts a receiver that listens by itself.
func runExample(t *testing.T, port, secrets string, command ...string) *example {
	t.Helper()
	e := &example{"http://127.0.0.1:" + port + "/", &lockedBuffer{}}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "PORT="+port, "WEBHOOK_SECRETS="+secrets)
	cmd.Stdout, cmd.Stderr = e.out, e.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it never ends by itself
		_ = cmd.Wait()         // killed
	})
	waitForPort(t, port)
	return e
}

// serveExample starts a receiver for each connection, as systemd and inetd do.
func serveExample(t *testing.T, port, secrets, command string) *example {
	t.Helper()
	e, state := &example{"http://127.0.0.1:" + port + "/", &lockedBuffer{}}, t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		running.Wait()
	})
	running.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the test ends
			}
			running.Go(func() { e.handle(t, connection.(*net.TCPConn), command, state, secrets) })
		}
	})
	return e
}

// handle gives a connection to a receiver, and then shows what it has written by now.
func (e *example) handle(t *testing.T, connection *net.TCPConn, command, state, secrets string) {
	defer connection.Close()
	file, err := connection.File()
	if err != nil {
		t.Error(err)
		return
	}
	defer file.Close()
	cmd := exec.Command(command)
	cmd.Env = append(os.Environ(), "STATE="+state, "WEBHOOK_SECRETS="+secrets)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = file, file, e.out
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %v", command, err)
	}
	text, err := os.ReadFile(filepath.Join(state, "log"))
	if err != nil {
		t.Error(err)
	}
	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	e.out.b.Reset()
	e.out.b.Write(text)
}

// forged is a request that is made by hand.
type forged struct {
	id       string
	sequence int
	secrets  []sign.Secret
	at       time.Duration // from now
	change   func(r *http.Request)
}

// send sends a request to the receiver and returns the status of its answer.
func (e *example) send(t *testing.T, f forged) int {
	t.Helper()
	body := fmt.Sprintf(`{"id":%q,"event_name":"update","payload":{"data":{"node":{"id":"ENTITY","title":"Krug ä"}}}}`, f.id)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sign.SetHeaders(r.Header, f.secrets, f.id, time.Now().Add(f.at), []byte(body))
	r.Header.Set("Crier-Sequence", fmt.Sprint(f.sequence))
	r.Close = true
	if f.change != nil {
		f.change(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Errorf("%+v: %v\n%s", f, err, e.out)
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// The examples for receivers take what the worker sends, and refuse, drop and skip what they should.
func TestTheExamplesReceive(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	shop := s.open()
	for name, start := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := freePort(t)
			webhook, first := s.register("ADVERT", "http://127.0.0.1:"+port+"/", advertDocument, nil)
			data := s.ask(`mutation($id: ID!) { webhookSecretRotate(input: { webhookId: $id, overlapSeconds: 600 }) { secret } }`, object{"id": webhook})
			second := text(t, data, "webhookSecretRotate", "secret")
			e := start(t, port, first+" "+second)
			s.ask(`mutation($id: ID!) { webhookPing(input: { webhookId: $id }) { response { status } } }`, object{"id": webhook})
			await(t, e.out, `(?m)^ping$`)
			advert, _ := s.advertise(shop, "Jug for "+name)
			await(t, e.out, `(?m)^applied `+advert+` \d+$`)
			e.check(t, parseSecret(t, first), parseSecret(t, second))
		})
	}
}

func parseSecret(t *testing.T, text string) sign.Secret {
	t.Helper()
	secret, err := sign.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// check sends what a receiver must tell apart; it knows the two secrets.
func (e *example) check(t *testing.T, first, second sign.Secret) {
	t.Helper()
	foreign, err := sign.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	both := []sign.Secret{first, second}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, step := range []struct {
		name string
		forged
		says string // "" where it is refused with 401
	}{
		{"both secrets", forged{id: "A1", sequence: 1000, secrets: both}, "applied ENTITY 1000"},
		{"the old secret", forged{id: "A2", sequence: 1001, secrets: both[:1]}, "applied ENTITY 1001"},
		{"the new secret", forged{id: "A3", sequence: 1002, secrets: both[1:]}, "applied ENTITY 1002"},
		{"a secret that it does not know yet, and one that it knows", forged{id: "A4", sequence: 1003, secrets: []sign.Secret{foreign, second}}, "applied ENTITY 1003"},
		{"a duplicate", forged{id: "A4", sequence: 1003, secrets: both}, "duplicate A4"},
		{"an older one", forged{id: "A0", sequence: 999, secrets: both}, "older ENTITY 999"},
		{"a tampered body", forged{id: "A5", sequence: 1004, secrets: both, change: body(`{"id":"A5","event_name":"update","payload":{"data":{"node":{"id":"OTHER"}}}}`)}, ""},
		{"a tampered id", forged{id: "A5", sequence: 1004, secrets: both, change: header("webhook-id", "A6")}, ""},
		{"a wrong secret", forged{id: "A5", sequence: 1004, secrets: []sign.Secret{foreign}}, ""},
		{"an old one", forged{id: "A5", sequence: 1004, secrets: both, at: -6 * time.Minute}, ""},
		{"one of the future", forged{id: "A5", sequence: 1004, secrets: both, at: 6 * time.Minute}, ""},
		{"a time that is none", forged{id: "A5", sequence: 1004, secrets: both, change: header("webhook-timestamp", "a[$(date)]")}, ""},
		{"no signature", forged{id: "A5", sequence: 1004, secrets: both, change: header("webhook-signature", "")}, ""},
		{"half a signature", forged{id: "A5", sequence: 1004, secrets: both, change: header("webhook-signature", "v1, v1a,AAAA *")}, ""},
		{"what was refused before", forged{id: "A5", sequence: 1004, secrets: both}, "applied ENTITY 1004"},
	} {
		status := e.send(t, step.forged)
		if step.says == "" && status != http.StatusUnauthorized || step.says != "" && status/100 != 2 {
			t.Errorf("%s is answered %d\n%s", step.name, status, e.out)
		}
		if step.says != "" && status/100 == 2 {
			await(t, e.out, `(?m)^`+step.says+`$`)
		}
	}
	e.checkAtOnce(t, both)
}

// checkAtOnce sends one delivery several times at once: it is applied once.
func (e *example) checkAtOnce(t *testing.T, secrets []sign.Secret) {
	t.Helper()
	const times = 4
	var sent sync.WaitGroup
	for range times {
		sent.Go(func() {
			if status := e.send(t, forged{id: "B", sequence: 2000, secrets: secrets}); status/100 != 2 {
				t.Errorf("one of several is answered %d", status)
			}
		})
	}
	sent.Wait()
	await(t, e.out, `(?m)^applied ENTITY 2000$`)
	await(t, e.out, `(?s)(duplicate B.*){3}`)
	if n := strings.Count(e.out.String(), "applied ENTITY 2000"); n != 1 {
		t.Errorf("it is applied %d times\n%s", n, e.out)
	}
}

// The recipe of docs/webhooks.md makes the types that it shows, with its own commands.
func TestTheRecipeForTypes(t *testing.T) {
	t.Parallel()
	installed(t, npmFolder)
	for _, program := range []string{"curl", "jq"} {
		servicetest.Program(t, program)
	}
	tool, err := filepath.Abs(filepath.Join(npmFolder, "node_modules/.bin/json2ts"))
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile("docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## Types for a receiver\n")
	block := func(language string) string {
		_, text, found := strings.Cut(section, "```"+language+"\n")
		if !found {
			t.Fatalf("the recipe has no %s", language)
		}
		text, _, _ = strings.Cut(text, "```")
		return text
	}
	s, folder := serve(t, embedded(t)), t.TempDir()
	webhook, _ := s.register("INVOICE", "http://127.0.0.1:9/", block("graphql"), nil)
	commands := fmt.Sprintf("export CRIER_URL=%s CRIER_KEY=%s WEBHOOK=%s\n", s.url, operatorKey, webhook) +
		strings.Replace(block("sh"), "npx json-schema-to-typescript@16.0.0", tool, 1)
	var out lockedBuffer
	if err := shell(t, folder, commands, &out).Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	types, err := os.ReadFile(filepath.Join(folder, "invoice.ts"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(types), block("ts")) {
		t.Errorf("the tool gives\n%s", types)
	}
}
