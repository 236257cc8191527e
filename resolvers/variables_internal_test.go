package resolvers

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/document"
)

// FuzzVariables gives an operation values of any form: they are read without a
// panic and within a bound of memory, and what is refused names its variable.
func FuzzVariables(f *testing.F) {
	const adverts = `query($q: String, $first: Int = 5, $ids: [ID!], $since: ISO8601DateTime, $status: AdvertStatusEnum) {
		advertsWhere(q: $q, first: $first, brandIds: $ids, createdSince: $since, status: $status) { totalCount } }`
	const create = `mutation($input: AdvertUpsertMutationInput!, $on: Boolean = true) { advertUpsert(input: $input) { status @include(if: $on) } }`
	const hook = `mutation($attributes: WebhookCreateInput!) { webhookCreate(input: { attributes: $attributes }) { status } }`
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	for document, values := range map[string][]string{
		adverts: {``, `null`, `[]`, `{}`, `{"q": 7}`, `{"first": "5"}`, `{"first": 1e3}`, `{"first": 1.5}`, `{"first": 1e999}`, `{"first": null}`, `{"ids": "x"}`, `{"ids": [1, null]}`, `{"ids": [[["x"]]]}`,
			`{"since": "soon"}`, `{"since": 7}`, `{"status": "NONE"}`, `{"status": ["PUBLISHED"]}`, `{"unknown": 1}`, `{"q": "` + strings.Repeat(`\u00e9`, 10_000) + `"}`, `{"ids": [` + many(15_000, `"%d",`) + `]}`, `{` + many(5_000, `"v%d":1,`) + `}`},
		create: {`{"input": {}}`, `{"input": {"attributes": {"title": "x", "variants": [{"sku": 1}]}}}`, `{"input": {"attributes": {"unknown": 1}}}`, `{"input": [{}]}`, `{"on": null, "input": {}}`,
			`{"input": {"attributes": {"variants": [` + many(4_000, `{"sku":"%d"},`) + `]}}}`, `{"input": ` + strings.Repeat(`{"attributes":`, 3_000) + `1` + strings.Repeat(`}`, 3_001), `{"input": {` + many(5_000, `"f%d":1,`) + `}}`},
		hook: {`{"attributes": {"headers": {"X": [1, {"a": null}]}, "url": "", "type": "ADVERT"}}`, `{"attributes": {"headers": ` + strings.Repeat(`[`, 5_000) + strings.Repeat(`]`, 5_000) + `, "url": "", "type": "ADVERT"}}`},
		`query($a: [[Int!]!]!) { brands(first: 1) { totalCount } }`: {`{"a": [[1, 2], [3]]}`, `{"a": 1}`, `{"a": [[null]]}`, `{"a": [` + many(8_000, `[%d],`) + `]}`},
	} {
		for _, v := range values {
			f.Add(document, v)
		}
	}
	documents := document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{})
	e := &executor{documents: documents}
	f.Fuzz(func(t *testing.T, text, values string) {
		doc, refused := documents.Parse(text)
		if refused != nil {
			return
		}
		given := map[string]any{}
		decoder := json.NewDecoder(strings.NewReader(values))
		decoder.UseNumber()
		if decoder.Decode(&given) != nil {
			return
		}
		for _, op := range doc.Operations {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			read, err := e.variables(op, given)
			if err == nil {
				documents.Cost(op, read)
			} else if !strings.Contains(err.Message, "$") || err.Extensions["code"] != document.CodeBadUserInput {
				t.Errorf("%.60q of %.60q is refused for %+v", values, text, err)
			}
			if runtime.ReadMemStats(&after); len(values) <= 64<<10 && after.TotalAlloc-before.TotalAlloc > 16<<20 {
				t.Errorf("%.60q of %.60q takes %d MiB", values, text, (after.TotalAlloc-before.TotalAlloc)>>20)
			}
		}
	})
}
