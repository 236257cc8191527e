package market

// AdjustmentType is what an adjustment is.
type AdjustmentType string

// The types of adjustments.
const (
	AdjustmentPromotion AdjustmentType = "PROMOTION"
	AdjustmentFee       AdjustmentType = "FEE"
)

// AdjustmentAppliesTo is what a promotion is taken off.
type AdjustmentAppliesTo string

// What promotions are taken off.
const (
	AppliesToSubtotal AdjustmentAppliesTo = "SUBTOTAL_DISCOUNT"
	AppliesToShipping AdjustmentAppliesTo = "FREE_SHIPPING_DISCOUNT"
)

// Adjustment is a promotion or a fee on a line item, or on an invoice as a whole.
type Adjustment struct {
	Base
	AdjustmentType AdjustmentType
	// AmountCents is negative for a promotion, positive for a fee.
	AmountCents int64
	// AppliesTo is what a promotion is taken off; nil for a fee.
	AppliesTo   *AdjustmentAppliesTo
	Description string
	InvoiceID   int64
	// LineItemID is nil where the adjustment is on the invoice as a whole.
	LineItemID *int64
	SellerID   int64
	// SourceID is the id of the promotion that it comes from, in whatever system.
	SourceID *string
}

var _ = register[Adjustment](false, ownedBySeller)

// Ref names the adjustment.
func (a *Adjustment) Ref() Ref { return Ref{"Adjustment", a.Num} }

// ID is the adjustment's global id.
func (a *Adjustment) ID() string { return a.Ref().ID() }

func (a *Adjustment) sellers() []int64 { return []int64{a.SellerID} }

func (a *Adjustment) parents() []parent {
	if a.LineItemID != nil {
		return []parent{{ref: Ref{"LineItem", *a.LineItemID}, field: "adjustments"}}
	}
	return []parent{{ref: Ref{"Invoice", a.InvoiceID}, field: "adjustments"}}
}
