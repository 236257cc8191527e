package market

// AdjustmentAttributes is what orderCreate says of a promotion or a fee.
type AdjustmentAttributes struct {
	// AmountCents is what a promotion takes off, with or without a minus sign, or
	// what a fee charges, which is above zero.
	AmountCents int64
	Description string
	// SourceID is the id of the promotion or rule that it comes from, in whatever system; nil or blank: none.
	SourceID *string
	Type     AdjustmentType
}

// checkAdjustments notes what is wrong with adjustments, whatever they adjust.
func checkAdjustments(p *problems, path string, in []AdjustmentAttributes) {
	if !atMost(p, path, len(in), listLimit) {
		return
	}
	for i, a := range in {
		a.check(p, at(path, i))
	}
}

// check notes what is wrong with one adjustment.
func (in AdjustmentAttributes) check(p *problems, path string) {
	cents, amount := in.AmountCents, at(path, "amount_cents")
	switch {
	case in.Type != AdjustmentPromotion && in.Type != AdjustmentFee:
		p.add(at(path, "adjustment_type"), "is no type of adjustment")
	case cents == 0:
		p.add(amount, "can't be zero")
	case in.Type == AdjustmentFee && (cents < 0 || cents > maxCents):
		p.add(amount, "must be between 1 and %d cents, since a fee is charged", maxCents)
	case cents < -maxCents || cents > maxCents:
		p.add(amount, "must be at most %d cents, with or without a minus sign", maxCents)
	}
	checkName(p, at(path, "description"), in.Description)
	checkText(p, at(path, "source_id"), Opt[string]{Value: in.SourceID}.Or(""), nameLimit)
}

// adjusted is what goods and their sending come to while adjustments change it, in cents.
type adjusted struct {
	// goods and postage are what promotions have left of them.
	goods, postage int64
	// fees is what is charged besides.
	fees        int64
	adjustments []*Adjustment
}

// totalCents is what is to be paid.
func (a *adjusted) totalCents() int64 { return a.goods + a.postage + a.fees }

// sumCents is what the adjustments come to, negative where promotions outweigh fees.
func (a *adjusted) sumCents() (sum int64) {
	for _, made := range a.adjustments {
		sum += made.AmountCents
	}
	return sum
}

// apply makes adjustments, one after the other, of attributes that were checked,
// and reports whether there is enough to take all promotions off.
func (a *adjusted) apply(p *problems, path string, in []AdjustmentAttributes) bool {
	ok := true
	for i, attributes := range in {
		made := attributes.adjustment()
		if made.AdjustmentType == AdjustmentFee {
			a.fees += made.AmountCents
		} else if made.AppliesTo = a.takeOff(-made.AmountCents); made.AppliesTo == nil {
			p.add(at(at(path, i), "amount_cents"), "takes off more than the %d cents that are left of the goods, or the %d of their sending", a.goods, a.postage)
			ok = false
		}
		a.adjustments = append(a.adjustments, made)
	}
	return ok
}

// adjustment is what the attributes describe, save what it applies to.
func (in AdjustmentAttributes) adjustment() *Adjustment {
	made := &Adjustment{AdjustmentType: in.Type, AmountCents: in.AmountCents, Description: in.Description}
	if in.Type == AdjustmentPromotion && in.AmountCents > 0 {
		made.AmountCents = -in.AmountCents
	}
	setText(Opt[string]{Set: true, Value: in.SourceID}, &made.SourceID)
	return made
}

// takeOff takes a promotion off the goods or, where it is more than what is left
// of them, off the sending; nil, and nothing taken, where it is more than either.
func (a *adjusted) takeOff(cents int64) *AdjustmentAppliesTo {
	switch {
	case cents <= a.goods:
		a.goods -= cents
		return new(AppliesToSubtotal)
	case cents <= a.postage:
		a.postage -= cents
		return new(AppliesToShipping)
	}
	return nil
}

// keepAdjustments stores adjustments of an invoice as a whole, or of one of its lines.
func (u *unit) keepAdjustments(made []*Adjustment, invoice *Invoice, line *LineItem) error {
	for _, a := range made {
		a.InvoiceID, a.SellerID = invoice.Num, invoice.SellerID
		if line != nil {
			a.LineItemID = new(line.Num)
		}
		if err := u.add(a); err != nil {
			return err
		}
	}
	return nil
}
