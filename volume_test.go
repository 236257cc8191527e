package main_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestAWholeCatalogueIsLoadedAndPagedThrough loads many products from several
// files and walks through all of them in small pages, in two orders. Its memory
// and time are for make bench to measure, on ten times as many.
func TestAWholeCatalogueIsLoadedAndPagedThrough(t *testing.T) {
	t.Parallel()
	const files, products = 4, 120
	places(t, func(t *testing.T, p place) {
		args := []string{"import", "--seller", "Jug House"}
		for i := range files {
			args = append(args, jugs(t, i*products, products))
		}
		out, errs, code := command(t, p, args...)
		if want := fmt.Sprintf("%d products with %d variants: %d created, 0 updated, 0 unchanged", products, 3*products, products); code != 0 || strings.Count(out, want) != files {
			t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
		}
		s := serve(t, p.with("CRIER_RATE_LIMIT=0"))
		for name, sort := range map[string]any{"in their order": nil, "the latest first": []object{{"field": "UPDATED_AT", "ordering": "DESCENDING"}}} {
			seen := map[string]bool{}
			s.walk(sort, 25, func(advert any) {
				seen[text(t, advert, "id")] = true
				if skus, ok := at(t, advert, "variants", "nodes").([]any); !ok || len(skus) != 3 {
					t.Errorf("an advert has the variants %v", skus)
				}
			})
			if len(seen) != files*products {
				t.Errorf("%s: the pages show %d adverts, want %d", name, len(seen), files*products)
			}
		}
	})
}

// walk shows every advert, page by page.
func (s *process) walk(sort any, size int, show func(advert any)) {
	s.t.Helper()
	var after any
	for more := true; more; {
		page := s.ask(`query($after: String, $sort: [AdvertsWhereSort!], $first: Int!) { advertsWhere(first: $first, after: $after, sort: $sort) {
			pageInfo { endCursor hasNextPage } nodes { id variants { nodes { sku } } }
		} }`, object{"after": after, "sort": sort, "first": size})
		nodes, _ := at(s.t, page, "advertsWhere", "nodes").([]any)
		for _, advert := range nodes {
			show(advert)
		}
		after = at(s.t, page, "advertsWhere", "pageInfo", "endCursor")
		more = at(s.t, page, "advertsWhere", "pageInfo", "hasNextPage") == true
	}
}

// jugs writes a Shopify CSV of n products with three variants each.
func jugs(t *testing.T, from, n int) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), fmt.Sprintf("jugs-%d.csv", from))
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := csv.NewWriter(f)
	rows.Write([]string{"Handle", "Title", "Vendor", "Type", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Inventory Qty", "Variant Price"})
	for i := from; i < from+n; i++ {
		about := []string{fmt.Sprintf("Jug no. %d", i), fmt.Sprintf("Potter %d", i%20), fmt.Sprintf("Jugs of %d litres", i%10), "Size"}
		for size := range 3 {
			rows.Write(append(append([]string{fmt.Sprintf("jug-%d", i)}, about...), strconv.Itoa(size), fmt.Sprintf("J%d-%d", i, size), "7", "39.50"))
			about = make([]string, len(about))
		}
	}
	if rows.Flush(); rows.Error() != nil {
		t.Fatal(rows.Error())
	}
	return file
}
