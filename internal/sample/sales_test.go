package sample_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// checkValues asserts that a field has every value that it can come to, and no other.
func checkValues[T any, V comparable](t *testing.T, rows []*T, field func(*T) V, want ...V) {
	t.Helper()
	seen := map[V]bool{}
	for _, row := range rows {
		seen[field(row)] = true
	}
	for _, value := range want {
		if !seen[value] {
			t.Errorf("no %T is %v", *new(T), value)
		}
		delete(seen, value)
	}
	for value := range seen {
		t.Errorf("a %T is %v", *new(T), value)
	}
}

// checkOrders looks for buyers who are nobody, and for orders in every state.
func (p place) checkOrders(t *testing.T) {
	orders := all[market.Order](p)
	every(t, orders, "of a buyer who is nobody", func(o *market.Order) bool {
		return *o.FirstName == "Sample" && strings.HasPrefix(*o.Surname, "Buyer ") && strings.HasSuffix(*o.EmailAddress, "@example.com") && o.AddressID != nil
	})
	some(t, orders, "of several sellers", func(o *market.Order) bool { return len(o.SellerIDs) > 2 })
	some(t, orders, "billed to a company", func(o *market.Order) bool { return o.BillingAddressID != nil })
	checkValues(t, orders, func(o *market.Order) market.OrderStatus { return o.Status }, market.OrderNew, market.OrderCheckout, market.OrderAbandoned,
		market.OrderComplete, market.OrderPaymentFailed, market.OrderPaymentInProgress, market.OrderPendingReview)
	checkValues(t, all[market.Adjustment](p), func(a *market.Adjustment) string {
		if a.AppliesTo == nil {
			return string(a.AdjustmentType)
		}
		return fmt.Sprint(a.AdjustmentType, " ", *a.AppliesTo)
	}, "FEE", "PROMOTION SUBTOTAL_DISCOUNT", "PROMOTION FREE_SHIPPING_DISCOUNT")
}

// checkInvoices looks for invoices in every state that an invoice can come to.
func (p place) checkInvoices(t *testing.T) {
	invoices, lines := all[market.Invoice](p), all[market.LineItem](p)
	checkValues(t, invoices, func(i *market.Invoice) market.DeliveryType { return i.DeliveryType }, market.BuyOnline, market.ClickAndCollect, market.NoDispatch)
	checkValues(t, invoices, func(i *market.Invoice) market.InvoiceStatus { return i.Status }, market.InvoiceAwaitingPayment, market.InvoicePaid,
		market.InvoicePartiallySent, market.InvoiceSent, market.InvoiceRefunded, market.InvoiceCancelled)
	for _, flag := range []market.InvoiceStatusFlag{market.FlagAwaitingReturn, market.FlagAwaitingRefund, market.FlagRefunded, market.FlagCancelled} {
		some(t, invoices, string(flag), func(i *market.Invoice) bool { return slices.Contains(i.StatusFlags(), flag) })
	}
	some(t, invoices, "taxed", func(i *market.Invoice) bool { return i.TaxRate != nil && i.TaxTotalCents > 0 })
	some(t, invoices, "sent at a cost", func(i *market.Invoice) bool { return i.ShippingCostCents > 0 && i.TaxShippingCents > 0 })
	some(t, invoices, "reduced", func(i *market.Invoice) bool { return i.DiscountCents < 0 && i.TotalCents > 0 })
	some(t, invoices, "free", func(i *market.Invoice) bool { return i.TotalCents == 0 })
	some(t, invoices, "adjusted as a whole", func(i *market.Invoice) bool { return i.AdjustmentsCents > 0 })
	checkValues(t, lines, func(l *market.LineItem) market.LineItemStatusFull { return l.StatusFull() }, market.LineItemStatusFull(market.LineNew),
		market.LineItemStatusFull(market.LineAllocated), market.LineShipped, market.LineItemStatusFull(market.LineRefunded), market.LineItemStatusFull(market.LineCancelled))
	amendments := all[market.InvoiceAmendmentLineItem](p)
	checkValues(t, amendments, func(l *market.InvoiceAmendmentLineItem) market.AmendmentLineStatus { return l.Status }, market.AmendmentCancelled, market.AmendmentRefunded)
	some(t, amendments, "an amount without a line", func(l *market.InvoiceAmendmentLineItem) bool { return l.LineItemID == nil })
}

// checkParcels looks for logs of parcels in both directions.
func (p place) checkParcels(t *testing.T) {
	entries := all[market.ShipmentStatus](p)
	checkValues(t, entries, func(s *market.ShipmentStatus) market.ShipmentState { return s.Status }, market.ShipmentInfoReceived, market.ShipmentInTransit,
		market.ShipmentOutForDelivery, market.ShipmentAttemptFail, market.ShipmentDelivered, market.ShipmentAvailableForPickup, market.ShipmentException,
		market.ShipmentExpired, market.ShipmentPending)
	for _, r := range all[market.ReturnShipment](p) {
		if len(all[market.ReturnShippedItem](p, market.Eq("return_shipment_id", r.Num))) == 0 {
			t.Errorf("return shipment %d is empty", r.Num)
		}
	}
	some(t, entries, "about a return shipment", func(s *market.ShipmentStatus) bool { return s.ReturnShipmentID != nil })
}

// checkRefunds looks for refund requests in every state.
func (p place) checkRefunds(t *testing.T) {
	requests := all[market.RefundRequest](p)
	checkValues(t, requests, func(r *market.RefundRequest) market.RefundStatus { return r.Status }, market.RefundAwaiting, market.RefundAccepted,
		market.RefundReturned, market.RefundRefunded, market.RefundDenied, market.RefundProcessed)
	checkValues(t, requests, func(r *market.RefundRequest) market.RefundInitiator { return r.InitiatedBy }, market.RefundByAdmin, market.RefundBySeller, market.RefundByBuyer)
	lines := all[market.RefundRequestLineItem](p)
	checkValues(t, lines, func(l *market.RefundRequestLineItem) market.RefundLineStatus { return l.Status }, market.RefundLinePending,
		market.RefundLineAwaitingReturn, market.RefundLineAccepted, market.RefundLineDenied, market.RefundLineRefunded)
	pre, post, _ := market.RefundReasons()
	every(t, lines, "asked for one of the reasons to choose from", func(l *market.RefundRequestLineItem) bool {
		return slices.Contains(append(pre, post...), *l.Reason)
	})
	every(t, all[market.RefundRequestNote](p), "a note in words", func(n *market.RefundRequestNote) bool { return n.Note != nil })
}

// checkMoments holds all that happened to being over, and to being in order.
func (p place) checkMoments(t *testing.T) {
	moment := func(row reflect.Value, field string) time.Time {
		return row.Elem().FieldByName(field).Interface().(time.Time)
	}
	for name, list := range p.contents() {
		rows, last := reflect.ValueOf(list).Elem(), time.Time{}
		for i := range rows.Len() {
			created, updated := moment(rows.Index(i), "CreatedAt"), moment(rows.Index(i), "UpdatedAt")
			if created.Before(last) || updated.Before(created) || updated.After(present) {
				t.Errorf("%s %d is from %s, updated %s, at %s", name, i+1, created, updated, present)
			}
			last = created
		}
	}
	orders := all[market.Order](p)
	if span := orders[len(orders)-1].CreatedAt.Sub(orders[0].CreatedAt); span < 30*24*time.Hour {
		t.Errorf("all orders are placed within %s", span)
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			p := sqlite(t).load(seed)
			for name, check := range map[string]func(*testing.T){
				"sellers": p.checkSellers, "taxons": p.checkTaxons, "adverts": p.checkAdverts, "variants": p.checkVariants, "orders": p.checkOrders,
				"invoices": p.checkInvoices, "parcels": p.checkParcels, "refunds": p.checkRefunds, "moments": p.checkMoments,
			} {
				t.Run(name, check)
			}
			before := p.contents()
			if diff := cmp.Diff(before, p.load(seed+1).contents()); diff != "" {
				t.Errorf("the second time changed something:\n%.2000s", diff)
			}
		})
	}
}
