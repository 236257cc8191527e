package delivery_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
)

// TestABurstIsOneEvent has changes wait for the relay together: the newest stands for
// those before it, and nothing that a receiver needs is lost.
func TestABurstIsOneEvent(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		s, r := newRig(t, p, patience).open(), receive(t, nil)
		all := s.register(r.url + "/all").Webhook
		creates := s.register(r.url+"/creates", only(market.EventCreate)).Webhook
		titles := s.register(r.url+"/titles", filtering(`eventName == "update" && "title" in changed`)).Webhook
		ordered := s.register(r.url+"/ordered", func(in *market.WebhookAttributes) { in.Ordered = market.Some(true) }).Webhook
		id := s.advert(s.seller, "Jar")
		for i := range 3 {
			s.rename(id, fmt.Sprint("Jar ", i))
		}
		gone := s.advert(s.seller, "Lid")
		s.rename(gone, "Cap")
		_, err := s.DeleteAdvert(t.Context(), s.actor, gone)
		must(t, err)
		s.start()
		const skipped, sent = market.EventSkipped, market.EventSent
		// The jar: a create that shows its last title. The lid: its create, which stands for the update, and its end.
		list := s.statuses(all, skipped, skipped, skipped, sent, skipped, sent, sent)
		for i, want := range map[int]market.Action{3: market.Create, 5: market.Create, 6: market.Destroy} {
			if list[i].Action != want {
				t.Errorf("event %d is a %s, want a %s", i, list[i].Action, want)
			}
		}
		if e := list[0]; e.ErrorMessage == nil || !strings.Contains(*e.ErrorMessage, "stands for it") || e.ProcessedAt == nil || e.Attempts != 0 {
			t.Errorf("an event that another stands for is %+v", e)
		}
		s.statuses(creates, sent, sent)
		// What a filter sees is that of each change, so that its verdict is the same.
		s.statuses(titles, skipped, skipped, skipped, sent, skipped, sent, skipped)
		s.statuses(ordered, sent, sent, sent, sent, sent, sent, sent)
		arrived := map[string]int{}
		for range 14 {
			a := r.next()
			arrived[a.path+" "+a.data.EventName]++
			if a.path == "/all" && a.data.EventName == "create" && a.data.Payload.Data.Node.ID == id && title(a) != "Jar 2" {
				t.Errorf("the newest does not show the last state: %s", a.body)
			}
		}
		want := map[string]int{"/all create": 2, "/all destroy": 1, "/creates create": 2, "/titles update": 2, "/ordered create": 2, "/ordered update": 4, "/ordered destroy": 1}
		if fmt.Sprint(arrived) != fmt.Sprint(want) {
			t.Errorf("arrived: %v, want %v", arrived, want)
		}
		r.none()
	})
}

// told waits until all of a number of events of an entity were sent, or newer ones stand
// for them, and returns them.
func (r *rig) told(w *market.Webhook, n int) (list []*market.WebhookEvent) {
	r.t.Helper()
	r.until(func() bool {
		list = r.events(w)
		return len(list) == n && !slices.ContainsFunc(list, func(e *market.WebhookEvent) bool { return !e.Status.Final() })
	}, func() any { return list })
	for i, e := range list {
		stoodFor := e.Status == market.EventSkipped && i < n-1 && e.ErrorMessage != nil && strings.Contains(*e.ErrorMessage, "stands for it")
		if e.Status != market.EventSent && !stoodFor {
			r.t.Errorf("event %d is %+v", e.Num, e)
		}
	}
	return list
}

// only registers for events of one name.
func only(name market.WebhookEventName) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) { in.EventName = market.Some(name) }
}
