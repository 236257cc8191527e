package market

import "time"

// PriceAttributes is what an input says of a price. Amounts are decimals in
// units of the currency, such as "25.95"; null removes one.
type PriceAttributes struct {
	Price                  Opt[string]
	RecommendedRetailPrice Opt[string]
	SalePrice              Opt[string]
	// SalePriceStartAt and SalePriceEndAt bound the sale; null: it has no such bound.
	SalePriceStartAt Opt[time.Time]
	SalePriceEndAt   Opt[time.Time]
}

// fillPrice sets what in says. A variant's least price is one cent, an advert's
// zero; base is the advert's price, which counts where a variant has none.
func fillPrice(p *problems, path string, in PriceAttributes, dst *Price, least int64, base *int64) {
	priced := setCents(p, at(path, "price"), in.Price, &dst.EditablePriceCents)
	reduced := setCents(p, at(path, "sale_price"), in.SalePrice, &dst.EditableSalePriceCents)
	setCents(p, at(path, "recommended_retail_price"), in.RecommendedRetailPrice, &dst.RecommendedRetailPriceCents)
	setMoment(in.SalePriceStartAt, &dst.SalePriceStartAt)
	setMoment(in.SalePriceEndAt, &dst.SalePriceEndAt)
	if priced && in.Price.Value != nil && *dst.EditablePriceCents < least {
		p.add(at(path, "price"), "must be above zero")
		priced = false
	}
	if priced && reduced && (in.Price.Set || in.SalePrice.Set) {
		checkSale(p, at(path, "sale_price"), *dst, base)
	}
	start, end := dst.SalePriceStartAt, dst.SalePriceEndAt
	if (in.SalePriceStartAt.Set || in.SalePriceEndAt.Set) && start != nil && end != nil && !end.After(*start) {
		p.add(at(path, "sale_price_end_at"), "must be after the sale's start")
	}
}

// checkSale refuses a sale that does not lower the price.
func checkSale(p *problems, field string, price Price, base *int64) {
	regular := price.EditablePriceCents
	if regular == nil {
		regular = base
	}
	switch sale := price.EditableSalePriceCents; {
	case sale == nil:
	case regular == nil:
		p.add(field, "needs a price that it is below")
	case *sale >= *regular:
		p.add(field, "must be below the price of %s", DecimalText(*regular))
	}
}

// setCents sets an amount that may be missing, and reports whether it could be read.
func setCents(p *problems, field string, in Opt[string], dst **int64) bool {
	if !in.Set {
		return true
	}
	*dst = nil
	if in.Value == nil {
		return true
	}
	cents, err := ParseCents(*in.Value)
	if err != nil {
		p.add(field, "%s", err)
		return false
	}
	*dst = &cents
	return true
}

// setMoment sets a time that may be missing, in the precision that every store keeps.
func setMoment(in Opt[time.Time], dst **time.Time) {
	if !in.Set {
		return
	}
	*dst = nil
	if in.Value != nil {
		t := in.Value.UTC().Truncate(time.Microsecond)
		*dst = &t
	}
}
