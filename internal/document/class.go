package document

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// selects refuses a document that cannot select an entity of a type: some root
// field has to be given $id, be able to yield the type, and select something of it.
func (d *Documents) selects(p *Prepared, typeName string) gqlerror.List {
	class := d.schema.Types[typeName]
	if class == nil {
		return one(fault(CodeValidationFailed, ruleClassSelection, p.op.Position, "the schema has no type %s", typeName))
	}
	if p.change != nil {
		return d.subscribes(p, typeName)
	}
	var barren *ast.Field
	for _, root := range rootFields(p.op.SelectionSet) {
		if excluded(root.Directives) || !usesID(root.Arguments) || !d.yields(root, class) {
			continue
		}
		if len((&shaper{schema: d.schema}).entity(class, root)) > 0 {
			return nil
		}
		barren = root
	}
	if barren != nil {
		within := "... on " + typeName
		if isConnection(barren.Definition.Type.Name()) {
			within = "nodes"
		}
		err := fault(CodeValidationFailed, ruleClassSelection, barren.Position,
			"%q selects nothing of %s: write %s { … } in it", barren.Alias, article(typeName), within)
		err.Path = ast.Path{ast.PathName(barren.Alias)}
		return one(err)
	}
	return one(fault(CodeValidationFailed, ruleClassSelection, p.op.Position,
		"no root field selects %s by $id: write node(id: $id) { ... on %s { … } }", article(typeName), typeName))
}

// rootFields are the fields of an operation's own selection, through its fragments.
func rootFields(set ast.SelectionSet) (fields []*ast.Field) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			fields = append(fields, s)
		case *ast.InlineFragment:
			if !excluded(s.Directives) {
				fields = append(fields, rootFields(s.SelectionSet)...)
			}
		case *ast.FragmentSpread:
			if !excluded(s.Directives) {
				fields = append(fields, rootFields(s.Definition.SelectionSet)...)
			}
		}
	}
	return fields
}

// usesID reports whether an argument is $id or a list with it.
func usesID(arguments ast.ArgumentList) bool {
	for _, argument := range arguments {
		if isID(argument.Value) {
			return true
		}
		for _, item := range argument.Value.Children {
			if argument.Value.Kind == ast.ListValue && isID(item.Value) {
				return true
			}
		}
	}
	return false
}

// isID reports whether a value is the variable $id.
func isID(value *ast.Value) bool { return value.Kind == ast.Variable && value.Raw == "id" }

// yields reports whether a field, or a page of it, can hold the class.
func (d *Documents) yields(f *ast.Field, class *ast.Definition) bool {
	returned := d.schema.Types[f.Definition.Type.Name()]
	if entry := entryOf(returned); entry != "" {
		returned = d.schema.Types[entry]
	}
	return d.covers(returned, class)
}

// covers reports whether the class is one of a type's possible types.
func (d *Documents) covers(t, class *ast.Definition) bool {
	return t == class || t.IsAbstractType() && slices.Contains(d.schema.GetPossibleTypes(t), class)
}

// excluded reports whether @skip or @include take a selection away for good.
func excluded(directives ast.DirectiveList) bool {
	for name, taken := range map[string]string{"skip": "true", "include": "false"} {
		directive := directives.ForName(name)
		if directive == nil {
			continue
		}
		if argument := directive.Arguments.ForName("if"); argument != nil && argument.Value.Raw == taken {
			return true
		}
	}
	return false
}
