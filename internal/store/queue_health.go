package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"time"

	"crier/internal/market"
)

const (
	// The owner of a webhook is told that it fails when both bounds are passed: long
	// before it is disabled, and not for every restart of a receiver.
	failingAfter    = 5 * time.Minute
	failingAttempts = 5
)

// noteWebhook counts the failures of a batch without a success. A receiver that
// is gone is stopped, whatever it answered beside that.
func (t *tx) noteWebhook(ctx context.Context, num int64, h health) error {
	if h.sent && h.disable == "" {
		return t.noteSuccess(ctx, num, h.at)
	}
	b := t.store.builder()
	b.write(`UPDATE "webhooks" SET "consecutive_failures" = "consecutive_failures" + `).bind(h.failed)
	b.write(`, "failing_since" = COALESCE("failing_since", `).bindMoment(h.at).write(`), "last_failure_at" = `).bind(moment(h.at))
	if h.answered {
		b.answered(h.at)
	}
	b.write(` WHERE "id" = `).bind(num)
	b.write(` RETURNING CASE WHEN "consecutive_failures" >= `).bind(failingAttempts).write(` AND "failing_since" <= `).bindMoment(h.at.Add(-failingAfter)).write(` THEN "id" ELSE 0 END`)
	failing, err := t.returned(ctx, "note a webhook's failures", b)
	switch {
	case err != nil:
		return err
	case h.disable != "":
		return t.stopWebhook(ctx, num, market.WebhookDisabled, h.disable, h.at)
	case slices.Contains(failing, num):
		return t.noteTrouble(ctx, num, h.at)
	}
	return nil
}

// answered writes that a receiver is at work, for those who try it with one event.
func (b *builder) answered(now time.Time) *builder {
	return b.write(`, "probing" = FALSE, "updated_at" = CASE WHEN "probing" THEN `).bindMoment(now).write(` ELSE "updated_at" END`)
}

// noteSuccess ends a row of failures, and tells the owner who was told of them.
func (t *tx) noteSuccess(ctx context.Context, num int64, now time.Time) error {
	b := t.store.builder()
	b.write(`UPDATE "webhooks" SET "consecutive_failures" = 0, "failing_since" = NULL`).answered(now)
	b.write(` WHERE ("consecutive_failures" > 0 OR "failing_told" OR "probing") AND "id" = `).bind(num)
	told, err := t.returned(ctx, "note a webhook's success", b.write(` RETURNING CASE WHEN "failing_told" THEN "id" ELSE 0 END`))
	if err != nil || !slices.Contains(told, num) {
		return err
	}
	return t.tell(ctx, num, market.Recovered, now)
}

// noteTrouble tells the owner of a webhook that it fails, once in a row, and
// disables one that has failed for long and often.
func (t *tx) noteTrouble(ctx context.Context, num int64, now time.Time) error {
	var rows []*market.Webhook
	if err := t.Select(ctx, &rows, market.Query{Where: []market.Cond{market.Eq("id", num), market.Eq("state", market.WebhookActive)}}); err != nil || len(rows) == 0 {
		return err
	}
	w := rows[0]
	if w.ConsecutiveFailures >= disableAttempts && !w.FailingSince.After(moment(now.Add(-disableAfter))) {
		reason := fmt.Sprintf("every attempt has failed since %s, %d in a row", w.FailingSince.UTC().Format(time.RFC3339), w.ConsecutiveFailures)
		return t.stopWebhook(ctx, num, market.WebhookDisabled, reason, now)
	}
	if w.FailingTold {
		return nil
	}
	return t.tell(ctx, num, market.Failing, now)
}

// tell records that a webhook fails, or does so no longer, for its owner.
func (t *tx) tell(ctx context.Context, num int64, what market.Action, now time.Time) error {
	b := t.store.builder()
	b.write(`UPDATE "webhooks" SET "failing_told" = `).bind(what == market.Failing).write(` WHERE "id" = `).bind(num)
	if err := t.exec(ctx, "note what the owner knows", b); err != nil {
		return err
	}
	var rows []*market.Webhook
	if err := t.Select(ctx, &rows, market.Query{Where: []market.Cond{market.Eq("id", num)}}); err != nil || len(rows) == 0 {
		return err
	}
	if c := rows[0].Operational(what, moment(now), "health"); c != nil {
		return t.Record(ctx, []market.Change{*c})
	}
	return nil
}

const (
	// healthOver is the time that the health of a webhook is about, healthAttempts how
	// many of the latest attempts in it.
	healthOver     = 24 * time.Hour
	healthAttempts = 1000
	// healthBatch bounds the webhooks of one statement, which names each of them.
	healthBatch = 100
)

// Health tells how the deliveries of webhooks have gone lately. Each statement reads
// what an index holds of these webhooks in that time.
func (s *Store) Health(ctx context.Context, webhooks []int64, now time.Time) (map[int64]market.Health, error) {
	all, since := make(map[int64]market.Health, len(webhooks)), moment(now.Add(-healthOver))
	for batch := range slices.Chunk(webhooks, healthBatch) {
		for _, read := range []func(context.Context, map[int64]market.Health, []int64, time.Time) error{s.countHealth, s.lastSent, s.latencies} {
			if err := read(ctx, all, batch, since); err != nil {
				return nil, fmt.Errorf("read the health of webhooks: %w", err)
			}
		}
	}
	return all, nil
}

// countHealth counts what waits, and what was sent or given up since a moment.
func (s *Store) countHealth(ctx context.Context, all map[int64]market.Health, webhooks []int64, since time.Time) error {
	b := s.builder()
	b.dialect.in(b.write(`SELECT "webhook_id", "status", count(*) FROM "webhook_events" WHERE `), `"webhook_id"`, webhooks)
	b.write(` AND "status" IN ('Unsent', 'Rejected', 'Held') GROUP BY "webhook_id", "status" UNION ALL `)
	b.dialect.in(b.write(`SELECT "webhook_id", "status", count(*) FROM "webhook_events" WHERE `), `"webhook_id"`, webhooks)
	b.write(` AND "status" IN ('Sent', 'Failed') AND "processed_at" >= `).bind(since).write(` GROUP BY "webhook_id", "status"`)
	var num int64
	var status market.EventStatus
	var n int
	return s.eachInto(ctx, b, func() {
		h := all[num]
		switch status {
		case market.EventSent:
			h.Sent += n
		case market.EventFailed:
			h.Failed += n
		default:
			h.Pending += n
		}
		all[num] = h
	}, &num, &status, &n)
}

// lastSent finds when an event was delivered last.
func (s *Store) lastSent(ctx context.Context, all map[int64]market.Health, webhooks []int64, _ time.Time) error {
	b := s.builder()
	b.write(`SELECT "webhook_id", "processed_at" FROM "webhook_events" WHERE "id" IN (SELECT (SELECT e."id" FROM "webhook_events" e WHERE e."webhook_id" = w."id"`)
	b.write(` AND e."status" = 'Sent' AND e."processed_at" IS NOT NULL ORDER BY e."processed_at" DESC LIMIT 1) FROM "webhooks" w WHERE `)
	b.dialect.in(b, `w."id"`, webhooks)
	var num int64
	var at time.Time
	return s.eachInto(ctx, b.write(`)`), func() {
		h, last := all[num], at.UTC()
		h.LastSentAt = &last
		all[num] = h
	}, &num, &at)
}

// latencies reads how long the latest attempts took: those of the events that came
// to their end last, and of those that wait for a retry.
func (s *Store) latencies(ctx context.Context, all map[int64]market.Health, webhooks []int64, since time.Time) error {
	b := s.builder()
	b.write(`SELECT "webhook_id", "duration_ms" FROM (SELECT e."webhook_id", r."duration_ms", row_number() OVER (PARTITION BY e."webhook_id" ORDER BY r."created_at" DESC, r."id" DESC) AS "place"`)
	b.write(` FROM "webhook_events" e JOIN "webhook_event_responses" r ON r."event_id" = e."id" WHERE r."created_at" >= `).bind(since).write(` AND e."id" IN (`)
	for i, num := range webhooks {
		for j, status := range []market.EventStatus{market.EventSent, market.EventFailed, market.EventRejected} {
			if i+j > 0 {
				b.write(` UNION ALL `)
			}
			b.write(`SELECT "id" FROM (SELECT "id" FROM "webhook_events" WHERE "webhook_id" = `).bind(num).write(` AND "status" = '`, string(status), `'`)
			if status.Final() {
				b.write(` AND "processed_at" >= `).bind(since)
			}
			b.write(` ORDER BY "processed_at" DESC LIMIT `).bind(healthAttempts).write(`) latest`)
		}
	}
	b.write(`)) attempts WHERE "place" <= `).bind(healthAttempts).write(` ORDER BY "webhook_id", "duration_ms"`)
	var num, took int64
	times := map[int64][]int64{}
	err := s.eachInto(ctx, b, func() { times[num] = append(times[num], took) }, &num, &took)
	for num, sorted := range times {
		h := all[num]
		h.P50, h.P95 = percentile(sorted, 0.5), percentile(sorted, 0.95)
		all[num] = h
	}
	return err
}

// percentile is the smallest of sorted numbers that a share of them does not exceed.
func percentile(sorted []int64, share float64) *int64 {
	return &sorted[int(math.Ceil(share*float64(len(sorted))))-1]
}

// eachInto scans each row of a statement into the same places, and calls do then.
func (s *Store) eachInto(ctx context.Context, b *builder, do func(), into ...any) error {
	return s.each(ctx, b, func(rows *sql.Rows) error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		do()
		return nil
	})
}
