package stream

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Parking is a delivery that waits until its webhook can take it.
type Parking struct {
	Message DeliveryMessage
	Webhook int64
	// Again says that the event had an attempt: first attempts go before it.
	Again bool
	// At is when to look whether the webhook can take it.
	At time.Time
}

// Look is a webhook with parked events, and how much it takes.
type Look struct {
	Webhook int64
	Limit   int
	Rate    int
}

// Room is how many events a webhook could take at a moment, and when to look again.
type Room struct {
	Events int
	Again  time.Duration
}

// Move asks for parked events of a webhook.
type Move struct {
	Webhook int64
	// Limit is the most events to move.
	Limit int
	// Again is when to look after the rest.
	Again time.Time
}

// Moved is what became of a Move: how many events it moved, and how many are left.
type Moved struct{ Moved, Left int }

// lookLease is how long the others leave a webhook to the process that looks.
const lookLease = time.Second

// Park takes deliveries out of the stream and lets them wait in the order of
// their coming, in one step, so that neither a crash nor another process can lose
// or double them. One that somebody else has ended meanwhile is ignored.
func (r *Redis) Park(ctx context.Context, parkings []Parking) error {
	for batch := range batches(parkings) {
		keys := []string{deliveriesKey(), parkedKey()}
		args := append(make([]any, 0, 1+5*len(batch)), consumerGroup)
		lists := map[string]int{}
		for _, p := range batch {
			list, again := parkedLists(p.Webhook)
			if p.Again {
				list = again
			}
			if lists[list] == 0 {
				keys = append(keys, list)
				lists[list] = len(keys) - 2
			}
			args = append(args, p.Message.StreamID, p.Message.Event, lists[list], p.Webhook, dueMillis(p.At))
		}
		if err := parkScript.Run(ctx, r.client, keys, args...).Err(); err != nil {
			return fmt.Errorf("park %d deliveries: %w", len(parkings), err)
		}
	}
	return nil
}

// Looks returns up to limit webhooks with parked events that are to be looked at,
// and when the next is: zero where none is. Other processes leave them alone for a
// second, in which Unpark says when to look again.
func (r *Redis) Looks(ctx context.Context, now time.Time, limit int) ([]int64, time.Time, error) {
	reply, err := looksScript.Run(ctx, r.client, []string{parkedKey()}, now.UnixMilli(), now.Add(lookLease).UnixMilli(), limit).Slice()
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("look for parked events: %w", err)
	}
	if len(reply) != 2 {
		return nil, time.Time{}, fmt.Errorf("look for parked events: unexpected reply %v", reply)
	}
	names, _ := reply[0].([]any)
	webhooks := make([]int64, len(names))
	for i, name := range names {
		if webhooks[i], err = strconv.ParseInt(fmt.Sprint(name), 10, 64); err != nil {
			return nil, time.Time{}, fmt.Errorf("look for parked events: %w", err)
		}
	}
	_, next, err := parsePromoted([]any{int64(len(names)), reply[1]})
	return webhooks, next, err
}

// LookAt has the parked events of webhooks looked at soon: their circuit was closed.
func (r *Redis) LookAt(ctx context.Context, webhooks []int64, now time.Time) error {
	pipe := r.client.Pipeline()
	for _, webhook := range webhooks {
		pipe.ZAddXX(ctx, parkedKey(), redis.Z{Score: float64(now.UnixMilli()), Member: webhook})
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("have %d webhooks looked at: %w", len(webhooks), err)
	}
	return nil
}

// Room returns for each webhook how many events it could take now. It takes
// nothing: what comes may still find that others were faster. A zero now is that
// of the server.
func (r *Redis) Room(ctx context.Context, looks []Look, now time.Time) ([]Room, error) {
	calls := r.perEndpoint(len(looks), []any{clockOf(now), slotWait.Milliseconds(), probeWait.Milliseconds()}, func(i int) (int64, []any) {
		return looks[i].Webhook, []any{looks[i].Limit, looks[i].Rate}
	})
	answers, err := r.runNumbers(ctx, roomScript, calls)
	if err != nil {
		return nil, fmt.Errorf("look at %d webhooks: %w", len(looks), err)
	}
	if len(answers) != 2*len(looks) {
		return nil, fmt.Errorf("look at %d webhooks: %d answers", len(looks), len(answers))
	}
	rooms := make([]Room, len(looks))
	for i := range rooms {
		rooms[i] = Room{Events: int(answers[2*i]), Again: time.Duration(answers[2*i+1]) * time.Millisecond}
	}
	return rooms, nil
}

// Unpark puts parked events at the end of the stream, first attempts before others.
func (r *Redis) Unpark(ctx context.Context, moves []Move) ([]Moved, error) {
	var all []Moved
	for batch := range batches(moves) {
		keys := []string{deliveriesKey(), parkedKey()}
		args := make([]any, 0, 3*len(batch))
		for _, m := range batch {
			fresh, again := parkedLists(m.Webhook)
			keys = append(keys, fresh, again)
			args = append(args, m.Webhook, m.Limit, dueMillis(m.Again))
		}
		answers, err := unparkScript.Run(ctx, r.client, keys, args...).Int64Slice()
		if err != nil {
			return all, fmt.Errorf("unpark events of %d webhooks: %w", len(moves), err)
		}
		for i := 0; i+1 < len(answers); i += 2 {
			all = append(all, Moved{Moved: int(answers[i]), Left: int(answers[i+1])})
		}
	}
	return all, nil
}
