package market_test

import (
	"slices"
	"testing"

	"crier/internal/market"
)

func TestStatusFlags(t *testing.T) {
	t.Parallel()
	paid, unpaid, remitted := &salesNow, market.Invoice{}.PaidAt, &salesNow
	for _, tc := range []struct {
		invoice market.Invoice
		want    []market.InvoiceStatusFlag
	}{
		{market.Invoice{Status: market.InvoiceAwaitingPayment, PaidAt: unpaid}, []market.InvoiceStatusFlag{}},
		{market.Invoice{Status: market.InvoicePaid, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid}},
		{market.Invoice{Status: market.InvoicePartiallySent, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagPartiallySent}},
		{market.Invoice{Status: market.InvoiceSent, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagSent}},
		{market.Invoice{Status: market.InvoiceSent, PaidAt: paid, RemittedAt: remitted}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagSent, market.FlagRemitted}},
		{market.Invoice{Status: market.InvoicePaymentUnderReview, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagPaymentUnderReview}},
		{market.Invoice{Status: market.InvoiceCollected, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagCollected}},
		{market.Invoice{Status: market.InvoiceCancelled, PaidAt: unpaid}, []market.InvoiceStatusFlag{market.FlagCancelled}},
		{market.Invoice{Status: market.InvoicePaid, PaidAt: paid, RefundedCents: 1}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagRefunded}},
		{market.Invoice{Status: market.InvoiceRefunded, PaidAt: paid, RefundedCents: 1}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagRefunded}},
		{market.Invoice{Status: market.InvoiceRefunded, PaidAt: paid}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagRefunded}},
		{market.Invoice{Status: market.InvoiceCancelled, PaidAt: paid, RefundedCents: 1}, []market.InvoiceStatusFlag{market.FlagPaid, market.FlagCancelled, market.FlagRefunded}},
		{market.Invoice{Status: market.InvoiceSent, PaidAt: paid, AwaitingReturn: true, AwaitingRefund: true, RefundedCents: 1, RemittedAt: remitted},
			[]market.InvoiceStatusFlag{market.FlagPaid, market.FlagSent, market.FlagAwaitingReturn, market.FlagAwaitingRefund, market.FlagRefunded, market.FlagRemitted}},
	} {
		if got := tc.invoice.StatusFlags(); !slices.Equal(got, tc.want) || got == nil {
			t.Errorf("%s: %v, want %v", tc.invoice.Status, got, tc.want)
		}
	}
}

func TestAggregateStatus(t *testing.T) {
	t.Parallel()
	if market.AggregateStatus(nil) != nil || market.AggregateStatusFinal(nil) != nil {
		t.Error("a status of no invoices")
	}
	for _, tc := range []struct {
		name     string
		delivery market.DeliveryType
		statuses []market.InvoiceStatus
		want     market.InvoiceStatus
		final    bool
	}{
		{"shared", market.BuyOnline, []market.InvoiceStatus{"PAID", "PAID"}, "PAID", false},
		{"the least advanced", market.BuyOnline, []market.InvoiceStatus{"SENT", "PARTIALLY_SENT", "PAID"}, "PAID", false},
		{"partly sent", market.BuyOnline, []market.InvoiceStatus{"SENT", "PARTIALLY_SENT"}, "PARTIALLY_SENT", false},
		{"unpaid", market.BuyOnline, []market.InvoiceStatus{"PAID", "AWAITING_PAYMENT"}, "AWAITING_PAYMENT", false},
		{"sent", market.BuyOnline, []market.InvoiceStatus{"CANCELLED", "SENT"}, "SENT", true},
		{"cancelled", market.BuyOnline, []market.InvoiceStatus{"CANCELLED"}, "CANCELLED", true},
		{"nothing to send", market.NoDispatch, []market.InvoiceStatus{"PAID", "REFUNDED"}, "PAID", true},
		{"to be collected", market.ClickAndCollect, []market.InvoiceStatus{"PAID", "COLLECTED"}, "PAID", false},
	} {
		var invoices []*market.Invoice
		for _, status := range tc.statuses {
			invoices = append(invoices, &market.Invoice{Status: status, DeliveryType: tc.delivery})
		}
		if got, final := *market.AggregateStatus(invoices), *market.AggregateStatusFinal(invoices); got != tc.want || final != tc.final {
			t.Errorf("%s: %s, final %v, want %s, %v", tc.name, got, final, tc.want, tc.final)
		}
	}
}

// What comes back, or is still to be paid back, will change its invoice.
func TestAnAwaitedRefundIsNotTheEnd(t *testing.T) {
	t.Parallel()
	for _, invoice := range []market.Invoice{{AwaitingReturn: true}, {AwaitingRefund: true}} {
		invoice.Status, invoice.DeliveryType = market.InvoiceSent, market.BuyOnline
		if *market.AggregateStatusFinal([]*market.Invoice{&invoice}) {
			t.Errorf("%+v is final", invoice)
		}
	}
}

func TestQuantitiesOfALine(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		line       market.LineItem
		waiting    *int64
		returnable int64
		full       market.LineItemStatusFull
	}{
		{"unpaid", market.LineItem{Quantity: 3, Status: market.LineNew, DeliveryType: market.BuyOnline}, new(int64(3)), 0, "NEW"},
		{"paid", market.LineItem{Quantity: 3, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(3)), 0, "ALLOCATED"},
		{"partly sent", market.LineItem{Quantity: 3, DispatchedCount: 2, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(1)), 2, "ALLOCATED"},
		{"sent", market.LineItem{Quantity: 3, DispatchedCount: 3, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(0)), 3, market.LineShipped},
		{"asked back", market.LineItem{Quantity: 5, DispatchedCount: 2, WithdrawnCount: 1, RecalledCount: 1, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(2)), 1, "ALLOCATED"},
		{"sent as far as it is not asked back", market.LineItem{Quantity: 3, DispatchedCount: 2, WithdrawnCount: 1, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(0)), 2, market.LineShipped},
		{"all asked back", market.LineItem{Quantity: 3, WithdrawnCount: 3, Status: market.LineAllocated, DeliveryType: market.BuyOnline}, new(int64(0)), 0, "ALLOCATED"},
		{"refunded", market.LineItem{Quantity: 3, DispatchedCount: 3, RecalledCount: 3, Status: market.LineRefunded, DeliveryType: market.BuyOnline}, nil, 0, "REFUNDED"},
		{"not to be sent", market.LineItem{Quantity: 3, Status: market.LineAllocated, DeliveryType: market.NoDispatch}, nil, 0, "ALLOCATED"},
		{"cancelled", market.LineItem{Quantity: 3, Status: market.LineCancelled, DeliveryType: market.BuyOnline}, nil, 0, "CANCELLED"},
	} {
		got := tc.line.QuantityAwaitingDispatch()
		if (got == nil) != (tc.waiting == nil) || got != nil && *got != *tc.waiting {
			t.Errorf("%s: awaiting dispatch = %v", tc.name, got)
		}
		if tc.line.QuantityReturnable() != tc.returnable || tc.line.StatusFull() != tc.full {
			t.Errorf("%s: returnable %d, %s", tc.name, tc.line.QuantityReturnable(), tc.line.StatusFull())
		}
	}
}
