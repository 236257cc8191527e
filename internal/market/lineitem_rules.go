package market

import (
	"slices"
	"time"
)

// MoneyAttributes is an amount of money as a client gives it.
type MoneyAttributes struct {
	// Amount is in cents, tax included.
	Amount int64
	// Tax is how much of Amount is tax; nil: it follows from TaxRate, or is zero without one.
	Tax *int64
	// TaxRate is in per cent; nil where it is not known.
	TaxRate *float64
}

// LineItemAttributes is what orderCreate says of one line.
type LineItemAttributes struct {
	// Adjustments are promotions and fees on the line, in the order in which they apply.
	Adjustments []AdjustmentAttributes
	// Cost is the price of the whole line; nil: the variant's current price for each piece.
	Cost *MoneyAttributes
	// DeliveryType defaults to BuyOnline.
	DeliveryType *DeliveryType
	ExternalIDs  []Pair
	Metadata     []Pair
	// Postage is the cost of sending the line, PostageCents the same without its tax known; nil both: nothing.
	Postage      *MoneyAttributes
	PostageCents *int64
	// Quantity is at least one.
	Quantity int64
	// TotalCents is what the caller reckons the line comes to; nil skips the comparison.
	TotalCents *int64
	VariantID  string
}

// orderLine is a line of an order that is being made.
type orderLine struct {
	in LineItemAttributes
	// path is the line's place in the input, such as "invoices.0.line_items.2".
	path string
	// num is the number of what the line sells; 0 where its id is none.
	num int64
	// What the line sells; nil where it does not exist.
	variant *Variant
	advert  *Advert
	seller  *Seller
	item    *LineItem
	// adjusted is what the line comes to; empty before it has its price.
	adjusted adjusted
}

func (l *orderLine) field(name string) string { return at(l.path, name) }

// delivery is how the line reaches the buyer.
func (l *orderLine) delivery() DeliveryType {
	if l.in.DeliveryType == nil {
		return BuyOnline
	}
	return *l.in.DeliveryType
}

// check notes everything for which the line cannot be sold.
func (l *orderLine) check(p *problems) {
	if l.in.Quantity < 1 || l.in.Quantity > maxCents {
		p.add(l.field("quantity"), "must be between 1 and %d", maxCents)
	}
	if !slices.Contains([]DeliveryType{BuyOnline, ClickAndCollect, NoDispatch}, l.delivery()) {
		p.add(l.field("delivery_type"), "is no delivery type")
	}
	checkAdjustments(p, l.field("adjustments"), l.in.Adjustments)
	switch {
	case l.num == 0: // noted when the id was read
	case l.variant == nil:
		p.missing(l.field("variant_id"))
	case l.advert == nil:
		p.add(l.field("variant_id"), "cannot be sold: its advert was deleted")
	case !l.variant.Published || !l.advert.Published:
		p.add(l.field("variant_id"), "cannot be sold: it is not published")
	case !l.advert.Vetted:
		p.add(l.field("variant_id"), "cannot be sold: its advert is not vetted")
	case l.seller == nil || !l.seller.Online:
		p.add(l.field("variant_id"), "cannot be sold: its seller is not online")
	}
}

// takeStock takes the line's pieces from the variant's count. Lines of one
// variant share the variant, and so count together.
func (l *orderLine) takeStock(p *problems) {
	if l.variant.InfiniteQuantity {
		return
	}
	if !l.variant.InStock(l.in.Quantity) {
		p.add(l.field("quantity"), "is more than the %d that are in stock", l.variant.CountOnHand)
		return
	}
	l.variant.CountOnHand -= l.in.Quantity
	l.item.StockTaken = l.in.Quantity
}

// price works out the line's amounts, and compares them with what the caller
// reckoned. Tax that follows from a rate is in what promotions leave to pay.
func (l *orderLine) price(p *problems, now time.Time) {
	cost, postage := l.cost(p, now), l.postage(p)
	if cost == nil || postage == nil {
		return
	}
	item := l.item
	item.SubtotalCents, item.TaxRate = cost.Amount, cost.TaxRate
	item.ItemAmountCents = divideHalfUp(cost.Amount, item.Quantity)
	due := &l.adjusted
	due.goods, due.postage = cost.Amount, postage.Amount
	if !due.apply(p, l.field("adjustments"), l.in.Adjustments) {
		return
	}
	item.PostageCents, item.PostageTaxCents = postage.Amount, postage.taxIn(due.postage)
	item.TaxTotalCents = cost.taxIn(due.goods) + item.PostageTaxCents
	item.ShippingDiscountCents = due.postage - postage.Amount
	item.DiscountCents = due.goods - cost.Amount + item.ShippingDiscountCents
	item.TotalCents = due.totalCents()
	checkTotal(p, l.field("total_cents"), l.in.TotalCents, item.totals(), 0)
}

// cost is the price of all pieces; nil where that is refused.
func (l *orderLine) cost(p *problems, now time.Time) *MoneyAttributes {
	if l.in.Cost != nil {
		return l.in.Cost.checked(p, l.field("cost"))
	}
	piece := l.variant.CurrentPrice(l.advert, now)
	if piece == nil {
		p.add(l.field("cost"), "can't be left out, since the variant has no price")
		return nil
	}
	if *piece > maxCents/l.in.Quantity {
		p.add(l.field("quantity"), tooMuch, maxCents)
		return nil
	}
	return &MoneyAttributes{Amount: *piece * l.in.Quantity}
}

// postage is the cost of sending; nil where that is refused.
func (l *orderLine) postage(p *problems) *MoneyAttributes {
	cents, field := l.in.PostageCents, l.field("postage_cents")
	switch {
	case l.in.Postage != nil:
		postage := l.in.Postage.checked(p, l.field("postage"))
		if postage != nil && cents != nil && *cents != postage.Amount {
			p.add(field, "differs from the amount of postage")
			return nil
		}
		return postage
	case cents != nil && checkCents(p, field, *cents):
		return &MoneyAttributes{Amount: *cents}
	case cents != nil:
		return nil
	}
	return &MoneyAttributes{}
}

// tooMuch refuses amounts that the API could not show.
const tooMuch = "comes to more than %d cents, the most that an amount can be"

// checkCents reports whether an amount can be taken.
func checkCents(p *problems, field string, cents int64) bool {
	if cents < 0 || cents > maxCents {
		p.add(field, "must be between 0 and %d cents", maxCents)
		return false
	}
	return true
}

// checkTotal refuses totals that are too great, or not what the caller reckoned:
// with the adjustments of an invoice as a whole, or without them.
func checkTotal(p *problems, field string, reckoned *int64, totals Totals, adjustments int64) {
	lines, whole := totals.TotalCents, totals.TotalCents+adjustments
	switch {
	case totals.tooMuch() || whole > maxCents:
		p.add(field, tooMuch, maxCents)
	case reckoned == nil || *reckoned == lines || *reckoned == whole:
	case adjustments == 0:
		p.add(field, "is %d, but it comes to %d", *reckoned, lines)
	default:
		p.add(field, "is %d, but it comes to %d, and to %d with its adjustments", *reckoned, lines, whole)
	}
}

// checked returns the money, or nil where something is wrong with it.
func (m *MoneyAttributes) checked(p *problems, field string) *MoneyAttributes {
	ok := checkCents(p, at(field, "amount"), m.Amount)
	if m.Tax != nil && (*m.Tax < 0 || ok && *m.Tax > m.Amount) {
		p.add(at(field, "tax"), "must be between 0 and the amount")
		ok = false
	}
	if m.TaxRate != nil && !(*m.TaxRate >= 0 && *m.TaxRate <= 100) {
		p.add(at(field, "tax_rate"), "must be between 0 and 100 per cent")
		ok = false
	}
	if !ok {
		return nil
	}
	return m
}

// taxIn is how much of what is left of the amount is tax.
func (m *MoneyAttributes) taxIn(cents int64) int64 {
	switch {
	case m.Tax != nil:
		return min(*m.Tax, cents)
	case m.TaxRate != nil:
		return containedTax(cents, *m.TaxRate)
	}
	return 0
}
