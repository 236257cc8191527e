package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
)

// heard is what a receiver got of one entity: sequences in the order of arrival,
// and those that it accepted.
type heard struct {
	arrived  []int64
	accepted map[int64]bool
}

// TestEventsOfAnEntityArriveInOrder changes ten entities a thousand times, with a
// receiver that fails at random and a worker that stops in between, while it works.
func TestEventsOfAnEntityArriveInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		const entities, each = 10, 100
		p.firstRetry = 20 * time.Millisecond
		var mu sync.Mutex
		log := map[string]*heard{}
		r := receive(t, func(w http.ResponseWriter, q *http.Request, a arrival) {
			mu.Lock()
			defer mu.Unlock()
			id := a.data.Payload.Data.Node.ID
			if log[id] == nil {
				log[id] = &heard{accepted: map[int64]bool{}}
			}
			sequence, err := strconv.ParseInt(q.Header.Get("Crier-Sequence"), 10, 64)
			if err != nil {
				t.Error(err)
			}
			log[id].arrived = append(log[id].arrived, sequence)
			if rand.IntN(5) == 0 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			log[id].accepted[sequence] = true
		})
		one := newRig(t, p, 0).open().start()
		var ids []string
		for i := range entities {
			ids = append(ids, one.advert(one.seller, fmt.Sprint("Jar ", i)))
		}
		w := one.register(r.url, func(in *market.WebhookAttributes) {
			in.Ordered, in.MaxRetries = market.Some(true), market.Some[int64](50)
		}).Webhook
		two := one
		if p.redis != "" {
			two = newRig(t, p, patience).start()
		}
		for n := range each {
			for i, id := range ids {
				one.rename(id, fmt.Sprintf("Jar %d v%d", i, n+1))
			}
			if n == each/2 {
				one.stop()
				if two == one {
					one.start()
				}
			}
		}
		two.until(func() bool {
			return len(two.events(w)) == entities*each && len(find[market.WebhookEvent](two, market.Eq("status", string(market.EventSent)))) == entities*each
		},
			func() any {
				return fmt.Sprint(len(find[market.WebhookEvent](two, market.Eq("status", string(market.EventSent)))), " sent")
			})
		mu.Lock()
		defer mu.Unlock()
		for _, id := range ids {
			h := log[id]
			if len(h.accepted) != each {
				t.Errorf("%s was heard of %d times", id, len(h.accepted))
			}
			for i := 1; i < len(h.arrived); i++ {
				if h.arrived[i] < h.arrived[i-1] {
					t.Errorf("%s: %d came after %d", id, h.arrived[i], h.arrived[i-1])
				}
			}
		}
	})
}

// TestOneEntityHoldsUpOnlyItself lets the events of one entity fail.
func TestOneEntityHoldsUpOnlyItself(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		p.firstRetry = 50 * time.Millisecond
		var bad string
		var down sync.Mutex
		healed := false
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, a arrival) {
			down.Lock()
			defer down.Unlock()
			if a.data.Payload.Data.Node.ID == bad && !healed {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		s := running(t, p)
		bad = s.advert(s.seller, "bad")
		good := s.advert(s.seller, "good")
		w := s.register(r.url, func(in *market.WebhookAttributes) {
			in.Ordered, in.MaxRetries = market.Some(true), market.Some[int64](50)
		}).Webhook
		for i := range 3 {
			s.rename(bad, fmt.Sprint("bad ", i))
			s.rename(good, fmt.Sprint("good ", i))
		}
		s.statuses(w, market.EventRejected, market.EventSent, market.EventUnsent, market.EventSent, market.EventUnsent, market.EventSent)
		down.Lock()
		healed = true
		down.Unlock()
		s.statuses(w, market.EventSent, market.EventSent, market.EventSent, market.EventSent, market.EventSent, market.EventSent)
		for _, e := range s.events(w) {
			if e.Attempts != 1 && e.Num != s.events(w)[0].Num {
				t.Errorf("event %d had %d attempts", e.Num, e.Attempts)
			}
		}
	})
}

// TestOrderIsSwitched switches the order of a webhook on and off while it is
// paused and while events wait: none stays behind.
// TestACancelledEventFreesTheNext calls off the first event of a lane: the next one goes
// at once, not when the sweep comes by.
func TestACancelledEventFreesTheNext(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, a arrival) {
			if title(a) == "Lamp" {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		w := s.register(r.url, func(in *market.WebhookAttributes) { in.Ordered = market.Some(true) }).Webhook
		id := s.advert(s.seller, "Lamp")
		s.statuses(w, market.EventRejected)
		s.rename(id, "Torch")
		first := s.statuses(w, market.EventRejected, market.EventUnsent)[0]
		r.next()
		began := time.Now()
		_, err := s.CancelEvent(t.Context(), s.actor, first.ID())
		must(t, err)
		if a := r.next(); title(a) != "Torch" {
			t.Errorf("arrived: %s", a.body)
		}
		if took := time.Since(began); took > 8*time.Second { // the sweep rests for 10 s
			t.Errorf("the next event came after %s", took)
		}
		s.statuses(w, market.EventCancelled, market.EventSent)
	})
}

func TestOrderIsSwitched(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		p.firstRetry = 50 * time.Millisecond
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "Lamp")
		w := s.register(r.url).Webhook
		made := 0
		for i, in := range []market.WebhookAttributes{
			enabled(false), {Ordered: market.Some(true)}, {Ordered: market.Some(false)}, {Ordered: market.Some(true)}, enabled(true), {Ordered: market.Some(false)}, {Ordered: market.Some(true)},
		} {
			s.update(w, in)
			for n := range 3 {
				s.rename(id, fmt.Sprintf("Lamp %d.%d", i, n))
				made++
			}
		}
		s.told(w, made)
	})
}

func TestChangesAreGathered(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		w := s.register(r.url, func(in *market.WebhookAttributes) { in.CoalesceSeconds = market.Some[int64](3) }).Webhook
		began := time.Now()
		id := s.advert(s.seller, "Vase")
		for i := range 5 {
			s.rename(id, fmt.Sprint("Vase ", i))
		}
		made := time.Now()
		a := r.next()
		if since := time.Since(began); made.Sub(began) < 2*time.Second && (since < 2900*time.Millisecond || a.data.EventName != "create" || title(a) != "Vase 4") {
			t.Errorf("after %v came %s", since, a.body)
		}
		s.until(func() bool {
			list := s.events(w)
			return len(list) > 0 && list[len(list)-1].Status == market.EventSent
		}, func() any { return s.events(w) })
		list := s.events(w)
		for _, e := range list[:len(list)-1] {
			if e.Status != market.EventSkipped && made.Sub(began) < 2*time.Second {
				t.Errorf("event %d is %s", e.Num, e.Status)
			}
		}
	})
}
