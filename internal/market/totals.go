package market

import "math"

// maxCents is the greatest amount that the API's Int can carry.
const maxCents = math.MaxInt32

// Totals are the sums of a line's, an invoice's or an order's amounts, in
// cents. Tax is contained in the amounts, never added to them.
type Totals struct {
	// SubtotalCents is the value of the goods, without sending and discounts.
	SubtotalCents     int64
	ShippingCostCents int64
	TaxTotalCents     int64
	// TaxShippingCents is the part of TaxTotalCents that is in ShippingCostCents.
	TaxShippingCents int64
	// DiscountCents is what promotions of lines take off, zero or negative.
	DiscountCents int64
	// ShippingDiscountCents is the part of DiscountCents that is taken off the sending.
	ShippingDiscountCents int64 `changed:"-"`
	// TotalCents is what lines come to: goods and sending, with their promotions and fees.
	TotalCents int64 `changed:"totalCents,totalIncludingAdjustmentsCents"`
}

func (t Totals) plus(o Totals) Totals {
	return Totals{
		SubtotalCents:         t.SubtotalCents + o.SubtotalCents,
		ShippingCostCents:     t.ShippingCostCents + o.ShippingCostCents,
		TaxTotalCents:         t.TaxTotalCents + o.TaxTotalCents,
		TaxShippingCents:      t.TaxShippingCents + o.TaxShippingCents,
		DiscountCents:         t.DiscountCents + o.DiscountCents,
		ShippingDiscountCents: t.ShippingDiscountCents + o.ShippingDiscountCents,
		TotalCents:            t.TotalCents + o.TotalCents,
	}
}

// TotalsOf adds up invoices: all of an order's, or those that a reader may see.
func TotalsOf(invoices []*Invoice) Totals {
	var sum Totals
	for _, i := range invoices {
		sum = sum.plus(i.Totals)
	}
	return sum
}

// tooMuch reports whether an amount is more than the API's Int can carry.
func (t Totals) tooMuch() bool {
	return max(t.SubtotalCents, t.ShippingCostCents, t.TaxTotalCents, -t.DiscountCents, t.TotalCents) > maxCents
}

// goodsCents is what promotions leave of the goods.
func (t Totals) goodsCents() int64 {
	return t.SubtotalCents + t.DiscountCents - t.ShippingDiscountCents
}

// totals are the line's amounts under the names that invoices and orders have for them.
func (l *LineItem) totals() Totals {
	return Totals{
		SubtotalCents: l.SubtotalCents, ShippingCostCents: l.PostageCents, TaxTotalCents: l.TaxTotalCents,
		TaxShippingCents: l.PostageTaxCents, DiscountCents: l.DiscountCents, ShippingDiscountCents: l.ShippingDiscountCents,
		TotalCents: l.TotalCents,
	}
}

// totalsOfLines adds up the lines of an invoice.
func totalsOfLines(items []*LineItem) Totals {
	var sum Totals
	for _, l := range items {
		sum = sum.plus(l.totals())
	}
	return sum
}

// microPercent turns a rate into whole millionths of a per cent, so that
// amounts follow from it exactly: 8.7 has no exact float64.
func microPercent(percent float64) int64 { return int64(math.Round(percent * 1e6)) }

// wholeMicro is 100 per cent in the unit of microPercent.
const wholeMicro = 100 * 1_000_000

// share is a percentage of an amount, half a cent rounded up.
func share(cents int64, percent float64) int64 {
	return divideHalfUp(cents*microPercent(percent), wholeMicro)
}

// containedTax is the tax that an amount holds, where the tax was added at a rate.
func containedTax(cents int64, percent float64) int64 {
	rate := microPercent(percent)
	return divideHalfUp(cents*rate, wholeMicro+rate)
}

// divideHalfUp divides non-negative numbers.
func divideHalfUp(n, by int64) int64 { return (n + by/2) / by }

// commission is the share of a subtotal that the marketplace keeps; nil where none is agreed.
func commission(subtotalCents int64, rate *float64) *int64 {
	if rate == nil {
		return nil
	}
	return new(share(subtotalCents, *rate))
}
