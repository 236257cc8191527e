package delivery_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
)

// announced is what changeDocument shows.
type announced struct {
	ID, EventName string
	Sequence      int64
	At            time.Time
	Changed       []string
	Advert        struct{ ID, Title string }
}

const (
	changeFields   = "{ advertChanged { id sequence eventName at changed advert { id title } } }"
	changeDocument = "subscription " + changeFields
	updateDocument = "subscription { advertChanged(eventNames: [UPDATE]) { eventName advert { title } } }"
)

// telling sets a webhook's document.
func telling(document string) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) { in.QueryString = market.Some(document) }
}

// change is what an arrival shows of one.
func change(t *testing.T, a arrival) announced {
	t.Helper()
	var body struct {
		Payload struct {
			Data struct{ AdvertChanged announced }
		}
	}
	must(t, json.Unmarshal(a.body, &body))
	return body.Payload.Data.AdvertChanged
}

// TestSubscriptionsAreDelivered follows an advert through webhooks whose documents are subscriptions.
func TestSubscriptionsAreDelivered(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r, few, later := running(t, p), receive(t, nil), receive(t, nil), receive(t, nil)
		every := s.register(r.url, telling(changeDocument), filtering(`data.advertChanged.eventName != "UPDATE" || data.advertChanged.changed == changed`)).Webhook
		s.register(few.url, telling(updateDocument), filtering("true"), func(in *market.WebhookAttributes) {
			in.EventNames = market.Some([]market.WebhookEventName{market.EventUpdate, market.EventDestroy})
		})
		gathered := s.register(later.url, telling(changeDocument), filtering("true"), func(in *market.WebhookAttributes) { in.CoalesceSeconds = market.Some[int64](2) }).Webhook
		id := s.advert(s.seller, "Jug")
		s.rename(id, "Tall jug")
		_, err := s.UpsertMetadatum(t.Context(), s.actor, id, "shelf", "3")
		must(t, err)
		_, err = s.DeleteAdvert(t.Context(), s.actor, id)
		must(t, err)
		s.statuses(every, market.EventSent, market.EventSent, market.EventSent, market.EventSent)
		changes, err := s.store.ChangesAfter(t.Context(), 0, 100)
		must(t, err)
		changes = slices.DeleteFunc(changes, func(c market.Change) bool { return c.Subject.Type != "Advert" })
		got := map[int64]announced{}
		for range changes {
			a := change(t, r.next())
			got[a.Sequence] = a
		}
		for i, c := range changes {
			a := got[c.Sequence]
			title := []string{"Jug", "Tall jug", "Tall jug", "Tall jug"}[i]
			if a.ID != c.ID() || a.EventName != string(c.EventName()) || !a.At.Equal(c.At) || !slices.Equal(a.Changed, c.Changed) || a.Advert.ID != id ||
				a.Advert.Title != title && a.EventName == "DESTROY" || !strings.HasSuffix(a.Advert.Title, "ug") {
				t.Errorf("of %+v it shows %+v", c, a)
			}
		}
		for range 2 {
			if a := few.next(); !strings.Contains(string(a.body), `{"data":{"advertChanged":{"eventName":"UPDATE","advert":{"title":"Tall jug"}}}}`) {
				t.Errorf("of updates arrives %s", a.body)
			}
		}
		few.none()
		last, list := changes[len(changes)-1], s.events(gathered)
		if a := change(t, later.next()); a.Sequence != last.Sequence || a.EventName != "DESTROY" || a.Advert.Title != "Tall jug" {
			t.Errorf("gathered they are %+v of %+v", a, list)
		}
		s.asksForSubscriptions(t, r, every, id)
	})
}

// asksForSubscriptions asks for events of a webhook by all ways that there are.
func (s *rig) asksForSubscriptions(t *testing.T, r *receiver, w *market.Webhook, destroyed string) {
	t.Helper()
	events := s.events(w)
	_, err := s.ReexecuteEvent(t.Context(), s.actor, events[3].ID())
	must(t, err)
	if a := change(t, r.next()); a.EventName != "DESTROY" || a.Advert.ID != destroyed || a.Advert.Title != "Tall jug" || len(a.Changed) != 0 || a.Sequence <= events[3].ChangeSequence {
		t.Errorf("executed again it is %+v", a)
	}
	_, err = s.ResendEvent(t.Context(), s.actor, events[1].ID())
	must(t, err)
	if a := change(t, r.next()); a.Sequence != events[1].ChangeSequence || !slices.Contains(a.Changed, "title") {
		t.Errorf("sent again it is %+v", a)
	}
	id := s.advert(s.seller, "Vase")
	r.next()
	only := s.register(r.url, telling(updateDocument)).Webhook
	request, err := s.TriggerWebhook(t.Context(), s.actor, only.ID(), id, market.Create)
	must(t, err)
	if a := r.next(); !strings.Contains(string(a.body), `"payload":{"data":{"advertChanged":{"eventName":"CREATE","advert":{"title":"Vase"}}}}`) {
		t.Errorf("triggered it is %s", a.body)
	}
	_, err = s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID()})
	must(t, err)
	if a := change(t, r.next()); a.EventName != "UPDATE" || a.ID == (market.Ref{Type: "Change", Num: request}).ID() || len(a.Changed) != 0 || a.Sequence == 0 || a.Advert.Title != "Vase" {
		t.Errorf("backfilled it is %+v", a)
	}
	_, refused := s.ping(w)
	a := r.next()
	if c := change(t, a); refused != "" || a.data.EventName != "ping" || c.EventName != "UPDATE" || c.Sequence != 0 || c.ID != (market.Ref{Type: "Change"}).ID() || len(c.Changed) != 0 || c.Advert.Title != "Vase" {
		t.Errorf("pinged it is %s, %s", a.body, refused)
	}
}

// TestGatheredChangesShowAll has one document run for a webhook that gathers changes
// and for one that does not.
func TestGatheredChangesShowAll(t *testing.T) {
	t.Parallel()
	s := newRig(t, embedded(t), patience).open()
	r, gathers := receive(t, nil), receive(t, nil)
	s.register(r.url, telling(changeDocument), filtering("true")) // with a filter, events that differ are kept apart
	s.register(gathers.url, telling(changeDocument), func(in *market.WebhookAttributes) { in.CoalesceSeconds = market.Some[int64](1) })
	id := s.advert(s.seller, "Jug")
	s.rename(id, "Tall jug")
	s.start()
	first, second := change(t, r.next()), change(t, r.next())
	if first.EventName != "CREATE" && second.EventName != "CREATE" {
		t.Errorf("one by one they are %+v and %+v", first, second)
	}
	if first.EventName == "CREATE" {
		first, second = second, first
	}
	together := change(t, gathers.next())
	if together.EventName != "CREATE" || together.Sequence != first.Sequence || !slices.Equal(together.Changed, market.Union(first.Changed, second.Changed)) || len(together.Changed) <= len(first.Changed) {
		t.Errorf("together they are %+v, one by one %+v and %+v", together, second, first)
	}
	gathers.none()
}

// TestADocumentThatShowsTheChangeLater has events of before.
func TestADocumentThatShowsTheChangeLater(t *testing.T) {
	t.Parallel()
	s, r := newRig(t, embedded(t), patience).open(), receive(t, nil)
	w := s.register(r.url).Webhook
	id := s.advert(s.seller, "Jug")
	s.relayOnly()
	s.update(w, market.WebhookAttributes{QueryString: market.Some(changeDocument)})
	s.rename(id, "Tall jug")
	s.start()
	for range 2 { // the first event is of before, and its change is read again
		if a := change(t, r.next()); a.Sequence == 0 || !slices.Contains(a.Changed, "title") {
			t.Errorf("it shows %+v", a)
		}
	}
}

// TestADocumentThatAsksForLess has an event that it does not ask for any more.
func TestADocumentThatAsksForLess(t *testing.T) {
	t.Parallel()
	s := newRig(t, embedded(t), patience).open()
	w := s.register("http://127.0.0.1:1/", telling(changeDocument)).Webhook
	s.advert(s.seller, "Bowl")
	s.relayOnly()
	s.update(w, market.WebhookAttributes{QueryString: market.Some(updateDocument)})
	s.start()
	if e := s.statuses(w, market.EventSkipped)[0]; *e.ErrorMessage != "the document does not ask for this kind of change" {
		t.Errorf("the event is %+v", e)
	}
}
