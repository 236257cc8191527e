package document

import "github.com/vektah/gqlparser/v2/ast"

// NullVariable is the first variable of an operation that is null where its place
// needs a value, or "" for none. Validation lets only a variable with a default
// stand there, which a null takes away (GraphQL, section 6.4.1); without the
// default it would have been refused before.
func NullVariable(op *ast.OperationDefinition, variables map[string]any) (name string) {
	nullable := false
	for _, v := range op.VariableDefinitions {
		value, given := variables[v.Variable]
		nullable = nullable || given && value == nil && v.DefaultValue != nil
	}
	if !nullable {
		return ""
	}
	eachValue(op.SelectionSet, func(v *ast.Value) {
		value, given := variables[v.Raw]
		if name == "" && v.Kind == ast.Variable && given && value == nil && v.ExpectedType != nil && v.ExpectedType.NonNull {
			name = v.Raw
		}
	})
	return name
}

// eachValue calls visit with every value of a selection set and below, those of
// lists and objects included; with those of a fragment once, where it is tied to its spreads.
func eachValue(set ast.SelectionSet, visit func(*ast.Value)) {
	seen := map[string]bool{}
	arguments := func(list ast.ArgumentList) {
		for _, a := range list {
			valueAndBelow(a.Value, visit)
		}
	}
	directives := func(list ast.DirectiveList) {
		for _, d := range list {
			arguments(d.Arguments)
		}
	}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				arguments(s.Arguments)
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				directives(s.Directives)
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				directives(s.Directives)
				if s.Definition != nil && !seen[s.Name] {
					seen[s.Name] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
}

// valueAndBelow calls visit with a value and those in it.
func valueAndBelow(v *ast.Value, visit func(*ast.Value)) {
	visit(v)
	for _, child := range v.Children {
		valueAndBelow(child.Value, visit)
	}
}
