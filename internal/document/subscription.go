package document

import (
	"bytes"
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/market"
	"crier/internal/viewer"
)

// Subscribed is the type of the entities whose changes a subscription is about,
// or why it is about none: conditions can take its only field away, and the
// specification's rule counts names where the answer has aliases.
func Subscribed(op *graphql.OperationContext) (typeName string, refused *gqlerror.Error) {
	fields := subscriptionFields(op)
	if len(fields) != 1 {
		return "", Errorf(CodeBadUserInput, "the subscription selects %d fields: select exactly one", len(fields))
	}
	return changedType(fields[0].Field), nil
}

// After is the place in the order of the commits from which a subscription goes on;
// nil for the present.
func After(op *graphql.OperationContext) (*int64, *gqlerror.Error) {
	given := subscriptionFields(op)[0].ArgumentMap(op.Variables)["after"]
	if given == nil {
		return nil, nil
	}
	after, err := graphql.UnmarshalInt64(given)
	if err != nil || after < 0 {
		return nil, Errorf(CodeBadUserInput, "after is the sequence of a change, or 0 for the first: it cannot be %v", given)
	}
	return &after, nil
}

// subscriptionFields are the fields that an operation selects of Subscription, by their names in the answer.
func subscriptionFields(op *graphql.OperationContext) []graphql.CollectedField {
	return graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Subscription"})
}

// inSubscription is the context of what is below the field of a subscription,
// where gqlgen forgets the field, so that errors would have a path without it.
func inSubscription(ctx context.Context, op *graphql.OperationContext) context.Context {
	if op.Operation.Operation != ast.Subscription {
		return ctx
	}
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Subscription", Field: subscriptionFields(op)[0]})
}

// ExecuteSubscription runs a subscription for a change, as a viewer who only
// reads: a destroy is shown the marketplace as it was just before. It returns nil
// where the subscription does not ask for this kind of change. The zero change
// stands for none: it shows what is wrong with the arguments, else nil.
func (d *Documents) ExecuteSubscription(ctx context.Context, op *graphql.OperationContext, c market.Change, v viewer.Viewer, present graphql.ErrorPresenterFunc) *graphql.Response {
	v.ReadOnly = true
	if c.Action == market.Destroy {
		v.AsOf = c.At
	}
	return d.Execute(WithChange(viewer.NewContext(ctx, v), c), &graphql.OperationContext{
		RawQuery: op.RawQuery, Doc: op.Doc, Operation: op.Operation, OperationName: op.OperationName,
		Variables: op.Variables, Extensions: op.Extensions, Headers: op.Headers,
	}, present)
}

// hasNoField reports whether an object's one field is null. The fields of
// subscriptions are not nullable, so that the object must be null instead, which gqlgen forgets.
func hasNoField(data []byte) bool {
	const null = ":null}"
	return bytes.HasSuffix(data, []byte(null)) && bytes.IndexByte(data, ':') == len(data)-len(null)
}
