package sample

import (
	"fmt"
	"slices"
	"time"

	"crier/internal/market"
)

// purchase is an order to make, and what becomes of it.
type purchase struct {
	// ago is how long before the present it is placed.
	ago time.Duration
	cart
	then []step
}

// cart is what is bought.
type cart struct {
	// things is how many different ones, pieces the least number of each, shops how many sellers they are of.
	things, pieces, shops int
	// delivery defaults to market.BuyOnline.
	delivery market.DeliveryType
	// discount is what a promotion takes off each line, in per cent.
	discount int64
	// free says that promotions take off everything, the sending too.
	free bool
	// extras adjust each invoice as a whole.
	extras []market.AdjustmentAttributes
}

// step is something that happens to an order, some time after what happened before.
type step struct {
	after time.Duration
	do    act
}

// act is what happens in a step.
type act func(*loading, *bought) error

// bought is an order that was placed.
type bought struct {
	// number counts the orders from one.
	number   int
	order    *market.Order
	invoices []*market.Invoice
	// parcels are the ids of those that were sent last.
	parcels []string
	// refund is the refund request that was made last, and returned its return shipment.
	refund   *market.RefundRequest
	returned *market.ReturnShipment
}

// event is something that happens in the market at a moment.
type event struct {
	at time.Time
	do func() error
}

// loadOrders lets everything that concerns orders happen in the order of time.
func (l *loading) loadOrders() error {
	var events []event
	for i, p := range purchases {
		events = append(events, l.events(i+1, p)...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		l.at = e.at
		if err := e.do(); err != nil {
			return err
		}
	}
	return nil
}

// events are what happens of the n-th purchase, each a little later than it says.
func (l *loading) events(n int, p purchase) []event {
	b, at := &bought{number: n}, l.now.Add(-p.ago+l.some(hour/2))
	events := []event{{at, func() error {
		if err := l.buy(b, p.cart); err != nil {
			return fmt.Errorf("place order %d: %w", n, err)
		}
		return nil
	}}}
	for i, s := range p.then {
		at = at.Add(s.after + l.some(s.after/8))
		events = append(events, event{at, func() error {
			if err := s.do(l, b); err != nil {
				return fmt.Errorf("order %d, step %d: %w", n, i+1, err)
			}
			return nil
		}})
	}
	return events
}

// buy places an order.
func (l *loading) buy(b *bought, c cart) error {
	wares, err := l.choose(c)
	if err != nil {
		return err
	}
	in := market.OrderCreate{Order: l.orderOf(b.number)}
	for len(wares) > 0 {
		own := wares[0].variant.SellerID
		others := func(w ware) bool { return w.variant.SellerID != own }
		in.Invoices = append(in.Invoices, l.invoice(c, slices.DeleteFunc(slices.Clone(wares), others)))
		wares = slices.DeleteFunc(wares, func(w ware) bool { return !others(w) })
	}
	if b.order, err = l.market.CreateOrder(l.ctx, l.actor, in); err != nil {
		return err
	}
	b.invoices, err = find[market.Invoice](l, market.Eq("order_id", b.order.Num))
	return err
}

// ware is a variant that can be bought, with its advert.
type ware struct {
	variant *market.Variant
	advert  *market.Advert
}

// choose takes as many different things of as many sellers as a cart holds.
func (l *loading) choose(c cart) ([]ware, error) {
	wares, err := l.forSale()
	if err != nil {
		return nil, err
	}
	var chosen []ware
	var shops []int64
	for _, w := range wares {
		known := slices.Contains(shops, w.variant.SellerID)
		left, missing := c.things-len(chosen), c.shops-len(shops)
		switch {
		case left == 0:
			return chosen, nil
		case known && left == missing, !known && missing == 0:
			continue
		case slices.ContainsFunc(chosen, func(other ware) bool { return other.advert == w.advert }):
			continue
		case !known:
			shops = append(shops, w.variant.SellerID)
		}
		chosen = append(chosen, w)
	}
	if len(chosen) < c.things {
		return nil, fmt.Errorf("too little is for sale: %d things", len(chosen))
	}
	return chosen, nil
}

// forSale are the things of which several can be bought now, in any order.
func (l *loading) forSale() ([]ware, error) {
	adverts, err := find[market.Advert](l, market.Eq("published", true), market.Eq("vetted", true))
	if err != nil {
		return nil, err
	}
	enough := market.Any([]market.Cond{market.Gte("count_on_hand", 4)}, []market.Cond{market.Eq("infinite_quantity", true)})
	variants, err := find[market.Variant](l, market.Eq("published", true), enough)
	if err != nil {
		return nil, err
	}
	shown := map[int64]*market.Advert{}
	for _, a := range adverts {
		shown[a.Num] = a
	}
	var wares []ware
	for _, v := range variants {
		if a := shown[v.AdvertID]; a != nil {
			wares = append(wares, ware{v, a})
		}
	}
	l.random.Shuffle(len(wares), func(i, j int) { wares[i], wares[j] = wares[j], wares[i] })
	return wares, nil
}

// invoice makes up what is bought of one seller. A parcel is paid for with its first line.
func (l *loading) invoice(c cart, wares []ware) market.InvoiceAttributes {
	seller := l.sellers[wares[0].variant.SellerID]
	in := market.InvoiceAttributes{Adjustments: c.extras}
	var goods int64
	for i, w := range wares {
		line := l.line(c, w)
		goods += line.Cost.Amount
		free := seller.DomesticShippingFreeThresholdCents
		if sent := c.delivery == "" || c.delivery == market.BuyOnline; sent && i == 0 && (free == nil || goods < *free) {
			line.Postage = &market.MoneyAttributes{Amount: seller.BaseDomesticShippingCostCents, TaxRate: line.Cost.TaxRate}
		}
		line.Adjustments = c.adjustments(line)
		in.LineItems = append(in.LineItems, line)
	}
	return in
}

// line makes up how many pieces of a thing are bought.
func (l *loading) line(c cart, w ware) market.LineItemAttributes {
	quantity := max(1, int64(c.pieces)) + l.random.Int64N(2)
	in := market.LineItemAttributes{
		VariantID: w.variant.ID(), Quantity: quantity,
		Cost: &market.MoneyAttributes{Amount: quantity * *w.variant.CurrentPrice(w.advert, l.at), TaxRate: l.taxRate(w.variant.SellerID)},
	}
	if c.delivery != "" {
		in.DeliveryType = &c.delivery
	}
	return in
}

// adjustments are what promotions take off a line.
func (c cart) adjustments(line market.LineItemAttributes) (all []market.AdjustmentAttributes) {
	take := func(cents int64, why, source string) {
		if cents > 0 {
			all = append(all, market.AdjustmentAttributes{Type: market.AdjustmentPromotion, AmountCents: cents, Description: why, SourceID: &source})
		}
	}
	if c.free {
		take(line.Cost.Amount, "Replacement free of charge", "replacement")
		if line.Postage != nil {
			take(line.Postage.Amount, "Sent free of charge", "replacement")
		}
	}
	take(line.Cost.Amount*c.discount/100, fmt.Sprintf("%d %% off", c.discount), "spring-sale")
	return all
}
