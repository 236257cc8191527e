package delivery

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
)

const failing = `{"data":{"node":null},"errors":[{"message":"a \"b\"","path":["node"]}]}`

// bodies are what is sent of event 19, an update of RefundRequest 7, around a payload.
var bodies = []struct {
	format        market.WebhookFormat
	payload, want string
}{
	{"", `{"data":{"errors":["a <b> \u0000 é"]}}`, `{"id":"V2ViaG9va0V2ZW50LTE5","event_name":"update","payload":{"data":{"errors":["a <b> \u0000 é"]}}}`},
	{market.FormatEnvelope, failing, `{"id":"V2ViaG9va0V2ZW50LTE5","event_name":"update","payload":` + failing + `}`},
	{market.FormatRaw, failing, failing},
	{market.FormatStandard, `{"data":{"errors":["a <b> \u0000 é"]}}`,
		`{"type":"refund_request.updated","timestamp":"2026-11-21T12:00:00.123456Z","data":{"errors":["a <b> \u0000 é"]}}`},
	{market.FormatStandard, failing,
		`{"type":"refund_request.updated","timestamp":"2026-11-21T12:00:00.123456Z","data":{"node":null},"errors":[{"message":"a \"b\"","path":["node"]}]}`},
	{market.FormatStandard, `{"errors":[]}`, `{"type":"refund_request.updated","timestamp":"2026-11-21T12:00:00.123456Z","data":null,"errors":[]}`},
	{market.FormatCloudEvents, `{"data":{"errors":["a <b> \u0000 é"]}}`, `{"specversion":"1.0","id":"V2ViaG9va0V2ZW50LTE5","source":"/harbour","type":"crier.refund_request.updated",` +
		`"subject":"UmVmdW5kUmVxdWVzdC03","time":"2026-11-21T12:00:00.123456Z","sequence":"19","datacontenttype":"application/json","data":{"errors":["a <b> \u0000 é"]}}`},
	{market.FormatCloudEvents, failing, `{"specversion":"1.0","id":"V2ViaG9va0V2ZW50LTE5","source":"/harbour","type":"crier.refund_request.updated",` +
		`"subject":"UmVmdW5kUmVxdWVzdC03","time":"2026-11-21T12:00:00.123456Z","sequence":"19","datacontenttype":"application/json",` +
		`"errors":"[{\"message\":\"a \\\"b\\\"\",\"path\":[\"node\"]}]","data":{"node":null}}`},
}

// eventAt is event 19, of a change at a time.
func eventAt(at time.Time, f market.WebhookFormat) *market.WebhookEvent {
	return &market.WebhookEvent{Base: market.Base{Num: 19, CreatedAt: at}, Action: market.Update, Format: f, SubjectType: "RefundRequest", SubjectNum: 7}
}

func TestBody(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 14, 0, 0, 123_456_000, time.FixedZone("", 2*60*60))
	id := Identity{Vertical: "harbour"}
	for _, test := range bodies {
		e := eventAt(at, test.format)
		got := string(id.Body(e, []byte(test.payload)))
		if got != test.want {
			t.Errorf("%s of %s:\ngot  %s\nwant %s", test.format, test.payload, got, test.want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s of %s is no JSON", test.format, test.payload)
		}
		// As it is read for a later attempt, from the database.
		e.CreatedAt, e.UpdatedAt = at.UTC(), now
		e.Attempts, e.Status = 5, market.EventRejected
		if again := string(id.Body(e, []byte(test.payload))); again != got {
			t.Errorf("a later attempt sends %s", again)
		}
	}
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		subject string
		action  market.Action
		want    string
	}{
		{"Invoice", market.Create, "invoice.created"}, {"OptionValue", market.Update, "option_value.updated"},
		{"RefundRequestLineItem", market.Destroy, "refund_request_line_item.destroyed"}, {"Webhook", "disabled", "webhook.disabled"},
		{"Invoice", market.Ping, "ping"}, {"", market.Ping, "ping"},
	} {
		if got := eventType(&market.WebhookEvent{SubjectType: test.subject, Action: test.action}); got != test.want {
			t.Errorf("%s of %s is %s, want %s", test.action, test.subject, got, test.want)
		}
	}
}

// FuzzBody holds bodies to what is in the payload, whatever it holds.
func FuzzBody(f *testing.F) {
	for _, test := range bodies {
		f.Add([]byte(test.payload), "harbour")
	}
	f.Add([]byte(`{"data":"</\u2028>"}`), `a"b\ c/%`)
	f.Fuzz(func(t *testing.T, payload []byte, vertical string) {
		var want rendition
		if json.Unmarshal(payload, &want) != nil {
			t.Skip("no payload")
		}
		for _, format := range []market.WebhookFormat{market.FormatEnvelope, market.FormatStandard, market.FormatCloudEvents, market.FormatRaw} {
			body := Identity{Vertical: vertical}.Body(eventAt(now, format), payload)
			var got struct {
				Data, Payload json.RawMessage
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%s is no JSON: %v\n%s", format, err, body)
			}
			if d := string(want.Data); d != "" && format != market.FormatEnvelope && string(got.Data) != d {
				t.Errorf("%s has the data %s, want %s", format, got.Data, d)
			}
			if payload := string(bytes.TrimSpace(payload)); format == market.FormatEnvelope && string(got.Payload) != payload {
				t.Errorf("the envelope has the payload %s, want %s", got.Payload, payload)
			}
		}
	})
}

// The examples of the guide are what is sent.
func TestTheGuideShowsTheBodies(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.Join(strings.Fields(string(guide)), "")
	e := eventAt(time.Date(2026, 11, 21, 12, 0, 0, 123_456_000, time.UTC), "")
	e.SubjectType = "Invoice"
	for _, e.Format = range []market.WebhookFormat{market.FormatEnvelope, market.FormatStandard, market.FormatCloudEvents, market.FormatRaw} {
		if body := string(Identity{Vertical: "crier"}.Body(e, []byte(`{"data":{"node":{"id":"SW52b2ljZS03"}}}`))); !strings.Contains(shown, body) {
			t.Errorf("docs/webhooks.md does not show %s", body)
		}
	}
}
