package resolvers_test

import (
	"errors"
	"fmt"
	"strings"

	"crier/internal/market"
)

// secureOnly is the check of endpoints.
func secureOnly(url string) error {
	if !strings.HasPrefix(url, "https://") || strings.ContainsAny(url, "\x00") || len(url) > 2048 {
		return errors.New("must be an https URL")
	}
	return nil
}

// deskPrepared are the mutations that prepare the marketplace, beside trade:
//
//	images    4 of variant 1, 5 of advert 3
//	options   3 season, of adverts, with the value 3; 4 engraving, a text of variants
//	sellers   3, deleted, and 4, with nothing to do
//	order 1   invoice 1 of North Shop with line item 1: 20 pieces of variant 1, 6 of them in shipment 1,
//	          invoice 2 of South Shop with line item 2: 5 pieces of variant 6, 2 of them in shipment 2;
//	          its addresses are 4 and 5
//	order 2   invoice 3 of North Shop, with line item 3
//	refunds   of invoice 1: 1 awaited, 2 with line 2 to come back, 3 agreed to; of invoice 2: 4 awaited
//	webhooks  1 of North Shop, 2 of South Shop, 3 deleted; each of the first two has an event and a job of its number
//	ids       "taken" of variant 2
var deskPrepared = []string{
	`variantUpdate(input: { variantId: "Variant-1", attributes: { countOnHand: 1000, images: [{ sourceUrl: "https://img.example/v.png" }] } })`,
	`advertUpsert(input: { advertId: "Advert-3", attributes: { images: [{ sourceUrl: "https://img.example/s.png" }] } })`,
	`optionTypeCreateOrUpdate(input: { name: "season", appliedTo: ADVERT, fieldType: SINGLE_SELECT, prototypeIds: ["Prototype-1"] })`,
	`optionValueCreateOrUpdate(input: { name: "winter", optionTypeId: "OptionType-3" })`,
	`optionTypeCreateOrUpdate(input: { name: "engraving", appliedTo: VARIANT, fieldType: FREE_TEXT, prototypeIds: ["Prototype-1"] })`,
	`externalIdUpsert(input: { owner: "Variant-2", key: "erp", value: "taken" })`,
	`sellerCreate(input: { attributes: ` + sellerDetails + ` })`,
	`sellerCreate(input: { attributes: ` + sellerDetails + ` })`,
	`sellerDelete(input: { sellerId: "Seller-3" })`,
	`orderCreate(input: { order: { address: ` + placeOfBuyer + `, billingAddress: ` + placeOfBuyer + ` }, lineItems: [
		{ variantId: "Variant-1", quantity: 20, cost: { amount: 51900, taxRate: 10.0 }, postageCents: 500 }, { variantId: "Variant-6", quantity: 5, cost: { amount: 5000 } }] })`,
	`orderCreate(input: { order: {}, lineItems: [{ variantId: "Variant-1", quantity: 1 }] })`,
	`shipmentCreate(input: { dispatchedAt: "2026-03-02", invoiceId: "Invoice-1", postageCarrierId: "ShipmentCarrier-1", trackingNumber: "P-1", shippedItems: [{ lineItemId: "LineItem-1", quantity: 6 }] })`,
	`shipmentCreate(input: { dispatchedAt: "2026-03-02", invoiceId: "Invoice-2", postageCarrierId: "ShipmentCarrier-1", trackingNumber: "P-2", shippedItems: [{ lineItemId: "LineItem-2", quantity: 2 }] })`,
	`refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ lineItemId: "LineItem-1", quantity: 1, dispatched: false }] })`,
	`refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ lineItemId: "LineItem-1", quantity: 2, dispatched: true, status: AWAITING_RETURN }] })`,
	`refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ lineItemId: "LineItem-1", quantity: 1, dispatched: false, status: REFUND_ACCEPTED }] })`,
	`refundRequestCreate(input: { invoiceId: "Invoice-2", notes: [], lineItems: [{ lineItemId: "LineItem-2", quantity: 1 }] })`,
	`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", sellerId: "Seller-1", identifier: "taken" } })`,
	`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", sellerId: "Seller-2" } })`,
	`webhookCreate(input: { attributes: { type: ADVERT, url: "https://shop.example/hook", sellerId: "Seller-1" } })`,
	`webhookDelete(input: { webhookId: "Webhook-3" })`,
	`marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "shop", organization: "North", sellerId: "Seller-1" })`,
	`webhookBackfill(input: { webhookId: "Webhook-1" })`,
	`webhookBackfill(input: { webhookId: "Webhook-2" })`,
}

const (
	placeOfBuyer  = `{ address: "2 Hill Road", city: "Salem", postcode: "97301", country: { code: "US" } }`
	sellerDetails = `{ businessName: "Gone", legalBusinessName: "Gone", phone: "1", emailAddress: "g@shop.example", accountType: RETAILER, address: ` + placeOfBuyer + ` }`
)

// Parts of inputs.
var (
	somePairs = `[{"key": "desk", "value": "1"}, {"key": "till", "value": "2"}]`
	someNotes = `[{"note": "first"}, {"note": "second"}]`
	oregon    = market.StateByCode("US-OR")
	// anAddress is an address without an id.
	anAddress = fmt.Sprintf(`"address": "1 Pier", "city": "Salem", "postcode": "97301", "subaddress": "Flat 3",
		"country": {"code": "US", "id": %q}, "state": {"id": %q, "name": "Oregon", "short": "OR"}`, market.CountryByCode("US").ID(), oregon.ID())
	addressNeeds = "address city postcode country"

	somePrices = `"price": "20", "recommendedRetailPrice": "30", "salePrice": "15.5", "salePriceStartAt": "2026-03-01T00:00:00Z", "salePriceEndAt": "2026-04-01T00:00:00Z"`
	aGIF       = "R0lGODlhAQABAAAAACw="
	someImages = `[{"sourceUrl": "https://img.example/new.png", "alt": "A boot", "filename": "new.png", "size": 5}, {"dataBase64": "` + aGIF + `", "filename": "boot.gif"}]`

	someOfAVariant = `"barcode": "1", "countOnHand": 3, "description": "any", "externalIds": ` + somePairs + `, "infiniteQuantity": false,
		"metadata": ` + somePairs + `, "notes": "n", "published": true, ` + somePrices
	someMoney       = `{"amount": 5000, "tax": 400, "taxRate": 10.0}`
	someAdjustments = `[{"adjustmentType": "PROMOTION", "amountCents": 100, "description": "Sale", "sourceId": "promo 7"}, {"adjustmentType": "FEE", "amountCents": 50, "description": "Wrap"}]`
	// aLine are two pieces of a line that comes to 5450.
	aLine = `{"variantId": "Variant-1", "quantity": 2, "cost": ` + someMoney + `, "postage": {"amount": 500, "tax": 40, "taxRate": 9.0}, "postageCents": 500, "totalCents": 5450,
		"deliveryType": "BUY_ONLINE", "adjustments": ` + someAdjustments + `, "externalIds": ` + somePairs + `, "metadata": ` + somePairs + `}`
	aBuyer = `"billingCompanyName": "Accounts", "billingEmailAddress": "bill@mail.example", "billingFirstName": "Bill", "billingPhone": "2", "billingSurname": "Payer",
		"companyName": "Office", "emailAddress": "buyer@mail.example", "firstName": "Given", "messageToSeller": "Ring twice", "phone": "1", "surname": "Family"`
	aRefundLine = `{"lineItemId": "LineItem-1", "quantity": 1, "amountPerItemCents": 100, "dispatched": false, "externalIds": ` + somePairs + `, "metadata": ` + somePairs + `,
		"notes": ` + someNotes + `, "reason": "Other", "status": "REFUND_ACCEPTED"}`
	aReturnedLine = strings.Replace(aRefundLine, "false", "true", 1)
	aSeller       = `"businessName": "West", "legalBusinessName": "West", "phone": "1", "mobile": "2", "emailAddress": "w@shop.example", "emailCc": "a@shop.example, b@shop.example",
		"invoiceDispatchDaysThreshold": 3, "metadata": ` + somePairs + `, "storeDescription": "Shoes", "tags": ["new", "shoes"]`
	aWebhook = `"type": "ADVERT", "url": "https://shop.example/new", "allowSkip": true, "concurrentSendLimit": 5, "enabled": true, "headers": {"Team": "a"}, "hmacKey": "k",
		"maxRetries": 3, "queryString": "query($id: ID!) { node(id: $id) { id } }", "sellerId": "Seller-1", "identifier": "new", "name": "New", "ratePerSecond": 50, "timeoutSeconds": 5,
		"coalesceSeconds": 5, "filter": "eventName == 'update'", "ignoreOwnChanges": true, "onErrors": "HOLD", "ordered": true, "asymmetric": true, "format": "STANDARD"`
)

// under are paths below another.
func under(path, names string) string {
	var all []string
	for name := range strings.FieldsSeq(names) {
		all = append(all, path+"."+name)
	}
	return strings.Join(all, " ")
}

// trials are valid inputs that hold, together, every place of every mutation's input.
var trials = map[string]trial{
	"advertUpsert/new": {as: "operator", needs: under("attributes", "title taxonId sellerId"), input: `{"clientMutationId": "c", "attributes": {
		"title": "Clogs", "taxonId": "Taxon-3", "sellerId": "Seller-1", "brandId": "Brand-1", "code": "C", "description": "d", "externalId": "e", "externalIds": ` + somePairs + `,
		"metadata": ` + somePairs + `, "specifications": "s", "productFeatures": ["light", "dry"], "hasFreeDomesticShipping": true, "attemptAutoPublish": true, "vetted": true,
		"baseDomesticShippingCost": "9.95", ` + somePrices + `, "images": ` + someImages + `,
		"advertOptionValues": [{"optionTypeId": "OptionType-2", "textValue": "wood"}, {"optionTypeId": "OptionType-3", "optionValueId": "OptionValue-3"}],
		"variants": [{"sku": "E1", "externalId": "e1", "images": ` + someImages + `, "optionValueIds": ["OptionValue-1"], ` + someOfAVariant + `},
			{"sku": "E2", "variantOptionValues": [{"optionTypeId": "OptionType-1", "optionValueId": "OptionValue-2"}, {"optionTypeId": "OptionType-4", "textValue": "EH"}]}]}}`},
	"advertUpsert/change": {as: "north", keeps: under("attributes", "title taxonId"), input: `{"advertId": "Advert-1", "attributes": {
		"title": "Boots", "taxonId": "Taxon-3", "sellerId": "Seller-1", "images": [{"imageId": "Image-2", "alt": "b"}],
		"variants": [{"id": "Variant-1", "countOnHand": 8, "images": [{"imageId": "Image-4", "alt": "c"}]}]}}`},
	"advertDelete":          {as: "north", input: `{"clientMutationId": "c", "id": "Advert-1"}`},
	"advertPublishedUpdate": {as: "north", input: `{"clientMutationId": "c", "id": "Advert-1", "published": false}`},
	"variantUpdate": {as: "north", input: `{"clientMutationId": "c", "variantId": "Variant-1", "attributes": {"sku": "E1", "externalId": "e1",
		"images": [{"imageId": "Image-4", "alt": "v"}, {"sourceUrl": "https://img.example/w.png", "filename": "f", "size": 5}, {"dataBase64": "` + aGIF + `"}],
		"optionValueIds": ["OptionValue-2"], ` + someOfAVariant + `}}`},
	"variantUpdate/itself": {as: "north", input: `{"attributes": {"id": "Variant-1",
		"variantOptionValues": [{"optionTypeId": "OptionType-1", "optionValueId": "OptionValue-2"}, {"optionTypeId": "OptionType-4", "textValue": "EH"}]}}`},
	"variantDelete":             {as: "north", input: `{"clientMutationId": "c", "id": "Variant-1"}`},
	"taxonCreateOrUpdate/new":   {as: "operator", needs: "title", input: `{"title": "Hats", "displayName": "All hats", "parentId": "Taxon-1", "prototypeId": "Prototype-1", "externalIds": ` + somePairs + `}`},
	"taxonCreateOrUpdate":       {as: "operator", keeps: "title", input: `{"clientMutationId": "c", "id": "Taxon-3", "title": "Hats"}`},
	"prototypeCreateOrUpdate":   {as: "operator", keeps: "name", input: `{"clientMutationId": "c", "id": "Prototype-1", "name": "Shoes", "externalIds": ` + somePairs + `}`},
	"prototypeCreateOrUpdate/n": {as: "operator", needs: "name", input: `{"name": "Shoes"}`},
	"brandCreateOrUpdate":       {as: "operator", keeps: "name", input: `{"clientMutationId": "c", "id": "Brand-1", "name": "Nova", "externalIds": ` + somePairs + `}`},
	"brandCreateOrUpdate/n":     {as: "operator", needs: "name", input: `{"name": "Nova"}`},
	"optionTypeCreateOrUpdate/new": {as: "operator", needs: "name appliedTo fieldType", input: `{"name": "colour", "displayName": "Colour", "appliedTo": "VARIANT", "fieldType": "SINGLE_SELECT",
		"category": "VARIANT", "optional": true, "externalIds": ` + somePairs + `, "prototypeIds": ["Prototype-1"]}`},
	"optionTypeCreateOrUpdate":      {as: "operator", keeps: "name", input: `{"clientMutationId": "c", "id": "OptionType-1", "name": "length", "prototypeIdsToRemove": ["Prototype-1"]}`},
	"optionValueCreateOrUpdate/new": {as: "operator", needs: "name optionTypeId", input: `{"name": "41", "displayName": "EU 41", "optionTypeId": "OptionType-1", "position": 5, "externalIds": ` + somePairs + `}`},
	"optionValueCreateOrUpdate":     {as: "operator", keeps: "name optionTypeId", input: `{"clientMutationId": "c", "id": "OptionValue-1", "name": "41", "optionTypeId": "OptionType-1"}`},

	"sellerCreate": {as: "operator", needs: "attributes.emailAddress " + under("attributes.address", addressNeeds), input: `{"clientMutationId": "c", "attributes": {` + aSeller + `, "accountType": "RETAILER",
		"businessRegistrationCode": "R", "logo": {"sourceUrl": "https://img.example/w.png", "alt": "W", "filename": "w.png", "size": 5}, "address": {` + anAddress + `}}}`},
	"sellerCreate/logo": {as: "operator", input: `{"attributes": {"businessName": "West", "legalBusinessName": "West", "phone": "1", "emailAddress": "w@shop.example", "accountType": "RETAILER",
		"logo": {"dataBase64": "` + aGIF + `"}, "address": {` + anAddress + `}}}`},
	"sellerUpdate": {as: "north", keeps: under("attributes", "businessName legalBusinessName phone emailAddress address") + " " + under("attributes.address", addressNeeds),
		input: `{"clientMutationId": "c", "sellerId": "Seller-1", "attributes": {` + aSeller + `, "businessNumber": "5", "openingHours": "9 to 5", "baseDomesticShippingCost": "5", "domesticShippingFreeThreshold": "50",
			"marketplaceShippingRulesEnabled": true, "logo": {"imageId": "Image-1", "alt": "N", "filename": "n.png", "size": 5}, "address": {"id": "Address-1", ` + anAddress + `}}}`},
	"sellerUpdate/linked logo": {as: "north", input: `{"attributes": {"logo": {"sourceUrl": "https://img.example/n.png"}}}`},
	"sellerUpdate/sent logo":   {as: "north", input: `{"attributes": {"logo": {"dataBase64": "` + aGIF + `"}}}`},
	"sellerDelete":             {as: "operator", input: `{"clientMutationId": "c", "sellerId": "Seller-4"}`},
	"marketplacerApiKeyCreate": {as: "operator", input: `{"clientMutationId": "c", "apiTermsOfUse": true, "description": "shop", "organization": "North", "scopes": ["adverts:read", "orders:manage"], "sellerId": "Seller-1"}`},
	"marketplacerApiKeyDelete": {as: "operator", input: `{"clientMutationId": "c", "apiKeyId": "MarketplacerAPIKey-1"}`},
	"marketplacerApiKeyUpdate": {as: "operator", input: `{"clientMutationId": "c", "apiKeyId": "MarketplacerAPIKey-1", "scopes": ["adverts:read", "orders:manage"]}`},
	"shipmentCarrierCreate":    {as: "operator", input: `{"clientMutationId": "c", "name": "Bike", "homepageUrl": "https://bike.example", "trackingUrl": "https://bike.example/{tracking_number}"}`},
	"externalIdUpsert":         {as: "north", input: `{"clientMutationId": "c", "owner": "Advert-1", "key": "desk", "value": "9", "ownerKeyUnique": true}`},
	"metadataUpsert":           {as: "north", input: `{"clientMutationId": "c", "owner": "Advert-1", "key": "desk", "value": "9"}`},

	"orderCreate/lines": {as: "operator", needs: under("order.address", addressNeeds) + " " + under("order.billingAddress", addressNeeds), input: `{"clientMutationId": "c", "order": {` + aBuyer + `,
		"address": {` + anAddress + `}, "billingAddress": {` + anAddress + `}, "externalIds": ` + somePairs + `, "metadata": ` + somePairs + `, "notes": "n"}, "lineItems": [` + aLine + `]}`},
	"orderCreate/invoices": {as: "operator", input: `{"order": {}, "invoices": [{"adjustments": ` + someAdjustments + `, "externalIds": ` + somePairs + `, "metadata": ` + somePairs + `, "totalCents": 5450, "lineItems": [` + aLine + `]}]}`},
	"orderUpdate": {as: "operator", keeps: under("attributes.address", addressNeeds) + " " + under("attributes.billingAddress", addressNeeds), input: `{"clientMutationId": "c", "orderId": "Order-1", "status": "COMPLETE",
		"attributes": {` + aBuyer + `, "address": {"id": "Address-4", ` + anAddress + `}, "billingAddress": {"id": "Address-5", ` + anAddress + `}}}`},
	"shipmentCreate": {as: "north", input: `{"clientMutationId": "c", "dispatchedAt": "2026-03-02", "invoiceId": "Invoice-1", "note": "fragile", "postageCarrierId": "ShipmentCarrier-1", "trackingNumber": "P-9",
		"shippedItems": [{"lineItemId": "LineItem-1", "quantity": 1}]}`},
	"shipmentUpdate":       {as: "north", input: `{"clientMutationId": "c", "dispatchedAt": "2026-03-02T00:00:00Z", "note": "fragile", "postageCarrierId": "ShipmentCarrier-1", "shipmentId": "Shipment-1", "trackingNumber": "P-9"}`},
	"shipmentStatusCreate": {as: "north", input: `{"clientMutationId": "c", "shipmentId": "Shipment-1", "status": "InTransit"}`},

	"refundRequestCreate": {as: "north", input: `{"clientMutationId": "c", "externalIds": ` + somePairs + `, "initiatedBy": "BUYER", "invoiceId": "Invoice-1", "metadata": ` + somePairs + `, "notes": ` + someNotes + `,
		"lineItems": [` + aRefundLine + `]}`},
	"refundRequestApprove": {as: "north", input: `{"refundRequestId": "RefundRequest-1", "note": {"note": "yes"}}`},
	"refundRequestDeny":    {as: "north", input: `{"clientMutationId": "c", "refundRequestId": "RefundRequest-1", "notes": ` + someNotes + `}`},
	"refundRequestReturn":  {as: "north", input: `{"clientMutationId": "c", "refundRequestId": "RefundRequest-2", "notes": ` + someNotes + `, "newLineItems": [` + aReturnedLine + `]}`},
	"refundRequestRefund":  {as: "north", input: `{"clientMutationId": "c", "refundRequestId": "RefundRequest-3", "notes": ` + someNotes + `, "cashAmountCents": 10, "newLineItems": [` + aRefundLine + `]}`},
	"returnShipmentCreate": {as: "north", input: `{"clientMutationId": "c", "refundRequestId": "RefundRequest-2", "carrierId": "ShipmentCarrier-1", "dropOffUrl": "https://post.example/shops", "note": "n",
		"trackingNumber": "R-1", "externalIds": ` + somePairs + `, "metadata": ` + somePairs + `, "shippedItems": [{"lineItemId": "RefundRequestLineItem-2", "quantity": 1}]}`},
	"invoiceAmendmentCreate": {as: "north", input: `{"clientMutationId": "c", "invoiceId": "Invoice-1", "remittanceCents": 10, "lineItems": [
		{"lineItemId": "LineItem-1", "quantity": 1, "amountCents": 100, "total": {"amount": 100, "tax": 5, "taxRate": 10.0}, "dispatched": false, "reason": "Other", "status": "CANCELLED"}]}`},

	"webhookCreate":        {as: "north", input: `{"clientMutationId": "c", "attributes": {` + aWebhook + `, "eventName": "UPDATE"}}`},
	"webhookCreate/events": {as: "north", input: `{"attributes": {"type": "ADVERT", "url": "https://shop.example/new", "eventNames": ["UPDATE", "CREATE"]}}`},
	"webhookUpdate":        {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1", "attributes": {` + aWebhook + `, "eventName": "UPDATE"}}`},
	"webhookUpdate/events": {as: "north", input: `{"webhookId": "Webhook-1", "attributes": {"eventNames": ["UPDATE", "CREATE"]}}`},
	"webhookPing":          {as: "north", idle: true, input: `{"clientMutationId": "c", "webhookId": "Webhook-1"}`},
	"webhookSecretRotate":  {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1", "overlapSeconds": 60}`},
	"webhookDelete":        {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1"}`},
	"webhookTrigger":       {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1", "subjectId": "Advert-1", "eventName": "UPDATE"}`},
	"webhookEventResend":   {as: "north", input: `{"clientMutationId": "c", "webhookEventId": "WebhookEvent-1", "mode": "STORED"}`},
	"webhookEventCancel":   {as: "north", input: `{"clientMutationId": "c", "webhookEventId": "WebhookEvent-1"}`},
	"webhookReplay": {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1", "mode": "REEXECUTE", "ratePerSecond": 5, "since": "2026-03-01T00:00:00Z",
		"until": "2026-03-02T00:00:00Z", "statuses": ["SENT", "FAILED"]}`},
	"webhookBackfill":  {as: "north", input: `{"clientMutationId": "c", "webhookId": "Webhook-1", "ratePerSecond": 5, "updatedSince": "2026-03-01T00:00:00Z"}`},
	"webhookJobCancel": {as: "north", input: `{"clientMutationId": "c", "jobId": "WebhookJob-1"}`},
}
