package resolvers_test

import (
	"fmt"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

const orderAmounts = `
	discountCents discountFormatted postage shippingCostCents shippingCostFormatted subtotal subtotalCents subtotalFormatted
	taxTotal taxTotalCents taxTotalFormatted total totalCents totalFormatted`

func TestOrderFields(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.query(ids(`{ order(orderId: "Order-1") {
		id legacyId status firstName surname emailAddress phone companyName messageToSeller
		billingFirstName billingSurname billingEmailAddress billingPhone billingCompanyName
		address { fullAddress state { short } } billingAddress { address state { short } }
		externalId externalIds { key value } metadata { key value }
		aggregateInvoiceStatus aggregateInvoiceStatusFinal ` + orderAmounts + `
		invoices { totalCount nodes { legacyId seller { businessName } } } lineItems { totalCount nodes { legacyId } } shipments { legacyId }
	} }`)).is(ids(`{"order": {
		"id": "Order-1", "legacyId": 1, "status": "COMPLETE", "firstName": "Given", "surname": "Family", "emailAddress": "Buyer@mail.example",
		"phone": "555", "companyName": "Office", "messageToSeller": "Ring twice",
		"billingFirstName": "Bill", "billingSurname": "Payer", "billingEmailAddress": "bill@mail.example", "billingPhone": "556", "billingCompanyName": "Accounts",
		"address": {"fullAddress": "Flat 3, 2 Hill Road, Hobart, 7000, Tasmania, Australia", "state": {"short": "TAS"}},
		"billingAddress": {"address": "PO Box 1", "state": null},
		"externalId": "W-1", "externalIds": [{"key": "shop", "value": "W-1"}, {"key": "till", "value": "T-1"}],
		"metadata": [{"key": "channel", "value": "web"}],
		"aggregateInvoiceStatus": "PAID", "aggregateInvoiceStatusFinal": false,
		"discountCents": 0, "discountFormatted": "$0.00", "postage": 7.5, "shippingCostCents": 750, "shippingCostFormatted": "$7.50",
		"subtotal": 91.9, "subtotalCents": 9190, "subtotalFormatted": "$91.90", "taxTotal": 8.17, "taxTotalCents": 817, "taxTotalFormatted": "$8.17",
		"total": 99.4, "totalCents": 9940, "totalFormatted": "$99.40",
		"invoices": {"totalCount": 3, "nodes": [{"legacyId": 1, "seller": {"businessName": "North Shop"}},
			{"legacyId": 2, "seller": {"businessName": "South Shop"}}, {"legacyId": 3, "seller": {"businessName": "South Shop"}}]},
		"lineItems": {"totalCount": 3, "nodes": [{"legacyId": 1}, {"legacyId": 2}, {"legacyId": 3}]}, "shipments": [{"legacyId": 1}]
	}}`))
}

func TestSellerSeesItsShareOfAnOrder(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	document := `{ node(id: "%s") { ... on Invoice { order {
		firstName emailAddress address { city } aggregateInvoiceStatus aggregateInvoiceStatusFinal ` + orderAmounts + `
		invoices { totalCount nodes { legacyId } } lineItems { totalCount nodes { legacyId } } shipments { legacyId }
	} } } }`
	b.queryAs(north, fmt.Sprintf(document, id("Invoice", 1))).is(`{"node": {"order": {
		"firstName": "Given", "emailAddress": "Buyer@mail.example", "address": {"city": "Hobart"},
		"aggregateInvoiceStatus": "PARTIALLY_SENT", "aggregateInvoiceStatusFinal": false,
		"discountCents": 0, "discountFormatted": "$0.00", "postage": 5, "shippingCostCents": 500, "shippingCostFormatted": "$5.00",
		"subtotal": 51.9, "subtotalCents": 5190, "subtotalFormatted": "$51.90", "taxTotal": 5.17, "taxTotalCents": 517, "taxTotalFormatted": "$5.17",
		"total": 56.9, "totalCents": 5690, "totalFormatted": "$56.90",
		"invoices": {"totalCount": 1, "nodes": [{"legacyId": 1}]}, "lineItems": {"totalCount": 1, "nodes": [{"legacyId": 1}]}, "shipments": [{"legacyId": 1}]
	}}}`)
	b.queryAs(south, fmt.Sprintf(document, id("Invoice", 2))).is(`{"node": {"order": {
		"firstName": "Given", "emailAddress": "Buyer@mail.example", "address": {"city": "Hobart"},
		"aggregateInvoiceStatus": "PAID", "aggregateInvoiceStatusFinal": false,
		"discountCents": 0, "discountFormatted": "$0.00", "postage": 2.5, "shippingCostCents": 250, "shippingCostFormatted": "$2.50",
		"subtotal": 40, "subtotalCents": 4000, "subtotalFormatted": "$40.00", "taxTotal": 3, "taxTotalCents": 300, "taxTotalFormatted": "$3.00",
		"total": 42.5, "totalCents": 4250, "totalFormatted": "$42.50",
		"invoices": {"totalCount": 2, "nodes": [{"legacyId": 2}, {"legacyId": 3}]}, "lineItems": {"totalCount": 2, "nodes": [{"legacyId": 2}, {"legacyId": 3}]}, "shipments": []
	}}}`)
	b.run(south, fmt.Sprintf(document, id("Invoice", 1)), nil).fails("NOT_FOUND", "node")
}

func TestOrderOfNobody(t *testing.T) {
	t.Parallel()
	b := sales(t)
	b.insert(&market.Order{Base: base(0), SellerIDs: []int64{}, Status: market.OrderNew})
	for name, test := range map[string]struct {
		viewer viewer.Viewer
		id     string
		code   string
	}{
		"that does not exist":          {viewer.Viewer{}, id("Order", 9), "NOT_FOUND"},
		"without anything of a seller": {north, id("Order", 2), "NOT_FOUND"},
		"by the id of something else":  {viewer.Viewer{}, id("Invoice", 1), "BAD_USER_INPUT"},
		"by what is no id":             {viewer.Viewer{}, "nonsense", "BAD_USER_INPUT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b.run(test.viewer, `{ order(orderId: "`+test.id+`") { id } }`, nil).fails(test.code, "order")
		})
	}
	b.query(`{ order(orderId: "` + id("Order", 2) + `") { aggregateInvoiceStatus aggregateInvoiceStatusFinal totalCents externalId address { id } billingAddress { id } } }`).is(
		`{"order": {"aggregateInvoiceStatus": null, "aggregateInvoiceStatusFinal": null, "totalCents": 0, "externalId": null, "address": null, "billingAddress": null}}`)
}

func TestAnotherCurrency(t *testing.T) {
	t.Parallel()
	b := sales(t)
	b.query(ids(`{ node(id: "Order-1") { ... on Order { totalFormatted(currency: "usd") } } }`)).is(`{"node": {"totalFormatted": "$99.40"}}`)
	b.run(viewer.Viewer{}, ids(`{ node(id: "Order-1") { ... on Order { totalFormatted(currency: "EUR") } } }`), nil).
		fails("BAD_USER_INPUT", "node.totalFormatted")
	b.run(viewer.Viewer{}, ids(`{ node(id: "LineItem-1") { ... on LineItem { itemAmountFormatted(currency: "EUR") } } }`), nil).
		fails("BAD_USER_INPUT", "node.itemAmountFormatted")
	b.query(ids(`{ node(id: "Invoice-1") { ... on Invoice { commissionAmountFormatted(currency: "EUR") } } }`)).
		is(`{"node": {"commissionAmountFormatted": null}}`)
}

func TestUpdatedOrders(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	for _, seconds := range []int{30, 10, 20, 20} {
		b.insert(&market.Order{Base: base(seconds), SellerIDs: []int64{}, Status: market.OrderNew})
	}
	since := birth.Add(11 * time.Second).Format(time.RFC3339)
	page := `{ totalCount nodes { legacyId } edges { cursor node { legacyId } } pageInfo { hasNextPage hasPreviousPage endCursor } }`
	var got struct {
		UpdatedOrders struct {
			TotalCount int
			Nodes      []struct{ LegacyID int }
			PageInfo   struct {
				HasNextPage bool
				EndCursor   string
			}
		}
	}
	b.query(`{ updatedOrders(first: 2, updatedSince: "` + since + `") ` + page + ` }`).read(&got)
	first := got.UpdatedOrders
	if first.TotalCount != 3 || len(first.Nodes) != 2 || first.Nodes[0].LegacyID != 3 || first.Nodes[1].LegacyID != 4 || !first.PageInfo.HasNextPage {
		t.Errorf("the first page is %+v, want the orders 3 and 4 of 3", first)
	}
	b.query(`{ updatedOrders(first: 2, updatedSince: "` + since + `", after: "` + first.PageInfo.EndCursor + `") { nodes { legacyId } pageInfo { hasNextPage hasPreviousPage } } }`).
		is(`{"updatedOrders": {"nodes": [{"legacyId": 1}], "pageInfo": {"hasNextPage": false, "hasPreviousPage": true}}}`)
	b.query(`{ updatedOrders(last: 1, updatedSince: "2020-01-01") { totalCount nodes { legacyId } } }`).
		is(`{"updatedOrders": {"totalCount": 4, "nodes": [{"legacyId": 1}]}}`)
	b.run(viewer.Viewer{}, `{ updatedOrders(first: 501, updatedSince: "2020-01-01") { totalCount } }`, nil).fails("BAD_USER_INPUT", "updatedOrders")
	b.queryAs(north, `{ updatedOrders(updatedSince: "2020-01-01") { totalCount nodes { id } } }`).is(`{"updatedOrders": {"totalCount": 0, "nodes": []}}`)
}

func TestOrderCreateIsRefusedByField(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(ids(`mutation { orderCreate(input: { clientMutationId: "x", order: {}, invoices: [
		{ lineItems: [{ variantId: "Variant-1", quantity: 6, totalCents: 1 }, { variantId: "Variant-6", quantity: 1, cost: { amount: 5, tax: 6 } }] }
	] }) { clientMutationId status errors { field } order { id } } }`)).is(`{"orderCreate": {
		"clientMutationId": "x", "status": 422, "errors": [
			{"field": "invoices.0.line_items.0.quantity"}, {"field": "invoices.0.line_items.0.total_cents"},
			{"field": "invoices.0.line_items.1.cost.tax"}, {"field": "invoices.0.line_items.1.variant_id"}], "order": null}}`)
	b.queryAs(north, `mutation { orderCreate(input: { order: {} }) { status errors { field } } }`).
		is(`{"orderCreate": {"status": 403, "errors": [{"field": "base"}]}}`)
}

func TestOrderCreateTakesTheCallersInvoices(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{})
	b.query(ids(`mutation { orderCreate(input: { order: {}, invoices: [{
		lineItems: [{ variantId: "Variant-1", quantity: 2 }], totalCents: 5190, externalIds: [{ key: "erp", value: "I-1" }], metadata: [{ key: "lane", value: "fast" }]
	}] }) { status errors { field messages } order { totalCents invoices { nodes { externalIds { key value } metadata { key value } lineItems { itemAmountCents } } } } } }`)).is(`{"orderCreate": {"status": 200, "errors": null, "order": {"totalCents": 5190, "invoices": {"nodes": [
			{"externalIds": [{"key": "erp", "value": "I-1"}], "metadata": [{"key": "lane", "value": "fast"}], "lineItems": [{"itemAmountCents": 2595}]}]}}}}`)
}

func TestOrderUpdate(t *testing.T) {
	t.Parallel()
	b := trade(t, market.Options{Payment: market.PaymentPending})
	b.query(orderOfThree)
	b.query(ids(`mutation { orderUpdate(input: { clientMutationId: "u", orderId: "Order-1", status: NEW }) {
		clientMutationId status errors { field } order { status firstName aggregateInvoiceStatus }
	} }`)).is(`{"orderUpdate": {"clientMutationId": "u", "status": 200, "errors": null,
		"order": {"status": "NEW", "firstName": "Given", "aggregateInvoiceStatus": "AWAITING_PAYMENT"}}}`)
	b.query(ids(`mutation { orderUpdate(input: { orderId: "Order-1", status: COMPLETE, attributes: {
		surname: null, phone: "557", address: { city: "Devonport" }, billingAddress: null
	} }) { status errors { field messages } order {
		status firstName surname phone address { address city } billingAddress { id } aggregateInvoiceStatus invoices { nodes { paidAt statusFlags } }
	} } }`)).is(`{"orderUpdate": {"status": 200, "errors": null, "order": {
		"status": "COMPLETE", "firstName": "Given", "surname": null, "phone": "557", "address": {"address": "2 Hill Road", "city": "Devonport"}, "billingAddress": null,
		"aggregateInvoiceStatus": "PAID", "invoices": {"nodes": [
			{"paidAt": "2026-03-02T09:30:03Z", "statusFlags": ["PAID"]}, {"paidAt": "2026-03-02T09:30:03Z", "statusFlags": ["PAID"]},
			{"paidAt": "2026-03-02T09:30:03Z", "statusFlags": ["PAID"]}]}}}}`)
	b.query(ids(`mutation { orderUpdate(input: { orderId: "Order-1", status: NEW }) { status errors { field } order { id } } }`)).
		is(`{"orderUpdate": {"status": 422, "errors": [{"field": "status"}], "order": null}}`)
	b.query(ids(`mutation { orderUpdate(input: { orderId: "Order-7", status: NEW }) { status errors { field } order { id } } }`)).
		is(`{"orderUpdate": {"status": 404, "errors": [{"field": "order_id"}], "order": null}}`)
}
