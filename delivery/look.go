package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// lookBatch bounds the webhooks of one look.
const lookBatch = 500

// look brings parked events back to the queue when their webhook can take them,
// and no more than it can: an endpoint that hangs costs a look at some numbers
// now and then, however many events wait for it.
type look struct {
	*Worker
	sender *sender
}

func (l *look) run(ctx context.Context) {
	defer l.ended(partLook)
	for ctx.Err() == nil {
		l.turned(partLook)
		next, err := l.turn(ctx)
		if err != nil {
			l.failed(ctx, "look for parked events", err)
			pause(ctx, pauseAfterError)
			continue
		}
		l.wait(ctx, sleepUntil(next, time.Now()))
	}
}

// wait sleeps, or until this process has parked something else.
func (l *look) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-l.parked:
	case <-timer.C:
	}
}

// turn looks once, and returns when to look next.
func (l *look) turn(ctx context.Context) (time.Time, error) {
	now := time.Now()
	webhooks, next, err := l.Redis.Looks(ctx, now, lookBatch)
	if err != nil || len(webhooks) == 0 {
		return next, err
	}
	if err := l.sender.acquaint(ctx, webhooks); err != nil {
		return next, err
	}
	looks := l.sender.policies.of(webhooks)
	rooms, err := l.Redis.Room(ctx, looks, time.Time{})
	if err != nil {
		return next, fmt.Errorf("measure the room of webhooks: %w", err)
	}
	moves, planned, owners := make([]stream.Move, len(webhooks)), 0, map[int64]int{}
	for i, room := range rooms {
		owner := l.sender.policies.owner(webhooks[i])
		most := min(room.Events, l.sender.line.vacancy(webhooks[i], owner, planned, owners[owner]), sendBatch)
		planned, owners[owner] = planned+most, owners[owner]+most
		moves[i] = stream.Move{Webhook: webhooks[i], Limit: most, Again: now.Add(room.Again)}
		if next.IsZero() || moves[i].Again.Before(next) {
			next = moves[i].Again
		}
	}
	if _, err := l.Redis.Unpark(ctx, moves); err != nil {
		return next, fmt.Errorf("fetch parked events: %w", err)
	}
	return next, nil
}

// acquaint reads the webhooks of which only other processes have heard yet: what such
// a process, or one that was killed, holds of a webhook's slots says nothing about
// the room without the webhook's limit.
func (s *sender) acquaint(ctx context.Context, webhooks []int64) error {
	unknown := s.policies.unknown(webhooks)
	if len(unknown) == 0 {
		return nil
	}
	found, err := s.store.WebhooksByNum(ctx, unknown)
	if err != nil {
		return fmt.Errorf("load webhooks with parked events: %w", err)
	}
	for _, w := range found {
		s.policies.note(w)
	}
	return nil
}

// policies remembers the webhooks that had to park events, for how much they take.
type policies struct {
	mu    sync.Mutex
	known map[int64]*market.Webhook
}

// note keeps a webhook.
func (p *policies) note(w *market.Webhook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[w.Num] = w
}

// unknown returns those of webhooks that are not known.
func (p *policies) unknown(webhooks []int64) []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []int64
	for _, num := range webhooks {
		if p.known[num] == nil {
			list = append(list, num)
		}
	}
	return list
}

// renew keeps those that it knows up to date.
func (p *policies) renew(webhooks map[int64]*market.Webhook) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) == 0 {
		return
	}
	for num, w := range webhooks {
		if _, known := p.known[num]; known {
			p.known[num] = w
		}
	}
}

// owner is a webhook's; the operator, where the webhook is not known.
func (p *policies) owner(webhook int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.known[webhook]; w != nil {
		return w.SellerID
	}
	return 0
}

// deletedLimit is that of a webhook that is deleted, whose parked events come to be
// settled.
const deletedLimit = 10

// of returns what to look for; webhooks keep their order.
func (p *policies) of(webhooks []int64) []stream.Look {
	p.mu.Lock()
	defer p.mu.Unlock()
	looks := make([]stream.Look, len(webhooks))
	for i, num := range webhooks {
		looks[i] = stream.Look{Webhook: num, Limit: deletedLimit}
		if w := p.known[num]; w != nil {
			policy := policyOf(w)
			looks[i].Limit, looks[i].Rate = policy.Limit, policy.Rate
		}
	}
	return looks
}
