package execution

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// FieldSet is the fields of one object. It does what gqlgen's own does, with
// fewer goroutines and allocations, and nothing for @defer, which is refused.
type FieldSet struct {
	fields []graphql.CollectedField
	// Values are the fields' values, in their order.
	Values []graphql.Marshaler
	// Invalids counts the fields that are null and must not be.
	Invalids uint32
	delayed  []delayed
	few      [6]graphql.Marshaler // holds Values where there are few
}

// delayed is a field with a resolver.
type delayed struct {
	field   int
	resolve func(context.Context) graphql.Marshaler
}

// NewFieldSet returns the set of an object's fields.
func NewFieldSet(fields []graphql.CollectedField) *FieldSet {
	s := &FieldSet{fields: fields}
	if len(fields) <= len(s.few) {
		s.Values = s.few[:len(fields)]
	} else {
		s.Values = make([]graphql.Marshaler, len(fields))
	}
	return s
}

// selection names a set of fields as it was selected for a type, in one operation.
type selection struct {
	operation *graphql.OperationContext
	first     *ast.Selection
	length    int
	types     *string
}

// CollectFields returns the fields that an object of some types has in a
// selection. It does what gqlgen's own does, which is asked once for each
// selection, and remembers it without making a key on the heap for each object.
func CollectFields(ctx context.Context, operation *graphql.OperationContext, set ast.SelectionSet, types []string) []graphql.CollectedField {
	p := placeOf(ctx)
	if p == nil || p.crew.shared || len(set) == 0 || len(types) == 0 { // executions hardly ever share an operation
		return graphql.CollectFields(operation, set, types)
	}
	key := selection{operation, &set[0], len(set), &types[0]}
	p.crew.mu.Lock()
	defer p.crew.mu.Unlock()
	fields, ok := p.crew.fields[key]
	if !ok {
		fields = graphql.CollectFields(operation, set, types)
		p.crew.fields[key] = fields
	}
	return fields
}

// Concurrently has Dispatch resolve a field.
func (s *FieldSet) Concurrently(field int, resolve func(context.Context) graphql.Marshaler) {
	s.delayed = append(s.delayed, delayed{field, resolve})
}

// Dispatch resolves what Concurrently was given.
func (s *FieldSet) Dispatch(ctx context.Context) {
	if len(s.delayed) == 0 {
		return
	}
	each(ctx, len(s.delayed), func(ctx context.Context, i int) {
		d := s.delayed[i]
		s.Values[d.field] = d.resolve(ctx)
	})
}

// MarshalGQL writes the object as JSON.
func (s *FieldSet) MarshalGQL(w io.Writer) {
	out, ok := w.(*bytes.Buffer)
	if !ok {
		out = &bytes.Buffer{}
		defer func() { _, _ = w.Write(out.Bytes()) }() // as gqlgen does, whose writers are buffers
	}
	out.WriteByte('{')
	for i := range s.fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		out.WriteString(s.fields[i].Alias) // a GraphQL name, which needs no escapes
		out.WriteString(`":`)
		s.Values[i].MarshalGQL(out)
	}
	out.WriteByte('}')
}

// List marshals the items of a list. It takes the arguments of gqlgen's
// MarshalSliceConcurrently, whose place it takes; there is no limit of workers.
func List(ctx context.Context, length int, _ int64, _ bool, item func(ctx context.Context, i int) graphql.Marshaler) graphql.Array {
	list := make(graphql.Array, length)
	places, indexes := make([]graphql.FieldContext, length), make([]int, length)
	var failed atomic.Bool
	each(ctx, length, func(ctx context.Context, i int) {
		indexes[i] = i
		places[i].Index = &indexes[i]
		ctx = graphql.WithFieldContext(ctx, &places[i])
		defer func() {
			if r := recover(); r != nil {
				graphql.AddError(ctx, graphql.Recover(ctx, r))
				failed.Store(true)
			}
		}()
		list[i] = item(ctx, i)
	})
	if failed.Load() {
		return nil
	}
	return list
}

// ErrLeaf says that a field has no fields of its own, as gqlgen's own error does,
// without one for each field that is resolved.
var ErrLeaf = errors.New("the field has no child fields")

// buffers are kept for the next answer, which is hardly ever much longer.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Encode writes an answer's data as JSON.
func Encode(data graphql.Marshaler) []byte {
	out := buffers.Get().(*bytes.Buffer)
	out.Reset()
	data.MarshalGQL(out)
	text := bytes.Clone(out.Bytes())
	if out.Cap() <= maxKept {
		buffers.Put(out)
	}
	return text
}

// maxKept bounds the buffers that are kept.
const maxKept = 1 << 20
