package document

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// TypeScopes tells which scope, as "resource:level", reading each type needs:
// what @scope says of it; of a page or its edge, what its entries need; of an
// interface or union, what all of its types need. Types without a need are absent.
func TypeScopes(schema *ast.Schema) map[string]string {
	scopes := map[string]string{}
	for name, definition := range schema.Types {
		if scope := directiveScope(definition.Directives); scope != "" {
			scopes[name] = scope
		}
	}
	for name, definition := range schema.Types {
		if scope := sharedScope(schema, definition, scopes); scope != "" {
			scopes[name] = scope
		}
	}
	for name, definition := range schema.Types {
		if entry := entryOf(definition); entry != "" && scopes[entry] != "" {
			scopes[name] = scopes[entry]
		}
	}
	return scopes
}

// directiveScope is the scope of a @scope directive, or "".
func directiveScope(directives ast.DirectiveList) string {
	directive := directives.ForName("scope")
	if directive == nil {
		return ""
	}
	arguments := directive.ArgumentMap(nil)
	resource, _ := arguments["resource"].(string)
	level, _ := arguments["level"].(string)
	return resource + ":" + level
}

// sharedScope is the scope that every type of an interface or union needs, or "".
func sharedScope(schema *ast.Schema, definition *ast.Definition, scopes map[string]string) string {
	if !definition.IsAbstractType() {
		return ""
	}
	shared := ""
	for i, possible := range schema.GetPossibleTypes(definition) {
		if i > 0 && scopes[possible.Name] != shared {
			return ""
		}
		shared = scopes[possible.Name]
	}
	return shared
}

// entryOf is the type of the entries of a page or an edge, or "".
func entryOf(definition *ast.Definition) string {
	name := "nodes"
	switch {
	case isEdge(definition.Name):
		name = "node"
	case !isConnection(definition.Name):
		return ""
	}
	if field := definition.Fields.ForName(name); field != nil {
		return field.Type.Name()
	}
	return ""
}

// RequiredScopes are the scopes, as "resource:level", that an operation needs
// whatever it finds, sorted. What hides behind an interface shows only as it runs.
func (d *Documents) RequiredScopes(op *ast.OperationDefinition) []string {
	needed := map[string]bool{}
	eachField(op.SelectionSet, func(f *ast.Field) {
		for _, scope := range d.fieldScopes(f) {
			needed[scope] = true
		}
	})
	return sorted(needed)
}

// fieldScopes are the scopes that a field needs whatever it finds; "" for none.
func (d *Documents) fieldScopes(f *ast.Field) []string {
	return []string{d.scopes[f.ObjectDefinition.Name], d.scopes[f.Definition.Type.Name()], directiveScope(f.Definition.Directives)}
}

// whereNeeded is the place of the first field of an operation that needs a scope.
func (d *Documents) whereNeeded(op *ast.OperationDefinition, scope string) *ast.Position {
	at := op.Position
	eachField(op.SelectionSet, func(f *ast.Field) {
		if at == op.Position && slices.Contains(d.fieldScopes(f), scope) {
			at = f.Position
		}
	})
	return at
}

// reach are the scopes that a document for entities of a type needs: those of
// what it selects and of the type, or every one that reading needs, where it is blind.
func (d *Documents) reach(op *ast.OperationDefinition, typeName string) []string {
	needed := map[string]bool{d.scopes[typeName]: true}
	for _, scope := range d.RequiredScopes(op) {
		needed[scope] = true
	}
	if d.blind(op) {
		for _, scope := range d.scopes {
			needed[scope] = true
		}
	}
	return sorted(needed)
}

// blind reports whether what a document reads shows only as it runs: entities by
// other ids than its subject's, external ids whoever has them, and what was
// rendered for other webhooks. It runs with all rights of its owner, so that
// nothing else holds back a key with fewer.
func (d *Documents) blind(op *ast.OperationDefinition) bool {
	found := false
	eachField(op.SelectionSet, func(f *ast.Field) {
		switch given := f.Definition.Type.Name(); {
		case f.ObjectDefinition.Name == "WebhookEvent" && f.Name == "payload":
			found = true
		case f.ObjectDefinition == d.schema.Query:
			found = found || given == "ExternalID" || given == "Node" && !onlyID(f.Arguments)
		}
	})
	return found
}

// onlyID reports whether arguments hold nothing but $id.
func onlyID(arguments ast.ArgumentList) bool {
	return !slices.ContainsFunc(arguments, func(a *ast.Argument) bool {
		return !isID(a.Value) && (a.Value.Kind != ast.ListValue || slices.ContainsFunc(a.Value.Children, func(item *ast.ChildValue) bool { return !isID(item.Value) }))
	})
}

// OperatorField is the first field of an operation that only the operator may call, or "".
func OperatorField(op *ast.OperationDefinition) (name string) {
	eachField(op.SelectionSet, func(f *ast.Field) {
		if name == "" && f.Definition.Directives.ForName("operator") != nil {
			name = f.Name
		}
	})
	return name
}

// Introspects reports whether an operation asks for the schema, and whether for nothing else.
func Introspects(op *ast.OperationDefinition) (some, only bool) {
	only = true
	eachField(op.SelectionSet, func(f *ast.Field) {
		switch {
		case isIntrospection(f.Name):
			some = true
		case f.Name != "__typename" && f.ObjectDefinition.Name[0] != '_':
			only = false
		}
	})
	return some, some && only
}

// isIntrospection tells the fields that lead into the schema; __typename does not.
func isIntrospection(name string) bool { return name == "__schema" || name == "__type" }

// deprecatedFields are the deprecated fields that an operation selects, as
// "Type.field: reason", sorted.
func deprecatedFields(op *ast.OperationDefinition) []string {
	found := map[string]bool{}
	eachField(op.SelectionSet, func(f *ast.Field) {
		if directive := f.Definition.Directives.ForName("deprecated"); directive != nil {
			reason, _ := directive.ArgumentMap(nil)["reason"].(string)
			found[f.ObjectDefinition.Name+"."+f.Name+": "+reason] = true
		}
	})
	return sorted(found)
}

// eachField calls visit with every field of a selection set and below; with
// those of a fragment once, however often it is spread.
func eachField(set ast.SelectionSet, visit func(*ast.Field)) {
	seen := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				visit(s)
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[s.Name] {
					seen[s.Name] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
}

// sorted are the keys of a set without the empty one; never nil.
func sorted(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		if key != "" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
