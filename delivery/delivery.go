// Package delivery turns committed changes into signed requests to receivers.
//
// SQL is the truth, Redis the transport: the relay gives changes their order
// and their events, fan-out executes documents and freezes payloads, send makes
// attempts; promote, reclaim and sweep bring back what waits or was left behind.
// One goroutine role has one file.
package delivery

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"crier/delivery/egress"
	"crier/internal/document"
	"crier/internal/stream"
	"crier/internal/telemetry"
)

// Times that the promises of contract wire.md ("Times") follow from.
const (
	// lease is how long work may be silent before another process takes it. It
	// outlives the longest exchange, so that nothing is sent twice by two
	// processes that are both alive: New refuses to build a worker else.
	lease = 40 * time.Second
	// heartbeat renews the lease of work in progress.
	heartbeat = lease / 4
	// reclaimEvery and lease together stay below the promised 60 s.
	reclaimEvery = 5 * time.Second
	// sweepEvery stays below the promised 30 s.
	sweepEvery = 10 * time.Second
	// blockFor is how long a read waits for work; a new entry ends it at once.
	blockFor = time.Second
	// pauseAfterError keeps a role from spinning while Redis or the database is away.
	pauseAfterError = 500 * time.Millisecond
	// lastWrites is the time for writing down, after the grace, what was interrupted.
	lastWrites = 5 * time.Second
)

// Options are what a worker is made of.
type Options struct {
	Store     Store
	Redis     *stream.Redis
	Documents *document.Documents
	Egress    *egress.Client
	// Jobs takes replays and backfills further; nil: this process runs none.
	Jobs     Jobs
	Identity Identity
	Log      *slog.Logger
	// Metrics default to some that nobody reads.
	Metrics *Metrics
	// Tracer shows the steps of changes as spans; nil traces nothing.
	Tracer *telemetry.Tracer
	// Grace is the time for what is in flight after the context ends.
	Grace time.Duration
	// FirstRetry is how long the first retry waits at most, and half of it at least; the
	// others follow from it. 0 is 5 s, as receivers are told.
	FirstRetry time.Duration
	// Retention is how long final events are kept, and the public stream's
	// changes if it exceeds 24 hours; 0 keeps the events for ever.
	Retention time.Duration
	// Relay and Deliver are the roles of this process.
	Relay, Deliver bool
}

// Store is the SQL side of delivery.
type Store interface {
	relayStore
	fanoutStore
	sendStore
	sweepStore
	jobStore
	pingStore
}

// Worker runs the roles of one process.
type Worker struct {
	Options
	// consumer names this process in Redis; unique to each start.
	consumer string
	handover handover
	// committed wakes the relay, delayed wakes promote, parked look, released the sweep.
	committed, delayed, parked, released chan struct{}
	progress                             progress
	// pings are those under way.
	pings places
}

// New returns a worker, or an error where an option is missing, or a
// [*LeaseError] where a lease may end before the work that it guards.
func New(o Options) (*Worker, error) { return build(o, guards) }

func build(o Options, guards []guard) (*Worker, error) {
	if err := checkLeases(guards); err != nil {
		return nil, err
	}
	if o.Store == nil || o.Redis == nil || o.Documents == nil || o.Egress == nil || o.Log == nil {
		return nil, errors.New("delivery: Store, Redis, Documents, Egress and Log are required")
	}
	if o.Metrics == nil {
		o.Metrics = NewMetrics(nil)
	}
	consumer, err := consumerName()
	if err != nil {
		return nil, err
	}
	return &Worker{Options: o, consumer: consumer, committed: make(chan struct{}, 1), released: make(chan struct{}, 1), delayed: make(chan struct{}, 1), parked: make(chan struct{}, 1),
		pings: make(places, pingsAtOnce)}, nil
}

// consumerName is unique to each start of a process.
func consumerName() (string, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	token := make([]byte, 6)
	if _, err := rand.Read(token); err != nil {
		return "", fmt.Errorf("name the consumer: %w", err)
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), hex.EncodeToString(token)), nil
}

// Committed wakes the relay after a commit that wrote changes. It never blocks.
func (w *Worker) Committed() { signal(w.committed) }

// signal marks a channel of capacity one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, then finishes what is in flight within Grace. What
// is interrupted then costs its webhook no attempt.
func (w *Worker) Run(ctx context.Context) error {
	hard, abort := outlive(ctx, w.Grace)
	defer abort()
	var roles sync.WaitGroup
	if w.Relay {
		roles.Go(func() { newRelay(w).run(ctx) })
	}
	if w.Deliver {
		s, f := newSender(w), &fanout{Worker: w, store: w.Store}
		s.render = f.render
		roles.Go(func() { f.run(ctx, hard) })
		roles.Go(func() { s.run(ctx, hard) })
		roles.Go(func() { (&promote{w, s}).run(ctx) })
		roles.Go(func() { (&look{w, s}).run(ctx) })
		roles.Go(func() { (&reclaim{Worker: w, fanout: f, sender: s}).run(ctx, hard) })
		roles.Go(func() { (&sweep{Worker: w, store: w.Store, fanout: f}).run(ctx) })
	}
	if w.Deliver && w.Jobs != nil {
		roles.Go(func() { (&jobs{Worker: w, store: w.Store}).run(ctx) })
	}
	roles.Wait()
	w.leave(ctx)
	return nil
}

// leave takes the process out of the consumer groups.
func (w *Worker) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	if err := w.Redis.Leave(ctx, w.consumer); err != nil {
		w.Log.InfoContext(ctx, "the consumer stays in its groups until it is forgotten", slog.Any("error", err))
	}
}

// release gives up a role that one process has at a time.
func (w *Worker) release(ctx context.Context, role string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	if err := w.Redis.ReleaseLease(ctx, role, w.consumer); err != nil {
		w.Log.InfoContext(ctx, "a lease stays until it ends", slog.String("role", role), slog.Any("error", err))
	}
}

// outlive returns a context that ends a while after another one.
func outlive(ctx context.Context, while time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(while, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}

// pause waits, and reports false where ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// failed logs what a role could not do, unless it is stopping.
func (w *Worker) failed(ctx context.Context, doing string, err error) {
	if ctx.Err() == nil {
		w.Metrics.failures.Inc()
		w.Log.ErrorContext(ctx, doing, slog.Any("error", err))
	}
}
