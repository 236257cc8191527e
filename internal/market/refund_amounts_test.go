package market_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// asking is a line of a refund of a line item that is not sold yet.
type asking func(*market.LineItem) refundLine

func some(quantity int64, change ...func(*refundLine)) asking {
	return func(item *market.LineItem) refundLine { return pieces(item, quantity, change...) }
}

func flat(cents int64) asking {
	return func(*market.LineItem) refundLine { return amount(cents) }
}

// soldFor is a paid invoice of three pieces for a sum, with adjustments of the line, and of the invoice as a whole.
func (r *refunds) soldFor(cost, postage *market.MoneyAttributes, ofLine, ofInvoice []market.AdjustmentAttributes) *market.Invoice {
	r.t.Helper()
	order := must(r.CreateOrder(r.t.Context(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{{
		Adjustments: ofInvoice,
		LineItems: []market.LineItemAttributes{with(r.variant, func(l *market.LineItemAttributes) {
			l.Quantity, l.Cost, l.Postage, l.Adjustments = 3, cost, postage, ofLine
		})},
	}}}))
	return one[market.Invoice](r.sales, market.Eq("order_id", order.Num))
}

// What pieces come to, one request after the other.
func TestAmountsOfARefund(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	type adjustments = []market.AdjustmentAttributes
	for _, tc := range []struct {
		name          string
		cost, postage int64
		ofLine        adjustments
		ofInvoice     adjustments
		sent          int64
		asked         []asking
		want          []int64
	}{
		{"three of 1000", 3000, 0, nil, nil, 0, []asking{some(1), some(2)}, []int64{1000, 2000}},
		{"all at once", 3000, 300, nil, nil, 0, []asking{some(3)}, []int64{3300}},
		{"the last takes the rest", 1000, 0, nil, nil, 0, []asking{some(1), some(1), some(1)}, []int64{333, 334, 333}},
		{"two, then the last", 1000, 0, nil, nil, 0, []asking{some(2), some(1)}, []int64{667, 333}},
		{"unsent pieces with their sending", 3000, 100, nil, nil, 0, []asking{some(1), some(1), some(1)}, []int64{1033, 1034, 1033}},
		{"sent pieces without", 3000, 300, nil, nil, 3, []asking{some(1), some(2)}, []int64{1000, 2000}},
		{"the unsent one, then the sent", 3000, 300, nil, nil, 2, []asking{some(1), some(2)}, []int64{1100, 2000}},
		{"the sent ones, then the unsent", 3000, 300, nil, nil, 2, []asking{some(2, dispatched), some(1)}, []int64{2000, 1100}},
		{"less, as agreed", 3000, 0, nil, nil, 0, []asking{some(2, each(400)), some(1)}, []int64{800, 1000}},
		{"nothing, as agreed", 3000, 0, nil, nil, 0, []asking{some(1, each(0)), some(2)}, []int64{0, 2000}},
		{"more, as agreed", 3000, 0, nil, nil, 0, []asking{some(1, each(2500)), some(1), some(1)}, []int64{2500, 250, 250}},
		{"the sending of what was sent, as agreed", 3000, 300, nil, nil, 3, []asking{some(3, each(1100))}, []int64{3300}},
		{"goods for nothing", 0, 100, nil, nil, 0, []asking{some(1), some(2)}, []int64{33, 67}},
		{"nothing at all", 0, 0, nil, nil, 0, []asking{some(1), some(2)}, []int64{0, 0}},
		{"a promotion", 3000, 300, adjustments{promotion(600)}, nil, 0, []asking{some(1), some(2)}, []int64{900, 1800}},
		{"a fee", 3000, 300, adjustments{fee(30)}, nil, 3, []asking{some(1), some(2)}, []int64{1010, 2020}},
		{"free sending", 300, 600, adjustments{promotion(600)}, nil, 3, []asking{some(1), some(2)}, []int64{100, 200}},
		{"a promotion of the invoice", 3000, 300, nil, adjustments{promotion(600)}, 0, []asking{some(1), some(2)}, []int64{900, 1800}},
		{"free sending of the invoice", 300, 600, nil, adjustments{promotion(600)}, 0, []asking{some(1), some(2)}, []int64{100, 200}},
		{"a fee of the invoice", 3000, 0, nil, adjustments{fee(500)}, 0, []asking{some(3), flat(500)}, []int64{3000, 500}},
		{"never more than is left of the invoice", 3000, 0, nil, nil, 0, []asking{flat(1200), some(1), some(1), some(1)}, []int64{1200, 1000, 800, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			invoice := r.soldFor(money(tc.cost, nil, nil), money(tc.postage, nil, nil), tc.ofLine, tc.ofInvoice)
			r.send(invoice, tc.sent)
			var got []int64
			for _, asked := range tc.asked {
				got = append(got, r.lines(r.ask(invoice, asked(r.item(invoice))))[0].AmountCents)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

// A piece that is denied and asked for again comes to what it came to, and no cent is lost with it.
func TestADeniedPieceKeepsItsShare(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.soldFor(money(100, nil, nil), money(50, nil, nil), nil, nil)
	item := r.item(invoice)
	var sum int64
	var requests []*market.RefundRequest
	for range 3 {
		requests = append(requests, r.ask(invoice, pieces(item, 1)))
	}
	for _, i := range []int{1, 0, 2, 1} {
		r.walk(requests[i], "Deny")
		requests[i] = r.ask(invoice, pieces(item, 1))
	}
	for _, request := range requests {
		sum += r.walk(request, "Approve", "Refund").TotalCents
	}
	if sum != 150 || now(r.sales, invoice).RefundedCents != 150 {
		t.Errorf("%d went back of 150", sum)
	}
}

// Commission and tax go back with the goods, none of it twice and in the end all.
func TestCommissionAndTaxGoBack(t *testing.T) {
	t.Parallel()
	r := newRefunds(t) // the commission is 10 per cent
	for _, tc := range []struct {
		name          string
		cost, postage *market.MoneyAttributes
		sent          int64
		asked         []asking
		commission    []int64
		tax           []int64
		remittance    []int64
	}{
		{"all at once", money(3000, nil, new(20.0)), money(300, new(int64(50)), nil), 0, []asking{some(3)}, []int64{300}, []int64{550}, []int64{3000}},
		{"the last takes the rest", money(1005, new(int64(100)), nil), nil, 0, []asking{some(1), some(1), some(1)},
			[]int64{34, 33, 34}, []int64{33, 34, 33}, []int64{301, 302, 301}},
		{"no tax of the sending of sent pieces", money(3000, new(int64(300)), nil), money(300, new(int64(60)), nil), 3, []asking{some(1), some(2)},
			[]int64{100, 200}, []int64{100, 200}, []int64{900, 1800}},
		{"less, as agreed", money(3000, new(int64(300)), nil), nil, 0, []asking{some(1, each(500)), some(2)}, []int64{50, 200}, []int64{50, 200}, []int64{450, 1800}},
		{"nothing, as agreed", money(3000, new(int64(300)), nil), money(300, new(int64(60)), nil), 0, []asking{some(3, each(0))}, []int64{0}, []int64{0}, []int64{0}},
		{"never more tax than money", money(3000, nil, nil), money(300, new(int64(300)), nil), 1, []asking{some(1, dispatched, each(100)), some(1, undispatched, each(0))},
			[]int64{10, 0}, []int64{0, 0}, []int64{90, 0}},
		{"goods for nothing", money(0, nil, nil), money(300, new(int64(60)), nil), 0, []asking{some(3)}, []int64{0}, []int64{60}, []int64{300}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			invoice := r.soldFor(tc.cost, tc.postage, nil, nil)
			r.send(invoice, tc.sent)
			var commission, tax, remittance []int64
			for _, asked := range tc.asked {
				request := r.ask(invoice, asked(r.item(invoice)))
				line := r.lines(request)[0]
				commission, tax = append(commission, *line.CommissionAmountCents), append(tax, *line.TaxCents)
				r.walk(request, "Approve", "Return", "Refund")
			}
			for i, a := range rows[market.InvoiceAmendment](r.sales, market.Eq("invoice_id", invoice.Num)) {
				line := one[market.InvoiceAmendmentLineItem](r.sales, market.Eq("invoice_amendment_id", a.Num))
				if a.TaxCents != tax[i] || *line.TaxCents != tax[i] || *line.CommissionAmountCents != commission[i] {
					t.Errorf("amendment %+v of %+v", a, line)
				}
				remittance = append(remittance, a.RemittanceCents)
			}
			if diff := cmp.Diff(tc.commission, commission) + cmp.Diff(tc.tax, tax) + cmp.Diff(tc.remittance, remittance); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Where a promotion of the invoice leaves nothing to pay, the commission goes back with the pieces.
func TestCommissionOfWhatCostNothing(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.soldFor(money(3000, nil, nil), nil, nil, []market.AdjustmentAttributes{promotion(3000)})
	item := r.item(invoice)
	for _, tc := range []struct{ quantity, want int64 }{{1, 100}, {2, 200}} {
		request := r.walk(r.ask(invoice, pieces(item, tc.quantity)), "Approve", "Refund")
		if got := *r.lines(request)[0].CommissionAmountCents; got != tc.want || request.Status != market.RefundProcessed || *request.CashAmountCents != 0 {
			t.Errorf("%d pieces give back %d: %+v", tc.quantity, got, request)
		}
	}
}

// An amount without a line has neither commission nor tax, nor have lines of a seller without commission.
func TestWhatIsNotKnownIsNil(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	_, free := r.offer(r.sales.seller(nil), 1000, 10)
	invoice := r.paid(line(free, 1))
	lines := r.lines(r.ask(invoice, pieces(r.item(invoice), 1, each(900)), amount(10)))
	if lines[0].CommissionAmountCents != nil || *lines[0].TaxCents != 0 {
		t.Errorf("line = %+v", lines[0])
	}
	if l := lines[1]; l.CommissionAmountCents != nil || l.TaxCents != nil || l.LineItemID != nil || l.Dispatched != nil || l.Description != nil {
		t.Errorf("amount = %+v", l)
	}
}

// The amendment of a refund: a line for each of the request's, told apart into goods and sending.
func TestTheAmendmentOfARefund(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.soldFor(money(3000, nil, new(20.0)), money(100, nil, nil), nil, nil)
	r.send(invoice, 1)
	item := r.item(invoice)
	r.walk(r.ask(invoice, pieces(item, 1, undispatched, func(l *refundLine) { l.Reason = new("No longer needed") }), pieces(item, 1, dispatched), amount(5)),
		"Approve", "Return", "Refund")
	r.walk(r.ask(invoice, pieces(item, 1)), "Approve", "Refund")
	type amended struct {
		status         market.AmendmentLineStatus
		amount, total  int64
		dispatched     *bool
		commission     *int64
		rated, related bool
	}
	var got []amended
	for _, l := range r.amended(invoice) {
		got = append(got, amended{l.Status, l.AmountCents, l.TotalCents, l.Dispatched, l.CommissionAmountCents, l.TaxRate != nil, l.LineItemID != nil})
	}
	want := []amended{
		{"CANCELLED", 1000, 1033, new(false), new(int64(100)), true, true}, {"REFUNDED", 1000, 1000, new(true), new(int64(100)), true, true},
		{"REFUNDED", 5, 5, nil, nil, false, false}, {"CANCELLED", 1000, 1034, new(false), new(int64(100)), true, true},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(amended{})); diff != "" {
		t.Error(diff)
	}
	all := rows[market.InvoiceAmendment](r.sales, market.Eq("invoice_id", invoice.Num))
	if a := all[0]; a.TotalCents != 2038 || a.RemittanceCents != 1838 || a.TaxRate != nil || a.OrderID != invoice.OrderID || a.SellerID != r.seller.Num {
		t.Errorf("amendment = %+v", a)
	}
	if a := all[1]; a.TaxRate == nil || *a.TaxRate != 20 || *r.amended(invoice)[0].Reason != "No longer needed" {
		t.Errorf("amendment = %+v", a)
	}
	if got := now(r.sales, invoice); got.Totals != invoice.Totals || got.RefundedCents != 3072 {
		t.Errorf("invoice = %+v", got)
	}
}
