package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"time"

	"crier/delivery/egress"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

const (
	// pingWithin bounds the exchange of a ping, for which somebody waits.
	pingWithin = 20 * time.Second
	// A webhook may be pinged pingRate times in pingPeriod, over all processes.
	pingRate   = 10
	pingPeriod = time.Minute
	// pingsAtOnce bounds the pings of one process.
	pingsAtOnce = 64
)

// pingStore is what a ping needs of the database.
type pingStore interface {
	// Select fills dest, a *[]*T, with what the viewer of the context may see.
	Select(ctx context.Context, dest any, q market.Query) (cursors []string, err error)
}

// nothing is the payload of a ping that has nothing to show.
const nothing = `{"data":null}`

// Ping sends one signed request to a webhook now, whatever its state, and returns
// what was answered, which is not stored. It is outside the events of the webhook:
// it has no place among them, takes none of its slots and is not repeated. Where no
// answer came, or there were too many pings, the error is a *market.Invalid on webhook_id.
func (w *Worker) Ping(ctx context.Context, webhook *market.Webhook) (*market.WebhookEventResponse, error) {
	if !w.pings.enter() {
		return nil, market.Refuse("webhook_id", "cannot be pinged now: too many others are")
	}
	defer w.pings.leave()
	if err := w.mayPing(ctx, webhook); err != nil {
		return nil, err
	}
	event := newPing(ctx, webhook, time.Now().UTC().Truncate(time.Microsecond))
	payload, err := w.sample(ctx, webhook, event)
	if err != nil {
		return nil, fmt.Errorf("execute the document of %s: %w", webhook.Ref(), err)
	}
	content, began := w.Identity.Body(event, payload), time.Now()
	header := w.Identity.header(webhook, event, content, began)
	response, err := w.Egress.Post(ctx, webhook.URL, header, content, min(webhook.Timeout(), pingWithin))
	if ctx.Err() != nil && err != nil {
		return nil, ctx.Err()
	}
	w.Log.InfoContext(ctx, "delivery.pinged", slog.Int64("webhook", webhook.Num), slog.String("host", hostOf(webhook.URL)),
		slog.Int("status", response.Status), slog.Duration("duration", response.Duration), slog.String("failure", egress.Reason(err)))
	if err != nil {
		return nil, market.Refuse("webhook_id", "no answer came: %s", egress.Reason(err))
	}
	attempt := record(task{event: event, webhook: webhook}, exchange{status: response.Status}, response, 1, began, time.Now().UTC())
	attempt.Num = event.Num
	return attempt, nil
}

// mayPing refuses pings in excess. While nobody counts they all pass, as requests to the API do.
func (w *Worker) mayPing(ctx context.Context, webhook *market.Webhook) error {
	wait, err := w.Redis.Allow(ctx, fmt.Sprintf("ping:%d", webhook.Num), pingRate, pingPeriod)
	if err != nil {
		w.Log.DebugContext(ctx, "pings are not counted", slog.Any("error", err))
		return nil
	}
	if wait > 0 {
		return market.Refuse("webhook_id", "was pinged too often: try again in %.0f s", max(wait.Seconds(), 1))
	}
	return nil
}

// newPing is an event that stands for none. Its number is negative and drawn at
// random: no event has it, and no ping has that of another.
func newPing(ctx context.Context, webhook *market.Webhook, now time.Time) *market.WebhookEvent {
	v, _ := viewer.FromContext(ctx)
	return &market.WebhookEvent{
		Base: market.Base{Num: -1 - rand.Int64N(1<<53-1), CreatedAt: now, UpdatedAt: now}, Action: market.Ping, Format: webhook.Format,
		Reason: market.ReasonPing, SellerID: webhook.SellerID, Traceparent: v.Traceparent, WebhookID: webhook.Num,
	}
}

// sample is the payload of a ping: the document over the newest entity of its class
// that its owner may see, which becomes the subject. A document that cannot be
// executed, and a class without entities, show nothing.
func (w *Worker) sample(ctx context.Context, webhook *market.Webhook, event *market.WebhookEvent) ([]byte, error) {
	v := ownerOf(webhook)
	prepared, err := w.Documents.Prepare(webhook.Document())
	if err != nil {
		return []byte(nothing), nil // it no longer fits the schema, as the webhook's state says
	}
	subject, err := w.newest(ctx, webhook.Type, v)
	if err != nil {
		return nil, err
	}
	if subject.IsZero() {
		return []byte(nothing), nil
	}
	change := market.Change{Subject: subject, Action: market.Update, At: event.CreatedAt, Request: &market.EventRequest{WebhookID: webhook.Num, Reason: market.ReasonPing}}
	payload, err := w.Documents.Run(document.WithChange(w.Documents.Batch(ctx, v), change), prepared, subject.ID(), v)
	var refused *document.Refused
	if errors.As(err, &refused) {
		return []byte(nothing), nil // its owner may no longer read what it selects
	}
	event.SubjectType, event.SubjectNum = subject.Type, subject.Num
	return payload, err
}

// newest names the newest entity of a class that a viewer may see; zero where there is none.
func (w *Worker) newest(ctx context.Context, class string, v viewer.Viewer) (market.Ref, error) {
	typeName, _ := market.TypeOfClass(class)
	kind, known := market.KindOf(typeName)
	if !known {
		return market.Ref{}, nil
	}
	list := kind.NewList()
	query := market.Query{Sort: []market.Sort{{Column: "id", Desc: true}}, Limit: 1}
	if _, err := w.Store.Select(viewer.NewContext(ctx, v), list, query); err != nil {
		return market.Ref{}, fmt.Errorf("look for a sample: %w", err)
	}
	rows := reflect.ValueOf(list).Elem()
	if rows.Len() == 0 {
		return market.Ref{}, nil
	}
	return rows.Index(0).Interface().(market.Entity).Ref(), nil
}

// places bounds what is done at once.
type places chan struct{}

// enter takes a place, and reports false where none is free.
func (p places) enter() bool {
	select {
	case p <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p places) leave() { <-p }
