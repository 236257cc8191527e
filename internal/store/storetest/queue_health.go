package storetest

import (
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
)

// told returns what the relay learns beside registrations, and has it done with that.
func told(t *testing.T, s *store.Store) []market.Action {
	t.Helper()
	var list []market.Action
	sequence(t, s, 100, func(changes []market.Change, _ int64) (market.Plan, error) {
		list = nil
		for _, c := range changes {
			if !c.Private() {
				list = append(list, c.Action)
			}
		}
		return market.Plan{Changes: len(changes)}, nil
	})
	return list
}

func trouble(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	about := newHook(t, s, 2, market.WebhookActive)
	about.Type = market.WebhookClass
	update(t, s, about)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 2, 2))
	no := int64(0)
	try := func(status market.EventStatus, after time.Duration) []market.Action {
		t.Helper()
		no++
		other := attempt(2, no, status, after)
		other.WebhookID = 2
		settle(t, s, attempt(1, no, status, after), other)
		return told(t, s)
	}
	for i := range 10 {
		expect(t, "often, not long", try(market.EventRejected, time.Duration(i)*10*time.Second))
	}
	expect(t, "a success", try(market.EventSent, 2*time.Minute))
	insertEvents(t, s, event(3, 3, 1, 3), event(4, 4, 2, 4))
	for _, after := range []time.Duration{10, 13, 14} {
		expect(t, "not often", try(market.EventRejected, after*time.Minute))
	}
	expect(t, "not long", try(market.EventRejected, 14*time.Minute))
	expect(t, "often and long", try(market.EventRejected, 15*time.Minute), market.Failing)
	expect(t, "once", try(market.EventRejected, 16*time.Minute))
	if w := hook(t, s, 1); w.LastFailureAt == nil || !w.LastFailureAt.Equal(noon.Add(16*time.Minute)) {
		t.Errorf("the last failure was at %v", w.LastFailureAt)
	}
	expect(t, "the end", try(market.EventSent, 17*time.Minute), market.Recovered)
	expect(t, "nothing more", try(market.EventSent, 18*time.Minute))
	if err := s.Invalidate(t.Context(), 1, "no field"); err != nil {
		t.Fatal(err)
	}
	if err := s.Invalidate(t.Context(), 2, "no field"); err != nil {
		t.Fatal(err)
	}
	expect(t, "invalid", told(t, s), market.Invalidated)
	var public []string
	changes, err := s.Unpublished(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		public = append(public, string(c.Action)+" "+c.Subject.Type+" "+c.Seller())
	}
	expect(t, "in the public stream", public, "failing Webhook ", "recovered Webhook ", "invalid Webhook ")
}

// health holds what is said of webhooks to what became of their events.
func health(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	newHook(t, s, 2, market.WebhookActive)
	const n = 100
	for i := range int64(n + 3) {
		insertEvents(t, s, event(i+1, i+1, 1, i+1))
	}
	insertEvents(t, s, event(901, 901, 2, 901))
	took := func(o market.Outcome, took int64) market.Outcome {
		o.Attempt.DurationMs = took
		return o
	}
	var list []market.Outcome
	for i := range int64(n) {
		list = append(list, took(attempt(i+1, 1, market.EventSent, time.Duration(i)*time.Minute), n-i))
	}
	settle(t, s, list...)
	settle(t, s, took(attempt(n+1, 1, market.EventFailed, -time.Hour), 5000), took(attempt(n+2, 1, market.EventRejected, -23*time.Hour), 1))
	at := noon.Add(24 * time.Hour)
	got, err := s.Health(t.Context(), []int64{1, 2, 3}, at)
	if err != nil {
		t.Fatal(err)
	}
	// The failed event and the rejected one lie before that time.
	if h := got[1]; h.Pending != 2 || h.Sent != n || h.Failed != 0 || !h.LastSentAt.Equal(noon.Add((n-1)*time.Minute)) || *h.P50 != n/2 || *h.P95 != 95 {
		t.Errorf("the first: %+v, %d, %d", h, *h.P50, *h.P95)
	}
	if h := got[2]; h != (market.Health{Pending: 1}) {
		t.Errorf("the second: %+v", h)
	}
	if h, known := got[3]; known {
		t.Errorf("what is not there: %+v", h)
	}
	if got, err = s.Health(t.Context(), []int64{1}, at.Add(-2*time.Hour)); err != nil || got[1].Failed != 1 || *got[1].P95 != 96 {
		t.Errorf("before: %+v, %v", got, err)
	}
	if got, err = s.Health(t.Context(), []int64{1}, at.AddDate(1, 0, 0)); err != nil || got[1].Sent != 0 || got[1].LastSentAt == nil || got[1].P50 != nil {
		t.Errorf("a year later: %+v, %v", got, err)
	}
}
