package bench_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
)

// What BenchmarkScale… are held to (docs/performance.md).
const (
	manyWebhooks = 100_000
	// leastOfOne bounds the throughput with many webhooks, as a ratio to that with one.
	leastOfOne   = 0.9
	manyPending  = 1_000_000
	mostResident = 256 // MiB
	mostRestart  = 2 * time.Second
	// leastOfTwo bounds what two processes deliver, as a ratio to one.
	leastOfTwo = 1.5
)

// BenchmarkScaleWebhooks is changes of which one webhook matches, beside 100,000
// registered ones that do not, and by itself.
func BenchmarkScaleWebhooks(b *testing.B) {
	const changes = 3000
	for name, place := range places {
		b.Run(name, func(b *testing.B) {
			var throughput [2]float64
			for i, others := range []int{0, manyWebhooks} {
				database, redis := place(b)
				r := newRig(b, database, redis)
				r.register(b)
				adverts := r.adverts(b, changes)
				r.registerOthers(b, others)
				stop := r.work(b)
				throughput[i] = r.announced(b, adverts, 4)
				stop()
			}
			b.ReportMetric(throughput[0], "with-one/s")
			b.ReportMetric(throughput[1], "with-many/s")
			atLeast(b, "ratio", throughput[1]/throughput[0], leastOfOne)
		})
	}
}

// atLeast reports a ratio and holds it to a bound.
func atLeast(b *testing.B, name string, ratio, least float64) {
	b.Helper()
	b.ReportMetric(ratio, name)
	if ratio < least {
		b.Errorf("%s is %.2f, below %.2f", name, ratio, least)
	}
}

// registerOthers stores webhooks of other classes and of many sellers, without the rules.
func (r *rig) registerOthers(b *testing.B, n int) {
	b.Helper()
	ctx, now := context.Background(), time.Now().UTC().Truncate(time.Microsecond)
	classes := []string{"BRAND", "TAXON", "ORDER", "INVOICE"}
	err := r.store.Run(ctx, func(tx market.Tx) error {
		for i := range n {
			text := shown
			w := &market.Webhook{
				Base: market.Base{CreatedAt: now, UpdatedAt: now}, Type: classes[i%len(classes)], URL: r.sink.server.URL, QueryString: &text,
				SellerID: int64(i % 5000), State: market.WebhookActive, StateSince: now, TimeoutSeconds: 30, ConcurrentSendLimit: 100, MaxRetries: 5,
			}
			if err := tx.Insert(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	must(b, err)
}

// announced records changes of adverts, in one transaction and a few rounds, and
// returns how many were delivered a second, in the median round.
func (r *rig) announced(b *testing.B, adverts []string, rounds int) float64 {
	b.Helper()
	var perSecond []float64
	for range rounds + 1 {
		changes := make([]market.Change, len(adverts))
		for i, id := range adverts {
			ref, err := market.ParseID(id)
			must(b, err)
			changes[i] = market.Change{Subject: ref, Action: market.Update, Sellers: []int64{1}, Changed: []string{"title"}, Actor: "bench", At: time.Now().UTC()}
		}
		arrived, began := r.sink.expect(len(adverts)), time.Now()
		must(b, r.store.Run(context.Background(), func(tx market.Tx) error { return tx.Record(context.Background(), changes) }))
		r.await(b, arrived)
		perSecond = append(perSecond, float64(len(adverts))/time.Since(began).Seconds())
	}
	perSecond = perSecond[1:] // the first one warms up
	slices.Sort(perSecond)
	return perSecond[len(perSecond)/2]
}

// BenchmarkScalePending starts the server on a million events that are due and
// that Redis knows nothing of, watches its memory until it has delivered some, stops
// it, and starts it again.
func BenchmarkScalePending(b *testing.B) {
	const delivered = 20_000
	binary := servicetest.Crier(b) // built before any time is taken
	for name, place := range places {
		b.Run(name, func(b *testing.B) {
			database, redis := place(b)
			r := newRig(b, database, redis)
			r.register(b)
			r.pend(b, manyPending)
			most := 0.0
			for _, unit := range []string{"s-to-first", "s-to-first-again"} {
				first, arrived := r.sink.expectFirst(), r.sink.expect(delivered)
				began := time.Now()
				pid, stop := r.start(b, binary, redis, "relay,deliver")
				r.await(b, first)
				toFirst := time.Since(began)
				most = max(most, highest(pid, arrived))
				stop()
				b.ReportMetric(toFirst.Seconds(), unit)
				if toFirst > mostRestart {
					b.Errorf("%s to the first delivery, want at most %s", toFirst, mostRestart)
				}
			}
			b.ReportMetric(most, "MiB")
			if most > mostResident {
				b.Errorf("%.0f MiB, want at most %d", most, mostResident)
			}
		})
	}
}

// expectFirst returns a channel that is closed after the next request.
func (s *sink) expectFirst() <-chan struct{} {
	first := make(chan struct{})
	var once sync.Once
	s.see(func([]byte) { once.Do(func() { close(first) }) })
	return first
}

// highest is the most resident memory of a process until a channel is closed.
func highest(pid int, until <-chan struct{}) (most float64) {
	for {
		select {
		case <-until:
			return most
		case <-time.After(20 * time.Millisecond):
		}
		m, _ := resident(pid)
		most = max(most, m)
	}
}

// pend stores events of one webhook that are due at the same moment, as where it
// was resumed, each with its payload.
func (r *rig) pend(b *testing.B, n int) {
	b.Helper()
	db, _ := r.openDatabase(b, 1, "")
	now := time.Now().UTC().Add(-time.Minute).Truncate(time.Microsecond)
	_, err := db.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
		INSERT INTO event_payloads (id, created_at, updated_at, body) SELECT i, $1, $1, $3 FROM n`, now, n, []byte(`{"data":{"node":{"id":"QWR2ZXJ0LTE="}}}`))
	must(b, err)
	_, err = db.Exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
		INSERT INTO webhook_events (id, created_at, updated_at, action, attempts, change_id, next_attempt_at, payload_id, reason, seller_id, status, subject_type, subject_num, traceparent, webhook_id)
		SELECT i, $1, $1, 'update', 0, i, $1, i, 'CHANGE', 0, 'Unsent', 'Advert', 1, '', 1 FROM n`, now, n)
	must(b, err)
	_, err = db.Exec(`UPDATE counters SET value = $1 WHERE name = 'event'`, n)
	must(b, err)
}

// start runs the server with some roles on the rig's database, and returns its
// number and what stops it, which the end of the benchmark does too.
func (r *rig) start(b *testing.B, binary, redis, roles string) (pid int, stop func()) {
	b.Helper()
	cmd := exec.Command(binary, "serve")
	cmd.Env = append(os.Environ(), "CRIER_DATABASE_URL="+r.database, "CRIER_REDIS_URL="+redis, "CRIER_ROLES="+roles, "CRIER_LISTEN=127.0.0.1:0", "CRIER_LOG_LEVEL=warn",
		"CRIER_ENDPOINT_ALLOW=127.0.0.0/8", "CRIER_ENDPOINT_ALLOW_HTTP=true", "CRIER_SECRET_KEY="+base64.StdEncoding.EncodeToString(secretKey), "CRIER_GRACE=1s")
	var said strings.Builder
	cmd.Stderr = &said
	must(b, cmd.Start())
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		if err := cmd.Wait(); err != nil || b.Failed() {
			b.Logf("the server ended with %v and said %s", err, &said)
		}
	})
	b.Cleanup(stop)
	return cmd.Process.Pid, stop
}

// BenchmarkScaleProcesses delivers to receivers that take two seconds to answer, so
// that what one process can have under way is the bound: with one and with two.
func BenchmarkScaleProcesses(b *testing.B) {
	const webhooks, changes = 100, 160
	database, redis := places["postgres+redis"](b)
	r := newRig(b, database, redis)
	for range webhooks {
		r.register(b)
	}
	adverts := r.adverts(b, changes)
	r.sink.see(func([]byte) { time.Sleep(2 * time.Second) })
	binary := servicetest.Crier(b)
	var took [2]time.Duration
	for i := range took {
		r.start(b, binary, redis, "relay,deliver")
		arrived, began := r.sink.expect(webhooks*changes), time.Now()
		r.rename(b, adverts, fmt.Sprintf("for %d", i+1))
		r.await(b, arrived)
		took[i] = time.Since(began)
	}
	b.ReportMetric(webhooks*changes/took[0].Seconds(), "with-one/s")
	b.ReportMetric(webhooks*changes/took[1].Seconds(), "with-two/s")
	atLeast(b, "ratio", took[0].Seconds()/took[1].Seconds(), leastOfTwo)
}
