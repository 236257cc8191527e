package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/market"
)

// The names of what documents are warned of, stable for programs to compare.
const (
	ruleNoID       = "IDNotSelected"
	ruleNoTypename = "TypenameNotSelected"
)

// warnings say what receivers will miss of an entity that a document for its type
// selects: what tells which one it is, and of which kind.
func (d *Documents) warnings(p *Prepared, typeName string) []market.DocumentError {
	class := d.schema.Types[typeName]
	var first *ast.Field
	id, typename := false, false
	for _, root := range rootFields(p.op.SelectionSet) {
		if p.change == nil && (excluded(root.Directives) || !usesID(root.Arguments) || !d.yields(root, class)) {
			continue
		}
		if first == nil {
			first = root
		}
		s := &shaper{schema: d.schema}
		for _, c := range s.entity(class, root) {
			id = id || c.fields[0].Name == "id"
			typename = typename || c.fields[0].Name == "__typename"
		}
	}
	if first == nil {
		return nil
	}
	warn := func(rule, format string, args ...any) gqlerror.List {
		w := fault("", rule, first.Position, format, args...)
		if w.Path = (ast.Path{ast.PathName(first.Alias)}); p.text == market.DefaultDocument {
			w.Locations, w.Path = nil, nil // nobody wrote it
		}
		return one(w)
	}
	var list gqlerror.List
	if !id {
		list = append(list, warn(ruleNoID, "id is not selected: without it a receiver cannot tell which %s it is about", typeName)...)
	}
	if !typename {
		list = append(list, warn(ruleNoTypename, "__typename is not selected: with it a receiver of several classes can tell them apart")...)
	}
	return documentErrors(list)
}

// entity are the fields that a root field selects of an entity of a class, through
// the pages and edges, or the change, around it.
func (s *shaper) entity(class *ast.Definition, root *ast.Field) []*collected {
	types, sets := s.schema.Types[root.Definition.Type.Name()], []ast.SelectionSet{root.SelectionSet}
	var found []*collected
	if root.ObjectDefinition == s.schema.Subscription {
		for _, c := range s.collect(types, sets) {
			if definition := c.fields[0].Definition; definition != nil && definition.Type.Name() == class.Name {
				found = append(found, s.collect(class, below(c.fields))...)
			}
		}
		return found
	}
	if !isConnection(types.Name) {
		return s.collect(class, sets)
	}
	for _, c := range s.collect(types, sets) {
		switch c.fields[0].Name {
		case "nodes":
			found = append(found, s.collect(class, below(c.fields))...)
		case "edges":
			edge := s.schema.Types[c.fields[0].Definition.Type.Name()]
			for _, inner := range s.collect(edge, below(c.fields)) {
				if inner.fields[0].Name == "node" {
					found = append(found, s.collect(class, below(inner.fields))...)
				}
			}
		}
	}
	return found
}
