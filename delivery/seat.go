package delivery

import (
	"context"
	"errors"
	"slices"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// seat takes a slot for each task and returns those that got one. The others wait
// in line, or parked in Redis.
func (s *sender) seat(ctx context.Context, tasks []task) []task {
	var wanting, seated []task
	var away []stream.Parking
	var gone []task
	leave := func(t task, wait time.Duration) {
		away, gone = append(away, s.parking(t, wait)), append(gone, t)
	}
	for _, t := range tasks {
		switch {
		case t.stale():
			leave(t, 0)
		case s.line.admit(t):
			wanting = append(wanting, t)
		case !s.line.join(t):
			leave(t, crowdedWait)
		}
	}
	for i, g := range s.acquire(ctx, wanting) {
		t := wanting[i]
		if g.Want == stream.WantNothing {
			t.seated, t.tell = true, g.Tell
			if s.circuits.of(t.webhook.Num).Open {
				s.Metrics.breakerProbes.Inc()
			}
			seated = append(seated, t)
			continue
		}
		for _, stranded := range s.line.withdraw(t) {
			leave(stranded, crowdedWait)
		}
		s.countWait(g.Want)
		if g.Want != stream.WantSlot || !s.line.join(t) {
			leave(t, g.Wait)
		}
	}
	s.park(ctx, away, gone)
	taken, waiting := s.line.counts()
	s.Metrics.slotsInUse.Set(float64(taken))
	s.Metrics.slotsWaiting.Set(float64(waiting))
	return seated
}

// crowdedWait is when an event asks again for which this process has no place.
const crowdedWait = 100 * time.Millisecond

// countWait counts an event that has to wait, by what it waits for.
func (s *sender) countWait(want stream.Want) {
	switch want {
	case stream.WantSlot:
		s.Metrics.deferredBySlot.Inc()
	case stream.WantRate:
		s.Metrics.deferredByRate.Inc()
	case stream.WantCircuit:
		s.Metrics.deferredByBreaker.Inc()
	}
}

// acquire takes a slot for each task. Where Redis did not say, it gives back those
// that it may have granted.
func (s *sender) acquire(ctx context.Context, tasks []task) []stream.Grant {
	if len(tasks) == 0 {
		return nil
	}
	requests, slots := make([]stream.SlotRequest, len(tasks)), make([]stream.Slot, len(tasks))
	for i, t := range tasks {
		slots[i] = t.slot()
		requests[i] = stream.SlotRequest{Webhook: t.webhook.Num, Event: t.event.Num, Policy: policyOf(t.webhook)}
	}
	grants, err := s.Redis.Acquire(ctx, requests, time.Time{}, lease)
	if err == nil {
		return grants
	}
	s.failed(ctx, "acquire slots", errors.Join(err, s.Redis.Release(ctx, slots)))
	return slices.Repeat([]stream.Grant{{Want: stream.WantSlot, Wait: pauseAfterError}}, len(tasks))
}

// parking is a task that can wait nowhere here.
func (s *sender) parking(t task, wait time.Duration) stream.Parking {
	s.policies.note(t.webhook)
	return stream.Parking{Message: t.message, Webhook: t.webhook.Num, Again: t.again(), At: time.Now().Add(wait)}
}

// park puts tasks aside in Redis. Where that fails they stay pending, and reclaim
// finds them.
func (s *sender) park(ctx context.Context, parkings []stream.Parking, tasks []task) {
	if len(tasks) == 0 {
		return
	}
	if err := s.Redis.Park(context.WithoutCancel(ctx), parkings); err != nil {
		s.failed(ctx, "park deliveries", err)
	}
	batch := make([]result, len(tasks))
	for i, t := range tasks {
		batch[i] = result{task: t}
		s.line.parked(t.webhook.Num, true)
	}
	s.running.remove(batch)
	signal(s.parked)
}

// follow starts who comes next on the slots that a batch freed. It does not wait:
// that may need the results that only its caller takes.
func (s *sender) follow(hard context.Context, batch []result) {
	next, short := s.line.ended(batch)
	if len(next)+len(short) == 0 || !s.running.enter() {
		for _, t := range next {
			go s.settleLater(t)
		}
		return
	}
	go func() {
		defer s.running.leave()
		s.begin(hard, next)
		moves := make([]stream.Move, 0, len(short))
		for num, more := range short {
			moves = append(moves, stream.Move{Webhook: num, Limit: more, Again: time.Now().Add(crowdedWait)})
		}
		if err := s.unpark(hard, moves); err != nil {
			s.failed(hard, "fetch parked events", err) // look fetches them
		}
	}()
}

// unpark puts parked events back into the queue.
func (s *sender) unpark(ctx context.Context, moves []stream.Move) error {
	if len(moves) == 0 {
		return nil
	}
	moved, err := s.Redis.Unpark(ctx, moves)
	for i, m := range moved {
		s.line.parked(moves[i].Webhook, m.Left > 0)
	}
	return err
}

// forget makes the endpoints of stopped webhooks count as well, so that those that
// are started again are tried at once.
func (s *sender) forget(ctx context.Context, webhooks []int64) {
	if len(webhooks) == 0 {
		return
	}
	slices.Sort(webhooks)
	if err := s.Redis.Forget(ctx, slices.Compact(webhooks)); err != nil {
		s.failed(ctx, "forget stopped endpoints", err) // they are forgotten after a while
	}
}

// without is the outcome of an event that is settled without an attempt.
func (t task) without(why absence) *market.Outcome {
	now := time.Now().UTC().Truncate(time.Microsecond)
	v := decide(exchange{absence: why}, policy{}, now, 0)
	return &market.Outcome{EventID: t.event.Num, WebhookID: t.webhook.Num, Status: v.status, ErrorMessage: v.message, At: now, Lane: laneOf(t.webhook, t.event)}
}
