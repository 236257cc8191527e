package stream_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/stream"
)

const lease = time.Minute

func (b backend) acquire(t rapid.TB, now time.Time, requests ...stream.SlotRequest) []bool {
	t.Helper()
	var granted []bool
	for _, g := range b.grants(t, now, requests...) {
		granted = append(granted, g.Want == stream.WantNothing)
	}
	return granted
}

func (b backend) grants(t rapid.TB, now time.Time, requests ...stream.SlotRequest) []stream.Grant {
	t.Helper()
	grants, err := b.Acquire(context.Background(), requests, now, lease)
	if err != nil {
		t.Fatal(err)
	}
	return grants
}

func (b backend) release(t rapid.TB, slots ...stream.Slot) {
	t.Helper()
	if err := b.Release(context.Background(), slots); err != nil {
		t.Fatal(err)
	}
}

// ask requests slots of one webhook for some events.
func ask(webhook int64, limit int, events ...int64) []stream.SlotRequest {
	var requests []stream.SlotRequest
	for _, event := range events {
		requests = append(requests, stream.SlotRequest{Webhook: webhook, Event: event, Policy: stream.Policy{Limit: limit}})
	}
	return requests
}

func TestAcquireUpToTheLimit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		if got := b.acquire(t, start, ask(1, 2, 10, 11, 12)...); !slices.Equal(got, []bool{true, true, false}) {
			t.Fatalf("three for two: %v", got)
		}
		if got := b.acquire(t, start, ask(1, 2, 13, 11)...); !slices.Equal(got, []bool{false, true}) {
			t.Errorf("one that holds a slot must keep it: %v", got)
		}
		b.release(t, stream.Slot{Webhook: 1, Event: 10}, stream.Slot{Webhook: 2, Event: 11}, stream.Slot{Webhook: 1, Event: 99})
		if got := b.acquire(t, start, ask(1, 2, 12, 13)...); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("after a release: %v", got)
		}
		if got := b.acquire(t, start, ask(1, 1, 11, 12, 14)...); !slices.Equal(got, []bool{true, true, false}) {
			t.Errorf("with a lower limit: %v", got)
		}
		if got := b.acquire(t, start, ask(3, 0, 1)...); !slices.Equal(got, []bool{false}) {
			t.Errorf("with the limit 0: %v", got)
		}
	})
}

func TestAcquireForManyWebhooks(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		var requests []stream.SlotRequest
		var want []bool
		for event := range int64(stream.ScriptBatch + 40) { // webhooks by turns; five events of each, limit three
			requests = append(requests, stream.SlotRequest{Webhook: event % 108, Event: event, Policy: stream.Policy{Limit: 3}})
			want = append(want, event/108 < 3)
		}
		if got := b.acquire(t, start, requests...); !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
}

func TestTheLowestLimitOfABatchHolds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		requests := append(ask(1, 5, 10, 11), ask(1, 1, 12)...)
		if got := b.acquire(t, start, requests...); !slices.Equal(got, []bool{true, false, false}) {
			t.Errorf("%v", got)
		}
	})
}

func TestSlotsEndWithTheirLease(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.acquire(t, start, ask(1, 2, 10, 11)...)
		extended := []stream.Slot{{Webhook: 1, Event: 11}, {Webhook: 1, Event: 12}, {Webhook: 2, Event: 11}}
		if err := b.Extend(t.Context(), extended, start.Add(lease/2), lease); err != nil {
			t.Fatal(err)
		}
		if got := b.acquire(t, start.Add(lease-time.Millisecond), ask(1, 2, 13)...); got[0] {
			t.Error("a slot was free before the end of its lease")
		}
		if got := b.acquire(t, start.Add(lease), ask(1, 2, 13, 14)...); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("at the end of the first lease: %v", got)
		}
		if got := b.acquire(t, start.Add(lease+lease/2), ask(1, 2, 14)...); !got[0] {
			t.Error("an extended lease did not end")
		}
		if got := b.acquire(t, start, ask(2, 1, 15)...); !got[0] {
			t.Error("Extend took a slot that was not held")
		}
	})
}

// TestExtendByTheClockOfTheServer gives leases their new end from its time on.
func TestExtendByTheClockOfTheServer(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		clock, err := b.client.Time(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		b.acquire(t, clock.Add(-lease/2), ask(1, 2, 10, 11)...) // they end in half a minute
		if err := b.Extend(t.Context(), []stream.Slot{{Webhook: 1, Event: 10}, {Webhook: 1, Event: 12}}, time.Time{}, lease); err != nil {
			t.Fatal(err)
		}
		if got := b.acquire(t, clock.Add(lease-time.Millisecond), ask(1, 2, 13, 14)...); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("before the new end of one: %v, want the slot of the other", got)
		}
		b.release(t, stream.Slot{Webhook: 1, Event: 13})
		later, err := b.client.Time(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		if got := b.acquire(t, later.Add(lease), ask(1, 2, 15, 16)...); !slices.Equal(got, []bool{true, true}) {
			t.Errorf("at the new end: %v", got)
		}
	})
}

func TestSlotsSurviveAnUnknownScript(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.acquire(t, start, ask(1, 1, 10)...)
		b.enqueue(t, 1)
		if err := b.client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		if got := b.acquire(t, start, append(ask(1, 1, 11), ask(2, 1, 12)...)...); !slices.Equal(got, []bool{false, true}) {
			t.Errorf("%v", got)
		}
		if added := b.enqueue(t, 1, 2); added != 1 {
			t.Errorf("added %d", added)
		}
	})
}

func TestSlotsOfManyProcesses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const processes, events, limit = 8, 5, 12
		var granted atomic.Int64
		var all sync.WaitGroup
		for process := range int64(processes) {
			all.Go(func() {
				for event := range int64(events) {
					got, err := b.Acquire(t.Context(), ask(1, limit, 100*process+event), start, lease)
					if err != nil {
						t.Error(err)
					} else if got[0].Want == stream.WantNothing {
						granted.Add(1)
					}
				}
			})
		}
		all.Wait()
		if granted.Load() != limit {
			t.Errorf("granted %d, want %d", granted.Load(), limit)
		}
	})
}

// TestSlotsLikeTheModel compares with a map of the ends of leases.
func TestSlotsLikeTheModel(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		rapid.Check(t, func(t *rapid.T) {
			b.flush(t)
			const limit = 3
			held, now := map[stream.Slot]time.Time{}, start
			slot := rapid.Custom(func(t *rapid.T) stream.Slot {
				return stream.Slot{Webhook: rapid.Int64Range(1, 2).Draw(t, "webhook"), Event: rapid.Int64Range(1, 6).Draw(t, "event")}
			})
			slots := rapid.SliceOfNDistinct(slot, 1, 5, rapid.ID[stream.Slot])
			t.Repeat(map[string]func(*rapid.T){
				"acquire": func(t *rapid.T) {
					wanted := slots.Draw(t, "slots")
					var requests []stream.SlotRequest
					for _, s := range wanted {
						requests = append(requests, stream.SlotRequest{Webhook: s.Webhook, Event: s.Event, Policy: stream.Policy{Limit: limit}})
					}
					for i, granted := range b.acquire(t, now, requests...) {
						if want := modelAcquire(held, wanted[i], now, limit); granted != want {
							t.Fatalf("%+v: granted %v, want %v; held %v at %v", wanted[i], granted, want, held, now)
						}
					}
				},
				"release": func(t *rapid.T) {
					given := slots.Draw(t, "slots")
					b.release(t, given...)
					for _, s := range given {
						delete(held, s)
					}
				},
				"time goes by": func(t *rapid.T) {
					now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "s")) * time.Second)
				},
			})
		})
	})
}

// modelAcquire grants a slot where the webhook has fewer than limit, or where it
// is held already, and notes it.
func modelAcquire(held map[stream.Slot]time.Time, wanted stream.Slot, now time.Time, limit int) bool {
	live := 0
	for s, end := range held {
		if s.Webhook == wanted.Webhook && end.After(now) {
			live++
		}
	}
	if !held[wanted].After(now) && live >= limit {
		return false
	}
	held[wanted] = now.Add(lease)
	return true
}
