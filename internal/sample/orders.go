package sample

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// purchase is an order to make: how many different things, and what became of it.
type purchase struct {
	lines    int
	delivery market.DeliveryType
	// sent says how much was sent; what is sent was paid before.
	sent   portion
	states []market.ShipmentState
}

// portion is how much of an order was sent.
type portion int

const (
	nothing portion = iota
	aPiece
	everything
)

// purchases are a few orders in different states.
var purchases = []purchase{
	{3, market.BuyOnline, everything, []market.ShipmentState{market.ShipmentInfoReceived, market.ShipmentInTransit, market.ShipmentDelivered}},
	{2, market.BuyOnline, everything, []market.ShipmentState{market.ShipmentInTransit}},
	{2, market.BuyOnline, aPiece, nil},
	{1, market.ClickAndCollect, nothing, nil},
	{4, market.BuyOnline, nothing, nil},
}

func (l *loading) loadOrders(ctx context.Context) error {
	variants, err := l.forSale(ctx)
	if err != nil {
		return err
	}
	for i, p := range purchases {
		if len(variants) < p.lines {
			return fmt.Errorf("order %d: too little is for sale", i+1)
		}
		order, err := l.market.CreateOrder(ctx, l.actor, l.order(i+1, p, variants[:p.lines]))
		if err != nil {
			return fmt.Errorf("order %d: %w", i+1, err)
		}
		if err := l.fulfil(ctx, order, p); err != nil {
			return fmt.Errorf("send order %d: %w", i+1, err)
		}
		variants = variants[p.lines:]
	}
	return nil
}

// forSale are the variants of which several can be bought, in any order.
func (l *loading) forSale(ctx context.Context) ([]*market.Variant, error) {
	var variants []*market.Variant
	published := market.Sub{Kind: "Advert", Column: "id", Where: []market.Cond{market.Eq("published", true)}}
	enough := market.Any([]market.Cond{market.Gte("count_on_hand", 10)}, []market.Cond{market.Eq("infinite_quantity", true)})
	if err := l.find(ctx, &variants, market.InQuery("advert_id", published), enough); err != nil {
		return nil, fmt.Errorf("look for what can be sold: %w", err)
	}
	l.random.Shuffle(len(variants), func(i, j int) { variants[i], variants[j] = variants[j], variants[i] })
	return variants, nil
}

// order makes up how the n-th buyer orders variants.
func (l *loading) order(n int, p purchase, variants []*market.Variant) market.OrderCreate {
	country, state := "US", "CA"
	in := market.OrderCreate{Order: market.OrderAttributes{
		BuyerAttributes: market.BuyerAttributes{
			FirstName: market.Some("Sample"), Surname: market.Some(fmt.Sprint("Buyer ", n)),
			EmailAddress: market.Some(fmt.Sprintf("buyer%d@example.com", n)), Phone: market.Some(fmt.Sprintf("+1 555 0199 %02d", n)),
			Address: market.Some(market.AddressAttributes{
				Address: market.Some(fmt.Sprintf("%d Sample Avenue", 100+n)), City: market.Some("Springfield"), Postcode: market.Some("90000"),
				Country: market.Some(market.CountryAttributes{Code: &country}), State: market.Some(market.StateAttributes{Short: &state}),
			}),
		},
		Metadata: []market.Pair{{Key: "channel", Value: new("sample")}},
	}}
	for _, v := range variants {
		in.LineItems = append(in.LineItems, market.LineItemAttributes{
			VariantID: v.ID(), Quantity: 2 + l.random.Int64N(2), DeliveryType: &p.delivery,
		})
	}
	return in
}

// fulfil sends as much of an order as was to be sent.
func (l *loading) fulfil(ctx context.Context, order *market.Order, p purchase) error {
	if p.sent == nothing {
		return nil
	}
	if order.Status != market.OrderComplete {
		if _, err := l.market.UpdateOrder(ctx, l.actor, order.ID(), market.OrderComplete, market.BuyerAttributes{}); err != nil {
			return fmt.Errorf("pay: %w", err)
		}
	}
	var invoices []*market.Invoice
	if err := l.find(ctx, &invoices, market.Eq("order_id", order.Num)); err != nil {
		return fmt.Errorf("look for the invoices: %w", err)
	}
	for _, invoice := range invoices {
		if err := l.send(ctx, invoice, p); err != nil {
			return err
		}
	}
	return nil
}

// send makes a shipment for an invoice.
func (l *loading) send(ctx context.Context, invoice *market.Invoice, p purchase) error {
	var lines []*market.LineItem
	if err := l.find(ctx, &lines, market.Eq("invoice_id", invoice.Num)); err != nil {
		return fmt.Errorf("look for the line items: %w", err)
	}
	in := market.ShipmentCreate{
		InvoiceID: invoice.ID(), CarrierID: oneOf(l.random, l.carriers).ID(), DispatchedAt: invoice.CreatedAt,
		TrackingNumber: fmt.Sprintf("SAMPLE%08d", l.random.IntN(1e8)),
	}
	for _, line := range lines {
		in.Items = append(in.Items, market.ShippedItemAttributes{LineItemID: line.ID(), Quantity: line.Quantity})
	}
	if p.sent == aPiece {
		in.Items = in.Items[:1]
		in.Items[0].Quantity = 1
	}
	shipment, err := l.market.CreateShipment(ctx, l.actor, in)
	if err != nil {
		return err
	}
	for _, state := range p.states {
		if _, err := l.market.CreateShipmentStatus(ctx, l.actor, shipment.ID(), state); err != nil {
			return err
		}
	}
	return nil
}
