package bench_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
)

// What BenchmarkIsolation runs, and what it is held to.
const (
	// healthyEndpoints and badEndpoints are a seller's each. A third of the bad ones
	// hang, a third refuse, and a third drip a byte a second.
	healthyEndpoints, badEndpoints = 70, 30
	// changesEach is how many changes a second concern each endpoint.
	changesEach = 2
	// alone is how long the healthy ones are watched without the others, beside with
	// them: longer than an exchange may hang.
	alone, beside = 12 * time.Second, 36 * time.Second
	// hangs is how long an endpoint takes that hangs.
	hangs = 30 * time.Second
	// mostDelay bounds the p99 of healthy endpoints beside bad ones, as a ratio to that without them.
	mostDelay = 1.5
)

// BenchmarkIsolation is changes at a steady pace for healthy endpoints, by
// themselves, beside as many for bad ones, and by themselves again: the time from
// the end of the commit to the arrival at the healthy ones.
func BenchmarkIsolation(b *testing.B) {
	for name, place := range places {
		b.Run(name, func(b *testing.B) {
			run := func(bad int, lasts time.Duration) []time.Duration {
				database, redis := place(b)
				return newRig(b, database, redis).isolated(b, bad, lasts)
			}
			for range b.N {
				without := run(0, alone)
				with := run(badEndpoints, beside)
				without = append(without, run(0, alone)...)
				for what, took := range map[string][]time.Duration{"without": without, "with": with} {
					median, p99 := milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
					b.ReportMetric(median, what+"-median-ms")
					b.ReportMetric(p99, what+"-p99-ms")
					b.Logf("%s bad endpoints: median %.1f ms, p99 %.1f ms", what, median, p99) // a failure shows no metrics
				}
				held(b, "ratio", percentile(with, 99).Seconds()/percentile(without, 99).Seconds(), mostDelay)
			}
		})
	}
}

func percentile(took []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[(len(sorted)-1)*p/100]
}

// isolated returns the latencies of healthy endpoints, beside a number of bad ones.
func (r *rig) isolated(b *testing.B, bad int, lasts time.Duration) []time.Duration {
	b.Helper()
	healthy := r.endpoints(b, healthyEndpoints, 1, func(int) string { return r.sink.server.URL })
	urls, over := badURLs(b)
	others := r.endpoints(b, bad, 1, func(i int) string { return urls[i%len(urls)] })
	r.catchUp(b)
	stop := r.work(b)
	defer stop()
	defer over()
	ctx, end := context.WithCancel(b.Context())
	var background sync.WaitGroup
	defer background.Wait()
	defer end()
	if bad > 0 {
		background.Go(func() { r.disturb(ctx, b, others) })
	}
	const perSecond = healthyEndpoints * changesEach
	return r.watch(b, healthy, int(lasts.Seconds()*perSecond), time.Second/perSecond)
}

// watch makes n changes at a steady pace, of adverts by turns, and returns how long
// it took each until its receiver was shown the state that it made, or a later one.
func (r *rig) watch(b *testing.B, adverts []string, n int, pace time.Duration) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	committed, seen, shown := make([]time.Time, n), make([]time.Time, n), 0
	all := make(chan struct{})
	r.sink.see(func(body []byte) {
		mu.Lock()
		defer mu.Unlock()
		for i := changeOf(body) - watched; i >= 0 && i < n && seen[i].IsZero(); i -= len(adverts) {
			seen[i] = time.Now()
			if shown++; shown == n {
				close(all)
			}
		}
	})
	defer r.sink.see(nil)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		_, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{
			AdvertID: &adverts[i%len(adverts)], Title: market.Some(title(watched+i, "watched")),
		})
		must(b, err)
		committed[i] = time.Now()
	}
	r.await(b, all)
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = max(seen[i].Sub(committed[i]), 0) // it may be there before the committer is told
	}
	return took
}

// watched is the number in the title of the first change that is watched.
const watched = 1_000_000

// endpoints makes n sellers with an advert and some webhooks each, and returns the adverts.
func (r *rig) endpoints(b *testing.B, n, webhooks int, url func(i int) string) []string {
	b.Helper()
	adverts := make([]string, n)
	for i := range adverts {
		seller := r.newSeller(b, fmt.Sprintf("Seller %s %d", url(i), i))
		advert, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{
			SellerID: &seller, TaxonID: market.Some(r.taxon), Title: market.Some(title(i, "new")), AttemptAutoPublish: true,
			PriceAttributes: market.PriceAttributes{Price: market.Some("39.50")},
		})
		must(b, err)
		in := registration(url(i))
		in.SellerID = market.Some(seller)
		for range webhooks {
			_, err = r.market.CreateWebhook(context.Background(), r.actor, nil, in)
			must(b, err)
		}
		adverts[i] = advert.ID()
	}
	return adverts
}

// disturb changes the adverts of bad endpoints, at the pace of the healthy ones'.
func (r *rig) disturb(ctx context.Context, b *testing.B, adverts []string) {
	tick := time.NewTicker(time.Second / time.Duration(len(adverts)*changesEach))
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		advert := adverts[i%len(adverts)]
		_, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{AdvertID: &advert, Title: market.Some(title(i, "bad"))})
		if err != nil {
			b.Error(err)
			return
		}
	}
}

// badURLs are those of endpoints that hang, drip and refuse, by an error or a
// closed port; over lets those who wait go.
func badURLs(b *testing.B) (urls []string, over func()) {
	b.Helper()
	ended := make(chan struct{})
	wait := func(r *http.Request, d time.Duration) bool {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return true
		case <-ended:
		case <-r.Context().Done():
		}
		return false
	}
	serve := func(handle http.HandlerFunc) string {
		server := httptest.NewServer(handle)
		b.Cleanup(server.Close)
		return server.URL
	}
	hang := serve(func(_ http.ResponseWriter, r *http.Request) { wait(r, hangs) })
	drip := serve(func(w http.ResponseWriter, r *http.Request) {
		for wait(r, time.Second) {
			_, _ = w.Write([]byte("."))
			_ = http.NewResponseController(w).Flush()
		}
	})
	fail := serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	must(b, closed.Close())
	return []string{hang, drip, fail, hang, drip, "http://" + closed.Addr().String()}, sync.OnceFunc(func() { close(ended) })
}

// BenchmarkIsolationFlood is changes of one owner before, and while 50,000 events
// of another are due at an endpoint that takes five seconds for each.
func BenchmarkIsolationFlood(b *testing.B) {
	const webhooks, changes, each, pace = 250, 200, 400, 10 * time.Millisecond
	inPlaces(b, func(b *testing.B, r *rig) {
		mine := r.endpoints(b, 20, 1, func(int) string { return r.sink.server.URL })
		ended := make(chan struct{})
		slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
			select {
			case <-time.After(5 * time.Second):
			case <-ended:
			case <-request.Context().Done():
			}
		}))
		b.Cleanup(slow.Close)
		flood := r.endpoints(b, 1, webhooks, func(int) string { return slow.URL })[0]
		r.catchUp(b)
		stop := r.work(b)
		defer stop()
		defer close(ended)
		for range b.N {
			before := r.watch(b, mine, each, pace)
			for i := range changes {
				_, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{AdvertID: &flood, Title: market.Some(title(i, "flood"))})
				must(b, err)
			}
			r.parked(b, webhooks*changes*8/10)
			during := r.watch(b, mine, each, pace)
			b.ReportMetric(milliseconds(percentile(before, 99)), "before-p99-ms")
			b.ReportMetric(milliseconds(percentile(during, 50)), "during-median-ms")
			b.ReportMetric(milliseconds(percentile(during, 99)), "during-p99-ms")
		}
	})
}

// parked waits until n events at least were queued, and all of them were handed out once.
func (r *rig) parked(b *testing.B, n int64) {
	b.Helper()
	tick := time.NewTicker(time.Second) // a look is dear for the embedded Redis
	defer tick.Stop()
	for calm := 0; calm < 2; {
		<-tick.C
		d, err := r.redis.Depth(b.Context())
		must(b, err)
		calm++
		if d.Waiting > 0 || d.Parked+d.Delayed+d.InFlight < n {
			calm = 0
		}
	}
}
