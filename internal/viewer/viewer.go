// Package viewer says who is acting: the operator, a seller, or the owner of a
// webhook, with which rights, and as of when.
package viewer

import (
	"context"
	"slices"
	"strings"
	"time"

	"crier/internal/market"
)

// Viewer is who reads or changes the marketplace.
type Viewer struct {
	// Seller limits the viewer to one seller's data; 0 is the operator.
	Seller int64
	// Key is the global id of the API key, or the name of a command.
	Key string
	// Scopes are "resource:level" items; empty: everything its owner may do.
	Scopes []string
	// ReadOnly refuses every mutation, as for the documents of webhooks.
	ReadOnly bool
	// AsOf shows what was deleted at or after this moment as it was before; zero: now.
	AsOf time.Time
	// Traceparent is the W3C trace context of the request, "" where it has none.
	Traceparent string
	// Claim is the number of the market.Claim that the viewer's changes are made under; 0: none.
	Claim int64
}

type contextKey struct{}

// NewContext returns a context that carries v.
func NewContext(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, contextKey{}, v)
}

// FromContext returns the viewer, and whether there is one.
func FromContext(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(contextKey{}).(Viewer)
	return v, ok
}

// Actor is the viewer as the record of changes names it.
func (v Viewer) Actor() market.Actor {
	return market.Actor{Seller: v.Seller, ID: v.Key, Traceparent: v.Traceparent, Claim: v.Claim}
}

// IsOperator reports whether the viewer acts for the marketplace itself.
func (v Viewer) IsOperator() bool { return v.Seller == 0 }

// resources are what scopes are about (contract marketplacer.md, Keys).
var resources = []string{"adverts", "sellers", "taxonomy", "orders", "invoices", "shipments", "refunds", "webhooks", "keys"}

// Can reports whether the viewer's scopes hold "resource:level" or a higher level.
func (v Viewer) Can(scope string) bool {
	if v.ReadOnly && !strings.HasSuffix(scope, ":read") {
		return false
	}
	return len(v.Scopes) == 0 || market.Covers(v.Scopes, scope)
}

// ValidScope reports whether scope names a known resource and level.
func ValidScope(scope string) bool {
	resource, level, _ := strings.Cut(scope, ":")
	return slices.Contains(resources, resource) && slices.Contains(market.ScopeLevels, level)
}
