package market

// paid is what the buyer paid for a line item, in cents: for its goods, with
// their promotions and fees, and for sending them.
type paid struct{ goods, sending int64 }

// paidFor tells what was paid for each line item of an invoice, by their
// numbers. Promotions of the invoice as a whole are spread over its lines.
func paidFor(items []*LineItem, promotions []*Adjustment) map[int64]paid {
	var all, before paid
	for _, l := range items {
		all = all.plus(l.paid())
	}
	left := all
	for _, a := range promotions {
		if a.AppliesTo != nil && *a.AppliesTo == AppliesToShipping {
			left.sending += a.AmountCents
		} else {
			left.goods += a.AmountCents
		}
	}
	found := make(map[int64]paid, len(items))
	for _, l := range items {
		after := before.plus(l.paid())
		found[l.Num] = paid{
			goods:   portion(left.goods, after.goods, all.goods) - portion(left.goods, before.goods, all.goods),
			sending: portion(left.sending, after.sending, all.sending) - portion(left.sending, before.sending, all.sending),
		}
		before = after
	}
	return found
}

// paid is what the line comes to by itself.
func (l *LineItem) paid() paid {
	sending := l.PostageCents + l.ShippingDiscountCents
	return paid{goods: l.TotalCents - sending, sending: sending}
}

func (b paid) plus(o paid) paid { return paid{b.goods + o.goods, b.sending + o.sending} }

// portion is that much of an amount as part is of whole, half a cent rounded up; 0 of nothing.
func portion(cents, part, whole int64) int64 {
	if whole == 0 {
		return 0
	}
	return divideHalfUp(cents*part, whole)
}

// split tells the goods from the sending in what is taken back of a line:
// pieces that were never sent take their share of the sending along.
func (b paid) split(cents, unsent, quantity int64) paid {
	sending := min(cents, max(portion(b.sending, unsent, quantity), cents-b.goods))
	return paid{goods: cents - sending, sending: sending}
}

// share is what pieces of a line come to: their part of what is left of the
// goods, so that the last piece takes what rounding left over, and for pieces
// that were not sent their part of the sending. An earlier piece that was given
// back for less makes none of the others dearer than it was.
func (l *ledger) share(d *demand) int64 {
	item, paid := d.item, l.paid[d.item.Num]
	sendingOf := func(pieces int64) int64 { return portion(paid.sending, pieces, item.Quantity) }
	claimed, unsent := item.RecalledCount+item.WithdrawnCount, item.WithdrawnCount
	left := max(0, paid.goods+sendingOf(unsent)-item.ClaimedCents)
	cents := portion(left, d.quantity, item.Quantity-claimed)
	if price := portion(paid.goods, d.quantity, item.Quantity); cents > price+2*claimed { // more than rounding explains
		cents = price
	}
	if !d.sent {
		cents += sendingOf(unsent+d.quantity) - sendingOf(unsent)
	}
	return min(cents, l.most(item))
}

// most is what can still be taken back of a line, or of the invoice where item is nil.
func (l *ledger) most(item *LineItem) int64 {
	if item == nil {
		return l.unclaimed
	}
	return min(l.unclaimed, item.TotalCents-item.ClaimedCents)
}

// dues are the parts of a line's commission and tax that go back with an amount.
type dues struct{ commission, tax int64 }

func (d dues) plus(commission, tax *int64) dues {
	return dues{d.commission + Opt[int64]{Value: commission}.Or(0), d.tax + Opt[int64]{Value: tax}.Or(0)}
}

// reckon sets the commission and the tax that go back with what was just taken
// from a line: their parts of all that was taken from it so far, less what went
// back before, so that they never come to more than there is and in the end to
// all of it.
func (l *ledger) reckon(d *demand) {
	item, paid, given := d.item, l.paid[d.item.Num], l.given[d.item.Num]
	taken := paid.split(item.ClaimedCents, item.WithdrawnCount, item.Quantity)
	goods, sending := min(taken.goods, paid.goods), min(taken.sending, paid.sending)
	tax := portion(item.TaxTotalCents-item.PostageTaxCents, goods, paid.goods) + portion(item.PostageTaxCents, sending, paid.sending)
	if d.tax == nil {
		d.tax = new(min(d.cents, max(0, tax-given.tax)))
	}
	if whole := item.CommissionAmountCents(); whole != nil {
		back := portion(*whole, goods, paid.goods)
		if paid.goods == 0 { // goods that cost nothing come back by pieces
			back = portion(*whole, item.RecalledCount+item.WithdrawnCount, item.Quantity)
		}
		d.commission = new(max(0, back-given.commission))
	}
	l.given[item.Num] = given.plus(d.commission, d.tax)
}

// sendingIn is how much of an amount that is settled is for sending, by all that
// was settled of the line before.
func (l *ledger) sendingIn(d *demand) int64 {
	cents, unsent, before := d.cents, int64(0), int64(0)
	if !d.sent {
		unsent = d.quantity
	}
	for _, line := range l.amended {
		if line.LineItemID == nil || *line.LineItemID != d.item.Num {
			continue
		}
		cents += line.TotalCents
		before += line.TotalCents - line.AmountCents
		if line.Status == AmendmentCancelled {
			unsent += line.Quantity
		}
	}
	all := l.paid[d.item.Num].split(cents, unsent, d.item.Quantity)
	return min(d.cents, max(0, all.sending-before))
}
