package document

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/execution"
	"crier/internal/viewer"
)

type batchKey struct{}

// Batch returns a context in which several runs of one viewer share what they
// load. The viewer is in it, read only. Loads last as long as this context
// allows, whatever Limits.Timeout says of each run: give it a deadline.
func (d *Documents) Batch(ctx context.Context, v viewer.Viewer) context.Context {
	v.ReadOnly = true
	ctx = d.options.Context(execution.Shared(viewer.NewContext(ctx, v)))
	return context.WithValue(ctx, batchKey{}, v)
}

// Run executes a document as a viewer, read only, for the entity whose global id
// is the subject, and returns the payload: the exact JSON of data, of data with
// errors, or, where data is null, of errors only. A subscription is executed for the
// change of the context (WithChange); its payload is nil where it does not ask for
// this kind of change. In a context of Batch for the
// same viewer it shares what the batch loads. A failure of our own, such as a
// database that is away, a timeout or a panic, is an error that wraps ErrInternal.
// A viewer who may no longer read what the document selects gets a *Refused.
func (d *Documents) Run(ctx context.Context, p *Prepared, subject string, v viewer.Viewer) (json.RawMessage, error) {
	if refused := d.beyond(p, v); refused != nil {
		return nil, refused
	}
	if shared, ok := ctx.Value(batchKey{}).(viewer.Viewer); !ok || !sameViewer(shared, v) {
		v.ReadOnly = true
		ctx = context.WithValue(viewer.NewContext(ctx, v), batchKey{}, nil)
	}
	failure := &failure{}
	response := d.Execute(ctx, &graphql.OperationContext{
		RawQuery:             p.text,
		Doc:                  p.doc,
		Operation:            p.op,
		OperationName:        p.op.Name,
		Variables:            map[string]any{"id": subject},
		DisableIntrospection: true,
	}, failure.present)
	if err := cmp.Or(failure.first(), ctx.Err()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInternal, err)
	}
	if response == nil {
		return nil, nil
	}
	return payload(response)
}

// beyond refuses a document that reads more than the viewer may.
func (d *Documents) beyond(p *Prepared, v viewer.Viewer) error {
	var refused gqlerror.List
	for _, scope := range p.facts.RequiredScopes {
		if !v.Can(scope) {
			refused = append(refused, fault(CodeMissingScope, ruleScopes, d.whereNeeded(p.op, scope), "the owner lacks the scope %s", scope))
		}
	}
	if refused == nil {
		return nil
	}
	return &Refused{documentErrors(refused)}
}

// sameViewer reports whether two viewers see the same and are the same.
func sameViewer(a, b viewer.Viewer) bool {
	return a.Seller == b.Seller && a.Key == b.Key && a.AsOf.Equal(b.AsOf) &&
		a.Traceparent == b.Traceparent && slices.Equal(a.Scopes, b.Scopes)
}

// Execute runs one operation within the limits on time and objects, with what
// Options.Context prepares. Errors go through present; those it returns nil for are left
// out. It returns nil where a subscription yields nothing.
func (d *Documents) Execute(ctx context.Context, op *graphql.OperationContext, present graphql.ErrorPresenterFunc) (response *graphql.Response) {
	ctx, cancel := context.WithTimeout(ctx, d.options.Limits.Timeout)
	defer cancel()
	if ctx.Value(batchKey{}) == nil {
		ctx = d.options.Context(ctx)
	}
	counted := &objects{limit: int64(d.options.Limits.MaxObjects), stop: cancel}
	op.ResolverMiddleware = counted.field
	op.RootResolverMiddleware = func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }
	op.RecoverFunc = func(_ context.Context, value any) error { return &Panic{Value: value, Stack: debug.Stack()} }
	ctx = graphql.WithOperationContext(ctx, op)
	ctx = graphql.WithResponseContext(ctx, func(ctx context.Context, err error) *gqlerror.Error {
		if counted.over.Load() {
			return nil
		}
		return present(ctx, err)
	}, op.RecoverFunc)
	defer func() {
		if r := recover(); r != nil {
			graphql.AddError(ctx, op.RecoverFunc(ctx, r))
			response = &graphql.Response{Errors: graphql.GetErrors(ctx)}
		}
	}()
	run := d.es.Exec(ctx)
	if refused := graphql.GetErrors(ctx); refused != nil && op.Operation.Operation == ast.Subscription {
		return &graphql.Response{Errors: refused} // gqlgen has nothing to run then, and would panic
	}
	response = run(inSubscription(ctx, op))
	if counted.over.Load() {
		return &graphql.Response{Errors: one(counted.refusal())}
	}
	if response == nil {
		return nil
	}
	response.Errors = append(response.Errors, graphql.GetErrors(ctx)...)
	slices.SortStableFunc(response.Errors, byPath)
	if op.Operation.Operation == ast.Subscription && len(response.Errors) > 0 && hasNoField(response.Data) {
		response.Data = nil
	}
	return response
}

// byPath orders errors by where they are in the answer, so that equal
// executions give equal bytes however their resolvers were scheduled.
func byPath(a, b *gqlerror.Error) int {
	if order := strings.Compare(a.Path.String(), b.Path.String()); order != 0 {
		return order
	}
	return strings.Compare(a.Message, b.Message)
}

// failure keeps the first error of an execution that is our own.
type failure struct {
	mu  sync.Mutex
	err error
}

// present shows what the client may see, and keeps what it may not.
func (f *failure) present(ctx context.Context, err error) *gqlerror.Error {
	if seen := Present(ctx, err); seen != nil {
		return seen
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	return nil
}

func (f *failure) first() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// payload writes a response as receivers get it.
func payload(r *graphql.Response) (json.RawMessage, error) {
	if len(r.Errors) == 0 {
		out := make([]byte, 0, len(r.Data)+len(`{"data":}`))
		out = append(out, `{"data":`...)
		out = append(out, r.Data...)
		return append(out, '}'), nil
	}
	var out bytes.Buffer
	out.WriteByte('{')
	if len(r.Data) > 0 && string(r.Data) != "null" {
		out.WriteString(`"data":`)
		out.Write(r.Data)
		out.WriteByte(',')
	}
	out.WriteString(`"errors":`)
	if err := EncodeErrors(&out, r.Errors); err != nil {
		return nil, err
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// EncodeErrors appends errors as JSON, with characters as they are.
func EncodeErrors(out *bytes.Buffer, errs gqlerror.List) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(errs); err != nil {
		return fmt.Errorf("encode errors: %w", err)
	}
	out.Truncate(out.Len() - 1)
	return nil
}
