package stream_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/stream"
)

// changeLog is a record of changes in memory, which can fail.
type changeLog struct {
	mu      sync.Mutex
	changes []market.Change
	// err fails both methods, lag the reading of changes alone.
	err, lag error
}

func (l *changeLog) ChangesOf(ctx context.Context, typeName string, sequence int64, limit int) ([]market.Change, error) {
	changes, err := l.ChangesAfter(ctx, sequence, math.MaxInt)
	changes = slices.DeleteFunc(slices.Clone(changes), func(c market.Change) bool { return c.Subject.Type != typeName })
	return changes[:min(limit, len(changes))], err
}

func (l *changeLog) Places(context.Context) (kept, last int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return 0, int64(len(l.changes)), l.err
}

func (l *changeLog) ChangesAfter(_ context.Context, sequence int64, limit int) ([]market.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := errors.Join(l.err, l.lag); err != nil {
		return nil, err
	}
	rest := l.changes[sequence:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

// add commits changes to entities of a type and returns the sequence of the last.
func (l *changeLog) add(typeName string, n int) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		num := int64(len(l.changes) + 1)
		l.changes = append(l.changes, market.Change{Num: num, Sequence: num, Subject: market.Ref{Type: typeName, Num: num}})
	}
	return int64(len(l.changes))
}

// set makes the log fail, or mends it.
func (l *changeLog) set(err, lag error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err, l.lag = err, lag
}

// feed is a feed of a log in memory.
type feed struct {
	*stream.Feed
	changeLog
	b      backend
	logged *logRecorder
}

func newFeed(t *testing.T, b backend) *feed {
	t.Helper()
	f := &feed{b: b, logged: &logRecorder{}}
	f.Feed = stream.NewFeed(b.Redis, &f.changeLog, slog.New(f.logged))
	t.Cleanup(f.Close)
	return f
}

// commit commits n changes of a type and announces them, as the relay does.
func (f *feed) commit(t *testing.T, typeName string, n int) {
	t.Helper()
	last := f.add(typeName, n)
	if err := f.b.PublishChanges(t.Context(), changeEntries(last-int64(n)+1, last)); err != nil {
		t.Error(err)
	}
}

// hearer keeps the sequences that it hears.
type hearer struct {
	heard chan int64
	stop  func()
}

func (f *feed) listen(t *testing.T, typeName string) hearer {
	t.Helper()
	h := hearer{heard: make(chan int64, 10_000)}
	_, stop, err := f.Listen(t.Context(), typeName, func(c market.Change) { h.heard <- c.Sequence })
	if err != nil {
		t.Fatal(err)
	}
	h.stop = stop
	return h
}

// hears waits for the sequences from first to last, and nothing else before them.
func (h hearer) hears(t *testing.T, first, last int64) {
	t.Helper()
	for want := first; want <= last; want++ {
		select {
		case got := <-h.heard:
			if got != want {
				t.Fatalf("heard %d, want %d", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%d is not heard", want)
		}
	}
}

func TestFeedTellsOfChangesFromNowOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		f := newFeed(t, b)
		f.commit(t, "Advert", 2)
		adverts, sellers := f.listen(t, "Advert"), f.listen(t, "Seller")
		f.commit(t, "Advert", 1200) // more than a look takes
		adverts.hears(t, 3, 1202)
		later := f.listen(t, "Advert")
		f.commit(t, "Seller", 1)
		sellers.hears(t, 1203, 1203)
		adverts.stop()
		adverts.stop()
		f.commit(t, "Advert", 1)
		later.hears(t, 1204, 1204)
		if len(adverts.heard)+len(sellers.heard)+len(later.heard) > 0 {
			t.Error("somebody hears what it should not")
		}
	})
}

func TestFeedHearsWhatIsNotAnnounced(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		f := newFeed(t, b)
		h := f.listen(t, "Advert")
		f.add("Advert", 3)
		h.hears(t, 1, 3)
		b.flush(t)
		f.add("Advert", 1)
		b.flush(t)
		f.commit(t, "Advert", 1)
		h.hears(t, 4, 5)
	})
}

// A stream that fan-out has read is trimmed to nothing in the embedded server.
func TestFeedMissesNothingThatIsTrimmed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		f := newFeed(t, b)
		h := f.listen(t, "Advert")
		for i := range int64(50) {
			f.commit(t, "Advert", 1)
			messages, err := b.ReadChanges(t.Context(), "fanout", 10, never)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range messages {
				if err := b.AckChanges(t.Context(), m.StreamID); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.TrimChanges(t.Context(), 0); err != nil {
				t.Fatal(err)
			}
			h.hears(t, i+1, i+1)
		}
	})
}

func TestFeedOutlivesAnOutageOfRedis(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	f := newFeed(t, open(t, server.URL))
	h := f.listen(t, "Advert")
	f.commit(t, "Advert", 1)
	h.hears(t, 1, 1)
	server.Stop()
	f.add("Advert", 2)
	h.hears(t, 2, 3)
	eventually(t, "the outage is logged", func() bool { return f.logged.contains("slow or waits") })
	server.Start()
	eventually(t, "Redis answers", func() bool { return f.b.Ping(t.Context()) == nil })
	f.commit(t, "Advert", 1)
	h.hears(t, 4, 4)
	if lines := f.logged.lines(); len(lines) != 1 {
		t.Errorf("one outage is logged as %v", lines)
	}
}

func TestFeedStartsWithoutRedis(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	server.Stop()
	f := newFeed(t, open(t, server.URL))
	h := f.listen(t, "Advert")
	f.add("Advert", 1)
	h.hears(t, 1, 1)
}

func TestFeedOutlivesAnOutageOfTheLog(t *testing.T) {
	t.Parallel()
	f := newFeed(t, open(t, ""))
	h := f.listen(t, "Advert")
	f.set(errors.New("the disk is away"), nil)
	f.commit(t, "Advert", 3)
	eventually(t, "the outage is logged", func() bool { return f.logged.contains("the disk is away") })
	if _, _, err := f.Listen(t.Context(), "Advert", func(market.Change) {}); err == nil || !strings.Contains(err.Error(), "the disk is away") {
		t.Errorf("Listen without a log: %v", err)
	}
	f.set(nil, nil)
	h.hears(t, 1, 3)
}

// Who joins while the feed is behind does not hear what came before.
func TestFeedBehind(t *testing.T) {
	t.Parallel()
	f := newFeed(t, open(t, ""))
	early := f.listen(t, "Advert")
	f.set(nil, errors.New("the disk is slow"))
	f.commit(t, "Advert", 3)
	late := f.listen(t, "Advert")
	f.set(nil, nil)
	f.commit(t, "Advert", 1)
	early.hears(t, 1, 4)
	late.hears(t, 4, 4)
}

func TestFeedRestsWhileNobodyListens(t *testing.T) {
	t.Parallel()
	f := newFeed(t, open(t, ""))
	f.listen(t, "Advert").stop()
	eventually(t, "the feed rests", func() bool { return !stream.Tailing(f.Feed) })
	f.commit(t, "Advert", 1)
	h := f.listen(t, "Advert")
	f.commit(t, "Advert", 1)
	h.hears(t, 2, 2)
}

func TestFeedCloses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		f := newFeed(t, b)
		h := f.listen(t, "Advert")
		f.Close()
		if _, _, err := f.Listen(t.Context(), "Advert", func(market.Change) {}); !errors.Is(err, stream.ErrFeedClosed) {
			t.Errorf("Listen to a closed feed: %v", err)
		}
		f.commit(t, "Advert", 1)
		h.stop()
		f.Close()
		if len(h.heard) > 0 {
			t.Error("a closed feed tells")
		}
	})
}

// Whoever joins and leaves while changes come hears a part of them without gaps.
func TestFeedTellsManyWithoutGaps(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		f := newFeed(t, b)
		var publisher, listeners sync.WaitGroup
		publisher.Go(func() {
			for range 100 {
				f.commit(t, "Advert", 7)
			}
		})
		for range 8 {
			listeners.Go(func() {
				for range 5 {
					h := f.listen(t, "Advert")
					previous := <-h.heard
					for range 10 {
						if next := <-h.heard; next != previous+1 {
							t.Errorf("heard %d after %d", next, previous)
						} else {
							previous = next
						}
					}
					h.stop()
				}
			})
		}
		listening := make(chan struct{})
		go func() {
			listeners.Wait()
			close(listening)
		}()
		publisher.Wait()
		for waiting := true; waiting; { // who joined late still needs changes
			select {
			case <-listening:
				waiting = false
			default:
				f.commit(t, "Advert", 7)
			}
		}
	})
}

// Whoever comes back reads what the log has of its type, page by page.
func TestFeedReadsTheLog(t *testing.T) {
	t.Parallel()
	f := newFeed(t, open(t, ""))
	f.add("Taxon", 2)
	f.add("Advert", 700)
	f.add("Taxon", 1)
	for place, want := range map[int64][2]int64{0: {3, 502}, 502: {503, 702}, 702: {}} {
		page, err := f.Since(t.Context(), "Advert", place)
		if err != nil || len(page) > 0 != (want[1] > 0) || len(page) > 0 && (page[0].Sequence != want[0] || page[len(page)-1].Sequence != want[1]) {
			t.Errorf("behind %d there are %d changes, %v", place, len(page), err)
		}
	}
	if kept, last, err := f.Feed.Places(t.Context()); kept != 0 || last != 703 || err != nil {
		t.Errorf("the places are %d to %d, %v", kept, last, err)
	}
}
