package market_test

import (
	"testing"

	"crier/internal/market"
)

func TestPublish(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	price, variants := "must be above zero, on the advert or on a published variant", "must have a published one"
	priced := func(text string, published bool) market.VariantAttributes {
		return market.VariantAttributes{PriceAttributes: market.PriceAttributes{Price: market.Some(text)}, Published: market.Some(published)}
	}
	noPrice := func(in *market.AdvertUpsert) { in.Price = market.Opt[string]{} }
	tests := map[string]struct {
		in market.AdvertUpsert
		// want are the reasons not to publish; none publishes.
		want map[string]string
	}{
		"complete":                   {c.shirt(withVariants(sku("A"))), nil},
		"priced by its variant":      {c.shirt(noPrice, withVariants(priced("1", true))), nil},
		"nothing":                    {c.shirt(noPrice), map[string]string{"price": price, "variants": variants}},
		"no variant":                 {c.shirt(), map[string]string{"variants": variants}},
		"price zero":                 {c.shirt(func(in *market.AdvertUpsert) { in.Price = market.Some("0") }, withVariants(sku("A"))), map[string]string{"price": price}},
		"priced variant unpublished": {c.shirt(noPrice, withVariants(priced("1", false))), map[string]string{"price": price, "variants": variants}},
		"all variants unpublished":   {c.shirt(withVariants(priced("1", false))), map[string]string{"variants": variants}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := test.in
			in.AttemptAutoPublish = true
			if a := c.upsert(in); a.Published != (test.want == nil) {
				t.Errorf("auto-published = %t", a.Published)
			}
			a := c.upsert(test.in)
			c.store.take()
			published, err := c.PublishAdvert(t.Context(), c.owner, a.ID(), true)
			if test.want != nil {
				expectRefusal(t, err, 422, test.want)
				c.expectEvents()
				return
			}
			if err != nil || !published.Published {
				t.Fatalf("published %+v, %v", published, err)
			}
			c.expectEvents(a.Ref().String() + " update [displayable published]")
		})
	}
}

func TestUnpublish(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(sku("A")), func(in *market.AdvertUpsert) { in.AttemptAutoPublish = true }))
	c.store.take()
	must(c.PublishAdvert(t.Context(), c.owner, a.ID(), true))
	c.expectEvents()
	must(c.PublishAdvert(t.Context(), c.owner, a.ID(), false))
	c.expectEvents(a.Ref().String() + " update [displayable published]")
	for id, want := range map[string]string{
		a.ID(): "was not found", c.shirts.ID(): "is not an id of type Advert", (market.Ref{Type: "Advert", Num: 99}).ID(): "was not found",
	} {
		_, err := c.PublishAdvert(t.Context(), c.stranger, id, true)
		expectRefusal(t, err, 404, map[string]string{"id": want})
	}
	c.expectEvents()
}

func TestDeleteAdvert(t *testing.T) {
	t.Parallel()
	onBoth(t, testDeleteAdvert)
}

func testDeleteAdvert(t *testing.T, s *sales) {
	c := newCatalogueIn(s)
	named := []market.Pair{{Key: "erp", Value: new("1")}}
	in := c.shirt(withVariants(
		market.VariantAttributes{ExternalIDs: named, OptionValueIDs: []string{c.small.ID()}, Metadata: named}, sku("B"),
	), func(in *market.AdvertUpsert) {
		in.ExternalIDs, in.Images = named, []market.ImageAttributes{{SourceURL: new("https://example.com/1.png")}}
	})
	a := c.upsert(in)
	variants := c.variants(a)
	must(c.DeleteVariant(t.Context(), c.owner, variants[1].ID()))
	c.store.take()
	_, err := c.DeleteAdvert(t.Context(), c.stranger, a.ID())
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})

	gone := must(c.DeleteAdvert(t.Context(), c.owner, a.ID()))
	c.expectEvents(a.Ref().String()+" destroy", variants[0].Ref().String()+" destroy")
	if gone.DeletedAt == nil || len(c.variants(a)) != 0 {
		t.Errorf("deleted = %+v", gone)
	}
	for _, e := range rows[market.ExternalID](c.sales) {
		if e.DeletedAt == nil || !e.DeletedAt.Equal(*gone.DeletedAt) {
			t.Errorf("external id of %s was deleted at %v", e.OwnerRef(), e.DeletedAt)
		}
	}
	// What the document of a destroy reads stays.
	choices, images := len(rows[market.VariantOptionValue](c.sales)), len(rows[market.Image](c.sales))
	if got := c.metadata(variants[0].Ref()); choices != 1 || images != 1 || len(got) != 1 {
		t.Errorf("%d choices, %d images and %d metadata are left", choices, images, len(got))
	}

	_, err = c.DeleteAdvert(t.Context(), c.owner, a.ID())
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})
	_, err = c.DeleteVariant(t.Context(), c.owner, variants[0].ID())
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})
	_, err = c.PublishAdvert(t.Context(), c.owner, a.ID(), true)
	expectRefusal(t, err, 404, map[string]string{"id": "was not found"})
	_, err = c.UpsertAdvert(t.Context(), c.owner, market.AdvertUpsert{AdvertID: new(a.ID()), Title: market.Some("Back")})
	expectRefusal(t, err, 404, map[string]string{"advert_id": "was not found"})
	c.expectEvents()

	if again := c.upsert(in); again.Num == a.Num {
		t.Error("a deleted advert came back")
	}
}
