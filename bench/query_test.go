package bench_test

import (
	"bytes"
	"testing"
	"time"
)

// BenchmarkStorefront is a nested document of 100 adverts over HTTP, side by
// side with a handler written by hand that gives the same bytes.
func BenchmarkStorefront(b *testing.B) {
	const connections, rounds, requests = 8, 6, 60
	inPlaces(b, func(b *testing.B, r *rig) {
		r.furnish(b)
		server, body := r.serve(b), request(b, storefront, map[string]any{"first": storefrontPage})
		hand, client := r.serveByHand(b, server.key), connected(b, connections)
		sameAnswer(b, server, hand, body)
		load := func(a api) time.Duration {
			return clients(b, requests, connections, func(int, int) error {
				_, err := a.post(client, body)
				return err
			})
		}
		load(server)
		load(hand)
		b.ResetTimer()
		var ours, theirs time.Duration
		for range b.N * rounds {
			ours += load(server)
			theirs += load(hand)
		}
		report(b, "requests", requests*rounds, ours, "by-hand", theirs)
	})
}

// report reports what was done a second, and as a ratio to the other way.
func report(b *testing.B, what string, n int, ours time.Duration, other string, theirs time.Duration) {
	perSecond := func(d time.Duration) float64 { return float64(n*b.N) / d.Seconds() }
	b.ReportMetric(perSecond(ours), what+"/s")
	b.ReportMetric(perSecond(theirs), other+"/s")
	b.ReportMetric(perSecond(ours)/perSecond(theirs), "ratio")
}

// sameAnswer proves that two servers answer a request with the same bytes.
func sameAnswer(b *testing.B, one, other api, body []byte) {
	b.Helper()
	client := connected(b, 1)
	first, err := one.post(client, body)
	must(b, err)
	second, err := other.post(client, body)
	must(b, err)
	if first, second = bytes.TrimSpace(first), bytes.TrimSpace(second); !bytes.Equal(first, second) {
		b.Fatalf("the answers differ:\n%.600s\n%.600s", first, second)
	}
}
