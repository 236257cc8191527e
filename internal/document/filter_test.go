package document_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"crier/internal/market"
)

func TestCheckFilterKnowsTheData(t *testing.T) {
	t.Parallel()
	const invoice = `query($id: ID!) { node(id: $id) { __typename ... on Invoice { id status statusFlags lineItems { id quantity }
	shipments { trackingNumber carrier } total: totalCents } } brands(first: 2) { nodes { name } } }`
	d := checker(t)
	for _, test := range []struct{ class, document, filter, want string }{
		{"Invoice", invoice, `data.node.lineItems.exists(l, l.quantity > 1)`, ""},
		{"Invoice", invoice, `data.node.total > 100`, ""},
		{"Invoice", invoice, `data.brands.nodes[0].name == "x"`, ""},
		{"Invoice", invoice, `data.node.__typename == "Invoice"`, ""},
		{"Invoice", invoice, `data.node.__typename == "Advert"`, "FilterValue 1:25"},
		{"Invoice", invoice, `"statusFlags" in changed`, ""},
		{"Invoice", invoice, `"title" in changed`, "FilterValue 1:1"},
		{"Invoice", invoice, `data.node.buyerSurname == "x"`, "FilterType 1:10"},
		{"Invoice", invoice, `data.node.totalCents > 1`, "FilterType 1:10"},
		{"Invoice", invoice, `eventName == "disabled"`, "FilterValue 1:14"},
		{"Webhook", "", `eventName == "disabled"`, ""},
		{"Advert", "", `data.node.__typename == "Advert"`, ""},
		{"Advert", "", `data.node.title == "x"`, "FilterType 1:10"},
		{"Advert", `query($id: ID!) { node(id: $id) { id } nodes(ids: [$id, "x"]) { ... on Advert { title } ... on Brand { name } } }`, `data.nodes.exists(n, n.title == null && n.name == "x")`, ""},
		{"Advert", "{", "true", "Parse 1:2"},
	} {
		if got := verdict(d.CheckFilter(test.class, test.document, test.filter, nil)); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.filter, test.class, got, test.want)
		}
	}
}

// TestCheckFilterKnowsTheEvents refuses what no event of the webhook can meet. A
// trigger and a backfill send an update whatever the webhook listens to.
func TestCheckFilterKnowsTheEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		filter, want string
		events       []market.WebhookEventName
	}{
		{`eventName == "destroy"`, "", nil},
		{`eventName == "destroy"`, "", []market.WebhookEventName{market.EventCreate, market.EventDestroy}},
		{`eventName == "destroy"`, "FilterConstant 1:11", []market.WebhookEventName{market.EventCreate}},
		{`eventName != "destroy"`, "", []market.WebhookEventName{market.EventCreate}},
		{`eventName == "update"`, "", []market.WebhookEventName{market.EventCreate}},
		{`"title" in changed`, "", []market.WebhookEventName{market.EventDestroy}},
		{`"title" in changed && eventName != "update"`, "FilterConstant 1:20", []market.WebhookEventName{market.EventDestroy}},
	} {
		if got := verdict(checker(t).CheckFilter("Advert", "", test.filter, test.events)); got != test.want {
			t.Errorf("%s of %v: %s, want %s", test.filter, test.events, got, test.want)
		}
	}
}

func TestFilterIsCompiledOnce(t *testing.T) {
	t.Parallel()
	d := checker(t)
	first, err := d.Filter("Advert", "", "true")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.Filter("Advert", "", "true"); err != nil || again != first {
		t.Errorf("a second one is %p, %v, want %p", again, err, first)
	}
	if match, err := first.Match(json.RawMessage(`{"data":null}`), nil, string(market.Update)); err != nil || !match {
		t.Errorf("it matches: %t, %v", match, err)
	}
}

func TestFiltersOfTheGuideAreAccepted(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## Filters\n")
	_, block, _ := strings.Cut(section, "\n```\n")
	block, _, _ = strings.Cut(block, "\n```\n")
	const text = `query($id: ID!) { node(id: $id) { ... on Invoice { status createdAt lineItems { quantity variantSku } seller { baseDomesticShippingCost } } } }`
	examples := strings.Split(block, "\n")
	for _, example := range examples {
		if got := verdict(checker(t).CheckFilter("Invoice", text, example, nil)); got != "" {
			t.Errorf("%s: %s", example, got)
		}
	}
	if len(examples) < 4 {
		t.Errorf("the guide has %d filters", len(examples))
	}
}
