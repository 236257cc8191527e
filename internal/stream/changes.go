package stream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// ChangeMessage is an entry of the public stream, handed to a consumer.
type ChangeMessage struct {
	// StreamID is the id of the entry in the stream, for acknowledging it.
	StreamID string
	// Entry is the change; it is empty where Err is set.
	Entry Entry
	// Deliveries is how often the entry was handed out, with this time.
	Deliveries int
	// Err is a [*DecodeError] where the entry is not a change: somebody else wrote
	// it. The consumer logs and acknowledges it.
	Err error
}

// PublishChanges appends the changes to the public stream, in their order, all or
// none. After an error it is not known which: the caller publishes all again, and
// entries may then appear twice.
func (r *Redis) PublishChanges(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, err := r.client.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, e := range entries {
			pipe.XAdd(ctx, &redis.XAddArgs{Stream: ChangesKey(), Values: e.Fields()})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("publish %d changes: %w", len(entries), err)
	}
	return nil
}

// ReadChanges hands up to limit changes that no consumer of Crier's group has
// seen to consumer. It waits up to block for the first, not at all where block is
// not positive, and returns none where none came. The end of ctx does not end a
// wait, its deadline does. What is not acknowledged is handed to another consumer
// by ReclaimChanges.
func (r *Redis) ReadChanges(ctx context.Context, consumer string, limit int, block time.Duration) ([]ChangeMessage, error) {
	messages, err := r.changes.read(ctx, consumer, limit, block)
	return changeMessages(messages), err
}

// ReclaimChanges hands up to limit changes to consumer that were handed out, but
// neither acknowledged nor confirmed by HeartbeatChanges for minIdle.
func (r *Redis) ReclaimChanges(ctx context.Context, consumer string, minIdle time.Duration, limit int) ([]ChangeMessage, error) {
	messages, err := r.changes.reclaim(ctx, consumer, minIdle, limit)
	return changeMessages(messages), err
}

// HeartbeatChanges confirms that consumer still works on the entries. It returns
// those that are not its own any more, because they were acknowledged or
// reclaimed.
func (r *Redis) HeartbeatChanges(ctx context.Context, consumer string, streamIDs ...string) ([]string, error) {
	return r.changes.heartbeat(ctx, consumer, streamIDs)
}

// AckChanges acknowledges entries of the public stream. They stay in it, for
// other groups, until TrimChanges.
func (r *Redis) AckChanges(ctx context.Context, streamIDs ...string) error {
	if len(streamIDs) == 0 {
		return nil
	}
	if err := r.client.XAck(ctx, ChangesKey(), consumerGroup, streamIDs...).Err(); err != nil {
		return fmt.Errorf("acknowledge %d changes: %w", len(streamIDs), err)
	}
	return nil
}

// keptByCounting is up to how many entries of the embedded server are counted
// when it is trimmed; see trim.lua.
const keptByCounting = 10_000

// TrimChanges removes entries older than keep from the public stream and returns
// their number. It removes nothing that a consumer group has not read, or has
// read and not acknowledged; a group that nobody uses any more must therefore be
// destroyed (XGROUP DESTROY), and is named in a warning. Nothing is removed before
// fan-out has read for the first time. Nobody else can read the embedded server,
// so everything that was read goes there. It is cheap when called often.
func (r *Redis) TrimChanges(ctx context.Context, keep time.Duration) (int64, error) {
	if r.embedded != nil {
		keep = -time.Millisecond // with what came within this millisecond
	}
	needed, holder, err := r.neededSince(ctx)
	if err != nil || holder == "" {
		return 0, err
	}
	oldest := streamID{ms: uint64(max(time.Now().Add(-keep).UnixMilli(), 0))}
	if needed.compare(oldest) < 0 {
		if r.embedded == nil {
			if err := r.warnIfBehind(ctx, holder, needed, oldest); err != nil {
				return 0, err
			}
		}
		oldest = needed
	}
	var removed int64
	if r.embedded != nil {
		removed, err = trimScript.Run(ctx, r.client, []string{ChangesKey()}, oldest.String(), keptByCounting).Int64()
	} else {
		removed, err = r.client.XTrimMinID(ctx, ChangesKey(), oldest.String()).Result()
	}
	if err != nil {
		return 0, fmt.Errorf("trim changes: %w", err)
	}
	return removed, nil
}

// neededSince returns the id of the oldest entry that a group may still need, and
// the group's name; the name is empty while Crier's own group does not exist,
// which will need everything.
func (r *Redis) neededSince(ctx context.Context) (streamID, string, error) {
	groups, err := r.client.XInfoGroups(ctx, ChangesKey()).Result()
	if err != nil && !isNoKey(err) {
		return streamID{}, "", fmt.Errorf("trim changes: list groups: %w", err)
	}
	if !slices.ContainsFunc(groups, func(g redis.XInfoGroup) bool { return g.Name == consumerGroup }) {
		return streamID{}, "", nil
	}
	pending := make([]*redis.XPendingCmd, len(groups))
	if _, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, g := range groups {
			pending[i] = pipe.XPending(ctx, ChangesKey(), g.Name)
		}
		return nil
	}); err != nil {
		return streamID{}, "", fmt.Errorf("trim changes: look for pending entries: %w", err)
	}
	var oldest streamID
	var holder string
	for i, g := range groups {
		id, err := groupNeeds(g, pending[i].Val())
		if err != nil {
			return streamID{}, "", fmt.Errorf("trim changes: group %s: %w", g.Name, err)
		}
		if holder == "" || id.compare(oldest) < 0 {
			oldest, holder = id, g.Name
		}
	}
	return oldest, holder, nil
}

// groupNeeds returns the id from which on a group needs entries: the oldest that
// it has not acknowledged, else the next that it has not read.
func groupNeeds(g redis.XInfoGroup, pending *redis.XPending) (streamID, error) {
	if pending.Count > 0 {
		return parseStreamID(pending.Lower)
	}
	id, err := parseStreamID(g.LastDeliveredID)
	return id.next(), err
}

// warnIfBehind names a group which needs an entry that is due for removal.
func (r *Redis) warnIfBehind(ctx context.Context, name string, needed, due streamID) error {
	entries, err := r.client.XRangeN(ctx, ChangesKey(), needed.String(), "("+due.String(), 1).Result()
	if err != nil {
		return fmt.Errorf("trim changes: look for what %s needs: %w", name, err)
	}
	if len(entries) > 0 {
		r.log.WarnContext(ctx, "a consumer group is behind; the change stream cannot be trimmed",
			"group", name, "entry", entries[0].ID)
	}
	return nil
}

func changeMessages(messages []message) []ChangeMessage {
	changes := make([]ChangeMessage, len(messages))
	for i, m := range messages {
		entry, err := ParseEntry(m.fields)
		changes[i] = ChangeMessage{StreamID: m.id, Entry: entry, Deliveries: m.deliveries, Err: err}
	}
	return changes
}
