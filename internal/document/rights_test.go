package document_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/document"
)

// operation parses a request that has to be valid and returns its only operation.
func operation(t testing.TB, d *document.Documents, text string) *ast.OperationDefinition {
	t.Helper()
	doc, refused := d.Parse(text)
	if refused != nil {
		t.Fatalf("%s: %v", text, refused)
	}
	return doc.Operations[0]
}

func TestRequiredScopes(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for text, want := range map[string]string{
		"{ __typename }":                              "",
		"{ __schema { types { name } } }":             "",
		"{ apiKeyPrincipal { name } }":                "",
		"{ apiKeyPrincipal { seller { id } } }":       "sellers:read",
		"{ node(id: 1) { id } }":                      "",
		"{ node(id: 1) { ... on Advert { id } } }":    "adverts:read",
		"{ advertsWhere { totalCount } }":             "adverts:read",
		"{ allAdverts { pageInfo { hasNextPage } } }": "adverts:read",
		"{ advertsWhere { nodes { ...A } } } fragment A on Advert { taxon { title } seller { id } }": "adverts:read sellers:read taxonomy:read",
		"{ node(id: 1) { ... on Variant { advert { __typename } } } }":                               "adverts:read",
		"mutation { advertUpsert(input: {attributes: {}}) { status } }":                              "adverts:write",
		"mutation { advertUpsert(input: {attributes: {}}) { advert { id brand { id } } } }":          "adverts:read adverts:write taxonomy:read",
		"mutation { advertDelete(input: {id: 1}) { status } }":                                       "adverts:manage",
		"mutation { webhookDelete(input: {webhookId: 1}) { status } }":                               "webhooks:manage",
		"{ webhooks { nodes { secrets { fingerprint } } } }":                                         "webhooks:read",
	} {
		if got := strings.Join(d.RequiredScopes(operation(t, d, text)), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestTypeScopes(t *testing.T) {
	t.Parallel()
	got := document.TypeScopes(schema().Schema())
	for name, want := range map[string]string{
		"Advert": "adverts:read", "AdvertsConnection": "adverts:read", "AdvertEdge": "adverts:read", "AllAdvert": "adverts:read",
		"AllAdvertsConnection": "adverts:read", "Invoice": "invoices:read", "InvoiceConnection": "invoices:read",
		"Node": "", "Query": "", "PageInfo": "", "ExternalID": "", "String": "", "APIKeyPrincipal": "",
	} {
		if got[name] != want {
			t.Errorf("%s: got %q, want %q", name, got[name], want)
		}
	}
}

func TestOperatorField(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for text, want := range map[string]string{
		"mutation { advertDelete(input: {id: 1}) { status } }":                                      "",
		"mutation { brandCreateOrUpdate(input: {name: \"A\"}) { status } }":                         "brandCreateOrUpdate",
		"mutation { ...M } fragment M on Mutation { b: brandCreateOrUpdate(input: {}) { status } }": "brandCreateOrUpdate",
		"{ brands { totalCount } }": "",
	} {
		if got := document.OperatorField(operation(t, d, text)); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestIntrospects(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for text, want := range map[string][2]bool{
		"{ __schema { types { name fields { name } } } __typename }":    {true, true},
		"{ ...S } fragment S on Query { __type(name: \"A\") { name } }": {true, true},
		"{ __schema { types { name } } brands { totalCount } }":         {true, false},
		"{ brands { __typename totalCount } }":                          {false, false},
		"{ __typename }":                                                {false, false},
	} {
		some, only := document.Introspects(operation(t, d, text))
		if diff := cmp.Diff(want, [2]bool{some, only}); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}
