package store

import (
	"context"
	"fmt"
	"time"

	"crier/internal/market"
)

// purgeBatch bounds what one call of Purge removes.
const purgeBatch = 2000

// DueEvents returns rendered events that are due before a moment, by number above after.
func (s *Store) DueEvents(ctx context.Context, before time.Time, after int64, limit int) ([]int64, error) {
	b := s.builder()
	b.write(`SELECT e."id" FROM "webhook_events" e WHERE e."next_attempt_at" <= `).bind(moment(before)).write(` AND e."id" > `).bind(after)
	b.write(` AND NOT `, unrendered, ` ORDER BY e."id" LIMIT `).bind(limit)
	return s.numbers(ctx, "find due events", b)
}

// UnrenderedChanges returns changes with due events that have no payload.
func (s *Store) UnrenderedChanges(ctx context.Context, before time.Time, limit int) ([]int64, error) {
	b := s.builder()
	b.write(`SELECT DISTINCT e."change_id" FROM "webhook_events" e WHERE e."next_attempt_at" <= `).bind(moment(before))
	b.write(` AND `, unrendered, ` ORDER BY e."change_id" LIMIT `).bind(limit)
	return s.numbers(ctx, "find changes to render", b)
}

// Purge deletes final events from before a moment with their payloads and
// attempts, and changes that were published before it. It does a bounded part
// of the work and returns how many events went.
func (s *Store) Purge(ctx context.Context, before time.Time) (int, error) {
	b := s.builder()
	b.write(`SELECT "id" FROM "webhook_events" WHERE "processed_at" < `).bind(moment(before)).write(` ORDER BY "processed_at" LIMIT `).bind(purgeBatch)
	events, err := s.numbers(ctx, "find old events", b)
	if err != nil {
		return 0, err
	}
	err = s.Run(ctx, func(mtx market.Tx) error {
		t := mtx.(*tx)
		if len(events) > 0 {
			if err := t.purgeEvents(ctx, events); err != nil {
				return err
			}
		}
		old := s.builder()
		old.write(`DELETE FROM "changes" WHERE "id" IN (SELECT "id" FROM "changes" WHERE "published_at" < `).bind(moment(before))
		old.write(` ORDER BY "id" LIMIT `).bind(purgeBatch).write(`)`)
		return t.exec(ctx, "delete old changes", old)
	})
	return len(events), err
}

// purgeEvents deletes events, their attempts, and payloads that no other event shares.
func (t *tx) purgeEvents(ctx context.Context, events []int64) error {
	for _, statement := range []string{
		`DELETE FROM "webhook_event_responses" WHERE "event_id"`,
		`DELETE FROM "event_payloads" WHERE NOT EXISTS (SELECT 1 FROM "webhook_events" e WHERE e."payload_id" = "event_payloads"."id" AND e."processed_at" IS NULL) AND "id"`,
		`DELETE FROM "webhook_events" WHERE "id"`,
	} {
		b := t.store.builder()
		b.dialect.in(b.write(""), statement, events)
		if err := t.exec(ctx, "delete old events", b); err != nil {
			return err
		}
	}
	return nil
}

// numbers runs a statement that selects numbers.
func (s *Store) numbers(ctx context.Context, doing string, b *builder) ([]int64, error) {
	text, args, err := b.statement()
	if err != nil {
		return nil, err
	}
	rows, err := s.read.DB.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	defer rows.Close()
	var list []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("%s: %w", doing, err)
		}
		list = append(list, n)
	}
	return list, rows.Err()
}

// ImageBytes returns the stored bytes of an image by their digest, and their
// content type; market.ErrNotFound where there are none.
func (s *Store) ImageBytes(ctx context.Context, digest string) ([]byte, string, error) {
	var images []*market.Image
	q := market.Query{Where: []market.Cond{market.Eq("digest", digest)}, Limit: 1}
	if err := s.fetch(ctx, s.read.DB, s.builder(), &images, q); err != nil {
		return nil, "", err
	}
	if digest == "" || len(images) == 0 || images[0].ContentType == nil {
		return nil, "", market.ErrNotFound
	}
	var data []*market.ImageData
	q = market.Query{Where: []market.Cond{market.Eq("image_id", images[0].Num)}, Limit: 1}
	if err := s.fetch(ctx, s.read.DB, s.builder(), &data, q); err != nil {
		return nil, "", err
	}
	if len(data) == 0 {
		return nil, "", market.ErrNotFound
	}
	return data[0].Bytes, *images[0].ContentType, nil
}
