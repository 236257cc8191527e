package resolvers_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// flaw is a bad value of a place.
type flaw struct {
	why   string
	value any
	// field is what the refusal names, below the place; "": the place itself.
	field string
	// early says that the request is refused before anything runs.
	early bool
	// blunt says that it is so for every place of the kind, which proves nothing of this one.
	blunt bool
	// alike is a value that has to be answered in the same way, to the letter.
	alike any
}

// blunt is a flaw that every place of the kind has.
func blunt(why string, value any) flaw {
	return flaw{why: why, value: value, early: true, blunt: true}
}

// flaws are the bad values of a place.
func (tr *trying) flaws(p place) []flaw {
	def := tr.schema.Types[p.of.Name()]
	all := tr.missing(p)
	switch {
	case p.of.Elem != nil:
		return append(all, listFlaws(p)...)
	case def.Kind == ast.InputObject:
		return append(all, blunt("is text", "text"), blunt("has an unknown field", map[string]any{"pony": 1}))
	case def.Kind == ast.Enum:
		return append(all, blunt("is a number", 1), flaw{why: "is unknown", value: "PONY", early: true})
	}
	for _, v := range otherKinds[def.Name] {
		all = append(all, blunt("is no "+def.Name, v))
	}
	switch def.Name {
	case "ID":
		return append(all, tr.idFlaws(p)...)
	case "String":
		return append(all, textFlaws(p)...)
	}
	return append(all, valueFlaws(p, def.Name)...)
}

// missing are the ways in which a value is not there that has to be.
func (tr *trying) missing(p place) []flaw {
	if p.of.NonNull {
		all := []flaw{blunt("is null", nil)}
		if len(p.path) > 0 && !p.isItem() {
			all = append(all, blunt("is missing", absent))
		}
		return all
	}
	var all []flaw
	needs, keeps := slices.Contains(strings.Fields(tr.needs), p.String()), slices.Contains(strings.Fields(tr.keeps), p.String())
	if needs {
		all = append(all, flaw{why: "is missing", value: absent})
	}
	if needs || keeps {
		all = append(all, flaw{why: "is null", value: nil})
	}
	if (needs || keeps) && p.of.Name() == "String" {
		all = append(all, flaw{why: "is blank", value: " \t"})
	}
	return all
}

// otherKinds are JSON values that are none of a scalar.
var otherKinds = map[string][]any{
	"Boolean":         {"yes"},
	"Decimal":         {true},
	"Float":           {"x", json.Number("1e999")},
	"ID":              {1.5},
	"ISO8601Date":     {5},
	"ISO8601DateTime": {5},
	"Int":             {"1", 1.5, json.Number("99999999999999999999")},
	"String":          {5},
}

// listRule is what a list refuses: more entries than most, none where there
// have to be some, and the first one twice where that is told of a field in the second.
type listRule struct {
	most  int
	some  bool
	twice string
}

// lists are the rules of all lists, by the field or its name.
var lists = map[string]listRule{
	"advertOptionValues": {most: 100}, "variantOptionValues": {most: 100}, "optionValueIds": {most: 100},
	"externalIds": {most: 100}, "metadata": {most: 100, twice: "1.key"}, "notes": {most: 100}, "adjustments": {most: 100},
	"images": {most: 100}, "productFeatures": {most: 100}, "tags": {most: 100}, "variants": {most: 100},
	"prototypeIds": {most: 100}, "prototypeIdsToRemove": {most: 100}, "scopes": {most: 100, some: true}, "eventNames": {most: 100, some: true}, "statuses": {some: true},
	"lineItems": {most: 500, some: true, twice: "1.line_item_id"}, "newLineItems": {most: 500, twice: "1.line_item_id"},
	"shippedItems": {most: 500, some: true, twice: "1.line_item_id"}, "invoices": {most: 500},
	"InvoiceInput.lineItems": {most: 500, some: true}, "OrderCreateMutationInput.lineItems": {most: 500, some: true},
}

func listFlaws(p place) []flaw {
	rule, ok := lists[p.at]
	if !ok {
		_, name, _ := strings.Cut(p.at, ".")
		rule = lists[name]
	}
	first := p.value.([]any)[0]
	all := []flaw{blunt("is no list", true), blunt("holds null", []any{nil})}
	if rule.most > 0 {
		all = append(all, flaw{why: "is too long", value: slices.Repeat([]any{first}, rule.most+1)})
	}
	if rule.some {
		all = append(all, flaw{why: "is empty", value: []any{}})
	}
	if rule.twice != "" {
		all = append(all, flaw{why: "has an entry twice", value: []any{first, first}, field: "." + rule.twice})
	}
	return all
}

// The numbers of entities that are another seller's than north's, and of deleted ones.
var (
	ofSouth = map[string]int64{
		"Advert": 3, "Variant": 6, "Seller": 2, "Image": 5, "Invoice": 2, "LineItem": 2, "Shipment": 2,
		"RefundRequest": 4, "RefundRequestLineItem": 4, "Webhook": 2, "WebhookEvent": 2, "WebhookJob": 2,
	}
	deleted = map[string]int64{"Advert": 4, "Variant": 4, "Seller": 3, "Webhook": 3}
)

// unknown is the number of no entity.
const unknown = 999_999

// idFlaws are ids that name nothing that the input could be about. An id that is
// free text is another system's.
func (tr *trying) idFlaws(p place) []flaw {
	text, _ := p.value.(string)
	ref, err := market.ParseID(text)
	if err != nil {
		return textFlaws(p)
	}
	all := []flaw{
		{why: "is empty", value: ""}, {why: "is no id", value: "hello"}, {why: "is only the number", value: json.Number("1")},
		{why: "is of another type", value: id("Metadatum", 1)}, {why: "does not exist", value: id(ref.Type, unknown)},
		{why: "has the number 0", value: base64.StdEncoding.EncodeToString([]byte(ref.Type + "-0"))},
	}
	if num := deleted[ref.Type]; num != 0 {
		all = append(all, flaw{why: "is deleted", value: id(ref.Type, num), alike: id(ref.Type, unknown)})
	}
	if num := ofSouth[ref.Type]; num != 0 && tr.as == "north" {
		all = append(all, flaw{why: "is another seller's", value: id(ref.Type, num), alike: id(ref.Type, unknown)})
	}
	return all
}

// textFlaws are texts that a place does not take: too long ones and those that no
// database stores, blank ones where there has to be a text, and what has not the form of the field.
func textFlaws(p place) []flaw {
	if p.takesAll() {
		return nil
	}
	all := []flaw{
		{why: "is too long", value: "https://" + strings.Repeat("x", longest(p))},
		{why: "holds NUL", value: "https://a\x00b"},
	}
	if p.of.NonNull && p.of.Name() == "String" && !mayBeBlank[p.at] {
		all = append(all, flaw{why: "is empty", value: ""}, flaw{why: "is blank", value: " \t"})
	}
	return append(all, valueFlaws(p, "String")...)
}

// longest is more than how long the text of a place, which is ASCII here, can be in characters.
func longest(p place) int {
	switch _, name, _ := strings.Cut(p.at, "."); name {
	case "description", "specifications", "storeDescription", "queryString":
		return 100_000
	}
	return 10_000
}

// valueFlaws are the values that places of a kind or of a name refuse.
func valueFlaws(p place, kind string) []flaw {
	_, name, _ := strings.Cut(p.at, ".")
	for _, key := range []string{p.at, kind + "." + name, kind} {
		if found, ok := values[key]; ok {
			return found
		}
	}
	return nil
}

// refuses are flaws of values alone.
func refuses(values ...any) []flaw {
	all := make([]flaw, len(values))
	for i, v := range values {
		text, _ := json.Marshal(v)
		all[i] = flaw{why: "is " + string(text), value: v}
	}
	return all
}

// unread are refuses for values that a scalar cannot read.
func unread(values ...any) []flaw {
	all := refuses(values...)
	for i := range all {
		all[i].early = true
	}
	return all
}
