package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

const (
	// sendBatch bounds one read of the queue.
	sendBatch = 200
	// staleAfter is how long a task may wait before its event and webhook are read anew.
	staleAfter = 5 * time.Second
	// jobStaleAfter is that of the events of jobs.
	jobStaleAfter = 300 * time.Millisecond
	// mostHandOuts is how often an event may be handed out without an outcome. Each
	// time but the first its process died or lost it, perhaps because of it.
	mostHandOuts = 10
	// busyWait is how long a second entry of an event waits that is under way already.
	busyWait = time.Second
)

// sendStore is what send needs of the database.
type sendStore interface {
	WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error)
	// Deliveries returns the events with their payloads; unknown numbers are left out.
	Deliveries(ctx context.Context, events []int64) ([]market.Delivery, error)
	// Shown returns the payload that the receiver of e acknowledged last of its
	// subject, since a moment where one is given; nil where that is in doubt.
	Shown(ctx context.Context, e *market.WebhookEvent, since *time.Time) ([]byte, error)
	// RecordOutcomes writes attempts and the states of their events in one
	// transaction, and returns the events that had to wait for these and are due now.
	RecordOutcomes(ctx context.Context, outcomes []market.Outcome) (due []int64, err error)
}

// sender makes attempts: each takes a slot of its webhook, posts, and has its
// outcome on disk before the queue forgets it.
type sender struct {
	*Worker
	store    sendStore
	results  chan result
	running  running
	line     *line
	pace     pace
	circuits circuits
	policies policies
	signers  signers
	// render executes the documents of changes whose events have no payload yet; nil
	// leaves that to the sweep. renders bounds how many batches of that run.
	render  func(ctx context.Context, changes []int64) error
	renders chan struct{}
	// long says that the queue has more to read than was read last.
	long atomic.Bool
}

// task is a delivery on its way.
type task struct {
	message stream.DeliveryMessage
	event   *market.WebhookEvent
	payload []byte
	webhook *market.Webhook
	// loaded is when event and webhook were read.
	loaded time.Time
	// placed says that the task has a place of this process, seated that it holds a
	// slot too, tell that its end must be told.
	placed, seated, tell bool
	// broken says that the attempt ended in a panic.
	broken bool
}

func (t task) slot() stream.Slot {
	return stream.Slot{Webhook: t.webhook.Num, Event: t.event.Num}
}

func newSender(w *Worker) *sender {
	return &sender{
		Worker: w, store: w.Store, results: make(chan result, sendBatch), running: running{tasks: map[int64]task{}},
		line: newLine(inFlightLimit), pace: make(pace, paceBurst), policies: policies{known: map[int64]*market.Webhook{}},
		circuits: circuits{known: map[int64]stream.Circuit{}}, renders: make(chan struct{}, renderBatches),
	}
}

// run reads the queue until ctx ends, then waits for what is in flight, which
// hard interrupts. What was interrupted is still written down.
func (s *sender) run(ctx, hard context.Context) {
	last, end := outlive(hard, lastWrites)
	var background sync.WaitGroup
	background.Go(func() { s.record(last, hard) })
	background.Go(func() { s.beat(last) })
	background.Go(func() { s.hold(last) })
	defer s.ended(partSend)
	for ctx.Err() == nil {
		s.turned(partSend)
		messages, err := s.Redis.ReadDeliveries(ctx, s.consumer, sendBatch, blockFor)
		if err != nil {
			s.failed(ctx, "read the queue of deliveries", err)
			pause(ctx, pauseAfterError)
			continue
		}
		s.long.Store(len(messages) == sendBatch)
		s.take(hard, messages)
	}
	for _, t := range s.line.close() {
		s.settleLater(t)
	}
	s.running.drain()
	close(s.results)
	end()
	background.Wait()
}

// take starts the attempts of a batch. What cannot be sent now waits; it holds no
// slot and costs no attempt.
func (s *sender) take(hard context.Context, messages []stream.DeliveryMessage) {
	if len(messages) == 0 || !s.running.enter() {
		return
	}
	defer s.running.leave()
	messages, again := s.running.sift(messages)
	s.giveBack(hard, again, busyWait)
	tasks, rest, err := s.load(hard, messages)
	if err != nil {
		s.failed(hard, "load deliveries", err)
		s.giveBack(hard, messages, pauseAfterError)
		return
	}
	s.acknowledge(hard, rest.over, rest.early)
	s.forget(hard, rest.stopped)
	s.renderLater(hard, rest.unrendered)
	s.begin(hard, s.enlist(tasks))
}

// enlist notes tasks as under way, and settles those that are not to be attempted.
func (s *sender) enlist(tasks []task) []task {
	var wanting []task
	for _, t := range tasks {
		switch {
		case !s.running.add(t):
		case t.message.Deliveries > mostHandOuts:
			s.Log.Error("delivery.poisoned", slog.Int64("event", t.event.Num), slog.Int64("webhook", t.webhook.Num), slog.Int("handed_out", t.message.Deliveries))
			s.results <- result{task: t, outcome: t.without(poisonous)}
		case t.webhook.State != market.WebhookActive:
			s.results <- result{task: t, outcome: t.without(notActive)}
		default:
			wanting = append(wanting, t)
		}
	}
	return wanting
}

// begin starts the tasks that get a slot.
func (s *sender) begin(hard context.Context, tasks []task) {
	for _, t := range s.seat(hard, tasks) {
		s.start(hard, t)
	}
}

// unsendable are messages without a task: of events that need no attempt any
// more, and of events that are not due yet, as where an outcome was written down
// but the queue not told. stopped are webhooks that deliver nothing now.
type unsendable struct {
	over    []stream.DeliveryMessage
	early   []stream.Postponement
	stopped []int64
	// unrendered are due, and have no payload yet.
	unrendered []unrenderedEvent
}

// load reads events, payloads and webhooks of a batch, and tells apart what is not to be sent now.
func (s *sender) load(ctx context.Context, messages []stream.DeliveryMessage) (tasks []task, rest unsendable, err error) {
	deliveries, err := s.deliveries(ctx, messages)
	if err != nil {
		return nil, rest, err
	}
	byNum, webhookNums := make(map[int64]market.Delivery, len(deliveries)), make([]int64, 0, len(deliveries))
	for _, d := range deliveries {
		byNum[d.Event.Num] = d
		webhookNums = append(webhookNums, d.Event.WebhookID)
	}
	webhooks, err := s.store.WebhooksByNum(ctx, webhookNums)
	if err != nil {
		return nil, rest, fmt.Errorf("load webhooks: %w", err)
	}
	for _, num := range webhookNums {
		if w := webhooks[num]; w == nil || w.State != market.WebhookActive {
			rest.stopped = append(rest.stopped, num)
		}
	}
	s.policies.renew(webhooks)
	now := time.Now()
	for _, m := range messages {
		d, ok := byNum[m.Event]
		switch {
		case !ok || d.Event.NextAttemptAt == nil || webhooks[d.Event.WebhookID] == nil:
			rest.over = append(rest.over, m)
		case d.Event.NextAttemptAt.After(now):
			rest.early = append(rest.early, stream.Postponement{Message: m, At: *d.Event.NextAttemptAt})
		case d.Payload == nil:
			rest.unrendered = append(rest.unrendered, unrenderedEvent{m, d.Event.ChangeID})
		default:
			tasks = append(tasks, task{message: m, event: d.Event, payload: d.Payload, webhook: webhooks[d.Event.WebhookID], loaded: now})
		}
	}
	return tasks, rest, nil
}

// giveBack puts messages into the delayed set for a while. Where that fails they stay
// pending, and reclaim finds them.
func (s *sender) giveBack(ctx context.Context, messages []stream.DeliveryMessage, wait time.Duration) {
	if len(messages) == 0 {
		return
	}
	back, at := make([]stream.Postponement, len(messages)), time.Now().Add(wait)
	for i, m := range messages {
		back[i] = stream.Postponement{Message: m, At: at}
	}
	s.acknowledge(context.WithoutCancel(ctx), nil, back)
}

// start makes one attempt in a goroutine of its own.
func (s *sender) start(hard context.Context, t task) {
	ended := s.pace.begin()
	go func() {
		defer s.survive(t)
		defer ended()
		s.results <- s.attempt(hard, t)
	}()
}

// deliveries returns the events of messages with their payloads: what fan-out
// has just handed over for those that are handed out for the first time, and what
// the database says of the others.
func (s *sender) deliveries(ctx context.Context, messages []stream.DeliveryMessage) (list []market.Delivery, err error) {
	var unknown []int64
	for _, m := range messages {
		if d, known := s.handover.delivery(m.Event); known && m.Deliveries == 1 && m.By == s.consumer {
			list = append(list, d)
		} else {
			unknown = append(unknown, m.Event)
		}
	}
	if len(unknown) == 0 {
		return list, nil
	}
	read, err := s.store.Deliveries(ctx, unknown)
	if err != nil {
		return nil, fmt.Errorf("load events: %w", err)
	}
	return append(list, read...), nil
}

// survive ends the task of an attempt that panicked. The entry stays pending, so
// that it is handed out again after its lease, up to mostHandOuts times.
func (s *sender) survive(t task) {
	cause := recover()
	if cause == nil {
		return
	}
	s.Log.Error("delivery.panicked", slog.Int64("event", t.event.Num), slog.Int64("webhook", t.webhook.Num),
		slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
	t.broken = true
	s.results <- result{task: t}
}

// again reports whether first attempts of changes go before this one: it is a
// retry, or of a job.
func (t task) again() bool { return t.event.Attempts > 0 || t.event.JobID != 0 }

// stale reports whether event and webhook must be read anew. A job that is
// cancelled is to have nothing sent a second later.
func (t task) stale() bool {
	limit := staleAfter
	if t.event.JobID != 0 {
		limit = jobStaleAfter
	}
	return time.Since(t.loaded) > limit
}

// settleLater gives a task back because this process stops.
func (s *sender) settleLater(t task) { s.results <- result{task: t} }
