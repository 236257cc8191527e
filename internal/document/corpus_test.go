package document_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/goccy/go-yaml"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
)

// specification is a document of the corpus that gqlparser imports from
// graphql-js, with what one rule of the GraphQL specification says of it.
type specification struct {
	Name, Rule, Schema, Query string
	Errors                    []struct {
		Message   string
		Locations []gqlerror.Location
	}
	file string
}

// corpus is the folder of the specifications, in the module as it was downloaded.
func corpus(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/vektah/gqlparser/v2").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "validator", "imported", "spec")
}

// specifications are all documents of the corpus, and its schemas by number.
func specifications(t *testing.T) (all []specification, schemas []string) {
	t.Helper()
	folder := corpus(t)
	load := func(file string, into any) {
		text, err := os.ReadFile(file)
		if err == nil {
			err = yaml.Unmarshal(text, into)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	load(filepath.Join(folder, "schemas.yml"), &schemas)
	files, err := filepath.Glob(filepath.Join(folder, "*.spec.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the corpus is empty: %v", err)
	}
	for _, file := range files {
		var list []specification
		load(file, &list)
		for i := range list {
			list[i].file = strings.TrimSuffix(filepath.Base(file), ".spec.yml")
		}
		all = append(all, list...)
	}
	return all, schemas
}

// only is a schema that nothing can be executed under.
type only struct {
	graphql.ExecutableSchema
	schema *ast.Schema
}

func (o only) Schema() *ast.Schema { return o.schema }

// checkers make the checker of each schema once.
type checkers map[string]*document.Documents

func (c checkers) of(t *testing.T, s specification, schemas []string) *document.Documents {
	t.Helper()
	text := s.Schema
	if n, err := strconv.Atoi(text); err == nil {
		text = schemas[n]
	}
	if c[text] == nil {
		schema, err := gqlparser.LoadSchema(&ast.Source{Input: text})
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		c[text] = document.New(only{schema: schema}, document.Options{})
	}
	return c[text]
}

// differences are where Crier means to judge otherwise: what the name of a
// specification begins with, the rules that refuse it here ("" for none), and why.
var differences = []struct{ of, here, why string }{
	{"ExecutableDefinitionsRule/with type definition", "Parse", "the parser of documents reads no definitions of types: they are refused sooner, by syntax"},
	{"ExecutableDefinitionsRule/with schema definition", "Parse", "the same"},
	{"NoFragmentCyclesRule/", "NoFragmentCycles", "rounds of fragments are looked for before the rules run, so that no bomb reaches them; one is named, with its whole way"},
	{"NoUnusedFragmentsRule/contains unknown fragments with ref cycle", "NoFragmentCycles", "a round of fragments is refused for that alone"},
	{"OverlappingFieldsCanBeMergedRule/finds invalid case even with immediately recursive fragment", "NoFragmentCycles", "the same"},
	{"KnownTypeNamesRule/references to standard scalars that are missing in schema", "NoUnusedVariables", "no schema is without the standard scalars here"},
	{"NoDeprecatedCustomRule/no deprecated fields/", "NoUnusedFragments", "the rule is optional: deprecated fields are listed (Webhook.deprecatedFields), and refuse nothing"},
	{"NoDeprecatedCustomRule/no deprecated arguments on fields/", "", "the same"},
	{"NoDeprecatedCustomRule/no deprecated arguments on directives/", "", "the same"},
	{"NoDeprecatedCustomRule/no deprecated input fields/", "", "the same"},
	{"NoDeprecatedCustomRule/no deprecated enum values/", "NoUnusedVariables", "the same"},
	{"NoSchemaIntrospectionCustomRule/reports error when", "", "the rule is optional: requests may ask for the schema; documents of webhooks may not, by our rule Introspection"},
	{"NoSchemaIntrospectionCustomRule/reports error for non-standard introspection fields", "ScalarLeafs", "the same"},
	{"ValuesOfCorrectTypeRule/Invalid input object value/reports error for custom scalar that returns undefined", "", "a scalar of the corpus is code of graphql-js; ours are checked by our rule ScalarValues"},
}

// TestCorpus holds the stage of validation to the corpus: of each of its documents
// the rule in question says the same, in the same words and on the same lines, or
// it is listed above. Columns are not compared: the parser gives those of whole
// nodes where graphql-js gives those of names. Everything else that is said of a document is left aside, such
// as that it has no operation.
func TestCorpus(t *testing.T) {
	t.Parallel()
	all, schemas := specifications(t)
	made, differs := checkers{}, make([]int, len(differences))
	for _, s := range all {
		_, refused := made.of(t, s, schemas).Parse(s.Query)
		flaw := s.flaw(refused)
		if flaw == "" {
			continue
		}
		name := s.file + "/" + s.Name
		at := slices.IndexFunc(differences, func(d struct{ of, here, why string }) bool { return strings.HasPrefix(name, d.of) })
		if at < 0 {
			t.Errorf("%s: %s\n%s", name, flaw, s.Query)
			continue
		}
		differs[at]++
		if got := rulesOf(refused); got != differences[at].here {
			t.Errorf("%s is refused by %q, want %q", name, got, differences[at].here)
		}
	}
	for i, n := range differs {
		if n == 0 {
			t.Errorf("%s is judged as in the corpus: it is no difference", differences[i].of)
		}
	}
	if len(all) < 400 {
		t.Errorf("the corpus has %d documents", len(all))
	}
}

// flaw is how errors differ from what a specification expects of its rule, or "".
func (s specification) flaw(refused gqlerror.List) string {
	left := slices.DeleteFunc(slices.Clone(refused), func(r *gqlerror.Error) bool { return r.Rule != s.Rule })
	for _, want := range s.Errors {
		want.Message = strings.ReplaceAll(want.Message, "; Did you mean", ". Did you mean")
		found := slices.IndexFunc(left, func(r *gqlerror.Error) bool {
			onLine := func(at gqlerror.Location) bool { return at.Line == r.Locations[0].Line }
			return r.Message == want.Message && (len(want.Locations) == 0 || slices.ContainsFunc(want.Locations, onLine))
		})
		if found < 0 {
			return fmt.Sprintf("%q at %v is missing among %v", want.Message, want.Locations, left)
		}
		left = slices.Delete(left, found, found+1)
	}
	if len(left) > 0 {
		return fmt.Sprintf("there is no such error: %v", left)
	}
	return ""
}

// rulesOf are the names of the rules that refuse a document, without what there is
// of it in place of an operation.
func rulesOf(refused gqlerror.List) string {
	var names []string
	for _, r := range refused {
		if r.Rule != "SingleOperation" {
			names = append(names, r.Rule)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}
