package resolvers_test

import "testing"

func TestReturnShipmentFields(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`{ nodes(ids: ["ReturnShipment-1", "ReturnShipment-2"]) { ... on ReturnShipment {
		id legacyId createdAt updatedAt carrier { name homepageUrl } dropOffUrl note trackingNumber refundRequest { legacyId } externalIds { value } metadata { value }
		shippedItems { id quantity lineItem { legacyId } } statusLog { totalCount nodes { status } } last: statusLog(last: 1) { nodes { status } pageInfo { hasPreviousPage } }
	} } }`)).is(ids(`{"nodes": [{
		"id": "ReturnShipment-1", "legacyId": 1, "createdAt": "2026-03-01T09:30:04Z", "updatedAt": "2026-03-01T09:30:04Z",
		"carrier": {"name": "Post", "homepageUrl": "https://post.example"}, "dropOffUrl": "https://post.example/shops", "note": "two boxes", "trackingNumber": "R-1",
		"refundRequest": {"legacyId": 1}, "externalIds": [{"value": "P-1"}], "metadata": [{"value": "M"}],
		"shippedItems": [{"id": "ReturnShippedItem-2", "quantity": 1, "lineItem": {"legacyId": 1}}],
		"statusLog": {"totalCount": 2, "nodes": [{"status": "InTransit"}, {"status": "Delivered"}]},
		"last": {"nodes": [{"status": "Delivered"}], "pageInfo": {"hasPreviousPage": true}}
	}, {
		"id": "ReturnShipment-2", "legacyId": 2, "createdAt": "2026-03-01T09:30:05Z", "updatedAt": "2026-03-01T09:30:05Z",
		"carrier": {"name": "Post", "homepageUrl": "https://post.example"}, "dropOffUrl": null, "note": null, "trackingNumber": "R-2",
		"refundRequest": {"legacyId": 1}, "externalIds": [], "metadata": [],
		"shippedItems": [{"id": "ReturnShippedItem-1", "quantity": 1, "lineItem": {"legacyId": 1}}],
		"statusLog": {"totalCount": 0, "nodes": []}, "last": {"nodes": [], "pageInfo": {"hasPreviousPage": false}}
	}]}`))
}

func TestStatusOfAReturnShipment(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`mutation { shipmentStatusCreate(input: { clientMutationId: "e", shipmentId: "ReturnShipment-2", status: AttemptFail }) {
		clientMutationId status errors { field } shipmentStatus { status shipment { __typename ... on ReturnShipment { legacyId statusLog { nodes { status } } } } }
	} }`)).is(`{"shipmentStatusCreate": {"clientMutationId": "e", "status": 200, "errors": null, "shipmentStatus": {"status": "AttemptFail",
		"shipment": {"__typename": "ReturnShipment", "legacyId": 2, "statusLog": {"nodes": [{"status": "AttemptFail"}]}}}}}`)
	b.queryAs(south, ids(`mutation { shipmentStatusCreate(input: { shipmentId: "ReturnShipment-2", status: Delivered }) { status errors { field } shipmentStatus { id } } }`)).
		is(`{"shipmentStatusCreate": {"status": 404, "errors": [{"field": "shipment_id"}], "shipmentStatus": null}}`)
}
