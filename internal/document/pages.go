package document

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// pageSizes refuses pages that no execution can answer: of a length that pages
// cannot have, from both ends, or of more nodes than can be asked for at once. Only
// constants are looked at: a webhook's document has no others, so that it would
// fail for every event.
func pageSizes(op *ast.OperationDefinition) (refused gqlerror.List) {
	refuse := func(at *ast.Position, format string, args ...any) {
		refused = append(refused, fault(CodeValidationFailed, rulePageSize, at, format, args...))
	}
	eachField(op.SelectionSet, func(f *ast.Field) {
		if ids := f.Arguments.ForName("ids"); f.Name == "nodes" && ids != nil && len(ids.Value.Children) > maxPage {
			refuse(ids.Value.Children[maxPage].Value.Position, "nodes is asked for %d ids, more than %d", len(ids.Value.Children), maxPage)
		}
		first, last := constant(f, "first"), constant(f, "last")
		for _, size := range []*ast.Value{first, last} {
			if size == nil {
				continue
			}
			if n, err := strconv.Atoi(size.Raw); err != nil || n < 0 || n > maxPage {
				refuse(size.Position, "a page of %s items cannot be asked for: write 0 to %d", size.Raw, maxPage)
			}
		}
		if first != nil && last != nil {
			refuse(last.Position, "first and last are both given: keep one of them")
		}
	})
	return refused
}

// constant is a whole number that is given for an argument of a page, or nil.
func constant(f *ast.Field, name string) *ast.Value {
	argument := f.Arguments.ForName(name)
	if argument == nil || argument.Value.Kind != ast.IntValue {
		return nil
	}
	return argument.Value
}
