package delivery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// circuits are the endpoints in trouble, as this process last heard of them. The
// truth is in Redis, shared by all processes.
type circuits struct {
	mu    sync.Mutex
	known map[int64]stream.Circuit // by webhook; those that are well are absent
	open  int
}

// of returns what is known of a webhook's.
func (c *circuits) of(webhook int64) stream.Circuit {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[webhook]
}

// note keeps what Redis said, and returns how many are open.
func (c *circuits) note(webhook int64, now stream.Circuit) (open int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known[webhook].Open {
		c.open--
	}
	if now.Open {
		c.open++
	}
	if now.Tell {
		c.known[webhook] = now
	} else {
		delete(c.known, webhook)
	}
	return c.open
}

// endOf is what an outcome says of the endpoint. Whatever is an answer but no sign
// of trouble shows it at work, also where it refuses this event.
func endOf(o *market.Outcome) stream.End {
	if o == nil || o.Attempt == nil {
		return stream.EndNone
	}
	switch status := o.Attempt.Status; {
	case status == http.StatusTooManyRequests:
		return stream.EndThrottled
	case status == 0, status == http.StatusRequestTimeout, status >= http.StatusInternalServerError:
		return stream.EndFailed
	}
	return stream.EndAnswered
}

// leave gives the slots of a batch back and returns which of its webhooks have
// parked events. Where an endpoint is in trouble, or has been, it tells how the
// exchanges ended.
func (s *sender) leave(ctx context.Context, batch []result) (parked []int64) {
	slots, settlements := s.split(batch)
	parked, err := s.Redis.Vacate(ctx, slots, webhooksOf(batch))
	if err != nil {
		s.failed(ctx, "release slots", err) // they expire with their lease
	}
	s.tell(ctx, settlements)
	return parked
}

// webhooksOf are the webhooks of the exchanges of a batch, each once.
func webhooksOf(batch []result) (nums []int64) {
	known := map[int64]bool{}
	for _, r := range batch {
		if num := r.task.webhook.Num; r.task.seated && !known[num] {
			known[num], nums = true, append(nums, num)
		}
	}
	return nums
}

// tell tells how exchanges ended, and keeps what comes of it.
func (s *sender) tell(ctx context.Context, settlements []stream.Settlement) {
	if len(settlements) == 0 {
		return
	}
	circuits, err := s.Redis.Settle(ctx, settlements, time.Time{}, rand.Float64())
	if err != nil {
		s.failed(ctx, "settle slots", err)
		return
	}
	var closed []int64
	for i, c := range circuits {
		webhook := settlements[i].Webhook
		s.Metrics.breakersOpen.Set(float64(s.circuits.note(webhook, c)))
		if !c.Turned {
			continue
		}
		s.Log.InfoContext(ctx, "delivery.circuit", slog.Int64("webhook", webhook), slog.Bool("open", c.Open))
		if c.Open {
			s.Metrics.breakerOpenings.Inc()
		} else {
			closed = append(closed, webhook)
		}
	}
	s.lookAt(ctx, closed)
}

// split tells apart the slots that are just given back and those whose end is told.
func (s *sender) split(batch []result) (slots []stream.Slot, settlements []stream.Settlement) {
	at := map[int64]int{}
	for _, r := range batch {
		num := r.task.webhook.Num
		if _, known := at[num]; known || !r.task.seated || !(r.task.tell || endOf(r.outcome) > stream.EndAnswered || s.circuits.of(num).Tell) {
			continue
		}
		at[num] = len(settlements)
		settlements = append(settlements, stream.Settlement{Webhook: num, Policy: policyOf(r.task.webhook)})
	}
	for _, r := range batch {
		if !r.task.seated {
			continue
		}
		i, told := at[r.task.webhook.Num]
		if !told {
			slots = append(slots, r.task.slot())
			continue
		}
		settlements[i].Events = append(settlements[i].Events, r.task.event.Num)
		settlements[i].Ends = append(settlements[i].Ends, endOf(r.outcome))
	}
	return slots, settlements
}

// lookAt has the parked events of webhooks looked at now.
func (s *sender) lookAt(ctx context.Context, webhooks []int64) {
	if len(webhooks) == 0 {
		return
	}
	if err := s.Redis.LookAt(ctx, webhooks, time.Now()); err != nil {
		s.failed(ctx, "release parked events", err) // they are looked at later
	}
	signal(s.parked)
}

// policyOf is how much a webhook takes.
func policyOf(w *market.Webhook) stream.Policy {
	return stream.Policy{Limit: int(w.ConcurrentSendLimit), Rate: int(w.RatePerSecond), Since: w.StateSince, Probe: w.Probing}
}
