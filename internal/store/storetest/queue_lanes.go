package storetest

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
	"crier/internal/store"
)

// about is an event of webhook 1 about an advert, due a time after now.
func about(num, advert int64, action market.Action, after time.Duration) market.WebhookEvent {
	e := event(num, num, 1, num)
	e.SubjectNum, e.Action = advert, action
	due := time.Now().Add(after).Truncate(time.Microsecond).UTC()
	e.NextAttemptAt = &due
	return e
}

// planned carries out a plan with events that were made for one change each.
func planned(t *testing.T, s *store.Store, p market.Plan) market.Plan {
	t.Helper()
	recordChanges(t, s, 1)
	sequence(t, s, 1, func(list []market.Change, next int64) (market.Plan, error) {
		for i := range p.Events {
			num := next + int64(i)
			p.Events[i].Num, p.Events[i].PayloadID, p.Events[i].ChangeID = num, num, 1000+num
		}
		p.Changes = len(list)
		return p, nil
	})
	return p
}

func coalesced(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	const minute = time.Minute
	gather := func(list ...market.WebhookEvent) []market.WebhookEvent {
		return planned(t, s, market.Plan{Events: list, Coalescing: []int64{1}}).Events
	}
	gather(about(0, 7, market.Create, minute), about(0, 8, market.Update, minute))           // 1, 2
	first := events(t, s)[0]                                                                 // its time holds for all
	gather(about(0, 7, market.Update, 2*minute))                                             // 3 stands for 1
	mine := gather(about(0, 7, market.Update, 3*minute), about(0, 7, market.Update, minute)) // 5 stands for 3 and 4
	expect(t, "statuses", standing(t, s), market.EventSkipped, market.EventUnsent, market.EventSkipped, market.EventSkipped, market.EventUnsent)
	list := events(t, s)
	if e := list[4]; e.Action != market.Create || !e.NextAttemptAt.Equal(*first.NextAttemptAt) {
		t.Errorf("the event that stands for all is %+v, the first was due at %v", e, first.NextAttemptAt)
	}
	if e := list[0]; e.ErrorMessage == nil || !strings.Contains(*e.ErrorMessage, "event 3 ") || e.ProcessedAt == nil || e.NextAttemptAt != nil {
		t.Errorf("the first is %+v", e)
	}
	if mine[0].Status != market.EventSkipped || mine[1].Action != market.Create || !mine[1].NextAttemptAt.Equal(*first.NextAttemptAt) {
		t.Errorf("the plan knows its events as %+v", mine)
	}
	gather(about(0, 7, market.Destroy, minute))
	if e := events(t, s)[5]; e.Action != market.Destroy {
		t.Errorf("create and destroy are %s", e.Action)
	}
	// What is due, was tried, or was asked for stays; so does another webhook's.
	due, tried, asked, other := about(101, 9, market.Update, 0), about(102, 9, market.Update, minute), about(103, 9, market.Update, minute), about(104, 9, market.Update, minute)
	tried.Attempts, asked.Reason, other.WebhookID = 1, market.ReasonTrigger, 2
	insertEvents(t, s, due, tried, asked, other, held(about(105, 9, market.Update, 0)))
	fresh := about(200, 9, market.Update, minute)
	recordChanges(t, s, 1)
	sequence(t, s, 1, func([]market.Change, int64) (market.Plan, error) {
		return market.Plan{Changes: 1, Events: []market.WebhookEvent{fresh}, Coalescing: []int64{1}}, nil
	})
	expect(t, "what stays", standing(t, s)[6:], market.EventUnsent, market.EventUnsent, market.EventUnsent, market.EventUnsent, market.EventSkipped, market.EventUnsent)
}

// waiting are the events that wait for others.
func waiting(t *testing.T, s *store.Store) []int64 {
	t.Helper()
	var nums []int64
	for _, e := range events(t, s) {
		if e.Status == market.EventUnsent && e.NextAttemptAt == nil {
			nums = append(nums, e.Num)
		}
	}
	return nums
}

// ended is the outcome of an event of a lane.
func ended(num, advert int64, status market.EventStatus) market.Outcome {
	return market.Outcome{EventID: num, WebhookID: 1, Status: status, At: noon, Lane: market.Ref{Type: "Advert", Num: advert}}
}

func orderedHook(t *testing.T, s *store.Store) *market.Webhook {
	t.Helper()
	w := newHook(t, s, 1, market.WebhookActive)
	w.Ordered = true
	update(t, s, w)
	return w
}

func lanes(t *testing.T, s *store.Store) {
	orderedHook(t, s)
	plan := market.Plan{Ordered: []int64{1}}
	for _, advert := range []int64{7, 8, 7, 7, 8} {
		plan.Events = append(plan.Events, about(0, advert, market.Update, 0))
	}
	plan = planned(t, s, plan)
	expect(t, "waiting", waiting(t, s), 3, 4, 5)
	if plan.Events[2].NextAttemptAt != nil || plan.Events[0].NextAttemptAt == nil {
		t.Errorf("the plan knows its events as %+v", plan.Events)
	}
	free := func(o ...market.Outcome) []int64 {
		t.Helper()
		due, err := s.RecordOutcomes(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(due)
		return due
	}
	again := noon.Add(time.Hour)
	rejected := ended(1, 7, market.EventRejected)
	rejected.NextAttemptAt = &again
	expect(t, "a retry", free(rejected))
	expect(t, "both", free(ended(1, 7, market.EventSent), ended(2, 8, market.EventFailed)), 3, 5)
	expect(t, "one is left", waiting(t, s), 4)
	expect(t, "twice", free(ended(1, 7, market.EventSent)), []int64(nil)...)
	expect(t, "the last", free(ended(3, 7, market.EventSkipped)), 4)
	expect(t, "none", free(ended(4, 7, market.EventSent)))
}

// lanesOpened releases the events of an ordered webhook, and lets them all go when
// it wants no order any more.
func lanesOpened(t *testing.T, s *store.Store) {
	w := orderedHook(t, s)
	var list []market.WebhookEvent
	for i := range int64(6) {
		list = append(list, held(about(i+1, 7+i%2, market.Update, 0)))
	}
	insertEvents(t, s, list...)
	planned(t, s, market.Plan{Release: []int64{1}})
	expect(t, "waiting", waiting(t, s), 3, 4, 5, 6)
	w.Ordered = false
	update(t, s, w)
	planned(t, s, market.Plan{Release: []int64{1}})
	expect(t, "waiting without order", waiting(t, s))
}

func laneSweep(t *testing.T, s *store.Store) {
	orderedHook(t, s)
	blocked := func(num, advert int64) market.WebhookEvent {
		e := about(num, advert, market.Update, 0)
		e.NextAttemptAt = nil
		return e
	}
	over := about(1, 7, market.Update, 0)
	over.Status, over.NextAttemptAt, over.ProcessedAt = market.EventCancelled, nil, ptr(noon)
	insertEvents(t, s, over, blocked(2, 7), blocked(3, 7), blocked(4, 8), about(5, 9, market.Update, 0), blocked(6, 9))
	var last []int64
	for at := int64(0); ; {
		next, err := s.FreeLanes(t.Context(), at, 2)
		if err != nil {
			t.Fatal(err)
		}
		if last = append(last, next); next == 0 {
			break
		}
		at = next
	}
	expect(t, "looked at up to", last, 3, 6, 0)
	expect(t, "waiting", waiting(t, s), 3, 6)
	due, err := s.DueNow(t.Context(), []int64{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "due", due, 2, 4)
}

// lanesAtOnce makes events of one entity while others end them: none waits for
// what is over.
func lanesAtOnce(t *testing.T, s *store.Store) {
	orderedHook(t, s)
	const n = 60
	made := make(chan int64, n)
	inParallel(t, 2, func(i int) error {
		if i == 0 {
			defer close(made)
			for range n {
				p := planned(t, s, market.Plan{Ordered: []int64{1}, Events: []market.WebhookEvent{about(0, 7, market.Update, 0)}})
				if e := p.Events[0]; e.NextAttemptAt != nil {
					made <- e.Num
				}
			}
			return nil
		}
		var due []int64
		for ended := range made {
			for due = append(due, ended); len(due) > 0; {
				next, err := s.RecordOutcomes(t.Context(), []market.Outcome{{EventID: due[0], WebhookID: 1, Status: market.EventSent, At: noon, Lane: market.Ref{Type: "Advert", Num: 7}}})
				if err != nil {
					return err
				}
				due = append(due[1:], next...)
			}
		}
		return nil
	})
	for i, status := range standing(t, s) {
		if status != market.EventSent {
			t.Errorf("event %d is %s", i+1, status)
		}
	}
}

func shown(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	list := []market.WebhookEvent{event(1, 1, 1, 1), event(2, 2, 1, 2), event(3, 3, 2, 3), event(4, 1, 1, 4)}
	for i := range list {
		list[i].SubjectNum = 7
	}
	list[1].SubjectNum = 8 // another entity; event 3 is of another webhook
	insertEvents(t, s, list...)
	savePayloads(t, s, map[int64]string{1: "before"})
	expectShown := func(what, want string, since *time.Time) {
		t.Helper()
		body, err := s.Shown(t.Context(), &list[3], since)
		if err != nil || string(body) != want {
			t.Errorf("%s: %q, %v, want %q", what, body, err, want)
		}
	}
	expectShown("while the first is under way", "", nil)
	settle(t, s, attempt(1, 1, market.EventSent, time.Minute))
	expectShown("after it", "before", nil)
	expectShown("since then", "before", ptr(noon.Add(time.Minute)))
	expectShown("since later", "", ptr(noon.Add(time.Hour)))
}

// exchanged is one exchange as a receiver may have seen it.
type exchanged struct {
	began, ended time.Duration
	body         string
	acknowledged bool
}

// known is what a receiver surely has after exchanges, of which the last one that
// it acknowledged began when all others were over; "" where nobody can tell.
func known(list []exchanged) string {
	last := -1
	for i, x := range list {
		if x.acknowledged && (last < 0 || x.ended > list[last].ended) {
			last = i
		}
	}
	if last < 0 {
		return ""
	}
	for i, x := range list {
		if i != last && x.ended >= list[last].began && x.body != list[last].body {
			return ""
		}
	}
	return list[last].body
}

// shownModel has events of one entity delivered in every order, with failures and
// retries, and holds what the store says to what the receiver has.
func shownModel(t *testing.T, s *store.Store) {
	newHook(t, s, 1, market.WebhookActive)
	var num int64
	rapid.Check(t, func(r *rapid.T) {
		num += 100
		subject := num
		var open []int64 // events that are not over
		var list []exchanged
		bodies, tries := map[int64]string{}, map[int64]int64{}
		at := time.Duration(0)
		fresh := func(r *rapid.T) market.WebhookEvent {
			num++
			e := event(num, num, 1, num)
			e.SubjectNum = subject
			insertEvents(t, s, e)
			bodies[num] = rapid.SampledFrom([]string{"A", "B"}).Draw(r, "body")
			savePayloads(t, s, map[int64]string{num: bodies[num]})
			open = append(open, num)
			return e
		}
		r.Repeat(map[string]func(*rapid.T){
			"change": func(r *rapid.T) {
				if len(bodies) < 20 {
					fresh(r)
				}
			},
			"exchange": func(r *rapid.T) {
				if len(open) == 0 || len(list) > 40 {
					return
				}
				i := rapid.IntRange(0, len(open)-1).Draw(r, "which")
				e := open[i]
				status := rapid.SampledFrom([]market.EventStatus{market.EventSent, market.EventSent, market.EventSent, market.EventRejected, market.EventFailed}).Draw(r, "status")
				began := at + time.Duration(rapid.IntRange(-2, 3).Draw(r, "began"))*time.Second
				at = max(at, began) + time.Duration(rapid.IntRange(0, 2).Draw(r, "took"))*time.Second
				tries[e]++
				o := attempt(e, tries[e], status, at)
				o.Attempt.CreatedAt = noon.Add(began)
				settle(t, s, o)
				list = append(list, exchanged{began, at, bodies[e], status == market.EventSent})
				if status.Final() {
					open = slices.Delete(open, i, i+1)
				}
			},
			"": func(r *rapid.T) {
				if len(bodies) >= 20 {
					return
				}
				next := event(num+50, num+50, 1, num+50)
				next.SubjectNum = subject
				body, err := s.Shown(t.Context(), &next, nil)
				if err != nil {
					r.Fatal(err)
				}
				if body == nil {
					return
				}
				if len(open) > 0 || !bytes.Equal(body, []byte(known(list))) {
					r.Fatalf("the store says %s after %v, with %d open", body, list, len(open))
				}
			},
		})
	})
}
