package market_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// The rows of the contract's table of events that the sales side causes, with
// the fields that each change names.
func TestChangesOfSales(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newSales(t, market.PaymentPending)
	seller, other := s.seller(nil), s.seller(nil)
	_, a := s.offer(seller, 500, 10) // Advert-1, Variant-1
	_, b := s.offer(other, 700, 10)  // Advert-2, Variant-2
	carrier, faster := s.carrier(), s.carrier()
	in := market.OrderCreate{LineItems: []market.LineItemAttributes{line(a, 2), line(b, 1), line(a, 1)}}
	in.Order.ExternalIDs = []market.Pair{{Key: "shop", Value: new("1")}}
	in.LineItems[0].Metadata = []market.Pair{{Key: "gift", Value: new("yes")}}
	order := s.change(in)
	update := func(status market.OrderStatus, in market.BuyerAttributes) func() error {
		return func() error { _, err := s.UpdateOrder(ctx, operator, order, status, in); return err }
	}
	home := market.AddressAttributes{
		Address: market.Some("1 Quay Street"), City: market.Some("Auckland"), Postcode: market.Some("1010"),
		Country: market.Some(market.CountryAttributes{Code: new("NZ")}),
	}
	shipment := market.Ref{Type: "Shipment", Num: 1}.ID()
	ship := func(quantity int64) func() error {
		return func() error {
			_, err := s.CreateShipment(ctx, operator, market.ShipmentCreate{
				InvoiceID: market.Ref{Type: "Invoice", Num: 1}.ID(), CarrierID: carrier.ID(), DispatchedAt: salesNow, TrackingNumber: "TN",
				Items: []market.ShippedItemAttributes{{LineItemID: market.Ref{Type: "LineItem", Num: 1}.ID(), Quantity: quantity}},
			})
			return err
		}
	}
	correct := func(in market.ShipmentUpdate) func() error {
		return func() error { _, err := s.UpdateShipment(ctx, operator, shipment, in); return err }
	}
	abandoned := ""

	for _, step := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"buyer", update(market.OrderNew, market.BuyerAttributes{EmailAddress: market.Some("buyer@example.com"), CompanyName: market.Some("Quay")}), []string{
			"Invoice-1 update [buyerEmailAddress order]", "Invoice-2 update [buyerEmailAddress order]", "Order-1 update [companyName emailAddress]",
		}},
		{"the same buyer", update(market.OrderNew, market.BuyerAttributes{EmailAddress: market.Some("buyer@example.com"), Phone: market.Null[string]()}), nil},
		{"address", update(market.OrderNew, market.BuyerAttributes{Address: market.Some(home)}), []string{
			"Invoice-1 update [order shippingAddress]", "Invoice-2 update [order shippingAddress]", "Order-1 update [address]",
		}},
		{"city", update(market.OrderNew, market.BuyerAttributes{Address: market.Some(market.AddressAttributes{City: market.Some("Napier")})}), []string{
			"Invoice-1 update [order shippingAddress]", "Invoice-2 update [order shippingAddress]", "Order-1 update [address]",
		}},
		{"the same city", update(market.OrderNew, market.BuyerAttributes{Address: market.Some(market.AddressAttributes{City: market.Some("Napier")})}), nil},
		{"status", update(market.OrderCheckout, market.BuyerAttributes{}), []string{
			"Invoice-1 update [order]", "Invoice-2 update [order]", "Order-1 update [status]",
		}},
		{"no address", update(market.OrderCheckout, market.BuyerAttributes{Address: market.Null[market.AddressAttributes]()}), []string{
			"Invoice-1 update [order shippingAddress]", "Invoice-2 update [order shippingAddress]", "Order-1 update [address]",
		}},
		{"payment", update(market.OrderComplete, market.BuyerAttributes{Phone: market.Some("1")}), []string{
			"Invoice-1 update [buyerPhone lineItems order paidAt status statusFlags]",
			"Invoice-2 update [buyerPhone lineItems order paidAt status statusFlags]", "Order-1 update [phone status]",
		}},
		{"a part is sent", ship(1), []string{"Invoice-1 update [lineItems shipments status statusFlags]", "Shipment-1 create"}},
		{"the rest of a line is sent", ship(1), []string{"Invoice-1 update [lineItems shipments]", "Shipment-2 create"}},
		{"shipment", correct(market.ShipmentUpdate{CarrierID: market.Some(faster.ID()), Note: market.Some("new label")}), []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [carrier homepageLink note trackingLink]",
		}},
		{"tracking number", correct(market.ShipmentUpdate{TrackingNumber: market.Some("TN 2")}), []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [trackingLink trackingNumber]",
		}},
		{"the same shipment", correct(market.ShipmentUpdate{DispatchedAt: market.Some(salesNow.In(time.FixedZone("", 3600))), TrackingNumber: market.Some("TN 2")}), nil},
		{"log", func() error {
			_, err := s.CreateShipmentStatus(ctx, operator, shipment, market.ShipmentDelivered)
			return err
		}, []string{
			"Invoice-1 update [shipments]", "Shipment-1 update [statusLog]",
		}},
		{"carrier", func() error {
			_, err := s.CreateShipmentCarrier(ctx, operator, market.CarrierCreate{Name: "Third"})
			return err
		}, nil},
		{"another order", func() error { abandoned = s.place(line(a, 4)).ID(); return nil }, []string{
			"Advert-1 update [variants]", "Invoice-3 create", "Order-2 create", "Variant-1 update [buyable countOnHand]",
		}},
		{"it is abandoned", func() error {
			_, err := s.UpdateOrder(ctx, operator, abandoned, market.OrderAbandoned, market.BuyerAttributes{})
			return err
		}, []string{
			"Advert-1 update [variants]", "Invoice-3 update [lineItems order status statusFlags]", "Order-2 update [status]", "Variant-1 update [buyable countOnHand]",
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, s.store.take()); diff != "" {
			t.Errorf("%s:\n%s", step.name, diff)
		}
	}
}

// change places the first order of TestChangesOfSales and checks its changes.
func (s *sales) change(in market.OrderCreate) string {
	s.t.Helper()
	order, err := s.CreateOrder(context.Background(), operator, in)
	if err != nil {
		s.t.Fatal(err)
	}
	want := []string{
		"Advert-1 update [variants]", "Advert-2 update [variants]", "Invoice-1 create", "Invoice-2 create", "Order-1 create",
		"Variant-1 update [buyable countOnHand]", "Variant-2 update [buyable countOnHand]",
	}
	if diff := cmp.Diff(want, s.store.take()); diff != "" {
		s.t.Errorf("order:\n%s", diff)
	}
	return order.ID()
}

func TestTheBillingAddressIsNamed(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 10)
	order := s.place(line(variant, 1))
	for i, in := range []market.AddressAttributes{
		{
			Address: market.Some("1 Quay Street"), City: market.Some("Auckland"), Postcode: market.Some("1010"),
			Country: market.Some(market.CountryAttributes{Code: new("NZ")}),
		},
		{Postcode: market.Some("1011")},
	} {
		s.store.take()
		if _, err := s.UpdateOrder(t.Context(), operator, order.ID(), market.OrderComplete, market.BuyerAttributes{BillingAddress: market.Some(in)}); err != nil {
			t.Fatal(err)
		}
		changed := map[string][]string{}
		for _, c := range s.store.changes {
			changed[c.Subject.Type] = c.Changed
		}
		if len(changed) != 2 || !slices.Contains(changed["Order"], "billingAddress") || !slices.Equal(changed["Invoice"], []string{"buyerBillingAddress", "order"}) {
			t.Errorf("step %d: %v", i, changed)
		}
	}
}

// Who may see a change: an order's sellers, an invoice's one.
func TestChangesOfSalesBelongToTheirSellers(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	first, second := s.seller(nil), s.seller(nil)
	_, a := s.offer(first, 500, 10)
	_, b := s.offer(second, 700, 10)
	s.place(line(b, 1), line(a, 1))
	owners := map[string][]int64{}
	for _, c := range s.store.changes {
		owners[c.Subject.Type] = append(owners[c.Subject.Type], c.Sellers...)
	}
	for kind, got := range owners {
		slices.Sort(got)
		if !slices.Equal(got, []int64{first.Num, second.Num}) {
			t.Errorf("%s changes are of sellers %v", kind, got)
		}
	}
}
