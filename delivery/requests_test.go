package delivery_test

import (
	"bytes"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/market"
)

// refusedOn is the status and the first field of a refusal.
func refusedOn(err error) (status int, field string) {
	var refusal *market.Invalid
	if errors.As(err, &refusal) {
		return refusal.Status, refusal.Fields[0].Field
	}
	return 0, ""
}

func TestTriggerSendsOneEvent(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "Urn")
		only := s.register(r.url, func(in *market.WebhookAttributes) { in.EventName = market.Some(market.EventDestroy) })
		s.register(r.url + "/other")
		actor := s.actor
		actor.Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
		request, err := s.TriggerWebhook(t.Context(), actor, only.Webhook.ID(), id, market.Create)
		must(t, err)
		a := r.next()
		a.verify(t, only.Secret)
		if a.path != "/" || a.data.EventName != "create" || title(a) != "Urn" || a.header.Get("Traceparent") != actor.Traceparent {
			t.Errorf("the trigger sent %s %s with the trace %s", a.path, a.body, a.header.Get("Traceparent"))
		}
		e := s.statuses(only.Webhook, market.EventSent)[0]
		if e.Reason != market.ReasonTrigger || e.ChangeID != request || e.Traceparent != actor.Traceparent || e.JobID != 0 {
			t.Errorf("the event is %+v", e)
		}
		r.none()
		changes, err := s.store.ChangesAfter(t.Context(), 0, 100)
		must(t, err)
		for _, c := range changes {
			if c.Num == request {
				t.Errorf("the request is among the changes of the feed: %+v", c)
			}
		}
	})
}

func TestTriggerIsRefused(t *testing.T) {
	t.Parallel()
	s := newRig(t, embedded(t), patience).open()
	other := s.newSeller("Other Shop")
	mine, theirs := s.advert(s.seller, "Mine"), s.advert(other, "Theirs")
	w := s.register("http://127.0.0.1:1/", func(in *market.WebhookAttributes) { in.SellerID = market.Some(s.seller.ID()) }).Webhook
	gone := s.advert(s.seller, "Gone")
	_, err := s.DeleteAdvert(t.Context(), s.actor, gone)
	must(t, err)
	for name, test := range map[string]struct {
		actor            market.Actor
		webhook, subject string
		field            string
	}{
		"another seller's subject":  {s.actor, w.ID(), theirs, "subject_id"},
		"a deleted subject":         {s.actor, w.ID(), gone, "subject_id"},
		"a subject of another type": {s.actor, w.ID(), s.seller.ID(), "subject_id"},
		"no subject":                {s.actor, w.ID(), "x", "subject_id"},
		"another seller's webhook":  {market.Actor{Seller: other.Num}, w.ID(), theirs, "webhook_id"},
		"no webhook":                {s.actor, mine, mine, "webhook_id"},
	} {
		_, err := s.TriggerWebhook(t.Context(), test.actor, test.webhook, test.subject, market.Update)
		if status, field := refusedOn(err); status != 404 || field != test.field {
			t.Errorf("%s: %v, want a refusal of %s", name, err, test.field)
		}
	}
}

func TestResendSendsTheSameBytes(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var down atomic.Bool
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
			if down.Load() {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		s := running(t, p)
		w := s.register(r.url, func(in *market.WebhookAttributes) {
			in.MaxRetries, in.AllowSkip = market.Some[int64](1), market.Some(true)
		}).Webhook
		id := s.advert(s.seller, "Vase")
		first := r.next()
		e := s.statuses(w, market.EventSent)[0]
		s.rename(id, "Vase II")
		r.next()
		s.statuses(w, market.EventSent, market.EventSent)
		again, err := s.ResendEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		if again.Status != market.EventUnsent || again.ProcessedAt != nil || again.NextAttemptAt == nil || again.Num != e.Num {
			t.Errorf("the event to be sent again is %+v", again)
		}
		if a := r.next(); !bytes.Equal(a.body, first.body) || a.header.Get("webhook-id") != first.header.Get("webhook-id") {
			t.Errorf("sent again it is %s, first %s", a.body, first.body)
		}
		e = s.statuses(w, market.EventSent, market.EventSent)[0]
		if e.Attempts != 2 || e.AttemptsBefore != 1 || e.Reason != market.ReasonChange {
			t.Errorf("the event is %+v", e)
		}
		// It has all of its retries again: one, whatever was before.
		down.Store(true)
		_, err = s.ResendEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		r.next()
		s.statuses(w, market.EventRejected, market.EventSent)
		_, err = s.UpdateWebhook(t.Context(), s.actor, nil, w.ID(), market.WebhookAttributes{MaxRetries: market.Some[int64](0)})
		must(t, err)
		_, err = s.ResendEvent(t.Context(), s.actor, e.ID()) // one that waits is due at once
		must(t, err)
		r.next()
		s.statuses(w, market.EventFailed, market.EventSent)
	})
}

func TestAPausedWebhookHoldsWhatIsSentAgain(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	w := s.register(r.url).Webhook
	s.advert(s.seller, "Mug")
	r.next()
	e := s.statuses(w, market.EventSent)[0]
	s.update(w, enabled(false))
	_, err := s.ResendEvent(t.Context(), s.actor, e.ID())
	must(t, err)
	s.statuses(w, market.EventHeld)
	s.update(w, enabled(true))
	r.next()
	s.statuses(w, market.EventSent)
}

func TestReexecutionIsANewEvent(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		w := s.register(r.url).Webhook
		id := s.advert(s.seller, "Bowl")
		r.next()
		s.rename(id, "Dish")
		r.next()
		e := s.statuses(w, market.EventSent, market.EventSent)[0]
		_, err := s.ReexecuteEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		if a := r.next(); title(a) != "Dish" || a.data.EventName != "create" || a.data.ID == e.ID() {
			t.Errorf("executed again it is %s", a.body)
		}
		_, err = s.DeleteAdvert(t.Context(), s.actor, id)
		must(t, err)
		r.next()
		sent := []market.EventStatus{market.EventSent, market.EventSent, market.EventSent, market.EventSent}
		gone := s.statuses(w, sent...)[3]
		for range 2 { // what was destroyed is shown as it was then, of a re-execution too
			_, err = s.ReexecuteEvent(t.Context(), s.actor, gone.ID())
			must(t, err)
			if a := r.next(); title(a) != "Dish" || a.data.EventName != "destroy" {
				t.Errorf("the destroy executed again is %s", a.body)
			}
			sent = append(sent, market.EventSent)
			list := s.statuses(w, sent...)
			if gone = list[len(list)-1]; gone.Reason != market.ReasonReplay {
				t.Errorf("the event is %+v", gone)
			}
		}
	})
}

func TestCancelEvent(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		release, hangs := make(chan struct{}), make(chan struct{}, 1)
		r := receive(t, func(w http.ResponseWriter, request *http.Request, a arrival) {
			hangs <- struct{}{}
			await(request, release)
			w.WriteHeader(http.StatusBadGateway)
		})
		s := running(t, p)
		w := s.register(r.url).Webhook
		s.advert(s.seller, "Lamp")
		<-hangs
		e := s.events(w)[0]
		cancelled, err := s.CancelEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		if cancelled.Status != market.EventCancelled || cancelled.ProcessedAt == nil || cancelled.NextAttemptAt != nil {
			t.Errorf("the event is %+v", cancelled)
		}
		close(release)
		r.next()
		s.until(func() bool { return len(find[market.WebhookEventResponse](s, market.Eq("event_id", e.Num))) == 1 }, func() any { return "no attempt" })
		if e = s.events(w)[0]; e.Status != market.EventCancelled {
			t.Errorf("an exchange that was under way revives it: %+v", e)
		}
		_, err = s.CancelEvent(t.Context(), s.actor, e.ID())
		if status, field := refusedOn(err); status != 409 || field != "webhook_event_id" {
			t.Errorf("cancelled again: %v", err)
		}
		for _, refused := range []string{"x", w.ID(), market.Ref{Type: "WebhookEvent", Num: 999}.ID()} {
			_, err := s.ResendEvent(t.Context(), s.actor, refused)
			if status, field := refusedOn(err); status != 404 || field != "webhook_event_id" {
				t.Errorf("%s: %v", refused, err)
			}
		}
	})
}

// TestACancelledEventThatWasNeverRendered is sent again: its payload is made then.
func TestACancelledEventThatWasNeverRendered(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := newRig(t, p, patience).open(), receive(t, nil)
		w := s.register(r.url).Webhook
		s.advert(s.seller, "Tile")
		s.relayOnly()
		e := s.events(w)[0]
		_, err := s.CancelEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		s.start()
		_, err = s.ResendEvent(t.Context(), s.actor, e.ID())
		must(t, err)
		if a := r.next(); title(a) != "Tile" {
			t.Errorf("arrived %s", a.body)
		}
		s.statuses(w, market.EventSent)
	})
}

func TestEventsOfADeletedWebhookAreNotSentAgain(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	w := s.register(r.url).Webhook
	id := s.advert(s.seller, "Jar")
	r.next()
	e := s.statuses(w, market.EventSent)[0]
	_, err := s.DeleteWebhook(t.Context(), s.actor, w.ID())
	must(t, err)
	_, err = s.ResendEvent(t.Context(), s.actor, e.ID())
	if status, field := refusedOn(err); status != 409 || field != "webhook_event_id" {
		t.Errorf("sent again: %v", err)
	}
	_, err = s.TriggerWebhook(t.Context(), s.actor, w.ID(), id, market.Update)
	if status, field := refusedOn(err); status != 404 || field != "webhook_id" {
		t.Errorf("triggered: %v", err)
	}
}

// TestARequestOutlivesRedis asks for an event while Redis forgets everything.
func TestARequestOutlivesRedis(t *testing.T) {
	t.Parallel()
	s, r := newRig(t, embedded(t), patience).open(), receive(t, nil)
	id := s.advert(s.seller, "Pan")
	w := s.register(r.url).Webhook
	_, err := s.TriggerWebhook(t.Context(), s.actor, w.ID(), id, market.Update)
	must(t, err)
	s.relayOnly() // its Redis keeps the entry
	fresh := newRig(t, place{database: s.database}, patience)
	began := time.Now()
	fresh.start() // one of its own, which knows nothing
	if a := r.next(); title(a) != "Pan" {
		t.Errorf("arrived %s after %s", a.body, time.Since(began))
	}
	fresh.statuses(w, market.EventSent)
}
