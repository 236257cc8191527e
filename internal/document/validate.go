package document

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// specified are the rules of the GraphQL specification and our own, by name.
var specified = func() []core.Rule {
	all := []core.Rule{{Name: ruleDefer, RuleFunc: noDefer}, {Name: ruleScalars, RuleFunc: scalarLiterals}}
	for name, rule := range rules.NewDefaultRules().GetInner() {
		all = append(all, core.Rule{Name: name, RuleFunc: rule})
	}
	slices.SortFunc(all, func(a, b core.Rule) int { return strings.Compare(a.Name, b.Name) })
	return all
}()

// noDefer refuses @defer, which the parser's prelude declares: an answer here is one body.
func noDefer(events *core.Events, add core.AddErrFunc) {
	events.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		if directive.Name == "defer" {
			add(core.Message("@defer is not supported: an answer is sent as a whole"), core.At(directive.Position))
		}
	})
}

// enough ends a validation that has found as many errors as anyone reads.
type enough struct{}

// validate holds a document to every rule under the schema, and ties it to the
// schema's definitions. Errors come in the order of their places.
func (d *Documents) validate(doc *ast.QueryDocument) gqlerror.List {
	var refused gqlerror.List
	if len(doc.Operations) == 0 {
		refused = one(fault(CodeValidationFailed, ruleSingleOperation, start(doc), "the document has no operation"))
	}
	events := &core.Events{}
	for _, rule := range specified {
		rule.RuleFunc(events, func(options ...core.ErrorOption) {
			err := Errorf(CodeValidationFailed, "")
			err.Rule = rule.Name
			for _, option := range options {
				option(err)
			}
			err.Message = clip(err.Message)
			if len(err.Locations) == 0 {
				err.Locations = []gqlerror.Location{{Line: start(doc).Line, Column: start(doc).Column}}
			}
			if refused = append(refused, err); len(refused) == maxErrors {
				panic(enough{})
			}
		})
	}
	walk(d.schema, doc, events)
	slices.SortStableFunc(refused, byPlace)
	return slices.CompactFunc(refused, same)
}

// same reports whether two errors say the same of the same place; some rules
// come upon a mistake more than once.
func same(a, b *gqlerror.Error) bool {
	return a.Rule == b.Rule && a.Message == b.Message && slices.Equal(a.Locations, b.Locations)
}

// clip shortens a message that quotes the whole document.
func clip(message string) string {
	const most = 500
	if len(message) <= most {
		return message
	}
	return strings.ToValidUTF8(message[:most], "") + "…"
}

// walk runs the rules until they are through or have found enough.
func walk(schema *ast.Schema, doc *ast.QueryDocument, events *core.Events) {
	defer func() {
		if r := recover(); r != nil {
			if _, expected := r.(enough); !expected {
				panic(r)
			}
		}
	}()
	validator.Walk(schema, doc, events)
}

// byPlace orders errors by line and column.
func byPlace(a, b *gqlerror.Error) int {
	if a.Locations[0].Line != b.Locations[0].Line {
		return a.Locations[0].Line - b.Locations[0].Line
	}
	return a.Locations[0].Column - b.Locations[0].Column
}
