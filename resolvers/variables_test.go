package resolvers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// usesOf are fields that take a variable of a type, by the type.
var usesOf = map[string]string{
	"AdvertInput":      "advertUpsert(input: {attributes: $v})",
	"AdvertStatusEnum": "advertsWhere(status: $v)",
	"Boolean":          "advertsWhere(vetted: $v)",
	"Decimal":          "variantUpdate(input: {attributes: {price: $v}})",
	"Float":            "orderCreate(input: {order: {}, lineItems: {quantity: 1, variantId: 1, cost: {amount: 1, taxRate: $v}}})",
	"ID":               "order(orderId: $v)",
	"ISO8601Date":      `shipmentCreate(input: {dispatchedAt: $v, invoiceId: 1, postageCarrierId: 1, shippedItems: [], trackingNumber: "1"})`,
	"ISO8601DateTime":  "updatedOrders(updatedSince: $v)",
	"Int":              "brands(first: $v)",
	"JSON":             `webhookUpdate(input: {webhookId: 1, attributes: {headers: $v}})`,
	"MoneyInputField":  "orderCreate(input: {order: {}, lineItems: {quantity: 1, variantId: 1, cost: $v}})",
	"String":           "advertsWhere(title: $v)",
	"VariantInput":     "variantUpdate(input: {attributes: $v})",
	"[Int!]":           "advertsWhere(legacyIds: $v)",
	"[String!]":        "advertsWhere(variantSkus: $v)",
}

// taking is a request whose variable has a type and a value, and which answers
// "Query" or "Mutation" where the value fits.
func taking(kind, value string) string {
	use, operation := usesOf[kind], "query"
	if strings.Contains(use, "input:") {
		operation = "mutation"
	}
	if kind == "AdvertInput" || kind == "VariantInput" || strings.HasPrefix(kind, "ISO") || kind == "ID" {
		kind += "!"
	}
	query := fmt.Sprintf("%s($v: %s) { __typename %s @skip(if: true) { __typename } }", operation, kind, use)
	return asking(query, map[string]any{"v": json.RawMessage(value)})
}

// A variable whose value is not of its type refuses the whole request, at the
// place of the value, before anything runs.
func TestVariablesAreHeldToTheirTypes(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	for name, c := range map[string]struct{ kind, value, message string }{
		"a number as a string":    {"AdvertInput", `{"title": 5}`, `$v.title: 5 is not a string`},
		"a flag as a string":      {"AdvertInput", `{"title": true}`, `$v.title: true is not a string`},
		"an object as a string":   {"String", `{"a": 1}`, `$v: {"a":1} is not a string`},
		"a string as a number":    {"AdvertInput", `{"variants": [{}, {"countOnHand": "5"}]}`, `$v.variants[1].countOnHand: "5" is not a whole number`},
		"a part of a number":      {"Int", `5.5`, `$v: 5.5 is not a whole number`},
		"a number without end":    {"[Int!]", `[1, 99999999999999999999]`, `$v[1]: 99999999999999999999 is not a whole number`},
		"a string as an amount":   {"MoneyInputField", `{"amount": 5, "taxRate": "x"}`, `$v.taxRate: "x" is not a number`},
		"a number beyond all":     {"Float", `1e999`, `$v: 1e999 is not a number`},
		"a string as a flag":      {"Boolean", `"yes"`, `$v: "yes" is not true or false`},
		"a fraction as an id":     {"ID", `1.5`, `$v: 1.5 is not an id`},
		"a word as a decimal":     {"VariantInput", `{"price": "free"}`, `$v.price: "free" is not a decimal number: write it as in "25.95"`},
		"an exponent":             {"Decimal", `1e3`, `$v: "1e3" is not a decimal number: write it as in "25.95"`},
		"a day that is none":      {"ISO8601Date", `"2026-02-30"`, `$v: "2026-02-30" is not a date-time: write it as in "2026-03-01T09:30:00Z"`},
		"a moment after all":      {"ISO8601DateTime", `"9999-12-31T23:59:59-01:00"`, `$v: "9999-12-31T23:59:59-01:00" is outside of the years 1 to 9999`},
		"a single value in lists": {"AdvertInput", `{"productFeatures": 1}`, `$v.productFeatures: 1 is not a string`},
		"too long to show":        {"String", `[` + longList + `]`, `$v: the value is not a string`},
		"an unknown field":        {"AdvertInput", `{"nope": 1}`, `$v.nope unknown field`},
		"null in a list":          {"[String!]", `["a", null]`, `$v[1] cannot be null`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := f.refused(taking(c.kind, c.value)); got != c.message {
				t.Errorf("got %s, want %s", got, c.message)
			}
		})
	}
}

// A null takes a variable's default away, and is refused where there has to be a value.
func TestNullsInTheWayOfDefaults(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	const query = `query($some: Boolean = true) { __typename a: __typename @include(if: $some) }`
	if got, want := f.refused(asking(query, map[string]any{"some": nil})), "$some cannot be null here: leave it out for its default"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := f.do(post(asking(query, map[string]any{}))); got.body != `{"data":{"__typename":"Query","a":"Query"}}` {
		t.Errorf("the default is not taken: %s", got.body)
	}
}

const longList = `"a long text that fills a line", "a long text that fills a line", "a long text that fills a line", "a"`

// refused is the message of the only error of a request that did not run.
func (f *front) refused(body string) string {
	got := f.do(post(body))
	var answer struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(got.body), &answer); err != nil || len(answer.Errors) != 1 ||
		answer.Data != nil || answer.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
		return got.body
	}
	return answer.Errors[0].Message
}

// Values that have other forms, and fit all the same.
func TestVariablesOfManyForms(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	for _, c := range []struct{ kind, value string }{
		{"ID", `7`}, {"ID", `"x"`}, {"Float", `5`}, {"Float", `1.5e3`}, {"Int", `-3`}, {"Boolean", `false`}, {"Decimal", `1.5`},
		{"Decimal", `"1.50"`}, {"JSON", `{"a": [1, "x", null]}`}, {"[String!]", `"one"`}, {"ISO8601Date", `"2026-03-01T09:30:00+02:00"`},
		{"ISO8601DateTime", `"2026-03-01"`}, {"AdvertInput", `{"price": null, "variants": {"countOnHand": 2147483648, "price": 5}}`},
		{"AdvertStatusEnum", `"DISPLAYED"`}, {"String", `null`},
	} {
		got := f.do(post(taking(c.kind, c.value)))
		if got.body != `{"data":{"__typename":"Query"}}` && got.body != `{"data":{"__typename":"Mutation"}}` {
			t.Errorf("%s of %s: %s", c.kind, c.value, got.body)
		}
	}
}
