package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
)

// reclaimBatch bounds what is taken over at once.
const reclaimBatch = 500

// reclaim takes over work whose process has been silent for longer than the lease.
type reclaim struct {
	*Worker
	fanout *fanout
	sender *sender
}

// run takes over changes and deliveries beside one another: executing documents
// for the first must not hold up the second.
func (r *reclaim) run(ctx, hard context.Context) {
	var roles sync.WaitGroup
	roles.Go(func() { r.every(ctx, hard, partReclaimChanges, r.changes) })
	roles.Go(func() { r.every(ctx, hard, partReclaimDeliveries, r.deliveries) })
	roles.Wait()
}

// every takes over batch by batch at each turn, as long as they are full: much can be
// left behind, and all of it is promised within a time. It ends, since what was taken
// over is silent no more, and a batch is taken when the one before has its places, or
// waits for them.
func (r *reclaim) every(ctx, hard context.Context, p part, batch func(context.Context) (full bool, err error)) {
	defer r.ended(p)
	wait := reclaimEvery
	for r.turned(p); pause(ctx, wait); r.turned(p) {
		full, err := batch(hard)
		if err != nil {
			r.failed(hard, p.String(), err)
		}
		if wait = reclaimEvery; full && err == nil {
			wait = 0
		}
	}
}

func (r *reclaim) changes(ctx context.Context) (full bool, err error) {
	changes, err := r.Redis.ReclaimChanges(ctx, r.consumer, lease, fanoutBatch)
	if err != nil {
		return false, fmt.Errorf("take over changes: %w", err)
	}
	r.Metrics.reclaimedChanges.Add(float64(len(changes)))
	return len(changes) == fanoutBatch, r.fanout.handle(ctx, changes)
}

func (r *reclaim) deliveries(ctx context.Context) (full bool, err error) {
	deliveries, err := r.Redis.ReclaimDeliveries(ctx, r.consumer, lease, reclaimBatch)
	if err != nil {
		return false, fmt.Errorf("take over deliveries: %w", err)
	}
	r.Metrics.reclaimedEvents.Add(float64(len(deliveries)))
	if len(deliveries) > 0 {
		r.Log.InfoContext(ctx, "took over deliveries that were silent", slog.Int("deliveries", len(deliveries)))
		r.sender.take(ctx, deliveries)
	}
	return len(deliveries) == reclaimBatch, nil
}
