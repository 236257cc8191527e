package market

import "slices"

// StatusFlags is all that is true of the invoice now; empty while payment is awaited.
func (i *Invoice) StatusFlags() []InvoiceStatusFlag {
	flags := []InvoiceStatusFlag{}
	if i.PaidAt != nil {
		flags = append(flags, FlagPaid)
	}
	if i.Status != InvoicePaid && i.Status != InvoiceAwaitingPayment {
		flags = append(flags, InvoiceStatusFlag(i.Status))
	}
	if i.RemittedAt != nil {
		flags = append(flags, FlagRemitted)
	}
	return flags
}

// TotalIncludingAdjustmentsCents is the total with later fees and promotions.
func (i *Invoice) TotalIncludingAdjustmentsCents() int64 { return i.TotalCents }

// CommissionAmountCents is what the marketplace keeps of the invoice's
// subtotal, rounded once; nil where no commission is agreed.
func (i *Invoice) CommissionAmountCents() *int64 {
	return commission(i.SubtotalCents, i.CommissionRate)
}

// dispatched reports whether the goods are sent, and so need shipments.
func (d DeliveryType) dispatched() bool { return d == BuyOnline }

// final reports whether nothing more is expected to happen to the invoice.
func (i *Invoice) final() bool {
	switch i.Status {
	case InvoiceSent, InvoiceCollected, InvoiceRefunded, InvoiceCancelled:
		return true
	case InvoicePaid:
		return i.DeliveryType == NoDispatch
	}
	return false
}

// advancement orders the states of an invoice, the least advanced first.
var advancement = []InvoiceStatus{
	InvoiceAwaitingPayment, InvoicePaymentUnderReview, InvoicePaid, InvoiceReady, InvoicePartiallySent,
	InvoiceSent, InvoiceCollected, InvoiceRefunded, InvoiceCancelled,
}

// AggregateStatus is the status that all invoices share, or the least advanced
// of them; nil where there are none.
func AggregateStatus(invoices []*Invoice) *InvoiceStatus {
	for _, status := range advancement {
		if slices.ContainsFunc(invoices, func(i *Invoice) bool { return i.Status == status }) {
			return &status
		}
	}
	return nil
}

// AggregateStatusFinal reports whether no invoice is expected to change any
// more; nil where there are none.
func AggregateStatusFinal(invoices []*Invoice) *bool {
	if len(invoices) == 0 {
		return nil
	}
	return new(!slices.ContainsFunc(invoices, func(i *Invoice) bool { return !i.final() }))
}

// CommissionAmountCents is what the marketplace keeps of the line's subtotal;
// nil where no commission is agreed. The invoice's is rounded by itself, so
// that the lines' may differ from it by cents.
func (l *LineItem) CommissionAmountCents() *int64 {
	return commission(l.SubtotalCents, l.CommissionRate)
}

// QuantityAwaitingDispatch is how many pieces are still to be sent; nil where
// none are to be sent at all.
func (l *LineItem) QuantityAwaitingDispatch() *int64 {
	if !l.DeliveryType.dispatched() || l.Status == LineRefunded || l.Status == LineCancelled {
		return nil
	}
	return new(l.Quantity - l.DispatchedCount)
}

// waiting is how many pieces are still to be sent.
func (l *LineItem) waiting() int64 { return Opt[int64]{Value: l.QuantityAwaitingDispatch()}.Or(0) }

// QuantityReturnable is how many pieces the buyer could send back.
func (l *LineItem) QuantityReturnable() int64 {
	if l.Status != LineAllocated {
		return 0
	}
	return l.DispatchedCount
}

// StatusFull is the line's status with the dispatch told apart.
func (l *LineItem) StatusFull() LineItemStatusFull {
	if l.Status == LineAllocated && l.DispatchedCount == l.Quantity {
		return LineShipped
	}
	return LineItemStatusFull(l.Status)
}
