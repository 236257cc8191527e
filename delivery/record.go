package delivery

import (
	"context"
	"runtime"
	"sync"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// record settles results, batch by batch, until their channel is closed. After
// the end of ctx nothing is written any more; others take over what is left.
// Exchanges that follow on freed slots run under hard.
func (s *sender) record(ctx, hard context.Context) {
	for first := range s.results {
		batch := gather(first, s.results, sendBatch)
		s.follow(hard, batch, s.settle(ctx, batch))
		s.running.remove(batch)
	}
}

// turns is how often yield gives its turn away.
const turns = 5

// yield lets all go first who can go on. The more of them there are, the more a
// batch gathers meanwhile; where there are none it costs nothing.
func yield() {
	for range turns {
		runtime.Gosched()
	}
}

// gather returns first with what else is ready at once.
func gather(first result, more <-chan result, limit int) []result {
	yield()
	batch := []result{first}
	for len(batch) < limit {
		select {
		case r, ok := <-more:
			if !ok {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// settle writes outcomes down, and only then lets the queue forget or delay the
// events. It returns the webhooks of the batch that have parked events.
func (s *sender) settle(ctx context.Context, batch []result) (parked []int64) {
	var outcomes []market.Outcome
	var done []stream.DeliveryMessage
	var later []stream.Postponement
	now := time.Now()
	for _, r := range batch {
		switch {
		case r.task.broken:
			continue // it stays pending
		case r.outcome == nil:
			later = append(later, stream.Postponement{Message: r.task.message, At: now})
			continue
		case r.outcome.NextAttemptAt != nil:
			later = append(later, stream.Postponement{Message: r.task.message, At: *r.outcome.NextAttemptAt})
		default:
			done = append(done, r.task.message)
		}
		s.Metrics.settled(r.outcome)
		outcomes = append(outcomes, *r.outcome)
	}
	next, written := s.write(ctx, outcomes)
	if written {
		s.acknowledge(ctx, done, later)
	}
	s.enqueue(ctx, next)
	return s.leave(ctx, batch)
}

// writeTries bounds how long outcomes wait for the database; their lease is
// kept meanwhile, and afterwards the events are sent again.
const writeTries = 60

// write stores outcomes, trying again while the database is away. It returns the
// events that are due because of them.
func (s *sender) write(ctx context.Context, outcomes []market.Outcome) (due []int64, written bool) {
	if len(outcomes) == 0 {
		return nil, true
	}
	for range writeTries {
		due, err := s.store.RecordOutcomes(ctx, outcomes)
		if err == nil {
			return due, true
		}
		s.failed(ctx, "record attempts", err)
		if !pause(ctx, pauseAfterError) {
			break
		}
	}
	return nil, false
}

// acknowledge takes events from the queue, or delays them. Where it fails they
// stay pending; whoever reclaims them reads their state first and sends nothing
// that is over or not due yet.
func (s *sender) acknowledge(ctx context.Context, done []stream.DeliveryMessage, later []stream.Postponement) {
	if err := s.Redis.Done(ctx, done); err != nil {
		s.failed(ctx, "acknowledge deliveries", err)
	}
	if len(later) == 0 {
		return
	}
	if err := s.Redis.Postpone(ctx, later); err != nil {
		s.failed(ctx, "delay deliveries", err)
	}
	signal(s.delayed)
}

// beat renews the leases of what is in flight.
func (s *sender) beat(ctx context.Context) {
	for pause(ctx, heartbeat) {
		ids, _ := s.running.leases()
		if len(ids) == 0 {
			continue
		}
		if _, err := s.Redis.HeartbeatDeliveries(ctx, s.consumer, ids...); err != nil {
			s.failed(ctx, "renew leases", err)
		}
	}
}

// running is what the process has taken and not yet settled.
type running struct {
	mu      sync.Mutex
	closed  bool
	pending sync.WaitGroup // takes and tasks
	tasks   map[int64]task // by event
}

// enter announces a take; false where the process is stopping.
func (r *running) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	r.pending.Add(1)
	return true
}

func (r *running) leave() { r.pending.Done() }

// sift returns the messages of events that are not under way here, and those of
// events that are under way because of another message: Redis was emptied
// meanwhile, or another process took the event over and gave it back. A message
// of its own task that comes again needs nothing but a heartbeat.
func (r *running) sift(messages []stream.DeliveryMessage) (fresh, again []stream.DeliveryMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range messages {
		t, busy := r.tasks[m.Event]
		switch {
		case !busy:
			fresh = append(fresh, m)
		case t.message.StreamID != m.StreamID:
			again = append(again, m)
		}
	}
	return fresh, again
}

// add notes a task that a take, which has entered, is about to start; false
// where the event is under way already.
func (r *running) add(t task) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, busy := r.tasks[t.event.Num]; busy {
		return false
	}
	r.pending.Add(1)
	r.tasks[t.event.Num] = t
	return true
}

// remove forgets settled tasks.
func (r *running) remove(batch []result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range batch {
		delete(r.tasks, b.task.event.Num)
		r.pending.Done()
	}
}

// leases are the entries and slots that must stay ours.
func (r *running) leases() (ids []string, slots []stream.Slot) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		ids = append(ids, t.message.StreamID)
		slots = append(slots, t.slot())
	}
	return ids, slots
}

// drain lets nothing more enter and waits until everything is settled.
func (r *running) drain() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.pending.Wait()
}
