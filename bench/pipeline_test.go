package bench_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkEndToEnd is mutations over HTTP from 32 clients with one delivery
// each, from the first request to the last arrival.
func BenchmarkEndToEnd(b *testing.B) {
	const adverts, mutations = 640, 3000 // more than the relay takes at once: each change has its own event
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
		for range b.N {
			took := r.watch(b, ids, changes, time.Second/perSecond)
			b.ReportMetric(milliseconds(percentile(took, 50)), "median-ms")
			b.ReportMetric(milliseconds(percentile(took, 99)), "p99-ms")
		}
	})
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

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
