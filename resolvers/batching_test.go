package resolvers_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"crier/internal/market"
)

// deep selects every relation of the catalogue below a page of adverts.
const deep = `{ advertsWhere(first: 100) { totalCount pageInfo { endCursor } nodes {
	displayable online statusText lowestPrice lowestOriginalPrice salePriceFormatted totalDomesticShippingCostCents
	brand { name logo { url } externalIds { id } } seller { businessName address { city } logo { url } metadata { key } }
	taxon { treeName prototype { optionTypes(first: 5) { nodes { name optionValues(first: 5) { totalCount nodes { name } } prototypes { nodes { name } } } } } }
	displayImage { url } images(first: 2) { totalCount nodes { url } } externalIds { value owner { id } } metadata { value }
	advertOptionValues { nodes { optionType { name } optionValue { name } } }
	variants(first: 2) { totalCount nodes { displayable buyable lowestPrice externalIds { id } images(first: 1) { nodes { id } }
		advert { ... on Advert { title brand { id } } } optionValues { nodes { name } }
		variantOptionValues { totalCount nodes { optionType { name } optionValue { name } } } } }
	shown: variants(displayableOnly: true) { totalCount }
} } }`

func TestStatementsAreBoundedByDepth(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(deep)
	few := b.reads.count
	var more []market.Entity
	for i := range 60 {
		num := int64(5 + i)
		more = append(more,
			advert(10+i, 1, int64(1+i%3), fmt.Sprint("Boots ", i), func(a *market.Advert) { a.BrandID, a.Published = new(int64(1+i%2)), true }),
			picture(0, "Advert", num, 0, "https://img.example/x.png"),
			externalID(0, "Advert", num, "erp", fmt.Sprint("X-", i)),
			variant(0, num, fmt.Sprint("X", i), nil), variant(0, num, fmt.Sprint("Y", i), nil),
			&market.VariantOptionValue{Base: base(0), VariantID: int64(8 + 2*i), SellerID: 1, Choice: market.Choice{OptionTypeID: 1, OptionValueID: new(int64(2))}},
		)
	}
	b.insert(more...)
	b.reads.count = 0
	b.query(deep)
	if many := b.reads.count; few > 40 || many > few {
		t.Errorf("%d statements for 3 adverts and %d for 63: they must not grow with the rows", few, many)
	}
}

func TestCountsAloneReadNoRows(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ advertsWhere { totalCount __typename } }`).is(`{"advertsWhere": {"totalCount": 3, "__typename": "AdvertsConnection"}}`)
	if b.reads.count != 1 {
		t.Errorf("%d statements for one count", b.reads.count)
	}
}

func TestPagesOfChildren(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	type page struct {
		Nodes    []struct{ Sku string }
		PageInfo struct {
			StartCursor, EndCursor       string
			HasNextPage, HasPreviousPage bool
		}
	}
	var got struct{ Node struct{ Variants page } }
	read := func(arguments string) page {
		b.query(`{ node(id: "` + id("Advert", 1) + `") { ... on Advert { variants(` + arguments + `) {
			nodes { sku } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } } }`).into(&got)
		return got.Node.Variants
	}
	first := read("first: 2")
	if len(first.Nodes) != 2 || first.Nodes[1].Sku != "A2" || !first.PageInfo.HasNextPage || first.PageInfo.HasPreviousPage {
		t.Errorf("first page: %+v", first)
	}
	second := read(`first: 2, after: "` + first.PageInfo.EndCursor + `"`)
	if len(second.Nodes) != 1 || second.Nodes[0].Sku != "A3" || second.PageInfo.HasNextPage || !second.PageInfo.HasPreviousPage {
		t.Errorf("second page: %+v", second)
	}
	last := read("last: 1")
	if len(last.Nodes) != 1 || last.Nodes[0].Sku != "A3" || last.PageInfo.HasNextPage || !last.PageInfo.HasPreviousPage {
		t.Errorf("last page: %+v", last)
	}
}

// Where a price is shown too, all variants are read for it, and the page is cut
// from them. It must be what it is by itself.
func TestPagesAreCutFromListsReadAnyway(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	read := func(field, arguments string) (page string, statements int) {
		var got struct {
			Node struct{ Variants json.RawMessage }
		}
		b.reads.count = 0
		b.query(`{ node(id: "` + id("Advert", 1) + `") { ... on Advert { ` + field + ` variants(` + arguments + `) {
			nodes { sku } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } } }`).into(&got)
		return string(got.Node.Variants), b.reads.count
	}
	for _, arguments := range []string{"first: 0", "first: 1", "first: 3", "first: 9", "last: 0", "last: 2", "last: 3", "last: 9"} {
		alone, few := read("id", arguments)
		for _, fields := range []string{"lowestPrice", "id: lowestPrice online"} {
			if cut, _ := read(fields, arguments); cut != alone {
				t.Errorf("%s beside %s: %s, by itself %s", arguments, fields, cut, alone)
			}
		}
		if _, both := read("lowestPrice", arguments); both != few {
			t.Errorf("%s: %d statements beside a price, %d by itself", arguments, both, few)
		}
	}
}
