package filter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/filter"
)

// anyType draws a type, objects to a depth.
func anyType(t *rapid.T, depth int) *filter.Type {
	made := &filter.Type{Nullable: rapid.Bool().Draw(t, "nullable")}
	kinds := []filter.Kind{filter.Bool, filter.Int, filter.Double, filter.String}
	if depth > 0 {
		kinds = append(kinds, filter.List, filter.Object, filter.Object)
	}
	switch made.Kind = rapid.SampledFrom(kinds).Draw(t, "kind"); made.Kind {
	case filter.List:
		made.Elem, made.Most = anyType(t, depth-1), 5
	case filter.Object:
		made.Name, made.Fields = "Thing", map[string]*filter.Type{}
		for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
			made.Fields[fmt.Sprint("f", i)] = anyType(t, depth-1)
		}
	}
	return made
}

// anyValue draws a JSON value of a type.
func anyValue(t *rapid.T, of *filter.Type) any {
	if of.Nullable && rapid.Bool().Draw(t, "null") {
		return nil
	}
	switch of.Kind {
	case filter.Bool:
		return rapid.Bool().Draw(t, "bool")
	case filter.Int:
		return rapid.Int32().Draw(t, "int")
	case filter.Double:
		return rapid.Float64Range(-1e9, 1e9).Draw(t, "double")
	case filter.String:
		return rapid.StringN(0, 5, -1).Draw(t, "string")
	case filter.List:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, anyValue(t, of.Elem))
		}
		return list
	}
	object := map[string]any{}
	for name, field := range of.Fields {
		object[name] = anyValue(t, field)
	}
	return object
}

// condition draws an expression of type bool about a value.
func condition(t *rapid.T, of *filter.Type, value string, vars int) string {
	pick := func(forms ...string) string {
		return strings.ReplaceAll(rapid.SampledFrom(forms).Draw(t, "form"), "$", value)
	}
	switch of.Kind {
	case filter.Bool:
		return pick("$", "!$", "$ == true", "($ ? 1 : 2) > 1", "$ != !$")
	case filter.Int:
		return pick("$ == 1", "$ < 5", "$ + 1 > 0", "$ - 1 != 2 * $", "-$ >= 0", "$ > 1.5", "double($) < 2.0", "string($) == '1'", "$ in [1, 2]", "[$].exists(x, x > 2)")
	case filter.Double:
		return pick("$ == 1.0", "$ < 5.0", "$ + 1.0 > 0.0", "$ * $ >= 0.0", "$ <= 3", "string($) != ''")
	case filter.String:
		return pick("$ == 'a'", "$ < 'b'", "$ + 'x' != 'y'", "size($) > 1", "$.size() > 1", "$.startsWith('a')", "$.contains($)", "$.matches('^a')", "$ in ['a', 'b']", "'a' in [$]")
	case filter.List:
		item := fmt.Sprint("v", vars)
		inner := condition(t, of.Elem, item, vars+1)
		return pick("size($) > 1", "$.size() == 0", "$.exists("+item+", "+inner+")", "$.all("+item+", "+inner+")", "$.filter("+item+", "+inner+").size() > 0",
			"$.exists_one("+item+", "+inner+")", "$.map("+item+", "+inner+").exists(x, x)", "["+condition(t, of.Elem, "$[0]", vars+1)+"].all(x, x)")
	}
	names := make([]string, 0, len(of.Fields))
	for i := range len(of.Fields) {
		names = append(names, fmt.Sprint("f", i))
	}
	name := rapid.SampledFrom(names).Draw(t, "name")
	if rapid.IntRange(0, 4).Draw(t, "here") == 0 {
		return pick("has($."+name+")", "$ == null", "$ != null", "$ == $")
	}
	return condition(t, of.Fields[name], value+"."+name, vars)
}

// TestCheckedFiltersMeetNoTypeTheyDoNotKnow evaluates filters that were accepted
// with data of the types that they were checked against.
func TestCheckedFiltersMeetNoTypeTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := &filter.Type{Kind: filter.Object, Nullable: true, Name: "Query", Fields: map[string]*filter.Type{"f0": anyType(t, 4), "f1": anyType(t, 3)}}
		text := condition(t, data, "data", 0)
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			text = rapid.SampledFrom([]string{"(%s) && (%s)", "(%s) || (%s)", "(%s) ? (%s) : false", "!(%s) || (%s)", "(%s) == (%s)"}).Draw(t, "logic") + ""
			text = fmt.Sprintf(text, condition(t, data, "data", 0), condition(t, data, "data", 0))
		}
		f, problems := filter.Compile(text, filter.Scope{Data: data, Class: "Thing", Events: []string{"update"}})
		if problems != nil && (problems[0].Rule == "FilterConstant" || strings.HasPrefix(problems[0].Message, "comprehension exceeds nesting limit")) {
			return // two of its conditions exclude each other, or it goes through lists of lists of lists
		}
		if problems != nil {
			t.Fatalf("%s: %v", text, problems)
		}
		payload, err := json.Marshal(map[string]any{"data": anyValue(t, data)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Match(payload, nil, "update"); err != nil {
			t.Fatalf("%s of %s: %v", text, payload, err)
		}
	})
}
