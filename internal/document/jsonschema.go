package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxDescribed is how large a JSON Schema may be with the descriptions of its
// fields, in bytes. Beyond, it says what is there and leaves the rest to the API's schema.
const maxDescribed = 1 << 20

// schemaBytes bounds the memory of the JSON Schemas that are kept.
const schemaBytes = 16 << 20

// typedSchema writes the JSON Schema (draft 2020-12) of results. Each object and
// each enum is a definition of its own, so that generated types have names, and
// selections that are equal are written once.
type typedSchema struct {
	described bool
	// refs are the references to what is written already, and names how many definitions have a name.
	refs        map[*result]string
	byText      map[string]string
	names       map[string]int
	definitions []definition
}

// definition is an entry of $defs.
type definition struct{ name, text string }

func newTypedSchema(described bool) *typedSchema {
	return &typedSchema{described: described, refs: map[*result]string{}, byText: map[string]string{}, names: map[string]int{}}
}

// define returns a reference to a definition; equal ones are one.
func (s *typedSchema) define(name, text string) string {
	key := name + " " + text
	if ref, known := s.byText[key]; known {
		return ref
	}
	s.names[name]++
	numbered := name
	if n := s.names[name]; n > 1 {
		numbered = name + "_" + strconv.Itoa(n)
	}
	s.definitions = append(s.definitions, definition{numbered, text})
	s.byText[key] = `"$ref":"#/$defs/` + numbered + `"`
	return s.byText[key]
}

// defs is the object of all definitions.
func (s *typedSchema) defs() []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, d := range s.definitions {
		if i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `"%s":%s`, d.name, d.text)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// of are the keywords of a result, without braces; none where anything goes.
func (s *typedSchema) of(r *result) string {
	switch {
	case r.elem != nil:
		return kind("array", r.nullable) + `,"items":{` + s.of(r.elem) + `}`
	case r.leaf != nil && r.leaf.Kind == ast.Enum:
		return orNull(s.enum(r.leaf), r.nullable)
	case r.leaf != nil:
		return s.scalar(r.leaf.Name, r.nullable)
	}
	ref, known := s.refs[r]
	if !known {
		ref = s.object(r)
		s.refs[r] = ref
	}
	return orNull(ref, r.nullable)
}

// kind is the keyword type.
func kind(name string, nullable bool) string {
	if nullable {
		return `"type":["` + name + `","null"]`
	}
	return `"type":"` + name + `"`
}

// orNull are keywords that let null pass too.
func orNull(keywords string, nullable bool) string {
	if nullable {
		return `"anyOf":[{` + keywords + `},{"type":"null"}]`
	}
	return keywords
}

// enum refers to an enum.
func (s *typedSchema) enum(definition *ast.Definition) string {
	values := make([]string, len(definition.EnumValues))
	for i, v := range definition.EnumValues {
		values[i] = v.Name
	}
	return s.define(definition.Name, `{`+s.text(definition.Description)+kind("string", false)+`,"enum":`+texts(values)+`}`)
}

// scalar are the keywords of a scalar, by how internal/scalar writes it.
func (s *typedSchema) scalar(name string, nullable bool) string {
	switch name {
	case "Int":
		return kind("integer", nullable)
	case "Float":
		return kind("number", nullable)
	case "Boolean":
		return kind("boolean", nullable)
	case "ISO8601DateTime":
		return kind("string", nullable) + `,"format":"date-time"`
	case "ISO8601Date":
		return kind("string", nullable) + `,"format":"date"`
	case "Decimal":
		return kind("string", nullable) + `,"pattern":"^[+-]?[0-9]+(\\.[0-9]+)?$"`
	case "String", "ID":
		return kind("string", nullable)
	}
	return ""
}

// object refers to an object, or to what an interface or union can be.
func (s *typedSchema) object(r *result) string {
	if len(r.variants) == 1 {
		return s.variant(r, r.variants[0])
	}
	var out bytes.Buffer
	for i, v := range r.variants {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(`{` + s.variant(r, v) + `}`)
	}
	return `"anyOf":[` + out.String() + `]`
}

// variant refers to one object.
func (s *typedSchema) variant(r *result, v *variant) string {
	name := r.name
	if len(v.types) == 1 {
		name = v.types[0]
	}
	if v.open {
		return s.define(name, `{"type":"object"}`)
	}
	var out bytes.Buffer
	names := make([]string, len(v.fields))
	for i, m := range v.fields {
		if names[i] = m.name; i > 0 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `"%s":{%s}`, m.name, s.member(v, m))
	}
	slices.Sort(names)
	return s.define(name, `{"type":"object","properties":{`+out.String()+`},"required":`+texts(names)+`,"additionalProperties":false}`)
}

// member are the keywords of a field.
func (s *typedSchema) member(v *variant, m member) string {
	if m.of == nil {
		return s.text("Name of the object's type.") + kind("string", false) + `,"enum":` + texts(v.types)
	}
	about := s.text(m.selected.Description)
	if m.selected.Directives.ForName("deprecated") != nil {
		about += `"deprecated":true,`
	}
	if keywords := s.of(m.of); keywords != "" {
		return about + keywords
	}
	return about[:max(len(about)-1, 0)]
}

// text is the keyword description with a comma behind it, or nothing.
func (s *typedSchema) text(description string) string {
	if !s.described || description == "" {
		return ""
	}
	return `"description":` + quoted(description) + `,`
}

// texts is a JSON array of strings.
func texts(items []string) string {
	var out bytes.Buffer
	out.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(quoted(item))
	}
	out.WriteByte(']')
	return out.String()
}

// quoted is a JSON string, with characters as they are.
func quoted(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return `""` // a string always encodes
	}
	return string(bytes.TrimSpace(out.Bytes()))
}
