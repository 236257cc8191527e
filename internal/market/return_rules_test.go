package market_test

import (
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
)

// parcelBack is a return shipment of a request with pieces of its lines, in their order.
func (r *refunds) parcelBack(request *market.RefundRequest, pieces ...int64) market.ReturnShipmentCreate {
	r.t.Helper()
	in := market.ReturnShipmentCreate{CarrierID: r.courier.ID(), RefundRequestID: request.ID(), TrackingNumber: "RT 1"}
	for i, l := range r.lines(request) {
		if i < len(pieces) && pieces[i] > 0 {
			in.Items = append(in.Items, market.ReturnedItemAttributes{LineItemID: l.ID(), Quantity: pieces[i]})
		}
	}
	return in
}

func TestCreateReturnShipment(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(3)
	request := r.walk(r.ask(invoice, pieces(r.item(invoice), 3)), "Approve")
	in := r.parcelBack(request, 2)
	in.DropOffURL, in.Note = new("https://example.com/points?near=1010"), new("at the counter")
	in.ExternalIDs, in.Metadata = []market.Pair{{Key: "label", Value: new("L1")}}, []market.Pair{{Key: "size", Value: new("S")}}
	made := must(r.CreateReturnShipment(t.Context(), r.mine, in))
	if made.CarrierID != r.courier.Num || *made.DropOffURL != *in.DropOffURL || *made.Note != "at the counter" || made.TrackingNumber != "RT 1" ||
		made.RefundRequestID != request.Num || made.SellerID != r.seller.Num {
		t.Errorf("return shipment = %+v", made)
	}
	item := one[market.ReturnShippedItem](r.sales, market.Eq("return_shipment_id", made.Num))
	if item.Quantity != 2 || item.RefundRequestLineItemID != r.lines(request)[0].Num || item.SellerID != r.seller.Num {
		t.Errorf("item = %+v", item)
	}
	if len(rows[market.ExternalID](r.sales, market.Eq("owner_type", "ReturnShipment"))) != 1 || len(rows[market.Metadatum](r.sales, market.Eq("owner_type", "ReturnShipment"))) != 1 {
		t.Error("the parcel has not got what it was given")
	}
	bare := r.parcelBack(request, 1)
	bare.DropOffURL, bare.Note = new(""), new(" ")
	if last := must(r.CreateReturnShipment(t.Context(), operator, bare)); last.DropOffURL != nil || last.Note != nil {
		t.Errorf("return shipment = %+v", last)
	}
	r.refused(t, 422, []string{"shipped_items.0.quantity"}, func() (any, error) { return none(r.CreateReturnShipment(t.Context(), operator, bare)) })
}

func TestCreateReturnShipmentRefusals(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	invoice := r.sold(2)
	item := r.item(invoice)
	request := r.walk(r.ask(invoice, pieces(item, 1, dispatched), amount(1)), "Approve")
	pending := r.ask(invoice, pieces(item, 1, dispatched))
	taken := []market.Pair{{Key: "label", Value: new("taken")}}
	must(r.UpsertExternalID(t.Context(), operator, must(r.CreateReturnShipment(t.Context(), operator, r.other())).ID(), "label", "taken", nil))
	change := func(f func(*market.ReturnShipmentCreate)) market.ReturnShipmentCreate {
		in := r.parcelBack(request, 1)
		f(&in)
		return in
	}
	amountLine := market.ReturnedItemAttributes{LineItemID: r.lines(request)[1].ID(), Quantity: 1}
	long := strings.Repeat("x", 256)
	for _, tc := range []struct {
		name   string
		actor  market.Actor
		in     market.ReturnShipmentCreate
		status int
		fields []string
	}{
		{"no request", operator, change(func(in *market.ReturnShipmentCreate) { in.RefundRequestID = "?" }), 404, []string{"refund_request_id"}},
		{"another type's", operator, change(func(in *market.ReturnShipmentCreate) { in.RefundRequestID = invoice.ID() }), 404, []string{"refund_request_id"}},
		{"another seller's", market.Actor{Seller: 99}, change(func(*market.ReturnShipmentCreate) {}), 404, []string{"refund_request_id"}},
		{"nothing is expected back", operator, r.parcelBack(pending, 1), 422, []string{"refund_request_id"}},
		{"no carrier", operator, change(func(in *market.ReturnShipmentCreate) { in.CarrierID = "" }), 404, []string{"carrier_id"}},
		{"unknown carrier", operator, change(func(in *market.ReturnShipmentCreate) {
			in.CarrierID = market.Ref{Type: "ShipmentCarrier", Num: 999}.ID()
		}), 404, []string{"carrier_id"}},
		{"blank", operator, change(func(in *market.ReturnShipmentCreate) { in.TrackingNumber, in.Items = " ", nil }), 422, []string{"shipped_items", "tracking_number"}},
		{"long", operator, change(func(in *market.ReturnShipmentCreate) {
			in.TrackingNumber, in.Note, in.DropOffURL = long, &tooLong, new("https://example.com/"+tooLong)
		}), 422, []string{"drop_off_url", "note", "tracking_number"}},
		{"no URL", operator, change(func(in *market.ReturnShipmentCreate) { in.DropOffURL = new("javascript:alert(1)") }), 422, []string{"drop_off_url"}},
		{"no line", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0].LineItemID = "x" }), 404, []string{"shipped_items.0.line_item_id"}},
		{"the invoice's line", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0].LineItemID = item.ID() }), 404, []string{"shipped_items.0.line_item_id"}},
		{"another request's line", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0].LineItemID = r.lines(pending)[0].ID() }), 404, []string{"shipped_items.0.line_item_id"}},
		{"a line without pieces", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0] = amountLine }), 422, []string{"shipped_items.0.line_item_id"}},
		{"a line twice", operator, change(func(in *market.ReturnShipmentCreate) { in.Items = append(in.Items, in.Items[0]) }), 422, []string{"shipped_items.1.line_item_id"}},
		{"no piece", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0].Quantity = 0 }), 422, []string{"shipped_items.0.quantity"}},
		{"too many", operator, change(func(in *market.ReturnShipmentCreate) { in.Items[0].Quantity = 2 }), 422, []string{"shipped_items.0.quantity"}},
		{"taken external id", operator, change(func(in *market.ReturnShipmentCreate) { in.ExternalIDs = taken }), 422, []string{"external_ids"}},
		{"blank key", operator, change(func(in *market.ReturnShipmentCreate) { in.Metadata = []market.Pair{{}} }), 422, []string{"metadata.0.key"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r.refused(t, tc.status, tc.fields, func() (any, error) { return none(r.CreateReturnShipment(t.Context(), tc.actor, tc.in)) })
		})
	}
}

// other is a return shipment of another invoice.
func (r *refunds) other() market.ReturnShipmentCreate {
	invoice := r.sold(1)
	return r.parcelBack(r.walk(r.ask(invoice, pieces(r.item(invoice), 1, dispatched)), "Approve"), 1)
}

// Only while its request expects pieces back can a parcel be announced.
func TestWhenPiecesAreSentBack(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	for _, status := range refundStatuses {
		request := r.requestIn(status)
		send := func() (any, error) {
			return none(r.CreateReturnShipment(t.Context(), operator, r.parcelBack(request, 1)))
		}
		if status != market.RefundAccepted {
			r.refused(t, 422, []string{"refund_request_id"}, send)
		} else if _, err := send(); err != nil {
			t.Error(err)
		}
	}
}

func TestStatusOfAReturnShipment(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	made := must(r.CreateReturnShipment(t.Context(), operator, r.other()))
	for _, state := range []market.ShipmentState{market.ShipmentDelivered, market.ShipmentInTransit} {
		entry := must(r.CreateShipmentStatus(t.Context(), r.mine, made.ID(), state))
		if entry.Parcel() != made.Ref() || entry.SellerID != r.seller.Num || entry.ShipmentID != nil {
			t.Errorf("entry = %+v", entry)
		}
	}
	log := rows[market.ShipmentStatus](r.sales, market.Eq("return_shipment_id", made.Num))
	if len(log) != 2 || log[0].Status != market.ShipmentDelivered {
		t.Errorf("log = %v", log)
	}
	for _, tc := range []struct {
		actor  market.Actor
		id     string
		state  market.ShipmentState
		status int
		field  string
	}{
		{market.Actor{Seller: 99}, made.ID(), market.ShipmentPending, 404, "shipment_id"},
		{operator, market.Ref{Type: "ReturnShipment", Num: 999}.ID(), market.ShipmentPending, 404, "shipment_id"},
		{operator, made.ID(), "Lost", 422, "status"},
	} {
		r.refused(t, tc.status, []string{tc.field}, func() (any, error) { return none(r.CreateShipmentStatus(t.Context(), tc.actor, tc.id, tc.state)) })
	}
	if slices.ContainsFunc(rows[market.RefundRequest](r.sales), func(q *market.RefundRequest) bool { return q.Status != market.RefundAccepted }) {
		t.Error("a delivered parcel moved its request")
	}
}
