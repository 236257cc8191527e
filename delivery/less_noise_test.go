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
		ids := []string{s.advert(s.seller, "Vase"), s.advert(s.seller, "Bowl"), s.advert(s.seller, "Cup")}
		s.register(r.url, func(in *market.WebhookAttributes) {
			in.SellerID, in.IgnoreOwnChanges = market.Some(s.seller.ID()), market.Some(true)
		})
		own := s.register(r.url+"/operator", func(in *market.WebhookAttributes) { in.IgnoreOwnChanges = market.Some(true) }).Webhook
		rename := func(actor market.Actor, title string) { // each its own advert, so that no change stands for another
			t.Helper()
			id := ids[0]
			ids = ids[1:]
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

// filtering sets a webhook's filter.
func filtering(expression string) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) { in.Filter = market.Some(expression) }
}

// TestFiltersShareExecutions registers webhooks that differ in their filters only.
func TestFiltersShareExecutions(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "Plate")
		every := s.register(r.url + "/every").Webhook
		data := s.register(r.url+"/data", filtering(`data.node.title == "Bowl"`)).Webhook
		fields := s.register(r.url+"/fields", filtering(`"title" in changed && eventName == "update"`)).Webhook
		gathered := s.register(r.url+"/gathered", filtering(`"title" in changed`), func(in *market.WebhookAttributes) { in.CoalesceSeconds = market.Some[int64](2) }).Webhook
		before := s.reads.adverts.Load()
		s.rename(id, "Cup")
		s.statuses(every, market.EventSent)
		if n := s.reads.adverts.Load() - before; n != 1 {
			t.Errorf("%d reads of adverts for one document", n)
		}
		_, err := s.UpsertMetadatum(t.Context(), s.actor, id, "shelf", "3") // names metadata, and stands for the title too where it is gathered
		must(t, err)
		s.statuses(every, market.EventSent, market.EventSent)
		s.rename(id, "Bowl")
		s.statuses(every, market.EventSent, market.EventSent, market.EventSent)
		_, err = s.DeleteAdvert(t.Context(), s.actor, id)
		must(t, err)
		s.statuses(every, market.EventSent, market.EventSent, market.EventSent, market.EventSent)
		for _, e := range s.statuses(data, market.EventSkipped, market.EventSkipped, market.EventSent, market.EventSent)[:2] {
			if e.ErrorMessage == nil || *e.ErrorMessage != "the filter does not let it pass" {
				t.Errorf("the event is %+v", e)
			}
		}
		s.statuses(fields, market.EventSent, market.EventSkipped, market.EventSent, market.EventSkipped)
		s.until(func() bool {
			list := s.events(gathered)
			return len(list) > 0 && list[len(list)-1].Status.Final()
		}, func() any { return s.events(gathered) })
	})
}

// TestAFilterSeesWhatChangedThen has an event executed anew: the fields that its
// change named are still those that the filter sees.
func TestAFilterSeesWhatChangedThen(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	id := s.advert(s.seller, "Plate")
	w := s.register(r.url, filtering(`"title" in changed`)).Webhook
	s.rename(id, "Cup")
	first := s.statuses(w, market.EventSent)[0]
	_, err := s.UpsertMetadatum(t.Context(), s.actor, id, "shelf", "3")
	must(t, err)
	other := s.statuses(w, market.EventSent, market.EventSkipped)[1]
	for _, e := range []*market.WebhookEvent{first, other} {
		_, err := s.ReexecuteEvent(t.Context(), s.actor, e.ID())
		must(t, err)
	}
	s.statuses(w, market.EventSent, market.EventSkipped, market.EventSent, market.EventSkipped)
}

// TestAFilterThatCameLater meets events that were made before it: which fields
// their changes named is still known.
func TestAFilterThatCameLater(t *testing.T) {
	t.Parallel()
	s, r := newRig(t, embedded(t), patience).open(), receive(t, nil)
	plate, bowl, jar := s.advert(s.seller, "Plate"), s.advert(s.seller, "Bowl"), s.advert(s.seller, "Jar")
	w := s.register(r.url).Webhook
	shelve := func(id string) {
		_, err := s.UpsertMetadatum(t.Context(), s.actor, id, "shelf", "3")
		must(t, err)
	}
	s.rename(plate, "Cup")
	shelve(bowl)
	s.rename(jar, "Lid")
	shelve(jar) // stands for the change of the title too
	s.relayOnly()
	s.until(func() bool { return len(s.events(w)) == 4 }, func() any { return s.events(w) })
	s.update(w, market.WebhookAttributes{Filter: market.Some(`"title" in changed`)})
	s.start()
	s.statuses(w, market.EventSent, market.EventSkipped, market.EventSkipped, market.EventSent)
}
