package resolvers_test

import (
	"testing"

	"crier/internal/market"
)

func TestVariantFields(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	v := variant(0, 1, "A1", func(v *market.Variant) {
		v.Barcode, v.CountOnHand, v.RecommendedRetailPriceCents = new("9780000000011"), 5, new(int64(120050))
	})
	v.Num = 1
	b.update(v)
	b.query(`{ node(id: "` + id("Variant", 1) + `") { ... on Variant {
		sku barcode label legacyId countOnHand infiniteQuantity published displayable buyable notes url externalId
		advert { __typename ... on Advert { title } } externalIds { id } metadata { key } images { totalCount nodes { id } }
		editablePriceCents lowestPrice lowestPriceCents lowestOriginalPrice lowestOriginalPriceCents
		recommendedRetailPrice recommendedRetailPriceCents recommendedRetailPriceFormatted usd: recommendedRetailPriceFormatted(currency: "usd") aud: recommendedRetailPriceFormatted(currency: "AUD")
		optionValues { totalCount nodes { name } }
		variantOptionValues { totalCount nodes { optionType { name } optionValue { name } textValue } }
	} } }`).is(`{"node": {
		"sku": "A1", "barcode": "9780000000011", "label": "A1", "legacyId": 1, "countOnHand": 5, "infiniteQuantity": false,
		"published": true, "displayable": true, "buyable": true, "notes": null, "url": null, "externalId": null,
		"advert": {"__typename": "Advert", "title": "Red boots"}, "externalIds": [], "metadata": [], "images": {"totalCount": 0, "nodes": []},
		"editablePriceCents": null, "lowestPrice": "100.0", "lowestPriceCents": 10000, "lowestOriginalPrice": "100.0", "lowestOriginalPriceCents": 10000,
		"recommendedRetailPrice": "1200.5", "recommendedRetailPriceCents": 120050, "recommendedRetailPriceFormatted": "$1,200.50", "usd": "$1,200.50", "aud": null,
		"optionValues": {"totalCount": 1, "nodes": [{"name": "40"}]},
		"variantOptionValues": {"totalCount": 2, "nodes": [
			{"optionType": {"name": "size"}, "optionValue": {"name": "40"}, "textValue": null}, {"optionType": {"name": "material"}, "optionValue": null, "textValue": "suede"}]}
	}}`)
}

func TestVariantsWhere(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.insert(externalID(9, "Variant", 5, "erp", "V-5"))
	for arguments, want := range map[string]string{
		``:                                      `1 2 3 5 6`,
		`variantFilters: {}, advertFilters: {}`: `1 2 3 5 6`,
		`variantFilters: {barcodes: ["9780000000011"]}`:                             `1`,
		`variantFilters: {externalId: {key: "erp", value: ["V-5", "R-1"]}}`:         `5`,
		`variantFilters: {infiniteQuantity: true}`:                                  `6`,
		`variantFilters: {infiniteQuantity: false}`:                                 `1 2 3 5`,
		`variantFilters: {quantityFrom: 1}`:                                         `1`,
		`variantFilters: {quantityTo: 0}`:                                           `2 3 5 6`,
		`variantFilters: {skus: ["A2", "B1", "A4"]}`:                                `2 5`,
		`variantFilters: {stocked: true}`:                                           `1 6`,
		`variantFilters: {stocked: false}`:                                          `2 3 5`,
		`advertFilters: {title: "boots"}`:                                           `1 2 3 5`,
		`advertFilters: {status: DISPLAYED}`:                                        `1 2 3`,
		`advertFilters: {status: FEATURED}`:                                         `6`,
		`advertFilters: {year: 2025}`:                                               `6`,
		`advertFilters: {brandIds: ["` + id("Brand", 2) + `"]}`:                     `5`,
		`advertFilters: {taxonIds: ["` + id("Taxon", 3) + `"]}`:                     `1 2 3 6`,
		`advertFilters: {legacyIds: [4]}`:                                           ``,
		`advertFilters: {externalId: {key: "erp", value: ["G-3"]}}`:                 `6`,
		`advertFilters: {q: "red"}, variantFilters: {stocked: true}`:                `1`,
		`advertFilters: {brandIds: null}, variantFilters: {stocked: null}, last: 2`: `5 6`,
	} {
		name := "variantsWhere(" + arguments + ")"
		if arguments == "" {
			name = "variantsWhere"
		}
		var got struct {
			VariantsWhere struct{ Nodes []struct{ LegacyId int64 } }
		}
		b.query(`{ ` + name + ` { nodes { legacyId } } }`).into(&got)
		nums := []int64{}
		for _, n := range got.VariantsWhere.Nodes {
			nums = append(nums, n.LegacyId)
		}
		if joined(nums) != want {
			t.Errorf("%s gave %v, want %s", name, nums, want)
		}
	}
}
