package delivery_test

import (
	"flag"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/store/storetest"
)

// backfilled is how many entities the backfill with changes going on has: go test ./delivery -run BackfillWith -backfilled 10000.
var backfilled = flag.Int("backfilled", 400, "entities of the backfill with changes going on")

// adverts makes adverts beside one another, and returns their ids.
func (r *rig) adverts(n int) []string {
	r.t.Helper()
	ids := make([]string, n)
	for i := range ids {
		ids[i] = r.advert(r.seller, fmt.Sprint("Plate ", i))
	}
	return ids
}

// ended waits until a job has come to its end, and returns it.
func (r *rig) ended(j *market.WebhookJob) *market.WebhookJob {
	r.t.Helper()
	var now *market.WebhookJob
	r.until(func() bool {
		now = find[market.WebhookJob](r, market.Eq("id", j.Num))[0]
		return now.State.Final()
	}, func() any { return *now })
	return now
}

// inbox keeps what a receiver got, by subject, in the order of the sequences.
type inbox struct {
	mu      sync.Mutex
	last    map[string]sequenced
	ids     map[string]int
	arrived []time.Time
}

// sequenced is what the event with the highest sequence so far showed.
type sequenced struct {
	sequence int
	title    string
}

// collect starts a receiver that keeps everything.
func collect(t *testing.T, answer func(http.ResponseWriter)) (*inbox, string) {
	t.Helper()
	in := &inbox{last: map[string]sequenced{}, ids: map[string]int{}}
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, a arrival) {
		var sequence int
		if _, err := fmt.Sscan(a.header.Get("Crier-Sequence"), &sequence); err != nil {
			t.Errorf("the sequence is %q", a.header.Get("Crier-Sequence"))
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		in.ids[a.data.ID]++
		in.arrived = append(in.arrived, time.Now())
		if node := a.data.Payload.Data.Node; in.last[node.ID].sequence < sequence {
			in.last[node.ID] = sequenced{sequence, node.Title}
		}
		if answer != nil {
			answer(w)
		}
	})
	return in, r.url
}

// count is how many different events arrived, and how many requests there were.
func (in *inbox) count() (events, requests int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.ids), len(in.arrived)
}

// shows reports whether what arrived last of every advert is its title now.
func (in *inbox) shows(titles map[string]string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for id, title := range titles {
		if in.last[id].title != title {
			return false
		}
	}
	return true
}

// TestBackfillWithChangesGoingOn is the promise of a backfill: however it meets
// with changes, what arrives last of every entity is its current state.
func TestBackfillWithChangesGoingOn(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		adverts, changes := *backfilled, *backfilled/4
		s := running(t, p)
		ids := s.adverts(adverts)
		in, url := collect(t, nil)
		w := s.register(url).Webhook
		job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID()})
		must(t, err)
		titles := make(map[string]string, adverts)
		for i, id := range ids {
			titles[id] = fmt.Sprint("Plate ", i)
		}
		for i := range changes {
			id := ids[i*7%adverts]
			titles[id] = fmt.Sprint("Changed ", i)
			s.rename(id, titles[id])
		}
		job = s.ended(job)
		if job.State != market.JobDone || job.Total != int64(adverts) || job.Done != int64(adverts) || job.Failed != 0 || job.FinishedAt == nil {
			t.Errorf("the job is %+v", job)
		}
		s.until(func() bool { return in.shows(titles) }, func() any { return "something that arrived last is not current" })
		if events, _ := in.count(); events != adverts+changes {
			t.Errorf("%d events arrived, want %d", events, adverts+changes)
		}
		for _, e := range s.events(w)[:10] {
			if e.Status != market.EventSent {
				t.Errorf("the event is %+v", e)
			}
		}
	})
}

func TestBackfillSendsWhatTheOwnerSees(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		other := s.newSeller("Other Shop")
		s.advert(s.seller, "old")
		since := time.Now()
		gone := s.advert(s.seller, "gone")
		mine := s.advert(s.seller, "mine")
		s.advert(other, "theirs")
		_, err := s.DeleteAdvert(t.Context(), s.actor, gone)
		must(t, err)
		r := receive(t, nil)
		w := s.register(r.url, func(in *market.WebhookAttributes) {
			in.SellerID, in.EventName = market.Some(s.seller.ID()), market.Some(market.EventDestroy)
		}).Webhook
		job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), UpdatedSince: &since})
		must(t, err)
		if a := r.next(); title(a) != "mine" || a.data.Payload.Data.Node.ID != mine || a.data.EventName != "update" {
			t.Errorf("arrived %s", a.body)
		}
		if job = s.ended(job); job.State != market.JobDone || job.Total != 1 || job.Done != 1 {
			t.Errorf("the job is %+v", job)
		}
		if e := s.events(w)[0]; e.Reason != market.ReasonBackfill || e.JobID != job.Num {
			t.Errorf("the event is %+v", e)
		}
		r.none()
	})
}

// TestReplay sends the events of a time again, both ways.
func TestReplay(t *testing.T) {
	for _, mode := range []market.ReplayMode{market.ReplayStored, market.ReplayReexecute} {
		t.Run(string(mode), func(t *testing.T) {
			onEach(t, func(t *testing.T, p place) {
				const events = 60
				s := running(t, p)
				in, url := collect(t, nil)
				w := s.register(url).Webhook
				began := time.Now()
				ids := s.adverts(events)
				s.until(func() bool { n, _ := in.count(); return n == events }, func() any { return "not all arrived" })
				until := time.Now()
				s.rename(ids[0], "after the time")
				s.until(func() bool { n, _ := in.count(); return n == events+1 }, func() any { return "not all arrived" })
				s.until(func() bool {
					return len(find[market.WebhookEvent](s, market.Eq("status", market.EventSent))) == events+1
				}, func() any { return "not all sent" })
				job, err := s.ReplayEvents(t.Context(), s.actor, market.Replay{WebhookID: w.ID(), Mode: mode, Since: began.Add(-time.Hour), Until: &until})
				must(t, err)
				if job = s.ended(job); job.State != market.JobDone || job.Total != events || job.Done != events || job.Failed != 0 {
					t.Errorf("the job is %+v", job)
				}
				want := events + 1 // the same events
				if mode == market.ReplayReexecute {
					want += events
				}
				if n, requests := in.count(); n != want || requests != 2*events+1 {
					t.Errorf("%d events in %d requests, want %d in %d", n, requests, want, 2*events+1)
				}
			})
		})
	}
}

func TestReplayOfWhatFailed(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
		if down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	s := running(t, embedded(t))
	w := s.register(r.url, func(in *market.WebhookAttributes) { in.MaxRetries = market.Some[int64](0) }).Webhook
	s.advert(s.seller, "lost")
	r.next()
	s.statuses(w, market.EventFailed)
	down.Store(false)
	s.advert(s.seller, "fine")
	r.next()
	s.statuses(w, market.EventFailed, market.EventSent)
	job, err := s.ReplayEvents(t.Context(), s.actor, market.Replay{
		WebhookID: w.ID(), Mode: market.ReplayStored, Since: time.Now().Add(-time.Hour), Statuses: []market.EventStatus{market.EventFailed},
	})
	must(t, err)
	if a := r.next(); title(a) != "lost" {
		t.Errorf("sent again: %s", a.body)
	}
	s.ended(job)
	s.statuses(w, market.EventSent, market.EventSent)
	r.none()
}

// TestACancelledJobSendsNothingMore cancels a job whose receiver is slow enough
// that its events wait everywhere on their way.
func TestACancelledJobSendsNothingMore(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		s.adverts(400)
		in, url := collect(t, func(http.ResponseWriter) { <-time.After(20 * time.Millisecond) })
		w := s.register(url, func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](5) }).Webhook
		job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID()})
		must(t, err)
		s.until(func() bool { n, _ := in.count(); return n > 20 }, func() any { return "nothing arrives" })
		job, err = s.CancelJob(t.Context(), s.actor, job.ID())
		must(t, err)
		cancelled := time.Now()
		if job.State != market.JobCancelled || job.FinishedAt == nil || job.Total == 0 || job.Total != job.Done+job.Failed {
			t.Errorf("the job is %+v", job)
		}
		for _, e := range s.events(w) {
			if !e.Status.Final() {
				t.Errorf("an event still waits: %+v", e)
			}
		}
		<-time.After(3 * time.Second) // time in which nothing may come
		in.mu.Lock()
		defer in.mu.Unlock()
		if last := in.arrived[len(in.arrived)-1].Sub(cancelled); last > time.Second {
			t.Errorf("the last event arrived %s after the job was cancelled", last)
		}
		if len(in.arrived) == 400 {
			t.Error("all arrived before the job could be cancelled")
		}
		_, err = s.CancelJob(t.Context(), s.actor, job.ID())
		if status, field := refusedOn(err); status != 409 || field != "job_id" {
			t.Errorf("cancelled again: %v", err)
		}
	})
}

// TestAJobOutlivesItsProcess has another process go on with what a stopped one began.
func TestAJobOutlivesItsProcess(t *testing.T) {
	t.Parallel()
	p := production(t)
	s := running(t, p)
	const adverts = 300
	s.adverts(adverts)
	in, url := collect(t, nil)
	w := s.register(url).Webhook
	job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), RatePerSecond: 150})
	must(t, err)
	s.until(func() bool { n, _ := in.count(); return n > 20 }, func() any { return "nothing arrives" })
	s.stop()
	if n, _ := in.count(); n >= adverts {
		t.Fatal("the process was done before it could be stopped")
	}
	next := newRig(t, p, patience).start()
	if job = next.ended(job); job.State != market.JobDone || job.Done != adverts {
		t.Errorf("the job is %+v", job)
	}
	if n, _ := in.count(); n != adverts {
		t.Errorf("%d events, want each advert once: %d", n, adverts)
	}
}

func TestAJobKeepsItsRate(t *testing.T) {
	t.Parallel()
	s := running(t, embedded(t))
	const adverts, rate = 60, 30
	s.adverts(adverts)
	in, url := collect(t, nil)
	w := s.register(url).Webhook
	began := time.Now()
	job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), RatePerSecond: rate})
	must(t, err)
	s.ended(job)
	in.mu.Lock()
	defer in.mu.Unlock()
	slices.SortFunc(in.arrived, time.Time.Compare)
	// What it may ask for at once comes on top.
	if took, least := in.arrived[len(in.arrived)-1].Sub(began), (adverts-rate/10)*time.Second/rate; took < least {
		t.Errorf("%d events at %d a second took %s, want at least %s", adverts, rate, took, least)
	}
}

func TestAJobOfAPausedWebhookGoesOn(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	s.advert(s.seller, "Sieve")
	w := s.register(r.url).Webhook
	s.update(w, enabled(false))
	job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID()})
	must(t, err)
	s.statuses(w, market.EventHeld)
	r.none()
	s.update(w, enabled(true))
	r.next()
	if job = s.ended(job); job.State != market.JobDone || job.Done != 1 {
		t.Errorf("the job is %+v", job)
	}
}

// TestAJobEndsWithWhatIsHeld has the document of some entities give errors, which the
// webhook holds: the job does not wait for somebody to mend that.
func TestAJobEndsWithWhatIsHeld(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s := running(t, p)
		ids := s.adverts(5)
		refuse := func(q market.Query) error {
			if asks(q, ids[1]) || asks(q, ids[3]) {
				return market.ErrNotFound
			}
			return nil
		}
		s.reads.refuse.Store(&refuse)
		in, url := collect(t, nil)
		w := s.register(url, func(in *market.WebhookAttributes) { in.OnErrors = market.Some(market.OnErrorsHold) }).Webhook
		// One a second, so that each is executed by itself: a batch shares its reads.
		job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), RatePerSecond: 5})
		must(t, err)
		if job = s.ended(job); job.State != market.JobDone || job.Total != 5 || job.Done+job.Failed != 5 || job.Failed < 2 {
			t.Errorf("the job is %+v", job)
		}
		s.reads.refuse.Store(nil)
		s.update(w, enabled(true))
		s.until(func() bool { n, _ := in.count(); return n == 5 }, func() any { return "what was held is not sent" })
	})
}

func TestAJobOfADeletedWebhookFails(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	s.adverts(30)
	w := s.register(r.url).Webhook
	s.update(w, enabled(false))
	job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), RatePerSecond: 1})
	must(t, err)
	s.statuses(w, market.EventHeld)
	_, err = s.DeleteWebhook(t.Context(), s.actor, w.ID())
	must(t, err)
	if job = s.ended(job); job.State != market.JobFailed || job.FinishedAt == nil {
		t.Errorf("the job is %+v", job)
	}
	r.none()
}

// TestAJobOutlivesRedis empties Redis in the middle of a job.
func TestAJobOutlivesRedis(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	s := running(t, place{database: storetest.Postgres(t), redis: server.URL})
	const adverts = 150
	s.adverts(adverts)
	in, url := collect(t, nil)
	w := s.register(url).Webhook
	job, err := s.BackfillWebhook(t.Context(), s.actor, market.Backfill{WebhookID: w.ID(), RatePerSecond: 100})
	must(t, err)
	s.until(func() bool { n, _ := in.count(); return n > 20 }, func() any { return "nothing arrives" })
	server.CLI("FLUSHALL")
	if job = s.ended(job); job.State != market.JobDone || job.Done != adverts {
		t.Errorf("the job is %+v", job)
	}
	if n, _ := in.count(); n != adverts {
		t.Errorf("%d events, want each advert once: %d", n, adverts)
	}
}
