package resolvers_test

import (
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

// returned is shipped with what can become of invoice 1, all of North Shop:
//
//	refund request 1   agreed to, with line 1 (both boots, on their way back) and line 2 (an amount without a line),
//	                   note 1 about the request and note 2 about line 1
//	return shipments   1 and 2 with a piece of line 1 each, the first one seen twice by the carrier
//	amendment 1        with line 1 (of the boots) and line 2 (an amount without a line)
func returned(t *testing.T) *bundle {
	t.Helper()
	b := shipped(t)
	b.addRefund()
	return b
}

// addRefund adds to shipped what returned has more.
func (b *bundle) addRefund() {
	b.t.Helper()
	b.insert(
		refund(0, 1, 1, 1, func(r *market.RefundRequest) {
			r.InitiatedBy, r.Status = market.RefundByBuyer, market.RefundAccepted
			r.RefundAmountCents, r.RequestValueCents, r.TotalCents = new(int64(5691)), 5691, 5691
		}),
		&market.RefundRequestLineItem{
			Base: base(1), AmountCents: 5190, CommissionAmountCents: new(int64(649)), Description: new("Red boots"), Dispatched: new(true), InvoiceID: 1,
			LineItemID: new(int64(1)), Quantity: 2, Reason: new("Faulty"), RefundRequestID: 1, SellerID: 1, Status: market.RefundLineAwaitingReturn,
		},
		&market.RefundRequestLineItem{
			Base: base(1), AmountCents: 501, InvoiceID: 1, Quantity: 2, RefundRequestID: 1, SellerID: 1, Status: market.RefundLineAccepted,
		},
		&market.RefundRequestNote{Base: base(2), NewStatus: "AWAITING", Note: new("They leak"), RefundRequestID: 1, SellerID: 1},
		&market.RefundRequestNote{Base: base(3), NewStatus: "AWAITING_RETURN", RefundRequestID: 1, RefundRequestLineItemID: new(int64(1)), SellerID: 1},
		&market.ReturnShipment{Base: base(4), CarrierID: 1, DropOffURL: new("https://post.example/shops"), Note: new("two boxes"), RefundRequestID: 1, SellerID: 1, TrackingNumber: "R-1"},
		&market.ReturnShipment{Base: base(5), CarrierID: 1, RefundRequestID: 1, SellerID: 1, TrackingNumber: "R-2"},
		&market.ReturnShippedItem{Base: base(5), Quantity: 1, RefundRequestLineItemID: 1, ReturnShipmentID: 2, SellerID: 1},
		&market.ReturnShippedItem{Base: base(5), Quantity: 1, RefundRequestLineItemID: 1, ReturnShipmentID: 1, SellerID: 1},
		&market.ShipmentStatus{Base: base(6), ReturnShipmentID: new(int64(1)), SellerID: 1, Status: market.ShipmentInTransit},
		&market.ShipmentStatus{Base: base(7), ReturnShipmentID: new(int64(1)), SellerID: 1, Status: market.ShipmentDelivered},
		&market.InvoiceAmendment{
			Base: base(8), InvoiceID: 1, OrderID: 1, RemittanceCents: 5042, RemittedAt: later(60), SellerID: 1, TaxCents: 472, TaxRate: new(10.0), TotalCents: 5691,
		},
		&market.InvoiceAmendmentLineItem{
			Base: base(8), AmountCents: 5190, CommissionAmountCents: new(int64(649)), Dispatched: new(true), InvoiceAmendmentID: 1, LineItemID: new(int64(1)),
			Quantity: 2, SellerID: 1, Status: market.AmendmentRefunded, TaxCents: new(int64(472)), TaxRate: new(10.0), TotalCents: 5190,
		},
		&market.InvoiceAmendmentLineItem{
			Base: base(8), AmountCents: 501, InvoiceAmendmentID: 1, Quantity: 2, Reason: new("late"), SellerID: 1, Status: market.AmendmentRefunded, TotalCents: 501,
		},
		externalID(9, "RefundRequest", 1, "desk", "T-1"), externalID(9, "RefundRequestLineItem", 1, "desk", "T-1.1"), externalID(9, "ReturnShipment", 1, "desk", "P-1"),
		&market.Metadatum{Base: base(9), Key: "tone", OwnerType: "RefundRequest", OwnerID: 1, Value: "angry"},
		&market.Metadatum{Base: base(9), Key: "photo", OwnerType: "RefundRequestLineItem", OwnerID: 1, Value: "1.png"},
		&market.Metadatum{Base: base(9), Key: "size", OwnerType: "ReturnShipment", OwnerID: 1, Value: "M"},
	)
}

func refund(seconds int, invoice, order, seller int64, set func(*market.RefundRequest)) *market.RefundRequest {
	r := &market.RefundRequest{
		Base: base(seconds), InitiatedBy: market.RefundByAdmin, InvoiceID: invoice, OrderID: order, SellerID: seller, Status: market.RefundAwaiting,
	}
	r.UpdatedAt = r.UpdatedAt.Add(time.Hour)
	if set != nil {
		set(r)
	}
	return r
}

func refundLine(seconds int, request int64, status market.RefundLineStatus) *market.RefundRequestLineItem {
	return &market.RefundRequestLineItem{Base: base(seconds), InvoiceID: 1, Quantity: 1, RefundRequestID: request, SellerID: 1, Status: status}
}

func amendment(seconds int, invoice, order, seller int64, remittedAt *time.Time) *market.InvoiceAmendment {
	a := &market.InvoiceAmendment{Base: base(seconds), InvoiceID: invoice, OrderID: order, SellerID: seller, RemittedAt: remittedAt}
	a.UpdatedAt = a.UpdatedAt.Add(time.Hour)
	return a
}

// complaints is ledger with two invoices more, 7 paid in the first and 8 in the
// last moment of a day, with amendments, and with refund requests in many states:
//
//	1 of invoice 1, awaited
//	2 of invoice 2, of seller 2, refunded, settled with amendment 1
//	3 of invoice 3, agreed to, one line to come back
//	4 of invoice 5, refunded, not settled: amendment 2
//	5 of invoice 1, denied
//	6 of invoice 2, of seller 2, denied
//	7 and 8 of the invoices 7 and 8, awaited
//
// Amendment 3 of invoice 1 was settled before the others, without a refund request.
func complaints(t *testing.T) *bundle {
	t.Helper()
	b := ledger(t)
	midnight := birth.Truncate(24*time.Hour).AddDate(0, 0, 1)
	b.insert(
		invoice(60, 3, 1, func(i *market.Invoice) { i.Status, i.PaidAt = market.InvoiceSent, new(midnight) }),
		invoice(70, 3, 1, func(i *market.Invoice) { i.Status, i.PaidAt = market.InvoiceSent, new(midnight.Add(-time.Microsecond)) }),
		refund(0, 1, 1, 1, nil),
		refund(10, 2, 1, 2, func(r *market.RefundRequest) { r.Status, r.RefundedAt = market.RefundRefunded, later(70) }),
		refund(20, 3, 2, 1, func(r *market.RefundRequest) { r.Status = market.RefundAccepted }),
		refund(30, 5, 3, 1, func(r *market.RefundRequest) { r.Status, r.RefundedAt = market.RefundRefunded, later(90) }),
		refund(40, 1, 1, 1, func(r *market.RefundRequest) { r.Status = market.RefundDenied }),
		refund(50, 2, 1, 2, func(r *market.RefundRequest) { r.Status = market.RefundDenied }),
		refund(60, 7, 3, 1, nil), refund(70, 8, 3, 1, nil),
		refundLine(0, 1, market.RefundLinePending), refundLine(10, 2, market.RefundLineRefunded), refundLine(20, 3, market.RefundLineAwaitingReturn),
		refundLine(20, 3, market.RefundLineAccepted), refundLine(40, 5, market.RefundLineDenied), refundLine(50, 6, market.RefundLineDenied),
		amendment(70, 2, 1, 2, later(80)), amendment(90, 5, 3, 1, nil), amendment(95, 1, 1, 1, later(10)),
	)
	return b
}

// listed are the legacy ids that a list of the root holds with some arguments.
func (b *bundle) listed(v viewer.Viewer, field, arguments string) []int {
	b.t.Helper()
	var got struct {
		List struct {
			TotalCount int
			Nodes      []struct{ LegacyID int }
		}
	}
	b.queryAs(v, `{ list: `+field+arguments+` { totalCount nodes { legacyId } } }`).read(&got)
	nums := []int{}
	for _, n := range got.List.Nodes {
		nums = append(nums, n.LegacyID)
	}
	if got.List.TotalCount != len(nums) {
		b.t.Errorf("totalCount of %s%s is %d, want %d", field, arguments, got.List.TotalCount, len(nums))
	}
	return nums
}

// walked are the legacy ids that a list of the root with more arguments holds, read in pages of two.
func (b *bundle) walked(field, arguments string) []int {
	b.t.Helper()
	var seen []int
	after := "null"
	for {
		var got struct {
			List struct {
				Nodes    []struct{ LegacyID int }
				PageInfo struct {
					HasNextPage, HasPreviousPage bool
					EndCursor                    string
				}
			}
		}
		b.query(`{ list: ` + field + `(first: 2, after: ` + after + `, ` + arguments + `) { nodes { legacyId } pageInfo { hasNextPage hasPreviousPage endCursor } } }`).read(&got)
		page := got.List.PageInfo
		if first := len(seen) == 0; page.HasPreviousPage == first {
			b.t.Errorf("hasPreviousPage after %v is %t", seen, !first)
		}
		for _, n := range got.List.Nodes {
			seen = append(seen, n.LegacyID)
		}
		if !page.HasNextPage {
			return seen
		}
		after = `"` + page.EndCursor + `"`
	}
}
