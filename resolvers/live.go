package resolvers

import (
	"context"
	"slices"

	"crier/internal/document"
	"crier/internal/market"
)

// changed is the one change that a subscription is executed for, where it is
// among the kinds asked for. Subscriptions are executed anew for each change, so
// that each shows the marketplace as it is then.
func changed[T any](ctx context.Context, eventNames []market.WebhookEventName) (<-chan *market.ChangeOf[T], error) {
	change, ok := document.ChangeFrom(ctx)
	if !ok {
		return nil, document.Errorf(document.CodeBadUserInput, "subscriptions run over server-sent events or a WebSocket")
	}
	one := make(chan *market.ChangeOf[T], 1)
	if eventNames == nil || slices.Contains(eventNames, change.EventName()) {
		one <- &market.ChangeOf[T]{Change: change}
	}
	close(one)
	return one, nil
}
