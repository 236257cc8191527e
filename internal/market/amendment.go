package market

import "time"

// InvoiceAmendment is what was taken back from an invoice at one time.
type InvoiceAmendment struct {
	Base
	InvoiceID int64
	OrderID   int64
	// RemittanceCents is what the seller is paid less for it.
	RemittanceCents int64
	RemittedAt      *time.Time
	SellerID        int64 `changed:"-"`
	// TaxCents is contained in TotalCents.
	TaxCents int64
	// TaxRate is in per cent; nil where lines differ or it is not known.
	TaxRate *float64
	// TotalCents is what goes back to the buyer.
	TotalCents int64
}

// InvoiceAmendmentsConnection is a page of invoice amendments.
type (
	InvoiceAmendmentsConnection = Connection[InvoiceAmendment]
	InvoiceAmendmentEdge        = Edge[InvoiceAmendment]
)

// InvoiceAmendmentChange is a change of an invoice amendment.
type InvoiceAmendmentChange = ChangeOf[InvoiceAmendment]

var _ = register[InvoiceAmendment](true, ownedBySeller)

// Ref names the amendment.
func (a *InvoiceAmendment) Ref() Ref { return Ref{"InvoiceAmendment", a.Num} }

// ID is the amendment's global id.
func (a *InvoiceAmendment) ID() string { return a.Ref().ID() }

func (a *InvoiceAmendment) sellers() []int64 { return []int64{a.SellerID} }

func (a *InvoiceAmendment) parents() []parent {
	return []parent{{ref: Ref{"Invoice", a.InvoiceID}, field: "amendments"}}
}

// AmendmentLineStatus is what became of pieces that were taken back.
type AmendmentLineStatus string

// What can become of pieces that are taken back.
const (
	AmendmentRefunded  AmendmentLineStatus = "REFUNDED"
	AmendmentCancelled AmendmentLineStatus = "CANCELLED"
)

// InvoiceAmendmentLineItem is what was taken back of one line of an invoice.
type InvoiceAmendmentLineItem struct {
	Base
	// AmountCents is what its pieces come to, sending left out.
	AmountCents           int64
	CommissionAmountCents *int64
	// Dispatched says whether the pieces had been sent; nil for an amount without a line.
	Dispatched         *bool
	InvoiceAmendmentID int64
	// LineItemID is nil for an amount without a line.
	LineItemID *int64
	Quantity   int64
	// Reason is the operator's or the seller's own; the API does not show it.
	Reason   *string
	SellerID int64
	Status   AmendmentLineStatus
	// TaxCents is contained in TotalCents; nil where it is not known.
	TaxCents *int64
	TaxRate  *float64
	// TotalCents is what goes back to the buyer for it.
	TotalCents int64
}

var _ = register[InvoiceAmendmentLineItem](false, ownedBySeller)

// Ref names the line.
func (l *InvoiceAmendmentLineItem) Ref() Ref { return Ref{"InvoiceAmendmentLineItem", l.Num} }

// ID is the line's global id.
func (l *InvoiceAmendmentLineItem) ID() string { return l.Ref().ID() }

func (l *InvoiceAmendmentLineItem) sellers() []int64 { return []int64{l.SellerID} }

func (l *InvoiceAmendmentLineItem) parents() []parent {
	return []parent{{ref: Ref{"InvoiceAmendment", l.InvoiceAmendmentID}, field: "lineItems"}}
}
