package stream_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/servicetest"
)

func TestOutage(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	b := open(t, server.URL)
	b.enqueue(t, 1, 2)
	handed := b.read(t, "a", 1)
	server.Stop()
	begun := time.Now()
	if err := b.Done(t.Context(), handed); err == nil {
		t.Error("Done succeeds without a server")
	}
	if err := b.PublishChanges(t.Context(), changeEntries(1, 2)); err == nil {
		t.Error("PublishChanges succeeds without a server")
	}
	if _, err := b.ReadDeliveries(t.Context(), "a", 1, time.Minute); err == nil {
		t.Error("ReadDeliveries succeeds without a server")
	}
	if _, err := b.Depth(t.Context()); err == nil {
		t.Error("Depth succeeds without a server")
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("four failures took %v", took)
	}
	server.Start()
	eventually(t, "Redis answers", func() bool { return b.Ping(t.Context()) == nil })
	b.done(t, handed...)
	b.enqueue(t, b.missing(t, 2)...)
	if got := eventsOf(b.read(t, "a", 10)); !slices.Equal(got, []int64{2}) {
		t.Errorf("read %v after the outage", got)
	}
}

func TestOutageEndsAWait(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	b := open(t, server.URL)
	b.read(t, "a", 1) // makes the group
	var reader sync.WaitGroup
	reader.Go(func() {
		if got, err := b.ReadDeliveries(t.Context(), "a", 1, time.Hour); err == nil {
			t.Errorf("read %v from a dead server", got)
		}
	})
	eventually(t, "the reader waits", func() bool {
		return slices.Contains(slices.Collect(lines(server.CLI("INFO", "clients"))), "blocked_clients:1")
	})
	server.Stop()
	reader.Wait()
}

// A server that accepts and does not answer is the worst kind of outage.
func TestADeadlineHoldsWithAHangingServer(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	b := open(t, server.URL)
	b.enqueue(t, 1)
	server.Pause()
	defer server.Resume()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := b.Enqueue(ctx, []int64{2}); err == nil {
		t.Error("Enqueue succeeds with a server that hangs")
	}
	if _, err := b.ReadDeliveries(ctx, "a", 1, time.Hour); err == nil {
		t.Error("ReadDeliveries succeeds with a server that hangs")
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

// The client's timeout must not cut a wait short that is longer.
func TestAWaitMayExceedTheReadTimeout(t *testing.T) {
	t.Parallel()
	b := open(t, servicetest.Redis(t)+"?read_timeout=20ms")
	got, err := b.ReadDeliveries(t.Context(), "a", 1, 100*time.Millisecond)
	if err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCloseEndsAWait(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.read(t, "a", 1) // makes the group
		var reader sync.WaitGroup
		reader.Go(func() {
			if got, err := b.ReadDeliveries(t.Context(), "a", 1, time.Hour); err == nil {
				t.Errorf("read %v from a closed connection", got)
			}
		})
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		reader.Wait()
		if err := b.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})
}
