package resolvers

import (
	"context"
	"errors"
	"strings"

	"crier/internal/document"
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
	var none T
	v, err := viewing(ctx)
	if err != nil {
		return none, err
	}
	if v.ReadOnly {
		return none, document.Errorf(document.CodeForbidden, "this key only reads")
	}
	defer forget(ctx)
	return run(v.Actor())
}

// writable refuses a change of an entity, named by its global id, of a type
// that the viewer's scopes do not allow to write.
func (r *Resolver) writable(ctx context.Context, id string) error {
	v, err := viewing(ctx)
	if err != nil {
		return err
	}
	ref, err := market.ParseID(id)
	if err != nil {
		return nil // The market says what is wrong with the id.
	}
	resource, _, scoped := strings.Cut(r.Scopes(ref.Type), ":")
	if scope := resource + ":write"; scoped && !v.Can(scope) {
		return document.MissingScope(scope)
	}
	return nil
}
