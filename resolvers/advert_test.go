package resolvers_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

func TestAdvertFields(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ node(id: "` + id("Advert", 1) + `") { ... on Advert {
		title fullTitle legacyId condition published vetted displayable online statusText code year
		brand { name slug default logo { url } } seller { businessName } taxon { title } taxonNullable { title }
		description descriptionHtml pagePath url displayImage { url position }
		images { totalCount nodes { url alt metadata } }
		advertOptionValues { nodes { optionType { name } optionValue { name } textValue } }
		externalIds { key value owner { id } } metadata { key value }
		baseDomesticShippingCost domesticShippingCost totalDomesticShippingCostCents hasFreeDomesticShipping
	} } }`).is(`{"node": {
		"title": "Red boots", "fullTitle": "Ostrea Red boots", "legacyId": 1, "condition": "NEW", "published": true, "vetted": true,
		"displayable": true, "online": true, "statusText": "Published", "code": null, "year": null,
		"brand": {"name": "Ostrea", "slug": "ostrea", "default": false, "logo": null}, "seller": {"businessName": "North Shop"},
		"taxon": {"title": "Boots"}, "taxonNullable": {"title": "Boots"},
		"description": "Very **red**", "descriptionHtml": "<p>Very <strong>red</strong></p>\n",
		"pagePath": "/adverts/1/red-boots", "url": null, "displayImage": {"url": "https://img.example/first.png", "position": 0},
		"images": {"totalCount": 2, "nodes": [
			{"url": "https://img.example/first.png", "alt": null, "metadata": null}, {"url": "https://img.example/second.png", "alt": null, "metadata": null}]},
		"advertOptionValues": {"nodes": [{"optionType": {"name": "material"}, "optionValue": null, "textValue": "leather"}]},
		"externalIds": [{"key": "erp", "value": "R-1", "owner": {"id": "` + id("Advert", 1) + `"}}],
		"metadata": [{"key": "season", "value": "winter"}],
		"baseDomesticShippingCost": null, "domesticShippingCost": 9, "totalDomesticShippingCostCents": 900, "hasFreeDomesticShipping": null
	}}`)
}

func TestAdvertWithoutAnything(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.resolver.SiteURL = "https://shop.example"
	b.update(&market.Advert{
		Base: market.Base{Num: 2, CreatedAt: birth, UpdatedAt: birth}, Condition: market.ConditionUsed, SellerID: 1, TaxonID: 2, Title: "***",
		HasFreeDomesticShipping: new(true),
	})
	b.query(`{ node(id: "` + id("Advert", 2) + `") { ... on Advert {
		fullTitle displayable online statusText brand { id } description descriptionHtml pagePath url displayImage { id }
		images { totalCount nodes { id } edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } }
		externalIds { id } metadata { key } totalDomesticShippingCostCents
		lowestPrice lowestOriginalPrice lowestPriceCents lowestOriginalPriceCents originalPriceFormatted salePriceFormatted
		recommendedRetailPrice recommendedRetailPriceFormatted
	} } }`).is(`{"node": {
		"fullTitle": "***", "displayable": false, "online": false, "statusText": "Waiting for vetting", "brand": null,
		"description": null, "descriptionHtml": null, "pagePath": "/adverts/2/-", "url": "https://shop.example/adverts/2/-", "displayImage": null,
		"images": {"totalCount": 0, "nodes": [], "edges": [], "pageInfo": {"startCursor": null, "endCursor": null, "hasNextPage": false, "hasPreviousPage": false}},
		"externalIds": [], "metadata": [], "totalDomesticShippingCostCents": 0,
		"lowestPrice": null, "lowestOriginalPrice": null, "lowestPriceCents": null, "lowestOriginalPriceCents": null,
		"originalPriceFormatted": null, "salePriceFormatted": null, "recommendedRetailPrice": null, "recommendedRetailPriceFormatted": null
	}}`)
}

const prices = `{ node(id: "%") { ... on Advert {
	lowestPrice lowestPriceCents lowestOriginalPrice lowestOriginalPriceCents originalPriceFormatted salePriceFormatted
} } }`

func TestLowestPrices(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	// The variants 3 and 4, unpublished and deleted, are cheaper than any of these.
	for name, test := range map[string]struct {
		advert market.Price
		first  market.Price // of variant 1; variant 2 has none of its own
		want   string
	}{
		"own price below the advert's": {
			advert: market.Price{EditablePriceCents: new(int64(10000))}, first: market.Price{EditablePriceCents: new(int64(2595))},
			want: `{"lowestPrice": "25.95", "lowestPriceCents": 2595, "lowestOriginalPrice": "25.95", "lowestOriginalPriceCents": 2595, "originalPriceFormatted": "$25.95", "salePriceFormatted": null}`,
		},
		"the advert's price where none is lower": {
			advert: market.Price{EditablePriceCents: new(int64(100000))}, first: market.Price{EditablePriceCents: new(int64(250000))},
			want: `{"lowestPrice": "1000.0", "lowestPriceCents": 100000, "lowestOriginalPrice": "1000.0", "lowestOriginalPriceCents": 100000, "originalPriceFormatted": "$1,000.00", "salePriceFormatted": null}`,
		},
		"a sale that is on": {
			advert: market.Price{EditablePriceCents: new(int64(9000))},
			first:  market.Price{EditablePriceCents: new(int64(8000)), EditableSalePriceCents: new(int64(5050)), SalePriceStartAt: &past, SalePriceEndAt: &future},
			want:   `{"lowestPrice": "50.5", "lowestPriceCents": 5050, "lowestOriginalPrice": "80.0", "lowestOriginalPriceCents": 8000, "originalPriceFormatted": "$80.00", "salePriceFormatted": "$50.50"}`,
		},
		"a sale that is over": {
			first: market.Price{EditablePriceCents: new(int64(8000)), EditableSalePriceCents: new(int64(5050)), SalePriceEndAt: &past},
			want:  `{"lowestPrice": "80.0", "lowestPriceCents": 8000, "lowestOriginalPrice": "80.0", "lowestOriginalPriceCents": 8000, "originalPriceFormatted": "$80.00", "salePriceFormatted": null}`,
		},
		"a sale of the whole advert": {
			advert: market.Price{EditablePriceCents: new(int64(9000)), EditableSalePriceCents: new(int64(7000))},
			first:  market.Price{EditablePriceCents: new(int64(6000))},
			want:   `{"lowestPrice": "60.0", "lowestPriceCents": 6000, "lowestOriginalPrice": "60.0", "lowestOriginalPriceCents": 6000, "originalPriceFormatted": "$60.00", "salePriceFormatted": "$70.00"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := advert(0, 1, 3, "Red boots", func(a *market.Advert) { a.Published, a.Price = true, test.advert })
			v := variant(0, 1, "A1", func(v *market.Variant) { v.Price = test.first })
			a.Num, v.Num = 1, 1
			b.update(a, v)
			b.query(strings.Replace(prices, "%", a.ID(), 1)).is(`{"node": ` + test.want + `}`)
		})
	}
}

func TestShippingIsFreeFromAThreshold(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	s := seller(0, "North Shop", true)
	s.Num, s.DomesticShippingFreeThresholdCents = 1, new(int64(2595))
	b.update(s)
	document := `{ node(id: "` + id("Advert", 1) + `") { ... on Advert { totalDomesticShippingCostCents domesticShippingCost } } }`
	b.query(document).is(`{"node": {"totalDomesticShippingCostCents": 0, "domesticShippingCost": 0}}`)
	s.DomesticShippingFreeThresholdCents = new(int64(2596))
	b.update(s)
	b.query(document).is(`{"node": {"totalDomesticShippingCostCents": 900, "domesticShippingCost": 9}}`)
}

func TestDisplayable(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	a := b.query(`{ nodes(ids: ["` + id("Advert", 1) + `", "` + id("Advert", 2) + `", "` + id("Advert", 3) + `", "` + id("Advert", 4) + `"]) {
		... on Advert { displayable online statusText variants(displayableOnly: true) { totalCount nodes { sku } } all: variants { totalCount nodes { sku displayable buyable } } }
	} }`)
	a.is(`{"nodes": [
		{"displayable": true, "online": true, "statusText": "Published", "variants": {"totalCount": 2, "nodes": [{"sku": "A1"}, {"sku": "A2"}]},
			"all": {"totalCount": 3, "nodes": [{"sku": "A1", "displayable": true, "buyable": true}, {"sku": "A2", "displayable": true, "buyable": false}, {"sku": "A3", "displayable": false, "buyable": false}]}},
		{"displayable": false, "online": false, "statusText": "Not published", "variants": {"totalCount": 0, "nodes": []},
			"all": {"totalCount": 1, "nodes": [{"sku": "B1", "displayable": false, "buyable": false}]}},
		{"displayable": false, "online": false, "statusText": "Seller offline", "variants": {"totalCount": 0, "nodes": []},
			"all": {"totalCount": 1, "nodes": [{"sku": "C1", "displayable": false, "buyable": false}]}},
		{"displayable": false, "online": false, "statusText": "Deleted", "variants": {"totalCount": 0, "nodes": []},
			"all": {"totalCount": 1, "nodes": [{"sku": "D1", "displayable": false, "buyable": false}]}}
	]}`)
}

const deletedAdvert = `{ node(id: "%") { ... on Advert { displayable lowestPriceCents externalIds { key } variants { nodes { sku advert { __typename } } } } } }`

func TestDeletedAdvertShowsWhatItHad(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(strings.Replace(deletedAdvert, "%", id("Advert", 4), 1)).is(`{"node": {
		"displayable": false, "lowestPriceCents": null, "externalIds": [{"key": "erp"}], "variants": {"nodes": [{"sku": "D1", "advert": {"__typename": "DeletedAdvert"}}]}
	}}`)
}

func TestAsOfItsDeletionAnAdvertIsThere(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.queryAs(viewer.Viewer{AsOf: deletion}, strings.Replace(deletedAdvert, "%", id("Advert", 4), 1)).is(`{"node": {
		"displayable": true, "lowestPriceCents": null, "externalIds": [{"key": "erp"}], "variants": {"nodes": [{"sku": "D1", "advert": {"__typename": "Advert"}}]}
	}}`)
	b.queryAs(viewer.Viewer{AsOf: deletion.Add(time.Second)}, strings.Replace(deletedAdvert, "%", id("Advert", 4), 1)).is(`{"node": {
		"displayable": false, "lowestPriceCents": null, "externalIds": [{"key": "erp"}], "variants": {"nodes": [{"sku": "D1", "advert": {"__typename": "DeletedAdvert"}}]}
	}}`)
}

func TestAllAdverts(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ allAdverts { totalCount nodes { __typename
		... on Advert { legacyId }
		... on UnpublishedAdvert { legacyId details { title } externalIds { key } variants { totalCount nodes { id legacyId } edges { node { legacyId } } } }
		... on DeletedAdvert { legacyId externalIds { key value } variants { totalCount nodes { id } } }
	} } }`).is(`{"allAdverts": {"totalCount": 4, "nodes": [
		{"__typename": "Advert", "legacyId": 1},
		{"__typename": "UnpublishedAdvert", "legacyId": 2, "details": {"title": "Blue boots"}, "externalIds": [],
			"variants": {"totalCount": 1, "nodes": [{"id": "` + id("Variant", 5) + `", "legacyId": 5}], "edges": [{"node": {"legacyId": 5}}]}},
		{"__typename": "Advert", "legacyId": 3},
		{"__typename": "DeletedAdvert", "legacyId": 4, "externalIds": [{"key": "erp", "value": "D-4"}], "variants": {"totalCount": 1, "nodes": [{"id": "` + id("Variant", 7) + `"}]}}
	]}}`)
	b.query(`{ allAdverts(updatedSince: "2026-03-01T09:30:02Z", sort: [{field: UPDATED_AT, ordering: DESCENDING}], first: 1) {
		totalCount edges { node { ... on DeletedAdvert { id } } } pageInfo { hasNextPage }
	} }`).is(`{"allAdverts": {"totalCount": 2, "edges": [{"node": {"id": "` + id("Advert", 4) + `"}}], "pageInfo": {"hasNextPage": true}}}`)
	b.query(`{ allAdverts(vetted: false) { totalCount } }`).is(`{"allAdverts": {"totalCount": 0}}`)
	b.queryAs(viewer.Viewer{Seller: 2}, `{ allAdverts { nodes { ... on Advert { legacyId } } } }`).is(`{"allAdverts": {"nodes": [{"legacyId": 3}]}}`)
}

func TestAdvertsWhere(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for arguments, want := range map[string]string{
		``:                                     `1 2 3`,
		`brandIds: ["` + id("Brand", 1) + `"]`: `1`,
		`brandIds: []`:                         ``,
		`createdSince: "2026-03-01T09:30:01Z"`: `2 3`,
		`createdUntil: "2026-03-01T09:30:01Z"`: `1 2`,
		`externalId: {key: "erp", value: ["R-1", "G-3"]}`:          `1 3`,
		`externalId: {key: "erp", value: ["O", "D-4"]}`:            ``,
		`externalId: {key: "other", value: ["R-1"]}`:               ``,
		`idTitleSkuBarcode: "2"`:                                   `2`,
		`idTitleSkuBarcode: "BOOTS"`:                               `1 2`,
		`idTitleSkuBarcode: "C1"`:                                  `3`,
		`idTitleSkuBarcode: "9780000000011"`:                       `1`,
		`idTitleSkuBarcode: "A4"`:                                  ``,
		`legacyIds: [3, 1, 4]`:                                     `1 3`,
		`q: "very"`:                                                `1`,
		`q: "green"`:                                               `3`,
		`retailerIds: ["` + id("Seller", 2) + `"]`:                 `3`,
		`sort: [{ordering: DESCENDING}]`:                           `3 2 1`,
		`sort: [{field: VETTING_REJECTED_AT}]`:                     `1 2 3`,
		`status: DISPLAYED`:                                        `1`,
		`status: NOT_DISPLAYED`:                                    `2 3`,
		`status: FEATURED`:                                         `3`,
		`stockStatus: HAS_STOCK`:                                   `1 3`,
		`stockStatus: OUT_OF_STOCK`:                                `2`,
		`taxonIds: ["` + id("Taxon", 2) + `"]`:                     `2`,
		`taxonIds: ["` + id("Taxon", 1) + `"]`:                     ``,
		`taxonIdsWithDescendants: ["` + id("Taxon", 1) + `"]`:      `1 2 3`,
		`taxonIdsWithDescendants: ["` + id("Taxon", 3) + `"]`:      `1 3`,
		`taxonIdsWithDescendants: []`:                              ``,
		`title: "shoe"`:                                            `3`,
		`variantBarcodes: ["9780000000011", "0"]`:                  `1`,
		`variantSkus: ["B1", "C1"]`:                                `2 3`,
		`variantSkus: ["D1"]`:                                      ``,
		`vetted: true`:                                             `1 2 3`,
		`vetted: false`:                                            ``,
		`title: "boots", status: DISPLAYED, variantSkus: ["A1"]`:   `1`,
		`title: "boots", status: DISPLAYED, variantSkus: ["B1"]`:   ``,
		`brandIds: null, taxonIds: null, q: null, legacyIds: null`: `1 2 3`,
	} {
		name := "advertsWhere(" + arguments + ")"
		if arguments == "" {
			name = "advertsWhere"
		}
		b.query(`{ ` + name + ` { totalCount nodes { legacyId } } }`).is(`{"advertsWhere": ` + legacyIDs(want) + `}`)
	}
}

// legacyIDs is a connection with these numbers.
func legacyIDs(nums string) string {
	fields := strings.Fields(nums)
	nodes := make([]string, len(fields))
	for i, num := range fields {
		nodes[i] = `{"legacyId": ` + num + `}`
	}
	return `{"totalCount": ` + strconv.Itoa(len(fields)) + `, "nodes": [` + strings.Join(nodes, ",") + `]}`
}

func TestFiltersRefuseStrangeIDs(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	for field, path := range map[string]string{
		`advertsWhere(brandIds: ["` + id("Taxon", 1) + `"])`:     "advertsWhere",
		`advertsWhere(taxonIdsWithDescendants: ["nonsense"])`:    "advertsWhere",
		`advertsWhere(first: 501)`:                               "advertsWhere",
		`advertsWhere(first: 1, last: 1)`:                        "advertsWhere",
		`advertsWhere(first: -1)`:                                "advertsWhere",
		`advertsWhere(after: "nonsense")`:                        "advertsWhere",
		`variantsWhere(advertFilters: {brandIds: ["nonsense"]})`: "variantsWhere",
		`taxons(parentId: "` + id("Brand", 1) + `")`:             "taxons",
		`prototypes(ids: ["nonsense"])`:                          "prototypes",
		`sellersWhere(sort: {fields: []})`:                       "sellersWhere",
	} {
		b.run(viewer.Viewer{}, `{ `+field+` { nodes { id } } }`, nil).fails("BAD_USER_INPUT", path)
	}
}
