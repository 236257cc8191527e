package market_test

import (
	"math"
	"strings"
	"testing"

	"crier/internal/market"
)

// tooLong is more than a note or a reason can be.
var tooLong = strings.Repeat("x", 10_001)

func TestCreateRefundRefusals(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice, other := r.sold(1), r.sold(0)
	item, foreign := r.item(invoice), r.item(other)
	collected := line(r.variant, 2)
	collected.DeliveryType = new(market.ClickAndCollect)
	pickup := r.paid(collected)
	two := r.paid(line(r.variant, 1), line(r.variant, 1))
	taken := []market.Pair{{Key: "shop", Value: new("taken")}}
	first := must(r.CreateRefund(t.Context(), operator, market.RefundCreate{
		InvoiceID: other.ID(), ExternalIDs: taken, LineItems: []refundLine{amount(500, func(l *refundLine) { l.ExternalIDs = taken })},
	}))
	in := func(change func(*market.RefundCreate), lines ...refundLine) market.RefundCreate {
		made := market.RefundCreate{InvoiceID: invoice.ID(), LineItems: lines}
		if change != nil {
			change(&made)
		}
		return made
	}
	of := func(i *market.Invoice) func(*market.RefundCreate) {
		return func(in *market.RefundCreate) { in.InvoiceID = i.ID() }
	}
	by := func(who market.RefundInitiator) func(*market.RefundCreate) {
		return func(in *market.RefundCreate) { in.InitiatedBy = &who }
	}
	text := func(f func(*refundLine)) refundLine { return pieces(item, 1, f) }
	for _, tc := range []struct {
		name   string
		actor  market.Actor
		in     market.RefundCreate
		status int
		fields []string
	}{
		{"no lines", operator, in(nil), 422, []string{"line_items"}},
		{"no id", operator, in(func(in *market.RefundCreate) { in.InvoiceID = "?" }, amount(1)), 404, []string{"invoice_id"}},
		{"another type's id", operator, in(func(in *market.RefundCreate) { in.InvoiceID = item.ID() }, amount(1)), 404, []string{"invoice_id"}},
		{"unknown", operator, in(func(in *market.RefundCreate) { in.InvoiceID = market.Ref{Type: "Invoice", Num: 999}.ID() }, amount(1)), 404, []string{"invoice_id"}},
		{"another seller's", market.Actor{Seller: 99}, in(nil, amount(1)), 404, []string{"invoice_id"}},
		{"a seller as the operator", r.mine, in(by(market.RefundByAdmin), amount(1)), 422, []string{"initiated_by"}},
		{"by nobody", operator, in(by("DOG"), amount(1)), 422, []string{"initiated_by"}},
		{"by nobody of a seller", r.mine, in(by("DOG"), amount(1)), 422, []string{"initiated_by"}},
		{"long texts", operator, in(func(in *market.RefundCreate) { in.Notes = []string{"", tooLong} },
			text(func(l *refundLine) { l.Reason, l.Notes = &tooLong, []string{tooLong} })), 422, []string{"line_items.0.notes.0.note", "line_items.0.reason", "notes.1.note"}},
		{"too many texts", operator, in(func(in *market.RefundCreate) { in.Notes = make([]string, 101) }, text(func(l *refundLine) { l.Notes = make([]string, 101) })),
			422, []string{"line_items.0.notes", "notes"}},
		{"broken texts", operator, in(func(in *market.RefundCreate) { in.Notes = []string{"a\x00"} }, text(func(l *refundLine) { l.Reason = new("\xff") })),
			422, []string{"line_items.0.reason", "notes.0.note"}},
		{"all at once", operator, in(func(in *market.RefundCreate) { in.InvoiceID, in.Notes = "?", []string{tooLong} }), 422, []string{"invoice_id", "line_items", "notes.0.note"}},
		{"no piece", operator, in(nil, pieces(item, 0)), 422, []string{"line_items.0.quantity"}},
		{"less than none", operator, in(nil, pieces(item, 1), amount(1, func(l *refundLine) { l.Quantity = -1 })), 422, []string{"line_items.1.quantity"}},
		{"more pieces than an Int", operator, in(nil, amount(1, func(l *refundLine) { l.Quantity = math.MaxInt32 + 1 })), 422, []string{"line_items.0.quantity"}},
		{"more than there are", operator, in(nil, pieces(item, 4)), 422, []string{"line_items.0.quantity"}},
		{"more than either kind", operator, in(nil, pieces(item, 3)), 422, []string{"line_items.0.quantity"}},
		{"more than are sent", operator, in(nil, pieces(item, 2, dispatched)), 422, []string{"line_items.0.quantity"}},
		{"more than are not sent", operator, in(nil, pieces(item, 3, undispatched)), 422, []string{"line_items.0.quantity"}},
		{"sent ones of what is collected", operator, in(of(pickup), pieces(r.item(pickup), 1, dispatched)), 422, []string{"line_items.0.quantity"}},
		{"a line twice", operator, in(nil, pieces(item, 1), pieces(item, 1)), 422, []string{"line_items.1.line_item_id"}},
		{"a line twice, sent", operator, in(nil, pieces(item, 1, dispatched), pieces(item, 1, dispatched)), 422, []string{"line_items.1.line_item_id"}},
		{"a line of another invoice", operator, in(nil, pieces(item, 1), pieces(foreign, 1)), 404, []string{"line_items.1.line_item_id"}},
		{"no line", operator, in(nil, text(func(l *refundLine) { l.LineItemID = new("?") })), 404, []string{"line_items.0.line_item_id"}},
		{"another type's line", operator, in(nil, text(func(l *refundLine) { l.LineItemID = new(invoice.ID()) })), 404, []string{"line_items.0.line_item_id"}},
		{"neither line nor amount", operator, in(nil, refundLine{Quantity: 1}), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"a negative amount", operator, in(nil, pieces(item, 1, each(-1))), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"an amount above an Int", operator, in(nil, amount(math.MaxInt32+1)), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"an amount that overflows", operator, in(nil, amount(math.MaxInt32, func(l *refundLine) { l.Quantity = math.MaxInt32 })), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"a product that overflows", operator, in(nil, amount(math.MaxInt32, func(l *refundLine) { l.Quantity = math.MaxInt64 })), 422, []string{"line_items.0.quantity"}},
		{"more than the line", operator, in(nil, pieces(item, 1, each(3001))), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"more than the line, less than the invoice", operator, in(of(two), pieces(r.items(two)[0], 1, each(1001))), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"more than the line for all", operator, in(nil, pieces(item, 2, each(1501))), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"more than the invoice", operator, in(nil, amount(3001)), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"more than the invoice together", operator, in(nil, amount(2001), pieces(item, 1, each(1000))), 422, []string{"line_items.1.amount_per_item_cents"}},
		{"more than another request has left", operator, in(of(other), amount(2501)), 422, []string{"line_items.0.amount_per_item_cents"}},
		{"no status", operator, in(nil, text(startingAs("DONE"))), 422, []string{"line_items.0.status"}},
		{"an end as start", operator, in(nil, text(startingAs(market.RefundLineRefunded))), 422, []string{"line_items.0.status"}},
		{"a return of what was not sent", operator, in(nil, pieces(item, 1, undispatched, startingAs(market.RefundLineAwaitingReturn))), 422, []string{"line_items.0.status"}},
		{"a return of more than was sent", operator, in(nil, pieces(item, 2, startingAs(market.RefundLineAwaitingReturn))), 422, []string{"line_items.0.quantity"}},
		{"a return of an amount", operator, in(nil, amount(1, startingAs(market.RefundLineAwaitingReturn))), 422, []string{"line_items.0.status"}},
		{"an amount that was sent", operator, in(nil, amount(1, dispatched)), 422, []string{"line_items.0.dispatched"}},
		{"external id of the request", operator, in(func(in *market.RefundCreate) { in.ExternalIDs = taken }, amount(1)), 422, []string{"external_ids"}},
		{"external id of a line", operator, in(nil, amount(1), text(func(l *refundLine) { l.ExternalIDs = taken })), 422, []string{"line_items.1.external_ids"}},
		{"blank keys", operator, in(func(in *market.RefundCreate) { in.Metadata = []market.Pair{{Key: " ", Value: new("x")}} },
			text(func(l *refundLine) { l.Metadata, l.ExternalIDs = []market.Pair{{}}, []market.Pair{{Value: new("x")}} })),
			422, []string{"line_items.0.external_ids.0.key", "line_items.0.metadata.0.key", "metadata.0.key"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r.refused(t, tc.status, tc.fields, func() (any, error) { return none(r.CreateRefund(t.Context(), tc.actor, tc.in)) })
		})
	}
	if got := now(r.sales, first); got.TotalCents != 500 {
		t.Errorf("the request beside = %+v", got)
	}
}

// Only of a paid invoice that has not come to its end can anything be asked for.
func TestWhichInvoicesAreRefunded(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for status, can := range map[market.InvoiceStatus]bool{
		market.InvoiceAwaitingPayment: false, market.InvoicePaymentUnderReview: false, market.InvoiceRefunded: false, market.InvoiceCancelled: false,
		market.InvoicePaid: true, market.InvoicePartiallySent: true, market.InvoiceSent: true, market.InvoiceReady: true, market.InvoiceCollected: true,
	} {
		collected := line(r.variant, 3)
		collected.DeliveryType = new(market.ClickAndCollect)
		invoice := r.paid(collected)
		invoice.Status = status
		r.save(invoice)
		refund := func() (any, error) {
			return none(r.CreateRefund(t.Context(), operator, market.RefundCreate{InvoiceID: invoice.ID(), LineItems: []refundLine{pieces(r.item(invoice), 1)}}))
		}
		amend := func() (any, error) {
			return none(r.CreateAmendment(t.Context(), operator, cancelling(r.item(invoice), 1)))
		}
		if !can {
			r.refused(t, 422, []string{"invoice_id"}, refund)
			r.refused(t, 422, []string{"invoice_id"}, amend)
			continue
		}
		for _, do := range []func() (any, error){refund, amend} {
			if _, err := do(); err != nil {
				t.Errorf("%s: %v", status, err)
			}
		}
		if got := now(r.sales, invoice).Status; got != status {
			t.Errorf("the invoice became %s, of %s", got, status)
		}
	}
}

// A seller whom the operator bars from it asks for nothing.
func TestASellerMayBeBarredFromAsking(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(0)
	in := market.RefundCreate{InvoiceID: invoice.ID(), LineItems: []refundLine{amount(1)}}
	r.seller.RefundRequestAllowed = new(false)
	r.save(r.seller)
	r.refused(t, 403, []string{"base"}, func() (any, error) { return none(r.CreateRefund(t.Context(), r.mine, in)) })
	must(r.CreateRefund(t.Context(), operator, in))
	r.seller.RefundRequestAllowed = new(true)
	r.save(r.seller)
	must(r.CreateRefund(t.Context(), r.mine, in))
}

func TestRefundStepRefusals(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	taken := []market.Pair{{Key: "shop", Value: new("taken")}}
	foreign := r.sold(0)
	must(r.CreateRefund(t.Context(), operator, market.RefundCreate{
		InvoiceID: foreign.ID(), LineItems: []refundLine{amount(1, func(l *refundLine) { l.ExternalIDs = taken })},
	}))
	invoice, pickup := r.sold(2), r.paid(with(r.variant, func(l *market.LineItemAttributes) { l.DeliveryType = new(market.ClickAndCollect) }))
	item := r.item(invoice)
	awaiting, accepted := r.ask(invoice, amount(1)), r.walk(r.ask(invoice, amount(1)), "Approve")
	ofPickup := r.walk(r.ask(pickup, amount(1)), "Approve")
	approve := func(actor market.Actor, id string, note *string) func() (any, error) {
		return func() (any, error) { return none(r.ApproveRefund(t.Context(), actor, id, note)) }
	}
	deny := func(actor market.Actor, id string, notes ...string) func() (any, error) {
		return func() (any, error) { return none(r.DenyRefund(t.Context(), actor, id, notes)) }
	}
	back := func(actor market.Actor, id string, in market.RefundStep) func() (any, error) {
		return func() (any, error) { return none(r.ReturnRefund(t.Context(), actor, id, in)) }
	}
	settle := func(actor market.Actor, id string, in market.RefundSettlement) func() (any, error) {
		return func() (any, error) { return none(r.SettleRefund(t.Context(), actor, id, in)) }
	}
	besides := func(lines ...refundLine) market.RefundStep { return market.RefundStep{NewLineItems: lines} }
	cash := func(cents int64, lines ...refundLine) market.RefundSettlement {
		return market.RefundSettlement{RefundStep: besides(lines...), CashAmountCents: &cents}
	}
	stranger := market.Actor{Seller: 99}
	for _, tc := range []struct {
		name   string
		do     func() (any, error)
		status int
		fields []string
	}{
		{"approve no id", approve(operator, "?", nil), 404, []string{"refund_request_id"}},
		{"approve another type", approve(operator, invoice.ID(), nil), 404, []string{"refund_request_id"}},
		{"approve another seller's", approve(stranger, awaiting.ID(), nil), 404, []string{"refund_request_id"}},
		{"approve with a long note", approve(operator, awaiting.ID(), &tooLong), 422, []string{"note.note"}},
		{"deny no id", deny(operator, ""), 404, []string{"refund_request_id"}},
		{"deny another seller's", deny(stranger, awaiting.ID()), 404, []string{"refund_request_id"}},
		{"deny with a long note", deny(operator, awaiting.ID(), "x", tooLong), 422, []string{"notes.1.note"}},
		{"return an unknown one", back(operator, market.Ref{Type: "RefundRequest", Num: 999}.ID(), besides()), 404, []string{"refund_request_id"}},
		{"return another seller's", back(stranger, accepted.ID(), besides()), 404, []string{"refund_request_id"}},
		{"return with a long note", back(operator, accepted.ID(), market.RefundStep{Notes: []string{tooLong}}), 422, []string{"notes.0.note"}},
		{"return more than was sent", back(operator, accepted.ID(), besides(pieces(item, 3))), 422, []string{"new_line_items.0.quantity"}},
		{"return what was not sent", back(operator, accepted.ID(), besides(pieces(item, 1, undispatched))), 422, []string{"new_line_items.0.dispatched"}},
		{"return what is never sent as sent", back(operator, ofPickup.ID(), besides(pieces(r.item(pickup), 1, dispatched))), 422, []string{"new_line_items.0.dispatched"}},
		{"return a line of another invoice", back(operator, accepted.ID(), besides(pieces(r.item(foreign), 1))), 404, []string{"new_line_items.0.line_item_id"}},
		{"return with a status", back(operator, accepted.ID(), besides(pieces(item, 1, startingAs(market.RefundLinePending)))), 422, []string{"new_line_items.0.status"}},
		{"return with a taken external id", back(operator, accepted.ID(), besides(amount(1, func(l *refundLine) { l.ExternalIDs = taken }))), 422, []string{"new_line_items.0.external_ids"}},
		{"return with long texts", back(operator, accepted.ID(), besides(amount(1, func(l *refundLine) { l.Notes, l.Reason = []string{tooLong}, &tooLong }))),
			422, []string{"new_line_items.0.notes.0.note", "new_line_items.0.reason"}},
		{"refund another seller's", settle(stranger, accepted.ID(), cash(0)), 404, []string{"refund_request_id"}},
		{"refund no id", settle(operator, "?", cash(0)), 404, []string{"refund_request_id"}},
		{"refund with a long note", settle(operator, accepted.ID(), market.RefundSettlement{RefundStep: market.RefundStep{Notes: []string{tooLong}}}), 422, []string{"notes.0.note"}},
		{"less than no cash", settle(operator, accepted.ID(), cash(-1)), 422, []string{"cash_amount_cents"}},
		{"more cash than the total", settle(operator, accepted.ID(), cash(52, amount(50))), 422, []string{"cash_amount_cents"}},
		{"refund more than was paid", settle(operator, accepted.ID(), cash(0, amount(2999))), 422, []string{"new_line_items.0.amount_per_item_cents"}},
		{"refund a line twice", settle(operator, accepted.ID(), cash(0, pieces(item, 1, dispatched), pieces(item, 1, dispatched))), 422, []string{"new_line_items.1.line_item_id"}},
		{"refund with a status", settle(operator, accepted.ID(), cash(0, amount(1, startingAs(market.RefundLineAwaitingReturn)))), 422, []string{"new_line_items.0.status"}},
	} {
		t.Run(tc.name, func(t *testing.T) { r.refused(t, tc.status, tc.fields, tc.do) })
	}
}

// The seller whose invoice it is takes every step, where its key may; so does the operator.
func TestWhoMovesARefund(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for _, actor := range []market.Actor{operator, r.mine} {
		invoice := r.sold(1)
		request := must(r.CreateRefund(t.Context(), actor, market.RefundCreate{InvoiceID: invoice.ID(), LineItems: []refundLine{pieces(r.item(invoice), 1, dispatched)}}))
		for _, step := range []string{"refundRequestApprove", "refundRequestReturn", "refundRequestRefund"} {
			must(r.step(actor, step, request))
		}
		must(r.step(actor, "refundRequestDeny", r.ask(invoice, amount(1))))
	}
}

// There are reasons to choose from, each once.
func TestRefundReasons(t *testing.T) {
	t.Parallel()
	pre, post, deny := market.RefundReasons()
	for _, list := range [][]string{pre, post, deny} {
		seen := map[string]bool{}
		for _, reason := range list {
			if seen[reason] || strings.TrimSpace(reason) == "" {
				t.Errorf("%q in %q", reason, list)
			}
			seen[reason] = true
		}
		if len(seen) < 3 {
			t.Errorf("%d reasons", len(seen))
		}
	}
}
