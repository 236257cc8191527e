package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/store"
)

// formerSchema is the schema as an earlier release could have had it: with a field
// that is gone, a type under another name, and an argument that was not required.
func formerSchema(t *testing.T) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("schema/*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, file := range files {
		part, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(part)
		text.WriteByte('\n')
	}
	former := text.String()
	for pattern, replacement := range map[string]string{
		`(?m)^type Advert (.*)\{$`:        "type Advert $1{\n  subtitle: String",
		`\bImage\b`:                       "Picture",
		`(order\([^)]*orderId: ID)!(\s*)`: "$1$2",
	} {
		edited := regexp.MustCompile(pattern).ReplaceAllString(former, replacement)
		if edited == former {
			t.Fatalf("the schema has nothing like %s any more", pattern)
		}
		former = edited
	}
	return gqlparser.MustLoadSchema(&ast.Source{Name: "former.graphqls", Input: former})
}

// outdated are documents that were fine under the former schema.
var outdated = []struct {
	name, text, says string
}{
	{"removed field", "query($id: ID!) {\n  node(id: $id) {\n    ... on Advert { id subtitle }\n  }\n}", "line 3, column 24"},
	{"renamed type", "query($id: ID!) {\n  node(id: $id) { ... on Advert { id images(first: 1) { nodes { ...P } } } }\n}\nfragment P on Picture { id }", "line 4, column 1"},
	{"required argument", "query($id: ID!) {\n  node(id: $id) { ... on Advert { id } }\n  order { id }\n}", "line 3, column 3"},
	{"removed field of a change", "subscription {\n  advertChanged { sequence advert { subtitle } }\n}", "line 2, column 37"},
}

// registerUnder registers webhooks straight in the database, as a process with another schema did.
func registerUnder(t *testing.T, p place, schema *ast.Schema, seller, url string) (ids []string) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, p.value("CRIER_DATABASE_URL"), store.Options{SecretKey: secretKey})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	documents := document.New(graph.NewExecutableSchema(graph.Config{Schema: schema}), document.Options{})
	m := market.New(db, market.Options{Documents: documents})
	for _, d := range outdated {
		made, err := m.CreateWebhook(ctx, market.Actor{ID: "former"}, nil, market.WebhookAttributes{
			Type: market.Some("ADVERT"), URL: market.Some(url), Name: market.Some(d.name), SellerID: market.Some(seller),
			QueryString: market.Some(d.text), Ordered: market.Some(true),
		})
		if err != nil {
			t.Fatalf("%s: %v", d.name, err)
		}
		ids = append(ids, made.Webhook.ID())
	}
	if err := db.SetProvenSchema(ctx, documents.Fingerprint()); err != nil {
		t.Fatal(err)
	}
	return ids
}

// secretKey encrypts the secrets of places that several programs open.
var secretKey = bytes.Repeat([]byte("k"), 32)

// value is a variable of a place.
func (p place) value(name string) string {
	for _, variable := range slices.Backward(p) {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}

func TestDocumentsThatNoLongerFitKeepTheirEvents(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		p = p.with("CRIER_SECRET_KEY=" + base64.StdEncoding.EncodeToString(secretKey))
		r := receive(t, nil)
		s := serve(t, p)
		o := s.open()
		advert, _ := s.advertise(o, "Teapot")
		s.stop()
		ids := registerUnder(t, p, formerSchema(t), o.seller, r.server.URL)
		checkReports(t, p, ids)

		s = serve(t, p)
		for i, id := range ids {
			webhook := at(t, s.ask(`query($id: ID!) { node(id: $id) { ... on Webhook { state stateReason } } }`, object{"id": id}), "node")
			if text(t, webhook, "state") != "INVALID" || !strings.Contains(text(t, webhook, "stateReason"), outdated[i].says) {
				t.Errorf("%s: %v", outdated[i].name, webhook)
			}
		}
		const changes = 5
		for i := range changes {
			s.ask(`mutation($id: ID!, $title: String) { advertUpsert(input: { advertId: $id, attributes: { title: $title } }) { status errors { field messages } } }`,
				object{"id": advert, "title": fmt.Sprintf("Teapot %d", i)})
			for _, id := range ids { // one by one, so that none stands for others
				s.awaitEvents(id, "HELD", i+1)
			}
		}
		s.stop()
		s = serve(t, p) // what is held stays held over a restart
		select {
		case a := <-r.arrivals:
			t.Fatalf("an event of an invalid webhook was sent: %s", a.body)
		default:
		}
		for _, id := range ids {
			mended := s.ask(`mutation($id: ID!, $text: String) { webhookUpdate(input: { webhookId: $id, attributes: { queryString: $text } }) { webhook { state } errors { field messages } } }`,
				object{"id": id, "text": advertDocument})
			if state := text(t, mended, "webhookUpdate", "webhook", "state"); state != "ACTIVE" {
				t.Fatalf("mended, the webhook is %s", state)
			}
			var sequences []int64
			for range changes {
				a := r.nextFor(advert)
				sequences = append(sequences, parseInt(t, a.header.Get("Crier-Sequence")))
			}
			if !slices.IsSorted(sequences) {
				t.Errorf("arrived in the order %v", sequences)
			}
			s.awaitEvents(id, "SENT", changes)
		}
		if out, errs, code := command(t, p, "webhooks", "check"); code != 0 || !strings.Contains(out, "4 webhooks checked: 0 do not fit") {
			t.Errorf("after the repair the check ends with %d\n%s\n%s", code, out, errs)
		}
	})
}

// checkReports expects both forms of the report to name each outdated document, its place and its owner.
func checkReports(t *testing.T, p place, ids []string) {
	t.Helper()
	out, errs, code := command(t, p, "webhooks", "check")
	if code != 1 {
		t.Errorf("the check ends with %d\n%s\n%s", code, out, errs)
	}
	for i, d := range outdated {
		for _, want := range []string{ids[i], d.name, d.says, "of Quay Pottery"} {
			if !strings.Contains(out, want) {
				t.Errorf("the report does not say %q:\n%s", want, out)
			}
		}
	}
	out, _, code = command(t, p, "webhooks", "check", "--output", "json")
	var report struct {
		Checked int
		Misfits []struct {
			Webhook string
			Owner   struct{ Name string }
			Errors  []struct{ Line, Column int }
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if report.Checked != len(outdated) || len(report.Misfits) != len(outdated) {
		t.Fatalf("the report has %d of %d", len(report.Misfits), report.Checked)
	}
	for i, m := range report.Misfits {
		if m.Webhook != ids[i] || m.Owner.Name != "Quay Pottery" || len(m.Errors) == 0 || m.Errors[0].Line == 0 || m.Errors[0].Column == 0 {
			t.Errorf("finding %d: %+v", i, m)
		}
	}
}

// awaitEvents waits until so many events of a webhook have a status.
func (s *process) awaitEvents(webhook, status string, n int) {
	s.t.Helper()
	want := fmt.Sprint(n)
	for deadline := time.Now().Add(patience); ; {
		found := fmt.Sprint(at(s.t, s.ask(`query($id: ID!, $status: [WebhookEventStatusEnum!]) { webhookEvents(webhookId: $id, statuses: $status) { totalCount } }`,
			object{"id": webhook, "status": []string{status}}), "webhookEvents", "totalCount"))
		if found == want {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s events are %s, want %s\n%s", found, status, want, s.logs)
		}
	}
}

// readings are what a document can read of each resource, under a name that tells it in the payload.
var readings = []struct{ scope, inAdvert, atRoot string }{
	{"sellers:read", "sellers_: seller { businessName }", ""},
	{"taxonomy:read", "taxonomy_: taxon { title }", ""},
	{"orders:read", "", `orders_: updatedOrders(updatedSince: "2020-01-01T00:00:00Z", first: 1) { totalCount nodes { id } }`},
	{"invoices:read", "", "invoices_: invoices(first: 1) { totalCount nodes { id } }"},
	{"shipments:read", "", "shipments_: shipmentCarriers(first: 1) { totalCount nodes { id } }"},
	{"refunds:read", "", "refunds_: refundRequests(first: 1) { totalCount nodes { id } }"},
	{"webhooks:read", "", "webhooks_: webhooks(first: 1) { totalCount nodes { id } }"},
}

// reading is a document over an advert that reads every resource but one.
func reading(without string) string {
	var inAdvert, atRoot string
	for _, r := range readings {
		if r.scope != without {
			inAdvert, atRoot = inAdvert+" "+r.inAdvert, atRoot+" "+r.atRoot
		}
	}
	return "query($id: ID!) { node(id: $id) { ... on Advert { id title " + inAdvert + " } } " + atRoot + " }"
}

// scopesWithout are all scopes to read, and to register webhooks, but one.
func scopesWithout(scope string) []string {
	scopes := []string{"adverts:read"}
	for _, r := range readings {
		if r.scope != scope {
			scopes = append(scopes, r.scope)
		}
	}
	return scopes
}

func TestAWebhookShowsNothingOfAScopeThatItsKeyLost(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		s, r := serve(t, p), receive(t, nil)
		o := s.open()
		advert, _ := s.advertise(o, "Teapot")
		for i, lost := range readings {
			key, keyID := s.scopedKey(o.seller, append(scopesWithout(""), "webhooks:manage"))
			made, errs := s.try(key, `mutation($url: String!, $text: String) { webhookCreate(input: { attributes: { type: ADVERT, url: $url, queryString: $text } }) {
				webhook { id } errors { field messages } } }`, object{"url": r.server.URL, "text": reading("")})
			if errs != nil || at(t, made, "webhookCreate", "errors") != nil {
				t.Fatalf("webhookCreate: %v %v", errs, made)
			}
			id := text(t, made, "webhookCreate", "webhook", "id")
			s.setWebhook(id, object{"enabled": false}, "PAUSED")
			s.ask(`mutation($id: ID!, $title: String) { advertUpsert(input: { advertId: $id, attributes: { title: $title } }) { status } }`,
				object{"id": advert, "title": fmt.Sprintf("Teapot %d", i)})
			if body := s.rendered(id); !strings.Contains(body, strings.TrimSuffix(lost.scope, ":read")+"_") {
				t.Fatalf("rendered before the loss: %s", body)
			}
			s.ask(`mutation($id: ID!, $scopes: [String!]) { marketplacerApiKeyUpdate(input: { apiKeyId: $id, scopes: $scopes }) { status errors { field messages } } }`,
				object{"id": keyID, "scopes": scopesWithout(lost.scope)})
			if reason := s.setWebhook(id, object{"enabled": true}, "INVALID"); !strings.Contains(reason, lost.scope) {
				t.Errorf("without %s the reason is %q", lost.scope, reason)
			}
			s.setWebhook(id, object{"queryString": reading(lost.scope)}, "ACTIVE")
			if a := r.nextFor(advert); strings.Contains(string(a.body), strings.TrimSuffix(lost.scope, ":read")+"_") {
				t.Errorf("without %s: %s", lost.scope, a.body)
			}
			s.ask(`mutation($id: ID!) { webhookDelete(input: { webhookId: $id }) { status } }`, object{"id": id})
		}
	})
}

// A key that loses a scope while its webhook sends stops it, and one that gets it back has it go on.
func TestAKeysScopesStopAndStartItsWebhooks(t *testing.T) {
	t.Parallel()
	s, r := serve(t, embedded(t)), receive(t, nil)
	o := s.open()
	advert, _ := s.advertise(o, "Teapot")
	key, keyID := s.scopedKey(o.seller, append(scopesWithout(""), "webhooks:manage"))
	made, _ := s.try(key, `mutation($url: String!, $text: String) { webhookCreate(input: { attributes: { type: ADVERT, url: $url, queryString: $text } }) { webhook { id } } }`,
		object{"url": r.server.URL, "text": reading("")})
	id := text(t, made, "webhookCreate", "webhook", "id")
	grant := func(scopes []string, state string) {
		s.ask(`mutation($id: ID!, $scopes: [String!]) { marketplacerApiKeyUpdate(input: { apiKeyId: $id, scopes: $scopes }) { status } }`, object{"id": keyID, "scopes": scopes})
		if got := text(t, s.ask(`query($id: ID!) { node(id: $id) { ... on Webhook { state } } }`, object{"id": id}), "node", "state"); got != state {
			t.Fatalf("with the scopes %v the webhook is %s, want %s", scopes, got, state)
		}
	}
	grant(scopesWithout("sellers:read"), "INVALID")
	s.ask(`mutation($id: ID!) { advertUpsert(input: { advertId: $id, attributes: { title: "Teapot, blue" } }) { status } }`, object{"id": advert})
	s.awaitEvents(id, "HELD", 1)
	grant(append(scopesWithout(""), "webhooks:manage"), "ACTIVE")
	if a := r.nextFor(advert); !strings.Contains(string(a.body), "Teapot, blue") {
		t.Errorf("after the scope came back: %s", a.body)
	}
}

// scopedKey makes a key of a seller and returns its text and id.
func (s *process) scopedKey(seller string, scopes []string) (key, id string) {
	s.t.Helper()
	made := at(s.t, s.ask(`mutation($seller: ID!, $scopes: [String!]) { marketplacerApiKeyCreate(input: {
		apiTermsOfUse: true, description: "integration", organization: "Quay", sellerId: $seller, scopes: $scopes }) { apiKey marketplacerApiKey { id } errors { field messages } } }`,
		object{"seller": seller, "scopes": scopes}), "marketplacerApiKeyCreate")
	return text(s.t, made, "apiKey"), text(s.t, made, "marketplacerApiKey", "id")
}

// setWebhook changes a webhook, expects a state of it and returns the reason.
func (s *process) setWebhook(id string, attributes object, state string) (reason string) {
	s.t.Helper()
	changed := at(s.t, s.ask(`mutation($id: ID!, $attributes: WebhookInput) { webhookUpdate(input: { webhookId: $id, attributes: $attributes }) {
		webhook { state stateReason } errors { field messages } } }`, object{"id": id, "attributes": attributes}), "webhookUpdate")
	if got := text(s.t, changed, "webhook", "state"); got != state {
		s.t.Fatalf("%v makes the webhook %s, want %s: %v", attributes, got, state, changed)
	}
	reason, _ = at(s.t, changed, "webhook", "stateReason").(string)
	return reason
}

// rendered waits for the payload of a webhook's one event.
func (s *process) rendered(webhook string) string {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		nodes, _ := at(s.t, s.ask(`query($id: ID!) { webhookEvents(webhookId: $id) { nodes { payload } } }`, object{"id": webhook}), "webhookEvents", "nodes").([]any)
		if len(nodes) == 1 && at(s.t, nodes[0], "payload") != nil {
			body, err := json.Marshal(at(s.t, nodes[0], "payload"))
			if err != nil {
				s.t.Fatal(err)
			}
			return string(body)
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("nothing is rendered: %v\n%s", nodes, s.logs)
		}
	}
}
