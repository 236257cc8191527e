package market

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// APIKeyAttributes is what marketplacerApiKeyCreate says of a key.
type APIKeyAttributes struct {
	APITermsOfUse bool
	Description   string
	Organization  string
	Scopes        []string
	SellerID      *string
	// Granting are the scopes of the key that makes this one, which it can give
	// on but not exceed; empty: everything.
	Granting []string
}

// KeyDigest is what is stored of an API key: the hex SHA-256. Keys are random
// and long, so that nothing slower is needed.
func KeyDigest(key string) string {
	digest := sha256.Sum256([]byte(key))
	return hex.EncodeToString(digest[:])
}

// CreateAPIKey makes a key of the operator, or of the seller that is named, and
// returns it with its text, which is shown only now. validScope says whether a scope exists.
func (m *Market) CreateAPIKey(ctx context.Context, actor Actor, in APIKeyAttributes, validScope func(string) bool) (*MarketplacerAPIKey, string, error) {
	key, err := newKey()
	if err != nil {
		return nil, "", err
	}
	var stored *MarketplacerAPIKey
	err = m.run(ctx, actor, func(u *unit) error {
		var p problems
		if actor.Seller != 0 {
			return forbidden("base", "only the operator makes keys")
		}
		seller, err := u.webhookOwner(&p, Opt[string]{Set: in.SellerID != nil, Value: in.SellerID})
		if err != nil {
			return err
		}
		checkKey(&p, in, validScope)
		if err := p.err(); err != nil {
			return err
		}
		stored = &MarketplacerAPIKey{
			CreatedByType: "Operator", Description: in.Description, Digest: KeyDigest(key),
			Organization: in.Organization, Scopes: sortedUnique(in.Scopes), SellerID: seller,
		}
		if ref, err := ParseID(actor.ID); err == nil {
			stored.CreatedByType, stored.CreatedByID = ref.Type, ref.Num
		}
		return u.add(stored)
	})
	if err != nil {
		return nil, "", err
	}
	return stored, key, nil
}

// APIKeyGrant is what marketplacerApiKeyUpdate says of a key.
type APIKeyGrant struct {
	// Scopes are what the key may do; null: all that its owner may do.
	Scopes Opt[[]string]
	// Granting are the scopes of the key that changes it; empty: everything.
	Granting []string
}

// UpdateAPIKey changes what a key may do. Webhooks that were registered with it
// are held to its new scopes.
func (m *Market) UpdateAPIKey(ctx context.Context, actor Actor, id string, in APIKeyGrant, validScope func(string) bool) (*MarketplacerAPIKey, error) {
	var key *MarketplacerAPIKey
	err := m.run(ctx, actor, func(u *unit) (err error) {
		if key, err = u.apiKey(id); err != nil || !in.Scopes.Set {
			return err
		}
		var p problems
		checkGrant(&p, APIKeyAttributes{Scopes: key.granted(), Granting: in.Granting})
		checkScopes(&p, APIKeyAttributes{Scopes: in.Scopes.Or(nil), Granting: in.Granting}, validScope)
		if err := p.err(); err != nil {
			return err
		}
		key.Scopes = sortedUnique(in.Scopes.Or(nil))
		return m.regrant(u, key)
	})
	return key, err
}

// DeleteAPIKey ends a key: nobody is admitted with it any more. Webhooks that were
// registered with it keep what they were granted.
func (m *Market) DeleteAPIKey(ctx context.Context, actor Actor, id string) (*MarketplacerAPIKey, error) {
	var key *MarketplacerAPIKey
	err := m.run(ctx, actor, func(u *unit) (err error) {
		if key, err = u.apiKey(id); err == nil {
			u.remove(key)
		}
		return err
	})
	return key, err
}

// apiKey loads the key of a global id that the actor may change, refusing on api_key_id.
func (u *unit) apiKey(id string) (*MarketplacerAPIKey, error) {
	if u.actor.Seller != 0 {
		return nil, forbidden("base", "only the operator changes keys")
	}
	ref, err := ParseID(id)
	if err != nil || ref.Type != apiKeyType {
		return nil, Missing("api_key_id")
	}
	key, err := get[MarketplacerAPIKey](u, ref.Num)
	if err != nil {
		return nil, notFoundAs("api_key_id", err)
	}
	if key.CreatedByType == "Configuration" {
		return nil, Refuse("api_key_id", "is the key of the configuration, which has every right")
	}
	return key, nil
}

func checkKey(p *problems, in APIKeyAttributes, validScope func(string) bool) {
	if !in.APITermsOfUse {
		p.add("api_terms_of_use", "must be accepted")
	}
	checkName(p, "description", in.Description)
	checkName(p, "organization", in.Organization)
	checkScopes(p, in, validScope)
}

// checkScopes refuses scopes that do not exist, and those that go beyond the key that gives them.
func checkScopes(p *problems, in APIKeyAttributes, validScope func(string) bool) {
	if in.Scopes != nil && len(in.Scopes) == 0 {
		p.add("scopes", "can't be empty: name at least one scope, or leave it out for everything")
	}
	if !atMost(p, "scopes", len(in.Scopes), listLimit) {
		return
	}
	for i, scope := range in.Scopes {
		if !validScope(scope) {
			p.add(at("scopes", i), `%q is no scope: write resource:level, as in "invoices:read"`, scope)
		}
	}
	checkGrant(p, in)
}

// checkGrant refuses a key that could do more than the one that makes it.
func checkGrant(p *problems, in APIKeyAttributes) {
	if len(in.Granting) == 0 {
		return
	}
	if in.Scopes == nil {
		p.add("scopes", "can't be absent, which means everything: a key with scopes only makes keys with no more than its own, %s", strings.Join(in.Granting, ", "))
	}
	for _, scope := range in.Scopes {
		if !Covers(in.Granting, scope) {
			p.add("scopes", "can't hold %s, which goes beyond the key that makes it", scope)
		}
	}
}

// newKey makes the text of a key: a prefix that secret scanners can find, and 32 random bytes.
func newKey() (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make an API key: %w", err)
	}
	return "crier_" + base64.RawURLEncoding.EncodeToString(raw), nil
}

// operatorKeyDescription marks the one key that comes from the configuration.
const operatorKeyDescription = "configured operator key"

// EnsureOperatorKey makes key the configured operator key; a former one stops
// working. An empty key keeps the present one, or makes one where there is
// none, whose text is returned then.
func (m *Market) EnsureOperatorKey(ctx context.Context, key string) (made string, err error) {
	err = m.run(ctx, Actor{ID: "configuration"}, func(u *unit) error {
		present, err := list[MarketplacerAPIKey](u, Eq("description", operatorKeyDescription), Eq("created_by_type", "Configuration"))
		if err != nil || key == "" && len(present) > 0 {
			return err
		}
		if key == "" {
			if made, err = newKey(); err != nil {
				return err
			}
			key = made
		}
		if len(present) > 0 {
			present[0].Digest = KeyDigest(key)
			return nil
		}
		return u.add(&MarketplacerAPIKey{
			CreatedByType: "Configuration", Description: operatorKeyDescription, Digest: KeyDigest(key), Organization: "operator",
		})
	})
	return made, err
}
