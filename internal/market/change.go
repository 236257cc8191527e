package market

import (
	"slices"
	"strings"
	"time"
)

// Action is what a change did to its subject.
type Action string

// The actions, in the words of the wire (contract wire.md, event_name).
const (
	Create  Action = "create"
	Update  Action = "update"
	Destroy Action = "destroy"
)

// Change is what one committed transaction did to one entity. The unit of work
// writes it in that transaction; the relay publishes it after the commit.
type Change struct {
	// Num is the change's own number, in the order of writing.
	Num int64
	// Sequence is the change's place in the order of commits, given by the relay; 0 before.
	Sequence int64
	Subject  Ref
	Action   Action
	// Sellers may see the subject, beside the operator; empty where Shared.
	Sellers []int64
	// Shared says that every seller may see the subject.
	Shared bool
	// Changed names the fields of the schema that differ, sorted; empty for a destroy.
	Changed []string
	// Actor is the global id of the key that made the change, or the name of a command.
	Actor string
	// Owner is the number of the seller whose key made the change, 0 the operator's;
	// nil where no key made it.
	Owner *int64
	At    time.Time
	// Traceparent is the W3C trace context of the mutation, "" where it had none.
	Traceparent string
	// Request is nil for what happened to the entity. Otherwise somebody asked for an event
	// of one webhook, which gets its place among the changes; it is not published.
	Request *EventRequest
}

// EventRequest asks for one event of one webhook about the subject of its Change.
type EventRequest struct {
	WebhookID int64
	// EventID names an event that is due again and has to be queued; no other is made. 0: none.
	EventID int64
	Reason  EventReason
	// JobID is the job that asks; 0: none.
	JobID int64
	// ShownAt is the moment as of which a destroy is rendered; nil: the time of the Change.
	ShownAt *time.Time
}

// Private reports whether only the relay is to know of the change: a registration,
// or a request for an event.
func (c Change) Private() bool {
	return c.Request != nil || c.Subject.Type == "Webhook" && !slices.Contains(Operational, c.Action)
}

// ID is the change's id in the public stream.
func (c Change) ID() string { return Ref{Type: "Change", Num: c.Num}.ID() }

// Seller is the global id of the one seller whose data changed, or "".
func (c Change) Seller() string {
	if len(c.Sellers) != 1 {
		return ""
	}
	return Ref{Type: "Seller", Num: c.Sellers[0]}.ID()
}

// VisibleTo reports whether the seller may see the subject; 0 is the operator.
func (c Change) VisibleTo(seller int64) bool {
	if seller == 0 || c.Shared {
		return true
	}
	for _, s := range c.Sellers {
		if s == seller {
			return true
		}
	}
	return false
}

// Class is the subject's type as WebhookKlassEnum spells it: UPPER_SNAKE.
func (c Change) Class() string { return ClassOf(c.Subject.Type) }

// ClassOf spells a type name as WebhookKlassEnum does: "OptionType" is "OPTION_TYPE".
func ClassOf(typeName string) string {
	var b strings.Builder
	for i, r := range typeName {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// TypeOfClass returns the type of a class, and whether there is one.
func TypeOfClass(class string) (string, bool) {
	for name, k := range kinds {
		if k.Class && ClassOf(name) == class {
			return name, true
		}
	}
	return "", false
}

// AnyChange is a change as subscriptions show it, whatever its subject's type.
type AnyChange interface{ EventName() WebhookEventName }

// EventName is the action as the enum of the API spells it.
func (c Change) EventName() WebhookEventName {
	return WebhookEventName(strings.ToUpper(string(c.Action)))
}

// ChangeOf is a change whose subject is a T.
type ChangeOf[T any] struct{ Change }
