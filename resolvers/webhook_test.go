package resolvers_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

// proofs stands for the check of documents: one that holds "missing" is wrong.
type proofs struct{}

func (proofs) CheckFilter(_, _, filter string, _ []market.WebhookEventName) []market.DocumentError {
	if strings.Contains(filter, "missing") {
		return []market.DocumentError{{Message: "undefined field 'missing'", Line: new(1), Column: new(10), Rule: "FilterType"}}
	}
	return nil
}

func (proofs) CheckEvents(string, []market.WebhookEventName) []market.DocumentError { return nil }

func (proofs) Check(_, document string) (market.DocumentFacts, []market.DocumentError) {
	if strings.Contains(document, "missing") {
		return market.DocumentFacts{}, []market.DocumentError{
			{Message: "there is no field missing", Line: new(1), Column: new(28), Path: []string{"node", "missing"}, Rule: "FieldsOnCorrectType"},
			{Message: "it is too deep", Rule: "Depth"},
		}
	}
	return market.DocumentFacts{Cost: 7, RequiredScopes: []string{"invoices:read"}, DeprecatedFields: []string{"Invoice.status: say more"}}, nil
}

// registry is trade with documents and endpoints that are checked.
func registry(t *testing.T) *bundle {
	t.Helper()
	return trade(t, market.Options{Documents: proofs{}, CheckEndpoint: func(url string) error {
		if !strings.HasPrefix(url, "https://") {
			return errors.New("must be https")
		}
		return nil
	}})
}

const webhookFields = `webhook {
	id type url allowSkip concurrentSendLimit enabled eventName eventNames headers maxRetries queryString seller { businessName }
	cost deprecatedFields identifier name ratePerSecond requiredScopes state stateReason timeoutSeconds secrets { fingerprint expiresAt } events { id }
}`

// registered is a registration's payload.
type registered struct {
	Status         int
	Errors         []struct{ Field string }
	DocumentErrors []struct {
		Message, Rule string
		Line, Column  *int
		Path          []string
	}
	Secret  *string
	Webhook *struct {
		ID, State string
		Secrets   []struct{ Fingerprint string }
	}
}

func TestWebhookCreate(t *testing.T) {
	t.Parallel()
	b := registry(t)
	a := b.queryAs(north, `mutation { webhookCreate(input: { clientMutationId: "w", attributes: {
		type: INVOICE, url: "https://shop.example/hook", queryString: "query($id: ID!) { node(id: $id) { id } }", eventNames: [UPDATE, CREATE], name: "Orders"
		identifier: "erp", headers: { Authorization: "Bearer x<y", Count: 2 }, hmacKey: "topsecret", maxRetries: 3, concurrentSendLimit: null, ratePerSecond: 50, timeoutSeconds: 5, allowSkip: true
	} }) { clientMutationId status errors { field messages } documentErrors { message } `+webhookFields+` } }`)
	fingerprint := fingerprintOf(t, a)
	a.is(ids(`{"webhookCreate": {"clientMutationId": "w", "status": 200, "errors": null, "documentErrors": null, "webhook": {
		"id": "Webhook-1", "type": "INVOICE", "url": "https://shop.example/hook", "allowSkip": true, "concurrentSendLimit": 100, "enabled": true,
		"eventName": null, "eventNames": ["CREATE", "UPDATE"], "headers": {"Authorization": "Bearer x\u003cy", "Count": "2"}, "maxRetries": 3,
		"queryString": "query($id: ID!) { node(id: $id) { id } }", "seller": {"businessName": "North Shop"},
		"cost": 7, "deprecatedFields": ["Invoice.status: say more"], "identifier": "erp", "name": "Orders", "ratePerSecond": 50, "requiredScopes": ["invoices:read"],
		"state": "ACTIVE", "stateReason": null, "timeoutSeconds": 5, "secrets": [{"fingerprint": "` + fingerprint + `", "expiresAt": null}], "events": []
	}}}`))
	if strings.Contains(string(a.Data), "topsecret") {
		t.Errorf("the answer holds the key: %s", a.Data)
	}
}

func fingerprintOf(t *testing.T, a answer) string {
	t.Helper()
	var got struct{ WebhookCreate registered }
	a.read(&got)
	if w := got.WebhookCreate.Webhook; w != nil && len(w.Secrets) == 1 {
		return w.Secrets[0].Fingerprint
	}
	t.Fatalf("no webhook with one secret in %s", a.Data)
	return ""
}

func TestSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	b := registry(t)
	document := `mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://shop.example/hook", identifier: "erp" } }) { secret webhook { id } } }`
	var first, again struct{ WebhookCreate registered }
	b.query(document).read(&first)
	secret := first.WebhookCreate.Secret
	if secret == nil {
		t.Fatal("a new webhook comes without its secret")
	}
	text, prefixed := strings.CutPrefix(*secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !prefixed || len(key) < 24 || len(key) > 64 {
		t.Errorf("the secret %q is none of Standard Webhooks: %v", *secret, err)
	}
	b.query(document).read(&again)
	if again.WebhookCreate.Secret != nil || again.WebhookCreate.Webhook.ID != first.WebhookCreate.Webhook.ID {
		t.Errorf("registering again gives %+v, want the same webhook without a secret", again.WebhookCreate)
	}
	b.query(ids(`mutation { webhookUpdate(input: { webhookId: "Webhook-1", attributes: { name: "Other" } }) { secret webhook { name seller { id } } } }`)).
		is(`{"webhookUpdate": {"secret": null, "webhook": {"name": "Other", "seller": null}}}`)
	if all := b.query(`{ webhooks { nodes { queryString headers secrets { fingerprint } } } }`); strings.Contains(string(all.Data), text) {
		t.Errorf("the list shows the secret: %s", all.Data)
	}
}

func TestWebhookCreateIsRefused(t *testing.T) {
	t.Parallel()
	b := registry(t)
	for name, test := range map[string]struct {
		attributes string
		viewer     viewer.Viewer
		want       []string
	}{
		"plain http":              {`url: "http://shop.example"`, north, []string{"url"}},
		"a protocol header":       {`url: "https://a.example", headers: { Host: "b", Ok: "1" }`, north, []string{"headers.Host"}},
		"headers that are a list": {`url: "https://a.example", headers: ["a"]`, north, []string{"headers"}},
		"both forms of events":    {`url: "https://a.example", eventName: CREATE, eventNames: [UPDATE]`, north, []string{"event_names"}},
		"an empty list of events": {`url: "https://a.example", eventNames: []`, north, []string{"event_names"}},
		"limits":                  {`url: "https://a.example", maxRetries: 51, concurrentSendLimit: 0, ratePerSecond: -1, timeoutSeconds: 31`, north, []string{"max_retries", "concurrent_send_limit", "rate_per_second", "timeout_seconds"}},
		"another seller":          {`url: "https://a.example", sellerId: "Seller-2"`, north, []string{"seller_id"}},
		"a scope too few":         {`url: "https://a.example"`, viewer.Viewer{Seller: 1, Scopes: []string{"webhooks:manage"}}, []string{"query_string"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got struct{ WebhookCreate registered }
			b.queryAs(test.viewer, `mutation { webhookCreate(input: { attributes: { type: INVOICE, `+ids(test.attributes)+` } }) {
				status errors { field messages } secret documentErrors { message } webhook { id }
			} }`).read(&got)
			fields := []string{}
			for _, e := range got.WebhookCreate.Errors {
				fields = append(fields, e.Field)
			}
			w := got.WebhookCreate
			if !slices.Equal(fields, test.want) || w.Status < 400 || w.Secret != nil || w.Webhook != nil || w.DocumentErrors != nil {
				t.Errorf("the payload is %+v, want errors on %v and nothing else", w, test.want)
			}
		})
	}
}

func TestDocumentErrors(t *testing.T) {
	t.Parallel()
	b := registry(t)
	var got struct{ WebhookCreate, WebhookUpdate registered }
	errorsOf := `status errors { field } documentErrors { message line column path rule } secret webhook { id state }`
	b.query(`mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://a.example", queryString: "{ missing }" } }) { ` + errorsOf + ` } }`).read(&got)
	first := got.WebhookCreate
	if first.Status != 422 || len(first.Errors) != 1 || first.Errors[0].Field != "query_string" || first.Webhook != nil || first.Secret != nil {
		t.Errorf("the payload is %+v, want a refusal of query_string alone", first)
	}
	if d := first.DocumentErrors; len(d) != 2 || *d[0].Line != 1 || *d[0].Column != 28 || !slices.Equal(d[0].Path, []string{"node", "missing"}) ||
		d[0].Rule != "FieldsOnCorrectType" || d[1].Line != nil || d[1].Rule != "Depth" {
		t.Errorf("the errors of the document are %+v", first.DocumentErrors)
	}
	b.query(`mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://a.example" } }) { webhook { id } } }`)
	b.query(ids(`mutation { webhookUpdate(input: { webhookId: "Webhook-1", attributes: { queryString: "{ missing }", name: "New" } }) { ` + errorsOf + ` } }`)).read(&got)
	if w := got.WebhookUpdate; w.Status != 422 || len(w.DocumentErrors) != 2 || w.Webhook != nil {
		t.Errorf("the payload is %+v, want a refusal", w)
	}
	b.query(ids(`{ node(id: "Webhook-1") { ... on Webhook { name queryString } } }`)).is(`{"node": {"name": null, "queryString": null}}`)
}

func TestWebhookUpdate(t *testing.T) {
	t.Parallel()
	b := registry(t)
	b.queryAs(north, `mutation { webhookCreate(input: { attributes: {
		type: INVOICE, url: "https://a.example", eventName: CREATE, headers: { A: "1" }, maxRetries: 1, name: "N", enabled: false
	} }) { webhook { id } } }`)
	shown := `status errors { field } webhook { type url eventName eventNames headers maxRetries name enabled state }`
	b.queryAs(north, ids(`mutation { webhookUpdate(input: { clientMutationId: "u", webhookId: "Webhook-1" }) { clientMutationId `+shown+` } }`)).
		is(`{"webhookUpdate": {"clientMutationId": "u", "status": 200, "errors": null, "webhook": {
			"type": "INVOICE", "url": "https://a.example", "eventName": "CREATE", "eventNames": ["CREATE"], "headers": {"A": "1"}, "maxRetries": 1, "name": "N",
			"enabled": false, "state": "PAUSED"}}}`)
	b.queryAs(north, ids(`mutation { webhookUpdate(input: { webhookId: "Webhook-1", attributes: {
		type: null, url: null, eventName: null, headers: null, maxRetries: null, name: null, enabled: null
	} }) { `+shown+` } }`)).is(`{"webhookUpdate": {"status": 200, "errors": null, "webhook": {
		"type": "INVOICE", "url": "https://a.example", "eventName": null, "eventNames": null, "headers": null, "maxRetries": 25, "name": null,
		"enabled": true, "state": "ACTIVE"}}}`)
	b.queryAs(south, ids(`mutation { webhookUpdate(input: { webhookId: "Webhook-1", attributes: { name: "x" } }) { `+shown+` } }`)).
		is(`{"webhookUpdate": {"status": 404, "errors": [{"field": "webhook_id"}], "webhook": null}}`)
}

func TestWebhookDelete(t *testing.T) {
	t.Parallel()
	b := registry(t)
	b.queryAs(north, `mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://a.example" } }) { webhook { id } } }`)
	document := ids(`mutation { webhookDelete(input: { clientMutationId: "d", webhookId: "Webhook-1" }) { clientMutationId status errors { field } webhook { url } } }`)
	b.queryAs(north, document).is(`{"webhookDelete": {"clientMutationId": "d", "status": 200, "errors": null, "webhook": {"url": "https://a.example"}}}`)
	b.queryAs(north, document).is(`{"webhookDelete": {"clientMutationId": "d", "status": 404, "errors": [{"field": "webhook_id"}], "webhook": null}}`)
	b.queryAs(north, `{ webhooks { totalCount nodes { id } } }`).is(`{"webhooks": {"totalCount": 0, "nodes": []}}`)
}

func TestWebhooksAreFiltered(t *testing.T) {
	t.Parallel()
	b := registry(t)
	create := `mutation { webhookCreate(input: { attributes: { type: %, url: "https://a.example" } }) { webhook { id } } }`
	b.query(strings.Replace(create, "%", "INVOICE", 1))
	b.queryAs(north, strings.Replace(create, "%", "INVOICE, enabled: false", 1))
	b.queryAs(north, strings.Replace(create, "%", "ORDER", 1))
	b.queryAs(south, strings.Replace(create, "%", "SHIPMENT", 1))
	for name, test := range map[string]struct {
		viewer    viewer.Viewer
		arguments string
		want      []string
	}{
		"all, newest first":    {viewer.Viewer{}, ``, []string{"Webhook-4", "Webhook-3", "Webhook-2", "Webhook-1"}},
		"of a seller":          {viewer.Viewer{}, `(sellerId: "Seller-1")`, []string{"Webhook-3", "Webhook-2"}},
		"of a seller, by it":   {north, `(sellerId: "Seller-1")`, []string{"Webhook-3", "Webhook-2"}},
		"of another seller":    {north, `(sellerId: "Seller-2")`, []string{}},
		"of nobody":            {viewer.Viewer{}, `(sellerId: "Seller-99")`, []string{}},
		"of a class":           {viewer.Viewer{}, `(type: INVOICE)`, []string{"Webhook-2", "Webhook-1"}},
		"in a state":           {viewer.Viewer{}, `(state: PAUSED)`, []string{"Webhook-2"}},
		"in a state, of class": {viewer.Viewer{}, `(state: ACTIVE, type: INVOICE)`, []string{"Webhook-1"}},
		"a seller's own":       {south, ``, []string{"Webhook-4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Webhooks struct{ Nodes []struct{ ID string } }
			}
			b.queryAs(test.viewer, ids(`{ webhooks`+test.arguments+` { nodes { id } } }`)).read(&got)
			found, _ := json.Marshal(got.Webhooks.Nodes)
			want := []struct{ ID string }{}
			for _, name := range test.want {
				want = append(want, struct{ ID string }{strings.Trim(ids(`"`+name+`"`), `"`)})
			}
			if expected, _ := json.Marshal(want); string(found) != string(expected) {
				t.Errorf("it gives %s, want %s", found, expected)
			}
		})
	}
	err := b.run(viewer.Viewer{}, ids(`{ webhooks(sellerId: "Webhook-1") { totalCount } }`), nil).fails("BAD_USER_INPUT", "webhooks")
	if !strings.HasPrefix(err.Message, "sellerId") {
		t.Errorf("the error %q does not name the argument", err.Message)
	}
}

// registration registers a webhook of North Shop.
func registration(t *testing.T, b *bundle) (secret string) {
	t.Helper()
	var made struct{ WebhookCreate registered }
	b.queryAs(north, `mutation { webhookCreate(input: { attributes: { type: INVOICE, url: "https://shop.example/hook" } }) { secret } }`).read(&made)
	return *made.WebhookCreate.Secret
}

func TestWebhookSecretRotate(t *testing.T) {
	t.Parallel()
	b := registry(t)
	waited := 0
	b.resolver.SecretsKnown = func(context.Context) { waited++ }
	known := []string{registration(t, b)}
	for _, overlap := range []string{"", "overlapSeconds: null", "overlapSeconds: 0"} {
		var got struct {
			WebhookSecretRotate struct {
				ClientMutationID, Secret string
				Status                   int
				Errors                   []struct{ Field string }
			}
		}
		a := b.queryAs(north, ids(`mutation { webhookSecretRotate(input: { clientMutationId: "c", webhookId: "Webhook-1", `+overlap+` }) {
			clientMutationId status errors { field } secret webhook { secrets { fingerprint } }
		} }`))
		a.read(&got)
		var stored []*market.Webhook
		if _, err := b.store.Select(viewer.NewContext(t.Context(), north), &stored, market.Query{}); err != nil {
			t.Fatal(err)
		}
		rotated, secrets := got.WebhookSecretRotate, stored[0].Secrets // the clock of the rules is not that of the API
		if rotated.Status != 200 || rotated.Errors != nil || rotated.ClientMutationID != "c" || !strings.HasPrefix(rotated.Secret, "whsec_") || slices.Contains(known, rotated.Secret) {
			t.Fatalf("%q answers %s", overlap, a.Data)
		}
		known = append(known, rotated.Secret)
		if overlap == "overlapSeconds: 0" {
			if len(secrets) != 1 || secrets[0].ExpiresAt != nil {
				t.Errorf("without an overlap these sign: %+v", secrets)
			}
			continue
		}
		if len(secrets) != len(known) || secrets[0].ExpiresAt != nil || secrets[1].ExpiresAt.Sub(secrets[0].CreatedAt) != 24*time.Hour {
			t.Errorf("%q makes %+v", overlap, secrets)
		}
	}
	b.queryAs(south, ids(`mutation { webhookSecretRotate(input: { webhookId: "Webhook-1" }) { status errors { field } secret webhook { id } } }`)).
		is(`{"webhookSecretRotate": {"status": 404, "errors": [{"field": "webhook_id"}], "secret": null, "webhook": null}}`)
	if waited != 3 {
		t.Errorf("%d times it was waited for those who sign, want one for each new secret", waited)
	}
}

func TestWebhookPing(t *testing.T) {
	t.Parallel()
	b := registry(t)
	registration(t, b)
	ping := func(v viewer.Viewer) answer {
		return b.queryAs(v, ids(`mutation { webhookPing(input: { clientMutationId: "c", webhookId: "Webhook-1" }) {
			clientMutationId status errors { field messages } response { status headers body createdAt }
		} }`))
	}
	ping(north).is(`{"webhookPing": {"clientMutationId": "c", "status": 200, "errors": null, "response": {
		"status": 202, "headers": {"Server": "s"}, "body": "pong", "createdAt": "2026-03-01T12:00:00Z"
	}}}`)
	b.resolver.Ping = func(context.Context, *market.Webhook) (*market.WebhookEventResponse, error) {
		return nil, market.Refuse("webhook_id", "no answer came: the connection failed")
	}
	ping(north).is(`{"webhookPing": {"clientMutationId": "c", "status": 422, "errors": [{"field": "webhook_id", "messages": ["no answer came: the connection failed"]}], "response": null}}`)
	ping(south).is(`{"webhookPing": {"clientMutationId": "c", "status": 404, "errors": [{"field": "webhook_id", "messages": ["was not found"]}], "response": null}}`)
}
