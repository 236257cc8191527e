package market

import "time"

// DeliveryType is how what was sold reaches the buyer.
type DeliveryType string

// The delivery types.
const (
	BuyOnline       DeliveryType = "BUY_ONLINE"
	ClickAndCollect DeliveryType = "CLICK_AND_COLLECT"
	NoDispatch      DeliveryType = "NO_DISPATCH"
)

// InvoiceStatus is an invoice's state in one word.
type InvoiceStatus string

// The states of an invoice.
const (
	InvoiceAwaitingPayment    InvoiceStatus = "AWAITING_PAYMENT"
	InvoicePaid               InvoiceStatus = "PAID"
	InvoicePaymentUnderReview InvoiceStatus = "PAYMENT_UNDER_REVIEW"
	InvoiceSent               InvoiceStatus = "SENT"
	InvoicePartiallySent      InvoiceStatus = "PARTIALLY_SENT"
	InvoiceReady              InvoiceStatus = "READY"
	InvoiceCollected          InvoiceStatus = "COLLECTED"
	InvoiceRefunded           InvoiceStatus = "REFUNDED"
	InvoiceCancelled          InvoiceStatus = "CANCELLED"
)

// InvoiceStatusFlag is one of the things that hold for an invoice at once.
type InvoiceStatusFlag string

// The flags of an invoice.
const (
	FlagPaid               InvoiceStatusFlag = "PAID"
	FlagPaymentUnderReview InvoiceStatusFlag = "PAYMENT_UNDER_REVIEW"
	FlagSent               InvoiceStatusFlag = "SENT"
	FlagPartiallySent      InvoiceStatusFlag = "PARTIALLY_SENT"
	FlagAwaitingReturn     InvoiceStatusFlag = "AWAITING_RETURN"
	FlagAwaitingRefund     InvoiceStatusFlag = "AWAITING_REFUND"
	FlagRefunded           InvoiceStatusFlag = "REFUNDED"
	FlagCancelled          InvoiceStatusFlag = "CANCELLED"
	FlagReady              InvoiceStatusFlag = "READY"
	FlagCollected          InvoiceStatusFlag = "COLLECTED"
	FlagRemitted           InvoiceStatusFlag = "REMITTED"
)

// Invoice is the part of an order that one seller fulfils in one way.
type Invoice struct {
	Base
	// AdjustmentsCents is the sum of the adjustments on the invoice as a whole.
	AdjustmentsCents int64 `changed:"totalIncludingAdjustmentsCents"`
	// AwaitingRefund says that money is expected to go back to the buyer.
	AwaitingRefund bool `changed:"statusFlags"`
	// AwaitingReturn says that goods are expected back from the buyer.
	AwaitingReturn bool `changed:"statusFlags"`
	// CommissionRate is the share of the subtotal that the marketplace keeps, in percent; nil: no commission is agreed.
	CommissionRate *float64 `changed:"commissionAmountCents"`
	DeliveryType   DeliveryType
	OrderID        int64
	PaidAt         *time.Time
	// RefundedCents is what went back to the buyer; the first of it makes a flag, the rest does not.
	RefundedCents int64 `changed:"-"`
	RemittedAt    *time.Time
	SellerID      int64
	Status        InvoiceStatus `changed:"status,statusFlags"`
	// TaxRate is the rate that all lines share, in per cent; nil where they differ or it is not known.
	TaxRate *float64
	// Totals are the sums of its line items.
	Totals
}

// InvoicesConnection is a page of invoices; InvoiceConnection its other name in the API.
type (
	InvoicesConnection = Connection[Invoice]
	InvoiceConnection  = Connection[Invoice]
	InvoiceEdge        = Edge[Invoice]
)

// InvoiceChange is a change of an invoice.
type InvoiceChange = ChangeOf[Invoice]

var _ = register[Invoice](true, ownedBySeller)

// Ref names the invoice.
func (i *Invoice) Ref() Ref { return Ref{"Invoice", i.Num} }

// ID is the invoice's global id.
func (i *Invoice) ID() string { return i.Ref().ID() }

func (i *Invoice) hasExternalIDs() {}
func (i *Invoice) hasMetadata()    {}

func (i *Invoice) sellers() []int64 { return []int64{i.SellerID} }

// LineItemStatus is where one line of an invoice stands.
type LineItemStatus string

// The states of a line item.
const (
	LineNew       LineItemStatus = "NEW"
	LineAllocated LineItemStatus = "ALLOCATED"
	LineRefunded  LineItemStatus = "REFUNDED"
	LineCancelled LineItemStatus = "CANCELLED"
)

// LineItemStatusFull is LineItemStatus with the dispatch told apart.
type LineItemStatusFull string

// LineShipped is the state of a line all of which was dispatched.
const LineShipped LineItemStatusFull = "SHIPPED"

// LineItem is a quantity of one variant in an invoice. It keeps what was sold,
// whatever becomes of the advert.
type LineItem struct {
	Base
	AdvertID       *int64
	AdvertCode     *string
	AdvertTitle    *string
	BrandName      *string
	CommissionRate *float64 `changed:"commissionAmountCents"`
	// DeliveryType is its invoice's.
	DeliveryType    DeliveryType `changed:"-"`
	DiscountCents   int64
	ImageID         *int64
	InvoiceID       int64
	ItemAmountCents int64
	OrderID         int64
	PostageCents    int64
	PostageTaxCents int64 `changed:"-"`
	Quantity        int64
	DispatchedCount int64 `changed:"quantityAwaitingDispatch,quantityReturnable,statusFull"`
	// ClaimedCents is what refund requests that are not denied, and amendments, take back of the line's total.
	ClaimedCents int64 `changed:"-"`
	// RecalledCount is how many sent pieces are in refund requests that are not denied, or in amendments.
	RecalledCount int64 `changed:"quantityReturnable"`
	// WithdrawnCount is how many pieces that were not sent are in such requests or amendments.
	WithdrawnCount int64 `changed:"quantityAwaitingDispatch"`
	// SettledCount is how many of those pieces, sent or not, the money went back for.
	SettledCount int64 `changed:"-"`
	SellerID     int64
	// ShippingDiscountCents is the part of DiscountCents that is taken off the postage.
	ShippingDiscountCents int64          `changed:"-"`
	Status                LineItemStatus `changed:"status,statusFull"`
	// StockTaken is how many pieces the sale took from the variant's count; none of one with infinite quantity.
	StockTaken     int64 `changed:"-"`
	SubtotalCents  int64
	TaxRate        *float64
	TaxTotalCents  int64
	TotalCents     int64
	VariantID      *int64
	VariantBarcode *string
	VariantName    *string
	VariantSKU     *string
}

// LineItemConnection is a page of line items.
type (
	LineItemConnection = Connection[LineItem]
	LineItemEdge       = Edge[LineItem]
)

var _ = register[LineItem](false, ownedBySeller)

// Ref names the line item.
func (l *LineItem) Ref() Ref { return Ref{"LineItem", l.Num} }

// ID is the line item's global id.
func (l *LineItem) ID() string { return l.Ref().ID() }

func (l *LineItem) hasExternalIDs() {}
func (l *LineItem) hasMetadata()    {}

func (l *LineItem) sellers() []int64 { return []int64{l.SellerID} }

func (l *LineItem) parents() []parent {
	return []parent{{ref: Ref{"Invoice", l.InvoiceID}, field: "lineItems"}}
}
