package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// group is Crier's consumer group on one stream. It comes into being at the
// first read, and again whenever it is gone.
type group struct {
	client redis.UniversalClient
	key    string
	log    *slog.Logger
}

// message is an entry that was handed to a consumer of the group.
type message struct {
	id         string
	fields     map[string]string
	deliveries int // how often it was handed out, with this time
}

// read hands up to limit new entries to consumer. It waits up to block for the
// first, not at all where block is not positive; none is no error.
func (g group) read(ctx context.Context, consumer string, limit int, block time.Duration) ([]message, error) {
	if limit <= 0 {
		return nil, nil
	}
	messages, err := g.readOnce(ctx, consumer, limit, block)
	if !isNoGroup(err) {
		return messages, err
	}
	if err := g.create(ctx); err != nil {
		return nil, err
	}
	return g.readOnce(ctx, consumer, limit, block)
}

func (g group) readOnce(ctx context.Context, consumer string, limit int, block time.Duration) ([]message, error) {
	if block <= 0 {
		block = -1 // zero would wait for ever
	} else {
		block = max(block, time.Millisecond) // less would be rounded to zero
	}
	streams, err := g.client.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: consumerGroup, Consumer: consumer, Streams: []string{g.key, ">"}, Count: int64(limit), Block: block,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", g.key, err)
	}
	var messages []message
	for _, s := range streams {
		for _, entry := range s.Messages {
			messages = append(messages, message{id: entry.ID, fields: textFields(entry.Values), deliveries: 1})
		}
	}
	return messages, nil
}

// create makes the group, and the stream where that is missing too. It begins at
// the first entry: what was written before the group existed is for it as well.
func (g group) create(ctx context.Context) error {
	err := g.client.XGroupCreateMkStream(ctx, g.key, consumerGroup, "0").Err()
	if redis.HasErrorPrefix(err, "BUSYGROUP") { // another process was faster
		return nil
	}
	if err != nil {
		return fmt.Errorf("create consumer group on %s: %w", g.key, err)
	}
	g.log.InfoContext(ctx, "consumer group created", "stream", g.key, "group", consumerGroup)
	return nil
}

// reclaim takes over up to limit entries that gave no sign of life for minIdle.
func (g group) reclaim(ctx context.Context, consumer string, minIdle time.Duration, limit int) ([]message, error) {
	var messages []message
	for from := "-"; from != "" && len(messages) < limit; {
		reply, err := reclaimScript.Run(ctx, g.client, []string{g.key}, consumerGroup, consumer,
			minIdle.Milliseconds(), min(limit-len(messages), scriptBatch), from).Slice()
		if isNoGroup(err) {
			return nil, nil // no group, so nothing was handed out
		}
		if err != nil {
			return nil, fmt.Errorf("reclaim from %s: %w", g.key, err)
		}
		var some []message
		if some, from, err = parseReclaimed(reply); err != nil {
			return nil, fmt.Errorf("reclaim from %s: %w", g.key, err)
		}
		messages = append(messages, some...)
	}
	return messages, nil
}

// parseReclaimed reads the reply of reclaim.lua, and returns with the messages
// where to go on, empty where nothing is left.
func parseReclaimed(reply []any) ([]message, string, error) {
	if len(reply) != 2 {
		return nil, "", fmt.Errorf("unexpected reply %v", reply)
	}
	last, isText := reply[0].(string)
	items, isList := reply[1].([]any)
	if !isText || !isList {
		return nil, "", fmt.Errorf("unexpected reply %v", reply)
	}
	messages := make([]message, len(items))
	for i, item := range items {
		var err error
		if messages[i], err = parseMessage(item); err != nil {
			return nil, "", err
		}
	}
	if last == "" {
		return messages, "", nil
	}
	id, err := parseStreamID(last)
	if err != nil {
		return nil, "", err
	}
	return messages, id.next().String(), nil
}

// parseMessage reads one message in the reply of reclaim.lua.
func parseMessage(item any) (message, error) {
	parts, _ := item.([]any)
	if len(parts) != 3 {
		return message{}, fmt.Errorf("unexpected message %v", item)
	}
	id, isText := parts[0].(string)
	deliveries, isNumber := parts[1].(int64)
	values, isList := parts[2].([]any)
	if !isText || !isNumber || !isList || len(values)%2 != 0 {
		return message{}, fmt.Errorf("unexpected message %v", item)
	}
	fields := make(map[string]string, len(values)/2)
	for i := 0; i < len(values); i += 2 {
		fields[fmt.Sprint(values[i])] = fmt.Sprint(values[i+1])
	}
	return message{id: id, fields: fields, deliveries: int(deliveries)}, nil
}

// heartbeat confirms that consumer still works on the entries and returns those
// that are not its own any more.
func (g group) heartbeat(ctx context.Context, consumer string, ids []string) ([]string, error) {
	var lost []string
	for batch := range batches(slices.SortedFunc(slices.Values(ids), compareIDs)) {
		args := append([]any{consumerGroup, consumer}, anySlice(batch)...)
		gone, err := heartbeatScript.Run(ctx, g.client, []string{g.key}, args...).StringSlice()
		if isNoGroup(err) {
			gone, err = batch, nil
		}
		if err != nil {
			return lost, fmt.Errorf("heartbeat on %s: %w", g.key, err)
		}
		lost = append(lost, gone...)
	}
	return lost, nil
}
