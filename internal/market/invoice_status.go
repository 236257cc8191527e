package market

import (
	"fmt"
	"slices"
)

// StatusFlags is all that is true of the invoice now; empty while payment is awaited.
func (i *Invoice) StatusFlags() []InvoiceStatusFlag {
	flags := []InvoiceStatusFlag{}
	if i.PaidAt != nil {
		flags = append(flags, FlagPaid)
	}
	if i.Status != InvoicePaid && i.Status != InvoiceAwaitingPayment {
		flags = append(flags, InvoiceStatusFlag(i.Status))
	}
	if i.AwaitingReturn {
		flags = append(flags, FlagAwaitingReturn)
	}
	if i.AwaitingRefund {
		flags = append(flags, FlagAwaitingRefund)
	}
	if i.RefundedCents > 0 && i.Status != InvoiceRefunded {
		flags = append(flags, FlagRefunded)
	}
	if i.RemittedAt != nil {
		flags = append(flags, FlagRemitted)
	}
	return flags
}

// followItems moves a paid invoice to what its lines say of it. What was ever
// sent counts, also where it came back. Where nothing is to be sent, only the
// end of all lines moves it.
func (i *Invoice) followItems(items []*LineItem) {
	some := func(is func(*LineItem) bool) bool { return slices.ContainsFunc(items, is) }
	switch {
	case !some(func(l *LineItem) bool { return l.Status != LineCancelled }):
		i.Status = InvoiceCancelled
	case !some(func(l *LineItem) bool { return l.Status != LineCancelled && l.Status != LineRefunded }):
		i.Status = InvoiceRefunded
	case !i.DeliveryType.dispatched():
	case !some(func(l *LineItem) bool { return l.DispatchedCount > 0 }):
		i.Status = InvoicePaid
	case some(func(l *LineItem) bool { return l.waiting() > 0 }):
		i.Status = InvoicePartiallySent
	default:
		i.Status = InvoiceSent
	}
}

// whyNotRefunded says why no money of the invoice can go back; "" where it can.
func (i *Invoice) whyNotRefunded() string {
	switch i.Status {
	case InvoicePaid, InvoicePartiallySent, InvoiceSent, InvoiceReady, InvoiceCollected:
		return ""
	case InvoiceAwaitingPayment:
		return "is not paid yet"
	}
	return fmt.Sprintf("is %s, with nothing to take back", i.Status)
}

// TotalIncludingAdjustmentsCents is what the buyer pays: the total of the lines,
// with the fees and promotions of the invoice as a whole.
func (i *Invoice) TotalIncludingAdjustmentsCents() int64 { return i.TotalCents + i.AdjustmentsCents }

// CommissionAmountCents is what the marketplace keeps of what promotions leave
// of the invoice's goods, rounded once; nil where no commission is agreed.
func (i *Invoice) CommissionAmountCents() *int64 {
	return commission(i.goodsCents(), i.CommissionRate)
}

// dispatched reports whether the goods are sent, and so need shipments.
func (d DeliveryType) dispatched() bool { return d == BuyOnline }

// final reports whether nothing more is expected to happen to the invoice.
func (i *Invoice) final() bool {
	if i.AwaitingReturn || i.AwaitingRefund {
		return false
	}
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

// CommissionAmountCents is what the marketplace keeps of what promotions leave of
// the line's goods; nil where no commission is agreed. The invoice's is rounded
// by itself, so that the lines' may differ from it by cents.
func (l *LineItem) CommissionAmountCents() *int64 {
	return commission(l.totals().goodsCents(), l.CommissionRate)
}

// QuantityAwaitingDispatch is how many pieces are still to be sent; nil where
// none are to be sent at all.
func (l *LineItem) QuantityAwaitingDispatch() *int64 {
	if !l.DeliveryType.dispatched() || l.Status == LineRefunded || l.Status == LineCancelled {
		return nil
	}
	return new(l.unsent())
}

// unsent is how many pieces were not sent and are not taken back either.
func (l *LineItem) unsent() int64 { return l.Quantity - l.DispatchedCount - l.WithdrawnCount }

// waiting is how many pieces are still to be sent.
func (l *LineItem) waiting() int64 { return Opt[int64]{Value: l.QuantityAwaitingDispatch()}.Or(0) }

// QuantityReturnable is how many pieces the buyer could send back.
func (l *LineItem) QuantityReturnable() int64 {
	if l.Status != LineAllocated {
		return 0
	}
	return l.DispatchedCount - l.RecalledCount
}

// settle counts pieces that the money went back for. A line that has none left
// has come to its end.
func (l *LineItem) settle(quantity int64) {
	l.SettledCount += quantity
	switch {
	case l.SettledCount < l.Quantity:
	case l.DispatchedCount == 0:
		l.Status = LineCancelled
	default:
		l.Status = LineRefunded
	}
}

// StatusFull is the line's status with the dispatch told apart: what is called off needs no sending.
func (l *LineItem) StatusFull() LineItemStatusFull {
	if l.Status == LineAllocated && l.DispatchedCount > 0 && l.waiting() == 0 {
		return LineShipped
	}
	return LineItemStatusFull(l.Status)
}
