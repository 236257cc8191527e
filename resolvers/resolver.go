// Package resolvers answers the API: each mutation asks the market, each field
// reads through loaders that batch, and every read is limited to what the
// viewer may see.
package resolvers

import (
	"context"
	"time"

	"crier/internal/document"
	"crier/internal/market"
)

// Reader reads entities, limited to what the viewer of the context may see.
type Reader interface {
	// Select fills dest, a *[]*T, and returns a cursor for each row.
	Select(ctx context.Context, dest any, q market.Query) ([]string, error)
	Count(ctx context.Context, kind string, q market.Query) (int, error)
	// CountPer counts by the value of q.Per.
	CountPer(ctx context.Context, kind string, q market.Query) (map[int64]int, error)
}

// Resolver is what every resolver works with.
type Resolver struct {
	Market *market.Market
	Reader Reader
	// Currency is the ISO 4217 code of all prices.
	Currency string
	// BaseURL is where this server is reached, for links to stored images; without a trailing slash.
	BaseURL string
	// SiteURL is where buyers find the pages of adverts, without a trailing slash; "" without such a site.
	SiteURL string
	// EventWait is how long a mutation that asks for an event waits for it; 0: 3 s.
	EventWait time.Duration
	// Payloads reads what was rendered for events.
	Payloads Payloads
	// Body writes what is sent of an event, in the event's format, around a payload.
	Body func(e *market.WebhookEvent, payload []byte) []byte
	// Ping sends one request to a webhook and returns what was answered. Where no answer came,
	// the error is a *market.Invalid.
	Ping func(ctx context.Context, w *market.Webhook) (*market.WebhookEventResponse, error)
	// SecretsKnown waits until every process signs with the secrets as they are now; nil
	// where nobody signs.
	SecretsKnown func(ctx context.Context)
	// ForgetKeys stops the API keys of a seller that was deleted, such as
	// KeyCache.Forget; nil where keys are not remembered.
	ForgetKeys func(seller int64)
	// Documents checks, shows and runs the documents of webhooks.
	Documents *document.Documents
	// Scopes tells which scope reading a type needs, "" for none.
	Scopes func(typeName string) string
}
