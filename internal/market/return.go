package market

// ReturnShipment is a parcel with which the buyer sends goods back.
type ReturnShipment struct {
	Base
	CarrierID       int64
	DropOffURL      *string `changed:"dropOffUrl"`
	Note            *string
	RefundRequestID int64
	SellerID        int64 `changed:"-"`
	TrackingNumber  string
}

func (s *ReturnShipment) anyShipment() {}

// ReturnShipmentChange is a change of a return shipment.
type ReturnShipmentChange = ChangeOf[ReturnShipment]

var _ = register[ReturnShipment](true, ownedBySeller)

// Ref names the return shipment.
func (s *ReturnShipment) Ref() Ref { return Ref{"ReturnShipment", s.Num} }

// ID is the return shipment's global id.
func (s *ReturnShipment) ID() string { return s.Ref().ID() }

func (s *ReturnShipment) hasExternalIDs() {}
func (s *ReturnShipment) hasMetadata()    {}

func (s *ReturnShipment) sellers() []int64 { return []int64{s.SellerID} }

// The parcel is the request's business, not the invoice's (contract wire.md, event matrix).
func (s *ReturnShipment) parents() []parent {
	return []parent{{ref: Ref{"RefundRequest", s.RefundRequestID}, field: "shipments", quiet: true}}
}

// ReturnShippedItem is how much of a line of a refund request a return shipment holds.
type ReturnShippedItem struct {
	Base
	Quantity                int64
	RefundRequestLineItemID int64
	ReturnShipmentID        int64
	SellerID                int64
}

var _ = register[ReturnShippedItem](false, ownedBySeller)

// Ref names the returned item.
func (s *ReturnShippedItem) Ref() Ref { return Ref{"ReturnShippedItem", s.Num} }

// ID is the returned item's global id.
func (s *ReturnShippedItem) ID() string { return s.Ref().ID() }

func (s *ReturnShippedItem) sellers() []int64 { return []int64{s.SellerID} }

func (s *ReturnShippedItem) parents() []parent {
	return []parent{{ref: Ref{"ReturnShipment", s.ReturnShipmentID}, field: "shippedItems"}}
}
