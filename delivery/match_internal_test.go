package delivery

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
)

var everyEvent = []market.WebhookEventName{market.EventCreate, market.EventUpdate, market.EventDestroy}

// drawHook is a webhook of a few owners, classes, events and documents.
func drawHook(r *rapid.T, num int64) *market.Webhook {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom(everyEvent), 0, 3, rapid.ID).Draw(r, "events")
	w := &market.Webhook{
		Base: market.Base{Num: num}, SellerID: rapid.Int64Range(0, 2).Draw(r, "owner"), EventNames: names,
		Type:  rapid.SampledFrom([]string{"ADVERT", "ORDER"}).Draw(r, "class"),
		State: rapid.SampledFrom([]market.WebhookState{market.WebhookActive, market.WebhookPaused, market.WebhookDisabled, market.WebhookInvalid}).Draw(r, "state"),
	}
	if rapid.Bool().Draw(r, "a subscription") {
		w.DocumentEvents = rapid.SliceOfNDistinct(rapid.SampledFrom(everyEvent), 1, 3, rapid.ID).Draw(r, "asks for")
	}
	w.IgnoreOwnChanges = rapid.Bool().Draw(r, "ignores own")
	if document := rapid.SampledFrom([]string{"", "a", "b"}).Draw(r, "document"); document != "" {
		w.QueryString = &document
	}
	return w
}

func drawChange(r *rapid.T) market.Change {
	var owner *int64
	if rapid.Bool().Draw(r, "by a key") {
		owner = new(rapid.Int64Range(0, 2).Draw(r, "of"))
	}
	return market.Change{
		Num: 7, Owner: owner, At: now, Traceparent: "00-1", Subject: market.Ref{Type: rapid.SampledFrom([]string{"Advert", "Order", "Taxon"}).Draw(r, "type"), Num: 3},
		Action: rapid.SampledFrom([]market.Action{market.Create, market.Update, market.Destroy}).Draw(r, "action"),
		Shared: rapid.Bool().Draw(r, "shared"), Sellers: rapid.SliceOfN(rapid.Int64Range(0, 3), 0, 3).Draw(r, "sellers"),
	}
}

// concerns is the rule of match, for one webhook.
func concerns(w *market.Webhook, c market.Change) bool {
	has := func(names []market.WebhookEventName) bool {
		return len(names) == 0 || slices.ContainsFunc(names, func(n market.WebhookEventName) bool { return n.Action() == c.Action })
	}
	listens := has(w.EventNames) && has(w.DocumentEvents)
	own := w.IgnoreOwnChanges && c.Owner != nil && *c.Owner == w.SellerID
	return w.Type == c.Class() && listens && c.VisibleTo(w.SellerID) && !own
}

func TestRegistryEqualsTheModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		model, registry := map[int64]*market.Webhook{}, newRegistry(nil)
		r.Repeat(map[string]func(*rapid.T){
			"put": func(r *rapid.T) {
				w := drawHook(r, rapid.Int64Range(1, 6).Draw(r, "num"))
				model[w.Num] = w
				registry.put(w)
			},
			"drop": func(r *rapid.T) {
				num := rapid.Int64Range(1, 6).Draw(r, "num")
				delete(model, num)
				registry.drop(num)
			},
			"": func(r *rapid.T) {
				c := drawChange(r)
				var want []*market.Webhook
				for _, w := range model {
					if concerns(w, c) {
						want = append(want, w)
					}
				}
				slices.SortFunc(want, func(a, b *market.Webhook) int { return cmp.Compare(a.Num, b.Num) })
				if got := registry.match(c); !slices.Equal(got, want) {
					r.Fatalf("%+v concerns %v, want %v", c, got, want)
				}
				checkEvents(r, registry, c, want)
			},
		})
	})
}

// checkEvents holds the events of a change: dense, in order, and sharing a
// payload exactly where document and owner are equal.
func checkEvents(r *rapid.T, registry *registry, c market.Change, webhooks []*market.Webhook) {
	const next = 100
	events := registry.events(c, next)
	if len(events) != len(webhooks) {
		r.Fatalf("%d events of %d webhooks", len(events), len(webhooks))
	}
	for i, e := range events {
		w := webhooks[i]
		if e.Num != next+int64(i) || e.WebhookID != w.Num || e.ChangeID != c.Num || e.SellerID != w.SellerID || e.Traceparent != c.Traceparent ||
			e.Action != c.Action || e.Subject() != c.Subject || !e.CreatedAt.Equal(c.At) {
			r.Fatalf("event %d is %+v", i, e)
		}
		if active := w.State == market.WebhookActive; active != (e.Status == market.EventUnsent) || active != (e.NextAttemptAt != nil) || !active && e.Status != market.EventHeld {
			r.Fatalf("the event of a webhook that is %s is %+v", w.State, e)
		}
		for j, other := range events {
			equal := w.Document() == webhooks[j].Document() && w.SellerID == webhooks[j].SellerID
			if equal != (e.PayloadID == other.PayloadID) || e.PayloadID > e.Num {
				r.Fatalf("events %d and %d have payloads %d and %d", e.Num, other.Num, e.PayloadID, other.PayloadID)
			}
		}
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	active, paused := &market.Webhook{Base: market.Base{Num: 1}, State: market.WebhookActive}, &market.Webhook{Base: market.Base{Num: 1}, State: market.WebhookPaused}
	for name, test := range map[string]struct {
		action          market.Action
		now             *market.Webhook
		known           bool
		release, cancel []int64
	}{
		"created":                {market.Create, active, true, nil, nil},
		"created, paused since":  {market.Create, paused, true, nil, nil},
		"created, deleted since": {market.Create, nil, false, nil, []int64{1}},
		"changed":                {market.Update, active, true, []int64{1}, nil},
		"paused":                 {market.Update, paused, true, nil, nil},
		"deleted":                {market.Destroy, nil, false, nil, []int64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, p := newRegistry(nil), market.Plan{}
			r.register(market.Change{Subject: market.Ref{Type: "Webhook", Num: 1}, Action: test.action}, test.now, &p)
			if (r.byNum[1] != nil) != test.known || !slices.Equal(p.Release, test.release) || !slices.Equal(p.Cancel, test.cancel) {
				t.Errorf("known %v, plan %+v", r.byNum[1] != nil, p)
			}
		})
	}
}

func TestExecutions(t *testing.T) {
	t.Parallel()
	event := func(num, payload int64) *market.WebhookEvent {
		return &market.WebhookEvent{Base: market.Base{Num: num}, PayloadID: payload, WebhookID: num, NextAttemptAt: &now}
	}
	hook := func(num, owner int64, document string) *market.Webhook {
		return &market.Webhook{Base: market.Base{Num: num}, SellerID: owner, QueryString: &document, State: market.WebhookActive}
	}
	invalid := hook(7, 1, "a")
	invalid.State = market.WebhookInvalid
	held := event(6, 1)
	held.NextAttemptAt = nil
	r := market.Rendering{PayloadID: 1, At: now, Action: market.Update, Events: []*market.WebhookEvent{event(2, 1), event(3, 1), event(4, 1), event(5, 1), held, event(7, 1)}}
	list := executions(r, map[int64]*market.Webhook{2: hook(2, 1, "a"), 3: hook(3, 1, "b"), 4: hook(4, 2, "a"), 6: hook(6, 1, "b"), 7: invalid})
	var payloads []int64
	for _, x := range list {
		payloads = append(payloads, x.payload)
		for _, e := range x.events {
			if w := e.WebhookID; (w == 4) != (x.webhook.SellerID == 2) {
				t.Errorf("event %d is executed as the owner of %d", e.Num, x.webhook.Num)
			}
		}
	}
	if !slices.Equal(payloads, []int64{2, 3, 4}) { // event 1 is not there: its number is not theirs to use
		t.Fatalf("payloads %v", payloads)
	}
	if got := list[1].moved(); !slices.Equal(got, []int64{3, 6}) {
		t.Errorf("moved: %v", got)
	}
	if got := list[1].due(); !slices.Equal(got, []int64{3}) {
		t.Errorf("due: %v", got)
	}
	same := executions(market.Rendering{PayloadID: 2, Events: []*market.WebhookEvent{event(2, 2)}}, map[int64]*market.Webhook{2: hook(2, 1, "a")})
	if len(same) != 1 || same[0].payload != 2 || same[0].moved() != nil {
		t.Errorf("a payload that nobody left moved: %+v", same)
	}
}

func TestPostponedExecutions(t *testing.T) {
	t.Parallel()
	due := &market.WebhookEvent{Base: market.Base{Num: 1}, NextAttemptAt: &now}
	x := execution{at: now, events: []*market.WebhookEvent{due, {Base: market.Base{Num: 2}}}}
	for _, test := range []struct{ age, wait time.Duration }{
		{0, firstRerun}, {3 * firstRerun, 3 * firstRerun}, {5 * longestRerun, longestRerun}, {giveUpAfter, longestRerun},
	} {
		at := now.Add(test.age)
		list := x.postponed(at)
		if len(list) != 1 || list[0].Status != market.EventUnsent || list[0].NextAttemptAt.Sub(at) != test.wait {
			t.Errorf("after %v: %+v", test.age, list)
		}
	}
	if list := x.postponed(now.Add(giveUpAfter + 1)); len(list) != 1 || list[0].Status != market.EventFailed || list[0].NextAttemptAt != nil {
		t.Errorf("after 30 days: %+v", list)
	}
}
