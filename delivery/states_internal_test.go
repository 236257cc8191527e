package delivery

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
)

// edge is a transition between two states of an event; from "" it comes into being.
type edge struct{ from, to market.EventStatus }

// drawn are the transitions of the diagram in docs/architecture.md.
func drawn(t *testing.T) map[edge]bool {
	t.Helper()
	text, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, diagram, found := bytes.Cut(text, []byte("stateDiagram-v2\n"))
	diagram, _, closed := bytes.Cut(diagram, []byte("```"))
	if !found || !closed {
		t.Fatal("there is no diagram")
	}
	edges := map[edge]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  (\[\*\]|\w+) --> (\w+): .+$`).FindAllSubmatch(diagram, -1) {
		from := market.EventStatus(m[1])
		if from == "[*]" {
			from = ""
		}
		edges[edge{from, market.EventStatus(m[2])}] = true
	}
	if n := bytes.Count(diagram, []byte("-->")); n != len(edges) {
		t.Fatalf("%d of the diagram's %d lines are understood", len(edges), n)
	}
	return edges
}

// stateRun makes every event meet what can happen to it.
type stateRun struct {
	t     *testing.T
	store *store.Store
	// next is the number of the next webhook and of its one event.
	next  int64
	found map[edge]bool
}

// TestTheDiagramShowsEveryTransition tries every state with everything that can
// happen to an event in it, and compares with the diagram in both directions.
func TestTheDiagramShowsEveryTransition(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), storetest.SQLite(t), store.Options{SecretKey: bytes.Repeat([]byte("k"), 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &stateRun{t: t, store: db, found: map[edge]bool{}}
	for _, state := range []market.WebhookState{market.WebhookActive, market.WebhookPaused, market.WebhookDisabled, market.WebhookInvalid} {
		e := newEvent(market.Change{}, &market.Webhook{State: state}, 1, 1)
		r.found[edge{"", e.Status}] = true
	}
	for _, from := range []market.EventStatus{market.EventUnsent, market.EventRejected, market.EventHeld,
		market.EventSent, market.EventSkipped, market.EventFailed, market.EventCancelled} {
		r.exchanges(from)
		r.commands(from)
	}
	want := drawn(t)
	for e := range maps.Keys(r.found) {
		if !want[e] {
			t.Errorf("the diagram lacks %q to %q", e.from, e.to)
		}
	}
	for e := range maps.Keys(want) {
		if !r.found[e] {
			t.Errorf("nothing leads from %q to %q", e.from, e.to)
		}
	}
}

// exchanges lets everything that decide knows happen to events in a state.
func (r *stateRun) exchanges(from market.EventStatus) {
	xs := []exchange{{failure: "timed out"}, {absence: notActive}, {absence: poisonous}}
	if from != market.EventRejected { // these come before the first attempt only
		xs = append(xs, exchange{absence: alreadyShown}, exchange{absence: unrendered}, exchange{absence: withErrors}, exchange{absence: filtered}, exchange{absence: unasked})
	}
	for _, status := range []int{200, 204, 302, 400, 404, 408, 410, 429, 500, 503} {
		xs = append(xs, answered(status, ""))
	}
	for _, x := range xs {
		for _, p := range []policy{{maxRetries: 25, attempts: 2}, {maxRetries: 1, attempts: 2}, {maxRetries: 25, attempts: 2, age: giveUpAfter + 1}} {
			v := decide(x, p, now, 0.5)
			if v.status.Final() != (v.wait == 0) && v.status != market.EventHeld {
				r.t.Errorf("%+v is %s and waits %v", x, v.status, v.wait)
			}
			r.meet(from, fmt.Sprintf("%+v", x), x.absence == notActive, func(num int64) error {
				o := market.Outcome{EventID: num, WebhookID: num, Status: v.status, ErrorMessage: v.message, At: now}
				if x.absence == withErrors {
					o.Known = now // since when the webhook has not changed
				}
				if v.wait > 0 {
					o.NextAttemptAt = new(now.Add(v.wait))
				}
				if x.absence == exchanged {
					o.Attempt = &market.WebhookEventResponse{Base: market.Base{CreatedAt: now, UpdatedAt: now}, AttemptNo: 2, EventID: num, Status: int64(x.status)}
				}
				_, err := r.store.RecordOutcomes(r.t.Context(), []market.Outcome{o})
				return err
			})
		}
	}
}

// commands lets everything else happen to events in a state.
func (r *stateRun) commands(from market.EventStatus) {
	r.meet(from, "a stop", false, func(num int64) error { return r.store.Invalidate(r.t.Context(), num, "test") })
	for _, stopped := range []bool{false, true} {
		r.meet(from, sentAgain, stopped, func(num int64) error {
			return r.store.Run(r.t.Context(), func(tx market.Tx) error { return tx.Resend(r.t.Context(), []int64{num}, 0, "", now.Add(time.Second)) })
		})
	}
	for what, plan := range map[string]func(*market.Plan, int64){
		"a start":    func(p *market.Plan, num int64) { p.Release = []int64{num} },
		"a deletion": func(p *market.Plan, num int64) { p.Cancel = []int64{num} },
	} {
		r.meet(from, what, false, func(num int64) error {
			change := market.Change{Subject: market.Ref{Type: "Webhook", Num: num}, Action: market.Update, At: now}
			if err := r.store.Run(r.t.Context(), func(tx market.Tx) error { return tx.Record(r.t.Context(), []market.Change{change}) }); err != nil {
				return err
			}
			_, err := r.store.Sequence(r.t.Context(), 100, func(changes []market.Change, _ int64) (market.Plan, error) {
				p := market.Plan{Changes: len(changes)}
				plan(&p, num)
				return p, nil
			})
			return err
		})
	}
}

// sentAgain is the one thing that happens to final events.
const sentAgain = "being sent again"

// meet makes an event in a state, lets something happen to it, and notes what it
// is then. stopped says that its webhook is.
func (r *stateRun) meet(from market.EventStatus, what string, stopped bool, happen func(num int64) error) {
	r.t.Helper()
	r.next++
	num, state := r.next, market.WebhookActive
	if stopped {
		state = market.WebhookPaused
	}
	e := &market.WebhookEvent{Base: market.Base{Num: num, CreatedAt: now, UpdatedAt: now}, ChangeID: num, PayloadID: num, Status: from, WebhookID: num}
	if from == market.EventUnsent || from == market.EventRejected {
		e.NextAttemptAt = new(now)
	}
	w := &market.Webhook{Base: market.Base{Num: num, CreatedAt: now, UpdatedAt: now}, State: state, StateSince: now, Type: "ADVERT", URL: "https://a.example"}
	err := r.store.Run(r.t.Context(), func(tx market.Tx) error {
		if err := tx.Insert(r.t.Context(), w); err != nil {
			return err
		}
		return tx.Insert(r.t.Context(), e)
	})
	if err == nil {
		err = happen(num)
	}
	if err != nil {
		r.t.Fatalf("%s meets %s: %v", from, what, err)
	}
	after := r.event(num)
	waits := func(e *market.WebhookEvent) time.Time {
		if e.NextAttemptAt == nil {
			return time.Time{}
		}
		return e.NextAttemptAt.UTC()
	}
	if from.Final() && after.Status != from && what != sentAgain {
		r.t.Errorf("%s ends %s", what, from)
	}
	if after.Status != from || !waits(after).Equal(waits(e)) {
		r.found[edge{from, after.Status}] = true
	}
	if final := after.Status.Final(); final && !from.Final() && (after.NextAttemptAt != nil || after.ProcessedAt == nil) {
		r.t.Errorf("%s is over and is %+v", what, after)
	}
}

func (r *stateRun) event(num int64) *market.WebhookEvent {
	r.t.Helper()
	var list []*market.WebhookEvent
	_, err := r.store.Select(viewer.NewContext(r.t.Context(), viewer.Viewer{}), &list, market.Query{Where: []market.Cond{market.Eq("id", num)}})
	if err != nil || len(list) != 1 {
		r.t.Fatal(list, err)
	}
	return list[0]
}

// Every state that an event can be in is in the diagram.
func TestTheDiagramShowsEveryState(t *testing.T) {
	t.Parallel()
	seen := map[market.EventStatus]bool{}
	for e := range drawn(t) {
		seen[e.to] = true
	}
	got := slices.Sorted(maps.Keys(seen))
	want := []market.EventStatus{market.EventCancelled, market.EventFailed, market.EventHeld, market.EventRejected, market.EventSent, market.EventSkipped, market.EventUnsent}
	if !slices.Equal(got, want) {
		t.Errorf("the diagram has %v, want %v", got, want)
	}
}
