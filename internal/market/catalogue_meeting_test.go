package market_test

import (
	"fmt"
	"testing"

	"crier/internal/market"
)

func TestOneExternalIDForMany(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		c := newCatalogueIn(s)
		adverts := make([]*market.Advert, 6)
		for i := range adverts {
			adverts[i] = c.upsert(c.shirt())
		}
		won := together(t, len(adverts), func(i int) error {
			_, err := c.UpsertExternalID(t.Context(), c.owner, adverts[i].ID(), "erp", "1", nil)
			return err
		})
		if left := rows[market.ExternalID](c.sales); won != 1 || len(left) != 1 {
			t.Errorf("%d adverts got the external id, which is stored %d times", won, len(left))
		}
	})
}

func TestUpsertsOfOneVariantMeet(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		c := newCatalogueIn(s)
		a := c.upsert(c.shirt())
		won := together(t, 6, func(i int) error {
			in := sku("A")
			in.CountOnHand = market.Some(int64(i))
			in.Metadata = []market.Pair{{Key: "k", Value: new(fmt.Sprint(i))}}
			_, err := c.UpsertAdvert(t.Context(), c.owner, market.AdvertUpsert{AdvertID: new(a.ID()), Variants: []market.VariantAttributes{in}})
			return err
		})
		variants := c.variants(a)
		if won != 6 || len(variants) != 1 || len(c.metadata(variants[0].Ref())) != 1 {
			t.Fatalf("%d upserts succeeded and made %d variants", won, len(variants))
		}
		if got := c.metadata(variants[0].Ref())[0]; got != fmt.Sprint("k=", variants[0].CountOnHand) {
			t.Errorf("the metadatum %s and the stock %d are of different upserts", got, variants[0].CountOnHand)
		}
	})
}

// Two moves, each of which is allowed by itself, must not close a circle.
func TestTaxonMovesMeet(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		c := newCatalogueIn(s)
		ring := make([]*market.Taxon, 4)
		for i := range ring {
			ring[i] = must(c.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("Ring")}))
		}
		moved := together(t, len(ring), func(i int) error {
			_, err := c.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{
				ID: new(ring[i].ID()), ParentID: market.Some(ring[(i+1)%len(ring)].ID()),
			})
			return err
		})
		if tops := rows[market.Taxon](c.sales, market.Eq("title", "Ring"), market.Eq("parent_id", nil)); moved != len(ring)-1 || len(tops) != 1 {
			t.Errorf("%d taxons were moved, and %d are at the top", moved, len(tops))
		}
	})
}
