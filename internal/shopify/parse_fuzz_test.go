package shopify_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/shopify"
)

// Every row ends in the catalogue or among the errors, and none in both; a row
// that says nothing, as spreadsheets leave them at the end, in neither.
func TestNoRowIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
		text := header
		rows, want := rapid.IntRange(0, 12).Draw(t, "rows"), map[int]string{}
		for i := range rows {
			row := cells(map[string]string{
				"Handle": pick("handle", "a", "a", "b", "c", ""), "Title": pick("title", "A", "", ""), "Published": pick("published", "", "true", "no"),
				"Option1 Name": pick("name", "Size", "", "Title"), "Option1 Value": pick("value", "", "S", "M", "L", "Default Title"),
				"Variant Price": pick("price", "1", "2.50", "", "x"), "Variant Inventory Qty": pick("quantity", "", "1", "-1"),
				"Image Src": pick("image", "", fmt.Sprint("https://img.example.com/", i), "nowhere"), "Image Position": pick("position", "", "1", "3", "-1"),
			})
			text += row
			if strings.Trim(row, "\",\n") != "" {
				want[i+2] = "error or loaded"
			}
		}
		products, errors := shopify.Parse(strings.NewReader(text), "shop.csv")
		found := map[int]string{}
		for _, e := range errors {
			found[e.Line] += "error"
		}
		for _, p := range products {
			lines := map[int]bool{}
			for _, v := range p.Variants {
				lines[v.Line] = true
			}
			for _, i := range p.Images {
				lines[i.Line] = true
			}
			for line := range lines {
				found[line] += "loaded"
			}
		}
		for line := 2; line < 2+rows; line++ {
			once := found[line] == "error" || found[line] == "loaded"
			if once != (want[line] != "") || !once && found[line] != "" {
				t.Fatalf("line %d is %q, want %q\n%s", line, found[line], want[line], text)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(header + lamp(nil) + firstSize + sized("Large", map[string]string{"Image Src": "https://img.example.com/a"}))
	f.Add("\ufeffTitle,URL handle,Price\r\nLamp,lamp,\"20\"\r\n")
	f.Add("Handle,Title,Variant Price\na,\"b\nc\",1\n\na,,x\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		products, errors := shopify.Parse(strings.NewReader(text), "f")
		lines := strings.Count(text, "\n") + 1
		check := func(line int) {
			if line < 1 || line > lines {
				t.Errorf("line %d of %d", line, lines)
			}
		}
		for _, e := range errors {
			check(e.Line)
			if e.Reason == "" {
				t.Errorf("line %d has no reason", e.Line)
			}
		}
		handles := map[string]bool{}
		for _, p := range products {
			check(p.Line)
			if p.Handle == "" || p.Title == "" || handles[p.Handle] || len(p.Options) > 3 {
				t.Errorf("product %+v", p)
			}
			handles[p.Handle] = true
			checkVariants(t, p, check)
		}
	})
}

// checkVariants holds a product that was read to what it promises.
func checkVariants(t *testing.T, p shopify.Product, check func(line int)) {
	if len(p.Variants) == 0 || len(p.Variants) > shopify.MaxVariants || len(p.Images) > shopify.MaxImages {
		t.Errorf("%d variants, %d images", len(p.Variants), len(p.Images))
	}
	keys := map[string]bool{}
	for _, v := range p.Variants {
		check(v.Line)
		if keys[v.Key()] || len(v.Values) != len(p.Options) || v.PriceCents <= 0 || v.CompareAtCents < 0 || v.Quantity.Or(0) < 0 {
			t.Errorf("variant %+v", v)
		}
		keys[v.Key()] = true
	}
	for _, i := range p.Images {
		check(i.Line)
		if !strings.HasPrefix(strings.ToLower(i.URL), "http") || i.Position < 1 {
			t.Errorf("image %+v", i)
		}
	}
}
