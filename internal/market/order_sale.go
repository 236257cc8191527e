package market

import (
	"fmt"
	"time"
)

// sale is an order with all of its invoices and their line items.
type sale struct {
	order    *Order
	invoices []*Invoice
	items    []*LineItem
}

// complete makes the invoices paid and the lines allocated.
func (s *sale) complete(now time.Time) {
	s.order.Status = OrderComplete
	for _, i := range s.invoices {
		i.Status, i.PaidAt = InvoicePaid, new(now)
	}
	for _, l := range s.items {
		l.Status = LineAllocated
	}
}

// abandon calls off the invoices and the lines.
func (s *sale) abandon() {
	s.order.Status = OrderAbandoned
	for _, i := range s.invoices {
		i.Status = InvoiceCancelled
	}
	for _, l := range s.items {
		l.Status = LineCancelled
	}
}

// sale makes what the drafts describe, none of it stored yet.
func (b *basket) sale() (*sale, error) {
	if err := b.keepAll(); err != nil {
		return nil, err
	}
	b.order.SellerIDs = each(b.lines, func(l *orderLine) int64 { return l.seller.Num })
	s := &sale{order: b.order}
	for _, d := range b.drafts {
		s.invoices = append(s.invoices, d.invoice())
		s.items = append(s.items, d.items()...)
	}
	return s, nil
}

// store stores a sale: the order, then each invoice with its lines.
func (b *basket) store(s *sale) error {
	if err := b.u.add(s.order); err != nil {
		return err
	}
	if err := b.u.setAddresses(&b.p, s.order, b.in.Order.BuyerAttributes); err != nil {
		return err
	}
	if err := b.mark("", s.order.Ref(), b.in.Order.ExternalIDs, b.in.Order.Metadata); err != nil {
		return err
	}
	for i, d := range b.drafts {
		if err := b.storeInvoice(d, s.order, s.invoices[i]); err != nil {
			return err
		}
	}
	return nil
}

func (b *basket) storeInvoice(d *invoiceDraft, order *Order, invoice *Invoice) error {
	invoice.OrderID = order.Num
	if err := b.u.add(invoice); err != nil {
		return err
	}
	if err := b.mark(d.path, invoice.Ref(), d.in.ExternalIDs, d.in.Metadata); err != nil {
		return err
	}
	if err := b.u.keepAdjustments(d.adjusted.adjustments, invoice, nil); err != nil {
		return err
	}
	for _, l := range d.lines {
		if err := b.storeLine(l, invoice); err != nil {
			return err
		}
	}
	return nil
}

func (b *basket) storeLine(l *orderLine, invoice *Invoice) error {
	l.item.OrderID, l.item.InvoiceID = invoice.OrderID, invoice.Num
	if err := b.u.add(l.item); err != nil {
		return err
	}
	if err := b.mark(l.path, l.item.Ref(), l.in.ExternalIDs, l.in.Metadata); err != nil {
		return err
	}
	return b.u.keepAdjustments(l.adjusted.adjustments, invoice, l.item)
}

// mark gives a new entity its external ids and its metadata.
func (b *basket) mark(path string, owner Ref, externalIDs, metadata []Pair) error {
	if err := b.u.setExternalIDs(&b.p, at(path, "external_ids"), owner, externalIDs); err != nil {
		return err
	}
	return b.u.setMetadata(&b.p, at(path, "metadata"), owner, metadata)
}

// saleOf loads an order's invoices and line items for change.
func (u *unit) saleOf(order *Order) (*sale, error) {
	invoices, err := list[Invoice](u, Eq("order_id", order.Num))
	if err != nil {
		return nil, fmt.Errorf("load the invoices of %s: %w", order.Ref(), err)
	}
	items, err := list[LineItem](u, Eq("order_id", order.Num))
	if err != nil {
		return nil, fmt.Errorf("load the line items of %s: %w", order.Ref(), err)
	}
	return &sale{order: order, invoices: invoices, items: items}, nil
}

// restock gives back all that the lines took.
func (u *unit) restock(items []*LineItem) error {
	taken := make(map[*LineItem]int64, len(items))
	for _, l := range items {
		taken[l] = l.StockTaken
	}
	return u.giveBack(taken)
}
