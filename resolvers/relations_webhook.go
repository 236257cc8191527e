package resolvers

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"crier/internal/document"
	"crier/internal/market"
)

// Payloads reads what was rendered for events, and what became of them.
type Payloads interface {
	// Health tells how the deliveries of webhooks, which the viewer may see, have gone
	// until a moment; of a webhook without events nothing is said.
	Health(ctx context.Context, webhooks []int64, now time.Time) (map[int64]market.Health, error)
	// Payloads returns the bodies of payloads by their numbers, whoever they are
	// for; what is not rendered yet is absent. Numbers come from events that the
	// viewer may see.
	Payloads(ctx context.Context, nums []int64) (map[int64][]byte, error)
}

// latestEvents is how many events Webhook.events shows.
const latestEvents = 50

// The relations of webhooks.
var (
	webhookEvents = relation[market.WebhookEvent]{
		name: "Webhook.events", column: "webhook_id", sort: newestFirst,
		of: func(e *market.WebhookEvent) int64 { return e.WebhookID },
	}
	// eventResponses are the attempts that got an answer, oldest first.
	eventResponses = relation[market.WebhookEventResponse]{
		name: "WebhookEvent.responses", column: "event_id",
		of:    func(r *market.WebhookEventResponse) int64 { return r.EventID },
		where: []market.Cond{market.Gt("status", 0)},
	}
)

// latest reads a webhook's newest events.
func latest(ctx context.Context, w *market.Webhook) ([]*market.WebhookEvent, error) {
	rows, err := load(ctx, webhookEvents.name+"!", w.Num, webhookEvents.pages(market.Query{Limit: latestEvents}))
	return each(rows, func(r row[market.WebhookEvent]) *market.WebhookEvent { return r.node }), err
}

// payload reads what was rendered for an event; nil where that is still to be done.
func (r *Resolver) payload(ctx context.Context, e *market.WebhookEvent) (json.RawMessage, error) {
	if err := r.rendered(ctx, e); err != nil {
		return nil, err
	}
	return load(ctx, "WebhookEvent.payload", e.PayloadID, func(ctx context.Context, _ Reader, nums []int64) (map[int64]json.RawMessage, error) {
		bodies, err := r.Payloads.Payloads(ctx, nums)
		if err != nil {
			return nil, fmt.Errorf("load the payloads of events: %w", err)
		}
		found := make(map[int64]json.RawMessage, len(bodies))
		for num, body := range bodies {
			found[num] = body
		}
		return found, nil
	})
}

// rendered refuses a viewer without the scopes of what an event's payload shows:
// its subject, and whatever the document of its webhook selects.
func (r *Resolver) rendered(ctx context.Context, e *market.WebhookEvent) error {
	v, err := viewing(ctx)
	if err != nil || len(v.Scopes) == 0 {
		return err
	}
	if err := r.readable(ctx, e.SubjectType); err != nil {
		return err
	}
	webhook, err := required[market.Webhook](ctx, e.WebhookID)
	if err != nil {
		return err
	}
	for _, scope := range webhook.RequiredScopes {
		if !v.Can(scope) {
			return document.MissingScope(scope)
		}
	}
	return nil
}

// subject reads the entity that an event is about; nil where it is of another
// type, or the viewer may not read it.
func subject[T any](ctx context.Context, r *Resolver, e *market.WebhookEvent) (*T, error) {
	kind, err := kindOf[T]()
	if err != nil || e.SubjectType != kind || r.readable(ctx, kind) != nil {
		return nil, err
	}
	return one[T](ctx, e.SubjectNum)
}

// sequence is the number of an event, as far as the API's Int goes.
func sequence(e *market.WebhookEvent) (int, error) {
	if e.Num > math.MaxInt32 {
		return 0, badInput(fmt.Sprintf("the sequence %d is more than an Int holds: read it from the header of the delivery", e.Num))
	}
	return int(e.Num), nil
}

// headers are a webhook's own headers as an object of names and values; nil where it has none.
func headers(w *market.Webhook) (json.RawMessage, error) {
	if len(w.Headers) == 0 {
		return nil, nil
	}
	object, err := json.Marshal(w.Headers)
	if err != nil {
		return nil, fmt.Errorf("write the headers of %s: %w", w.Ref(), err)
	}
	return object, nil
}
