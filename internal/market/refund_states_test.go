package market_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// arrows reads a diagram of docs/states.md: its arrows, as "A B" or, named, "A B: step", sorted.
func arrows(t *testing.T, section string, named bool) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	diagram := regexp.MustCompile("(?s)## " + section + "\n.*?```mermaid\n(.*?)```").FindSubmatch(text)
	if diagram == nil {
		t.Fatalf("docs/states.md has no diagram of %q", section)
	}
	var drawn []string
	for _, arrow := range regexp.MustCompile(`(\w+) --> (\w+)(?:: (\w+))?`).FindAllSubmatch(diagram[1], -1) {
		text := fmt.Sprintf("%s %s", arrow[1], arrow[2])
		if named {
			text = fmt.Sprintf("%s: %s", text, arrow[3])
		}
		drawn = append(drawn, text)
	}
	slices.Sort(drawn)
	return drawn
}

var refundStatuses = []market.RefundStatus{
	market.RefundAwaiting, market.RefundAccepted, market.RefundReturned, market.RefundRefunded, market.RefundProcessed, market.RefundDenied,
}

// requestIn is a request in a status, for three pieces of which one is not sent, or for nothing where it is PROCESSED.
func (r *refunds) requestIn(status market.RefundStatus) *market.RefundRequest {
	r.t.Helper()
	invoice := r.sold(2)
	item := r.item(invoice)
	lines := []refundLine{pieces(item, 2, dispatched), pieces(item, 1, undispatched), amount(0)}
	steps := map[market.RefundStatus][]string{
		market.RefundAwaiting: nil, market.RefundAccepted: {"Approve"}, market.RefundReturned: {"Approve", "Return"},
		market.RefundRefunded: {"Approve", "Return", "Refund"}, market.RefundProcessed: {"Approve", "Refund"}, market.RefundDenied: {"Deny"},
	}
	if status == market.RefundProcessed {
		lines = lines[2:]
	}
	request := r.walk(r.ask(invoice, lines...), steps[status]...)
	if request.Status != status {
		r.t.Fatalf("the request is %s, want %s", request.Status, status)
	}
	return request
}

// Every step in every status: it moves the request as the diagram says, or is refused and changes nothing.
func TestEveryStepOfARefund(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	drawn := arrows(t, "Refund request", true)
	var seen []string
	for _, from := range refundStatuses {
		for _, step := range refundSteps {
			request := r.requestIn(from)
			if from == market.RefundAccepted && step == "refundRequestRefund" {
				r.refused(t, 422, []string{"refund_request_id"}, func() (any, error) { return none(r.step(r.mine, step, request)) })
				request = r.walk(r.ask(r.sold(0), amount(100)), "Approve")
			}
			if !slices.ContainsFunc(drawn, func(a string) bool { return regexp.MustCompile(fmt.Sprintf(`^%s \w+: %s$`, from, step)).MatchString(a) }) {
				r.refused(t, 422, []string{"refund_request_id"}, func() (any, error) { return none(r.step(r.mine, step, request)) })
				continue
			}
			moved := must(r.step(r.mine, step, request))
			seen = append(seen, fmt.Sprintf("%s %s: %s", from, moved.Status, step))
			if got := now(r.sales, moved).Status; got != moved.Status || !slices.Contains(from.NextStatuses(), got) {
				t.Errorf("%s by %s: %s is stored, %s returned", from, step, got, moved.Status)
			}
		}
	}
	for _, from := range []market.RefundStatus{market.RefundAccepted, market.RefundReturned} {
		request := r.walk(r.ask(r.sold(0), amount(0)), "Approve")
		if from == market.RefundReturned {
			r.walk(request, "Return")
		}
		seen = append(seen, fmt.Sprintf("%s %s: refundRequestRefund", from, r.walk(request, "Refund").Status))
	}
	slices.Sort(seen)
	if diff := cmp.Diff(seen, drawn); diff != "" {
		t.Errorf("code and docs/states.md differ:\n%s", diff)
	}
}

func TestNextStatusesOfARefundAreDrawn(t *testing.T) {
	t.Parallel()
	var coded []string
	for _, from := range append(refundStatuses, market.RefundDeniedLine) {
		for _, to := range from.NextStatuses() {
			coded = append(coded, fmt.Sprint(from, " ", to))
		}
	}
	slices.Sort(coded)
	if diff := cmp.Diff(coded, arrows(t, "Refund request", false)); diff != "" {
		t.Errorf("code and docs/states.md differ:\n%s", diff)
	}
}

// Every kind of line with every step: where it goes is what the diagram draws.
func TestEveryStepOfARefundLine(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	kinds := map[string]func(*market.LineItem) refundLine{
		"sent":   func(l *market.LineItem) refundLine { return pieces(l, 1, dispatched) },
		"unsent": func(l *market.LineItem) refundLine { return pieces(l, 1, undispatched) },
		"amount": func(*market.LineItem) refundLine { return amount(5) },
		"awaiting": func(l *market.LineItem) refundLine {
			return pieces(l, 1, dispatched, startingAs(market.RefundLineAwaitingReturn))
		},
		"accepted": func(l *market.LineItem) refundLine {
			return pieces(l, 1, dispatched, startingAs(market.RefundLineAccepted))
		},
	}
	var seen []string
	for kind, of := range kinds {
		for _, walk := range [][]string{{"Approve", "Return", "Refund"}, {"Approve", "Refund"}, {"Deny"}, {"Return", "Refund"}, {"Refund"}} {
			for _, beside := range []bool{false, true} { // a line beside it awaits a decision
				invoice := r.sold(2)
				item := r.item(invoice)
				in := []refundLine{of(item)}
				if beside {
					in = append(in, amount(1))
				}
				request := r.ask(invoice, in...)
				for _, step := range walk {
					before := r.lines(request)[0].Status
					if _, err := r.step(operator, "refundRequest"+step, request); err != nil {
						continue
					}
					if after := r.lines(request)[0].Status; after != before {
						seen = append(seen, fmt.Sprintf("%s %s: refundRequest%s", before, after, step))
					} else if kind != "awaiting" && kind != "accepted" && step == "Approve" {
						t.Errorf("%s: approval left the line %s", kind, after)
					}
				}
			}
		}
	}
	slices.Sort(seen)
	if diff := cmp.Diff(slices.Compact(seen), arrows(t, "Line of a refund request", true)); diff != "" {
		t.Errorf("code and docs/states.md differ:\n%s", diff)
	}
}

// What one step makes of the request, its lines, the line item and the invoice.
func TestARefundFromBeginToEnd(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(2)
	item := r.item(invoice)
	note := func(texts ...string) market.RefundStep { return market.RefundStep{Notes: texts} }
	request := must(r.CreateRefund(t.Context(), r.mine, market.RefundCreate{
		InvoiceID: invoice.ID(), Notes: []string{"please", ""},
		LineItems: []refundLine{
			pieces(item, 1, undispatched), pieces(item, 1, dispatched, func(l *refundLine) { l.Reason, l.Notes = new("Faulty"), []string{"the handle"} }),
		},
	}))
	for _, step := range []struct {
		name   string
		do     func() error
		status market.RefundStatus
		lines  []market.RefundLineStatus
		agreed *int64
		flags  []market.InvoiceStatusFlag
		// counts of the line item: awaiting dispatch, returnable, settled
		counts [3]int64
	}{
		{"asked", func() error { return nil }, "AWAITING", []market.RefundLineStatus{"PENDING_APPROVAL", "PENDING_APPROVAL"}, nil, []market.InvoiceStatusFlag{"PAID", "SENT"}, [3]int64{0, 1, 0}},
		{"approved", func() error { _, err := r.ApproveRefund(t.Context(), operator, request.ID(), new("fine")); return err }, "REFUND_ACCEPTED",
			[]market.RefundLineStatus{"REFUND_ACCEPTED", "AWAITING_RETURN"}, new(int64(2000)), []market.InvoiceStatusFlag{"PAID", "SENT", "AWAITING_RETURN", "AWAITING_REFUND"}, [3]int64{0, 1, 0}},
		{"returned", func() error {
			_, err := r.ReturnRefund(t.Context(), operator, request.ID(), note("all there"))
			return err
		}, "RETURNED",
			[]market.RefundLineStatus{"REFUND_ACCEPTED", "REFUND_ACCEPTED"}, new(int64(2000)), []market.InvoiceStatusFlag{"PAID", "SENT", "AWAITING_REFUND"}, [3]int64{0, 1, 0}},
		{"refunded", func() error {
			_, err := r.SettleRefund(t.Context(), operator, request.ID(), market.RefundSettlement{RefundStep: note(" "), CashAmountCents: new(int64(1500))})
			return err
		}, "REFUNDED", []market.RefundLineStatus{"REFUNDED", "REFUNDED"}, new(int64(2000)), []market.InvoiceStatusFlag{"PAID", "SENT", "REFUNDED"}, [3]int64{0, 1, 2}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got, line := now(r.sales, request), r.item(invoice)
		var lines []market.RefundLineStatus
		for _, l := range r.lines(request) {
			lines = append(lines, l.Status)
		}
		if got.Status != step.status || !slices.Equal(lines, step.lines) || got.RequestValueCents != 2000 || got.TotalCents != 2000 || !cmp.Equal(got.RefundAmountCents, step.agreed) {
			t.Errorf("%s: %+v with lines %v", step.name, got, lines)
		}
		if flags := now(r.sales, invoice).StatusFlags(); !slices.Equal(flags, step.flags) {
			t.Errorf("%s: the invoice is %v, want %v", step.name, flags, step.flags)
		}
		if counts := [3]int64{*line.QuantityAwaitingDispatch(), line.QuantityReturnable(), line.SettledCount}; counts != step.counts || line.Status != market.LineAllocated {
			t.Errorf("%s: the line is %s with %v, want %v", step.name, line.Status, counts, step.counts)
		}
	}
	end := now(r.sales, request)
	if *end.CashAmountCents != 1500 || !end.RefundedAt.Equal(salesNow) || end.InitiatedBy != market.RefundBySeller || end.SellerID != r.seller.Num || end.OrderID != invoice.OrderID {
		t.Errorf("request = %+v", end)
	}
	line := r.lines(request)[1]
	if *line.Reason != "Faulty" || *line.Description != "Brass lantern" || !*line.Dispatched || !line.Returned || line.AmountPerItemCents() != 1000 {
		t.Errorf("line = %+v", line)
	}
	var notes []string
	for _, n := range rows[market.RefundRequestNote](r.sales, market.Eq("refund_request_id", request.Num)) {
		notes = append(notes, fmt.Sprint(n.RefundRequestLineItemID != nil, " ", n.NewStatus, " ", market.Opt[string]{Value: n.Note}.Or("-")))
	}
	want := []string{"true PENDING_APPROVAL the handle", "false AWAITING please", "false AWAITING -", "false REFUND_ACCEPTED fine", "false RETURNED all there", "false REFUNDED -"}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notes:\n%s", diff)
	}
}

// A denied request gives back all that it took, so that it can be asked for again, or sent.
func TestADeniedRefundGivesBackWhatItTook(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(1)
	before, item := now(r.sales, invoice), r.item(invoice)
	wish := []refundLine{pieces(item, 2), pieces(item, 1), amount(0)}
	request := r.ask(invoice, wish...)
	if got := now(r.sales, invoice).Status; got != market.InvoiceSent {
		t.Errorf("with nothing left to send the invoice is %s", got)
	}
	denied := must(r.DenyRefund(t.Context(), operator, request.ID(), []string{"", "too late", "really"}))
	if denied.TotalCents != 0 || denied.RequestValueCents != 3000 || denied.RefundAmountCents != nil {
		t.Errorf("request = %+v", denied)
	}
	for _, line := range r.lines(request) {
		if *line.DenyRefundReason != "too late" || line.Status != market.RefundLineDenied {
			t.Errorf("line = %+v", line)
		}
	}
	after, again := now(r.sales, invoice), r.item(invoice)
	after.UpdatedAt, again.UpdatedAt = before.UpdatedAt, item.UpdatedAt
	if diff := cmp.Diff(before, after) + cmp.Diff(item, again); diff != "" {
		t.Errorf("a denied request left traces:\n%s", diff)
	}
	r.send(invoice, 1)
	r.ask(invoice, pieces(item, 2), pieces(item, 1))
}

// Lines that are added to a request when it returns or is refunded.
func TestLinesThatComeBesides(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(2)
	item := r.item(invoice)
	request := r.walk(r.ask(invoice, pieces(item, 1, dispatched)), "Approve")
	returned := must(r.ReturnRefund(t.Context(), r.mine, request.ID(), market.RefundStep{NewLineItems: []refundLine{
		pieces(item, 1, func(l *refundLine) { l.Notes = []string{"came along"} }), amount(50),
	}}))
	if returned.RequestValueCents != 2050 || returned.TotalCents != 2050 || *returned.RefundAmountCents != 2050 {
		t.Errorf("returned = %+v", returned)
	}
	for i, l := range r.lines(request) {
		if l.Status != market.RefundLineAccepted || l.Returned != (i < 2) || i < 2 && !*l.Dispatched {
			t.Errorf("line %d = %+v", i, l)
		}
	}
	settled := must(r.SettleRefund(t.Context(), operator, request.ID(), market.RefundSettlement{RefundStep: market.RefundStep{
		NewLineItems: []refundLine{pieces(item, 1)},
	}}))
	if settled.TotalCents != 3050-50 || settled.Status != market.RefundRefunded {
		t.Errorf("settled = %+v, want what was paid", settled)
	}
	lines := r.lines(request)
	if last := lines[3]; last.Status != market.RefundLineRefunded || *last.Dispatched || last.AmountCents != 950 {
		t.Errorf("what came last = %+v", last)
	}
	if got := now(r.sales, invoice).Status; got != market.InvoiceRefunded || r.item(invoice).Status != market.LineRefunded {
		t.Errorf("the invoice is %s", got)
	}
	if got := r.stock(r.variant); got != 1_000_000 {
		t.Errorf("stock = %d, want all pieces back", got)
	}
}

// Where a request starts follows from its lines; who asked, from the key.
func TestHowARefundStarts(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for _, tc := range []struct {
		name   string
		lines  func(*market.LineItem) []refundLine
		status market.RefundStatus
		agreed *int64
	}{
		{"pending", func(l *market.LineItem) []refundLine {
			return []refundLine{pieces(l, 1), amount(7, startingAs(market.RefundLineAccepted))}
		}, market.RefundAwaiting, nil},
		{"agreed", func(l *market.LineItem) []refundLine {
			return []refundLine{pieces(l, 1, startingAs(market.RefundLineAccepted))}
		}, market.RefundAccepted, new(int64(1000))},
		{"to be returned", func(l *market.LineItem) []refundLine {
			return []refundLine{pieces(l, 2, startingAs(market.RefundLineAwaitingReturn))}
		}, market.RefundAccepted, new(int64(2000))},
	} {
		invoice := r.sold(2)
		request := r.ask(invoice, tc.lines(r.item(invoice))...)
		if request.Status != tc.status || !cmp.Equal(request.RefundAmountCents, tc.agreed) || request.InitiatedBy != market.RefundByAdmin {
			t.Errorf("%s: %+v", tc.name, request)
		}
	}
	for _, by := range []market.RefundInitiator{market.RefundBySeller, market.RefundByBuyer} {
		request := must(r.CreateRefund(t.Context(), r.mine, market.RefundCreate{InvoiceID: r.sold(0).ID(), InitiatedBy: &by, LineItems: []refundLine{amount(1)}}))
		if request.InitiatedBy != by {
			t.Errorf("a refund by %s is by %s", by, request.InitiatedBy)
		}
	}
}

// Without a word about it, pieces that were not sent are taken before those that were.
func TestWhichPiecesAreTaken(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for _, tc := range []struct {
		name     string
		sent     int64
		quantity int64
		is       bool
	}{{"none sent", 0, 3, false}, {"enough unsent", 1, 2, false}, {"not enough unsent", 2, 2, true}, {"all sent", 3, 1, true}} {
		invoice := r.sold(tc.sent)
		line := r.lines(r.ask(invoice, pieces(r.item(invoice), tc.quantity)))[0]
		if *line.Dispatched != tc.is {
			t.Errorf("%s: dispatched = %v", tc.name, *line.Dispatched)
		}
	}
	invoice := r.sold(1)
	item := r.item(invoice)
	if lines := r.lines(r.ask(invoice, pieces(item, 2), pieces(item, 1))); *lines[0].Dispatched || !*lines[1].Dispatched {
		t.Errorf("lines = %+v and %+v", lines[0], lines[1])
	}
}
