package resolvers_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

// delivered is shipped with three webhooks and their events:
//
//	webhook 1 of the operator   events 1 (Order 1, sent), 2 (Invoice 1, rejected), 3 (Shipment 1, not rendered yet)
//	webhook 2 of North Shop     event 4 (Invoice 1, create, sent), which shares the payload of event 2
//	webhook 3 of South Shop     event 5 (Invoice 1, which is not South Shop's, held)
func delivered(t *testing.T) *bundle {
	t.Helper()
	b := shipped(t)
	b.insert(
		webhook(0, "INVOICE"), webhook(1, "INVOICE"), webhook(2, "INVOICE"),
		event(1, 1, market.Ref{Type: "Order", Num: 1}, func(e *market.WebhookEvent) {
			e.Action, e.Status, e.ProcessedAt, e.Attempts = market.Destroy, market.EventSent, later(100), 1
		}),
		event(2, 1, market.Ref{Type: "Invoice", Num: 1}, func(e *market.WebhookEvent) {
			e.Status, e.NextAttemptAt, e.Attempts, e.ErrorMessage = market.EventRejected, later(200), 3, new("the receiver answered 500")
		}),
		event(3, 1, market.Ref{Type: "Shipment", Num: 1}, nil),
		event(4, 2, market.Ref{Type: "Invoice", Num: 1}, func(e *market.WebhookEvent) {
			e.Action, e.Status, e.ProcessedAt, e.SellerID, e.PayloadID = market.Create, market.EventSkipped, later(110), 1, 2
		}),
		event(5, 3, market.Ref{Type: "Invoice", Num: 1}, func(e *market.WebhookEvent) { e.Status, e.SellerID = market.EventHeld, 2 }),
		&market.EventPayload{Base: numbered(1), Body: []byte(`{"data":{"node":{"id":"one"}}}`)},
		&market.EventPayload{Base: numbered(2), Body: []byte(`{"data":{"node":{"id":"two"}}}`)},
		attempt(2, 1, 500, `"busy"`), attempt(2, 2, 0, ``), attempt(2, 3, 503, `{"retry":true}`), attempt(1, 1, 204, ``),
	)
	return b
}

func numbered(num int64) market.Base {
	b := base(int(num))
	b.Num = num
	return b
}

func webhook(owner int64, class string) *market.Webhook {
	return &market.Webhook{
		Base: base(0), ConcurrentSendLimit: 1, SellerID: owner, State: market.WebhookActive, StateSince: birth, TimeoutSeconds: 30, Type: class, URL: "https://a.example",
	}
}

func event(num, webhook int64, subject market.Ref, set func(*market.WebhookEvent)) *market.WebhookEvent {
	e := &market.WebhookEvent{
		Base: numbered(num), Action: market.Update, ChangeID: num, PayloadID: num, Reason: market.ReasonChange, Status: market.EventUnsent,
		SubjectType: subject.Type, SubjectNum: subject.Num, WebhookID: webhook,
	}
	if set != nil {
		set(e)
	}
	return e
}

func attempt(event, no, status int64, body string) *market.WebhookEventResponse {
	a := &market.WebhookEventResponse{Base: base(int(no)), AttemptNo: no, EventID: event, Status: status}
	if body != "" {
		a.Body, a.Headers = json.RawMessage(body), json.RawMessage(`{"Server":"x"}`)
	}
	return a
}

func TestWebhookEventFields(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	b.query(`{ webhookEvents { totalCount nodes {
		sequence status eventName reason attempts errorMessage skipped processedAt sentAt retryAfter payload webhook { legacy: url }
		invoice { legacyId } shipment { legacyId } responses { status body headers }
	} } }`).is(`{"webhookEvents": {"totalCount": 5, "nodes": [
		{"sequence": 5, "status": "Held", "eventName": "update", "reason": "CHANGE", "attempts": 0, "errorMessage": null, "skipped": false, "processedAt": null, "sentAt": null,
			"retryAfter": null, "payload": null, "webhook": {"legacy": "https://a.example"}, "invoice": {"legacyId": 1}, "shipment": null, "responses": []},
		{"sequence": 4, "status": "Skipped", "eventName": "create", "reason": "CHANGE", "attempts": 0, "errorMessage": null, "skipped": true, "processedAt": "2026-03-01T09:31:50Z", "sentAt": null,
			"retryAfter": null, "payload": {"data":{"node":{"id":"two"}}}, "webhook": {"legacy": "https://a.example"}, "invoice": {"legacyId": 1}, "shipment": null, "responses": []},
		{"sequence": 3, "status": "Unsent", "eventName": "update", "reason": "CHANGE", "attempts": 0, "errorMessage": null, "skipped": false, "processedAt": null, "sentAt": null,
			"retryAfter": null, "payload": null, "webhook": {"legacy": "https://a.example"}, "invoice": null, "shipment": {"legacyId": 1}, "responses": []},
		{"sequence": 2, "status": "Rejected", "eventName": "update", "reason": "CHANGE", "attempts": 3, "errorMessage": "the receiver answered 500", "skipped": false, "processedAt": null, "sentAt": null,
			"retryAfter": "2026-03-01T09:33:20Z", "payload": {"data":{"node":{"id":"two"}}}, "webhook": {"legacy": "https://a.example"}, "invoice": {"legacyId": 1}, "shipment": null,
			"responses": [{"status": 500, "body": "busy", "headers": {"Server":"x"}}, {"status": 503, "body": {"retry":true}, "headers": {"Server":"x"}}]},
		{"sequence": 1, "status": "Sent", "eventName": "destroy", "reason": "CHANGE", "attempts": 1, "errorMessage": null, "skipped": false, "processedAt": "2026-03-01T09:31:40Z",
			"sentAt": "2026-03-01T09:31:40Z", "retryAfter": null, "payload": {"data":{"node":{"id":"one"}}}, "webhook": {"legacy": "https://a.example"}, "invoice": null, "shipment": null,
			"responses": [{"status": 204, "body": null, "headers": null}]}
	]}}`)
}

func TestEventShowsItsSubjectToWhoMayReadIt(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	document := `{ webhookEvents { nodes { subjectId invoice { legacyId } webhook { id } } } }`
	b.queryAs(south, document).is(ids(`{"webhookEvents": {"nodes": [{"subjectId": "Invoice-1", "invoice": null, "webhook": {"id": "Webhook-3"}}]}}`))
	b.queryAs(north, document).is(ids(`{"webhookEvents": {"nodes": [{"subjectId": "Invoice-1", "invoice": {"legacyId": 1}, "webhook": {"id": "Webhook-2"}}]}}`))
	b.queryAs(viewer.Viewer{Seller: 1, Scopes: []string{"webhooks:read"}}, document).
		is(ids(`{"webhookEvents": {"nodes": [{"subjectId": "Invoice-1", "invoice": null, "webhook": {"id": "Webhook-2"}}]}}`))
	b.run(south, ids(`{ node(id: "EventPayload-2") { id } }`), nil).fails("NOT_FOUND", "node")
}

func TestEventsOfADeletedWebhook(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	gone := webhook(1, "INVOICE")
	gone.Num, gone.DeletedAt = 2, later(300)
	b.update(gone)
	b.queryAs(north, `{ webhookEvents { nodes { webhook { url } } } webhooks { totalCount } }`).
		is(`{"webhookEvents": {"nodes": [{"webhook": {"url": "https://a.example"}}]}, "webhooks": {"totalCount": 0}}`)
}

func TestWebhookShowsItsLatestEvents(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	for num := int64(10); num < 65; num++ {
		b.insert(event(num, 1, market.Ref{Type: "Order", Num: 1}, nil))
	}
	var got struct {
		Webhooks struct {
			Nodes []struct{ Events []struct{ Sequence int } }
		}
	}
	b.query(`{ webhooks { nodes { events { sequence } } } }`).read(&got)
	nodes := got.Webhooks.Nodes
	if len(nodes) != 3 || len(nodes[0].Events) != 1 || len(nodes[1].Events) != 1 || len(nodes[2].Events) != 50 {
		t.Fatalf("the events are %+v, want 1, 1 and 50", nodes)
	}
	if first, last := nodes[2].Events[0].Sequence, nodes[2].Events[49].Sequence; first != 64 || last != 15 {
		t.Errorf("the latest events run from %d to %d, want 64 to 15", first, last)
	}
}

func TestSequenceBeyondAnInt(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	b.insert(event(math.MaxInt32, 2, market.Ref{Type: "Order", Num: 1}, nil), event(math.MaxInt32+1, 2, market.Ref{Type: "Order", Num: 1}, nil))
	b.query(ids(`{ node(id: "WebhookEvent-2147483647") { ... on WebhookEvent { sequence } } }`)).is(`{"node": {"sequence": 2147483647}}`)
	b.run(viewer.Viewer{}, ids(`{ node(id: "WebhookEvent-2147483648") { ... on WebhookEvent { status sequence } } }`), nil).fails("BAD_USER_INPUT", "node.sequence")
	a := b.run(viewer.Viewer{}, `{ webhookEvents(first: 2) { nodes { status sequence } } }`, nil)
	a.is(`{"webhookEvents": {"nodes": [null, {"status": "Unsent", "sequence": 2147483647}]}}`)
}

func TestWebhookEventsAreFiltered(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	for name, test := range map[string]struct {
		viewer    viewer.Viewer
		arguments string
		want      []int
	}{
		"all":                             {viewer.Viewer{}, ``, []int{5, 4, 3, 2, 1}},
		"a seller's own":                  {north, ``, []int{4}},
		"a page":                          {viewer.Viewer{}, `(first: 2)`, []int{5, 4}},
		"a page from the end":             {viewer.Viewer{}, `(last: 2)`, []int{2, 1}},
		"of a webhook":                    {viewer.Viewer{}, `(webhookId: "Webhook-1")`, []int{3, 2, 1}},
		"of a webhook of nobody":          {viewer.Viewer{}, `(webhookId: "Webhook-44")`, []int{}},
		"of another's webhook":            {north, `(webhookId: "Webhook-1")`, []int{}},
		"in states":                       {viewer.Viewer{}, `(statuses: [REJECTED, HELD, SKIPPED])`, []int{5, 4, 2}},
		"in other states":                 {viewer.Viewer{}, `(statuses: [UNSENT, SENT, FAILED, CANCELLED])`, []int{3, 1}},
		"in no state":                     {viewer.Viewer{}, `(statuses: [])`, []int{}},
		"of a class":                      {viewer.Viewer{}, `(type: SHIPMENT)`, []int{3}},
		"of a kind of change":             {viewer.Viewer{}, `(eventName: CREATE)`, []int{4}},
		"destructions":                    {viewer.Viewer{}, `(eventName: DESTROY)`, []int{1}},
		"about an entity":                 {viewer.Viewer{}, `(subjectId: "Invoice-1")`, []int{5, 4, 2}},
		"about an entity, of a webhook":   {viewer.Viewer{}, `(subjectId: "Invoice-1", webhookId: "Webhook-1")`, []int{2}},
		"about an entity that is nowhere": {viewer.Viewer{}, `(subjectId: "Invoice-99")`, []int{}},
		"since":                           {viewer.Viewer{}, `(since: "2026-03-01T09:30:04Z")`, []int{5, 4}},
		"until":                           {viewer.Viewer{}, `(until: "2026-03-01T09:30:02Z")`, []int{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				WebhookEvents struct{ Nodes []struct{ Sequence int } }
			}
			b.queryAs(test.viewer, ids(`{ webhookEvents`+test.arguments+` { nodes { sequence } } }`)).read(&got)
			found := []int{}
			for _, n := range got.WebhookEvents.Nodes {
				found = append(found, n.Sequence)
			}
			if !slices.Equal(found, test.want) {
				t.Errorf("it gives %v, want %v", found, test.want)
			}
		})
	}
}

func TestWebhookEventsRefuseForeignIds(t *testing.T) {
	t.Parallel()
	b := delivered(t)
	for argument, value := range map[string]string{
		"webhookId": "Invoice-1", "subjectId": "ShipmentCarrier-1", "subjectId ": "Nothing-1", "webhookId ": "nonsense",
	} {
		argument = strings.TrimSpace(argument)
		err := b.run(viewer.Viewer{}, ids(fmt.Sprintf(`{ webhookEvents(%s: "%s") { totalCount } }`, argument, value)), nil).fails("BAD_USER_INPUT", "webhookEvents")
		if !strings.HasPrefix(err.Message, argument) {
			t.Errorf("the error %q does not name %s", err.Message, argument)
		}
	}
}
