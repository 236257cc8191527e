package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	// sweepBatch bounds one look at the database.
	sweepBatch = 1000
	// sweepAge leaves what is due to the quick way for this long.
	sweepAge = 2 * time.Second
)

// sweepStore is what the sweep needs of the database.
type sweepStore interface {
	// DueEvents returns rendered events that are due before a moment, by number above after.
	DueEvents(ctx context.Context, before time.Time, after int64, limit int) ([]int64, error)
	// UnrenderedChanges returns changes with due events that have no payload.
	UnrenderedChanges(ctx context.Context, before time.Time, limit int) ([]int64, error)
	// Purge deletes final events, with their payloads and attempts, and published changes from before a moment.
	Purge(ctx context.Context, before time.Time) (int, error)
}

// sweep finds what is due in the database and not in Redis, whatever the reason.
type sweep struct {
	*Worker
	store  sweepStore
	fanout *fanout
}

func (s *sweep) run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.turn(ctx); err != nil {
			s.failed(ctx, "sweep", err)
		}
		pause(ctx, sweepEvery)
	}
}

func (s *sweep) turn(ctx context.Context) error {
	before := time.Now().Add(-sweepAge)
	if err := s.render(ctx, before); err != nil {
		return err
	}
	if err := s.requeue(ctx, before); err != nil {
		return err
	}
	if s.Retention == 0 {
		return nil
	}
	_, err := s.store.Purge(ctx, time.Now().Add(-s.Retention))
	return err
}

// render executes what fan-out lost or could not do.
func (s *sweep) render(ctx context.Context, before time.Time) error {
	changes, err := s.store.UnrenderedChanges(ctx, before, fanoutBatch)
	if err != nil {
		return fmt.Errorf("find unrendered events: %w", err)
	}
	return s.fanout.render(ctx, changes)
}

// requeue queues due events that Redis does not know.
func (s *sweep) requeue(ctx context.Context, before time.Time) error {
	for after := int64(0); ; {
		due, err := s.store.DueEvents(ctx, before, after, sweepBatch)
		if err != nil {
			return fmt.Errorf("find due events: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		added, err := s.Redis.Enqueue(ctx, due)
		if err != nil {
			return fmt.Errorf("queue due events: %w", err)
		}
		if added > 0 {
			s.Log.InfoContext(ctx, "queued due events that were missing", slog.Int("events", added))
		}
		after = due[len(due)-1]
	}
}
