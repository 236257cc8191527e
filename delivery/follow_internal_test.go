package delivery

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/delivery/egress"
	"crier/internal/market"
	"crier/internal/stream"
)

// few is how many slots the webhook of these tests has, plenty how many events.
const few, plenty = 2, 500

// endpoint answers at once, and says how many ask at a time.
func endpoint(t *testing.T) (url string, most *atomic.Int64) {
	t.Helper()
	var under atomic.Int64
	most = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer under.Add(-1)
		for n := under.Add(1); ; {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL, most
}

// drain has senders send what is queued, and returns the events that were sent.
func drain(t *testing.T, redis *stream.Redis, store *sendingStore, names ...string) map[int64]int {
	t.Helper()
	client := egress.New(egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true}, egress.Options{})
	ctx, stop := context.WithCancel(t.Context())
	var senders sync.WaitGroup
	for _, name := range names {
		w := &Worker{Options: Options{Redis: redis, Egress: client, Log: slog.New(slog.DiscardHandler), Metrics: NewMetrics(nil)}, consumer: name,
			delayed: make(chan struct{}, 1), parked: make(chan struct{}, 1)}
		s := newSender(w)
		s.store = store
		senders.Go(func() { s.run(ctx, t.Context()) })
		if len(names) > 1 {
			senders.Go(func() { (&look{w, s}).run(ctx) })
		}
	}
	sent, patience := map[int64]int{}, time.After(time.Minute)
	for range plenty {
		select {
		case o := <-store.outcomes:
			sent[o.EventID]++
			if o.Status != market.EventSent {
				t.Errorf("the outcome is %+v", o)
			}
		case <-patience:
			t.Fatalf("after %d events nothing comes any more", len(sent))
		}
	}
	stop()
	senders.Wait()
	client.CloseIdle()
	return sent
}

func newDrain(t *testing.T) (redis *stream.Redis, store *sendingStore, most *atomic.Int64) {
	t.Helper()
	redis, err := stream.Open(t.Context(), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := redis.Close(); err != nil {
			t.Error(err)
		}
	})
	url, most := endpoint(t)
	var events []int64
	for i := range int64(plenty) {
		events = append(events, i+1)
	}
	if _, err := redis.Enqueue(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	return redis, &sendingStore{outcomes: make(chan market.Outcome, 2*plenty), webhook: market.Webhook{
		Base: market.Base{Num: 1}, ConcurrentSendLimit: few, MaxRetries: 25, State: market.WebhookActive, TimeoutSeconds: 30, URL: url,
	}}, most
}

// TestTheEndOfAnExchangeFetchesWhatIsParked has nobody look: all parked events come
// because slots get free, each once, and few of them are read in vain.
func TestTheEndOfAnExchangeFetchesWhatIsParked(t *testing.T) {
	t.Parallel()
	redis, store, most := newDrain(t)
	sent := drain(t, redis, store, "one")
	if len(sent) != plenty || most.Load() > few {
		t.Errorf("%d events were sent, at most %d at a time", len(sent), most.Load())
	}
	if n := store.read.Load(); n > 2*plenty {
		t.Errorf("%d events were read for %d", n, plenty)
	}
}

// TestTwoProcessesShareFewSlots has what one parks fetched by the other.
func TestTwoProcessesShareFewSlots(t *testing.T) {
	t.Parallel()
	redis, store, most := newDrain(t)
	began := time.Now()
	sent := drain(t, redis, store, "one", "two")
	t.Log(time.Since(began), store.read.Load())
	if len(sent) != plenty || most.Load() > few {
		t.Errorf("%d events were sent, at most %d at a time", len(sent), most.Load())
	}
}
