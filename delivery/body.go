package delivery

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"crier/internal/market"
)

// Body writes what is sent of an event around its frozen payload, in the event's
// format (contract wire.md, The request; contract webhooks.md). It depends on nothing
// else that changes, so every attempt sends the same bytes.
func (id Identity) Body(e *market.WebhookEvent, payload []byte) []byte {
	switch e.Format {
	case market.FormatStandard:
		return standard(e, renditionOf(payload))
	case market.FormatCloudEvents:
		return cloudEvent(e, id.source(), renditionOf(payload))
	case market.FormatRaw:
		return payload
	}
	return envelope(e, payload)
}

// contentType is that of the bodies of a format.
func contentType(f market.WebhookFormat) string {
	if f == market.FormatCloudEvents {
		return "application/cloudevents+json"
	}
	return "application/json"
}

// bodyRoom is more than any format adds to a payload without errors, in bytes.
const bodyRoom = 320

func envelope(e *market.WebhookEvent, payload []byte) []byte {
	b := make([]byte, 0, len(payload)+bodyRoom)
	b = append(b, `{"id":"`...)
	b = append(b, e.ID()...)
	b = append(b, `","event_name":"`...)
	b = append(b, e.Action...)
	b = append(b, `","payload":`...)
	b = append(b, payload...)
	return append(b, '}')
}

// standard is the body that Standard Webhooks 1.0 recommends ("Payload structure").
func standard(e *market.WebhookEvent, p rendition) []byte {
	b := make([]byte, 0, p.size()+bodyRoom)
	b = append(b, `{"type":"`...)
	b = append(b, eventType(e)...)
	b = append(b, `","timestamp":"`...)
	b = appendTime(b, e)
	b = append(b, `","data":`...)
	b = append(b, p.Data...)
	if p.Errors != nil {
		b = append(b, `,"errors":`...)
		b = append(b, p.Errors...)
	}
	return append(b, '}')
}

// cloudEvent is an event of CloudEvents 1.0 in structured JSON. The errors of the
// document are an extension; extensions are no objects, so it holds their text.
func cloudEvent(e *market.WebhookEvent, source string, p rendition) []byte {
	b := make([]byte, 0, p.size()+bodyRoom)
	b = append(b, `{"specversion":"1.0","id":"`...)
	b = append(b, e.ID()...)
	b = append(b, `","source":"`...)
	b = append(b, source...)
	b = append(b, `","type":"crier.`...)
	b = append(b, eventType(e)...)
	if e.SubjectNum != 0 {
		b = append(b, `","subject":"`...)
		b = append(b, e.SubjectID()...)
	}
	b = append(b, `","time":"`...)
	b = appendTime(b, e)
	b = append(b, `","sequence":"`...)
	b = strconv.AppendInt(b, e.Num, 10)
	b = append(b, `","datacontenttype":"application/json"`...)
	if p.Errors != nil {
		b = append(b, `,"errors":`...)
		b = append(b, quoted(p.Errors)...)
	}
	b = append(b, `,"data":`...)
	b = append(b, p.Data...)
	return append(b, '}')
}

// source names the marketplace as a URI reference.
func (id Identity) source() string { return "/" + url.PathEscape(id.Vertical) }

// appendTime appends the time of what caused the event, as precise as it is stored.
func appendTime(b []byte, e *market.WebhookEvent) []byte {
	return e.CreatedAt.UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
}

// past are the actions in the words of event types.
var past = map[market.Action]string{market.Create: "created", market.Update: "updated", market.Destroy: "destroyed"}

// eventType is what happened to what: "refund_request.updated". A ping is about nothing.
func eventType(e *market.WebhookEvent) string {
	if e.Action == market.Ping {
		return string(market.Ping)
	}
	return strings.ToLower(market.ClassOf(e.SubjectType)) + "." + cmp.Or(past[e.Action], string(e.Action))
}

// rendition is a GraphQL response taken apart, in its exact bytes.
type rendition struct {
	// Data is null where the response has none.
	Data json.RawMessage
	// Errors is nil where there are none.
	Errors json.RawMessage
}

func (p rendition) size() int { return len(p.Data) + len(p.Errors) }

// renditionOf takes a payload apart.
func renditionOf(payload []byte) rendition {
	var p rendition
	if json.Unmarshal(payload, &p) != nil {
		return rendition{Data: payload} // payloads are always objects; any other text stays what it is
	}
	if p.Data == nil {
		p.Data = json.RawMessage("null")
	}
	return p
}

// quoted is a text as a JSON string.
func quoted(text []byte) []byte {
	q, err := json.Marshal(string(text))
	if err != nil {
		return []byte("null") // a string always marshals
	}
	return q
}
