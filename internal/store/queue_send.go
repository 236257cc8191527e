package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"crier/internal/market"
)

// A webhook that fails is disabled when both bounds are passed: a short outage
// does not do it, nor do a few attempts over a long time.
const (
	disableAfter    = 5 * 24 * time.Hour
	disableAttempts = 100
)

// Deliveries returns the events with their payloads; unknown numbers are left out.
func (s *Store) Deliveries(ctx context.Context, nums []int64) ([]market.Delivery, error) {
	var events []*market.WebhookEvent
	q := market.Query{Where: []market.Cond{market.In("id", nums)}}
	if err := s.fetch(ctx, s.read.DB, s.builder(), &events, q); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.PayloadID
	}
	payloads, err := s.Payloads(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]market.Delivery, len(events))
	for i, e := range events {
		list[i] = market.Delivery{Event: e, Payload: payloads[e.PayloadID]}
	}
	return list, nil
}

// Payloads returns the frozen payloads of the numbers; those not rendered yet are left out.
func (s *Store) Payloads(ctx context.Context, nums []int64) (map[int64][]byte, error) {
	var rows []*market.EventPayload
	q := market.Query{Where: []market.Cond{market.In("id", nums)}}
	if err := s.fetch(ctx, s.read.DB, s.builder(), &rows, q); err != nil {
		return nil, fmt.Errorf("read payloads: %w", err)
	}
	bodies := make(map[int64][]byte, len(rows))
	for _, p := range rows {
		bodies[p.Num] = p.Body
	}
	return bodies, nil
}

// RecordOutcomes writes attempts and the states of their events, and stops
// webhooks that failed for too long, in one transaction. It returns the events
// that had to wait for the end of one of these, and are due now.
func (s *Store) RecordOutcomes(ctx context.Context, outcomes []market.Outcome) (due []int64, err error) {
	if len(outcomes) == 0 {
		return nil, nil
	}
	err = s.Run(ctx, func(mtx market.Tx) error {
		t := mtx.(*tx)
		active, err := t.lockWebhooks(ctx, outcomes)
		if err != nil {
			return err
		}
		if err := t.insertAttempts(ctx, outcomes); err != nil {
			return err
		}
		if err := t.settleSent(ctx, outcomes); err != nil {
			return err
		}
		for _, o := range outcomes {
			resumed := o.Status == market.EventHeld && active[o.WebhookID] != nil && !active[o.WebhookID].UpdatedAt.Equal(o.Known)
			if o.Status == market.EventSent || resumed {
				continue // a resumed webhook's event stays due: nobody would release it
			}
			if err := t.settleEvent(ctx, o); err != nil {
				return err
			}
		}
		if due, err = t.freeNext(ctx, outcomes); err != nil {
			return err
		}
		return t.noteHealth(ctx, outcomes)
	})
	return due, err
}

// lockWebhooks keeps the webhooks whose events were not all delivered, or wait for
// one another, from others until the end of the transaction, always in the same order, and returns which
// of them are active. What resumes one afterwards finds the events that are held now.
func (t *tx) lockWebhooks(ctx context.Context, outcomes []market.Outcome) (map[int64]*market.Webhook, error) {
	var nums []int64
	for _, o := range outcomes {
		if o.Status != market.EventSent && o.Status != market.EventSkipped || !o.Lane.IsZero() {
			nums = append(nums, o.WebhookID)
		}
	}
	if len(nums) == 0 {
		return nil, nil
	}
	var rows []*market.Webhook
	q := market.Query{Where: []market.Cond{market.In("id", nums)}, Lock: true}
	if err := t.Select(ctx, &rows, q); err != nil {
		return nil, fmt.Errorf("lock webhooks: %w", err)
	}
	active := make(map[int64]*market.Webhook, len(rows))
	for _, w := range rows {
		if w.State == market.WebhookActive {
			active[w.Num] = w
		}
	}
	return active, nil
}

// insertAttempts stores the exchanges; one that is there already stands.
func (t *tx) insertAttempts(ctx context.Context, outcomes []market.Outcome) error {
	var rows []market.Entity
	for _, o := range outcomes {
		if o.Attempt != nil {
			rows = append(rows, o.Attempt)
		}
	}
	return t.insertAll(ctx, rows, ` ON CONFLICT ("event_id", "attempt_no") DO NOTHING`)
}

// countAttempts derives the number of attempts from their rows, so that
// recording twice counts once.
const countAttempts = `"attempts" = (SELECT count(*) FROM "webhook_event_responses" r WHERE r."event_id" = "webhook_events"."id")`

// isFinal holds for events whose state nothing changes any more.
const isFinal = `"status" IN ('Sent', 'Failed', 'Cancelled', 'Skipped')`

// settleSent ends all delivered events of a batch at once. Of those that became
// final meanwhile only the attempts are counted.
func (t *tx) settleSent(ctx context.Context, outcomes []market.Outcome) error {
	var sent []int64
	var at time.Time
	for _, o := range outcomes {
		if o.Status == market.EventSent {
			sent, at = append(sent, o.EventID), o.At
		}
	}
	if len(sent) == 0 {
		return nil
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = CASE WHEN `, isFinal, ` THEN "status" ELSE 'Sent' END, "error_message" = CASE WHEN `, isFinal, ` THEN "error_message" END, `)
	b.write(`"next_attempt_at" = NULL, `, countAttempts, `, "processed_at" = COALESCE("processed_at", `).bindMoment(at)
	b.write(`), "updated_at" = `).bind(moment(at)).write(` WHERE `)
	b.dialect.in(b, `"id"`, sent)
	return t.exec(ctx, "settle delivered events", b)
}

// settleEvent stores the state of one event that was not delivered. One that
// became final meanwhile, by a cancellation, stays as it is.
func (t *tx) settleEvent(ctx context.Context, o market.Outcome) error {
	var processed *time.Time
	if o.Status.Final() {
		processed = &o.At
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = `).bind(string(o.Status)).write(`, `, countAttempts)
	b.write(`, "next_attempt_at" = `).bindNullable(o.NextAttemptAt).write(`, "processed_at" = `).bindNullable(processed)
	if o.ErrorMessage != "" {
		b.write(`, "error_message" = `).bind(o.ErrorMessage)
	}
	b.write(`, "updated_at" = `).bind(moment(o.At)).write(` WHERE "id" = `).bind(o.EventID)
	b.write(` AND NOT `, isFinal)
	return t.exec(ctx, "settle an event", b)
}

// bindNullable binds a moment or NULL.
func (b *builder) bindNullable(at *time.Time) *builder {
	if at == nil {
		return b.write("NULL")
	}
	return b.bind(moment(*at))
}

// health is what a batch says of one webhook.
type health struct {
	failed int64
	sent   bool
	// answered says that the receiver is at work, be it that it refuses events.
	answered bool
	disable  string
	at       time.Time
}

// noteHealth counts failures in a row and stops webhooks that answered 410 or failed for too long.
func (t *tx) noteHealth(ctx context.Context, outcomes []market.Outcome) error {
	byWebhook := map[int64]*health{}
	for _, o := range outcomes {
		if o.Attempt == nil {
			continue
		}
		h := byWebhook[o.WebhookID]
		if h == nil {
			h = &health{}
			byWebhook[o.WebhookID] = h
		}
		h.at = o.At
		h.answered = h.answered || o.Attempt.Answered()
		if o.Disable != "" {
			h.disable = o.Disable
		}
		if o.Status == market.EventSent {
			h.sent = true
		} else {
			h.failed++
		}
	}
	nums := slices.Sorted(maps.Keys(byWebhook))
	failing, err := t.failing(ctx, nums)
	if err != nil {
		return err
	}
	for _, num := range nums {
		h := byWebhook[num]
		if h.sent && h.disable == "" && !failing[num] {
			continue // as nearly always
		}
		if err := t.noteWebhook(ctx, num, *h); err != nil {
			return err
		}
	}
	return nil
}

// failing returns those of the webhooks for which a success is news.
func (t *tx) failing(ctx context.Context, nums []int64) (map[int64]bool, error) {
	b := t.store.builder()
	b.dialect.in(b.write(`SELECT "id" FROM "webhooks" WHERE ("consecutive_failures" > 0 OR "failing_told" OR "probing") AND `), `"id"`, nums)
	failing := map[int64]bool{}
	text, args, err := b.statement()
	if err != nil {
		return nil, err
	}
	rows, err := t.db.Tx.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("look for failing webhooks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var num int64
		if err := rows.Scan(&num); err != nil {
			return nil, fmt.Errorf("look for failing webhooks: %w", err)
		}
		failing[num] = true
	}
	return failing, rows.Err()
}
