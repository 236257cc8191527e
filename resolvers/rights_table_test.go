package resolvers_test

import (
	"slices"
	"strings"
)

// This is what contract marketplacer.md says of rights, for every type and every
// root field. It is written from the contract and not read from the schema's
// directives: a wrong directive must not make itself right.

// readNeeds are the types that each scope is needed to read; under "" are those
// that need none by themselves, since they only show where something else led.
var readNeeds = map[string][]string{
	"adverts:read": {
		"Advert", "AdvertChange", "AdvertOptionValue", "AllAdvert", "AllAdvertVariant", "DeletedAdvert", "UnpublishedAdvert",
		"Variant", "VariantChange", "VariantOptionValue",
	},
	"invoices:read": {"Adjustment", "Invoice", "InvoiceAmendment", "InvoiceAmendmentChange", "InvoiceAmendmentLineItem", "InvoiceChange", "LineItem"},
	"keys:read":     {"MarketplacerAPIKey"},
	"orders:read":   {"Order", "OrderChange"},
	"refunds:read": {
		"RefundReason", "RefundRequest", "RefundRequestChange", "RefundRequestLineItem", "RefundRequestLineItemChange", "RefundRequestNote",
	},
	"sellers:read": {"AllSeller", "DeletedSeller", "Seller", "SellerChange"},
	"shipments:read": {
		"ReturnShipment", "ReturnShipmentChange", "ReturnShippedItem", "Shipment", "ShipmentCarrier", "ShipmentChange", "ShipmentStatus",
		"ShipmentUnion", "ShippedItem",
	},
	"taxonomy:read": {
		"Brand", "OptionType", "OptionTypeChange", "OptionValue", "OptionValueChange", "Prototype", "Taxon", "TaxonChange",
	},
	"webhooks:read": {"Webhook", "WebhookDryRun", "WebhookEvent", "WebhookEventResponse", "WebhookJob", "WebhookHealth", "WebhookSecret"},
	"": {
		"APIKeyPrincipal", "Address", "Change", "Country", "DocumentError", "ExternalID", "Image", "Metadatum", "Node", "PageInfo", "State", "ValidationError",
	},
}

// sharedKinds are those that every seller may see, and orders, of which each of
// its sellers sees its own share. Of all other kinds a seller sees its own only.
var sharedKinds = []string{"Brand", "OptionType", "OptionValue", "Order", "Prototype", "PrototypeOption", "ShipmentCarrier", "Taxon"}

// pages are the connections and what is on them.
var pages = map[string]string{
	"AdvertOptionValueConnection": "AdvertOptionValue", "AdvertsConnection": "Advert", "AllAdvertVariantConnection": "AllAdvertVariant",
	"AllAdvertsConnection": "AllAdvert", "AllSellersConnection": "AllSeller", "BrandsConnection": "Brand", "ImagesConnection": "Image",
	"MarketplacerAPIKeysConnection": "MarketplacerAPIKey",
	"InvoiceAmendmentsConnection":   "InvoiceAmendment", "InvoiceConnection": "Invoice", "InvoicesConnection": "Invoice",
	"LineItemConnection": "LineItem", "OptionTypesConnection": "OptionType", "OptionValueConnection": "OptionValue",
	"OptionValuesConnection": "OptionValue", "PrototypesConnection": "Prototype", "RefundRequestConnection": "RefundRequest",
	"SellerConnection": "Seller", "ShipmentCarrierConnection": "ShipmentCarrier", "ShipmentStatusConnection": "ShipmentStatus",
	"StatesConnection": "State", "TaxonsConnection": "Taxon", "UpdatedOrdersConnection": "Order",
	"UpdatedRefundRequestsConnection": "RefundRequest", "VariantConnection": "Variant",
	"VariantOptionValueConnection": "VariantOptionValue", "WebhookEventsConnection": "WebhookEvent", "WebhookJobsConnection": "WebhookJob", "WebhooksConnection": "Webhook",
}

// nodeNeeds are the scopes that node(id:) needs for what has none of its own:
// that of the entity which it belongs to, in the examples the seller.
var nodeNeeds = map[string]string{"Address": "sellers:read", "Image": "sellers:read"}

// fieldNeeds are fields that need more than their types: a payload shows what
// its webhook's document reads, in the examples invoices.
var fieldNeeds = map[string]string{"WebhookEvent.payload": "invoices:read"}

// needOf is the scope that selecting a type needs, "" for none, and whether the table has the type.
func needOf(typeName string) (scope string, known bool) {
	if entry, isPage := pages[typeName]; isPage {
		typeName = entry
	}
	if strings.HasSuffix(typeName, "MutationPayload") {
		return "", true
	}
	typeName = strings.TrimSuffix(typeName, "Edge")
	for scope, types := range readNeeds {
		if slices.Contains(types, typeName) {
			return scope, true
		}
	}
	return "", false
}

// readRight is what a root field to read from needs.
type readRight struct {
	scope string
	// arguments have $id in the place of the owner's example of the kind about.
	arguments, about string
}

// anything is what a root field is about that gives entities of any type, and
// needs what reading their type needs.
const anything = "anything"

var queries = map[string]readRight{
	"advertsWhere":          {scope: "adverts:read"},
	"allAdverts":            {scope: "adverts:read"},
	"allSellers":            {scope: "sellers:read", arguments: "(includeDeleted: true)"},
	"apiKeyPrincipal":       {},
	"brands":                {scope: "taxonomy:read"},
	"externalIds":           {},
	"invoiceAmendments":     {scope: "invoices:read"},
	"invoices":              {scope: "invoices:read"},
	"marketplacerApiKeys":   {scope: "keys:read"},
	"node":                  {arguments: "(id: $id)", about: anything},
	"nodes":                 {arguments: "(ids: [$id])", about: anything},
	"order":                 {arguments: "(orderId: $id)", about: "Order", scope: "orders:read"},
	"prototypes":            {scope: "taxonomy:read"},
	"refundReasons":         {scope: "refunds:read"},
	"refundRequests":        {scope: "refunds:read"},
	"sellersWhere":          {scope: "sellers:read"},
	"shipmentCarriers":      {scope: "shipments:read"},
	"taxons":                {scope: "taxonomy:read"},
	"updatedOrders":         {scope: "orders:read", arguments: `(updatedSince: "2020-01-01")`},
	"updatedRefundRequests": {scope: "refunds:read", arguments: `(updatedSince: "2020-01-01")`},
	"variantsWhere":         {scope: "adverts:read"},
	"webhookDryRun":         {scope: "webhooks:read", arguments: `(input: { type: INVOICE, subjectId: "nobody" })`},
	"webhookEvents":         {scope: "webhooks:read"},
	"webhookJobs":           {scope: "webhooks:read"},
	"webhooks":              {scope: "webhooks:read"},
}

// subscriptions are the classes of the root fields to follow changes by; each
// needs what reading the class needs.
var subscriptions = map[string]string{
	"advertChanged": "Advert", "invoiceAmendmentChanged": "InvoiceAmendment", "invoiceChanged": "Invoice", "optionTypeChanged": "OptionType",
	"optionValueChanged": "OptionValue", "orderChanged": "Order", "refundRequestChanged": "RefundRequest",
	"refundRequestLineItemChanged": "RefundRequestLineItem", "returnShipmentChanged": "ReturnShipment", "sellerChanged": "Seller",
	"shipmentChanged": "Shipment", "taxonChanged": "Taxon", "variantChanged": "Variant",
}

// changeRight is what a root field to change by needs.
type changeRight struct {
	scope string
	// also are scopes that the input needs besides.
	also []string
	// operator says that no seller may call it.
	operator bool
	// input is one that goes well for the caller: "@Advert" stands for the id of its own example.
	input string
	// fresh says that the input makes something new of its caller's own, so that it suits every seller.
	fresh bool
	// wrong is an input that is refused for what it says.
	wrong string
	// after are the mutations that have to be done before, on the same examples.
	after []string
	// idle says that it stores nothing.
	idle bool
}

const (
	sellerAddress = `{"address": "1 Quay", "city": "Perth", "country": {"code": "AU"}, "postcode": "6000"}`
	soldLine      = `{"lineItemId": "@LineItem", "quantity": 1}`
	sentLine      = `{"lineItemId": "@LineItem", "quantity": 1, "dispatched": true}`
	aNote         = `"notes": [{"note": "so be it"}]`
)

var mutations = map[string]changeRight{
	"advertDelete":          {scope: "adverts:manage", input: `{"id": "@Advert"}`},
	"advertPublishedUpdate": {scope: "adverts:write", input: `{"id": "@Advert", "published": false}`},
	"advertUpsert":          {scope: "adverts:write", input: `{"advertId": "@Advert", "attributes": {"title": "Other boots"}}`},
	"brandCreateOrUpdate":   {scope: "taxonomy:write", operator: true, input: `{"id": "@Brand", "name": "Other"}`},
	"externalIdUpsert":      {scope: "adverts:write", input: `{"owner": "@Advert", "key": "shelf", "value": "7"}`},
	// An amendment gives money back, as the decision of a refund does.
	"invoiceAmendmentCreate": {scope: "invoices:manage", input: `{"invoiceId": "@Invoice", "remittanceCents": 5, "lineItems": [
		{"lineItemId": "@LineItem", "quantity": 1, "amountCents": 5, "status": "REFUNDED"}]}`},
	"marketplacerApiKeyCreate":  {scope: "keys:manage", operator: true, input: `{"apiTermsOfUse": true, "description": "d", "organization": "o", "sellerId": "@Seller", "scopes": ["keys:read"]}`},
	"marketplacerApiKeyDelete":  {scope: "keys:manage", operator: true, input: `{"apiKeyId": "@MarketplacerAPIKey"}`},
	"marketplacerApiKeyUpdate":  {scope: "keys:manage", operator: true, input: `{"apiKeyId": "@MarketplacerAPIKey", "scopes": ["keys:manage"]}`},
	"metadataUpsert":            {scope: "adverts:write", input: `{"owner": "@Advert", "key": "shelf", "value": "7"}`},
	"optionTypeCreateOrUpdate":  {scope: "taxonomy:write", operator: true, input: `{"id": "@OptionType", "displayName": "Other"}`},
	"optionValueCreateOrUpdate": {scope: "taxonomy:write", operator: true, input: `{"id": "@OptionValue", "displayName": "Other"}`},
	"orderCreate":               {scope: "orders:write", operator: true, input: `{"order": {}, "lineItems": [{"variantId": "@Variant", "quantity": 1}]}`},
	"orderUpdate":               {scope: "orders:write", operator: true, input: `{"orderId": "@Order", "status": "COMPLETE", "attributes": {"phone": "777"}}`},
	"prototypeCreateOrUpdate":   {scope: "taxonomy:write", operator: true, input: `{"id": "@Prototype", "name": "Other"}`},
	"refundRequestApprove":      {scope: "refunds:manage", after: []string{"refundRequestCreate"}, input: `{"refundRequestId": "@RefundRequest"}`},
	"refundRequestCreate":       {scope: "refunds:write", input: `{"invoiceId": "@Invoice", "lineItems": [` + sentLine + `], "notes": []}`},
	"refundRequestDeny":         {scope: "refunds:manage", after: []string{"refundRequestCreate"}, input: `{"refundRequestId": "@RefundRequest", ` + aNote + `}`},
	"refundRequestRefund":       {scope: "refunds:manage", after: []string{"refundRequestCreate", "refundRequestApprove", "refundRequestReturn"}, input: `{"refundRequestId": "@RefundRequest", ` + aNote + `}`},
	"refundRequestReturn":       {scope: "refunds:write", after: []string{"refundRequestCreate", "refundRequestApprove"}, input: `{"refundRequestId": "@RefundRequest", ` + aNote + `}`},
	"returnShipmentCreate":      {scope: "shipments:write", after: []string{"refundRequestCreate", "refundRequestApprove"}, input: `{"refundRequestId": "@RefundRequest", "carrierId": "@ShipmentCarrier", "trackingNumber": "R-1", "shippedItems": [{"lineItemId": "@RefundRequestLineItem", "quantity": 1}]}`},
	"sellerCreate":              {scope: "sellers:write", operator: true, input: `{"attributes": {"accountType": "RETAILER", "address": ` + sellerAddress + `, "businessName": "b", "legalBusinessName": "l", "phone": "1", "emailAddress": "a@shop.example"}}`},
	"sellerDelete":              {scope: "sellers:manage", operator: true, input: `{"sellerId": "@IdleSeller"}`},
	"sellerUpdate":              {scope: "sellers:write", input: `{"sellerId": "@Seller", "attributes": {"phone": "777"}}`},
	"shipmentCarrierCreate":     {scope: "shipments:write", operator: true, input: `{"name": "Other post"}`},
	"shipmentCreate":            {scope: "shipments:write", input: `{"invoiceId": "@Invoice", "dispatchedAt": "2026-03-02", "postageCarrierId": "@ShipmentCarrier", "trackingNumber": "T", "shippedItems": [` + soldLine + `]}`},
	"shipmentStatusCreate":      {scope: "shipments:write", input: `{"shipmentId": "@Shipment", "status": "InTransit"}`},
	"shipmentUpdate":            {scope: "shipments:write", input: `{"shipmentId": "@Shipment", "note": "other"}`},
	"taxonCreateOrUpdate":       {scope: "taxonomy:write", operator: true, input: `{"id": "@Taxon", "title": "Other"}`},
	"variantDelete":             {scope: "adverts:manage", input: `{"id": "@Variant"}`},
	"variantUpdate":             {scope: "adverts:write", input: `{"variantId": "@Variant", "attributes": {"notes": "other"}}`},
	"webhookCreate": {scope: "webhooks:manage", also: []string{"adverts:read"}, fresh: true, input: `{"attributes": {"type": "ADVERT", "url": "https://shop.example/hook"}}`,
		wrong: `{"attributes": {"type": "ADVERT", "url": "https://shop.example/hook", "queryString": "query($id: ID!) { missing(id: $id) }"}}`},
	"webhookBackfill":     {scope: "webhooks:manage", input: `{"webhookId": "@Webhook"}`},
	"webhookDelete":       {scope: "webhooks:manage", input: `{"webhookId": "@Webhook"}`},
	"webhookEventCancel":  {scope: "webhooks:manage", input: `{"webhookEventId": "@WebhookEvent"}`},
	"webhookEventResend":  {scope: "webhooks:manage", input: `{"webhookEventId": "@WebhookEvent"}`},
	"webhookJobCancel":    {scope: "webhooks:manage", input: `{"jobId": "@WebhookJob"}`},
	"webhookPing":         {scope: "webhooks:manage", idle: true, input: `{"webhookId": "@Webhook"}`},
	"webhookReplay":       {scope: "webhooks:manage", input: `{"webhookId": "@Webhook", "since": "2026-03-01T00:00:00Z"}`},
	"webhookSecretRotate": {scope: "webhooks:manage", input: `{"webhookId": "@Webhook", "overlapSeconds": 60}`},
	"webhookTrigger":      {scope: "webhooks:manage", input: `{"webhookId": "@Webhook", "subjectId": "@Advert"}`},
	"webhookUpdate":       {scope: "webhooks:manage", input: `{"webhookId": "@Webhook", "attributes": {"name": "Other"}}`},
}
