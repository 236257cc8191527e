package market

// Seller is a business that sells on the marketplace.
type Seller struct {
	Base
	Deletion
	AccountType                        *string
	AddressID                          *int64
	BaseCommissionRate                 *float64
	BaseDomesticShippingCostCents      int64 `changed:"baseDomesticShippingCost"`
	BusinessName                       string
	BusinessNumber                     string
	DomesticShippingFreeThresholdCents *int64 `changed:"domesticShippingFreeThreshold"`
	EmailAddress                       string
	EmailCc                            *string
	InvoiceDispatchDaysThreshold       *int64
	LegalBusinessName                  string
	LogoID                             *int64
	MarketplaceShippingRulesEnabled    bool
	Mobile                             *string
	Online                             bool
	OnlineOnly                         bool
	OpeningHours                       *string
	Phone                              string
	RefundRequestAllowed               *bool
	SellerRating                       *string
	StoreCategory                      *string
	StoreDescription                   *string `changed:"storeDescription,storeDescriptionHtml"`
	Tags                               []string
	YoutubeVideoURL                    *string
}

// SellerConnection is a page of sellers.
type (
	SellerConnection = Connection[Seller]
	SellerEdge       = Edge[Seller]
)

// AllSeller is a seller in either state: Seller or DeletedSeller.
type AllSeller interface{ anySeller() }

func (s *Seller) anySeller() {}

// DeletedSeller is what is left to see of a deleted seller.
type DeletedSeller struct{ *Seller }

// AllSellersConnection is a page of sellers in any state.
type AllSellersConnection struct {
	Edges    []*AllSellerEdge
	Nodes    []AllSeller
	PageInfo *PageInfo
	Total    func() (int, error)
}

// TotalCount counts the rows of all pages.
func (c *AllSellersConnection) TotalCount() (int, error) { return c.Total() }

// AllSellerEdge is a seller in any state with its cursor.
type AllSellerEdge struct {
	Cursor string
	Node   AllSeller
}

// SellerChange is a change of a seller.
type SellerChange = ChangeOf[Seller]

var _ = register[Seller](true, func(seller int64) []Cond { return []Cond{Eq("id", seller)} })

// Ref names the seller.
func (s *Seller) Ref() Ref { return Ref{"Seller", s.Num} }

// ID is the seller's global id.
func (s *Seller) ID() string { return s.Ref().ID() }

func (s *Seller) hasExternalIDs() {}
func (s *Seller) hasMetadata()    {}

func (s *Seller) sellers() []int64 { return []int64{s.Num} }

// BaseDomesticShippingCost is the seller's shipping cost of one parcel, in units of the currency.
func (s *Seller) BaseDomesticShippingCost() float64 { return units(s.BaseDomesticShippingCostCents) }

// DomesticShippingFreeThreshold is the order value from which shipping is free, in units of the currency; nil: never.
func (s *Seller) DomesticShippingFreeThreshold() *float64 {
	return unitsOrNil(s.DomesticShippingFreeThresholdCents)
}
