package market_test

import (
	"errors"
	"testing"

	"crier/internal/market"
)

// A database that goes away at any call of any rule ends it with that error,
// with nothing returned and nothing changed.
func TestNoFaultOfTheCatalogueIsSwallowed(t *testing.T) {
	t.Parallel()
	c, ctx := newCatalogue(t), t.Context()
	named := []market.Pair{{Key: "erp", Value: new("new")}}
	brand := must(c.UpsertBrand(ctx, operator, market.BrandUpsert{Name: market.Some("Acme")}))
	linen := must(c.UpsertTaxon(ctx, operator, market.TaxonUpsert{Title: market.Some("Linen"), ParentID: market.Some(c.shirts.ID())}))
	full := func(in *market.AdvertUpsert) {
		in.SellerID, in.BrandID, in.AttemptAutoPublish = new(c.seller.ID()), market.Some(brand.ID()), true
		in.ExternalIDs, in.Metadata = named, named
		in.Images = []market.ImageAttributes{{DataBase64: base64Of(drawn(t, "png", 3, 2))}}
		in.AdvertOptionValues = []market.ChoiceAttributes{{OptionValueID: new(c.wool.ID())}}
		variant := sku("A")
		variant.ExternalIDs, variant.Metadata, variant.Images = named, named, in.Images
		variant.OptionValueIDs = []string{c.small.ID()}
		in.Variants = []market.VariantAttributes{variant}
	}
	a := c.upsert(c.shirt(withVariants(sku("A"), sku("B"))))
	v, doomed := c.variants(a)[0], c.upsert(c.shirt(withVariants(sku("C"))))
	again := c.shirt(full, func(in *market.AdvertUpsert) {
		in.AdvertID, in.Title = new(a.ID()), market.Some("Blouse")
		in.Images = []market.ImageAttributes{{SourceURL: new("https://example.com/1.png")}}
		in.ExternalIDs, in.Variants[0].ExternalIDs = nil, nil
	})
	seller := newSeller()
	seller.Metadata, seller.Logo = named, market.Some(market.ImageAttributes{DataBase64: base64Of(drawn(t, "gif", 3, 2))})
	for _, tc := range []struct {
		name string
		do   func(*market.Market) (any, error)
	}{
		{"new seller", func(m *market.Market) (any, error) { return none(m.CreateSeller(ctx, operator, seller)) }},
		{"seller", func(m *market.Market) (any, error) {
			return none(m.UpdateSeller(ctx, c.owner, nil, seller.SellerUpdate))
		}},
		{"logo", func(m *market.Market) (any, error) {
			return none(m.UpdateSeller(ctx, c.owner, nil, market.SellerUpdate{Logo: market.Null[market.ImageAttributes]()}))
		}},
		{"brand", func(m *market.Market) (any, error) {
			return none(m.UpsertBrand(ctx, operator, market.BrandUpsert{ID: new(brand.ID()), Name: market.Some("Ace"), ExternalIDs: named}))
		}},
		{"new taxon", func(m *market.Market) (any, error) {
			return none(m.UpsertTaxon(ctx, operator, market.TaxonUpsert{Title: market.Some("Hats"), ExternalIDs: named}))
		}},
		{"taxon", func(m *market.Market) (any, error) {
			return none(m.UpsertTaxon(ctx, operator, market.TaxonUpsert{
				ID: new(linen.ID()), Title: market.Some("Flax"), ParentID: market.Some(c.shirts.ID()), PrototypeID: market.Some(c.prototype.ID()),
			}))
		}},
		{"option type", func(m *market.Market) (any, error) {
			return none(m.UpsertOptionType(ctx, operator, market.OptionTypeUpsert{
				Name: market.Some("Colour"), AppliedTo: market.Some(market.AppliedToVariant), FieldType: market.Some(market.SingleSelect),
				PrototypeIDs: []string{c.prototype.ID()},
			}))
		}},
		{"reshaped option type", func(m *market.Market) (any, error) {
			return none(m.UpsertOptionType(ctx, operator, market.OptionTypeUpsert{
				ID: new(c.care.ID()), FieldType: market.Some(market.MultiSelect), PrototypeIDsToRemove: []string{c.prototype.ID()},
			}))
		}},
		{"option value", func(m *market.Market) (any, error) {
			return none(m.UpsertOptionValue(ctx, operator, market.OptionValueUpsert{Name: market.Some("Tiny"), OptionTypeID: market.Some(c.size.ID())}))
		}},
		{"moved option value", func(m *market.Market) (any, error) {
			return none(m.UpsertOptionValue(ctx, operator, market.OptionValueUpsert{ID: new(c.large.ID()), OptionTypeID: market.Some(c.fabric.ID())}))
		}},
		{"new advert", func(m *market.Market) (any, error) { return none(m.UpsertAdvert(ctx, operator, c.shirt(full))) }},
		{"advert", func(m *market.Market) (any, error) { return none(m.UpsertAdvert(ctx, operator, again)) }},
		{"unpublished", func(m *market.Market) (any, error) { return none(m.PublishAdvert(ctx, c.owner, a.ID(), false)) }},
		{"published", func(m *market.Market) (any, error) { return none(m.PublishAdvert(ctx, c.owner, a.ID(), true)) }},
		{"variant", func(m *market.Market) (any, error) {
			return none(m.UpdateVariant(ctx, c.owner, new(v.ID()), market.VariantAttributes{Notes: market.Some("n"), OptionValueIDs: []string{}}))
		}},
		{"external id", func(m *market.Market) (any, error) {
			return none(m.UpsertExternalID(ctx, c.owner, v.ID(), "erp", "other", new(true)))
		}},
		{"metadatum", func(m *market.Market) (any, error) {
			return none(m.UpsertMetadatum(ctx, c.owner, v.ID(), "erp", "other"))
		}},
		{"deleted variant", func(m *market.Market) (any, error) { return none(m.DeleteVariant(ctx, c.owner, v.ID())) }},
		{"deleted advert", func(m *market.Market) (any, error) { return none(m.DeleteAdvert(ctx, c.owner, doomed.ID())) }},
		{"deleted seller", func(m *market.Market) (any, error) {
			return none(m.DeleteSeller(ctx, operator, market.Ref{Type: "Seller", Num: c.stranger.Seller}.ID()))
		}},
	} {
		for n := 1; ; n++ {
			c.store.take()
			got, err := tc.do(market.New(&faulty{Store: c.store, calls: n}, market.Options{}))
			if err == nil {
				if n == 1 {
					t.Errorf("%s calls no database", tc.name)
				}
				break
			}
			if !errors.Is(err, errAway) || got != nil || len(c.store.take()) > 0 {
				t.Fatalf("%s at call %d: %v, %v", tc.name, n, got, err)
			}
		}
	}
}
