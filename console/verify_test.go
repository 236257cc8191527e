package console_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"crier/internal/servicetest"
)

// callers run the code that the console shows in a language: they end with 0 where it
// accepts the request of the environment and the file body.json.
var callers = map[string]struct{ program, file, caller string }{
	"Node.js": {"node", "verify.mjs", `
import { readFileSync } from "node:fs";
const { ID, AT, SIGNATURE } = process.env;
process.exit(verify({ "webhook-id": ID, "webhook-timestamp": AT, "webhook-signature": SIGNATURE }, readFileSync("body.json")) ? 0 : 1);
`},
	"Python": {"python3", "verify.py", `
import sys
given = {"webhook-id": os.environ["ID"], "webhook-timestamp": os.environ["AT"], "webhook-signature": os.environ["SIGNATURE"]}
sys.exit(0 if verify(given, open("body.json", "rb").read()) else 1)
`},
	"Go": {"go", "verify.go", `
func main() {
	h := http.Header{}
	for name, variable := range map[string]string{"webhook-id": "ID", "webhook-timestamp": "AT", "webhook-signature": "SIGNATURE"} {
		h.Set(name, os.Getenv(variable))
	}
	body, err := os.ReadFile("body.json")
	if err != nil || !Verify(h, body) {
		os.Exit(1)
	}
}
`},
	"Shell": {"bash", "verify.sh", ""},
}

// The code that the console shows beside a new secret accepts what is signed with it, and nothing else.
func TestTheCodeThatIsShownVerifies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("src/console/verify.ts")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)\n  '?([A-Za-z.]+)'?: `(.*?[^\\\\])`,").FindAllStringSubmatch(string(text), -1)
	if len(shown) != len(callers) {
		t.Fatalf("%d languages are shown, want %d", len(shown), len(callers))
	}
	for _, m := range shown {
		t.Run(m[1], func(t *testing.T) {
			t.Parallel()
			verifies(t, m[1], strings.NewReplacer("\\`", "`", `\$`, "$", `\\`, `\`).Replace(m[2]))
		})
	}
}

// verifies runs the code of a language on requests that are right and wrong.
func verifies(t *testing.T, language, code string) {
	c, folder := callers[language], t.TempDir()
	args := []string{servicetest.Program(t, c.program), c.file}
	if c.program == "go" {
		code = strings.Replace(code, "package receiver", "package main", 1)
		args = []string{args[0], "run", c.file}
	}
	const id, secret, body = "V2ViaG9va0V2ZW50LTE5", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"id":"V2ViaG9va0V2ZW50LTE5","payload":{"data":"ä"}}`
	write(t, filepath.Join(folder, c.file), code+c.caller)
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, request := range []struct {
		name, body string
		at         time.Time
		right      bool
	}{{"right", body, now, true}, {"another body", body + " ", now, false}, {"stale", body, now.Add(-6 * time.Minute), false}, {"of the future", body, now.Add(6 * time.Minute), false}} {
		signature, err := signer.Sign(id, request.at, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, "body.json"), request.body)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = folder, append(os.Environ(), "WEBHOOK_SECRET="+secret, "ID="+id, fmt.Sprintf("AT=%d", request.at.Unix()), "SIGNATURE=v1,AAAA "+signature)
		if output, err := cmd.CombinedOutput(); (err == nil) != request.right {
			t.Errorf("a request that is %s: %v\n%s", request.name, err, output)
		}
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
