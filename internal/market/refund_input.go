package market

// RefundCreate is what refundRequestCreate says of a refund request.
type RefundCreate struct {
	ExternalIDs []Pair
	// InitiatedBy defaults to RefundByAdmin for the operator and to RefundBySeller for a seller.
	InitiatedBy *RefundInitiator
	InvoiceID   string
	// LineItems has at least one entry.
	LineItems []RefundLineAttributes
	Metadata  []Pair
	// Notes are texts about the request as a whole; "" is a note without words.
	Notes []string
}

// RefundLineAttributes is what to refund: pieces of a line of the invoice, or an amount without a line.
type RefundLineAttributes struct {
	// AmountPerItemCents is what one piece comes to; nil: its share of what was paid for the line.
	AmountPerItemCents *int64
	// Dispatched says whether the pieces were sent; nil: as few of those as possible.
	Dispatched  *bool
	ExternalIDs []Pair
	// LineItemID is nil for an amount without a line, which needs AmountPerItemCents.
	LineItemID *string
	Metadata   []Pair
	// Notes are texts about this line; "" is a note without words.
	Notes []string
	// Quantity is at least one.
	Quantity int64
	Reason   *string
	// Status is where the line starts: RefundLinePending by default, RefundLineAwaitingReturn or RefundLineAccepted.
	Status *RefundLineStatus
}

// RefundStep is what a step of a refund request adds to it.
type RefundStep struct {
	NewLineItems []RefundLineAttributes
	Notes        []string
}

// RefundSettlement is what refundRequestRefund says.
type RefundSettlement struct {
	RefundStep
	// CashAmountCents is how much goes back as money; nil: all of the request's total.
	CashAmountCents *int64
}
