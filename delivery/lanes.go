package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
)

// laneOf is the subject whose events wait for one another at a webhook that wants
// them in order; zero at others.
func laneOf(w *market.Webhook, e *market.WebhookEvent) market.Ref {
	if w == nil || !w.Ordered {
		return market.Ref{}
	}
	return e.Subject()
}

// lanes names the webhooks of events that gather the changes of an entity, and
// those that want its events one by one.
func (r *registry) lanes(events []market.WebhookEvent) (coalescing, ordered []int64) {
	seen := map[int64]bool{}
	for i := range events {
		w := r.byNum[events[i].WebhookID]
		if w == nil || w.CoalesceSeconds == 0 && !w.Ordered || seen[w.Num] {
			continue
		}
		seen[w.Num] = true
		if w.CoalesceSeconds > 0 {
			coalescing = append(coalescing, w.Num)
		}
		if w.Ordered {
			ordered = append(ordered, w.Num)
		}
	}
	return coalescing, ordered
}

// freed returns the events of executions that waited for earlier ones when they
// were made, and do so no longer.
func (f *fanout) freed(ctx context.Context, list []*execution) ([]int64, error) {
	var waiting []int64
	for _, x := range list {
		for _, e := range x.events {
			if x.err == nil && e.Status == market.EventUnsent && e.NextAttemptAt == nil {
				waiting = append(waiting, e.Num)
			}
		}
	}
	if len(waiting) == 0 {
		return nil, nil
	}
	return f.store.DueNow(ctx, waiting)
}

// enqueue puts events into the queue that others had to end for. Where that fails
// the sweep finds them.
func (s *sender) enqueue(ctx context.Context, events []int64) {
	if len(events) == 0 {
		return
	}
	slices.Sort(events)
	if _, err := s.Redis.Enqueue(context.WithoutCancel(ctx), events); err != nil {
		s.failed(ctx, "queue the next events of lanes", err)
		return
	}
	s.Metrics.queued.Add(float64(len(events)))
}

// laneBatch bounds how many events that wait for others are looked at in a turn.
const laneBatch = 5000

// unblock finds events that wait for others although these are over.
func (s *sweep) unblock(ctx context.Context) error {
	last, err := s.store.FreeLanes(ctx, s.lane, laneBatch)
	if err != nil {
		return fmt.Errorf("free lanes: %w", err)
	}
	s.lane = last
	return nil
}

// isLater reports whether an event is due at a later time.
func isLater(e *market.WebhookEvent, now time.Time) bool {
	return e.NextAttemptAt == nil || e.NextAttemptAt.After(now)
}
