package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"crier/internal/market"
)

// purgeBatch bounds what one call of Purge removes.
const purgeBatch = 2000

// DueEvents returns up to limit events that were due before a moment, in the
// order of their time and number, beyond after.
func (s *Store) DueEvents(ctx context.Context, after market.Due, before time.Time, limit int) ([]market.Due, error) {
	var list []market.Due
	add := func(rows *sql.Rows) error {
		var d market.Due
		err := rows.Scan(&d.At, &d.Event, &d.ChangeID, &d.Rendered)
		list = append(list, d)
		return err
	}
	for _, later := range []bool{false, true} {
		if len(list) == limit {
			break
		}
		b := s.builder()
		b.dueStretch(after, later, before, limit-len(list))
		if err := s.each(ctx, b, add); err != nil {
			return nil, fmt.Errorf("find due events: %w", err)
		}
	}
	return list, nil
}

// dueStretch selects events of one of the two stretches of the index beyond an
// event: what is due at the same moment with a higher number, or what is due
// later. In one condition no database finds the place between them, and goes over
// all that is due at that moment, a million where a webhook was resumed.
func (b *builder) dueStretch(after market.Due, later bool, before time.Time, limit int) {
	b.write(`SELECT e."next_attempt_at", e."id", e."change_id", NOT `, unrendered)
	b.write(` FROM (SELECT "next_attempt_at", "id", "change_id", "payload_id" FROM "webhook_events" WHERE "next_attempt_at" <= `).bind(moment(before))
	if later {
		b.write(` AND "next_attempt_at" > `).bind(moment(after.At))
	} else {
		b.write(` AND "next_attempt_at" = `).bind(moment(after.At)).write(` AND "id" > `).bind(after.Event)
	}
	// Limited first, so that a payload is looked up for each row instead of listing them all.
	b.write(` ORDER BY "next_attempt_at", "id" LIMIT `).bind(limit)
	b.write(`) e ORDER BY e."next_attempt_at", e."id"`)
}

// Purge deletes final events from before a moment with their payloads and
// attempts, and changes that were published before it. It does a bounded part
// of the work and returns how many events and changes went.
func (s *Store) Purge(ctx context.Context, before time.Time) (int, error) {
	b := s.builder()
	b.write(`SELECT "id" FROM "webhook_events" WHERE "processed_at" < `).bind(moment(before)).write(` ORDER BY "processed_at" LIMIT `).bind(purgeBatch)
	events, err := s.numbers(ctx, "find old events", b)
	if err != nil {
		return 0, err
	}
	// The oldest changes have the lowest numbers; no more of them are looked at.
	b = s.builder()
	b.write(`SELECT "id" FROM (SELECT "id", "published_at" FROM "changes" ORDER BY "id" LIMIT `).bind(purgeBatch)
	b.write(`) oldest WHERE "published_at" < `).bind(moment(before))
	changes, err := s.numbers(ctx, "find old changes", b)
	if err != nil || len(events)+len(changes) == 0 {
		return 0, err
	}
	err = s.Run(ctx, func(mtx market.Tx) error {
		t := mtx.(*tx)
		if err := t.purgeEvents(ctx, events); err != nil {
			return err
		}
		return t.purgeChanges(ctx, changes)
	})
	return len(events) + len(changes), err
}

// purgeChanges deletes changes, and notes up to which place there may be gaps now.
func (t *tx) purgeChanges(ctx context.Context, changes []int64) error {
	if len(changes) == 0 {
		return nil
	}
	b := t.store.builder()
	b.dialect.in(b.write(`UPDATE "counters" SET "value" = p."last" FROM (SELECT MAX("sequence") AS "last" FROM "changes" WHERE `), `"id"`, changes)
	if err := t.exec(ctx, "note which changes are kept", b.write(`) p WHERE "name" = 'purged' AND p."last" > "value"`)); err != nil {
		return err
	}
	return t.remove(ctx, `DELETE FROM "changes" WHERE "id"`, changes)
}

// purgeEvents deletes events, their attempts, and payloads that no other event shares.
func (t *tx) purgeEvents(ctx context.Context, events []int64) error {
	if len(events) == 0 {
		return nil
	}
	b := t.store.builder()
	b.dialect.in(b.write(`SELECT DISTINCT "payload_id" FROM "webhook_events" WHERE `), `"id"`, events)
	payloads, err := t.store.numbersFrom(ctx, t.db.Tx, "find old payloads", b)
	if err != nil {
		return err
	}
	if err := t.remove(ctx, `DELETE FROM "webhook_event_responses" WHERE "event_id"`, events); err != nil {
		return err
	}
	if err := t.remove(ctx, `DELETE FROM "webhook_events" WHERE "id"`, events); err != nil {
		return err
	}
	return t.remove(ctx, `DELETE FROM "event_payloads" WHERE NOT EXISTS (SELECT 1 FROM "webhook_events" e WHERE e."payload_id" = "event_payloads"."id") AND "id"`, payloads)
}

// remove runs a DELETE that ends with the column of the numbers.
func (t *tx) remove(ctx context.Context, statement string, nums []int64) error {
	b := t.store.builder()
	b.dialect.in(b, statement, nums)
	return t.exec(ctx, "delete what is old", b)
}

// numbers runs a statement that selects numbers.
func (s *Store) numbers(ctx context.Context, doing string, b *builder) ([]int64, error) {
	return s.numbersFrom(ctx, s.read.DB, doing, b)
}

func (s *Store) numbersFrom(ctx context.Context, db queryer, doing string, b *builder) ([]int64, error) {
	text, args, err := b.statement()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, text, args...)
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
