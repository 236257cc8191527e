package resolvers_test

import (
	"encoding/base64"
	"math"
	"slices"
	"strings"
)

// special is a bad input that follows from the marketplace, or from another place
// of the input.
type special struct {
	why string
	// place is what the refusal is told of, and value what stands there.
	place string
	value any
	// also are other values that make it bad, by their places.
	also map[string]any
	// field is where the refusal is told; "" is place.
	field string
	// status is 422 unless it is set.
	status int
}

// lineOf is a line of an order with pieces of a variant, and more of its fields.
func lineOf(variant, quantity int64, more ...any) map[string]any {
	line := fieldsOf(more...)
	line["variantId"], line["quantity"] = id("Variant", variant), quantity
	return line
}

// fieldsOf is an object of names, each with its value behind it.
func fieldsOf(namesAndValues ...any) map[string]any {
	fields := map[string]any{}
	for pair := range slices.Chunk(namesAndValues, 2) {
		fields[pair[0].(string)] = pair[1]
	}
	return fields
}

func itemsOf(values ...any) []any { return values }

// specials are the bad inputs of the trials, by the trials' names.
var specials = map[string][]special{
	"advertUpsert/new": {
		{why: "an operator's advert without a seller", place: "attributes.sellerId", value: absent},
		{why: "an external id that is taken", place: "attributes.externalIds", value: itemsOf(fieldsOf("key", "erp", "value", "G-3"))},
		{why: "a sale above the price", place: "attributes.salePrice", value: "21"},
		{why: "a sale that ends before it begins", place: "attributes.salePriceEndAt", value: "2026-02-01"},
		{why: "a picture of another owner", place: "attributes.images.0.imageId", value: id("Image", 2), also: fieldsOf("attributes.images.0.sourceUrl", absent), status: 404},
		{why: "a picture that is sent and linked", place: "attributes.images.0.dataBase64", value: aGIF},
		{why: "a picture of nothing", place: "attributes.images.0", value: fieldsOf("alt", "x"), field: "images.0.source_url"},
		{why: "a picture of 6 MiB", place: "attributes.images.1.dataBase64", value: base64.StdEncoding.EncodeToString(make([]byte, 6<<20))},
		{why: "a choice without a value", place: "attributes.advertOptionValues.0", value: fieldsOf("optionTypeId", id("OptionType", 2)), field: "advert_option_values.0.option_value_id"},
		{why: "text for an option of values", place: "attributes.advertOptionValues.1", value: fieldsOf("optionTypeId", id("OptionType", 3), "textValue", "x"), field: "advert_option_values.1.text_value"},
		{why: "a value and a text", place: "attributes.advertOptionValues.1.textValue", value: "x"},
		{why: "a value of another option", place: "attributes.advertOptionValues.1.optionValueId", value: id("OptionValue", 1)},
		{why: "an option of variants", place: "attributes.advertOptionValues.0.optionTypeId", value: id("OptionType", 4), field: "advert_option_values.0.text_value"},
		{why: "a variant that is another advert's", place: "attributes.variants.0.id", value: id("Variant", 1), status: 404},
		{why: "two variants of one sku", place: "attributes.variants.1.sku", value: "E9", also: fieldsOf("attributes.variants.0.sku", "E9", "attributes.variants.0.externalId", absent)},
		{why: "two variants of one external id", place: "attributes.variants.1.externalId", value: "e1", field: "variants.0.external_id variants.1.external_id"},
		{why: "choices in both forms", place: "attributes.variants.1.optionValueIds", value: itemsOf(id("OptionValue", 1))},
		{why: "two sizes at once", place: "attributes.variants.0.optionValueIds", value: itemsOf(id("OptionValue", 1), id("OptionValue", 2)), field: "variants.0.option_value_ids.1"},
		{why: "an external id twice among variants", place: "attributes.variants.1.externalIds", value: itemsOf(fieldsOf("key", "desk", "value", "1"))},
		{why: "a sale of a variant above its price", place: "attributes.variants.0.salePrice", value: "20"},
		{why: "a price of nothing", place: "attributes.variants.0.price", value: "0"},
	},
	"advertUpsert/change": {
		{why: "vetting by a seller", place: "attributes.vetted", value: false},
		{why: "another seller", place: "attributes.sellerId", value: id("Seller", 2)},
		{why: "a variant twice", place: "attributes.variants", value: itemsOf(fieldsOf("id", id("Variant", 1)), fieldsOf("sku", "x"), fieldsOf("id", id("Variant", 1))), field: "variants.2"},
		{why: "a variant of another advert of the seller", place: "attributes.variants.0.id", value: id("Variant", 5), also: fieldsOf("attributes.variants.0.images", absent), status: 404},
		{why: "a picture of another owner of the seller", place: "attributes.images.0.imageId", value: id("Image", 1), status: 404},
	},
	"advertPublishedUpdate": {
		{why: "an advert without a price", place: "published", value: true, also: fieldsOf("id", id("Advert", 2)), field: "price"},
	},
	"variantUpdate": {
		{why: "another variant in the attributes", place: "attributes.id", value: id("Variant", 2)},
		{why: "the external id of another variant", place: "attributes.externalIds", value: itemsOf(fieldsOf("key", "erp", "value", "taken"))},
	},
	"variantUpdate/itself": {{why: "no variant", place: "attributes.id", value: absent, field: "variant_id"}},
	"taxonCreateOrUpdate": {
		{why: "its own parent", place: "parentId", value: id("Taxon", 3)},
		{why: "a parent below it", place: "parentId", value: id("Taxon", 3), also: fieldsOf("id", id("Taxon", 1))},
	},
	"brandCreateOrUpdate/n": {{why: "an external id that is taken", place: "externalIds", value: itemsOf(fieldsOf("key", "erp", "value", "O"))}},
	"optionTypeCreateOrUpdate": {
		{why: "a use that products contradict", place: "appliedTo", value: "ADVERT"},
		{why: "a form that products contradict", place: "fieldType", value: "FREE_TEXT"},
		{why: "a prototype in and out", place: "prototypeIds", value: itemsOf(id("Prototype", 1)), field: "prototype_ids_to_remove.0"},
	},
	"optionValueCreateOrUpdate": {{why: "a value of free text", place: "optionTypeId", value: id("OptionType", 2), also: fieldsOf("id", id("OptionValue", 3))}},
	"sellerCreate": {
		{why: "an address that exists", place: "attributes.address.id", value: id("Address", 1), status: 404},
		{why: "a picture that exists", place: "attributes.logo.imageId", value: id("Image", 1), also: fieldsOf("attributes.logo.sourceUrl", absent), status: 404},
		{why: "a country by two names", place: "attributes.address.country.code", value: "AU", field: "address.country"},
		{why: "a state of another country", place: "attributes.address.state.short", value: "VIC", field: "address.state"},
	},
	"sellerUpdate": {
		{why: "an address of another owner", place: "attributes.address.id", value: id("Address", 4), status: 404},
		{why: "a picture of an advert", place: "attributes.logo.imageId", value: id("Image", 2), status: 404},
	},
	"sellerDelete":             {{why: "a seller with adverts", place: "sellerId", value: id("Seller", 1)}},
	"marketplacerApiKeyCreate": {{why: "terms that are not accepted", place: "apiTermsOfUse", value: false}},
	"externalIdUpsert": {
		{why: "an id that is taken", place: "value", value: "G-3", also: fieldsOf("key", "erp"), field: "external_ids"},
		{why: "what can have none", place: "owner", value: id("Metadatum", 1)},
	},
	"metadataUpsert": {{why: "what can have none", place: "owner", value: id("Image", 1)}},
	"orderCreate/lines": {
		{why: "an address that exists", place: "order.address.id", value: id("Address", 4), status: 404},
		{why: "a billing address that exists", place: "order.billingAddress.id", value: id("Address", 5), status: 404},
		{why: "lines and invoices", place: "invoices", value: itemsOf(fieldsOf("lineItems", itemsOf(lineOf(1, 1))))},
		{why: "neither lines nor invoices", place: "lineItems", value: absent},
		{why: "more than there is", place: "lineItems.0.quantity", value: 981},
		{why: "more than there is in two lines", place: "lineItems", value: itemsOf(lineOf(1, 500), lineOf(1, 500)), field: "line_items.1.quantity"},
		{why: "a variant that is sold out", place: "lineItems.1", value: lineOf(2, 1), field: "line_items.1.quantity"},
		{why: "a variant that is not published", place: "lineItems.1", value: lineOf(3, 1), field: "line_items.1.variant_id"},
		{why: "a variant of a deleted advert", place: "lineItems.0.variantId", value: id("Variant", 7), status: 404},
		{why: "a variant without a price", place: "lineItems", value: itemsOf(lineOf(6, 1)), field: "line_items.0.cost"},
		{why: "a line whose pieces overflow", place: "lineItems", value: itemsOf(lineOf(6, math.MaxInt32, "cost", fieldsOf("amount", math.MaxInt32), "postageCents", math.MaxInt32)), field: "line_items.0.total_cents"},
		{why: "an order that overflows", place: "lineItems", value: itemsOf(lineOf(6, 1, "cost", fieldsOf("amount", math.MaxInt32)), lineOf(6, 1, "cost", fieldsOf("amount", math.MaxInt32))), field: "base"},
		{why: "more tax than cost", place: "lineItems.0.cost.tax", value: 5001},
		{why: "more tax than postage", place: "lineItems.0.postage.tax", value: 501},
		{why: "another postage", place: "lineItems.0.postageCents", value: 499},
		{why: "another total", place: "lineItems.0.totalCents", value: 5451},
		{why: "a promotion above what is left", place: "lineItems.0.adjustments.0.amountCents", value: 5001},
		{why: "a negative fee", place: "lineItems.0.adjustments.1.amountCents", value: -50},
	},
	"orderCreate/invoices": {
		{why: "no lines", place: "invoices", value: itemsOf(), field: "line_items"},
		{why: "an invoice of two sellers", place: "invoices.0.lineItems.1", value: lineOf(6, 1, "cost", fieldsOf("amount", 1)), field: "invoices.0.line_items.1.variant_id"},
		{why: "an invoice of two deliveries", place: "invoices.0.lineItems.1", value: lineOf(1, 1, "deliveryType", "NO_DISPATCH"), field: "invoices.0.line_items.1.delivery_type"},
		{why: "two invoices of one seller", place: "invoices.1", value: fieldsOf("lineItems", itemsOf(lineOf(1, 1))), field: "invoices.1.line_items"},
		{why: "another total", place: "invoices.0.totalCents", value: 5501},
		{why: "a promotion above what is left", place: "invoices.0.adjustments.0.amountCents", value: 5000},
		{why: "a negative fee", place: "invoices.0.adjustments.1.amountCents", value: -50},
	},
	"orderUpdate": {
		{why: "the billing address for the address", place: "attributes.address.id", value: id("Address", 5), status: 404},
		{why: "an address of a seller", place: "attributes.billingAddress.id", value: id("Address", 1), status: 404},
		{why: "a status that the order cannot take", place: "status", value: "ABANDONED"},
	},
	"shipmentCreate": {
		{why: "more than awaits dispatch", place: "shippedItems.0.quantity", value: 13},
		{why: "a line of another invoice", place: "shippedItems.0.lineItemId", value: id("LineItem", 3), status: 404},
		{why: "a year that no clock has", place: "dispatchedAt", value: "0001-01-01"},
	},
	"refundRequestCreate": {
		{why: "more than is left", place: "lineItems.0.quantity", value: 13},
		{why: "more sent pieces than there are", place: "lineItems.0.quantity", value: 5, also: fieldsOf("lineItems.0.dispatched", true)},
		{why: "a line of another invoice", place: "lineItems.0.lineItemId", value: id("LineItem", 3), status: 404},
		{why: "more money than is left", place: "lineItems.0.amountPerItemCents", value: 60_000},
		{why: "money that overflows", place: "lineItems.0.amountPerItemCents", value: math.MaxInt32, also: fieldsOf("lineItems.0.quantity", 12)},
		{why: "an amount without a line and a value", place: "lineItems.0.amountPerItemCents", value: absent, also: fieldsOf("lineItems.0.lineItemId", absent)},
		{why: "pieces to come back that were not sent", place: "lineItems.0.status", value: "AWAITING_RETURN"},
		{why: "sent pieces without a line", place: "lineItems.0.dispatched", value: true, also: fieldsOf("lineItems.0.lineItemId", absent)},
		{why: "the operator's own refund by a seller", place: "initiatedBy", value: "ADMIN"},
	},
	"refundRequestApprove": {{why: "a request that is decided", place: "refundRequestId", value: id("RefundRequest", 2)}},
	"refundRequestDeny":    {{why: "a request that is decided", place: "refundRequestId", value: id("RefundRequest", 2)}},
	"refundRequestReturn": {
		{why: "a request that is not decided", place: "refundRequestId", value: id("RefundRequest", 1)},
		{why: "pieces that were not sent", place: "newLineItems.0.dispatched", value: false},
		{why: "more than was sent", place: "newLineItems.0.quantity", value: 5},
		{why: "pieces that await a decision", place: "newLineItems.0.status", value: "PENDING_APPROVAL"},
		{why: "more money than is left", place: "newLineItems.0.amountPerItemCents", value: 60_000},
	},
	"refundRequestRefund": {
		{why: "a request that is not decided", place: "refundRequestId", value: id("RefundRequest", 1)},
		{why: "pieces that did not come back", place: "refundRequestId", value: id("RefundRequest", 2), also: fieldsOf("newLineItems", absent)},
		{why: "more than the total", place: "cashAmountCents", value: 10_000},
		{why: "more than is left", place: "newLineItems.0.quantity", value: 13},
		{why: "pieces that await a decision", place: "newLineItems.0.status", value: "PENDING_APPROVAL"},
		{why: "sent pieces without a line", place: "newLineItems.0.dispatched", value: true, also: fieldsOf("newLineItems.0.lineItemId", absent)},
	},
	"returnShipmentCreate": {
		{why: "more than is expected back", place: "shippedItems.0.quantity", value: 3},
		{why: "a line of another request", place: "shippedItems.0.lineItemId", value: id("RefundRequestLineItem", 3), status: 404},
		{why: "a request with nothing to come back", place: "refundRequestId", value: id("RefundRequest", 3)},
	},
	"invoiceAmendmentCreate": {
		{why: "more than is left", place: "lineItems.0.quantity", value: 13},
		{why: "a line of another invoice", place: "lineItems.0.lineItemId", value: id("LineItem", 3), status: 404},
		{why: "pieces that were not sent", place: "lineItems.0.status", value: "REFUNDED", also: fieldsOf("lineItems.0.dispatched", absent, "lineItems.0.quantity", 5), field: "line_items.0.quantity"},
		{why: "what contradicts the status", place: "lineItems.0.dispatched", value: true},
		{why: "another amount than the total", place: "lineItems.0.amountCents", value: 99},
		{why: "more money than is left", place: "lineItems.0.amountCents", value: 60_000, also: fieldsOf("lineItems.0.total", absent)},
		{why: "more tax than money", place: "lineItems.0.total.tax", value: 101},
		{why: "more than the total", place: "remittanceCents", value: 101},
	},
	"webhookCreate": {
		{why: "events in both forms", place: "attributes.eventNames", value: itemsOf("CREATE")},
		{why: "a long name", place: "attributes.name", value: strings.Repeat("x", 101)},
		{why: "an unknown field in the document", place: "attributes.queryString", value: "query($id: ID!) { node(id: $id) { pony } }"},
	},
	"webhookUpdate": {
		{why: "events in both forms", place: "attributes.eventNames", value: itemsOf("CREATE")},
		{why: "no address", place: "attributes.url", value: "http://127.0.0.1/"},
	},
	"webhookSecretRotate": {
		{why: "an overlap before now", place: "overlapSeconds", value: -1},
		{why: "an overlap of more than a week", place: "overlapSeconds", value: 7*24*60*60 + 1},
	},
	"webhookTrigger": {
		{why: "a subject of another class", place: "subjectId", value: id("Invoice", 1), status: 404},
	},
	"webhookReplay": {
		{why: "an end before the beginning", place: "until", value: "2026-02-28T00:00:00Z"},
	},
}
