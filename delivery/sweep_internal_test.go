package delivery

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/stream"
)

// dueStore has events that are due and rendered, all of them with numbers from 1.
type dueStore struct {
	sweepStore
	n, pages int
}

func (d *dueStore) DueEvents(_ context.Context, after market.Due, _ time.Time, limit int) ([]market.Due, error) {
	d.pages++
	var list []market.Due
	for num := int(after.Event) + 1; num <= d.n && len(list) < limit; num++ {
		list = append(list, market.Due{At: now, Event: int64(num), Rendered: true})
	}
	return list, nil
}

// newSweep is a sweep of due events on an embedded Redis.
func newSweep(t *testing.T, d *dueStore) *sweep {
	t.Helper()
	return newSweepOn(t, "", d)
}

// newSweepOn is newSweep on the Redis of a URL.
func newSweepOn(t *testing.T, url string, d *dueStore) *sweep {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	redis, err := stream.Open(t.Context(), url, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := redis.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &Worker{Options: Options{Redis: redis, Log: log, Metrics: NewMetrics(nil)}}
	return &sweep{Worker: w, store: d, fanout: &fanout{Worker: w}}
}

// expectQueued looks once, and holds how many events the queue holds then and how many batches were read.
func (s *sweep) expectQueued(t *testing.T, queued int64, pages int) {
	t.Helper()
	d := s.store.(*dueStore)
	d.pages = 0
	if err := s.look(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	depth, err := s.Redis.Depth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := depth.Waiting + depth.InFlight + depth.Delayed; got != queued || d.pages != pages {
		t.Errorf("%d events are queued after %d batches, want %d after %d", got, d.pages, queued, pages)
	}
}

// handOut has a consumer take all that waits.
func (s *sweep) handOut(t *testing.T) {
	t.Helper()
	for {
		messages, err := s.Redis.ReadDeliveries(t.Context(), "test", 1000, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) == 0 {
			return
		}
	}
}

func TestTheSweepFindsAllThatIsMissing(t *testing.T) {
	t.Parallel()
	const pages = sweepClean + 5
	d := &dueStore{n: pages * sweepBatch}
	s := newSweepOn(t, servicetest.Redis(t), d) // the embedded one takes half a minute for so many
	const room = sweepQueue / sweepBatch
	s.expectQueued(t, sweepQueue, room) // the queue has no room for all at once
	s.expectQueued(t, sweepQueue, 0)
	s.handOut(t)
	s.expectQueued(t, 2*sweepQueue, room)
	s.handOut(t)
	s.expectQueued(t, int64(d.n), pages-2*room+sweepClean) // to the end, and on from the start
	s.at = market.Due{}
	s.expectQueued(t, int64(d.n), sweepClean)
	if s.at.Event != sweepClean*sweepBatch {
		t.Errorf("the next turn goes on at %d", s.at.Event)
	}
	// What is added meanwhile is found in the next turn, which goes round once.
	d.n += sweepBatch / 2
	s.expectQueued(t, int64(d.n), 5+1+sweepClean-5)
}

func TestTheSweepOfNothing(t *testing.T) {
	t.Parallel()
	newSweep(t, &dueStore{}).expectQueued(t, 0, 1)
}

// TestTheSweepHastens what the queue delays for longer than the database says.
func TestTheSweepHastens(t *testing.T) {
	t.Parallel()
	s := newSweep(t, &dueStore{n: 1})
	if _, err := s.Redis.Delay(t.Context(), []stream.Due{{Event: 1, At: time.Now().Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	s.expectQueued(t, 1, 1)
	if moved, _, err := s.Redis.Promote(t.Context(), time.Now().Add(time.Second), 10); moved != 1 || err != nil {
		t.Errorf("%d are due, %v", moved, err)
	}
}

// agedStore has rows that are past their time, of which a call removes two at most.
type agedStore struct {
	sweepStore
	claims, events, jobs int
}

func (a *agedStore) PurgeClaims(context.Context, time.Time) (int, error) { return a.some(&a.claims) }

func (a *agedStore) PurgeJobs(context.Context, time.Time) (int, error) { return a.some(&a.jobs) }

func (a *agedStore) Purge(context.Context, time.Time) (int, error) { return a.some(&a.events) }

func (*agedStore) some(left *int) (int, error) {
	n := min(2, *left)
	*left -= n
	return n, nil
}

// TestSweepPurges removes all that is past its time, be it that events are kept for ever.
func TestSweepPurges(t *testing.T) {
	t.Parallel()
	for retention, want := range map[time.Duration]int{time.Hour: 0, 0: 5} {
		store := &agedStore{claims: 5, events: 5, jobs: 5}
		s := &sweep{Worker: &Worker{Options: Options{Retention: retention, Metrics: NewMetrics(nil)}}, store: store}
		if err := s.purge(t.Context()); err != nil || store.claims != 0 || store.events != want || store.jobs != want {
			t.Errorf("retention %v leaves %d claims, %d events and %d jobs, want %d, %v", retention, store.claims, store.events, store.jobs, want, err)
		}
	}
}
