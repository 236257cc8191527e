package market

import "time"

// RefundStatus is how far a refund request has come; docs/states.md draws it.
type RefundStatus string

// The states of a refund request. RefundDeniedLine is one that only lines have.
const (
	RefundAwaiting   RefundStatus = "AWAITING"
	RefundReturned   RefundStatus = "RETURNED"
	RefundAccepted   RefundStatus = "REFUND_ACCEPTED"
	RefundDeniedLine RefundStatus = "REFUND_DENIED"
	RefundRefunded   RefundStatus = "REFUNDED"
	RefundDenied     RefundStatus = "DENIED"
	RefundProcessed  RefundStatus = "PROCESSED"
)

// RefundInitiator is who asked for a refund.
type RefundInitiator string

// Who can ask for a refund.
const (
	RefundByAdmin  RefundInitiator = "ADMIN"
	RefundBySeller RefundInitiator = "SELLER"
	RefundByBuyer  RefundInitiator = "BUYER"
)

// RefundRequest is a wish that money of an invoice goes back to the buyer.
type RefundRequest struct {
	Base
	// CashAmountCents is what was paid back as money; nil until it was.
	CashAmountCents *int64
	InitiatedBy     RefundInitiator
	InvoiceID       int64
	OrderID         int64 `changed:"-"`
	// RefundAmountCents is what was agreed to; nil until a decision, or where nothing was.
	RefundAmountCents *int64
	RefundedAt        *time.Time
	// RequestValueCents is what was asked for.
	RequestValueCents int64
	SellerID          int64 `changed:"-"`
	Status            RefundStatus
	// TotalCents is the sum of its lines, denied ones left out.
	TotalCents int64
}

// RefundRequestConnection is a page of refund requests; UpdatedRefundRequestsConnection its other name in the API.
type (
	RefundRequestConnection         = Connection[RefundRequest]
	UpdatedRefundRequestsConnection = Connection[RefundRequest]
	RefundRequestEdge               = Edge[RefundRequest]
)

// RefundRequestChange is a change of a refund request.
type RefundRequestChange = ChangeOf[RefundRequest]

var _ = register[RefundRequest](true, ownedBySeller)

// Ref names the refund request.
func (r *RefundRequest) Ref() Ref { return Ref{"RefundRequest", r.Num} }

// ID is the refund request's global id.
func (r *RefundRequest) ID() string { return r.Ref().ID() }

func (r *RefundRequest) hasExternalIDs() {}
func (r *RefundRequest) hasMetadata()    {}

func (r *RefundRequest) sellers() []int64 { return []int64{r.SellerID} }

func (r *RefundRequest) parents() []parent {
	return []parent{{ref: Ref{"Invoice", r.InvoiceID}, field: "refundRequests"}}
}

// RefundLineStatus is how far a line of a refund request has come.
type RefundLineStatus string

// The states of a line of a refund request.
const (
	RefundLinePending        RefundLineStatus = "PENDING_APPROVAL"
	RefundLineAwaitingReturn RefundLineStatus = "AWAITING_RETURN"
	RefundLineAccepted       RefundLineStatus = "REFUND_ACCEPTED"
	RefundLineDenied         RefundLineStatus = "REFUND_DENIED"
	RefundLineRefunded       RefundLineStatus = "REFUNDED"
)

// RefundRequestLineItem is pieces of a line item that are to be refunded, or an amount without pieces.
type RefundRequestLineItem struct {
	Base
	// AmountCents is what all its pieces come to.
	AmountCents int64 `changed:"amountCents,amountPerItemCents"`
	// CommissionAmountCents is what the marketplace gives back; nil where no commission is agreed.
	CommissionAmountCents *int64
	DenyRefundReason      *string
	// Description is the title of what was sold; nil for an amount without a line.
	Description *string
	// Dispatched says whether the pieces were sent to the buyer; nil for an amount without a line.
	Dispatched *bool
	InvoiceID  int64 `changed:"-"`
	// LineItemID is nil for an amount without a line.
	LineItemID      *int64
	Quantity        int64
	Reason          *string
	RefundRequestID int64
	// Returned says that the pieces came back, and so go into stock again with the refund.
	Returned bool  `changed:"-"`
	SellerID int64 `changed:"-"`
	Status   RefundLineStatus
	// TaxCents is contained in AmountCents; nil where it is not known.
	TaxCents *int64 `changed:"-"`
}

// RefundRequestLineItemChange is a change of a refund request line item.
type RefundRequestLineItemChange = ChangeOf[RefundRequestLineItem]

var _ = register[RefundRequestLineItem](true, ownedBySeller)

// Ref names the line.
func (l *RefundRequestLineItem) Ref() Ref { return Ref{"RefundRequestLineItem", l.Num} }

// ID is the line's global id.
func (l *RefundRequestLineItem) ID() string { return l.Ref().ID() }

func (l *RefundRequestLineItem) hasExternalIDs() {}
func (l *RefundRequestLineItem) hasMetadata()    {}

func (l *RefundRequestLineItem) sellers() []int64 { return []int64{l.SellerID} }

func (l *RefundRequestLineItem) parents() []parent {
	return []parent{{ref: Ref{"RefundRequest", l.RefundRequestID}, field: "lineItems"}}
}

// AmountPerItemCents is what one piece comes to, rounded.
func (l *RefundRequestLineItem) AmountPerItemCents() int64 {
	return divideHalfUp(l.AmountCents, l.Quantity)
}

// RefundRequestNote is something noted on the way of a refund request.
type RefundRequestNote struct {
	Base
	// NewStatus is the status of the request, or of its line, right after.
	NewStatus       string
	Note            *string
	RefundRequestID int64
	// RefundRequestLineItemID is nil where the note is about the request as a whole.
	RefundRequestLineItemID *int64
	SellerID                int64
}

var _ = register[RefundRequestNote](false, ownedBySeller)

// Ref names the note.
func (n *RefundRequestNote) Ref() Ref { return Ref{"RefundRequestNote", n.Num} }

// ID is the note's global id.
func (n *RefundRequestNote) ID() string { return n.Ref().ID() }

func (n *RefundRequestNote) sellers() []int64 { return []int64{n.SellerID} }

func (n *RefundRequestNote) parents() []parent {
	if n.RefundRequestLineItemID != nil {
		return []parent{{ref: Ref{"RefundRequestLineItem", *n.RefundRequestLineItemID}, field: "notes"}}
	}
	return []parent{{ref: Ref{"RefundRequest", n.RefundRequestID}, field: "notes"}}
}

// Timestamp is when it was noted.
func (n *RefundRequestNote) Timestamp() time.Time { return n.CreatedAt }
