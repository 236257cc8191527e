// Package documenttest holds documents of webhooks with their verdicts, and writes
// random ones, for the tests of whoever checks or runs documents.
package documenttest

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// archives are texts in the form of txtar: each document is followed by its
// verdict.
//
//	-- Advert: an unknown field --
//	query($id: ID!) { node(id: $id) { ... on Advert { tittle } } }
//	-- refused --
//	FieldsOnCorrectType 1:51: Cannot query field "tittle" on type "Advert". Did you mean "title"?
//
// The line break before a header is no part of the document. A document "in parts"
// is written as quoted texts, one a line; × repeats one, and {i} and {i+1} in it count.
//
//go:embed verdicts
var archives embed.FS

// Case is a document with what is to be said of it.
type Case struct {
	// File is where it stands, in the folder verdicts.
	File string
	// Class is the type of the entities that it is checked for, Name what it shows.
	Class, Name string
	// Text is the document.
	Text string
	// Accepted tells that it is, and Verdict the rest of what is said of it, one line each.
	Accepted bool
	Verdict  string
}

// heading is the line above a document or a verdict.
var heading = regexp.MustCompile(`(?m)^-- (.+) --\n`)

// Cases are all documents, in their order.
func Cases(t testing.TB) []Case {
	t.Helper()
	files, err := fs.Glob(archives, "verdicts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	var all []Case
	for _, file := range files {
		text, err := archives.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, c := range cases {
			c.File = strings.TrimPrefix(file, "verdicts/")
			all = append(all, c)
		}
	}
	return all
}

// parse reads an archive.
func parse(archive string) (cases []Case, err error) {
	headings := heading.FindAllStringSubmatchIndex(archive, -1)
	for i := 0; i+1 < len(headings); i += 2 {
		title, verdict := archive[headings[i][2]:headings[i][3]], archive[headings[i+1][2]:headings[i+1][3]]
		end := len(archive)
		if i+2 < len(headings) {
			end = headings[i+2][0]
		}
		c := Case{Accepted: verdict == "accepted", Verdict: strings.TrimSpace(archive[headings[i+1][1]:end])}
		if !c.Accepted && verdict != "refused" {
			return nil, fmt.Errorf("the verdict on %q is %q", title, verdict)
		}
		name, inParts := strings.CutSuffix(title, ", in parts")
		c.Class, c.Name, _ = strings.Cut(name, ": ")
		if c.Text = strings.TrimSuffix(archive[headings[i][1]:headings[i+1][0]], "\n"); inParts {
			if c.Text, err = join(c.Text); err != nil {
				return nil, fmt.Errorf("%s: %w", title, err)
			}
		}
		cases = append(cases, c)
	}
	if len(headings)%2 != 0 {
		return nil, fmt.Errorf("the last document has no verdict")
	}
	return cases, nil
}

// join puts a document together that is written in parts.
func join(parts string) (string, error) {
	var text strings.Builder
	for line := range strings.Lines(parts) {
		quoted, count, repeated := strings.Cut(strings.TrimSpace(line), " × ")
		part, err := strconv.Unquote(quoted)
		if err != nil {
			return "", fmt.Errorf("%s: %w", quoted, err)
		}
		times := 1
		if repeated {
			if times, err = strconv.Atoi(count); err != nil {
				return "", err
			}
		}
		if !strings.Contains(part, "{i") {
			text.WriteString(strings.Repeat(part, times))
			continue
		}
		for i := range times {
			text.WriteString(strings.ReplaceAll(strings.ReplaceAll(part, "{i+1}", strconv.Itoa(i+1)), "{i}", strconv.Itoa(i)))
		}
	}
	return text.String(), nil
}

// Archived is an archive with a verdict on each of its documents.
func Archived(archive []byte, verdict func(Case) (accepted bool, lines string)) ([]byte, error) {
	cases, err := parse(string(archive))
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	headings := heading.FindAllIndex(archive, -1)
	out.Write(archive[:headings[0][0]])
	for i, c := range cases {
		out.Write(archive[headings[2*i][0]:headings[2*i+1][0]])
		accepted, lines := verdict(c)
		word := "refused"
		if accepted {
			word = "accepted"
		}
		fmt.Fprintf(&out, "-- %s --\n%s\n\n", word, lines)
	}
	return []byte(strings.TrimSuffix(out.String(), "\n")), nil
}
