package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/market"
)

// hanging is a receiver that answers nobody before release is called.
func hanging(t *testing.T) (r *receiver, release func()) {
	t.Helper()
	open := make(chan struct{})
	release = sync.OnceFunc(func() { close(open) })
	t.Cleanup(release)
	return receive(t, func(w http.ResponseWriter, request *http.Request, _ arrival) {
		select {
		case <-open:
			w.WriteHeader(http.StatusNoContent)
		case <-request.Context().Done():
		}
	}), release
}

// ownedBy gives a webhook an owner.
func ownedBy(s *market.Seller) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) { in.SellerID = market.Some(s.ID()) }
}

// TestAFloodDelaysNobodyElse has one owner's events wait by the thousand for an
// endpoint that hangs, over many webhooks; the one event of another arrives at once.
func TestAFloodDelaysNobodyElse(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		const webhooks, changes = 15, 60
		s := running(t, p)
		slow, release := hanging(t)
		quick, other := receive(t, nil), s.newSeller("North Shop")
		var flooded []*market.Webhook
		for range webhooks {
			flooded = append(flooded, s.register(slow.url, ownedBy(s.seller)).Webhook)
		}
		for i := range changes {
			s.advert(s.seller, fmt.Sprint("Cup ", i))
		}
		s.until(func() bool {
			d, err := s.redis.Depth(t.Context())
			must(t, err)
			return d.Waiting == 0 && d.Delayed == 0 && d.InFlight+d.Parked == webhooks*changes
		}, func() any { return "the flood is not in the queue" })
		s.register(quick.url, ownedBy(other))
		began := time.Now()
		for i := range 5 {
			s.advert(other, fmt.Sprint("Plate ", i))
			quick.next()
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("five events of another owner took %v", took)
		}
		release()
		want := slices.Repeat([]market.EventStatus{market.EventSent}, changes)
		for _, w := range flooded {
			for _, e := range s.statuses(w, want...) {
				if e.Attempts != 1 {
					t.Fatalf("waiting cost event %d an attempt: %d", e.Num, e.Attempts)
				}
			}
		}
	})
}

// TestRatePerSecond runs two workers that share a queue: over no interval do more
// requests arrive than the rate allows, and all arrive at their first attempt.
func TestRatePerSecond(t *testing.T) {
	t.Parallel()
	const rate, changes = 20, 50
	p := production(t)
	one := running(t, p)
	newRig(t, p, patience).start()
	var mu sync.Mutex
	var arrived []time.Time
	r := receive(t, func(http.ResponseWriter, *http.Request, arrival) {
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, time.Now())
	})
	w := one.register(r.url, func(in *market.WebhookAttributes) { in.RatePerSecond = market.Some[int64](rate) }).Webhook
	for i := range changes {
		one.advert(one.seller, fmt.Sprint("Tile ", i))
	}
	for _, e := range one.statuses(w, slices.Repeat([]market.EventStatus{market.EventSent}, changes)...) {
		if e.Attempts != 1 {
			t.Errorf("waiting cost event %d an attempt: %d", e.Num, e.Attempts)
		}
	}
	// A tenth of a second's worth may come at once; what was sent in time may arrive late, on a busy machine.
	took, least := arrived[changes-1].Sub(arrived[0]), time.Second*(changes-1-rate/10-5)/rate
	if len(arrived) != changes || took < least {
		t.Errorf("%d requests in %v, want %d in at least %v", len(arrived), took, changes, least)
	}
}

// TestACircuitSparesAnEndpoint that does not answer: while it is in trouble its
// events wait without attempts, save some that probe; all are sent when it is back.
func TestACircuitSparesAnEndpoint(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		const changes = 60
		var back atomic.Bool
		r := receive(t, func(w http.ResponseWriter, request *http.Request, _ arrival) {
			if !back.Load() {
				<-request.Context().Done()
			}
		})
		s := running(t, p)
		w := s.register(r.url, func(in *market.WebhookAttributes) {
			in.ConcurrentSendLimit, in.TimeoutSeconds = market.Some[int64](10), market.Some[int64](1)
		}).Webhook
		for i := range changes {
			s.advert(s.seller, fmt.Sprint("Jug ", i))
		}
		// Ten fail together, as many take their slots until the tenth failure is
		// noted, at most, and then there are probes.
		for range 14 {
			r.next()
		}
		if n := len(r.arrivals); n > 9 {
			t.Errorf("%d more requests at once to an endpoint that hangs", n)
		}
		waiting := 0
		for _, e := range s.events(w) {
			if e.Status == market.EventUnsent && e.Attempts == 0 {
				waiting++
			}
		}
		if waiting < changes-14-9 {
			t.Errorf("%d of %d events were spared", waiting, changes)
		}
		back.Store(true)
		s.statuses(w, slices.Repeat([]market.EventStatus{market.EventSent}, changes)...)
	})
}

// TestARestartedWebhookIsTriedAtOnce pauses and resumes a webhook while its circuit
// is open: all that waits is sent, though no probe was due.
func TestARestartedWebhookIsTriedAtOnce(t *testing.T) {
	t.Parallel()
	var back atomic.Bool
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
		if !back.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	s := running(t, embedded(t))
	w := s.register(r.url).Webhook
	for i := range 12 {
		s.advert(s.seller, fmt.Sprint("Dish ", i))
	}
	for range 14 {
		r.next()
	}
	must(t, s.store.Invalidate(t.Context(), w.Num, "test"))
	s.statuses(w, slices.Repeat([]market.EventStatus{market.EventHeld}, 12)...)
	back.Store(true)
	s.update(w, enabled(true))
	s.statuses(w, slices.Repeat([]market.EventStatus{market.EventSent}, 12)...)
}

// TestThrottling lowers the number of requests at a time, and all are sent in the end.
func TestThrottling(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		const bearable, changes = 3, 25
		var under atomic.Int64
		r := receive(t, func(w http.ResponseWriter, request *http.Request, _ arrival) {
			defer under.Add(-1)
			if under.Add(1) > bearable {
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			select {
			case <-time.After(50 * time.Millisecond):
			case <-request.Context().Done():
			}
		})
		s := running(t, p)
		w := s.register(r.url, func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](8) }).Webhook
		for i := range changes {
			s.advert(s.seller, fmt.Sprint("Lamp ", i))
		}
		s.statuses(w, slices.Repeat([]market.EventStatus{market.EventSent}, changes)...)
	})
}
