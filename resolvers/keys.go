package resolvers

import (
	"context"

	"crier/graph"
	"crier/internal/market"
	"crier/internal/viewer"
)

// newKey is what marketplacerApiKeyCreate says of a key, and what the key that makes it may give on.
func newKey(ctx context.Context, in graph.MarketplacerAPIKeyCreateMutationInput) (market.APIKeyAttributes, error) {
	v, err := viewing(ctx)
	if err != nil {
		return market.APIKeyAttributes{}, err
	}
	return market.APIKeyAttributes{
		Granting:      v.Scopes,
		APITermsOfUse: in.APITermsOfUse,
		Description:   in.Description,
		Organization:  in.Organization,
		Scopes:        in.Scopes.Value(),
		SellerID:      in.SellerID.Value(),
	}, nil
}

// principal is who the viewer speaks for: a seller, or the operator, whom the
// organization of the key names.
func principal(ctx context.Context) (*graph.APIKeyPrincipal, error) {
	v, err := viewing(ctx)
	if err != nil {
		return nil, err
	}
	p := &graph.APIKeyPrincipal{Username: &v.Key}
	if !v.IsOperator() {
		p.Seller, err = required[market.Seller](ctx, v.Seller)
		if err != nil {
			return nil, err
		}
		p.Name, p.EmailAddress = &p.Seller.BusinessName, &p.Seller.EmailAddress
		return p, nil
	}
	ref, err := market.ParseID(v.Key)
	if err != nil || ref.Type != "MarketplacerAPIKey" {
		return p, nil // a command has no key
	}
	key, err := one[market.MarketplacerAPIKey](ctx, ref.Num)
	if err != nil {
		return nil, err
	}
	if key != nil {
		p.Name = &key.Organization
	}
	return p, nil
}

// regrant changes what a key may do; it holds for the next request that comes with it to this process.
func (r *Resolver) regrant(ctx context.Context, in graph.MarketplacerAPIKeyUpdateMutationInput) (*market.MarketplacerAPIKey, error) {
	v, err := viewing(ctx)
	if err != nil {
		return nil, err
	}
	key, err := change(ctx, func(actor market.Actor) (*market.MarketplacerAPIKey, error) {
		return r.Market.UpdateAPIKey(ctx, actor, in.APIKeyID, market.APIKeyGrant{Scopes: optList(in.Scopes), Granting: v.Scopes}, viewer.ValidScope)
	})
	return r.forgetKey(key, err)
}

// endKey ends a key; no request of this process is admitted with it any more.
func (r *Resolver) endKey(ctx context.Context, id string) (*market.MarketplacerAPIKey, error) {
	return r.forgetKey(change(ctx, func(actor market.Actor) (*market.MarketplacerAPIKey, error) {
		return r.Market.DeleteAPIKey(ctx, actor, id)
	}))
}

// forgetKey has a key that was changed looked up again, which other processes do after a while.
func (r *Resolver) forgetKey(key *market.MarketplacerAPIKey, err error) (*market.MarketplacerAPIKey, error) {
	if err != nil {
		return nil, err
	}
	if r.ForgetKeys != nil {
		r.ForgetKeys(key.SellerID)
	}
	return key, nil
}
