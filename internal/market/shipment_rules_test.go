package market_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// parcel is a shipment of pieces of an order's line items, in their order.
func (s *sales) parcel(order *market.Order, carrier *market.ShipmentCarrier, pieces ...int64) market.ShipmentCreate {
	s.t.Helper()
	in := market.ShipmentCreate{
		CarrierID: carrier.ID(), DispatchedAt: salesNow, TrackingNumber: "TN 1",
		InvoiceID: one[market.Invoice](s, market.Eq("order_id", order.Num)).ID(),
	}
	for i, l := range rows[market.LineItem](s, market.Eq("order_id", order.Num)) {
		if i < len(pieces) && pieces[i] > 0 {
			in.Items = append(in.Items, market.ShippedItemAttributes{LineItemID: l.ID(), Quantity: pieces[i]})
		}
	}
	return in
}

func TestShipmentsMoveTheInvoice(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(nil)
	_, a := s.offer(seller, 500, 10)
	_, b := s.offer(seller, 500, 10)
	order, carrier := s.place(line(a, 2), line(b, 1)), s.carrier()
	for _, step := range []struct {
		pieces []int64
		status market.InvoiceStatus
		lines  []market.LineItemStatusFull
	}{
		{[]int64{1, 0}, market.InvoicePartiallySent, []market.LineItemStatusFull{"ALLOCATED", "ALLOCATED"}},
		{[]int64{0, 1}, market.InvoicePartiallySent, []market.LineItemStatusFull{"ALLOCATED", "SHIPPED"}},
		{[]int64{1, 0}, market.InvoiceSent, []market.LineItemStatusFull{"SHIPPED", "SHIPPED"}},
	} {
		in := s.parcel(order, carrier, step.pieces...)
		in.Note = new("fragile")
		shipment, err := s.CreateShipment(t.Context(), market.Actor{Seller: seller.Num}, in)
		if err != nil {
			t.Fatal(err)
		}
		if shipment.OrderID != order.Num || shipment.SellerID != seller.Num || *shipment.Note != "fragile" || !shipment.DispatchedAt.Equal(salesNow) {
			t.Errorf("shipment = %+v", shipment)
		}
		if got := one[market.Invoice](s).Status; got != step.status {
			t.Errorf("after %v the invoice is %s, want %s", step.pieces, got, step.status)
		}
		var full []market.LineItemStatusFull
		for _, l := range rows[market.LineItem](s) {
			full = append(full, l.StatusFull())
		}
		if !slices.Equal(full, step.lines) {
			t.Errorf("after %v the lines are %v, want %v", step.pieces, full, step.lines)
		}
	}
	if got := len(rows[market.ShippedItem](s)); got != 3 {
		t.Errorf("%d shipped items, want 3", got)
	}
}

func TestCreateShipmentRefusals(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller, other := s.seller(nil), s.seller(nil)
	_, variant := s.offer(seller, 500, 100)
	carrier := s.carrier()
	order, foreign := s.place(line(variant, 3), line(variant, 1)), s.place(line(variant, 1))
	collected := line(variant, 1)
	collected.DeliveryType = new(market.ClickAndCollect)
	pickup := s.place(collected)
	unpaid, cancelled, sent := s.place(line(variant, 1)), s.place(line(variant, 1)), s.place(line(variant, 1))
	for o, status := range map[*market.Order]market.InvoiceStatus{
		unpaid: market.InvoiceAwaitingPayment, cancelled: market.InvoiceCancelled, sent: market.InvoiceSent,
	} {
		invoice := one[market.Invoice](s, market.Eq("order_id", o.Num))
		invoice.Status = status
		s.save(invoice)
	}
	good := s.parcel(order, carrier, 1)
	foreignLine := s.parcel(foreign, carrier, 1).Items[0]
	change := func(f func(*market.ShipmentCreate)) market.ShipmentCreate {
		in := good
		in.Items = slices.Clone(good.Items)
		f(&in)
		return in
	}
	mine := market.Actor{Seller: seller.Num}
	for _, tc := range []struct {
		name   string
		actor  market.Actor
		in     market.ShipmentCreate
		status int
		fields []string
	}{
		{"another seller's", market.Actor{Seller: other.Num}, good, 404, []string{"invoice_id"}},
		{"no invoice", mine, change(func(in *market.ShipmentCreate) { in.InvoiceID = order.ID() }), 404, []string{"invoice_id"}},
		{"not paid", mine, s.parcel(unpaid, carrier, 1), 422, []string{"invoice_id"}},
		{"cancelled", mine, s.parcel(cancelled, carrier, 1), 422, []string{"invoice_id"}},
		{"sent", mine, s.parcel(sent, carrier, 1), 422, []string{"invoice_id"}},
		{"collected", mine, s.parcel(pickup, carrier, 1), 422, []string{"invoice_id"}},
		{"no carrier", mine, change(func(in *market.ShipmentCreate) { in.CarrierID = "" }), 404, []string{"postage_carrier_id"}},
		{"unknown carrier", mine, change(func(in *market.ShipmentCreate) { in.CarrierID = market.Ref{Type: "ShipmentCarrier", Num: 99}.ID() }),
			404, []string{"postage_carrier_id"}},
		{"blank", mine, change(func(in *market.ShipmentCreate) { in.TrackingNumber, in.DispatchedAt, in.Items = " ", time.Time{}, nil }),
			422, []string{"dispatched_at", "shipped_items", "tracking_number"}},
		{"a line of another invoice", mine, change(func(in *market.ShipmentCreate) { in.Items[0] = foreignLine }), 404, []string{"shipped_items.0.line_item_id"}},
		{"no line", mine, change(func(in *market.ShipmentCreate) { in.Items[0].LineItemID = "x" }), 404, []string{"shipped_items.0.line_item_id"}},
		{"a line twice", mine, change(func(in *market.ShipmentCreate) { in.Items = append(in.Items, in.Items[0]) }), 422, []string{"shipped_items.1.line_item_id"}},
		{"no piece", mine, change(func(in *market.ShipmentCreate) { in.Items[0].Quantity = 0 }), 422, []string{"shipped_items.0.quantity"}},
		{"too many", mine, s.parcel(order, carrier, 4, 2), 422, []string{"shipped_items.0.quantity", "shipped_items.1.quantity"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s.store.take()
			_, err := s.CreateShipment(t.Context(), tc.actor, tc.in)
			if status, fields := refusal(t, err); status != tc.status || !slices.Equal(fields, tc.fields) {
				t.Errorf("%d %v, want %d %v: %v", status, fields, tc.status, tc.fields, err)
			}
			if got := s.store.take(); len(got) > 0 || len(rows[market.Shipment](s)) > 0 {
				t.Errorf("a refused shipment left traces: %v", got)
			}
		})
	}
}

func TestUpdateShipment(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(nil)
	_, variant := s.offer(seller, 500, 10)
	order, carrier, faster := s.place(line(variant, 1)), s.carrier(), s.carrier()
	in := s.parcel(order, carrier, 1)
	in.Note = new("fragile")
	made, err := s.CreateShipment(t.Context(), operator, in)
	if err != nil {
		t.Fatal(err)
	}
	later := salesNow.Add(time.Hour)
	updated, err := s.UpdateShipment(t.Context(), market.Actor{Seller: seller.Num}, made.ID(), market.ShipmentUpdate{
		CarrierID: market.Some(faster.ID()), DispatchedAt: market.Some(later), Note: market.Null[string](), TrackingNumber: market.Null[string](),
	})
	if err != nil {
		t.Fatal(err)
	}
	if updated.CarrierID != faster.Num || !updated.DispatchedAt.Equal(later) || updated.Note != nil || updated.TrackingNumber != "TN 1" {
		t.Errorf("shipment = %+v", updated)
	}
	for _, tc := range []struct {
		name   string
		actor  market.Actor
		id     string
		in     market.ShipmentUpdate
		status int
		fields []string
	}{
		{"another seller's", market.Actor{Seller: 99}, made.ID(), market.ShipmentUpdate{}, 404, []string{"shipment_id"}},
		{"no shipment", operator, order.ID(), market.ShipmentUpdate{}, 404, []string{"shipment_id"}},
		{"no carrier", operator, made.ID(), market.ShipmentUpdate{CarrierID: market.Some("x")}, 404, []string{"postage_carrier_id"}},
		{"blank number", operator, made.ID(), market.ShipmentUpdate{TrackingNumber: market.Some("")}, 422, []string{"tracking_number"}},
	} {
		_, err := s.UpdateShipment(t.Context(), tc.actor, tc.id, tc.in)
		if status, fields := refusal(t, err); status != tc.status || !slices.Equal(fields, tc.fields) {
			t.Errorf("%s: %d %v, want %d %v", tc.name, status, fields, tc.status, tc.fields)
		}
	}
}

func TestCreateShipmentStatus(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(nil)
	_, variant := s.offer(seller, 500, 10)
	made, err := s.CreateShipment(t.Context(), operator, s.parcel(s.place(line(variant, 1)), s.carrier(), 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []market.ShipmentState{market.ShipmentDelivered, market.ShipmentInTransit, market.ShipmentInTransit} {
		if _, err := s.CreateShipmentStatus(t.Context(), market.Actor{Seller: seller.Num}, made.ID(), state); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
	if log := rows[market.ShipmentStatus](s, market.Eq("shipment_id", made.Num)); len(log) != 3 || log[0].Status != market.ShipmentDelivered {
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
		{operator, "x", market.ShipmentPending, 404, "shipment_id"},
		{operator, made.ID(), "Lost", 422, "status"},
	} {
		_, err := s.CreateShipmentStatus(t.Context(), tc.actor, tc.id, tc.state)
		if status, fields := refusal(t, err); status != tc.status || !slices.Equal(fields, []string{tc.field}) {
			t.Errorf("%s %s: %d %v", tc.id, tc.state, status, fields)
		}
	}
}

// Whatever is sent in whatever steps, no more leaves than was bought, and the
// invoice says what its lines say.
func TestDispatchedNeverExceedsBought(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1_000_000)
	carrier := s.carrier()
	rapid.Check(t, func(t *rapid.T) {
		bought := rapid.SliceOfN(rapid.Int64Range(1, 5), 1, 3).Draw(t, "bought")
		var in []market.LineItemAttributes
		for _, q := range bought {
			in = append(in, line(variant, q))
		}
		order := s.place(in...)
		sent := make([]int64, len(bought))
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			pieces := rapid.SliceOfN(rapid.Int64Range(0, 4), len(bought), len(bought)).Draw(t, "pieces")
			_, err := s.CreateShipment(context.Background(), operator, s.parcel(order, carrier, pieces...))
			if err == nil {
				for i := range sent {
					sent[i] += pieces[i]
				}
			} else if !errors.As(err, new(*market.Invalid)) {
				t.Fatal(err)
			}
			checkSent(t, s, order, bought, sent)
		}
	})
}

func checkSent(t *rapid.T, s *sales, order *market.Order, bought, sent []int64) {
	var total, left int64
	for i, l := range rows[market.LineItem](s, market.Eq("order_id", order.Num)) {
		if l.DispatchedCount != sent[i] || l.DispatchedCount > bought[i] {
			t.Fatalf("line %d: %d of %d sent, want %d", i, l.DispatchedCount, bought[i], sent[i])
		}
		total, left = total+sent[i], left+*l.QuantityAwaitingDispatch()
	}
	want := market.InvoicePartiallySent
	switch {
	case total == 0:
		want = market.InvoicePaid
	case left == 0:
		want = market.InvoiceSent
	}
	if got := one[market.Invoice](s, market.Eq("order_id", order.Num)).Status; got != want {
		t.Fatalf("%v of %v sent: the invoice is %s, want %s", sent, bought, got, want)
	}
}

func TestConcurrentShipmentsSendEachPieceOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		_, variant := s.offer(s.seller(nil), 500, 10)
		in := s.parcel(s.place(line(variant, 3)), s.carrier(), 1)
		sent := together(t, 10, func(int) error {
			_, err := s.CreateShipment(context.Background(), operator, in)
			return err
		})
		if got := one[market.LineItem](s); sent != 3 || got.DispatchedCount != 3 || len(rows[market.Shipment](s)) != 3 {
			t.Errorf("%d shipments succeeded, %d pieces were sent", sent, got.DispatchedCount)
		}
	})
}

// together does something n times at once; what fails must be refused. It returns how often it succeeded.
func together(t *testing.T, n int, do func(i int) error) (succeeded int) {
	t.Helper()
	var wait sync.WaitGroup
	errs := make([]error, n)
	for i := range errs {
		wait.Go(func() { errs[i] = do(i) })
	}
	wait.Wait()
	for _, err := range errs {
		if err == nil {
			succeeded++
		} else if !errors.As(err, new(*market.Invalid)) {
			t.Error(err)
		}
	}
	return succeeded
}
