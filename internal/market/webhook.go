package market

import (
	"encoding/json"
	"slices"
	"time"
)

// WebhookState says whether a webhook delivers, and who or what stopped it.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive   WebhookState = "ACTIVE"
	WebhookPaused   WebhookState = "PAUSED"
	WebhookDisabled WebhookState = "DISABLED"
	WebhookInvalid  WebhookState = "INVALID"
)

// WebhookEventName is an Action as the enum of the API spells it.
type WebhookEventName string

// The spellings of the three actions.
const (
	EventCreate  WebhookEventName = "CREATE"
	EventUpdate  WebhookEventName = "UPDATE"
	EventDestroy WebhookEventName = "DESTROY"
)

// WebhookFormat is the form of the bodies that a webhook sends (contract webhooks.md).
type WebhookFormat string

// The formats of bodies.
const (
	// FormatEnvelope is Marketplacer's, and the default.
	FormatEnvelope WebhookFormat = "ENVELOPE"
	// FormatStandard is what Standard Webhooks recommends.
	FormatStandard WebhookFormat = "STANDARD"
	// FormatCloudEvents is CloudEvents 1.0, structured JSON.
	FormatCloudEvents WebhookFormat = "CLOUDEVENTS"
	// FormatRaw is the bare GraphQL response.
	FormatRaw WebhookFormat = "RAW"
)

// WebhookOnErrors says what happens to an event whose document is executed with errors.
type WebhookOnErrors string

// What happens to events with errors.
const (
	OnErrorsDeliver WebhookOnErrors = "DELIVER"
	OnErrorsHold    WebhookOnErrors = "HOLD"
)

// Action is the event's name on the wire.
func (n WebhookEventName) Action() Action {
	switch n {
	case EventCreate:
		return Create
	case EventUpdate:
		return Update
	}
	return Destroy
}

// Webhook is a registration: a class, a document, an endpoint and a policy.
type Webhook struct {
	Base
	Deletion
	AllowSkip bool
	// Asymmetric asks for ed25519 signatures beside the others.
	Asymmetric bool `bun:"is_asymmetric"`
	// CoalesceSeconds gathers the changes of one entity in that time into one event; 0: none.
	CoalesceSeconds     int64
	ConcurrentSendLimit int64
	// DocumentCost, RequiredScopes and DeprecatedFields are facts about the document under the schema it was last checked with.
	DocumentCost int64 `changed:"cost"`
	// DocumentEvents are the kinds of change that the document asks for, where it is a subscription; nil for a query.
	DocumentEvents []WebhookEventName `changed:"-"`
	// ConsecutiveFailures counts failed attempts since the last success, FailingSince dates the first of them.
	ConsecutiveFailures int64      `changed:"-"`
	FailingSince        *time.Time `changed:"-"`
	// FailingTold says that the owner was told of these failures, LastFailureAt when an attempt
	// failed last, and Probing that the webhook was enabled again after it had been disabled,
	// and its receiver has not answered since: one event tries it before all others.
	FailingTold      bool       `changed:"-"`
	LastFailureAt    *time.Time `changed:"-"`
	Probing          bool       `changed:"-"`
	DeprecatedFields []string
	EventNames       []WebhookEventName `changed:"eventName,eventNames"`
	// Filter is a CEL expression; nil lets every event pass.
	Filter *string
	Format WebhookFormat
	// GrantedScopes are those of the key that registered the document, and the document may
	// read no more; empty: everything its owner may read. KeyID is that key; 0: none.
	GrantedScopes []string          `changed:"-"`
	KeyID         int64             `changed:"-"`
	Headers       map[string]string `bun:"-"`
	// HmacKey signs as Marketplacer does; nil: no such signature.
	HmacKey    *string `bun:"-" changed:"secrets"`
	Identifier *string
	// IgnoreOwnChanges makes no events of changes made with keys of the webhook's own owner.
	IgnoreOwnChanges bool
	MaxRetries       int64
	Name             *string
	OnErrors         WebhookOnErrors
	// Ordered sends the events of one entity one after the other.
	Ordered bool
	// PublicKey is the public half of the newest secret's key, as whpk_…; nil unless Asymmetric.
	PublicKey *string
	// QueryString is the document; nil means DefaultDocument.
	QueryString *string
	// RatePerSecond bounds the requests of a second over all processes; 0: unlimited.
	RatePerSecond  int64
	RequiredScopes []string
	// Secrets sign by Standard Webhooks; the first is the newest.
	Secrets []WebhookSecret `bun:"-" changed:"secrets"`
	// Sealed holds Headers, HmacKey and Secrets as they are stored.
	Sealed []byte `changed:"-"`
	// SellerID is the owner with whose rights the document runs; 0 is the operator.
	SellerID    int64        `changed:"seller"`
	State       WebhookState `changed:"state,enabled"`
	StateReason *string
	StateSince  time.Time
	// TimeoutSeconds bounds one whole exchange: dial to last body byte, 1 to 30.
	TimeoutSeconds int64
	// Type is the class, such as ADVERT.
	Type string
	URL  string
	// URLSince is when it became that; nil: with the webhook.
	URLSince *time.Time `changed:"-"`
}

// DefaultDocument is what a webhook without a document of its own sends.
const DefaultDocument = "query($id: ID!) { node(id: $id) { __typename } }"

// The policy of a webhook that says nothing of its own (contract wire.md, Outcomes).
const (
	DefaultMaxRetries          = 25
	MaxRetriesLimit            = 50
	DefaultConcurrentSendLimit = 100
	ConcurrentSendLimitMax     = 200
	// CoalesceSecondsMax is an hour.
	CoalesceSecondsMax = 3600
	// FilterLimit bounds the text of a filter, in characters.
	FilterLimit = 4096
	// RatePerSecondMax is more than the slots of a webhook can reach with any receiver that is not next door.
	RatePerSecondMax = 10_000
	// MaxTimeoutSeconds is the default too.
	MaxTimeoutSeconds = 30
)

// WebhooksConnection is a page of webhooks.
type (
	WebhooksConnection = Connection[Webhook]
	WebhookEdge        = Edge[Webhook]
)

var _ = register[Webhook](true, ownedBySeller)

// Ref names the webhook.
func (w *Webhook) Ref() Ref { return Ref{"Webhook", w.Num} }

// ID is the webhook's global id.
func (w *Webhook) ID() string { return w.Ref().ID() }

func (w *Webhook) sellers() []int64 { return []int64{w.SellerID} }

// Document is the text that is executed.
func (w *Webhook) Document() string {
	if w.QueryString == nil {
		return DefaultDocument
	}
	return *w.QueryString
}

// Enabled reports whether a person wants the webhook to deliver.
func (w *Webhook) Enabled() bool { return w.State == WebhookActive || w.State == WebhookInvalid }

// EventName is the single action the webhook asked for; nil where it has all or several.
func (w *Webhook) EventName() *WebhookEventName {
	if len(w.EventNames) != 1 {
		return nil
	}
	return &w.EventNames[0]
}

// Subscribes reports whether the document is a subscription, which can show the change itself.
func (w *Webhook) Subscribes() bool { return w.DocumentEvents != nil }

// Events are the kinds of change that make events: those that both the webhook and
// its document ask for; nil for all.
func (w *Webhook) Events() []WebhookEventName { return EventsOfBoth(w.EventNames, w.DocumentEvents) }

// EventsOfBoth are the events that are in two lists, of which an empty one holds all.
func EventsOfBoth(a, b []WebhookEventName) []WebhookEventName {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b)
	}
	return slices.DeleteFunc(slices.Clone(a), func(e WebhookEventName) bool { return !slices.Contains(b, e) })
}

// Timeout bounds one whole exchange with the receiver.
func (w *Webhook) Timeout() time.Duration {
	return time.Duration(w.TimeoutSeconds) * time.Second
}

// secrets is the plain form of Sealed. Headers are among them, since they
// often hold credentials.
type secrets struct {
	Headers map[string]string
	HmacKey *string
	Secrets []WebhookSecret
}

// Seal prepares the secrets for storage with the store's cipher.
func (w *Webhook) Seal(cipher func(plain []byte) []byte) error {
	plain, err := json.Marshal(secrets{w.Headers, w.HmacKey, w.Secrets})
	if err != nil {
		return err
	}
	w.Sealed = cipher(plain)
	return nil
}

// Unseal restores the secrets that Seal stored.
func (w *Webhook) Unseal(decipher func(sealed []byte) ([]byte, error)) error {
	plain, err := decipher(w.Sealed)
	if err != nil {
		return err
	}
	var s secrets
	if err := json.Unmarshal(plain, &s); err != nil {
		return err
	}
	w.Headers, w.HmacKey, w.Secrets = s.Headers, s.HmacKey, s.Secrets
	return nil
}

// Sealer is an entity with secrets that are stored encrypted.
type Sealer interface {
	Seal(cipher func(plain []byte) []byte) error
	Unseal(decipher func(sealed []byte) ([]byte, error)) error
}
