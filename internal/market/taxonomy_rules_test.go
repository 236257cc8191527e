package market_test

import (
	"testing"

	"crier/internal/market"
)

func TestUpsertBrand(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	b := must(c.UpsertBrand(t.Context(), operator, market.BrandUpsert{
		Name: market.Some("Brüder & Söhne"), ExternalIDs: []market.Pair{{Key: "erp", Value: new("7")}},
	}))
	if b.Slug != "brüder-söhne" {
		t.Errorf("slug = %q", b.Slug)
	}
	again := must(c.UpsertBrand(t.Context(), operator, market.BrandUpsert{ID: new(b.ID()), Name: market.Some("!")}))
	if again.Num != b.Num || again.Slug != "-" || c.externalIDs(b.Ref())[0] != "erp=7" {
		t.Errorf("renamed = %+v", again)
	}
	_, err := c.UpsertBrand(t.Context(), operator, market.BrandUpsert{ExternalIDs: []market.Pair{{Key: " ", Value: new("")}}})
	expectRefusal(t, err, 422, map[string]string{
		"name": "can't be blank", "external_ids.0.key": "can't be blank", "external_ids.0.value": "can't be blank",
	})
	_, err = c.UpsertBrand(t.Context(), operator, market.BrandUpsert{ID: new("nonsense")})
	expectRefusal(t, err, 404, map[string]string{"id": "is not an id of type Brand"})
	c.expectEvents() // brands have no class
}

func TestUpsertTaxon(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	upsert := func(in market.TaxonUpsert) *market.Taxon {
		t.Helper()
		taxon, err := c.UpsertTaxon(t.Context(), operator, in)
		if err != nil {
			t.Fatal(err)
		}
		return taxon
	}
	hats := upsert(market.TaxonUpsert{Title: market.Some("Hats & Caps")})
	if hats.DisplayName != "Hats & Caps" || hats.URLSlug != "hats-caps" || hats.TaxonType != market.TaxonProduct || hats.ParentID != nil {
		t.Errorf("hats = %+v", hats)
	}
	if own := one[market.Prototype](c.sales, market.Eq("id", hats.PrototypeID)); own.Name != "Hats & Caps" {
		t.Errorf("prototype = %+v", own)
	}
	linen := upsert(market.TaxonUpsert{
		Title: market.Some("Linen"), DisplayName: market.Some("Linen shirts"), ParentID: market.Some(c.shirts.ID()),
	})
	if linen.PrototypeID != c.prototype.Num || *linen.ParentID != c.shirts.Num || linen.DisplayName != "Linen shirts" {
		t.Errorf("linen = %+v", linen)
	}
	c.expectEvents(hats.Ref().String()+" create", linen.Ref().String()+" create")

	id := new(linen.ID())
	upsert(market.TaxonUpsert{ID: id, Title: market.Some("Linen"), ParentID: market.Some(c.shirts.ID()), PrototypeID: market.Null[string]()})
	c.expectEvents()
	upsert(market.TaxonUpsert{ID: id, Title: market.Some("Flax")})
	c.expectEvents(linen.Ref().String() + " update [title treeName urlSlug]")
	upsert(market.TaxonUpsert{ID: id, ParentID: market.Null[string](), DisplayName: market.Null[string]()})
	c.expectEvents(linen.Ref().String() + " update [displayName parent]")
	upsert(market.TaxonUpsert{ID: id, PrototypeID: market.Some(market.Ref{Type: "Prototype", Num: hats.PrototypeID}.ID())})
	c.expectEvents(linen.Ref().String() + " update [prototype]")
	upsert(market.TaxonUpsert{ID: id, ExternalIDs: []market.Pair{{Key: "erp", Value: new("1")}}})
	c.expectEvents(linen.Ref().String() + " update [externalIds]")
}

func TestUpsertTaxonRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	below := must(c.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("Linen"), ParentID: market.Some(c.shirts.ID())}))
	deepest := must(c.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("White"), ParentID: market.Some(below.ID())}))
	unknown := market.Some(market.Ref{Type: "Taxon", Num: 999}.ID())
	circle := map[string]string{"parent_id": "is the taxon itself, or one below it"}
	tests := map[string]struct {
		in     market.TaxonUpsert
		status int
		want   map[string]string
	}{
		"no title":          {market.TaxonUpsert{}, 422, map[string]string{"title": "can't be blank"}},
		"cleared title":     {market.TaxonUpsert{ID: new(below.ID()), Title: market.Null[string]()}, 422, map[string]string{"title": "can't be blank"}},
		"unknown":           {market.TaxonUpsert{ID: unknown.Value}, 404, map[string]string{"id": "was not found"}},
		"unknown parent":    {market.TaxonUpsert{Title: market.Some("X"), ParentID: unknown}, 404, map[string]string{"parent_id": "was not found"}},
		"unknown prototype": {market.TaxonUpsert{Title: market.Some("X"), PrototypeID: unknown}, 404, map[string]string{"prototype_id": "is not an id of type Prototype"}},
		"itself":            {market.TaxonUpsert{ID: new(c.shirts.ID()), ParentID: market.Some(c.shirts.ID())}, 422, circle},
		"a child":           {market.TaxonUpsert{ID: new(c.shirts.ID()), ParentID: market.Some(below.ID())}, 422, circle},
		"far below":         {market.TaxonUpsert{ID: new(c.shirts.ID()), ParentID: market.Some(deepest.ID())}, 422, circle},
	}
	c.store.take()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpsertTaxon(t.Context(), operator, test.in)
			expectRefusal(t, err, test.status, test.want)
		})
	}
	c.expectEvents()
}

func TestUpsertPrototype(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	p := must(c.UpsertPrototype(t.Context(), operator, market.PrototypeUpsert{ID: new(c.prototype.ID()), Name: market.Some("Garments")}))
	if p.Num != c.prototype.Num || one[market.Prototype](c.sales, market.Eq("id", p.Num)).Name != "Garments" {
		t.Errorf("prototype = %+v", p)
	}
	_, err := c.UpsertPrototype(t.Context(), operator, market.PrototypeUpsert{})
	expectRefusal(t, err, 422, map[string]string{"name": "can't be blank"})
	c.expectEvents()
}
