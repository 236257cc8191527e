package resolvers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// dryDock is trade with an order in it, documents that are checked, and bodies.
func dryDock(t *testing.T) *bundle {
	t.Helper()
	b := trade(t, market.Options{Documents: document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{})})
	b.query(orderOfThree)
	return b
}

// dryRun is the answer of webhookDryRun.
type dryRun struct {
	Body             *string
	Cost             int
	DocumentErrors   []struct{ Rule string }
	DocumentWarnings []struct{ Rule string }
	Errors           []struct {
		Field    string
		Messages []string
	}
	Matched                       bool
	MissingScopes, RequiredScopes []string
	Payload, PayloadSchema        json.RawMessage
}

func (b *bundle) dryRun(v viewer.Viewer, input string) dryRun {
	b.t.Helper()
	var got struct{ WebhookDryRun dryRun }
	b.queryAs(v, ids(`{ webhookDryRun(input: { `+input+` }) { body cost documentErrors { rule } documentWarnings { rule } errors { field messages } matched missingScopes requiredScopes payload payloadSchema } }`)).read(&got)
	return got.WebhookDryRun
}

// refusals are the fields with errors.
func (d dryRun) refusals() string {
	var fields []string
	for _, e := range d.Errors {
		fields = append(fields, e.Field)
	}
	return strings.Join(fields, " ")
}

func TestDryRunShowsWhatWouldBeSent(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	const document = `queryString: "query($id: ID!) { node(id: $id) { __typename id ... on Invoice { legacyId } } }"`
	for name, test := range map[string]struct {
		viewer     viewer.Viewer
		input      string
		matched    bool
		body, says string
	}{
		"the default":   {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1"`, true, `{"id":"` + id("WebhookEvent", 0) + `","event_name":"update","payload":{"data":{"node":{"__typename":"Invoice"}}}}`, ""},
		"its own":       {north, `type: INVOICE, subjectId: "Invoice-1", eventName: CREATE, format: RAW, ` + document, true, `{"data":{"node":{"__typename":"Invoice","id":"` + id("Invoice", 1) + `","legacyId":1}}}`, ""},
		"for a seller":  {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", sellerId: "Seller-1", format: RAW`, true, `{"data":{"node":{"__typename":"Invoice"}}}`, ""},
		"another's":     {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", sellerId: "Seller-2", format: RAW`, false, "", "subject_id"},
		"not its own":   {south, `type: INVOICE, subjectId: "Invoice-1"`, false, "", "subject_id"},
		"a false owner": {north, `type: INVOICE, subjectId: "Invoice-1", sellerId: "Seller-2"`, false, "", "seller_id"},
		"no seller":     {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", sellerId: "Seller-99"`, false, "", "seller_id subject_id"},
		"nobody":        {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-999"`, false, "", "subject_id"},
		"another class": {viewer.Viewer{}, `type: ADVERT, subjectId: "Invoice-1"`, false, "", "subject_id"},
		"no id":         {viewer.Viewer{}, `type: INVOICE, subjectId: "x"`, false, "", "subject_id"},
		"a filter met":  {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", format: RAW, filter: "eventName == 'update' && 'statusFlags' in changed && data.node.__typename == 'Invoice'"`, true, `{"data":{"node":{"__typename":"Invoice"}}}`, ""},
		"not met":       {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", filter: "eventName == 'create'"`, false, "", ""},
		"not evaluated": {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", format: RAW, filter: "double(data.node.__typename) > 1.0"`, true, `{"data":{"node":{"__typename":"Invoice"}}}`, "filter"},
		"a bad filter":  {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", filter: "data.node.id == 'x'"`, false, "", "filter"},
		"all blank":     {viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", format: RAW, filter: " ", queryString: " "`, true, `{"data":{"node":{"__typename":"Invoice"}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := (&bundle{t: t, executor: b.executor, resolver: b.resolver}).dryRun(test.viewer, test.input)
			body := ""
			if got.Body != nil {
				body = *got.Body
			}
			if got.Matched != test.matched || body != test.body || got.refusals() != test.says {
				t.Errorf("matched %t with %s, errors %v; want %t, %s, %q", got.Matched, body, got.Errors, test.matched, test.body, test.says)
			}
			if got.PayloadSchema == nil || len(got.RequiredScopes) == 0 || got.Cost == 0 {
				t.Errorf("it is not described: %+v", got)
			}
		})
	}
}

func TestDryRunExecutesNothingBeyondTheKeysScopes(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	narrow := viewer.Viewer{Scopes: []string{"webhooks:read", "invoices:read"}}
	got := b.dryRun(narrow, `type: INVOICE, subjectId: "Invoice-1", queryString: "query($id: ID!) { node(id: $id) { ... on Invoice { id order { id } } } }"`)
	if strings.Join(got.MissingScopes, " ") != "orders:read" || got.Matched || got.Body != nil || got.Payload != nil && string(got.Payload) != "null" {
		t.Errorf("it shows %+v", got)
	}
	if len(got.DocumentErrors) > 0 || got.Cost == 0 || got.PayloadSchema == nil {
		t.Errorf("the document itself is not described: %+v", got)
	}
}

func TestDryRunOfAWrongDocument(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	got := b.dryRun(viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", filter: "?", queryString: "query($id: ID!) { node(id: $id) { pony } }"`)
	if len(got.DocumentErrors) != 1 || got.DocumentErrors[0].Rule != "FieldsOnCorrectType" || got.Cost != 0 || got.Matched || got.Body != nil {
		t.Errorf("it is %+v", got)
	}
	warned := b.dryRun(viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1"`)
	if len(warned.DocumentWarnings) != 1 || warned.DocumentWarnings[0].Rule != "IDNotSelected" {
		t.Errorf("the warnings are %v", warned.DocumentWarnings)
	}
}

func TestDryRunIsOneAndNotNested(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	const one = `webhookDryRun(input: { type: INVOICE, subjectId: "Invoice-1" }) { matched }`
	if a := b.run(viewer.Viewer{}, ids(`{ a: `+one+` b: `+one+` }`), nil); len(a.Errors) != 2 || a.Errors[0].Extensions["code"] != document.CodeBadUserInput {
		t.Errorf("two in one request: %v", a.Errors)
	}
	b.run(viewer.Viewer{ReadOnly: true}, ids(`{ `+one+` }`), nil).fails(document.CodeForbidden, "webhookDryRun")
}

func TestDryRunStoresNothing(t *testing.T) {
	t.Parallel()
	b := dryDock(t)
	before := b.query(`{ webhooks { totalCount } webhookEvents { totalCount } }`)
	b.dryRun(viewer.Viewer{}, `type: INVOICE, subjectId: "Invoice-1", eventName: DESTROY`)
	b.query(`{ webhooks { totalCount } webhookEvents { totalCount } }`).is(string(before.Data))
}
