package documenttest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"
)

// Random draws a document for entities of a type. It is valid under the schema,
// save that names in it can be in each other's way, and that it may select nothing
// of the type. It selects nothing that two executions of one moment could differ in.
func Random(t *rapid.T, schema *ast.Schema, typeName string) string {
	return (&writer{T: t, schema: schema}).document(typeName)
}

// writer writes random documents that are valid under a schema.
type writer struct {
	*rapid.T
	schema  *ast.Schema
	aliases int
}

// document selects of a class at random.
func (w *writer) document(typeName string) string {
	class := w.schema.Types[typeName]
	var parts []string
	for range w.n("fragments", 1, 3) {
		switch w.n("form", 0, 3) {
		case 0:
			parts = append(parts, "__typename id")
		case 1: // on an interface, which other types have too
			parts = append(parts, "... on Node { "+w.alias()+"id __typename }")
		default:
			parts = append(parts, "... on "+typeName+w.condition()+" { "+w.selection(class, w.n("depth", 0, 3))+" }")
		}
	}
	root := "node(id: $id)"
	if rapid.Bool().Draw(w.T, "nodes") {
		root = "nodes(ids: [$id, \"nobody\"])"
	}
	return "query($id: ID!) { " + w.alias() + root + " { id " + strings.Join(parts, " ") + " } }"
}

func (w *writer) n(what string, low, high int) int { return rapid.IntRange(low, high).Draw(w.T, what) }

// alias is a new name for what follows, or none.
func (w *writer) alias() string {
	if w.n("alias", 0, 2) > 0 {
		return ""
	}
	w.aliases++
	return fmt.Sprintf("a%d: ", w.aliases)
}

// condition takes a selection away for good, or keeps it.
func (w *writer) condition() string {
	return rapid.SampledFrom([]string{"", "", "", " @include(if: true)", " @skip(if: false)", " @skip(if: true)"}).Draw(w.T, "condition")
}

// selection selects some fields of a type, to a depth.
func (w *writer) selection(t *ast.Definition, depth int) string {
	parts := []string{"__typename"}
	if t.Kind == ast.Union {
		for _, member := range w.schema.GetPossibleTypes(t) {
			if rapid.Bool().Draw(w.T, "member") {
				w.aliases++ // members of one name may be of several types
				parts = append(parts, fmt.Sprintf("... on %s { a%d: id }", member.Name, w.aliases))
			}
		}
		return strings.Join(parts, " ")
	}
	for range w.n("fields", 1, 8) {
		f := rapid.SampledFrom([]*ast.FieldDefinition(t.Fields)).Draw(w.T, "field")
		of := w.schema.Types[f.Type.Name()]
		if demanding(f) || strings.HasPrefix(f.Name, "__") || t == w.schema.Query && f.Name != "brands" || f.Name == "health" {
			continue
		}
		text := w.alias() + f.Name + w.condition()
		if !of.IsLeafType() {
			if depth == 0 {
				continue
			}
			text += " { " + w.selection(of, depth-1) + " }"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}

// demanding reports whether a field has an argument that must be given.
func demanding(f *ast.FieldDefinition) bool {
	return slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull && a.DefaultValue == nil })
}
