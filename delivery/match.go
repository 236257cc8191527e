package delivery

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"crier/internal/market"
)

// registry is every webhook in memory, found by what a change is about.
type registry struct {
	byNum   map[int64]*market.Webhook
	byTopic map[topic]map[int64][]*market.Webhook // owner → webhooks
}

// topic is what a webhook listens to.
type topic struct {
	class  string
	action market.Action
}

func newRegistry(webhooks []*market.Webhook) *registry {
	r := &registry{byNum: map[int64]*market.Webhook{}, byTopic: map[topic]map[int64][]*market.Webhook{}}
	for _, w := range webhooks {
		r.put(w)
	}
	return r
}

// topics lists what a webhook listens to.
func topics(w *market.Webhook) []topic {
	if w.Type == market.WebhookClass {
		var list []topic
		for _, action := range market.Operational {
			list = append(list, topic{w.Type, action})
		}
		return list
	}
	events := w.Events()
	if events == nil {
		return []topic{{w.Type, market.Create}, {w.Type, market.Update}, {w.Type, market.Destroy}}
	}
	list := make([]topic, len(events))
	for i, name := range events {
		list[i] = topic{w.Type, name.Action()}
	}
	return list
}

// put adds a webhook, or replaces its former state.
func (r *registry) put(w *market.Webhook) {
	r.drop(w.Num)
	r.byNum[w.Num] = w
	for _, t := range topics(w) {
		if r.byTopic[t] == nil {
			r.byTopic[t] = map[int64][]*market.Webhook{}
		}
		r.byTopic[t][w.SellerID] = append(r.byTopic[t][w.SellerID], w)
	}
}

// drop forgets a webhook.
func (r *registry) drop(num int64) {
	old, ok := r.byNum[num]
	if !ok {
		return
	}
	delete(r.byNum, num)
	for _, t := range topics(old) {
		owned := r.byTopic[t]
		owned[old.SellerID] = slices.DeleteFunc(owned[old.SellerID], func(w *market.Webhook) bool { return w.Num == num })
		if len(owned[old.SellerID]) == 0 {
			delete(owned, old.SellerID)
		}
	}
}

// register brings the registry up to one change of a webhook, which is nil where
// it was deleted since.
func (r *registry) register(c market.Change, w *market.Webhook, p *market.Plan) {
	if w == nil {
		r.drop(c.Subject.Num)
		p.Cancel = append(p.Cancel, c.Subject.Num)
		return
	}
	r.put(w)
	switch {
	case w.State == market.WebhookInvalid:
		p.Withdraw = append(p.Withdraw, w.Num)
	case w.State == market.WebhookActive && c.Action == market.Update:
		p.Release = append(p.Release, w.Num)
	}
}

// match returns the webhooks that a change concerns, by number, without those that
// want to hear nothing of what their own owner does.
func (r *registry) match(c market.Change) []*market.Webhook {
	owners := r.byTopic[topic{c.Class(), c.Action}]
	var found []*market.Webhook
	if c.Shared {
		for _, list := range owners {
			found = append(found, list...)
		}
	} else {
		found = append(found, owners[0]...)
		for _, seller := range c.Sellers {
			found = append(found, owners[seller]...)
		}
	}
	slices.SortFunc(found, func(a, b *market.Webhook) int { return cmp.Compare(a.Num, b.Num) })
	found = slices.Compact(found) // a change may name a seller twice
	if c.Owner == nil {
		return found
	}
	return slices.DeleteFunc(found, func(w *market.Webhook) bool { return w.IgnoreOwnChanges && w.SellerID == *c.Owner })
}

// rendering tells apart the executions of one change: webhooks with the same
// document, owner and rights share one. Where the document can show the change
// itself, so must be what their events say of it, which may stand for several.
type rendering struct {
	document string
	owner    int64
	scopes   string
	action   market.Action
	changed  string
	// event is that of a payload that nobody shares, 0 otherwise.
	event int64
}

func renderingOf(w *market.Webhook) rendering {
	return rendering{document: w.Document(), owner: w.SellerID, scopes: strings.Join(w.GrantedScopes, " ")}
}

// events makes the events of one change, numbered from next.
func (r *registry) events(c market.Change, next int64) []market.WebhookEvent {
	webhooks := r.match(c)
	list := make([]market.WebhookEvent, len(webhooks))
	first := make(map[rendering]int64, 1)
	for i, w := range webhooks {
		num, key := next+int64(i), renderingOf(w)
		if _, ok := first[key]; !ok {
			first[key] = num
		}
		list[i] = newEvent(c, w, num, first[key])
	}
	return list
}

func newEvent(c market.Change, w *market.Webhook, num, payload int64) market.WebhookEvent {
	e := market.WebhookEvent{
		Base:   market.Base{Num: num, CreatedAt: c.At, UpdatedAt: c.At},
		Action: c.Action, ChangeID: c.Num, ChangeSequence: c.Sequence, Format: w.Format, PayloadID: payload, Reason: market.ReasonChange,
		SellerID: w.SellerID, Status: market.EventUnsent, SubjectType: c.Subject.Type, SubjectNum: c.Subject.Num,
		Traceparent: c.Traceparent, WebhookID: w.Num,
	}
	if w.Filter != nil || w.Subscribes() {
		e.Changed = c.Changed
	}
	if w.State != market.WebhookActive {
		e.Status = market.EventHeld
		return e
	}
	due := c.At.Add(time.Duration(w.CoalesceSeconds) * time.Second)
	e.NextAttemptAt = &due
	return e
}
