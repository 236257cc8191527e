package stream_test

import (
	"slices"
	"testing"
	"time"

	"crier/internal/stream"
)

// consumers returns the names of the group's consumers on a stream.
func (b backend) consumers(t *testing.T, key string) []string {
	t.Helper()
	infos, err := b.client.XInfoConsumers(t.Context(), key, "crier").Result()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, info := range infos {
		names = append(names, info.Name)
	}
	slices.Sort(names)
	return names
}

func TestLeave(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if err := b.Leave(t.Context(), "a"); err != nil { // before anything exists
			t.Fatal(err)
		}
		b.enqueue(t, 1, 2)
		b.publish(t, 1, 1)
		b.done(t, b.read(t, "a", 1)...)
		b.read(t, "b", 1)
		b.ackChanges(t, b.readChanges(t, "a", 1)...)
		for _, name := range []string{"a", "b", "c"} {
			if err := b.Leave(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.consumers(t, stream.ChangesKey()); len(got) != 0 {
			t.Errorf("left on the changes: %v", got)
		}
		if got := b.consumers(t, stream.DeliveriesKey()); !slices.Equal(got, []string{"b"}) {
			t.Errorf("left on the deliveries: %v, want the one with work", got)
		}
		if got := eventsOf(b.reclaim(t, "d", 10)); !slices.Equal(got, []int64{2}) {
			t.Errorf("reclaimed %v", got)
		}
	})
}

func TestForgetConsumers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if err := b.ForgetConsumers(t.Context(), 0); err != nil { // before anything exists
			t.Fatal(err)
		}
		b.enqueue(t, 1, 2)
		b.done(t, b.read(t, "gone", 1)...)
		b.read(t, "busy", 1)
		if err := b.ForgetConsumers(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := b.consumers(t, stream.DeliveriesKey()); !slices.Equal(got, []string{"busy", "gone"}) {
			t.Errorf("too early: %v", got)
		}
		if b.Redacted() == "embedded" {
			return // it does not know how long a consumer has been idle, and its consumers end with it
		}
		if err := b.ForgetConsumers(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		if got := b.consumers(t, stream.DeliveriesKey()); !slices.Equal(got, []string{"busy"}) {
			t.Errorf("left: %v", got)
		}
	})
}
