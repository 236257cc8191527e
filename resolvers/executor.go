package resolvers

import (
	"context"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/viewer"
)

// executor runs requests, however they came: it takes the documents of
// internal/document, so that requests and webhooks are held to the same limits,
// and proves the viewer's rights before anything runs.
type executor struct {
	documents *document.Documents
	present   graphql.ErrorPresenterFunc
	keys      Authenticator
	feed      Feed
	live      LiveLimits
	seats     *seats
	// stopping is closed when subscriptions have to end.
	stopping chan struct{}
	log      *slog.Logger
}

// prepare parses, validates and authorizes a request.
func (e *executor) prepare(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	hash, unknown := e.recall(params)
	request := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, Extensions: params.Extensions, Headers: params.Headers,
	}
	if unknown != nil {
		return request, gqlerror.List{unknown}
	}
	doc, refused := e.documents.Parse(params.Query)
	if refused != nil {
		return request, refused
	}
	request.Doc = doc
	op, err := requested(doc, params.OperationName)
	if err != nil {
		return request, gqlerror.List{err}
	}
	request.Operation = op
	if err := e.authorize(ctx, op); err != nil {
		return request, gqlerror.List{err}
	}
	if request.Variables, err = e.variables(op, params.Variables); err != nil {
		return request, gqlerror.List{err}
	}
	if cost, limit := e.documents.Cost(op, request.Variables), e.documents.Limits().Complexity; cost > limit {
		return request, gqlerror.List{document.Errorf(document.CodeComplexityLimit,
			"the operation costs %d, more than %d: ask for shorter pages with first, or nest fewer of them", cost, limit)}
	}
	e.remember(ctx, hash, params.Query)
	return request, nil
}

// answers are what an operation is answered with.
type answers struct {
	// next waits for the next answer; nil is the end.
	next graphql.ResponseHandler
	// place is that of the change which the last answer was about, before the first
	// the one behind which they begin; nil where the operation is no subscription.
	place func() int64
}

// start runs a request, or says why it cannot. A subscription goes on until ctx ends,
// from behind the event that its client had last, if it says so.
func (e *executor) start(ctx context.Context, request *graphql.OperationContext, lastEvent string) (answers, gqlerror.List) {
	if request.Operation.Operation == ast.Subscription {
		return e.subscribe(ctx, request, lastEvent)
	}
	return answers{next: graphql.OneShot(e.execute(ctx, request))}, nil
}

// execute runs a query or mutation.
func (e *executor) execute(ctx context.Context, request *graphql.OperationContext) *graphql.Response {
	return e.documents.Execute(ctx, request, e.present)
}

// requested is the operation that a request names, or its only one.
func requested(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *gqlerror.Error) {
	op := doc.Operations.ForName(name)
	switch {
	case op == nil && name == "":
		return nil, document.Errorf(document.CodeBadUserInput, "the document has %d operations: say in operationName which to run", len(doc.Operations))
	case op == nil:
		return nil, document.Errorf(document.CodeBadUserInput, "the document has no operation %q", name)
	}
	return op, nil
}

// authorize refuses what the viewer may not run, whatever it would find.
func (e *executor) authorize(ctx context.Context, op *ast.OperationDefinition) *gqlerror.Error {
	introspects, only := document.Introspects(op)
	if introspects && !e.documents.Limits().Introspection {
		return document.Errorf(document.CodeForbidden, "introspection is switched off")
	}
	v, known := viewer.FromContext(ctx)
	if !known {
		if only {
			return nil
		}
		return noKey()
	}
	if op.Operation == ast.Mutation && v.ReadOnly {
		return document.Errorf(document.CodeForbidden, "mutations are refused here: this request may only read")
	}
	if field := document.OperatorField(op); field != "" && !v.IsOperator() {
		return document.Errorf(document.CodeForbidden, "only the operator of the marketplace may call %s", field)
	}
	for _, scope := range e.documents.RequiredScopes(op) {
		if !v.Can(scope) {
			return document.MissingScope(scope)
		}
	}
	return nil
}
