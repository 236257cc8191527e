package document_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"crier/internal/document/documenttest"
	"crier/internal/market"
)

var update = flag.Bool("update", false, "write the verdicts of documenttest as they are now, to be read before they are committed")

// said writes all that is said of a document, one line each.
func said(facts market.DocumentFacts, refused []market.DocumentError) (accepted bool, lines string) {
	var out []string
	if refused == nil {
		out = append(out, fmt.Sprintf("cost %d", facts.Cost), "scopes "+strings.Join(facts.RequiredScopes, " "))
		for _, d := range facts.DeprecatedFields {
			out = append(out, "deprecated "+d)
		}
		for _, w := range facts.Warnings {
			out = append(out, "warning "+placed(w))
		}
	}
	for _, r := range refused {
		out = append(out, placed(r))
	}
	return refused == nil, strings.Join(out, "\n")
}

// placed writes an error as "Rule line:column path: message".
func placed(e market.DocumentError) string {
	text := e.Rule
	if e.Line != nil {
		text += fmt.Sprintf(" %d:%d", *e.Line, *e.Column)
	}
	if e.Path != nil {
		text += " " + strings.Join(e.Path, ".")
	}
	return text + ": " + strings.ReplaceAll(e.Message, "\n", `\n`)
}

// TestVerdicts holds what is said of each document of documenttest to what is written there.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	d := checker(t)
	if *update {
		rewrite(t, func(c documenttest.Case) (bool, string) { return said(d.Check(c.Class, c.Text)) })
		return
	}
	cases, accepted, named := documenttest.Cases(t), 0, map[string]bool{}
	for _, c := range cases {
		if named[c.Class+c.Name] {
			t.Errorf("%s: there are two documents %q", c.File, c.Name)
		}
		named[c.Class+c.Name] = true
		ok, got := said(d.Check(c.Class, c.Text))
		if ok != c.Accepted || got != c.Verdict {
			t.Errorf("%s, %s: %s: accepted is %t, want %t\n%s", c.File, c.Class, c.Name, ok, c.Accepted, cmp.Diff(c.Verdict, got))
		}
		if ok {
			accepted++
		}
	}
	if len(cases) < 200 || accepted < 60 {
		t.Errorf("%d documents, of which %d are accepted, are too few", len(cases), accepted)
	}
}

// rewrite writes the archives with the verdicts of now.
func rewrite(t *testing.T, verdict func(documenttest.Case) (bool, string)) {
	t.Helper()
	files, err := filepath.Glob("documenttest/verdicts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		archive, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		written, err := documenttest.Archived(archive, verdict)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if bytes.Equal(written, archive) {
			continue
		}
		if err := os.WriteFile(file, written, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheGuideNamesOurRules holds the guide to the rules that refuse documents here
// and that are none of the specification's.
func TestTheGuideNamesOurRules(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## What is checked\n")
	section, _, _ = strings.Cut(section, "\n## ")
	specified := rules.NewDefaultRules().GetInner()
	for _, c := range documenttest.Cases(t) {
		for line := range strings.Lines(c.Verdict) {
			rule, _, _ := strings.Cut(line, " ")
			if _, foreign := specified[rule]; !c.Accepted && !foreign && !strings.Contains(section, "`"+rule+"`") {
				t.Errorf("the guide does not name %s, which refuses %q", rule, c.Name)
			}
		}
	}
}
