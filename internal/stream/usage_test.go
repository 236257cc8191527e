package stream_test

import (
	"testing"
	"time"

	"crier/internal/servicetest"
)

func TestUsageCountsWhatFails(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	b := open(t, server.URL)
	b.read(t, "a", 1) // there is neither a stream nor a group yet, which is no failure
	b.enqueue(t, 1)
	if u := b.Usage(); u.Errors != 0 || u.Idle+u.Used == 0 {
		t.Errorf("with a server: %+v", u)
	}
	server.Stop()
	if _, err := b.Depth(t.Context()); err == nil {
		t.Error("Depth succeeds without a server")
	}
	if u := b.Usage(); u.Errors == 0 {
		t.Errorf("without a server: %+v", u)
	}
}

func TestADeliveryKnowsSinceWhenItIsQueued(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		before := time.Now().Truncate(time.Millisecond)
		b.enqueue(t, 1)
		for _, m := range b.read(t, "a", 1) {
			if at := m.QueuedAt(); at.Before(before) || at.After(time.Now()) {
				t.Errorf("queued at %s, after %s", at, before)
			}
			m.StreamID = "nonsense"
			if !m.QueuedAt().IsZero() {
				t.Error("nonsense has a time")
			}
		}
	})
}
