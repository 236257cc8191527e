package execution_test

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"crier/internal/execution"
)

func TestObjectsAreWrittenAsGqlgenWritesThem(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 6, 7, 40} {
		fields := make([]graphql.CollectedField, n)
		for i := range fields {
			fields[i] = graphql.CollectedField{Field: &ast.Field{Alias: "f" + strings.Repeat("_", i)}}
		}
		own, theirs := execution.NewFieldSet(fields), graphql.NewFieldSet(fields)
		for i := range fields {
			value := graphql.MarshalString(strings.Repeat("ü\"", i))
			own.Values[i] = value
			theirs.Values[i] = value
		}
		var want, got bytes.Buffer
		theirs.MarshalGQL(&want)
		own.MarshalGQL(&got)
		var other strings.Builder
		own.MarshalGQL(io.Writer(&other))
		if got.String() != want.String() || other.String() != want.String() || string(execution.Encode(own)) != want.String() {
			t.Errorf("%d fields are written\n%s\n%s, want\n%s", n, &got, &other, &want)
		}
	}
}

func TestLongAnswersAreNotKept(t *testing.T) {
	t.Parallel()
	long := graphql.MarshalString(strings.Repeat("x", 3<<20))
	for range 2 {
		if got := execution.Encode(long); len(got) != 3<<20+2 {
			t.Errorf("%d bytes", len(got))
		}
	}
}

var fieldsSchema = gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { a: Query b: Int c: Int }`})

// TestCollectedFieldsAreThoseOfGqlgen asks twice, with and without a crew: the
// variables decide what is skipped, so that no operation sees another's.
func TestCollectedFieldsAreThoseOfGqlgen(t *testing.T) {
	t.Parallel()
	doc := gqlparser.MustLoadQueryWithRules(fieldsSchema, `query($no: Boolean!) { b x: c @skip(if: $no) ... on Query { b a { c } a { b } } ...F } fragment F on Query { c }`, rules.NewDefaultRules())
	crewed, _ := execution.WithCrew(t.Context(), func() {})
	shared, _ := execution.WithCrew(execution.Shared(t.Context()), func() {})
	types := []string{"Query"}
	for _, no := range []bool{true, false, true} {
		operation := &graphql.OperationContext{Doc: doc, Variables: map[string]any{"no": no}}
		set := doc.Operations[0].SelectionSet
		want := graphql.CollectFields(operation, set, types)
		for _, ctx := range []context.Context{t.Context(), crewed, crewed, shared} {
			if got := execution.CollectFields(ctx, operation, set, types); !reflect.DeepEqual(got, want) {
				t.Errorf("with no = %t: %v, want %v", no, got, want)
			}
		}
		if got := execution.CollectFields(crewed, operation, nil, types); len(got) != 0 {
			t.Errorf("nothing selected gives %v", got)
		}
	}
}
