package filter

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
)

// maxProblems is how many reasons one filter is refused for.
const maxProblems = 20

// nullable is how the library names the types of values that can be null.
var nullable = regexp.MustCompile(`wrapper\((\w+)\)`)

// problems are the library's issues as ours, in the order of their places.
func problems(issues *cel.Issues, rule string) []Problem {
	var list []Problem
	for _, e := range issues.Errors() {
		list = append(list, placed(Problem{Message: nullable.ReplaceAllString(e.Message, "$1"), Rule: rule}, e.Location))
	}
	if list == nil { // such as that it nests too deep
		list = append(list, placed(Problem{Message: issues.Err().Error(), Rule: rule}, nil))
	}
	return inOrder(list)
}

// inOrder are the first problems by their places.
func inOrder(list []Problem) []Problem {
	slices.SortStableFunc(list, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return list[:min(len(list), maxProblems)]
}

// placed is a problem at a location of the library, whose columns count from 0, or
// else at the beginning.
func placed(p Problem, l common.Location) Problem {
	p.Line, p.Column = 1, 1
	if l != nil && l.Line() > 0 && l.Column() >= 0 {
		p.Line, p.Column = l.Line(), l.Column()+1
	}
	return p
}

// at is a problem with an expression.
func at(tree *ast.AST, e ast.Expr, rule, format string, args ...any) Problem {
	return placed(Problem{Message: fmt.Sprintf(format, args...), Rule: rule}, tree.SourceInfo().GetStartLocation(e.ID()))
}

// domain is the set of texts that an expression, or each item of a list, can be.
type domain struct {
	// each says that they are the items of a list.
	each   bool
	values []string
	// what they are, for messages: "a field of Invoice".
	what string
}

// values refuses texts that what they are compared with can never be, and what
// would take the types away from what follows.
func (c *compiler) values(tree *ast.AST) []Problem {
	v := &valueCheck{compiler: c, tree: tree, vars: map[string]*domain{
		varChanged:   {each: true, values: c.scope.Changed, what: "a field of " + c.scope.Class},
		varEventName: {values: c.scope.Events, what: "an event"},
	}}
	v.visit(tree.Expr())
	return inOrder(v.refused)
}

// valueCheck goes through an expression.
type valueCheck struct {
	*compiler
	tree    *ast.AST
	vars    map[string]*domain
	refused []Problem
}

func (v *valueCheck) refuse(e ast.Expr, rule, format string, args ...any) {
	v.refused = append(v.refused, at(v.tree, e, rule, format, args...))
}

// visit checks an expression and what is in it.
func (v *valueCheck) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.CallKind:
		v.call(e)
	case ast.SelectKind:
		v.visit(e.AsSelect().Operand())
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			v.visit(item)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			v.visit(entry.AsMapEntry().Key())
			v.visit(entry.AsMapEntry().Value())
		}
	case ast.StructKind:
		v.refuse(e, ruleType, "%s{…} makes an object, which filters cannot", e.AsStruct().TypeName())
	case ast.ComprehensionKind:
		v.comprehension(e.AsComprehension())
	}
}

func (v *valueCheck) call(e ast.Expr) {
	call := e.AsCall()
	if call.IsMemberFunction() {
		v.visit(call.Target())
	}
	for _, argument := range call.Args() {
		v.visit(argument)
	}
	switch call.FunctionName() {
	case "dyn":
		v.refuse(e, ruleType, "dyn() takes the type away, so that nothing can be checked")
	case operators.Equals, operators.NotEquals:
		v.compare(call.Args()[0], call.Args()[1])
		v.compare(call.Args()[1], call.Args()[0])
	case operators.In:
		v.in(call.Args()[0], call.Args()[1])
	case overloads.Matches:
		v.pattern(call.Args()[len(call.Args())-1])
	}
}

// maxPattern bounds a regular expression, in what it is once its repetitions are
// written out: the library of the language would take many megabytes for some short ones.
const maxPattern = 2000

// pattern checks a regular expression, which has to be there to be checked.
func (v *valueCheck) pattern(e ast.Expr) {
	var text types.String
	if e.Kind() == ast.LiteralKind {
		text, _ = e.AsLiteral().(types.String)
	}
	if text == "" {
		v.refuse(e, ruleType, "the pattern of matches() is not written out as a text")
		return
	}
	parsed, err := syntax.Parse(string(text), syntax.Perl)
	switch {
	case err != nil:
		v.refuse(e, ruleType, "%s", err)
	case patternSize(parsed) > maxPattern:
		v.refuse(e, ruleCost, "the pattern is too large once its repetitions are written out")
	}
}

// patternSize is how large a regular expression is without repetitions.
func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size = min(size+patternSize(sub), maxPattern+1)
	}
	if re.Op == syntax.OpRepeat {
		size = min(size*max(re.Max, re.Min, 1), maxPattern+1)
	}
	return size
}

// comprehension checks what is done with each item of a list.
func (v *valueCheck) comprehension(c ast.ComprehensionExpr) {
	v.visit(c.IterRange())
	hidden, was := v.vars[c.IterVar()]
	v.vars[c.IterVar()] = nil
	if d := v.domain(c.IterRange()); d != nil && d.each {
		v.vars[c.IterVar()] = &domain{values: d.values, what: d.what}
	}
	for _, part := range []ast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
		v.visit(part)
	}
	if delete(v.vars, c.IterVar()); was {
		v.vars[c.IterVar()] = hidden
	}
}

// compare checks what an expression is compared with.
func (v *valueCheck) compare(e, with ast.Expr) {
	d := v.domain(e)
	switch {
	case d == nil:
	case !d.each:
		v.text(with, d)
	case with.Kind() == ast.ListKind:
		for _, item := range with.AsList().Elements() {
			v.text(item, d)
		}
	}
}

// in checks what is looked for in a list.
func (v *valueCheck) in(e, list ast.Expr) {
	if d := v.domain(list); d != nil && d.each {
		v.text(e, d)
	}
	if d := v.domain(e); d != nil && !d.each && list.Kind() == ast.ListKind {
		for _, item := range list.AsList().Elements() {
			v.text(item, d)
		}
	}
}

// text refuses a text that is not one of those that can be.
func (v *valueCheck) text(e ast.Expr, d *domain) {
	if e.Kind() != ast.LiteralKind {
		return
	}
	literal, ok := e.AsLiteral().(types.String)
	if !ok || slices.Contains(d.values, string(literal)) {
		return
	}
	const most = 12
	hint := strings.Join(d.values[:min(len(d.values), most)], ", ")
	if len(d.values) > most {
		hint += ", …"
	}
	v.refuse(e, ruleValue, "%q is not %s and can never match: there are %s", string(literal), d.what, hint)
}

// domain is what an expression can be; nil where that is not known.
func (v *valueCheck) domain(e ast.Expr) *domain {
	switch e.Kind() {
	case ast.IdentKind:
		return v.vars[e.AsIdent()]
	case ast.SelectKind:
		return v.field(e.AsSelect())
	case ast.CallKind:
		if call := e.AsCall(); call.FunctionName() == operators.Index {
			if d := v.domain(call.Args()[0]); d != nil && d.each {
				return &domain{values: d.values, what: d.what}
			}
		}
	}
	return nil
}

// field is what a field of an object can be.
func (v *valueCheck) field(s ast.SelectExpr) *domain {
	object := v.provider.objects[v.tree.GetType(s.Operand().ID()).TypeName()]
	if object == nil || s.IsTestOnly() {
		return nil
	}
	t, each := object.Fields[s.FieldName()], false
	if t != nil && t.Kind == List {
		t, each = t.Elem, true
	}
	if t == nil || t.Kind != String || t.Values == nil {
		return nil
	}
	return &domain{each: each, values: t.Values, what: "a value of " + t.Name}
}

// cost refuses what may take too long, by what lists and texts are expected to hold.
func (c *compiler) cost(checked *cel.Ast) []Problem {
	estimate, err := c.env.EstimateCost(checked, sizes{c.scope})
	tree := checked.NativeRep()
	if err != nil {
		return []Problem{at(tree, tree.Expr(), ruleCost, "the filter cannot be costed: %s", err)}
	}
	if estimate.Max > costLimit {
		return []Problem{at(tree, tree.Expr(), ruleCost, "the filter may take %d steps, more than %d: go through fewer lists within lists, or ask for shorter pages with first", estimate.Max, costLimit)}
	}
	return nil
}

// sizes tells the library how large values are expected to be.
type sizes struct{ scope Scope }

const (
	// textSize is how long a text is expected to be, in characters, anySize how many items JSON has.
	textSize = 200
	anySize  = 100
)

// EstimateSize implements checker.CostEstimator.
func (s sizes) EstimateSize(node checker.AstNode) *checker.SizeEstimate {
	most := uint64(anySize)
	if t := s.at(node.Path()); t != nil && t.Kind == List {
		most = uint64(max(t.Most, 0))
	} else if node.Type() != nil && node.Type().Kind() == types.StringKind {
		most = textSize
	} else if path := node.Path(); len(path) == 1 && path[0] == varChanged {
		most = uint64(len(s.scope.Changed))
	}
	return &checker.SizeEstimate{Min: 0, Max: most}
}

// at is the type of a path from data; nil where it leads elsewhere.
func (s sizes) at(path []string) *Type {
	if len(path) == 0 || path[0] != varData {
		return nil
	}
	t := s.scope.Data
	for _, step := range path[1:] {
		if t == nil {
			return nil
		}
		if step == "@items" {
			t = t.Elem
		} else {
			t = t.Fields[step]
		}
	}
	return t
}

// EstimateCallCost implements checker.CostEstimator.
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// costly marks the error of an evaluation that took too many steps.
func costly(err error) error {
	var cancelled interpreter.EvalCancelledError
	if errors.As(err, &cancelled) && cancelled.Cause == interpreter.CostLimitExceeded {
		return fmt.Errorf("%w: %w", ErrCost, err)
	}
	return err
}
