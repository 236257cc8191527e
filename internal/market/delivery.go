package market

import (
	"slices"
	"time"
)

// Plan is what the relay decides about a batch of changes.
type Plan struct {
	// Changes counts those, from the first, that the plan is about; the others wait for the next.
	Changes int
	// Events are new, numbered without a gap in the order of their changes.
	Events []WebhookEvent
	// Coalescing and Ordered name webhooks of the new events: the former gather the changes
	// of an entity into one event, the latter get the events of an entity one by one.
	Coalescing, Ordered []int64
	// Queue names events that are due again, to be queued after the commit.
	Queue []int64
	// Release names webhooks whose held events become due again.
	Release []int64
	// Withdraw names webhooks whose waiting events are held, and whose results that were
	// never sent are dropped: they may show what the document may not read any more.
	Withdraw []int64
	// Cancel names webhooks whose waiting events will never be sent.
	Cancel []int64
}

// Rendering is a payload that events wait for.
type Rendering struct {
	// PayloadID is the number under which the payload is stored.
	PayloadID int64
	Subject   Ref
	Action    Action
	// At is the time of the change, and ShownAt the moment as of which a destroy is shown.
	At, ShownAt time.Time
	// Events are those that shared document and owner when the relay made them, by number.
	Events []*WebhookEvent
}

// Renderings groups events by the payload that they share.
func Renderings(events []*WebhookEvent) []Rendering {
	var list []Rendering
	at := map[int64]int{}
	for _, e := range events {
		i, known := at[e.PayloadID]
		if !known {
			i = len(list)
			at[e.PayloadID] = i
			list = append(list, Rendering{PayloadID: e.PayloadID, Subject: e.Subject(), Action: e.Action, At: e.CreatedAt, ShownAt: e.At()})
		}
		list[i].Events = append(list[i].Events, e)
	}
	return list
}

// Due is an event whose time has come.
type Due struct {
	At       time.Time
	Event    int64
	ChangeID int64
	// Rendered says that the event has its payload.
	Rendered bool
}

// Delivery is an event that is about to be sent.
type Delivery struct {
	Event *WebhookEvent
	// Payload is the frozen result of the document; nil where it is not rendered yet.
	Payload []byte
}

// Outcome is what became of an event after an attempt, or without one.
type Outcome struct {
	EventID   int64
	WebhookID int64
	// Attempt is the exchange; nil where there was none, as for a skipped event.
	Attempt *WebhookEventResponse
	Status  EventStatus
	// NextAttemptAt is when the event is due again; nil where it is not.
	NextAttemptAt *time.Time
	// ErrorMessage says why the event was not delivered; "" where it was.
	ErrorMessage string
	At           time.Time
	// Disable is the reason to disable the webhook at once; "" keeps it.
	Disable string
	// Lane is the subject of an event whose webhook is ordered: its end lets the next
	// one go. Zero: none waits for it.
	Lane Ref
	// Known is, of an event that an active webhook holds because of what its document
	// gave, the webhook's UpdatedAt by then: one that has changed since holds nothing.
	Known time.Time
}

// GaveErrors is how the ErrorMessage of an event begins that is held because of what its document gave.
const GaveErrors = "the document gave errors"

// Together is what two changes of one entity did, as one.
func Together(former, newer Action) Action {
	if former == Create && newer == Update {
		return Create
	}
	return newer
}

// Union joins sorted lists of names.
func Union(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Health is how the deliveries of a webhook have gone in the last 24 hours.
type Health struct {
	// Pending counts the events that are not over, Sent and Failed those that were
	// delivered and given up in that time.
	Pending, Sent, Failed int
	// LastSentAt is when an event was delivered last, however long ago; nil: never.
	LastSentAt *time.Time
	// P50 and P95 are percentiles of the time of the latest attempts, in milliseconds; nil without any.
	P50, P95 *int64
}
