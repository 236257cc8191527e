package resolvers_test

import (
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

// adjusted makes order 1 with invoice 1 of North Shop, which has a promotion and
// a fee of its own, and two lines, the first of which has them too.
var adjusted = ids(`mutation { orderCreate(input: { order: {}, invoices: [{
	adjustments: [{ adjustmentType: PROMOTION, amountCents: 190, description: "Voucher", sourceId: "V-1" }, { adjustmentType: FEE, amountCents: 300, description: "Insurance" }]
	lineItems: [
		{ variantId: "Variant-1", quantity: 1, cost: { amount: 5190, taxRate: 10.0 }, postage: { amount: 6000, taxRate: 10.0 }, totalCents: 100
			adjustments: [{ adjustmentType: PROMOTION, amountCents: -5190, description: "Free of charge" }, { adjustmentType: PROMOTION, amountCents: 6000, description: "Free sending" }
				{ adjustmentType: FEE, amountCents: 100, description: "Gift wrap", sourceId: null }] }
		{ variantId: "Variant-1", quantity: 1, adjustments: null }
	], totalCents: 2805 }] }) { status errors { field messages } order { id } } }`)

func TestAdjustmentFields(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(adjusted).is(ids(`{"orderCreate": {"status": 200, "errors": null, "order": {"id": "Order-1"}}}`))
	const fields = `adjustments { id adjustmentType amountCents amountFormatted appliesTo description }`
	document := ids(`{ order(orderId: "Order-1") { discountCents totalCents taxTotalCents
		invoices { nodes { discountCents discountFormatted totalCents totalIncludingAdjustmentsCents totalIncludingAdjustmentsFormatted ` + fields + `
			lineItems { discountCents discountFormatted subtotalCents totalCents taxTotalCents ` + fields + ` } } } } }`)
	b.query(document).is(ids(`{"order": {"discountCents": -11190, "totalCents": 2695, "taxTotalCents": 0, "invoices": {"nodes": [{
		"discountCents": -11190, "discountFormatted": "-$111.90", "totalCents": 2695, "totalIncludingAdjustmentsCents": 2805, "totalIncludingAdjustmentsFormatted": "$28.05",
		"adjustments": [
			{"id": "Adjustment-1", "adjustmentType": "PROMOTION", "amountCents": -190, "amountFormatted": "-$1.90", "appliesTo": "SUBTOTAL_DISCOUNT", "description": "Voucher"},
			{"id": "Adjustment-2", "adjustmentType": "FEE", "amountCents": 300, "amountFormatted": "$3.00", "appliesTo": null, "description": "Insurance"}],
		"lineItems": [
			{"discountCents": -11190, "discountFormatted": "-$111.90", "subtotalCents": 5190, "totalCents": 100, "taxTotalCents": 0, "adjustments": [
				{"id": "Adjustment-3", "adjustmentType": "PROMOTION", "amountCents": -5190, "amountFormatted": "-$51.90", "appliesTo": "SUBTOTAL_DISCOUNT", "description": "Free of charge"},
				{"id": "Adjustment-4", "adjustmentType": "PROMOTION", "amountCents": -6000, "amountFormatted": "-$60.00", "appliesTo": "FREE_SHIPPING_DISCOUNT", "description": "Free sending"},
				{"id": "Adjustment-5", "adjustmentType": "FEE", "amountCents": 100, "amountFormatted": "$1.00", "appliesTo": null, "description": "Gift wrap"}]},
			{"discountCents": 0, "discountFormatted": "$0.00", "subtotalCents": 2595, "totalCents": 2595, "taxTotalCents": 0, "adjustments": []}]
	}]}}}`))
	const node = `{ node(id: "Adjustment-1") { ... on Adjustment { amountFormatted(currency: "EUR") usd: amountFormatted(currency: "usd") } } }`
	b.queryAs(north, ids(node)).is(`{"node": {"amountFormatted": null, "usd": "-$1.90"}}`)
	b.run(south, ids(node), nil).fails("NOT_FOUND", "node")
	if a := b.run(viewer.Viewer{Scopes: []string{"orders:read"}}, ids(node), nil); a.fails("MISSING_SCOPE", "node").Extensions["scope"] != "invoices:read" {
		t.Errorf("errors: %v", a.Errors)
	}
}

func TestAdjustmentsAreRefusedByTheirPlace(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(ids(`mutation { orderCreate(input: { order: {}, invoices: [{
		adjustments: [{ adjustmentType: FEE, amountCents: -1, description: "Insurance" }]
		lineItems: [{ variantId: "Variant-1", quantity: 1, adjustments: [{ adjustmentType: PROMOTION, amountCents: 0, description: "" }] }]
	}] }) { status errors { field } order { id } } }`)).is(`{"orderCreate": {"status": 422, "errors": [
		{"field": "invoices.0.line_items.0.adjustments.0.amount_cents"}, {"field": "invoices.0.line_items.0.adjustments.0.description"},
		{"field": "invoices.0.adjustments.0.amount_cents"}], "order": null}}`)
	b.query(`{ updatedOrders(updatedSince: "2020-01-01T00:00:00Z") { totalCount } }`).is(`{"updatedOrders": {"totalCount": 0}}`)
}

func TestAdjustmentsAreReadInBatches(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	const document = `{ invoices { nodes { adjustments { id } lineItems { adjustments { id } } } } }`
	b.query(adjusted)
	before := b.reads.count
	b.query(document)
	one := b.reads.count - before
	b.query(adjusted)
	before = b.reads.count
	b.query(document)
	if two := b.reads.count - before; two != one {
		t.Errorf("%d statements for one invoice, %d for two", one, two)
	}
}
