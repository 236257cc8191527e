package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/stream"
	"crier/internal/viewer"
)

const (
	// fanoutBatch bounds how many changes are rendered together.
	fanoutBatch = 200
	// executionsTogether is how many documents are executed beside one another: they
	// share their reads, and each takes memory for what it shows.
	executionsTogether = 32
	// renderWithin bounds the executions of a batch, so that it ends within its
	// lease. What is not done by then is left to the sweep.
	renderWithin = lease - 10*time.Second
	// handleTries bounds how long a batch waits for the database or Redis; the
	// sweep finds its events afterwards.
	handleTries = 20
)

// errInvalid says that a document does not fit the schema any more.
var errInvalid = errors.New("the document is invalid")

// fanoutStore is what fan-out needs of the database.
type fanoutStore interface {
	WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error)
	// Unrendered returns the payloads that events of the changes wait for.
	Unrendered(ctx context.Context, changes []int64) ([]market.Rendering, error)
	// MovePayload makes events that have no payload yet wait for another one.
	MovePayload(ctx context.Context, events []int64, payload int64) error
	// SavePayloads stores results and returns the numbers of those that it
	// stored: the first one under a number stands.
	SavePayloads(ctx context.Context, payloads []market.EventPayload) (map[int64]bool, error)
	// ChangedFields returns the fields that changes named; those that are not kept are left out.
	ChangedFields(ctx context.Context, changes []int64) (map[int64][]string, error)
	// Invalidate holds a webhook's events because its document no longer fits the schema.
	Invalidate(ctx context.Context, webhook int64, reason string) error
	RecordOutcomes(ctx context.Context, outcomes []market.Outcome) (due []int64, err error)
	// DueNow returns those of the events that are due, now or later.
	DueNow(ctx context.Context, events []int64) ([]int64, error)
}

// fanout executes documents for the changes of the public stream, each distinct
// execution once, and queues the events.
type fanout struct {
	*Worker
	store fanoutStore
	// drained is when a read last took all that the stream held, in Unix nanoseconds.
	drained atomic.Int64
}

// run reads changes until ctx ends; hard ends what is in progress then.
func (f *fanout) run(ctx, hard context.Context) {
	defer f.ended(partFanout)
	for ctx.Err() == nil {
		f.turned(partFanout)
		messages, err := f.Redis.ReadChanges(ctx, f.consumer, fanoutBatch, blockFor)
		if err != nil {
			f.failed(ctx, "read the change stream", err)
			pause(ctx, pauseAfterError)
			continue
		}
		if len(messages) < fanoutBatch {
			f.drained.Store(time.Now().UnixNano())
		}
		f.insist(ctx, hard, messages)
	}
}

// behind reports whether the stream holds changes for which fan-out had no time yet.
func (f *fanout) behind() bool {
	return time.Since(time.Unix(0, f.drained.Load())) > sweepEvery
}

// insist handles messages, trying again while the database or Redis is away.
func (f *fanout) insist(ctx, hard context.Context, messages []stream.ChangeMessage) {
	for range handleTries {
		f.turned(partFanout)
		err := f.handle(hard, messages)
		if err == nil {
			return
		}
		f.failed(hard, "fan out changes", err)
		if !pause(ctx, pauseAfterError) {
			return
		}
	}
}

// handle renders and queues what the messages caused, then acknowledges them.
func (f *fanout) handle(ctx context.Context, messages []stream.ChangeMessage) error {
	if len(messages) == 0 {
		return nil
	}
	changes, ids := make([]int64, 0, len(messages)), make([]string, 0, len(messages))
	for _, m := range messages {
		ids = append(ids, m.StreamID)
		ref, err := market.ParseID(m.Entry.ID)
		if err = errors.Join(m.Err, err); err != nil {
			f.Log.WarnContext(ctx, "an entry of the change stream is not ours", slog.String("entry", m.StreamID), slog.Any("error", err))
			continue
		}
		changes = append(changes, ref.Num)
	}
	events, unknown := f.handover.causedBy(changes)
	if err := errors.Join(f.freeze(ctx, market.Renderings(events)), f.render(ctx, unknown)); err != nil {
		return err
	}
	return f.Redis.AckChanges(ctx, ids...)
}

// render freezes the payloads that events of the changes wait for and queues the events.
func (f *fanout) render(ctx context.Context, changes []int64) error {
	if len(changes) == 0 {
		return nil
	}
	renderings, err := f.store.Unrendered(ctx, changes)
	if err != nil {
		return err
	}
	return f.freeze(ctx, renderings)
}

// freeze gives events their payloads and queues them.
func (f *fanout) freeze(ctx context.Context, renderings []market.Rendering) error {
	if len(renderings) == 0 {
		return nil
	}
	webhooks, err := f.webhooks(ctx, renderings)
	if err != nil {
		return err
	}
	var list []*execution
	for _, r := range renderings {
		list = append(list, executions(r, webhooks)...)
	}
	if err := f.recall(ctx, list); err != nil {
		return err
	}
	f.execute(ctx, list)
	if ctx.Err() != nil {
		return ctx.Err() // what failed now failed because of that
	}
	return f.keep(ctx, list)
}

func (f *fanout) webhooks(ctx context.Context, renderings []market.Rendering) (map[int64]*market.Webhook, error) {
	var nums []int64
	for _, r := range renderings {
		for _, e := range r.Events {
			nums = append(nums, e.WebhookID)
		}
	}
	return f.store.WebhooksByNum(ctx, nums)
}

// execute runs documents beside one another. One that fails touches no other.
func (f *fanout) execute(ctx context.Context, list []*execution) {
	ctx, cancel := context.WithTimeout(ctx, renderWithin)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(max(executionsTogether, 4*runtime.GOMAXPROCS(0)))
	batch := newViewerBatch(f.Documents, ctx)
	for _, x := range list {
		group.Go(func() error {
			began := time.Now()
			if x.body, x.err = f.one(batch, x); x.err != nil {
				f.failed(ctx, "execute a document", fmt.Errorf("%s for %s: %w", x.webhook.Ref(), x.subject, x.err))
			}
			f.executed(x, began)
			return nil
		})
	}
	_ = group.Wait() // each execution keeps its own error
}

// owner is who webhooks' documents say they are. It must not tell webhooks of
// one owner apart, since they share results.
const owner = "webhook"

// ownerOf is the viewer as whom a webhook's document runs.
func ownerOf(w *market.Webhook) viewer.Viewer {
	return viewer.Viewer{Seller: w.SellerID, Key: owner, Scopes: w.GrantedScopes, ReadOnly: true}
}

// one executes one document as its webhook's owner. A destroy is shown the
// marketplace as it was just before.
func (f *fanout) one(batch *viewerBatch, x *execution) ([]byte, error) {
	prepared, err := f.Documents.Prepare(x.webhook.Document())
	if err != nil {
		return nil, errors.Join(errInvalid, err, f.store.Invalidate(batch.ctx, x.webhook.Num, err.Error()))
	}
	v := ownerOf(x.webhook)
	if x.action == market.Destroy {
		v.AsOf = x.shownAt
	}
	ctx := batch.context(v)
	if x.webhook.Subscribes() {
		ctx = document.WithChange(ctx, x.change())
	}
	return f.Documents.Run(ctx, prepared, x.subject.ID(), v)
}

// keep stores what the executions gave, and queues the events in their order.
// Those that failed have their events wait for the sweep.
func (f *fanout) keep(ctx context.Context, list []*execution) error {
	var payloads []market.EventPayload
	var events []int64
	var failed []market.Outcome
	for _, x := range list {
		if x.err != nil {
			if !errors.Is(x.err, errInvalid) {
				failed = append(failed, x.postponed(time.Now().UTC())...)
			}
			continue
		}
		if err := f.sift(ctx, x); err != nil {
			return fmt.Errorf("sift events: %w", err)
		}
		failed = append(failed, x.apart...)
		if err := f.separate(ctx, x); err != nil {
			return fmt.Errorf("separate payloads: %w", err)
		}
		if len(x.events) == 0 {
			continue
		}
		payloads = append(payloads, market.EventPayload{Base: market.Base{Num: x.payload, CreatedAt: x.at, UpdatedAt: x.at}, Body: x.body})
		events = append(events, x.due()...)
	}
	stored, err := f.store.SavePayloads(ctx, payloads)
	if err != nil {
		return fmt.Errorf("save payloads: %w", err)
	}
	next, err := f.store.RecordOutcomes(ctx, failed)
	if err != nil {
		return fmt.Errorf("settle executions: %w", err)
	}
	freed, err := f.freed(ctx, list)
	if err != nil {
		return fmt.Errorf("look for freed events: %w", err)
	}
	events = append(append(events, next...), freed...)
	for _, x := range list {
		if x.err == nil && stored[x.payload] {
			f.handover.rendered(x.events, x.body)
		}
	}
	slices.Sort(events)
	if _, err := f.Redis.EnqueueFresh(ctx, events, f.consumer); err != nil {
		return fmt.Errorf("queue events: %w", err)
	}
	f.Metrics.queued.Add(float64(len(events)))
	return nil
}

// separate has the events that the result is for wait for it, and those that are
// held for another one.
func (f *fanout) separate(ctx context.Context, x *execution) error {
	if nums := x.moved(); len(nums) > 0 {
		if err := f.store.MovePayload(ctx, nums, x.payload); err != nil {
			return err
		}
	}
	if len(x.held) == 0 {
		return nil
	}
	payload := x.held[0].Num
	if nums := strangers(x.held, payload); len(nums) > 0 {
		return f.store.MovePayload(ctx, nums, payload)
	}
	return nil
}

// viewerBatch shares loaders among the executions of the same viewer.
type viewerBatch struct {
	ctx       context.Context
	documents *document.Documents
	mu        sync.Mutex
	contexts  map[viewerKey]context.Context
}

// viewerKey tells the viewers of a batch apart.
type viewerKey struct {
	seller int64
	scopes string
	asOf   int64 // in Unix microseconds
}

func newViewerBatch(d *document.Documents, ctx context.Context) *viewerBatch {
	return &viewerBatch{ctx: ctx, documents: d, contexts: map[viewerKey]context.Context{}}
}

// context returns the shared context of a viewer.
func (b *viewerBatch) context(v viewer.Viewer) context.Context {
	key := viewerKey{v.Seller, strings.Join(v.Scopes, " "), v.AsOf.UnixMicro()}
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.contexts[key]
	if !ok {
		c = b.documents.Batch(b.ctx, v)
		b.contexts[key] = c
	}
	return c
}
