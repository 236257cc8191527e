package terminal_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"crier/internal/servicetest"
	"crier/internal/terminal"
)

func TestPlainTextSteersNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ä 漢 🦊": "ä 漢 🦊", "a\x1b[2Jb": "a\ufffd[2Jb", "a\nb\tc": "a\ufffdb\ufffdc", "a\u202eb": "a\ufffdb", "\u009b1m": "\ufffd1m",
	} {
		if got := terminal.Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestNothingIsPaintedForPrograms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := terminal.ColoursOf(&out)
	if c || c.Good("x")+c.Bad("x")+c.Odd("x")+c.Quiet("x") != "xxxx" {
		t.Error("a buffer is painted")
	}
	c = true
	for text, paint := range map[string]func(string) string{"\x1b[32mx\x1b[0m": c.Good, "\x1b[31mx\x1b[0m": c.Bad, "\x1b[33mx\x1b[0m": c.Odd, "\x1b[2mx\x1b[0m": c.Quiet} {
		if paint("x") != text || paint("") != "" {
			t.Errorf("%q", paint("x"))
		}
	}
}

func TestPrintHasTwoForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{"text": "a <b>\n", "json": `{"a":"<b>"}` + "\n"} {
		var out bytes.Buffer
		if err := (terminal.Output{Output: form}).Print(&out, "a <b>", map[string]string{"a": "<b>"}); err != nil || out.String() != want {
			t.Errorf("%s: %q, %v", form, &out, err)
		}
	}
}

func TestWaitReturnsWhatTheWorkDoes(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	var out bytes.Buffer
	if err := terminal.Wait(&out, "working", func() error { return failed }); !errors.Is(err, failed) || out.Len() > 0 {
		t.Errorf("%v, %q", err, &out)
	}
}

// On a terminal there are colours, unless NO_COLOR has a value.
func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	script := servicetest.Program(t, "script")
	for variables, want := range map[string]bool{"TERM=xterm": true, "TERM=xterm NO_COLOR=1": false, "TERM=dumb": false, "TERM=xterm NO_COLOR=": true} {
		cmd := exec.Command(script, "-qec", "go run ./testdata/paint", "/dev/null")
		cmd.Env = append(cmd.Environ(), "NO_COLOR=")
		cmd.Env = append(cmd.Env, strings.Fields(variables)...)
		out, err := cmd.CombinedOutput()
		if painted := strings.Contains(string(out), "\x1b[32m"); err != nil || painted != want || !strings.Contains(string(out), "green") {
			t.Errorf("with %s: %q, %v", variables, out, err)
		}
	}
}
