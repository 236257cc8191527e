package resolvers_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// values are what places refuse: by the field, by the scalar and the field's
// name, else by the scalar.
var values = map[string][]flaw{
	"Int":          refuses(-1, math.MaxInt32+1, math.MaxInt64, math.MinInt64),
	"Int.quantity": refuses(0, -1, math.MaxInt32+1, math.MaxInt64, math.MinInt64),
	"Float":        refuses(-0.1, 100.1, 1e300),
	"Decimal": slices.Concat(
		refuses("-1", "1.234", "99999999999", -1, 1.234),
		unread("", "free", "1e3", "1,5", "Infinity", ".5", "5.", json.Number("1e3")),
	),
	"ISO8601DateTime": unread("", "soon", "2026-02-30", "10000-01-01T00:00:00Z", "0000-01-01"),
	"ISO8601Date":     unread("", "soon", "2026-02-30", "2026-03-01T25:00:00Z"),
	"JSON": {
		{why: "is a list", value: []any{"X-Team"}}, {why: "is a text", value: "X-Team: a"}, {why: "is a number", value: 5},
		{why: "nests", value: map[string]any{"X-Team": []any{"a"}}, field: ".X-Team"},
		{why: "ends a line", value: map[string]any{"X-Team": "a\r\nb"}, field: ".X-Team"},
		{why: "replaces a header of the protocol", value: map[string]any{"Host": "a"}, field: ".Host"},
	},
	"AdjustmentInput.amountCents": refuses(0, math.MaxInt32+1, -math.MaxInt32-1, math.MaxInt64, math.MinInt64),
	"Int.concurrentSendLimit":     refuses(0, -1, 201, math.MaxInt64),
	"Int.timeoutSeconds":          refuses(0, -1, 31, math.MaxInt64),
	"Int.coalesceSeconds":         refuses(-1, 3601, math.MaxInt64),
	"String.filter":               refuses("data.", "1", "false", "data.node.nothing == 1"),
	"Int.ratePerSecond":           refuses(-1, 10_001, math.MaxInt64),
	"Int.maxRetries":              refuses(-1, 51, math.MaxInt64),

	"CountryInput.code":               refuses("", "XX", "USA"),
	"StateInput.short":                refuses("", "XX"),
	"StateInput.name":                 refuses("", "Nowhere"),
	"String.emailAddress":             refuses("nobody", "a@", "A <a@b.example>", "a@b.example, c@d.example"),
	"String.billingEmailAddress":      refuses("nobody"),
	"String.emailCc":                  refuses("nobody", "a@b.example, nobody"),
	"String.sourceUrl":                refuses("", "picture.png", "//img.example/a.png", "ftp://img.example/a.png"),
	"String.dataBase64":               refuses("", "!", "aGVsbG8="),
	"String.homepageUrl":              refuses("post.example", "javascript:alert(1)"),
	"String.trackingUrl":              refuses("post.example/{tracking_number}", "https://post.example/"),
	"String.dropOffUrl":               refuses("post.example", "ftp://post.example/"),
	"String.url":                      refuses("", "shop.example", "http://shop.example/"),
	"String.queryString":              refuses("{", "{ brands { totalCount } }"),
	"String.price":                    noPrices,
	"String.salePrice":                noPrices,
	"String.recommendedRetailPrice":   noPrices,
	"String.baseDomesticShippingCost": noPrices,
	"String.scopes":                   refuses("", "adverts", "ponies:read", "adverts:ride"),
	"String.productFeatures":          refuses("", " "),
	"String.tags":                     refuses("", " "),
}

// noPrices are no prices, as texts.
var noPrices = refuses("", "free", "-1", "1.234", "1e3", "1,5", "+1", " 1", "NaN", "Infinity", ".5", "5.", "99999999999")

// takesAll reports whether the place takes every value of its type: switches, save
// those of the specials, the caller's own text, and what is accepted and not stored.
func (p place) takesAll() bool {
	return p.of.Name() == "Boolean" || strings.HasSuffix(p.at, ".clientMutationId") || p.at == "VariantInput.description"
}

// mayBeBlank are texts that have to be given and may be blank.
var mayBeBlank = map[string]bool{"MetadataUpsertMutationInput.value": true}
