package resolvers

import (
	"context"
	"errors"

	"crier/internal/market"
	"crier/internal/viewer"
)

var errNoViewer = errors.New("the context has no viewer")

// viewing is who acts.
func viewing(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return v, errNoViewer
	}
	return v, nil
}

// change runs one change of the market as the viewer. What was read before it
// is forgotten, so that the payload shows the marketplace as it is then.
func change[T any](ctx context.Context, run func(market.Actor) (T, error)) (T, error) {
	v, err := viewing(ctx)
	if err != nil {
		var none T
		return none, err
	}
	defer forget(ctx)
	return run(v.Actor())
}
