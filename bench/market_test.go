package bench_test

import (
	"context"
	"fmt"
	"testing"

	"crier/internal/market"
)

// open makes the seller and the taxon that adverts need.
func (r *rig) open(b *testing.B) {
	b.Helper()
	r.seller, r.taxon = r.newSeller(b, "Bench Seller"), r.newTaxon(b, "Pottery")
}

// newSeller makes a seller and returns its id.
func (r *rig) newSeller(b *testing.B, name string) string {
	b.Helper()
	country := "US"
	seller, err := r.market.CreateSeller(context.Background(), r.actor, market.SellerAttributes{
		AccountType: market.AccountRetailer,
		SellerUpdate: market.SellerUpdate{
			BusinessName: market.Some(name), LegalBusinessName: market.Some(name + " Ltd"),
			Phone: market.Some("+1 555 0100"), EmailAddress: market.Some("bench@example.com"),
			Address: market.Some(market.AddressAttributes{
				Address: market.Some("1 Quay"), City: market.Some("Portland"), Postcode: market.Some("97201"),
				Country: market.Some(market.CountryAttributes{Code: &country}),
			}),
		},
	})
	must(b, err)
	return seller.ID()
}

// newTaxon makes a taxon and returns its id.
func (r *rig) newTaxon(b *testing.B, title string) string {
	b.Helper()
	taxon, err := r.market.UpsertTaxon(context.Background(), r.actor, market.TaxonUpsert{Title: market.Some(title)})
	must(b, err)
	return taxon.ID()
}

// register registers one webhook at the sink.
func (r *rig) register(b *testing.B) {
	b.Helper()
	_, err := r.market.CreateWebhook(context.Background(), r.actor, nil, registration(r.sink.server.URL))
	must(b, err)
}

// adverts makes n adverts with their variants and returns their ids.
func (r *rig) adverts(b *testing.B, n int) []string {
	b.Helper()
	ids := make([]string, n)
	for i := range ids {
		variants := make([]market.VariantAttributes, variantsPerAdvert)
		for j := range variants {
			variants[j] = market.VariantAttributes{SKU: market.Some(fmt.Sprintf("B%d-%d", i, j)), CountOnHand: market.Some[int64](10)}
		}
		advert, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{
			SellerID: &r.seller, TaxonID: market.Some(r.taxon), Title: market.Some(title(i, "new")), Variants: variants,
			PriceAttributes: market.PriceAttributes{Price: market.Some("39.50")}, AttemptAutoPublish: true,
		})
		must(b, err)
		ids[i] = advert.ID()
	}
	r.catchUp(b)
	return ids
}

// catchUp has the worker come to the end of what was changed so far, so that
// only what follows is measured: its last change is one that is delivered.
func (r *rig) catchUp(b *testing.B) {
	b.Helper()
	_, err := r.market.CreateWebhook(context.Background(), r.actor, nil, market.WebhookAttributes{
		Type: market.Some("TAXON"), URL: market.Some(r.sink.server.URL), EventName: market.Some(market.EventCreate),
	})
	must(b, err)
	_, err = r.market.UpsertTaxon(context.Background(), r.actor, market.TaxonUpsert{Title: market.Some("The end of the beginning")})
	must(b, err)
	r.deliver(b, 1)
}

// rename changes every advert once.
func (r *rig) rename(b *testing.B, adverts []string, note string) {
	b.Helper()
	for i, id := range adverts {
		_, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{AdvertID: &id, Title: market.Some(title(i, note))})
		must(b, err)
	}
}
