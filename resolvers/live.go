package resolvers

import (
	"context"
	"errors"
	"slices"

	"crier/internal/document"
	"crier/internal/market"
)

var errNotSubscribed = errors.New("a subscription was executed without a change")

// changed is the one change that a subscription is executed for, where it is
// among the kinds asked for, or stands for what somebody asked for. Subscriptions are executed anew for each change, so
// that each shows the marketplace as it is then; and once for none, at the start.
func changed[T any](ctx context.Context, eventNames []market.WebhookEventName) (<-chan *market.ChangeOf[T], error) {
	change, ok := document.ChangeFrom(ctx)
	if !ok {
		return nil, errNotSubscribed
	}
	if eventNames != nil && len(eventNames) == 0 {
		return nil, badInput("eventNames is an empty list: name some kinds of change, or leave it out for all")
	}
	one := make(chan *market.ChangeOf[T], 1)
	asked := change.Request != nil || eventNames == nil || slices.Contains(eventNames, change.EventName())
	if !change.Subject.IsZero() && asked {
		one <- &market.ChangeOf[T]{Change: change}
	}
	close(one)
	return one, nil
}
