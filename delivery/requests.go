package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// requested plans what a request for an event of one webhook asks for: a new
// event, or that an earlier one is queued again. Where the webhook is gone it is nothing.
func (r *registry) requested(c market.Change, next int64, p *market.Plan) {
	w := r.byNum[c.Request.WebhookID]
	switch {
	case w == nil:
	case c.Request.EventID != 0:
		p.Queue = append(p.Queue, c.Request.EventID)
	default:
		e := newEvent(c, w, next, next)
		e.Reason, e.JobID, e.ShownAt = c.Request.Reason, c.Request.JobID, c.Request.ShownAt
		if e.NextAttemptAt != nil {
			e.NextAttemptAt = &c.At // nothing is gathered with it
		}
		p.Events = append(p.Events, e)
	}
}

// queueRequested queues what was asked for. It is rendered by who takes it, since
// requests are not in the public stream. What gets lost here the sweep finds.
func (r *relay) queueRequested(ctx context.Context, p market.Plan) {
	events := slices.Clone(p.Queue)
	for _, e := range p.Events {
		if e.Reason != market.ReasonChange && e.NextAttemptAt != nil {
			events = append(events, e.Num)
		}
	}
	if _, err := r.queueNow(ctx, events); err != nil {
		r.failed(ctx, "queue requested events", err)
	}
}

// queueNow puts events into the queue that are not there, and has those sent now
// that it delays for longer. It returns how many it added.
func (w *Worker) queueNow(ctx context.Context, events []int64) (added int, err error) {
	if len(events) == 0 {
		return 0, nil
	}
	if added, err = w.Redis.Enqueue(ctx, events); err != nil || added == len(events) {
		return added, err
	}
	due, now := make([]stream.Due, len(events)), time.Now()
	for i, e := range events {
		due[i] = stream.Due{Event: e, At: now}
	}
	if _, err := w.Redis.Delay(ctx, due); err != nil {
		return added, fmt.Errorf("hasten due events: %w", err)
	}
	signal(w.delayed)
	return added, nil
}
