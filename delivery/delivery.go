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
	"time"

	"golang.org/x/sync/errgroup"

	"crier/delivery/egress"
	"crier/internal/document"
	"crier/internal/stream"
)

// Times that the promises of contract wire.md ("Times") follow from.
const (
	// lease is how long work may be silent before another process takes it. It
	// outlives the longest exchange, so that nothing is sent twice by two
	// processes that are both alive.
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
)

// Options are what a worker is made of.
type Options struct {
	Store     Store
	Redis     *stream.Redis
	Documents *document.Documents
	Egress    *egress.Client
	Identity  Identity
	Log       *slog.Logger
	// Grace is the time for what is in flight after the context ends.
	Grace time.Duration
	// Retention is how long final events are kept; 0 keeps them for ever.
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
}

// Worker runs the roles of one process.
type Worker struct {
	Options
	// consumer names this process in Redis; unique to each start.
	consumer string
	// committed wakes the relay.
	committed chan struct{}
	sender    *sender
}

// New returns a worker, or an error where an option is missing.
func New(o Options) (*Worker, error) {
	if o.Store == nil || o.Redis == nil || o.Documents == nil || o.Egress == nil || o.Log == nil {
		return nil, errors.New("delivery: Store, Redis, Documents, Egress and Log are required")
	}
	consumer, err := consumerName()
	if err != nil {
		return nil, err
	}
	w := &Worker{Options: o, consumer: consumer, committed: make(chan struct{}, 1)}
	w.sender = newSender(w)
	return w, nil
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
	var roles errgroup.Group
	start := func(role func(context.Context)) {
		roles.Go(func() error {
			role(ctx)
			return nil
		})
	}
	if w.Relay {
		start(newRelay(w).run)
	}
	if w.Deliver {
		f := &fanout{Worker: w, store: w.Store}
		start(f.run)
		start(w.sender.run)
		start((&promote{w}).run)
		start((&reclaim{Worker: w, fanout: f}).run)
		start((&sweep{Worker: w, store: w.Store, fanout: f}).run)
	}
	return roles.Wait()
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
		w.Log.ErrorContext(ctx, doing, slog.Any("error", err))
	}
}
