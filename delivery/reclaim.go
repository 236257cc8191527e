package delivery

import (
	"context"
	"log/slog"
)

// reclaimBatch bounds what is taken over at once.
const reclaimBatch = 500

// reclaim takes over work whose process has been silent for longer than the lease.
type reclaim struct {
	*Worker
	fanout *fanout
}

func (r *reclaim) run(ctx context.Context) {
	for pause(ctx, reclaimEvery) {
		if err := r.turn(ctx); err != nil {
			r.failed(ctx, "reclaim abandoned work", err)
		}
	}
}

func (r *reclaim) turn(ctx context.Context) error {
	changes, err := r.Redis.ReclaimChanges(ctx, r.consumer, lease, reclaimBatch)
	if err != nil {
		return err
	}
	if err := r.fanout.handle(ctx, changes); err != nil {
		return err
	}
	deliveries, err := r.Redis.ReclaimDeliveries(ctx, r.consumer, lease, reclaimBatch)
	if err != nil || len(deliveries) == 0 {
		return err
	}
	r.Log.InfoContext(ctx, "took over deliveries of a silent process", slog.Int("deliveries", len(deliveries)))
	r.sender.take(ctx, deliveries)
	return nil
}
