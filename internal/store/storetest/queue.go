package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
)

// Queue holds stores against what delivery needs of them. open is that of Run.
func Queue(t *testing.T, open func(testing.TB) *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"sequences are dense and in order", sequences},
		{"a plan that fails leaves nothing", failedPlan},
		{"a plan takes as much as it can", partialPlan},
		{"two relays give no number twice", sequencesAtOnce},
		{"registrations are private", registrations},
		{"the registry follows the order", registryOrder},
		{"held events are released and others cancelled", releaseAndCancel},
		{"changes are published once", publishing},
		{"the log of changes is followed", following},
		{"the log of changes is followed while relays work", followingRelays},
		{"renderings are grouped by payload", renderings},
		{"payloads that are there stay", payloads},
		{"events move to another payload until they have one", movedPayloads},
		{"deliveries carry their payloads", deliveries},
		{"what a receiver has", shown},
		{"what a receiver has is never said in doubt", shownModel},
		{"the newest event stands for those that wait", coalesced},
		{"events of an entity wait for one another", lanes},
		{"lanes of events are released and opened", lanesOpened},
		{"stranded events are found", laneSweep},
		{"relays and outcomes meet at a lane", lanesAtOnce},
		{"outcomes", outcomes},
		{"outcomes recorded twice count once", outcomesTwice},
		{"what is final stays final", finalStays},
		{"a webhook that was resumed holds nothing", resumedMeanwhile},
		{"410 disables and holds what waits", goneDisables},
		{"long and many failures disable", hopelessDisables},
		{"a success forgives", successForgives},
		{"the health of webhooks", health},
		{"an owner is told of trouble once, and of its end", trouble},
		{"outcomes of several processes at once", outcomesAtOnce},
		{"due events come in pages", duePages},
		{"old events are purged", purge},
		{"an invalid document holds its events", invalidate},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// recordChanges commits n changes of adverts.
func recordChanges(t *testing.T, s *store.Store, n int) {
	t.Helper()
	var list []market.Change
	for i := range int64(n) {
		list = append(list, market.Change{Subject: market.Ref{Type: "Advert", Num: i + 1}, Action: market.Update, Sellers: []int64{1}, At: noon, Traceparent: "00-1"})
	}
	record(t, s, list...)
}

func record(t *testing.T, s *store.Store, list ...market.Change) {
	t.Helper()
	if err := s.Run(t.Context(), func(tx market.Tx) error { return tx.Record(t.Context(), list) }); err != nil {
		t.Fatal(err)
	}
}

// ofWebhook is a change of a webhook's registration.
func ofWebhook(num int64, action market.Action) market.Change {
	return market.Change{Subject: market.Ref{Type: "Webhook", Num: num}, Action: action, At: noon}
}

// newHook stores a webhook of the operator.
func newHook(t *testing.T, s *store.Store, num int64, state market.WebhookState) *market.Webhook {
	t.Helper()
	w := &market.Webhook{Base: market.Base{Num: num, CreatedAt: noon, UpdatedAt: noon}, State: state, StateSince: noon, Type: "ADVERT", URL: "https://shop.example"}
	insert(t, s, w)
	return w
}

func hook(t *testing.T, s *store.Store, num int64) *market.Webhook {
	t.Helper()
	return find[market.Webhook](t, as(t, 0), s, market.Query{Where: []market.Cond{market.Eq("id", num)}})[0]
}

// one plans one event of webhook 1 for each change, each with a payload of its own.
func one(list []market.Change, next int64) (market.Plan, error) {
	p := market.Plan{Changes: len(list)}
	for _, c := range list {
		num := next + int64(len(p.Events))
		p.Events = append(p.Events, event(num, num, 1, c.Num))
	}
	return p, nil
}

// event is an event that is due at noon.
func event(num, payload, webhook, change int64) market.WebhookEvent {
	due := noon
	return market.WebhookEvent{
		Base: market.Base{Num: num, CreatedAt: noon, UpdatedAt: noon}, Action: market.Update, ChangeID: change, PayloadID: payload, NextAttemptAt: &due,
		Reason: market.ReasonChange, Status: market.EventUnsent, SubjectType: "Advert", SubjectNum: change, WebhookID: webhook, Traceparent: "00-1",
	}
}

// insertEvents stores events as the relay does.
func insertEvents(t *testing.T, s *store.Store, list ...market.WebhookEvent) {
	t.Helper()
	rows := make([]market.Entity, len(list))
	for i := range list {
		rows[i] = &list[i]
	}
	insert(t, s, rows...)
}

func held(e market.WebhookEvent) market.WebhookEvent {
	e.Status, e.NextAttemptAt = market.EventHeld, nil
	return e
}

// events are all events by number.
func events(t *testing.T, s *store.Store) []*market.WebhookEvent {
	t.Helper()
	return find[market.WebhookEvent](t, as(t, 0), s, market.Query{Sort: []market.Sort{{Column: "id"}}})
}

// standing are the statuses of all events by number.
func standing(t *testing.T, s *store.Store) []market.EventStatus {
	t.Helper()
	var list []market.EventStatus
	for _, e := range events(t, s) {
		list = append(list, e.Status)
	}
	return list
}

// expect compares lists.
func expect[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func sequence(t *testing.T, s *store.Store, limit int, plan func([]market.Change, int64) (market.Plan, error)) int {
	t.Helper()
	n, err := s.Sequence(t.Context(), limit, plan)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sequences(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	if n := sequence(t, s, 10, one); n != 0 {
		t.Errorf("%d changes in an empty log", n)
	}
	recordChanges(t, s, 5)
	var seen, places []int64
	plan := func(list []market.Change, next int64) (market.Plan, error) {
		for _, c := range list {
			seen, places = append(seen, c.Num), append(places, c.Sequence)
		}
		return one(list, next)
	}
	var took []int
	for range 4 {
		took = append(took, sequence(t, s, 2, plan))
	}
	expect(t, "batches", took, 2, 2, 1, 0)
	expect(t, "changes", seen, 1, 2, 3, 4, 5)
	expect(t, "places", places, 1, 2, 3, 4, 5)
	list := events(t, s)
	expect(t, "events", numbers(list), 1, 2, 3, 4, 5)
	for i, e := range list {
		if e.ChangeID != int64(i+1) || e.Traceparent != "00-1" || !e.NextAttemptAt.Equal(noon) {
			t.Errorf("event %d is %+v", i+1, e)
		}
	}
}

func failedPlan(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	recordChanges(t, s, 3)
	failed := errors.New("refused")
	if _, err := s.Sequence(t.Context(), 10, func(list []market.Change, next int64) (market.Plan, error) {
		p, _ := one(list, next)
		return p, failed
	}); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	// Numbers that exist fail in the database, after others were written.
	if _, err := s.Sequence(t.Context(), 10, func(list []market.Change, next int64) (market.Plan, error) {
		p, err := one(list, next)
		p.Events[2] = p.Events[0]
		return p, err
	}); err == nil {
		t.Error("the same event twice was stored")
	}
	if _, err := s.Sequence(t.Context(), 10, func([]market.Change, int64) (market.Plan, error) { return market.Plan{Changes: 4}, nil }); err == nil {
		t.Error("a plan about more changes than there are was carried out")
	}
	expect(t, "events", numbers(events(t, s)))
	sequence(t, s, 10, func(list []market.Change, next int64) (market.Plan, error) {
		if next != 1 || list[0].Sequence != 1 || len(list) != 3 {
			t.Errorf("the counters moved: next event %d, first change %d of %d", next, list[0].Sequence, len(list))
		}
		return one(list, next)
	})
}

func partialPlan(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	recordChanges(t, s, 5)
	two := func(list []market.Change, next int64) (market.Plan, error) {
		return one(list[:min(2, len(list))], next)
	}
	var took []int
	for range 4 {
		took = append(took, sequence(t, s, 10, two))
	}
	expect(t, "batches", took, 2, 2, 1, 0)
	var changes []int64
	for _, e := range events(t, s) {
		changes = append(changes, e.ChangeID)
	}
	expect(t, "changes", changes, 1, 2, 3, 4, 5)
}

// sequencesAtOnce has several relays, as after Redis lost the lease. A number
// that were given twice would be refused as a duplicate.
func sequencesAtOnce(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	const writers, each = 4, 15
	inParallel(t, 2*writers, func(i int) error {
		for range each {
			if i < writers {
				if err := s.Run(t.Context(), func(tx market.Tx) error {
					return tx.Record(t.Context(), []market.Change{{Subject: market.Ref{Type: "Advert", Num: int64(i)}, Action: market.Update, At: noon}})
				}); err != nil {
					return err
				}
			}
			if _, err := s.Sequence(t.Context(), 3, one); err != nil {
				return err
			}
		}
		return nil
	})
	for sequence(t, s, 100, one) > 0 {
	}
	list := events(t, s)
	if len(list) != writers*each {
		t.Fatalf("%d events of %d changes", len(list), writers*each)
	}
	for i, e := range list {
		if e.Num != int64(i+1) {
			t.Fatalf("event %d stands at %d", e.Num, i+1)
		}
	}
}

func registrations(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	recordChanges(t, s, 1)
	record(t, s, ofWebhook(1, market.Create))
	sequence(t, s, 10, func(list []market.Change, next int64) (market.Plan, error) {
		if len(list) != 2 || list[1].Subject.Type != "Webhook" {
			t.Errorf("the plan is about %v", list)
		}
		return market.Plan{Changes: 2}, nil
	})
	published := unpublished(t, s, 10)
	expect(t, "public changes", published, 1)
}

func unpublished(t *testing.T, s *store.Store, limit int) []int64 {
	t.Helper()
	list, err := s.Unpublished(t.Context(), limit)
	if err != nil {
		t.Fatal(err)
	}
	var nums []int64
	for _, c := range list {
		nums = append(nums, c.Num)
	}
	return nums
}

func registryOrder(t *testing.T, s *store.Store) {
	for num := range int64(3) {
		newHook(t, s, num+1, market.WebhookActive)
	}
	gone := newHook(t, s, 4, market.WebhookActive)
	gone.DeletedAt = ptr(noon)
	update(t, s, gone)
	record(t, s, ofWebhook(1, market.Create), ofWebhook(2, market.Create))
	record(t, s, ofWebhook(3, market.Update)) // no registration: its own stands long since
	expect(t, "before", registry(t, s), 3)
	none := func(list []market.Change, _ int64) (market.Plan, error) { return market.Plan{Changes: len(list)}, nil }
	sequence(t, s, 1, none)
	expect(t, "after the first", registry(t, s), 1, 3)
	sequence(t, s, 10, none)
	expect(t, "after all", registry(t, s), 1, 2, 3)
}

func registry(t *testing.T, s *store.Store) []int64 {
	t.Helper()
	list, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	nums := numbers(list)
	slices.Sort(nums)
	return nums
}

func releaseAndCancel(t *testing.T, s *store.Store) {
	for num := range int64(3) {
		newHook(t, s, num+1, market.WebhookActive)
	}
	sent := event(4, 4, 2, 14)
	sent.Status, sent.NextAttemptAt = market.EventSent, nil
	insertEvents(t, s, held(event(1, 1, 1, 11)), held(event(2, 2, 2, 12)), event(3, 3, 2, 13), sent, held(event(5, 5, 3, 15)))
	recordChanges(t, s, 1)
	began := time.Now().Add(-time.Second)
	sequence(t, s, 10, func(list []market.Change, next int64) (market.Plan, error) {
		p := market.Plan{Changes: 1, Release: []int64{1}, Cancel: []int64{2}}
		p.Events = []market.WebhookEvent{held(event(100, 100, 1, list[0].Num))} // released with the others
		return p, nil
	})
	list := events(t, s)
	expect(t, "statuses", standing(t, s), market.EventUnsent, market.EventCancelled, market.EventCancelled, market.EventSent, market.EventHeld, market.EventUnsent)
	if list[0].NextAttemptAt == nil || list[0].NextAttemptAt.Before(began) {
		t.Errorf("the released event is due at %v", list[0].NextAttemptAt)
	}
	if list[2].NextAttemptAt != nil || list[2].ProcessedAt == nil {
		t.Errorf("the cancelled event is %+v", list[2])
	}
}

func publishing(t *testing.T, s *store.Store) {
	recordChanges(t, s, 3)
	none := func(list []market.Change, _ int64) (market.Plan, error) { return market.Plan{Changes: len(list)}, nil }
	expect(t, "without a place", unpublished(t, s, 10))
	sequence(t, s, 2, none)
	expect(t, "with a place", unpublished(t, s, 10), 1, 2)
	expect(t, "one", unpublished(t, s, 1), 1)
	if err := s.MarkPublished(t.Context(), []int64{1}); err != nil {
		t.Fatal(err)
	}
	expect(t, "without the published", unpublished(t, s, 10), 2)
	sequence(t, s, 2, none)
	expect(t, "all", unpublished(t, s, 10), 2, 3)
}
