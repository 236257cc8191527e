package market_test

import (
	"errors"
	"testing"

	"crier/internal/market"
)

// A database that goes away at any call of a refund, an amendment or a return
// ends it with that error, with nothing returned and nothing changed.
func TestNoFaultOfARefundIsSwallowed(t *testing.T) {
	t.Parallel()
	r, ctx := newRefunds(t), t.Context()
	pairs := []market.Pair{{Key: "shop", Value: new("1")}}
	invoice := r.sold(1)
	item := r.item(invoice)
	marked := func(l *refundLine) { l.ExternalIDs, l.Metadata, l.Notes = pairs, pairs, []string{"x"} }
	denied, approved := r.ask(invoice, pieces(item, 1)), r.ask(invoice, amount(0))
	request := r.walk(r.ask(invoice, pieces(item, 1, dispatched)), "Approve")
	parcel := r.parcelBack(request, 1)
	parcel.ExternalIDs, parcel.Metadata = pairs, pairs
	made := must(r.CreateReturnShipment(ctx, operator, r.other()))
	whole := r.sold(0)
	for _, tc := range []struct {
		name string
		do   func(*market.Market) (any, error)
	}{
		{"asked", func(m *market.Market) (any, error) {
			return none(m.CreateRefund(ctx, r.mine, market.RefundCreate{
				InvoiceID: invoice.ID(), LineItems: []refundLine{pieces(item, 1, undispatched, marked)}, ExternalIDs: pairs, Metadata: pairs, Notes: []string{"x"},
			}))
		}},
		{"denied", func(m *market.Market) (any, error) {
			return none(m.DenyRefund(ctx, operator, denied.ID(), []string{"x"}))
		}},
		{"approved", func(m *market.Market) (any, error) {
			return none(m.ApproveRefund(ctx, operator, approved.ID(), new("x")))
		}},
		{"parcel", func(m *market.Market) (any, error) { return none(m.CreateReturnShipment(ctx, operator, parcel)) }},
		{"log", func(m *market.Market) (any, error) {
			return none(m.CreateShipmentStatus(ctx, operator, made.ID(), market.ShipmentPending))
		}},
		{"returned", func(m *market.Market) (any, error) {
			return none(m.ReturnRefund(ctx, operator, request.ID(), market.RefundStep{NewLineItems: []refundLine{amount(1)}}))
		}},
		{"refunded", func(m *market.Market) (any, error) {
			return none(m.SettleRefund(ctx, operator, request.ID(), market.RefundSettlement{}))
		}},
		{"amended", func(m *market.Market) (any, error) {
			return none(m.CreateAmendment(ctx, operator, cancelling(r.item(whole), 3)))
		}},
	} {
		for n := 1; ; n++ {
			r.store.take()
			got, err := tc.do(market.New(&faulty{Store: r.store, calls: n}, market.Options{}))
			if err == nil {
				if n == 1 {
					t.Errorf("%s calls no database", tc.name)
				}
				break
			}
			if !errors.Is(err, errAway) || got != nil || len(r.store.take()) > 0 {
				t.Fatalf("%s at call %d: %v, %v", tc.name, n, got, err)
			}
		}
	}
}
