package market_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// anyOpt draws an attribute that is absent, null or one of values.
func anyOpt[T any](t *rapid.T, name string, values ...T) market.Opt[T] {
	switch n := rapid.IntRange(-2, len(values)-1).Draw(t, name); n {
	case -2:
		return market.Opt[T]{}
	case -1:
		return market.Null[T]()
	default:
		return market.Some(values[n])
	}
}

// anyPairs draws pairs with keys of their own.
func anyPairs(t *rapid.T, name, value string) []market.Pair {
	var all []market.Pair
	for _, key := range []string{"a", "b"} {
		switch rapid.IntRange(0, 2).Draw(t, name+" "+key) {
		case 1:
			all = append(all, market.Pair{Key: key, Value: &value})
		case 2:
			all = append(all, market.Pair{Key: key})
		}
	}
	return all
}

func anyImages(t *rapid.T, name string) []market.ImageAttributes {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) market.ImageAttributes {
		url := fmt.Sprint("https://example.com/", rapid.IntRange(1, 3).Draw(t, "url"))
		return market.ImageAttributes{SourceURL: &url, Alt: anyOpt(t, "alt", "x", "")}
	}), 0, 3).Draw(t, name)
}

// anyVariant draws a variant that its sku, of which no other is drawn, names.
func (c *catalogue) anyVariant(t *rapid.T, sku string) market.VariantAttributes {
	in := market.VariantAttributes{
		SKU: market.Some(sku), ExternalID: anyOpt(t, "external id", "x"+sku), Barcode: anyOpt(t, "barcode", "1", ""),
		PriceAttributes: market.PriceAttributes{Price: anyOpt(t, "price", "30", "40.5"), SalePrice: anyOpt(t, "sale", "9.99")},
		CountOnHand:     anyOpt(t, "count", int64(0), 5), Published: anyOpt(t, "published", true, false),
		InfiniteQuantity: anyOpt(t, "infinite", true, false), Notes: anyOpt(t, "notes", "n"),
		ExternalIDs: anyPairs(t, "external ids", sku), Metadata: anyPairs(t, "metadata", "v"), Images: anyImages(t, "images"),
	}
	engraving := market.ChoiceAttributes{OptionTypeID: new(c.engraving.ID()), TextValue: new(rapid.SampledFrom([]string{"", "Ada"}).Draw(t, "text"))}
	size := market.ChoiceAttributes{OptionValueID: new(rapid.SampledFrom([]string{c.small.ID(), c.large.ID()}).Draw(t, "size"))}
	switch rapid.IntRange(0, 3).Draw(t, "choices") {
	case 1:
		in.OptionValueIDs = []string{*size.OptionValueID}
	case 2:
		in.VariantOptionValues = []market.ChoiceAttributes{engraving, size}
	case 3:
		in.VariantOptionValues = []market.ChoiceAttributes{}
	}
	return in
}

func (c *catalogue) anyAdvert(t *rapid.T) market.AdvertUpsert {
	in := market.AdvertUpsert{
		Title: market.Some(rapid.SampledFrom([]string{"Shirt", "Blouse"}).Draw(t, "title")), TaxonID: market.Some(c.shirts.ID()),
		PriceAttributes: market.PriceAttributes{
			Price: market.Some("20"), SalePrice: anyOpt(t, "sale", "15"), SalePriceStartAt: anyOpt(t, "start", salesNow.Add(1)),
		},
		Code: anyOpt(t, "code", "c", ""), Description: anyOpt(t, "description", "d"), ProductFeatures: anyOpt(t, "features", []string{}, []string{"f"}),
		HasFreeDomesticShipping: anyOpt(t, "free", true, false), BaseDomesticShippingCost: anyOpt(t, "shipping", "0", "9.5"),
		AttemptAutoPublish: rapid.Bool().Draw(t, "publish"),
		Metadata:           anyPairs(t, "metadata", "v"), Images: anyImages(t, "images"),
	}
	for _, value := range rapid.SliceOfN(rapid.SampledFrom([]*market.OptionValue{c.cotton, c.wool}), 0, 3).Draw(t, "fabrics") {
		in.AdvertOptionValues = append(in.AdvertOptionValues, market.ChoiceAttributes{OptionValueID: new(value.ID())})
	}
	for _, sku := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "B", "C"}), 0, 3, rapid.ID[string]).Draw(t, "skus") {
		in.Variants = append(in.Variants, c.anyVariant(t, sku))
	}
	return in
}

// An upsert that is repeated is no change, whatever it says and whatever was there before.
func TestRepeatedUpsertIsNoChange(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		a := must(c.UpsertAdvert(c.t.Context(), c.owner, c.shirt()))
		for range rapid.IntRange(1, 3).Draw(t, "upserts") {
			in := c.anyAdvert(t)
			in.AdvertID = new(a.ID())
			first, err := c.UpsertAdvert(c.t.Context(), c.owner, in)
			if err != nil {
				t.Fatal(err)
			}
			before := c.whole(a)
			c.store.take()
			second, err := c.UpsertAdvert(c.t.Context(), c.owner, in)
			if err != nil {
				t.Fatal(err)
			}
			if changes := c.store.take(); len(changes) != 0 {
				t.Fatalf("the repeated upsert changed %q", changes)
			}
			if after := c.whole(a); after != before || !second.UpdatedAt.Equal(first.UpdatedAt) {
				t.Fatalf("before:\n%s\nafter:\n%s", before, after)
			}
		}
		must(c.DeleteAdvert(c.t.Context(), c.owner, a.ID()))
	})
}

// whole writes down all that is stored of an advert.
func (c *catalogue) whole(a *market.Advert) string {
	c.t.Helper()
	row, err := json.Marshal(one[market.Advert](c.sales, market.Eq("id", a.Num)))
	if err != nil {
		c.t.Fatal(err)
	}
	text := fmt.Sprintf("%s\n", row)
	owners := []market.Ref{a.Ref()}
	for _, v := range c.variants(a) {
		text += fmt.Sprintln(v.Num, v.Label, v.Published, v.CountOnHand, v.UpdatedAt)
		for _, choice := range rows[market.VariantOptionValue](c.sales, market.Eq("variant_id", v.Num)) {
			text += fmt.Sprintln("choice", choice.Num, choice.OptionTypeID)
		}
		owners = append(owners, v.Ref())
	}
	for _, owner := range owners {
		text += fmt.Sprintln(owner, c.externalIDs(owner), c.metadata(owner))
		for _, i := range c.images(owner) {
			text += fmt.Sprintln("image", i.Num, *i.SourceURL, i.Position)
		}
	}
	return text
}
