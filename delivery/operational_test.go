package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"crier/internal/market"
)

// ofWebhooks makes a webhook of the class WEBHOOK.
func ofWebhooks(in *market.WebhookAttributes) {
	in.Type = market.Some(market.WebhookClass)
	in.QueryString = market.Some(`query($id: ID!) { node(id: $id) { ... on Webhook { id state stateReason } } }`)
}

// TestOwnersHearOfTheirWebhooks has webhooks of two sellers disabled by 410 and
// enabled again, and the webhook that is told of it too.
func TestOwnersHearOfTheirWebhooks(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		gone := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) { w.WriteHeader(http.StatusGone) })
		all, own := receive(t, nil), receive(t, nil)
		of := func(seller *market.Seller) func(*market.WebhookAttributes) {
			return func(in *market.WebhookAttributes) { in.SellerID = market.Some(seller.ID()) }
		}
		other := s.newSeller("North Shop")
		mine := s.register(gone.url, of(s.seller)).Webhook
		theirs := s.register(gone.url, of(other)).Webhook
		operational := s.register(gone.url, ofWebhooks).Webhook // 410 too: nobody hears of that
		s.register(all.url, ofWebhooks)
		s.register(own.url, ofWebhooks, of(s.seller))
		s.advert(s.seller, "Vase")
		s.advert(other, "Jug")
		heard := map[string]bool{}
		for range 2 {
			a := all.next()
			heard[a.data.EventName+" "+a.data.Payload.Data.Node.ID] = strings.Contains(string(a.body), `"DISABLED"`)
		}
		if len(heard) != 2 || !heard["disabled "+mine.ID()] || !heard["disabled "+theirs.ID()] {
			t.Errorf("the operator heard of %v", heard)
		}
		if a := own.next(); a.data.EventName != "disabled" || a.data.Payload.Data.Node.ID != mine.ID() || !strings.Contains(string(a.body), "410") {
			t.Errorf("the seller heard of %s", a.body)
		}
		s.until(func() bool { return s.webhook(operational).State == market.WebhookDisabled }, func() any { return "the third is still active" })
		s.update(operational, enabled(true))
		s.update(mine, enabled(true))
		for _, r := range []*receiver{all, own} {
			if a := r.next(); a.data.EventName != "recovered" || a.data.Payload.Data.Node.ID != mine.ID() {
				t.Errorf("after that came %s", a.body)
			}
			r.none()
		}
	})
}

// webhook is a webhook as it is now.
func (r *rig) webhook(w *market.Webhook) *market.Webhook {
	r.t.Helper()
	return find[market.Webhook](r, market.Eq("id", w.Num))[0]
}

func TestOperationalEventsHaveNoNames(t *testing.T) {
	t.Parallel()
	s := newRig(t, embedded(t), patience)
	names := func(in *market.WebhookAttributes) {
		in.EventNames = market.Some([]market.WebhookEventName{market.EventUpdate})
	}
	for field, change := range map[string]func(*market.WebhookAttributes){
		"event_names": names,
		"event_name":  func(in *market.WebhookAttributes) { in.EventName = market.Some(market.EventCreate) },
	} {
		in := market.WebhookAttributes{URL: market.Some("https://shop.example")}
		ofWebhooks(&in)
		change(&in)
		_, err := s.CreateWebhook(t.Context(), s.actor, nil, in)
		refusal, ok := err.(*market.Invalid)
		if !ok || len(refusal.Fields) != 1 || refusal.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	w := s.register("https://shop.example", names).Webhook
	in := market.WebhookAttributes{Type: market.Some(market.WebhookClass), QueryString: market.Some("")}
	if _, err := s.UpdateWebhook(t.Context(), s.actor, nil, w.ID(), in); err == nil || !strings.Contains(err.Error(), "no event can be named") {
		t.Errorf("an update of the class: %v", err)
	}
}

// TestADisabledWebhookIsTriedFirst enables a webhook again whose receiver still
// fails: one event tries it at a time, and the others follow when it answers.
func TestADisabledWebhookIsTriedFirst(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		const waiting = 20
		var gone, down atomic.Bool
		gone.Store(true)
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
			switch {
			case gone.Load():
				w.WriteHeader(http.StatusGone)
			case down.Load():
				w.WriteHeader(http.StatusBadGateway)
			}
		})
		s := running(t, p)
		w := s.register(r.url).Webhook
		s.advert(s.seller, "first")
		s.until(func() bool { return s.webhook(w).State == market.WebhookDisabled }, func() any { return "it is not disabled" })
		for i := range waiting {
			s.advert(s.seller, fmt.Sprint("Cup ", i))
		}
		held := append([]market.EventStatus{market.EventFailed}, slices.Repeat([]market.EventStatus{market.EventHeld}, waiting)...)
		s.statuses(w, held...)
		r.next()
		gone.Store(false)
		down.Store(true)
		s.update(w, enabled(true))
		r.next()
		s.until(func() bool {
			return len(find[market.WebhookEvent](s, market.Eq("status", string(market.EventRejected)))) > 0
		}, func() any { return s.events(w) })
		if n := len(r.arrivals); n > 1 {
			t.Errorf("%d events went to a receiver that was to be tried with one", n+1)
		}
		if !s.webhook(w).Probing {
			t.Error("the webhook is tried no longer")
		}
		down.Store(false)
		sent := append([]market.EventStatus{market.EventFailed}, slices.Repeat([]market.EventStatus{market.EventSent}, waiting)...)
		s.statuses(w, sent...)
		if s.webhook(w).Probing {
			t.Error("the webhook is still to be tried")
		}
	})
}
