package market_test

import (
	"context"
	"errors"
	"slices"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// drawWish draws a line of the invoice, or none, with pieces of it.
func (m *refundModel) drawWish(t *rapid.T) (line *modelLine, quantity int64, cents *int64) {
	line = rapid.SampledFrom(m.lines).Draw(t, "line")
	quantity = rapid.Int64Range(1, 4).Draw(t, "quantity")
	if m.haggles && rapid.IntRange(0, 3).Draw(t, "no line") == 0 {
		line = nil
	}
	if line == nil || m.haggles && rapid.IntRange(0, 2).Draw(t, "haggle") == 0 {
		cents = new(rapid.Int64Range(0, 150).Draw(t, "cents of a piece"))
	}
	return line, quantity, cents
}

// choose predicts which pieces a wish gets, and whether it gets them.
func choose(line *modelLine, quantity int64, sent *bool) (gets, ok bool) {
	switch {
	case line == nil:
		return false, true
	case sent != nil && *sent:
		return true, quantity <= line.returnable()
	case sent != nil:
		return false, quantity <= line.unsent()
	case quantity <= line.unsent():
		return false, true
	}
	return true, quantity <= line.returnable()
}

// affordable predicts whether an agreed sum is left.
func (m *refundModel) affordable(line *modelLine, cents int64) bool {
	return cents <= m.left() && (line == nil || cents <= line.total-line.claimed)
}

// open reports whether anything can be asked for.
func (m *refundModel) open() bool {
	return m.was != market.InvoiceCancelled && m.was != market.InvoiceRefunded
}

// draftAsk draws a line of a refund, and predicts what becomes of it.
func (m *refundModel) draftAsk(t *rapid.T, returned bool) (refundLine, *modelAsk) {
	line, quantity, cents := m.drawWish(t)
	in := refundLine{Quantity: quantity, AmountPerItemCents: cents}
	ask := &modelAsk{line: line, quantity: quantity, status: market.RefundLineAccepted}
	var sent *bool
	if line != nil {
		in.LineItemID = new(market.Ref{Type: "LineItem", Num: line.num}.ID())
		if rapid.Bool().Draw(t, "dispatched given") {
			sent = new(rapid.Bool().Draw(t, "dispatched"))
		}
		if returned {
			ask.returned, sent = true, new(m.invoice.DeliveryType == market.BuyOnline)
		}
		in.Dispatched = sent
	}
	var ok bool
	if ask.sent, ok = choose(line, quantity, sent); !ok || cents != nil && !m.affordable(line, *cents*quantity) {
		return in, nil
	}
	return in, ask
}

// accept counts what a request has taken, whose amounts are those that the rules chose.
func (m *refundModel) accept(ask *modelAsk, line *market.RefundRequestLineItem) {
	ask.cents, ask.status = line.AmountCents, line.Status
	m.claim(ask.line, ask.sent, ask.quantity, ask.cents, market.Opt[int64]{Value: line.CommissionAmountCents}.Or(0))
}

func (m *refundModel) claim(line *modelLine, sent bool, quantity, cents, commission int64) {
	if line == nil {
		m.free += cents
		return
	}
	line.claimed += cents
	line.given += commission
	if sent {
		line.recalled += quantity
	} else {
		line.withdrawn += quantity
	}
}

// outcome checks that a call did what was predicted.
func outcome(t *rapid.T, what string, err error, predicted bool) {
	var invalid *market.Invalid
	switch {
	case err == nil && !predicted:
		t.Fatalf("%s was not refused", what)
	case err != nil && !errors.As(err, &invalid):
		t.Fatalf("%s: %v", what, err)
	case err != nil && predicted:
		t.Fatalf("%s was refused: %v", what, err)
	}
}

func (m *refundModel) ask(t *rapid.T) {
	in, ask := m.draftAsk(t, false)
	predicted := ask != nil && m.open()
	if predicted {
		starts := []market.RefundLineStatus{market.RefundLinePending, market.RefundLineAccepted}
		if ask.sent && ask.line != nil {
			starts = append(starts, market.RefundLineAwaitingReturn)
		}
		in.Status = new(rapid.SampledFrom(starts).Draw(t, "start"))
		if *in.Status == market.RefundLineAwaitingReturn {
			in.Dispatched = new(true)
		}
	}
	request, err := m.CreateRefund(context.Background(), operator, market.RefundCreate{InvoiceID: m.invoice.ID(), LineItems: []refundLine{in}})
	outcome(t, "asking", err, predicted)
	if !predicted {
		return
	}
	made := &modelRequest{request: request, status: market.RefundAccepted}
	if *in.Status == market.RefundLinePending {
		made.status = market.RefundAwaiting
	}
	m.added(t, made, []*modelAsk{ask})
	m.requests = append(m.requests, made)
}

// drawRequest draws a request; nil where there is none.
func (m *refundModel) drawRequest(t *rapid.T) *modelRequest {
	if len(m.requests) == 0 {
		return nil
	}
	return rapid.SampledFrom(m.requests).Draw(t, "request")
}

func (m *refundModel) decide(t *rapid.T) {
	q := m.drawRequest(t)
	if q == nil {
		return
	}
	predicted := q.status == market.RefundAwaiting
	if rapid.Bool().Draw(t, "approve") {
		_, err := m.ApproveRefund(context.Background(), operator, q.request.ID(), nil)
		outcome(t, "approving", err, predicted)
		if predicted {
			q.approve()
		}
		return
	}
	_, err := m.DenyRefund(context.Background(), operator, q.request.ID(), nil)
	outcome(t, "denying", err, predicted)
	if !predicted {
		return
	}
	q.status = market.RefundDenied
	for i, line := range m.linesOf(q) {
		a := q.asks[i]
		m.claim(a.line, a.sent, -a.quantity, -a.cents, -market.Opt[int64]{Value: line.CommissionAmountCents}.Or(0))
		a.status = market.RefundLineDenied
	}
}

func (q *modelRequest) approve() {
	q.status = market.RefundAccepted
	for _, a := range q.asks {
		a.status = market.RefundLineAccepted
		if a.sent {
			a.status = market.RefundLineAwaitingReturn
		}
	}
}

// besides draws what a step adds to a request.
func (m *refundModel) besides(t *rapid.T, returned bool) (in []refundLine, asks []*modelAsk, ok bool) {
	if rapid.IntRange(0, 2).Draw(t, "besides") > 0 {
		return nil, nil, true
	}
	line, ask := m.draftAsk(t, returned)
	return []refundLine{line}, []*modelAsk{ask}, ask != nil
}

// added takes over what a step has added to a request.
func (m *refundModel) added(t *rapid.T, q *modelRequest, asks []*modelAsk) {
	m.read(t)
	stored := m.linesOf(q)
	for i, a := range asks {
		m.accept(a, stored[len(q.asks)+i])
	}
	q.asks = append(q.asks, asks...)
}

func (m *refundModel) bringBack(t *rapid.T) {
	q := m.drawRequest(t)
	if q == nil {
		return
	}
	in, asks, ok := m.besides(t, true)
	predicted := ok && q.status == market.RefundAccepted
	_, err := m.ReturnRefund(context.Background(), operator, q.request.ID(), market.RefundStep{NewLineItems: in})
	outcome(t, "returning", err, predicted)
	if predicted {
		q.bringBack()
		m.added(t, q, asks)
	}
}

func (q *modelRequest) bringBack() {
	q.status = market.RefundReturned
	for _, a := range q.asks {
		if a.status == market.RefundLineAwaitingReturn {
			a.status, a.returned = market.RefundLineAccepted, true
		}
	}
}

func (m *refundModel) payBack(t *rapid.T) {
	q := m.drawRequest(t)
	if q == nil {
		return
	}
	in, asks, ok := m.besides(t, false)
	awaits := slices.ContainsFunc(q.asks, func(a *modelAsk) bool { return a.status == market.RefundLineAwaitingReturn })
	predicted := ok && !awaits && (q.status == market.RefundAccepted || q.status == market.RefundReturned)
	_, err := m.SettleRefund(context.Background(), operator, q.request.ID(), market.RefundSettlement{RefundStep: market.RefundStep{NewLineItems: in}})
	outcome(t, "refunding", err, predicted)
	if predicted {
		m.added(t, q, asks)
		m.paidBack(q)
	}
}

func (m *refundModel) paidBack(q *modelRequest) {
	var total int64
	for _, a := range q.asks {
		a.status = market.RefundLineRefunded
		total += a.cents
		a.line.settle(a.quantity, !a.sent || a.returned)
	}
	m.settled += total
	q.status = market.RefundRefunded
	if total == 0 {
		q.status = market.RefundProcessed
	}
}

func (l *modelLine) settle(quantity int64, back bool) {
	if l == nil {
		return
	}
	l.settled += quantity
	if back {
		l.restocked += quantity
	}
}

func (m *refundModel) amend(t *rapid.T) {
	line, quantity, cents := m.drawWish(t)
	in := market.AmendmentLineAttributes{Quantity: quantity, Status: market.AmendmentRefunded}
	if line != nil {
		in.LineItemID = new(market.Ref{Type: "LineItem", Num: line.num}.ID())
		in.Status = rapid.SampledFrom([]market.AmendmentLineStatus{market.AmendmentRefunded, market.AmendmentCancelled}).Draw(t, "status")
	}
	if cents != nil {
		in.AmountCents = new(*cents * quantity)
	}
	sent := in.Status == market.AmendmentRefunded
	_, ok := choose(line, quantity, &sent)
	predicted := ok && m.open() && (cents == nil || m.affordable(line, *in.AmountCents))
	made, err := m.CreateAmendment(context.Background(), operator, market.AmendmentCreate{InvoiceID: m.invoice.ID(), LineItems: []market.AmendmentLineAttributes{in}})
	outcome(t, "amending", err, predicted)
	if predicted {
		m.claim(line, sent, quantity, made.TotalCents, m.commissionOf(made))
		line.settle(quantity, !sent)
		m.settled += made.TotalCents
	}
}

// commissionOf is what goes back of the commission with an amendment.
func (m *refundModel) commissionOf(made *market.InvoiceAmendment) (cents int64) {
	for _, l := range rows[market.InvoiceAmendmentLineItem](m.sales, market.Eq("invoice_amendment_id", made.Num)) {
		cents += market.Opt[int64]{Value: l.CommissionAmountCents}.Or(0)
	}
	return cents
}

func (m *refundModel) send(t *rapid.T) {
	line := rapid.SampledFrom(m.lines).Draw(t, "line")
	quantity := rapid.Int64Range(1, 4).Draw(t, "quantity")
	predicted := m.invoice.DeliveryType == market.BuyOnline && quantity <= line.unsent()
	_, err := m.CreateShipment(context.Background(), operator, market.ShipmentCreate{
		CarrierID: m.courier.ID(), DispatchedAt: salesNow, InvoiceID: m.invoice.ID(), TrackingNumber: "TN",
		Items: []market.ShippedItemAttributes{{LineItemID: market.Ref{Type: "LineItem", Num: line.num}.ID(), Quantity: quantity}},
	})
	outcome(t, "sending", err, predicted)
	if predicted {
		line.sent += quantity
	}
}
