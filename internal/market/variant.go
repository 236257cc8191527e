package market

import "time"

// Variant is what is bought of an advert: one size, one colour.
type Variant struct {
	Base
	Deletion
	Price
	AdvertID         int64
	Barcode          *string
	CountOnHand      int64 `changed:"countOnHand,buyable"`
	ExternalID       *string
	InfiniteQuantity bool `changed:"infiniteQuantity,buyable"`
	// Label is the variant's option values in words, or the advert's title where it
	// has none, kept with it so that orders can copy it. It only follows from what
	// is a change already.
	Label     string `changed:"-"`
	Notes     *string
	Published bool `changed:"published,displayable,buyable"`
	// SellerID is the advert's seller.
	SellerID int64 `changed:"-"`
	SKU      *string
}

// VariantConnection is a page of variants.
type (
	VariantConnection = Connection[Variant]
	VariantEdge       = Edge[Variant]
)

// VariantChange is a change of a variant.
type VariantChange = ChangeOf[Variant]

var _ = register[Variant](true, ownedBySeller)

// Ref names the variant.
func (v *Variant) Ref() Ref { return Ref{"Variant", v.Num} }

// ID is the variant's global id.
func (v *Variant) ID() string { return v.Ref().ID() }

func (v *Variant) hasExternalIDs() {}
func (v *Variant) hasMetadata()    {}

func (v *Variant) sellers() []int64 { return []int64{v.SellerID} }

func (v *Variant) parents() []parent {
	return []parent{{ref: Ref{"Advert", v.AdvertID}, field: "variants"}}
}

// InStock reports whether at least quantity pieces can be sold.
func (v *Variant) InStock(quantity int64) bool {
	return v.InfiniteQuantity || v.CountOnHand >= quantity
}

// CurrentPrice is what a buyer pays for a piece at a moment, in cents: the
// variant's own price, or that of its advert where it has none; nil where neither
// has one. It points to the field that holds the price.
func (v *Variant) CurrentPrice(advert *Advert, at time.Time) *int64 {
	if own := v.Current(at); own != nil {
		return own
	}
	return advert.Current(at)
}

// AllAdvertVariant is a variant as unpublished and deleted adverts list it.
type AllAdvertVariant struct{ *Variant }

// AllAdvertVariantConnection is a page of such variants.
type (
	AllAdvertVariantConnection = Connection[AllAdvertVariant]
	AllAdvertVariantEdge       = Edge[AllAdvertVariant]
)
