package resolvers_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"crier/internal/document"
	"crier/internal/document/documenttest"
	"crier/internal/market"
	"crier/internal/viewer"
)

// bodyFormats are all forms of bodies.
var bodyFormats = []market.WebhookFormat{market.FormatEnvelope, market.FormatStandard, market.FormatCloudEvents, market.FormatRaw}

// shown runs a document as a webhook would, and holds each form of its body to its
// JSON Schema. It reports whether the body shows the entity.
func (w *world) shown(t fataler, typeName, text string, v viewer.Viewer) bool {
	return w.fits(t, typeName, text, v, market.Update, w.bodySchemas(t, typeName, text))
}

// bodySchemas are the JSON Schemas of a document's bodies, ready to validate, in the order of bodyFormats.
func (w *world) bodySchemas(t fataler, typeName, text string) (schemas []*jsonschema.Schema) {
	for _, format := range bodyFormats {
		written, err := w.resolver.Documents.PayloadSchema(typeName, text, format, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		compiled, err := compiledSchema(written)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		schemas = append(schemas, compiled)
	}
	return schemas
}

// fits runs a document for an event, and holds each form of its body to its JSON
// Schema. It reports whether the body shows the entity.
func (w *world) fits(t fataler, typeName, text string, v viewer.Viewer, action market.Action, schemas []*jsonschema.Schema) bool {
	documents := w.resolver.Documents
	prepared, err := documents.Prepare(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	subject := market.Ref{Type: typeName, Num: owner}
	if shared(typeName) {
		subject.Num = house
	}
	change := market.Change{Num: 3, Sequence: 5, Subject: subject, Action: action, Changed: []string{"title"}, At: time.Now().UTC(), Request: &market.EventRequest{}}
	payload, err := documents.Run(document.WithChange(w.t.Context(), change), prepared, subject.ID(), v)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for i, format := range bodyFormats {
		event := &market.WebhookEvent{Base: market.Base{Num: 7, CreatedAt: time.Now()}, Action: action, Format: format, SubjectType: typeName, SubjectNum: subject.Num}
		body := w.resolver.Body(event, payload)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err == nil {
			err = schemas[i].Validate(value)
		}
		if err != nil {
			t.Fatalf("%s\ngives %s\nwhich is not what its schema says: %v", text, body, err)
		}
	}
	return bytes.Contains(payload, []byte(subject.ID())) || !strings.Contains(text, "id")
}

// fataler is a test, or a check of a property.
type fataler interface{ Fatalf(string, ...any) }

// compiledSchema is a JSON Schema that is ready to validate.
func compiledSchema(written []byte) (*jsonschema.Schema, error) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(written))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("body.json", parsed); err != nil {
		return nil, err
	}
	return compiler.Compile("body.json")
}

func TestBodiesAreWhatTheirSchemaSays(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	var classes []string
	for _, class := range w.schema.Types["WebhookKlassEnum"].EnumValues {
		typeName, _ := market.TypeOfClass(class.Name)
		classes = append(classes, typeName)
	}
	written, found := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		typeName := rapid.SampledFrom(classes).Draw(t, "class")
		text := documenttest.Random(t, w.schema, typeName)
		if _, refused := w.resolver.Documents.Check(typeName, text); refused != nil {
			for _, r := range refused {
				if r.Rule != "OverlappingFieldsCanBeMerged" && r.Rule != "ClassSelection" {
					t.Fatalf("%s: %s (%s)", text, r.Message, r.Rule)
				}
			}
			t.Skip("two of its fields are in each other's way")
		}
		written++
		v := viewer.Viewer{Key: "webhook", Seller: rapid.SampledFrom([]int64{0, owner}).Draw(t, "seller")}
		if w.shown(t, typeName, text, v) {
			found++
		}
	})
	if written < 40 || found < written/2 {
		t.Errorf("%d documents were tried and %d found their entity, want at least 40 and half of them", written, found)
	}
	t.Logf("%d documents, %d found their entity", written, found)
}
