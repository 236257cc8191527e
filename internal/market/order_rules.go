package market

import (
	"context"
	"fmt"
	"slices"
)

// OrderCreate is what orderCreate says. Exactly one of LineItems and Invoices is given.
type OrderCreate struct {
	Order OrderAttributes
	// LineItems are split by the market into one invoice for each seller and delivery type.
	LineItems []LineItemAttributes
	// Invoices are lines that the caller grouped so.
	Invoices []InvoiceAttributes
}

// OrderAttributes is what orderCreate says of the order itself.
type OrderAttributes struct {
	BuyerAttributes
	ExternalIDs []Pair
	Metadata    []Pair
	// Notes are the operator's own; no seller sees them.
	Notes Opt[string]
}

// fill checks what in says, and sets it on an order that is not stored yet. Its
// addresses are checked only: they are stored with the order's number.
func (in OrderAttributes) fill(p *problems, order *Order) {
	in.BuyerAttributes.fill(p, &order.Buyer)
	optional(p, "notes", in.Notes, &order.Notes, valueLimit)
	if in.Address.Value != nil {
		fillAddress(p, "address", *in.Address.Value, nil)
	}
	if in.BillingAddress.Value != nil {
		fillAddress(p, "billing_address", *in.BillingAddress.Value, nil)
	}
}

// InvoiceAttributes is what orderCreate says of an invoice.
type InvoiceAttributes struct {
	// Adjustments are promotions and fees on the invoice as a whole, in the order in which they apply.
	Adjustments []AdjustmentAttributes
	ExternalIDs []Pair
	LineItems   []LineItemAttributes
	Metadata    []Pair
	// TotalCents is what the caller reckons the invoice comes to, with or without
	// Adjustments; nil skips the comparison.
	TotalCents *int64
}

// basket is an order that is being made.
type basket struct {
	u      *unit
	p      problems
	in     OrderCreate
	order  *Order
	lines  []*orderLine
	drafts []*invoiceDraft
}

// CreateOrder places an order: it takes the stock of its lines, splits them into
// invoices and, under PaymentPaid, completes it. A line that cannot be sold
// refuses the whole order. Only the operator may.
func (m *Market) CreateOrder(ctx context.Context, actor Actor, in OrderCreate) (*Order, error) {
	return commit(ctx, m, actor, func(u *unit) (*Order, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		b := &basket{u: u, in: in, order: &Order{Status: OrderNew}}
		if err := b.fill(); err != nil {
			return nil, err
		}
		s, err := b.sale()
		if err != nil {
			return nil, err
		}
		if m.options.Payment == PaymentPaid {
			s.complete(u.now)
		}
		if err := b.store(s); err != nil {
			return nil, err
		}
		return s.order, b.p.err()
	})
}

// fill turns the input into drafts of invoices, whose lines have their prices
// and their stock, or refuses it.
func (b *basket) fill() error {
	b.in.Order.fill(&b.p, b.order)
	b.lines, b.drafts = b.in.given(&b.p)
	if err := b.load(); err != nil {
		return err
	}
	for _, l := range b.lines {
		l.check(&b.p)
	}
	for _, d := range b.drafts {
		checkAdjustments(&b.p, at(d.path, "adjustments"), d.in.Adjustments)
	}
	if err := b.p.err(); err != nil {
		return err
	}
	for _, l := range b.lines {
		l.takeStock(&b.p)
		l.price(&b.p, b.u.now)
	}
	if b.drafts == nil {
		b.drafts = split(b.lines)
	} else {
		checkGiven(&b.p, b.drafts)
	}
	if err := b.p.err(); err != nil {
		return err
	}
	for _, d := range b.drafts {
		d.adjust(&b.p)
	}
	b.checkTotals()
	return b.p.err()
}

// load finds what the lines sell. Adverts and variants are locked, in the order
// of their numbers, so that orders of the same things wait for each other and
// never in a circle.
func (b *basket) load() error {
	nums := b.variantNums()
	seen, err := look[Variant](b.u, In("id", nums))
	if err != nil {
		return fmt.Errorf("look up the variants of an order: %w", err)
	}
	adverts, err := list[Advert](b.u, In("id", each(seen, func(v *Variant) int64 { return v.AdvertID })))
	if err != nil {
		return fmt.Errorf("lock the adverts of an order: %w", err)
	}
	variants, err := list[Variant](b.u, In("id", nums))
	if err != nil {
		return fmt.Errorf("lock the variants of an order: %w", err)
	}
	sellers, err := look[Seller](b.u, In("id", each(variants, func(v *Variant) int64 { return v.SellerID })))
	if err != nil {
		return fmt.Errorf("look up the sellers of an order: %w", err)
	}
	b.connect(byNum(variants), byNum(adverts), byNum(sellers))
	return nil
}

// variantNums are the numbers of the variants that the lines name.
func (b *basket) variantNums() []int64 {
	for _, l := range b.lines {
		l.num = numberOf(&b.p, l.field("variant_id"), l.in.VariantID, "Variant")
	}
	return each(b.lines, func(l *orderLine) int64 { return l.num })
}

// connect gives each line what it sells.
func (b *basket) connect(variants map[int64]*Variant, adverts map[int64]*Advert, sellers map[int64]*Seller) {
	for _, l := range b.lines {
		if l.variant = variants[l.num]; l.variant != nil {
			l.advert, l.seller = adverts[l.variant.AdvertID], sellers[l.variant.SellerID]
		}
	}
}

// checkTotals compares what the invoices and the order come to with what the caller reckoned.
func (b *basket) checkTotals() {
	var sum Totals
	for _, d := range b.drafts {
		totals := totalsOfLines(d.items())
		if d.path != "" {
			checkTotal(&b.p, at(d.path, "total_cents"), d.in.TotalCents, totals, d.adjusted.sumCents())
		}
		sum = sum.plus(totals)
	}
	if sum.tooMuch() {
		b.p.add("base", "the order "+tooMuch, maxCents)
	}
}

// byNum finds entities by their numbers.
func byNum[T any, P interface {
	*T
	Entity
}](rows []*T) map[int64]*T {
	found := make(map[int64]*T, len(rows))
	for _, r := range rows {
		found[P(r).Ref().Num] = r
	}
	return found
}

// each returns a number of every row, each once, in order.
func each[T any](rows []*T, number func(*T) int64) []int64 {
	nums := make([]int64, 0, len(rows))
	for _, r := range rows {
		nums = append(nums, number(r))
	}
	slices.Sort(nums)
	return slices.Compact(nums)
}
