package resolvers_test

import (
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

const lineItem = `{ node(id: "LineItem-1") { ... on LineItem {
	id legacyId advert { title } advertCode advertId advertLegacyId advertTitle brandName
	commissionAmountCents commissionAmountFormatted discountCents discountFormatted externalIds { value } image { url }
	itemAmountCents itemAmountFormatted metadata { key } postageCents postageFormatted quantity quantityAwaitingDispatch quantityReturnable
	shipment { legacyId } shipments { legacyId } status statusFull subtotalCents subtotalFormatted taxRate taxTotalCents taxTotalFormatted
	totalCents totalFormatted variant { sku } variantBarcode variantId variantLegacyId variantName variantSku
} } }`

func TestLineItemFields(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.queryAs(north, ship("second", 1))
	b.queryAs(north, ids(lineItem)).is(ids(`{"node": {
		"id": "LineItem-1", "legacyId": 1, "advert": {"title": "Red boots"}, "advertCode": null, "advertId": "Advert-1", "advertLegacyId": 1,
		"advertTitle": "Red boots", "brandName": "Ostrea", "commissionAmountCents": 649, "commissionAmountFormatted": "$6.49",
		"discountCents": 0, "discountFormatted": "$0.00", "externalIds": [{"value": "L-1"}], "image": {"url": "https://img.example/first.png"},
		"itemAmountCents": 2595, "itemAmountFormatted": "$25.95", "metadata": [{"key": "gift"}], "postageCents": 500, "postageFormatted": "$5.00",
		"quantity": 2, "quantityAwaitingDispatch": 0, "quantityReturnable": 2, "shipment": {"legacyId": 2}, "shipments": [{"legacyId": 1}, {"legacyId": 2}],
		"status": "ALLOCATED", "statusFull": "SHIPPED", "subtotalCents": 5190, "subtotalFormatted": "$51.90", "taxRate": 10,
		"taxTotalCents": 517, "taxTotalFormatted": "$5.17", "totalCents": 5690, "totalFormatted": "$56.90",
		"variant": {"sku": "A1"}, "variantBarcode": "9780000000011", "variantId": "Variant-1", "variantLegacyId": 1, "variantName": "A1", "variantSku": "A1"
	}}`))
}

func TestLineItemKeepsWhatWasSold(t *testing.T) {
	t.Parallel()
	b := sales(t)
	document := ids(`{ node(id: "LineItem-1") { ... on LineItem {
		advert { title } advertTitle advertId variant { sku } variantSku variantId shipment { id } shipments { id } quantityAwaitingDispatch quantityReturnable
	} } }`)
	unpublished := advert(0, 1, 3, "Renamed", nil)
	unpublished.Num = 1
	b.update(unpublished)
	b.queryAs(north, document).is(ids(`{"node": {
		"advert": {"title": "Renamed"}, "advertTitle": "Red boots", "advertId": "Advert-1", "variant": {"sku": "A1"}, "variantSku": "A1", "variantId": "Variant-1",
		"shipment": null, "shipments": [], "quantityAwaitingDispatch": 2, "quantityReturnable": 0}}`))
	sold := variant(0, 1, "A1", func(v *market.Variant) { v.Num, v.DeletedAt = 1, new(deletion) })
	unpublished.DeletedAt = new(deletion)
	b.update(unpublished, sold)
	b.queryAs(north, document).is(ids(`{"node": {
		"advert": null, "advertTitle": "Red boots", "advertId": "Advert-1", "variant": null, "variantSku": "A1", "variantId": "Variant-1",
		"shipment": null, "shipments": [], "quantityAwaitingDispatch": 2, "quantityReturnable": 0}}`))
	before := viewer.Viewer{Seller: 1, AsOf: deletion}
	b.queryAs(before, ids(`{ node(id: "LineItem-1") { ... on LineItem { advert { title } variant { sku } } } }`)).
		is(`{"node": {"advert": {"title": "Renamed"}, "variant": {"sku": "A1"}}}`)
}

func TestShipmentFields(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	for _, state := range []string{"InfoReceived", "Delivered"} {
		b.queryAs(north, ids(`mutation { shipmentStatusCreate(input: { clientMutationId: "e", shipmentId: "Shipment-1", status: `+state+` }) {
			clientMutationId status errors { field } shipmentStatus { status shipment { ... on Shipment { legacyId } } }
		} }`)).is(`{"shipmentStatusCreate": {"clientMutationId": "e", "status": 200, "errors": null,
			"shipmentStatus": {"status": "` + state + `", "shipment": {"legacyId": 1}}}}`)
	}
	b.queryAs(north, ids(`{ node(id: "Shipment-1") { ... on Shipment {
		id legacyId carrier homepageLink trackingLink trackingNumber dispatchedAt note invoice { legacyId status } externalIds { key } metadata { key }
		shippedItems { quantity lineItem { legacyId } } statusLog { totalCount nodes { status } } last: statusLog(last: 1) { nodes { status } pageInfo { hasPreviousPage } }
	} } }`)).is(ids(`{"node": {
		"id": "Shipment-1", "legacyId": 1, "carrier": "Post", "homepageLink": "https://post.example",
		"trackingLink": "https://post.example/track?n=A%20B%2F1&m=1", "trackingNumber": "A B/1", "dispatchedAt": "2026-03-02T08:00:00Z", "note": "fragile",
		"invoice": {"legacyId": 1, "status": "PARTIALLY_SENT"}, "externalIds": [], "metadata": [],
		"shippedItems": [{"quantity": 1, "lineItem": {"legacyId": 1}}], "statusLog": {"totalCount": 2, "nodes": [{"status": "InfoReceived"}, {"status": "Delivered"}]},
		"last": {"nodes": [{"status": "Delivered"}], "pageInfo": {"hasPreviousPage": true}}
	}}`))
	b.run(south, ids(`{ node(id: "Shipment-1") { id } }`), nil).fails("NOT_FOUND", "node")
}

func TestShipmentCreateIsRefused(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	refused := func(v viewer.Viewer, document string) string {
		var got struct {
			ShipmentCreate struct {
				Status   int
				Errors   []struct{ Field string }
				Shipment *struct{ ID string }
			}
		}
		b.queryAs(v, document).read(&got)
		if got.ShipmentCreate.Shipment != nil || len(got.ShipmentCreate.Errors) != 1 {
			t.Fatalf("%+v, want one error", got)
		}
		return got.ShipmentCreate.Errors[0].Field
	}
	if got := refused(north, ship("third", 2)); got != "shipped_items.0.quantity" {
		t.Errorf("too many pieces are refused on %s", got)
	}
	if got := refused(south, ship("third", 1)); got != "invoice_id" {
		t.Errorf("another seller's invoice is refused on %s", got)
	}
}

func TestShipmentUpdate(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.queryAs(north, ids(`mutation { shipmentUpdate(input: {
		clientMutationId: "u", shipmentId: "Shipment-1", trackingNumber: null, dispatchedAt: null, postageCarrierId: null
	}) { clientMutationId status errors { field } shipment { trackingNumber note carrier dispatchedAt } } }`)).is(`{"shipmentUpdate": {
		"clientMutationId": "u", "status": 200, "errors": null,
		"shipment": {"trackingNumber": "A B/1", "note": "fragile", "carrier": "Post", "dispatchedAt": "2026-03-02T08:00:00Z"}}}`)
	b.queryAs(north, ids(`mutation { shipmentUpdate(input: { shipmentId: "Shipment-1", trackingNumber: "C-2", note: null }) { shipment { trackingNumber note } } }`)).
		is(`{"shipmentUpdate": {"shipment": {"trackingNumber": "C-2", "note": null}}}`)
	b.queryAs(north, ids(`mutation { shipmentUpdate(input: { shipmentId: "Shipment-1", trackingNumber: " ", postageCarrierId: "ShipmentCarrier-9" }) {
		errors { field } shipment { id }
	} }`)).is(`{"shipmentUpdate": {"errors": [{"field": "tracking_number"}, {"field": "postage_carrier_id"}], "shipment": null}}`)
}

func TestShipmentCarriers(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(`mutation { shipmentCarrierCreate(input: { clientMutationId: "k", name: "Courier", trackingUrl: "https://courier.example/{tracking_number}" }) {
		clientMutationId status errors { field } shipmentCarrier { name trackingUrl homepageUrl }
	} }`).is(`{"shipmentCarrierCreate": {"clientMutationId": "k", "status": 200, "errors": null,
		"shipmentCarrier": {"name": "Courier", "trackingUrl": "https://courier.example/{tracking_number}", "homepageUrl": null}}}`)
	b.query(`mutation { shipmentCarrierCreate(input: { name: " ", homepageUrl: "nowhere", trackingUrl: "https://courier.example/" }) {
		status errors { field } shipmentCarrier { id }
	} }`).is(`{"shipmentCarrierCreate": {"status": 422, "errors": [{"field": "name"}, {"field": "homepage_url"}, {"field": "tracking_url"}], "shipmentCarrier": null}}`)
	b.queryAs(south, `{ shipmentCarriers(last: 5) { totalCount nodes { name } } }`).
		is(`{"shipmentCarriers": {"totalCount": 2, "nodes": [{"name": "Post"}, {"name": "Courier"}]}}`)
}

func TestShipmentOfACarrierWithoutPages(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.update(&market.ShipmentCarrier{Base: market.Base{Num: 1, CreatedAt: birth, UpdatedAt: birth}, Name: "Post"})
	b.query(ids(`{ node(id: "Shipment-1") { ... on Shipment { trackingLink homepageLink } } }`)).is(`{"node": {"trackingLink": null, "homepageLink": null}}`)
}
