package sample_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
)

// byNum finds entities by their numbers.
func byNum[T any](rows []*T, num func(*T) int64) map[int64]*T {
	found := map[int64]*T{}
	for _, row := range rows {
		found[num(row)] = row
	}
	return found
}

// some asserts that something is true of at least one row, and says of what.
func some[T any](t *testing.T, rows []*T, what string, is func(*T) bool) {
	t.Helper()
	if !slices.ContainsFunc(rows, is) {
		t.Errorf("none of %d rows is %s", len(rows), what)
	}
}

// every asserts that something is true of every row.
func every[T any](t *testing.T, rows []*T, what string, is func(*T) bool) {
	t.Helper()
	for _, row := range rows {
		if !is(row) {
			t.Errorf("not %s: %+v", what, row)
		}
	}
}

// checkSellers looks for sellers of several countries, and for those who do not sell.
func (p place) checkSellers(t *testing.T) {
	sellers, addresses := all[market.Seller](p), byNum(all[market.Address](p), func(a *market.Address) int64 { return a.Num })
	countries := map[string]bool{}
	for _, s := range sellers {
		if s.AddressID == nil || s.LogoID == nil || s.StoreDescription == nil || len(s.Tags) < 2 {
			t.Errorf("seller %+v", s)
			continue
		}
		countries[addresses[*s.AddressID].CountryCode] = true
	}
	if len(sellers) < 8 || len(countries) < 5 {
		t.Errorf("%d sellers in %v", len(sellers), countries)
	}
	some(t, sellers, "deleted", func(s *market.Seller) bool { return s.DeletedAt != nil })
	some(t, sellers, "prospective", func(s *market.Seller) bool { return *s.AccountType == market.AccountProspective })
	every(t, all[market.Image](p, market.Eq("owner_type", "Seller")), "a logo that lies elsewhere", func(i *market.Image) bool { return i.SourceURL != nil })
	every(t, sellers, "described by metadata", func(s *market.Seller) bool {
		return len(all[market.Metadatum](p, market.Eq("owner_type", "Seller"), market.Eq("owner_id", s.Num))) > 0
	})
	if brands := len(all[market.Brand](p)); brands < 10 {
		t.Errorf("%d brands", brands)
	}
	if n := len(all[market.ShipmentCarrier](p)); n == 0 || n > 50 {
		t.Errorf("%d carriers, want 1 to 50", n)
	}
}

// checkTaxons holds every taxon to having options of every kind, and the tree to its depth.
func (p place) checkTaxons(t *testing.T) {
	taxons := all[market.Taxon](p)
	parents := byNum(taxons, func(t *market.Taxon) int64 { return t.Num })
	types := byNum(all[market.OptionType](p), func(o *market.OptionType) int64 { return o.Num })
	deepest := 0
	for _, taxon := range taxons {
		depth := 1
		for at := taxon; at.ParentID != nil; at = parents[*at.ParentID] {
			depth++
		}
		deepest = max(deepest, depth)
		kinds := map[string]bool{}
		for _, pair := range all[market.PrototypeOption](p, market.Eq("prototype_id", taxon.PrototypeID)) {
			o := types[pair.OptionTypeID]
			kinds[fmt.Sprint(o.AppliedTo, " ", o.FieldType == market.FreeText)] = true
			if values := all[market.OptionValue](p, market.Eq("option_type_id", o.Num)); (len(values) == 0) != (o.FieldType == market.FreeText) {
				t.Errorf("%s is %s and has %d values", o.Name, o.FieldType, len(values))
			}
		}
		if len(kinds) != 4 {
			t.Errorf("%s has only options of the kinds %v", taxon.Title, slices.Collect(maps.Keys(kinds)))
		}
	}
	if deepest != 3 {
		t.Errorf("the tree is %d levels deep, want 3", deepest)
	}
}

// checkAdverts looks for adverts in every state, of every seller who sells.
func (p place) checkAdverts(t *testing.T) {
	adverts := all[market.Advert](p)
	perSeller, titles := map[int64]int{}, map[string]bool{}
	for _, a := range adverts {
		perSeller[a.SellerID]++
		titles[a.Title] = true
		if a.Description == nil || !strings.Contains(*a.Description, "**") || a.Specifications == nil || len(a.ProductFeatures) == 0 {
			t.Errorf("advert %+v", a)
		}
		if n := len(all[market.AdvertOptionValue](p, market.Eq("advert_id", a.Num))); n < 2 {
			t.Errorf("%s has %d choices", a.Title, n)
		}
	}
	if len(adverts) < 50 || len(titles) != len(adverts) || len(perSeller) < 8 {
		t.Errorf("%d adverts with %d titles of %d sellers", len(adverts), len(titles), len(perSeller))
	}
	some(t, adverts, "published", func(a *market.Advert) bool { return a.Published && a.Vetted && a.DeletedAt == nil })
	some(t, adverts, "unpublished", func(a *market.Advert) bool { return !a.Published })
	some(t, adverts, "not vetted", func(a *market.Advert) bool { return !a.Vetted })
	some(t, adverts, "deleted", func(a *market.Advert) bool { return a.DeletedAt != nil })
	some(t, adverts, "priced as a whole", func(a *market.Advert) bool { return a.EditablePriceCents != nil })
	some(t, adverts, "without a brand", func(a *market.Advert) bool { return a.BrandID == nil })
	pictures := all[market.Image](p)
	some(t, pictures, "stored here", func(i *market.Image) bool { return i.Digest != "" })
	every(t, pictures, "from a reserved domain", func(i *market.Image) bool {
		return i.SourceURL == nil || strings.Contains(*i.SourceURL, ".example.com/")
	})
}

// checkVariants looks for variants of every price and stock.
func (p place) checkVariants(t *testing.T) {
	variants, barcodes := all[market.Variant](p), map[string]bool{}
	every(t, variants, "to be told by SKU, external id and barcode", func(v *market.Variant) bool {
		known := barcodes[*v.Barcode]
		barcodes[*v.Barcode] = true
		return v.SKU != nil && v.ExternalID != nil && v.Label != "" && validEAN(*v.Barcode) && !known
	})
	sale := func(state int) func(*market.Variant) bool {
		return func(v *market.Variant) bool {
			return v.EditableSalePriceCents != nil && present.Compare(*v.SalePriceStartAt)+present.Compare(*v.SalePriceEndAt) == state
		}
	}
	some(t, variants, "in a sale that is over", sale(2))
	some(t, variants, "in a sale that runs", sale(0))
	some(t, variants, "in a sale to come", sale(-2))
	some(t, variants, "recommended at a price", func(v *market.Variant) bool { return v.RecommendedRetailPriceCents != nil })
	some(t, variants, "priced by its advert", func(v *market.Variant) bool { return v.EditablePriceCents == nil })
	some(t, variants, "infinite", func(v *market.Variant) bool { return v.InfiniteQuantity })
	some(t, variants, "out of stock", func(v *market.Variant) bool { return !v.InStock(1) })
	some(t, variants, "unpublished", func(v *market.Variant) bool { return !v.Published })
	adverts := byNum(all[market.Advert](p), func(a *market.Advert) int64 { return a.Num })
	some(t, variants, "deleted from an advert that stays", func(v *market.Variant) bool { return v.DeletedAt != nil && adverts[v.AdvertID].DeletedAt == nil })
}

// validEAN checks the last digit of an EAN-13.
func validEAN(code string) bool {
	sum := 0
	for i, d := range code {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return len(code) == 13 && sum%10 == 0
}
