package market

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// WebhookAttributes is what webhookCreate and webhookUpdate say of a webhook;
// what is absent keeps its value, or its default on creation.
type WebhookAttributes struct {
	AllowSkip           Opt[bool]
	Asymmetric          Opt[bool]
	CoalesceSeconds     Opt[int64]
	ConcurrentSendLimit Opt[int64]
	Enabled             Opt[bool]
	EventName           Opt[WebhookEventName]
	EventNames          Opt[[]WebhookEventName]
	Filter              Opt[string]
	Format              Opt[WebhookFormat]
	// Headers is a JSON object of names to strings, numbers or booleans.
	Headers          Opt[json.RawMessage]
	HmacKey          Opt[string]
	Identifier       Opt[string]
	IgnoreOwnChanges Opt[bool]
	MaxRetries       Opt[int64]
	Name             Opt[string]
	OnErrors         Opt[WebhookOnErrors]
	Ordered          Opt[bool]
	QueryString      Opt[string]
	RatePerSecond    Opt[int64]
	SellerID         Opt[string]
	TimeoutSeconds   Opt[int64]
	Type             Opt[string]
	URL              Opt[string]
}

// WebhookResult is a stored webhook and, once, the secret that was made for it.
type WebhookResult struct {
	Webhook *Webhook
	// Secret is the raw signing key of a new webhook; nil otherwise.
	Secret []byte
	// Warnings say what the document could do better, where it was proven just now.
	Warnings []DocumentError
}

// CreateWebhook registers a webhook for the actor's seller, or for the one that
// an operator names. A second registration with the same identifier updates the
// first. scopes are the actor's; empty: everything. The document must need no other.
func (m *Market) CreateWebhook(ctx context.Context, actor Actor, scopes []string, in WebhookAttributes) (WebhookResult, error) {
	var out WebhookResult
	err := m.run(ctx, actor, func(u *unit) error {
		var p problems
		w, err := u.webhookFor(&p, in)
		if err != nil {
			return err
		}
		if w.Num == 0 && in.URL.Value == nil {
			p.add("url", "can't be blank")
		}
		before := *w
		if err := m.applyWebhook(u, &p, scopes, w, before, in); err != nil {
			return err
		}
		out = WebhookResult{Webhook: w, Warnings: m.warnings(w, before)}
		if w.Num != 0 {
			return nil
		}
		if out.Secret, err = newSecret(w, u.now); err != nil {
			return err
		}
		return u.add(w)
	})
	return out, err
}

// UpdateWebhook changes a webhook that the actor may see.
func (m *Market) UpdateWebhook(ctx context.Context, actor Actor, scopes []string, id string, in WebhookAttributes) (WebhookResult, error) {
	var out WebhookResult
	err := m.run(ctx, actor, func(u *unit) error {
		w, err := u.webhook(id)
		if err != nil {
			return err
		}
		var p problems
		before := *w
		if in.SellerID.Set {
			if w.SellerID, err = u.webhookOwner(&p, in.SellerID); err != nil {
				return err
			}
		}
		out.Webhook = w
		if err := m.applyWebhook(u, &p, scopes, w, before, in); err != nil {
			return err
		}
		out.Warnings = m.warnings(w, before)
		if !in.Enabled.Or(false) || w.OnErrors != OnErrorsHold {
			return nil
		}
		_, err = u.touch(w.Ref(), "state") // its events with errors are executed anew, also where nothing differs
		return err
	})
	return out, err
}

// DeleteWebhook ends a registration; events that wait are cancelled.
func (m *Market) DeleteWebhook(ctx context.Context, actor Actor, id string) (*Webhook, error) {
	var gone *Webhook
	err := m.run(ctx, actor, func(u *unit) error {
		w, err := u.webhook(id)
		if err != nil {
			return err
		}
		gone = w
		u.remove(w)
		return nil
	})
	return gone, err
}

// webhook loads the webhook of a global id, refusing on webhook_id.
func (u *unit) webhook(id string) (*Webhook, error) {
	ref, err := ParseID(id)
	if err != nil || ref.Type != "Webhook" {
		return nil, Missing("webhook_id")
	}
	w, err := get[Webhook](u, ref.Num)
	if err != nil {
		return nil, notFoundAs("webhook_id", err)
	}
	return w, nil
}

// webhookFor returns the webhook that a creation is about: the one with the
// same owner and identifier, else a new one.
func (u *unit) webhookFor(p *problems, in WebhookAttributes) (*Webhook, error) {
	fresh := &Webhook{
		ConcurrentSendLimit: DefaultConcurrentSendLimit, MaxRetries: DefaultMaxRetries,
		TimeoutSeconds: MaxTimeoutSeconds, State: WebhookActive, StateSince: u.now,
		Format: FormatEnvelope, OnErrors: OnErrorsDeliver,
	}
	seller, err := u.webhookOwner(p, in.SellerID)
	if err != nil {
		return nil, err
	}
	fresh.SellerID = seller
	if in.Identifier.Value == nil {
		return fresh, nil
	}
	same, err := list[Webhook](u, Eq("seller_id", seller), Eq("identifier", *in.Identifier.Value))
	if err != nil || len(same) == 0 {
		return fresh, err
	}
	return same[0], nil
}

// webhookOwner is the seller whose rights the document gets; 0 for the operator.
func (u *unit) webhookOwner(p *problems, id Opt[string]) (int64, error) {
	owner := Ref{Type: "Seller", Num: u.actor.Seller}
	if id.Value != nil {
		var err error
		if owner, err = ParseID(*id.Value); err != nil || owner.Type != "Seller" {
			p.missing("seller_id")
			return u.actor.Seller, nil
		}
	}
	if owner.IsZero() {
		return 0, nil
	}
	return u.keepSeller(p, "seller_id", owner.Num)
}

// applyWebhook sets what the input says, and refuses all that is wrong with it
// at once. before is the webhook as it was.
func (m *Market) applyWebhook(u *unit, p *problems, scopes []string, w *Webhook, before Webhook, in WebhookAttributes) error {
	m.applyEndpoint(p, w, in)
	applyPolicy(p, w, in)
	applyEvents(p, w, in)
	documentErrors := m.applyDocument(p, w, in, before)
	if len(documentErrors) == 0 {
		m.applyFilter(p, w, in, before)
	}
	proven := w.Num == 0 || w.State == WebhookInvalid || shows(w) != shows(&before) || w.SellerID != before.SellerID
	if len(documentErrors) == 0 && (proven || w.URL != before.URL) {
		checkReach(p, scopes, before, w)
	}
	if proven {
		w.grant(scopes, u.actor)
	}
	if err := u.checkIdentifier(p, w); err != nil {
		return err
	}
	if w.Num != 0 && w.URL != before.URL {
		w.URLSince = &u.now
	}
	checkOperational(p, w, in)
	applyEnabled(w, in, u.now)
	if err := u.withdrawInvalid(w); err != nil {
		return err
	}
	if err := p.err(); err != nil {
		return refusedDocument(err, documentErrors)
	}
	return alignKeys(w)
}

// shown is what of a webhook decides what can be learned from its events.
type shown struct{ class, document, filter string }

func shows(w *Webhook) shown {
	s := shown{class: w.Type, document: w.Document()}
	if w.Filter != nil {
		s.filter = *w.Filter
	}
	return s
}

// checkReach refuses that a key has a webhook send somewhere what the key itself
// may not read, and that it narrows what another key registered: whoever may
// read all that a webhook selects may read its payloads, the earlier ones too.
func checkReach(p *problems, scopes []string, before Webhook, w *Webhook) {
	missing := missingScopes(scopes, slices.Concat(before.RequiredScopes, w.RequiredScopes))
	slices.Sort(missing)
	if missing = slices.Compact(missing); len(missing) > 0 {
		p.add("query_string", "needs the scopes %s, which the key does not have", strings.Join(missing, ", "))
	}
}

// checkIdentifier refuses an identifier that another webhook of the owner has.
func (u *unit) checkIdentifier(p *problems, w *Webhook) error {
	if w.Identifier == nil {
		return nil
	}
	same, err := look[Webhook](u, Eq("seller_id", w.SellerID), Eq("identifier", *w.Identifier))
	if err != nil {
		return fmt.Errorf("look for the identifier: %w", err)
	}
	if slices.ContainsFunc(same, func(other *Webhook) bool { return other.Num != w.Num }) {
		p.add("identifier", "is that of another webhook")
	}
	return nil
}

// applyEndpoint sets where and with which headers the webhook sends.
func (m *Market) applyEndpoint(p *problems, w *Webhook, in WebhookAttributes) {
	if in.URL.IsNull() {
		p.add("url", "can't be blank")
	}
	if in.URL.Value != nil {
		w.URL = *in.URL.Value
		if err := m.checkEndpoint(w.URL); err != nil {
			p.add("url", "%s", err)
		}
	}
	if in.Headers.Set {
		w.Headers = m.readHeaders(p, in.Headers.Or(nil))
	}
	if in.HmacKey.Set {
		checkText(p, "hmac_key", in.HmacKey.Or(""), 1024)
		w.HmacKey = nonEmpty(in.HmacKey.Value)
	}
}

func (m *Market) checkEndpoint(url string) error {
	if m.options.CheckEndpoint == nil {
		return nil
	}
	return m.options.CheckEndpoint(url)
}

// applyPolicy sets how the webhook sends, within the limits of the contract.
func applyPolicy(p *problems, w *Webhook, in WebhookAttributes) {
	within(p, "max_retries", in.MaxRetries, &w.MaxRetries, DefaultMaxRetries, 0, MaxRetriesLimit)
	within(p, "concurrent_send_limit", in.ConcurrentSendLimit, &w.ConcurrentSendLimit, DefaultConcurrentSendLimit, 1, ConcurrentSendLimitMax)
	within(p, "rate_per_second", in.RatePerSecond, &w.RatePerSecond, 0, 0, RatePerSecondMax)
	within(p, "timeout_seconds", in.TimeoutSeconds, &w.TimeoutSeconds, MaxTimeoutSeconds, 1, MaxTimeoutSeconds)
	within(p, "coalesce_seconds", in.CoalesceSeconds, &w.CoalesceSeconds, 0, 0, CoalesceSecondsMax)
	orDefault(in.Asymmetric, &w.Asymmetric, false)
	orDefault(in.AllowSkip, &w.AllowSkip, false)
	orDefault(in.IgnoreOwnChanges, &w.IgnoreOwnChanges, false)
	orDefault(in.Ordered, &w.Ordered, false)
	orDefault(in.Format, &w.Format, FormatEnvelope)
	orDefault(in.OnErrors, &w.OnErrors, OnErrorsDeliver)
	if in.Name.Set {
		checkText(p, "name", in.Name.Or(""), 100)
		w.Name = nonEmpty(in.Name.Value)
	}
	if in.Identifier.Set {
		checkText(p, "identifier", in.Identifier.Or(""), nameLimit)
		w.Identifier = nonEmpty(in.Identifier.Value)
	}
}

// orDefault sets what the input says; null brings back the default.
func orDefault[T any](in Opt[T], dst *T, fallback T) {
	if in.Set {
		*dst = in.Or(fallback)
	}
}

// within sets a number that has a default and two bounds.
func within(p *problems, field string, in Opt[int64], dst *int64, fallback, low, high int64) {
	if !in.Set {
		return
	}
	*dst = in.Or(fallback)
	if *dst < low || *dst > high {
		p.add(field, "must be between %d and %d", low, high)
	}
}

// text refuses what is longer than limit characters.
func text(p *problems, field, value string, limit int) {
	if len([]rune(value)) > limit {
		p.add(field, "is too long: at most %d characters", limit)
	}
}

// nonEmpty turns an empty text into none.
func nonEmpty(s *string) *string {
	if s == nil || *s == "" {
		return nil
	}
	return s
}

// applyEvents sets which actions make events; nil means all of them.
func applyEvents(p *problems, w *Webhook, in WebhookAttributes) {
	if in.EventName.Value != nil && in.EventNames.Value != nil {
		p.add("event_names", "give event_name or event_names, not both")
		return
	}
	switch {
	case !atMost(p, "event_names", len(in.EventNames.Or(nil)), listLimit):
	case in.EventNames.Value != nil && len(*in.EventNames.Value) == 0:
		p.add("event_names", "can't be empty: name at least one event, or leave it out for all")
	case in.EventNames.Value != nil:
		w.EventNames = sortedUnique(*in.EventNames.Value)
	case in.EventName.Value != nil:
		w.EventNames = []WebhookEventName{*in.EventName.Value}
	case in.EventNames.Set || in.EventName.Set:
		w.EventNames = nil
	}
}

func sortedUnique[T ~string](list []T) []T {
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// applyDocument sets and proves the document. An unchanged document of an
// unchanged class is not proven again.
func (m *Market) applyDocument(p *problems, w *Webhook, in WebhookAttributes, before Webhook) []DocumentError {
	if in.Type.Value != nil {
		w.Type = *in.Type.Value
	}
	if in.QueryString.Set {
		w.QueryString = in.QueryString.Value
		if strings.TrimSpace(in.QueryString.Or("")) == "" {
			w.QueryString = nil
		}
	}
	typeName, known := TypeOfClass(w.Type)
	if !known {
		p.add("type", "is no class of webhooks")
		return nil
	}
	if w.Num != 0 && w.Type == before.Type && w.Document() == before.Document() && slices.Equal(w.EventNames, before.EventNames) && w.State != WebhookInvalid {
		return nil
	}
	facts, errs := m.options.Documents.Check(typeName, w.Document())
	field := documentField(in, w.Num != 0)
	if len(errs) == 0 {
		errs = m.options.Documents.CheckEvents(w.Document(), w.EventNames)
	}
	for _, e := range errs {
		p.add(field, "%s", e.Located())
	}
	w.learn(facts)
	return errs
}

// documentField is the field of an input that a document's errors are about: of an
// update that leaves the document, what it holds the document to.
func documentField(in WebhookAttributes, update bool) string {
	switch {
	case !update || in.QueryString.Set:
		return "query_string"
	case in.Type.Value != nil:
		return "type"
	case in.EventNames.Value != nil:
		return "event_names"
	case in.EventName.Value != nil:
		return "event_name"
	}
	return "query_string"
}

// warnings are those of a document that was proven just now; none where it stayed.
func (m *Market) warnings(w *Webhook, before Webhook) []DocumentError {
	typeName, known := TypeOfClass(w.Type)
	if !known || w.Num != 0 && w.Type == before.Type && w.Document() == before.Document() {
		return nil
	}
	facts, _ := m.options.Documents.Check(typeName, w.Document())
	return facts.Warnings
}

// applyFilter sets and proves the filter, which depends on class, document and events. What
// did not change since it was proven is not proven again.
func (m *Market) applyFilter(p *problems, w *Webhook, in WebhookAttributes, before Webhook) {
	if in.Filter.Set {
		w.Filter = in.Filter.Value
		if strings.TrimSpace(in.Filter.Or("")) == "" {
			w.Filter = nil
		}
	}
	typeName, known := TypeOfClass(w.Type)
	same := shows(w) == shows(&before) && slices.Equal(w.EventNames, before.EventNames)
	if w.Filter == nil || !known || w.Num != 0 && same && w.State != WebhookInvalid {
		return
	}
	for _, e := range m.options.Documents.CheckFilter(typeName, w.Document(), *w.Filter, w.Events()) {
		p.add("filter", "%s", e.Located())
	}
}

// Located is the message with its place.
func (e DocumentError) Located() string {
	if e.Line == nil || e.Column == nil {
		return fmt.Sprintf("%s (%s)", e.Message, e.Rule)
	}
	return fmt.Sprintf("line %d, column %d: %s (%s)", *e.Line, *e.Column, e.Message, e.Rule)
}

// missingScopes are those of required that have does not hold; empty have holds all.
func missingScopes(have, required []string) []string {
	if len(have) == 0 {
		return nil
	}
	var missing []string
	for _, r := range required {
		if !Covers(have, r) {
			missing = append(missing, r)
		}
	}
	return missing
}

// checkOperational refuses to choose among operational events, which have other names.
func checkOperational(p *problems, w *Webhook, in WebhookAttributes) {
	if w.Type != WebhookClass || len(w.EventNames) == 0 {
		return
	}
	field := "type"
	switch {
	case in.EventNames.Value != nil:
		field = "event_names"
	case in.EventName.Value != nil:
		field = "event_name"
	}
	p.add(field, "a webhook of the class %s gets all of disabled, failing, invalid and recovered: no event can be named", WebhookClass)
}

// applyEnabled pauses and resumes; a webhook whose document was proven again is
// no longer invalid. One whose key has lost a scope meanwhile becomes so.
func applyEnabled(w *Webhook, in WebhookAttributes, now time.Time) {
	state := w.State
	switch {
	case in.Enabled.Set && !in.Enabled.Or(true):
		state = WebhookPaused
	case in.Enabled.Set, state == WebhookInvalid:
		state = WebhookActive
	}
	w.become(state, "", now)
	w.holdToGrant(now)
}

// refusedDocument adds the details of a document's errors to a refusal.
func refusedDocument(err error, details []DocumentError) error {
	if refusal, ok := err.(*Invalid); ok {
		refusal.Document = details
	}
	return err
}
