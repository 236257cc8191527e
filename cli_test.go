package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	main "crier"
	"crier/internal/servicetest"
)

// background is a command that goes on until it is told to stop.
type background struct {
	t   *testing.T
	cmd *exec.Cmd
	out lockedBuffer
}

// begin starts a command that asks the server.
func (s *process) begin(args ...string) *background {
	s.t.Helper()
	b := &background{t: s.t, cmd: exec.Command(servicetest.Crier(s.t), args...)}
	b.cmd.Env = append(place(nil).environ(), "CRIER_URL="+s.url)
	b.cmd.Stdout, b.cmd.Stderr = &b.out, &b.out
	if err := b.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if b.cmd.ProcessState == nil {
			_ = b.cmd.Process.Kill() // it may have ended already
			_ = b.cmd.Wait()         // killed
		}
	})
	return b
}

// end waits for the exit code.
func (b *background) end() int {
	b.t.Helper()
	late := time.AfterFunc(patience, func() { _ = b.cmd.Process.Kill() }) // then the exit code is wrong
	defer late.Stop()
	_ = b.cmd.Wait() // the exit code says all
	return b.cmd.ProcessState.ExitCode()
}

// interrupt stops the command as Ctrl-C does, and expects exit code 0.
func (b *background) interrupt() {
	b.t.Helper()
	if err := b.cmd.Process.Signal(syscall.SIGINT); err != nil {
		b.t.Fatal(err)
	}
	if code := b.end(); code != 0 {
		b.t.Errorf("after an interrupt the exit code is %d\n%s", code, &b.out)
	}
}

// objects are the lines of JSON that a command wrote, of a kind, or all where kind is "".
func (b *background) objects(kind string) (list []object) {
	b.t.Helper()
	for line := range strings.Lines(b.out.String()) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			b.t.Fatalf("no JSON: %s", line)
		}
		if kind == "" || o["kind"] == kind {
			list = append(list, o)
		}
	}
	return list
}

// The way of someone who develops a receiver: listen registers itself, fails as told,
// tail shows every attempt, trigger has one more sent, and nothing is left behind.
func TestListenTailAndTrigger(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	shop := s.open()
	follow := s.begin("tail", "--output", "json", "--interval", "100ms")
	people := s.begin("tail", "--interval", "100ms", "--type", "advert", "--count", "1")
	for _, b := range []*background{follow, people} {
		await(t, &b.out, "following")
	}
	listen := s.begin("listen", "--port", "0", "--type", "advert", "--fail", "503:1", "--output", "json", "--body", "--hmac-key", "an hmac key", "--format", "standard")
	await(t, &listen.out, `"kind":"listening"`)
	if verifies := at(t, listen.objects("listening")[0], "verifies").([]any); len(verifies) != 3 {
		t.Errorf("it verifies %v", verifies)
	}
	advert, _ := s.advertise(shop, "Jug")
	await(t, &listen.out, `"attempt":2`)
	for _, d := range listen.objects("delivery") {
		if d["verdict"] != "verified" || d["format"] != "STANDARD" || d["event"] != "advert.created" && d["event"] != "advert.updated" || d["subject"] != advert {
			t.Errorf("it shows %v", d)
		}
	}
	await(t, &follow.out, `"status":"Rejected","attempts":1`)
	await(t, &follow.out, `"status":"Sent","attempts":2`)

	webhook := text(t, s.ask(`{ webhooks { nodes { id } } }`, nil), "webhooks", "nodes", 0, "id")
	trigger := s.begin("trigger", "crier listen", advert, "--output", "json", "--event", "create")
	if code := trigger.end(); code != 1 { // its first attempt is failed as told
		t.Errorf("a trigger that is not accepted ends with %d\n%s", code, &trigger.out)
	}
	await(t, &trigger.out, `"status":"Rejected"`)
	await(t, &follow.out, `"reason":"TRIGGER"`)
	if code := people.end(); code != 0 || !strings.Contains(people.out.String(), "ADVERT create") || strings.Contains(people.out.String(), "\x1b") {
		t.Errorf("for people: %d %q", code, &people.out)
	}
	for _, refused := range []struct{ args, says string }{
		{"trigger " + webhook + " " + webhook, "subject_id"}, {"trigger nobody " + advert, "nobody"}, {"trigger " + webhook + " x --event never --wait soon --url nowhere", "--event --wait --url"},
		{"tail --webhook nobody", "nobody"}, {"tail --key wrong-key-0123456789", "UNAUTHENTICATED"}, {"tail --last 101 --count x --interval 1ms --url ftp://x", "--last --count --interval --url"},
		{"listen --port 0 --type nothing", "type"}, {"listen --port 0 --type advert --document {nothing}", "line 1"},
	} {
		c := s.begin(strings.Fields(refused.args)...)
		code := c.end()
		for word := range strings.FieldsSeq(refused.says) {
			if code != 1 || !strings.Contains(c.out.String(), word) {
				t.Errorf("%s ends with %d and says nothing of %s:\n%s", refused.args, code, word, &c.out)
			}
		}
	}
	listen.interrupt()
	follow.interrupt()
	if n := at(t, s.ask(`{ webhooks { totalCount } }`, nil), "webhooks", "totalCount"); n != float64(0) {
		t.Errorf("%v webhooks are left behind", n)
	}
	if len(listen.objects("summary")) != 1 {
		t.Errorf("it ends with\n%s", &listen.out)
	}
}

// The reference is what the flags say; -update writes it.
func TestTheReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	out := executed(t, "reference")
	if *update {
		if err := os.WriteFile("docs/commands.md", []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != out {
		t.Error("docs/commands.md is not what the flags say: go test -run TestTheReferenceIsCurrent . -update")
	}
}

// executed runs a command in this process and expects exit code 0.
func executed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := main.Execute(t.Context(), args, &out, &errs); code != 0 {
		t.Fatalf("%v ends with %d\n%s", args, code, &errs)
	}
	return out.String()
}

// Each command's help has its own flags and those of the configuration that mean
// something to it.
func TestHelpShowsWhatBelongsToACommand(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]struct{ has, lacks string }{
		"":               {"serve demo import migrate listen trigger tail completion", "--database-url"},
		"serve":          {"--listen --database-url --grace --[no-]migrate", "--key= --fail"},
		"listen":         {"--port --secret --fail --header-prefix Examples: --output=text|json CRIER_KEY", "--database-url --listen"},
		"tail":           {"--webhook Examples:", "--header-prefix"},
		"webhooks check": {"--database-url Examples:", "--listen --vertical"},
	} {
		out := executed(t, append(strings.Fields(args), "--help")...)
		for word := range strings.FieldsSeq(want.has) {
			if !strings.Contains(out, word) {
				t.Errorf("crier %s --help lacks %s", args, word)
			}
		}
		for word := range strings.FieldsSeq(want.lacks) {
			if strings.Contains(out, word) {
				t.Errorf("crier %s --help has %s", args, word)
			}
		}
	}
}

// Bash completes commands, flags and closed lists; the scripts of other shells are at
// least read by them, where they are installed.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	script := executed(t, "completion", "bash")
	for line, want := range map[string]string{
		"crier |tri": "trigger", "crier |webhooks |ch": "check", "crier |listen |--ret": "--retry-after", "crier |tail |--output |j": "json", "crier |completion |--h": "--help",
	} {
		words := strings.Split(line, "|")
		for i, w := range words {
			words[i] = strings.TrimSpace(w)
		}
		program := script + "\nCOMP_WORDS=(" + strings.Join(words, " ") + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_crier\necho \"${COMPREPLY[*]}\""
		out, err := exec.Command(servicetest.Program(t, "bash"), "-euc", program).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s is completed to %q, want %s: %v", line, out, want, err)
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		script := executed(t, "completion", shell)
		if !strings.Contains(script, "webhooks") || !strings.Contains(script, "retry-after") {
			t.Errorf("the script of %s knows little:\n%s", shell, script)
		}
		if path, err := exec.LookPath(shell); err == nil {
			cmd := exec.Command(path, "-n")
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s does not read its script: %v\n%s", shell, err, out)
			}
		}
	}
}

// Every command that prints has a form for scripts.
func TestCommandsPrintJSON(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := folder + "/cups.csv"
	content := "Handle,Title,Type,Variant SKU,Variant Inventory Qty,Variant Price\ngood,Good Cup,Cups,G1,3,9.50\nbad,Bad Cup,Cups,B1,3,cheap\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	database := "--database-url=sqlite:" + folder + "/crier.db"
	for _, c := range []struct {
		args []string
		code int
		name string
		want any
	}{
		{[]string{"version"}, 0, "version", "0.1.0"},
		{[]string{"migrate", database}, 0, "database", "sqlite"},
		{[]string{"import", database, file}, 1, "created", 1.0},
		{[]string{"webhooks", "check", database}, 0, "checked", 0.0},
	} {
		var out, errs bytes.Buffer
		code := main.Execute(t.Context(), append(c.args, "--output", "json"), &out, &errs)
		var o object
		if err := json.Unmarshal(out.Bytes(), &o); err != nil || code != c.code || o[c.name] != c.want {
			t.Errorf("%v ends with %d and prints %s (%v)\n%s", c.args, code, &out, err, &errs)
		}
	}
}
