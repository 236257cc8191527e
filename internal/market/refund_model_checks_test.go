package market_test

import (
	"context"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// check holds what is stored against the model.
func (m *refundModel) check(t *rapid.T) {
	m.read(t)
	stored, items := m.stored.invoice, m.stored.items
	for i, l := range m.lines {
		m.checkLine(t, items[i], l)
	}
	if stored.RefundedCents != m.settled || m.left() < 0 || stored.Totals != m.invoice.Totals {
		t.Fatalf("%d went back, want %d; %d are left of %d", stored.RefundedCents, m.settled, m.left(), m.total())
	}
	m.checkStatus(t, stored, items)
	m.checkRequests(t)
	for _, variant := range m.stored.variants {
		got := variant.CountOnHand
		for i, l := range m.lines {
			if *items[i].VariantID == variant.Num {
				got += l.quantity - l.restocked
			}
		}
		if got != m.stock[variant.Num] {
			t.Fatalf("%d of %s are on hand or sold, and %d were there before", got, variant.Ref(), m.stock[variant.Num])
		}
	}
}

func (m *refundModel) checkLine(t *rapid.T, item *market.LineItem, l *modelLine) {
	counts := fmt.Sprint(item.DispatchedCount, item.WithdrawnCount, item.RecalledCount, item.SettledCount, item.ClaimedCents)
	if want := fmt.Sprint(l.sent, l.withdrawn, l.recalled, l.settled, l.claimed); counts != want {
		t.Fatalf("%s has %s, want %s (sent, withdrawn, recalled, settled, claimed)", item.Ref(), counts, want)
	}
	if l.unsent() < 0 || l.returnable() < 0 || l.settled > l.withdrawn+l.recalled || l.claimed > item.TotalCents {
		t.Fatalf("%s has more taken back than sold: %s", item.Ref(), counts)
	}
	if item.StockTaken != l.quantity-l.restocked {
		t.Fatalf("%s keeps %d pieces from the stock, of %d with %d given back", item.Ref(), item.StockTaken, l.quantity, l.restocked)
	}
	want := market.LineAllocated
	switch {
	case l.settled < l.quantity:
	case l.sent == 0:
		want = market.LineCancelled
	default:
		want = market.LineRefunded
	}
	if item.Status != want {
		t.Fatalf("%s is %s with %s, want %s", item.Ref(), item.Status, counts, want)
	}
	waiting, returnable := item.QuantityAwaitingDispatch(), item.QuantityReturnable()
	toSend := item.DeliveryType == market.BuyOnline && want == market.LineAllocated
	if (waiting != nil) != toSend || waiting != nil && *waiting != l.unsent() || want == market.LineAllocated && returnable != l.returnable() {
		t.Fatalf("%s awaits the dispatch of %v, and %d can come back, with %s", item.Ref(), waiting, returnable, counts)
	}
	if whole := item.CommissionAmountCents(); whole != nil && l.given > *whole {
		t.Fatalf("%s gives back %d of a commission of %d", item.Ref(), l.given, *whole)
	}
	if l.withdrawn+l.recalled == l.quantity && !m.haggles {
		m.checkWhole(t, item, l)
	}
}

// checkWhole checks a line all of whose pieces were taken back for their shares.
func (m *refundModel) checkWhole(t *rapid.T, item *market.LineItem, l *modelLine) {
	sending := (2*l.sending*l.withdrawn + l.quantity) / (2 * l.quantity)
	if l.claimed != l.goods+sending {
		t.Fatalf("%s comes to %d, want its goods for %d and %d for sending", item.Ref(), l.claimed, l.goods, sending)
	}
	if whole := item.CommissionAmountCents(); whole != nil && l.given != *whole {
		t.Fatalf("%s gives back %d of a commission of %d", item.Ref(), l.given, *whole)
	}
}

func (m *refundModel) checkStatus(t *rapid.T, stored *market.Invoice, items []*market.LineItem) {
	var cancelled, ended, sent, waiting int
	for i, l := range m.lines {
		if items[i].Status == market.LineCancelled {
			cancelled++
		}
		if items[i].Status != market.LineAllocated {
			ended++
		} else if stored.DeliveryType == market.BuyOnline {
			waiting += int(l.unsent())
		}
		sent += int(l.sent)
	}
	want := market.InvoiceSent
	switch {
	case cancelled == len(m.lines):
		want = market.InvoiceCancelled
	case ended == len(m.lines):
		want = market.InvoiceRefunded
	case sent == 0:
		want = market.InvoicePaid
	case waiting > 0:
		want = market.InvoicePartiallySent
	}
	if stored.Status != want {
		t.Fatalf("the invoice is %s, want %s", stored.Status, want)
	}
	if move := fmt.Sprint(m.was, " ", want); m.was != want && !slices.Contains(m.moves, move) {
		t.Fatalf("docs/states.md draws no move of an invoice from %s", move)
	}
	m.was = want
}

// checkRequests checks every request, and what the invoice says of them.
func (m *refundModel) checkRequests(t *rapid.T) {
	var awaitsReturn, awaitsRefund bool
	for i, q := range m.requests {
		request, lines := m.stored.requests[i], m.linesOf(q)
		if request.Status != q.status || len(lines) != len(q.asks) {
			t.Fatalf("%s is %s with %d lines, want %s with %d", request.Ref(), request.Status, len(lines), q.status, len(q.asks))
		}
		var total int64
		for i, a := range q.asks {
			if lines[i].Status != a.status || lines[i].AmountCents != a.cents || lines[i].Returned != a.returned {
				t.Fatalf("%s is %+v, want %+v", lines[i].Ref(), lines[i], a)
			}
			if a.status != market.RefundLineDenied {
				total += a.cents
			}
			awaitsReturn = awaitsReturn || a.status == market.RefundLineAwaitingReturn
			awaitsRefund = awaitsRefund || a.status == market.RefundLineAccepted
		}
		agreed := request.RefundAmountCents
		if request.TotalCents != total || (agreed != nil) != (q.status != market.RefundAwaiting && q.status != market.RefundDenied) || agreed != nil && *agreed != total {
			t.Fatalf("%s comes to %d and %v, want %d", request.Ref(), request.TotalCents, agreed, total)
		}
	}
	flags := m.stored.invoice.StatusFlags()
	if slices.Contains(flags, market.FlagAwaitingReturn) != awaitsReturn || slices.Contains(flags, market.FlagAwaitingRefund) != awaitsRefund {
		t.Fatalf("the invoice is %v: a return is awaited: %v, a refund: %v", flags, awaitsReturn, awaitsRefund)
	}
}

// end brings every request to its end and takes back all that is left: then all
// that was paid has gone back, save the sending of what was sent, and the fees
// of the invoice as a whole.
func (m *refundModel) end(t *rapid.T) {
	ctx := context.Background()
	for _, q := range m.requests {
		if q.status == market.RefundAwaiting {
			must(m.ApproveRefund(ctx, operator, q.request.ID(), nil))
			q.approve()
		}
		if q.status == market.RefundAccepted {
			must(m.ReturnRefund(ctx, operator, q.request.ID(), market.RefundStep{}))
			q.bringBack()
		}
		if q.status == market.RefundReturned {
			must(m.SettleRefund(ctx, operator, q.request.ID(), market.RefundSettlement{}))
			m.paidBack(q)
		}
	}
	var rest []market.AmendmentLineAttributes
	for _, l := range m.lines {
		id := new(market.Ref{Type: "LineItem", Num: l.num}.ID())
		if n := l.unsent(); n > 0 {
			rest = append(rest, market.AmendmentLineAttributes{LineItemID: id, Quantity: n, Status: market.AmendmentCancelled})
		}
		if n := l.returnable(); n > 0 {
			rest = append(rest, market.AmendmentLineAttributes{LineItemID: id, Quantity: n, Status: market.AmendmentRefunded})
		}
	}
	if len(rest) > 0 {
		made := must(m.CreateAmendment(ctx, operator, market.AmendmentCreate{InvoiceID: m.invoice.ID(), LineItems: rest}))
		for _, l := range rows[market.InvoiceAmendmentLineItem](m.sales, market.Eq("invoice_amendment_id", made.Num)) {
			i := slices.IndexFunc(m.lines, func(line *modelLine) bool { return line.num == *l.LineItemID })
			m.claim(m.lines[i], *l.Dispatched, l.Quantity, l.TotalCents, market.Opt[int64]{Value: l.CommissionAmountCents}.Or(0))
			m.lines[i].settle(l.Quantity, !*l.Dispatched)
		}
		m.settled += made.TotalCents
	}
	m.check(t)
	var taken, tax int64
	for _, l := range m.amended(m.invoice) {
		taken += l.TotalCents
		tax += market.Opt[int64]{Value: l.TaxCents}.Or(0)
	}
	if taken != m.settled || tax > m.invoice.TaxTotalCents {
		t.Fatalf("the amendments come to %d with a tax of %d of %d, and %d went back", taken, tax, m.invoice.TaxTotalCents, m.settled)
	}
	wasSent := slices.ContainsFunc(m.lines, func(l *modelLine) bool { return l.sent > 0 })
	if paid := m.total() - m.fees; !m.haggles && !wasSent && taken != paid {
		t.Fatalf("%d went back of the %d that were paid", taken, paid)
	}
}
