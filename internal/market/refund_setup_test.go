package market_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// refunds is a marketplace whose paid invoices are refunded.
type refunds struct {
	*sales
	seller  *market.Seller
	mine    market.Actor
	variant *market.Variant // a piece costs 1000 cents
	courier *market.ShipmentCarrier
}

func newRefunds(t testing.TB) *refunds {
	t.Helper()
	return newRefundsIn(newSales(t, market.PaymentPaid))
}

func newRefundsIn(s *sales) *refunds {
	r := &refunds{sales: s, seller: s.seller(new(10.0)), courier: s.carrier()}
	r.mine = market.Actor{Seller: r.seller.Num}
	_, r.variant = s.offer(r.seller, 1000, 1_000_000)
	return r
}

// paid is the paid invoice of an order of lines that one seller delivers in one way.
func (r *refunds) paid(lines ...market.LineItemAttributes) *market.Invoice {
	r.t.Helper()
	return one[market.Invoice](r.sales, market.Eq("order_id", r.place(lines...).Num))
}

// sold is the paid invoice of one line of three pieces, so many of which are sent.
func (r *refunds) sold(sent int64) *market.Invoice {
	r.t.Helper()
	invoice := r.paid(line(r.variant, 3))
	r.send(invoice, sent)
	return invoice
}

// items are the line items of an invoice as they are now.
func (r *refunds) items(invoice *market.Invoice) []*market.LineItem {
	r.t.Helper()
	return rows[market.LineItem](r.sales, market.Eq("invoice_id", invoice.Num))
}

// item is the only line item of an invoice as it is now.
func (r *refunds) item(invoice *market.Invoice) *market.LineItem {
	r.t.Helper()
	return one[market.LineItem](r.sales, market.Eq("invoice_id", invoice.Num))
}

// now is an entity as it is stored now.
func now[T any, P interface {
	*T
	market.Entity
}](s *sales, e *T) *T {
	s.t.Helper()
	return one[T](s, market.Eq("id", P(e).Ref().Num))
}

// sending is a shipment of pieces of an invoice's line items, in their order.
func (r *refunds) sending(invoice *market.Invoice, pieces ...int64) market.ShipmentCreate {
	r.t.Helper()
	in := market.ShipmentCreate{CarrierID: r.courier.ID(), DispatchedAt: salesNow, InvoiceID: invoice.ID(), TrackingNumber: "TN 1"}
	for i, l := range r.items(invoice) {
		if i < len(pieces) && pieces[i] > 0 {
			in.Items = append(in.Items, market.ShippedItemAttributes{LineItemID: l.ID(), Quantity: pieces[i]})
		}
	}
	return in
}

// send ships pieces; none are no shipment.
func (r *refunds) send(invoice *market.Invoice, pieces ...int64) {
	r.t.Helper()
	in := r.sending(invoice, pieces...)
	if len(in.Items) == 0 {
		return
	}
	if _, err := r.CreateShipment(context.Background(), operator, in); err != nil {
		r.t.Fatal(err)
	}
}

type refundLine = market.RefundLineAttributes

// pieces is a line of a refund of so many pieces of a line item, changed by the functions.
func pieces(item *market.LineItem, quantity int64, change ...func(*refundLine)) refundLine {
	l := refundLine{LineItemID: new(item.ID()), Quantity: quantity}
	for _, f := range change {
		f(&l)
	}
	return l
}

// amount is a line of a refund without a line item.
func amount(cents int64, change ...func(*refundLine)) refundLine {
	l := refundLine{AmountPerItemCents: &cents, Quantity: 1}
	for _, f := range change {
		f(&l)
	}
	return l
}

func dispatched(l *refundLine)   { l.Dispatched = new(true) }
func undispatched(l *refundLine) { l.Dispatched = new(false) }

// each sets what one piece comes to.
func each(cents int64) func(*refundLine) {
	return func(l *refundLine) { l.AmountPerItemCents = &cents }
}

// startingAs sets where a line of a refund starts.
func startingAs(status market.RefundLineStatus) func(*refundLine) {
	return func(l *refundLine) { l.Status = &status }
}

// ask asks for a refund, which must succeed.
func (r *refunds) ask(invoice *market.Invoice, lines ...refundLine) *market.RefundRequest {
	r.t.Helper()
	return must(r.CreateRefund(context.Background(), operator, market.RefundCreate{InvoiceID: invoice.ID(), LineItems: lines}))
}

// lines are the lines of a refund request as they are now.
func (r *refunds) lines(request *market.RefundRequest) []*market.RefundRequestLineItem {
	r.t.Helper()
	return rows[market.RefundRequestLineItem](r.sales, market.Eq("refund_request_id", request.Num))
}

// The steps of a refund request, by their names in the diagram.
var refundSteps = []string{"refundRequestApprove", "refundRequestDeny", "refundRequestReturn", "refundRequestRefund"}

// step takes a step of a refund request.
func (r *refunds) step(actor market.Actor, name string, request *market.RefundRequest) (*market.RefundRequest, error) {
	ctx := context.Background()
	switch name {
	case "refundRequestApprove":
		return r.ApproveRefund(ctx, actor, request.ID(), nil)
	case "refundRequestDeny":
		return r.DenyRefund(ctx, actor, request.ID(), nil)
	case "refundRequestReturn":
		return r.ReturnRefund(ctx, actor, request.ID(), market.RefundStep{})
	case "refundRequestRefund":
		return r.SettleRefund(ctx, actor, request.ID(), market.RefundSettlement{})
	}
	panic(name)
}

// walk takes steps, named by their last words, which must succeed.
func (r *refunds) walk(request *market.RefundRequest, steps ...string) *market.RefundRequest {
	r.t.Helper()
	for _, step := range steps {
		request = must(r.step(operator, "refundRequest"+step, request))
	}
	return request
}

// amended are the lines of all amendments of an invoice.
func (r *refunds) amended(invoice *market.Invoice) (lines []*market.InvoiceAmendmentLineItem) {
	r.t.Helper()
	for _, a := range rows[market.InvoiceAmendment](r.sales, market.Eq("invoice_id", invoice.Num)) {
		lines = append(lines, rows[market.InvoiceAmendmentLineItem](r.sales, market.Eq("invoice_amendment_id", a.Num))...)
	}
	return lines
}

// everything writes down all that is stored, of every kind.
func (s *sales) everything() string {
	s.t.Helper()
	var text strings.Builder
	err := s.store.Store.Run(context.Background(), func(tx market.Tx) error {
		text.Reset()
		for _, kind := range market.Kinds() {
			list := kind.NewList()
			if err := tx.Select(context.Background(), list, market.Query{Deleted: true}); err != nil {
				return fmt.Errorf("read every %s: %w", kind.Name, err)
			}
			row, err := json.Marshal(list)
			if err != nil {
				return err
			}
			fmt.Fprintf(&text, "%s: %s\n", kind.Name, strings.ReplaceAll(string(row), "},", "},\n"))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return text.String()
}

// refused checks that do is refused with a status and fields, and changes nothing at all.
func (s *sales) refused(t *testing.T, status int, fields []string, do func() (any, error)) {
	t.Helper()
	before := s.everything()
	s.store.take()
	made, err := do()
	if got, of := refusal(t, err); got != status || !slices.Equal(of, fields) {
		t.Errorf("%d %v, want %d %v: %v", got, of, status, fields, err)
	}
	if changes := s.store.take(); len(changes) > 0 || made != nil {
		t.Errorf("what was refused made %v and changes: %v", made, changes)
	}
	if diff := cmp.Diff(before, s.everything()); diff != "" {
		t.Errorf("what was refused left traces:\n%s", diff)
	}
}
