package store

import (
	"context"
	"fmt"
	"time"

	"crier/internal/market"
)

// unrendered holds where an event's payload is not there yet.
const unrendered = `NOT EXISTS (SELECT 1 FROM "event_payloads" p WHERE p."id" = e."payload_id")`

// Unrendered returns the payloads that events of the changes wait for. Held
// events are among them, so that they show what their change did.
func (s *Store) Unrendered(ctx context.Context, changes []int64) ([]market.Rendering, error) {
	b := s.builder()
	b.write(`SELECT `, s.tables.byKind["WebhookEvent"].columns, ` FROM "webhook_events" e WHERE e."status" IN ('Unsent', 'Held') AND `, unrendered, ` AND `)
	b.dialect.in(b, `e."change_id"`, changes)
	b.write(` ORDER BY e."id"`)
	var events []*market.WebhookEvent
	if err := s.selectInto(ctx, b, &events); err != nil {
		return nil, fmt.Errorf("read events to render: %w", err)
	}
	return renderings(events), nil
}

// renderings groups events by the payload that they share.
func renderings(events []*market.WebhookEvent) []market.Rendering {
	var list []market.Rendering
	at := map[int64]int{}
	for _, e := range events {
		i, known := at[e.PayloadID]
		if !known {
			i = len(list)
			at[e.PayloadID] = i
			list = append(list, market.Rendering{PayloadID: e.PayloadID, Subject: e.Subject(), Action: e.Action, At: e.CreatedAt})
		}
		list[i].Events = append(list[i].Events, e)
	}
	return list
}

// MovePayload makes events wait for another payload; those that have theirs keep it.
func (s *Store) MovePayload(ctx context.Context, events []int64, payload int64) error {
	return s.Run(ctx, func(mtx market.Tx) error {
		b := s.builder()
		b.write(`UPDATE "webhook_events" AS e SET "payload_id" = `).bind(payload).write(` WHERE `, unrendered, ` AND `)
		b.dialect.in(b, `e."id"`, events)
		return mtx.(*tx).exec(ctx, "move events to another payload", b)
	})
}

// SavePayloads stores results; the first one under a number stands.
func (s *Store) SavePayloads(ctx context.Context, payloads []market.EventPayload) error {
	if len(payloads) == 0 {
		return nil
	}
	rows := make([]market.Entity, len(payloads))
	for i := range payloads {
		rows[i] = &payloads[i]
	}
	return s.Run(ctx, func(mtx market.Tx) error {
		return mtx.(*tx).insertAll(ctx, rows, ` ON CONFLICT ("id") DO NOTHING`)
	})
}

// Invalidate stops a webhook whose document no longer fits the schema; its events are held.
func (s *Store) Invalidate(ctx context.Context, webhook int64, reason string) error {
	return s.Run(ctx, func(mtx market.Tx) error {
		return mtx.(*tx).stopWebhook(ctx, webhook, market.WebhookInvalid, reason, time.Now())
	})
}

// stopWebhook changes an active webhook's state and holds what waits for it.
// The relay learns of it as of every change of a webhook.
func (t *tx) stopWebhook(ctx context.Context, num int64, state market.WebhookState, reason string, now time.Time) error {
	var rows []*market.Webhook
	q := market.Query{Where: []market.Cond{market.Eq("id", num), market.Eq("state", market.WebhookActive)}, Lock: true}
	if err := t.Select(ctx, &rows, q); err != nil || len(rows) == 0 {
		return err
	}
	w := rows[0]
	w.State, w.StateReason, w.StateSince, w.UpdatedAt = state, &reason, moment(now), moment(now)
	if err := t.Update(ctx, w); err != nil {
		return err
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = 'Held', "next_attempt_at" = NULL, "updated_at" = `).bind(moment(now))
	b.write(` WHERE "status" IN ('Unsent', 'Rejected') AND "webhook_id" = `).bind(num)
	if err := t.exec(ctx, "hold events", b); err != nil {
		return err
	}
	return t.Record(ctx, []market.Change{{
		Subject: w.Ref(), Action: market.Update, Sellers: []int64{w.SellerID}, Changed: []string{"state", "stateReason"}, Actor: "delivery", At: moment(now),
	}})
}
