// Package bench_test measures delivery side by side with a raw POST loop in the
// same run: ratios, since machines differ and are noisy. `make bench` runs it.
package bench_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
)

func TestMain(m *testing.M) {
	ballast := make([]byte, 48<<20) // as the server has it
	code := servicetest.Run(m)
	runtime.KeepAlive(ballast)
	os.Exit(code)
}

// places are the databases and Redis servers that are measured.
var places = map[string]func(b *testing.B) (database, redis string){
	"sqlite+embedded": func(b *testing.B) (string, string) { return "sqlite:" + b.TempDir() + "/bench.db", "" },
	"postgres+redis":  func(b *testing.B) (string, string) { return servicetest.Postgres(b), servicetest.Redis(b) },
}

// BenchmarkFanOut is one change for 100 webhooks with the same document, a hundred times.
func BenchmarkFanOut(b *testing.B) {
	const webhooks, changes = 100, 100
	inPlaces(b, func(b *testing.B, r *rig) {
		for range webhooks {
			r.register(b)
		}
		adverts := r.adverts(b, changes)
		measure(b, r, adverts, webhooks*changes)
	})
}

// BenchmarkDistinct is deliveries each of its own entity and execution, of a
// document that shows 13 objects.
func BenchmarkDistinct(b *testing.B) {
	const changes = 3000
	inPlaces(b, func(b *testing.B, r *rig) {
		r.register(b)
		adverts := r.adverts(b, changes)
		measure(b, r, adverts, changes)
	})
}

// inPlaces runs a benchmark in each place, with parts of its own.
func inPlaces(b *testing.B, run func(b *testing.B, r *rig)) {
	for name, place := range places {
		b.Run(name, func(b *testing.B) {
			database, redis := place(b)
			run(b, newRig(b, database, redis))
		})
	}
}

// measure changes every advert once, and then times the deliveries from the
// start of the worker to the last arrival; and the raw loop for as many.
func measure(b *testing.B, r *rig, adverts []string, deliveries int) {
	var engine, raw, work, rawWork time.Duration
	for round := range b.N {
		b.StopTimer()
		r.rename(b, adverts, fmt.Sprintf("round %d", round))
		before := processorTime(b)
		b.StartTimer()
		engine += r.deliver(b, deliveries)
		b.StopTimer()
		between := processorTime(b)
		raw += rawLoop(b, r.sink, deliveries)
		work, rawWork = work+between-before, rawWork+processorTime(b)-between
	}
	perSecond := func(d time.Duration) float64 { return float64(deliveries*b.N) / d.Seconds() }
	b.ReportMetric(perSecond(engine), "deliveries/s")
	b.ReportMetric(perSecond(raw), "raw-posts/s")
	b.ReportMetric(perSecond(engine)/perSecond(raw), "ratio")
	per10k := func(d time.Duration) float64 { return d.Seconds() * 10_000 / float64(deliveries*b.N) }
	b.ReportMetric(per10k(work), "cpu-s/10k")
	b.ReportMetric(per10k(rawWork), "raw-cpu-s/10k")
}

// shown is a document of 13 objects: an advert, its seller with address, its taxon with
// prototype, and eight variants.
const shown = `query($id: ID!) { node(id: $id) { ... on Advert {
	id title lowestPrice published
	seller { businessName address { city } }
	taxon: taxonNullable { title prototype { name } }
	variants(first: 8) { nodes { id sku countOnHand } }
} } }`

const variantsPerAdvert = 8

// registration is the webhook of every benchmark: changes of adverts that exist.
func registration(url string) market.WebhookAttributes {
	return market.WebhookAttributes{
		Type: market.Some("ADVERT"), URL: market.Some(url), QueryString: market.Some(shown), EventName: market.Some(market.EventUpdate),
	}
}
