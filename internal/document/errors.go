package document

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/market"
)

// The codes that a client may see in extensions.code (contract server.md).
const (
	CodeUnauthenticated  = "UNAUTHENTICATED"
	CodeForbidden        = "FORBIDDEN"
	CodeMissingScope     = "MISSING_SCOPE"
	CodeNotFound         = "NOT_FOUND"
	CodeBadUserInput     = "BAD_USER_INPUT"
	CodeParseFailed      = "GRAPHQL_PARSE_FAILED"
	CodeValidationFailed = "GRAPHQL_VALIDATION_FAILED"
	CodeComplexityLimit  = "COMPLEXITY_LIMIT_EXCEEDED"
	CodeRateLimited      = "RATE_LIMITED"
	CodeInternal         = "INTERNAL"
	// CodePersistedQueryNotFound asks the client for the text of a hash (Apollo, automatic persisted queries).
	CodePersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND"
)

// clientSafe are the codes whose errors are written for clients.
var clientSafe = map[any]bool{
	CodeUnauthenticated: true, CodeForbidden: true, CodeMissingScope: true, CodeNotFound: true,
	CodeBadUserInput: true, CodeParseFailed: true, CodeValidationFailed: true,
	CodeComplexityLimit: true, CodeRateLimited: true, CodePersistedQueryNotFound: true,
}

// ErrInternal is a failure of our own: it is retried, and never becomes a payload.
var ErrInternal = errors.New("executing the document failed")

// Panic is what a resolver panicked with.
type Panic struct {
	Value any
	Stack []byte
}

// Error says what the panic said; the stack is for the log.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Errorf is an error for the client, with a code of the allow-list.
func Errorf(code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}

// MissingScope is the error of a key without a scope.
func MissingScope(scope string) *gqlerror.Error {
	err := Errorf(CodeMissingScope, "the API key lacks the scope %s", scope)
	err.Extensions["scope"] = scope
	return err
}

// badInput is an error that blames the input, in words for the client.
type badInput interface {
	error
	BadInput() string
}

// ClientSafe reports whether an error is written for clients.
func ClientSafe(err error) bool { return client(err) != nil }

// Present returns an error of an execution as the client may see it, with its
// path and place, or nil where it is none of the client's business.
func Present(ctx context.Context, err error) *gqlerror.Error {
	field := graphql.GetFieldContext(ctx)
	safe := client(err)
	if safe == nil && argumentFailed(field, err) {
		safe = Errorf(CodeBadUserInput, "%s", message(err))
		safe.Path = field.Path()
	}
	if safe == nil {
		return nil
	}
	seen := &gqlerror.Error{Message: safe.Message, Path: safe.Path, Locations: safe.Locations, Extensions: safe.Extensions}
	if g, ok := errors.AsType[*gqlerror.Error](err); ok && seen.Path == nil {
		seen.Path = g.Path
	}
	if seen.Locations == nil && field != nil && field.Field.Field != nil && field.Field.Position != nil {
		seen.Locations = []gqlerror.Location{{Line: field.Field.Position.Line, Column: field.Field.Position.Column}}
	}
	return seen
}

// client returns an error in words for clients, or nil where it has none.
func client(err error) *gqlerror.Error {
	var invalid *market.Invalid
	var input badInput
	var coded *gqlerror.Error
	switch {
	case errors.Is(err, market.ErrNotFound):
		return Errorf(CodeNotFound, "not found")
	case errors.As(err, &invalid):
		return Errorf(CodeBadUserInput, "%s", invalid.Error())
	case errors.As(err, &input):
		return Errorf(CodeBadUserInput, "%s", input.BadInput())
	case errors.As(err, &coded) && clientSafe[coded.Extensions["code"]]:
		return coded
	}
	return nil
}

// argumentFailed reports whether an error says that an argument of the field
// could not be read: gqlgen sets a field's arguments only once all of them could.
func argumentFailed(field *graphql.FieldContext, err error) bool {
	var panicked *Panic
	return !errors.As(err, &panicked) && field != nil && field.Args == nil &&
		field.Field.Field != nil && field.Field.Definition != nil && len(field.Field.Definition.Arguments) > 0
}

// message is an error's text without the path that gqlgen puts before it.
func message(err error) string {
	if g, ok := errors.AsType[*gqlerror.Error](err); ok {
		return g.Message
	}
	return err.Error()
}
