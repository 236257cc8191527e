package resolvers

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"crier/internal/document"
	"crier/internal/scalar"
)

// variables reads the values of a request's variables as its operation declares
// them. Scalars are read here too, before anything runs, since a value that does
// not fit refuses the whole request (GraphQL, section 6.1.2).
func (e *executor) variables(op *ast.OperationDefinition, values map[string]any) (map[string]any, *gqlerror.Error) {
	for _, v := range op.VariableDefinitions {
		if err := e.checkScalars("$"+v.Variable, v.Type, values[v.Variable]); err != nil {
			return nil, err
		}
	}
	read, err := validator.VariableValues(e.documents.Schema(), op, values)
	if err == nil {
		if name := document.NullVariable(op, read); name != "" {
			return nil, document.Errorf(document.CodeBadUserInput, "$%s cannot be null here: leave it out for its default", name)
		}
		return read, nil
	}
	var invalid *gqlerror.Error
	if !errors.As(err, &invalid) {
		return nil, document.Errorf(document.CodeBadUserInput, "the variables cannot be read: %v", err)
	}
	path := strings.TrimPrefix(invalid.Path.String(), "variable.")
	return nil, document.Errorf(document.CodeBadUserInput, "$%s %s", path, invalid.Message)
}

// checkScalars refuses a value in which a scalar is not one of its type. What is
// missing, unknown or no enum value is the validator's to find.
func (e *executor) checkScalars(path string, t *ast.Type, value any) *gqlerror.Error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		items, ok := value.([]any)
		if !ok {
			return e.checkScalars(path, t.Elem, value)
		}
		for i, item := range items {
			if err := e.checkScalars(fmt.Sprintf("%s[%d]", path, i), t.Elem, item); err != nil {
				return err
			}
		}
		return nil
	}
	if check, ok := scalarCheck(t.NamedType); ok {
		if err := check(value); err != nil {
			return document.Errorf(document.CodeBadUserInput, "%s: %v", path, err)
		}
		return nil
	}
	fields, _ := value.(map[string]any)
	for _, field := range e.documents.Schema().Types[t.NamedType].Fields {
		if err := e.checkScalars(path+"."+field.Name, field.Type, fields[field.Name]); err != nil {
			return err
		}
	}
	return nil
}

// scalarChecks say why a JSON value is none of one of GraphQL's own scalars. A number that was read
// from JSON is text of a type of its own, which the validator takes for a string.
var scalarChecks = map[string]func(any) error{
	"Boolean": func(v any) error { return is(v, "true or false", isBool) },
	"Float":   func(v any) error { return is(v, "a number", isNumber) },
	"ID":      func(v any) error { return is(v, "an id", isID) },
	"Int":     func(v any) error { return is(v, "a whole number", isWhole) },
	"String":  func(v any) error { return is(v, "a string", isString) },
}

// scalarCheck is the check of a scalar: GraphQL's own, or one of the schema.
func scalarCheck(name string) (check func(any) error, known bool) {
	if check, known = scalarChecks[name]; known {
		return check, true
	}
	check, known = scalar.Checks[name]
	return check, known
}

func is(value any, what string, fits func(any) bool) error {
	if fits(value) {
		return nil
	}
	if text, err := json.Marshal(value); err == nil && len(text) <= 100 {
		return fmt.Errorf("%s is not %s", text, what)
	}
	return fmt.Errorf("the value is not %s", what)
}

func isBool(v any) bool { _, ok := v.(bool); return ok }

func isString(v any) bool { _, ok := v.(string); return ok }

func isID(v any) bool { return isString(v) || isWhole(v) }

// isWhole holds for integers in any range: rules refuse what is too great by its field.
func isWhole(v any) bool {
	switch n := v.(type) {
	case json.Number:
		_, err := n.Int64()
		return err == nil
	case int, int32, int64:
		return true
	case float64:
		return n == float64(int64(n))
	}
	return false
}

func isNumber(v any) bool {
	switch n := v.(type) {
	case json.Number:
		_, err := n.Float64()
		return err == nil
	case float32, float64:
		return true
	}
	return isWhole(v)
}
