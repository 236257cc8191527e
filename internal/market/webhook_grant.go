package market

import (
	"fmt"
	"strings"
	"time"
)

// grant notes with which key and scopes the document was proven: it may read no
// more than these, as long as they last.
func (w *Webhook) grant(scopes []string, actor Actor) {
	w.GrantedScopes, w.KeyID = scopes, 0
	if ref, err := ParseID(actor.ID); err == nil && ref.Type == apiKeyType {
		w.KeyID = ref.Num
	}
}

// become brings the webhook into a state, which starts its health anew.
func (w *Webhook) become(state WebhookState, reason string, now time.Time) {
	if state == w.State {
		return
	}
	w.Probing = w.State == WebhookDisabled && state == WebhookActive
	w.State, w.StateReason, w.StateSince = state, nonEmpty(&reason), now
	w.ConsecutiveFailures, w.FailingSince = 0, nil
	w.FailingTold = w.FailingTold && state == WebhookPaused
}

// holdToGrant stops an active webhook that reads more than it was granted.
func (w *Webhook) holdToGrant(now time.Time) {
	if missing := missingScopes(w.GrantedScopes, w.RequiredScopes); w.State == WebhookActive && len(missing) > 0 {
		w.become(WebhookInvalid, fmt.Sprintf("the key that registered it lacks the scopes %s, which its document needs", strings.Join(missing, ", ")), now)
	}
}

// regrant holds the webhooks that a key registered to the scopes that it has
// now. Those that fit are sent again if nothing else is wrong with them.
func (m *Market) regrant(u *unit, key *MarketplacerAPIKey) error {
	webhooks, err := list[Webhook](u, Eq("key_id", key.Num))
	if err != nil {
		return fmt.Errorf("find the webhooks of %s: %w", key.Ref(), err)
	}
	for _, w := range webhooks {
		w.GrantedScopes, w.UpdatedAt = key.Scopes, u.now // delivery keeps what has not been updated
		if err := m.prove(u, w); err != nil {
			return err
		}
	}
	return nil
}

// withdrawInvalid drops what was rendered for a webhook that is invalid now, and never sent.
func (u *unit) withdrawInvalid(w *Webhook) error {
	if w.State != WebhookInvalid || w.Num == 0 {
		return nil
	}
	if err := u.tx.WithdrawResults(u.ctx, []int64{w.Num}); err != nil {
		return fmt.Errorf("withdraw the events of %s: %w", w.Ref(), err)
	}
	return nil
}

// prove checks a registered document anew, under the present schema and with the
// scopes that it was granted, and brings its webhook into the state that follows.
func (m *Market) prove(u *unit, w *Webhook) error {
	facts, errs := m.check(w)
	switch {
	case len(errs) > 0 && w.State == WebhookActive:
		w.become(WebhookInvalid, errs[0].Located(), u.now)
	case len(errs) == 0:
		w.learn(facts)
		if w.State == WebhookInvalid {
			w.become(WebhookActive, "", u.now)
		}
		w.holdToGrant(u.now)
	}
	return u.withdrawInvalid(w)
}

// learn keeps what the schema says of the document.
func (w *Webhook) learn(facts DocumentFacts) {
	w.DocumentCost, w.RequiredScopes, w.DeprecatedFields = int64(facts.Cost), facts.RequiredScopes, facts.DeprecatedFields
	w.DocumentEvents = facts.EventNames
}

// check proves a webhook's document and filter for its class.
func (m *Market) check(w *Webhook) (DocumentFacts, []DocumentError) {
	typeName, known := TypeOfClass(w.Type)
	if !known {
		return DocumentFacts{}, []DocumentError{{Message: w.Type + " is no class of webhooks any more", Rule: "Class"}}
	}
	facts, errs := m.options.Documents.Check(typeName, w.Document())
	if len(errs) == 0 {
		errs = m.options.Documents.CheckEvents(w.Document(), w.EventNames)
	}
	if len(errs) == 0 && w.Filter != nil {
		errs = m.options.Documents.CheckFilter(typeName, w.Document(), *w.Filter, w.Events())
	}
	return facts, errs
}
