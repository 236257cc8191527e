package sample

import (
	"fmt"

	"crier/internal/market"
)

// portion is how much of an invoice is sent at once.
type portion int

const (
	// aPiece is one of the first line.
	aPiece portion = iota
	// everything is all that waits.
	everything
)

// paid pays an order.
func paid(l *loading, b *bought) error { return became(market.OrderComplete)(l, b) }

// became moves an order to a status.
func became(status market.OrderStatus) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.UpdateOrder(l.ctx, l.actor, b.order.ID(), status, market.BuyerAttributes{})
		return err
	}
}

// sent sends something of each invoice of an order, where anything waits.
func sent(p portion) act {
	return func(l *loading, b *bought) error { return l.send(b, p, b.invoices) }
}

// firstSent sends something of the first invoice of an order.
func firstSent(p portion) act {
	return func(l *loading, b *bought) error { return l.send(b, p, b.invoices[:1]) }
}

// send makes a shipment for each invoice of which anything waits.
func (l *loading) send(b *bought, p portion, invoices []*market.Invoice) error {
	b.parcels = nil
	for _, invoice := range invoices {
		items, err := l.waiting(invoice, p)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			continue
		}
		shipment, err := l.market.CreateShipment(l.ctx, l.seller(invoice), market.ShipmentCreate{
			InvoiceID: invoice.ID(), CarrierID: oneOf(l.random, l.carriers).ID(), DispatchedAt: l.at, TrackingNumber: l.trackingNumber(), Items: items,
		})
		if err != nil {
			return err
		}
		b.parcels = append(b.parcels, shipment.ID())
	}
	return nil
}

// waiting is what a parcel holds of an invoice.
func (l *loading) waiting(invoice *market.Invoice, p portion) (items []market.ShippedItemAttributes, err error) {
	lines, err := find[market.LineItem](l, market.Eq("invoice_id", invoice.Num))
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		waits := line.QuantityAwaitingDispatch()
		switch {
		case waits == nil || *waits == 0:
		case p == aPiece:
			return []market.ShippedItemAttributes{{LineItemID: line.ID(), Quantity: 1}}, nil
		default:
			items = append(items, market.ShippedItemAttributes{LineItemID: line.ID(), Quantity: *waits})
		}
	}
	return items, nil
}

// seller acts as the seller of an invoice.
func (l *loading) seller(invoice *market.Invoice) market.Actor {
	return market.Actor{Seller: invoice.SellerID, ID: l.actor.ID}
}

func (l *loading) trackingNumber() string { return fmt.Sprintf("SAMPLE%08d", l.random.IntN(1e8)) }

// reported is what carriers say of the parcels that were sent last.
func reported(state market.ShipmentState) act {
	return func(l *loading, b *bought) error {
		for _, parcel := range b.parcels {
			if _, err := l.market.CreateShipmentStatus(l.ctx, l.actor, parcel, state); err != nil {
				return err
			}
		}
		return nil
	}
}

// discontinued deletes the variants of the first invoice's lines after they were sold.
func discontinued(l *loading, b *bought) error {
	return l.eachLine(b, func(line *market.LineItem) error {
		_, err := l.market.DeleteVariant(l.ctx, l.actor, market.Ref{Type: "Variant", Num: *line.VariantID}.ID())
		return err
	})
}

// withdrawn deletes the adverts of the first invoice's lines after they were sold.
func withdrawn(l *loading, b *bought) error {
	return l.eachLine(b, func(line *market.LineItem) error {
		_, err := l.market.DeleteAdvert(l.ctx, l.actor, market.Ref{Type: "Advert", Num: *line.AdvertID}.ID())
		return err
	})
}

// eachLine does something for each line of an order's first invoice.
func (l *loading) eachLine(b *bought, do func(*market.LineItem) error) error {
	lines, err := find[market.LineItem](l, market.Eq("invoice_id", b.invoices[0].Num))
	if err != nil {
		return err
	}
	for _, line := range lines {
		if err := do(line); err != nil {
			return err
		}
	}
	return nil
}
