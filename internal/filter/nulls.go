package filter

import (
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// places tells by the id of an expression what becomes of a null there. CEL knows
// no null in most places; GraphQL has them everywhere, so here what is computed
// of null is null, a comparison with null is false, a condition that is null is
// false, and a list that is null is empty.
type places struct {
	// truth are where a condition stands, lists where something is gone through.
	truth, lists map[int64]bool
	// logic are the && and ||, and bools the calls that give a bool.
	logic, bools map[int64]bool
}

// placesOf finds the places of a checked expression.
func placesOf(checked *ast.AST) *places {
	p := &places{truth: map[int64]bool{}, lists: map[int64]bool{}, logic: map[int64]bool{}, bools: map[int64]bool{}}
	p.truth[checked.Expr().ID()] = true
	ast.PostOrderVisit(checked.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			p.call(e, checked.GetType(e.ID()))
		case ast.ComprehensionKind:
			c := e.AsComprehension()
			p.lists[c.IterRange().ID()] = true
			p.truth[c.LoopCondition().ID()] = true
		}
	}))
	return p
}

// call notes what stands in a call, and what it gives.
func (p *places) call(e ast.Expr, gives *types.Type) {
	p.bools[e.ID()] = gives.Kind() == types.BoolKind
	call := e.AsCall()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr:
		p.logic[e.ID()] = true
		for _, term := range call.Args() {
			p.truth[term.ID()] = true
		}
	case operators.LogicalNot, operators.NotStrictlyFalse, operators.Conditional:
		p.truth[call.Args()[0].ID()] = true
	}
}

// instead is what stands for a null in a place.
func (p *places) instead(id int64) ref.Val {
	switch {
	case p.truth[id]:
		return types.False
	case p.lists[id]:
		return types.NewDynamicList(types.DefaultTypeAdapter, []any{})
	}
	return types.NullValue
}

// decorate makes one step of an evaluation know nulls.
func (p *places) decorate(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	switch step := i.(type) {
	case *attribute, *call, *logic, interpreter.InterpretableConst:
		return i, nil
	case interpreter.InterpretableAttribute:
		return &attribute{step, p}, nil
	case interpreter.InterpretableCall:
		compiled, err := constantPattern(step)
		if err != nil {
			return nil, err
		}
		return &call{compiled, p}, nil
	}
	if p.logic[i.ID()] {
		return &logic{i}, nil
	}
	return i, nil
}

// constantPattern compiles a regular expression that is a constant once.
func constantPattern(step interpreter.InterpretableCall) (interpreter.InterpretableCall, error) {
	if step.Function() != overloads.Matches || len(step.Args()) != 2 {
		return step, nil
	}
	constant, ok := step.Args()[1].(interpreter.InterpretableConst)
	if !ok {
		return step, nil
	}
	pattern, ok := constant.Value().(types.String)
	if !ok {
		return step, nil
	}
	return interpreter.MatchesRegexOptimization.Factory(step, string(pattern))
}

// attribute reads a variable and what is in it. What is not there is null.
type attribute struct {
	interpreter.InterpretableAttribute
	places *places
}

// Exec implements interpreter.InterpretableV2.
func (a *attribute) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	v := a.InterpretableAttribute.Exec(frame)
	if v == types.NullValue || types.IsError(v) {
		return a.places.instead(a.ID())
	}
	return v
}

// Eval implements interpreter.Interpretable.
func (a *attribute) Eval(vars interpreter.Activation) ref.Val {
	return a.Exec(interpreter.AsFrame(vars))
}

// call calls a function. Of null it gives null, and false where it answers a question.
type call struct {
	interpreter.InterpretableCall
	places *places
}

// Exec implements interpreter.InterpretableV2.
func (c *call) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	v := c.InterpretableCall.Exec(frame)
	switch {
	case !ofNull(v):
		return v
	case c.places.bools[c.ID()]:
		return types.False
	}
	return c.places.instead(c.ID())
}

// Eval implements interpreter.Interpretable.
func (c *call) Eval(vars interpreter.Activation) ref.Val { return c.Exec(interpreter.AsFrame(vars)) }

// logic is && or ||, for whose terms null is false.
type logic struct{ interpreter.InterpretableV2 }

// Exec implements interpreter.InterpretableV2.
func (l *logic) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	if v := l.InterpretableV2.Exec(frame); !ofNull(v) {
		return v
	}
	return types.False
}

// Eval implements interpreter.Interpretable.
func (l *logic) Eval(vars interpreter.Activation) ref.Val { return l.Exec(interpreter.AsFrame(vars)) }

// ofNull reports whether a function gave null, or was not found for its arguments:
// they are of the right types, so that one of them is null, or is JSON of another
// form, which is taken alike.
func ofNull(v ref.Val) bool {
	if v == types.NullValue {
		return true
	}
	failure, ok := v.(*types.Err)
	return ok && (strings.HasPrefix(failure.String(), "no such overload") || strings.Contains(failure.String(), "from 'null_type'"))
}
