package resolvers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// The rights test holds every field of every object type, and every root field,
// to the table in rights_table_test.go. It runs each of them as the operator, as
// the seller whose data it is, as another seller, with keys that have just what
// is needed and with keys that have all but that, without a key, and changes as
// a viewer that only reads. A field or a root that is not in the table, or that
// none of its documents reached, fails it.
func TestRights(t *testing.T) {
	t.Parallel()
	w := furnished(t)
	s := serve(w.bundle, w.schema)
	t.Run("all", func(t *testing.T) {
		for _, typeName := range objectTypes(s.schema) {
			run(t, typeName, func(*testing.T) []finding { return s.object(typeName) })
		}
		for _, f := range s.schema.Query.Fields {
			run(t, "Query."+f.Name, func(*testing.T) []finding { return s.query(f) })
		}
		for _, f := range s.schema.Mutation.Fields {
			run(t, "Mutation."+f.Name, func(t *testing.T) []finding { return changed(t, s, f.Name) })
		}
		for _, f := range s.schema.Subscription.Fields {
			run(t, "Subscription."+f.Name, func(*testing.T) []finding { return s.subscription(f) })
		}
	})
	covered(t, s)
}

// run reports what a part of the test found.
func run(t *testing.T, name string, check func(t *testing.T) []finding) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		for _, f := range check(t) {
			t.Errorf("%.1000s", f)
		}
	})
}

// changed holds a mutation to the table, on marketplaces of its own; what it
// showed is noted with s.
func changed(t *testing.T, s *served, name string) []finding {
	m, known := mutations[name]
	if !known {
		return []finding{{"Mutation." + name, "anybody", "is not in the table"}}
	}
	fresh := func() *served {
		made := traded(t, s.schema, m.after...)
		made.seen = s.seen
		return made
	}
	first := fresh()
	findings := first.refusals(name)
	if !m.operator {
		findings = append(findings, first.foreignInputs(name)...)
	}
	for i, c := range first.suited(name) {
		if i > 0 {
			first = fresh()
		}
		findings = append(findings, first.succeeds(name, c)...)
	}
	return findings
}

// query holds a root field to read from to the table.
func (s *served) query(f *ast.FieldDefinition) []finding {
	where := "Query." + f.Name
	root, known := queries[f.Name]
	switch {
	case strings.HasPrefix(f.Name, "__"):
		return nil
	case !known:
		return []finding{{where, "anybody", "is not in the table"}}
	case root.about == anything:
		return s.byID(f, root.arguments)
	}
	at, needs := places()["Query"], union(nil, root.scope)
	if root.about != "" {
		ref := market.Ref{Type: root.about, Num: owner}
		return s.probe(where, spot{open: withID, close: " }", about: ref}, needs, withID+probe(s.schema, f, root.arguments)+" }")
	}
	findings := s.probe(where, at, needs, at.document(probe(s.schema, f, root.arguments)))
	if on := switches(f); on != "" && root.arguments == "" {
		findings = append(findings, s.readable(where, theOwner, at, at.document(probe(s.schema, f, on)))...)
	}
	if f.Name == "externalIds" {
		findings = append(findings, s.ownersOfIDs()...)
	}
	return append(findings, s.foreignArguments(f)...)
}

// withID begins a document that takes the id of an entity.
const withID = "query($id: ID!) { "

// byID holds a root field that gives an entity of any type by its id to the table,
// for each type, without naming the type: what it needs shows only as it runs.
func (s *served) byID(f *ast.FieldDefinition, arguments string) []finding {
	var findings []finding
	for _, typeName := range objectTypes(s.schema) {
		if at := places()[typeName]; at.about.Type == typeName {
			document := withID + probe(s.schema, f, arguments) + " }"
			findings = append(findings, s.probe("Query."+f.Name, at, at.needs, document)...)
		}
	}
	return findings
}

// ownersOfIDs holds external ids to showing a key those whose owners it may read.
func (s *served) ownersOfIDs() []finding {
	const document = `{ externalIds(first: 500) { owner { probe: __typename } } }`
	var findings []finding
	for scope, types := range readNeeds {
		if scope == "" {
			continue
		}
		got := s.ask(theOwner.limited([]string{scope}), document, nil)
		some := slices.ContainsFunc(types, func(typeName string) bool {
			_, stored := exampleOf(typeName)
			return stored && s.schema.Types[typeName].Fields.ForName("externalIds") != nil
		})
		others := 0
		walkJSON(got.data, func(name string, value any) {
			if needed, _ := needOf(fmt.Sprint(value)); name == "probe" && needed != scope {
				others++
			}
		})
		if there, _ := got.probed(); len(got.errors) > 0 || there != some || others > 0 {
			findings = append(findings, finding{"Query.externalIds", "its owner with " + scope, fmt.Sprintf("wants those that need it, %t, got %s", some, got.body)})
		}
	}
	return findings
}

// covered fails where something of the schema was not run, and says how much was.
func covered(t *testing.T, s *served) {
	var missed []string
	fields, roots := 0, 0
	count := func(total *int, typeName string, list ast.FieldList) {
		for _, f := range list {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			if *total++; !s.seen.has(typeName + "." + f.Name) {
				missed = append(missed, typeName+"."+f.Name)
			}
		}
	}
	for _, typeName := range objectTypes(s.schema) {
		count(&fields, typeName, s.schema.Types[typeName].Fields)
	}
	unseen := len(missed)
	for _, root := range []*ast.Definition{s.schema.Query, s.schema.Mutation, s.schema.Subscription} {
		count(&roots, root.Name, root.Fields)
	}
	t.Logf("rights: %d of %d fields, %d of %d roots", fields-unseen, fields, roots-(len(missed)-unseen), roots)
	for _, coordinate := range missed {
		t.Errorf("%s was not run", coordinate)
	}
}

// TestRightsTable holds the table to the schema: what it names is there.
func TestRightsTable(t *testing.T) {
	t.Parallel()
	schema := wholeSchema()
	var named []string
	for _, types := range readNeeds {
		named = append(named, types...)
	}
	for _, name := range sharedKinds {
		if _, ok := market.KindOf(name); !ok {
			t.Errorf("there is no kind %s", name)
		}
	}
	for _, typeName := range slices.Concat(named, slices.Collect(maps.Keys(pages)), slices.Collect(maps.Keys(nodeNeeds))) {
		if schema.Types[typeName] == nil {
			t.Errorf("there is no type %s", typeName)
		}
	}
	for root, names := range map[*ast.Definition][]string{
		schema.Query: slices.Collect(maps.Keys(queries)), schema.Mutation: slices.Collect(maps.Keys(mutations)),
		schema.Subscription: slices.Collect(maps.Keys(subscriptions)),
	} {
		for _, name := range names {
			if root.Fields.ForName(name) == nil {
				t.Errorf("there is no %s.%s", root.Name, name)
			}
		}
	}
	for coordinate := range fieldNeeds {
		typeName, name, _ := strings.Cut(coordinate, ".")
		if schema.Types[typeName].Fields.ForName(name) == nil {
			t.Errorf("there is no %s", coordinate)
		}
	}
}

// objectTypes are the schema's object types without its roots, sorted.
func objectTypes(schema *ast.Schema) []string {
	var names []string
	for name, t := range schema.Types {
		if t.Kind == ast.Object && !t.BuiltIn && t != schema.Query && t != schema.Mutation && t != schema.Subscription {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
