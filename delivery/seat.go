package delivery

import (
	"context"
	"errors"
	"slices"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// seat gives each task a place and a slot and returns those that got both. The
// others wait in line, or parked in Redis.
func (s *sender) seat(ctx context.Context, tasks []task) []task {
	var placed []task
	var away parkings
	for _, t := range tasks {
		switch {
		case s.line.admit(t):
			t.placed = true
			placed = append(placed, t)
		case !s.line.join(t):
			away.add(crowdedWait, t)
		}
	}
	s.park(ctx, away)
	return s.claim(ctx, placed)
}

// claim takes a slot for each task that has a place, and returns those that got one.
func (s *sender) claim(ctx context.Context, placed []task) []task {
	var seated, refused, turnedAway []task
	var away parkings
	for i, g := range s.acquire(ctx, placed) {
		t := placed[i]
		if g.Want == stream.WantNothing {
			t.seated, t.tell = true, g.Tell
			if s.circuits.of(t.webhook.Num).Open {
				s.Metrics.breakerProbes.Inc()
			}
			seated = append(seated, t)
			continue
		}
		s.countWait(g.Want)
		if g.Want == stream.WantSlot {
			refused = append(refused, t)
			continue
		}
		turnedAway = append(turnedAway, t)
		away.add(g.Wait, t)
	}
	away.add(strandedWait, s.line.answered(seated, refused)...)
	away.add(crowdedWait, s.line.withdraw(turnedAway)...)
	s.park(ctx, away)
	taken, waiting := s.line.counts()
	s.Metrics.slotsInUse.Set(float64(taken))
	s.Metrics.slotsWaiting.Set(float64(waiting))
	return seated
}

// parkings are tasks that can wait nowhere here.
type parkings []parking

// parking is a task and for how long it is not worth looking at it.
type parking struct {
	task
	wait time.Duration
}

func (p *parkings) add(wait time.Duration, tasks ...task) {
	for _, t := range tasks {
		*p = append(*p, parking{t, wait})
	}
}

const (
	// slotLease is how long a slot stays with a process that is silent. It is
	// shorter than the lease of an event: who is killed makes no more requests, and
	// few slots that nobody uses would stop an endpoint for all that time. One that
	// is halted, and cut off from Redis, may still have requests under way then.
	slotLease = 10 * time.Second
	slotBeat  = slotLease / 4
)

// hold renews the leases of slots that are in use.
func (s *sender) hold(ctx context.Context) {
	for pause(ctx, slotBeat) {
		_, slots := s.running.leases()
		if len(slots) == 0 {
			continue
		}
		if err := s.Redis.Extend(ctx, slots, time.Time{}, slotLease); err != nil {
			s.failed(ctx, "renew slots", err)
		}
	}
}

const (
	// crowdedWait is when an event asks again for which this process has no place.
	crowdedWait = 100 * time.Millisecond
	// strandedWait is when one is looked after for which other processes hold the
	// slots. They fetch it at the end of an exchange, unless the last of them ended
	// before it was parked.
	strandedWait = 20 * time.Millisecond
)

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
	grants, err := s.Redis.Acquire(ctx, requests, time.Time{}, slotLease)
	if err == nil {
		return grants
	}
	s.failed(ctx, "acquire slots", errors.Join(err, s.Redis.Release(ctx, slots)))
	return slices.Repeat([]stream.Grant{{Want: stream.WantSlot, Wait: pauseAfterError}}, len(tasks))
}

// park puts tasks aside in Redis. Where that fails they stay pending, and reclaim
// finds them.
func (s *sender) park(ctx context.Context, away parkings) {
	if len(away) == 0 {
		return
	}
	list, batch, now := make([]stream.Parking, len(away)), make([]result, len(away)), time.Now()
	for i, p := range away {
		s.policies.note(p.webhook)
		list[i] = stream.Parking{Message: p.message, Webhook: p.webhook.Num, Again: p.again(), At: now.Add(p.wait)}
		batch[i] = result{task: p.task}
	}
	if err := s.Redis.Park(context.WithoutCancel(ctx), list); err != nil {
		s.failed(ctx, "park deliveries", err)
	}
	s.running.remove(batch)
	signal(s.parked)
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
