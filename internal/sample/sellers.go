package sample

import (
	"fmt"

	"crier/internal/market"
)

func (l *loading) loadBrands() error {
	for _, name := range brands {
		l.pass(hour)
		brand, err := l.market.UpsertBrand(l.ctx, l.actor, market.BrandUpsert{Name: market.Some(name), ExternalIDs: marked(market.Slug(name))})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.brands = append(l.brands, brand)
	}
	return nil
}

func (l *loading) loadCarriers() error {
	for _, name := range carriers {
		l.pass(hour)
		home := website(name)
		tracking := home + "track/{tracking_number}"
		carrier, err := l.market.CreateShipmentCarrier(l.ctx, l.actor, market.CarrierCreate{Name: name, HomepageURL: &home, TrackingURL: &tracking})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.carriers = append(l.carriers, carrier)
	}
	return nil
}

// website is where somebody would be found, were there such a domain.
func website(name string) string { return "https://" + market.Slug(name) + ".example.com/" }

// trader is a seller that was made.
type trader struct {
	*market.Seller
	shop
}

// loadSellers makes the sellers.
func (l *loading) loadSellers() error {
	for i, s := range shops {
		l.pass(2 * day)
		if err := l.loadSeller(i+1, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// loadSeller makes the n-th seller, who may leave again.
func (l *loading) loadSeller(n int, s shop) error {
	seller, err := l.market.CreateSeller(l.ctx, l.actor, s.attributes(n))
	if err != nil {
		return err
	}
	if _, err := l.market.UpsertExternalID(l.ctx, l.actor, seller.ID(), "sample", market.Slug(s.name), nil); err != nil {
		return err
	}
	made := trader{seller, s}
	l.sellers[seller.Num] = made
	for _, department := range s.departments {
		l.selling[department] = append(l.selling[department], made)
	}
	if s.leaves {
		l.pass(day)
		_, err = l.market.DeleteSeller(l.ctx, l.actor, seller.ID())
	}
	return err
}

// attributes describe the n-th seller.
func (s shop) attributes(n int) market.SellerAttributes {
	account := market.AccountRetailer
	if len(s.departments) == 0 && !s.leaves {
		account = market.AccountProspective
	}
	logo := website(s.name) + "logo.png"
	contact := func(name string) string { return name + "@" + market.Slug(s.name) + ".example.com" }
	in := market.SellerUpdate{
		BusinessName: market.Some(s.name), LegalBusinessName: market.Some(s.name + " (sample)"),
		EmailAddress: market.Some(contact("hello")), EmailCc: market.Some(contact("orders") + ", " + contact("accounts")),
		Phone: market.Some(fmt.Sprintf("+1 555 0100 %02d", n)), OpeningHours: market.Some(s.hours),
		StoreDescription: market.Some(s.description), Tags: market.Some(append([]string{"sample"}, s.tags...)),
		Address:                      market.Some(s.address(fmt.Sprintf("%d Example Street", 9+n))),
		BaseDomesticShippingCost:     market.Some(s.shipping),
		InvoiceDispatchDaysThreshold: market.Some(int64(1 + n%3)),
		Logo:                         market.Some(market.ImageAttributes{Alt: market.Some("The sign of " + s.name), Filename: market.Some("logo.png"), SourceURL: &logo}),
		Metadata:                     []market.Pair{{Key: "country", Value: &s.country}, {Key: "founded", Value: new(fmt.Sprint(1952 + 7*n))}},
	}
	if s.free != "" {
		in.DomesticShippingFreeThreshold = market.Some(s.free)
	}
	return market.SellerAttributes{AccountType: account, BusinessRegistrationCode: market.Some(fmt.Sprintf("SAMPLE-%03d", n)), SellerUpdate: in}
}

// place is a town.
type place struct{ city, postcode, state, country string }

// address is a house there. A place without a state is in a country whose addresses have none.
func (p place) address(house string) market.AddressAttributes {
	in := market.AddressAttributes{
		Address: market.Some(house), City: market.Some(p.city), Postcode: market.Some(p.postcode),
		Country: market.Some(market.CountryAttributes{Code: &p.country}),
	}
	if p.state != "" {
		in.State = market.Some(market.StateAttributes{Short: &p.state})
	}
	return in
}
