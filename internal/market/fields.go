package market

import (
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"
)

// plan is how the fields of one entity type are compared and named.
type plan []planned

type planned struct {
	index []int
	// names are the schema fields that show the attribute; none where a change
	// of it is stored but is no change for anyone.
	names []string
}

var plans sync.Map // reflect.Type → plan

// planOf reads a type's fields once. An attribute is named as in the schema:
// its own name in lower camel case, without the "ID" of a reference; the tag
// `changed:"a,b"` names others, `changed:"-"` none.
func planOf(t reflect.Type) plan {
	if p, ok := plans.Load(t); ok {
		return p.(plan)
	}
	var p plan
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("changed")
		if f.Anonymous || !f.IsExported() {
			continue
		}
		var names []string
		switch {
		case !tagged:
			names = []string{lowerCamel(attributeName(f))}
		case tag != "-":
			names = strings.Split(tag, ",")
		}
		p = append(p, planned{index: f.Index, names: names})
	}
	plans.Store(t, p)
	return p
}

// attributeName is the field's name without the "ID" of a reference to another entity.
func attributeName(f reflect.StructField) string {
	if f.Type == reflect.TypeFor[int64]() || f.Type == reflect.TypeFor[*int64]() {
		return strings.TrimSuffix(f.Name, "ID")
	}
	return f.Name
}

// difference names the schema fields in which two entities of one type differ.
func difference(a, b Entity) []string {
	var names []string
	left, right := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for _, f := range planOf(left.Type()) {
		if !equal(left.FieldByIndex(f.index), right.FieldByIndex(f.index)) {
			names = append(names, f.names...)
		}
	}
	return names
}

// sameRow reports whether two entities of one type are equal in all that is stored.
func sameRow(a, b Entity) bool {
	left, right := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem()
	for _, f := range planOf(left.Type()) {
		if !equal(left.FieldByIndex(f.index), right.FieldByIndex(f.index)) {
			return false
		}
	}
	return true
}

// fieldNames names every schema field of an entity's row.
func fieldNames(e Entity) []string {
	var names []string
	for _, f := range planOf(reflect.TypeOf(e).Elem()) {
		names = append(names, f.names...)
	}
	return names
}

// ChangedNames returns every name that Change.Changed can hold because of an
// entity's own row, for tests that hold them against the schema.
func (k Kind) ChangedNames() []string { return fieldNames(k.New()) }

// equal compares two attributes; times by instant, an empty list like none.
func equal(a, b reflect.Value) bool {
	switch x := a.Interface().(type) {
	case time.Time:
		return x.Equal(b.Interface().(time.Time))
	case *time.Time:
		y := b.Interface().(*time.Time)
		return x == y || x != nil && y != nil && x.Equal(*y)
	}
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// lowerCamel turns a Go name into a schema name: "URLSlug" is "urlSlug", "ExternalID" "externalId".
func lowerCamel(name string) string {
	in := []rune(name)
	out := make([]rune, len(in))
	for i, r := range in {
		startsWord := i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(in[i-1]) || i+1 < len(in) && unicode.IsLower(in[i+1]))
		if startsWord {
			out[i] = r
		} else {
			out[i] = unicode.ToLower(r)
		}
	}
	return string(out)
}
