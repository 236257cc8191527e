package resolvers_test

import (
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

// changesOf is a subscription to the changes of a type that shows all that has no arguments.
func (w *world) changesOf(typeName string) string {
	entity := strings.ToLower(typeName[:1]) + typeName[1:]
	var leaves []string
	for _, f := range w.schema.Types[typeName].Fields {
		if w.schema.Types[f.Type.Name()].IsLeafType() && len(f.Arguments) == 0 && !strings.HasPrefix(f.Name, "__") {
			leaves = append(leaves, f.Name)
		}
	}
	return "subscription { it: " + entity + "Changed { __typename ...C " + entity + " { __typename " + strings.Join(leaves, " ") + " } } } fragment C on Change { id sequence at changed eventName }"
}

// Every class can be registered with a subscription, whose bodies are what their schema says, and whose filter sees them.
func TestSubscriptionBodiesAreWhatTheirSchemaSays(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	for _, field := range w.schema.Subscription.Fields {
		typeName := strings.TrimSuffix(field.Type.Name(), "Change")
		text := w.changesOf(typeName)
		if _, refused := w.resolver.Documents.Check(typeName, text); refused != nil {
			t.Errorf("%s: %v", text, refused)
			continue
		}
		schemas := w.bodySchemas(t, typeName, text)
		for _, action := range []market.Action{market.Create, market.Update} {
			if !w.fits(t, typeName, text, viewer.Viewer{Key: "webhook"}, action, schemas) {
				t.Errorf("%s does not show its entity", text)
			}
		}
		for filter, want := range map[string]string{
			`data.it.eventName == "UPDATE" && data.it.sequence > 3 && "x" in data.it.changed`: "",
			`data.it.` + strings.ToLower(typeName[:1]) + typeName[1:] + `.id != ""`:           "",
			`data.it.sequence == "3"`:     "FilterType",
			`data.it.eventName == "GONE"`: "FilterValue",
			`data.it.nothing == 1`:        "FilterType",
			`data.node.id == "x"`:         "FilterType",
		} {
			rule := ""
			if wrong := w.resolver.Documents.CheckFilter(typeName, text, filter, nil); wrong != nil {
				rule = wrong[0].Rule
			}
			if rule != want {
				t.Errorf("the filter %s of %s is refused for %q, want %q", filter, typeName, rule, want)
			}
		}
	}
}

func TestDryRunOfASubscription(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	document := func(arguments string) string {
		return `type: INVOICE, subjectId: "Invoice-1", format: RAW, queryString: "subscription { invoiceChanged` + arguments + ` { id sequence eventName invoice { legacyId } } }"`
	}
	shows := func(event string) string {
		return `{"data":{"invoiceChanged":{"id":"` + id("Change", 0) + `","sequence":0,"eventName":"` + event + `","invoice":{"legacyId":1}}}}`
	}
	for name, c := range map[string]struct{ input, body string }{
		"an update":              {document(""), shows("UPDATE")},
		"a create":               {document("") + ", eventName: CREATE", shows("CREATE")},
		"what it asks for first": {document("(eventNames: [DESTROY, CREATE])"), shows("CREATE")},
		"what it does not ask":   {document("(eventNames: [DESTROY, CREATE])") + ", eventName: UPDATE", ""},
		"a filter met":           {document("") + `, filter: "data.invoiceChanged.eventName == 'UPDATE'"`, shows("UPDATE")},
		"not met":                {document("") + `, filter: "data.invoiceChanged.invoice.legacyId > 1"`, ""},
	} {
		got, body := b.dryRun(north, c.input), ""
		if got.Body != nil {
			body = *got.Body
		}
		if body != c.body || got.Matched != (c.body != "") || got.Errors != nil || got.Cost == 0 || got.PayloadSchema == nil || len(got.DocumentWarnings) != 2 || strings.Join(got.RequiredScopes, " ") != "invoices:read" {
			t.Errorf("%s: %+v, %s", name, got, body)
		}
	}
	changed := b.dryRun(north, `type: INVOICE, subjectId: "Invoice-1", queryString: "subscription { invoiceChanged { changed } }", filter: "data.invoiceChanged.changed == changed && 'totalCents' in changed"`)
	if !changed.Matched || changed.Errors != nil {
		t.Errorf("the fields that count as changed: %+v", changed)
	}
}

// A subscription is held to class and events of its webhook, whichever of them a registration or an update says.
func TestWebhooksOfSubscriptions(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	const updates = `"subscription { invoiceChanged(eventNames: [UPDATE]) { id } }"`
	create := func(attributes string) string {
		return `mutation { webhook: webhookCreate(input: { attributes: { url: "https://shop.example/hook", ` + attributes + ` } }) { status errors { field } documentErrors { rule line column path } } }`
	}
	update := func(attributes string) string {
		return ids(`mutation { webhook: webhookUpdate(input: { webhookId: "Webhook-1", attributes: { ` + attributes + ` } }) { status errors { field } documentErrors { rule line column path } } }`)
	}
	const fine = `{"webhook": {"status": 200, "errors": null, "documentErrors": null}}`
	refused := func(field, rule string, column string) string {
		return `{"webhook": {"status": 422, "errors": [{"field": "` + field + `"}], "documentErrors": [{"rule": "` + rule + `", "line": 1, "column": ` + column + `, "path": ["invoiceChanged"]}]}}`
	}
	for _, c := range []struct{ mutation, want string }{
		{create(`type: INVOICE, queryString: ` + updates + `, eventNames: [CREATE, DESTROY]`), refused("query_string", "EventNames", "31")},
		{create(`type: ADVERT, queryString: ` + updates), refused("query_string", "ClassSelection", "16")},
		{create(`type: WEBHOOK, queryString: ` + updates), refused("query_string", "ClassSelection", "16")},
		{create(`type: INVOICE, queryString: ` + updates + `, eventNames: [CREATE, UPDATE]`), fine},
		{update(`type: ADVERT`), refused("type", "ClassSelection", "16")},
		{update(`eventNames: [CREATE]`), refused("event_names", "EventNames", "31")},
		{update(`eventName: DESTROY`), refused("event_name", "EventNames", "31")},
		{update(`eventNames: null`), fine},
		{update(`eventName: CREATE, queryString: "subscription { invoiceChanged(eventNames: [DESTROY]) { id } }"`), refused("query_string", "EventNames", "31")},
		{update(`eventName: CREATE, queryString: null`), fine},
		{update(`eventName: null, queryString: ` + updates), fine},
	} {
		b.query(c.mutation).is(c.want)
	}
	b.query(ids(`{ node(id: "Webhook-1") { ... on Webhook { type eventNames cost requiredScopes queryString } } }`)).
		is(`{"node": {"type": "INVOICE", "eventNames": null, "cost": 2, "requiredScopes": ["invoices:read"], "queryString": ` + updates + `}}`)
}
