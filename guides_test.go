package main_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"crier/internal/servicetest"
)

// snippet is a fenced block of a guide.
type snippet struct {
	file, language, text string
	line                 int
}

func (s snippet) String() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

// snippets are all that the guides show in a language.
func snippets(t *testing.T, language string) (list []snippet) {
	t.Helper()
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	fence := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	for _, file := range append(files, "README.md", "CONTRIBUTING.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllSubmatchIndex(text, -1) {
			list = append(list, snippet{file, language, string(text[m[2]:m[3]]), 1 + strings.Count(string(text[:m[0]]), "\n")})
		}
	}
	if len(list) == 0 {
		t.Fatalf("no guide shows %s", language)
	}
	return list
}

// elsewhere are the commands that a test of their own runs, by a text in them.
var elsewhere = map[string]string{
	"go run . demo":             "TestDemoShowsEachClassOnce",
	"export KEY=":               "TestTheReadmesFirstWebhook",
	"go run . listen":           "TestTheReadmesFirstWebhook",
	"webhookCreate(input":       "TestTheReadmesFirstWebhook",
	"Hear ye":                   "TestTheReadmesFirstWebhook",
	"make chaos":                "TestChaos",
	"go tool pprof":             "TestProfilesHaveAnAddressOfTheirOwn",
	".backup 'backup.db'":       "TestBackupsAreRestored",
	"cp backup.db":              "TestBackupsAreRestored",
	"crier.dump":                "TestBackupsAreRestored",
	"TestEveryWebhookType":      "TestTheGuideAddsAnEntity",
	"crier listen":              "TestListenTailAndTrigger",
	"crier trigger":             "TestListenTailAndTrigger",
	"crier tail":                "TestListenTailAndTrigger",
	"crier import":              "TestImportLoadsCataloguesOnce",
	"crier completion":          "TestShellsComplete",
	"json-schema-to-typescript": "TestTheRecipeForTypes",
	"go-jsonschema":             "TestTheRecipeForTypes",
}

// Every document that a guide shows runs as it stands, on a server with the sample data and
// one webhook, whose ids are those of the guides.
func TestTheGuidesDocumentsRun(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t).with("CRIER_SAMPLE_DATA=true"))
	s.register("INVOICE", receive(t, nil).server.URL, "", nil)
	webhook, invoice := s.first("webhooks"), s.first("invoices")
	for _, shown := range snippets(t, "graphql") {
		if shown.file == "docs/adding-an-entity.md" {
			continue // TestTheGuideAddsAnEntity makes the schema that they are for
		}
		document, err := parser.ParseQuery(&ast.Source{Name: shown.String(), Input: strings.ReplaceAll(shown.text, "…", webhook)})
		if err != nil {
			t.Errorf("%s: %v", shown, err)
			continue
		}
		for _, op := range document.Operations {
			var one strings.Builder
			formatter.NewFormatter(&one).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{op}, Fragments: document.Fragments})
			if op.Operation == ast.Subscription {
				if _, errs := s.try(operatorKey, one.String(), nil); len(errs) != 1 || !strings.Contains(text(t, errs[0], "message"), "needs server-sent events") {
					t.Errorf("%s: %v", shown, errs) // what is wrong with it would be said first
				}
				continue
			}
			id := invoice
			if strings.Contains(one.String(), "on Webhook") {
				id = webhook
			}
			data, errs := s.try(operatorKey, one.String(), object{"id": id})
			if len(errs) > 0 {
				t.Errorf("%s: %v", shown, errs)
			}
			for name, payload := range data {
				if p, ok := payload.(object); ok && p["errors"] != nil {
					t.Errorf("%s: %s refuses: %v", shown, name, p["errors"])
				}
			}
		}
	}
}

// first is the id of the first entry of a list.
func (s *process) first(list string) string {
	s.t.Helper()
	return text(s.t, s.ask("{ "+list+"(first: 1) { nodes { id } } }", nil), list, "nodes", 0, "id")
}

// Every command that a guide shows runs, here or in the test that elsewhere names.
func TestTheGuidesCommandsRun(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"curl", "openssl", "redis-cli", "make"} {
		servicetest.Program(t, name)
	}
	p, folder := production(t, servicetest.StartRedis(t)), t.TempDir()
	s := serve(t, p)
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"body.json": `{"id":"1"}`, "Makefile": string(makefile)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	setting := p.with("KEY="+operatorKey, "HMAC_KEY=key", "PATH="+filepath.Dir(servicetest.Crier(t))+":"+os.Getenv("PATH"))
	local := strings.NewReplacer("http://127.0.0.1:8080", s.url, "redis-cli X", `redis-cli -u "$CRIER_REDIS_URL" X`, "mutation { … }", "mutation { __typename }",
		"make ", "make -n ", "BLOCK 5000", "BLOCK 10")
	runs(t, folder, setting, "crier migrate --database-url sqlite:copy.db")
	known := tests(t)
	for _, shown := range snippets(t, "sh") {
		commands := local.Replace(shown.text)
		switch {
		case testedElsewhere(t, known, shown):
		case strings.Contains(commands, "curl -N"):
			s.streams(folder, setting, commands, "event: next\ndata: {")
		default:
			runs(t, folder, setting, commands)
		}
	}
}

// streams runs commands that show changes as they are made, until they have shown one.
func (s *process) streams(folder string, setting place, commands, change string) {
	s.t.Helper()
	var out lockedBuffer
	shell(s.t, folder, setting.exports()+commands, &out)
	shop, deadline := s.open(), time.Now().Add(patience)
	for n := 0; !strings.Contains(out.String(), change); n++ {
		if time.Now().After(deadline) {
			s.t.Fatalf("%s shows no change:\n%s", commands, &out)
		}
		s.advertise(shop, fmt.Sprint("Tray ", n))
	}
}

// The programs that a guide shows run with the published packages that they import.
func TestTheGuidesProgramsRun(t *testing.T) {
	t.Parallel()
	servicetest.Node(t)
	installed(t, npmFolder)
	installed(t, liveFolder)
	s := serve(t, embedded(t))
	const run, live = `node --input-type=module -e "$CODE"`, `import WebSocket from "ws"; globalThis.WebSocket = WebSocket;
		const key = process.env.KEY, query = "subscription { advertChanged { eventName } }";`
	for _, shown := range snippets(t, "js") {
		code := strings.NewReplacer("127.0.0.1:8080", strings.TrimPrefix(s.url, "http://")).Replace(shown.text)
		if strings.Contains(code, "client.iterate") {
			s.streams(liveFolder, place{"KEY=" + operatorKey, "CODE=" + live + code}, run, "advertChanged")
			continue
		}
		signed := `const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", rawBody = '{"id":"1"}', now = new Date();
			const headers = { "webhook-id": "1", "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": new Webhook(secret).sign("1", now, rawBody) };`
		runs(t, npmFolder, place{"CODE=" + signed + code + "if (payload.id !== '1') throw payload;"}, run)
	}
}

// testedElsewhere reports whether a test of its own runs a snippet, and that there is one of that name.
func testedElsewhere(t *testing.T, known map[string]bool, shown snippet) bool {
	t.Helper()
	for part, test := range elsewhere {
		if strings.Contains(shown.text, part) {
			if !known[test] {
				t.Errorf("%s: there is no %s", shown, test)
			}
			return true
		}
	}
	return false
}

// tests are the names of all tests of the module.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	names, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Name() == "node_modules" {
			return fs.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// JSON and YAML of the guides can be read.
func TestTheGuidesDataIsWellFormed(t *testing.T) {
	t.Parallel()
	for _, shown := range snippets(t, "json") {
		if !json.Valid([]byte(shown.text)) {
			t.Errorf("%s is no JSON", shown)
		}
	}
	for _, shown := range snippets(t, "yaml") {
		var any any
		if err := yaml.Unmarshal([]byte(shown.text), &any); err != nil {
			t.Errorf("%s: %v", shown, err)
		}
	}
}
