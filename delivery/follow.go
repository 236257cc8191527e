package delivery

import (
	"context"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// follow starts who comes next on the places that a batch freed, and has parked
// events of its webhooks come where few wait here. It does not wait: that may need
// the results that only its caller takes.
func (s *sender) follow(hard context.Context, batch []result, parked []int64) {
	next, stranded := s.line.ended(batch)
	moves, rated := s.lacking(batch, parked)
	if len(next)+len(stranded)+len(moves)+len(rated) == 0 {
		return
	}
	if !s.running.enter() {
		for _, t := range append(next, stranded...) {
			go s.settleLater(t)
		}
		return
	}
	go func() {
		defer s.running.leave()
		var away parkings
		away.add(crowdedWait, stranded...)
		s.park(hard, away)
		seated := s.claim(hard, s.fresh(hard, next))
		s.unpark(hard, moves)
		s.lookAt(hard, rated)
		for _, t := range seated {
			s.start(hard, t)
		}
	}()
}

// lacking tells which webhooks of a batch have room for parked events, and for how
// many. Of one with a rate look knows how many.
func (s *sender) lacking(batch []result, parked []int64) (moves []stream.Move, rated []int64) {
	if len(parked) == 0 {
		return nil, nil
	}
	webhooks, now, planned := map[int64]*market.Webhook{}, time.Now(), 0
	for _, r := range batch {
		webhooks[r.task.webhook.Num] = r.task.webhook
	}
	for _, num := range parked {
		w := webhooks[num]
		if s.circuits.of(num).Open {
			continue // look lets a probe through
		}
		more := s.line.lack(w, planned, now)
		switch {
		case more == 0:
		case w.RatePerSecond > 0:
			rated = append(rated, num)
		default:
			moves = append(moves, stream.Move{Webhook: num, Limit: more, Again: now.Add(crowdedWait)})
			planned += more
		}
	}
	return moves, rated
}

// unpark puts parked events back into the queue. Where that fails look does it.
func (s *sender) unpark(ctx context.Context, moves []stream.Move) {
	if len(moves) == 0 {
		return
	}
	if _, err := s.Redis.Unpark(ctx, moves); err != nil {
		s.failed(ctx, "fetch parked events", err)
	}
}

// fresh reads those tasks anew that have waited for so long that their event or
// webhook may have changed. One that is not to be sent any more goes back to the
// queue, which settles it.
func (s *sender) fresh(ctx context.Context, placed []task) []task {
	var current []task
	stale := map[int64]task{}
	var messages []stream.DeliveryMessage
	for _, t := range placed {
		if !t.stale() {
			current = append(current, t)
			continue
		}
		stale[t.event.Num], messages = t, append(messages, t.message)
	}
	if len(stale) == 0 {
		return current
	}
	anew, _, err := s.load(ctx, messages)
	if err != nil {
		s.failed(ctx, "load deliveries that waited", err)
	}
	for _, t := range anew {
		if old := stale[t.event.Num]; old.sharesWith(t) && t.webhook.State == market.WebhookActive {
			t.placed = true
			current = append(current, t)
			delete(stale, t.event.Num)
		}
	}
	for _, t := range stale {
		s.settleLater(t)
	}
	return current
}

// sharesWith reports whether a task counts as another one where places are shared out.
func (t task) sharesWith(other task) bool {
	return t.webhook.SellerID == other.webhook.SellerID && t.again() == other.again()
}
