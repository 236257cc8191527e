package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Slot is the right to send an event to its webhook, one of a limited number over
// all processes.
type Slot struct {
	Webhook int64
	Event   int64
}

// SlotRequest asks for a slot.
type SlotRequest struct {
	Webhook int64
	Event   int64
	// Limit is how many slots the webhook has. Where requests of one batch differ
	// for the same webhook, the lowest holds.
	Limit int
}

// Acquire takes slots until now + lease, and returns for each request whether it
// was granted; the webhook's earlier requests come first. An event that holds a
// slot keeps it and gets the new end. A lease must outlive the longest exchange
// with a receiver, or be extended; a slot whose lease ended, after a crash, is
// free for others. The times of all processes are compared: their clocks must
// agree to well within a lease.
func (r *Redis) Acquire(ctx context.Context, requests []SlotRequest, now time.Time, lease time.Duration) ([]bool, error) {
	granted := make([]bool, len(requests))
	for start := 0; start < len(requests); start += scriptBatch {
		batch := requests[start:min(start+scriptBatch, len(requests))]
		if err := r.acquire(ctx, batch, now, lease, granted[start:]); err != nil {
			return nil, fmt.Errorf("acquire %d slots: %w", len(requests), err)
		}
	}
	return granted, nil
}

// slotGroup is what a batch asks of one webhook.
type slotGroup struct {
	webhook  int64
	limit    int
	requests []int // indices into the batch
}

func (r *Redis) acquire(ctx context.Context, batch []SlotRequest, now time.Time, lease time.Duration, granted []bool) error {
	// Keys of several webhooks lie in several slots of a cluster, and one call of a
	// script must stay within one; elsewhere one call does for the whole batch.
	perCall := len(batch)
	if r.cluster {
		perCall = 1
	}
	var calls []call
	var order []int
	for i, g := range groupByWebhook(batch) {
		if i%perCall == 0 {
			calls = append(calls, call{args: []any{now.UnixMilli(), now.Add(lease).UnixMilli()}})
		}
		c := &calls[len(calls)-1]
		c.keys = append(c.keys, slotKey(g.webhook))
		c.args = append(c.args, g.limit, len(g.requests))
		for _, request := range g.requests {
			c.args = append(c.args, batch[request].Event)
		}
		order = append(order, g.requests...)
	}
	replies, err := runAll(ctx, r.client, acquireScript, calls)
	if err != nil {
		return err
	}
	return fillGranted(replies, order, granted)
}

// fillGranted puts the replies, which follow the order of the groups, where the
// requests were.
func fillGranted(replies []*redis.Cmd, order []int, granted []bool) error {
	next := 0
	for _, reply := range replies {
		answers, err := reply.Int64Slice()
		if err != nil {
			return err
		}
		if next+len(answers) > len(order) {
			return fmt.Errorf("more answers than the %d requests", len(order))
		}
		for _, answer := range answers {
			granted[order[next]] = answer == 1
			next++
		}
	}
	return nil
}

func groupByWebhook(batch []SlotRequest) []slotGroup {
	var groups []slotGroup
	at := make(map[int64]int)
	for i, request := range batch {
		g, known := at[request.Webhook]
		if !known {
			g = len(groups)
			at[request.Webhook] = g
			groups = append(groups, slotGroup{webhook: request.Webhook, limit: request.Limit})
		}
		groups[g].limit = min(groups[g].limit, request.Limit)
		groups[g].requests = append(groups[g].requests, i)
	}
	return groups
}

// Release gives slots back. One that is not held is ignored.
func (r *Redis) Release(ctx context.Context, slots []Slot) error {
	byWebhook := make(map[int64][]any)
	for _, s := range slots {
		byWebhook[s.Webhook] = append(byWebhook[s.Webhook], s.Event)
	}
	_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for webhook, events := range byWebhook {
			pipe.ZRem(ctx, slotKey(webhook), events...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("release %d slots: %w", len(slots), err)
	}
	return nil
}

// Extend moves the end of the leases of slots that are held to now + lease. One
// that is not held any more is ignored: it may belong to another event by now.
func (r *Redis) Extend(ctx context.Context, slots []Slot, now time.Time, lease time.Duration) error {
	expiry := float64(now.Add(lease).UnixMilli())
	byWebhook := make(map[int64][]redis.Z)
	for _, s := range slots {
		byWebhook[s.Webhook] = append(byWebhook[s.Webhook], redis.Z{Score: expiry, Member: s.Event})
	}
	_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for webhook, held := range byWebhook {
			pipe.ZAddXX(ctx, slotKey(webhook), held...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("extend %d slots: %w", len(slots), err)
	}
	return nil
}
