package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/filter"
	"crier/internal/market"
)

// filterWeight is what a compiled filter weighs in its cache beside its text, in
// bytes, and filterBytes what all of them may.
const (
	filterWeight = 32 << 10
	filterBytes  = 64 << 20
)

// Filter returns a webhook's filter over the data of its document for entities of
// a type, ready to be matched with events; from a cache where it can. The error is a *Refused.
func (d *Documents) Filter(typeName, text, expression string) (*filter.Filter, error) {
	key := strings.Join([]string{typeName, text, expression}, "\x00")
	if known, found := d.filters.get(key); found {
		return known, nil
	}
	made, err := d.compile(typeName, text, expression, nil)
	if err != nil {
		return nil, err
	}
	d.filters.put(key, made, filterWeight+len(key))
	return made, nil
}

// CheckFilter says what is wrong with a filter over the data of a document, which
// must be one that can run for entities of the type. events are the webhook's own, none
// for all. Places are those of the filter's text.
func (d *Documents) CheckFilter(typeName, text, expression string, events []market.WebhookEventName) []market.DocumentError {
	_, err := d.compile(typeName, text, expression, events)
	if refused, ok := errors.AsType[*Refused](err); ok {
		return refused.Errors
	}
	return nil
}

// compile checks a filter for a webhook with some events, and makes it ready.
func (d *Documents) compile(typeName, text, expression string, events []market.WebhookEventName) (*filter.Filter, error) {
	p, err := d.Prepare(text)
	if err != nil {
		return nil, err
	}
	scope := d.scope(p, typeName)
	if events != nil {
		ping := func(name string) bool { return name == "ping" } // is sent whatever the filter says
		scope.Heard = slices.DeleteFunc(eventNames(typeName, events), ping)
	}
	made, problems := filter.Compile(expression, scope)
	if problems != nil {
		return nil, &Refused{filterErrors(problems)}
	}
	return made, nil
}

// filterErrors are problems as the domain has them.
func filterErrors(problems []filter.Problem) []market.DocumentError {
	list := make([]market.DocumentError, len(problems))
	for i, p := range problems {
		list[i] = market.DocumentError{Message: p.Message, Rule: p.Rule, Line: &p.Line, Column: &p.Column}
	}
	return list
}

// scope is what the filter of a document can be about.
func (d *Documents) scope(p *Prepared, typeName string) filter.Scope {
	s := filter.Scope{
		Data:   (&typer{known: map[string]*filter.Type{}}).of([]*result{d.resultOf(p, typeName)}),
		Class:  typeName,
		Events: []string{string(market.Create), string(market.Update), string(market.Destroy)},
	}
	if typeName == "Webhook" {
		s.Events = append(s.Events, operational...)
	}
	if class := d.schema.Types[typeName]; class != nil {
		for _, f := range class.Fields {
			s.Changed = append(s.Changed, f.Name)
		}
	}
	return s
}

// typer turns results into the types of a filter. What an interface or union can
// be becomes one type with the fields of all, null where an object has none of that name.
type typer struct{ known map[string]*filter.Type }

// of is the type of a place that can hold any of some results, which differ in
// objects only (GraphQL, section 5.3.2).
func (t *typer) of(results []*result) *filter.Type {
	key := fmt.Sprint(results)
	if t.known[key] == nil {
		t.known[key] = t.unknown(results)
	}
	return t.known[key]
}

func (t *typer) unknown(results []*result) *filter.Type {
	first := results[0]
	nullable := slices.ContainsFunc(results, func(r *result) bool { return r.nullable })
	switch {
	case first.elem != nil:
		made, elems := &filter.Type{Kind: filter.List, Nullable: nullable}, []*result(nil)
		for _, r := range results {
			made.Most = max(made.Most, r.most)
			elems = append(elems, r.elem)
		}
		made.Elem = t.of(elems)
		return made
	case first.leaf != nil:
		return leaf(first.leaf, nullable)
	}
	return t.object(results, nullable)
}

// leaf is the type of a scalar or an enum; times and decimals are the texts that they are on the wire.
func leaf(definition *ast.Definition, nullable bool) *filter.Type {
	made := &filter.Type{Kind: filter.String, Nullable: nullable, Name: definition.Name}
	switch definition.Name {
	case "Int":
		made.Kind = filter.Int
	case "Float":
		made.Kind = filter.Double
	case "Boolean":
		made.Kind = filter.Bool
	case "JSON":
		made.Kind = filter.Any
	}
	for _, v := range definition.EnumValues {
		made.Values = append(made.Values, v.Name)
	}
	return made
}

// object is the type of what any of some objects holds.
func (t *typer) object(results []*result, nullable bool) *filter.Type {
	made := &filter.Type{Kind: filter.Object, Nullable: nullable, Name: results[0].name, Fields: map[string]*filter.Type{}}
	fields, types, objects := map[string][]*result{}, map[string][]string{}, 0
	for _, r := range results {
		for _, v := range r.variants {
			objects++
			for _, m := range v.fields {
				fields[m.name] = append(fields[m.name], m.of)
				if m.of == nil {
					types[m.name] = append(types[m.name], v.types...)
				}
			}
			if len(r.variants) == 1 && len(v.types) == 1 {
				made.Name = v.types[0]
			}
		}
	}
	for name, of := range fields {
		absent := len(of) < objects
		if types[name] != nil {
			made.Fields[name] = &filter.Type{Kind: filter.String, Name: made.Name, Values: types[name], Nullable: absent}
			continue
		}
		held := t.of(of)
		if absent && !held.Nullable {
			optional := *held
			optional.Nullable = true
			held = &optional
		}
		made.Fields[name] = held
	}
	return made
}
