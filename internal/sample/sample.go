// Package sample is a small marketplace to look at: sellers, brands, a tree of
// taxons with their options, adverts with variants and stock, carriers, and a
// few orders in different states. All of it is invented.
package sample

import (
	"context"
	"fmt"
	"math/rand/v2"

	"crier/internal/market"
)

// Find fills dest, a pointer to a slice of pointers to entities, with those that
// meet the conditions, oldest first, as an operator sees them.
type Find func(ctx context.Context, dest any, where ...market.Cond) error

// loading is a sample marketplace that is being made.
type loading struct {
	market *market.Market
	find   Find
	actor  market.Actor
	random *rand.Rand

	sellers  []*market.Seller
	brands   []*market.Brand
	carriers []*market.ShipmentCarrier
	options  map[string]*option // by name
	leaves   []leaf
}

// Load fills an empty marketplace, acting as an operator; it does nothing where
// there is a seller already. The same seed makes the same marketplace.
func Load(ctx context.Context, m *market.Market, find Find, actor market.Actor, seed uint64) error {
	var present []*market.Seller
	if err := find(ctx, &present); err != nil {
		return fmt.Errorf("look for sellers: %w", err)
	}
	if len(present) > 0 {
		return nil
	}
	l := &loading{market: m, find: find, actor: actor, random: rand.New(rand.NewPCG(seed, seed)), options: map[string]*option{}}
	for _, step := range []struct {
		name string
		load func(context.Context) error
	}{
		{"sellers", l.loadSellers}, {"brands", l.loadBrands}, {"carriers", l.loadCarriers},
		{"taxons", l.loadTaxons}, {"adverts", l.loadAdverts}, {"orders", l.loadOrders},
	} {
		if err := step.load(ctx); err != nil {
			return fmt.Errorf("load the sample %s: %w", step.name, err)
		}
	}
	return nil
}

func (l *loading) loadSellers(ctx context.Context) error {
	for i, s := range sellers {
		logo, err := l.picture("logo of " + s.name)
		if err != nil {
			return err
		}
		seller, err := l.market.CreateSeller(ctx, l.actor, market.SellerAttributes{
			AccountType:              market.AccountRetailer,
			BusinessRegistrationCode: market.Some(fmt.Sprintf("SAMPLE-%03d", i+1)),
			SellerUpdate: market.SellerUpdate{
				BusinessName:      market.Some(s.name),
				LegalBusinessName: market.Some(s.name + " (sample)"),
				EmailAddress:      market.Some("hello@" + market.Slug(s.name) + ".example.com"),
				Phone:             market.Some(fmt.Sprintf("+1 555 0100 %02d", i+1)),
				StoreDescription:  market.Some(s.description),
				Tags:              market.Some([]string{"sample", s.tag}),
				Address: market.Some(market.AddressAttributes{
					Address: market.Some(fmt.Sprintf("%d Example Street", 10+i)), City: market.Some(s.city),
					Postcode: market.Some(s.postcode), State: market.Some(market.StateAttributes{Short: &s.state}),
					Country: market.Some(market.CountryAttributes{Code: &s.country}),
				}),
				BaseDomesticShippingCost:      market.Some(s.shipping),
				DomesticShippingFreeThreshold: market.Some("80"),
				InvoiceDispatchDaysThreshold:  market.Some(int64(1 + i%3)),
				Logo:                          market.Some(logo),
			},
		})
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		l.sellers = append(l.sellers, seller)
	}
	return nil
}

func (l *loading) loadBrands(ctx context.Context) error {
	for _, name := range brands {
		brand, err := l.market.UpsertBrand(ctx, l.actor, market.BrandUpsert{Name: market.Some(name)})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.brands = append(l.brands, brand)
	}
	return nil
}

func (l *loading) loadCarriers(ctx context.Context) error {
	for _, name := range carriers {
		home := "https://" + market.Slug(name) + ".example.com/"
		tracking := home + "track/{tracking_number}"
		carrier, err := l.market.CreateShipmentCarrier(ctx, l.actor, market.CarrierCreate{Name: name, HomepageURL: &home, TrackingURL: &tracking})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		l.carriers = append(l.carriers, carrier)
	}
	return nil
}

// oneOf picks one of several, each as likely as the others.
func oneOf[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// someOf picks at least one and at most most of several, in their order.
func someOf[T any](random *rand.Rand, from []T, most int) []T {
	count := 1 + random.IntN(min(most, len(from)))
	var picked []T
	for i, item := range from {
		// Each of the rest is as likely to be among those that are still needed.
		if random.IntN(len(from)-i) < count-len(picked) {
			picked = append(picked, item)
		}
	}
	return picked
}

// chance is true in percent of all cases.
func (l *loading) chance(percent int) bool { return l.random.IntN(100) < percent }
