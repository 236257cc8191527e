package delivery

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// sendingStore has every event, all of one webhook, and keeps the outcomes.
type sendingStore struct {
	sendStore
	webhook  market.Webhook
	outcomes chan market.Outcome
	// read counts the events that were read.
	read atomic.Int64
}

func (d *sendingStore) Deliveries(_ context.Context, nums []int64) ([]market.Delivery, error) {
	d.read.Add(int64(len(nums)))
	var list []market.Delivery
	for _, num := range nums {
		list = append(list, market.Delivery{Payload: []byte("{}"), Event: &market.WebhookEvent{
			Base: market.Base{Num: num, CreatedAt: now}, Status: market.EventUnsent, NextAttemptAt: new(now.AddDate(-9, 0, 0)), WebhookID: d.webhook.Num,
		}})
	}
	return list, nil
}

func (d *sendingStore) WebhooksByNum(context.Context, []int64) (map[int64]*market.Webhook, error) {
	w := d.webhook
	return map[int64]*market.Webhook{w.Num: &w}, nil
}

func (d *sendingStore) RecordOutcomes(_ context.Context, outcomes []market.Outcome) ([]int64, error) {
	for _, o := range outcomes {
		d.outcomes <- o
	}
	return nil, nil
}

// sending is a sender that has no way out: every attempt panics.
type sending struct {
	*sender
	store *sendingStore
	t     *testing.T
	log   *bytes.Buffer
	end   func()
}

func newSending(t *testing.T) *sending {
	t.Helper()
	log := &bytes.Buffer{}
	redis, err := stream.Open(t.Context(), "", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	store := &sendingStore{outcomes: make(chan market.Outcome, 1000), webhook: market.Webhook{
		Base: market.Base{Num: 1}, ConcurrentSendLimit: 1, MaxRetries: 25, State: market.WebhookActive, TimeoutSeconds: 30, URL: "https://a.example",
	}}
	w := &Worker{Options: Options{Redis: redis, Log: slog.New(slog.NewTextHandler(log, nil)), Metrics: NewMetrics(nil)}, consumer: "test",
		delayed: make(chan struct{}, 1), parked: make(chan struct{}, 1)}
	s := newSender(w)
	s.store = store
	var recorder sync.WaitGroup
	recorder.Go(func() { s.record(t.Context(), t.Context()) })
	x := &sending{sender: s, store: store, t: t, log: log}
	x.end = sync.OnceFunc(func() {
		s.running.drain()
		close(s.results)
		recorder.Wait()
	})
	t.Cleanup(func() {
		x.end()
		if err := redis.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// handedOut queues an event and hands it to consumers that die, so many times in all.
func (s *sending) handedOut(event int64, times int) []stream.DeliveryMessage {
	s.t.Helper()
	ctx := s.t.Context()
	if _, err := s.Redis.Enqueue(ctx, []int64{event}); err != nil {
		s.t.Fatal(err)
	}
	messages, err := s.Redis.ReadDeliveries(ctx, "dead", 1, time.Second)
	for range times - 1 {
		if messages, err = s.Redis.ReclaimDeliveries(ctx, "test", 0, 1); err != nil {
			s.t.Fatal(err)
		}
	}
	if err != nil || len(messages) != 1 || messages[0].Deliveries != times {
		s.t.Fatalf("handed out: %+v, %v", messages, err)
	}
	return messages
}

func (s *sending) depth() stream.Depth {
	s.t.Helper()
	d, err := s.Redis.Depth(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// TestAPoisonousEventFails visibly, without an attempt, once it was handed out too often.
func TestAPoisonousEventFails(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.take(t.Context(), s.handedOut(7, mostHandOuts+1))
	o := <-s.store.outcomes
	if o.EventID != 7 || o.Status != market.EventFailed || o.Attempt != nil || o.NextAttemptAt != nil || !strings.Contains(o.ErrorMessage, "10 times") {
		t.Errorf("the outcome is %+v", o)
	}
	s.end()
	if d := s.depth(); d != (stream.Depth{}) {
		t.Errorf("in the queue is still %+v", d)
	}
	if line := s.log.String(); !strings.Contains(line, "level=ERROR") || !strings.Contains(line, "delivery.poisoned") || !strings.Contains(line, "event=7") {
		t.Errorf("the log says %s", line)
	}
}

// TestAPanicCostsNobodyElse leaves the event to be handed out again, and frees its slot.
func TestAPanicCostsNobodyElse(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.take(t.Context(), s.handedOut(7, mostHandOuts))
	s.end()
	if len(s.store.outcomes) > 0 {
		t.Errorf("the outcome is %+v", <-s.store.outcomes)
	}
	if d := s.depth(); d.InFlight != 1 || d.Delayed+d.Parked+d.Waiting > 0 {
		t.Errorf("the queue holds %+v", d)
	}
	grants, err := s.Redis.Acquire(t.Context(), []stream.SlotRequest{{Webhook: 1, Event: 8, Policy: stream.Policy{Limit: 1}}}, time.Time{}, lease)
	if err != nil || grants[0].Want != stream.WantNothing {
		t.Errorf("the slot is not free: %+v, %v", grants, err)
	}
	if !strings.Contains(s.log.String(), "delivery.panicked") {
		t.Errorf("the log says %s", s.log)
	}
}

// TestWhatHasWaitedForLongIsReadAnew while it has its place: its webhook may have
// changed. One that is stopped meanwhile makes its events go back to the queue.
func TestWhatHasWaitedForLongIsReadAnew(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	place := func(event int64) task {
		tasks, _, err := s.load(t.Context(), s.handedOut(event, 1))
		if err != nil || len(tasks) != 1 {
			t.Fatal(tasks, err)
		}
		k := tasks[0]
		s.running.enter()
		s.enlist(tasks)
		s.running.leave()
		if k.placed = s.line.admit(k); !k.placed {
			t.Fatal("no place")
		}
		k.loaded = time.Now().Add(-2 * staleAfter)
		return k
	}
	old := place(7)
	s.store.webhook.URL = "https://b.example"
	list := s.fresh(t.Context(), []task{old})
	if len(list) != 1 || !list[0].placed || list[0].webhook.URL != "https://b.example" || time.Since(list[0].loaded) > staleAfter {
		t.Fatalf("read anew: %+v", list)
	}
	if again := s.fresh(t.Context(), list); len(again) != 1 || again[0].webhook != list[0].webhook {
		t.Error("what is fresh is read anew")
	}
	s.store.webhook.State = market.WebhookDisabled
	if list = s.fresh(t.Context(), []task{old}); len(list) > 0 {
		t.Errorf("an event of a stopped webhook is sent: %+v", list)
	}
	s.end()
	if d := s.depth(); d.Delayed != 1 || d.InFlight != 0 {
		t.Errorf("the queue holds %+v", d)
	}
	if taken, _ := s.line.counts(); taken != 0 {
		t.Errorf("%d places are in use", taken)
	}
}

// TestAStoppedWebhookIsForgotten when one of its events is read.
func TestAStoppedWebhookIsForgotten(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	policy := policyOf(&s.store.webhook)
	failed := stream.Settlement{Webhook: 1, Policy: policy}
	for i := range int64(10) {
		failed.Events, failed.Ends = append(failed.Events, i), append(failed.Ends, stream.EndFailed)
	}
	if c, err := s.Redis.Settle(t.Context(), []stream.Settlement{failed}, time.Time{}, 0); err != nil || !c[0].Open {
		t.Fatal(c, err)
	}
	s.store.webhook.State = market.WebhookDisabled
	s.take(t.Context(), s.handedOut(7, 1))
	if o := <-s.store.outcomes; o.Status != market.EventHeld {
		t.Errorf("the outcome is %+v", o)
	}
	grants, err := s.Redis.Acquire(t.Context(), []stream.SlotRequest{{Webhook: 1, Event: 8, Policy: policy}}, time.Time{}, lease)
	if err != nil || grants[0].Want != stream.WantNothing {
		t.Errorf("a stopped webhook's circuit stays open: %+v, %v", grants, err)
	}
}

func TestEndOf(t *testing.T) {
	t.Parallel()
	for status, want := range map[int64]stream.End{
		0: stream.EndFailed, 200: stream.EndAnswered, 204: stream.EndAnswered, 302: stream.EndAnswered, 400: stream.EndAnswered, 404: stream.EndAnswered,
		408: stream.EndFailed, 410: stream.EndAnswered, 429: stream.EndThrottled, 500: stream.EndFailed, 503: stream.EndFailed,
	} {
		if got := endOf(&market.Outcome{Attempt: &market.WebhookEventResponse{Status: status}}); got != want {
			t.Errorf("%d is %v, want %v", status, got, want)
		}
	}
	if endOf(nil) != stream.EndNone || endOf(&market.Outcome{Status: market.EventSkipped}) != stream.EndNone {
		t.Error("where nothing was exchanged, something ended")
	}
}
