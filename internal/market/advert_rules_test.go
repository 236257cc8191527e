package market_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crier/internal/market"
)

func TestCreateAdvert(t *testing.T) {
	t.Parallel()
	onBoth(t, testCreateAdvert)
}

func testCreateAdvert(t *testing.T, s *sales) {
	c := newCatalogueIn(s)
	brand := must(c.UpsertBrand(t.Context(), operator, market.BrandUpsert{Name: market.Some("Acme")}))
	end := time.Date(2026, 4, 1, 0, 0, 0, 1234, time.FixedZone("", 3600))
	in := market.AdvertUpsert{
		Title: market.Some("Linen shirt"), TaxonID: market.Some(c.shirts.ID()), BrandID: market.Some(brand.ID()),
		PriceAttributes: market.PriceAttributes{
			Price: market.Some("25.95"), SalePrice: market.Some("20"), RecommendedRetailPrice: market.Some("30.5"),
			SalePriceEndAt: market.Some(end),
		},
		BaseDomesticShippingCost: market.Some("0"), Code: market.Some("LS"), Description: market.Some("Of *linen*."),
		ExternalID: market.Some("e1"), HasFreeDomesticShipping: market.Some(true),
		ProductFeatures: market.Some([]string{"Light"}), Specifications: market.Some(""),
		ExternalIDs: []market.Pair{{Key: "erp", Value: new("1")}}, Metadata: []market.Pair{{Key: "a", Value: new("b")}},
		Images:             []market.ImageAttributes{{SourceURL: new("https://example.com/1.jpg")}},
		AdvertOptionValues: []market.ChoiceAttributes{{OptionValueID: new(c.wool.ID())}, {OptionValueID: new(c.cotton.ID())}},
		Variants: []market.VariantAttributes{{
			SKU: market.Some("LS-S"), Barcode: market.Some("4006381333931"), CountOnHand: market.Some(int64(3)),
			VariantOptionValues: []market.ChoiceAttributes{
				{OptionTypeID: new(c.engraving.ID()), TextValue: new("For Ada")}, {OptionValueID: new(c.small.ID())},
			},
			ExternalIDs: []market.Pair{{Key: "erp", Value: new("1")}}, Metadata: []market.Pair{{Key: "a", Value: new("c")}},
			Images: []market.ImageAttributes{{SourceURL: new("https://example.com/1.jpg")}},
		}, {InfiniteQuantity: market.Some(true), Published: market.Some(false), Notes: market.Some("n")}},
	}
	a := must(c.UpsertAdvert(t.Context(), c.owner, in))
	wantAdvert := &market.Advert{
		Base: a.Base, BaseDomesticShippingCostCents: new(int64(0)), BrandID: &brand.Num, Code: new("LS"), Condition: market.ConditionNew,
		Description: new("Of *linen*."), ExternalID: new("e1"), HasFreeDomesticShipping: new(true),
		ProductFeatures: []string{"Light"}, SellerID: c.seller.Num, TaxonID: c.shirts.Num, Title: "Linen shirt", Vetted: true,
		Price: market.Price{
			EditablePriceCents: new(int64(2595)), EditableSalePriceCents: new(int64(2000)), RecommendedRetailPriceCents: new(int64(3050)),
			SalePriceEndAt: new(end.UTC().Truncate(time.Microsecond)),
		},
	}
	if diff := cmp.Diff(wantAdvert, one[market.Advert](c.sales)); diff != "" {
		t.Errorf("advert (-want +got):\n%s", diff)
	}
	variants := c.variants(a)
	want := []*market.Variant{
		{
			AdvertID: a.Num, SellerID: c.seller.Num, SKU: new("LS-S"), Barcode: new("4006381333931"), CountOnHand: 3, Published: true,
			Label: "Small / For Ada",
		},
		{AdvertID: a.Num, SellerID: c.seller.Num, InfiniteQuantity: true, Notes: new("n"), Label: "Linen shirt"},
	}
	if diff := cmp.Diff(want, variants, cmpopts.IgnoreTypes(market.Base{})); diff != "" {
		t.Errorf("variants (-want +got):\n%s", diff)
	}
	for _, owner := range []market.Ref{a.Ref(), variants[0].Ref()} {
		if got := c.externalIDs(owner); !cmp.Equal(got, []string{"erp=1"}) {
			t.Errorf("external ids of %s = %q", owner, got)
		}
		if got := c.images(owner); len(got) != 1 || *got[0].SourceURL != "https://example.com/1.jpg" || got[0].SellerID != c.seller.Num {
			t.Errorf("images of %s = %v", owner, got)
		}
	}
	if got := rows[market.AdvertOptionValue](c.sales, market.Eq("advert_id", a.Num)); len(got) != 2 {
		t.Errorf("%d choices", len(got))
	}
	c.expectEvents(a.Ref().String()+" create", variants[0].Ref().String()+" create", variants[1].Ref().String()+" create")
}

func TestAdvertSeller(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	own, other := c.seller.ID(), market.Ref{Type: "Seller", Num: c.stranger.Seller}.ID()
	a := c.upsert(c.shirt())
	of := func(id string) func(*market.AdvertUpsert) { return func(in *market.AdvertUpsert) { in.SellerID = &id } }
	existing := func(in *market.AdvertUpsert) { in.AdvertID = new(a.ID()) }
	another := map[string]string{"seller_id": "can't be another seller"}
	tests := map[string]struct {
		actor  market.Actor
		in     market.AdvertUpsert
		status int
		want   map[string]string
	}{
		"operator names none":         {operator, c.shirt(), 422, map[string]string{"seller_id": "can't be blank for a key of the operator"}},
		"operator names the seller":   {operator, c.shirt(of(own)), 0, nil},
		"operator changes":            {operator, c.shirt(existing), 0, nil},
		"operator repeats the seller": {operator, c.shirt(existing, of(own)), 0, nil},
		"operator gives it away":      {operator, c.shirt(existing, of(other)), 422, another},
		"operator names nobody":       {operator, c.shirt(of(market.Ref{Type: "Seller", Num: 99}.ID())), 404, map[string]string{"seller_id": "was not found"}},
		"operator names something":    {operator, c.shirt(of(a.ID())), 404, map[string]string{"seller_id": "is not an id of type Seller"}},
		"seller names itself":         {c.owner, c.shirt(of(own)), 0, nil},
		"seller names another":        {c.owner, c.shirt(of(other)), 422, another},
		"another's advert":            {c.stranger, c.shirt(existing), 404, map[string]string{"advert_id": "was not found"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			made, err := c.UpsertAdvert(t.Context(), test.actor, test.in)
			if test.want != nil {
				expectRefusal(t, err, test.status, test.want)
			} else if err != nil || made.SellerID != c.seller.Num {
				t.Errorf("made %+v, %v", made, err)
			}
		})
	}
}

func TestUpsertAdvertRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(sku("A"))))
	c.store.take()
	blank, long := "can't be blank", strings.Repeat("x", 100_001)
	price := func(price, sale string) func(*market.AdvertUpsert) {
		return func(in *market.AdvertUpsert) {
			in.Price, in.SalePrice = market.Some(price), market.Opt[string]{Set: sale != "", Value: &sale}
		}
	}
	tests := map[string]struct {
		change func(*market.AdvertUpsert)
		status int
		want   map[string]string
	}{
		"nothing given": {
			func(in *market.AdvertUpsert) { *in = market.AdvertUpsert{} }, 422,
			map[string]string{"title": blank, "taxon_id": blank},
		},
		"cleared": {
			func(in *market.AdvertUpsert) {
				*in = market.AdvertUpsert{AdvertID: new(a.ID()), Title: market.Null[string](), TaxonID: market.Null[string]()}
			}, 422,
			map[string]string{"title": blank, "taxon_id": blank},
		},
		"lengths": {
			func(in *market.AdvertUpsert) {
				in.Title, in.Code = market.Some(long[:256]), market.Some(long[:256])
				in.Description, in.Specifications = market.Some(long), market.Some(long)
				in.ProductFeatures = market.Some([]string{"a", " ", long[:10_001]})
			}, 422,
			map[string]string{
				"title": "is too long: at most 255 characters", "code": "is too long: at most 255 characters",
				"description": "is too long: at most 100000 characters", "specifications": "is too long: at most 100000 characters",
				"product_features.1": blank, "product_features.2": "is too long: at most 10000 characters",
			},
		},
		"features": {
			func(in *market.AdvertUpsert) {
				in.ProductFeatures = market.Some(strings.Split(strings.Repeat("x", 101), ""))
			}, 422,
			map[string]string{"product_features": "has too many entries: at most 100"},
		},
		"unknown references": {
			func(in *market.AdvertUpsert) {
				in.TaxonID, in.BrandID = market.Some(market.Ref{Type: "Taxon", Num: 99}.ID()), market.Some(c.shirts.ID())
			}, 422,
			map[string]string{"taxon_id": "was not found", "brand_id": "is not an id of type Brand"},
		},
		"unknown advert":         {func(in *market.AdvertUpsert) { in.AdvertID = new(market.Ref{Type: "Advert", Num: 99}.ID()) }, 404, map[string]string{"advert_id": "was not found"}},
		"price of words":         {price("cheap", ""), 422, map[string]string{"price": `is not a price: write it as in "25.95"`}},
		"price below zero":       {price("-1", ""), 422, map[string]string{"price": "can't be negative"}},
		"sale at the price":      {price("20", "20.00"), 422, map[string]string{"sale_price": "must be below the price of 20.0"}},
		"sale of words":          {price("20", "1,5"), 422, map[string]string{"sale_price": `is not a price: write it as in "25.95"`}},
		"sale without any price": {func(in *market.AdvertUpsert) { in.Price, in.SalePrice = market.Opt[string]{}, market.Some("1") }, 422, map[string]string{"sale_price": "needs a price that it is below"}},
		"sale ends at its start": {
			func(in *market.AdvertUpsert) {
				in.SalePriceStartAt, in.SalePriceEndAt = market.Some(salesNow), market.Some(salesNow)
			}, 422,
			map[string]string{"sale_price_end_at": "must be after the sale's start"},
		},
		"vetted by the seller":      {func(in *market.AdvertUpsert) { in.Vetted = market.Some(false) }, 422, map[string]string{"vetted": "can only be changed by the operator"}},
		"shipping":                  {func(in *market.AdvertUpsert) { in.BaseDomesticShippingCost = market.Some("0.001") }, 422, map[string]string{"base_domestic_shipping_cost": "has a fraction of a cent: give at most two decimals"}},
		"too many variants":         {func(in *market.AdvertUpsert) { in.Variants = make([]market.VariantAttributes, 101) }, 422, map[string]string{"variants": "has too many entries: at most 100"}},
		"too many images":           {func(in *market.AdvertUpsert) { in.Images = make([]market.ImageAttributes, 101) }, 422, map[string]string{"images": "has too many entries: at most 100"}},
		"metadata":                  {func(in *market.AdvertUpsert) { in.Metadata = []market.Pair{{Key: "k", Value: &long}} }, 422, map[string]string{"metadata.0.value": "is too long: at most 10000 characters"}},
		"everything about variants": {withVariants(badVariant(c)), 422, badVariantProblems("variants.0.")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := c.shirt(test.change)
			_, err := c.UpsertAdvert(t.Context(), c.owner, in)
			expectRefusal(t, err, test.status, test.want)
		})
	}
	c.expectEvents()
}

// badVariant is wrong in everything that a variant has.
func badVariant(c *catalogue) market.VariantAttributes {
	long := market.Some(strings.Repeat("x", 10_001))
	return market.VariantAttributes{
		Barcode: long, SKU: long, ExternalID: long, Notes: long, CountOnHand: market.Some(int64(-1)),
		PriceAttributes: market.PriceAttributes{
			Price: market.Some("0"), SalePrice: market.Some("."), RecommendedRetailPrice: market.Some("21474836.48"),
		},
		ExternalIDs: []market.Pair{{Key: "a", Value: long.Value}}, Metadata: []market.Pair{{Key: *long.Value}},
		Images:         []market.ImageAttributes{{SourceURL: new("ftp://example.com/1.png")}},
		OptionValueIDs: []string{c.small.ID()}, VariantOptionValues: []market.ChoiceAttributes{},
	}
}

func badVariantProblems(path string) map[string]string {
	long := "is too long: at most 255 characters"
	want := map[string]string{
		"barcode": long, "sku": long, "external_id": long, "notes": "is too long: at most 10000 characters",
		"count_on_hand": "must be between 0 and 2147483647", "price": "must be above zero",
		"sale_price": `is not a price: write it as in "25.95"`, "recommended_retail_price": "is too much: at most 21474836.47",
		"external_ids.0.value": long, "metadata.0.key": long, "images.0.source_url": "must be an absolute http or https URL",
		"option_value_ids": "can't be given together with variant_option_values",
	}
	found := map[string]string{}
	for field, message := range want {
		found[path+field] = message
	}
	return found
}

func TestUpsertAdvertEvents(t *testing.T) {
	t.Parallel()
	onBoth(t, testUpsertAdvertEvents)
}

func testUpsertAdvertEvents(t *testing.T, s *sales) {
	c := newCatalogueIn(s)
	a := c.upsert(c.shirt(withVariants(sku("A"), sku("B"))))
	advert, first, second := a.Ref().String(), c.variants(a)[0].Ref().String(), c.variants(a)[1].Ref().String()
	c.store.take()
	change := func(f func(*market.AdvertUpsert)) market.AdvertUpsert {
		in := market.AdvertUpsert{AdvertID: new(a.ID())}
		f(&in)
		return in
	}
	type in = market.AdvertUpsert
	steps := []struct {
		name string
		in   market.AdvertUpsert
		want []string
	}{
		{"nothing", change(func(*in) {}), nil},
		{"the same", c.shirt(func(i *in) { i.AdvertID, i.Variants = new(a.ID()), []market.VariantAttributes{sku("A")} }), nil},
		{"title", change(func(i *in) { i.Title = market.Some("Shirt") }), []string{advert + " update [fullTitle title]"}},
		{"price", change(func(i *in) { i.Price = market.Some("24") }), []string{advert + " update [editablePriceCents lowestPriceCents]"}},
		{"description", change(func(i *in) { i.Description = market.Some("x") }), []string{advert + " update [description descriptionHtml]"}},
		{"no description", change(func(i *in) { i.Description = market.Null[string]() }), []string{advert + " update [description descriptionHtml]"}},
		{"features", change(func(i *in) { i.ProductFeatures = market.Some([]string{"x"}) }), []string{advert + " update [productFeatures]"}},
		{"choices", change(func(i *in) { i.AdvertOptionValues = []market.ChoiceAttributes{{OptionValueID: new(c.wool.ID())}} }), []string{advert + " update [advertOptionValues]"}},
		{"the same choices", change(func(i *in) {
			i.AdvertOptionValues = []market.ChoiceAttributes{{OptionValueID: new(c.wool.ID()), OptionTypeID: new(c.fabric.ID())}}
		}), nil},
		{"external id", change(func(i *in) { i.ExternalIDs = []market.Pair{{Key: "k", Value: new("1")}} }), []string{advert + " update [externalIds]"}},
		{"metadata", change(func(i *in) { i.Metadata = []market.Pair{{Key: "k", Value: new("1")}} }), []string{advert + " update [metadata]"}},
		{"image", change(func(i *in) { i.Images = []market.ImageAttributes{{SourceURL: new("https://example.com/1")}} }), []string{advert + " update [images]"}},
		{"stock of one", change(func(i *in) {
			i.Variants = []market.VariantAttributes{{SKU: market.Some("A"), CountOnHand: market.Some(int64(2))}, sku("B")}
		}), []string{advert + " update [variants]", first + " update [buyable countOnHand]"}},
		{"image of one", change(func(i *in) {
			i.Variants = []market.VariantAttributes{{SKU: market.Some("B"), Images: []market.ImageAttributes{{SourceURL: new("https://example.com/1")}}}}
		}), []string{advert + " update [variants]", second + " update [images]"}},
		{"choices of one", change(func(i *in) {
			i.Variants = []market.VariantAttributes{{SKU: market.Some("B"), OptionValueIDs: []string{c.large.ID()}}}
		}), []string{advert + " update [variants]", second + " update [label optionValues variantOptionValues]"}},
		{"metadatum of one", change(func(i *in) {
			i.Variants = []market.VariantAttributes{{SKU: market.Some("B"), Metadata: []market.Pair{{Key: "k", Value: new("1")}}}}
		}), []string{second + " update [metadata]"}},
		{"a third", change(func(i *in) { i.Variants = []market.VariantAttributes{sku("C")} }), []string{advert + " update [variants]", "Variant-3 create"}},
		{"auto-publish", change(func(i *in) { i.AttemptAutoPublish = true }), []string{advert + " update [displayable published]"}},
		{"auto-publish again", change(func(i *in) { i.AttemptAutoPublish = true }), nil},
	}
	for _, step := range steps {
		if _, err := c.UpsertAdvert(t.Context(), c.owner, step.in); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, c.store.take()); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", step.name, diff)
		}
	}
	var labels []string
	for _, v := range c.variants(a) {
		labels = append(labels, v.Label)
	}
	if fmt.Sprint(labels) != "[Shirt Large Shirt]" {
		t.Errorf("labels = %q", labels)
	}
}

func TestVetted(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(func(in *market.AdvertUpsert) { in.Vetted = market.Some(true) }))
	vetted := func(actor market.Actor, value market.Opt[bool]) error {
		_, err := c.UpsertAdvert(t.Context(), actor, market.AdvertUpsert{AdvertID: new(a.ID()), Vetted: value})
		return err
	}
	if err := vetted(operator, market.Some(false)); err != nil {
		t.Fatal(err)
	}
	if err := vetted(c.owner, market.Null[bool]()); err != nil {
		t.Error(err)
	}
	expectRefusal(t, vetted(c.owner, market.Some(true)), 422, map[string]string{"vetted": "can only be changed by the operator"})
	if one[market.Advert](c.sales).Vetted {
		t.Error("the advert is vetted")
	}
}
