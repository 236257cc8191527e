package resolvers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

func TestSellerFields(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`{ node(id: "` + id("Seller", 1) + `") { ... on Seller {
		businessName online baseDomesticShippingCost storeDescription storeDescriptionHtml externalIds { id } metadata { key } tags
		logo { url filename position } logoUrl
		address { fullAddress location mapUrl country { code name } state { name short slug country { code } } }
	} } }`).is(`{"node": {
		"businessName": "North Shop", "online": true, "baseDomesticShippingCost": 9, "storeDescription": "<p onclick='x()'>Hello</p>",
		"storeDescriptionHtml": "<p>Hello</p>", "externalIds": [], "metadata": [], "tags": null,
		"logo": {"url": "https://api.example/images/` + digest + `.jpg", "filename": null, "position": 0}, "logoUrl": "https://api.example/images/` + digest + `.jpg",
		"address": {"fullAddress": "1 Quay Street, Portland, 97201, Oregon, United States of America", "location": "Portland OR 97201",
			"mapUrl": "https://www.openstreetmap.org/?mlat=45.500000&mlon=-122.500000#map=16/45.500000/-122.500000",
			"country": {"code": "US", "name": "United States of America"}, "state": {"name": "Oregon", "short": "OR", "slug": "oregon", "country": {"code": "US"}}}
	}}`)
	b.query(`{ node(id: "` + id("Seller", 2) + `") { ... on Seller { logo { id } logoUrl address { id } } } }`).is(`{"node": {"logo": null, "logoUrl": null, "address": null}}`)
}

func TestSellersWhere(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	const both, northOnly = `{"sellersWhere": {"nodes": [{"legacyId": 1}, {"legacyId": 2}]}}`, `{"sellersWhere": {"nodes": [{"legacyId": 1}]}}`
	for arguments, want := range map[string]string{
		``:             both,
		`(q: "NORTH")`: northOnly,
		`(q: "shop")`:  both,
		`(retailerIds: ["` + id("Seller", 1) + `", "` + id("Seller", 9) + `"])`: northOnly,
		`(sort: {fields: [SLA_RATING]})`:                                        both,
		`(sort: {fields: [BUSINESS_NAME], ordering: DESCENDING})`:               `{"sellersWhere": {"nodes": [{"legacyId": 2}, {"legacyId": 1}]}}`,
		`(sort: {fields: [CREATED_AT, BUSINESS_NAME], ordering: ASCENDING})`:    both,
	} {
		b.query(`{ sellersWhere` + arguments + ` { nodes { legacyId } } }`).is(want)
	}
	b.queryAs(viewer.Viewer{Seller: 1}, `{ sellersWhere { nodes { legacyId } } }`).is(northOnly)
}

// exodus is the catalogue after South Shop, which had no advert left, was deleted.
func exodus(t *testing.T) *bundle {
	t.Helper()
	b := trade(t, market.Options{Documents: proofs{}})
	b.insert(
		&market.MarketplacerAPIKey{Base: base(0), Description: "shop", Digest: market.KeyDigest("of the seller"), Organization: "South", SellerID: 2},
		externalID(0, "Seller", 2, "crm", "S-2"),
		seller(5, "West Shop", true), seller(6, "East Shop", true),
	)
	prospect := seller(7, "A Garage", true)
	prospect.AccountType = new(market.AccountProspective)
	b.insert(prospect)
	b.query(ids(`mutation {
		webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", sellerId: "Seller-2" } }) { status }
		advertDelete(input: { id: "Advert-3" }) { status }
		sellerDelete(input: { clientMutationId: "d", sellerId: "Seller-2" }) { clientMutationId status errors { field } seller { id businessName externalIds { value } } }
	}`)).is(ids(`{"webhookCreate": {"status": 200}, "advertDelete": {"status": 200}, "sellerDelete": {"clientMutationId": "d", "status": 200, "errors": null,
		"seller": {"id": "Seller-2", "businessName": "South Shop", "externalIds": [{"value": "S-2"}]}}}`))
	return b
}

// What is left to see of a deleted seller, and where it is seen no more.
func TestADeletedSeller(t *testing.T) {
	t.Parallel()
	b := exodus(t)
	for document, want := range map[string]string{
		`{ node(id: "Seller-2") { __typename ... on Seller { businessName externalIds { value } } } }`:                  `{"node": {"__typename": "Seller", "businessName": "South Shop", "externalIds": [{"value": "S-2"}]}}`,
		`{ node(id: "Advert-3") { ... on Advert { displayable online statusText seller { businessName } } } }`:          `{"node": {"displayable": false, "online": false, "statusText": "Deleted", "seller": {"businessName": "South Shop"}}}`,
		`{ sellersWhere { nodes { legacyId } } }`:                                                                       `{"sellersWhere": {"nodes": [{"legacyId": 1}, {"legacyId": 3}, {"legacyId": 4}, {"legacyId": 5}]}}`,
		`{ sellersWhere(retailerIds: ["Seller-2"]) { totalCount } }`:                                                    `{"sellersWhere": {"totalCount": 0}}`,
		`{ sellersWhere(q: "south") { totalCount } }`:                                                                   `{"sellersWhere": {"totalCount": 0}}`,
		`{ advertsWhere(retailerIds: ["Seller-2"]) { totalCount } }`:                                                    `{"advertsWhere": {"totalCount": 0}}`,
		`{ webhooks(sellerId: "Seller-2") { totalCount } }`:                                                             `{"webhooks": {"totalCount": 0}}`,
		`{ externalIds(ownerType: "Seller") { value } }`:                                                                `{"externalIds": []}`,
		`mutation { sellerDelete(input: { sellerId: "Seller-2" }) { status errors { field messages } seller { id } } }`: `{"sellerDelete": {"status": 404, "errors": [{"field": "seller_id", "messages": ["was not found"]}], "seller": null}}`,
	} {
		b.query(ids(document)).is(ids(want))
	}
	b.run(north, ids(`{ node(id: "Seller-2") { id } }`), nil).fails("NOT_FOUND", "node")
	if _, err := b.store.KeyByDigest(t.Context(), market.KeyDigest("of the seller")); !errors.Is(err, market.ErrNotFound) {
		t.Errorf("the key of the deleted seller: %v", err)
	}
}

// The document of a webhook sees the seller as it was just before it went.
func TestADeletedSellerAsItWas(t *testing.T) {
	t.Parallel()
	b := exodus(t)
	var stored []*market.Seller
	ctx := viewer.NewContext(t.Context(), viewer.Viewer{})
	if _, err := b.store.Select(ctx, &stored, market.Query{Where: []market.Cond{market.Eq("id", int64(2))}, Deleted: true}); err != nil || len(stored) != 1 {
		t.Fatal(stored, err)
	}
	b.queryAs(viewer.Viewer{AsOf: *stored[0].DeletedAt, ReadOnly: true}, ids(`{
		node(id: "Seller-2") { ... on Seller { businessName externalIds { value } } }
		allSellers(updatedSince: "2020-01-01T00:00:00Z") { nodes { __typename ... on Seller { legacyId } } }
	}`)).is(`{"node": {"businessName": "South Shop", "externalIds": [{"value": "S-2"}]}, "allSellers": {"nodes": [{"__typename": "Seller", "legacyId": 1},
		{"__typename": "Seller", "legacyId": 2}, {"__typename": "Seller", "legacyId": 3}, {"__typename": "Seller", "legacyId": 4}, {"__typename": "Seller", "legacyId": 5}]}}`)
}

func TestAllSellers(t *testing.T) {
	t.Parallel()
	b := exodus(t)
	for arguments, want := range map[string]string{
		``:                                       "1 3 4 5",
		`(includeDeleted: false)`:                "1 3 4 5",
		`(includeDeleted: true)`:                 "1 -2 3 4 5",
		`(accountType: null)`:                    "1 3 4 5",
		`(accountType: [])`:                      "",
		`(accountType: [PRIVATE])`:               "",
		`(accountType: [PROSPECTIVE, PRIVATE])`:  "5",
		`(updatedSince: "2026-03-02T00:00:00Z")`: "",
		`(updatedSince: "2026-03-02T00:00:00Z", includeDeleted: true)`:                  "-2",
		`(updatedSince: "2026-03-01T09:30:06Z")`:                                        "4 5",
		`(sort: [])`:                                                                    "1 3 4 5",
		`(sort: [{}], includeDeleted: true)`:                                            "1 3 4 5 -2",
		`(sort: [{ field: UPDATED_AT, ordering: DESCENDING }], includeDeleted: true)`:   "-2 5 4 3 1",
		`(sort: [{ field: BUSINESS_NAME, ordering: ASCENDING }], includeDeleted: true)`: "5 4 1 -2 3",
		`(sort: [{ field: SLA_RATING, ordering: DESCENDING }])`:                         "3 1 4 5",
		`(sort: [{ field: SLA_RATING }, { field: BUSINESS_NAME, ordering: DESCENDING }, { field: null, ordering: null }])`: "5 4 1 3",
	} {
		if got := b.allSellers(viewer.Viewer{}, arguments); got != want {
			t.Errorf("%s gives %s, want %s", arguments, got, want)
		}
	}
	if got := b.allSellers(north, `(includeDeleted: true)`); got != "1" {
		t.Errorf("North Shop sees %s", got)
	}
	b.run(viewer.Viewer{}, `{ allSellers(first: 501) { totalCount } }`, nil).fails("BAD_USER_INPUT", "allSellers")
}

// allSellers are the legacy ids that the arguments of allSellers select, deleted
// ones negative, read in pages of two.
func (b *bundle) allSellers(v viewer.Viewer, arguments string) string {
	b.t.Helper()
	arguments = strings.TrimSuffix(arguments, ")")
	if arguments == "" {
		arguments = "("
	}
	nums, total, after := []string{}, 0, "null"
	for {
		var got struct {
			AllSellers struct {
				TotalCount int
				Nodes      []struct {
					Typename  string `json:"__typename"`
					LegacyID  int
					UpdatedAt string
				}
				Edges []struct {
					Cursor string
					Node   struct{ LegacyID int }
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		const fields = `{ totalCount nodes { __typename ... on Seller { legacyId updatedAt } ... on DeletedSeller { legacyId updatedAt } }
			edges { cursor node { ... on Seller { legacyId } ... on DeletedSeller { legacyId } } } pageInfo { hasNextPage endCursor } } }`
		b.queryAs(v, `{ allSellers`+arguments+` first: 2, after: `+after+`) `+fields).read(&got)
		page := got.AllSellers
		for i, n := range page.Nodes {
			if page.Edges[i].Node.LegacyID != n.LegacyID {
				b.t.Errorf("node %d and edge %d of a page differ", n.LegacyID, page.Edges[i].Node.LegacyID)
			}
			if n.Typename == "DeletedSeller" {
				n.LegacyID = -n.LegacyID
			}
			nums = append(nums, fmt.Sprint(n.LegacyID))
		}
		total, after = page.TotalCount, `"`+page.PageInfo.EndCursor+`"`
		if !page.PageInfo.HasNextPage {
			break
		}
	}
	if total != len(nums) {
		b.t.Errorf("totalCount of %s is %d, want %d", arguments, total, len(nums))
	}
	return strings.Join(nums, " ")
}

// The key of a deleted seller fails with the very next request, remembered as it may be.
func TestTheKeyOfADeletedSellerFailsAtOnce(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.insert(
		&market.MarketplacerAPIKey{Base: base(0), Digest: market.KeyDigest("operator")},
		&market.MarketplacerAPIKey{Base: base(0), Digest: market.KeyDigest("seller"), SellerID: 2},
	)
	keys := resolvers.CacheKeys(b.store)
	b.resolver.ForgetKeys = keys.Forget
	handler := resolvers.NewHandler(graph.NewExecutableSchema(graph.Config{Resolvers: b.resolver}), resolvers.Options{Keys: keys, Context: b.resolver.WithLoaders})
	ask := func(key, document string) int {
		body, err := json.Marshal(map[string]string{"query": ids(document)})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	const who = `{ apiKeyPrincipal { name } }`
	if status := ask("seller", who); status != http.StatusOK {
		t.Fatalf("before: %d", status)
	}
	if status := ask("operator", `mutation { advertDelete(input: { id: "Advert-3" }) { status } sellerDelete(input: { sellerId: "Seller-2" }) { status } }`); status != http.StatusOK {
		t.Fatalf("the deletion: %d", status)
	}
	if status := ask("seller", who); status != http.StatusUnauthorized {
		t.Errorf("after: %d, want 401", status)
	}
	if status := ask("operator", who); status != http.StatusOK {
		t.Errorf("the operator's key: %d", status)
	}
}
