package market_test

import (
	"math"
	"testing"

	"crier/internal/market"
)

// What goes back into stock: what was called off or came back, once, and where it was taken from.
func TestWhatGoesBackIntoStock(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	infinite := func(v *market.Variant) { v.InfiniteQuantity = true }
	deleted := func(v *market.Variant) { v.DeletedAt = &salesNow }
	for _, tc := range []struct {
		name          string
		before, after func(*market.Variant) // the sale
		sent          int64
		asked         refundLine
		steps         []string
		want          int64
	}{
		{"called off", nil, nil, 0, refundLine{Quantity: 2}, []string{"Approve", "Refund"}, 2},
		{"called off with a return", nil, nil, 0, refundLine{Quantity: 2}, []string{"Approve", "Return", "Refund"}, 2},
		{"returned", nil, nil, 3, refundLine{Quantity: 2}, []string{"Approve", "Return", "Refund"}, 2},
		{"not returned yet", nil, nil, 3, refundLine{Quantity: 2}, []string{"Approve", "Return"}, 0},
		{"never returned", nil, nil, 3, refundLine{Quantity: 2, Status: new(market.RefundLineAccepted)}, []string{"Refund"}, 0},
		{"agreed to, a return recorded", nil, nil, 3, refundLine{Quantity: 2, Status: new(market.RefundLineAccepted)}, []string{"Return", "Refund"}, 0},
		{"denied", nil, nil, 0, refundLine{Quantity: 2}, []string{"Deny"}, 0},
		{"endless when sold", infinite, func(v *market.Variant) { v.InfiniteQuantity = false }, 0, refundLine{Quantity: 2}, []string{"Approve", "Refund"}, 0},
		{"endless since", nil, infinite, 0, refundLine{Quantity: 2}, []string{"Approve", "Refund"}, 2},
		{"deleted since", nil, deleted, 0, refundLine{Quantity: 2}, []string{"Approve", "Refund"}, 0},
		{"more than can be counted", nil, func(v *market.Variant) { v.CountOnHand = math.MaxInt32 - 1 }, 0, refundLine{Quantity: 2}, []string{"Approve", "Refund"}, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, variant := r.offer(r.seller, 1000, 10)
			change := func(f func(*market.Variant)) {
				if v := now(r.sales, variant); f != nil {
					f(v)
					r.save(v)
				}
			}
			change(tc.before)
			invoice := r.paid(line(variant, 3))
			r.send(invoice, tc.sent)
			change(tc.after)
			before := r.stock(variant)
			tc.asked.LineItemID = new(r.item(invoice).ID())
			r.walk(r.ask(invoice, tc.asked), tc.steps...)
			if got := r.stock(variant) - before; got != tc.want {
				t.Errorf("%d pieces came back, want %d", got, tc.want)
			}
		})
	}
}
