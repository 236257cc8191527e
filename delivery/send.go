package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

const (
	// sendBatch bounds one read of the queue.
	sendBatch = 200
	// inFlightLimit bounds the exchanges of one process. Slots of each webhook
	// bound what one endpoint can take of it.
	inFlightLimit = 4096
	// busyWait is how long a second entry of an event waits that is under way already.
	busyWait = time.Second
)

// sendStore is what send needs of the database.
type sendStore interface {
	WebhooksByNum(ctx context.Context, nums []int64) (map[int64]*market.Webhook, error)
	// Deliveries returns the events with their payloads; unknown numbers are left out.
	Deliveries(ctx context.Context, events []int64) ([]market.Delivery, error)
	// Previous returns the delivery before e of the same webhook and subject
	// that the receiver got or may still get; nil where there is none.
	Previous(ctx context.Context, e *market.WebhookEvent) (*market.Delivery, error)
	// RecordOutcomes writes attempts and the states of their events in one transaction.
	RecordOutcomes(ctx context.Context, outcomes []market.Outcome) error
}

// sender makes attempts: each takes a slot of its webhook, posts, and has its
// outcome on disk before the queue forgets it.
type sender struct {
	*Worker
	store   sendStore
	tokens  chan struct{} // one in it for each exchange under way
	results chan result
	running running
	line    *line
	slots   slotWaits
}

// task is a delivery on its way.
type task struct {
	message stream.DeliveryMessage
	event   *market.WebhookEvent
	payload []byte
	webhook *market.Webhook
	// seated says that the task holds a slot.
	seated bool
}

func (t task) slot() stream.Slot {
	return stream.Slot{Webhook: t.webhook.Num, Event: t.event.Num}
}

func newSender(w *Worker) *sender {
	return &sender{
		Worker: w, store: w.Store, tokens: make(chan struct{}, inFlightLimit),
		results: make(chan result, sendBatch), running: running{tasks: map[int64]task{}},
		line: newLine(), slots: slotWaits{last: map[int64]time.Time{}},
	}
}

// run reads the queue until ctx ends, then waits for what is in flight, which
// hard interrupts. What was interrupted is still written down.
func (s *sender) run(ctx, hard context.Context) {
	last, end := outlive(hard, lastWrites)
	var background sync.WaitGroup
	background.Go(func() { s.record(last, hard) })
	background.Go(func() { s.beat(last) })
	for ctx.Err() == nil {
		messages, err := s.Redis.ReadDeliveries(ctx, s.consumer, sendBatch, blockFor)
		if err != nil {
			s.failed(ctx, "read the queue of deliveries", err)
			pause(ctx, pauseAfterError)
			continue
		}
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

// take starts the attempts of a batch. What cannot be sent now goes back to the
// delayed set; it holds no slot and costs no attempt.
func (s *sender) take(hard context.Context, messages []stream.DeliveryMessage) {
	if len(messages) == 0 || !s.running.enter() {
		return
	}
	defer s.running.leave()
	messages, again := s.running.sift(messages)
	s.giveBack(hard, again, func(stream.DeliveryMessage) time.Time { return time.Now().Add(busyWait) })
	tasks, rest, err := s.load(hard, messages)
	if err != nil {
		s.failed(hard, "load deliveries", err)
		s.giveBack(hard, messages, func(stream.DeliveryMessage) time.Time { return time.Now().Add(pauseAfterError) })
		return
	}
	s.acknowledge(hard, rest.over, rest.early)
	s.begin(hard, s.enlist(tasks))
}

// enlist notes tasks as under way, and holds the events of webhooks that do not deliver now.
func (s *sender) enlist(tasks []task) []task {
	var wanting []task
	for _, t := range tasks {
		switch {
		case !s.running.add(t):
		case t.webhook.State == market.WebhookActive:
			wanting = append(wanting, t)
		default:
			s.results <- result{task: t, outcome: t.without(market.EventHeld)}
		}
	}
	return wanting
}

// begin starts the tasks that get a slot.
func (s *sender) begin(hard context.Context, tasks []task) {
	for _, t := range s.seat(hard, tasks) {
		select {
		case s.tokens <- struct{}{}:
			s.start(hard, t)
		case <-hard.Done():
			s.settleLater(t)
		}
	}
}

// unsendable are messages without a task: of events that need no attempt any
// more, and of events that are not due yet, as where an outcome was written down
// but the queue not told.
type unsendable struct {
	over  []stream.DeliveryMessage
	early []stream.Postponement
}

// load reads events, payloads and webhooks of a batch, and tells apart what is not to be sent now.
func (s *sender) load(ctx context.Context, messages []stream.DeliveryMessage) (tasks []task, rest unsendable, err error) {
	nums := make([]int64, len(messages))
	for i, m := range messages {
		nums[i] = m.Event
	}
	deliveries, err := s.store.Deliveries(ctx, nums)
	if err != nil {
		return nil, rest, fmt.Errorf("load events: %w", err)
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
	now := time.Now()
	for _, m := range messages {
		d, ok := byNum[m.Event]
		switch {
		case !ok || d.Payload == nil || d.Event.NextAttemptAt == nil || webhooks[d.Event.WebhookID] == nil:
			rest.over = append(rest.over, m) // what is due without a payload is the sweep's
		case d.Event.NextAttemptAt.After(now):
			rest.early = append(rest.early, stream.Postponement{Message: m, At: *d.Event.NextAttemptAt})
		default:
			tasks = append(tasks, task{message: m, event: d.Event, payload: d.Payload, webhook: webhooks[d.Event.WebhookID]})
		}
	}
	return tasks, rest, nil
}

// seat takes a slot for each task and returns those that got one. The others
// wait in line, or go back to the delayed set.
func (s *sender) seat(ctx context.Context, tasks []task) []task {
	granted := s.acquire(ctx, tasks)
	var seated, away []task
	for i, t := range tasks {
		t.seated = granted[i]
		switch {
		case t.seated:
			s.line.began(t)
			seated = append(seated, t)
		case !s.line.join(t):
			away = append(away, t)
		}
	}
	s.sendAway(ctx, away)
	return seated
}

// sendAway gives back tasks that can wait nowhere here.
func (s *sender) sendAway(ctx context.Context, tasks []task) {
	messages, until := make([]stream.DeliveryMessage, len(tasks)), make(map[int64]time.Time, len(tasks))
	batch := make([]result, len(tasks))
	for i, t := range tasks {
		messages[i], batch[i] = t.message, result{task: t}
		until[t.event.Num] = s.slots.until(t.webhook.Num, time.Now(), rand.Float64())
	}
	s.giveBack(ctx, messages, func(m stream.DeliveryMessage) time.Time { return until[m.Event] })
	s.running.remove(batch)
}

// acquire takes a slot for each task and returns which got one. Where Redis did
// not say, it gives back those that it may have granted.
func (s *sender) acquire(ctx context.Context, tasks []task) []bool {
	if len(tasks) == 0 {
		return nil
	}
	requests, slots := make([]stream.SlotRequest, len(tasks)), make([]stream.Slot, len(tasks))
	for i, t := range tasks {
		slots[i] = t.slot()
		requests[i] = stream.SlotRequest{Webhook: t.webhook.Num, Event: t.event.Num, Limit: int(t.webhook.ConcurrentSendLimit)}
	}
	admitted, err := s.Redis.Acquire(ctx, requests, time.Now(), lease)
	if err == nil {
		return admitted
	}
	s.failed(ctx, "acquire slots", errors.Join(err, s.Redis.Release(ctx, slots)))
	return make([]bool, len(tasks))
}

// without is the outcome of an event that is settled without an attempt.
func (t task) without(status market.EventStatus) *market.Outcome {
	return &market.Outcome{EventID: t.event.Num, WebhookID: t.webhook.Num, Status: status, At: time.Now().UTC()}
}

// giveBack puts messages into the delayed set. Where that fails they stay
// pending, and reclaim finds them.
func (s *sender) giveBack(ctx context.Context, messages []stream.DeliveryMessage, until func(stream.DeliveryMessage) time.Time) {
	if len(messages) == 0 {
		return
	}
	back := make([]stream.Postponement, len(messages))
	for i, m := range messages {
		back[i] = stream.Postponement{Message: m, At: until(m)}
	}
	s.acknowledge(context.WithoutCancel(ctx), nil, back)
}

// start makes one attempt in a goroutine of its own.
func (s *sender) start(hard context.Context, t task) {
	go func() {
		defer func() { <-s.tokens }()
		s.results <- s.attempt(hard, t)
	}()
}

// settleLater gives a task back because this process stops.
func (s *sender) settleLater(t task) { s.results <- result{task: t} }
