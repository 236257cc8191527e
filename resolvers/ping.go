package resolvers

import (
	"context"

	"crier/internal/market"
)

// ping sends one request to a webhook that the viewer may see, and returns the answer.
func (r *Resolver) ping(ctx context.Context, id string) (*market.WebhookEventResponse, error) {
	return change(ctx, func(market.Actor) (*market.WebhookEventResponse, error) {
		ref, err := market.ParseID(id)
		if err != nil || ref.Type != "Webhook" {
			return nil, market.Missing("webhook_id")
		}
		// Not from what this request has loaded: it may have changed the webhook before.
		var found []*market.Webhook
		if _, err := r.Reader.Select(ctx, &found, market.Query{Where: []market.Cond{market.Eq("id", ref.Num)}}); err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, market.Missing("webhook_id")
		}
		return r.Ping(ctx, found[0])
	})
}
