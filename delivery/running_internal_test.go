package delivery

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/stream"
)

// ofEvent is a task of an event that came with an entry.
func ofEvent(event int64, entry string) task {
	return task{
		message: stream.DeliveryMessage{StreamID: entry, Event: event},
		event:   &market.WebhookEvent{Base: market.Base{Num: event}}, webhook: &market.Webhook{Base: market.Base{Num: 1}},
	}
}

func TestGather(t *testing.T) {
	t.Parallel()
	more := make(chan result, 10)
	for i := range int64(5) {
		more <- result{task: ofEvent(i+2, "")}
	}
	first := result{task: ofEvent(1, "")}
	nums := func(batch []result) (list []int64) {
		for _, r := range batch {
			list = append(list, r.task.event.Num)
		}
		return list
	}
	if got := nums(gather(first, more, 3)); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("with a limit of 3: %v", got)
	}
	if got := nums(gather(first, more, 10)); !slices.Equal(got, []int64{1, 4, 5, 6}) {
		t.Errorf("what is ready: %v", got)
	}
	close(more)
	if got := nums(gather(first, more, 10)); !slices.Equal(got, []int64{1}) {
		t.Errorf("after the end: %v", got)
	}
}

func TestRunning(t *testing.T) {
	t.Parallel()
	r := running{tasks: map[int64]task{}}
	if !r.enter() || !r.add(ofEvent(1, "a")) {
		t.Fatal("a task cannot start")
	}
	if r.add(ofEvent(1, "b")) {
		t.Error("an event is under way twice")
	}
	message := func(event int64, entry string) stream.DeliveryMessage {
		return stream.DeliveryMessage{Event: event, StreamID: entry}
	}
	fresh, again := r.sift([]stream.DeliveryMessage{message(1, "a"), message(1, "b"), message(2, "c")})
	if !slices.Equal(fresh, []stream.DeliveryMessage{message(2, "c")}) || !slices.Equal(again, []stream.DeliveryMessage{message(1, "b")}) {
		t.Errorf("fresh %v, again %v", fresh, again)
	}
	if ids, slots := r.leases(); !slices.Equal(ids, []string{"a"}) || !slices.Equal(slots, []stream.Slot{{Webhook: 1, Event: 1}}) {
		t.Errorf("leases: %v, %v", ids, slots)
	}
	r.remove([]result{{task: ofEvent(1, "a")}})
	if ids, _ := r.leases(); ids != nil {
		t.Errorf("a settled task keeps its lease: %v", ids)
	}
	r.leave()
	r.drain()
	if r.enter() {
		t.Error("a take entered after the drain")
	}
}

// TestDrainWaits takes and settles while the process stops: whatever entered is settled before.
func TestDrainWaits(t *testing.T) {
	t.Parallel()
	r := running{tasks: map[int64]task{}}
	settled := make(chan result, 1000)
	var takers, recorder sync.WaitGroup
	recorder.Go(func() {
		for s := range settled {
			r.remove([]result{s})
		}
	})
	for taker := range int64(8) {
		takers.Go(func() {
			for i := int64(0); r.enter(); i++ {
				for j := range int64(3) {
					x := ofEvent(taker*1_000_000_000+i*10+j, fmt.Sprint(taker, i, j))
					if !r.add(x) {
						t.Error("a new event is under way")
					}
					settled <- result{task: x}
				}
				r.leave()
			}
		})
	}
	r.drain()
	if ids, _ := r.leases(); len(ids) > 0 {
		t.Errorf("%d tasks were left", len(ids))
	}
	takers.Wait()
	close(settled)
	recorder.Wait()
}

func TestSleepUntil(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		next time.Time
		want time.Duration
	}{
		{time.Time{}, promoteWait}, {now, time.Millisecond}, {now.Add(-time.Hour), time.Millisecond},
		{now.Add(20 * time.Millisecond), 20 * time.Millisecond}, {now.Add(time.Hour), promoteWait},
	} {
		if got := sleepUntil(test.next, now); got != test.want {
			t.Errorf("until %v: %v, want %v", test.next, got, test.want)
		}
	}
}
