package market

import "cmp"

// settle pays back what was agreed to, and amends the invoice by it. cash is how
// much of it goes back as money; nil: all.
func (r *refund) settle(cash *int64) (RefundStatus, error) {
	total := r.total()
	if cash == nil {
		cash = &total
	}
	if *cash < 0 || *cash > total {
		return "", Refuse("cash_amount_cents", "must be between 0 and the total of %d cents", total)
	}
	r.request.CashAmountCents, r.request.RefundedAt = cash, new(r.u.now)
	made := amendment{ledger: r.ledger, back: map[*LineItem]int64{}}
	for _, line := range r.lines {
		line.Status = RefundLineRefunded
		made.add(r.ledger.demandOf(line), line.Reason, line.Returned)
	}
	if _, err := made.store(nil); err != nil {
		return "", err
	}
	if total == 0 {
		return RefundProcessed, nil
	}
	return RefundRefunded, nil
}

// demandOf is what a line of a refund request has taken.
func (l *ledger) demandOf(line *RefundRequestLineItem) *demand {
	return &demand{
		item: l.itemOf(line.LineItemID), sent: Opt[bool]{Value: line.Dispatched}.Or(false), quantity: line.Quantity,
		cents: line.AmountCents, commission: line.CommissionAmountCents, tax: line.TaxCents,
	}
}

// amendment is an invoice amendment that is being made.
type amendment struct {
	ledger *ledger
	lines  []*InvoiceAmendmentLineItem
	// back are the pieces that go into stock again.
	back map[*LineItem]int64
}

// add settles what was taken. Pieces that were never sent go into stock again,
// others where they were returned.
func (a *amendment) add(d *demand, reason *string, returned bool) {
	line := &InvoiceAmendmentLineItem{
		AmountCents: d.cents, CommissionAmountCents: d.commission, Quantity: d.quantity, Reason: reason,
		SellerID: a.ledger.invoice.SellerID, Status: AmendmentRefunded, TaxCents: d.tax, TaxRate: d.taxRate, TotalCents: d.cents,
	}
	if item := d.item; item != nil {
		line.LineItemID, line.Dispatched = new(item.Num), new(d.sent)
		line.TaxRate = cmp.Or(d.taxRate, item.TaxRate)
		line.AmountCents -= a.ledger.sendingIn(d)
		item.settle(d.quantity)
		if !d.sent {
			line.Status = AmendmentCancelled
		}
		if !d.sent || returned {
			a.back[item] += d.quantity
		}
	}
	a.lines = append(a.lines, line)
	a.ledger.amended = append(a.ledger.amended, line)
}

// store stores the amendment with its lines, and gives pieces back to the stock.
// remittance is what the seller is paid less; nil: the total, less the
// commission that goes back.
func (a *amendment) store(remittance *int64) (*InvoiceAmendment, error) {
	invoice := a.ledger.invoice
	made := &InvoiceAmendment{
		InvoiceID: invoice.Num, OrderID: invoice.OrderID, SellerID: invoice.SellerID,
		TaxRate: sharedRate(a.lines, func(l *InvoiceAmendmentLineItem) *float64 { return l.TaxRate }),
	}
	var back dues
	for _, line := range a.lines {
		made.TotalCents += line.TotalCents
		back = back.plus(line.CommissionAmountCents, line.TaxCents)
	}
	made.TaxCents = back.tax
	made.RemittanceCents = Opt[int64]{Value: remittance}.Or(made.TotalCents - back.commission)
	invoice.RefundedCents += made.TotalCents
	if err := a.ledger.u.add(made); err != nil {
		return nil, err
	}
	for _, line := range a.lines {
		line.InvoiceAmendmentID = made.Num
		if err := a.ledger.u.add(line); err != nil {
			return nil, err
		}
	}
	return made, a.ledger.u.giveBack(a.back)
}
