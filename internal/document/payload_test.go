package document_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"crier/internal/document"
	"crier/internal/market"
)

// formats are all forms of bodies.
var formats = []market.WebhookFormat{market.FormatEnvelope, market.FormatStandard, market.FormatCloudEvents, market.FormatRaw}

// compiled is the JSON Schema of a document's bodies, ready to validate.
func compiled(t testing.TB, d *document.Documents, typeName, text string, format market.WebhookFormat, events ...market.WebhookEventName) *jsonschema.Schema {
	t.Helper()
	schema, err := d.PayloadSchema(typeName, text, format, events)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatalf("%v in %s", err, schema)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("body.json", parsed); err != nil {
		t.Fatal(err)
	}
	made, err := compiler.Compile("body.json")
	if err != nil {
		t.Fatalf("%v in %s", err, schema)
	}
	return made
}

// fits says whether a body is valid.
func fits(t testing.TB, s *jsonschema.Schema, body string) error {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return s.Validate(parsed)
}

// kettle selects of an advert texts, a date and relations.
const kettle = `query($id: ID!) { node(id: $id) { __typename id ... on Advert {
  title published createdAt seller { id } variants(first: 2) { totalCount nodes { sku } } } } }`

func TestPayloadSchemaTellsBodiesThatFit(t *testing.T) {
	t.Parallel()
	const node = `{"__typename":"Advert","id":"QWR2ZXJ0LTE=","title":"Kettle","published":true,"createdAt":"2026-03-01T09:30:00Z","seller":{"id":"1"},"variants":{"totalCount":1,"nodes":[{"sku":null}]}}`
	const errors = `[{"message":"not found","path":["node","seller",0],"locations":[{"line":1,"column":2}],"extensions":{"code":"NOT_FOUND"}}]`
	const event = `{"specversion":"1.0","id":"e","source":"/shop","type":"crier.advert.updated","subject":"s","time":"2026-03-01T09:30:00Z","sequence":"7","datacontenttype":"application/json",`
	for _, test := range []struct {
		name   string
		format market.WebhookFormat
		body   string
		fits   bool
	}{
		{"an envelope", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + node + `}}}`, true},
		{"nothing found", market.FormatEnvelope, `{"id":"e","event_name":"create","payload":{"data":{"node":null}}}`, true},
		{"a ping", market.FormatEnvelope, `{"id":"e","event_name":"ping","payload":{"data":null}}`, true},
		{"errors beside data", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":null},"errors":` + errors + `}}`, true},
		{"only errors", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"errors":` + errors + `}}`, true},
		{"an empty payload", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{}}`, false},
		{"an unknown event", market.FormatEnvelope, `{"id":"e","event_name":"disabled","payload":{"data":null}}`, false},
		{"no id", market.FormatEnvelope, `{"event_name":"update","payload":{"data":null}}`, false},
		{"more than was selected", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + strings.Replace(node, `"id"`, `"url":"","id"`, 1) + `}}}`, false},
		{"a field less", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + strings.Replace(node, `"title":"Kettle",`, ``, 1) + `}}}`, false},
		{"another type", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + strings.Replace(node, `"Advert"`, `"Variant"`, 1) + `}}}`, false},
		{"no date", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + strings.Replace(node, `2026-03-01T09:30:00Z`, `soon`, 1) + `}}}`, false},
		{"a null too many", market.FormatEnvelope, `{"id":"e","event_name":"update","payload":{"data":{"node":` + strings.Replace(node, `"QWR2ZXJ0LTE="`, `null`, 1) + `}}}`, false},
		{"standard", market.FormatStandard, `{"type":"advert.updated","timestamp":"2026-03-01T09:30:00.123456Z","data":{"node":` + node + `}}`, true},
		{"standard, with errors", market.FormatStandard, `{"type":"advert.destroyed","timestamp":"2026-03-01T09:30:00Z","data":null,"errors":` + errors + `}`, true},
		{"standard, a ping", market.FormatStandard, `{"type":"ping","timestamp":"2026-03-01T09:30:00Z","data":null}`, true},
		{"standard, of another class", market.FormatStandard, `{"type":"variant.updated","timestamp":"2026-03-01T09:30:00Z","data":null}`, false},
		{"a cloud event", market.FormatCloudEvents, event + `"data":{"node":` + node + `}}`, true},
		{"a cloud event with errors", market.FormatCloudEvents, event + `"errors":"[]","data":{"node":null}}`, true},
		{"a cloud event of a wrong version", market.FormatCloudEvents, strings.Replace(event, "1.0", "0.3", 1) + `"data":null}`, false},
		{"raw", market.FormatRaw, `{"data":{"node":` + node + `}}`, true},
		{"raw, with an envelope", market.FormatRaw, `{"id":"e","event_name":"update","payload":{"data":null}}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := fits(t, compiled(t, checker(t), "Advert", kettle, test.format), test.body); (err == nil) != test.fits {
				t.Errorf("fits is %t, want %t: %v", err == nil, test.fits, err)
			}
		})
	}
}

func TestPayloadSchemaNamesTheEventsOfTheWebhook(t *testing.T) {
	t.Parallel()
	s := compiled(t, checker(t), "Advert", "", market.FormatEnvelope, market.EventDestroy)
	for name, want := range map[string]bool{"destroy": true, "update": true, "ping": true, "create": false, "disabled": false} {
		if err := fits(t, s, `{"id":"e","event_name":"`+name+`","payload":{"data":null}}`); (err == nil) != want {
			t.Errorf("%s fits: %t, want %t", name, err == nil, want)
		}
	}
}

func TestPayloadSchemaIsAJSONSchema(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.graphql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents (%v)", err)
	}
	d := checker(t)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typeName := strings.TrimSpace(strings.TrimPrefix(strings.SplitN(string(text), ":", 2)[0], "#"))
		for _, format := range formats {
			compiled(t, d, typeName, string(text), format)
		}
	}
}

func TestPayloadSchemaHoldsWhatTypesOfAnInterfaceGive(t *testing.T) {
	t.Parallel()
	// Only what $id alone finds is of the class.
	s := compiled(t, checker(t), "Advert", `query($id: ID!) { node(id: $id) { id } any: nodes(ids: [$id, "x"]) { __typename ... on Advert { title } ... on Brand { name } } }`, market.FormatRaw)
	for any, want := range map[string]bool{
		`{"__typename":"Advert","title":"Kettle"}`: true,
		`{"__typename":"Brand","name":"Acme"}`:     true,
		`{"__typename":"Variant"}`:                 true,
		`null`:                                     true,
		`{"__typename":"Advert"}`:                  false,
		`{"__typename":"Brand","title":"Kettle"}`:  false,
		`{"__typename":"Variant","title":"x"}`:     false,
		`{"__typename":"Edge"}`:                    false,
	} {
		if err := fits(t, s, `{"data":{"node":{"id":"x"},"any":[`+any+`]}}`); (err == nil) != want {
			t.Errorf("%s fits: %t, want %t (%v)", any, err == nil, want, err)
		}
	}
}

func TestPayloadSchemaIsBounded(t *testing.T) {
	t.Parallel()
	aliases := func(n int, field string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(" a" + strings.Repeat("b", i%3) + jsonNumber(i) + ":" + field)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"one type":  in("... on Advert {" + aliases(4_000, "title") + " }"),
		"all types": `query($id: ID!) { node(id: $id) { id } nodes(ids: [$id, "x"]) {` + aliases(3_000, "id") + " ... on Advert { title } ... on Brand { name } ... on Taxon { legacyId } ... on Seller { businessName } ... on Order { legacyId } ... on Invoice { legacyId } ... on Variant { sku } } }",
	} {
		schema, err := checker(t).PayloadSchema("Advert", text, market.FormatEnvelope, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(schema) > 2<<20 {
			t.Errorf("%s: %d bytes", name, len(schema))
		}
		if !json.Valid(schema) {
			t.Errorf("%s: the JSON Schema is no JSON", name)
		}
	}
}

func jsonNumber(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func TestPayloadSchemaRefusesWhatIsNoDocument(t *testing.T) {
	t.Parallel()
	if _, err := checker(t).PayloadSchema("Advert", "{", market.FormatRaw, nil); err == nil {
		t.Error("a text that is no document has a schema")
	}
}
