package delivery

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestAllThatIsSilentIsTakenOverInATurn however much a dead process left behind.
func TestAllThatIsSilentIsTakenOverInATurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSending(t)
		const left = 3*reclaimBatch + 7
		s.leftBehind(left)
		ctx, cancel := context.WithCancel(t.Context())
		r := &reclaim{Worker: s.Worker, sender: s.sender}
		go r.every(ctx, ctx, partReclaimDeliveries, r.deliveries)
		pause(ctx, lease-time.Millisecond)
		if n := s.store.read.Load(); n != 0 {
			t.Errorf("%d were taken over before the end of their lease", n)
		}
		pause(ctx, reclaimEvery+time.Second)
		synctest.Wait()
		if n := s.store.read.Load(); n != left {
			t.Errorf("%d of %d were taken over, %s after the process fell silent", n, left, lease+reclaimEvery)
		}
		cancel()
		synctest.Wait()
	})
}

// leftBehind queues so many events and hands them to a consumer that dies.
func (s *sending) leftBehind(n int) {
	s.t.Helper()
	events := make([]int64, n)
	for i := range events {
		events[i] = int64(i + 1)
	}
	if _, err := s.Redis.Enqueue(s.t.Context(), events); err != nil {
		s.t.Fatal(err)
	}
	if messages, err := s.Redis.ReadDeliveries(s.t.Context(), "dead", n, 0); err != nil || len(messages) != n {
		s.t.Fatalf("handed out: %d, %v", len(messages), err)
	}
}
