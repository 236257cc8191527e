package stream_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/stream"
)

func TestReconcile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		damage   func(*testing.T, backend)
		repaired int
		missing  []int64 // of 1 to 6 afterwards; the rest is held once
	}{
		"nothing": {func(*testing.T, backend) {}, 0, nil},
		"the stream is lost": {func(t *testing.T, b backend) {
			b.del(t, stream.DeliveriesKey())
		}, 4, []int64{1, 2, 3, 4}},
		"the delayed set is lost": {func(t *testing.T, b backend) {
			b.del(t, stream.DelayedKey())
		}, 2, []int64{5, 6}},
		"the set is lost": {func(t *testing.T, b backend) {
			b.del(t, stream.QueuedKey())
		}, 6, nil},
		"the set is lost and events queued again": {func(t *testing.T, b backend) {
			b.del(t, stream.QueuedKey())
			b.enqueue(t, 1, 2, 5)
		}, 6, nil}, // three duplicates, three members
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, b backend) {
				b.enqueue(t, 1, 2, 3, 4)
				b.delay(t, stream.Due{Event: 5, At: start}, stream.Due{Event: 6, At: start})
				b.read(t, "a", 2)
				c.damage(t, b)
				if repaired := b.reconcile(t); repaired != c.repaired {
					t.Errorf("repaired %d, want %d", repaired, c.repaired)
				}
				if missing := b.missing(t, upTo(6)...); !slices.Equal(missing, c.missing) {
					t.Errorf("missing %v, want %v", missing, c.missing)
				}
				if repaired := b.reconcile(t); repaired != 0 {
					t.Errorf("repaired %d more", repaired)
				}
				b.promote(t, start, 10)
				held := append(eventsOf(b.reclaim(t, "b", 10)), eventsOf(b.read(t, "b", 10))...)
				slices.Sort(held)
				want := slices.DeleteFunc(upTo(6), func(e int64) bool { return slices.Contains(c.missing, e) })
				if !slices.Equal(held, want) {
					t.Errorf("held %v, want %v", held, want)
				}
			})
		})
	}
}

func TestReconcileReadsInSteps(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		n := int64(2*stream.ScriptBatch + 10)
		b.enqueue(t, upTo(n)...)
		var due []stream.Due
		for event := n + 1; event <= 2*n; event++ {
			due = append(due, stream.Due{Event: event, At: start.Add(time.Duration(event) * time.Millisecond)})
		}
		b.delay(t, due...)
		b.del(t, stream.QueuedKey())
		var again []int64 // delayed events that are in the stream too, spread over the steps
		for event := n + 1; event <= 2*n; event += 3 {
			again = append(again, event)
		}
		b.enqueue(t, again...)
		if repaired := b.reconcile(t); repaired != int(2*n) {
			t.Errorf("repaired %d, want %d", repaired, 2*n)
		}
		if missing := b.missing(t, upTo(2*n)...); len(missing) != 0 {
			t.Errorf("%d are missing", len(missing))
		}
		if d := b.depth(t); d.Waiting+d.Delayed != 2*n || d.Waiting != n+int64(len(again)) {
			t.Errorf("%+v", d)
		}
	})
}

func (b backend) reconcile(t rapid.TB) int {
	t.Helper()
	repaired, err := b.Reconcile(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return repaired
}

func (b backend) del(t rapid.TB, key string) {
	t.Helper()
	if err := b.client.Del(context.Background(), key).Err(); err != nil {
		t.Fatal(err)
	}
}
