package document

import (
	"context"

	"crier/internal/market"
)

type changeKey struct{}

// WithChange returns a context for executing a subscription document for one change.
func WithChange(ctx context.Context, c market.Change) context.Context {
	return context.WithValue(ctx, changeKey{}, c)
}

// ChangeFrom returns the change that a subscription is executed for, and whether there is one.
func ChangeFrom(ctx context.Context) (market.Change, bool) {
	c, ok := ctx.Value(changeKey{}).(market.Change)
	return c, ok
}
