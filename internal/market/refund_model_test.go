package market_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// modelLine is a line item as the test believes it to be.
type modelLine struct {
	num                                int64
	quantity                           int64
	sent, withdrawn, recalled, settled int64
	claimed, given                     int64 // cents, and commission
	goods, sending, total              int64 // what was paid, and what the line comes to
	restocked                          int64
}

func (l *modelLine) unsent() int64     { return l.quantity - l.sent - l.withdrawn }
func (l *modelLine) returnable() int64 { return l.sent - l.recalled }

// modelAsk is a line of a refund request as the test believes it to be.
type modelAsk struct {
	line     *modelLine // nil for an amount without a line
	sent     bool
	quantity int64
	cents    int64
	status   market.RefundLineStatus
	returned bool
}

type modelRequest struct {
	request *market.RefundRequest
	asks    []*modelAsk
	status  market.RefundStatus
}

// refundModel is an invoice as the test believes it to be, and as it is stored.
type refundModel struct {
	*refunds
	invoice  *market.Invoice // as it was sold
	lines    []*modelLine
	requests []*modelRequest
	// was is the invoice's status after the step before, moves those that docs/states.md draws.
	was   market.InvoiceStatus
	moves []string
	// free is what was taken back or asked for without a line, settled what went back to the buyer.
	free, settled int64
	// fees are those of the invoice as a whole, which no piece has a share of.
	fees int64
	// haggles says that amounts are agreed which are not the pieces' shares.
	haggles bool
	stock   map[int64]int64 // of the variants, before the order
	stored  refundSnapshot
}

// refundSnapshot is what is stored of an invoice, read at once.
type refundSnapshot struct {
	invoice  *market.Invoice
	items    []*market.LineItem
	requests []*market.RefundRequest
	lines    []*market.RefundRequestLineItem
	variants []*market.Variant
}

// read reads what is stored now.
func (m *refundModel) read(t *rapid.T) {
	err := m.store.Store.Run(context.Background(), func(tx market.Tx) error {
		m.stored = refundSnapshot{}
		var invoices []*market.Invoice
		ofInvoice := market.Eq("invoice_id", m.invoice.Num)
		for _, read := range []struct {
			dest  any
			where market.Cond
		}{
			{&invoices, market.Eq("id", m.invoice.Num)}, {&m.stored.items, ofInvoice}, {&m.stored.requests, ofInvoice}, {&m.stored.lines, ofInvoice},
			{&m.stored.variants, market.In("id", slices.Collect(maps.Keys(m.stock)))},
		} {
			if err := tx.Select(context.Background(), read.dest, market.Query{Where: []market.Cond{read.where}}); err != nil {
				return err
			}
		}
		m.stored.invoice = invoices[0]
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// linesOf are the stored lines of a request, as they were read last.
func (m *refundModel) linesOf(q *modelRequest) (lines []*market.RefundRequestLineItem) {
	for _, l := range m.stored.lines {
		if l.RefundRequestID == q.request.Num {
			lines = append(lines, l)
		}
	}
	return lines
}

// Whatever is asked for, denied, approved, returned, refunded, amended and sent
// of whatever invoice: no piece and no cent goes back twice or gets lost.
func TestRefundsKeepTheirPromises(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	rates := []*float64{nil, new(0.0), new(8.7), new(33.333)}
	var variants []*market.Variant
	for _, rate := range rates {
		seller := r.sales.seller(rate)
		for range 3 {
			_, v := r.offer(seller, 1000, 1_000_000)
			variants = append(variants, v)
		}
	}
	moves := arrows(t, "Invoice", false)
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, r, variants)
		m.moves = moves
		steps := []func(*rapid.T){m.ask, m.ask, m.decide, m.bringBack, m.payBack, m.amend, m.send}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			rapid.SampledFrom(steps).Draw(t, "step")(t)
			m.check(t)
		}
		m.end(t)
	})
}

// drawModel places an order of lines of one seller.
func drawModel(t *rapid.T, r *refunds, variants []*market.Variant) *refundModel {
	m := &refundModel{refunds: r, haggles: rapid.Bool().Draw(t, "haggles"), stock: map[int64]int64{}}
	offered := variants[3*rapid.IntRange(0, len(variants)/3-1).Draw(t, "seller"):]
	delivery := rapid.SampledFrom([]market.DeliveryType{market.BuyOnline, market.BuyOnline, market.NoDispatch}).Draw(t, "delivery")
	var in market.InvoiceAttributes
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		l := line(offered[i], rapid.Int64Range(1, 5).Draw(t, "quantity"))
		l.DeliveryType = &delivery
		l.Cost = money(rapid.Int64Range(0, 400).Draw(t, "cost"), nil, new(float64(rapid.IntRange(0, 25).Draw(t, "tax rate"))))
		l.Postage = money(rapid.Int64Range(0, 120).Draw(t, "postage"), nil, new(20.0))
		l.Adjustments = drawAdjustments(60).Draw(t, "adjustments")
		in.LineItems = append(in.LineItems, l)
		m.stock[offered[i].Num] = r.stock(offered[i])
	}
	in.Adjustments = drawAdjustments(100).Draw(t, "adjustments of the invoice")
	order, err := r.CreateOrder(context.Background(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{in}})
	if err != nil {
		t.Skip("a promotion is more than there is to take it off")
	}
	m.invoice = one[market.Invoice](r.sales, market.Eq("order_id", order.Num))
	m.reckonPaid()
	m.was = m.invoice.Status
	return m
}

// reckonPaid works out what was paid for each line, in another way than the rules: cent by cent.
func (m *refundModel) reckonPaid() {
	off := map[int64][2]int64{}
	for _, a := range rows[market.Adjustment](m.sales, market.Eq("invoice_id", m.invoice.Num)) {
		if a.AppliesTo == nil {
			if a.LineItemID == nil {
				m.fees += a.AmountCents
			}
			continue
		}
		line := market.Opt[int64]{Value: a.LineItemID}.Or(0)
		sums := off[line]
		if *a.AppliesTo == market.AppliesToShipping {
			sums[1] += a.AmountCents
		} else {
			sums[0] += a.AmountCents
		}
		off[line] = sums
	}
	var goods, sending []int64
	for _, l := range m.items(m.invoice) {
		m.lines = append(m.lines, &modelLine{num: l.Num, quantity: l.Quantity, total: l.TotalCents})
		sending = append(sending, l.PostageCents+off[l.Num][1])
		goods = append(goods, l.TotalCents-l.PostageCents-off[l.Num][1])
	}
	goods, sending = spread(goods, off[0][0]), spread(sending, off[0][1])
	for i, l := range m.lines {
		l.goods, l.sending = goods[i], sending[i]
	}
}

// spread takes off from amounts, each its part, rounded so that the sum is right.
func spread(amounts []int64, off int64) []int64 {
	var all, so, done int64
	for _, a := range amounts {
		all += a
	}
	out := slices.Clone(amounts)
	for i, a := range amounts {
		so += a
		if all > 0 {
			upTo := (2*so*(all+off) + all) / (2 * all)
			out[i], done = upTo-done, upTo
		}
	}
	return out
}

// total is what the buyer paid.
func (m *refundModel) total() int64 { return m.invoice.TotalCents + m.invoice.AdjustmentsCents }

// left is what is neither taken back nor asked for.
func (m *refundModel) left() int64 {
	left := m.total() - m.free
	for _, l := range m.lines {
		left -= l.claimed
	}
	return left
}
