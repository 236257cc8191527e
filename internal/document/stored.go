package document

import (
	"slices"
	"strings"
	"unicode"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/market"
)

// everyEvent are the kinds of change that a field of Subscription tells of by itself.
var everyEvent = []market.WebhookEventName{market.EventCreate, market.EventDestroy, market.EventUpdate}

// changeOf is the one field of a subscription and the kinds of change that it asks
// for, sorted, or why there is none; nil for a query.
func changeOf(op *ast.OperationDefinition) (change *ast.Field, events []market.WebhookEventName, refused gqlerror.List) {
	if op.Operation != ast.Subscription {
		return nil, nil, nil
	}
	if refused = conditions(op.SelectionSet); refused != nil {
		return nil, nil, refused
	}
	fields := rootFields(op.SelectionSet)
	for _, f := range fields[1:] {
		if f.Alias != fields[0].Alias {
			return nil, nil, one(onField(f, ruleSingleField, f.Position, "the subscription has %q beside %q: a webhook has one document for each, so keep one", f.Alias, fields[0].Alias))
		}
	}
	events, refused = asked(fields[0])
	return fields[0], events, refused
}

// conditions refuses what could take away the only field (GraphQL, section 5.2.4.1).
func conditions(set ast.SelectionSet) (refused gqlerror.List) {
	refuse := func(directives ast.DirectiveList) {
		for _, d := range directives {
			if d.Name == "skip" || d.Name == "include" {
				refused = append(refused, fault(CodeValidationFailed, ruleSingleField, d.Position,
					"@%s could take away the only field of the subscription: remove it", d.Name))
			}
		}
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			refuse(s.Directives)
		case *ast.InlineFragment:
			refuse(s.Directives)
			refused = append(refused, conditions(s.SelectionSet)...)
		case *ast.FragmentSpread:
			refuse(s.Directives)
			refused = append(refused, conditions(s.Definition.SelectionSet)...)
		}
	}
	slices.SortStableFunc(refused, byPlace)
	refused = slices.CompactFunc(refused, same) // a fragment that is spread twice
	return refused[:min(len(refused), maxErrors)]
}

// asked are the kinds of change that the arguments of a field ask for.
func asked(f *ast.Field) (events []market.WebhookEventName, refused gqlerror.List) {
	if after := f.Arguments.ForName("after"); after != nil {
		return nil, one(onField(f, ruleNoAfter, after.Position, "after is for clients that come back: a webhook gets every change since its registration, so remove it"))
	}
	argument := f.Arguments.ForName("eventNames")
	switch {
	case argument == nil || argument.Value.Kind == ast.NullValue:
		return everyEvent, nil
	case argument.Value.Kind == ast.EnumValue: // a list of one (GraphQL, section 3.11)
		return []market.WebhookEventName{market.WebhookEventName(argument.Value.Raw)}, nil
	case len(argument.Value.Children) == 0:
		return nil, one(onField(f, ruleEventNames, argument.Position, "eventNames is an empty list: name some kinds of change, or leave it out for all"))
	}
	for _, item := range argument.Value.Children {
		events = append(events, market.WebhookEventName(item.Value.Raw))
	}
	slices.Sort(events)
	return slices.Compact(events), nil
}

// onField is a refusal about a root field.
func onField(f *ast.Field, rule string, at *ast.Position, format string, args ...any) *gqlerror.Error {
	err := fault(CodeValidationFailed, rule, at, format, args...)
	err.Path = ast.Path{ast.PathName(f.Alias)}
	return err
}

// subscribes refuses a subscription to the changes of another type.
func (d *Documents) subscribes(p *Prepared, typeName string) gqlerror.List {
	told := changedType(p.change)
	if told == typeName {
		return nil
	}
	mend := "register it for the class " + market.ClassOf(told)
	runes := []rune(typeName)
	runes[0] = unicode.ToLower(runes[0])
	if field := string(runes) + "Changed"; d.schema.Subscription.Fields.ForName(field) != nil {
		mend += ", or write " + field
	}
	return one(onField(p.change, ruleClassSelection, p.change.Position, "%s tells of %s changes and never of %s: %s", p.change.Name, told, article(typeName), mend))
}

// changedType is the type of the entities whose changes a field of Subscription tells of.
func changedType(f *ast.Field) string {
	return strings.TrimSuffix(f.Definition.Type.Name(), "Change")
}

// CheckEvents refuses a document, which must be one that can run, that asks for none
// of the kinds of change that its webhook is about; none are all.
func (d *Documents) CheckEvents(text string, events []market.WebhookEventName) []market.DocumentError {
	p, refused := d.prepare(text)
	if refused != nil || len(market.EventsOfBoth(p.facts.EventNames, events)) > 0 || p.change == nil {
		return documentErrors(refused)
	}
	return documentErrors(one(onField(p.change, ruleEventNames, p.change.Arguments.ForName("eventNames").Position,
		"eventNames asks for %s, and the webhook is only about %s: no change could ever be both", listed(p.facts.EventNames), listed(events))))
}

// listed are events in words.
func listed(events []market.WebhookEventName) string {
	names := make([]string, len(events))
	for i, e := range events {
		names[i] = string(e)
	}
	return strings.Join(names, " and ")
}
