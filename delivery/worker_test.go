package delivery_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/store/storetest"
)

func TestOneChangeIsOneDelivery(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		made := s.register(r.url)
		id := s.advert(s.seller, "Teapot")
		a := r.next()
		a.verify(t, made.Secret)
		if a.data.EventName != "create" || a.data.Payload.Data.Node.ID != id || title(a) != "Teapot" {
			t.Errorf("the body is %s", a.body)
		}
		e := s.statuses(made.Webhook, market.EventSent)[0]
		if e.Attempts != 1 || e.ID() != a.data.ID || e.ProcessedAt == nil || e.NextAttemptAt != nil {
			t.Errorf("the event is %+v", e)
		}
		r.none()
	})
}

func TestEqualDocumentsExecuteOnce(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		const webhooks = 20
		for range webhooks {
			s.register(r.url)
		}
		other := s.register(r.url+"/other", func(in *market.WebhookAttributes) {
			in.QueryString = market.Some(`query($id: ID!) { node(id: $id) { ... on Advert { title } } }`)
		})
		before := s.reads.adverts.Load()
		s.advert(s.seller, "Jug")
		var first []byte
		for range webhooks + 1 {
			a := r.next()
			if a.path == "/other" {
				a.verify(t, other.Secret)
				continue
			}
			payload := a.body[bytes.Index(a.body, []byte(`"payload"`)):]
			if first == nil {
				first = payload
			}
			if !bytes.Equal(first, payload) {
				t.Errorf("payloads differ:\n%s\n%s", first, payload)
			}
		}
		// Two documents; loaders of the one batch are shared besides.
		if n := s.reads.adverts.Load() - before; n == 0 || n > 2 {
			t.Errorf("%d reads of adverts for two documents", n)
		}
	})
}

func TestAllowSkip(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var down atomic.Bool
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
			if down.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		s := running(t, p)
		w := s.register(r.url, func(in *market.WebhookAttributes) { in.AllowSkip = market.Some(true) }).Webhook
		id := s.advert(s.seller, "A")
		r.next()
		s.statuses(w, market.EventSent)
		_, err := s.UpsertMetadatum(t.Context(), s.actor, id, "shelf", "3")
		must(t, err)
		s.statuses(w, market.EventSent, market.EventSkipped)
		r.none()
		// What is tried again may arrive later, so that going back is news.
		down.Store(true)
		s.rename(id, "B")
		r.next()
		s.statuses(w, market.EventSent, market.EventSkipped, market.EventRejected)
		down.Store(false)
		s.rename(id, "A")
		for title(r.next()) != "A" {
		}
		s.statuses(w, market.EventSent, market.EventSkipped, market.EventSent, market.EventSent)
		_, err = s.DeleteAdvert(t.Context(), s.actor, id)
		must(t, err)
		a := r.next()
		for ; a.data.EventName != "destroy"; a = r.next() { // what was tried again came late
		}
		if title(a) != "A" {
			t.Errorf("the destroy shows %s", a.body)
		}
	})
}

func TestPauseHoldsAndResumeSends(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		w := s.register(r.url, func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](1) }).Webhook
		s.update(w, enabled(false))
		var want []market.EventStatus
		for i := range 5 {
			s.advert(s.seller, fmt.Sprint("Cup ", i))
			want = append(want, market.EventHeld)
		}
		s.statuses(w, want...)
		r.none()
		s.update(w, enabled(true))
		seen := map[string]bool{}
		for range 5 {
			seen[title(r.next())] = true
		}
		if len(seen) != 5 {
			t.Errorf("after the pause came %v", seen)
		}
	})
}

// TestPauseWhileRetriesWait pauses a webhook while its retries are far away: it
// sends them soon after it was resumed.
func TestPauseWhileRetriesWait(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
		if down.Load() {
			w.Header().Set("Retry-After", "86000")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	s := running(t, embedded(t))
	w := s.register(r.url).Webhook
	s.advert(s.seller, "Bowl")
	e := s.statuses(w, market.EventRejected)[0]
	if wait := time.Until(*e.NextAttemptAt); wait < 20*time.Hour {
		t.Errorf("Retry-After was not kept: %v", wait)
	}
	down.Store(false)
	hold(t, s, w)
	s.update(w, enabled(true))
	s.statuses(w, market.EventSent)
}

// hold stops a webhook as a document does that no longer fits the schema.
func hold(t *testing.T, s *rig, w *market.Webhook) {
	t.Helper()
	must(t, s.store.Invalidate(t.Context(), w.Num, "test"))
	s.statuses(w, market.EventHeld)
}

func TestDeletionCancels(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) { w.WriteHeader(http.StatusBadGateway) })
		w := s.register(r.url).Webhook
		s.advert(s.seller, "Plate")
		s.statuses(w, market.EventRejected)
		_, err := s.DeleteWebhook(t.Context(), s.actor, w.ID())
		must(t, err)
		s.statuses(w, market.EventCancelled)
	})
}

func TestDestroyShowsWhatWas(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "Vase")
		s.register(r.url, func(in *market.WebhookAttributes) {
			in.EventName = market.Some(market.EventDestroy)
			in.QueryString = market.Some(`query($id: ID!) { node(id: $id) { ... on Advert { id title variants { nodes { sku } } } } }`)
		})
		_, err := s.DeleteAdvert(t.Context(), s.actor, id)
		must(t, err)
		a := r.next()
		node := a.data.Payload.Data.Node
		if a.data.EventName != "destroy" || node.Title != "Vase" || len(node.Variants.Nodes) != 1 || node.Variants.Nodes[0].SKU != "Vase" {
			t.Errorf("the body is %s", a.body)
		}
	})
}

func TestASellerGetsItsOwn(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		mine, other := s.seller, s.newSeller("North Shop")
		s.register(r.url, func(in *market.WebhookAttributes) { in.SellerID = market.Some(mine.ID()) })
		s.advert(other, "Theirs")
		s.advert(mine, "Mine")
		s.advert(other, "Theirs too")
		s.advert(mine, "Mine too")
		seen := map[string]bool{title(r.next()): true, title(r.next()): true}
		if !seen["Mine"] || !seen["Mine too"] {
			t.Errorf("arrived: %v", seen)
		}
		r.none()
	})
}

// TestConcurrentSendLimit runs two workers that share a queue.
func TestConcurrentSendLimit(t *testing.T) {
	t.Parallel()
	const limit, changes = 3, 40
	var under, most atomic.Int64
	r := receive(t, func(_ http.ResponseWriter, request *http.Request, _ arrival) {
		n := under.Add(1)
		defer under.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-request.Context().Done():
		}
	})
	p := production(t)
	one := running(t, p)
	two := newRig(t, p, patience).start()
	w := one.register(r.url, func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](limit) }).Webhook
	var want []market.EventStatus
	for i := range changes {
		one.advert(one.seller, fmt.Sprint("Tile ", i))
		want = append(want, market.EventSent)
	}
	for _, e := range two.statuses(w, want...) {
		if e.Attempts != 1 {
			t.Errorf("waiting cost event %d an attempt: %d", e.Num, e.Attempts)
		}
	}
	if n := most.Load(); n > limit || n < 2 {
		t.Errorf("%d exchanges at a time, want at most %d", n, limit)
	}
	if n := len(r.arrivals); n != changes {
		t.Errorf("%d arrivals of %d events", n, changes)
	}
}

func TestAHangingEndpointDelaysNoOther(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		hangs := receive(t, func(_ http.ResponseWriter, request *http.Request, _ arrival) { <-request.Context().Done() })
		healthy := receive(t, nil)
		s.register(hangs.url, func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](2) })
		s.register(healthy.url)
		began := time.Now()
		for i := range 50 {
			s.advert(s.seller, fmt.Sprint("Mug ", i))
		}
		for range 50 {
			healthy.next()
		}
		if took := time.Since(began); took > 25*time.Second {
			t.Errorf("took %v beside an endpoint that hangs for 30 s", took)
		}
		if n := len(hangs.arrivals); n > 2 {
			t.Errorf("%d exchanges with a limit of 2", n)
		}
	})
}

// TestAStopCostsNoAttempt stops a worker while it posts, without any grace.
func TestAStopCostsNoAttempt(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var attempts atomic.Int64
		r := receive(t, func(_ http.ResponseWriter, request *http.Request, _ arrival) {
			if attempts.Add(1) == 1 {
				<-request.Context().Done()
			}
		})
		s := newRig(t, p, 0).open().start()
		w := s.register(r.url).Webhook
		s.advert(s.seller, "Pan")
		first := r.next()
		s.stop()
		if e := s.events(w)[0]; e.Attempts != 0 || e.Status != market.EventUnsent || e.NextAttemptAt == nil {
			t.Errorf("after the stop the event is %+v", e)
		}
		s.start()
		if second := r.next(); !bytes.Equal(first.body, second.body) {
			t.Errorf("the bodies differ:\n%s\n%s", first.body, second.body)
		}
		if e := s.statuses(w, market.EventSent)[0]; e.Attempts != 1 {
			t.Errorf("%d attempts are counted", e.Attempts)
		}
	})
}

// TestAStopWaitsForAnswers stops a worker while it posts, with grace enough.
func TestAStopWaitsForAnswers(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	r := receive(t, func(_ http.ResponseWriter, request *http.Request, _ arrival) { await(request, release) })
	s := running(t, embedded(t))
	w := s.register(r.url).Webhook
	s.advert(s.seller, "Lid")
	r.next()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.stop()
	}()
	close(release)
	<-stopped
	if e := s.events(w)[0]; e.Status != market.EventSent || e.Attempts != 1 {
		t.Errorf("the event is %+v", e)
	}
}

// TestRegistrationsAreInOrder changes and registers at once, over two processes
// where the place allows it: who registered before a change gets it, who did after does not.
func TestRegistrationsAreInOrder(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		if p.redis != "" {
			newRig(t, p, patience).start()
		}
		const each = 15
		wanted := make([]map[string]bool, each)
		var mu sync.Mutex
		var group sync.WaitGroup
		for i := range each {
			wanted[i] = map[string]bool{}
			group.Go(func() {
				before := s.advert(s.seller, fmt.Sprintf("before %d", i))
				s.register(fmt.Sprintf("%s/%d", r.url, i))
				after := s.advert(s.seller, fmt.Sprintf("after %d", i))
				mu.Lock()
				defer mu.Unlock()
				wanted[i][before], wanted[i][after] = false, true
			})
		}
		group.Wait()
		last := s.advert(s.seller, "last")
		for ends := 0; ends < each; {
			a := r.next()
			var i int
			if _, err := fmt.Sscanf(a.path, "/%d", &i); err != nil {
				t.Fatal(err)
			}
			id := a.data.Payload.Data.Node.ID
			if id == last {
				ends++
			}
			if want, known := wanted[i][id]; known && !want {
				t.Errorf("webhook %d got a change from before it", i)
			}
			delete(wanted[i], id)
		}
		for i := range wanted {
			w := s.webhookAt(fmt.Sprintf("%s/%d", r.url, i))
			s.until(func() bool { return s.got(w, wanted[i]) }, func() any { return fmt.Sprintf("webhook %d misses its change", i) })
		}
	})
}

// webhookAt is the webhook of a URL.
func (r *rig) webhookAt(url string) *market.Webhook {
	r.t.Helper()
	list := find[market.Webhook](r, market.Eq("url", url))
	if len(list) != 1 {
		r.t.Fatalf("%d webhooks at %s", len(list), url)
	}
	return list[0]
}

// got reports whether a webhook has an event for each advert that is wanted, and for none that is not.
func (r *rig) got(w *market.Webhook, wanted map[string]bool) bool {
	has := map[string]bool{}
	for _, e := range r.events(w) {
		has[e.SubjectID()] = true
	}
	for id, want := range wanted {
		if has[id] != want {
			return false
		}
	}
	return true
}

func TestAFailingExecutionStopsNoOther(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errAway },
		"panic": func() error { panic("a resolver's fault") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := newRig(t, embedded(t), patience).open(), receive(t, nil)
			w := s.register(r.url, func(in *market.WebhookAttributes) { in.EventName = market.Some(market.EventCreate) }).Webhook
			bad := s.advert(s.seller, "bad")
			refuse := func(q market.Query) error {
				if asks(q, bad) {
					return fail()
				}
				return nil
			}
			s.reads.refuse.Store(&refuse)
			s.start()
			s.until(func() bool { return len(s.events(w)) == 1 && s.events(w)[0].ErrorMessage != nil }, func() any { return s.events(w) })
			s.advert(s.seller, "good")
			if a := r.next(); title(a) != "good" {
				t.Errorf("arrived: %s", a.body)
			}
			r.none()
			s.reads.refuse.Store(nil)
			if a := r.next(); title(a) != "bad" {
				t.Errorf("arrived: %s", a.body)
			}
			if e := s.statuses(w, market.EventSent, market.EventSent)[0]; e.ErrorMessage != nil || e.Attempts != 1 {
				t.Errorf("the event is %+v", e)
			}
		})
	}
}

func TestRedisLosesEverything(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	s := running(t, place{database: storetest.Postgres(t), redis: server.URL})
	var down atomic.Bool
	down.Store(true)
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	w := s.register(r.url).Webhook
	for i := range 3 {
		s.advert(s.seller, fmt.Sprint("Pot ", i))
	}
	s.statuses(w, market.EventRejected, market.EventRejected, market.EventRejected)
	down.Store(false)
	server.CLI("FLUSHALL")
	s.advert(s.seller, "after")
	s.statuses(w, market.EventSent, market.EventSent, market.EventSent, market.EventSent)
}

// TestAnotherProcessCommits has a process without a worker change the marketplace.
func TestAnotherProcessCommits(t *testing.T) {
	t.Parallel()
	p := production(t)
	s, r := running(t, p), receive(t, nil)
	s.register(r.url)
	other := newRig(t, p, 0)
	other.taxon = s.taxon
	other.advert(s.seller, "from elsewhere")
	if a := r.next(); title(a) != "from elsewhere" {
		t.Errorf("arrived: %s", a.body)
	}
}

func TestSequencesFollowTheChangesOfAnEntity(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := running(t, p), receive(t, nil)
		id := s.advert(s.seller, "0")
		w := s.register(r.url).Webhook
		const renames = 30
		var names []string
		var mu sync.Mutex
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				for range renames / 3 {
					mu.Lock()
					name := fmt.Sprint(len(names) + 1)
					names = append(names, name)
					s.rename(id, name)
					mu.Unlock()
				}
			})
		}
		group.Wait()
		events := s.told(w, renames)
		newest := arrival{}
		var highest int64
		for range len(r.arrivals) {
			a := r.next()
			ref, err := market.ParseID(a.data.ID)
			must(t, err)
			if ref.Num > highest {
				highest, newest = ref.Num, a
			}
		}
		if title(newest) != fmt.Sprint(renames) {
			t.Errorf("the event with the highest sequence shows %q", title(newest))
		}
		for i, e := range events {
			if i > 0 && (e.Num != events[i-1].Num+1 || e.ChangeID <= events[i-1].ChangeID) {
				t.Errorf("event %d of change %d follows %d of %d", e.Num, e.ChangeID, events[i-1].Num, events[i-1].ChangeID)
			}
		}
	})
}

// TestAChangedDocumentIsNotShared changes the document of one of two webhooks
// between relay and fan-out.
func TestAChangedDocumentIsNotShared(t *testing.T) {
	t.Parallel()
	s, r := newRig(t, embedded(t), patience).open(), receive(t, nil)
	first, second := s.register(r.url+"/first").Webhook, s.register(r.url+"/second").Webhook
	s.advert(s.seller, "Dish")
	s.relayOnly()
	if a, b := s.events(first)[0], s.events(second)[0]; a.PayloadID != b.PayloadID {
		t.Fatal("the relay does not share")
	}
	s.update(first, market.WebhookAttributes{QueryString: market.Some(`query($id: ID!) { node(id: $id) { __typename } }`)})
	s.start()
	for range 2 {
		if a := r.next(); (a.path == "/first") != (title(a) == "") {
			t.Errorf("%s got %s", a.path, a.body)
		}
	}
}
