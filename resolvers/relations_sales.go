package resolvers

import (
	"context"
	"slices"

	"crier/internal/market"
)

// The relations of orders and what was sent for them. A seller's own rows are
// all that the store gives a seller, so that each relation is the viewer's share.
var (
	orderInvoices = relation[market.Invoice]{
		name: "Order.invoices", column: "order_id",
		of: func(i *market.Invoice) int64 { return i.OrderID },
	}
	orderLineItems = relation[market.LineItem]{
		name: "Order.lineItems", column: "order_id",
		of: func(l *market.LineItem) int64 { return l.OrderID },
	}
	orderShipments = relation[market.Shipment]{
		name: "Order.shipments", column: "order_id",
		of: func(s *market.Shipment) int64 { return s.OrderID },
	}
	invoiceLineItems = relation[market.LineItem]{
		name: "Invoice.lineItems", column: "invoice_id",
		of: func(l *market.LineItem) int64 { return l.InvoiceID },
	}
	invoiceShipments = relation[market.Shipment]{
		name: "Invoice.shipments", column: "invoice_id",
		of: func(s *market.Shipment) int64 { return s.InvoiceID },
	}
	lineItemShipped = relation[market.ShippedItem]{
		name: "LineItem.shipments", column: "line_item_id",
		of: func(s *market.ShippedItem) int64 { return s.LineItemID },
	}
	shipmentShipped = relation[market.ShippedItem]{
		name: "Shipment.shippedItems", column: "shipment_id",
		of: func(s *market.ShippedItem) int64 { return s.ShipmentID },
	}
	shipmentLog = relation[market.ShipmentStatus]{
		name: "Shipment.statusLog", column: "shipment_id",
		of: func(s *market.ShipmentStatus) int64 { return *s.ShipmentID },
	}
)

// The relations of invoices and of their lines to promotions and fees.
var (
	// invoiceAdjustments are those on the invoice as a whole.
	invoiceAdjustments = relation[market.Adjustment]{
		name: "Invoice.adjustments", column: "invoice_id",
		of:    func(a *market.Adjustment) int64 { return a.InvoiceID },
		where: []market.Cond{market.Eq("line_item_id", nil)},
	}
	lineItemAdjustments = relation[market.Adjustment]{
		name: "LineItem.adjustments", column: "line_item_id",
		of: func(a *market.Adjustment) int64 { return *a.LineItemID },
	}
)

// totals are the sums over those of an order's invoices that the viewer may see.
func totals(ctx context.Context, o *market.Order) (market.Totals, error) {
	invoices, err := children(ctx, orderInvoices, o.Num)
	return market.TotalsOf(invoices), err
}

// buyer is the order of an invoice, which says who bought.
func buyer(ctx context.Context, i *market.Invoice) (*market.Order, error) {
	return required[market.Order](ctx, i.OrderID)
}

// shipmentsWith reads the shipments with pieces of a line item, oldest first.
func shipmentsWith(ctx context.Context, l *market.LineItem) ([]*market.Shipment, error) {
	shipped, err := children(ctx, lineItemShipped, l.Num)
	if err != nil {
		return nil, err
	}
	return oldestFirst[market.Shipment](ctx, each(shipped, func(s *market.ShippedItem) int64 { return s.ShipmentID }))
}

// oldestFirst is many in the order of the numbers, each once.
func oldestFirst[T any](ctx context.Context, nums []int64) ([]*T, error) {
	slices.Sort(nums)
	return many[T](ctx, slices.Compact(nums))
}

// carrierOf is who brings a shipment.
func carrierOf(ctx context.Context, s *market.Shipment) (*market.ShipmentCarrier, error) {
	return required[market.ShipmentCarrier](ctx, s.CarrierID)
}
