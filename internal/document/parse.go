package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// The names of our own rules; every other rule is one of the GraphQL specification's.
const (
	ruleDocumentSize    = "DocumentSize"
	ruleParse           = "Parse"
	ruleSingleOperation = "SingleOperation"
	ruleOperationKind   = "OperationKind"
	ruleIntrospection   = "Introspection"
	ruleCycles          = "NoFragmentCycles"
	ruleDryRun          = "DryRun"
	ruleDefer           = "NoDefer"
	ruleScalars         = "ScalarValues"
	ruleVariables       = "Variables"
	ruleClassSelection  = "ClassSelection"
	ruleDepth           = "Depth"
	ruleFields          = "Fields"
	ruleWork            = "Work"
	ruleComplexity      = "Complexity"
	ruleScopes          = "Scopes"
)

// Parse returns a text as a valid document, from a cache where it can, or why it
// is refused. Errors have a code, a rule and, where there is one, a place.
func (d *Documents) Parse(text string) (doc *ast.QueryDocument, refused gqlerror.List) {
	if doc, found := d.queries.get(text); found {
		return doc, nil
	}
	defer recovered(&refused)
	doc, fields, refused := d.read(text)
	if refused == nil {
		refused = d.validate(doc)
	}
	if refused != nil {
		return nil, refused
	}
	d.queries.put(text, doc, weigh(text, fields))
	return doc, nil
}

// weigh is what a document weighs in a cache.
func weigh(text string, fields int) int { return fields + len(text)/64 + 1 }

// recovered turns a panic while checking into a refusal.
func recovered(refused *gqlerror.List) {
	if r := recover(); r != nil {
		err := Errorf(CodeValidationFailed, "the document cannot be checked: %v", r)
		err.Rule = ruleParse
		*refused = gqlerror.List{err}
	}
}

// read parses a text and measures it, before anything looks at the schema, so
// that no bomb reaches the rules. It returns the fields after fragments.
func (d *Documents) read(text string) (doc *ast.QueryDocument, fields int, refused gqlerror.List) {
	limits := d.options.Limits
	if len(text) > limits.DocumentBytes {
		return nil, 0, one(fault(CodeComplexityLimit, ruleDocumentSize, nil,
			"the document has %d bytes, more than %d: select less, and put values into variables", len(text), limits.DocumentBytes))
	}
	if !utf8.ValidString(text) {
		return nil, 0, one(fault(CodeParseFailed, ruleParse, nil, "the document is not valid UTF-8"))
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, limits.Tokens)
	if err != nil {
		return nil, 0, one(unreadable(err))
	}
	fields, refused = measure(doc, limits)
	return doc, fields, refused
}

// unreadable is the parser's error as one of ours.
func unreadable(err error) *gqlerror.Error {
	var place []gqlerror.Location
	message := err.Error()
	if g, ok := errors.AsType[*gqlerror.Error](err); ok {
		place, message = g.Locations, g.Message
	}
	refusal := Errorf(CodeParseFailed, "%s", message)
	refusal.Rule, refusal.Locations = ruleParse, place
	if strings.HasPrefix(message, "exceeded token limit") {
		refusal.Extensions["code"] = CodeComplexityLimit
	}
	return refusal
}

// fault is one reason to refuse a document, at a position where there is one.
func fault(code, rule string, at *ast.Position, format string, args ...any) *gqlerror.Error {
	err := Errorf(code, format, args...)
	err.Rule = rule
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return err
}

// one is the list of one error.
func one(err *gqlerror.Error) gqlerror.List { return gqlerror.List{err} }

// article is a name with "a" or "an" before it.
func article(name string) string {
	if strings.ContainsRune("AEIOU", rune(name[0])) {
		return fmt.Sprintf("an %s", name)
	}
	return fmt.Sprintf("a %s", name)
}
