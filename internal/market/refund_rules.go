package market

import (
	"context"
	"fmt"
	"slices"
)

// nextRefundStatuses are the moves that a refund request can make; docs/states.md draws them.
var nextRefundStatuses = map[RefundStatus][]RefundStatus{
	RefundAwaiting:  {RefundAccepted, RefundDenied},
	RefundAccepted:  {RefundReturned, RefundRefunded, RefundProcessed},
	RefundReturned:  {RefundRefunded, RefundProcessed},
	RefundRefunded:  nil,
	RefundDenied:    nil,
	RefundProcessed: nil,
}

// NextStatuses are the statuses that a refund request can move to, none where the status is final.
func (s RefundStatus) NextStatuses() []RefundStatus { return slices.Clone(nextRefundStatuses[s]) }

// refund is a refund request that is being made or moved on.
type refund struct {
	u       *unit
	p       problems
	request *RefundRequest
	ledger  *ledger
	// lines are all of the request's, new ones last.
	lines []*RefundRequestLineItem
	// drafts are those of the lines that the input adds.
	drafts []*refundDraft
}

// CreateRefund asks for money of a paid invoice to go back to the buyer. It
// awaits a decision, unless every line starts as agreed to. What it asks for
// cannot be asked for again, nor sent, until it is denied.
func (m *Market) CreateRefund(ctx context.Context, actor Actor, in RefundCreate) (*RefundRequest, error) {
	return commit(ctx, m, actor, func(u *unit) (*RefundRequest, error) {
		r := &refund{u: u, request: &RefundRequest{}}
		if err := r.fill(in); err != nil {
			return nil, err
		}
		status := RefundAccepted
		if slices.ContainsFunc(r.lines, (*RefundRequestLineItem).pending) {
			status = RefundAwaiting
		}
		r.moveTo(status)
		if err := u.add(r.request); err != nil {
			return nil, err
		}
		if err := u.annotate(&r.p, "", r.request.Ref(), in.ExternalIDs, in.Metadata); err != nil {
			return nil, err
		}
		return r.request, r.store(in.Notes)
	})
}

// fill turns the input into a request whose lines have taken their pieces, or refuses it.
func (r *refund) fill(in RefundCreate) error {
	invoice, err := find[Invoice](r.u, &r.p, "invoice_id", in.InvoiceID)
	if err != nil {
		return err
	}
	r.request.InitiatedBy = r.initiator(in.InitiatedBy)
	checkNotes(&r.p, "notes", in.Notes)
	if len(in.LineItems) == 0 {
		r.p.add("line_items", "can't be empty")
	}
	if invoice == nil {
		return r.p.err()
	}
	if err := r.u.mayAskForRefunds(); err != nil {
		return err
	}
	if why := invoice.whyNotRefunded(); why != "" {
		r.p.add("invoice_id", "%s", why)
		return r.p.err()
	}
	r.request.InvoiceID, r.request.OrderID, r.request.SellerID = invoice.Num, invoice.OrderID, invoice.SellerID
	if r.ledger, err = r.u.ledgerOf(invoice); err != nil {
		return err
	}
	r.draft("line_items", in.LineItems, (*refundDraft).startAsked)
	return r.p.err()
}

// initiator is who asks: whom the input names, else whose key it is.
func (r *refund) initiator(in *RefundInitiator) RefundInitiator {
	own := RefundByAdmin
	if r.u.actor.Seller != 0 {
		own = RefundBySeller
	}
	switch by := (Opt[RefundInitiator]{Value: in}).Or(own); by {
	case own, RefundBySeller, RefundByBuyer:
		return by
	case RefundByAdmin:
		r.p.add("initiated_by", "can't be %s with a key of a seller", by)
	default:
		r.p.add("initiated_by", "is no one who can ask for a refund")
	}
	return own
}

// mayAskForRefunds refuses a seller whom the operator does not let ask for refunds.
func (u *unit) mayAskForRefunds() error {
	if u.actor.Seller == 0 {
		return nil
	}
	barred, err := exists[Seller](u, Eq("id", u.actor.Seller), Eq("refund_request_allowed", false))
	if err != nil || !barred {
		return err
	}
	return forbidden("base", "is not allowed: the seller may not ask for refunds itself")
}

// ApproveRefund agrees to a request that awaits a decision: pieces that were
// sent are expected back, for the others the money can go back. A nil note is
// none, "" one without words.
func (m *Market) ApproveRefund(ctx context.Context, actor Actor, id string, note *string) (*RefundRequest, error) {
	return m.moveRefund(ctx, actor, id, RefundAccepted, func(r *refund) error {
		var notes []string
		if note != nil {
			checkText(&r.p, "note.note", *note, valueLimit)
			notes = append(notes, *note)
		}
		for _, line := range r.lines {
			if line.pending() {
				line.agree()
			}
		}
		return r.finish(RefundAccepted, notes)
	})
}

// DenyRefund refuses a request that awaits a decision, with every line of it.
// What it asked for can be asked for again, or sent.
func (m *Market) DenyRefund(ctx context.Context, actor Actor, id string, notes []string) (*RefundRequest, error) {
	return m.moveRefund(ctx, actor, id, RefundDenied, func(r *refund) error {
		checkNotes(&r.p, "notes", notes)
		reason := firstText(notes)
		for _, line := range r.lines {
			r.ledger.release(line)
			line.Status, line.DenyRefundReason = RefundLineDenied, reason
		}
		return r.finish(RefundDenied, notes)
	})
}

// ReturnRefund records that the pieces that were expected back have come back,
// and others with them.
func (m *Market) ReturnRefund(ctx context.Context, actor Actor, id string, in RefundStep) (*RefundRequest, error) {
	return m.moveRefund(ctx, actor, id, RefundReturned, func(r *refund) error {
		checkNotes(&r.p, "notes", in.Notes)
		for _, line := range r.lines {
			if line.awaitsReturn() {
				line.Status, line.Returned = RefundLineAccepted, true
			}
		}
		r.draft("new_line_items", in.NewLineItems, (*refundDraft).startReturned)
		return r.finish(RefundReturned, in.Notes)
	})
}

// SettleRefund records that the money went back to the buyer: it amends the
// invoice, and puts pieces that were called off or came back into stock again. A
// request without any money is PROCESSED by it, any other REFUNDED.
func (m *Market) SettleRefund(ctx context.Context, actor Actor, id string, in RefundSettlement) (*RefundRequest, error) {
	return m.moveRefund(ctx, actor, id, RefundRefunded, func(r *refund) error {
		if slices.ContainsFunc(r.lines, (*RefundRequestLineItem).awaitsReturn) {
			return Refuse("refund_request_id", "has pieces that are expected back: record their return first")
		}
		checkNotes(&r.p, "notes", in.Notes)
		r.draft("new_line_items", in.NewLineItems, (*refundDraft).startAccepted)
		if err := r.p.err(); err != nil {
			return err
		}
		status, err := r.settle(in.CashAmountCents)
		if err != nil {
			return err
		}
		return r.finish(status, in.Notes)
	})
}

// moveRefund moves a request that the actor may see, and that can become the status, in one transaction.
func (m *Market) moveRefund(ctx context.Context, actor Actor, id string, to RefundStatus, move func(*refund) error) (*RefundRequest, error) {
	return commit(ctx, m, actor, func(u *unit) (*RefundRequest, error) {
		r := &refund{u: u}
		if err := r.load(id, to); err != nil {
			return nil, err
		}
		return r.request, move(r)
	})
}

// load finds a request that can become the status, with its lines and its invoice.
func (r *refund) load(id string, to RefundStatus) (err error) {
	if r.request, err = find[RefundRequest](r.u, &r.p, "refund_request_id", id); err != nil {
		return err
	}
	if r.request == nil {
		return r.p.err()
	}
	if from, next := r.request.Status, r.request.Status.NextStatuses(); !slices.Contains(next, to) {
		return Refuse("refund_request_id", "can't go from %s to %s: %s", from, to, possible(next))
	}
	invoice, err := get[Invoice](r.u, r.request.InvoiceID)
	if err != nil {
		return fmt.Errorf("load the invoice of %s: %w", r.request.Ref(), err)
	}
	if r.ledger, err = r.u.ledgerOf(invoice); err != nil {
		return err
	}
	for _, line := range r.ledger.asked {
		if line.RefundRequestID == r.request.Num {
			r.lines = append(r.lines, line)
		}
	}
	return nil
}

// finish ends a step: the request has its new status, and what was noted.
func (r *refund) finish(status RefundStatus, notes []string) error {
	if err := r.p.err(); err != nil {
		return err
	}
	r.moveTo(status)
	return r.store(notes)
}

// moveTo gives the request a status, and the sums of its lines.
func (r *refund) moveTo(status RefundStatus) {
	for _, d := range r.drafts {
		r.request.RequestValueCents += d.line.AmountCents
	}
	r.request.Status, r.request.TotalCents = status, r.total()
	if status != RefundAwaiting && status != RefundDenied {
		r.request.RefundAmountCents = new(r.request.TotalCents)
	}
}

// total is what the lines come to, denied ones left out.
func (r *refund) total() (cents int64) {
	for _, line := range r.lines {
		if line.Status != RefundLineDenied {
			cents += line.AmountCents
		}
	}
	return cents
}

// store stores the new lines and the notes of a request, and moves the invoice.
func (r *refund) store(notes []string) error {
	for _, d := range r.drafts {
		if err := r.storeDraft(d); err != nil {
			return err
		}
	}
	if err := r.u.noteRefund(r.request, nil, notes); err != nil {
		return err
	}
	if err := r.p.err(); err != nil {
		return err
	}
	return r.ledger.follow()
}
