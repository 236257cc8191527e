// Package sample is a marketplace to look at: sellers, brands, a tree of taxons
// with their options, adverts with variants and stock, carriers, and what was
// bought, sent and given back in the weeks before it is loaded. All of it is
// invented, and made by the market's own rules, so that none of it is in a state
// that the API could not reach.
package sample

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"crier/internal/market"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// age is how long before the present the marketplace opened.
const age = 110 * day

// loading is a sample marketplace that is being made.
type loading struct {
	ctx    context.Context
	tx     market.Tx
	market *market.Market
	actor  market.Actor
	random *rand.Rand
	// now is the present, at the moment that the market's clock shows.
	now, at time.Time

	sellers  map[int64]trader    // by their numbers
	selling  map[string][]trader // by the names of departments
	brands   []*market.Brand
	carriers []*market.ShipmentCarrier
	options  map[string]*option // by their names
	leaves   []leaf
	// adverts and variants count those that were made.
	adverts, variants int
}

// Load fills a marketplace with what happened in it until now, acting as an
// operator; it does nothing where there is a seller, or ever was. The same seed
// and the same present make the same marketplace.
//
// It is one transaction: nothing of it is there before all of it is.
func Load(ctx context.Context, store market.Store, actor market.Actor, seed uint64, now time.Time) error {
	load := func() error {
		return store.Run(ctx, func(tx market.Tx) error {
			l := &loading{ctx: ctx, tx: tx, actor: actor, random: rand.New(rand.NewPCG(seed, seed)), now: now.UTC().Truncate(time.Second)}
			return l.load()
		})
	}
	err := load()
	// Of two processes that load it at the same moment, one finds an external id
	// taken, by which time the other has loaded it all.
	var refused *market.Invalid
	if errors.As(err, &refused) && refused.Status == http.StatusConflict {
		err = load()
	}
	if err != nil {
		return fmt.Errorf("load the sample marketplace: %w", err)
	}
	return nil
}

// load loads everything into an empty marketplace.
func (l *loading) load() error {
	var former []*market.Seller
	if err := l.tx.Select(l.ctx, &former, market.Query{Deleted: true, Limit: 1}); err != nil {
		return fmt.Errorf("look for sellers: %w", err)
	}
	if len(former) > 0 {
		return nil
	}
	l.open()
	for _, part := range []struct {
		name string
		load func() error
	}{
		{"brands", l.loadBrands}, {"carriers", l.loadCarriers}, {"taxons", l.loadTaxons},
		{"sellers", l.loadSellers}, {"adverts", l.loadAdverts}, {"orders", l.loadOrders},
	} {
		if err := part.load(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// open makes the market of the sample, in which orders wait for their payment and
// time goes by as the sample lets it.
func (l *loading) open() {
	l.at = l.now.Add(-age)
	l.market = market.New(within{l.tx}, market.Options{Payment: market.PaymentPending, Now: func() time.Time { return l.at }})
	l.sellers, l.selling, l.options = map[int64]trader{}, map[string][]trader{}, map[string]*option{}
}

// within is a store all of whose transactions are parts of one that is open.
type within struct{ tx market.Tx }

// Run calls work with the open transaction.
func (w within) Run(_ context.Context, work func(market.Tx) error) error { return work(w.tx) }

// pass lets some time go by, at most so much.
func (l *loading) pass(most time.Duration) { l.at = l.at.Add(l.some(most)) }

// some is a part of a duration, in whole seconds.
func (l *loading) some(most time.Duration) time.Duration {
	return time.Duration(l.random.Int64N(int64(most))).Truncate(time.Second)
}

// find returns the entities that meet the conditions, oldest first.
func find[T any](l *loading, where ...market.Cond) ([]*T, error) {
	var rows []*T
	if err := l.tx.Select(l.ctx, &rows, market.Query{Where: where}); err != nil {
		return nil, fmt.Errorf("look for what was made: %w", err)
	}
	return rows, nil
}

// marked is the external id under which what the sample made is known.
func marked(value string) []market.Pair { return []market.Pair{{Key: "sample", Value: &value}} }

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
