package resolvers

import (
	"context"
	"errors"

	"crier/internal/viewer"
)

func viewing(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return v, errors.New("the context has no viewer")
	}
	return v, nil
}

func missingScope(scope string) error { return errors.New(scope) }
