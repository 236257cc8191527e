package stream_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func (b backend) lease(t rapid.TB, name, token string, ttl time.Duration) bool {
	t.Helper()
	held, err := b.Lease(context.Background(), name, token, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func TestLeaseIsHeldByOne(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if !b.lease(t, "relay", "a", time.Hour) {
			t.Fatal("a free lease was refused")
		}
		if b.lease(t, "relay", "b", time.Hour) {
			t.Error("two hold the lease")
		}
		if !b.lease(t, "relay", "a", time.Hour) {
			t.Error("the holder could not renew")
		}
		if !b.lease(t, "other", "b", time.Hour) {
			t.Error("another role is not free")
		}
		if err := b.ReleaseLease(t.Context(), "relay", "b"); err != nil {
			t.Fatal(err)
		}
		if b.lease(t, "relay", "b", time.Hour) {
			t.Error("somebody else released the lease")
		}
		if err := b.ReleaseLease(t.Context(), "relay", "a"); err != nil {
			t.Fatal(err)
		}
		if !b.lease(t, "relay", "b", time.Hour) {
			t.Error("a released lease is not free")
		}
	})
}

func TestLeaseEndsByItself(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const ttl = 100 * time.Millisecond
		begun := time.Now()
		b.lease(t, "relay", "a", time.Hour)
		b.lease(t, "relay", "a", ttl) // a renewal may shorten it
		eventually(t, "the lease is taken over", func() bool { return b.lease(t, "relay", "b", time.Hour) })
		if took := time.Since(begun); took < ttl {
			t.Errorf("taken over after %v, before its end", took)
		}
		if b.lease(t, "relay", "a", ttl) {
			t.Error("the former holder renewed it")
		}
	})
}

func TestLeaseSurvivesAWipe(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.lease(t, "relay", "a", time.Hour)
		b.flush(t)
		if !b.lease(t, "relay", "b", time.Hour) || b.lease(t, "relay", "a", time.Hour) {
			t.Error("after the wipe the first to ask must hold it, alone")
		}
	})
}
