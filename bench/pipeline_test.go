package bench_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
)

// BenchmarkEndToEnd is mutations over HTTP from 32 clients with one delivery
// each, from the first request to the last arrival.
func BenchmarkEndToEnd(b *testing.B) {
	const adverts, mutations = 64, 3000
	const rename = `mutation($id: ID!, $title: String!) {
		done: advertUpsert(input: { advertId: $id, attributes: { title: $title } }) { status errors { field messages } advert { id updatedAt } }
	}`
	inPlaces(b, func(b *testing.B, r *rig) {
		r.register(b)
		ids := r.adverts(b, adverts)
		server, client := r.serve(b), connected(b, mutating)
		stop := r.work(b)
		defer stop()
		var took, raw time.Duration
		for round := range b.N {
			arrived, began := r.sink.expect(mutations), time.Now()
			clients(b, mutations, mutating, func(_, i int) error {
				answer, err := server.post(client, request(b, rename, map[string]any{"id": ids[i%adverts], "title": fmt.Sprintf("Round %d, %d", round, i)}))
				if err != nil {
					return err
				}
				return accepted(answer)
			})
			r.await(b, arrived)
			took += time.Since(began)
			raw += rawLoop(b, r.sink, mutations)
		}
		report(b, "deliveries", mutations, took, "raw-posts", raw)
	})
}

// BenchmarkLatency is changes at a steady rate, each with one delivery: the time
// from the end of the commit to the arrival.
func BenchmarkLatency(b *testing.B) {
	const changes, perSecond, adverts = 1500, 100, 50
	inPlaces(b, func(b *testing.B, r *rig) {
		r.register(b)
		ids := r.adverts(b, adverts)
		stop := r.work(b)
		defer stop()
		for round := range b.N {
			took := r.latencies(b, ids, round*changes, changes, time.Second/perSecond)
			slices.Sort(took)
			b.ReportMetric(milliseconds(took[len(took)/2]), "median-ms")
			b.ReportMetric(milliseconds(took[len(took)*99/100]), "p99-ms")
		}
	})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// latencies makes n changes at a steady pace and returns how long each took to arrive.
func (r *rig) latencies(b *testing.B, ids []string, first, n int, pace time.Duration) []time.Duration {
	b.Helper()
	committed, at := make([]time.Time, n), make([]time.Time, n)
	arrived := r.sink.expect(n)
	r.sink.see(func(body []byte) {
		if i := changeOf(body) - first; i >= 0 && at[i].IsZero() {
			at[i] = time.Now()
		}
	})
	defer r.sink.see(nil)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		_, err := r.market.UpsertAdvert(context.Background(), r.actor, market.AdvertUpsert{
			AdvertID: &ids[i%len(ids)], Title: market.Some(title(first+i, "later")),
		})
		must(b, err)
		committed[i] = time.Now()
	}
	r.await(b, arrived)
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = max(at[i].Sub(committed[i]), 0) // it may be there before the committer is told
	}
	return took
}

// changeOf is the number in the title that a delivery shows; -1 where there is none.
func changeOf(body []byte) int {
	_, rest, _ := strings.Cut(string(body), `"title":"Advert `)
	number, _, _ := strings.Cut(rest, ",")
	n, err := strconv.Atoi(number)
	if err != nil {
		return -1
	}
	return n
}
