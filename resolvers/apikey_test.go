package resolvers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

const keyPayload = `clientMutationId status errors { field } apiKey marketplacerApiKey { id createdById createdByType description organization }`

func TestAPIKeyCreate(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	operator := viewer.Viewer{Key: id("MarketplacerAPIKey", 1)}
	b.insert(&market.MarketplacerAPIKey{Base: base(0), CreatedByType: "Configuration", Description: "first", Digest: "d", Organization: "Market Hall"})
	var got struct {
		MarketplacerAPIKeyCreate struct {
			Status             int
			APIKey             string
			MarketplacerAPIKey struct {
				ID, CreatedByType, Description, Organization string
				CreatedByID                                  int
			}
		}
	}
	b.queryAs(operator, ids(`mutation { marketplacerApiKeyCreate(input: {
		apiTermsOfUse: true, description: "orders", organization: "Integrator", sellerId: "Seller-1", scopes: ["invoices:read", "webhooks:manage"]
	}) { `+keyPayload+` } }`)).read(&got)
	made := got.MarketplacerAPIKeyCreate
	if made.Status != 200 || !strings.HasPrefix(made.APIKey, "crier_") || made.MarketplacerAPIKey.CreatedByID != 1 ||
		made.MarketplacerAPIKey.CreatedByType != "MarketplacerAPIKey" || made.MarketplacerAPIKey.Organization != "Integrator" {
		t.Errorf("the payload is %+v", made)
	}
	stored, err := b.store.KeyByDigest(t.Context(), market.KeyDigest(made.APIKey))
	if err != nil || stored.SellerID != 1 || len(stored.Scopes) != 2 {
		t.Errorf("the stored key is %+v, %v", stored, err)
	}
}

func TestAPIKeyCreateIsRefused(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(ids(`mutation { marketplacerApiKeyCreate(input: {
		clientMutationId: "k", apiTermsOfUse: false, description: "orders", organization: "Integrator", sellerId: "Seller-9", scopes: ["invoices:read", "invoices:own"]
	}) { ` + keyPayload + ` } }`)).is(`{"marketplacerApiKeyCreate": {"clientMutationId": "k", "status": 422,
		"errors": [{"field": "seller_id"}, {"field": "api_terms_of_use"}, {"field": "scopes.1"}], "apiKey": null, "marketplacerApiKey": null}}`)
	b.queryAs(north, `mutation { marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "d", organization: "o" }) { `+keyPayload+` } }`).
		is(`{"marketplacerApiKeyCreate": {"clientMutationId": null, "status": 403, "errors": [{"field": "base"}], "apiKey": null, "marketplacerApiKey": null}}`)
}

func TestAPIKeyPrincipal(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.insert(&market.MarketplacerAPIKey{Base: base(0), CreatedByType: "Configuration", Description: "first", Digest: "d", Organization: "Market Hall"})
	key := id("MarketplacerAPIKey", 1)
	document := `{ apiKeyPrincipal { emailAddress name username seller { legacyId } } }`
	b.queryAs(viewer.Viewer{Key: key}, document).
		is(`{"apiKeyPrincipal": {"emailAddress": null, "name": "Market Hall", "username": "` + key + `", "seller": null}}`)
	b.queryAs(viewer.Viewer{Key: "seed"}, document).
		is(`{"apiKeyPrincipal": {"emailAddress": null, "name": null, "username": "seed", "seller": null}}`)
	b.queryAs(viewer.Viewer{Seller: 2, Key: key}, document).
		is(`{"apiKeyPrincipal": {"emailAddress": "shop@shop.example", "name": "South Shop", "username": "` + key + `", "seller": {"legacyId": 2}}}`)
}

// A key that was ended admits nobody, and is in no list any more; the others are listed for
// those whose they are.
func TestAPIKeyDelete(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	keys := resolvers.CacheKeys(b.store)
	b.resolver.ForgetKeys = keys.Forget
	for num, seller := range []int64{0, 1, 2} {
		b.insert(&market.MarketplacerAPIKey{Base: base(0), CreatedByType: "Operator", Description: "shop", Digest: fmt.Sprint("digest ", num+1), Organization: "Integrator", SellerID: seller})
	}
	if _, err := keys.KeyByDigest(t.Context(), "digest 2"); err != nil {
		t.Fatal(err)
	}
	const list = `{ marketplacerApiKeys { totalCount nodes { description seller { legacyId } } } }`
	b.query(list).is(`{"marketplacerApiKeys": {"totalCount": 3, "nodes": [{"description": "shop", "seller": null},
		{"description": "shop", "seller": {"legacyId": 1}}, {"description": "shop", "seller": {"legacyId": 2}}]}}`)
	const end = `mutation { marketplacerApiKeyDelete(input: { apiKeyId: "MarketplacerAPIKey-2" }) { status errors { field } marketplacerApiKey { description } } }`
	b.queryAs(north, ids(end)).is(`{"marketplacerApiKeyDelete": {"status": 403, "errors": [{"field": "base"}], "marketplacerApiKey": null}}`)
	b.query(ids(end)).is(`{"marketplacerApiKeyDelete": {"status": 200, "errors": null, "marketplacerApiKey": {"description": "shop"}}}`)
	b.query(ids(end)).is(`{"marketplacerApiKeyDelete": {"status": 404, "errors": [{"field": "api_key_id"}], "marketplacerApiKey": null}}`)
	if _, err := keys.KeyByDigest(t.Context(), "digest 2"); !errors.Is(err, market.ErrNotFound) {
		t.Errorf("a key that was ended: %v", err)
	}
	b.queryAs(north, list).is(`{"marketplacerApiKeys": {"totalCount": 0, "nodes": []}}`)
	b.queryAs(south, list).is(`{"marketplacerApiKeys": {"totalCount": 1, "nodes": [{"description": "shop", "seller": {"legacyId": 2}}]}}`)
}
