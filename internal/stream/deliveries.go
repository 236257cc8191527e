package stream

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// DeliveryMessage is an event of the queue, handed to a consumer for sending.
type DeliveryMessage struct {
	// StreamID is the id of the entry in the stream.
	StreamID string
	// Event is the number of the event.
	Event int64
	// Deliveries is how often this entry was handed out, with this time: one that
	// was reclaimed again and again may be what kills its consumers.
	Deliveries int
	// By is who queued the event with its first payload; "" for an entry of
	// another origin, whose event may have gone through attempts.
	By string
}

// QueuedAt is when the event was put into the queue, by the clock of Redis; zero
// where the entry's id does not say.
func (m DeliveryMessage) QueuedAt() time.Time {
	id, err := parseStreamID(m.StreamID)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(id.ms))
}

// Due is an event that is to be sent at a time.
type Due struct {
	Event int64
	At    time.Time
}

// Postponement is a delivery that is to be tried again at a time.
type Postponement struct {
	Message DeliveryMessage
	At      time.Time
}

// Enqueue puts events at the end of the queue, to be sent now, and returns how
// many it added: an event that the queue holds already, be it in flight or
// delayed, is left where it is.
func (r *Redis) Enqueue(ctx context.Context, events []int64) (int, error) {
	return r.enqueue(ctx, events, "")
}

// EnqueueFresh is Enqueue by the one who has just made the events' payloads, which
// who reads an entry learns from DeliveryMessage.By.
func (r *Redis) EnqueueFresh(ctx context.Context, events []int64, by string) (int, error) {
	return r.enqueue(ctx, events, by)
}

func (r *Redis) enqueue(ctx context.Context, events []int64, by string) (int, error) {
	added := 0
	for batch := range batches(events) {
		n, err := enqueueScript.Run(ctx, r.client, []string{deliveriesKey(), queuedKey()}, append([]any{by}, anySlice(batch)...)...).Int()
		if err != nil {
			return added, fmt.Errorf("queue %d deliveries: %w", len(events), err)
		}
		added += n
	}
	return added, nil
}

// Delay queues events to be sent later and returns how many were not queued
// before. An event that is delayed already gets the new time, so that a time of
// now sends it at the next Promote; one that is in the stream stays there, and is
// moved by Postpone. Times count in milliseconds, rounded up.
func (r *Redis) Delay(ctx context.Context, due []Due) (int, error) {
	added := 0
	for batch := range batches(due) {
		args := make([]any, 0, 2*len(batch))
		for _, d := range batch {
			args = append(args, d.Event, dueMillis(d.At))
		}
		n, err := delayScript.Run(ctx, r.client, []string{queuedKey(), delayedKey()}, args...).Int()
		if err != nil {
			return added, fmt.Errorf("delay %d deliveries: %w", len(due), err)
		}
		added += n
	}
	return added, nil
}

// Promote moves up to limit delayed events that are due at now to the end of the
// queue, the earliest first. It returns how many it moved, and when the next is
// due: zero where none is delayed. A small limit while the queue is long keeps
// first attempts ahead of old retries.
func (r *Redis) Promote(ctx context.Context, now time.Time, limit int) (int, time.Time, error) {
	limit = max(limit, 0)
	moved := 0
	for {
		ask := min(limit-moved, scriptBatch)
		reply, err := promoteScript.Run(ctx, r.client, []string{deliveriesKey(), delayedKey()}, now.UnixMilli(), ask).Slice()
		if err != nil {
			return moved, time.Time{}, fmt.Errorf("promote delayed deliveries: %w", err)
		}
		n, next, err := parsePromoted(reply)
		if err != nil {
			return moved, time.Time{}, fmt.Errorf("promote delayed deliveries: %w", err)
		}
		moved += n
		if n < ask || moved >= limit {
			return moved, next, nil
		}
	}
}

// parsePromoted reads the reply of promote.lua.
func parsePromoted(reply []any) (int, time.Time, error) {
	if len(reply) != 2 {
		return 0, time.Time{}, fmt.Errorf("unexpected reply %v", reply)
	}
	moved, isNumber := reply[0].(int64)
	score, isText := reply[1].(string)
	if !isNumber || !isText {
		return 0, time.Time{}, fmt.Errorf("unexpected reply %v", reply)
	}
	if score == "" {
		return int(moved), time.Time{}, nil
	}
	ms, err := strconv.ParseFloat(score, 64) // scores are floats, written as Redis pleases
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("due time: %w", err)
	}
	return int(moved), time.UnixMilli(int64(ms)), nil
}

// ReadDeliveries hands up to limit events of the queue to consumer, which is to
// end each with Done or Postpone. It waits up to block for the first, not at all
// where block is not positive, and returns none where none came. The end of ctx
// does not end a wait, its deadline does. What consumer does not end is handed to
// another by ReclaimDeliveries.
func (r *Redis) ReadDeliveries(ctx context.Context, consumer string, limit int, block time.Duration) ([]DeliveryMessage, error) {
	messages, err := r.deliveries.read(ctx, consumer, limit, block)
	return r.deliveryMessages(ctx, messages), err
}

// ReclaimDeliveries hands up to limit events to consumer that were handed out,
// but neither ended nor confirmed by HeartbeatDeliveries for minIdle. That must
// exceed the time that a consumer needs between two confirmations, else events
// are sent twice.
func (r *Redis) ReclaimDeliveries(ctx context.Context, consumer string, minIdle time.Duration, limit int) ([]DeliveryMessage, error) {
	messages, err := r.deliveries.reclaim(ctx, consumer, minIdle, limit)
	return r.deliveryMessages(ctx, messages), err
}

// HeartbeatDeliveries confirms that consumer still works on the deliveries. It
// returns the stream ids of those that are not its own any more, because they
// were ended or reclaimed.
func (r *Redis) HeartbeatDeliveries(ctx context.Context, consumer string, streamIDs ...string) ([]string, error) {
	return r.deliveries.heartbeat(ctx, consumer, streamIDs)
}

// Done takes deliveries out of the queue. Their outcome must be in the database
// before. One that somebody else has ended meanwhile is ignored.
func (r *Redis) Done(ctx context.Context, messages []DeliveryMessage) error {
	for batch := range batches(messages) {
		args := make([]any, 0, 1+2*len(batch))
		args = append(args, consumerGroup)
		for _, m := range batch {
			args = append(args, m.StreamID, m.Event)
		}
		err := doneScript.Run(ctx, r.client, []string{deliveriesKey(), queuedKey()}, args...).Err()
		if err != nil {
			return fmt.Errorf("end %d deliveries: %w", len(messages), err)
		}
	}
	return nil
}

// Postpone takes deliveries out of the stream and delays them, in one step, so
// that neither a crash nor another process can lose or double them. One that
// somebody else has ended meanwhile is ignored.
func (r *Redis) Postpone(ctx context.Context, postponements []Postponement) error {
	for batch := range batches(postponements) {
		args := make([]any, 0, 1+3*len(batch))
		args = append(args, consumerGroup)
		for _, p := range batch {
			args = append(args, p.Message.StreamID, p.Message.Event, dueMillis(p.At))
		}
		err := postponeScript.Run(ctx, r.client, []string{deliveriesKey(), delayedKey()}, args...).Err()
		if err != nil {
			return fmt.Errorf("postpone %d deliveries: %w", len(postponements), err)
		}
	}
	return nil
}

// deliveryMessages reads the entries. What is not an event is taken out of the
// stream at once: nobody but Crier has business there, and nothing can be done
// about it later either.
func (r *Redis) deliveryMessages(ctx context.Context, messages []message) []DeliveryMessage {
	deliveries := make([]DeliveryMessage, 0, len(messages))
	var foreign []string
	for _, m := range messages {
		event, err := strconv.ParseInt(m.fields[eventField], 10, 64)
		if err != nil {
			r.log.WarnContext(ctx, "foreign entry in the queue", "stream", deliveriesKey(), "entry", m.id,
				"error", &DecodeError{eventField, err})
			foreign = append(foreign, m.id)
			continue
		}
		deliveries = append(deliveries, DeliveryMessage{StreamID: m.id, Event: event, Deliveries: m.deliveries, By: m.fields[byField]})
	}
	if len(foreign) > 0 {
		r.dropForeign(ctx, foreign)
	}
	return deliveries
}

// dropForeign removes entries from the queue. A failure is only logged: the
// entries come back by ReclaimDeliveries, and the events beside them must not wait.
func (r *Redis) dropForeign(ctx context.Context, streamIDs []string) {
	_, err := r.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.XAck(ctx, deliveriesKey(), consumerGroup, streamIDs...)
		pipe.XDel(ctx, deliveriesKey(), streamIDs...)
		return nil
	})
	if err != nil {
		r.log.WarnContext(ctx, "foreign entries stay in the queue for now", "entries", len(streamIDs), "error", err)
	}
}
