package delivery_test

import (
	"strings"
	"testing"

	"crier/internal/market"
)

// by is what a key of a seller does, 0 is the operator's.
func by(seller int64) market.Actor {
	return market.Actor{ID: market.Ref{Type: "MarketplacerAPIKey", Num: 7}.ID(), Seller: seller}
}

func TestIgnoreOwnChanges(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "Vase")
		s.register(r.url, func(in *market.WebhookAttributes) {
			in.SellerID, in.IgnoreOwnChanges = market.Some(s.seller.ID()), market.Some(true)
		})
		own := s.register(r.url+"/operator", func(in *market.WebhookAttributes) { in.IgnoreOwnChanges = market.Some(true) }).Webhook
		rename := func(actor market.Actor, title string) {
			t.Helper()
			_, err := s.UpsertAdvert(t.Context(), actor, market.AdvertUpsert{AdvertID: &id, Title: market.Some(title)})
			must(t, err)
		}
		rename(by(s.seller.Num), "the seller's")
		rename(by(0), "the operator's")
		rename(s.actor, "nobody's")
		got := map[string]bool{}
		for range 4 {
			a := r.next()
			got[a.path+" "+a.data.EventName] = true
		}
		if len(s.events(own)) != 2 || len(got) != 2 {
			t.Errorf("arrived: %v; the operator's webhook has %d events", got, len(s.events(own)))
		}
		r.none()
	})
}

// TestEventsWithErrorsAreHeld lets a document give errors to two webhooks that
// share its execution: one sends them, the other waits until it is enabled again.
func TestEventsWithErrorsAreHeld(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		refuse := func(market.Query) error { return market.ErrNotFound }
		s.reads.refuse.Store(&refuse)
		holds := s.register(r.url+"/holds", func(in *market.WebhookAttributes) { in.OnErrors = market.Some(market.OnErrorsHold) }).Webhook
		sends := s.register(r.url + "/sends").Webhook
		s.advert(s.seller, "Bowl")
		if a := r.next(); a.path != "/sends" || !strings.Contains(string(a.body), `"errors"`) {
			t.Errorf("arrived: %s %s", a.path, a.body)
		}
		s.statuses(sends, market.EventSent)
		e := s.statuses(holds, market.EventHeld)[0]
		if e.ErrorMessage == nil || !strings.Contains(*e.ErrorMessage, "gave errors") {
			t.Errorf("the held event is %+v", e)
		}
		if bodies, err := s.store.Payloads(t.Context(), []int64{e.PayloadID}); err != nil || len(bodies) != 0 {
			t.Errorf("frozen: %v, %v", bodies, err)
		}
		s.update(holds, enabled(true)) // in vain
		s.until(func() bool {
			list := s.events(holds)
			return list[0].Status == market.EventHeld && list[0].UpdatedAt.After(e.UpdatedAt)
		}, func() any { return s.events(holds)[0] })
		s.reads.refuse.Store(nil)
		s.update(holds, enabled(true))
		if a := r.next(); a.path != "/holds" || title(a) != "Bowl" {
			t.Errorf("arrived: %s %s", a.path, a.body)
		}
		if e := s.statuses(holds, market.EventSent)[0]; e.ErrorMessage != nil {
			t.Errorf("the event is %+v", e)
		}
		r.none()
	})
}
