package resolvers_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"crier/internal/market"
	"crier/resolvers"
)

// A subscriber that does not keep up is told so and ends; the others go on.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.Waiting = 3 })
	slow, quick := l.events("operator", ofTaxons, nil), l.events("seller", `subscription { taxonChanged { sequence } }`, nil)
	l.began()
	l.began()
	entered, release := l.gate.hold()
	for i := range int64(6) {
		l.wires.tell(changeOf(i+1, market.Update, "Taxon", 1))
		if i == 0 {
			wait(t, "the slow one reads", entered)
		}
		quick.is(fmt.Sprintf(`next {"data":{"taxonChanged":{"sequence":%d}}}`, i+101))
	}
	release()
	for range 4 { // one was being answered, three waited
		slow.contains(`"title":"Cups"`)
	}
	slow.contains(`"message":"more than 3 changes wait`)
	slow.is(completed)
	slow.is("")
	l.ended()
	l.wires.tell(changeOf(7, market.Update, "Taxon", 1))
	quick.is(`next {"data":{"taxonChanged":{"sequence":107}}}`)
}

// A subscription of a key that was removed ends, whether something happens or not.
func TestSubscriptionOfARemovedKey(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]bool{"while nothing happens": false, "at the next change": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLive(t, func(o *resolvers.Options) {
				if !happens {
					o.Live.Recheck = 10 * time.Millisecond
				}
			})
			s := l.events("operator", ofTaxons, nil)
			l.began()
			l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
			s.contains(`"title":"Cups"`)
			l.keys.set(func(k *theKeys) { k.gone["operator"] = true })
			if happens {
				l.wires.tell(changeOf(2, market.Update, "Taxon", 1))
			}
			s.contains(`"code":"UNAUTHENTICATED"`)
			s.is(completed)
			l.ended()
		})
	}
}

// A key that lost a scope gets nothing more that needs it.
func TestSubscriptionOfANarrowedKey(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	s := l.events("operator", ofTaxons, nil)
	l.began()
	l.keys.set(func(k *theKeys) { k.narrowed = []string{"invoices:read"} })
	l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
	s.contains(`"code":"MISSING_SCOPE","scope":"taxonomy:read"`)
	s.is(completed)
}

// While keys cannot be looked up a subscription waits for better times.
func TestSubscriptionWhileKeysAreAway(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.Recheck = 5 * time.Millisecond })
	s := l.events("operator", ofTaxons, nil)
	l.began()
	asked := l.keys.set(func(k *theKeys) { k.err = errors.New("the database is away") })
	retry(t, "the key is looked up", func() bool { return l.keys.set(func(*theKeys) {}) > asked+3 })
	l.keys.set(func(k *theKeys) { k.err = nil })
	l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
	s.contains(`"title":"Cups"`)
}

func TestSeats(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.PerKey, o.Live.PerProcess = 2, 3 })
	first := l.events("operator", ofTaxons, nil)
	l.events("operator", ofTaxons, nil)
	l.began()
	l.began()
	l.events("operator", ofTaxons, nil).contains(`"message":"the API key has 2 subscriptions already`)
	l.events("seller", ofTaxons, nil)
	l.began()
	l.events("seller", ofTaxons, nil).contains(`"message":"the server has 3 subscriptions already`)
	first.cancel()
	l.ended()
	retry(t, "the seat is free", func() bool { return l.events("seller", ofTaxons, nil).next() == ":" })
}
