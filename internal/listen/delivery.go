package listen

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crier/delivery/sign"
)

// Delivery is one request that arrived, as far as it could be read. Nothing of it is
// to be believed where Err is not nil.
type Delivery struct {
	At     time.Time
	Method string
	// Path is that of the request, with its query.
	Path   string
	Header http.Header
	Body   []byte
	// ID is the event's, the same in every attempt.
	ID string
	// Sequence is the event's place; nil where the header has none.
	Sequence *int64
	Event
	// Err says why it does not verify; nil where it does, or where there is nothing to verify it with.
	Err error
}

// Receive reads a request and verifies it.
func Receive(w http.ResponseWriter, r *http.Request, v Verifier, now time.Time) Delivery {
	d := Delivery{At: now, Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header, ID: r.Header.Get(sign.HeaderID)}
	if n, err := strconv.ParseInt(r.Header.Get(v.Prefix+"-Sequence"), 10, 64); err == nil {
		d.Sequence = &n
	}
	if d.Body, d.Err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody)); d.Err != nil {
		d.Err = fmt.Errorf("read the body: %w", d.Err)
		return d
	}
	d.Err = v.Verify(r.Header, d.Body, now)
	d.Event = Recognise(r.Header.Get("Content-Type"), d.Body)
	return d
}

// Verdict is what became of verifying, in a word.
func (d Delivery) Verdict(v Verifier) string {
	for _, known := range []struct {
		err  error
		name string
	}{{sign.ErrMismatch, "mismatch"}, {sign.ErrStale, "stale"}, {sign.ErrMissingHeader, "unsigned"}, {sign.ErrMalformed, "malformed"}} {
		if errors.Is(d.Err, known.err) {
			return known.name
		}
	}
	switch {
	case d.Err != nil:
		return "unread"
	case v.Knows():
		return "verified"
	}
	return "unverified"
}

// Event is what a body says, in whichever format.
type Event struct {
	// Format is ENVELOPE, STANDARD, CLOUDEVENTS or RAW; "" for another body.
	Format string
	// Name is what happened, as the body says it: "update", "invoice.updated"; "" in RAW.
	Name string
	// Subject is the global id of the entity, where the body has it.
	Subject string
	// Errors counts those of the document.
	Errors int
}

// body has the fields of every format.
type body struct {
	// of ENVELOPE
	EventName string `json:"event_name"`
	Payload   *response
	// of STANDARD and CLOUDEVENTS
	Type        string
	SpecVersion string
	Subject     string
	response
}

// response is that of GraphQL.
type response struct {
	Data   json.RawMessage
	Errors json.RawMessage
}

// Recognise reads a body by its own form; the content type is asked where that says nothing.
func Recognise(contentType string, text []byte) Event {
	var b body
	if json.Unmarshal(text, &b) != nil {
		return Event{}
	}
	media, _, _ := mime.ParseMediaType(contentType) // what cannot be read is no CloudEvent
	inner, e := b.response, Event{}
	switch {
	case b.SpecVersion != "" || media == "application/cloudevents+json":
		e = Event{Format: "CLOUDEVENTS", Name: b.Type, Subject: b.Subject}
	case b.EventName != "" && b.Payload != nil:
		e, inner = Event{Format: "ENVELOPE", Name: b.EventName}, *b.Payload
	case b.Type != "":
		e = Event{Format: "STANDARD", Name: b.Type}
	case b.Data != nil || b.Errors != nil:
		e = Event{Format: "RAW"}
	}
	if e.Subject == "" {
		e.Subject = subject(inner.Data)
	}
	e.Errors = count(inner.Errors)
	return e
}

// subject is the id of the entity in the data of a document, where it selects one: of
// `node`, or in a subscription of what changed.
func subject(data json.RawMessage) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return ""
	}
	if id := identity(fields["node"]); id != "" {
		return id
	}
	for name, change := range fields {
		entity, isChange := strings.CutSuffix(name, "Changed")
		var inner map[string]json.RawMessage
		if isChange && json.Unmarshal(change, &inner) == nil {
			return identity(inner[entity])
		}
	}
	return ""
}

func identity(entity json.RawMessage) string {
	var e struct{ ID string }
	if json.Unmarshal(entity, &e) != nil {
		return ""
	}
	return e.ID
}

// count is how many errors there are: a list, or the text of one in CloudEvents.
func count(list json.RawMessage) int {
	var text string
	if json.Unmarshal(list, &text) == nil {
		list = json.RawMessage(text)
	}
	var errs []json.RawMessage
	if json.Unmarshal(list, &errs) != nil {
		return 0
	}
	return len(errs)
}
