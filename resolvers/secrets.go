package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"crier/internal/market"
)

// overlap is for how many seconds former secrets go on signing.
func overlap(seconds graphql.Omittable[*int]) int64 {
	if n := seconds.Value(); n != nil {
		return int64(*n)
	}
	return market.DefaultOverlapSeconds
}

// awaitSecrets keeps a new secret back until every delivery is signed with it. One
// that was not made needs no waiting for.
func (r *Resolver) awaitSecrets(ctx context.Context, made []byte) {
	if made != nil && r.SecretsKnown != nil {
		r.SecretsKnown(ctx)
	}
}
