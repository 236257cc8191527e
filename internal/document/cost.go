package document

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The sizes that Cost assumes.
const (
	// defaultPage and maxPage are the page sizes of connections (contract marketplacer.md).
	defaultPage = 50
	maxPage     = 500
	// unpagedList is what a list without paging is taken to hold.
	unpagedList = 10
)

// Cost is the static cost of an operation: each field costs one and what is
// below it, a connection or a list that takes first as often as its page is long,
// nodes(ids:) as often as there are ids, and any other list of objects ten times. What only wraps the
// entries of a page costs nothing by itself, nor does __typename, which clients
// with a cache add to every selection; under an alias, which could be repeated, it
// costs what any field does. Introspection costs one, whatever is below it.
func (d *Documents) Cost(op *ast.OperationDefinition, variables map[string]any) int {
	c := &coster{schema: d.schema, variables: variables, fragments: map[string]int{}}
	return c.set(op.SelectionSet)
}

// coster costs one operation; each fragment once, however often it is spread.
type coster struct {
	schema    *ast.Schema
	variables map[string]any
	fragments map[string]int
}

// set costs a selection set.
func (c *coster) set(set ast.SelectionSet) int {
	cost := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			cost = add(cost, c.field(s))
		case *ast.InlineFragment:
			cost = add(cost, c.set(s.SelectionSet))
		case *ast.FragmentSpread:
			known, done := c.fragments[s.Name]
			if !done {
				known = c.set(s.Definition.SelectionSet)
				c.fragments[s.Name] = known
			}
			cost = add(cost, known)
		}
	}
	return cost
}

// field costs a field with all that is below it.
func (c *coster) field(f *ast.Field) int {
	switch {
	case f.Name == "__typename" && f.Alias == f.Name:
		return 0
	case strings.HasPrefix(f.Name, "__"):
		return 1
	case wraps(f):
		return c.set(f.SelectionSet)
	case len(f.SelectionSet) == 0:
		return 1
	}
	times, each := c.times(f), c.set(f.SelectionSet)
	if times > 1 {
		each = max(each, 1) // It is found, whatever little is selected of it.
	}
	return add(1, multiply(times, each))
}

// wraps reports whether a field only leads from a page to its entries.
func wraps(f *ast.Field) bool {
	switch f.Name {
	case "edges", "nodes", "pageInfo":
		return isConnection(f.ObjectDefinition.Name)
	case "node":
		return isEdge(f.ObjectDefinition.Name)
	}
	return false
}

// isConnection and isEdge tell the types of a page by their names, which are part of the contract.
func isConnection(typeName string) bool { return strings.HasSuffix(typeName, "Connection") }
func isEdge(typeName string) bool       { return strings.HasSuffix(typeName, "Edge") }

// times is how often what is below a field may be resolved.
func (c *coster) times(f *ast.Field) int {
	if isConnection(f.Definition.Type.Name()) || f.Definition.Arguments.ForName("first") != nil {
		return c.page(f)
	}
	if f.Definition.Type.Elem == nil {
		return 1
	}
	if f.ObjectDefinition == c.schema.Query && f.Name == "nodes" {
		return c.length(f.Arguments.ForName("ids"))
	}
	return unpagedList
}

// page is how long the page of a connection, or of a list that takes first, may be.
func (c *coster) page(f *ast.Field) int {
	page := 0
	for _, name := range []string{"first", "last"} {
		if argument := f.Arguments.ForName(name); argument != nil {
			page = max(page, c.number(argument.Value))
		}
	}
	if page == 0 {
		page = defaultPage
	}
	return min(page, maxPage)
}

// number reads a whole number from a literal or a variable; 0 where it is none.
func (c *coster) number(value *ast.Value) int {
	read, err := value.Value(c.variables)
	if err != nil {
		return 0
	}
	switch n := read.(type) {
	case int:
		return n
	case int64:
		return int(min(max(n, 0), maxPage))
	}
	return 0
}

// length is how many items a list argument has.
func (c *coster) length(argument *ast.Argument) int {
	if argument == nil {
		return 1
	}
	read, err := argument.Value.Value(c.variables)
	if items, ok := read.([]any); err == nil && ok {
		return max(len(items), 1)
	}
	return 1
}

// add and multiply stop at the largest number instead of overflowing.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func multiply(a, b int) int {
	if a != 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}
