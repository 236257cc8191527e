package bench_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"crier/internal/market"
)

// storefront is the page of a shop: a hundred adverts with what a buyer sees of each.
const storefront = `query Storefront($first: Int!) { advertsWhere(first: $first) {
	pageInfo { hasNextPage endCursor }
	nodes {
		id legacyId title description published updatedAt lowestPriceCents
		seller { id businessName }
		brand { id name }
		taxon { id title }
		images(first: 5) { nodes { id url alt } }
		externalIds { key value }
		variants(first: 10) { nodes { id sku countOnHand lowestPriceCents } }
	}
} }`

const storefrontPage = 100

// furnish makes a catalogue of more than a page: adverts with a description,
// four variants, two pictures and an external id each.
func (r *rig) furnish(b *testing.B) {
	b.Helper()
	sellers, brands, taxons := make([]string, 7), make([]string, 11), make([]string, 13)
	for i := range sellers {
		sellers[i] = r.newSeller(b, fmt.Sprintf("Seller %d", i))
	}
	for i := range brands {
		brand, err := r.market.UpsertBrand(context.Background(), r.actor, market.BrandUpsert{Name: market.Some(fmt.Sprintf("Brand %d", i))})
		must(b, err)
		brands[i] = brand.ID()
	}
	for i := range taxons {
		taxons[i] = r.newTaxon(b, fmt.Sprintf("Shelf %d", i))
	}
	for i := range storefrontPage * 3 / 2 {
		in := stocked(i)
		in.SellerID, in.BrandID, in.TaxonID = &sellers[i%7], market.Some(brands[i%11]), market.Some(taxons[i%13])
		_, err := r.market.UpsertAdvert(context.Background(), r.actor, in)
		must(b, err)
	}
}

// stocked is an advert as a shop has it.
func stocked(i int) market.AdvertUpsert {
	code, front, back := fmt.Sprintf("erp-%d", i), fmt.Sprintf("https://img.example/%d/front.jpg", i), fmt.Sprintf("https://img.example/%d/back.jpg", i)
	in := market.AdvertUpsert{
		Title: market.Some(fmt.Sprintf("Stoneware jug no. %d, “glazed”", i)), AttemptAutoPublish: true,
		Description:     market.Some(strings.Repeat("Thrown by hand, fired twice & signed. ", 6)),
		PriceAttributes: market.PriceAttributes{Price: market.Some("39.50")}, ExternalIDs: []market.Pair{{Key: "erp", Value: &code}},
		Images: []market.ImageAttributes{{SourceURL: &front, Alt: market.Some("From the front")}, {SourceURL: &back}},
	}
	for j := range 4 {
		variant := market.VariantAttributes{SKU: market.Some(fmt.Sprintf("J%d-%d", i, j)), CountOnHand: market.Some(int64(10 * j))}
		if j > 0 {
			variant.Price = market.Some(fmt.Sprintf("%d.90", 40-j))
		}
		in.Variants = append(in.Variants, variant)
	}
	return in
}
