package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
)

// unrendered holds where an event's payload is not there yet.
const unrendered = `NOT EXISTS (SELECT 1 FROM "event_payloads" p WHERE p."id" = e."payload_id")`

// Unrendered returns the payloads that events of the changes wait for. Held
// events are among them, so that they show what their change did.
func (s *Store) Unrendered(ctx context.Context, changes []int64) ([]market.Rendering, error) {
	b := s.builder()
	b.write(`SELECT `, s.tables.byKind["WebhookEvent"].selected, ` FROM "webhook_events" e WHERE e."status" IN ('Unsent', 'Held') AND `, unrendered, ` AND `)
	b.dialect.in(b, `e."change_id"`, changes)
	b.write(` ORDER BY e."id"`)
	var events []*market.WebhookEvent
	if err := s.selectInto(ctx, b, &events); err != nil {
		return nil, fmt.Errorf("read events to render: %w", err)
	}
	return market.Renderings(events), nil
}

// MovePayload makes events wait for another payload; those that have theirs, or
// whose results were withdrawn meanwhile, keep their number.
func (s *Store) MovePayload(ctx context.Context, events []int64, payload int64) error {
	return s.Run(ctx, func(mtx market.Tx) error {
		b := s.builder()
		b.write(`UPDATE "webhook_events" AS e SET "payload_id" = `).bind(payload).write(` WHERE "payload_id" > 0 AND `, unrendered, ` AND `)
		b.dialect.in(b, `e."id"`, events)
		return mtx.(*tx).exec(ctx, "move events to another payload", b)
	})
}

// SavePayloads stores results and returns the numbers of those that it stored:
// the first one under a number stands.
func (s *Store) SavePayloads(ctx context.Context, payloads []market.EventPayload) (stored map[int64]bool, err error) {
	if len(payloads) == 0 {
		return nil, nil
	}
	rows := make([]market.Entity, len(payloads))
	for i := range payloads {
		rows[i] = &payloads[i]
	}
	table, _, err := s.tables.entity(rows[0])
	if err != nil {
		return nil, err
	}
	err = s.Run(ctx, func(mtx market.Tx) error {
		stored = make(map[int64]bool, len(rows))
		for batch := range slices.Chunk(rows, insertValues/len(table.fields)) {
			if err := mtx.(*tx).insertNew(ctx, table, batch, stored); err != nil {
				return err
			}
		}
		return nil
	})
	return stored, err
}

// insertNew stores rows whose numbers nobody has stored yet, and adds these numbers to stored.
func (t *tx) insertNew(ctx context.Context, table *table, rows []market.Entity, stored map[int64]bool) error {
	b := t.store.builder()
	b.insertRows(table, 0, rows)
	text, args, err := b.write(` ON CONFLICT ("id") DO NOTHING RETURNING "id"`).statement()
	if err != nil {
		return err
	}
	inserted, err := t.db.Tx.QueryContext(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("insert %s: %w", table.kind.Name, t.store.dialect.translate(err))
	}
	defer inserted.Close()
	for inserted.Next() {
		var num int64
		if err := inserted.Scan(&num); err != nil {
			return fmt.Errorf("insert %s: %w", table.kind.Name, err)
		}
		stored[num] = true
	}
	return inserted.Err()
}

// ChangedFields returns the fields that changes named; those that are not kept are left out.
func (s *Store) ChangedFields(ctx context.Context, changes []int64) (map[int64][]string, error) {
	b := s.builder()
	b.dialect.in(b.write(`SELECT `, changeColumns, ` FROM "changes" WHERE `), `"id"`, changes)
	rows, err := readChanges(ctx, s.read.DB, b)
	if err != nil {
		return nil, err
	}
	fields := make(map[int64][]string, len(rows))
	for _, c := range rows {
		fields[c.Num] = c.Changed
	}
	return fields, nil
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
	w.State, w.StateReason, w.StateSince, w.UpdatedAt, w.FailingTold = state, &reason, moment(now), moment(now), false
	if err := t.Update(ctx, w); err != nil {
		return err
	}
	hold := t.hold
	if state == market.WebhookInvalid {
		hold = t.WithdrawResults
	}
	if err := hold(ctx, []int64{num}); err != nil {
		return err
	}
	told := map[market.WebhookState]market.Action{market.WebhookDisabled: market.Disabled, market.WebhookInvalid: market.Invalidated}[state]
	c := w.Operational(told, moment(now), "state", "stateReason")
	if c == nil {
		c = &market.Change{Subject: w.Ref(), Action: market.Update, Changed: []string{"state", "stateReason"}, Actor: "delivery", At: moment(now)}
	}
	return t.Record(ctx, []market.Change{*c})
}
