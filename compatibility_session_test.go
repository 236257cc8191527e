package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// requestsFolder has documents as clients of Marketplacer send them, each with
// the exchanges in which they are sent: variables and the whole data expected.
const requestsFolder = "testdata/marketplacer"

// exchange is one request with a document, and its answer. A text "<name>" in
// the data stands for any value but null where the name is met first, and for
// that same value from then on, also in variables.
type exchange struct {
	Variables object
	Data      any
}

// session is one client talking to one server over time.
type session struct {
	t      *testing.T
	client client
	server *process
	// names are the values that "<name>" stands for, met so far.
	names map[string]any
	// used are the exchanges that were tried: "getBrands, first page".
	used map[string]bool
}

func newSession(t *testing.T, c client, server *process) *session {
	return &session{t: t, client: c, server: server, names: map[string]any{"operator.key": operatorKey}, used: map[string]bool{}}
}

// try sends a document with the variables of one of its exchanges, and compares
// the answer. Who is "operator", or a name under which a key is known as "<who.key>".
func (s *session) try(who, document, name string) {
	s.t.Helper()
	e := s.exchange(document, name)
	answer := s.send(who, s.request(document, e.Variables))
	if differences := s.unify("", object{"data": e.Data}, answer, s.names); len(differences) > 0 {
		s.t.Fatalf("%s, %s, as %s:\n  %s\n%s", document, name, who, strings.Join(differences, "\n  "), s.server.logs)
	}
}

// await is try for what comes true a little later.
func (s *session) await(who, document, name string) {
	s.t.Helper()
	e := s.exchange(document, name)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		names := maps.Clone(s.names)
		differences := s.unify("", object{"data": e.Data}, s.send(who, s.request(document, e.Variables)), names)
		if len(differences) == 0 {
			s.names = names
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s, %s:\n  %s\n%s", document, name, strings.Join(differences, "\n  "), s.server.logs)
		}
	}
}

// exchange is an exchange of a document.
func (s *session) exchange(document, name string) exchange {
	s.t.Helper()
	e, ok := s.exchanges(document)[name]
	if !ok {
		s.t.Fatalf("%s.json has no exchange %q", document, name)
	}
	s.used[document+", "+name] = true
	return e
}

// exchanges are those of a document, by name.
func (s *session) exchanges(document string) (all map[string]exchange) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.file(document+".json")), &all); err != nil {
		s.t.Fatalf("%s.json: %v", document, err)
	}
	return all
}

// file is the text of a file of the folder.
func (s *session) file(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(requestsFolder, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// request reads a document, as the client sends it, with values in the place of names.
func (s *session) request(document string, variables object) request {
	s.t.Helper()
	text := s.file(document + ".graphql")
	parsed, err := parser.ParseQuery(&ast.Source{Name: document, Input: text})
	if err != nil {
		s.t.Fatal(err)
	}
	r := request{document: text, operation: parsed.Operations[0], variables: object{}}
	for name, value := range variables {
		r.variables[name] = s.filled(value)
	}
	if s.client.typenames {
		r.document = withTypenames(parsed)
	}
	return r
}

// filled is a value with what its names stand for.
func (s *session) filled(value any) any {
	switch v := value.(type) {
	case object:
		o := object{}
		for name, item := range v {
			o[name] = s.filled(item)
		}
		return o
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = s.filled(item)
		}
		return list
	case string:
		if name, ok := placeholder(v); ok {
			known, ok := s.names[name]
			if !ok {
				s.t.Fatalf("nothing is known as <%s>", name)
			}
			return known
		}
	}
	return value
}

// placeholder is the name in a text "<name>".
func placeholder(text string) (string, bool) {
	name, opened := strings.CutPrefix(text, "<")
	name, closed := strings.CutSuffix(name, ">")
	return name, opened && closed
}

// send sends a request as the client does, and returns the whole answer.
func (s *session) send(who string, r request) object {
	s.t.Helper()
	body, err := json.Marshal(s.client.body(r))
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range s.client.header {
		post.Header.Set(name, value)
	}
	s.client.authenticate(post.Header, fmt.Sprint(s.filled("<"+who+".key>")))
	response, err := http.DefaultClient.Do(post)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer object
	if err := json.Unmarshal(text, &answer); err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s\nis answered with HTTP %d, %v:\n%s", body, response.StatusCode, err, text)
	}
	return answer
}

// unify says where an answer is not what is wanted, and adds to names what it meets.
func (s *session) unify(path string, want, got any, names map[string]any) []string {
	switch w := want.(type) {
	case object:
		g, ok := got.(object)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, not an object", path, got)}
		}
		return s.unifyObjects(path, w, g, names)
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return []string{fmt.Sprintf("%s is %v, want %d items: %v", path, got, len(w), want)}
		}
		var differences []string
		for i := range w {
			differences = append(differences, s.unify(fmt.Sprintf("%s.%d", path, i), w[i], g[i], names)...)
		}
		return differences
	case string:
		if name, ok := placeholder(w); ok {
			if known, met := names[name]; met {
				want = known
			} else if got != nil {
				names[name] = got
				return nil
			}
		}
	}
	if !reflect.DeepEqual(want, got) {
		return []string{fmt.Sprintf("%s is %v, want %v", path, got, want)}
	}
	return nil
}

// unifyObjects is unify for the members of an object, in their order in the alphabet.
func (s *session) unifyObjects(path string, want, got object, names map[string]any) []string {
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(got)) {
		added := name == "__typename" && s.client.typenames && got[name] != ""
		if _, wanted := want[name]; !wanted && !added {
			differences = append(differences, fmt.Sprintf("%s has %s: %v", path, name, got[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, there := got[name]
		if !there {
			differences = append(differences, fmt.Sprintf("%s has no %s", path, name))
			continue
		}
		differences = append(differences, s.unify(path+"."+name, want[name], value, names)...)
	}
	return differences
}
