package market

// OrderStatus is where an order stands between the basket and its payment.
type OrderStatus string

// The states of an order.
const (
	OrderNew               OrderStatus = "NEW"
	OrderCheckout          OrderStatus = "CHECKOUT"
	OrderAbandoned         OrderStatus = "ABANDONED"
	OrderComplete          OrderStatus = "COMPLETE"
	OrderPaymentFailed     OrderStatus = "PAYMENT_FAILED"
	OrderPaymentInProgress OrderStatus = "PAYMENT_IN_PROGRESS"
	OrderPendingReview     OrderStatus = "PENDING_REVIEW"
)

// Buyer is who bought, and whom to bill.
type Buyer struct {
	BillingCompanyName  *string
	BillingEmailAddress *string
	BillingFirstName    *string
	BillingPhone        *string
	BillingSurname      *string
	CompanyName         *string
	EmailAddress        *string
	FirstName           *string
	MessageToSeller     *string
	Phone               *string
	Surname             *string
}

// Order is one purchase; it splits into one invoice for each seller and delivery type.
type Order struct {
	Base
	Buyer
	AddressID        *int64
	BillingAddressID *int64
	Notes            *string `changed:"-"`
	// SellerIDs are the sellers of its invoices, who may therefore see it.
	SellerIDs []int64 `bun:"seller_ids" changed:"-"`
	Status    OrderStatus
}

// UpdatedOrdersConnection is a page of orders.
type (
	UpdatedOrdersConnection = Connection[Order]
	OrderEdge               = Edge[Order]
)

// OrderChange is a change of an order.
type OrderChange = ChangeOf[Order]

var _ = register[Order](true, func(seller int64) []Cond {
	return []Cond{InQuery("id", Sub{Kind: "Invoice", Column: "order_id", Where: []Cond{Eq("seller_id", seller)}})}
})

// Ref names the order.
func (o *Order) Ref() Ref { return Ref{"Order", o.Num} }

// ID is the order's global id.
func (o *Order) ID() string { return o.Ref().ID() }

func (o *Order) hasExternalIDs() {}
func (o *Order) hasMetadata()    {}

func (o *Order) sellers() []int64 { return o.SellerIDs }
