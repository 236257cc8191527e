package document

import (
	"context"
	"reflect"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// objects counts what one execution resolves, and ends it beyond the limit. It
// sees every field, so that no resolver has to count for itself.
type objects struct {
	limit int64
	stop  context.CancelFunc
	count atomic.Int64
	over  atomic.Bool
}

// field resolves a field and counts the objects it gave; leaves cost one look.
func (o *objects) field(ctx context.Context, next graphql.Resolver) (any, error) {
	if o.over.Load() {
		return nil, o.refusal()
	}
	resolved, err := next(ctx)
	field := graphql.GetFieldContext(ctx).Field
	if err != nil || resolved == nil || len(field.Selections) == 0 {
		return resolved, err
	}
	if n := given(field.Definition.Type, resolved); n > 0 && o.count.Add(int64(n)) > o.limit {
		o.over.Store(true)
		o.stop()
		return nil, o.refusal()
	}
	return resolved, nil
}

// given is how many objects a field's value holds; pages and edges only wrap them.
func given(t *ast.Type, resolved any) int {
	if name := t.Name(); isConnection(name) || isEdge(name) || name == "PageInfo" {
		return 0
	}
	if t.Elem == nil {
		return 1
	}
	if list := reflect.ValueOf(resolved); list.Kind() == reflect.Slice {
		return list.Len()
	}
	return 0
}

// refusal says that the execution was ended.
func (o *objects) refusal() *gqlerror.Error {
	return Errorf(CodeComplexityLimit, "the operation resolves more than %d objects: ask for shorter pages with first, or in several requests", o.limit)
}
