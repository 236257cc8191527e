package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/stream"
	"crier/internal/viewer"
)

// fanoutBatch bounds how many changes are rendered together.
const fanoutBatch = 200

// fanoutStore is what fan-out needs of the database.
type fanoutStore interface {
	WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error)
	// Unrendered returns the executions that due events of the changes wait for.
	Unrendered(ctx context.Context, changes []int64) ([]market.Rendering, error)
	// SavePayloads stores results; the first one under a number stands.
	SavePayloads(ctx context.Context, payloads []market.EventPayload) error
	// Invalidate holds a webhook's events because its document no longer fits the schema.
	Invalidate(ctx context.Context, webhook int64, reason string) error
}

// fanout executes documents for the changes of the public stream, each distinct
// execution once, and queues the events.
type fanout struct {
	*Worker
	store fanoutStore
}

func (f *fanout) run(ctx context.Context) {
	for ctx.Err() == nil {
		messages, err := f.Redis.ReadChanges(ctx, f.consumer, fanoutBatch, blockFor)
		if err == nil {
			err = f.handle(ctx, messages)
		}
		if err != nil {
			f.failed(ctx, "fan out changes", err)
			pause(ctx, pauseAfterError)
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
	if err := f.render(ctx, changes); err != nil {
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
	if err != nil || len(renderings) == 0 {
		return err
	}
	webhooks, err := f.webhooks(ctx, renderings)
	if err != nil {
		return err
	}
	payloads, events := f.execute(ctx, renderings, webhooks)
	if err := f.store.SavePayloads(ctx, payloads); err != nil {
		return fmt.Errorf("save payloads: %w", err)
	}
	if _, err := f.Redis.Enqueue(ctx, events); err != nil {
		return fmt.Errorf("queue events: %w", err)
	}
	return nil
}

func (f *fanout) webhooks(ctx context.Context, renderings []market.Rendering) (map[int64]*market.Webhook, error) {
	nums := make([]int64, 0, len(renderings))
	for _, r := range renderings {
		nums = append(nums, r.WebhookID)
	}
	return f.store.WebhooksByNum(ctx, nums)
}

// execute runs the renderings beside one another. One that fails leaves its
// events to the sweep and touches no other.
func (f *fanout) execute(ctx context.Context, renderings []market.Rendering, webhooks map[int64]*market.Webhook) (payloads []market.EventPayload, events []int64) {
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(4 * runtime.GOMAXPROCS(0))
	batch := newViewerBatch(f.Documents, ctx)
	for _, r := range renderings {
		w, ok := webhooks[r.WebhookID]
		if !ok {
			continue // deleted since; its events are being cancelled
		}
		group.Go(func() error {
			body, err := f.one(batch, r, w)
			if err != nil {
				f.failed(ctx, "execute a document", fmt.Errorf("%s for %s: %w", w.Ref(), r.Subject, err))
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			payloads = append(payloads, market.EventPayload{Base: market.Base{Num: r.PayloadID, CreatedAt: r.At, UpdatedAt: r.At}, Body: body})
			events = append(events, r.Events...)
			return nil
		})
	}
	_ = group.Wait() // each function keeps its own error
	return payloads, events
}

// one executes one rendering as the webhook's owner. A destroy is shown the
// marketplace as it was just before.
func (f *fanout) one(batch *viewerBatch, r market.Rendering, w *market.Webhook) ([]byte, error) {
	prepared, err := f.Documents.Prepare(w.Document())
	if err != nil {
		return nil, errors.Join(err, f.store.Invalidate(batch.ctx, w.Num, err.Error()))
	}
	v := viewer.Viewer{Seller: w.SellerID, Key: w.ID(), ReadOnly: true}
	if r.Action == market.Destroy {
		v.AsOf = r.At
	}
	return f.Documents.Run(batch.context(v), prepared, r.Subject.ID(), v)
}

// viewerBatch shares loaders among the executions of the same viewer.
type viewerBatch struct {
	ctx       context.Context
	documents *document.Documents
	mu        sync.Mutex
	contexts  map[string]context.Context
}

func newViewerBatch(d *document.Documents, ctx context.Context) *viewerBatch {
	return &viewerBatch{ctx: ctx, documents: d, contexts: map[string]context.Context{}}
}

// context returns the shared context of a viewer.
func (b *viewerBatch) context(v viewer.Viewer) context.Context {
	key := fmt.Sprintf("%d@%d", v.Seller, v.AsOf.UnixMicro())
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.contexts[key]
	if !ok {
		c = b.documents.Batch(b.ctx, v)
		b.contexts[key] = c
	}
	return c
}
