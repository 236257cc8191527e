package resolvers_test

import (
	"testing"

	"crier/internal/viewer"
)

// TestRefundFromTheWishToTheMoney takes a boot that was sent, and an amount for
// the trouble, from the buyer's wish to the amendment of the invoice.
func TestRefundFromTheWishToTheMoney(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	flags := func(want string) {
		t.Helper()
		b.queryAs(north, ids(`{ node(id: "Invoice-1") { ... on Invoice { statusFlags } } }`)).is(`{"node": {"statusFlags": [` + want + `]}}`)
	}
	b.queryAs(north, ids(`mutation { refundRequestCreate(input: {
		clientMutationId: "c", invoiceId: "Invoice-1", initiatedBy: BUYER, notes: [{ note: "They leak" }], externalIds: [{ key: "desk", value: "T-1" }], metadata: [{ key: "tone", value: "angry" }]
		lineItems: [
			{ lineItemId: "LineItem-1", quantity: 1, dispatched: true, reason: "Faulty", notes: [{ note: "the left one" }], externalIds: [{ key: "desk", value: "T-1.1" }], metadata: [{ key: "photo", value: "1.png" }] }
			{ quantity: 1, amountPerItemCents: 100, reason: "Trouble" }
		]
	}) { clientMutationId status errors { field messages } refundRequest {
		legacyId status initiatedBy requestValueCents refundAmountCents totalCents cashAmountCents notes { note newStatus } externalIds { value } metadata { value }
		lineItems { status amountCents commissionAmountCents description dispatched reason lineItem { legacyId } notes { note newStatus } externalIds { value } metadata { value } }
	} } }`)).is(`{"refundRequestCreate": {"clientMutationId": "c", "status": 200, "errors": null, "refundRequest": {
		"legacyId": 1, "status": "AWAITING", "initiatedBy": "BUYER", "requestValueCents": 2695, "refundAmountCents": null, "totalCents": 2695, "cashAmountCents": null,
		"notes": [{"note": "They leak", "newStatus": "AWAITING"}], "externalIds": [{"value": "T-1"}], "metadata": [{"value": "angry"}], "lineItems": [
			{"status": "PENDING_APPROVAL", "amountCents": 2595, "commissionAmountCents": 325, "description": "Red boots", "dispatched": true, "reason": "Faulty", "lineItem": {"legacyId": 1},
				"notes": [{"note": "the left one", "newStatus": "PENDING_APPROVAL"}], "externalIds": [{"value": "T-1.1"}], "metadata": [{"value": "1.png"}]},
			{"status": "PENDING_APPROVAL", "amountCents": 100, "commissionAmountCents": null, "description": null, "dispatched": null, "reason": "Trouble", "lineItem": null,
				"notes": [], "externalIds": [], "metadata": []}]}}}`)
	b.queryAs(north, ids(`mutation { refundRequestApprove(input: { refundRequestId: "RefundRequest-1", note: { note: "Of course" } }) {
		clientMutationId status errors { field messages } refundRequest { status refundAmountCents lineItems { status } notes { note newStatus } }
	} }`)).is(`{"refundRequestApprove": {"clientMutationId": null, "status": 200, "errors": null, "refundRequest": {"status": "REFUND_ACCEPTED", "refundAmountCents": 2695,
		"lineItems": [{"status": "AWAITING_RETURN"}, {"status": "REFUND_ACCEPTED"}],
		"notes": [{"note": "They leak", "newStatus": "AWAITING"}, {"note": "Of course", "newStatus": "REFUND_ACCEPTED"}]}}}`)
	flags(`"PAID", "PARTIALLY_SENT", "AWAITING_RETURN", "AWAITING_REFUND"`)
	if got := b.invoicesOf(north, `(filters: { awaitingReturn: true })`); len(got) != 1 {
		t.Errorf("the invoices that await a return are %v", got)
	}
	b.queryAs(north, ids(`mutation { returnShipmentCreate(input: {
		clientMutationId: "r", refundRequestId: "RefundRequest-1", carrierId: "ShipmentCarrier-1", trackingNumber: "R-1", note: "one box", dropOffUrl: "https://post.example/shops"
		externalIds: [{ key: "desk", value: "P-1" }], metadata: [{ key: "size", value: "M" }], shippedItems: [{ lineItemId: "RefundRequestLineItem-1", quantity: 1 }]
	}) { clientMutationId status errors { field messages } shipment {
		legacyId carrier { name } trackingNumber note dropOffUrl externalIds { value } metadata { value } shippedItems { quantity lineItem { legacyId shipments { legacyId } } } refundRequest { shipments { legacyId } }
	} } }`)).is(`{"returnShipmentCreate": {"clientMutationId": "r", "status": 200, "errors": null, "shipment": {
		"legacyId": 1, "carrier": {"name": "Post"}, "trackingNumber": "R-1", "note": "one box", "dropOffUrl": "https://post.example/shops", "externalIds": [{"value": "P-1"}], "metadata": [{"value": "M"}],
		"shippedItems": [{"quantity": 1, "lineItem": {"legacyId": 1, "shipments": [{"legacyId": 1}]}}], "refundRequest": {"shipments": [{"legacyId": 1}]}}}}`)
	b.queryAs(north, ids(`mutation { shipmentStatusCreate(input: { shipmentId: "ReturnShipment-1", status: Delivered }) { status
		shipmentStatus { shipment { ... on ReturnShipment { statusLog { nodes { status } } } } } } }`)).
		is(`{"shipmentStatusCreate": {"status": 200, "shipmentStatus": {"shipment": {"statusLog": {"nodes": [{"status": "Delivered"}]}}}}}`)
	b.queryAs(north, ids(`mutation { refundRequestReturn(input: { clientMutationId: "b", refundRequestId: "RefundRequest-1", notes: [{ note: null }] }) {
		clientMutationId status errors { field messages } refundRequest { status lineItems { status } notes { note newStatus } }
	} }`)).is(`{"refundRequestReturn": {"clientMutationId": "b", "status": 200, "errors": null, "refundRequest": {"status": "RETURNED",
		"lineItems": [{"status": "REFUND_ACCEPTED"}, {"status": "REFUND_ACCEPTED"}],
		"notes": [{"note": "They leak", "newStatus": "AWAITING"}, {"note": "Of course", "newStatus": "REFUND_ACCEPTED"}, {"note": null, "newStatus": "RETURNED"}]}}}`)
	flags(`"PAID", "PARTIALLY_SENT", "AWAITING_REFUND"`)
	b.queryAs(north, ids(`mutation { refundRequestRefund(input: { clientMutationId: "m", refundRequestId: "RefundRequest-1", cashAmountCents: 2000, notes: [] }) {
		clientMutationId status errors { field messages } refundRequest { status cashAmountCents cashAmountFormatted totalCents lineItems { status }
			invoice { amendments { totalCents remittanceCents taxCents lineItems { totalCents status quantity dispatched lineItem { quantityReturnable } } } } }
	} }`)).is(`{"refundRequestRefund": {"clientMutationId": "m", "status": 200, "errors": null, "refundRequest": {"status": "REFUNDED", "cashAmountCents": 2000, "cashAmountFormatted": "$20.00",
		"totalCents": 2695, "lineItems": [{"status": "REFUNDED"}, {"status": "REFUNDED"}], "invoice": {"amendments": [{"totalCents": 2695, "remittanceCents": 2370, "taxCents": 236, "lineItems": [
			{"totalCents": 2595, "status": "REFUNDED", "quantity": 1, "dispatched": true, "lineItem": {"quantityReturnable": 0}},
			{"totalCents": 100, "status": "REFUNDED", "quantity": 1, "dispatched": null, "lineItem": null}]}]}}}}`)
	flags(`"PAID", "PARTIALLY_SENT", "REFUNDED"`)
	for filter, want := range map[string]int{`{ statuses: [REFUNDED], lineItemStatuses: [REFUNDED] }`: 1, `{ remitted: true }`: 0, `{ refundedSince: "2026-03-02" }`: 1} {
		if got := b.listed(viewer.Viewer{}, `refundRequests`, `(filters: `+filter+`)`); len(got) != want {
			t.Errorf("%s selects %v", filter, got)
		}
	}
}

func TestRefundThatIsDenied(t *testing.T) {
	t.Parallel()
	b := sales(t)
	create := ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ lineItemId: "LineItem-1", quantity: 2 }] }) {
		status errors { field } refundRequest { initiatedBy status totalCents lineItems { dispatched amountCents } } } }`)
	b.query(create).is(`{"refundRequestCreate": {"status": 200, "errors": null, "refundRequest": {
		"initiatedBy": "ADMIN", "status": "AWAITING", "totalCents": 5690, "lineItems": [{"dispatched": false, "amountCents": 5690}]}}}`)
	b.query(create).is(`{"refundRequestCreate": {"status": 422, "errors": [{"field": "line_items.0.quantity"}], "refundRequest": null}}`)
	deny := ids(`mutation { refundRequestDeny(input: { clientMutationId: "d", refundRequestId: "RefundRequest-1", notes: [{ note: "Too late" }, { note: "Sorry" }] }) {
		clientMutationId status errors { field } refundRequest { status totalCents lineItems { status denyRefundReason } notes { note newStatus } } } }`)
	b.query(deny).is(`{"refundRequestDeny": {"clientMutationId": "d", "status": 200, "errors": null, "refundRequest": {"status": "DENIED", "totalCents": 0,
		"lineItems": [{"status": "REFUND_DENIED", "denyRefundReason": "Too late"}],
		"notes": [{"note": "Too late", "newStatus": "DENIED"}, {"note": "Sorry", "newStatus": "DENIED"}]}}}`)
	b.query(deny).is(`{"refundRequestDeny": {"clientMutationId": "d", "status": 422, "errors": [{"field": "refund_request_id"}], "refundRequest": null}}`)
	b.queryAs(north, create).is(`{"refundRequestCreate": {"status": 200, "errors": null, "refundRequest": {
		"initiatedBy": "SELLER", "status": "AWAITING", "totalCents": 5690, "lineItems": [{"dispatched": false, "amountCents": 5690}]}}}`)
}

func TestRefundsAreRefusedByField(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.queryAs(north, ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", initiatedBy: ADMIN, notes: [], lineItems: [
		{ lineItemId: "LineItem-1", quantity: 0 } { lineItemId: "LineItem-2", quantity: 1 } { quantity: 1 }
	] }) { status errors { field } refundRequest { id } } }`)).is(`{"refundRequestCreate": {"status": 422, "errors": [
		{"field": "initiated_by"}, {"field": "line_items.0.quantity"}, {"field": "line_items.1.line_item_id"}, {"field": "line_items.2.amount_per_item_cents"}], "refundRequest": null}}`)
	b.queryAs(north, ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ lineItemId: "LineItem-2", quantity: 1 }] }) { status errors { field } } }`)).
		is(`{"refundRequestCreate": {"status": 404, "errors": [{"field": "line_items.0.line_item_id"}]}}`)
	b.queryAs(north, ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [
		{ lineItemId: "LineItem-1", quantity: 1, dispatched: true, status: AWAITING_RETURN }
	] }) { status refundRequest { status } } }`)).is(`{"refundRequestCreate": {"status": 200, "refundRequest": {"status": "REFUND_ACCEPTED"}}}`)
	b.queryAs(north, ids(`mutation { returnShipmentCreate(input: { refundRequestId: "RefundRequest-1", carrierId: "ShipmentCarrier-9", trackingNumber: " ", dropOffUrl: "nowhere"
		shippedItems: [{ lineItemId: "RefundRequestLineItem-1", quantity: 2 }]
	}) { status errors { field } shipment { id } } }`)).is(`{"returnShipmentCreate": {"status": 422, "errors": [
		{"field": "tracking_number"}, {"field": "drop_off_url"}, {"field": "carrier_id"}, {"field": "shipped_items.0.quantity"}], "shipment": null}}`)
	b.queryAs(north, ids(`mutation { refundRequestRefund(input: { refundRequestId: "RefundRequest-1", notes: [], cashAmountCents: 1 }) { status errors { field } refundRequest { id } } }`)).
		is(`{"refundRequestRefund": {"status": 422, "errors": [{"field": "refund_request_id"}], "refundRequest": null}}`)
	b.queryAs(north, ids(`mutation { refundRequestReturn(input: { refundRequestId: "RefundRequest-1", notes: [] }) { status } }`)).is(`{"refundRequestReturn": {"status": 200}}`)
	b.queryAs(north, ids(`mutation { refundRequestRefund(input: { refundRequestId: "RefundRequest-1", notes: [], cashAmountCents: 2596 }) { status errors { field } refundRequest { id } } }`)).
		is(`{"refundRequestRefund": {"status": 422, "errors": [{"field": "cash_amount_cents"}], "refundRequest": null}}`)
}

func TestStepsOfARefundTakeNewLines(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.query(ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [{ quantity: 1, amountPerItemCents: 100, status: REFUND_ACCEPTED }] }) { status } }`)).
		is(`{"refundRequestCreate": {"status": 200}}`)
	b.query(ids(`mutation { refundRequestReturn(input: { refundRequestId: "RefundRequest-1", notes: [], newLineItems: [{ lineItemId: "LineItem-1", quantity: 1, dispatched: true }] }) {
		status errors { field } refundRequest { totalCents lineItems { status amountCents } } } }`)).is(`{"refundRequestReturn": {"status": 200, "errors": null,
		"refundRequest": {"totalCents": 2695, "lineItems": [{"status": "REFUND_ACCEPTED", "amountCents": 100}, {"status": "REFUND_ACCEPTED", "amountCents": 2595}]}}}`)
	b.query(ids(`mutation { refundRequestRefund(input: { refundRequestId: "RefundRequest-1", notes: [], newLineItems: [{ quantity: 2, amountPerItemCents: 1 }] }) {
		status errors { field } refundRequest { totalCents cashAmountCents lineItems { status } } } }`)).is(`{"refundRequestRefund": {"status": 200, "errors": null,
		"refundRequest": {"totalCents": 2697, "cashAmountCents": 2697, "lineItems": [{"status": "REFUNDED"}, {"status": "REFUNDED"}, {"status": "REFUNDED"}]}}}`)
	b.query(ids(`mutation { refundRequestRefund(input: { refundRequestId: "RefundRequest-1", notes: [] }) { status errors { field } } }`)).
		is(`{"refundRequestRefund": {"status": 422, "errors": [{"field": "refund_request_id"}]}}`)
}

func TestInvoiceAmendmentCreate(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.query(ids(`mutation { invoiceAmendmentCreate(input: { clientMutationId: "a", invoiceId: "Invoice-1", remittanceCents: 2000, lineItems: [
		{ lineItemId: "LineItem-1", quantity: 1, status: CANCELLED, dispatched: false, reason: "broken", amountCents: 2000 }
		{ quantity: 1, status: REFUNDED, total: { amount: 110, tax: 10 } }
	] }) { clientMutationId status errors { field messages } invoiceAmendment { legacyId remittanceCents totalCents order { legacyId } invoice { statusFlags amendments { legacyId } }
		lineItems { totalCents taxCents status dispatched lineItem { quantityAwaitingDispatch } } } } }`)).is(`{"invoiceAmendmentCreate": {"clientMutationId": "a", "status": 200, "errors": null, "invoiceAmendment": {
		"legacyId": 1, "remittanceCents": 2000, "totalCents": 2110, "order": {"legacyId": 1}, "invoice": {"statusFlags": ["PAID", "SENT", "REFUNDED"], "amendments": [{"legacyId": 1}]},
		"lineItems": [{"totalCents": 2000, "taxCents": 182, "status": "CANCELLED", "dispatched": false, "lineItem": {"quantityAwaitingDispatch": 0}},
			{"totalCents": 110, "taxCents": 10, "status": "REFUNDED", "dispatched": null, "lineItem": null}]}}}`)
	b.query(ids(`mutation { invoiceAmendmentCreate(input: { invoiceId: "Invoice-1", remittanceCents: -1, lineItems: [
		{ lineItemId: "LineItem-1", quantity: 1, status: CANCELLED } { quantity: 1, status: REFUNDED, amountCents: 5, total: { amount: 6 } }
	] }) { status errors { field } invoiceAmendment { id } } }`)).is(`{"invoiceAmendmentCreate": {"status": 422, "errors": [
		{"field": "line_items.0.quantity"}, {"field": "line_items.1.amount_cents"}, {"field": "remittance_cents"}], "invoiceAmendment": null}}`)
}
