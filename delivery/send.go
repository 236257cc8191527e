package delivery

import (
	"context"
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
	// slotWait is how long an event without a free slot waits, plus up to as much again.
	slotWait = 100 * time.Millisecond
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
}

// task is a delivery on its way.
type task struct {
	message stream.DeliveryMessage
	event   *market.WebhookEvent
	payload []byte
	webhook *market.Webhook
}

func (t task) slot() stream.Slot {
	return stream.Slot{Webhook: t.webhook.Num, Event: t.event.Num}
}

func newSender(w *Worker) *sender {
	return &sender{
		Worker: w, store: w.Store, tokens: make(chan struct{}, inFlightLimit),
		results: make(chan result, sendBatch), running: running{tasks: map[string]task{}},
	}
}

// run reads the queue until ctx ends, then gives what is in flight its grace.
func (s *sender) run(ctx context.Context) {
	hard, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	var background sync.WaitGroup
	background.Go(func() { s.record(context.WithoutCancel(ctx)) })
	background.Go(func() { s.beat(hard) })
	for ctx.Err() == nil {
		messages, err := s.Redis.ReadDeliveries(ctx, s.consumer, sendBatch, blockFor)
		if err != nil {
			s.failed(ctx, "read the queue of deliveries", err)
			pause(ctx, pauseAfterError)
			continue
		}
		s.take(hard, messages)
	}
	grace := time.AfterFunc(s.Grace, abort)
	s.running.drain()
	grace.Stop()
	close(s.results)
	abort()
	background.Wait()
}

// take starts the attempts of a batch. What cannot be sent now goes back to the
// delayed set; it holds no slot and costs no attempt.
func (s *sender) take(hard context.Context, messages []stream.DeliveryMessage) {
	if len(messages) == 0 || !s.running.enter() {
		return
	}
	defer s.running.leave()
	tasks, over, err := s.load(hard, messages)
	if err != nil {
		s.failed(hard, "load deliveries", err)
		s.giveBack(hard, messages, pauseAfterError)
		return
	}
	if err := s.Redis.Done(hard, over); err != nil {
		s.failed(hard, "acknowledge what is over", err)
	}
	for _, t := range s.admit(hard, tasks) {
		select {
		case s.tokens <- struct{}{}:
			s.start(hard, t)
		case <-hard.Done():
			s.settleLater(t)
		}
	}
}

// load reads events, payloads and webhooks of a batch, and tells apart what is over already.
func (s *sender) load(ctx context.Context, messages []stream.DeliveryMessage) (tasks []task, over []stream.DeliveryMessage, err error) {
	nums := make([]int64, len(messages))
	for i, m := range messages {
		nums[i] = m.Event
	}
	deliveries, err := s.store.Deliveries(ctx, nums)
	if err != nil {
		return nil, nil, fmt.Errorf("load events: %w", err)
	}
	byNum, webhookNums := make(map[int64]market.Delivery, len(deliveries)), make([]int64, 0, len(deliveries))
	for _, d := range deliveries {
		byNum[d.Event.Num] = d
		webhookNums = append(webhookNums, d.Event.WebhookID)
	}
	webhooks, err := s.store.WebhooksByNum(ctx, webhookNums)
	if err != nil {
		return nil, nil, fmt.Errorf("load webhooks: %w", err)
	}
	for _, m := range messages {
		d, ok := byNum[m.Event]
		if !ok || d.Payload == nil || d.Event.NextAttemptAt == nil || webhooks[d.Event.WebhookID] == nil {
			over = append(over, m)
			continue
		}
		tasks = append(tasks, task{message: m, event: d.Event, payload: d.Payload, webhook: webhooks[d.Event.WebhookID]})
	}
	return tasks, over, nil
}

// admit takes a slot for each task, holds the events of webhooks that do not
// deliver now, and returns the tasks that may start.
func (s *sender) admit(ctx context.Context, tasks []task) []task {
	var wanting []task
	var requests []stream.SlotRequest
	for _, t := range tasks {
		if t.webhook.State != market.WebhookActive {
			s.running.add(t)
			s.results <- result{task: t, outcome: t.without(market.EventHeld)}
			continue
		}
		wanting = append(wanting, t)
		requests = append(requests, stream.SlotRequest{Webhook: t.webhook.Num, Event: t.event.Num, Limit: int(t.webhook.ConcurrentSendLimit)})
	}
	admitted, err := s.Redis.Acquire(ctx, requests, time.Now(), lease)
	if err != nil {
		s.failed(ctx, "acquire slots", err)
		admitted = make([]bool, len(wanting))
	}
	var starting []task
	var waiting []stream.DeliveryMessage
	for i, t := range wanting {
		if !admitted[i] {
			waiting = append(waiting, t.message)
			continue
		}
		s.running.add(t)
		starting = append(starting, t)
	}
	s.giveBack(ctx, waiting, slotWait+rand.N(slotWait))
	return starting
}

// without is the outcome of an event that is settled without an attempt.
func (t task) without(status market.EventStatus) *market.Outcome {
	return &market.Outcome{EventID: t.event.Num, WebhookID: t.webhook.Num, Status: status, At: time.Now().UTC()}
}

// giveBack puts messages into the delayed set. Where that fails they stay
// pending, and reclaim finds them.
func (s *sender) giveBack(ctx context.Context, messages []stream.DeliveryMessage, wait time.Duration) {
	if len(messages) == 0 {
		return
	}
	back := make([]stream.Postponement, len(messages))
	for i, m := range messages {
		back[i] = stream.Postponement{Message: m, At: time.Now().Add(wait)}
	}
	if err := s.Redis.Postpone(context.WithoutCancel(ctx), back); err != nil {
		s.failed(ctx, "postpone deliveries", err)
	}
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
