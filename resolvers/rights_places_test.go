package resolvers_test

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/market"
)

// spot is where a document finds objects of a type.
type spot struct {
	// open and close are the document around a selection from the type.
	open, close string
	// needs are the scopes of what the document passes on the way, the type's own among them.
	needs []string
	// about is the entity whose id the document takes; none where it starts with a list.
	about market.Ref
}

// document selects from the objects.
func (p spot) document(selection string) string { return p.open + selection + p.close }

// below is the spot of what a field of the objects gives, or of those of it
// that are of one type.
func (p spot) below(field, on string, scopes ...string) spot {
	open, end := field+" { ", " }"
	if on != "" {
		open, end = open+"... on "+on+" { ", " }"+end
	}
	p.open, p.close, p.needs = p.open+open, end+p.close, union(p.needs, scopes...)
	return p
}

// union adds scopes to a set; "" is none.
func union(scopes []string, more ...string) []string {
	all := slices.Clone(scopes)
	for _, scope := range more {
		if scope != "" && !slices.Contains(all, scope) {
			all = append(all, scope)
		}
	}
	slices.Sort(all)
	return all
}

// exampleOf is the owner's example of a type, or the one it shares with all.
func exampleOf(typeName string) (market.Ref, bool) {
	switch typeName {
	case "Country":
		return market.Ref{Type: typeName, Num: market.CountryByCode("AU").Num}, true
	case "State":
		return market.Ref{Type: typeName, Num: market.StateByCode("AU-VIC").Num}, true
	}
	kind, ok := market.KindOf(typeName)
	if !ok {
		return market.Ref{}, false
	}
	if shared(kind.Name) {
		return market.Ref{Type: typeName, Num: house}, true
	}
	return market.Ref{Type: typeName, Num: owner}, true
}

// owned reports whether an entity is the owner's alone.
func owned(ref market.Ref) bool {
	return ref.Num >= owner && ref.Type != "Country" && ref.Type != "State"
}

// places are, for each object type that can be read, a spot to find one: node(id:)
// where the type has it, else the nearest below a root field, or else the nearest
// below node(id:).
var places = sync.OnceValue(func() map[string]spot {
	byID := map[string]spot{}
	for _, t := range wholeSchema().PossibleTypes["Node"] {
		if ref, ok := exampleOf(t.Name); ok {
			byID[t.Name] = nodePlace(ref)
		}
	}
	return placesFrom(wholeSchema(), byID)
})

// wholeSchema is the schema as it is; nobody changes it.
func wholeSchema() *ast.Schema { return graph.NewExecutableSchema(graph.Config{}).Schema() }

// placesFrom finds places beside those that are known, the nearest to a list of the root first.
func placesFrom(schema *ast.Schema, known map[string]spot) map[string]spot {
	found := maps.Clone(known)
	found["Query"] = spot{open: "{ ", close: " }"}
	var queue []string
	reach := func(typeName string, p spot) {
		if _, known := found[typeName]; !known {
			found[typeName] = p
			queue = append(queue, typeName)
		}
	}
	for _, f := range schema.Query.Fields {
		if root := queries[f.Name]; root.about == "" {
			reachBelow(schema, found["Query"], f, root.arguments, reach)
		}
	}
	for queue = append(queue, slices.Sorted(maps.Keys(known))...); len(queue) > 0; queue = queue[1:] {
		for _, f := range schema.Types[queue[0]].Fields {
			reachBelow(schema, found[queue[0]], f, "", reach)
		}
	}
	return found
}

// nodePlace is where node(id:) gives an entity.
func nodePlace(ref market.Ref) spot {
	scope, _ := needOf(ref.Type)
	return spot{
		open: withID + "node(id: $id) { ... on " + ref.Type + " { ", close: " } } }",
		needs: union(nil, scope, nodeNeeds[ref.Type]), about: ref,
	}
}

// reachBelow reaches the object types that a field of a spot gives.
func reachBelow(schema *ast.Schema, at spot, f *ast.FieldDefinition, arguments string, reach func(string, spot)) {
	given := schema.Types[f.Type.Name()]
	scope, _ := needOf(given.Name)
	switch {
	case strings.HasPrefix(f.Name, "__"):
	case given.Kind == ast.Object:
		reach(given.Name, at.below(f.Name+arguments, "", scope))
	case given.IsAbstractType() && given.Name != "Node":
		for _, member := range schema.GetPossibleTypes(given) {
			needed, _ := needOf(member.Name)
			reach(member.Name, at.below(f.Name+arguments, member.Name, scope, needed))
		}
	}
}

// leaves selects the plain fields of a type that take no argument and need no
// scope of their own; of a union or an interface, the ids of its types.
func leaves(schema *ast.Schema, t *ast.Definition) string {
	names := []string{"__typename"}
	for _, f := range t.Fields {
		if plain(schema, f) && fieldNeeds[t.Name+"."+f.Name] == "" && (t.Kind == ast.Object || f.Name == "id") {
			names = append(names, f.Name)
		}
	}
	if t.Kind == ast.Union {
		for _, member := range schema.GetPossibleTypes(t) {
			names = append(names, "... on "+member.Name+" { id }")
		}
	}
	return strings.Join(names, " ")
}

// plain reports whether a field is a leaf that can be selected as it is.
func plain(schema *ast.Schema, f *ast.FieldDefinition) bool {
	return schema.Types[f.Type.Name()].IsLeafType() && !strings.HasPrefix(f.Name, "__") && !demanding(f)
}

// demanding reports whether a field has an argument that must be given.
func demanding(f *ast.FieldDefinition) bool {
	return slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
}

// probe selects a field, under the name "probe", with the leaves of what it gives.
func probe(schema *ast.Schema, f *ast.FieldDefinition, arguments string) string {
	text := "probe: " + f.Name + arguments
	given := schema.Types[f.Type.Name()]
	if given.IsLeafType() {
		return text
	}
	if entry, isPage := pages[given.Name]; isPage {
		return text + " { totalCount nodes { " + leaves(schema, schema.Types[entry]) + " } }"
	}
	return text + " { " + leaves(schema, given) + " }"
}

// switches are the boolean arguments of a field, all true; "" where it has none.
func switches(f *ast.FieldDefinition) string {
	var on []string
	for _, a := range f.Arguments {
		if a.Type.Name() == "Boolean" {
			on = append(on, a.Name+": true")
		}
	}
	if on == nil {
		return ""
	}
	return "(" + strings.Join(on, ", ") + ")"
}
