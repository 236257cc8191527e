package market

import (
	"encoding/json"
	"net/http"
	"time"
)

// EventStatus is where an event stands, as WebhookEvent.status spells it.
type EventStatus string

// The states of an event (contract wire.md, Outcomes).
const (
	EventUnsent    EventStatus = "Unsent"
	EventRejected  EventStatus = "Rejected"
	EventSent      EventStatus = "Sent"
	EventFailed    EventStatus = "Failed"
	EventCancelled EventStatus = "Cancelled"
	EventSkipped   EventStatus = "Skipped"
	EventHeld      EventStatus = "Held"
)

// Final reports whether nothing more happens to an event by itself.
func (s EventStatus) Final() bool {
	switch s {
	case EventSent, EventFailed, EventCancelled, EventSkipped:
		return true
	}
	return false
}

// Ping is the action of a ping, which no entity undergoes and which is not stored.
const Ping Action = "ping"

// EventReason is why an event exists.
type EventReason string

// The reasons of events.
const (
	// ReasonChange is that of an event that a change of its subject caused.
	ReasonChange   EventReason = "CHANGE"
	ReasonTrigger  EventReason = "TRIGGER"
	ReasonReplay   EventReason = "REPLAY"
	ReasonBackfill EventReason = "BACKFILL"
	// ReasonPing is that of a ping, which is not stored.
	ReasonPing EventReason = "PING"
)

// WebhookEvent is one change for one webhook. Its number is its sequence: dense
// and increasing in the order of the commits that caused the events.
type WebhookEvent struct {
	Base
	Action Action
	// Attempts counts the exchanges so far, answered or not. AttemptsBefore are those before
	// ResentAt, when it was last sent again; they leave it all of its retries. Nil: never.
	Attempts       int64
	AttemptsBefore int64
	ResentAt       *time.Time
	// Changed names the fields that differ in all the changes that the event stands for;
	// nil where neither a filter nor the document of the webhook asks for them.
	Changed  []string
	ChangeID int64
	// ChangeSequence is the place of that change in the order of the commits.
	ChangeSequence int64
	ErrorMessage   *string
	// Format is what its webhook asked for when the event was made; it stays, so that every
	// attempt sends the same bytes.
	Format WebhookFormat
	// JobID is the number of the job that made the event or sends it again; 0: none.
	JobID int64
	// NextAttemptAt is when the event is due; nil once it is final.
	NextAttemptAt *time.Time
	// PayloadID is the number of the first event that has the same payload.
	PayloadID   int64
	ProcessedAt *time.Time
	Reason      EventReason
	// SellerID is the webhook's owner; 0 is the operator.
	SellerID int64
	// ShownAt is the moment as of which a destroy is rendered, where that is not CreatedAt; nil: CreatedAt.
	ShownAt     *time.Time
	Status      EventStatus
	SubjectType string
	SubjectNum  int64
	Traceparent string
	WebhookID   int64
}

// WebhookEventsConnection is a page of events.
type (
	WebhookEventsConnection = Connection[WebhookEvent]
	WebhookEventEdge        = Edge[WebhookEvent]
)

var _ = register[WebhookEvent](false, ownedBySeller)

// Ref names the event.
func (e *WebhookEvent) Ref() Ref { return Ref{"WebhookEvent", e.Num} }

// ID is the event's global id; the same over all retries.
func (e *WebhookEvent) ID() string { return e.Ref().ID() }

func (e *WebhookEvent) sellers() []int64 { return []int64{e.SellerID} }

// Subject names the entity that changed.
func (e *WebhookEvent) Subject() Ref { return Ref{e.SubjectType, e.SubjectNum} }

// SubjectID is the subject's global id.
func (e *WebhookEvent) SubjectID() string { return e.Subject().ID() }

// At is the moment as of which a destroy is shown.
func (e *WebhookEvent) At() time.Time {
	if e.ShownAt != nil {
		return *e.ShownAt
	}
	return e.CreatedAt
}

// EventName is the action in the words of the wire.
func (e *WebhookEvent) EventName() *string {
	name := string(e.Action)
	return &name
}

// Skipped reports whether the event was not sent because its payload had not changed.
func (e *WebhookEvent) Skipped() *bool {
	skipped := e.Status == EventSkipped
	return &skipped
}

// SentAt is when the receiver acknowledged the event; nil before.
func (e *WebhookEvent) SentAt() *time.Time {
	if e.Status != EventSent {
		return nil
	}
	return e.ProcessedAt
}

// RetryAfter is when the event is tried again; nil where no retry waits.
func (e *WebhookEvent) RetryAfter() *time.Time {
	if e.Status != EventRejected {
		return nil
	}
	return e.NextAttemptAt
}

// EventPayload is the frozen result of one execution, shared by all events
// with the same document, owner and subject. Its number is the first event's.
type EventPayload struct {
	Base
	Body []byte
}

var _ = register[EventPayload](false, func(int64) []Cond { return []Cond{In("id", []int64{})} })

// Ref names the payload.
func (p *EventPayload) Ref() Ref { return Ref{"EventPayload", p.Num} }

// ID is the payload's global id; the API never shows it.
func (p *EventPayload) ID() string { return p.Ref().ID() }

// WebhookEventResponse is one attempt: an HTTP exchange with the receiver.
// Attempts without an answer have Status 0 and are not shown as responses.
type WebhookEventResponse struct {
	Base
	// AttemptNo counts an event's attempts from 1.
	AttemptNo int64
	// Body is the parsed JSON of the answer, else its text as a JSON string; at most 64 KiB of it is kept.
	Body       json.RawMessage
	DurationMs int64
	// Error says why no answer came, in words fit for the webhook's owner.
	Error    *string
	EventID  int64
	Headers  json.RawMessage
	SellerID int64
	Status   int64
}

var _ = register[WebhookEventResponse](false, ownedBySeller)

// Answered reports whether the receiver is at work, be it that it refuses this
// event: whatever is an answer but no sign of trouble.
func (r *WebhookEventResponse) Answered() bool {
	return r.Status != 0 && r.Status != http.StatusRequestTimeout && r.Status != http.StatusTooManyRequests && r.Status < http.StatusInternalServerError
}

// Ref names the attempt.
func (r *WebhookEventResponse) Ref() Ref { return Ref{"WebhookEventResponse", r.Num} }

// ID is the attempt's global id.
func (r *WebhookEventResponse) ID() string { return r.Ref().ID() }

func (r *WebhookEventResponse) sellers() []int64 { return []int64{r.SellerID} }
