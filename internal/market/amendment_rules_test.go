package market_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

type amendmentLine = market.AmendmentLineAttributes

// taking is a line of an amendment of so many pieces of a line item, changed by the functions.
func taking(item *market.LineItem, quantity int64, status market.AmendmentLineStatus, change ...func(*amendmentLine)) amendmentLine {
	l := amendmentLine{LineItemID: new(item.ID()), Quantity: quantity, Status: status}
	for _, f := range change {
		f(&l)
	}
	return l
}

// amending is an amendment of the invoice that a line item is in.
func amending(item *market.LineItem, remittance int64, lines ...amendmentLine) market.AmendmentCreate {
	return market.AmendmentCreate{InvoiceID: market.Ref{Type: "Invoice", Num: item.InvoiceID}.ID(), LineItems: lines, RemittanceCents: remittance}
}

// cancelling is an amendment that calls off pieces.
func cancelling(item *market.LineItem, quantity int64) market.AmendmentCreate {
	return amending(item, 0, taking(item, quantity, market.AmendmentCancelled))
}

func TestCreateAmendment(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	priced := func(amount *int64, total *market.MoneyAttributes) func(*amendmentLine) {
		return func(l *amendmentLine) { l.AmountCents, l.Total = amount, total }
	}
	for _, tc := range []struct {
		name   string
		sent   int64
		lines  func(*market.LineItem) []amendmentLine
		total  int64
		tax    int64
		rate   *float64
		status market.InvoiceStatus
		back   int64 // pieces
	}{
		{"all called off", 0, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 3, market.AmendmentCancelled)}
		},
			3300, 550, new(20.0), market.InvoiceCancelled, 3},
		{"what was not sent called off", 1, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 2, market.AmendmentCancelled, func(l *amendmentLine) { l.Dispatched = new(false) })}
		}, 2200, 366, new(20.0), market.InvoiceSent, 2},
		{"sent ones refunded", 2, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 2, market.AmendmentRefunded, func(l *amendmentLine) { l.Dispatched = new(true) })}
		}, 2000, 333, new(20.0), market.InvoicePartiallySent, 0},
		{"both", 2, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 2, market.AmendmentRefunded), taking(l, 1, market.AmendmentCancelled)}
		}, 3100, 517, new(20.0), market.InvoiceRefunded, 1},
		{"as agreed", 0, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 2, market.AmendmentCancelled, priced(new(int64(1500)), nil))}
		},
			1500, 250, new(20.0), market.InvoicePaid, 2},
		{"as agreed with its tax", 0, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 2, market.AmendmentCancelled, priced(new(int64(1500)), money(1500, new(int64(77)), new(5.0))))}
		}, 1500, 77, new(5.0), market.InvoicePaid, 2},
		{"a total alone", 0, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 1, market.AmendmentCancelled, priced(nil, money(600, nil, nil)))}
		}, 600, 100, new(20.0), market.InvoicePaid, 1},
		{"an amount with a rate", 0, func(*market.LineItem) []amendmentLine {
			return []amendmentLine{{Quantity: 1, Status: market.AmendmentRefunded, Total: money(110, nil, new(10.0))}}
		}, 110, 10, new(10.0), market.InvoicePaid, 0},
		{"an amount", 0, func(*market.LineItem) []amendmentLine {
			return []amendmentLine{{Quantity: 1, Status: market.AmendmentRefunded, AmountCents: new(int64(110)), Reason: new("late")}}
		}, 110, 0, nil, market.InvoicePaid, 0},
		{"nothing", 0, func(l *market.LineItem) []amendmentLine {
			return []amendmentLine{taking(l, 1, market.AmendmentCancelled, priced(new(int64(0)), nil))}
		},
			0, 0, new(20.0), market.InvoicePaid, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			invoice := r.soldFor(money(3000, nil, new(20.0)), money(300, nil, new(20.0)), nil, nil)
			r.send(invoice, tc.sent)
			before := r.stock(r.variant)
			in := market.AmendmentCreate{InvoiceID: invoice.ID(), LineItems: tc.lines(r.item(invoice)), RemittanceCents: tc.total}
			made := must(r.CreateAmendment(t.Context(), r.mine, in))
			if made.TotalCents != tc.total || made.TaxCents != tc.tax || made.RemittanceCents != tc.total || made.SellerID != r.seller.Num || made.OrderID != invoice.OrderID {
				t.Errorf("amendment = %+v", made)
			}
			if got := made.TaxRate; !cmp.Equal(got, tc.rate) {
				t.Errorf("tax rate = %v", got)
			}
			got := now(r.sales, invoice)
			if got.Status != tc.status || got.RefundedCents != tc.total || slices.Contains(got.StatusFlags(), market.FlagRefunded) != (tc.total > 0) {
				t.Errorf("invoice = %+v", got)
			}
			if back := r.stock(r.variant) - before; back != tc.back {
				t.Errorf("%d pieces came back, want %d", back, tc.back)
			}
		})
	}
}

func TestCreateAmendmentRefusals(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice, other := r.sold(1), r.sold(0)
	item := r.item(invoice)
	r.ask(invoice, pieces(item, 1, undispatched))
	off, refunded := market.AmendmentCancelled, market.AmendmentRefunded
	one := func(status market.AmendmentLineStatus, f func(*amendmentLine)) market.AmendmentCreate {
		return amending(item, 0, taking(item, 1, status, f))
	}
	flat := func(f func(*amendmentLine)) market.AmendmentCreate {
		l := amendmentLine{Quantity: 1, Status: refunded, AmountCents: new(int64(1))}
		f(&l)
		return amending(item, 0, l)
	}
	for _, tc := range []struct {
		name   string
		actor  market.Actor
		in     market.AmendmentCreate
		status int
		fields []string
	}{
		{"no invoice", operator, market.AmendmentCreate{InvoiceID: item.ID(), LineItems: []amendmentLine{taking(item, 1, off)}}, 404, []string{"invoice_id"}},
		{"another seller's", market.Actor{Seller: 99}, cancelling(item, 1), 404, []string{"invoice_id"}},
		{"no lines", operator, amending(item, 0), 422, []string{"line_items"}},
		{"no lines of no invoice", operator, market.AmendmentCreate{}, 422, []string{"invoice_id", "line_items"}},
		{"a line of another invoice", operator, amending(item, 0, taking(r.item(other), 1, off)), 404, []string{"line_items.0.line_item_id"}},
		{"no line", operator, one(off, func(l *amendmentLine) { l.LineItemID = new("?") }), 404, []string{"line_items.0.line_item_id"}},
		{"no status", operator, one("DONE", func(*amendmentLine) {}), 422, []string{"line_items.0.status"}},
		{"an amount called off", operator, flat(func(l *amendmentLine) { l.Status = off }), 422, []string{"line_items.0.status"}},
		{"called off, but sent", operator, one(off, func(l *amendmentLine) { l.Dispatched = new(true) }), 422, []string{"line_items.0.dispatched"}},
		{"refunded, but not sent", operator, one(refunded, func(l *amendmentLine) { l.Dispatched = new(false) }), 422, []string{"line_items.0.dispatched"}},
		{"no piece", operator, cancelling(item, 0), 422, []string{"line_items.0.quantity"}},
		{"more than are left", operator, cancelling(item, 2), 422, []string{"line_items.0.quantity"}},
		{"more than were sent", operator, amending(item, 0, taking(item, 2, refunded)), 422, []string{"line_items.0.quantity"}},
		{"a line twice", operator, amending(item, 0, taking(item, 1, off), taking(item, 1, off)), 422, []string{"line_items.1.line_item_id"}},
		{"neither line nor amount", operator, flat(func(l *amendmentLine) { l.AmountCents = nil }), 422, []string{"line_items.0.amount_cents"}},
		{"a negative amount", operator, one(off, func(l *amendmentLine) { l.AmountCents = new(int64(-1)) }), 422, []string{"line_items.0.amount_cents"}},
		{"an amount above an Int", operator, flat(func(l *amendmentLine) { l.AmountCents = new(int64(math.MaxInt32 + 1)) }), 422, []string{"line_items.0.amount_cents"}},
		{"more than the line has left", operator, one(off, func(l *amendmentLine) { l.AmountCents = new(int64(2001)) }), 422, []string{"line_items.0.amount_cents"}},
		{"more than the invoice has left", operator, flat(func(l *amendmentLine) { l.AmountCents = new(int64(2001)) }), 422, []string{"line_items.0.amount_cents"}},
		{"a total above it", operator, flat(func(l *amendmentLine) { l.AmountCents, l.Total = nil, money(2001, nil, nil) }), 422, []string{"line_items.0.amount_cents"}},
		{"a negative total", operator, one(off, func(l *amendmentLine) { l.Total = money(-1, nil, nil) }), 422, []string{"line_items.0.total.amount"}},
		{"more tax than total", operator, one(off, func(l *amendmentLine) { l.Total = money(10, new(int64(11)), nil) }), 422, []string{"line_items.0.total.tax"}},
		{"a rate of no tax", operator, one(off, func(l *amendmentLine) { l.Total = money(10, nil, new(101.0)) }), 422, []string{"line_items.0.total.tax_rate"}},
		{"two amounts", operator, one(off, func(l *amendmentLine) { l.AmountCents, l.Total = new(int64(9)), money(10, nil, nil) }), 422, []string{"line_items.0.amount_cents"}},
		{"a long reason", operator, one(off, func(l *amendmentLine) { l.Reason = &tooLong }), 422, []string{"line_items.0.reason"}},
		{"less than nothing for the seller", operator, amending(item, -1, taking(item, 1, off)), 422, []string{"remittance_cents"}},
		{"more than the total for the seller", operator, amending(item, 1001, taking(item, 1, off)), 422, []string{"remittance_cents"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r.refused(t, tc.status, tc.fields, func() (any, error) { return none(r.CreateAmendment(t.Context(), tc.actor, tc.in)) })
		})
	}
}
