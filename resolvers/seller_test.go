package resolvers_test

import (
	"testing"

	"crier/internal/viewer"
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
