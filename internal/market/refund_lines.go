package market

import "strings"

// refundDraft is a line that is being added to a refund request.
type refundDraft struct {
	in RefundLineAttributes
	// path is the line's place in the input, such as "line_items.2".
	path string
	line *RefundRequestLineItem
}

func (d *refundDraft) field(name string) string { return at(d.path, name) }

// draft adds the lines of an input to the request, each with what it takes
// back, or notes what is wrong with them. start settles how a line begins.
func (r *refund) draft(path string, in []RefundLineAttributes, start func(*refundDraft, *problems, DeliveryType)) {
	if !atMost(&r.p, path, len(in), linesLimit) {
		return
	}
	for i, attributes := range in {
		d := &refundDraft{in: attributes, path: at(path, i)}
		d.line = &RefundRequestLineItem{
			InvoiceID: r.request.InvoiceID, Quantity: attributes.Quantity,
			RefundRequestID: r.request.Num, SellerID: r.request.SellerID, Status: RefundLineAccepted,
		}
		start(d, &r.p, r.ledger.invoice.DeliveryType)
		d.fill(&r.p, r.ledger)
		r.drafts = append(r.drafts, d)
		r.lines = append(r.lines, d.line)
		r.ledger.asked = append(r.ledger.asked, d.line)
	}
}

// startAsked starts a line of a new request: as the input says, else it awaits a decision.
func (d *refundDraft) startAsked(p *problems, _ DeliveryType) {
	d.line.Status = Opt[RefundLineStatus]{Value: d.in.Status}.Or(RefundLinePending)
	if !d.line.Status.open() {
		p.add(d.field("status"), "is no status that a line can start with")
	}
	if d.line.awaitsReturn() && d.in.LineItemID != nil && d.in.Dispatched == nil {
		d.in.Dispatched = new(true)
	}
}

// startAccepted starts a line that is agreed to because it is added to what is.
func (d *refundDraft) startAccepted(p *problems, _ DeliveryType) {
	if d.in.Status != nil && *d.in.Status != RefundLineAccepted {
		p.add(d.field("status"), "can only be %s for a line that is added", RefundLineAccepted)
	}
}

// startReturned starts a line of pieces that came back. They had been sent,
// unless nothing of the invoice ever is.
func (d *refundDraft) startReturned(p *problems, delivery DeliveryType) {
	d.startAccepted(p, delivery)
	if d.in.LineItemID == nil {
		return
	}
	sent := delivery.dispatched()
	if d.in.Dispatched != nil && *d.in.Dispatched != sent {
		p.add(d.field("dispatched"), "must be %t for pieces that came back of an invoice delivered by %s", sent, delivery)
	}
	d.in.Dispatched, d.line.Returned = &sent, true
}

// fill takes what the line asks for, and sets it on the line.
func (d *refundDraft) fill(p *problems, l *ledger) {
	line := d.line
	optional(p, d.field("reason"), Opt[string]{Set: true, Value: d.in.Reason}, &line.Reason, valueLimit)
	checkNotes(p, d.field("notes"), d.in.Notes)
	if d.in.LineItemID == nil && d.in.Dispatched != nil && *d.in.Dispatched {
		p.add(d.field("dispatched"), "can't be true without a line item")
	}
	taken := l.take(p, wish{
		path: d.path, lineItemID: d.in.LineItemID, quantity: d.in.Quantity, sent: d.in.Dispatched,
		cents: d.cents(p), amount: d.field("amount_per_item_cents"),
	})
	if taken == nil {
		return
	}
	line.AmountCents, line.CommissionAmountCents, line.TaxCents = taken.cents, taken.commission, taken.tax
	if item := taken.item; item != nil {
		line.LineItemID, line.Dispatched, line.Description = new(item.Num), new(taken.sent), item.AdvertTitle
	}
	if line.Status == RefundLineAwaitingReturn && !taken.sent {
		p.add(d.field("status"), "can't be %s for what was not sent", line.Status)
	}
}

// cents is what the input says that all pieces come to; nil: nothing. A product
// that overflows is of a quantity that is refused.
func (d *refundDraft) cents(p *problems) *int64 {
	each := d.in.AmountPerItemCents
	if each == nil {
		return nil
	}
	if !checkCents(p, d.field("amount_per_item_cents"), *each) {
		return new(int64(0))
	}
	return new(*each * d.in.Quantity)
}

// storeDraft stores a new line with all that the input says of it.
func (r *refund) storeDraft(d *refundDraft) error {
	d.line.RefundRequestID = r.request.Num
	if err := r.u.add(d.line); err != nil {
		return err
	}
	if err := r.u.annotate(&r.p, d.path, d.line.Ref(), d.in.ExternalIDs, d.in.Metadata); err != nil {
		return err
	}
	return r.u.noteRefund(r.request, d.line, d.in.Notes)
}

// pending reports whether the line awaits a decision.
func (l *RefundRequestLineItem) pending() bool { return l.Status == RefundLinePending }

// awaitsReturn reports whether the pieces of the line are expected back.
func (l *RefundRequestLineItem) awaitsReturn() bool { return l.Status == RefundLineAwaitingReturn }

// agree agrees to a line: what was sent is expected back.
func (l *RefundRequestLineItem) agree() {
	l.Status = RefundLineAccepted
	if l.Dispatched != nil && *l.Dispatched {
		l.Status = RefundLineAwaitingReturn
	}
}

// checkNotes refuses texts that are too long for a note, and too many of them.
func checkNotes(p *problems, path string, notes []string) {
	if !atMost(p, path, len(notes), listLimit) {
		return
	}
	for i, text := range notes {
		checkText(p, at(at(path, i), "note"), text, valueLimit)
	}
}

// noteRefund notes texts about a request, or about a line of it; a blank text is a note without words.
func (u *unit) noteRefund(request *RefundRequest, line *RefundRequestLineItem, texts []string) error {
	for _, text := range texts {
		note := &RefundRequestNote{NewStatus: string(request.Status), RefundRequestID: request.Num, SellerID: request.SellerID}
		setText(Some(text), &note.Note)
		if line != nil {
			note.NewStatus, note.RefundRequestLineItemID = string(line.Status), new(line.Num)
		}
		if err := u.add(note); err != nil {
			return err
		}
	}
	return nil
}

// firstText is the first text that is not blank; nil where there is none.
func firstText(texts []string) *string {
	for _, text := range texts {
		if strings.TrimSpace(text) != "" {
			return &text
		}
	}
	return nil
}
