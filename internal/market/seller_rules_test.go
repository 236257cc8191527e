package market_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crier/internal/market"
)

func TestCreateSeller(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	in := newSeller()
	in.BusinessRegistrationCode = market.Some("12 345 678 901")
	in.Mobile, in.Tags = market.Some(" "), market.Some([]string{"lamps", "brass"})
	in.Logo = market.Some(market.ImageAttributes{SourceURL: new("https://example.com/logo.png"), Alt: market.Some("Lantern")})
	in.Metadata = []market.Pair{{Key: "crm", Value: new("42")}}
	s := must(c.CreateSeller(t.Context(), operator, in))
	stored := one[market.Seller](c.sales, market.Eq("id", s.Num))
	want := &market.Seller{
		Base: s.Base, AccountType: new("RETAILER"), AddressID: s.AddressID, BusinessName: "Lantern Works", BusinessNumber: "12 345 678 901",
		EmailAddress: "shop@example.com", LegalBusinessName: "Lantern Works Ltd", LogoID: s.LogoID, Online: true,
		Phone: "+61 3 5550 0100", Tags: []string{"lamps", "brass"},
	}
	if diff := cmp.Diff(want, stored, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	address := one[market.Address](c.sales, market.Eq("id", *s.AddressID))
	if got := address.FullAddress(); got != "1 Harbour Street, Geelong, 3220, Australia" || *address.SellerID != s.Num {
		t.Errorf("address = %q of seller %d", got, *address.SellerID)
	}
	logo := one[market.Image](c.sales, market.Eq("id", *s.LogoID))
	if *logo.SourceURL != "https://example.com/logo.png" || *logo.Alt != "Lantern" || logo.SellerID != s.Num {
		t.Errorf("logo = %+v", logo)
	}
	if got := c.metadata(s.Ref()); !cmp.Equal(got, []string{"crm=42"}) {
		t.Errorf("metadata = %q", got)
	}
	c.expectEvents(s.Ref().String() + " create")
}

func TestCreateSellerRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	blank := "can't be blank"
	tests := map[string]struct {
		change func(*market.SellerAttributes)
		want   map[string]string
	}{
		"nothing given": {
			func(in *market.SellerAttributes) { *in = market.SellerAttributes{} },
			map[string]string{
				"account_type": "must be PROSPECTIVE or RETAILER", "business_name": blank, "legal_business_name": blank,
				"phone": blank, "email_address": blank, "address.address": blank, "address.city": blank,
				"address.country": blank, "address.postcode": blank,
			},
		},
		"e-mail": {
			func(in *market.SellerAttributes) { in.EmailAddress = market.Some("Shop <shop@example.com>") },
			map[string]string{"email_address": `is not an e-mail address: write it as in "shop@example.com"`},
		},
		"copies": {
			func(in *market.SellerAttributes) { in.EmailCc = market.Some("a@example.com, b") },
			map[string]string{"email_cc": `is not an e-mail address: write it as in "shop@example.com"`},
		},
		"too long": {
			func(in *market.SellerAttributes) { in.BusinessName = market.Some(strings.Repeat("ä", 256)) },
			map[string]string{"business_name": "is too long: at most 255 characters"},
		},
		"NUL": {
			func(in *market.SellerAttributes) { in.Phone = market.Some("1\x002") },
			map[string]string{"phone": "can't hold NUL or broken characters"},
		},
		"broken UTF-8": {
			func(in *market.SellerAttributes) { in.Phone = market.Some("1\xff2") },
			map[string]string{"phone": "can't hold NUL or broken characters"},
		},
		"days": {
			func(in *market.SellerAttributes) { in.InvoiceDispatchDaysThreshold = market.Some(int64(-1)) },
			map[string]string{"invoice_dispatch_days_threshold": "must be between 0 and 2147483647"},
		},
		"tags": {
			func(in *market.SellerAttributes) { in.Tags = market.Some([]string{"a", ""}) },
			map[string]string{"tags.1": blank},
		},
		"country": {
			func(in *market.SellerAttributes) {
				in.Address.Value.Country = market.Some(market.CountryAttributes{Code: new("XX")})
			},
			map[string]string{"address.country": `is not a country: give its code of ISO 3166-1, as in "AU", or its id`},
		},
		"logo": {
			func(in *market.SellerAttributes) { in.Logo = market.Some(market.ImageAttributes{}) },
			map[string]string{"logo.source_url": "is needed for a new picture, or data_base64"},
		},
		"logo of another": {
			func(in *market.SellerAttributes) {
				in.Logo = market.Some(market.ImageAttributes{ImageID: new(market.Ref{Type: "Image", Num: 1}.ID())})
			},
			map[string]string{"logo.image_id": "was not found"},
		},
		"metadata": {
			func(in *market.SellerAttributes) { in.Metadata = []market.Pair{{Key: "a"}, {Key: "a"}, {Key: ""}} },
			map[string]string{"metadata.1.key": "is given twice", "metadata.2.key": blank},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in := newSeller()
			test.change(&in)
			_, err := c.CreateSeller(t.Context(), operator, in)
			got := messages(t, err)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
	c.expectEvents()
}

func TestOperatorOnly(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	_, seller := c.CreateSeller(t.Context(), c.owner, newSeller())
	_, brand := c.UpsertBrand(t.Context(), c.owner, market.BrandUpsert{Name: market.Some("Acme")})
	_, taxon := c.UpsertTaxon(t.Context(), c.owner, market.TaxonUpsert{Title: market.Some("Hats")})
	_, prototype := c.UpsertPrototype(t.Context(), c.owner, market.PrototypeUpsert{Name: market.Some("Hats")})
	_, option := c.UpsertOptionType(t.Context(), c.owner, market.OptionTypeUpsert{})
	_, value := c.UpsertOptionValue(t.Context(), c.owner, market.OptionValueUpsert{})
	for _, err := range []error{seller, brand, taxon, prototype, option, value} {
		expectRefusal(t, err, 403, map[string]string{"base": "is for the operator of the marketplace only"})
	}
	c.expectEvents()
}

func TestUpdateSeller(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	ref := c.seller.Ref().String()
	steps := []struct {
		name string
		in   market.SellerUpdate
		// changed are the fields of the event; "" means that there is none.
		changed string
	}{
		{"nothing", market.SellerUpdate{}, ""},
		{"the same name", market.SellerUpdate{BusinessName: market.Some("Lantern Works")}, ""},
		{"a new name", market.SellerUpdate{BusinessName: market.Some("Lamps")}, "[businessName]"},
		{"costs", market.SellerUpdate{
			BaseDomesticShippingCost: market.Some("9.5"), DomesticShippingFreeThreshold: market.Some("100"),
		}, "[baseDomesticShippingCost domesticShippingFreeThreshold]"},
		{"no threshold", market.SellerUpdate{
			BaseDomesticShippingCost: market.Null[string](), DomesticShippingFreeThreshold: market.Null[string](),
		}, "[domesticShippingFreeThreshold]"},
		{"part of the address", market.SellerUpdate{Address: market.Some(market.AddressAttributes{
			ID: new(market.Ref{Type: "Address", Num: *c.seller.AddressID}.ID()), City: market.Some("Melbourne"),
		})}, "[address]"},
		{"the same part", market.SellerUpdate{Address: market.Some(market.AddressAttributes{City: market.Some("Melbourne")})}, ""},
		{"a logo", market.SellerUpdate{Logo: market.Some(market.ImageAttributes{SourceURL: new("https://example.com/1.png")})}, "[logo]"},
		{"the same logo", market.SellerUpdate{Logo: market.Some(market.ImageAttributes{SourceURL: new("https://example.com/1.png")})}, ""},
		{"its text", market.SellerUpdate{Logo: market.Some(market.ImageAttributes{
			SourceURL: new("https://example.com/1.png"), Alt: market.Some("Lamp"),
		})}, "[logo]"},
		{"another logo", market.SellerUpdate{Logo: market.Some(market.ImageAttributes{SourceURL: new("https://example.com/2.png")})}, "[logo]"},
		{"no logo", market.SellerUpdate{Logo: market.Null[market.ImageAttributes]()}, "[logo]"},
		{"still no logo", market.SellerUpdate{Logo: market.Null[market.ImageAttributes]()}, ""},
		{"metadata", market.SellerUpdate{Metadata: []market.Pair{{Key: "a", Value: new("1")}}}, "[metadata]"},
		{"the same metadata", market.SellerUpdate{Metadata: []market.Pair{{Key: "a", Value: new("1")}}}, ""},
		{"tags", market.SellerUpdate{Tags: market.Some([]string{"x"})}, "[tags]"},
		{"no tags", market.SellerUpdate{Tags: market.Null[[]string]()}, "[tags]"},
		{"no tags again", market.SellerUpdate{Tags: market.Some([]string{})}, ""},
		{"a description", market.SellerUpdate{StoreDescription: market.Some("We make *lamps*.")}, "[storeDescription storeDescriptionHtml]"},
		{"a switch", market.SellerUpdate{MarketplaceShippingRulesEnabled: market.Some(true)}, "[marketplaceShippingRulesEnabled]"},
		{"a number", market.SellerUpdate{BusinessNumber: market.Some("7")}, "[businessNumber]"},
		{"no number", market.SellerUpdate{BusinessNumber: market.Null[string]()}, "[businessNumber]"},
	}
	for _, step := range steps {
		if _, err := c.UpdateSeller(t.Context(), c.owner, nil, step.in); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		var want []string
		if step.changed != "" {
			want = []string{ref + " update " + step.changed}
		}
		if diff := cmp.Diff(want, c.store.take()); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", step.name, diff)
		}
	}
	stored := one[market.Seller](c.sales, market.Eq("id", c.seller.Num))
	if stored.BaseDomesticShippingCostCents != 950 || stored.LogoID != nil || stored.BusinessNumber != "" {
		t.Errorf("stored = %+v", stored)
	}
	if left := rows[market.Image](c.sales); len(left) != 0 {
		t.Errorf("%d logos are left", len(left))
	}
}

func TestUpdateSellerRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	name := market.SellerUpdate{BusinessName: market.Some("X")}
	tests := map[string]struct {
		actor  market.Actor
		id     *string
		in     market.SellerUpdate
		status int
		want   map[string]string
	}{
		"operator names none":   {operator, nil, name, 422, map[string]string{"seller_id": "can't be blank for a key of the operator"}},
		"another seller's":      {c.stranger, new(c.seller.ID()), name, 404, map[string]string{"seller_id": "was not found"}},
		"unknown":               {operator, new(market.Ref{Type: "Seller", Num: 99}.ID()), name, 404, map[string]string{"seller_id": "was not found"}},
		"mistyped":              {operator, new(c.shirts.ID()), name, 404, map[string]string{"seller_id": "is not an id of type Seller"}},
		"cleared name":          {c.owner, nil, market.SellerUpdate{BusinessName: market.Null[string]()}, 422, map[string]string{"business_name": "can't be blank"}},
		"cleared e-mail":        {c.owner, nil, market.SellerUpdate{EmailAddress: market.Some("")}, 422, map[string]string{"email_address": "can't be blank"}},
		"cleared address":       {c.owner, nil, market.SellerUpdate{Address: market.Null[market.AddressAttributes]()}, 422, map[string]string{"address": "can't be blank"}},
		"another's address":     {c.owner, nil, market.SellerUpdate{Address: market.Some(market.AddressAttributes{ID: new(market.Ref{Type: "Address", Num: 2}.ID())})}, 404, map[string]string{"address.id": "was not found"}},
		"cost that is no price": {c.owner, nil, market.SellerUpdate{BaseDomesticShippingCost: market.Some("free")}, 422, map[string]string{"base_domestic_shipping_cost": `is not a price: write it as in "25.95"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpdateSeller(t.Context(), test.actor, test.id, test.in)
			expectRefusal(t, err, test.status, test.want)
		})
	}
	c.expectEvents()
}
