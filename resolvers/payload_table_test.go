package resolvers_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/document/documenttest"
	"crier/internal/market"
	"crier/internal/viewer"
)

// usual are documents as users write them, with what documenttest has of accepted ones.
func usual(t *testing.T) []documenttest.Case {
	t.Helper()
	files, err := filepath.Glob("../internal/document/testdata/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents (%v)", err)
	}
	var all []documenttest.Case
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(string(text), "#"), ":")
		all = append(all, documenttest.Case{File: file, Class: strings.TrimSpace(name), Text: string(text)})
	}
	for _, c := range documenttest.Cases(t) {
		if kind, ok := market.KindOf(c.Class); ok && kind.Class && c.Accepted {
			all = append(all, c)
		}
	}
	return all
}

// TestAcceptedDocumentsSendWhatTheirSchemaSays runs every document that is
// accepted, over data with everything set and then over random data, and holds
// what would be sent to its JSON Schema, in all formats.
func TestAcceptedDocumentsSendWhatTheirSchemaSays(t *testing.T) {
	t.Parallel()
	const rounds = 3
	w, documents, found := furnished(t), usual(t), 0
	schemas := make([][]*jsonschema.Schema, len(documents))
	for round := range rounds {
		random := rand.New(rand.NewPCG(uint64(round), 0))
		if round > 0 {
			w.shuffle(random)
		}
		for i, c := range documents {
			if round == 0 {
				schemas[i] = w.bodySchemas(t, c.Class, c.Text)
			}
			v := viewer.Viewer{Key: "webhook", Seller: []int64{0, owner}[(round+i)%2]}
			action := []market.Action{market.Create, market.Update, market.Destroy}[random.IntN(3)]
			if w.fits(t, c.Class, c.Text, v, action, schemas[i]) {
				found++
			}
		}
	}
	if ran := rounds * len(documents); found < ran*8/10 {
		t.Errorf("of %d bodies only %d show their entity", ran, found)
	}
	t.Logf("%d documents, %d bodies in each format, of which %d show their entity", len(documents), rounds*len(documents), found)
}

// shuffle gives all entities other attributes, at random: null where they can be,
// other values of enums, odd texts, amounts, and JSON of all forms.
func (w *world) shuffle(random *rand.Rand) {
	for _, e := range w.entities {
		s := shuffler{Rand: random, schema: w.schema, kind: e.Ref().Type}
		s.object(reflect.ValueOf(e).Elem())
	}
	w.update(w.entities...)
}

// shuffler changes the attributes of one entity.
type shuffler struct {
	*rand.Rand
	schema *ast.Schema
	kind   string
}

// fixed are attributes that tell what an entity is, or that texts cannot be of any form in.
var fixed = []string{"Body", "CountryCode", "CreatedByType", "Deletion", "Digest", "Key", "OwnerType", "QueryString", "Secrets", "Slug", "StateCode", "SubjectNum", "Type", "URL", "URLSlug"}

func (s shuffler) object(v reflect.Value) {
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !slices.Contains(fixed, name) {
			s.attribute(name, v.Field(i))
		}
	}
}

func (s shuffler) attribute(name string, v reflect.Value) {
	reference := strings.HasSuffix(name, "ID") && strings.Contains(v.Type().String(), "int64")
	switch v.Interface().(type) {
	case market.Base, []byte, []int64, map[string]string:
		return
	case json.RawMessage:
		v.SetBytes([]byte(s.oneOf(`{"a":[1,2.5e3,null]}`, `[]`, `"text"`, `-1`, `true`, `null`, `{"":{"":""}}`)))
		return
	case time.Time:
		v.Set(reflect.ValueOf(birth.Add(time.Duration(s.Int64N(int64(1000 * time.Hour))))))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if owned := s.kind == "Address" || s.kind == "ShipmentStatus"; owned && reference || s.IntN(3) > 0 && reference {
			return
		}
		if v.SetZero(); s.IntN(3) > 0 && !reference {
			made := reflect.New(v.Type().Elem())
			s.attribute(name, made.Elem())
			v.Set(made)
		}
	case reflect.Struct:
		s.object(v)
	case reflect.Slice:
		s.list(name, v)
	case reflect.Int64:
		if !reference {
			v.SetInt(s.Int64N(10_000_000))
		}
	case reflect.Float64:
		v.SetFloat(float64(s.IntN(10_000)) / 10_000)
	case reflect.Bool:
		v.SetBool(s.IntN(2) == 0)
	case reflect.String:
		v.SetString(s.word(name, v.String()))
	}
}

// list makes a list of texts, or leaves one of anything else.
func (s shuffler) list(name string, v reflect.Value) {
	if v.Type().Elem().Kind() != reflect.String {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), s.IntN(4), 4))
	for i := range v.Len() {
		v.Index(i).SetString(s.word(name, ""))
	}
}

// word is another value of an attribute's enum or another text, or was where the schema has neither.
func (s shuffler) word(name, was string) string {
	definition := s.schema.Types[s.kind]
	if definition == nil {
		return was
	}
	for _, field := range definition.Fields {
		if !strings.EqualFold(field.Name, name) {
			continue
		}
		switch t := s.schema.Types[field.Type.Name()]; {
		case t.Kind == ast.Enum && was != "" || t.Kind == ast.Enum && field.Type.Elem != nil:
			return t.EnumValues[s.IntN(len(t.EnumValues))].Name
		case t.Name == "String":
			return fmt.Sprintf("%s %d", s.oneOf("", "Käse 🧀", `"quoted" \ <b>&amp;</b>`, "two\nlines\t", "\u2028", strings.Repeat("long ", 200)), s.Uint64())
		}
	}
	return was
}

func (s shuffler) oneOf(texts ...string) string { return texts[s.IntN(len(texts))] }
