package stream_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/stream"
)

// ledger notes what became of each event.
type ledger struct {
	mu      sync.Mutex
	working map[int64]int // consumers that work on the event now
	done    map[int64]int
	twice   []int64 // events that two worked on at a time
}

func (l *ledger) begin(event int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.working[event]++; l.working[event] > 1 {
		l.twice = append(l.twice, event)
	}
}

func (l *ledger) end(event int64, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.working[event]--
	if done {
		l.done[event]++
	}
}

func (l *ledger) doneEvents() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.done)
}

// TestQueueOfManyProcesses lets several producers queue the same events, several
// consumers end, postpone or forget them, and others promote and reclaim. Each
// event must be done, once, and never be with two at a time.
func TestQueueOfManyProcesses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const events, consumers = 300, 4
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		book := &ledger{working: map[int64]int{}, done: map[int64]int{}}
		var producers, workers sync.WaitGroup
		for range 3 {
			producers.Go(func() {
				for batch := range slices.Chunk(upTo(events), 20) {
					if _, err := b.Enqueue(ctx, batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		producers.Wait() // what is done may be queued again, and then it would be done twice
		for i := range consumers {
			workers.Go(func() {
				for round := 0; book.doneEvents() < events && ctx.Err() == nil; round++ {
					if err := work(ctx, b, book, fmt.Sprint("consumer-", i), round); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		workers.Wait()
		if len(book.twice) != 0 {
			t.Errorf("two worked at a time on %v", book.twice)
		}
		for _, event := range upTo(events) {
			if book.done[event] != 1 {
				t.Errorf("event %d was done %d times", event, book.done[event])
			}
		}
		if d := b.depth(t); d != (stream.Depth{}) {
			t.Errorf("left: %+v", d)
		}
	})
}

// work is one round of a consumer: it takes what is due, takes over what was
// forgotten, and ends a third of it each way.
func work(ctx context.Context, b backend, book *ledger, consumer string, round int) error {
	if _, _, err := b.Promote(ctx, time.Now(), 50); err != nil {
		return err
	}
	messages, err := b.ReadDeliveries(ctx, consumer, 7, 5*time.Millisecond)
	if err != nil {
		return err
	}
	if len(messages) == 0 {
		if messages, err = b.ReclaimDeliveries(ctx, consumer, 300*time.Millisecond, 7); err != nil {
			return err
		}
	}
	var done []stream.DeliveryMessage
	var postponed []stream.Postponement
	for i, m := range messages {
		book.begin(m.Event)
		switch kind := (i + round) % 3; {
		case kind == 0 || m.Deliveries > 1:
			done = append(done, m)
		case kind == 1:
			postponed = append(postponed, stream.Postponement{Message: m, At: time.Now().Add(time.Millisecond)})
		}
	}
	for _, m := range messages {
		book.end(m.Event, slices.Contains(done, m)) // before others can get it
	}
	if err := b.Done(ctx, done); err != nil {
		return err
	}
	return b.Postpone(ctx, postponed)
}

// Two relays may publish at a time in the moment of a take-over: what each
// publishes stays together and in order.
func TestPublishersDoNotMix(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const publishers, size = 4, 50
		var all sync.WaitGroup
		for i := range int64(publishers) {
			all.Go(func() {
				if err := b.PublishChanges(t.Context(), changeEntries(i*size, i*size+size-1)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := sequences(b.readChanges(t, "a", publishers*size))
		if len(got) != publishers*size {
			t.Fatalf("read %d", len(got))
		}
		for batch := range slices.Chunk(got, size) {
			if !slices.IsSorted(batch) || batch[size-1] != batch[0]+size-1 {
				t.Errorf("mixed: %v", batch)
			}
		}
	})
}
