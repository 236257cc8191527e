package resolvers

import (
	"context"

	"crier/internal/market"
)

// The relations of refunds, of the parcels that come back for them, and of
// what they take back from invoices.
var (
	invoiceRefunds = relation[market.RefundRequest]{
		name: "Invoice.refundRequests", column: "invoice_id",
		of: func(r *market.RefundRequest) int64 { return r.InvoiceID },
	}
	invoiceAmendments = relation[market.InvoiceAmendment]{
		name: "Invoice.amendments", column: "invoice_id",
		of: func(a *market.InvoiceAmendment) int64 { return a.InvoiceID },
	}
	amendmentLines = relation[market.InvoiceAmendmentLineItem]{
		name: "InvoiceAmendment.lineItems", column: "invoice_amendment_id",
		of: func(l *market.InvoiceAmendmentLineItem) int64 { return l.InvoiceAmendmentID },
	}
	refundLines = relation[market.RefundRequestLineItem]{
		name: "RefundRequest.lineItems", column: "refund_request_id",
		of: func(l *market.RefundRequestLineItem) int64 { return l.RefundRequestID },
	}
	// refundNotes are about a request as a whole; those about a line are with the line.
	refundNotes = relation[market.RefundRequestNote]{
		name: "RefundRequest.notes", column: "refund_request_id",
		of:    func(n *market.RefundRequestNote) int64 { return n.RefundRequestID },
		where: []market.Cond{market.Eq("refund_request_line_item_id", nil)},
	}
	refundLineNotes = relation[market.RefundRequestNote]{
		name: "RefundRequestLineItem.notes", column: "refund_request_line_item_id",
		of: func(n *market.RefundRequestNote) int64 { return *n.RefundRequestLineItemID },
	}
	refundParcels = relation[market.ReturnShipment]{
		name: "RefundRequest.shipments", column: "refund_request_id",
		of: func(s *market.ReturnShipment) int64 { return s.RefundRequestID },
	}
	refundLineReturned = relation[market.ReturnShippedItem]{
		name: "RefundRequestLineItem.shipments", column: "refund_request_line_item_id",
		of: func(s *market.ReturnShippedItem) int64 { return s.RefundRequestLineItemID },
	}
	returnShipped = relation[market.ReturnShippedItem]{
		name: "ReturnShipment.shippedItems", column: "return_shipment_id",
		of: func(s *market.ReturnShippedItem) int64 { return s.ReturnShipmentID },
	}
	returnLog = relation[market.ShipmentStatus]{
		name: "ReturnShipment.statusLog", column: "return_shipment_id",
		of: func(s *market.ShipmentStatus) int64 { return *s.ReturnShipmentID },
	}
)

// returnedIn reads the parcels with pieces of a line on their way back, oldest first.
func returnedIn(ctx context.Context, l *market.RefundRequestLineItem) ([]*market.ReturnShipment, error) {
	returned, err := children(ctx, refundLineReturned, l.Num)
	if err != nil {
		return nil, err
	}
	return oldestFirst[market.ReturnShipment](ctx, each(returned, func(s *market.ReturnShippedItem) int64 { return s.ReturnShipmentID }))
}
