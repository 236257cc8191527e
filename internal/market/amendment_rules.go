package market

import "context"

// AmendmentCreate is what invoiceAmendmentCreate says of an amendment.
type AmendmentCreate struct {
	InvoiceID string
	// LineItems has at least one entry.
	LineItems []AmendmentLineAttributes
	// RemittanceCents is what the seller is paid less, at most the amendment's total.
	RemittanceCents int64
}

// AmendmentLineAttributes is what to take back: pieces of a line of the invoice, or an amount without a line.
type AmendmentLineAttributes struct {
	// AmountCents is what goes back for all pieces; nil: Total, or the pieces' share of what was paid for the line.
	AmountCents *int64
	// Dispatched cannot contradict Status; nil: what Status says.
	Dispatched *bool
	// LineItemID is nil for an amount without a line, which needs AmountCents or Total.
	LineItemID *string
	// Quantity is at least one.
	Quantity int64
	Reason   *string
	// Status is AmendmentRefunded for pieces that were sent, AmendmentCancelled for the others.
	Status AmendmentLineStatus
	// Total is AmountCents with its tax known.
	Total *MoneyAttributes
}

// CreateAmendment takes pieces or amounts back from a paid invoice at once,
// without a refund request. Pieces that are called off go into stock again.
func (m *Market) CreateAmendment(ctx context.Context, actor Actor, in AmendmentCreate) (*InvoiceAmendment, error) {
	return commit(ctx, m, actor, func(u *unit) (*InvoiceAmendment, error) {
		var p problems
		made, err := u.draftAmendment(&p, in)
		if err != nil {
			return nil, err
		}
		stored, err := made.store(&in.RemittanceCents)
		if err != nil {
			return nil, err
		}
		return stored, made.ledger.follow()
	})
}

// draftAmendment turns the input into an amendment that has taken its pieces, or refuses it.
func (u *unit) draftAmendment(p *problems, in AmendmentCreate) (*amendment, error) {
	invoice, err := find[Invoice](u, p, "invoice_id", in.InvoiceID)
	if err != nil {
		return nil, err
	}
	if len(in.LineItems) == 0 {
		p.add("line_items", "can't be empty")
	}
	if invoice == nil || !atMost(p, "line_items", len(in.LineItems), linesLimit) {
		return nil, p.err()
	}
	if why := invoice.whyNotRefunded(); why != "" {
		p.add("invoice_id", "%s", why)
		return nil, p.err()
	}
	made := &amendment{back: map[*LineItem]int64{}}
	if made.ledger, err = u.ledgerOf(invoice); err != nil {
		return nil, err
	}
	var total int64
	for i, line := range in.LineItems {
		total += made.take(p, at("line_items", i), line)
	}
	if r := in.RemittanceCents; r < 0 || len(p.fields) == 0 && r > total {
		p.add("remittance_cents", "must be between 0 and the total of %d cents", total)
	}
	return made, p.err()
}

// take adds a line of the input to the amendment, and returns what it comes to;
// 0 after noting what is wrong with it.
func (a *amendment) take(p *problems, path string, in AmendmentLineAttributes) int64 {
	var reason *string
	optional(p, at(path, "reason"), Opt[string]{Set: true, Value: in.Reason}, &reason, valueLimit)
	if !in.checkStatus(p, path) {
		return 0
	}
	w := wish{path: path, lineItemID: in.LineItemID, quantity: in.Quantity, sent: new(in.Status == AmendmentRefunded), amount: at(path, "amount_cents")}
	in.price(p, &w)
	taken := a.ledger.take(p, w)
	if taken == nil {
		return 0
	}
	a.add(taken, reason, false)
	return taken.cents
}

// checkStatus reports whether the status says something of the pieces that can be, noting what cannot.
func (in AmendmentLineAttributes) checkStatus(p *problems, path string) bool {
	status, sent := at(path, "status"), in.Status == AmendmentRefunded
	switch {
	case in.Status != AmendmentRefunded && in.Status != AmendmentCancelled:
		p.add(status, "must be %s or %s", AmendmentRefunded, AmendmentCancelled)
	case in.LineItemID == nil && !sent:
		p.add(status, "can only be %s without a line item", AmendmentRefunded)
	case in.LineItemID != nil && in.Dispatched != nil && *in.Dispatched != sent:
		p.add(at(path, "dispatched"), "can't be %t for what is %s", *in.Dispatched, in.Status)
	default:
		return true
	}
	return false
}

// price sets on a wish what the input says that all pieces come to.
func (in AmendmentLineAttributes) price(p *problems, w *wish) {
	if in.Total != nil {
		w.cents = new(int64(0))
		total := in.Total.checked(p, at(w.path, "total"))
		if total == nil {
			return
		}
		*w.cents, w.taxRate = total.Amount, total.TaxRate
		if total.Tax != nil || total.TaxRate != nil {
			w.tax = new(total.taxIn(total.Amount))
		}
	}
	cents := in.AmountCents
	switch {
	case cents == nil:
	case !checkCents(p, w.amount, *cents):
		w.cents = new(int64(0))
	case in.Total != nil && *cents != in.Total.Amount:
		p.add(w.amount, "differs from the amount of total")
	default:
		w.cents = cents
	}
}
