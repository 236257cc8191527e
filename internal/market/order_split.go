package market

import "slices"

// invoiceKey is what the lines of one invoice have in common.
type invoiceKey struct {
	seller   int64
	delivery DeliveryType
}

func (l *orderLine) key() invoiceKey { return invoiceKey{l.variant.SellerID, l.delivery()} }

// invoiceDraft is an invoice of an order that is being made, with its lines.
type invoiceDraft struct {
	in InvoiceAttributes
	// path is the invoice's place in the input; "" where the split made it.
	path  string
	lines []*orderLine
	// adjusted is what the lines come to with the adjustments of the invoice as a whole.
	adjusted adjusted
}

// split groups lines into one invoice for each seller and delivery type, in
// the order in which the lines first name them.
func split(lines []*orderLine) []*invoiceDraft {
	var drafts []*invoiceDraft
	byKey := map[invoiceKey]*invoiceDraft{}
	for _, l := range lines {
		draft := byKey[l.key()]
		if draft == nil {
			draft = &invoiceDraft{}
			byKey[l.key()] = draft
			drafts = append(drafts, draft)
		}
		draft.lines = append(draft.lines, l)
	}
	return drafts
}

// checkGiven holds the caller's own grouping to the same rule: an invoice has
// one seller and one delivery type, and no two invoices have the same.
func checkGiven(p *problems, drafts []*invoiceDraft) {
	first := map[invoiceKey]string{}
	for _, d := range drafts {
		for _, l := range d.lines[1:] {
			l.checkBeside(p, d.lines[0])
		}
		key := d.lines[0].key()
		if other, taken := first[key]; taken {
			p.add(at(d.path, "line_items"), "have the seller and delivery type of %s: put them together", other)
			continue
		}
		first[key] = d.path
	}
}

// checkBeside refuses a line that cannot be in the invoice of another one.
func (l *orderLine) checkBeside(p *problems, other *orderLine) {
	if l.variant.SellerID != other.variant.SellerID {
		p.add(l.field("variant_id"), "belongs to another seller than %s", other.path)
	}
	if l.delivery() != other.delivery() {
		p.add(l.field("delivery_type"), "differs from that of %s", other.path)
	}
}

// given places the lines of an input, and the invoices that it groups them in.
// The drafts are nil where the split is left to the market.
func (in OrderCreate) given(p *problems) (lines []*orderLine, drafts []*invoiceDraft) {
	switch {
	case len(in.LineItems) > 0 && len(in.Invoices) > 0:
		p.add("invoices", "can't be given together with line_items")
		return nil, nil
	case len(in.LineItems) == 0 && len(in.Invoices) == 0:
		p.add("line_items", "can't be empty, unless invoices are given")
		return nil, nil
	case !in.fewLines(p):
		return nil, nil
	}
	for i, invoice := range in.Invoices {
		path := at("invoices", i)
		draft := &invoiceDraft{in: invoice, path: path, lines: placed(at(path, "line_items"), invoice.LineItems)}
		if len(draft.lines) == 0 {
			p.add(at(path, "line_items"), "can't be empty")
		}
		drafts = append(drafts, draft)
		lines = append(lines, draft.lines...)
	}
	return append(lines, placed("line_items", in.LineItems)...), drafts
}

// fewLines reports whether the order has no more lines than can be read.
func (in OrderCreate) fewLines(p *problems) bool {
	if !atMost(p, "line_items", len(in.LineItems), linesLimit) || !atMost(p, "invoices", len(in.Invoices), linesLimit) {
		return false
	}
	sum := 0
	for i, invoice := range in.Invoices {
		sum += len(invoice.LineItems)
		if sum > linesLimit {
			p.add(at(at("invoices", i), "line_items"), "make more than %d lines in all", linesLimit)
			return false
		}
	}
	return true
}

// placed gives each line its path.
func placed(path string, inputs []LineItemAttributes) []*orderLine {
	lines := make([]*orderLine, len(inputs))
	for i, in := range inputs {
		lines[i] = &orderLine{in: in, path: at(path, i), item: &LineItem{Quantity: in.Quantity}}
	}
	return lines
}

// adjust makes the adjustments of an invoice whose lines have their prices. Its
// promotions are taken off what those of its lines leave.
func (d *invoiceDraft) adjust(p *problems) {
	for _, l := range d.lines {
		d.adjusted.goods += l.adjusted.goods
		d.adjusted.postage += l.adjusted.postage
	}
	d.adjusted.apply(p, at(d.path, "adjustments"), d.in.Adjustments)
}

// items are the line items of a draft.
func (d *invoiceDraft) items() []*LineItem {
	items := make([]*LineItem, len(d.lines))
	for i, l := range d.lines {
		items[i] = l.item
	}
	return items
}

// invoice makes the invoice of a draft whose lines have their prices.
func (d *invoiceDraft) invoice() *Invoice {
	first, items := d.lines[0], d.items()
	return &Invoice{
		AdjustmentsCents: d.adjusted.sumCents(), CommissionRate: first.seller.BaseCommissionRate, DeliveryType: first.delivery(), SellerID: first.seller.Num,
		Status: InvoiceAwaitingPayment, TaxRate: sharedRate(items, func(l *LineItem) *float64 { return l.TaxRate }), Totals: totalsOfLines(items),
	}
}

// sharedRate is the rate that all rows have; nil where they differ or one is not known.
func sharedRate[T any](rows []*T, rate func(*T) *float64) *float64 {
	first := rate(rows[0])
	differs := func(row *T) bool { other := rate(row); return first == nil || other == nil || *other != *first }
	if slices.ContainsFunc(rows, differs) {
		return nil
	}
	return first
}
