package resolvers_test

import (
	"testing"
	"time"

	"crier/internal/market"
)

// catalogue is a marketplace with:
//
//	taxons    1 Fashion > 2 Shoes > 3 Boots, and 4 Garden, all with prototype 1
//	sellers   1 North Shop, online, 2 South Shop, offline
//	brands    1 Ostrea, 2 Zeta
//	adverts   1 Red boots, on display, with the variants 1 to 4 (2 sold out, 3 unpublished, 4 deleted)
//	          2 Blue boots, unpublished, with variant 5
//	          3 Green shoes of South Shop, featured, with variant 6 that never runs out
//	          4 Old sandals, deleted, with variant 7, deleted with it
func catalogue(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	b.insert(
		&market.Prototype{Base: base(0), Name: "Footwear"},
		&market.OptionType{Base: base(0), AppliedTo: market.AppliedToVariant, Category: market.PurposeVariant, DisplayName: "Size", FieldType: market.SingleSelect, Name: "size", Position: 1},
		&market.OptionType{Base: base(1), AppliedTo: market.AppliedToAdvert, Category: market.PurposeProductDetailsText, DisplayName: "Material", FieldType: market.FreeText, Name: "material", Position: 0},
		&market.OptionValue{Base: base(0), DisplayName: "Forty", Name: "40", OptionTypeID: 1, Position: 1, Presentation: "Forty"},
		&market.OptionValue{Base: base(0), DisplayName: "Thirty-nine", Name: "39", OptionTypeID: 1, Position: 0, Presentation: "Thirty-nine"},
		&market.PrototypeOption{Base: base(0), PrototypeID: 1, OptionTypeID: 1},
		&market.PrototypeOption{Base: base(0), PrototypeID: 1, OptionTypeID: 2},
		taxon(0, "Fashion", nil), taxon(1, "Shoes", new(int64(1))), taxon(2, "Boots", new(int64(2))), taxon(3, "Garden", nil),
		&market.Image{Base: base(0), OwnerType: "Seller", OwnerID: 1, SellerID: 1, ContentType: new("image/jpeg"), Digest: digest},
		&market.Address{Base: base(0), Address: "1 Quay Street", City: "Portland", CountryCode: "US", Postcode: "97201", SellerID: new(int64(1)), StateCode: "US-OR", Lat: new(45.5), Lng: new(-122.5)},
		seller(0, "North Shop", true), seller(1, "South Shop", false),
		&market.Brand{Base: base(0), Name: "Ostrea", Slug: "ostrea"},
		&market.Brand{Base: base(1), Name: "Zeta", Slug: "zeta"},
	)
	b.insert(
		advert(0, 1, 3, "Red boots", func(a *market.Advert) {
			a.BrandID, a.Published = new(int64(1)), true
			a.Description = new("Very **red**")
			a.EditablePriceCents = new(int64(10000))
		}),
		advert(1, 1, 2, "Blue boots", func(a *market.Advert) { a.BrandID = new(int64(2)) }),
		advert(2, 2, 3, "Green shoes", func(a *market.Advert) { a.Published, a.IsFeatured, a.Year = true, new(true), new(int64(2025)) }),
		advert(3, 1, 2, "Old sandals", func(a *market.Advert) { a.Published, a.DeletedAt = true, new(deletion) }),
		variant(0, 1, "A1", func(v *market.Variant) {
			v.EditablePriceCents, v.CountOnHand, v.Barcode = new(int64(2595)), 5, new("9780000000011")
		}),
		variant(1, 1, "A2", nil),
		variant(2, 1, "A3", func(v *market.Variant) { v.Published, v.EditablePriceCents = false, new(int64(1)) }),
		variant(3, 1, "A4", func(v *market.Variant) { v.EditablePriceCents, v.DeletedAt = new(int64(2)), new(deletion) }),
		variant(4, 2, "B1", nil),
		variant(5, 3, "C1", func(v *market.Variant) { v.SellerID, v.InfiniteQuantity = 2, true }),
		variant(6, 4, "D1", func(v *market.Variant) { v.CountOnHand, v.DeletedAt = 3, new(deletion) }),
		&market.AdvertOptionValue{Base: base(0), AdvertID: 1, SellerID: 1, Choice: market.Choice{OptionTypeID: 2, TextValue: new("leather")}},
		&market.VariantOptionValue{Base: base(0), VariantID: 1, SellerID: 1, Choice: market.Choice{OptionTypeID: 1, OptionValueID: new(int64(1))}},
		&market.VariantOptionValue{Base: base(0), VariantID: 1, SellerID: 1, Choice: market.Choice{OptionTypeID: 2, TextValue: new("suede")}},
		picture(0, "Advert", 1, 1, "https://img.example/second.png"),
		picture(1, "Advert", 1, 0, "https://img.example/first.png"),
		externalID(0, "Advert", 1, "erp", "R-1"), externalID(1, "Advert", 3, "erp", "G-3"), externalID(2, "Brand", 1, "erp", "O"),
		&market.ExternalID{Base: base(3), Key: "erp", OwnerType: "Advert", OwnerID: 4, Value: "D-4", Deletion: market.Deletion{DeletedAt: new(deletion)}},
		&market.ExternalID{Base: base(4), Key: "old", OwnerType: "Advert", OwnerID: 4, Value: "before", Deletion: market.Deletion{DeletedAt: new(birth)}},
		&market.Metadatum{Base: base(0), Key: "season", OwnerType: "Advert", OwnerID: 1, Value: "winter"},
	)
	return b
}

// deletion is when the deleted entities of the catalogue went.
var deletion = birth.Add(time.Hour)

// digest is a SHA-256 in hex.
const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func taxon(seconds int, title string, parent *int64) *market.Taxon {
	return &market.Taxon{Base: base(seconds), DisplayName: title, ParentID: parent, PrototypeID: 1, TaxonType: market.TaxonProduct, Title: title, URLSlug: title}
}

func seller(seconds int, name string, online bool) *market.Seller {
	s := &market.Seller{
		Base: base(seconds), BusinessName: name, LegalBusinessName: name, EmailAddress: "shop@shop.example", Phone: "1",
		BaseDomesticShippingCostCents: 900, Online: online, StoreDescription: new("<p onclick='x()'>Hello</p>"),
	}
	if online {
		s.LogoID, s.AddressID = new(int64(1)), new(int64(1))
	}
	return s
}

func advert(seconds int, seller, taxon int64, title string, set func(*market.Advert)) *market.Advert {
	a := &market.Advert{Base: base(seconds), Condition: market.ConditionNew, SellerID: seller, TaxonID: taxon, Title: title, Vetted: true}
	if set != nil {
		set(a)
	}
	return a
}

func variant(seconds int, advert int64, sku string, set func(*market.Variant)) *market.Variant {
	v := &market.Variant{Base: base(seconds), AdvertID: advert, SellerID: 1, SKU: &sku, Label: sku, Published: true}
	if set != nil {
		set(v)
	}
	return v
}

func picture(seconds int, ownerType string, owner, position int64, url string) *market.Image {
	return &market.Image{Base: base(seconds), OwnerType: ownerType, OwnerID: owner, Position: position, SellerID: 1, SourceURL: &url}
}

func externalID(seconds int, ownerType string, owner int64, key, value string) *market.ExternalID {
	return &market.ExternalID{Base: base(seconds), Key: key, OwnerType: ownerType, OwnerID: owner, Value: value}
}
