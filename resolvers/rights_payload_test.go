package resolvers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// TestRightsOfPayloads executes, for each class of webhooks, a document that
// selects every field of the class and the leaves of what is below, as the
// webhooks' workers do: what its owner may not read is not in the payload.
func TestRightsOfPayloads(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	s := serve(w.bundle, w.schema)
	classes := w.schema.Types["WebhookKlassEnum"].EnumValues
	for _, class := range classes {
		typeName, known := market.TypeOfClass(class.Name)
		if !known {
			t.Fatalf("%s is no class of the market", class.Name)
		}
		run(t, class.Name, func(*testing.T) []finding { return s.payloads(typeName) })
	}
	if len(classes) < 13 {
		t.Errorf("%d classes, want those of wire.md", len(classes))
	}
}

// payloads holds the payloads of a class to the table.
func (s *served) payloads(typeName string) []finding {
	at := places()[typeName]
	needs, fields := at.needs, []string{}
	for _, f := range s.schema.Types[typeName].Fields {
		scope, _ := needOf(f.Type.Name())
		needs = union(needs, scope)
		fields = append(fields, strings.TrimPrefix(probe(s.schema, f, ""), "probe: "))
	}
	text := at.document("probe: id " + strings.Join(fields, " "))
	var findings []finding
	for _, c := range []caller{theOperator, theOwner, theOwner.limited(needs)} {
		if got, refused := s.render(c, text, at.about); refused != nil || len(got.errors) > 0 || c.seller != 0 && got.leak(c) != "" {
			findings = append(findings, finding{typeName, c.name, fmt.Sprintf("wants a payload of its own, got %s %v; not its own: %q", got.body, refused, got.leak(c))})
		}
	}
	got, refused := s.render(theStranger, text, at.about)
	if none, _ := s.render(theStranger, text, market.Ref{Type: typeName, Num: nowhere}); refused != nil || owned(at.about) && (got.body != none.body || !slices.Equal(got.codes(), []string{"NOT_FOUND"})) || got.leak(theStranger) != "" {
		findings = append(findings, finding{typeName, theStranger.name, fmt.Sprintf("got %s %v, and of nothing %s", got.body, refused, none.body)})
	}
	for _, scope := range needs {
		c := theOwner.limited(without(scope))
		if got, refused := s.render(c, text, at.about); refused == nil || len(refused.Errors) != 1 || !strings.HasSuffix(refused.Errors[0].Message, "the scope "+scope) {
			findings = append(findings, finding{typeName, c.name, fmt.Sprintf("wants the refusal of %s, got %s %v", scope, got.body, refused)})
		}
	}
	return findings
}

// render is the payload that a webhook's document gives for an entity as its owner.
func (s *served) render(c caller, text string, subject market.Ref) (reply, *document.Refused) {
	prepared, err := s.documents.Prepare(text)
	if err != nil {
		return replyOf(0, err.Error()), nil
	}
	body, err := s.documents.Run(s.t.Context(), prepared, subject.ID(), viewer.Viewer{Seller: c.seller, Scopes: c.scopes, Key: "webhook"})
	if refused, ok := errors.AsType[*document.Refused](err); ok {
		return reply{}, refused
	}
	if err != nil {
		return replyOf(0, err.Error()), nil
	}
	return replyOf(0, string(body)), nil
}

// TestRightsOfRegistrations has keys register documents that read more than
// their scopes allow: as it runs, a document has all rights of its owner.
func TestRightsOfRegistrations(t *testing.T) {
	t.Parallel()
	s := traded(t, wholeSchema())
	narrow := theNorth.limited([]string{"webhooks:manage", "adverts:read"})
	create := func(c caller, selection string) reply {
		return s.ask(c, s.changing("webhookCreate"), map[string]any{"input": map[string]any{"attributes": map[string]any{
			"type": "ADVERT", "url": "https://shop.example/hook", "queryString": "query($id: ID!) { node(id: $id) { id } " + selection + " }",
		}}})
	}
	if got := create(narrow, ""); !got.succeeded() {
		t.Errorf("a document within the scopes: %s", got.body)
	}
	for _, selection := range []string{
		"invoices { totalCount }", "externalIds { value }", `other: node(id: "` + id("Address", 1) + `") { ... on Address { city } }`,
		"webhookEvents { nodes { payload } }",
	} {
		if got := create(narrow, selection); !got.blames([]string{"queryString"}) {
			t.Errorf("%s with %s: %s", selection, narrow.name, got.body)
		}
		made := create(theNorth, selection)
		if !made.succeeded() {
			t.Errorf("%s with all rights: %s", selection, made.body)
			continue
		}
		elsewhere := map[string]any{"webhookId": made.payload()["webhook"].(map[string]any)["id"], "attributes": map[string]any{"url": "https://else.example/"}}
		if got := s.ask(narrow, s.changing("webhookUpdate"), map[string]any{"input": elsewhere}); !got.blames([]string{"queryString"}) {
			t.Errorf("%s sent elsewhere by %s: %s", selection, narrow.name, got.body)
		}
	}
}
