package market

import "time"

// Shipment is a parcel that a seller sent for an invoice.
type Shipment struct {
	Base
	CarrierID      int64 `changed:"carrier,homepageLink,trackingLink"`
	DispatchedAt   time.Time
	InvoiceID      int64
	Note           *string
	OrderID        int64  `changed:"-"`
	SellerID       int64  `changed:"-"`
	TrackingNumber string `changed:"trackingNumber,trackingLink"`
}

// AnyShipment is a parcel in either direction.
type AnyShipment interface{ anyShipment() }

func (s *Shipment) anyShipment() {}

// ShipmentChange is a change of a shipment.
type ShipmentChange = ChangeOf[Shipment]

var _ = register[Shipment](true, ownedBySeller)

// Ref names the shipment.
func (s *Shipment) Ref() Ref { return Ref{"Shipment", s.Num} }

// ID is the shipment's global id.
func (s *Shipment) ID() string { return s.Ref().ID() }

func (s *Shipment) hasExternalIDs() {}
func (s *Shipment) hasMetadata()    {}

func (s *Shipment) sellers() []int64 { return []int64{s.SellerID} }

func (s *Shipment) parents() []parent {
	return []parent{{ref: Ref{"Invoice", s.InvoiceID}, field: "shipments"}}
}

// ShippedItem is how much of a line item a shipment holds.
type ShippedItem struct {
	Base
	LineItemID int64
	Quantity   int64
	SellerID   int64
	ShipmentID int64
}

var _ = register[ShippedItem](false, ownedBySeller)

// Ref names the shipped item.
func (s *ShippedItem) Ref() Ref { return Ref{"ShippedItem", s.Num} }

// ID is the shipped item's global id.
func (s *ShippedItem) ID() string { return s.Ref().ID() }

func (s *ShippedItem) sellers() []int64 { return []int64{s.SellerID} }

func (s *ShippedItem) parents() []parent {
	return []parent{{ref: Ref{"Shipment", s.ShipmentID}, field: "shippedItems"}}
}

// ShipmentState is what a carrier last said of a parcel.
type ShipmentState string

// What a carrier can say of a parcel.
const (
	ShipmentInfoReceived       ShipmentState = "InfoReceived"
	ShipmentInTransit          ShipmentState = "InTransit"
	ShipmentOutForDelivery     ShipmentState = "OutForDelivery"
	ShipmentAttemptFail        ShipmentState = "AttemptFail"
	ShipmentDelivered          ShipmentState = "Delivered"
	ShipmentAvailableForPickup ShipmentState = "AvailableForPickup"
	ShipmentException          ShipmentState = "Exception"
	ShipmentExpired            ShipmentState = "Expired"
	ShipmentPending            ShipmentState = "Pending"
)

var shipmentStates = []ShipmentState{
	ShipmentInfoReceived, ShipmentInTransit, ShipmentOutForDelivery, ShipmentAttemptFail, ShipmentDelivered,
	ShipmentAvailableForPickup, ShipmentException, ShipmentExpired, ShipmentPending,
}

// ShipmentStatus is one entry of a shipment's log.
type ShipmentStatus struct {
	Base
	// ReturnShipmentID or ShipmentID is the parcel's; the other is nil.
	ReturnShipmentID *int64
	SellerID         int64
	ShipmentID       *int64
	Status           ShipmentState
}

// ShipmentStatusConnection is a page of a shipment's log.
type (
	ShipmentStatusConnection = Connection[ShipmentStatus]
	ShipmentStatusEdge       = Edge[ShipmentStatus]
)

var _ = register[ShipmentStatus](false, ownedBySeller)

// Ref names the entry.
func (s *ShipmentStatus) Ref() Ref { return Ref{"ShipmentStatus", s.Num} }

// ID is the entry's global id.
func (s *ShipmentStatus) ID() string { return s.Ref().ID() }

// Parcel names the shipment or return shipment that the entry is about.
func (s *ShipmentStatus) Parcel() Ref {
	if s.ReturnShipmentID != nil {
		return Ref{"ReturnShipment", *s.ReturnShipmentID}
	}
	return Ref{"Shipment", *s.ShipmentID}
}

func (s *ShipmentStatus) sellers() []int64 { return []int64{s.SellerID} }

func (s *ShipmentStatus) parents() []parent {
	return []parent{{ref: s.Parcel(), field: "statusLog"}}
}

// ShipmentCarrier brings parcels. TrackingURL holds the placeholder {tracking_number}.
type ShipmentCarrier struct {
	Base
	HomepageURL *string
	Name        string
	TrackingURL *string
}

// ShipmentCarrierConnection is a page of carriers.
type (
	ShipmentCarrierConnection = Connection[ShipmentCarrier]
	ShipmentCarrierEdge       = Edge[ShipmentCarrier]
)

var _ = register[ShipmentCarrier](false, nil)

// Ref names the carrier.
func (c *ShipmentCarrier) Ref() Ref { return Ref{"ShipmentCarrier", c.Num} }

// ID is the carrier's global id.
func (c *ShipmentCarrier) ID() string { return c.Ref().ID() }
