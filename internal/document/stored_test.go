package document_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// storedVerdicts are subscriptions for the class Advert with what is wrong with them,
// and the refusal's message; "" is nothing.
var storedVerdicts = []struct{ name, text, want, message string }{
	{"a subscription", "subscription { advertChanged { advert { id title } } }", "", ""},
	{"only the change", "subscription { advertChanged { id sequence at changed eventName } }", "", ""},
	{"a name and an alias", "subscription S { change: advertChanged { it: advert { key: id } } }", "", ""},
	{"events", "subscription { advertChanged(eventNames: [UPDATE, CREATE]) { id } }", "", ""},
	{"one event, which is a list of one", "subscription { advertChanged(eventNames: UPDATE) { id } }", "", ""},
	{"null for all events", "subscription { advertChanged(eventNames: null) { id } }", "", ""},
	{"one field in two parts", "subscription { advertChanged { id } advertChanged { at } }", "", ""},
	{"a fragment", "subscription { ...S } fragment S on Subscription { advertChanged { id } }", "", ""},
	{"a condition below", "subscription { advertChanged { id advert @skip(if: true) { id } } }", "", ""},
	{"its interface", "subscription { advertChanged { ... on Change { id } } }", "", ""},

	{"another class", "subscription { invoiceChanged { id } }", "ClassSelection 1:16",
		"invoiceChanged tells of Invoice changes and never of an Advert: register it for the class INVOICE, or write advertChanged"},
	{"two operations", "subscription A { advertChanged { id } } subscription B { advertChanged { at } }", "SingleOperation 1:41",
		"the document has 2 operations: keep exactly one"},
	{"a query beside it", "subscription A { advertChanged { id } } query Q($id: ID!) { node(id: $id) { id } }", "SingleOperation 1:41",
		"the document has 2 operations: keep exactly one"},
	{"two fields", "subscription { advertChanged { id } invoiceChanged { id } }", "SingleFieldSubscriptions 1:37",
		"Anonymous Subscription must select only one top level field."},
	{"two names", "subscription { a: advertChanged { id } b: advertChanged { id } }", "SingleFieldSubscriptions 1:40",
		`the subscription has "b" beside "a": a webhook has one document for each, so keep one`},
	{"two names by a fragment", "subscription { a: advertChanged { id } ...S } fragment S on Subscription { b: advertChanged { id } }", "SingleFieldSubscriptions 1:76",
		`the subscription has "b" beside "a": a webhook has one document for each, so keep one`},
	{"no field of its own", "subscription { __typename }", "SingleFieldSubscriptions 1:16",
		"Anonymous Subscription must not select an introspection top level field."},
	{"the schema", "subscription { __schema { types { name } } }", "Introspection 1:16",
		"__schema asks for the schema, which documents of webhooks cannot: remove it"},
	{"a condition", "subscription { advertChanged @skip(if: true) { id } }", "SingleFieldSubscriptions 1:31",
		"@skip could take away the only field of the subscription: remove it"},
	{"a condition that holds", "subscription { advertChanged @include(if: true) { id } }", "SingleFieldSubscriptions 1:31",
		"@include could take away the only field of the subscription: remove it"},
	{"a condition around it", "subscription { ... @include(if: false) { advertChanged { id } } }", "SingleFieldSubscriptions 1:21",
		"@include could take away the only field of the subscription: remove it"},
	{"a condition of a fragment", "subscription { ...S @skip(if: false) } fragment S on Subscription { advertChanged { id } }", "SingleFieldSubscriptions 1:22",
		"@skip could take away the only field of the subscription: remove it"},
	{"a condition in a fragment that is spread twice", "subscription { ...S ...S } fragment S on Subscription { advertChanged @skip(if: false) { id } }", "SingleFieldSubscriptions 1:72",
		"@skip could take away the only field of the subscription: remove it"},
	{"the id", "subscription($id: ID!) { advertChanged { id } }", "Variables 1:14, NoUnusedVariables 1:14",
		"the variable $id is given by nobody, since a subscription of a webhook has no variables: write its value where it is used"},
	{"a variable for the events", "subscription($names: [WebhookEventEnum!]) { advertChanged(eventNames: $names) { id } }", "Variables 1:14",
		"the variable $names is given by nobody, since a subscription of a webhook has no variables: write its value where it is used"},
	{"a variable for a condition", "subscription($off: Boolean! = false) { advertChanged @skip(if: $off) { id } }", "Variables 1:14",
		"the variable $off is given by nobody, since a subscription of a webhook has no variables: write its value where it is used"},
	{"an undeclared variable", "subscription { advertChanged(eventNames: $names) { id } }", "NoUndefinedVariables 1:42",
		`Variable "$names" is not defined.`},
	{"no events", "subscription {\n  advertChanged(eventNames: []) { id }\n}", "EventNames 2:17",
		"eventNames is an empty list: name some kinds of change, or leave it out for all"},
	{"an unknown event", "subscription { advertChanged(eventNames: [GONE]) { id } }", "ValuesOfCorrectType 1:43",
		`Value "GONE" does not exist in "WebhookEventEnum!" enum.`},
	{"a place to go on from", "subscription { advertChanged(after: 7) { id } }", "NoAfter 1:30",
		"after is for clients that come back: a webhook gets every change since its registration, so remove it"},
	{"an unknown field", "subscription { advertChanged { advert { tittle } } }", "FieldsOnCorrectType 1:41",
		`Cannot query field "tittle" on type "Advert". Did you mean "title"?`},
	{"an unknown root field", "subscription { webhookChanged { id } }", "FieldsOnCorrectType 1:16",
		`Cannot query field "webhookChanged" on type "Subscription". Did you mean "sellerChanged" or "taxonChanged"?`},
	{"pages in pages", "subscription { advertChanged { advert { taxon { adverts(first: 500) { nodes { variants(first: 500) { nodes { images(first: 500) { nodes { id } } } } } } } } } }", "Complexity 1:1", ""},
	{"a mutation", "mutation { advertDelete(input: {id: 1}) { status } }", "OperationKind 1:1", ""},
}

func TestStoredSubscriptions(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, c := range storedVerdicts {
		_, refused := d.Check("Advert", c.text)
		if got := verdict(refused); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.message != "" && (len(refused) == 0 || refused[0].Message != c.message) {
			t.Errorf("%s: %+v", c.name, refused)
		}
	}
	_, refused := d.Check("Webhook", "subscription { advertChanged { id } }")
	if want := "advertChanged tells of Advert changes and never of a Webhook: register it for the class ADVERT"; len(refused) != 1 || refused[0].Message != want {
		t.Errorf("for a class without subscription: %+v", refused)
	}
}

func TestStoredSubscriptionsAreDescribed(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, c := range []struct{ class, text, events, scopes, warnings string }{
		{"Advert", "subscription { advertChanged { advert { id __typename } } }", "CREATE DESTROY UPDATE", "adverts:read", ""},
		{"Advert", "subscription { advertChanged(eventNames: [UPDATE, CREATE, UPDATE]) { advert { title seller { id } } } }", "CREATE UPDATE", "adverts:read sellers:read", "IDNotSelected 1:16, TypenameNotSelected 1:16"},
		{"Invoice", "subscription { i: invoiceChanged(eventNames: DESTROY) { id __typename } }", "DESTROY", "invoices:read", "IDNotSelected 1:16, TypenameNotSelected 1:16"},
		{"Invoice", "subscription { invoiceChanged { invoice { id } } invoiceChanged { it: invoice { __typename } } }", "CREATE DESTROY UPDATE", "invoices:read", ""},
		{"Advert", "query($id: ID!) { node(id: $id) { id __typename } }", "", "adverts:read", ""},
	} {
		facts, refused := d.Check(c.class, c.text)
		if got := listed(facts.EventNames); refused != nil || got != c.events || strings.Join(facts.RequiredScopes, " ") != c.scopes || verdict(facts.Warnings) != c.warnings || facts.Cost == 0 {
			t.Errorf("%s: %+v, %v", c.text, facts, refused)
		}
	}
}

// listed are events in a row.
func listed(events []market.WebhookEventName) string {
	var names []string
	for _, e := range events {
		names = append(names, string(e))
	}
	return strings.Join(names, " ")
}

func TestEventsThatCannotBe(t *testing.T) {
	t.Parallel()
	d := checker(t)
	const updates = "subscription { advertChanged(eventNames: [UPDATE]) { id } }"
	for _, c := range []struct {
		text   string
		events []market.WebhookEventName
		want   string
	}{
		{updates, nil, ""},
		{updates, []market.WebhookEventName{"CREATE", "UPDATE"}, ""},
		{updates, []market.WebhookEventName{"CREATE", "DESTROY"}, "EventNames 1:30"},
		{"subscription { advertChanged { id } }", []market.WebhookEventName{"CREATE"}, ""},
		{"", []market.WebhookEventName{"CREATE"}, ""},
	} {
		refused := d.CheckEvents(c.text, c.events)
		if got := verdict(refused); got != c.want {
			t.Errorf("%s with %v: %s", c.text, c.events, got)
		}
		if want := "eventNames asks for UPDATE, and the webhook is only about CREATE and DESTROY: no change could ever be both"; c.want != "" && refused[0].Message != want {
			t.Errorf("it says %q", refused[0].Message)
		}
	}
}

func TestStoredSubscriptionsRun(t *testing.T) {
	t.Parallel()
	a := &announcer{advert: func() (*market.Advert, error) { return sample(7), nil }}
	d := document.New(graph.NewExecutableSchema(graph.Config{Resolvers: a}), document.Options{})
	p, err := d.Prepare("subscription { a: advertChanged { id sequence eventName at changed advert { legacyId } } }")
	if err != nil {
		t.Fatal(err)
	}
	change := market.Change{Num: 3, Sequence: 9, Action: market.Update, Changed: []string{"title"}, Subject: market.Ref{Type: "Advert", Num: 7}, At: time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)}
	owner := viewer.Viewer{Seller: 2}
	const subject = "QWR2ZXJ0LTc="
	got, err := d.Run(document.WithChange(d.Batch(t.Context(), owner), change), p, subject, owner)
	want := `{"data":{"a":{"id":"` + change.ID() + `","sequence":9,"eventName":"UPDATE","at":"2031-05-06T12:00:00Z","changed":["title"],"advert":{"legacyId":7}}}}`
	if err != nil || string(got) != want {
		t.Errorf("it gives %s, %v, want %s", got, err, want)
	}
	if got, err = d.Run(document.WithChange(t.Context(), market.Change{}), p, subject, owner); got != nil || err != nil {
		t.Errorf("of what it does not ask for it gives %s, %v", got, err)
	}
	a.advert = func() (*market.Advert, error) { return nil, market.ErrNotFound }
	if got, err = d.Run(document.WithChange(t.Context(), change), p, subject, owner); err != nil || !strings.HasPrefix(string(got), `{"errors":[{"message":"not found","path":["a","advert"]`) {
		t.Errorf("of what is not there it gives %s, %v", got, err)
	}
	a.advert = func() (*market.Advert, error) { return nil, errors.New("the disk is away") }
	if got, err = d.Run(document.WithChange(t.Context(), change), p, subject, owner); got != nil || !errors.Is(err, document.ErrInternal) {
		t.Errorf("after a failure it gives %s, %v", got, err)
	}
}
