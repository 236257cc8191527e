package stream_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"crier/internal/servicetest"
	"crier/internal/stream"
)

// changeEntries returns entries with the sequences from first to last.
func changeEntries(first, last int64) []stream.Entry {
	var list []stream.Entry
	for sequence := first; sequence <= last; sequence++ {
		e := sampleEntry()
		e.ID, e.Sequence = fmt.Sprint("change-", sequence), sequence
		list = append(list, e)
	}
	return list
}

func (b backend) publish(t rapid.TB, first, last int64) {
	t.Helper()
	if err := b.PublishChanges(context.Background(), changeEntries(first, last)); err != nil {
		t.Fatal(err)
	}
}

func (b backend) readChanges(t rapid.TB, consumer string, limit int) []stream.ChangeMessage {
	t.Helper()
	messages, err := b.ReadChanges(context.Background(), consumer, limit, never)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func (b backend) ackChanges(t rapid.TB, messages ...stream.ChangeMessage) {
	t.Helper()
	if err := b.AckChanges(context.Background(), changeIDs(messages)...); err != nil {
		t.Fatal(err)
	}
}

func (b backend) trim(t rapid.TB, keep time.Duration) int64 {
	t.Helper()
	removed, err := b.TrimChanges(context.Background(), keep)
	if err != nil {
		t.Fatal(err)
	}
	return removed
}

func changeIDs(messages []stream.ChangeMessage) []string {
	var list []string
	for _, m := range messages {
		list = append(list, m.StreamID)
	}
	return list
}

func sequences(messages []stream.ChangeMessage) []int64 {
	var list []int64
	for _, m := range messages {
		list = append(list, m.Entry.Sequence)
	}
	return list
}

func TestChangesAreReadInOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.publish(t, 1, 3)
		b.publish(t, 4, 300)
		var got []stream.Entry
		for range 3 {
			for _, m := range b.readChanges(t, "a", 100) {
				if m.Err != nil || m.Deliveries != 1 {
					t.Fatalf("%+v", m)
				}
				got = append(got, m.Entry)
			}
		}
		if diff := cmp.Diff(changeEntries(1, 300), got); diff != "" {
			t.Error(diff)
		}
		if more := b.readChanges(t, "a", 100); len(more) != 0 {
			t.Errorf("read again: %v", sequences(more))
		}
	})
}

func TestEmptyBatchesDoNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		_, enqueued := b.Enqueue(ctx, nil)
		_, delayed := b.Delay(ctx, nil)
		_, missing := b.Missing(ctx, nil)
		_, acquired := b.Acquire(ctx, nil, time.Now(), time.Minute)
		_, heartbeat := b.HeartbeatDeliveries(ctx, "a")
		messages, read := b.ReadDeliveries(ctx, "a", 0, time.Hour)
		reclaimed, reclaim := b.ReclaimDeliveries(ctx, "a", 0, 0)
		err := errors.Join(b.PublishChanges(ctx, nil), b.AckChanges(ctx), b.Done(ctx, nil), b.Postpone(ctx, nil),
			b.Release(ctx, nil), b.Extend(ctx, nil, time.Now(), time.Minute),
			enqueued, delayed, missing, acquired, heartbeat, read, reclaim)
		if err != nil || len(messages)+len(reclaimed) != 0 {
			t.Error(err, messages, reclaimed)
		}
	})
}

// What contract/wire.md promises to other programs.
func TestChangesAreReadByOtherPrograms(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		b.publish(t, 1, 2)
		b.ackChanges(t, b.readChanges(t, "a", 10)...)
		if err := b.client.XGroupCreate(ctx, "crier:{changes}", "theirs", "0").Err(); err != nil {
			t.Fatal(err)
		}
		streams, err := b.client.XReadGroup(ctx, &redis.XReadGroupArgs{
			Group: "theirs", Consumer: "c", Streams: []string{"crier:{changes}", ">"}, Block: -1,
		}).Result()
		if err != nil {
			t.Fatal(err)
		}
		var got []any
		for _, m := range streams[0].Messages {
			got = append(got, m.Values["sequence"], m.Values["subject"])
		}
		if diff := cmp.Diff([]any{"1", "QWR2ZXJ0LTE=", "2", "QWR2ZXJ0LTE="}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReadChangesWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if got, err := b.ReadChanges(t.Context(), "a", 10, 30*time.Millisecond); err != nil || len(got) != 0 {
			t.Fatalf("an empty wait: %v, %v", got, err)
		}
		if got, err := b.ReadChanges(t.Context(), "a", 10, time.Nanosecond); err != nil || len(got) != 0 {
			t.Fatalf("the shortest wait: %v, %v", got, err)
		}
		var reader sync.WaitGroup
		reader.Go(func() {
			got, err := b.ReadChanges(t.Context(), "a", 10, time.Minute)
			if err != nil || !slices.Equal(sequences(got), []int64{1}) {
				t.Errorf("the wait: %v, %v", sequences(got), err)
			}
		})
		b.publish(t, 1, 1)
		reader.Wait()
	})
}

func TestReadChangesSurvivesAWipe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.publish(t, 1, 1)
		handed := b.readChanges(t, "a", 10)
		b.flush(t)
		b.publish(t, 2, 2) // before anybody makes the group anew
		b.ackChanges(t, handed...)
		if got := sequences(b.readChanges(t, "a", 10)); !slices.Equal(got, []int64{2}) {
			t.Errorf("after the wipe: %v", got)
		}
		b.flush(t)
		lost, err := b.HeartbeatChanges(t.Context(), "a", handed[0].StreamID)
		if err != nil || !slices.Equal(lost, changeIDs(handed)) {
			t.Errorf("heartbeat: %v, %v", lost, err)
		}
		if got, err := b.ReclaimChanges(t.Context(), "a", 0, 10); err != nil || len(got) != 0 {
			t.Errorf("reclaim: %v, %v", got, err)
		}
		if removed := b.trim(t, 0); removed != 0 {
			t.Errorf("trimmed %d of nothing", removed)
		}
	})
}

// A reader that waits while the group disappears gets what comes afterwards.
func TestReadChangesSurvivesAWipeWhileItWaits(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if got := b.readChanges(t, "a", 1); len(got) != 0 { // makes the group
			t.Fatal(got)
		}
		var reader sync.WaitGroup
		reader.Go(func() {
			got, err := b.ReadChanges(t.Context(), "a", 10, time.Minute)
			if err != nil || !slices.Equal(sequences(got), []int64{1}) {
				t.Errorf("%v, %v", sequences(got), err)
			}
		})
		if b.Redacted() != "embedded" {
			eventually(t, "the reader waits", func() bool {
				info, err := b.client.Info(t.Context(), "clients").Result()
				return err == nil && slices.Contains(slices.Collect(lines(info)), "blocked_clients:1")
			})
		}
		b.flush(t)
		b.publish(t, 1, 1)
		reader.Wait()
	})
}

func TestForeignChangesAreReturnedWithAnError(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		if err := b.client.XAdd(ctx, &redis.XAddArgs{Stream: stream.ChangesKey(), Values: []string{"a", "b"}}).Err(); err != nil {
			t.Fatal(err)
		}
		b.publish(t, 1, 1)
		got := b.readChanges(t, "a", 10)
		var decode *stream.DecodeError
		if len(got) != 2 || !errors.As(got[0].Err, &decode) || got[1].Err != nil {
			t.Fatalf("%+v", got)
		}
		b.ackChanges(t, got...)
		if left, err := b.ReclaimChanges(ctx, "a", 0, 10); err != nil || len(left) != 0 {
			t.Errorf("left after the acknowledgement: %v, %v", left, err)
		}
	})
}

func TestReclaimChangesCountsDeliveries(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		b.publish(t, 1, 3)
		b.ackChanges(t, b.readChanges(t, "a", 3)[1])
		if got, err := b.ReclaimChanges(ctx, "b", time.Hour, 10); err != nil || len(got) != 0 {
			t.Fatalf("too early: %v, %v", got, err)
		}
		got, err := b.ReclaimChanges(ctx, "b", 0, 10)
		if err != nil || !slices.Equal(sequences(got), []int64{1, 3}) {
			t.Fatalf("%v, %v", sequences(got), err)
		}
		for _, m := range got {
			if m.Deliveries != 2 || m.Err != nil {
				t.Errorf("%+v, want 2 deliveries", m)
			}
		}
		got, err = b.ReclaimChanges(ctx, "c", 0, 1)
		if err != nil || len(got) != 1 || got[0].Entry.Sequence != 1 || got[0].Deliveries != 3 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Somebody may trim or delete what is pending; that must not come back for ever.
func TestReclaimChangesDropsDeletedEntries(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		b.publish(t, 1, 3)
		handed := b.readChanges(t, "a", 3)
		if err := b.client.XDel(ctx, stream.ChangesKey(), handed[0].StreamID, handed[2].StreamID).Err(); err != nil {
			t.Fatal(err)
		}
		got, err := b.ReclaimChanges(ctx, "b", 0, 10)
		if err != nil || !slices.Equal(sequences(got), []int64{2}) {
			t.Fatalf("%v, %v", sequences(got), err)
		}
		pending, err := b.client.XPendingExt(ctx, &redis.XPendingExtArgs{
			Stream: stream.ChangesKey(), Group: "crier", Start: "-", End: "+", Count: 10,
		}).Result()
		if err != nil || len(pending) != 1 || pending[0].ID != handed[1].StreamID {
			t.Errorf("pending: %v, %v", pending, err)
		}
	})
}

func TestHeartbeatKeepsChangesFromBeingReclaimed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		b.publish(t, 1, 3)
		handed := b.readChanges(t, "a", 3)
		b.ackChanges(t, handed[0])
		if _, err := b.ReclaimChanges(ctx, "b", 0, 1); err != nil { // takes the second
			t.Fatal(err)
		}
		const idle = 50 * time.Millisecond
		eventually(t, "both are idle", func() bool { return len(b.idleChanges(t, idle)) == 2 })
		lost, err := b.HeartbeatChanges(ctx, "a", changeIDs(handed)...)
		if err != nil || !slices.Equal(lost, changeIDs(handed[:2])) {
			t.Errorf("lost %v, %v; want %v", lost, err, changeIDs(handed[:2]))
		}
		if got := b.idleChanges(t, idle); !slices.Equal(got, changeIDs(handed[1:2])) {
			t.Errorf("idle after the heartbeat: %v", got)
		}
		got, err := b.ReclaimChanges(ctx, "c", 0, 10)
		if err != nil || len(got) != 2 || got[0].Deliveries != 3 || got[1].Deliveries != 2 {
			t.Errorf("a heartbeat counts as a delivery: %+v, %v", got, err)
		}
	})
}

// idleChanges returns the ids of entries that are pending and idle.
func (b backend) idleChanges(t rapid.TB, idle time.Duration) []string {
	t.Helper()
	pending, err := b.client.XPendingExt(context.Background(), &redis.XPendingExtArgs{
		Stream: stream.ChangesKey(), Group: "crier", Idle: idle, Start: "-", End: "+", Count: 100,
	}).Result()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range pending {
		ids = append(ids, p.ID)
	}
	return ids
}

func TestTrimChangesKeepsWhatGroupsNeed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		ctx := t.Context()
		b.publish(t, 1, 6)
		if removed := b.trim(t, 0); removed != 0 {
			t.Fatalf("trimmed %d before fan-out began", removed)
		}
		if err := b.client.XGroupCreate(ctx, stream.ChangesKey(), "theirs", "0").Err(); err != nil {
			t.Fatal(err)
		}
		handed := b.readChanges(t, "a", 5)
		if removed := b.trim(t, -time.Hour); removed != 0 {
			t.Fatalf("trimmed %d that another group has not read", removed)
		}
		if err := b.client.XReadGroup(ctx, &redis.XReadGroupArgs{
			Group: "theirs", Consumer: "c", Streams: []string{stream.ChangesKey(), ">"}, NoAck: true, Block: -1,
		}).Err(); err != nil {
			t.Fatal(err)
		}
		b.ackChanges(t, handed[0], handed[1], handed[3])
		if removed := b.trim(t, -time.Hour); removed != 2 {
			t.Fatalf("trimmed %d before the first pending one, want 2", removed)
		}
		b.ackChanges(t, handed[2], handed[4])
		if removed := b.trim(t, -time.Hour); removed != 3 {
			t.Fatalf("trimmed %d before the first unread one, want 3", removed)
		}
		if got := sequences(b.readChanges(t, "a", 10)); !slices.Equal(got, []int64{6}) {
			t.Errorf("left: %v", got)
		}
	})
}

func TestTrimChangesKeepsYoungEntries(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.publish(t, 1, 3)
		b.ackChanges(t, b.readChanges(t, "a", 10)...)
		if b.Redacted() != "embedded" {
			if removed := b.trim(t, time.Hour); removed != 0 {
				t.Errorf("trimmed %d entries of the last hour", removed)
			}
			return
		}
		removed := int64(0) // nobody else can read it, so nothing is kept once it has an age
		eventually(t, "all are trimmed", func() bool {
			removed += b.trim(t, time.Hour)
			return removed == 3
		})
	})
}

func TestTrimChangesNamesTheGroupThatIsBehind(t *testing.T) {
	t.Parallel()
	var log logRecorder
	b := openLogged(t, servicetest.Redis(t), slog.New(&log))
	old := &redis.XAddArgs{Stream: stream.ChangesKey(), ID: "1-1", Values: changeEntries(1, 1)[0].Fields()}
	if err := b.client.XAdd(t.Context(), old).Err(); err != nil {
		t.Fatal(err)
	}
	b.ackChanges(t, b.readChanges(t, "a", 10)...)
	if err := b.client.XGroupCreate(t.Context(), stream.ChangesKey(), "forgotten", "0").Err(); err != nil {
		t.Fatal(err)
	}
	if removed := b.trim(t, time.Hour); removed != 0 || !log.contains("group=forgotten entry=1-1") {
		t.Errorf("trimmed %d; log: %v", removed, log.lines())
	}
	if err := b.client.XGroupDestroy(t.Context(), stream.ChangesKey(), "forgotten").Err(); err != nil {
		t.Fatal(err)
	}
	if removed := b.trim(t, time.Hour); removed != 1 || len(log.lines()) != 1 {
		t.Errorf("trimmed %d; log: %v", removed, log.lines())
	}
}
