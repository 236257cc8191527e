package resolvers_test

import (
	"strings"
	"testing"

	"crier/internal/viewer"
)

// mutate executes mutations one after the other as the operator; each must answer as it should.
func (b *bundle) mutate(steps ...[2]string) {
	b.t.Helper()
	for _, step := range steps {
		b.query("mutation { " + step[0] + " }").is(step[1])
	}
}

func TestCatalogueMutations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mutate([][2]string{
		{
			`brandCreateOrUpdate(input: {clientMutationId: "1", name: "Ostrea", externalIds: [{key: "erp", value: "O"}]}) { clientMutationId status errors { field messages } brand { id name slug externalIds { key value } } }`,
			`{"brandCreateOrUpdate": {"clientMutationId": "1", "status": 200, "errors": null, "brand": {"id": "` + id("Brand", 1) + `", "name": "Ostrea", "slug": "ostrea", "externalIds": [{"key": "erp", "value": "O"}]}}}`,
		},
		{
			`brandCreateOrUpdate(input: {id: "` + id("Brand", 1) + `", name: " "}) { clientMutationId status errors { field } brand { id } }`,
			`{"brandCreateOrUpdate": {"clientMutationId": null, "status": 422, "errors": [{"field": "name"}], "brand": null}}`,
		},
		{
			`prototypeCreateOrUpdate(input: {name: "Footwear"}) { status errors { field } prototype { name optionTypes { totalCount } } }`,
			`{"prototypeCreateOrUpdate": {"status": 200, "errors": null, "prototype": {"name": "Footwear", "optionTypes": {"totalCount": 0}}}}`,
		},
		{
			`optionTypeCreateOrUpdate(input: {name: "size", appliedTo: VARIANT, fieldType: SINGLE_SELECT, prototypeIds: ["` + id("Prototype", 1) + `"]}) {
				status errors { field } optionType { name displayName optional prototypes { nodes { name } } } }`,
			`{"optionTypeCreateOrUpdate": {"status": 200, "errors": null, "optionType": {"name": "size", "displayName": "size", "optional": true, "prototypes": {"nodes": [{"name": "Footwear"}]}}}}`,
		},
		{
			`optionTypeCreateOrUpdate(input: {name: "material", appliedTo: ADVERT, fieldType: FREE_TEXT, prototypeIds: ["` + id("Prototype", 1) + `"]}) { status errors { field } optionType { category } }`,
			`{"optionTypeCreateOrUpdate": {"status": 200, "errors": null, "optionType": {"category": "PRODUCT_DETAILS_TEXT"}}}`,
		},
		{
			`optionValueCreateOrUpdate(input: {name: "40", displayName: "Forty", optionTypeId: "` + id("OptionType", 1) + `"}) { status errors { field } optionValue { name displayName position optionType { name } } }`,
			`{"optionValueCreateOrUpdate": {"status": 200, "errors": null, "optionValue": {"name": "40", "displayName": "Forty", "position": 0, "optionType": {"name": "size"}}}}`,
		},
		{
			`taxonCreateOrUpdate(input: {title: "Fashion", prototypeId: "` + id("Prototype", 1) + `"}) { status errors { field } taxon { title displayName parent { id } prototype { name } } }`,
			`{"taxonCreateOrUpdate": {"status": 200, "errors": null, "taxon": {"title": "Fashion", "displayName": "Fashion", "parent": null, "prototype": {"name": "Footwear"}}}}`,
		},
		{
			`taxonCreateOrUpdate(input: {title: "Boots", parentId: "` + id("Taxon", 1) + `"}) { status errors { field } taxon { treeName prototype { name } } }`,
			`{"taxonCreateOrUpdate": {"status": 200, "errors": null, "taxon": {"treeName": "Fashion > Boots", "prototype": {"name": "Footwear"}}}}`,
		},
		{
			`sellerCreate(input: {attributes: {businessName: "North Shop", legalBusinessName: "North", phone: "1", emailAddress: "n@shop.example", accountType: RETAILER, tags: ["new"],
				metadata: [{key: "tier", value: "gold"}], address: {address: "1 Quay Street", city: "Portland", postcode: "97201", country: {code: "US"}, state: {short: "OR"}}}}) {
				status errors { field messages } seller { businessName online accountType tags metadata { key value } address { city state { short } } logo { url } } }`,
			`{"sellerCreate": {"status": 200, "errors": null, "seller": {"businessName": "North Shop", "online": true, "accountType": "RETAILER", "tags": ["new"],
				"metadata": [{"key": "tier", "value": "gold"}], "address": {"city": "Portland", "state": {"short": "OR"}}, "logo": null}}}`,
		},
		{
			`sellerUpdate(input: {sellerId: "` + id("Seller", 1) + `", attributes: {tags: null, baseDomesticShippingCost: "4.50", address: {city: "Salem"}, logo: {sourceUrl: "https://img.example/l.png"}}}) {
				status errors { field messages } seller { tags baseDomesticShippingCost address { city postcode } logo { url } } }`,
			`{"sellerUpdate": {"status": 200, "errors": null, "seller": {"tags": null, "baseDomesticShippingCost": 4.5, "address": {"city": "Salem", "postcode": "97201"}, "logo": {"url": "https://img.example/l.png"}}}}`,
		},
		{
			`sellerUpdate(input: {sellerId: "` + id("Seller", 9) + `", attributes: {tags: []}}) { status errors { field } seller { id } }`,
			`{"sellerUpdate": {"status": 404, "errors": [{"field": "seller_id"}], "seller": null}}`,
		},
	}...)
	b.mutateAdverts()
}

// mutateAdverts goes on with what TestCatalogueMutations made.
func (b *bundle) mutateAdverts() {
	b.t.Helper()
	b.mutate([][2]string{
		{
			`advertUpsert(input: {attributes: {title: "Red boots", taxonId: "` + id("Taxon", 2) + `", brandId: "` + id("Brand", 1) + `", sellerId: "` + id("Seller", 1) + `", price: "100", attemptAutoPublish: true,
				externalIds: [{key: "erp", value: "R-1"}], images: [{sourceUrl: "https://img.example/a.png", alt: "A"}], productFeatures: ["warm"],
				advertOptionValues: [{optionTypeId: "` + id("OptionType", 2) + `", textValue: "leather"}], variants: [{sku: "A1", price: "25.95", countOnHand: 5, optionValueIds: ["` + id("OptionValue", 1) + `"]}, {sku: "A2", published: false}]}}) {
				status errors { field messages } advert { title published displayable lowestPrice productFeatures advertOptionValues { nodes { textValue } } externalIds { value } displayImage { url alt }
				seller { businessName } variants { nodes { sku label published buyable lowestPrice optionValues { nodes { name } } } } } }`,
			`{"advertUpsert": {"status": 200, "errors": null, "advert": {"title": "Red boots", "published": true, "displayable": true, "lowestPrice": "25.95", "productFeatures": ["warm"], "advertOptionValues": {"nodes": [{"textValue": "leather"}]},
				"externalIds": [{"value": "R-1"}], "displayImage": {"url": "https://img.example/a.png", "alt": "A"}, "seller": {"businessName": "North Shop"}, "variants": {"nodes": [
				{"sku": "A1", "label": "Forty", "published": true, "buyable": true, "lowestPrice": "25.95", "optionValues": {"nodes": [{"name": "40"}]}},
				{"sku": "A2", "label": "Red boots", "published": false, "buyable": false, "lowestPrice": "100.0", "optionValues": {"nodes": []}}]}}}}`,
		},
		{
			`advertUpsert(input: {advertId: "` + id("Advert", 1) + `", attributes: {title: null, variants: [{sku: "A1", price: "0"}]}}) { status errors { field } advert { id } }`,
			`{"advertUpsert": {"status": 422, "errors": [{"field": "title"}, {"field": "variants.0.price"}], "advert": null}}`,
		},
		{
			`variantUpdate(input: {variantId: "` + id("Variant", 1) + `", attributes: {countOnHand: 0, price: null, notes: "last", variantOptionValues: []}}) { status errors { field } variant { label sku countOnHand editablePriceCents lowestPrice notes buyable } }`,
			`{"variantUpdate": {"status": 200, "errors": null, "variant": {"label": "Red boots", "sku": "A1", "countOnHand": 0, "editablePriceCents": null, "lowestPrice": "100.0", "notes": "last", "buyable": false}}}`,
		},
		{
			`variantUpdate(input: {attributes: {id: "` + id("Variant", 1) + `", variantOptionValues: [{optionTypeId: "` + id("OptionType", 1) + `", optionValueId: "` + id("OptionValue", 1) + `"}]}}) { status errors { field messages } variant { label } }`,
			`{"variantUpdate": {"status": 200, "errors": null, "variant": {"label": "Forty"}}}`,
		},
		{
			`variantUpdate(input: {attributes: {countOnHand: 1}}) { status errors { field } variant { id } }`,
			`{"variantUpdate": {"status": 422, "errors": [{"field": "variant_id"}], "variant": null}}`,
		},
		{
			`variantDelete(input: {id: "` + id("Variant", 2) + `"}) { status errors { field } variant { sku advert { ... on Advert { variants { nodes { sku } } } } } }`,
			`{"variantDelete": {"status": 200, "errors": null, "variant": {"sku": "A2", "advert": {"variants": {"nodes": [{"sku": "A1"}]}}}}}`,
		},
		{
			`advertPublishedUpdate(input: {id: "` + id("Advert", 1) + `", published: false}) { status errors { field } advert { published statusText variants { nodes { advert { __typename } } } } }`,
			`{"advertPublishedUpdate": {"status": 200, "errors": null, "advert": {"published": false, "statusText": "Not published", "variants": {"nodes": [{"advert": {"__typename": "UnpublishedAdvert"}}]}}}}`,
		},
		{
			`externalIdUpsert(input: {owner: "` + id("Advert", 1) + `", key: "erp", value: "R-2", ownerKeyUnique: true}) { status errors { field } externalId { key value owner { id ... on Advert { externalIds { value } } } } }`,
			`{"externalIdUpsert": {"status": 200, "errors": null, "externalId": {"key": "erp", "value": "R-2", "owner": {"id": "` + id("Advert", 1) + `", "externalIds": [{"value": "R-2"}]}}}}`,
		},
		{
			`metadataUpsert(input: {owner: "` + id("Advert", 1) + `", key: "season", value: "winter"}) { status errors { field } metadata { key value } }`,
			`{"metadataUpsert": {"status": 200, "errors": null, "metadata": {"key": "season", "value": "winter"}}}`,
		},
		{
			`metadataUpsert(input: {owner: "nonsense", key: "season", value: "winter"}) { status errors { field } metadata { key } }`,
			`{"metadataUpsert": {"status": 404, "errors": [{"field": "owner"}], "metadata": null}}`,
		},
		{
			`advertDelete(input: {id: "` + id("Advert", 1) + `"}) { status errors { field } advert { title displayable externalIds { value } variants { totalCount } } }`,
			`{"advertDelete": {"status": 200, "errors": null, "advert": {"title": "Red boots", "displayable": false, "externalIds": [{"value": "R-2"}], "variants": {"totalCount": 2}}}}`,
		},
		{
			`advertDelete(input: {id: "` + id("Advert", 1) + `"}) { status errors { field } advert { id } }`,
			`{"advertDelete": {"status": 404, "errors": [{"field": "id"}], "advert": null}}`,
		},
	}...)
}

func TestPayloadsShowWhatTheMutationLeft(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.query(`mutation {
		before: variantUpdate(input: {variantId: "` + id("Variant", 1) + `", attributes: {price: "30"}}) { variant { advert { ... on Advert { lowestPrice variants { nodes { lowestPrice } } } } } }
		after: variantUpdate(input: {variantId: "` + id("Variant", 1) + `", attributes: {price: "40"}}) { variant { advert { ... on Advert { lowestPrice variants { nodes { lowestPrice } } } } } }
	}`).is(`{
		"before": {"variant": {"advert": {"lowestPrice": "30.0", "variants": {"nodes": [{"lowestPrice": "30.0"}, {"lowestPrice": "100.0"}, {"lowestPrice": "0.01"}]}}}},
		"after": {"variant": {"advert": {"lowestPrice": "40.0", "variants": {"nodes": [{"lowestPrice": "40.0"}, {"lowestPrice": "100.0"}, {"lowestPrice": "0.01"}]}}}}
	}`)
}

func TestSellersChangeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	south := viewer.Viewer{Seller: 2}
	b.queryAs(south, `mutation { variantUpdate(input: {variantId: "`+id("Variant", 1)+`", attributes: {countOnHand: 1}}) { status errors { field } variant { id } } }`).
		is(`{"variantUpdate": {"status": 404, "errors": [{"field": "variant_id"}], "variant": null}}`)
	b.queryAs(south, `mutation { externalIdUpsert(input: {owner: "`+id("Advert", 1)+`", key: "k", value: "v"}) { status errors { field } externalId { id } } }`).
		is(`{"externalIdUpsert": {"status": 404, "errors": [{"field": "owner"}], "externalId": null}}`)
	b.queryAs(south, `mutation { sellerUpdate(input: {attributes: {phone: "2"}}) { status errors { field } seller { legacyId phone } } }`).
		is(`{"sellerUpdate": {"status": 200, "errors": null, "seller": {"legacyId": 2, "phone": "2"}}}`)
}

func TestMarksNeedTheScopeOfTheirOwner(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	writer := viewer.Viewer{Scopes: []string{"adverts:write", "taxonomy:read"}}
	mark := `mutation { externalIdUpsert(input: {owner: "%", key: "k", value: "v"}) { status } note: metadataUpsert(input: {owner: "%", key: "k", value: "v"}) { status } }`
	b.queryAs(writer, strings.ReplaceAll(mark, "%", id("Advert", 1))).is(`{"externalIdUpsert": {"status": 200}, "note": {"status": 200}}`)
	a := b.run(writer, strings.ReplaceAll(mark, "%", id("Brand", 1)), nil)
	a.is(`{"externalIdUpsert": null, "note": null}`)
	if len(a.Errors) != 2 || a.Errors[0].Extensions["code"] != "MISSING_SCOPE" || a.Errors[0].Extensions["scope"] != "taxonomy:write" {
		t.Errorf("errors: %v", a.Errors)
	}
}

func TestReadersChangeNothing(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	b.run(viewer.Viewer{ReadOnly: true}, `mutation { advertDelete(input: {id: "`+id("Advert", 1)+`"}) { status } }`, nil).fails("FORBIDDEN", "advertDelete")
}
