package document_test

import (
	"strings"
	"testing"
)

// TestCheckNeedsWhatADocumentReaches holds the scopes of a webhook's document to
// what it can read: all that there is, where that shows only as it runs.
func TestCheckNeedsWhatADocumentReaches(t *testing.T) {
	t.Parallel()
	const everything = "adverts:read invoices:read keys:read orders:read refunds:read sellers:read shipments:read taxonomy:read webhooks:read"
	d := checker(t)
	for selection, want := range map[string]string{
		"node(id: $id) { id }":                                                                 "taxonomy:read",
		"nodes(ids: [$id, $id]) { id }":                                                        "taxonomy:read",
		"node(id: $id) { ... on Taxon { adverts { nodes { id } } } }":                          "adverts:read taxonomy:read",
		"node(id: $id) { ... on Taxon { externalIds { value owner { id } } } }":                "taxonomy:read",
		"node(id: $id) { id } apiKeyPrincipal { name }":                                        "taxonomy:read",
		"node(id: $id) { id } webhookEvents { nodes { status } }":                              "taxonomy:read webhooks:read",
		"node(id: $id) { id } webhookEvents { nodes { payload } }":                             everything,
		"node(id: $id) { id } webhooks { nodes { events { ...E } } }":                          everything,
		"node(id: $id) { id } externalIds(ownerType: \"Taxon\") { value }":                     everything,
		"node(id: $id) { id } other: node(id: \"QWRkcmVzcy0x\") { ... on Address { city } }":   everything,
		"node(id: $id) { id } nodes(ids: [$id, \"QWRkcmVzcy0x\"]) { ... on Address { city } }": everything,
		"node(id: $id) { id } nodes(ids: \"QWRkcmVzcy0x\") { id }":                             everything,
	} {
		text := "query($id: ID!) { " + selection + " }"
		if strings.Contains(selection, "...E") {
			text += " fragment E on WebhookEvent { payload }"
		}
		facts, refused := d.Check("Taxon", text)
		if got := strings.Join(facts.RequiredScopes, " "); got != want || refused != nil {
			t.Errorf("%s needs %q %v, want %q", selection, got, refused, want)
		}
	}
}
