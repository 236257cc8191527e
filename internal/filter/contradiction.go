package filter

import (
	"math"
	"slices"
	"strconv"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// contradiction is a term of an expression that can never be true together with
// those before it, or nil: two conditions on one value that exclude each other, in
// every alternative. It looks at what is compared with constants and knows of
// nothing else, so that nil proves nothing.
func contradiction(e ast.Expr) ast.Expr {
	terms := conjuncts(e)
	for _, term := range terms {
		if term.Kind() == ast.CallKind && term.AsCall().FunctionName() == operators.LogicalOr {
			left, right := contradiction(term.AsCall().Args()[0]), contradiction(term.AsCall().Args()[1])
			if left != nil && right != nil {
				return left
			}
		}
	}
	limits := map[string]*limit{}
	for _, term := range terms {
		if !narrow(limits, term) {
			return term
		}
	}
	return nil
}

// conjuncts are the terms that all have to be true for an expression to be.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.LogicalAnd {
		return []ast.Expr{e}
	}
	return append(conjuncts(e.AsCall().Args()[0]), conjuncts(e.AsCall().Args()[1])...)
}

// limit is what a value can still be.
type limit struct {
	// only are the constants that it can be, if it is limited to some; not are those that it cannot be.
	limited   bool
	only, not []ref.Val
	low, high float64
	// above and below say that low and high themselves are out.
	above, below bool
}

// narrow notes what a term says of a value, and reports whether one is left that it can be.
func narrow(limits map[string]*limit, term ast.Expr) bool {
	value, operator, constants := comparison(term)
	if value == "" {
		return true
	}
	l := limits[value]
	if l == nil {
		l = &limit{low: math.Inf(-1), high: math.Inf(1)}
		limits[value] = l
	}
	l.take(operator, constants)
	return l.possible()
}

// take narrows a limit by a comparison.
func (l *limit) take(operator string, constants []ref.Val) {
	switch operator {
	case operators.In:
		if !l.limited {
			l.limited, l.only = true, constants
			return
		}
		l.only = slices.DeleteFunc(slices.Clone(l.only), func(v ref.Val) bool { return !holds(constants, v) })
	case operators.NotEquals:
		l.not = append(l.not, constants...)
	default:
		if n, ok := float(constants[0]); ok {
			l.bound(operator, n)
		}
	}
}

// bound narrows what numbers a value can be.
func (l *limit) bound(operator string, n float64) {
	switch operator {
	case operators.Greater, operators.GreaterEquals:
		if strict := operator == operators.Greater; n > l.low || n == l.low && strict {
			l.low, l.above = n, strict
		}
	case operators.Less, operators.LessEquals:
		if strict := operator == operators.Less; n < l.high || n == l.high && strict {
			l.high, l.below = n, strict
		}
	}
}

// possible reports whether a value is left.
func (l *limit) possible() bool {
	if l.low > l.high || l.low == l.high && (l.above || l.below) {
		return false
	}
	return !l.limited || slices.ContainsFunc(l.only, func(v ref.Val) bool { return !holds(l.not, v) && l.within(v) })
}

// within reports whether a constant is within the bounds, if it is a number.
func (l *limit) within(v ref.Val) bool {
	n, ok := float(v)
	return !ok || (n > l.low || n == l.low && !l.above) && (n < l.high || n == l.high && !l.below)
}

func holds(list []ref.Val, v ref.Val) bool {
	return slices.ContainsFunc(list, func(other ref.Val) bool { return v.Equal(other) == types.True })
}

func float(v ref.Val) (float64, bool) {
	switch n := v.(type) {
	case types.Int:
		return float64(n), true
	case types.Double:
		return float64(n), true
	}
	return 0, false
}

// turned are comparisons as they are with their sides changed.
var turned = map[string]string{
	operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals, operators.Less: operators.Greater,
	operators.LessEquals: operators.GreaterEquals, operators.Greater: operators.Less, operators.GreaterEquals: operators.LessEquals,
}

// comparison is what a term compares with constants: the value by its path, and how;
// "" where it is nothing of the kind. Being equal is being in a list of one, and a
// value that is a condition by itself is equal to true.
func comparison(term ast.Expr) (value, operator string, constants []ref.Val) {
	if value := path(term); value != "" {
		return value, operators.In, []ref.Val{types.True}
	}
	if term.Kind() != ast.CallKind {
		return "", "", nil
	}
	operator, arguments := term.AsCall().FunctionName(), term.AsCall().Args()
	if operator == operators.LogicalNot {
		return path(arguments[0]), operators.NotEquals, []ref.Val{types.True}
	}
	if operator == operators.In && arguments[1].Kind() == ast.ListKind {
		for _, item := range arguments[1].AsList().Elements() {
			if item.Kind() != ast.LiteralKind {
				return "", "", nil
			}
			constants = append(constants, item.AsLiteral())
		}
		return path(arguments[0]), operator, constants
	}
	if turned[operator] == "" {
		return "", "", nil
	}
	left, right := arguments[0], arguments[1]
	if left.Kind() == ast.LiteralKind {
		left, right, operator = right, left, turned[operator]
	}
	if right.Kind() != ast.LiteralKind {
		return "", "", nil
	}
	if operator == operators.Equals {
		operator = operators.In
	}
	return path(left), operator, []ref.Val{right.AsLiteral()}
}

// path names a variable, or what is in it; "" for anything else.
func path(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		if of := path(e.AsSelect().Operand()); of != "" && !e.AsSelect().IsTestOnly() {
			return of + "." + strconv.Quote(e.AsSelect().FieldName())
		}
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != operators.Index || call.Args()[1].Kind() != ast.LiteralKind {
			return ""
		}
		if n, ok := call.Args()[1].AsLiteral().(types.Int); ok && path(call.Args()[0]) != "" {
			return path(call.Args()[0]) + "[" + strconv.Itoa(int(n)) + "]"
		}
	}
	return ""
}
