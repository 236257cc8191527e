package market_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// variantsAs shows variants as "number externalId sku count".
func variantsAs(found []*market.Variant) []string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	var all []string
	for _, v := range found {
		all = append(all, fmt.Sprint(v.Num, " ", text(v.ExternalID), " ", text(v.SKU), " ", v.CountOnHand))
	}
	return all
}

func TestMergeVariants(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	variant := func(num int64, externalID, sku string, count int64) market.VariantAttributes {
		in := market.VariantAttributes{CountOnHand: market.Some(count)}
		if num != 0 {
			in.ID = new(market.Ref{Type: "Variant", Num: num}.ID())
		}
		if externalID != "" {
			in.ExternalID = market.Some(externalID)
		}
		if sku != "" {
			in.SKU = market.Some(sku)
		}
		return in
	}
	a := c.upsert(c.shirt(withVariants(variant(0, "e1", "A", 0), variant(0, "e2", "A", 0), variant(0, "", "B", 0))))
	stranger := c.upsert(c.shirt(withVariants(variant(0, "e9", "Z", 0))))
	steps := []struct {
		name string
		in   []market.VariantAttributes
		want []string
		// refused are the messages, in whose place nothing changes.
		refused map[string]string
	}{
		{"by external id before sku", []market.VariantAttributes{variant(0, "e2", "A", 5)}, []string{"1 e1 A 0", "2 e2 A 5", "3 - B 0"}, nil},
		{"all at once", []market.VariantAttributes{variant(0, "e2", "A", 6), variant(0, "e1", "A", 7)}, []string{"1 e1 A 7", "2 e2 A 6", "3 - B 0"}, nil},
		{"by sku, taking an external id", []market.VariantAttributes{variant(0, "e3", "B", 1)}, []string{"1 e1 A 7", "2 e2 A 6", "3 e3 B 1"}, nil},
		{"by id, taking the sku", []market.VariantAttributes{variant(2, "", "C", 6)}, []string{"1 e1 A 7", "2 e2 C 6", "3 e3 B 1"}, nil},
		{"sku of another advert is new", []market.VariantAttributes{variant(0, "e9", "Z", 2)}, []string{"1 e1 A 7", "2 e2 C 6", "3 e3 B 1", "5 e9 Z 2"}, nil},
		{"twice by sku", []market.VariantAttributes{variant(0, "", "N", 0), variant(0, "", "N", 0)}, nil, map[string]string{"variants.1.sku": "is given twice"}},
		{"twice by id", []market.VariantAttributes{variant(1, "", "", 0), variant(0, "e1", "", 0)}, nil, map[string]string{"variants.1": "is the same variant as variants.0"}},
		{"taken external id", []market.VariantAttributes{variant(1, "e2", "", 0)}, nil, map[string]string{"variants.0.external_id": "is that of another variant of the advert"}},
		{"new external id twice", []market.VariantAttributes{variant(0, "e7", "", 0), variant(0, "e7", "", 0)}, nil, map[string]string{
			"variants.0.external_id": "is that of another variant of the advert", "variants.1.external_id": "is that of another variant of the advert",
		}},
		{"variant of another advert", []market.VariantAttributes{variant(c.variants(stranger)[0].Num, "", "", 0)}, nil, map[string]string{"variants.0.id": "was not found"}},
		{"id of something else", []market.VariantAttributes{{ID: new(c.shirts.ID())}}, nil, map[string]string{"variants.0.id": "is not an id of type Variant"}},
	}
	for _, step := range steps {
		before := variantsAs(c.variants(a))
		_, err := c.UpsertAdvert(t.Context(), c.owner, market.AdvertUpsert{AdvertID: new(a.ID()), Variants: step.in})
		if step.refused == nil && err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if step.refused != nil {
			if diff := cmp.Diff(step.refused, messages(t, err)); diff != "" {
				t.Errorf("%s: refusal (-want +got):\n%s", step.name, diff)
			}
			step.want = before
		}
		if diff := cmp.Diff(step.want, variantsAs(c.variants(a))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestUpdateVariant(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(sku("A"), sku("B"))))
	v := c.variants(a)[0]
	advert, ref := a.Ref().String()+" update [variants]", v.Ref().String()
	c.store.take()
	steps := []struct {
		name string
		in   market.VariantAttributes
		// changed are the fields of the variant's event, shown by the advert's too; "" means that there is none.
		changed string
	}{
		{"nothing", market.VariantAttributes{}, ""},
		{"the same", market.VariantAttributes{SKU: market.Some("A"), CountOnHand: market.Null[int64](), Published: market.Null[bool]()}, ""},
		{"stock", market.VariantAttributes{CountOnHand: market.Some(int64(4))}, "[buyable countOnHand]"},
		{"price", market.VariantAttributes{PriceAttributes: market.PriceAttributes{Price: market.Some("30")}}, "[editablePriceCents lowestPriceCents]"},
		{"sale", market.VariantAttributes{PriceAttributes: market.PriceAttributes{SalePrice: market.Some("29.99"), SalePriceStartAt: market.Some(salesNow)}}, "[editableSalePriceCents lowestPriceCents salePriceStartAt]"},
		{"no price", market.VariantAttributes{PriceAttributes: market.PriceAttributes{Price: market.Null[string](), SalePrice: market.Null[string]()}}, "[editablePriceCents editableSalePriceCents lowestPriceCents]"},
		{"unpublished", market.VariantAttributes{Published: market.Some(false)}, "[buyable displayable published]"},
		{"endless", market.VariantAttributes{InfiniteQuantity: market.Some(true)}, "[buyable infiniteQuantity]"},
		{"sku", market.VariantAttributes{SKU: market.Some("B")}, "[sku]"},
		{"no sku", market.VariantAttributes{SKU: market.Some("")}, "[sku]"},
		{"external id", market.VariantAttributes{ExternalID: market.Some("e")}, "[externalId]"},
		{"notes", market.VariantAttributes{Notes: market.Some("n"), Barcode: market.Some("b")}, "[barcode notes]"},
	}
	for _, step := range steps {
		if _, err := c.UpdateVariant(t.Context(), c.owner, new(v.ID()), step.in); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		var want []string
		if step.changed != "" {
			want = []string{advert, ref + " update " + step.changed}
		}
		if diff := cmp.Diff(want, c.store.take()); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", step.name, diff)
		}
	}
	must(c.UpdateVariant(t.Context(), c.owner, nil, market.VariantAttributes{ID: new(v.ID()), Metadata: []market.Pair{{Key: "k", Value: new("1")}}}))
	c.expectEvents(ref + " update [metadata]")
}

func TestUpdateVariantRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(
		market.VariantAttributes{ExternalID: market.Some("e1")}, market.VariantAttributes{ExternalID: market.Some("e2")},
	)))
	v, other := c.variants(a)[0], c.variants(a)[1]
	gone := must(c.DeleteVariant(t.Context(), c.owner, other.ID()))
	c.store.take()
	stays := c.upsert(c.shirt(withVariants(market.VariantAttributes{ExternalID: market.Some("e3")})))
	c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), Variants: []market.VariantAttributes{{ExternalID: market.Some("e4")}}})
	c.store.take()
	price := func(price market.PriceAttributes) market.VariantAttributes {
		return market.VariantAttributes{PriceAttributes: price}
	}
	id, missing := new(v.ID()), map[string]string{"variant_id": "was not found"}
	tests := map[string]struct {
		actor  market.Actor
		id     *string
		in     market.VariantAttributes
		status int
		want   map[string]string
	}{
		"no id":              {c.owner, nil, market.VariantAttributes{}, 422, map[string]string{"variant_id": "can't be blank where the attributes have no id"}},
		"two ids":            {c.owner, id, market.VariantAttributes{ID: new(other.ID())}, 422, map[string]string{"id": "is not the id in variant_id"}},
		"mistyped":           {c.owner, new(a.ID()), market.VariantAttributes{}, 404, map[string]string{"variant_id": "is not an id of type Variant"}},
		"mistyped attribute": {c.owner, nil, market.VariantAttributes{ID: new("-")}, 404, map[string]string{"id": "is not an id of type Variant"}},
		"deleted":            {c.owner, new(gone.ID()), market.VariantAttributes{}, 404, missing},
		"another seller's":   {c.stranger, id, market.VariantAttributes{}, 404, missing},
		"everything":         {c.owner, id, badVariant(c), 422, badVariantProblems("")},
		"external id":        {c.owner, id, market.VariantAttributes{ExternalID: market.Some("e4")}, 422, map[string]string{"external_id": "is that of another variant of the advert"}},
		"sale above the advert's price": {
			c.owner, id, price(market.PriceAttributes{SalePrice: market.Some("25.95")}), 422,
			map[string]string{"sale_price": "must be below the price of 25.95"},
		},
		"price no longer above the sale": {
			c.owner, new(c.variants(stays)[0].ID()), price(market.PriceAttributes{Price: market.Some("10"), SalePrice: market.Some("11")}), 422,
			map[string]string{"sale_price": "must be below the price of 10.0"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpdateVariant(t.Context(), test.actor, test.id, test.in)
			expectRefusal(t, err, test.status, test.want)
		})
	}
	c.expectEvents()
	for _, free := range []string{"e2", "e3"} { // of the deleted variant, and of another advert
		if _, err := c.UpdateVariant(t.Context(), c.owner, id, market.VariantAttributes{ExternalID: market.Some(free)}); err != nil {
			t.Error(err)
		}
	}
}

func TestDeleteVariant(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	named := []market.Pair{{Key: "erp", Value: new("1")}}
	a := c.upsert(c.shirt(withVariants(market.VariantAttributes{SKU: market.Some("A"), ExternalIDs: named}, sku("B"))))
	v := c.variants(a)[0]
	c.store.take()
	_, err := c.DeleteVariant(t.Context(), c.stranger, v.ID())
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})
	gone := must(c.DeleteVariant(t.Context(), c.owner, v.ID()))
	c.expectEvents(a.Ref().String()+" update [variants]", v.Ref().String()+" destroy")
	if gone.DeletedAt == nil || len(c.variants(a)) != 1 || c.externalIDs(v.Ref()) != nil {
		t.Errorf("deleted = %+v", gone)
	}
	if e := one[market.ExternalID](c.sales); !e.DeletedAt.Equal(*gone.DeletedAt) {
		t.Errorf("its external id was deleted at %v, the variant at %v", e.DeletedAt, gone.DeletedAt)
	}
	_, err = c.DeleteVariant(t.Context(), c.owner, v.ID())
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})
	c.expectEvents()
	again := c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), Variants: []market.VariantAttributes{{SKU: market.Some("A"), ExternalIDs: named}}})
	if got := variantsAs(c.variants(again)); !cmp.Equal(got, []string{"2 - B 0", "3 - A 0"}) {
		t.Errorf("variants = %q", got)
	}
}

// A variant without a price of its own is sold below the advert's during its sale, whichever changes.
func TestAdvertPriceStaysAboveSales(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	reduced, own := sku("A"), sku("B")
	reduced.SalePrice = market.Some("20")
	own.Price, own.SalePrice = market.Some("50"), market.Some("40")
	id := new(c.upsert(c.shirt(withVariants(reduced, own))).ID())
	upsert := func(price market.Opt[string]) error {
		_, err := c.UpsertAdvert(t.Context(), c.owner, market.AdvertUpsert{AdvertID: id, PriceAttributes: market.PriceAttributes{Price: price}})
		return err
	}
	for _, price := range []market.Opt[string]{market.Some("20"), market.Some("19.99"), market.Null[string]()} {
		expectRefusal(t, upsert(price), 422, map[string]string{
			"price": "must be above 20.0, the sale price of a variant without a price of its own",
		})
	}
	if err := upsert(market.Some("20.01")); err != nil {
		t.Error(err)
	}
}
