package delivery

import (
	"strings"
	"time"

	"crier/internal/market"
)

// execution is one run of a document, and the events that share its result.
type execution struct {
	// payload is the number under which the result is stored: that of the first event.
	payload int64
	// webhook is one of those that share the result.
	webhook *market.Webhook
	subject market.Ref
	action  market.Action
	// at is the time of the change, shownAt the moment as of which a destroy is shown.
	at, shownAt time.Time
	events      []*market.WebhookEvent
	// webhooks are those of the events, by number.
	webhooks map[int64]*market.Webhook
	// apart are what became of the events that the result is not sent for.
	apart []market.Outcome
	// held are those of them that wait for another result.
	held []*market.WebhookEvent
	// body is the result; err says why there is none.
	body []byte
	err  error
}

// executions says what a rendering takes now. The relay found its webhooks equal
// in document and owner, which may have changed since: those that are not equal
// any more get a payload of their own. Events of webhooks that were deleted, or
// whose document is invalid, wait for their end or their mending.
func executions(r market.Rendering, webhooks map[int64]*market.Webhook) []*execution {
	var list []*execution
	known := map[rendering]*execution{}
	for _, e := range r.Events {
		w := webhooks[e.WebhookID]
		if w == nil || w.State == market.WebhookInvalid || e.Status.Final() {
			continue
		}
		key, payload := renderingOf(w), e.Num
		if w.Subscribes() {
			key.action, key.changed = e.Action, strings.Join(e.Changed, " ")
		}
		if e.PayloadID < 0 { // withdrawn: the number of the event stands for the former result
			key.event, payload = e.Num, -e.Num
		}
		if known[key] == nil {
			known[key] = &execution{payload: payload, webhook: w, webhooks: webhooks, subject: r.Subject, action: r.Action, at: r.At, shownAt: r.ShownAt}
			list = append(list, known[key])
		}
		known[key].events = append(known[key].events, e)
	}
	return list
}

// change is what the events of the execution stand for, as a document can show it:
// where somebody asked for them, the request.
func (x *execution) change() market.Change {
	e := x.events[0]
	c := market.Change{Num: e.ChangeID, Sequence: e.ChangeSequence, Subject: x.subject, Action: e.Action, Changed: e.Changed, At: x.at}
	if e.Reason != market.ReasonChange {
		c.Request = &market.EventRequest{WebhookID: e.WebhookID, Reason: e.Reason}
	}
	return c
}

// moved names the events that were to share another payload.
func (x *execution) moved() []int64 { return strangers(x.events, x.payload) }

// strangers names those of events that wait for another payload than one.
func strangers(events []*market.WebhookEvent, payload int64) []int64 {
	var nums []int64
	for _, e := range events {
		if e.PayloadID != payload {
			nums = append(nums, e.Num)
		}
	}
	return nums
}

// due names the events that are to be sent; held ones are not.
func (x *execution) due() []int64 {
	var nums []int64
	for _, e := range x.events {
		if e.NextAttemptAt != nil {
			nums = append(nums, e.Num)
		}
	}
	return nums
}

const (
	// An execution that failed is tried again after as long as it has failed
	// already, within these bounds.
	firstRerun   = sweepEvery
	longestRerun = time.Hour
)

// postponed are the outcomes of the events whose document could not be executed.
func (x *execution) postponed(now time.Time) []market.Outcome {
	v := decide(exchange{absence: unrendered}, policy{age: now.Sub(x.at)}, now, 0)
	var next *time.Time
	if v.wait > 0 {
		next = new(now.Add(v.wait))
	}
	var list []market.Outcome
	for _, e := range x.events {
		if e.NextAttemptAt == nil {
			continue
		}
		list = append(list, market.Outcome{EventID: e.Num, WebhookID: e.WebhookID, Status: v.status, NextAttemptAt: next, At: now, ErrorMessage: v.message, Lane: laneOf(x.webhooks[e.WebhookID], e)})
	}
	return list
}
