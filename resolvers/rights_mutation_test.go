package resolvers_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// mutant is the schema with one directive wrong.
type mutant struct {
	name string
	// typeName and field are where the directive stands; field is "" for that of a type.
	typeName, field string
	change          func(*ast.DirectiveList)
}

// mutants are the schema without each @scope and each @operator, with each @scope
// one level too low, and with each of another resource.
func mutants(schema *ast.Schema) []mutant {
	var all []mutant
	add := func(typeName, field string, directives ast.DirectiveList) {
		name := strings.TrimSuffix(typeName+"."+field, ".")
		if directives.ForName("operator") != nil {
			all = append(all, mutant{name + " without @operator", typeName, field, drop("operator")})
		}
		scope := directives.ForName("scope")
		if scope == nil {
			return
		}
		all = append(all, mutant{name + " without @scope", typeName, field, drop("scope")},
			mutant{name + " with another resource", typeName, field, replace("resource", "keys", "webhooks")})
		if level := scope.Arguments.ForName("level"); level != nil && level.Value.Raw != "read" {
			below := market.ScopeLevels[slices.Index(market.ScopeLevels, level.Value.Raw)-1]
			all = append(all, mutant{name + " with a level too low", typeName, field, replace("level", below, below)})
		}
	}
	for _, typeName := range objectTypes(schema) {
		add(typeName, "", schema.Types[typeName].Directives)
	}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, f := range root.Fields {
			add(root.Name, f.Name, f.Directives)
		}
	}
	return all
}

// drop takes a directive away.
func drop(name string) func(*ast.DirectiveList) {
	return func(list *ast.DirectiveList) {
		*list = slices.DeleteFunc(*list, func(d *ast.Directive) bool { return d.Name == name })
	}
}

// replace puts a value in the place of an argument's of @scope, or another one where it has that.
func replace(argument, value, otherwise string) func(*ast.DirectiveList) {
	return func(list *ast.DirectiveList) {
		for i, d := range *list {
			at := slices.IndexFunc(d.Arguments, func(a *ast.Argument) bool { return d.Name == "scope" && a.Name == argument })
			if at < 0 {
				continue
			}
			scope, given := *d, &ast.Value{Raw: value, Kind: ast.StringValue}
			if d.Arguments[at].Value.Raw == value {
				given.Raw = otherwise
			}
			scope.Arguments = slices.Clone(d.Arguments)
			scope.Arguments[at] = &ast.Argument{Name: argument, Value: given}
			(*list)[i] = &scope
		}
	}
}

// schema is the whole schema with the mutant's directive as it has it.
func (m mutant) schema() *ast.Schema {
	whole := wholeSchema()
	before := whole.Types[m.typeName]
	after := *before
	if m.field == "" {
		after.Directives = m.changed(before.Directives)
	} else {
		at := slices.IndexFunc(before.Fields, func(f *ast.FieldDefinition) bool { return f.Name == m.field })
		field := *before.Fields[at]
		field.Directives = m.changed(field.Directives)
		after.Fields = slices.Clone(before.Fields)
		after.Fields[at] = &field
	}
	return exchanged(whole, before, &after)
}

// changed are the directives as the mutant has them.
func (m mutant) changed(directives ast.DirectiveList) ast.DirectiveList {
	list := slices.Clone(directives)
	m.change(&list)
	return list
}

// exchanged is a schema with another definition of a type.
func exchanged(schema *ast.Schema, before, after *ast.Definition) *ast.Schema {
	other := *schema
	other.Types, other.PossibleTypes = maps.Clone(schema.Types), maps.Clone(schema.PossibleTypes)
	other.Types[before.Name] = after
	for name, types := range schema.PossibleTypes {
		if at := slices.Index(types, before); at >= 0 {
			other.PossibleTypes[name] = slices.Clone(types)
			other.PossibleTypes[name][at] = after
		}
	}
	for _, root := range []**ast.Definition{&other.Query, &other.Mutation, &other.Subscription} {
		if *root == before {
			*root = after
		}
	}
	return &other
}

// findings is what the rights test says of the mutant, as far as it is about the
// directive: what stands on a type is the same for all of its fields.
func (m mutant) findings(t *testing.T, w *world) []finding {
	schema := m.schema()
	switch {
	case m.typeName == "Mutation":
		return traded(t, schema, mutations[m.field].after...).refusals(m.field)
	case m.field != "":
		return serve(w.bundle, schema).query(schema.Types[m.typeName].Fields.ForName(m.field))
	}
	s, first := serve(w.bundle, schema), schema.Types[m.typeName].Fields[0]
	findings := s.declared(m.typeName)
	if at, found := places()[m.typeName]; found {
		findings = append(findings, s.field(m.typeName, first, at)...)
	}
	for _, f := range schema.Subscription.Fields {
		if scope, _ := needOf(m.typeName); f.Type.Name() == m.typeName {
			findings = append(findings, s.change(f, first, scope)...)
		}
	}
	return findings
}

// TestRightsMutations makes each directive wrong and expects the rights test to
// fail: by what a key could then do, or, for a type that can only be reached by
// whoever has its scope anyway, by what the schema then declares.
func TestRightsMutations(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	all := mutants(w.schema)
	var mu sync.Mutex
	killed, declared := 0, []string{}
	t.Run("all", func(t *testing.T) {
		for _, m := range all {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				findings := m.findings(t, w)
				acted := slices.ContainsFunc(findings, func(f finding) bool { return f.who != declarer })
				mu.Lock()
				defer mu.Unlock()
				switch {
				case acted:
					killed++
				case len(findings) > 0 && enclosed(w.schema, m.typeName):
					declared = append(declared, m.name)
				default:
					t.Errorf("the rights test does not notice: %v", findings)
				}
			})
		}
	})
	slices.Sort(declared)
	t.Logf("%d directives made wrong: %d noticed by what a key could do, %d by the schema alone: %v", len(all), killed, len(declared), declared)
}

// enclosed reports whether an object type is only reached where its own scope is
// needed already: by no id, and only from types, or mutations, that need it too.
func enclosed(schema *ast.Schema, typeName string) bool {
	if _, byID := exampleOf(typeName); byID && slices.Contains(schema.Types[typeName].Interfaces, "Node") {
		return false
	}
	scope, _ := needOf(typeName)
	for _, from := range schema.Types {
		for _, f := range from.Fields {
			if from.Kind == ast.Object && leads(schema, f.Type.Name(), typeName) && !market.Covers([]string{passed(schema, from.Name)}, scope) {
				return false
			}
		}
	}
	return true
}

// leads reports whether what a field gives is of a type, or has it on its pages.
func leads(schema *ast.Schema, given, typeName string) bool {
	if entry, isPage := pages[given]; isPage {
		given = entry
	}
	return given == typeName || given != "Node" && slices.Contains(schema.GetPossibleTypes(schema.Types[given]), schema.Types[typeName])
}

// passed is the scope that whoever selects from a type has.
func passed(schema *ast.Schema, typeName string) string {
	for _, f := range schema.Mutation.Fields {
		if f.Type.Name() == typeName {
			return mutations[f.Name].scope
		}
	}
	scope, _ := needOf(typeName)
	return scope
}
