package resolvers_test

import (
	"strings"
	"testing"

	"crier/internal/market"
)

func TestDescriptionHTML(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for given, want := range map[string]string{
		"":                                    "",
		"plain":                               "<p>plain</p>\n",
		"# Head\n\n* one\n* two":              "<h1>Head</h1>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
		"a <b>bold</b> word":                  "<p>a <b>bold</b> word</p>\n",
		"~~old~~ https://shop.example":        `<p><del>old</del> <a href="https://shop.example" rel="nofollow">https://shop.example</a></p>` + "\n",
		"<p>One</p>\n\n    <p>Two</p>":        "<p>One</p>\n\n    <p>Two</p>",
		"<script>alert(1)</script>text":       "text",
		`<img src=x onerror="alert(1)">`:      `<img src="x">`,
		"[go](javascript:alert(1))":           "<p>go</p>\n",
		"<https://shop.example>":              `<p><a href="https://shop.example" rel="nofollow">https://shop.example</a></p>` + "\n",
		"word <iframe src='x'></iframe> word": "<p>word  word</p>\n",
		"1 < 2 & 3":                           "<p>1 &lt; 2 &amp; 3</p>\n",
	} {
		a := advert(0, 1, 3, "Red boots", func(a *market.Advert) { a.Description = &given })
		a.Num = 1
		b.update(a)
		var got struct {
			Node struct{ Description, DescriptionHtml string }
		}
		b.query(`{ node(id: "` + a.ID() + `") { ... on Advert { description descriptionHtml } } }`).into(&got)
		if got.Node.Description != given || got.Node.DescriptionHtml != want {
			t.Errorf("%q became %q, want %q", given, got.Node.DescriptionHtml, want)
		}
	}
}

func TestAmountsAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	a := advert(0, 1, 3, "Red boots", func(a *market.Advert) { a.RecommendedRetailPriceCents = new(int64(123450)) })
	a.Num = 1
	b.update(a)
	for code, want := range map[string]string{
		"USD": "$1,234.50", "AUD": "A$1,234.50", "EUR": "€1,234.50", "JPY": "¥1,234.50", "CHF": "CHF\u00a01,234.50", "KWD": "KWD\u00a01,234.500",
	} {
		b.resolver.Currency = code
		b.query(`{ node(id: "` + a.ID() + `") { ... on Advert { plain: recommendedRetailPriceFormatted same: recommendedRetailPriceFormatted(currency: "` +
			strings.ToLower(code) + `") other: recommendedRetailPriceFormatted(currency: "GBP") } } }`).
			is(`{"node": {"plain": "` + want + `", "same": "` + want + `", "other": null}}`)
	}
}
