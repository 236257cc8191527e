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
	rulePageSize        = "PageSize"
	ruleEventNames      = "EventNames"
	ruleNoAfter         = "NoAfter"
	ruleSingleField     = "SingleFieldSubscriptions" // of the specification, which we hold to where its implementation does not
	ruleDepth           = "Depth"
	ruleFields          = "Fields"
	ruleWork            = "Work"
	ruleComplexity      = "Complexity"
	ruleScopes          = "Scopes"
)

// Parse returns a text as a valid document, from a cache where it can, or why it
// is refused. Errors have a code, a rule and a place.
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
		*refused = one(fault(CodeValidationFailed, ruleParse, start(&ast.QueryDocument{}), "the document cannot be checked: %v", r))
	}
}

// read parses a text and measures it, before anything looks at the schema, so
// that no bomb reaches the rules. It returns the fields after fragments.
func (d *Documents) read(text string) (doc *ast.QueryDocument, fields int, refused gqlerror.List) {
	limits := d.options.Limits
	if len(text) > limits.DocumentBytes {
		return nil, 0, one(fault(CodeComplexityLimit, ruleDocumentSize, placeOf(text, limits.DocumentBytes),
			"the document has %d bytes, more than %d: select less, and put values into variables", len(text), limits.DocumentBytes))
	}
	if at := invalid(text); at >= 0 {
		return nil, 0, one(fault(CodeParseFailed, ruleParse, placeOf(text, at), "the document is not valid UTF-8"))
	}
	text = strings.ReplaceAll(text, "\r\n", "\n") // means the same, and the parser counts columns wrong behind the other
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, limits.Tokens)
	if err != nil {
		return nil, 0, one(unreadable(err, text, limits.Tokens))
	}
	placeTexts(doc, text)
	fields, refused = measure(doc, limits)
	return doc, fields, refused
}

// invalid is where a text stops being UTF-8, or -1.
func invalid(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

// unreadable is the parser's error on a text of at most so many tokens as one of ours.
func unreadable(err error, text string, tokens int) *gqlerror.Error {
	refusal := Errorf(CodeParseFailed, "%s", err.Error())
	if g, ok := errors.AsType[*gqlerror.Error](err); ok {
		refusal.Locations, refusal.Message = g.Locations, clip(g.Message)
	}
	refusal.Rule = ruleParse
	tooMany := strings.HasPrefix(refusal.Message, "exceeded token limit")
	if tooMany {
		refusal.Extensions["code"] = CodeComplexityLimit
	}
	if !tooMany && !strings.Contains(refusal.Message, "<Invalid>") {
		return refusal
	}
	reason, at := misread(text, tokens)
	refusal.Locations = []gqlerror.Location{at}
	if reason != "" {
		refusal.Message = reason
	}
	return refusal
}

// fault is one reason to refuse a document, at a position.
func fault(code, rule string, at *ast.Position, format string, args ...any) *gqlerror.Error {
	err := Errorf(code, format, args...)
	err.Rule = rule
	err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
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
