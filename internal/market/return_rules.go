package market

import (
	"context"
	"fmt"
	"slices"
)

// ReturnShipmentCreate is what returnShipmentCreate says of a return shipment.
type ReturnShipmentCreate struct {
	CarrierID string
	// DropOffURL is an absolute http or https URL; nil or empty: none.
	DropOffURL  *string
	ExternalIDs []Pair
	// Items has at least one entry, and each line of the request at most once.
	Items           []ReturnedItemAttributes
	Metadata        []Pair
	Note            *string
	RefundRequestID string
	TrackingNumber  string
}

// ReturnedItemAttributes is how much of a line of a refund request goes into a return shipment.
type ReturnedItemAttributes struct {
	// LineItemID is the global id of a RefundRequestLineItem.
	LineItemID string
	// Quantity is at least one, and at most what is expected back and in no other parcel.
	Quantity int64
}

// returning is a return shipment that is being made.
type returning struct {
	u        *unit
	p        problems
	in       ReturnShipmentCreate
	request  *RefundRequest
	shipment *ReturnShipment
	// lines are the request's; contents those in the parcel, one for each entry of in.Items.
	lines, contents []*RefundRequestLineItem
	// held is how many pieces of the lines other parcels hold, by their numbers.
	held map[int64]int64
}

// CreateReturnShipment records a parcel with which pieces of a refund request
// come back. It moves nothing else: that they have arrived is for ReturnRefund.
func (m *Market) CreateReturnShipment(ctx context.Context, actor Actor, in ReturnShipmentCreate) (*ReturnShipment, error) {
	return commit(ctx, m, actor, func(u *unit) (*ReturnShipment, error) {
		r := &returning{u: u, in: in, shipment: &ReturnShipment{}}
		if err := r.fill(); err != nil {
			return nil, err
		}
		return r.shipment, r.store()
	})
}

// fill turns the input into a return shipment, or refuses it.
func (r *returning) fill() (err error) {
	if r.request, err = find[RefundRequest](r.u, &r.p, "refund_request_id", r.in.RefundRequestID); err != nil {
		return err
	}
	if err := r.describe(); err != nil {
		return err
	}
	if len(r.in.Items) == 0 {
		r.p.add("shipped_items", "can't be empty")
	}
	if r.request == nil {
		return r.p.err()
	}
	if err := r.load(); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.lines, (*RefundRequestLineItem).awaitsReturn) {
		r.p.add("refund_request_id", "is %s, with no pieces that are expected back", r.request.Status)
		return r.p.err()
	}
	r.pack()
	return r.p.err()
}

// describe sets how the parcel travels.
func (r *returning) describe() error {
	s, in, p := r.shipment, r.in, &r.p
	required(p, "tracking_number", Some(in.TrackingNumber), &s.TrackingNumber, nameLimit)
	optional(p, "note", Opt[string]{Set: true, Value: in.Note}, &s.Note, valueLimit)
	optional(p, "drop_off_url", Opt[string]{Set: true, Value: in.DropOffURL}, &s.DropOffURL, urlLimit)
	checkWebURL(p, "drop_off_url", s.DropOffURL)
	carrier, err := peek[ShipmentCarrier](r.u, p, "carrier_id", in.CarrierID)
	if carrier != nil {
		s.CarrierID = carrier.Num
	}
	return err
}

// load finds the lines of the request, and what other parcels hold of them. The
// request is locked, so that no other parcel is made meanwhile.
func (r *returning) load() (err error) {
	if r.lines, err = look[RefundRequestLineItem](r.u, Eq("refund_request_id", r.request.Num)); err != nil {
		return fmt.Errorf("look up the lines of %s: %w", r.request.Ref(), err)
	}
	nums := each(r.lines, func(l *RefundRequestLineItem) int64 { return l.Num })
	others, err := look[ReturnShippedItem](r.u, In("refund_request_line_item_id", nums))
	if err != nil {
		return fmt.Errorf("look up the parcels of %s: %w", r.request.Ref(), err)
	}
	r.held = map[int64]int64{}
	for _, item := range others {
		r.held[item.RefundRequestLineItemID] += item.Quantity
	}
	return nil
}

// pack finds the lines that the parcel holds.
func (r *returning) pack() {
	if !atMost(&r.p, "shipped_items", len(r.in.Items), linesLimit) {
		return
	}
	lines := byNum(r.lines)
	for i, item := range r.in.Items {
		path := at("shipped_items", i)
		if num := numberOf(&r.p, at(path, "line_item_id"), item.LineItemID, "RefundRequestLineItem"); num != 0 {
			r.packItem(path, item.Quantity, lines[num])
		}
	}
}

// packItem packs one entry; line is nil where the request has no such line.
func (r *returning) packItem(path string, quantity int64, line *RefundRequestLineItem) {
	id := at(path, "line_item_id")
	switch {
	case line == nil:
		r.p.missing(id)
		return
	case slices.Contains(r.contents, line):
		r.p.add(id, "is there twice: give each line once, with its whole quantity")
		return
	case !line.awaitsReturn():
		r.p.add(id, "is %s, with nothing that is expected back", line.Status)
		return
	case quantity < 1:
		r.p.add(at(path, "quantity"), "must be at least 1")
		return
	}
	r.contents = append(r.contents, line)
	if left := line.Quantity - r.held[line.Num]; quantity > left {
		r.p.add(at(path, "quantity"), "is more than the %d that are expected back in no other parcel", left)
	}
}

// store stores the parcel, and what it holds.
func (r *returning) store() error {
	s := r.shipment
	s.RefundRequestID, s.SellerID = r.request.Num, r.request.SellerID
	if err := r.u.add(s); err != nil {
		return err
	}
	for i, line := range r.contents {
		item := &ReturnShippedItem{Quantity: r.in.Items[i].Quantity, RefundRequestLineItemID: line.Num, ReturnShipmentID: s.Num, SellerID: s.SellerID}
		if err := r.u.add(item); err != nil {
			return err
		}
	}
	if err := r.u.annotate(&r.p, "", s.Ref(), r.in.ExternalIDs, r.in.Metadata); err != nil {
		return err
	}
	return r.p.err()
}
