package market

import "time"

// AdvertCondition says whether a product is new.
type AdvertCondition string

// The conditions of a product.
const (
	ConditionNew  AdvertCondition = "NEW"
	ConditionUsed AdvertCondition = "USED"
)

// Price is what an advert, or a variant apart from it, costs. All amounts are
// cents of the marketplace's currency; nil means that none is set.
type Price struct {
	EditablePriceCents          *int64 `changed:"editablePriceCents,lowestPriceCents"`
	EditableSalePriceCents      *int64 `changed:"editableSalePriceCents,lowestPriceCents"`
	RecommendedRetailPriceCents *int64
	SalePriceStartAt            *time.Time
	SalePriceEndAt              *time.Time
}

// Current is what is paid at a moment: the sale price while a sale runs, else
// the price; nil where none is set.
func (p Price) Current(at time.Time) *int64 {
	if p.EditableSalePriceCents != nil && p.onSale(at) {
		return p.EditableSalePriceCents
	}
	return p.EditablePriceCents
}

func (p Price) onSale(at time.Time) bool {
	return (p.SalePriceStartAt == nil || !at.Before(*p.SalePriceStartAt)) &&
		(p.SalePriceEndAt == nil || at.Before(*p.SalePriceEndAt))
}

// Advert is a product that a seller offers, in one or more variants.
type Advert struct {
	Base
	Deletion
	Price
	BaseDomesticShippingCostCents *int64 `changed:"baseDomesticShippingCost"`
	BrandID                       *int64
	Code                          *string
	Condition                     AdvertCondition
	Description                   *string `changed:"description,descriptionHtml"`
	ExternalID                    *string
	HasFreeDomesticShipping       *bool
	IsFeatured                    *bool
	ProductFeatures               []string
	Published                     bool `changed:"published,displayable"`
	SellerID                      int64
	Specifications                *string
	TaxonID                       int64  `changed:"taxon,taxonNullable"`
	Title                         string `changed:"title,fullTitle"`
	Vetted                        bool   `changed:"vetted,displayable"`
	Year                          *int64
}

// AdvertsConnection is a page of adverts.
type (
	AdvertsConnection = Connection[Advert]
	AdvertEdge        = Edge[Advert]
)

// AdvertChange is a change of an advert.
type AdvertChange = ChangeOf[Advert]

var _ = register[Advert](true, ownedBySeller)

// Ref names the advert.
func (a *Advert) Ref() Ref { return Ref{"Advert", a.Num} }

// ID is the advert's global id.
func (a *Advert) ID() string { return a.Ref().ID() }

func (a *Advert) hasExternalIDs() {}
func (a *Advert) hasMetadata()    {}

func (a *Advert) sellers() []int64 { return []int64{a.SellerID} }

// BaseDomesticShippingCost is the shipping cost of one piece, in units of the currency.
func (a *Advert) BaseDomesticShippingCost() *float64 {
	return unitsOrNil(a.BaseDomesticShippingCostCents)
}

// AllAdvert is an advert in one of its three states: Advert, UnpublishedAdvert or DeletedAdvert.
type AllAdvert interface{ anyAdvert() }

func (a *Advert) anyAdvert() {}

// UnpublishedAdvert is an advert that buyers do not see.
type UnpublishedAdvert struct{ *Advert }

// Details is the advert itself.
func (a *UnpublishedAdvert) Details() *Advert { return a.Advert }

// DeletedAdvert is what is left to see of a deleted advert.
type DeletedAdvert struct{ *Advert }

// AllAdvertsConnection is a page of adverts in any state.
type AllAdvertsConnection struct {
	Edges    []*AllAdvertEdge
	Nodes    []AllAdvert
	PageInfo *PageInfo
	Total    func() (int, error)
}

// TotalCount counts the rows of all pages.
func (c *AllAdvertsConnection) TotalCount() (int, error) { return c.Total() }

// AllAdvertEdge is an advert in any state with its cursor.
type AllAdvertEdge struct {
	Cursor string
	Node   AllAdvert
}
