package market_test

import (
	"context"
	"testing"

	"crier/internal/market"
)

// Requests, amendments and shipments that meet take each piece once.
func TestPiecesAreTakenBackOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		r := newRefundsIn(s)
		invoice := r.sold(0)
		item := r.item(invoice)
		taken := together(t, 12, func(i int) (err error) {
			switch i % 3 {
			case 0:
				_, err = r.CreateRefund(context.Background(), operator, market.RefundCreate{InvoiceID: invoice.ID(), LineItems: []refundLine{pieces(item, 1, undispatched)}})
			case 1:
				_, err = r.CreateAmendment(context.Background(), operator, cancelling(item, 1))
			default:
				_, err = r.CreateShipment(context.Background(), operator, market.ShipmentCreate{
					CarrierID: r.courier.ID(), DispatchedAt: salesNow, InvoiceID: invoice.ID(), TrackingNumber: "TN",
					Items: []market.ShippedItemAttributes{{LineItemID: item.ID(), Quantity: 1}},
				})
			}
			return err
		})
		if got := r.item(invoice); taken != 3 || got.WithdrawnCount+got.DispatchedCount != 3 || got.ClaimedCents != 1000*got.WithdrawnCount {
			t.Errorf("%d of 3 pieces were taken: %+v", taken, got)
		}
	})
}

// Money of an invoice is promised once, whatever asks for it.
func TestCentsAreTakenBackOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		r := newRefundsIn(s)
		invoice := r.sold(0)
		taken := together(t, 8, func(i int) error {
			_, err := r.CreateRefund(context.Background(), operator, market.RefundCreate{
				InvoiceID: invoice.ID(), LineItems: []refundLine{amount(700, startingAs(market.RefundLineAccepted))},
			})
			return err
		})
		if requests := rows[market.RefundRequest](r.sales); taken != 4 || len(requests) != 4 {
			t.Errorf("%d requests of 700 out of 3000 succeeded", taken)
		}
	})
}

// A request that is paid back, approved or denied by several at once is so by one.
func TestEachStepIsTakenOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		r := newRefundsIn(s)
		invoice := r.sold(0)
		request := r.ask(invoice, pieces(r.item(invoice), 2))
		decided := together(t, 6, func(i int) error {
			_, err := r.step(operator, refundSteps[i%2], request)
			return err
		})
		if decided != 1 {
			t.Errorf("%d decisions about one request", decided)
		}
		if now(r.sales, request).Status == market.RefundDenied {
			request = r.walk(r.ask(invoice, pieces(r.item(invoice), 2)), "Approve")
		}
		paid := together(t, 6, func(int) error {
			_, err := r.step(operator, "refundRequestRefund", request)
			return err
		})
		if got := now(r.sales, invoice); paid != 1 || got.RefundedCents != 2000 || len(rows[market.InvoiceAmendment](r.sales)) != 1 {
			t.Errorf("%d refunds succeeded, %d went back", paid, got.RefundedCents)
		}
		if got := r.stock(r.variant); got != 1_000_000-1 {
			t.Errorf("stock = %d", got)
		}
	})
}

// Goods that come back meet goods that are sold, on the same variant, and none is counted wrongly.
func TestReturnsMeetSales(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		r := newRefundsIn(s)
		var requests []*market.RefundRequest
		for range 4 {
			invoice := r.sold(0)
			requests = append(requests, r.walk(r.ask(invoice, pieces(r.item(invoice), 3)), "Approve"))
		}
		done := together(t, 8, func(i int) error {
			if i%2 == 0 {
				_, err := r.step(operator, "refundRequestRefund", requests[i/2])
				return err
			}
			_, err := r.CreateOrder(context.Background(), operator, lines(line(r.variant, 2)))
			return err
		})
		if got := r.stock(r.variant); done != 8 || got != 1_000_000-8 {
			t.Errorf("%d of 8 succeeded, stock = %d", done, got)
		}
	})
}

// Parcels that are announced at once hold each piece once.
func TestPiecesAreSentBackOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		r := newRefundsIn(s)
		invoice := r.sold(3)
		in := r.parcelBack(r.walk(r.ask(invoice, pieces(r.item(invoice), 3)), "Approve"), 1)
		sent := together(t, 8, func(int) error {
			_, err := r.CreateReturnShipment(context.Background(), operator, in)
			return err
		})
		if held := rows[market.ReturnShippedItem](r.sales); sent != 3 || len(held) != 3 {
			t.Errorf("%d parcels succeeded with %d pieces of 3", sent, len(held))
		}
	})
}
