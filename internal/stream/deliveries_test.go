package stream_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"crier/internal/servicetest"
	"crier/internal/stream"
)

// start is the time at which the tests of the queue begin; it never asks for the
// time itself.
var start = time.UnixMilli(1_700_000_000_000)

func (b backend) enqueue(t rapid.TB, events ...int64) int {
	t.Helper()
	added, err := b.Enqueue(context.Background(), events)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func (b backend) delay(t rapid.TB, due ...stream.Due) int {
	t.Helper()
	added, err := b.Delay(context.Background(), due)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func (b backend) read(t rapid.TB, consumer string, limit int) []stream.DeliveryMessage {
	t.Helper()
	messages, err := b.ReadDeliveries(context.Background(), consumer, limit, never)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func (b backend) reclaim(t rapid.TB, consumer string, limit int) []stream.DeliveryMessage {
	t.Helper()
	messages, err := b.ReclaimDeliveries(context.Background(), consumer, 0, limit)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func (b backend) done(t rapid.TB, messages ...stream.DeliveryMessage) {
	t.Helper()
	if err := b.Done(context.Background(), messages); err != nil {
		t.Fatal(err)
	}
}

func (b backend) postpone(t rapid.TB, at time.Time, messages ...stream.DeliveryMessage) {
	t.Helper()
	var postponements []stream.Postponement
	for _, m := range messages {
		postponements = append(postponements, stream.Postponement{Message: m, At: at})
	}
	if err := b.Postpone(context.Background(), postponements); err != nil {
		t.Fatal(err)
	}
}

func (b backend) promote(t rapid.TB, now time.Time, limit int) (int, time.Time) {
	t.Helper()
	moved, next, err := b.Promote(context.Background(), now, limit)
	if err != nil {
		t.Fatal(err)
	}
	return moved, next
}

func (b backend) missing(t rapid.TB, events ...int64) []int64 {
	t.Helper()
	missing, err := b.Missing(context.Background(), events)
	if err != nil {
		t.Fatal(err)
	}
	return missing
}

func (b backend) depth(t rapid.TB) stream.Depth {
	t.Helper()
	d, err := b.Depth(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func eventsOf(messages []stream.DeliveryMessage) []int64 {
	var list []int64
	for _, m := range messages {
		list = append(list, m.Event)
	}
	return list
}

func streamIDs(messages []stream.DeliveryMessage) []string {
	var list []string
	for _, m := range messages {
		list = append(list, m.StreamID)
	}
	return list
}

// upTo returns the numbers from 1 to n.
func upTo(n int64) []int64 {
	var list []int64
	for i := int64(1); i <= n; i++ {
		list = append(list, i)
	}
	return list
}

func TestEnqueueTwiceIsANoOp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if added := b.enqueue(t, 1, 2, 1); added != 2 {
			t.Errorf("added %d, want 2", added)
		}
		handed := b.read(t, "a", 1)
		b.delay(t, stream.Due{Event: 3, At: start})
		if added := b.enqueue(t, 1, 2, 3, 4); added != 1 {
			t.Errorf("added %d to what waits, is in flight or delayed; want 1", added)
		}
		b.done(t, handed...)
		if added := b.enqueue(t, 1); added != 1 {
			t.Errorf("added %d of what is done, want 1", added)
		}
		if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, []int64{2, 4, 1}) {
			t.Errorf("read %v", got)
		}
	})
}

func TestBatchesAreAsLongAsTheyCome(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		all := upTo(2*stream.ScriptBatch + 1)
		if added := b.enqueue(t, all...); added != len(all) {
			t.Fatalf("added %d", added)
		}
		handed := b.read(t, "a", 2*len(all))
		if !slices.Equal(eventsOf(handed), all) {
			t.Fatalf("read %d events", len(handed))
		}
		b.postpone(t, start, handed...)
		if moved, next := b.promote(t, start, 2*len(all)); moved != len(all) || !next.IsZero() {
			t.Fatalf("promoted %d, next %v", moved, next)
		}
		b.read(t, "a", 2*len(all))
		handed = b.reclaim(t, "b", 2*len(all))
		if len(handed) != len(all) {
			t.Fatalf("reclaimed %d", len(handed))
		}
		if lost, err := b.HeartbeatDeliveries(t.Context(), "b", streamIDs(handed)...); err != nil || len(lost) != 0 {
			t.Fatalf("lost %d, %v", len(lost), err)
		}
		b.done(t, handed...)
		if missing := b.missing(t, all...); !slices.Equal(missing, all) {
			t.Errorf("%d are missing in the end", len(missing))
		}
	})
}

func TestPostponeAndPromote(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, 1, 2, 3)
		handed := b.read(t, "a", 3)
		b.postpone(t, start.Add(2*time.Second), handed[0])
		b.postpone(t, start.Add(time.Second), handed[1], handed[2])
		if d := b.depth(t); d != (stream.Depth{Delayed: 3}) {
			t.Errorf("%+v", d)
		}
		for _, c := range []struct {
			now   time.Duration
			limit int
			moved int
			next  time.Duration // negative: none
			read  []int64
		}{
			{now: 0, limit: 10, moved: 0, next: time.Second},
			{now: time.Second - time.Nanosecond, limit: 10, moved: 0, next: time.Second},
			{now: time.Second, limit: -1, moved: 0, next: time.Second},
			{now: time.Second, limit: 0, moved: 0, next: time.Second},
			{now: time.Second, limit: 1, moved: 1, next: time.Second, read: []int64{2}},
			{now: time.Minute, limit: 10, moved: 2, next: -1, read: []int64{3, 1}},
			{now: time.Minute, limit: 10, moved: 0, next: -1},
		} {
			moved, next := b.promote(t, start.Add(c.now), c.limit)
			want := start.Add(c.next)
			if c.next < 0 {
				want = time.Time{}
			}
			if moved != c.moved || !next.Equal(want) {
				t.Errorf("at %v, up to %d: moved %d, next %v; want %d, %v", c.now, c.limit, moved, next, c.moved, want)
			}
			if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, c.read) {
				t.Errorf("at %v, up to %d: read %v, want %v", c.now, c.limit, got, c.read)
			}
		}
	})
}

// A due time is a floor: a receiver may have asked for it.
func TestDueTimesAreRoundedUp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.delay(t, stream.Due{Event: 1, At: start.Add(time.Nanosecond)})
		if moved, next := b.promote(t, start, 1); moved != 0 || !next.Equal(start.Add(time.Millisecond)) {
			t.Errorf("moved %d, next %v", moved, next)
		}
	})
}

func TestDelay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, 1)
		later := start.Add(time.Hour)
		if added := b.delay(t, stream.Due{Event: 1, At: later}, stream.Due{Event: 2, At: later}); added != 1 {
			t.Errorf("added %d, want 1", added)
		}
		if d := b.depth(t); d.Waiting != 1 || d.Delayed != 1 {
			t.Errorf("what is in the stream was delayed: %+v", d)
		}
		if added := b.delay(t, stream.Due{Event: 2, At: start}); added != 0 {
			t.Errorf("added %d of what is delayed", added)
		}
		if moved, next := b.promote(t, start, 10); moved != 1 || !next.IsZero() {
			t.Errorf("the new time does not count: moved %d, next %v", moved, next)
		}
		if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("read %v", got)
		}
	})
}

// Two consumers can have one message, when the first was too slow. Whoever ends
// it first, ends it; the other changes nothing, whatever has become of the event.
func TestLateConsumersChangeNothing(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(backend, rapid.TB, stream.DeliveryMessage){
		"done":     func(b backend, t rapid.TB, m stream.DeliveryMessage) { b.done(t, m) },
		"postpone": func(b backend, t rapid.TB, m stream.DeliveryMessage) { b.postpone(t, start, m) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, b backend) {
				b.enqueue(t, 1, 2)
				slow := b.read(t, "slow", 2)
				fast := b.reclaim(t, "fast", 1)
				if fast[0].StreamID != slow[0].StreamID || fast[0].Deliveries != 2 {
					t.Fatalf("%+v, want the first of %+v", fast, slow)
				}
				b.done(t, fast...)
				end(b, t, slow[0])
				if got := b.missing(t, 1); len(got) != 1 {
					t.Fatal("a late end brought the event back")
				}
				b.enqueue(t, 1) // a resend
				end(b, t, slow[0])
				if got := b.missing(t, 1); len(got) != 0 {
					t.Fatal("a late end took the resend out of the queue")
				}
				if got := eventsOf(b.read(t, "fast", 10)); !slices.Equal(got, []int64{1}) {
					t.Errorf("read %v", got)
				}
				end(b, t, slow[1]) // one that is late and one that is not, together
				b.postpone(t, start, slow...)
				b.done(t, slow...)
				if d := b.depth(t); d.InFlight != 1 {
					t.Errorf("%+v", d)
				}
			})
		})
	}
}

// A late consumer's batch may hold both what is still its own and what is not.
func TestBatchesOfLateConsumers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(backend, rapid.TB, ...stream.DeliveryMessage)
		want stream.Depth
	}{
		"done":     {func(b backend, t rapid.TB, m ...stream.DeliveryMessage) { b.done(t, m...) }, stream.Depth{}},
		"postpone": {func(b backend, t rapid.TB, m ...stream.DeliveryMessage) { b.postpone(t, start, m...) }, stream.Depth{Delayed: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, b backend) {
				b.enqueue(t, 1, 2, 3)
				slow := b.read(t, "slow", 3)
				b.done(t, b.reclaim(t, "fast", 1)...)
				c.end(b, t, slow...)
				if d := b.depth(t); d != c.want {
					t.Errorf("%+v, want %+v", d, c.want)
				}
				if got := b.missing(t, 1, 2, 3); len(got) != 3-int(c.want.Delayed) {
					t.Errorf("missing %v", got)
				}
			})
		})
	}
}

func TestHeartbeatDeliveriesTellsWhatIsLost(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, 1, 2, 3)
		handed := b.read(t, "a", 3)
		b.done(t, handed[0])
		b.reclaim(t, "b", 1)
		lost, err := b.HeartbeatDeliveries(t.Context(), "a", streamIDs(handed)...)
		if diff := cmp.Diff(streamIDs(handed[:2]), lost); err != nil || diff != "" {
			t.Error(err, diff)
		}
		got := b.reclaim(t, "c", 10)
		if len(got) != 2 || got[0].Deliveries != 3 || got[1].Deliveries != 2 {
			t.Errorf("a heartbeat counts as a delivery: %+v", got)
		}
	})
}

func TestWipeLosesTimeOnly(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, 1, 2, 3)
		handed := b.read(t, "a", 2)
		b.delay(t, stream.Due{Event: 4, At: start})
		b.flush(t)
		b.done(t, handed[0])
		b.postpone(t, start, handed[1])
		if lost, err := b.HeartbeatDeliveries(t.Context(), "a", streamIDs(handed)...); err != nil || len(lost) != 2 {
			t.Errorf("heartbeat: %v, %v", lost, err)
		}
		if got := b.reclaim(t, "b", 10); len(got) != 0 {
			t.Errorf("reclaimed %v", got)
		}
		if d := b.depth(t); d != (stream.Depth{}) {
			t.Errorf("%+v", d)
		}
		missing := b.missing(t, 1, 2, 3, 4) // what the sweeper asks
		if added := b.enqueue(t, missing...); added != 4 {
			t.Errorf("the sweeper added %d, want 4", added)
		}
		if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, []int64{1, 2, 3, 4}) {
			t.Errorf("read %v", got)
		}
	})
}

func TestDepth(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if d := b.depth(t); d != (stream.Depth{}) {
			t.Errorf("at first: %+v", d)
		}
		before := time.Now()
		b.publish(t, 1, 3)
		b.enqueue(t, 1, 2, 3)
		b.delay(t, stream.Due{Event: 4, At: start})
		d := b.depth(t)
		if d.Oldest.Before(before.Add(-time.Minute)) || d.Oldest.After(time.Now().Add(time.Minute)) {
			t.Errorf("oldest %v", d.Oldest)
		}
		d.Oldest = time.Time{}
		if want := (stream.Depth{Waiting: 3, Delayed: 1, Changes: 3}); d != want {
			t.Errorf("%+v, want %+v", d, want)
		}
		b.read(t, "a", 1)
		if d := b.depth(t); d.Waiting != 2 || d.InFlight != 1 {
			t.Errorf("with one in flight: %+v", d)
		}
	})
}

// Somebody may write to any key of Redis.
func TestForeignEntriesOfTheQueueAreRemoved(t *testing.T) {
	t.Parallel()
	var log logRecorder
	for name, url := range map[string]string{"embedded": "", "redis": servicetest.Redis(t)} {
		b := openLogged(t, url, slog.New(&log))
		ctx := t.Context()
		for _, values := range [][]string{{"a", "b"}, {"e", "x"}, {"e", "1.5"}} {
			if err := b.client.XAdd(ctx, &redis.XAddArgs{Stream: stream.DeliveriesKey(), Values: values}).Err(); err != nil {
				t.Fatal(err)
			}
		}
		b.enqueue(t, 7)
		if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, []int64{7}) {
			t.Errorf("%s: read %v", name, got)
		}
		if d := b.depth(t); d.Waiting != 0 || d.InFlight != 1 {
			t.Errorf("%s: %+v", name, d)
		}
		if !log.contains(`field "e"`) {
			t.Errorf("%s: log: %v", name, log.lines())
		}
	}
}

// TestWhoQueuedIt tells entries of fan-out from those of any other origin.
func TestWhoQueuedIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if n, err := b.EnqueueFresh(t.Context(), []int64{1, 2}, "a"); n != 2 || err != nil {
			t.Fatalf("queued %d, %v", n, err)
		}
		b.enqueue(t, 2, 3)
		by := map[int64]string{}
		for _, m := range b.read(t, "a", 10) {
			by[m.Event] = m.By
		}
		if want := map[int64]string{1: "a", 2: "a", 3: ""}; !maps.Equal(by, want) {
			t.Errorf("queued by %v, want %v", by, want)
		}
	})
}
