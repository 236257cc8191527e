// Package filter is the condition that an event of a webhook has to meet: an
// expression in CEL (Common Expression Language) over the data of the document,
// what changed, and what happened. It is checked against the types of the data
// before it is stored, so that one that can never be right is never kept.
package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// The variables of an expression.
const (
	varData      = "data"
	varChanged   = "changed"
	varEventName = "eventName"

	// destroyed is the eventName of what is gone.
	destroyed = "destroy"
)

// Limit bounds a filter, in characters.
const Limit = 4096

// costLimit bounds the steps of one evaluation, by CEL's own count: what the check
// expects at most, and where an evaluation ends. It takes some 50 ms.
const costLimit = 1_000_000

// The names of the rules that a filter can break, stable for programs to compare.
const (
	ruleSize     = "FilterSize"
	ruleSyntax   = "FilterSyntax"
	ruleType     = "FilterType"
	ruleResult   = "FilterResult"
	ruleValue    = "FilterValue"
	ruleConstant = "FilterConstant"
	ruleCost     = "FilterCost"
)

// Scope is what an expression is about.
type Scope struct {
	// Data is the type of the document's data.
	Data *Type
	// Class is the type of the entities, for messages; Changed are the fields of it that can change.
	Class   string
	Changed []string
	// Events are the names of what can happen, and Heard those of which the webhook
	// can get events; none: all.
	Events, Heard []string
}

// Problem is one reason to refuse a filter.
type Problem struct {
	Message string
	// Line and Column count from 1, in characters.
	Line, Column int
	Rule         string
}

// Filter is a checked expression, ready to be evaluated. It is safe for concurrent use.
type Filter struct {
	program cel.Program
	// data says that the expression looks at the data.
	data bool
}

// base is what every filter is checked with.
var base = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable(varChanged, cel.ListType(cel.StringType)), cel.Variable(varEventName, cel.StringType),
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(Limit), cel.ParserRecursionLimit(100), cel.ParserErrorRecoveryLimit(5),
		cel.ExpressionNodeLimit(10_000),
		cel.ASTValidators(cel.ValidateTimestampLiterals(), cel.ValidateDurationLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(), cel.ValidateComprehensionNestingLimit(4)),
	)
})

// Compile checks an expression, and says all that is wrong with it.
func Compile(text string, scope Scope) (made *Filter, refused []Problem) {
	defer func() {
		if r := recover(); r != nil { // the library reads what anyone may write
			made, refused = nil, []Problem{{Message: fmt.Sprintf("the filter cannot be checked: %v", r), Line: 1, Column: 1, Rule: ruleSyntax}}
		}
	}()
	if characters := []rune(text); len(characters) > Limit {
		return nil, []Problem{behind(string(characters[:Limit]), ruleSize, "the filter has %d characters, more than %d", len(characters), Limit)}
	}
	if at := signs.FindStringIndex(text); at != nil {
		return nil, []Problem{behind(text[:at[0]], ruleSyntax, "there are too many signs in a row")}
	}
	c, err := newCompiler(scope)
	if err != nil {
		return nil, []Problem{behind("", ruleType, "%s", err)}
	}
	return c.compile(text)
}

// behind is a problem with what follows the beginning of a filter.
func behind(beginning, rule, format string, args ...any) Problem {
	return Problem{
		Message: fmt.Sprintf(format, args...), Rule: rule, Line: strings.Count(beginning, "\n") + 1,
		Column: utf8.RuneCountInString(beginning[strings.LastIndexByte(beginning, '\n')+1:]) + 1,
	}
}

// signs are more minus signs in a row than anyone needs. The parser tries where
// they end from each of them, which takes time and memory by the square.
var signs = regexp.MustCompile(`(-\s*){200}`)

// compiler compiles one expression.
type compiler struct {
	scope    Scope
	env      *cel.Env
	provider *provider
}

func newCompiler(scope Scope) (*compiler, error) {
	shared, err := base()
	if err != nil {
		return nil, fmt.Errorf("prepare the checks of filters: %w", err)
	}
	p := newProvider(shared.CELTypeProvider())
	data := p.cel(scope.Data)
	env, err := shared.Extend(cel.CustomTypeProvider(p), cel.Variable(varData, data))
	if err != nil {
		return nil, fmt.Errorf("prepare the check of a filter: %w", err)
	}
	return &compiler{scope, env, p}, nil
}

func (c *compiler) compile(text string) (*Filter, []Problem) {
	parsed, issues := c.env.Parse(text)
	if issues.Err() != nil {
		return nil, problems(issues, ruleSyntax)
	}
	checked, issues := c.env.Check(parsed)
	if issues.Err() != nil {
		return nil, problems(issues, ruleType)
	}
	tree := checked.NativeRep()
	if refused := c.values(tree); refused != nil {
		return nil, refused
	}
	if out := tree.GetType(tree.Expr().ID()); out.Kind() != types.BoolKind {
		return nil, []Problem{at(tree, tree.Expr(), ruleResult, "the filter is of type %s: write a condition, of type bool", cel.FormatCELType(out))}
	}
	if refused := c.cost(checked); refused != nil {
		return nil, refused
	}
	return c.program(checked)
}

// program prepares a checked expression, and refuses one that nothing can meet.
func (c *compiler) program(checked *cel.Ast) (*Filter, []Problem) {
	tree := checked.NativeRep()
	decorated := cel.CustomDecoratorV2(placesOf(tree).decorate)
	program, err := c.env.Program(checked, decorated, cel.CostLimit(costLimit))
	if err != nil {
		return nil, []Problem{at(tree, tree.Expr(), ruleType, "the filter cannot be evaluated: %s", err)}
	}
	partial, err := c.env.Program(checked, decorated, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		return nil, []Problem{at(tree, tree.Expr(), ruleType, "the filter cannot be evaluated: %s", err)}
	}
	if !c.possible(partial) {
		return nil, []Problem{at(tree, tree.Expr(), ruleConstant, "nothing can meet the filter: it is false whatever changes")}
	}
	if term := contradiction(tree.Expr()); term != nil {
		return nil, []Problem{at(tree, term, ruleConstant, "nothing can meet the filter: this excludes what is asked for before")}
	}
	return &Filter{program: program, data: uses(tree, varData)}, nil
}

// possible reports whether some event that the webhook hears of could meet a
// filter, whatever it is about. Nothing has changed in what was destroyed.
func (c *compiler) possible(program cel.Program) bool {
	heard := c.scope.Heard
	if heard == nil {
		heard = c.scope.Events
	}
	return slices.ContainsFunc(heard, func(event string) bool {
		known, unknown := map[string]any{varEventName: event}, []*cel.AttributePatternType{cel.AttributePattern(varData)}
		if event == destroyed {
			known[varChanged] = []string{}
		} else {
			unknown = append(unknown, cel.AttributePattern(varChanged))
		}
		vars, err := cel.PartialVars(known, unknown...)
		if err != nil {
			return true
		}
		out, _, err := program.Eval(vars)
		return err == nil && out != types.False
	})
}

// uses reports whether an expression names a variable.
func uses(tree *ast.AST, variable string) bool {
	found := false
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		found = found || e.Kind() == ast.IdentKind && e.AsIdent() == variable
	}))
	return found
}

// Match reports whether an event meets the filter: payload is the response of the
// document, changed the names of the fields that differ, eventName what happened.
//
// An event is never dropped for want of an answer: where the execution had errors
// the data is not whole, so that a filter which looks at it lets the event pass, and so
// it does where the evaluation fails, with an error that says why. For an
// evaluation that is not through within its limit the error wraps ErrCost.
func (f *Filter) Match(payload json.RawMessage, changed []string, eventName string) (bool, error) {
	vars := map[string]any{varChanged: changed, varEventName: eventName, varData: nil}
	if f.data {
		var response struct {
			Data   any
			Errors json.RawMessage
		}
		decoder := json.NewDecoder(bytes.NewReader(payload))
		decoder.UseNumber()
		if err := decoder.Decode(&response); err != nil {
			return true, fmt.Errorf("read the payload for the filter: %w", err)
		}
		if response.Errors != nil {
			return true, nil
		}
		vars[varData] = response.Data
	}
	out, _, err := f.program.Eval(vars)
	if err != nil {
		return true, fmt.Errorf("evaluate the filter: %w", costly(err))
	}
	return out != types.False && out != types.NullValue, nil
}

// ErrCost says that an evaluation took more steps than it may.
var ErrCost = errors.New("the filter takes too many steps for this event")
