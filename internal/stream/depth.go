package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Depth says how much there is to do.
type Depth struct {
	// Waiting is the number of events in the queue that no consumer has yet.
	Waiting int64
	// InFlight is the number of events that consumers have and have not ended.
	InFlight int64
	// Delayed is the number of events to be sent later.
	Delayed int64
	// Parked is the number of events that wait until their webhook can take them.
	Parked int64
	// Oldest is when the first of those waiting or in flight was put into the
	// queue, by the clock of Redis; zero where there is none.
	Oldest time.Time
	// Changes is the length of the public stream, read or not.
	Changes int64
}

// Depth counts what Redis holds, in two round trips.
func (r *Redis) Depth(ctx context.Context) (Depth, error) {
	pipe := r.client.Pipeline()
	length := pipe.XLen(ctx, deliveriesKey())
	delayed := pipe.ZCard(ctx, delayedKey())
	first := pipe.XRangeN(ctx, deliveriesKey(), "-", "+", 1)
	changes := pipe.XLen(ctx, ChangesKey())
	pending := pipe.XPending(ctx, deliveriesKey(), consumerGroup)
	_, _ = pipe.Exec(ctx) // its error is that of one of the commands
	for _, cmd := range []redis.Cmder{length, delayed, first, changes, pending} {
		if err := cmd.Err(); err != nil && !isNoGroup(err) {
			return Depth{}, fmt.Errorf("measure the queue: %w", err)
		}
	}
	d := Depth{Delayed: delayed.Val(), Changes: changes.Val(), Waiting: length.Val()}
	parked, err := parkedScript.Run(ctx, r.client, []string{parkedKey()}, parkedName+":", parkedAgain).Int64()
	if err != nil {
		return Depth{}, fmt.Errorf("count parked events: %w", err)
	}
	d.Parked = parked
	if p := pending.Val(); p != nil {
		d.InFlight = p.Count
		d.Waiting -= p.Count
	}
	if entries := first.Val(); len(entries) > 0 {
		id, err := parseStreamID(entries[0].ID)
		if err != nil {
			return Depth{}, fmt.Errorf("measure the queue: %w", err)
		}
		d.Oldest = time.UnixMilli(int64(id.ms))
	}
	return d, nil
}

// Missing returns those of events, in their order, that the queue does not hold:
// neither waiting, nor in flight, nor delayed.
func (r *Redis) Missing(ctx context.Context, events []int64) ([]int64, error) {
	var asked []*redis.BoolSliceCmd
	_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for batch := range batches(events) {
			asked = append(asked, pipe.SMIsMember(ctx, queuedKey(), anySlice(batch)...))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for %d deliveries: %w", len(events), err)
	}
	var missing []int64
	i := 0
	for _, batch := range asked {
		for _, queued := range batch.Val() {
			if !queued {
				missing = append(missing, events[i])
			}
			i++
		}
	}
	return missing, nil
}

// Reconcile repairs the queue where it contradicts itself, and returns how many
// events were concerned. Scripts alone never bring that about, and neither does
// losing all of Redis, or the latest writes in a failover: an event is in the set
// of queued ones exactly while it is in the stream, in the delayed set or in a
// list of its webhook. But one key can be lost by itself, by eviction or by hand.
// An event that is in the set only would then never be sent, since Missing does
// not name it; after Reconcile it does. The check is cheap, the repair reads the
// whole queue in one step.
func (r *Redis) Reconcile(ctx context.Context) (int, error) {
	repaired, err := reconcileScript.Run(ctx, r.client,
		[]string{deliveriesKey(), queuedKey(), delayedKey(), parkedKey()}, consumerGroup, scriptBatch, parkedName+":", parkedAgain).Int()
	if err != nil {
		return 0, fmt.Errorf("reconcile the queue: %w", err)
	}
	if repaired > 0 {
		r.log.WarnContext(ctx, "the queue contradicted itself; was a key of Redis lost or evicted?", "repaired", repaired)
	}
	return repaired, nil
}
