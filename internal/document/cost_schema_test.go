package document_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/document"
)

// TestCostOfEveryField costs each field of the schema that gives objects, with
// one leaf below: a page costs the leaf as often as it is long, a list ten times.
func TestCostOfEveryField(t *testing.T) {
	t.Parallel()
	d := checker(t)
	pages, lists := 0, 0
	for _, parent := range d.Schema().Types {
		for _, f := range parent.Fields {
			given := d.Schema().Types[f.Type.Name()]
			if parent.Kind != ast.Object || parent.BuiltIn || strings.HasPrefix(f.Name, "__") || !given.IsCompositeType() {
				continue
			}
			paged := f.Arguments.ForName("first") != nil
			within := strings.HasSuffix(parent.Name, "Connection") || strings.HasSuffix(parent.Name, "Edge")
			want := 1 + 1
			switch {
			case parent == d.Schema().Query && f.Name == "nodes":
			case within:
				want = 1 // The page that it is on has been counted already.
			case paged:
				pages++
				want = 1 + 7
			case f.Type.Elem != nil:
				lists++
				want = 1 + 10
			}
			if strings.HasSuffix(given.Name, "Connection") && !paged {
				t.Errorf("%s.%s is a connection without first", parent.Name, f.Name)
			}
			if got := costOf(d, parent, f, 7); got != want {
				t.Errorf("%s.%s with a page of 7 costs %d, want %d", parent.Name, f.Name, got, want)
			}
		}
	}
	if pages < 30 || lists < 20 {
		t.Errorf("the schema has %d connections and %d lists", pages, lists)
	}
}

// TestCostGrowsWithDepth nests lists and pages in one another: each multiplies what is below.
func TestCostGrowsWithDepth(t *testing.T) {
	t.Parallel()
	d := checker(t)
	text, want := "id", 1
	for _, level := range []struct {
		open, end string
		times     int
	}{
		{"shippedItems {", "}", 10},
		{"shipments {", "}", 10},
		{"lineItems {", "}", 10},
		{"invoices(first: 3) { nodes {", "} }", 3},
		{`updatedOrders(updatedSince: "2020-01-01", last: 4) { nodes {`, "} }", 4},
	} {
		text, want = level.open+" "+text+" "+level.end, 1+level.times*want
	}
	if got := d.Cost(operation(t, d, "{ "+text+" }"), nil); got != want || want < 4*3*10*10*10 {
		t.Errorf("%s costs %d, want %d", text, got, want)
	}
	const names = "{ taxons(first: 500) { nodes { children(first: 500) { nodes { __typename } } } } }"
	if got := d.Cost(operation(t, d, names), nil); got != 1+500*(1+500) {
		t.Errorf("%s costs %d: entries cost something, whatever little is selected of them", names, got)
	}
}

// costOf is the cost of a field with a leaf below, and a page of a length where it takes one.
func costOf(d *document.Documents, parent *ast.Definition, f *ast.FieldDefinition, page int) int {
	leaf := &ast.Field{Name: "__typename", Alias: "leaf", ObjectDefinition: d.Schema().Types[f.Type.Name()]}
	field := &ast.Field{Name: f.Name, Alias: f.Name, Definition: f, ObjectDefinition: parent, SelectionSet: ast.SelectionSet{leaf}}
	if f.Arguments.ForName("first") != nil {
		field.Arguments = ast.ArgumentList{{Name: "first", Value: &ast.Value{Kind: ast.IntValue, Raw: strconv.Itoa(page)}}}
	}
	return d.Cost(&ast.OperationDefinition{Operation: ast.Query, SelectionSet: ast.SelectionSet{field}}, nil)
}
