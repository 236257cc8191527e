package market

import (
	"context"
	"errors"
	"fmt"
)

// TriggerWebhook asks for an event of a webhook about an entity that its owner may
// see, and returns the number of the request, which is the event's ChangeID.
func (m *Market) TriggerWebhook(ctx context.Context, actor Actor, webhook, subject string, action Action) (request int64, err error) {
	err = m.run(ctx, actor, func(u *unit) error {
		w, err := u.webhook(webhook)
		if err != nil {
			return err
		}
		about, err := u.subjectOf(w, subject)
		if err != nil {
			return err
		}
		request, err = u.tx.Ask(ctx, u.request(w, about, action, EventRequest{Reason: ReasonTrigger}))
		return err
	})
	return request, err
}

// subjectOf loads what a global id names, if it is of a webhook's class and its
// owner may see it. It stays locked, so that a change of it comes before or after.
func (u *unit) subjectOf(w *Webhook, id string) (Ref, error) {
	ref, err := ParseID(id)
	if err != nil || ClassOf(ref.Type) != w.Type {
		return ref, Missing("subject_id")
	}
	t, err := u.load(ref)
	if err == nil && (t.gone() || !visibleTo(w.SellerID, t.entity)) {
		err = ErrNotFound
	}
	return ref, notFoundAs("subject_id", err)
}

// request asks for an event of a webhook.
func (u *unit) request(w *Webhook, subject Ref, action Action, r EventRequest) Change {
	r.WebhookID = w.Num
	return Change{
		Subject: subject, Action: action, Sellers: []int64{w.SellerID},
		Actor: u.actor.ID, Owner: u.actor.owner(), At: u.now, Traceparent: u.actor.Traceparent, Request: &r,
	}
}

// again asks for an event that executes the document of an earlier one anew. What
// was destroyed is shown as it was then.
func (u *unit) again(w *Webhook, e *WebhookEvent, job int64) Change {
	r := EventRequest{Reason: ReasonReplay, JobID: job}
	if e.Action == Destroy {
		r.ShownAt = new(e.At())
	}
	c := u.request(w, e.Subject(), e.Action, r)
	c.Changed = e.Changed // a filter sees what it saw then
	return c
}

// ResendEvent sends what is stored of an event again, as the same event.
func (m *Market) ResendEvent(ctx context.Context, actor Actor, id string) (*WebhookEvent, error) {
	var sent *WebhookEvent
	err := m.run(ctx, actor, func(u *unit) error {
		w, e, err := u.event(id)
		if err != nil {
			return err
		}
		if err := u.tx.Resend(ctx, []int64{e.Num}, 0, u.actor.Traceparent, u.now); err != nil {
			return err
		}
		if _, err := u.tx.Ask(ctx, u.request(w, e.Subject(), e.Action, EventRequest{EventID: e.Num})); err != nil {
			return err
		}
		events, err := look[WebhookEvent](u, Eq("id", e.Num))
		if err == nil && len(events) == 1 {
			sent = events[0]
		}
		return err
	})
	return sent, err
}

// ReexecuteEvent asks for an event that executes the document of an earlier one
// anew, and returns the number of the request, which is the new event's ChangeID.
func (m *Market) ReexecuteEvent(ctx context.Context, actor Actor, id string) (request int64, err error) {
	err = m.run(ctx, actor, func(u *unit) error {
		w, e, err := u.event(id)
		if err == nil {
			request, err = u.tx.Ask(ctx, u.again(w, e, 0))
		}
		return err
	})
	return request, err
}

// CancelEvent calls off an event that waits. An exchange that is under way may
// still end, and changes nothing about it.
func (m *Market) CancelEvent(ctx context.Context, actor Actor, id string) (*WebhookEvent, error) {
	var cancelled *WebhookEvent
	err := m.run(ctx, actor, func(u *unit) error {
		w, e, err := u.event(id)
		if err != nil {
			return err
		}
		if e.Status.Final() {
			return conflict("webhook_event_id", "has reached its end: it is %s", e.Status)
		}
		e.Status, e.NextAttemptAt, e.ProcessedAt = EventCancelled, nil, &u.now
		cancelled = e
		return u.letNextGo(w, e)
	})
	return cancelled, err
}

// letNextGo has the event due, and queued after the commit, that waited for one which
// is being called off.
func (u *unit) letNextGo(w *Webhook, e *WebhookEvent) error {
	if !w.Ordered {
		return nil
	}
	next, err := u.tx.FreeNext(u.ctx, e, u.now)
	if err != nil || next == 0 {
		return err
	}
	return u.tx.Record(u.ctx, []Change{u.request(w, e.Subject(), e.Action, EventRequest{EventID: next})})
}

// event loads an event with its webhook, refusing on webhook_event_id. The webhook
// is locked first, as by those who settle events.
func (u *unit) event(id string) (*Webhook, *WebhookEvent, error) {
	const field = "webhook_event_id"
	ref, err := ParseID(id)
	if err != nil || ref.Type != "WebhookEvent" {
		return nil, nil, Missing(field)
	}
	found, err := look[WebhookEvent](u, Eq("id", ref.Num))
	if err != nil {
		return nil, nil, fmt.Errorf("look for an event: %w", err)
	}
	if len(found) == 0 || !u.visible(found[0]) {
		return nil, nil, Missing(field)
	}
	w, err := get[Webhook](u, found[0].WebhookID)
	if errors.Is(err, ErrNotFound) {
		return nil, nil, conflict(field, "is an event of a webhook that was deleted")
	}
	if err != nil {
		return nil, nil, err
	}
	e, err := get[WebhookEvent](u, ref.Num)
	return w, e, notFoundAs(field, err)
}

// conflict refuses an input because of how something stands, with status 409.
func conflict(field, format string, args ...any) error {
	return &Invalid{Status: 409, Fields: []FieldError{{Field: field, Messages: []string{fmt.Sprintf(format, args...)}}}}
}
