package resolvers_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// idKinds are the kinds of what an id names where neither its own name nor that of
// its input says so; "" where it is any text.
var idKinds = map[string]string{
	"AdjustmentInput.sourceId":                     "",
	"ExternalIDUpsertMutationInput.owner":          "Advert",
	"MetadataUpsertMutationInput.owner":            "Advert",
	"Query.prototypes.ids":                         "Prototype",
	"WebhookDryRunInput.subjectId":                 "Invoice",
	"Query.webhookEvents.subjectId":                "Advert",
	"ReturnShippedItemInput.lineItemId":            "RefundRequestLineItem",
	"ShipmentCreateMutationInput.postageCarrierId": "ShipmentCarrier",
	"ShipmentUpdateMutationInput.postageCarrierId": "ShipmentCarrier",
	"TaxonCreateOrUpdateMutationInput.parentId":    "Taxon",
	"WebhookTriggerMutationInput.subjectId":        "Advert",
	"Query.taxons.parentId":                        "Taxon",
	"Query.advertsWhere.retailerIds":               "Seller",
	"Query.sellersWhere.retailerIds":               "Seller",
}

// idKind is the kind of what an id names: as its name says, or else that of its input.
func idKind(within, name string) (string, bool) {
	if kind, ok := idKinds[within+"."+name]; ok {
		return kind, true
	}
	stem := name
	for _, end := range []string{"ToRemove", "WithDescendants", "s", "Id"} {
		stem = strings.TrimSuffix(stem, end)
	}
	if stem != "id" {
		kind := referred(strings.ToUpper(stem[:1]) + stem[1:])
		return kind, kind != ""
	}
	found := ""
	for _, kind := range append(market.Kinds(), market.Kind{Name: "Country"}, market.Kind{Name: "State"}) {
		if strings.HasPrefix(within, kind.Name) && len(kind.Name) > len(found) {
			found = kind.Name
		}
	}
	return found, found != ""
}

// slot is one id of an input, and the way to it.
type slot struct {
	way  []string
	kind string
	// known says that the test knows what the id names.
	known bool
	list  bool
}

// slots are the ids in the fields of an input and of the inputs below it, each
// input once on a way.
func slots(schema *ast.Schema, fields ast.FieldList, within string, way []string, passed ...string) []slot {
	var all []slot
	for _, f := range fields {
		here := append(slices.Clip(way), f.Name)
		t := schema.Types[f.Type.Name()]
		switch {
		case t.Name == "ID":
			kind, known := idKind(within, f.Name)
			all = append(all, slot{here, kind, known, f.Type.Elem != nil})
		case t.Kind == ast.InputObject && !slices.Contains(passed, t.Name):
			if f.Type.Elem != nil {
				here = append(here, "0")
			}
			all = append(all, slots(schema, t.Fields, t.Name, here, append(slices.Clip(passed), t.Name)...)...)
		}
	}
	return all
}

// with returns an input with an id in the place of a slot, and in between what
// the schema demands of the inputs on the way.
func (sl slot) with(schema *ast.Schema, input map[string]any, inputType, id string) map[string]any {
	whole := maps.Clone(input)
	sl.put(schema, whole, schema.Types[inputType].Fields, id)
	return whole
}

func (sl slot) put(schema *ast.Schema, at map[string]any, fields ast.FieldList, id string) {
	name, rest := sl.way[0], sl.way[1:]
	switch {
	case len(rest) == 0 && sl.list:
		at[name] = []any{id}
	case len(rest) == 0:
		at[name] = id
	default:
		t := schema.Types[fields.ForName(name).Type.Name()]
		below, isList := next(at[name])
		if below == nil {
			below = demanded(schema, t)
		}
		next := slot{way: rest, list: sl.list}
		if rest[0] == "0" {
			next.way, isList = rest[1:], true
		}
		next.put(schema, below, t.Fields, id)
		if at[name] = below; isList {
			at[name] = []any{below}
		}
	}
}

// next is a copy of the object that a value is, or that a list begins with.
func next(value any) (object map[string]any, isList bool) {
	switch v := value.(type) {
	case map[string]any:
		return maps.Clone(v), false
	case []any:
		if len(v) > 0 {
			first, _ := v[0].(map[string]any)
			return maps.Clone(first), true
		}
	}
	return nil, false
}

// demanded is an input with some value for each of its fields that must be given.
func demanded(schema *ast.Schema, t *ast.Definition) map[string]any {
	input := map[string]any{}
	for _, f := range t.Fields {
		if f.Type.NonNull && f.DefaultValue == nil {
			input[f.Name] = some(schema, t.Name, f)
		}
	}
	return input
}

// some is a value of a field of an input; ids are South Shop's own.
func some(schema *ast.Schema, within string, f *ast.FieldDefinition) any {
	t := schema.Types[f.Type.Name()]
	var value any = "2026-03-02"
	switch {
	case t.Kind == ast.InputObject:
		value = demanded(schema, t)
	case t.Kind == ast.Enum:
		value = t.EnumValues[0].Name
	case t.Name == "ID":
		kind, _ := idKind(within, f.Name)
		value = exampleID(kind, theSouth)
	case t.Name == "Int":
		value = 1
	case t.Name == "Boolean":
		value = true
	}
	if f.Type.Elem != nil {
		return []any{value}
	}
	return value
}

// foreignInputs holds the ids in a mutation's input to telling another seller nothing.
func (s *served) foreignInputs(name string) []finding {
	inputType := s.schema.Mutation.Fields.ForName(name).Arguments.ForName("input").Type.Name()
	input, before := mutations[name].inputFor(theSouth), s.committed()
	var findings []finding
	for _, sl := range slots(s.schema, s.schema.Types[inputType].Fields, inputType, nil, inputType) {
		where := name + " with " + strings.Join(sl.way, ".")
		if !sl.known {
			findings = append(findings, finding{where, "anybody", "the test does not know what it names"})
		}
		if _, stored := examples[sl.kind]; !stored || shared(sl.kind) {
			continue
		}
		ask := func(id string) reply {
			return s.ask(theSouth, s.changing(name), map[string]any{"input": sl.with(s.schema, input, inputType, id)})
		}
		foreign, nothing := exampleID(sl.kind, theNorth), id(sl.kind, nowhere)
		got, none := ask(foreign), ask(nothing)
		if strings.ReplaceAll(got.body, foreign, nothing) != none.body || !got.blames(sl.way) || s.committed() != before {
			findings = append(findings, finding{where, theSouth.name, fmt.Sprintf("got %s, and for nothing %s; unchanged: %t", got.body, none.body, s.committed() == before)})
		}
	}
	return findings
}

// blames reports whether a mutation was refused for what is at the end of a way.
func (r reply) blames(way []string) bool {
	p := r.payload()
	refused, _ := p["errors"].([]any)
	return len(r.errors) == 0 && (p["status"] == 404.0 || p["status"] == 422.0) && slices.ContainsFunc(refused, func(e any) bool {
		field, _ := e.(map[string]any)["field"].(string)
		return strings.HasSuffix("."+field, "."+snake(way[len(way)-1]))
	})
}

// snake is a name as the errors of mutations write it.
func snake(name string) string {
	var text strings.Builder
	for _, letter := range name {
		if letter >= 'A' && letter <= 'Z' {
			text.WriteByte('_')
		}
		text.WriteString(strings.ToLower(string(letter)))
	}
	return text.String()
}

// foreignArguments holds the ids among a query's arguments to telling another seller nothing.
func (s *served) foreignArguments(f *ast.FieldDefinition) []finding {
	var fields ast.FieldList
	for _, a := range f.Arguments {
		fields = append(fields, &ast.FieldDefinition{Name: a.Name, Type: a.Type})
	}
	var findings []finding
	for _, sl := range slots(s.schema, fields, "Query."+f.Name, nil) {
		where := "Query." + f.Name + " with " + strings.Join(sl.way, ".")
		if !sl.known {
			findings = append(findings, finding{where, "anybody", "the test does not know what it names"})
		}
		if !owned(market.Ref{Type: sl.kind, Num: owner}) || shared(sl.kind) {
			continue
		}
		a := f.Arguments.ForName(sl.way[0])
		document := fmt.Sprintf("query($value: %s) { %s }", a.Type, probe(s.schema, f, "("+a.Name+": $value)"))
		ask := func(num int64) reply {
			given := map[string]any{}
			sl.put(s.schema, given, fields, id(sl.kind, num))
			return s.ask(theStranger, document, map[string]any{"value": given[a.Name]})
		}
		if got, none := ask(owner), ask(nowhere); got.body != none.body || got.leak(theStranger) != "" || len(got.errors) > 0 {
			findings = append(findings, finding{where, theStranger.name, "got " + got.body + ", and for nothing " + none.body})
		}
	}
	return findings
}
