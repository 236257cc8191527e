package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

const (
	// relayBatch bounds the changes of one transaction of the relay, eventBatch
	// its events, which one change can exceed.
	relayBatch = 500
	eventBatch = 1000
	// relayLease is how long the relay of a dead process keeps others out, and so
	// how long no change moves. It is renewed after a third. One that is merely slow
	// may be overtaken: the database's locks, not the lease, keep the order.
	relayLease = 5 * time.Second
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
	// from next. It returns how many changes got their place. It may call plan
	// again where the transaction has to run again; nobody else gives out places meanwhile.
	Sequence(ctx context.Context, limit int, plan func(changes []market.Change, next int64) (market.Plan, error)) (int, error)
	// Unpublished returns changes that have their place but are not in the public stream yet, in order.
	Unpublished(ctx context.Context, limit int) ([]market.Change, error)
	MarkPublished(ctx context.Context, changes []int64) error
}

// relay gives committed changes their order, makes their events, and publishes
// them. One is active over all processes, save in the moment of a take-over or
// after Redis lost the lease; the database keeps their work apart even then.
type relay struct {
	*Worker
	store relayStore
	// registry is every webhook as of the change with the sequence known; nil in doubt.
	registry *registry
	known    int64
	// placed are the changes that got their places last, and published is up to
	// which place all are in the public stream; 0 in doubt.
	placed    []market.Change
	published int64
	leasedAt  time.Time
}

func newRelay(w *Worker) *relay { return &relay{Worker: w, store: w.Store} }

func (r *relay) run(ctx context.Context) {
	defer r.ended(partRelay)
	for ctx.Err() == nil {
		r.turned(partRelay)
		busy, err := r.turn(ctx)
		switch {
		case err != nil:
			r.failed(ctx, "relay changes", err)
			pause(ctx, pauseAfterError)
		case !busy:
			r.wait(ctx)
		}
	}
	r.Metrics.relayActive.Set(0)
	r.release(ctx, "relay")
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
	more, err := r.sequence(ctx)
	if err != nil {
		return false, fmt.Errorf("sequence changes: %w", err)
	}
	published, err := r.publish(ctx)
	return more || published == relayBatch, err
}

// lead reports whether this process is the active relay.
func (r *relay) lead(ctx context.Context) (bool, error) {
	if time.Since(r.leasedAt) < relayLease/3 {
		return true, nil
	}
	asked := time.Now()
	held, err := r.Redis.Lease(ctx, "relay", r.consumer, relayLease)
	if err != nil {
		return false, fmt.Errorf("lease the relay: %w", err)
	}
	if !held {
		r.Metrics.relayActive.Set(0)
		r.registry = nil
		return false, nil
	}
	r.Metrics.relayActive.Set(1)
	r.leasedAt, r.published = asked, 0 // another may have worked unnoticed
	return true, nil
}

// sequence gives a batch of changes their places and events, and reports
// whether more wait. The registry is in doubt until the transaction has committed.
func (r *relay) sequence(ctx context.Context) (more bool, err error) {
	var webhooks *registry
	var first int64
	var planned market.Plan
	n, err := r.store.Sequence(ctx, relayBatch, func(changes []market.Change, next int64) (p market.Plan, err error) {
		first = changes[0].Sequence
		if webhooks, err = r.asOf(ctx, first-1); err != nil {
			return p, err
		}
		r.registry = nil
		p, err = r.plan(ctx, webhooks, changes, next)
		more = len(changes) == relayBatch || p.Changes < len(changes)
		planned, r.placed = p, changes[:p.Changes]
		return p, err
	})
	if err != nil || n == 0 {
		r.placed = nil
		return false, err
	}
	r.registry, r.known = webhooks, first+int64(n)-1
	r.Metrics.relayEvents.Add(float64(len(planned.Events)))
	r.queueRequested(ctx, planned)
	r.handover.caused(r.placed, planned.Events)
	if len(planned.Release) > 0 {
		signal(r.released)
	}
	return more, nil
}

// asOf returns the webhooks whose registration stands at or before a sequence,
// the last one given out. It reads them anew where another relay has given out
// places since this one did: there may have been registrations among them.
func (r *relay) asOf(ctx context.Context, sequence int64) (*registry, error) {
	if r.registry != nil && r.known == sequence {
		return r.registry, nil
	}
	webhooks, err := r.store.Registry(ctx)
	if err != nil {
		return nil, fmt.Errorf("load webhooks: %w", err)
	}
	return newRegistry(webhooks), nil
}

// plan makes the events of changes, of as many as make a batch of events.
// Registrations stand in the same order, so that a webhook gets exactly what was
// committed after it.
func (r *relay) plan(ctx context.Context, webhooks *registry, changes []market.Change, next int64) (market.Plan, error) {
	registered, err := r.registered(ctx, changes)
	if err != nil {
		return market.Plan{}, err
	}
	var p market.Plan
	for _, c := range changes {
		if len(p.Events) >= eventBatch {
			break
		}
		p.Changes++
		if c.Request != nil {
			webhooks.requested(c, next+int64(len(p.Events)), &p)
			continue
		}
		if c.Subject.Type == webhookType {
			webhooks.register(c, registered[c.Subject.Num], &p)
		}
		if c.Private() {
			continue
		}
		p.Events = append(p.Events, webhooks.events(c, next+int64(len(p.Events)))...)
	}
	webhooks.gather(p.Events, changes[:p.Changes])
	p.Coalescing, p.Ordered = webhooks.lanes(p.Events)
	return p, nil
}

// webhookType is the type of the subjects of registrations.
const webhookType = "Webhook"

// registered loads the webhooks that changes are about, as they are now.
func (r *relay) registered(ctx context.Context, changes []market.Change) (map[int64]*market.Webhook, error) {
	var nums []int64
	for _, c := range changes {
		if c.Subject.Type == webhookType {
			nums = append(nums, c.Subject.Num)
		}
	}
	if len(nums) == 0 {
		return nil, nil
	}
	found, err := r.store.WebhooksByNum(ctx, nums)
	if err != nil {
		return nil, fmt.Errorf("load registered webhooks: %w", err)
	}
	return found, nil
}

// publish brings changes into the public stream, in order, and returns how
// many. A crash between the two steps publishes some of them twice, with the same id.
func (r *relay) publish(ctx context.Context) (int, error) {
	began := time.Now()
	changes, err := r.waiting(ctx)
	if err != nil || len(changes) == 0 {
		return 0, err
	}
	upTo := r.published
	r.published = 0
	entries, nums := make([]stream.Entry, len(changes)), make([]int64, len(changes))
	for i, c := range changes {
		entries[i], nums[i] = entry(c), c.Num
		upTo = max(upTo, c.Sequence)
	}
	if err := r.Redis.PublishChanges(ctx, entries); err != nil {
		return 0, fmt.Errorf("publish changes: %w", err)
	}
	r.Metrics.published(changes, began)
	r.traceRelay(changes, began)
	if err := r.store.MarkPublished(ctx, nums); err != nil {
		return 0, fmt.Errorf("mark changes as published: %w", err)
	}
	r.published = upTo
	return len(changes), nil
}

// waiting returns what is to be published next. It reads what it has not just
// given a place to itself, with all before that published.
func (r *relay) waiting(ctx context.Context) ([]market.Change, error) {
	placed := r.placed
	r.placed = nil
	if r.published > 0 && r.published == r.known {
		return nil, nil
	}
	if r.published > 0 && len(placed) > 0 && r.published == placed[0].Sequence-1 {
		r.published = placed[len(placed)-1].Sequence // private changes, which are not published, may end the list
		return slices.DeleteFunc(placed, market.Change.Private), nil
	}
	changes, err := r.store.Unpublished(ctx, relayBatch)
	if r.published = 0; err == nil && len(changes) < relayBatch {
		r.published = r.known
	}
	return changes, err
}

// entry is a change as the public stream shows it (contract wire.md).
func entry(c market.Change) stream.Entry {
	return stream.Entry{
		ID: c.ID(), Sequence: c.Sequence, Type: c.Subject.Type, Action: string(c.Action), Subject: c.Subject.ID(),
		Seller: c.Seller(), Changed: c.Changed, Actor: c.Actor, At: c.At, Traceparent: c.Traceparent,
	}
}
