package resolvers

import (
	"context"
	"time"

	"crier/graph"
	"crier/internal/market"
)

// health tells how the deliveries of a webhook have gone lately; those of all
// webhooks of a level are read together.
func (r *Resolver) health(ctx context.Context, w *market.Webhook) (*graph.WebhookHealth, error) {
	h, err := load(ctx, "Webhook.health", w.Num, func(ctx context.Context, _ Reader, nums []int64) (map[int64]market.Health, error) {
		return r.Payloads.Health(ctx, nums, time.Now())
	})
	if err != nil {
		return nil, err
	}
	return &graph.WebhookHealth{
		ConsecutiveFailures: int(w.ConsecutiveFailures), LastFailureAt: w.LastFailureAt, LastSentAt: h.LastSentAt,
		Pending: h.Pending, Sent24h: h.Sent, Failed24h: h.Failed, LatencyMsP50: whole(h.P50), LatencyMsP95: whole(h.P95),
	}, nil
}
