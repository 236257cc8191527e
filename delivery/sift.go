package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"crier/internal/market"
)

// sift takes those out of an execution's events that its result is not sent for:
// what a result means is up to each webhook, although they share it.
func (f *fanout) sift(ctx context.Context, x *execution) error {
	rest := make([]*market.WebhookEvent, 0, len(x.events))
	now := time.Now().UTC().Truncate(time.Microsecond)
	for _, e := range x.events {
		w := x.webhooks[e.WebhookID]
		if x.body == nil {
			x.apart = append(x.apart, x.without(e, unasked, now))
			continue
		}
		if flaw := x.flaw(w); flaw != "" {
			o := x.without(e, withErrors, now)
			o.ErrorMessage = fmt.Sprintf("%s: %s", o.ErrorMessage, flaw)
			o.Known = w.UpdatedAt
			x.apart, x.held = append(x.apart, o), append(x.held, e)
			continue
		}
		passes, err := f.passes(ctx, x, e)
		switch {
		case errors.Is(err, errInvalid):
			if err := f.store.Invalidate(ctx, w.Num, err.Error()); err != nil {
				return err
			}
			x.held = append(x.held, e) // with all of its webhook's
		case !passes:
			x.apart = append(x.apart, x.without(e, filtered, now))
		default:
			rest = append(rest, e)
		}
	}
	if x.events = rest; len(x.held) > 0 && len(rest) > 0 {
		x.payload = rest[0].Num // the held ones may have wanted the same
	}
	return nil
}

// passes reports whether its webhook's filter lets an event through. One that the
// filter has no answer for is let through.
func (f *fanout) passes(ctx context.Context, x *execution, e *market.WebhookEvent) (bool, error) {
	w := x.webhooks[e.WebhookID]
	if w.Filter == nil {
		return true, nil
	}
	rule, err := f.Documents.Filter(e.SubjectType, w.Document(), *w.Filter)
	if err != nil {
		return true, fmt.Errorf("%w: its filter: %w", errInvalid, err)
	}
	passes, err := rule.Match(x.body, e.Changed, string(e.Action))
	if err != nil {
		f.Log.WarnContext(ctx, "a filter has no answer", slog.Int64("webhook", w.Num), slog.Int64("event", e.Num), slog.Any("error", err))
	}
	return passes, nil
}

// recall reads which fields the changes named whose events have to pass a filter, or
// are shown by a document, that their webhook did not have when they were made.
func (f *fanout) recall(ctx context.Context, list []*execution) error {
	var changes []int64
	var events []*market.WebhookEvent
	for _, x := range list {
		for _, e := range x.events {
			if w := x.webhooks[e.WebhookID]; (w.Filter != nil || w.Subscribes()) && e.Changed == nil && e.Action != market.Destroy {
				changes, events = append(changes, e.ChangeID), append(events, e)
			}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	changed, err := f.store.ChangedFields(ctx, changes)
	for _, e := range events {
		e.Changed = changed[e.ChangeID]
	}
	return err
}

// flaw is the first error that the document gave, where the webhook wants no
// events with errors; "" where there is none.
func (x *execution) flaw(w *market.Webhook) string {
	if w.OnErrors != market.OnErrorsHold {
		return ""
	}
	var result struct{ Errors []struct{ Message string } }
	if err := json.Unmarshal(x.body, &result); err != nil {
		return err.Error() // what is no JSON is no result to send
	}
	if len(result.Errors) == 0 {
		return ""
	}
	return result.Errors[0].Message
}

// without is the outcome of an event that its execution settles.
func (x *execution) without(e *market.WebhookEvent, why absence, now time.Time) market.Outcome {
	v := decide(exchange{absence: why}, policy{}, now, 0)
	return market.Outcome{EventID: e.Num, WebhookID: e.WebhookID, Status: v.status, ErrorMessage: v.message, At: now, Lane: laneOf(x.webhooks[e.WebhookID], e)}
}
