package resolvers

import (
	"context"
	"fmt"
	"time"

	"crier/graph"
	"crier/internal/market"
)

const (
	// eventWait is how long a mutation that asks for an event waits for it by default;
	// it looks again after eventLook, and twice as long each time up to eventLookMost.
	eventWait     = 3 * time.Second
	eventLook     = 5 * time.Millisecond
	eventLookMost = 100 * time.Millisecond
)

// requested runs a change that asks for an event, and waits for the event. It is
// nil where the relay has not come to it in time.
func (r *Resolver) requested(ctx context.Context, ask func(market.Actor) (int64, error)) (*market.WebhookEvent, error) {
	request, err := change(ctx, ask)
	if err != nil {
		return nil, err
	}
	wait := r.EventWait
	if wait == 0 {
		wait = eventWait
	}
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for look := eventLook; ; look = min(2*look, eventLookMost) {
		var events []*market.WebhookEvent
		if _, err := r.Reader.Select(ctx, &events, market.Query{Where: []market.Cond{market.Eq("change_id", request)}}); err != nil {
			return nil, fmt.Errorf("look for the requested event: %w", err)
		}
		if len(events) > 0 {
			return events[0], nil
		}
		select {
		case <-within.Done():
			return nil, ctx.Err()
		case <-time.After(look):
		}
	}
}

// resend sends an event again, or has its document executed again.
func (r *Resolver) resend(ctx context.Context, id string, mode market.ReplayMode) (*market.WebhookEvent, error) {
	if mode == market.ReplayReexecute {
		return r.requested(ctx, func(actor market.Actor) (int64, error) { return r.Market.ReexecuteEvent(ctx, actor, id) })
	}
	return change(ctx, func(actor market.Actor) (*market.WebhookEvent, error) { return r.Market.ResendEvent(ctx, actor, id) })
}

// newReplay is what webhookReplay asks for.
func newReplay(in graph.WebhookReplayMutationInput) market.Replay {
	out := market.Replay{
		WebhookID: in.WebhookID, Mode: opt(in.Mode).Or(market.ReplayStored), Since: in.Since, Until: in.Until.Value(),
		RatePerSecond: optInt(in.RatePerSecond).Or(0),
	}
	if statuses := in.Statuses.Value(); statuses != nil {
		out.Statuses = each(statuses, eventStatus)
	}
	return out
}
