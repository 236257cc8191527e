package resolvers_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/vektah/gqlparser/v2/ast"
)

// place is where a value stands in an input.
type place struct {
	// path has the names of fields and the indexes of items.
	path []any
	// of is the type of the value.
	of *ast.Type
	// at names the field, such as "AdvertInput.title", also for items of its list.
	at string
	// value is the valid one.
	value any
}

func (p place) field(owner string, f *ast.FieldDefinition) place {
	return place{path: append(slices.Clone(p.path), f.Name), of: f.Type, at: owner + "." + f.Name}
}

func (p place) item(i int) place {
	return place{path: append(slices.Clone(p.path), i), of: p.of.Elem, at: p.at}
}

// String is the path, such as "attributes.variants.0.sku".
func (p place) String() string { return dotted(p.path) }

// isItem reports whether the value is an item of a list.
func (p place) isItem() bool { return len(p.path) > 0 && isIndex(p.path[len(p.path)-1]) }

func isIndex(step any) bool { _, ok := step.(int); return ok }

// told is the place as errors of a payload name it: in snake case, without the input's wrapper.
func (p place) told() string {
	path := slices.Clone(p.path)
	if len(path) > 1 && (path[0] == "attributes" || path[0] == "order") {
		path = path[1:]
	}
	if strings.HasPrefix(p.at, "CountryInput.") || strings.HasPrefix(p.at, "StateInput.") {
		path = path[:len(path)-1] // the fields of either name one thing together
	}
	return snakeCase(dotted(path))
}

// variable is the place as errors of variables name it, such as "$input.attributes.variants[0].sku".
func (p place) variable() string {
	var b strings.Builder
	b.WriteString("$input")
	for _, step := range p.path {
		if isIndex(step) {
			fmt.Fprintf(&b, "[%d]", step)
		} else {
			fmt.Fprintf(&b, ".%s", step)
		}
	}
	return b.String()
}

// keyOf is the place whichever items it is in, such as ".attributes.variants.sku".
func keyOf(path []any) string {
	var b strings.Builder
	for _, step := range path {
		if !isIndex(step) {
			fmt.Fprintf(&b, ".%s", step)
		}
	}
	return b.String()
}

func dotted(path []any) string {
	parts := make([]string, len(path))
	for i, step := range path {
		parts[i] = fmt.Sprint(step)
	}
	return strings.Join(parts, ".")
}

// steps reads a path that is written as "attributes.variants.0.sku".
func steps(text string) []any {
	var path []any
	for part := range strings.SplitSeq(text, ".") {
		if n, err := strconv.Atoi(part); err == nil {
			path = append(path, n)
		} else {
			path = append(path, part)
		}
	}
	return path
}

func snakeCase(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// absent is the value of a field that is left out.
var absent = new(struct{})

// put sets what stands at a path of a JSON value, and returns the whole; an item
// just behind a list's last is added to it.
func put(in any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	switch step := path[0].(type) {
	case int:
		itemsOf := in.([]any)
		if step == len(itemsOf) {
			return append(itemsOf, value)
		}
		itemsOf[step] = put(itemsOf[step], path[1:], value)
	case string:
		fields, ok := in.(map[string]any)
		if !ok {
			fields = map[string]any{}
		}
		if len(path) == 1 && value == any(absent) {
			delete(fields, step)
			return fields
		}
		fields[step] = put(fields[step], path[1:], value)
		return fields
	}
	return in
}
