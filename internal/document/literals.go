package document

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"

	"crier/internal/scalar"
)

// scalarLiterals refuses a literal that its scalar cannot read, which would
// otherwise come out at every execution. The specification leaves it to the scalars.
func scalarLiterals(events *core.Events, add core.AddErrFunc) {
	events.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Definition == nil {
			return
		}
		check, ok := scalar.Checks[value.Definition.Name]
		if !ok {
			return
		}
		if err := checkLiteral(check, value); err != nil {
			add(core.Message("%s", err.Error()), core.At(value.Position))
		}
	})
}

func checkLiteral(check func(any) error, value *ast.Value) error {
	switch value.Kind {
	case ast.StringValue, ast.BlockValue:
		return check(value.Raw)
	case ast.IntValue, ast.FloatValue:
		return check(json.Number(value.Raw))
	}
	return nil // null and variables are checked elsewhere, lists and objects by their items
}
