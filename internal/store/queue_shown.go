package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"crier/internal/market"
)

// cancelledFor is how long an event that was called off may still be under way.
const cancelledFor = 90 * time.Second

// shown is the event of an entity that its receiver acknowledged last.
type shown struct {
	num, payload int64
	action       market.Action
	began, ended time.Time
}

// Shown returns the payload that a receiver has of the entity of an event: that of
// the event that it acknowledged last, since a moment where one is given. It is
// nil where that is in doubt: none was acknowledged, or it was a destroy; another
// event of the entity is not over and may arrive yet; or one may have arrived after it.
func (s *Store) Shown(ctx context.Context, e *market.WebhookEvent, since *time.Time) ([]byte, error) {
	var open bool
	b := s.builder()
	b.write(`SELECT EXISTS (SELECT 1 FROM "webhook_events" WHERE `).ofLane(e).write(` AND "status" IN ('Unsent', 'Rejected', 'Held') AND "id" <> `).bind(e.Num).write(`)`)
	if err := s.row(ctx, b, &open); err != nil || open {
		return nil, err
	}
	last, err := s.lastShown(ctx, e)
	if err != nil || last == nil || last.action == market.Destroy || since != nil && last.began.Before(*since) {
		return nil, err
	}
	var doubt bool
	b = s.builder()
	b.write(`SELECT EXISTS (SELECT 1 FROM "webhook_events" WHERE `).ofLane(e).write(` AND "status" IN ('Sent', 'Failed') AND "processed_at" >= `).bind(moment(last.began))
	b.write(` AND "id" <> `).bind(last.num).write(`) OR EXISTS (SELECT 1 FROM "webhook_events" WHERE `).ofLane(e)
	b.write(` AND "status" = 'Cancelled' AND "processed_at" >= `).bind(moment(last.began.Add(-cancelledFor))).write(`)`)
	if err := s.row(ctx, b, &doubt); err != nil || doubt {
		return nil, err
	}
	payloads, err := s.Payloads(ctx, []int64{last.payload})
	return payloads[last.payload], err
}

// ofLane writes that an event is of the entity and the webhook of another.
func (b *builder) ofLane(e *market.WebhookEvent) *builder {
	return b.write(`"subject_type" = `).bind(e.SubjectType).write(` AND "subject_num" = `).bind(e.SubjectNum).write(` AND "webhook_id" = `).bind(e.WebhookID)
}

// lastShown finds the event that was acknowledged last, and when that exchange began.
func (s *Store) lastShown(ctx context.Context, e *market.WebhookEvent) (*shown, error) {
	var last shown
	b := s.builder()
	b.write(`SELECT "id", "payload_id", "action", "processed_at" FROM "webhook_events" WHERE `).ofLane(e)
	b.write(` AND "status" = 'Sent' AND "processed_at" IS NOT NULL ORDER BY "processed_at" DESC, "id" DESC LIMIT 1`)
	if err := s.row(ctx, b, &last.num, &last.payload, &last.action, &last.ended); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	b = s.builder()
	b.write(`SELECT "created_at" FROM "webhook_event_responses" WHERE "event_id" = `).bind(last.num)
	b.write(` AND "status" BETWEEN 200 AND 299 ORDER BY "attempt_no" DESC LIMIT 1`)
	if err := s.row(ctx, b, &last.began); errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return &last, nil
}

// row reads the one row of a statement.
func (s *Store) row(ctx context.Context, b *builder, into ...any) error {
	text, args, err := b.statement()
	if err != nil {
		return err
	}
	if err := s.read.DB.QueryRowContext(ctx, text, args...).Scan(into...); err != nil {
		return fmt.Errorf("read what a receiver has: %w", err)
	}
	return nil
}
