// Package market is the domain: what a marketplace has, the rules by which it
// changes, and the changes that webhooks are made of. It knows nothing of the
// API, the database or the wire, and imports only the standard library.
package market

import "time"

// PaymentPolicy says whether orders arrive paid.
type PaymentPolicy string

// The payment policies (contract server.md, CRIER_ORDER_PAYMENT).
const (
	// PaymentPaid makes every new order COMPLETE and its invoices PAID.
	PaymentPaid PaymentPolicy = "paid"
	// PaymentPending leaves new orders NEW until orderUpdate completes them.
	PaymentPending PaymentPolicy = "pending"
)

// Options are what a marketplace is configured with.
type Options struct {
	// Payment defaults to PaymentPaid.
	Payment PaymentPolicy
	// Documents proves the documents of webhooks.
	Documents Documents
	// CheckEndpoint says why a URL cannot receive webhooks; nil allows every URL.
	CheckEndpoint func(url string) error
	// HeaderPrefix is the prefix of the marketplace's own headers, which webhooks may not set; default "Crier".
	HeaderPrefix string
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Documents proves a document before it is stored.
type Documents interface {
	// Check proves that the document can run for entities of the type, for an
	// owner with the given scopes. Errors are complete; the facts are valid only without.
	Check(typeName, document string) (DocumentFacts, []DocumentError)
	// CheckFilter says what is wrong with a filter over the data of a document that
	// can run for entities of the type, for a webhook with the given events, none for
	// all; places are those of the filter's text.
	CheckFilter(typeName, document, filter string, events []WebhookEventName) []DocumentError
	// CheckEvents refuses a document that can run and asks for none of a webhook's events; none are all.
	CheckEvents(document string, events []WebhookEventName) []DocumentError
}

// DocumentFacts is what the schema says of a document.
type DocumentFacts struct {
	// Cost is the static cost, by the rule of the API's limit.
	Cost int
	// RequiredScopes are the scopes that the document reads, sorted.
	RequiredScopes []string
	// DeprecatedFields are "Type.field: reason", sorted.
	DeprecatedFields []string
	// EventNames are the kinds of change that a subscription asks for, sorted; nil for a query.
	EventNames []WebhookEventName
	// Warnings say what the document could do better.
	Warnings []DocumentError
}

// DocumentError is one reason to refuse a document.
type DocumentError struct {
	Message string
	// Line and Column count from 1; nil where the error concerns the whole document.
	Line, Column *int
	// Path is where in the selection the error is.
	Path []string
	// Rule is the name of the rule that the document breaks.
	Rule string
}

// Market changes the marketplace by its rules. It is safe for concurrent use.
type Market struct {
	store   Store
	options Options
}

// New returns the market that a store holds.
func New(store Store, options Options) *Market {
	if options.Payment == "" {
		options.Payment = PaymentPaid
	}
	if options.HeaderPrefix == "" {
		options.HeaderPrefix = "Crier"
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Market{store: store, options: options}
}

// now is the time of a transaction, in the precision that every store keeps.
func (m *Market) now() time.Time { return m.options.Now().UTC().Truncate(time.Microsecond) }
