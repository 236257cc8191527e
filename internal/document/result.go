package document

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxResult bounds the fields of a result. A document has fewer (Limits.Fields), but
// what it selects on an interface belongs to each of the types behind it.
const maxResult = 20_000

// result is what one place of a result can hold, computed from document and
// schema. It is shared by the places that select the same, and never changed.
type result struct {
	nullable bool
	// elem is what a list holds, and most how many of it are expected at most; nil where it is no list.
	elem *result
	most int
	// leaf is the scalar or enum of a value.
	leaf *ast.Definition
	// name is the type of an object, an interface or a union; variants are what it can be.
	name     string
	variants []*variant
}

// variant is an object that some types give in the same way. One that is open has
// fields that are not listed, since there would be too many of them.
type variant struct {
	types  []string
	fields []member
	open   bool
}

// member is what an object holds under one name of the response.
type member struct {
	name string
	// selected is the field as the document selects it; nil for __typename.
	selected *ast.FieldDefinition
	// of is what it holds; nil for __typename, which is one of the variant's types.
	of *result
}

// resultOf is the result that a document gives for entities of a type:
// what is found by $id alone is one of them.
func (d *Documents) resultOf(p *Prepared, typeName string) *result {
	s := &shaper{
		schema: d.schema, class: d.schema.Types[typeName], left: maxResult,
		coster: &coster{schema: d.schema, variables: map[string]any{"id": ""}}, known: map[string]*result{},
	}
	root := d.schema.Query
	if p.op.Operation == ast.Subscription {
		root = d.schema.Subscription
	}
	return &result{nullable: true, name: root.Name, variants: s.variants([]*ast.Definition{root}, []ast.SelectionSet{p.op.SelectionSet}, 0)}
}

// shaper finds the result of one document.
type shaper struct {
	schema *ast.Schema
	class  *ast.Definition
	coster *coster
	known  map[string]*result
	left   int
}

// collected are the fields of the document that answer under one name.
type collected struct {
	name   string
	fields []*ast.Field
}

// collect gathers what selection sets select of an object type, in the order of
// the response (GraphQL, section 6.3.2). Conditions are constants: no variable is a Boolean.
func (s *shaper) collect(object *ast.Definition, sets []ast.SelectionSet) []*collected {
	var list []*collected
	byName, spread := map[string]*collected{}, map[string]bool{}
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch sel := selection.(type) {
			case *ast.Field:
				if excluded(sel.Directives) {
					continue
				}
				c := byName[sel.Alias]
				if c == nil {
					c = &collected{name: sel.Alias}
					byName[sel.Alias], list = c, append(list, c)
				}
				c.fields = append(c.fields, sel)
			case *ast.InlineFragment:
				if !excluded(sel.Directives) && s.applies(sel.TypeCondition, object) {
					walk(sel.SelectionSet)
				}
			case *ast.FragmentSpread:
				if !excluded(sel.Directives) && !spread[sel.Name] && s.applies(sel.Definition.TypeCondition, object) {
					spread[sel.Name] = true
					walk(sel.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return list
}

// applies reports whether a type condition holds for an object type.
func (s *shaper) applies(condition string, object *ast.Definition) bool {
	if condition == "" || condition == object.Name {
		return true
	}
	on := s.schema.Types[condition]
	return on.IsAbstractType() && slices.Contains(s.schema.GetPossibleTypes(on), object)
}

// variants are what objects of some types give for selection sets, those that
// give the same together. page is the length of the page that they are part of.
func (s *shaper) variants(types []*ast.Definition, sets []ast.SelectionSet, page int) []*variant {
	var list []*variant
	byKey := map[string]*variant{}
	for _, t := range types {
		v := s.variant(t, sets, page)
		var key strings.Builder
		fmt.Fprint(&key, v.open)
		for _, m := range v.fields {
			fmt.Fprintf(&key, " %s:%p", m.name, m.of)
		}
		if same := byKey[key.String()]; same != nil {
			same.types = append(same.types, t.Name)
			s.left += len(v.fields)
			continue
		}
		byKey[key.String()], list = v, append(list, v)
	}
	return list
}

// variant is what one object type gives for selection sets.
func (s *shaper) variant(object *ast.Definition, sets []ast.SelectionSet, page int) *variant {
	fields := s.collect(object, sets)
	v := &variant{types: []string{object.Name}}
	if s.left -= len(fields); s.left < 0 {
		v.open = true
		return v
	}
	for _, c := range fields {
		first := c.fields[0]
		if first.Name == "__typename" {
			v.fields = append(v.fields, member{name: c.name})
			continue
		}
		definition := object.Fields.ForName(first.Name)
		v.fields = append(v.fields, member{c.name, first.Definition, s.place(definition.Type, c.fields, page)})
	}
	return v
}

// place is what a field of a type holds. Equal selections of one type are one result.
func (s *shaper) place(t *ast.Type, fields []*ast.Field, page int) *result {
	first := fields[0]
	if isConnection(t.Name()) {
		page = s.coster.page(first)
	} else if !wraps(first) {
		page = s.coster.times(first)
	}
	key := fmt.Sprint(t.String(), " ", page)
	if len(first.SelectionSet) > 0 {
		for _, f := range fields {
			key += fmt.Sprintf(" %p", f)
		}
	}
	if s.known[key] == nil {
		s.known[key] = s.typed(t, fields, page)
	}
	return s.known[key]
}

// typed is a result that is not known yet.
func (s *shaper) typed(t *ast.Type, fields []*ast.Field, page int) *result {
	made := &result{nullable: !t.NonNull}
	if t.Elem != nil {
		made.elem, made.most = s.typed(t.Elem, fields, page), page
		return made
	}
	definition := s.schema.Types[t.NamedType]
	if definition.IsLeafType() {
		made.leaf = definition
		return made
	}
	made.name = definition.Name
	made.variants = s.variants(s.possible(definition, fields[0]), below(fields), page)
	return made
}

// below are the selection sets of fields.
func below(fields []*ast.Field) []ast.SelectionSet {
	sets := make([]ast.SelectionSet, len(fields))
	for i, f := range fields {
		sets[i] = f.SelectionSet
	}
	return sets
}

// possible are the object types that a field can give, sorted.
func (s *shaper) possible(definition *ast.Definition, f *ast.Field) []*ast.Definition {
	if !definition.IsAbstractType() {
		return []*ast.Definition{definition}
	}
	possible := s.schema.GetPossibleTypes(definition)
	if f.ObjectDefinition == s.schema.Query && definition.Name == "Node" && len(f.Arguments) > 0 && onlyID(f.Arguments) && slices.Contains(possible, s.class) {
		return []*ast.Definition{s.class}
	}
	return slices.SortedFunc(slices.Values(possible), func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
}
