package filter

import (
	"encoding/json"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Kind is what a value is.
type Kind int

// The kinds of values.
const (
	// Any is JSON of whatever form.
	Any Kind = iota
	Bool
	Int
	Double
	String
	List
	Object
)

// Type is what one place of the data can hold. Types form a graph without circles.
type Type struct {
	Kind     Kind
	Nullable bool
	// Name is that of an object's type or of an enum, for messages.
	Name string
	// Fields are those of an object, each nullable where it can be absent.
	Fields map[string]*Type
	// Elem is what a list holds, and Most how many of it are expected at most.
	Elem *Type
	Most int
	// Values are the only ones that a string can have; none: any.
	Values []string
}

// provider tells the checker the objects of the data, and the evaluation how to
// read their fields: a field of null is null, and numbers are what their type says.
type provider struct {
	types.Provider
	names   map[*Type]string
	objects map[string]*Type
}

func newProvider(base types.Provider) *provider {
	return &provider{Provider: base, names: map[*Type]string{}, objects: map[string]*Type{}}
}

// cel is a type as the library has it.
func (p *provider) cel(t *Type) *types.Type {
	made := types.DynType
	switch t.Kind {
	case Bool:
		made = types.BoolType
	case Int:
		made = types.IntType
	case Double:
		made = types.DoubleType
	case String:
		made = types.StringType
	case List:
		made = types.NewListType(p.cel(t.Elem))
	case Object:
		return types.NewObjectType(p.name(t)) // objects can always be compared with null
	}
	if t.Nullable && t.Kind != Any {
		made = types.NewNullableType(made)
	}
	return made
}

// name is the name that an object's type goes by; no two share one.
func (p *provider) name(t *Type) string {
	if name := p.names[t]; name != "" {
		return name
	}
	name := t.Name
	for n := 2; p.objects[name] != nil; n++ {
		name = t.Name + "_" + strconv.Itoa(n)
	}
	p.names[t], p.objects[name] = name, t
	return name
}

// FindStructType finds the type of an object.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if p.objects[name] == nil {
		return p.Provider.FindStructType(name)
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

// FindStructFieldNames lists the fields of an object.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	t := p.objects[name]
	if t == nil {
		return p.Provider.FindStructFieldNames(name)
	}
	names := make([]string, 0, len(t.Fields))
	for field := range t.Fields {
		names = append(names, field)
	}
	return names, true
}

// FindStructFieldType finds a field of an object.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	t := p.objects[name]
	if t == nil {
		return p.Provider.FindStructFieldType(name, field)
	}
	of, found := t.Fields[field]
	if !found {
		return nil, false
	}
	get := func(target any) any {
		object, ok := target.(map[string]any)
		if !ok {
			return nil
		}
		return value(of, object[field])
	}
	return &types.FieldType{
		Type:    p.cel(of),
		IsSet:   func(target any) bool { return get(target) != nil },
		GetFrom: func(target any) (any, error) { return get(target), nil },
	}, true
}

// NewValue refuses to make objects; the check finds them before.
func (p *provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("no %s can be made", name)
}

// value is a decoded JSON value as its type says. Objects stay as they are, since
// their fields are read one by one.
func value(t *Type, raw any) any {
	switch raw := raw.(type) {
	case json.Number:
		return number(t.Kind, raw)
	case []any:
		if t.Kind == List && t.Elem.Kind != Object {
			return each(raw, func(item any) any { return value(t.Elem, item) })
		}
		if t.Kind == Any {
			return each(raw, func(item any) any { return value(t, item) })
		}
	case map[string]any:
		if t.Kind == Any {
			read := make(map[string]any, len(raw))
			for name, item := range raw {
				read[name] = value(t, item)
			}
			return read
		}
	}
	return raw
}

func each(list []any, f func(any) any) []any {
	made := make([]any, len(list))
	for i, item := range list {
		made[i] = f(item)
	}
	return made
}

// number is a JSON number as an int or a double; without a type, as it is written.
func number(kind Kind, n json.Number) any {
	if kind != Double {
		if i, err := n.Int64(); err == nil {
			return i
		}
	}
	f, err := n.Float64()
	if err != nil {
		return nil // beyond what numbers hold here
	}
	return f
}
