package resolvers_test

import (
	"fmt"
	"slices"
	"testing"

	"crier/internal/market"
	"crier/internal/viewer"
)

func TestRefundRequestFields(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`{ node(id: "RefundRequest-1") { ... on RefundRequest {
		id legacyId createdAt updatedAt status initiatedBy cashAmountCents cashAmountFormatted refundAmountCents refundAmountFormatted refundedAt
		requestValueCents requestValueFormatted totalCents totalFormatted receipts { id } returnedConsignments { id }
		invoice { legacyId order { legacyId } } lineItems { legacyId } notes { note } shipments { legacyId } externalIds { value } metadata { key value }
	} } }`)).is(ids(`{"node": {
		"id": "RefundRequest-1", "legacyId": 1, "createdAt": "2026-03-01T09:30:00Z", "updatedAt": "2026-03-01T10:30:00Z", "status": "REFUND_ACCEPTED", "initiatedBy": "BUYER",
		"cashAmountCents": null, "cashAmountFormatted": null, "refundAmountCents": 5691, "refundAmountFormatted": "$56.91", "refundedAt": null,
		"requestValueCents": 5691, "requestValueFormatted": "$56.91", "totalCents": 5691, "totalFormatted": "$56.91", "receipts": [], "returnedConsignments": [],
		"invoice": {"legacyId": 1, "order": {"legacyId": 1}}, "lineItems": [{"legacyId": 1}, {"legacyId": 2}], "notes": [{"note": "They leak"}],
		"shipments": [{"legacyId": 1}, {"legacyId": 2}], "externalIds": [{"value": "T-1"}], "metadata": [{"key": "tone", "value": "angry"}]
	}}`))
}

func TestRefundRequestLineItemFields(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`{ nodes(ids: ["RefundRequestLineItem-1", "RefundRequestLineItem-2"]) { ... on RefundRequestLineItem {
		id legacyId amountCents amountFormatted amountPerItemCents amountPerItemFormatted commissionAmountCents commissionAmountFormatted
		denyRefundReason description dispatched lineItem { legacyId } quantity reason status refundRequest { legacyId }
		notes { note newStatus timestamp } shipments { legacyId } externalIds { value } metadata { value }
	} } }`)).is(ids(`{"nodes": [{
		"id": "RefundRequestLineItem-1", "legacyId": 1, "amountCents": 5190, "amountFormatted": "$51.90", "amountPerItemCents": 2595, "amountPerItemFormatted": "$25.95",
		"commissionAmountCents": 649, "commissionAmountFormatted": "$6.49", "denyRefundReason": null, "description": "Red boots", "dispatched": true,
		"lineItem": {"legacyId": 1}, "quantity": 2, "reason": "Faulty", "status": "AWAITING_RETURN", "refundRequest": {"legacyId": 1},
		"notes": [{"note": null, "newStatus": "AWAITING_RETURN", "timestamp": "2026-03-01T09:30:03Z"}], "shipments": [{"legacyId": 1}, {"legacyId": 2}],
		"externalIds": [{"value": "T-1.1"}], "metadata": [{"value": "1.png"}]
	}, {
		"id": "RefundRequestLineItem-2", "legacyId": 2, "amountCents": 501, "amountFormatted": "$5.01", "amountPerItemCents": 251, "amountPerItemFormatted": "$2.51",
		"commissionAmountCents": null, "commissionAmountFormatted": null, "denyRefundReason": null, "description": null, "dispatched": null,
		"lineItem": null, "quantity": 2, "reason": null, "status": "REFUND_ACCEPTED", "refundRequest": {"legacyId": 1},
		"notes": [], "shipments": [], "externalIds": [], "metadata": []
	}]}`))
}

func TestRefundRequestNoteFields(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`{ nodes(ids: ["RefundRequestNote-1", "RefundRequestNote-2"]) { ... on RefundRequestNote {
		id newStatus note refundRequest { legacyId } refundRequestLineItem { legacyId } timestamp
	} } }`)).is(ids(`{"nodes": [
		{"id": "RefundRequestNote-1", "newStatus": "AWAITING", "note": "They leak", "refundRequest": {"legacyId": 1}, "refundRequestLineItem": null, "timestamp": "2026-03-01T09:30:02Z"},
		{"id": "RefundRequestNote-2", "newStatus": "AWAITING_RETURN", "note": null, "refundRequest": {"legacyId": 1}, "refundRequestLineItem": {"legacyId": 1}, "timestamp": "2026-03-01T09:30:03Z"}
	]}`))
}

func TestRefundsInAnotherCurrency(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.query(ids(`{ node(id: "RefundRequest-1") { ... on RefundRequest {
		refundAmountFormatted(currency: "EUR") requestValueFormatted(currency: "EUR") totalFormatted(currency: "usd") lineItems { commissionAmountFormatted(currency: "EUR") }
	} } }`)).is(`{"node": {"refundAmountFormatted": null, "requestValueFormatted": null, "totalFormatted": "$56.91",
		"lineItems": [{"commissionAmountFormatted": null}, {"commissionAmountFormatted": null}]}}`)
	for name, path := range map[string]string{
		`RefundRequestLineItem-1`:    `amountFormatted`,
		`RefundRequestLineItem-2`:    `amountPerItemFormatted`,
		`InvoiceAmendment-1`:         `remittanceFormatted`,
		`InvoiceAmendmentLineItem-1`: `totalFormatted`,
	} {
		document := ids(`{ node(id: "` + name + `") { ... on ` + name[:len(name)-2] + ` { ` + path + `(currency: "EUR") } } }`)
		b.run(viewer.Viewer{}, document, nil).fails("BAD_USER_INPUT", "node."+path)
	}
}

// TestRefundsOfAnotherSeller tries to reach what another seller's buyer wants
// back, by its ids and by lists.
func TestRefundsOfAnotherSeller(t *testing.T) {
	t.Parallel()
	b := returned(t)
	for _, name := range []string{
		"RefundRequest-1", "RefundRequestLineItem-1", "RefundRequestNote-1", "RefundRequestNote-2", "ReturnShipment-1", "ReturnShippedItem-1", "ShipmentStatus-1",
		"InvoiceAmendment-1", "InvoiceAmendmentLineItem-1",
	} {
		document := ids(`{ node(id: "` + name + `") { id } }`)
		b.run(south, document, nil).fails("NOT_FOUND", "node")
		b.queryAs(north, document).is(ids(`{"node": {"id": "` + name + `"}}`))
	}
	b.insert(refund(1, 2, 1, 2, nil))
	for field, want := range map[string][]int{
		`refundRequests`: {2}, `refundRequests(sellerId: "` + id("Seller", 1) + `")`: {}, `refundRequests(filters: { invoiceLegacyId: 1 })`: {},
		`updatedRefundRequests(updatedSince: "2020-01-01")`: {2}, `invoiceAmendments`: {},
	} {
		if got := b.listed(south, field, ``); !slices.Equal(got, want) {
			t.Errorf("%s shows %v, want %v", field, got, want)
		}
	}
	b.query(ids(`{ node(id: "Order-1") { ... on Order { invoices { nodes { legacyId refundRequests { legacyId } amendments { legacyId } } } } } }`)).is(`{"node": {"invoices": {"nodes": [
		{"legacyId": 1, "refundRequests": [{"legacyId": 1}], "amendments": [{"legacyId": 1}]}, {"legacyId": 2, "refundRequests": [{"legacyId": 2}], "amendments": []},
		{"legacyId": 3, "refundRequests": [], "amendments": []}]}}}`)
}

func TestRefundRequestFilters(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	for filter, want := range map[string][]int{
		`{}`:                         {1, 2, 3, 4, 5, 6, 7, 8},
		`{ businessName: "SOUTH" }`:  {2, 6},
		`{ businessName: "shop" }`:   {1, 2, 3, 4, 5, 6, 7, 8},
		`{ businessName: "nobody" }`: {},
		`{ buyerEmailAddress: "MARY@mail.EXAMPLE" }`:                              {1, 2, 5, 6},
		`{ buyerEmailAddress: "mail.example" }`:                                   {},
		`{ buyerName: "mary" }`:                                                   {1, 2, 3, 5, 6},
		`{ buyerName: "öberg MARY" }`:                                             {1, 2, 5, 6},
		`{ createdSince: "2026-03-01T09:31:00Z" }`:                                {7, 8},
		`{ createdUntil: "2026-03-01T09:30:10Z" }`:                                {1, 2},
		`{ invoiceLegacyId: 1 }`:                                                  {1, 5},
		`{ invoiceLegacyId: 99 }`:                                                 {},
		`{ invoicePaidAt: "2026-03-01" }`:                                         {1, 2, 3, 4, 5, 6, 8},
		`{ invoicePaidAt: "2026-03-02" }`:                                         {7},
		`{ invoicePaidAt: "2026-03-02T23:59:59Z" }`:                               {7},
		`{ invoicePaidAt: "2026-03-02T01:00+02:00" }`:                             {1, 2, 3, 4, 5, 6, 8},
		`{ invoicePaidAt: "2026-02-28" }`:                                         {},
		`{ legacyId: 3 }`:                                                         {3},
		`{ legacyId: 33 }`:                                                        {},
		`{ lineItemStatuses: [AWAITING_RETURN] }`:                                 {3},
		`{ lineItemStatuses: [REFUND_ACCEPTED, AWAITING_RETURN, REFUND_DENIED] }`: {3, 5, 6},
		`{ lineItemStatuses: [] }`:                                                {},
		`{ lineItemStatuses: null }`:                                              {1, 2, 3, 4, 5, 6, 7, 8},
		`{ refundedSince: "2026-03-01T09:31:20Z" }`:                               {4},
		`{ refundedUntil: "2026-03-01T09:31:10Z" }`:                               {2},
		`{ remitted: true }`:                                                      {2},
		`{ remitted: false }`:                                                     {1, 3, 4, 5, 6, 7, 8},
		`{ statuses: [AWAITING, DENIED] }`:                                        {1, 5, 6, 7, 8},
		`{ statuses: [REFUND_DENIED] }`:                                           {},
		`{ statuses: [] }`:                                                        {},
		`{ statuses: [DENIED], businessName: "south", remitted: false }`:          {6},
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			if got := b.listed(viewer.Viewer{}, `refundRequests`, `(filters: `+filter+`)`); !slices.Equal(got, want) {
				t.Errorf("it selects %v, want %v", got, want)
			}
		})
	}
}

func TestRefundRequestsOfASeller(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	for arguments, want := range map[string][]int{
		`(sellerId: "` + id("Seller", 2) + `")`:                                    {2, 6},
		`(sellerId: "` + id("Seller", 1) + `", filters: { statuses: [REFUNDED] })`: {4},
		`(sellerId: "` + id("Seller", 9) + `")`:                                    {},
		`(sellerId: null)`:                                                         {1, 2, 3, 4, 5, 6, 7, 8},
	} {
		if got := b.listed(viewer.Viewer{}, `refundRequests`, arguments); !slices.Equal(got, want) {
			t.Errorf("%s selects %v, want %v", arguments, got, want)
		}
	}
	for _, arguments := range []string{`(sellerId: "` + id("Order", 1) + `")`, `(sellerId: "nonsense")`, `(first: 501)`, `(first: 1, last: 1)`, `(after: "nonsense")`} {
		b.run(viewer.Viewer{}, `{ refundRequests`+arguments+` { nodes { id } } }`, nil).fails("BAD_USER_INPUT", "refundRequests")
	}
}

func TestSellerThatIsGoneIsFoundByItsName(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	gone := seller(1, "South Shop", false)
	gone.Num, gone.DeletedAt = 2, new(deletion)
	b.update(gone)
	if got, want := b.listed(viewer.Viewer{}, `refundRequests`, `(filters: { businessName: "south" })`), []int{2, 6}; !slices.Equal(got, want) {
		t.Errorf("its refund requests are %v, want %v", got, want)
	}
}

func TestRefundRequestPagesMeet(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	for field, want := range map[string][]int{
		`refundRequests`:        {1, 2, 3, 4, 5, 6, 7, 8},
		`updatedRefundRequests`: {4, 5, 6, 7, 8},
	} {
		arguments := `before: null`
		if field == `updatedRefundRequests` {
			arguments = `updatedSince: "2026-03-01T10:30:30Z"`
		}
		if got := b.walked(field, arguments); !slices.Equal(got, want) {
			t.Errorf("%s holds %v, want %v", field, got, want)
		}
	}
}

func TestUpdatedRefundRequests(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	touched := refund(0, 1, 1, 1, nil)
	touched.Num, touched.UpdatedAt = 1, birth.AddDate(1, 0, 0)
	b.update(touched)
	if got, want := b.listed(viewer.Viewer{}, `updatedRefundRequests`, `(updatedSince: "2026-03-01T10:31:00Z")`), []int{7, 8, 1}; !slices.Equal(got, want) {
		t.Errorf("what changed since is %v, want %v", got, want)
	}
	b.query(`{ updatedRefundRequests(last: 1, updatedSince: "2020-01-01") { totalCount nodes { legacyId } edges { node { legacyId } } } }`).
		is(`{"updatedRefundRequests": {"totalCount": 8, "nodes": [{"legacyId": 1}], "edges": [{"node": {"legacyId": 1}}]}}`)
	b.run(viewer.Viewer{}, `{ updatedRefundRequests(first: -1, updatedSince: "2020-01-01") { totalCount } }`, nil).fails("BAD_USER_INPUT", "updatedRefundRequests")
}

func TestRefundReasons(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var got struct {
		RefundReasons struct {
			ID                                                                     string
			DenyRefundReasons, PostDispatchRefundReasons, PreDispatchRefundReasons []string
		}
	}
	b.queryAs(south, `{ refundReasons { id denyRefundReasons postDispatchRefundReasons preDispatchRefundReasons } }`).read(&got)
	pre, post, deny := market.RefundReasons()
	reasons := got.RefundReasons
	if reasons.ID != id("RefundReason", 1) || !slices.Equal(reasons.PreDispatchRefundReasons, pre) ||
		!slices.Equal(reasons.PostDispatchRefundReasons, post) || !slices.Equal(reasons.DenyRefundReasons, deny) {
		t.Errorf("the reasons are %+v", reasons)
	}
}

// aftermath selects what can become of an invoice, all relations of it.
const aftermath = `{ invoices { nodes {
	amendments { totalFormatted invoice { legacyId } order { legacyId } lineItems { totalFormatted lineItem { quantity } } }
	refundRequests { totalFormatted invoice { legacyId } notes { note refundRequest { legacyId } } externalIds { value } metadata { value }
		lineItems { amountFormatted lineItem { quantity } refundRequest { legacyId } notes { note refundRequestLineItem { legacyId } } shipments { legacyId } externalIds { value } metadata { value } }
		shipments { carrier { name } refundRequest { legacyId } externalIds { value } metadata { value } shippedItems { quantity lineItem { legacyId } }
			statusLog(first: 3) { totalCount nodes { status shipment { ... on ReturnShipment { legacyId } } } } } }
} } }`

func TestRefundsAreReadInBatches(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.query(aftermath)
	few := b.reads.count
	for i := range int64(60) {
		request, parcel := i+2, i+3
		b.insert(
			refund(0, i%3+1, 1, 1, nil),
			&market.RefundRequestLineItem{Base: base(0), InvoiceID: 1, LineItemID: new(i%3 + 1), Quantity: 1, RefundRequestID: request, SellerID: 1, Status: market.RefundLinePending},
			&market.RefundRequestNote{Base: base(0), NewStatus: "AWAITING", RefundRequestID: request, SellerID: 1},
			&market.RefundRequestNote{Base: base(0), NewStatus: "PENDING_APPROVAL", RefundRequestID: request, RefundRequestLineItemID: new(i + 3), SellerID: 1},
			&market.ReturnShipment{Base: base(0), CarrierID: 1, RefundRequestID: request, SellerID: 1, TrackingNumber: fmt.Sprint(i)},
			&market.ReturnShippedItem{Base: base(0), Quantity: 1, RefundRequestLineItemID: i + 3, ReturnShipmentID: parcel, SellerID: 1},
			&market.ShipmentStatus{Base: base(0), ReturnShipmentID: new(parcel), SellerID: 1, Status: market.ShipmentInTransit},
			amendment(0, i%3+1, 1, 1, nil),
			&market.InvoiceAmendmentLineItem{Base: base(0), InvoiceAmendmentID: i + 2, LineItemID: new(i%3 + 1), Quantity: 1, SellerID: 1, Status: market.AmendmentCancelled},
		)
	}
	b.reads.count = 0
	b.query(aftermath)
	if many := b.reads.count; many > few {
		t.Errorf("%d statements for one refund and %d for 61: they must not grow with the rows", few, many)
	}
}
