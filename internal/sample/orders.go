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
	// delivery is "" for what is sent.
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
	b, at := &bought{number: n}, l.now.Add(-p.ago+l.some(min(p.ago/8, 10*hour)))
	events := []event{{at, func() error { return l.buy(b, p.cart) }}}
	for _, s := range p.then {
		at = at.Add(s.after + l.some(s.after/8))
		events = append(events, event{at, func() error { return s.do(l, b) }})
	}
	for i, e := range events {
		events[i].do = func() error {
			if err := e.do(); err != nil {
				return fmt.Errorf("step %d of order %d: %w", i, n, err)
			}
			return nil
		}
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
	for _, own := range wares {
		in.Invoices = append(in.Invoices, l.invoice(c, own))
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

// choose takes as many different things of as many sellers as a cart holds, those
// of each seller together: one of each, and all others of the first who has so many.
func (l *loading) choose(c cart) ([][]ware, error) {
	shelves, err := l.forSale()
	if err != nil {
		return nil, err
	}
	several := c.things - c.shops + 1
	first := slices.IndexFunc(shelves, func(own []ware) bool { return len(own) >= several })
	if first < 0 || len(shelves) < c.shops {
		return nil, fmt.Errorf("too little is for sale: no %d things of %d sellers", c.things, c.shops)
	}
	chosen := [][]ware{shelves[first][:several]}
	for _, own := range slices.Delete(shelves, first, first+1)[:c.shops-1] {
		chosen = append(chosen, own[:1])
	}
	return chosen, nil
}

// forSale are the things of which several can be bought now, those of each seller
// together, in any order, with one variant of each advert.
func (l *loading) forSale() ([][]ware, error) {
	adverts, err := find[market.Advert](l, market.Eq("published", true), market.Eq("vetted", true))
	if err != nil {
		return nil, err
	}
	enough := market.Any([]market.Cond{market.Gte("count_on_hand", 4)}, []market.Cond{market.Eq("infinite_quantity", true)})
	variants, err := find[market.Variant](l, market.Eq("published", true), enough)
	if err != nil {
		return nil, err
	}
	l.random.Shuffle(len(variants), func(i, j int) { variants[i], variants[j] = variants[j], variants[i] })
	return shelve(adverts, variants), nil
}

// shelve puts the first variant of each advert with the others of its seller.
func shelve(adverts []*market.Advert, variants []*market.Variant) (shelves [][]ware) {
	shown := map[int64]*market.Advert{}
	for _, a := range adverts {
		shown[a.Num] = a
	}
	for _, v := range variants {
		advert := shown[v.AdvertID]
		if advert == nil {
			continue
		}
		delete(shown, v.AdvertID)
		i := slices.IndexFunc(shelves, func(own []ware) bool { return own[0].variant.SellerID == v.SellerID })
		if i < 0 {
			i, shelves = len(shelves), append(shelves, nil)
		}
		shelves[i] = append(shelves[i], ware{v, advert})
	}
	return shelves
}

// invoice makes up what is bought of one seller. A parcel is paid for with its first line.
func (l *loading) invoice(c cart, wares []ware) market.InvoiceAttributes {
	in := market.InvoiceAttributes{Adjustments: c.extras}
	var goods int64
	for _, w := range wares {
		line := l.line(c, w)
		goods += line.Cost.Amount
		in.LineItems = append(in.LineItems, line)
	}
	first := &in.LineItems[0]
	if cents := c.postage(l.sellers[wares[0].variant.SellerID], goods); cents > 0 {
		first.Postage = &market.MoneyAttributes{Amount: cents, TaxRate: first.Cost.TaxRate}
	}
	for i, line := range in.LineItems {
		in.LineItems[i].Adjustments = c.adjustments(line)
	}
	return in
}

// postage is what a seller takes for sending goods of a value. Of a replacement
// it is taken off again.
func (c cart) postage(seller trader, goods int64) int64 {
	threshold := seller.DomesticShippingFreeThresholdCents
	switch {
	case c.delivery != "":
		return 0
	case c.free:
		return 650
	case threshold != nil && goods >= *threshold:
		return 0
	}
	return seller.BaseDomesticShippingCostCents
}

// line makes up how many pieces of a thing are bought.
func (l *loading) line(c cart, w ware) market.LineItemAttributes {
	quantity := max(1, int64(c.pieces)) + l.random.Int64N(2)
	in := market.LineItemAttributes{
		VariantID: w.variant.ID(), Quantity: quantity,
		Cost: &market.MoneyAttributes{Amount: quantity * *w.variant.CurrentPrice(w.advert, l.at)},
	}
	if rate, taxed := taxRates[l.sellers[w.variant.SellerID].country]; taxed {
		in.Cost.TaxRate = &rate
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
