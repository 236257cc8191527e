package market

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ShipmentCreate is what shipmentCreate says of a shipment.
type ShipmentCreate struct {
	CarrierID    string
	DispatchedAt time.Time
	InvoiceID    string
	// Items has at least one entry, and each line item at most once.
	Items          []ShippedItemAttributes
	Note           *string
	TrackingNumber string
}

// ShippedItemAttributes is how much of a line item goes into a shipment.
type ShippedItemAttributes struct {
	LineItemID string
	// Quantity is at least one, and at most what awaits dispatch.
	Quantity int64
}

// ShipmentUpdate corrects a shipment. What is absent stays; only a note can be cleared.
type ShipmentUpdate struct {
	CarrierID      Opt[string]
	DispatchedAt   Opt[time.Time]
	Note           Opt[string]
	TrackingNumber Opt[string]
}

// parcel is a shipment that is being made.
type parcel struct {
	u        *unit
	p        problems
	in       ShipmentCreate
	shipment *Shipment
	invoice  *Invoice
	// items are all lines of the invoice.
	items []*LineItem
	// contents are the lines that the shipment holds, one for each entry of in.Items.
	contents []*LineItem
}

// CreateShipment records that goods of a paid invoice were sent, and moves the
// invoice to PARTIALLY_SENT or SENT by the quantities.
func (m *Market) CreateShipment(ctx context.Context, actor Actor, in ShipmentCreate) (*Shipment, error) {
	return commit(ctx, m, actor, func(u *unit) (*Shipment, error) {
		c := &parcel{u: u, in: in, shipment: &Shipment{}}
		if err := c.fill(); err != nil {
			return nil, err
		}
		if err := c.store(); err != nil {
			return nil, err
		}
		c.invoice.followItems(c.items)
		return c.shipment, nil
	})
}

// fill turns the input into a shipment, or refuses it.
func (c *parcel) fill() error {
	var err error
	if c.invoice, err = find[Invoice](c.u, &c.p, "invoice_id", c.in.InvoiceID); err != nil {
		return err
	}
	update := ShipmentUpdate{
		CarrierID: Some(c.in.CarrierID), DispatchedAt: Some(c.in.DispatchedAt),
		Note: Opt[string]{Set: true, Value: c.in.Note}, TrackingNumber: Some(c.in.TrackingNumber),
	}
	if err := c.u.fillShipment(&c.p, c.shipment, update); err != nil {
		return err
	}
	if len(c.in.Items) == 0 {
		c.p.add("shipped_items", "can't be empty")
	}
	if c.invoice == nil {
		return c.p.err()
	}
	if why := c.invoice.whyNotSent(); why != "" {
		c.p.add("invoice_id", "%s", why)
		return c.p.err()
	}
	return c.pack()
}

// whyNotSent says why nothing of the invoice can be sent now; "" where it can.
func (i *Invoice) whyNotSent() string {
	switch {
	case !i.DeliveryType.dispatched():
		return fmt.Sprintf("is delivered by %s, with nothing to send", i.DeliveryType)
	case i.Status == InvoicePaid || i.Status == InvoicePartiallySent:
		return ""
	case i.Status == InvoiceAwaitingPayment:
		return "is not paid yet"
	}
	return fmt.Sprintf("is %s, with nothing left to send", i.Status)
}

// fillShipment checks what in says and sets it on a shipment.
func (u *unit) fillShipment(p *problems, s *Shipment, in ShipmentUpdate) error {
	required(p, "tracking_number", Some(in.TrackingNumber.Or(s.TrackingNumber)), &s.TrackingNumber, nameLimit)
	optional(p, "note", in.Note, &s.Note, valueLimit)
	s.DispatchedAt = in.DispatchedAt.Or(s.DispatchedAt).UTC().Truncate(time.Microsecond)
	if s.DispatchedAt.IsZero() {
		p.add("dispatched_at", "can't be blank")
	}
	if in.CarrierID.Value == nil {
		return nil
	}
	carrier, err := peek[ShipmentCarrier](u, p, "postage_carrier_id", *in.CarrierID.Value)
	if err != nil {
		return err
	}
	if carrier != nil {
		s.CarrierID = carrier.Num
	}
	return nil
}

// pack finds the lines that the shipment holds, and takes their pieces from what awaits dispatch.
func (c *parcel) pack() error {
	var err error
	if c.items, err = list[LineItem](c.u, Eq("invoice_id", c.invoice.Num)); err != nil {
		return fmt.Errorf("load the line items of %s: %w", c.invoice.Ref(), err)
	}
	if !atMost(&c.p, "shipped_items", len(c.in.Items), linesLimit) {
		return c.p.err()
	}
	lines := byNum(c.items)
	for i, item := range c.in.Items {
		path := at("shipped_items", i)
		if num := numberOf(&c.p, at(path, "line_item_id"), item.LineItemID, "LineItem"); num != 0 {
			c.packItem(path, item, lines[num])
		}
	}
	return c.p.err()
}

// packItem packs one entry; line is nil where the invoice has no such line.
func (c *parcel) packItem(path string, item ShippedItemAttributes, line *LineItem) {
	switch {
	case line == nil:
		c.p.missing(at(path, "line_item_id"))
		return
	case slices.Contains(c.contents, line):
		c.p.add(at(path, "line_item_id"), "is there twice: give each line once, with its whole quantity")
		return
	case item.Quantity < 1:
		c.p.add(at(path, "quantity"), "must be at least 1")
		return
	}
	c.contents = append(c.contents, line)
	if waiting := line.waiting(); item.Quantity > waiting {
		c.p.add(at(path, "quantity"), "is more than the %d that await dispatch", waiting)
		return
	}
	line.DispatchedCount += item.Quantity
}

// store stores the shipment and what it holds.
func (c *parcel) store() error {
	s := c.shipment
	s.InvoiceID, s.OrderID, s.SellerID = c.invoice.Num, c.invoice.OrderID, c.invoice.SellerID
	if err := c.u.add(s); err != nil {
		return err
	}
	for i, line := range c.contents {
		item := &ShippedItem{LineItemID: line.Num, Quantity: c.in.Items[i].Quantity, SellerID: s.SellerID, ShipmentID: s.Num}
		if err := c.u.add(item); err != nil {
			return err
		}
	}
	return nil
}

// UpdateShipment corrects a shipment that the actor may see.
func (m *Market) UpdateShipment(ctx context.Context, actor Actor, id string, in ShipmentUpdate) (*Shipment, error) {
	return commit(ctx, m, actor, func(u *unit) (*Shipment, error) {
		var p problems
		shipment, err := find[Shipment](u, &p, "shipment_id", id)
		if err != nil {
			return nil, err
		}
		if shipment == nil {
			return nil, p.err()
		}
		if err := u.fillShipment(&p, shipment, in); err != nil {
			return nil, err
		}
		return shipment, p.err()
	})
}

// CreateShipmentStatus adds an entry to the log of a shipment or a return shipment that the actor may see.
func (m *Market) CreateShipmentStatus(ctx context.Context, actor Actor, parcelID string, state ShipmentState) (*ShipmentStatus, error) {
	return commit(ctx, m, actor, func(u *unit) (*ShipmentStatus, error) {
		var p problems
		entry := &ShipmentStatus{Status: state}
		if err := u.findParcel(&p, parcelID, entry); err != nil {
			return nil, err
		}
		if !slices.Contains(shipmentStates, state) {
			p.add("status", "is no status of a shipment")
		}
		if err := p.err(); err != nil {
			return nil, err
		}
		return entry, u.add(entry)
	})
}

// findParcel names in entry the parcel of a global id, a shipment or a return shipment.
func (u *unit) findParcel(p *problems, id string, entry *ShipmentStatus) error {
	if ref, err := ParseID(id); err == nil && ref.Type == "ReturnShipment" {
		parcel, err := find[ReturnShipment](u, p, "shipment_id", id)
		if parcel != nil {
			entry.ReturnShipmentID, entry.SellerID = new(parcel.Num), parcel.SellerID
		}
		return err
	}
	parcel, err := find[Shipment](u, p, "shipment_id", id)
	if parcel != nil {
		entry.ShipmentID, entry.SellerID = new(parcel.Num), parcel.SellerID
	}
	return err
}
