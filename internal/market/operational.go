package market

import "time"

// The actions of operational events: what came of a webhook by itself. Their subject
// is the webhook.
const (
	// Disabled: lasting failures, or a 410, had it switched off.
	Disabled Action = "disabled"
	// Invalidated: its document no longer fits the schema, or its owner's rights.
	Invalidated Action = "invalid"
	// Failing: some attempts in a row have failed, over some time.
	Failing Action = "failing"
	// Recovered: a delivery arrived after that, or it was switched on again.
	Recovered Action = "recovered"
)

// Operational are the actions of operational events.
var Operational = []Action{Disabled, Failing, Invalidated, Recovered}

// WebhookClass is the class of webhooks that get operational events. Nothing that
// happens to a webhook of this class is one, so that none can ever cause another.
const WebhookClass = "WEBHOOK"

// Operational is the change that is told to the webhooks of the class WEBHOOK; nil
// where the webhook is one of these itself.
func (w *Webhook) Operational(what Action, at time.Time, changed ...string) *Change {
	if w.Type == WebhookClass || what == "" {
		return nil
	}
	c := &Change{Subject: w.Ref(), Action: what, Changed: changed, Actor: "delivery", At: at}
	if w.SellerID != 0 {
		c.Sellers = w.sellers()
	}
	return c
}

// operational is what the owner of a webhook is told of a change of its state that a
// person, or a check of its document, made.
func (u *unit) operational(t *tracked) []Change {
	is, ok := t.entity.(*Webhook)
	was, known := t.was.(*Webhook)
	if !ok || !known || t.removed {
		return nil
	}
	var what Action
	switch {
	case is.State == WebhookInvalid && was.State != WebhookInvalid:
		what = Invalidated
	case is.State == WebhookActive && (was.State == WebhookInvalid || was.State == WebhookDisabled):
		what = Recovered
	}
	c := is.Operational(what, u.now, "state", "stateReason")
	if c == nil {
		return nil
	}
	c.Actor, c.Owner, c.Traceparent = u.actor.ID, u.actor.owner(), u.actor.Traceparent
	return []Change{*c}
}
