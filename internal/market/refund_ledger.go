package market

import (
	"fmt"
	"slices"
)

// ledger is an invoice with all that was taken back from it, or is asked for.
type ledger struct {
	u       *unit
	invoice *Invoice
	// items are all line items of the invoice.
	items []*LineItem
	// asked are the lines of its refund requests, whatever became of them.
	asked []*RefundRequestLineItem
	// amended are the lines of its amendments, those that refunds made included.
	amended []*InvoiceAmendmentLineItem
	// paid and given are by the numbers of the line items: what the buyer paid,
	// and what of commission and tax goes back with all that is taken or asked for.
	paid  map[int64]paid
	given map[int64]dues
	// unclaimed is what is neither taken back of the invoice nor asked for, in cents.
	unclaimed int64
	// taken is what the present input takes back.
	taken []*demand
	// flags are the invoice's from before.
	flags []InvoiceStatusFlag
}

// ledgerOf loads the ledger of an invoice that the unit has locked, so that no
// two transactions take the same pieces or cents.
func (u *unit) ledgerOf(invoice *Invoice) (*ledger, error) {
	l := &ledger{u: u, invoice: invoice, flags: invoice.StatusFlags()}
	ofInvoice := Eq("invoice_id", invoice.Num)
	var err error
	if l.items, err = list[LineItem](u, ofInvoice); err != nil {
		return nil, fmt.Errorf("load the line items of %s: %w", invoice.Ref(), err)
	}
	if l.asked, err = list[RefundRequestLineItem](u, ofInvoice); err != nil {
		return nil, fmt.Errorf("load what is to be refunded of %s: %w", invoice.Ref(), err)
	}
	amendments := Sub{Kind: "InvoiceAmendment", Column: "id", Where: []Cond{ofInvoice}}
	if l.amended, err = look[InvoiceAmendmentLineItem](u, InQuery("invoice_amendment_id", amendments)); err != nil {
		return nil, fmt.Errorf("look up the amendments of %s: %w", invoice.Ref(), err)
	}
	promotions, err := look[Adjustment](u, ofInvoice, Eq("line_item_id", nil), Eq("adjustment_type", AdjustmentPromotion))
	if err != nil {
		return nil, fmt.Errorf("look up the promotions of %s: %w", invoice.Ref(), err)
	}
	l.paid = paidFor(l.items, promotions)
	l.sum()
	return l, nil
}

// sum adds up what is taken back or asked for.
func (l *ledger) sum() {
	l.given = map[int64]dues{}
	l.unclaimed = l.invoice.TotalIncludingAdjustmentsCents() - l.invoice.RefundedCents
	for _, line := range l.asked {
		if !line.Status.open() {
			continue
		}
		l.unclaimed -= line.AmountCents
		if num := line.LineItemID; num != nil {
			l.given[*num] = l.given[*num].plus(line.CommissionAmountCents, line.TaxCents)
		}
	}
	for _, line := range l.amended {
		if num := line.LineItemID; num != nil {
			l.given[*num] = l.given[*num].plus(line.CommissionAmountCents, line.TaxCents)
		}
	}
}

// open reports whether money is asked for, and neither denied nor paid back.
func (s RefundLineStatus) open() bool {
	return s == RefundLinePending || s == RefundLineAwaitingReturn || s == RefundLineAccepted
}

// wish is what an input asks to take back.
type wish struct {
	// path is the place in the input.
	path       string
	lineItemID *string
	quantity   int64
	// sent says which pieces; nil: unsent ones where enough of them are left.
	sent *bool
	// cents is what all pieces come to, as the field amount says; nil: their share.
	cents  *int64
	amount string
	// tax and taxRate are the tax in cents; nil: the line's part of it.
	tax     *int64
	taxRate *float64
}

// demand is pieces of a line item, or an amount without a line, that are taken back.
type demand struct {
	// item is nil for an amount without a line.
	item     *LineItem
	sent     bool
	quantity int64
	// cents is what goes back to the buyer.
	cents int64
	// commission is what the marketplace gives back, tax what cents contain; nil where there is none or it is not known.
	commission, tax *int64
	// taxRate is in per cent; nil: the line's.
	taxRate *float64
}

// take takes back what an input asks for; nil after noting why it cannot be had.
func (l *ledger) take(p *problems, w wish) *demand {
	d := &demand{quantity: w.quantity, tax: w.tax, taxRate: w.taxRate}
	ok := true
	if w.quantity < 1 || w.quantity > maxCents {
		p.add(at(w.path, "quantity"), "must be between 1 and %d", maxCents)
		ok = false
	}
	if w.lineItemID != nil {
		d.item = l.item(p, at(w.path, "line_item_id"), *w.lineItemID)
		ok = ok && d.item != nil && l.choosePieces(p, w, d)
	}
	if !ok || !l.chooseCents(p, w, d) {
		return nil
	}
	l.claim(d)
	return d
}

// item finds the line item of a global id; nil after noting that the invoice has none.
func (l *ledger) item(p *problems, field, id string) *LineItem {
	num := numberOf(p, field, id, "LineItem")
	if num == 0 {
		return nil
	}
	item := l.itemOf(&num)
	if item == nil {
		p.missing(field)
	}
	return item
}

// itemOf finds the line item of a number; nil for an amount without a line.
func (l *ledger) itemOf(num *int64) *LineItem {
	i := slices.IndexFunc(l.items, func(item *LineItem) bool { return num != nil && item.Num == *num })
	if i < 0 {
		return nil
	}
	return l.items[i]
}

// choosePieces settles which pieces are taken, and reports whether they are there.
func (l *ledger) choosePieces(p *problems, w wish, d *demand) bool {
	unsent, sent, quantity := d.item.unsent(), d.item.QuantityReturnable(), at(w.path, "quantity")
	switch {
	case w.sent != nil:
		d.sent = *w.sent
	case d.quantity > unsent && d.quantity > sent:
		p.add(quantity, "is more than the %d unsent or the %d sent pieces that are neither refunded nor asked for", unsent, sent)
		return false
	default:
		d.sent = d.quantity > unsent
	}
	if slices.ContainsFunc(l.taken, func(o *demand) bool { return o.item == d.item && o.sent == d.sent }) {
		p.add(at(w.path, "line_item_id"), "is there twice: give each line once for sent and once for unsent pieces")
		return false
	}
	switch {
	case d.sent && d.quantity > sent:
		p.add(quantity, "is more than the %d sent pieces that are neither refunded nor asked for", sent)
		return false
	case !d.sent && d.quantity > unsent:
		p.add(quantity, "is more than the %d unsent pieces that are neither refunded nor asked for", unsent)
		return false
	}
	return true
}

// chooseCents settles what the pieces come to, and reports whether that much is left.
func (l *ledger) chooseCents(p *problems, w wish, d *demand) bool {
	switch {
	case w.cents != nil:
		d.cents = *w.cents
	case d.item == nil:
		p.add(w.amount, "can't be left out without a line item")
		return false
	default:
		d.cents = l.share(d)
	}
	if most := l.most(d.item); d.cents > most {
		p.add(w.amount, "makes %d cents, more than the %d that are neither refunded nor asked for", d.cents, most)
		return false
	}
	return true
}

// claim keeps others from what is taken.
func (l *ledger) claim(d *demand) {
	l.taken = append(l.taken, d)
	l.unclaimed -= d.cents
	if d.item == nil {
		return
	}
	d.item.claim(d.sent, d.quantity, d.cents)
	l.reckon(d)
}

// claim counts pieces and cents of the line as taken back or asked for; negative ones no longer.
func (l *LineItem) claim(sent bool, quantity, cents int64) {
	l.ClaimedCents += cents
	if sent {
		l.RecalledCount += quantity
	} else {
		l.WithdrawnCount += quantity
	}
}

// release gives back what a line of a refund request asked for.
func (l *ledger) release(line *RefundRequestLineItem) {
	if item := l.itemOf(line.LineItemID); item != nil {
		item.claim(*line.Dispatched, -line.Quantity, -line.AmountCents)
	}
}

// follow moves the invoice to what its lines and its refund requests say of it.
func (l *ledger) follow() error {
	i := l.invoice
	i.followItems(l.items)
	in := func(status RefundLineStatus) bool {
		return slices.ContainsFunc(l.asked, func(line *RefundRequestLineItem) bool { return line.Status == status })
	}
	i.AwaitingReturn, i.AwaitingRefund = in(RefundLineAwaitingReturn), in(RefundLineAccepted)
	if slices.Equal(l.flags, i.StatusFlags()) {
		return nil
	}
	return l.u.touchAll(i.Ref(), []string{"statusFlags"})
}
