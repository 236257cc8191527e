package document

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/market"
)

var _ market.Documents = (*Documents)(nil)

// Refused says why a document cannot be used under this schema.
type Refused struct{ Errors []market.DocumentError }

// Error joins the messages.
func (r *Refused) Error() string {
	messages := make([]string, len(r.Errors))
	for i, err := range r.Errors {
		messages[i] = err.Message
	}
	return "the document is refused: " + strings.Join(messages, "; ")
}

// Prepared is a document that is ready to run: parsed, proven and costed once.
type Prepared struct {
	text string
	doc  *ast.QueryDocument
	op   *ast.OperationDefinition
	// change is the one field of a subscription; nil for a query.
	change *ast.Field
	facts  market.DocumentFacts
}

// Facts is what the schema says of the document, whatever its class.
func (p *Prepared) Facts() market.DocumentFacts { return p.facts }

// Prepare parses and proves a document, from a cache where it can; a blank one
// is market.DefaultDocument. The error is a *Refused.
func (d *Documents) Prepare(text string) (*Prepared, error) {
	p, refused := d.prepare(text)
	if refused != nil {
		return nil, &Refused{documentErrors(refused)}
	}
	return p, nil
}

// Check proves that a document can run for entities of a type. Its scopes
// include the one that reading the type itself needs, and all that there are
// where what it reads shows only as it runs.
func (d *Documents) Check(typeName, text string) (facts market.DocumentFacts, refusals []market.DocumentError) {
	p, refused := d.prepare(text)
	if refused == nil {
		refused = d.selects(p, typeName)
	}
	if refused != nil {
		return market.DocumentFacts{}, documentErrors(refused)
	}
	facts = p.facts
	facts.RequiredScopes = d.reach(p.op, typeName)
	facts.Warnings = d.warnings(p, typeName)
	return facts, nil
}

// prepare is every check that does not depend on the class. What it refuses for
// comes in stages: a text that cannot be read is not judged further.
func (d *Documents) prepare(text string) (p *Prepared, refused gqlerror.List) {
	if strings.TrimSpace(text) == "" {
		text = market.DefaultDocument
	}
	if p, found := d.prepared.get(text); found {
		return p, nil
	}
	defer recovered(&refused)
	doc, fields, refused := d.read(text)
	if refused != nil {
		return nil, refused
	}
	if refused = shape(doc); refused != nil {
		return nil, refused
	}
	op := doc.Operations[0]
	if refused = append(variables(op), d.validate(doc)...); refused != nil {
		slices.SortStableFunc(refused, byPlace)
		return nil, refused[:min(len(refused), maxErrors)]
	}
	if refused = append(dryRuns(op), pageSizes(op)...); refused != nil {
		return nil, refused[:min(len(refused), maxErrors)]
	}
	change, events, refused := changeOf(op)
	if refused != nil {
		return nil, refused
	}
	cost := d.Cost(op, map[string]any{"id": ""})
	if limit := d.options.Limits.Complexity; cost > limit {
		return nil, one(fault(CodeComplexityLimit, ruleComplexity, op.Position,
			"the document costs %d, more than %d: ask for shorter pages with first, or nest fewer of them", cost, limit))
	}
	p = &Prepared{text: text, doc: doc, op: op, change: change, facts: market.DocumentFacts{
		Cost: cost, RequiredScopes: d.RequiredScopes(op), DeprecatedFields: deprecatedFields(op), EventNames: events,
	}}
	d.prepared.put(text, p, weigh(text, fields))
	return p, nil
}

// shape refuses what is no single query or subscription, or asks for the schema.
func shape(doc *ast.QueryDocument) gqlerror.List {
	const write = "write query($id: ID!) { node(id: $id) { … } }"
	switch len(doc.Operations) {
	case 0:
		return one(fault(CodeValidationFailed, ruleSingleOperation, start(doc), "the document has no operation: %s", write))
	case 1:
	default:
		return one(fault(CodeValidationFailed, ruleSingleOperation, doc.Operations[1].Position,
			"the document has %d operations: keep exactly one", len(doc.Operations)))
	}
	if op := doc.Operations[0]; op.Operation == ast.Mutation {
		return one(fault(CodeValidationFailed, ruleOperationKind, op.Position,
			"the document is %s, which webhooks do not run: %s", article(string(op.Operation)), write))
	}
	var refused gqlerror.List
	for _, set := range selections(doc) {
		refused = append(refused, introspections(*set, nil)...)
	}
	return refused[:min(len(refused), maxErrors)]
}

// introspections refuses each field of a selection set that asks for the schema.
func introspections(set ast.SelectionSet, path ast.Path) (refused gqlerror.List) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			below := append(path[:len(path):len(path)], ast.PathName(s.Alias))
			if isIntrospection(s.Name) {
				err := fault(CodeValidationFailed, ruleIntrospection, s.Position,
					"%s asks for the schema, which documents of webhooks cannot: remove it", s.Name)
				err.Path = below
				refused = append(refused, err)
			}
			refused = append(refused, introspections(s.SelectionSet, below)...)
		case *ast.InlineFragment:
			refused = append(refused, introspections(s.SelectionSet, path)...)
		}
	}
	return refused
}

// dryRuns refuses a document that would run others.
func dryRuns(op *ast.OperationDefinition) gqlerror.List {
	for _, f := range rootFields(op.SelectionSet) {
		if f.Name == "webhookDryRun" {
			err := fault(CodeValidationFailed, ruleDryRun, f.Position, "webhookDryRun runs another document, which documents of webhooks cannot: remove it")
			err.Path = ast.Path{ast.PathName(f.Alias)}
			return one(err)
		}
	}
	return nil
}

// variables holds a query to its one variable, $id: ID!, and a subscription to none.
func variables(op *ast.OperationDefinition) (refused gqlerror.List) {
	refuse := func(at *ast.Position, format string, args ...any) {
		refused = append(refused, fault(CodeValidationFailed, ruleVariables, at, format, args...))
	}
	if op.Operation == ast.Subscription {
		for _, v := range op.VariableDefinitions {
			refuse(v.Position, "the variable $%s is given by nobody, since a subscription of a webhook has no variables: write its value where it is used", v.Variable)
		}
		return refused
	}
	seen := false
	for _, v := range op.VariableDefinitions {
		switch {
		case v.Variable != "id":
			refuse(v.Position, "the variable $%s is not known to webhooks: the only one is $id: ID!", v.Variable)
			continue
		case v.Type.NamedType == "ID" && !v.Type.NonNull:
			refuse(v.Position, "$id is nullable: write $id: ID!")
		case v.Type.NamedType != "ID":
			refuse(v.Position, "$id is of type %s: write $id: ID!", v.Type.String())
		}
		if v.DefaultValue != nil {
			refuse(v.Position, "$id has a default value, but always stands for what changed: write $id: ID! without it")
		}
		seen = true
	}
	if !seen {
		refuse(op.Position, "the variable $id is missing: write query($id: ID!)")
	}
	return refused
}

// documentErrors are errors as the domain has them.
func documentErrors(refused gqlerror.List) []market.DocumentError {
	out := make([]market.DocumentError, len(refused))
	for i, err := range refused {
		out[i] = market.DocumentError{Message: err.Message, Rule: err.Rule}
		if len(err.Locations) > 0 {
			at := err.Locations[0]
			out[i].Line, out[i].Column = &at.Line, &at.Column
		}
		for _, element := range err.Path {
			if name, ok := element.(ast.PathName); ok {
				out[i].Path = append(out[i].Path, string(name))
			}
		}
	}
	return out
}
