package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
)

// inParallel runs work n times at once.
func inParallel(t *testing.T, n int, work func(int) error) {
	t.Helper()
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			if err := work(i); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// savePayloads stores payloads and returns which of them were the first under their number.
func savePayloads(t *testing.T, s *store.Store, bodies map[int64]string) map[int64]bool {
	t.Helper()
	var list []market.EventPayload
	for num, body := range bodies {
		list = append(list, market.EventPayload{Base: market.Base{Num: num, CreatedAt: noon, UpdatedAt: noon}, Body: []byte(body)})
	}
	stored, err := s.SavePayloads(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func unrendered(t *testing.T, s *store.Store, changes ...int64) []market.Rendering {
	t.Helper()
	list, err := s.Unrendered(t.Context(), changes)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func renderings(t *testing.T, s *store.Store) {
	sent := event(6, 6, 1, 3)
	sent.Status, sent.NextAttemptAt = market.EventCancelled, nil
	insertEvents(t, s, event(1, 1, 1, 1), held(event(2, 1, 2, 1)), event(3, 3, 3, 1), event(4, 4, 1, 2), event(5, 5, 2, 2), sent)
	savePayloads(t, s, map[int64]string{4: "{}"})
	list := unrendered(t, s, 1, 2, 3)
	var got []string
	for _, r := range list {
		got = append(got, fmt.Sprint(r.PayloadID, r.Subject, r.Action, numbers(r.Events)))
		if !r.At.Equal(noon) {
			t.Errorf("the rendering is of %v", r.At)
		}
	}
	ref := func(num int64) market.Ref { return market.Ref{Type: "Advert", Num: num} }
	expect(t, "renderings", got,
		fmt.Sprint(1, ref(1), "update", []int64{1, 2}), fmt.Sprint(3, ref(1), "update", []int64{3}), fmt.Sprint(5, ref(2), "update", []int64{5}))
	if len(list) > 0 && list[0].Events[1].NextAttemptAt != nil {
		t.Error("a held event is due")
	}
	if list := unrendered(t, s); list != nil {
		t.Errorf("no changes have %v", list)
	}
}

func payloads(t *testing.T, s *store.Store) {
	savePayloads(t, s, nil)
	savePayloads(t, s, map[int64]string{1: "first", 2: "second"})
	if stored := savePayloads(t, s, map[int64]string{1: "other", 3: "third"}); len(stored) != 1 || !stored[3] {
		t.Errorf("the payloads %v count as stored, want only 3", stored)
	}
	got, err := s.Payloads(t.Context(), []int64{1, 2, 3, 4})
	if err != nil || len(got) != 3 || string(got[1]) != "first" || string(got[2]) != "second" || string(got[3]) != "third" {
		t.Errorf("payloads: %v, %v", got, err)
	}
}

func movedPayloads(t *testing.T, s *store.Store) {
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 1, 2, 1), event(3, 1, 3, 1), event(4, 4, 1, 2), event(5, 4, 2, 2))
	savePayloads(t, s, map[int64]string{4: "there"})
	for payload, nums := range map[int64][]int64{2: {2, 3}, 5: {5}} {
		if err := s.MovePayload(t.Context(), nums, payload); err != nil {
			t.Fatal(err)
		}
	}
	var got []int64
	for _, e := range events(t, s) {
		got = append(got, e.PayloadID)
	}
	expect(t, "payloads", got, 1, 2, 2, 4, 4)
}

func deliveries(t *testing.T, s *store.Store) {
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 1, 2, 1), event(3, 3, 1, 2))
	savePayloads(t, s, map[int64]string{1: "shared"})
	list, err := s.Deliveries(t.Context(), []int64{1, 2, 3, 99})
	if err != nil {
		t.Fatal(err)
	}
	got := map[int64]string{}
	for _, d := range list {
		got[d.Event.Num] = string(d.Payload)
	}
	if len(list) != 3 || got[1] != "shared" || got[2] != "shared" || list[slices.IndexFunc(list, func(d market.Delivery) bool { return d.Event.Num == 3 })].Payload != nil {
		t.Errorf("deliveries: %v", got)
	}
}

// attempt is an exchange of an event of webhook 1 at a time after noon.
func attempt(event, no int64, status market.EventStatus, after time.Duration) market.Outcome {
	at := noon.Add(after)
	o := market.Outcome{EventID: event, WebhookID: 1, Status: status, At: at, Attempt: &market.WebhookEventResponse{
		Base: market.Base{CreatedAt: at, UpdatedAt: at}, EventID: event, AttemptNo: no, Status: 200, Body: json.RawMessage(`{"a":1}`),
	}}
	if status != market.EventSent {
		o.Attempt.Status, o.ErrorMessage = 503, "the receiver answered 503"
	}
	if status == market.EventRejected {
		next := at.Add(time.Minute)
		o.NextAttemptAt = &next
	}
	return o
}

// settle records outcomes.
func settle(t *testing.T, s *store.Store, list ...market.Outcome) {
	t.Helper()
	for i := range list { // each record is of its own attempt
		if list[i].Attempt != nil {
			own := *list[i].Attempt
			list[i].Attempt = &own
		}
	}
	if _, err := s.RecordOutcomes(t.Context(), list); err != nil {
		t.Fatal(err)
	}
}

func outcomes(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 1, 2), event(3, 3, 1, 3), event(4, 4, 1, 4), event(5, 5, 1, 5))
	settle(t, s)
	settle(t, s, attempt(1, 1, market.EventSent, 0), attempt(2, 1, market.EventRejected, 0), attempt(3, 1, market.EventFailed, 0),
		market.Outcome{EventID: 4, WebhookID: 1, Status: market.EventSkipped, At: noon})
	settle(t, s, attempt(2, 2, market.EventSent, time.Minute))
	list := events(t, s)
	expect(t, "statuses", standing(t, s), market.EventSent, market.EventSent, market.EventFailed, market.EventSkipped, market.EventUnsent)
	var attempts []int64
	for _, e := range list {
		attempts = append(attempts, e.Attempts)
		if e.Status.Final() != (e.ProcessedAt != nil) || e.Status.Final() == (e.NextAttemptAt != nil) {
			t.Errorf("%s event %d: processed at %v, next at %v", e.Status, e.Num, e.ProcessedAt, e.NextAttemptAt)
		}
	}
	expect(t, "attempts", attempts, 1, 2, 1, 0, 0)
	if list[1].ErrorMessage != nil || list[2].ErrorMessage == nil || !list[1].ProcessedAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("events: %+v, %+v", list[1], list[2])
	}
	rows := find[market.WebhookEventResponse](t, as(t, 0), s, market.Query{Where: []market.Cond{market.Eq("event_id", int64(2))}, Sort: []market.Sort{{Column: "attempt_no"}}})
	if len(rows) != 2 || rows[0].Status != 503 || rows[1].Status != 200 || string(rows[1].Body) != `{"a":1}` {
		t.Errorf("attempts: %+v", rows)
	}
}

func outcomesTwice(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 1, 2))
	for range 2 {
		settle(t, s, attempt(1, 1, market.EventRejected, 0), attempt(2, 1, market.EventSent, 0))
	}
	list := events(t, s)
	if list[0].Attempts != 1 || list[1].Attempts != 1 || !list[0].NextAttemptAt.Equal(noon.Add(time.Minute)) || list[1].Status != market.EventSent {
		t.Errorf("events: %+v, %+v", list[0], list[1])
	}
	if rows := find[market.WebhookEventResponse](t, as(t, 0), s, market.Query{}); len(rows) != 2 {
		t.Errorf("%d attempts", len(rows))
	}
}

func finalStays(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	finals := []market.EventStatus{market.EventSent, market.EventFailed, market.EventCancelled, market.EventSkipped}
	for i, f := range finals {
		e := event(int64(i+1), int64(i+1), 1, int64(i+1))
		e.Status, e.NextAttemptAt, e.ProcessedAt = f, nil, ptr(noon)
		insertEvents(t, s, e)
	}
	for i := range finals {
		for no, status := range []market.EventStatus{market.EventRejected, market.EventFailed, market.EventSent} {
			settle(t, s, attempt(int64(i+1), int64(no+1), status, time.Hour))
		}
		settle(t, s, market.Outcome{EventID: int64(i + 1), WebhookID: 1, Status: market.EventHeld, At: noon})
	}
	expect(t, "statuses", standing(t, s), finals...)
	for _, e := range events(t, s) {
		if e.NextAttemptAt != nil || !e.ProcessedAt.Equal(noon) || e.Attempts != 3 {
			t.Errorf("the %s event is %+v", e.Status, e)
		}
	}
}

func resumedMeanwhile(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookPaused)
	newHook(t, s, 2, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 2, 2))
	settle(t, s, market.Outcome{EventID: 1, WebhookID: 1, Status: market.EventHeld, At: noon}, market.Outcome{EventID: 2, WebhookID: 2, Status: market.EventHeld, At: noon})
	expect(t, "statuses", standing(t, s), market.EventHeld, market.EventUnsent)
	if e := events(t, s)[1]; e.NextAttemptAt == nil {
		t.Error("the event of the active webhook is not due any more")
	}
}

func goneDisables(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	newHook(t, s, 2, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 1, 2), event(3, 3, 1, 3), event(4, 4, 1, 4), event(5, 5, 2, 5))
	gone := attempt(1, 1, market.EventFailed, 0)
	gone.Disable = "the receiver answered 410 Gone"
	settle(t, s, attempt(4, 1, market.EventSent, 0), gone, attempt(2, 1, market.EventRejected, 0)) // whatever else it answered
	expect(t, "statuses", standing(t, s), market.EventFailed, market.EventHeld, market.EventHeld, market.EventSent, market.EventUnsent)
	w := hook(t, s, 1)
	if w.State != market.WebhookDisabled || w.StateReason == nil || *w.StateReason != gone.Disable || !w.StateSince.Equal(noon) {
		t.Errorf("the webhook is %+v", w)
	}
	if other := hook(t, s, 2); other.State != market.WebhookActive {
		t.Error("the other webhook stopped too")
	}
	sequence(t, s, 10, func(list []market.Change, _ int64) (market.Plan, error) {
		if len(list) != 1 || list[0].Subject != w.Ref() || list[0].Action != market.Disabled {
			t.Errorf("the relay learns of %v", list)
		}
		return market.Plan{Changes: len(list)}, nil
	})
}

func hopelessDisables(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 1, 2))
	const day = 24 * time.Hour
	no := int64(0)
	fail := func(times int, after time.Duration) {
		for range times {
			no++
			settle(t, s, attempt(1, no, market.EventRejected, after))
		}
	}
	active := func(what string, want bool) {
		t.Helper()
		if w := hook(t, s, 1); (w.State == market.WebhookActive) != want {
			t.Errorf("%s: the webhook is %s after %d failures since %v", what, w.State, w.ConsecutiveFailures, w.FailingSince)
		}
	}
	fail(100, 0)
	active("often, not long", true)
	settle(t, s, attempt(1, 101, market.EventSent, time.Hour))
	if w := hook(t, s, 1); w.ConsecutiveFailures != 0 || w.FailingSince != nil {
		t.Errorf("after a success: %+v", w)
	}
	no = 0
	insertEvents(t, s, event(3, 3, 1, 3))
	failThird := func(after time.Duration) {
		no++
		settle(t, s, attempt(3, no, market.EventRejected, after))
	}
	for i := range 99 {
		failThird(time.Duration(i) * time.Hour)
	}
	failThird(5*day - time.Second)
	active("often, not quite long", true)
	failThird(5 * day)
	active("often and long", false)
	expect(t, "statuses", standing(t, s), market.EventSent, market.EventHeld, market.EventHeld)
}

func successForgives(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 1, 2))
	settle(t, s, attempt(1, 1, market.EventRejected, 0))
	if w := hook(t, s, 1); w.ConsecutiveFailures != 1 || !w.FailingSince.Equal(noon) {
		t.Errorf("after a failure: %+v", w)
	}
	settle(t, s, attempt(1, 2, market.EventRejected, time.Hour), attempt(2, 1, market.EventRejected, time.Hour))
	if w := hook(t, s, 1); w.ConsecutiveFailures != 3 || !w.FailingSince.Equal(noon) {
		t.Errorf("after three: %+v", w)
	}
	settle(t, s, attempt(1, 3, market.EventRejected, 2*time.Hour), attempt(2, 2, market.EventSent, 2*time.Hour))
	if w := hook(t, s, 1); w.ConsecutiveFailures != 0 || w.FailingSince != nil || w.State != market.WebhookActive {
		t.Errorf("after a success: %+v", w)
	}
}

// outcomesAtOnce records failures of the same webhooks, in different orders.
func outcomesAtOnce(t *testing.T, s *store.Store) {
	const processes, webhooks = 4, 5
	var num int64
	lists := make([][]market.Outcome, processes)
	for w := range int64(webhooks) {
		newHook(t, s, w+1, market.WebhookActive)
		for i := range lists {
			num++
			insertEvents(t, s, event(num, num, w+1, num))
			o := attempt(num, 1, market.EventRejected, 0)
			o.WebhookID = w + 1
			lists[i] = append(lists[i], o)
		}
	}
	slices.Reverse(lists[1])
	slices.Reverse(lists[3])
	inParallel(t, processes, func(i int) error {
		_, err := s.RecordOutcomes(t.Context(), lists[i])
		return err
	})
	for w := range int64(webhooks) {
		if n := hook(t, s, w+1).ConsecutiveFailures; n != processes {
			t.Errorf("webhook %d has %d failures of %d", w+1, n, processes)
		}
	}
}

func duePages(t *testing.T, s *store.Store) {
	at := func(num int64, after time.Duration) market.WebhookEvent {
		e := event(num, num, 1, num+100)
		due := noon.Add(after)
		e.NextAttemptAt = &due
		return e
	}
	insertEvents(t, s, at(1, 2*time.Second), at(2, 0), at(3, 0), at(4, time.Second), held(event(5, 5, 1, 105)), at(6, time.Hour), at(7, 0))
	savePayloads(t, s, map[int64]string{2: "{}", 7: "{}"})
	var got, changes []int64
	var rendered []bool
	for after := (market.Due{}); ; {
		page, err := s.DueEvents(t.Context(), after, noon.Add(time.Minute), 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			got, changes, rendered = append(got, d.Event), append(changes, d.ChangeID), append(rendered, d.Rendered)
		}
		after = page[len(page)-1]
	}
	expect(t, "due", got, 2, 3, 7, 4, 1)
	expect(t, "changes", changes, 102, 103, 107, 104, 101)
	expect(t, "rendered", rendered, true, false, true, false, false)
}

func purge(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	final := func(num, payload int64, after time.Duration) market.WebhookEvent {
		e := event(num, payload, 1, num)
		e.Status, e.NextAttemptAt, e.ProcessedAt = market.EventSent, nil, ptr(noon.Add(after))
		return e
	}
	waiting := event(4, 3, 1, 4)
	insertEvents(t, s, final(1, 1, -time.Hour), final(2, 1, time.Hour), final(3, 3, -time.Hour), waiting, final(5, 5, -time.Hour), final(6, 5, -time.Minute), held(event(7, 7, 1, 7)))
	savePayloads(t, s, map[int64]string{1: "a", 3: "b", 5: "c", 7: "d"})
	settle(t, s, attempt(1, 1, market.EventSent, 0), attempt(2, 1, market.EventSent, 0))
	recordChanges(t, s, 2)
	none := func(list []market.Change, _ int64) (market.Plan, error) { return market.Plan{Changes: len(list)}, nil }
	sequence(t, s, 10, none)
	purgeAll(t, s, noon)
	expect(t, "events", numbers(events(t, s)), 2, 4, 7)
	bodies, err := s.Payloads(t.Context(), []int64{1, 3, 5, 7})
	if err != nil || len(bodies) != 3 || bodies[5] != nil {
		t.Errorf("payloads: %v, %v", bodies, err) // 1 and 3 are shared with events that stay
	}
	if rows := find[market.WebhookEventResponse](t, as(t, 0), s, market.Query{}); len(rows) != 1 || rows[0].EventID != 2 {
		t.Errorf("attempts: %+v", rows)
	}
	expect(t, "changes that are not published", unpublished(t, s, 10), 1, 2)
	kept := func(want int64) {
		t.Helper()
		if kept, last, err := s.Places(t.Context()); err != nil || kept != want || last != 2 {
			t.Errorf("changes are kept beyond %d of %d, %v; want %d", kept, last, err, want)
		}
	}
	kept(0)
	if err := s.MarkPublished(t.Context(), []int64{1, 2}); err != nil {
		t.Fatal(err)
	}
	if n := purgeAll(t, s, time.Now().Add(-time.Hour)); n != 0 && time.Now().Before(noon) {
		t.Errorf("%d rows of today went", n)
	}
	purgeAll(t, s, noon.AddDate(100, 0, 0))
	kept(2)
	if bodies, err := s.Payloads(t.Context(), []int64{1, 3}); err != nil || bodies[1] != nil || bodies[3] == nil {
		t.Errorf("payloads at last: %v, %v", bodies, err)
	}
}

// purgeAll purges until nothing is left and returns how many rows went.
func purgeAll(t *testing.T, s *store.Store, before time.Time) int {
	t.Helper()
	all := 0
	for {
		n, err := s.Purge(t.Context(), before)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return all
		}
		all += n
	}
}

func invalidate(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	newHook(t, s, 2, market.WebhookPaused)
	insertEvents(t, s, event(1, 1, 1, 1), event(2, 2, 2, 2))
	for num := range int64(3) {
		for range 2 {
			if err := s.Invalidate(t.Context(), num+1, "there is no field x"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if w := hook(t, s, 1); w.State != market.WebhookInvalid || *w.StateReason != "there is no field x" {
		t.Errorf("the webhook is %+v", w)
	}
	if w := hook(t, s, 2); w.State != market.WebhookPaused || w.StateReason != nil {
		t.Errorf("the paused webhook is %+v", w)
	}
	expect(t, "statuses", standing(t, s), market.EventHeld, market.EventUnsent)
	sequence(t, s, 10, func(list []market.Change, _ int64) (market.Plan, error) {
		if len(list) != 1 {
			t.Errorf("the relay learns of it %d times", len(list))
		}
		return market.Plan{Changes: len(list)}, nil
	})
}
