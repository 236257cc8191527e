package resolvers_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crier/internal/servicetest"
)

// auditsFolder holds the published audits of GraphQL over HTTP, and the script that runs them.
const auditsFolder = "testdata/http-audits"

// allAudits is how many audits the pinned release has.
const allAudits = 61

// TestHTTPAudits holds the handler to every audit of GraphQL over HTTP: what servers must, should and may do.
func TestHTTPAudits(t *testing.T) {
	t.Parallel()
	node := servicetest.Program(t, "node")
	if _, err := os.Stat(filepath.Join(auditsFolder, "node_modules", "graphql-http")); err != nil {
		t.Skip("the npm package graphql-http is not installed; `make deps` installs it (`npm ci` in resolvers/" + auditsFolder + ")")
	}
	server := httptest.NewServer(newFront(t, nil).handler)
	defer server.Close()
	command := exec.CommandContext(t.Context(), node, "audit.mjs", server.URL, "operator")
	var stderr bytes.Buffer
	command.Dir, command.Stderr = auditsFolder, &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("node audit.mjs: %v\n%s", err, stderr.String())
	}
	var audits []struct{ Name, Status, Reason string }
	if err := json.Unmarshal(output, &audits); err != nil {
		t.Fatalf("read the audits: %v in %s", err, output)
	}
	passed := map[string]int{}
	for _, a := range audits {
		level, _, _ := strings.Cut(a.Name, " ")
		if a.Status != "ok" {
			t.Errorf("%s: %s: %s", a.Name, a.Status, a.Reason)
			continue
		}
		passed[level]++
	}
	if len(audits) != allAudits {
		t.Errorf("%d audits ran, want %d", len(audits), allAudits)
	}
	t.Logf("passed of %d audits: %d MUST, %d SHOULD, %d MAY", len(audits), passed["MUST"], passed["SHOULD"], passed["MAY"])
}
