package resolvers_test

import (
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
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
