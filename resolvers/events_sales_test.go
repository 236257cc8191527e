package resolvers_test

import (
	"crier/graph"
	"crier/internal/market"
)

// What the stories of sales are prepared with.
const (
	// twoBoots makes order 1 with invoice 1: two pieces of variant 1 of North Shop, in line item 1.
	twoBoots = `orderCreate(input: { order: { emailAddress: "buyer@mail.example" }, lineItems: [{ variantId: "Variant-1", quantity: 2, cost: { amount: 5190, taxRate: 10.0 }, postageCents: 500 }] })`
	// oneSent makes shipment 1 with one of them.
	oneSent = `shipmentCreate(input: { dispatchedAt: "2026-03-02", invoiceId: "Invoice-1", postageCarrierId: "ShipmentCarrier-1", trackingNumber: "P-1", shippedItems: [{ lineItemId: "LineItem-1", quantity: 1 }] })`
	// bothSellers makes order 1 with invoice 1 of North Shop and invoice 2 of South Shop.
	bothSellers = `orderCreate(input: { order: { metadata: [{ key: "channel", value: "web" }] }, lineItems: [
		{ variantId: "Variant-1", quantity: 2, externalIds: [{ key: "till", value: "1" }] }, { variantId: "Variant-6", quantity: 1, cost: { amount: 1000 } }] })`
	// complaint makes refund request 1 with line 1, a piece that was sent, and line 2, one that was not.
	complaint = `refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [{ note: "They leak" }], lineItems: [
		{ lineItemId: "LineItem-1", quantity: 1, dispatched: true, notes: [{ note: "the left one" }] }, { lineItemId: "LineItem-1", quantity: 1, dispatched: false }] })`
	approval = `refundRequestApprove(input: { refundRequestId: "RefundRequest-1", note: { note: "Of course" } })`
	homeward = `returnShipmentCreate(input: { refundRequestId: "RefundRequest-1", carrierId: "ShipmentCarrier-1", trackingNumber: "R-1", shippedItems: [{ lineItemId: "RefundRequestLineItem-1", quantity: 1 }] })`
	comeBack = `refundRequestReturn(input: { refundRequestId: "RefundRequest-1", notes: [{ note: "as new" }] })`
	// undecided makes a refund request about line item 2 of invoice 2, which a second order has.
	undecided = `refundRequestCreate(input: { invoiceId: "Invoice-2", notes: [], lineItems: [{ lineItemId: "LineItem-2", quantity: 1 }] })`
	// goodwill makes a refund request about that invoice, of no money so far, that is agreed to.
	goodwill = `refundRequestCreate(input: { invoiceId: "Invoice-2", notes: [], lineItems: [{ quantity: 1, amountPerItemCents: 0, status: REFUND_ACCEPTED }] })`
)

// salesStories are those of orders and shipments.
var salesStories = map[string]story{
	"orderCreate": {steps: []step{
		{name: "of two sellers, the second without end", do: bothSellers, changes: []string{
			"Advert-1 update [variants]", "Invoice-1 create", "Invoice-2 create", "Order-1 create", "Variant-1 update [buyable countOnHand]"}},
		{name: "with promotions, fees and addresses", do: `orderCreate(input: {
			order: { address: { address: "2 Hill Road", city: "Hobart", postcode: "7000", country: { code: "AU" } }, externalIds: [{ key: "shop", value: "W-1" }] }
			invoices: [{ adjustments: [{ adjustmentType: FEE, amountCents: 5, description: "Wrap" }], externalIds: [{ key: "shop", value: "W-1" }], metadata: [{ key: "k", value: "v" }]
				lineItems: [{ variantId: "Variant-1", quantity: 1, adjustments: [{ adjustmentType: PROMOTION, amountCents: 5, description: "Sale" }] }, { variantId: "Variant-1", quantity: 1 }] }] })`,
			changes: []string{"Advert-1 update [variants]", "Invoice-3 create", "Order-2 create", "Variant-1 update [buyable countOnHand]"}},
		{name: "more than there is", do: `orderCreate(input: { order: {}, lineItems: [{ variantId: "Variant-6", quantity: 1, cost: { amount: 1 } }, { variantId: "Variant-1", quantity: 2 }] })`, status: 422, again: 422},
	}},
	"orderUpdate": {payment: market.PaymentPending, prepare: []string{bothSellers, twoBoots}, steps: []step{
		{name: "a buyer", do: `orderUpdate(input: { orderId: "Order-1", status: NEW, attributes: { emailAddress: "b@mail.example" } })`, again: 200, changes: []string{
			"Invoice-1 update [buyerEmailAddress order]", "Invoice-2 update [buyerEmailAddress order]", "Order-1 update [emailAddress]"}},
		{name: "payment", do: `orderUpdate(input: { orderId: "Order-1", status: COMPLETE })`, again: 200, changes: []string{
			"Invoice-1 update [lineItems order paidAt status statusFlags]", "Invoice-2 update [lineItems order paidAt status statusFlags]", "Order-1 update [status]"}},
		{name: "abandoned after it was paid", do: `orderUpdate(input: { orderId: "Order-1", status: ABANDONED, attributes: { phone: "1" } })`, status: 422},
		{name: "abandoned", do: `orderUpdate(input: { orderId: "Order-2", status: ABANDONED })`, again: 200, changes: []string{
			"Advert-1 update [variants]", "Invoice-3 update [lineItems order status statusFlags]", "Order-2 update [status]", "Variant-1 update [buyable countOnHand]"}},
	}},
	"shipmentCreate": {prepare: []string{twoBoots}, steps: []step{
		{name: "to another seller", do: oneSent, as: south, status: 404},
		{name: "a part", do: oneSent, as: north, changes: []string{"Invoice-1 update [lineItems shipments status statusFlags]", "Shipment-1 create"}},
		{name: "the rest", do: oneSent, as: north, again: 422, changes: []string{"Invoice-1 update [lineItems shipments status statusFlags]", "Shipment-2 create"}},
	}},
	"shipmentUpdate": {prepare: []string{twoBoots, oneSent}, steps: []step{
		{name: "a number", do: `shipmentUpdate(input: { shipmentId: "Shipment-1", trackingNumber: "P-2" })`, again: 200, changes: []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [trackingLink trackingNumber]"}},
		{name: "a note", do: `shipmentUpdate(input: { shipmentId: "Shipment-1", note: "fragile", dispatchedAt: "2026-03-03T00:00:00Z" })`, as: north, again: 200, changes: []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [dispatchedAt note]"}},
		{name: "nothing", do: `shipmentUpdate(input: { shipmentId: "Shipment-1" })`, again: 200},
		{name: "no number", do: `shipmentUpdate(input: { shipmentId: "Shipment-1", note: "x", trackingNumber: " " })`, status: 422},
	}},
	"shipmentStatusCreate": {prepare: []string{twoBoots, oneSent, complaint, approval, homeward}, steps: []step{
		{name: "of a shipment", do: `shipmentStatusCreate(input: { shipmentId: "Shipment-1", status: InTransit })`, changes: []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [statusLog]"}},
		{name: "of a return shipment", do: `shipmentStatusCreate(input: { shipmentId: "ReturnShipment-1", status: Delivered })`, changes: []string{
			"RefundRequest-1 update [shipments]", "ReturnShipment-1 update [statusLog]"}},
		{name: "another seller's", do: `shipmentStatusCreate(input: { shipmentId: "Shipment-1", status: Delivered })`, as: south, status: 404},
	}},
}

// refundStories are those of refunds, returns and amendments.
var refundStories = map[string]story{
	"refundRequestCreate": {prepare: []string{twoBoots, oneSent}, steps: []step{
		{name: "more than there is", do: `refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [{ note: "n" }], lineItems: [{ lineItemId: "LineItem-1", quantity: 3 }] })`, status: 422, again: 422},
		{name: "a piece that was sent and one that was not", do: complaint, as: north, again: 422, changes: []string{
			"Invoice-1 update [lineItems refundRequests status statusFlags]", "RefundRequest-1 create", "RefundRequestLineItem-1 create", "RefundRequestLineItem-2 create"}},
	}},
	"refundRequestApprove": {prepare: []string{twoBoots, oneSent, complaint}, steps: []step{
		{name: "another seller's", do: approval, as: south, status: 404},
		{name: "with a note", do: approval, again: 422, changes: []string{
			"Invoice-1 update [refundRequests statusFlags]", "RefundRequest-1 update [lineItems notes refundAmountCents status]",
			"RefundRequestLineItem-1 update [status]", "RefundRequestLineItem-2 update [status]"}},
	}},
	"refundRequestDeny": {prepare: []string{twoBoots, oneSent, complaint}, steps: []step{
		{name: "another seller's", do: `refundRequestDeny(input: { refundRequestId: "RefundRequest-1", notes: [] })`, as: south, status: 404},
		{name: "with a note", do: `refundRequestDeny(input: { refundRequestId: "RefundRequest-1", notes: [{ note: "Too late" }] })`, again: 422, changes: []string{
			"Invoice-1 update [lineItems refundRequests status statusFlags]", "RefundRequest-1 update [lineItems notes status totalCents]",
			"RefundRequestLineItem-1 update [denyRefundReason status]", "RefundRequestLineItem-2 update [denyRefundReason status]"}},
	}},
	"refundRequestReturn": {prepare: []string{twoBoots, oneSent, complaint, approval, twoBoots, undecided, goodwill}, steps: []step{
		{name: "before it is agreed to", do: `refundRequestReturn(input: { refundRequestId: "RefundRequest-2", notes: [{ note: "n" }] })`, status: 422, again: 422},
		{name: "with a note", do: comeBack, again: 422, changes: []string{
			"Invoice-1 update [refundRequests statusFlags]", "RefundRequest-1 update [lineItems notes status]", "RefundRequestLineItem-1 update [status]"}},
		{name: "with a line more", do: `refundRequestReturn(input: { refundRequestId: "RefundRequest-3", notes: [], newLineItems: [{ quantity: 1, amountPerItemCents: 50 }] })`, again: 422, changes: []string{
			"Invoice-2 update [refundRequests]", "RefundRequest-3 update [lineItems refundAmountCents requestValueCents status totalCents]", "RefundRequestLineItem-5 create"}},
	}},
	"refundRequestRefund": {prepare: []string{twoBoots, oneSent, complaint, approval, comeBack, twoBoots, undecided, goodwill}, steps: []step{
		{name: "before it is agreed to", do: `refundRequestRefund(input: { refundRequestId: "RefundRequest-2", notes: [{ note: "n" }] })`, status: 422, again: 422},
		{name: "with a note", do: `refundRequestRefund(input: { refundRequestId: "RefundRequest-1", notes: [{ note: "Paid" }] })`, again: 422, changes: []string{
			"Advert-1 update [variants]", "Invoice-1 update [amendments lineItems refundRequests status statusFlags]", "InvoiceAmendment-1 create",
			"RefundRequest-1 update [cashAmountCents lineItems notes refundedAt status]", "RefundRequestLineItem-1 update [status]", "RefundRequestLineItem-2 update [status]",
			"Variant-1 update [buyable countOnHand]"}},
		{name: "of nothing", do: `refundRequestRefund(input: { refundRequestId: "RefundRequest-3", notes: [] })`, again: 422, changes: []string{
			"Invoice-2 update [amendments refundRequests statusFlags]", "InvoiceAmendment-2 create",
			"RefundRequest-3 update [cashAmountCents lineItems refundedAt status]", "RefundRequestLineItem-4 update [status]"}},
	}},
	"returnShipmentCreate": {prepare: []string{twoBoots, oneSent, complaint, approval}, steps: []step{
		{name: "another seller's", do: homeward, as: south, status: 404},
		{name: "a parcel", do: homeward, as: north, again: 422, changes: []string{"RefundRequest-1 update [shipments]", "ReturnShipment-1 create"}},
	}},
	"invoiceAmendmentCreate": {prepare: []string{twoBoots, oneSent}, steps: []step{
		{name: "more than there is", do: `invoiceAmendmentCreate(input: { invoiceId: "Invoice-1", remittanceCents: 0, lineItems: [{ lineItemId: "LineItem-1", quantity: 2, status: CANCELLED }] })`, status: 422, again: 422},
		{name: "a piece that was not sent", do: `invoiceAmendmentCreate(input: { invoiceId: "Invoice-1", remittanceCents: 0, lineItems: [{ lineItemId: "LineItem-1", quantity: 1, status: CANCELLED }] })`, again: 422, changes: []string{
			"Advert-1 update [variants]", "Invoice-1 update [amendments lineItems status statusFlags]", "InvoiceAmendment-1 create", "Variant-1 update [buyable countOnHand]"}},
		{name: "a piece that was sent", do: `invoiceAmendmentCreate(input: { invoiceId: "Invoice-1", remittanceCents: 0, lineItems: [{ lineItemId: "LineItem-1", quantity: 1, status: REFUNDED }] })`, again: 422, changes: []string{
			"Invoice-1 update [amendments lineItems status statusFlags]", "InvoiceAmendment-2 create"}},
	}},
}

// markStories are those of external ids and metadata, over every type that has
// them: the owner is updated, and nothing else.
func markStories() map[string]story {
	prepare := []string{twoBoots, oneSent, complaint, approval, homeward}
	marks := func(mutation, field, ofType string) []step {
		var steps []step
		for _, owner := range withField(field, ofType) {
			s := step{name: owner, do: mutation + `(input: { owner: "` + owner + `-1", key: "desk", value: "1" })`, again: 200}
			if kind, _ := market.KindOf(owner); kind.Class {
				s.changes = []string{owner + "-1 update [" + field + "]"}
			}
			steps = append(steps, s)
		}
		return steps
	}
	return map[string]story{
		"externalIdUpsert": {prepare: prepare, steps: append(marks("externalIdUpsert", "externalIds", "ExternalID"),
			step{name: "in the place of another", do: `externalIdUpsert(input: { owner: "Advert-1", key: "erp", value: "R-2", ownerKeyUnique: true })`, again: 200,
				changes: []string{"Advert-1 update [externalIds]"}},
			step{name: "taken", do: `externalIdUpsert(input: { owner: "Advert-1", key: "erp", value: "G-3" })`, status: 422},
			step{name: "another seller's", do: `externalIdUpsert(input: { owner: "Advert-1", key: "desk", value: "2" })`, as: south, status: 404},
		)},
		"metadataUpsert": {prepare: prepare, steps: append(marks("metadataUpsert", "metadata", "Metadatum"),
			step{name: "of what has none", do: `metadataUpsert(input: { owner: "Taxon-1", key: "desk", value: "1" })`, status: 422},
			step{name: "another seller's", do: `metadataUpsert(input: { owner: "Advert-1", key: "desk", value: "2" })`, as: south, status: 404},
		)},
	}
}

// withField are the stored types of the schema with a field of a type.
func withField(field, ofType string) []string {
	var types []string
	for _, t := range graph.NewExecutableSchema(graph.Config{}).Schema().PossibleTypes["Node"] {
		f := t.Fields.ForName(field)
		if _, stored := market.KindOf(t.Name); stored && f != nil && f.Type.Name() == ofType {
			types = append(types, t.Name)
		}
	}
	return types
}
