package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows are the imports that are allowed between the rooms of the house
// (docs/architecture.md); what is not listed is forbidden. The main package may import everything.
var arrows = map[string][]string{
	"console":              {},
	"delivery":             {"delivery/egress", "delivery/sign", "internal/document", "internal/market", "internal/stream", "internal/telemetry", "internal/viewer"},
	"delivery/egress":      {},
	"delivery/sign":        {},
	"graph":                {"internal/execution", "internal/market", "internal/scalar"},
	"internal/check":       {"internal/market"},
	"internal/client":      {},
	"internal/config":      {},
	"internal/demo":        {"delivery/sign", "internal/client", "internal/listen", "internal/terminal"},
	"internal/document":    {"internal/execution", "internal/filter", "internal/market", "internal/scalar", "internal/viewer"},
	"internal/execution":   {},
	"internal/filter":      {},
	"internal/listen":      {"delivery/sign", "internal/client", "internal/terminal"},
	"internal/market":      {},
	"internal/reference":   {"internal/terminal"},
	"internal/remote":      {"internal/client", "internal/terminal"},
	"internal/sample":      {"internal/market"},
	"internal/scalar":      {},
	"internal/servicetest": {},
	"internal/shopify":     {"internal/market"},
	"internal/store":       {"internal/market", "internal/viewer"},
	"internal/stream":      {"internal/market"},
	"internal/telemetry":   {},
	"internal/terminal":    {},
	"internal/viewer":      {"internal/market"},
	"resolvers":            {"graph", "internal/document", "internal/execution", "internal/market", "internal/scalar", "internal/telemetry", "internal/viewer"},
}

// testing holds what tests share; it may import what it tests.
var sharedByTests = []string{"internal/store/storetest", "internal/document/documenttest", "bench", "chaos", "delivery/egress/egresstest"}

// outside are libraries that only the listed rooms may import.
var outside = map[string][]string{
	"github.com/99designs/gqlgen":   {"graph", "resolvers", "internal/document", "internal/execution", "internal/scalar"},
	"github.com/google/cel-go":      {"internal/filter"},
	"github.com/redis/go-redis":     {"internal/stream"},
	"github.com/alicebob/miniredis": {"internal/stream"},
	"database/sql":                  {"internal/store"},
	"github.com/alecthomas/kong":    {"internal/config", "internal/reference"},
	"github.com/uptrace/bun":        {"internal/store"},
	"github.com/jackc/pgx":          {"internal/store"},
	"modernc.org/sqlite":            {"internal/store"},
	"github.com/prometheus":         {"internal/telemetry", "delivery"},
	"go.opentelemetry.io":           {"internal/telemetry", "delivery"},
}

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// packages lists this module's packages, those of tests aside.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Standard,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		list = append(list, p)
	}
}

// room is a package's folder, and whether the package is ours.
func room(importPath string) (string, bool) {
	return strings.CutPrefix(importPath, "crier/")
}

func TestArrowsPointDownward(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name, ours := room(p.ImportPath)
		if !ours || slices.Contains(sharedByTests, name) || strings.HasPrefix(name, "examples/") {
			continue
		}
		allowed, known := arrows[name]
		if !known {
			t.Errorf("%s is no room of the house: add it to arrows and to docs/architecture.md", name)
		}
		for _, imported := range p.Imports {
			if to, ours := room(imported); ours && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: allowed are %v", name, to, allowed)
			}
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name, ours := room(p.ImportPath)
		if !ours || slices.Contains(sharedByTests, name) {
			continue
		}
		for _, imported := range p.Imports {
			for library, rooms := range outside {
				if (imported == library || strings.HasPrefix(imported, library+"/")) && !slices.Contains(rooms, name) {
					t.Errorf("%s imports %s: only %v may", name, imported, rooms)
				}
			}
		}
	}
}

func TestTheDomainImportsOnlyTheStandardLibrary(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.ImportPath != "crier/internal/market" {
			continue
		}
		for _, imported := range p.Imports {
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				t.Errorf("internal/market imports %s", imported)
			}
		}
		return
	}
	t.Fatal("internal/market was not found")
}

func TestGraphHoldsGeneratedFilesOnly(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("graph/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("graph/ has no files (%v)", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "// Code generated by github.com/99designs/gqlgen") {
			t.Errorf("%s is not generated", file)
		}
	}
}

func TestEveryArrowEndsInARoom(t *testing.T) {
	t.Parallel()
	for from, tos := range maps.All(arrows) {
		for _, to := range append(tos, from) {
			if info, err := os.Stat(to); err != nil || !info.IsDir() {
				t.Errorf("%s, named by the arrows, is no folder", to)
			}
		}
	}
}
