package market_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// What shipments, refunds and amendments make of an invoice and of its line: the
// arrows of the diagrams that begin at a paid invoice, and no others.
func TestEveryMoveOfAPaidInvoice(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	var invoice *market.Invoice
	var request *market.RefundRequest
	send := func(n int64) func() { return func() { r.send(invoice, n) } }
	ask := func(n int64) func() { return func() { request = r.ask(invoice, pieces(r.item(invoice), n)) } }
	walk := func(steps ...string) func() { return func() { r.walk(request, steps...) } }
	amend := func(n int64, status market.AmendmentLineStatus) func() {
		return func() {
			must(r.CreateAmendment(t.Context(), operator, amending(r.item(invoice), 0, taking(r.item(invoice), n, status))))
		}
	}
	var moves, lineMoves []string
	for _, tc := range []struct {
		name  string
		steps []func()
		want  []market.InvoiceStatus
		line  market.LineItemStatusFull
	}{
		{"sent in parts", []func(){send(1), send(1), send(1)}, []market.InvoiceStatus{"PARTIALLY_SENT", "PARTIALLY_SENT", "SENT"}, "SHIPPED"},
		{"called off before it was sent", []func(){ask(3), walk("Approve"), walk("Refund")}, []market.InvoiceStatus{"PAID", "PAID", "CANCELLED"}, "CANCELLED"},
		{"called off by amendments", []func(){amend(2, "CANCELLED"), amend(1, "CANCELLED")}, []market.InvoiceStatus{"PAID", "CANCELLED"}, "CANCELLED"},
		{"a part called off, the rest sent", []func(){amend(1, "CANCELLED"), send(2)}, []market.InvoiceStatus{"PAID", "SENT"}, "SHIPPED"},
		{"a part sent, the rest called off", []func(){send(1), amend(2, "CANCELLED")}, []market.InvoiceStatus{"PARTIALLY_SENT", "SENT"}, "SHIPPED"},
		{"what waits is asked back, and denied", []func(){send(1), ask(2), walk("Deny"), send(2)}, []market.InvoiceStatus{"PARTIALLY_SENT", "SENT", "PARTIALLY_SENT", "SENT"}, "SHIPPED"},
		{"sent and refunded", []func(){send(3), ask(3), walk("Approve"), walk("Return"), walk("Refund")},
			[]market.InvoiceStatus{"SENT", "SENT", "SENT", "SENT", "REFUNDED"}, "REFUNDED"},
		{"a part refunded", []func(){send(2), ask(2), walk("Approve", "Return", "Refund"), ask(1)}, []market.InvoiceStatus{"PARTIALLY_SENT", "PARTIALLY_SENT", "PARTIALLY_SENT", "SENT"}, "SHIPPED"},
		{"partly sent and all taken back at once", []func(){send(1), func() {
			item := r.item(invoice)
			must(r.CreateAmendment(t.Context(), operator, amending(item, 0, taking(item, 1, "REFUNDED"), taking(item, 2, "CANCELLED"))))
		}}, []market.InvoiceStatus{"PARTIALLY_SENT", "REFUNDED"}, "REFUNDED"},
	} {
		invoice = r.sold(0)
		for i, step := range tc.steps {
			before, line := now(r.sales, invoice).Status, r.item(invoice).Status
			step()
			after, lineAfter := now(r.sales, invoice).Status, r.item(invoice).Status
			if after != tc.want[i] {
				t.Errorf("%s: after step %d the invoice is %s, want %s", tc.name, i+1, after, tc.want[i])
			}
			if before != after {
				moves = append(moves, fmt.Sprint(before, " ", after))
			}
			if line != lineAfter {
				lineMoves = append(lineMoves, fmt.Sprint(line, " ", lineAfter))
			}
		}
		if got := r.item(invoice).StatusFull(); got != tc.line {
			t.Errorf("%s: the line is %s, want %s", tc.name, got, tc.line)
		}
	}
	for section, got := range map[string][]string{"Invoice": moves, "Line item": lineMoves} {
		drawn := slices.DeleteFunc(arrows(t, section, false), func(a string) bool { return a[:3] == "AWA" || a[:3] == "NEW" })
		slices.Sort(got)
		if diff := cmp.Diff(slices.Compact(got), drawn); diff != "" {
			t.Errorf("code and docs/states.md differ about the %s:\n%s", section, diff)
		}
	}
}

// An invoice of several lines is what all of them say, the last one deciding.
func TestAnInvoiceFollowsAllItsLines(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	_, other := r.offer(r.seller, 500, 10)
	for _, tc := range []struct {
		name string
		sent []int64
		// back is how many pieces of each line are taken back, unsent ones first
		back []int64
		want market.InvoiceStatus
	}{
		{"one line called off", nil, []int64{2, 0}, market.InvoicePaid},
		{"one line sent, the other called off", []int64{2, 0}, []int64{0, 2}, market.InvoiceSent},
		{"one line sent and refunded", []int64{2, 0}, []int64{2, 0}, market.InvoicePartiallySent},
		{"one refunded, one called off", []int64{2, 0}, []int64{2, 2}, market.InvoiceRefunded},
		{"both called off", nil, []int64{2, 2}, market.InvoiceCancelled},
		{"pieces of both left", []int64{1, 1}, []int64{1, 1}, market.InvoiceSent},
	} {
		invoice := r.paid(line(r.variant, 2), line(other, 2))
		r.send(invoice, tc.sent...)
		items := r.items(invoice)
		var lines []refundLine
		for i, n := range tc.back {
			if n > 0 {
				lines = append(lines, pieces(items[i], n))
			}
		}
		r.walk(r.ask(invoice, lines...), "Approve", "Return", "Refund")
		if got := now(r.sales, invoice).Status; got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// What is never sent keeps its status until all of it is called off.
func TestAnInvoiceWithNothingToSend(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for _, delivery := range []market.DeliveryType{market.NoDispatch, market.ClickAndCollect} {
		in := line(r.variant, 2)
		in.DeliveryType = &delivery
		invoice := r.paid(in)
		item := r.item(invoice)
		r.walk(r.ask(invoice, pieces(item, 1)), "Approve", "Return", "Refund")
		if got := now(r.sales, invoice).Status; got != market.InvoicePaid {
			t.Errorf("%s: %s, with a piece left", delivery, got)
		}
		request := r.walk(r.ask(invoice, amount(1)), "Approve")
		must(r.ReturnRefund(t.Context(), operator, request.ID(), market.RefundStep{NewLineItems: []refundLine{pieces(item, 1)}}))
		r.walk(request, "Refund")
		if got := now(r.sales, invoice).Status; got != market.InvoiceCancelled {
			t.Errorf("%s: %s, with nothing left", delivery, got)
		}
	}
	if got := r.stock(r.variant); got != 1_000_000 {
		t.Errorf("stock = %d, want all pieces back", got)
	}
}
