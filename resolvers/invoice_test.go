package resolvers_test

import (
	"slices"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

func TestInvoiceFields(t *testing.T) {
	t.Parallel()
	b := shipped(t)
	b.queryAs(north, ids(`{ node(id: "Invoice-1") { ... on Invoice {
		id legacyId status statusFlags deliveryType paidAt remittedAt taxRate order { legacyId } seller { businessName }
		buyerEmailAddress buyerFirstName buyerMessageToSeller buyerPhone buyerSurname buyerBillingAddress { address } shippingAddress { city }
		commissionAmountCents commissionAmountFormatted discountCents discountFormatted shippingCostCents shippingCostFormatted
		subtotalCents subtotalFormatted taxShippingCents taxShippingFormatted taxTotalCents taxTotalFormatted totalCents totalFormatted
		totalIncludingAdjustmentsCents totalIncludingAdjustmentsFormatted
		shippingDescription state: shippingFromLocationMessage city: shippingFromLocationMessage(useCity: true)
		lineItems { legacyId } shipments { legacyId } externalIds { key } metadata { key }
	} } }`)).is(ids(`{"node": {
		"id": "Invoice-1", "legacyId": 1, "status": "PARTIALLY_SENT", "statusFlags": ["PAID", "PARTIALLY_SENT"], "deliveryType": "BUY_ONLINE",
		"paidAt": "2026-03-02T09:30:01Z", "remittedAt": null, "taxRate": 10, "order": {"legacyId": 1}, "seller": {"businessName": "North Shop"},
		"buyerEmailAddress": "Buyer@mail.example", "buyerFirstName": "Given", "buyerMessageToSeller": "Ring twice", "buyerPhone": "555", "buyerSurname": "Family",
		"buyerBillingAddress": {"address": "PO Box 1"}, "shippingAddress": {"city": "Hobart"},
		"commissionAmountCents": 649, "commissionAmountFormatted": "$6.49", "discountCents": 0, "discountFormatted": "$0.00",
		"shippingCostCents": 500, "shippingCostFormatted": "$5.00", "subtotalCents": 5190, "subtotalFormatted": "$51.90",
		"taxShippingCents": 45, "taxShippingFormatted": "$0.45", "taxTotalCents": 517, "taxTotalFormatted": "$5.17", "totalCents": 5690, "totalFormatted": "$56.90",
		"totalIncludingAdjustmentsCents": 5690, "totalIncludingAdjustmentsFormatted": "$56.90",
		"shippingDescription": "Delivery", "state": "Ships from Oregon", "city": "Ships from Portland",
		"lineItems": [{"legacyId": 1}], "shipments": [{"legacyId": 1}], "externalIds": [], "metadata": []
	}}`))
}

func TestInvoiceThatIsCollected(t *testing.T) {
	t.Parallel()
	b := sales(t)
	b.queryAs(south, ids(`{ node(id: "Invoice-3") { ... on Invoice {
		deliveryType shippingAddress { id } shippingDescription shippingFromLocationMessage commissionAmountCents commissionAmountFormatted taxRate shipments { id }
		lineItems { quantityAwaitingDispatch }
	} } }`)).is(`{"node": {
		"deliveryType": "CLICK_AND_COLLECT", "shippingAddress": null, "shippingDescription": "", "shippingFromLocationMessage": null,
		"commissionAmountCents": null, "commissionAmountFormatted": null, "taxRate": null, "shipments": [], "lineItems": [{"quantityAwaitingDispatch": null}]}}`)
}

func TestInvoicesAreReadInBatches(t *testing.T) {
	t.Parallel()
	b := ledger(t)
	document := `{ invoices { nodes { buyerFirstName order { totalCents lineItems { nodes { legacyId } } } seller { businessName }
		lineItems { legacyId shipments { legacyId } } shipments { carrier } externalIds { value } } } }`
	for seconds := range 100 {
		b.insert(invoice(seconds, 1, 1, nil))
	}
	before := b.reads.count
	b.query(document)
	if n := b.reads.count - before; n > 40 {
		t.Errorf("%d statements for a page of 50 invoices with 10 relations each", n)
	}
}

// ledger is trade with invoices in many states:
//
//	1 of order 1 and seller 1, paid
//	2 of order 1 and seller 2, partly sent, remitted
//	3 of order 2 and seller 1, ready to be collected
//	4 of order 2 and seller 1, not paid
//	5 of order 3 and seller 1, sent, with goods expected back
//	6 of order 3 and seller 1, paid, with nothing to send
func ledger(t *testing.T) *bundle {
	t.Helper()
	b := trade(t, market.Options{})
	b.insert(
		&market.Order{Base: base(0), SellerIDs: []int64{1, 2}, Status: market.OrderComplete, Buyer: market.Buyer{
			FirstName: new("Mary Ann"), Surname: new("Öberg"), EmailAddress: new("Mary@mail.example")}},
		&market.Order{Base: base(1), SellerIDs: []int64{1}, Status: market.OrderNew, Buyer: market.Buyer{
			FirstName: new("Ann"), Surname: new("Marysdale"), EmailAddress: new("rosemary@mail.example")}},
		&market.Order{Base: base(2), SellerIDs: []int64{1}, Status: market.OrderComplete},
		invoice(0, 1, 1, func(i *market.Invoice) { i.Status, i.PaidAt = market.InvoicePaid, later(50) }),
		invoice(10, 1, 2, func(i *market.Invoice) {
			i.Status, i.PaidAt, i.RemittedAt = market.InvoicePartiallySent, later(40), later(60)
		}),
		invoice(20, 2, 1, func(i *market.Invoice) {
			i.Status, i.DeliveryType, i.PaidAt = market.InvoiceReady, market.ClickAndCollect, later(30)
		}),
		invoice(30, 2, 1, nil),
		invoice(40, 3, 1, func(i *market.Invoice) {
			i.Status, i.AwaitingReturn, i.PaidAt, i.RemittedAt = market.InvoiceSent, true, later(45), later(55)
		}),
		invoice(50, 3, 1, func(i *market.Invoice) {
			i.Status, i.DeliveryType, i.PaidAt = market.InvoicePaid, market.NoDispatch, later(51)
		}),
		externalID(10, "Invoice", 1, "erp", "I-1"), externalID(11, "Invoice", 5, "till", "I-15"), externalID(12, "Order", 2, "erp", "I-1"),
		&market.ExternalID{Base: base(13), Key: "erp", OwnerType: "Invoice", OwnerID: 4, Value: "I-1", Deletion: market.Deletion{DeletedAt: later(14)}},
	)
	return b
}

func invoice(seconds int, order, seller int64, set func(*market.Invoice)) *market.Invoice {
	i := &market.Invoice{Base: base(seconds), DeliveryType: market.BuyOnline, OrderID: order, SellerID: seller, Status: market.InvoiceAwaitingPayment}
	i.UpdatedAt = i.UpdatedAt.Add(time.Hour)
	if set != nil {
		set(i)
	}
	return i
}

// later is a moment some seconds after birth.
func later(seconds int) *time.Time {
	at := birth.Add(time.Duration(seconds) * time.Second)
	return &at
}

// invoicesOf are the legacy ids that the arguments of invoices select.
func (b *bundle) invoicesOf(v viewer.Viewer, arguments string) []int {
	b.t.Helper()
	return b.listed(v, `invoices`, arguments)
}

func TestInvoiceFilters(t *testing.T) {
	t.Parallel()
	b := ledger(t)
	for filter, want := range map[string][]int{
		`{}`:                                         {1, 2, 3, 4, 5, 6},
		`{ awaitingCollection: true }`:               {3},
		`{ awaitingCollection: false }`:              {1, 2, 4, 5, 6},
		`{ awaitingCollection: null }`:               {1, 2, 3, 4, 5, 6},
		`{ awaitingReturn: true }`:                   {5},
		`{ awaitingReturn: false }`:                  {1, 2, 3, 4, 6},
		`{ buyerEmailAddress: "MARY@MAIL.EXAMPLE" }`: {1, 2},
		`{ buyerEmailAddress: "mail.example" }`:      {},
		`{ buyerName: "mary" }`:                      {1, 2, 3, 4},
		`{ buyerName: "ÖBERG mary" }`:                {1, 2},
		`{ buyerName: "nobody" }`:                    {},
		`{ buyerName: "" }`:                          {1, 2, 3, 4, 5, 6},
		`{ createdSince: "2026-03-01T09:30:30Z" }`:   {4, 5, 6},
		`{ createdUntil: "2026-03-01T09:30:10Z" }`:   {1, 2},
		`{ createdSince: "2026-03-01T09:30:10Z", createdUntil: "2026-03-01T09:30:20Z" }`: {2, 3},
		`{ externalId: "I-1" }`:                     {1, 3, 4}, // 3 and 4 by their order
		`{ partialExternalId: "i-1" }`:              {1, 3, 4, 5},
		`{ legacyId: 4 }`:                           {4},
		`{ legacyId: 40 }`:                          {},
		`{ notDispatched: true }`:                   {1, 2},
		`{ notDispatched: false }`:                  {3, 4, 5, 6},
		`{ orderId: 2 }`:                            {3, 4},
		`{ paidSince: "2026-03-01T09:30:45Z" }`:     {1, 5, 6},
		`{ paidUntil: "2026-03-01T09:30:40Z" }`:     {2, 3},
		`{ remittedSince: "2026-03-01T09:31:00Z" }`: {2},
		`{ remittedUntil: "2026-03-01T09:30:59Z" }`: {5},
		`{ updatedSince: "2026-03-01T10:30:40Z" }`:  {5, 6},
		`{ updatedUntil: "2026-03-01T10:30:00Z" }`:  {1},
		`{ statuses: [PAID, READY] }`:               {1, 3, 6},
		`{ statuses: [] }`:                          {},
		`{ statuses: [PAID], orderId: 3 }`:          {6},
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			if got := b.invoicesOf(viewer.Viewer{}, `(filters: `+filter+`)`); !slices.Equal(got, want) {
				t.Errorf("it selects %v, want %v", got, want)
			}
		})
	}
}

func TestSellerListsItsOwnInvoices(t *testing.T) {
	t.Parallel()
	b := ledger(t)
	for arguments, want := range map[string][]int{
		``: {2},
		`(filters: { buyerEmailAddress: "mary@mail.example" })`: {2},
		`(filters: { orderId: 3 })`:                             {},
		`(filters: { externalId: "I-1" })`:                      {},
	} {
		if got := b.invoicesOf(south, arguments); !slices.Equal(got, want) {
			t.Errorf("%q selects %v, want %v", arguments, got, want)
		}
	}
}

func TestInvoiceSorts(t *testing.T) {
	t.Parallel()
	b := ledger(t)
	for sort, want := range map[string][]int{
		`null`: {1, 2, 3, 4, 5, 6},
		`{ fields: [CREATED_AT], ordering: DESCENDING }`:          {6, 5, 4, 3, 2, 1},
		`{ fields: [UPDATED_AT], ordering: ASCENDING }`:           {1, 2, 3, 4, 5, 6},
		`{ fields: [PAID_AT] }`:                                   {3, 2, 5, 1, 6, 4},
		`{ fields: [PAID_AT], ordering: DESCENDING }`:             {6, 1, 5, 2, 3, 4},
		`{ fields: [REMITTED_AT, PAID_AT], ordering: null }`:      {5, 2, 3, 1, 6, 4},
		`{ fields: [PAID_AT, CREATED_AT], ordering: DESCENDING }`: {6, 1, 5, 2, 3, 4},
	} {
		if got := b.invoicesOf(viewer.Viewer{}, `(sort: `+sort+`)`); !slices.Equal(got, want) {
			t.Errorf("%s gives %v, want %v", sort, got, want)
		}
	}
	b.run(viewer.Viewer{}, `{ invoices(sort: { fields: [] }) { totalCount } }`, nil).fails("BAD_USER_INPUT", "invoices")
}

func TestInvoicePagesMeet(t *testing.T) {
	t.Parallel()
	b := ledger(t)
	seen := b.walked(`invoices`, `sort: { fields: [PAID_AT, STATUS], ordering: DESCENDING }`)
	if want := []int{6, 1, 5, 2, 3, 4}; !slices.Equal(seen, want) {
		t.Errorf("the pages hold %v, want %v", seen, want)
	}
}
