package resolvers

import (
	"fmt"
	"strings"
	"time"

	"crier/graph"
	"crier/internal/market"
)

// newestFirst orders by number, the last one made first.
var newestFirst = []market.Sort{{Column: "id", Desc: true}}

// numberIn reads the global id of one type that an argument holds.
func numberIn(argument, typeName, id string) (int64, error) {
	nums, err := numbers(typeName, []string{id})
	if err != nil {
		return 0, badInput(fmt.Sprintf("%s: %s", argument, err))
	}
	return nums[0], nil
}

// only keeps the rows whose column is the entity that an argument names; nil keeps all.
func (f *filter) only(column, argument, typeName string, id *string) {
	if id == nil || f.err != nil {
		return
	}
	num, err := numberIn(argument, typeName, *id)
	f.err = err
	f.add(market.Eq(column, num))
}

// webhooks adds the conditions of the arguments of webhooks.
func (f *filter) webhooks(sellerID *string, state *market.WebhookState, class *string) {
	f.only("seller_id", "sellerId", "Seller", sellerID)
	given(f, state, func(s market.WebhookState) market.Cond { return market.Eq("state", s) })
	given(f, class, func(c string) market.Cond { return market.Eq("type", c) })
}

// eventArguments are the arguments of webhookEvents beside its page.
type eventArguments struct {
	eventName    *market.WebhookEventName
	since, until *time.Time
	statuses     []graph.WebhookEventStatusEnum
	subjectID    *string
	class        *string
	webhookID    *string
}

// events adds the conditions of the arguments of webhookEvents.
func (f *filter) events(in eventArguments) {
	f.only("webhook_id", "webhookId", "Webhook", in.webhookID)
	f.subject(in.subjectID)
	f.period("created_at", in.since, in.until)
	given(f, in.eventName, func(n market.WebhookEventName) market.Cond { return market.Eq("action", n.Action()) })
	given(f, in.class, ofClass)
	if in.statuses != nil {
		f.add(market.In("status", each(in.statuses, eventStatus)))
	}
}

// subject keeps the events about the entity of a global id; nil keeps all.
func (f *filter) subject(id *string) {
	if id == nil || f.err != nil {
		return
	}
	ref, err := market.ParseID(*id)
	if kind, known := market.KindOf(ref.Type); err != nil || !known || !kind.Class {
		f.err = badInput(fmt.Sprintf("subjectId: %q is not the id of anything that webhooks are about", *id))
		return
	}
	f.add(market.Eq("subject_type", ref.Type), market.Eq("subject_num", ref.Num))
}

// ofClass holds for events about entities of a class.
func ofClass(class string) market.Cond {
	typeName, _ := market.TypeOfClass(class)
	return market.Eq("subject_type", typeName)
}

// eventStatus is a status as events have it: UNSENT is "Unsent".
func eventStatus(s graph.WebhookEventStatusEnum) market.EventStatus {
	return market.EventStatus(s[:1]) + market.EventStatus(strings.ToLower(string(s[1:])))
}
