package stream_test

import (
	"slices"
	"testing"
	"time"

	"crier/internal/stream"
)

func (b backend) park(t *testing.T, at time.Time, webhook int64, again bool, messages ...stream.DeliveryMessage) {
	t.Helper()
	var parkings []stream.Parking
	for _, m := range messages {
		parkings = append(parkings, stream.Parking{Message: m, Webhook: webhook, Again: again, At: at})
	}
	if err := b.Park(t.Context(), parkings); err != nil {
		t.Fatal(err)
	}
}

func (b backend) unpark(t *testing.T, moves ...stream.Move) []stream.Moved {
	t.Helper()
	moved, err := b.Unpark(t.Context(), moves)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func (b backend) looks(t *testing.T, now time.Time) ([]int64, time.Time) {
	t.Helper()
	webhooks, next, err := b.Looks(t.Context(), now, 10)
	if err != nil {
		t.Fatal(err)
	}
	return webhooks, next
}

// handed are the events that a consumer gets.
func (b backend) handed(t *testing.T) (messages []stream.DeliveryMessage, events []int64) {
	t.Helper()
	messages, err := b.ReadDeliveries(t.Context(), "a", 100, never)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		events = append(events, m.Event)
	}
	return messages, events
}

func TestParkAndUnpark(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, upTo(12)...)
		messages, _ := b.handed(t)
		b.park(t, start.Add(time.Second), 7, true, messages[:4]...)   // 1 to 4 had an attempt
		b.park(t, start.Add(time.Minute), 7, false, messages[4:9]...) // 5 to 9 had none
		b.park(t, start, 8, false, messages[9:]...)
		b.park(t, start, 9, false, messages[0]) // somebody else has ended it
		if webhooks, next := b.looks(t, start); !slices.Equal(webhooks, []int64{8}) || !next.Equal(start.Add(time.Second)) {
			t.Errorf("look at %v, then at %v", webhooks, next)
		}
		if webhooks, _ := b.looks(t, start.Add(500*time.Millisecond)); len(webhooks) > 0 {
			t.Errorf("two look at %v", webhooks)
		}
		if d, err := b.Depth(t.Context()); err != nil || d.Parked != 12 || d.Waiting+d.InFlight+d.Delayed != 0 {
			t.Errorf("%+v, %v", d, err)
		}
		if n := b.enqueue(t, upTo(12)...); n != 0 {
			t.Errorf("%d parked events were queued again", n)
		}
		again := start.Add(time.Hour)
		moves := []stream.Move{{Webhook: 7, Limit: 4, Again: again}, {Webhook: 8, Limit: 10, Again: again}, {Webhook: 9, Limit: 1, Again: again}}
		if got, want := b.unpark(t, moves...), []stream.Moved{{4, 5}, {3, 0}, {0, 0}}; !slices.Equal(got, want) {
			t.Errorf("moved %v, want %v", got, want)
		}
		messages, events := b.handed(t)
		if want := []int64{1, 5, 6, 7, 10, 11, 12}; !slices.Equal(events, want) {
			t.Errorf("%v came back, want one retry and first attempts: %v", events, want)
		}
		if err := b.Done(t.Context(), messages); err != nil {
			t.Fatal(err)
		}
		if webhooks, next := b.looks(t, start.Add(time.Minute)); len(webhooks) > 0 || !next.Equal(again) {
			t.Errorf("look at %v, then at %v", webhooks, next)
		}
		if err := b.LookAt(t.Context(), []int64{7, 8}, start); err != nil {
			t.Fatal(err)
		}
		if webhooks, _ := b.looks(t, start); !slices.Equal(webhooks, []int64{7}) {
			t.Errorf("look at %v", webhooks)
		}
		b.unpark(t, stream.Move{Webhook: 7, Limit: 100, Again: again})
		if _, events := b.handed(t); !slices.Equal(events, []int64{2, 3, 4, 8, 9}) {
			t.Errorf("the rest is %v", events)
		}
		if repaired, err := b.Reconcile(t.Context()); repaired != 0 || err != nil {
			t.Errorf("%d contradictions, %v", repaired, err)
		}
	})
}

// TestVacateTellsWhatIsParked in the round trip that gives slots back.
func TestVacateTellsWhatIsParked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		vacate := func(slots []stream.Slot, webhooks ...int64) []int64 {
			t.Helper()
			parked, err := b.Vacate(t.Context(), slots, webhooks)
			if err != nil {
				t.Fatal(err)
			}
			return parked
		}
		if got := vacate(nil, 1, 2); len(got) > 0 {
			t.Errorf("where nothing is parked: %v", got)
		}
		b.enqueue(t, upTo(4)...)
		messages, _ := b.handed(t)
		b.park(t, start, 7, false, messages[:2]...)
		b.park(t, start, 9, true, messages[2:]...)
		b.acquire(t, start, ask(8, 1, 20)...)
		if got := vacate([]stream.Slot{{Webhook: 8, Event: 20}}, 7, 8, 9); !slices.Equal(got, []int64{7, 9}) {
			t.Errorf("%v have parked events, want 7 and 9", got)
		}
		if got := b.acquire(t, start, ask(8, 1, 21)...); !slices.Equal(got, []bool{true}) {
			t.Error("the slot was not given back")
		}
		b.unpark(t, stream.Move{Webhook: 7, Limit: 10, Again: start})
		if got := vacate(nil, 7, 9); !slices.Equal(got, []int64{9}) {
			t.Errorf("%v have parked events, want 9", got)
		}
	})
}

// TestReconcileKnowsParkedEvents loses the lists, and the index of them.
func TestReconcileKnowsParkedEvents(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		b.enqueue(t, upTo(6)...)
		messages, _ := b.handed(t)
		b.park(t, start, 1, false, messages[:3]...)
		b.park(t, start, 2, true, messages[3:]...)
		if repaired, err := b.Reconcile(t.Context()); repaired != 0 || err != nil {
			t.Fatalf("%d contradictions of what is right, %v", repaired, err)
		}
		fresh, _ := stream.ParkedLists(1)
		b.client.Del(t.Context(), fresh)
		if repaired, err := b.Reconcile(t.Context()); repaired != 3 || err != nil {
			t.Errorf("%d contradictions, %v", repaired, err)
		}
		if n := b.enqueue(t, upTo(6)...); n != 3 {
			t.Errorf("%d events were missing", n)
		}
		b.client.Del(t.Context(), stream.ParkedKey())
		if repaired, err := b.Reconcile(t.Context()); repaired != 3 || err != nil {
			t.Errorf("without the index %d contradictions, %v", repaired, err)
		}
		if n := b.enqueue(t, upTo(6)...); n != 3 {
			t.Errorf("%d events were missing", n)
		}
	})
}

// TestRoom says what Acquire would grant.
func TestRoom(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		room := func(at time.Duration, looks ...stream.Look) []stream.Room {
			t.Helper()
			rooms, err := b.Room(t.Context(), looks, start.Add(at))
			if err != nil {
				t.Fatal(err)
			}
			return rooms
		}
		b.acquire(t, start, ask(1, 5, 1, 2, 3)...)
		rated := stream.Policy{Limit: 5, Rate: 20, Since: start}
		b.grants(t, start, stream.SlotRequest{Webhook: 2, Event: 4, Policy: rated})
		want := []stream.Room{{2, 250 * time.Millisecond}, {1, 100 * time.Millisecond}, {4, 250 * time.Millisecond}}
		if got := room(0, stream.Look{Webhook: 1, Limit: 5}, stream.Look{Webhook: 2, Limit: 5, Rate: 20}, stream.Look{Webhook: 3, Limit: 4}); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		b.grants(t, start, stream.SlotRequest{Webhook: 2, Event: 5, Policy: rated})
		if got := room(10*time.Millisecond, stream.Look{Webhook: 2, Limit: 5, Rate: 20}); got[0] != (stream.Room{Events: 0, Again: 40 * time.Millisecond}) {
			t.Errorf("while the rate is used up: %v", got)
		}
		if got := room(lease, stream.Look{Webhook: 1, Limit: 5}); got[0].Events != 5 {
			t.Errorf("after the leases: %v", got)
		}
		e := b.endpoint(t, 50)
		e.open()
		if got := room(0, stream.Look{Webhook: 1, Limit: 50}); got[0] != (stream.Room{Events: 0, Again: time.Second}) {
			t.Errorf("of an open circuit: %v", got)
		}
		if got := room(time.Second, stream.Look{Webhook: 1, Limit: 50}); got[0] != (stream.Room{Events: 1, Again: 5 * time.Second}) {
			t.Errorf("for a probe: %v", got)
		}
	})
}
