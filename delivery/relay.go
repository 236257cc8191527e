package delivery

import (
	"context"
	"fmt"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

const (
	// relayBatch bounds one transaction of the relay.
	relayBatch = 500
	// relayLease is how long the relay of a dead process keeps others out.
	relayLease = 15 * time.Second
	// relayPoll finds changes that other processes committed; this process's own wake the relay at once.
	relayPoll = 100 * time.Millisecond
)

// relayStore is what the relay needs of the database.
type relayStore interface {
	// Registry returns every webhook whose registration has its place in the order already.
	Registry(ctx context.Context) ([]*market.Webhook, error)
	// WebhooksByNum returns those of the webhooks that are not deleted.
	WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error)
	// Sequence gives up to limit committed changes their place, in one
	// transaction with the events that plan makes of them, which are numbered
	// from next. It returns how many changes there were.
	Sequence(ctx context.Context, limit int, plan func(changes []market.Change, next int64) (market.Plan, error)) (int, error)
	// Unpublished returns changes that have their place but are not in the public stream yet, in order.
	Unpublished(ctx context.Context, limit int) ([]market.Change, error)
	MarkPublished(ctx context.Context, changes []int64) error
}

// relay gives committed changes their order, makes their events, and publishes
// them. One is active over all processes.
type relay struct {
	*Worker
	store    relayStore
	registry *registry // nil until loaded, and after every doubt
	leasedAt time.Time
}

func newRelay(w *Worker) *relay { return &relay{Worker: w, store: w.Store} }

func (r *relay) run(ctx context.Context) {
	for ctx.Err() == nil {
		busy, err := r.turn(ctx)
		switch {
		case err != nil:
			r.failed(ctx, "relay changes", err)
			r.registry = nil
			pause(ctx, pauseAfterError)
		case !busy:
			r.wait(ctx)
		}
	}
	_ = r.Redis.ReleaseLease(context.WithoutCancel(ctx), "relay", r.consumer)
}

// wait sleeps until this process commits, or another may have.
func (r *relay) wait(ctx context.Context) {
	timer := time.NewTimer(relayPoll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-r.committed:
	case <-timer.C:
	}
}

// turn handles one batch and reports whether there may be more.
func (r *relay) turn(ctx context.Context) (busy bool, err error) {
	active, err := r.lead(ctx)
	if err != nil || !active {
		return false, err
	}
	if err := r.load(ctx); err != nil {
		return false, err
	}
	n, err := r.store.Sequence(ctx, relayBatch, func(changes []market.Change, next int64) (market.Plan, error) {
		return r.plan(ctx, changes, next)
	})
	if err != nil {
		return false, fmt.Errorf("sequence changes: %w", err)
	}
	published, err := r.publish(ctx)
	return n == relayBatch || published == relayBatch, err
}

// lead reports whether this process is the active relay.
func (r *relay) lead(ctx context.Context) (bool, error) {
	if time.Since(r.leasedAt) < relayLease/3 {
		return true, nil
	}
	held, err := r.Redis.Lease(ctx, "relay", r.consumer, relayLease)
	if err != nil {
		return false, fmt.Errorf("lease the relay: %w", err)
	}
	if !held {
		r.registry = nil
		return false, nil
	}
	r.leasedAt = time.Now()
	return true, nil
}

// load reads all webhooks when this relay becomes active.
func (r *relay) load(ctx context.Context) error {
	if r.registry != nil {
		return nil
	}
	webhooks, err := r.store.Registry(ctx)
	if err != nil {
		return fmt.Errorf("load webhooks: %w", err)
	}
	r.registry = newRegistry(webhooks)
	return nil
}

// plan makes the events of changes. Registrations stand in the same order, so
// that a webhook gets exactly what was committed after it.
func (r *relay) plan(ctx context.Context, changes []market.Change, next int64) (market.Plan, error) {
	var p market.Plan
	for _, c := range changes {
		if c.Subject.Type == "Webhook" {
			if err := r.register(ctx, c, &p); err != nil {
				return p, err
			}
			continue
		}
		p.Events = append(p.Events, r.registry.events(c, next+int64(len(p.Events)))...)
	}
	return p, nil
}

// register brings the registry up to one change of a webhook.
func (r *relay) register(ctx context.Context, c market.Change, p *market.Plan) error {
	num := c.Subject.Num
	found, err := r.store.WebhooksByNum(ctx, []int64{num})
	if err != nil {
		return fmt.Errorf("load %s: %w", c.Subject, err)
	}
	w, exists := found[num]
	switch {
	case !exists:
		r.registry.drop(num)
		p.Cancel = append(p.Cancel, num)
	case w.State == market.WebhookActive:
		p.Release = append(p.Release, num)
		r.registry.put(w)
	default:
		r.registry.put(w)
	}
	return nil
}

// publish brings changes into the public stream, in order, and returns how
// many. A crash between the two steps publishes some of them twice, with the same id.
func (r *relay) publish(ctx context.Context) (int, error) {
	changes, err := r.store.Unpublished(ctx, relayBatch)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	entries, nums := make([]stream.Entry, len(changes)), make([]int64, len(changes))
	for i, c := range changes {
		entries[i], nums[i] = entry(c), c.Num
	}
	if err := r.Redis.PublishChanges(ctx, entries); err != nil {
		return 0, fmt.Errorf("publish changes: %w", err)
	}
	return len(changes), r.store.MarkPublished(ctx, nums)
}

// entry is a change as the public stream shows it (contract wire.md).
func entry(c market.Change) stream.Entry {
	return stream.Entry{
		ID: c.ID(), Sequence: c.Sequence, Type: c.Subject.Type, Action: string(c.Action), Subject: c.Subject.ID(),
		Seller: c.Seller(), Changed: c.Changed, Actor: c.Actor, At: c.At, Traceparent: c.Traceparent,
	}
}
