package market_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

var orderStatuses = []market.OrderStatus{
	market.OrderNew, market.OrderCheckout, market.OrderAbandoned, market.OrderComplete,
	market.OrderPaymentFailed, market.OrderPaymentInProgress, market.OrderPendingReview,
}

func TestTheDiagramOfOrdersIsTheCode(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/states.md")
	if err != nil {
		t.Fatal(err)
	}
	diagram := regexp.MustCompile("(?s)## Order\n.*?```mermaid\n(.*?)```").FindSubmatch(text)
	if diagram == nil {
		t.Fatal("docs/states.md has no diagram of orders")
	}
	var drawn, coded []string
	for _, arrow := range regexp.MustCompile(`(\w+) --> (\w+)`).FindAllSubmatch(diagram[1], -1) {
		drawn = append(drawn, string(arrow[1])+" "+string(arrow[2]))
	}
	for _, from := range orderStatuses {
		for _, to := range from.NextStatuses() {
			coded = append(coded, fmt.Sprint(from, " ", to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(coded)
	if diff := cmp.Diff(coded, drawn); diff != "" {
		t.Errorf("code and docs/states.md differ:\n%s", diff)
	}
}

func TestEveryMoveOfAnOrder(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPending)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	for _, from := range orderStatuses {
		for _, to := range append(orderStatuses, "SOLD") {
			order := s.place(line(variant, 2))
			order.Status = from
			s.save(order)
			before := s.stock(variant)

			moved, err := s.UpdateOrder(t.Context(), operator, order.ID(), to, market.BuyerAttributes{})
			allowed := from == to || slices.Contains(from.NextStatuses(), to)
			if !allowed {
				if status, fields := refusal(t, err); status != 422 || !slices.Equal(fields, []string{"status"}) {
					t.Errorf("%s → %s: %d %v", from, to, status, fields)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s → %s: %v", from, to, err)
				continue
			}
			checkMoved(t, s, from, moved)
			if back := s.stock(variant) - before; (back == 2) != (from != to && to == market.OrderAbandoned) {
				t.Errorf("%s → %s: %d pieces came back", from, to, back)
			}
		}
	}
}

// checkMoved checks what an order's new status made of its invoice and its line.
func checkMoved(t *testing.T, s *sales, from market.OrderStatus, order *market.Order) {
	t.Helper()
	invoice, item := market.InvoiceAwaitingPayment, market.LineNew
	switch {
	case from == order.Status:
	case order.Status == market.OrderComplete:
		invoice, item = market.InvoicePaid, market.LineAllocated
	case order.Status == market.OrderAbandoned:
		invoice, item = market.InvoiceCancelled, market.LineCancelled
	}
	got := one[market.Invoice](s, market.Eq("order_id", order.Num))
	if got.Status != invoice || (got.PaidAt != nil) != (invoice == market.InvoicePaid) {
		t.Errorf("%s → %s: invoice is %s, paid at %v", from, order.Status, got.Status, got.PaidAt)
	}
	if got := one[market.LineItem](s, market.Eq("order_id", order.Num)); got.Status != item {
		t.Errorf("%s → %s: line is %s", from, order.Status, got.Status)
	}
}

func TestAbandonedGoodsComeBackOnce(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPending)
	seller := s.seller(nil)
	_, counted := s.offer(seller, 500, 10)
	_, endless := s.offer(seller, 500, 10)
	endless.InfiniteQuantity = true
	_, deleted := s.offer(seller, 500, 10)
	s.save(endless)
	order := s.place(line(counted, 1), line(endless, 2), line(deleted, 3), line(counted, 4))
	endless.InfiniteQuantity = false
	deleted.CountOnHand, deleted.DeletedAt = 7, &salesNow
	s.save(endless, deleted)

	for range 2 {
		if _, err := s.UpdateOrder(t.Context(), operator, order.ID(), market.OrderAbandoned, market.BuyerAttributes{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name    string
		variant *market.Variant
		want    int64
	}{{"counted", counted, 10}, {"endless when sold", endless, 10}, {"deleted since", deleted, 7}} {
		if got := s.stock(tc.variant); got != tc.want {
			t.Errorf("%s: stock = %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestUpdateOrderRefusals(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	order := s.place(line(variant, 1))
	long := string(make([]byte, 300))
	for _, tc := range []struct {
		name   string
		id     string
		status market.OrderStatus
		in     market.BuyerAttributes
		want   int
		fields []string
	}{
		{"no id", "nonsense", market.OrderComplete, market.BuyerAttributes{}, 404, []string{"order_id"}},
		{"another type", variant.ID(), market.OrderComplete, market.BuyerAttributes{}, 404, []string{"order_id"}},
		{"unknown", market.Ref{Type: "Order", Num: 99}.ID(), market.OrderComplete, market.BuyerAttributes{}, 404, []string{"order_id"}},
		{"email", order.ID(), market.OrderComplete, market.BuyerAttributes{EmailAddress: market.Some("nobody")}, 422, []string{"email_address"}},
		{"texts", order.ID(), market.OrderNew, market.BuyerAttributes{Surname: market.Some(long), BillingEmailAddress: market.Some("@")},
			422, []string{"billing_email_address", "status", "surname"}},
		{"address", order.ID(), market.OrderComplete, market.BuyerAttributes{Address: market.Some(market.AddressAttributes{City: market.Some("Oslo")})},
			422, []string{"address.address", "address.country", "address.postcode"}},
		{"billing address", order.ID(), market.OrderComplete, market.BuyerAttributes{BillingAddress: market.Some(market.AddressAttributes{ID: new("x")})},
			422, []string{"billing_address.address", "billing_address.city", "billing_address.country", "billing_address.id", "billing_address.postcode"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := s.UpdateOrder(t.Context(), operator, tc.id, tc.status, tc.in)
			if status, fields := refusal(t, err); status != tc.want || !slices.Equal(fields, tc.fields) {
				t.Errorf("%d %v, want %d %v", status, fields, tc.want, tc.fields)
			}
		})
	}
}

func TestAbsentStaysAndNullClears(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	order := s.place(line(variant, 1))
	address := market.Some(market.AddressAttributes{
		Address: market.Some("1 Quay Street"), City: market.Some("Auckland"), Postcode: market.Some("1010"),
		Country: market.Some(market.CountryAttributes{Code: new("NZ")}),
	})
	update := func(in market.BuyerAttributes) *market.Order {
		t.Helper()
		if _, err := s.UpdateOrder(t.Context(), operator, order.ID(), market.OrderComplete, in); err != nil {
			t.Fatal(err)
		}
		return one[market.Order](s, market.Eq("id", order.Num))
	}
	full := update(market.BuyerAttributes{Address: address, BillingAddress: address, FirstName: market.Some("Given"), Phone: market.Some("1")})
	if full.AddressID == nil || full.BillingAddressID == nil || *full.AddressID == *full.BillingAddressID {
		t.Fatalf("addresses %v and %v, want two", full.AddressID, full.BillingAddressID)
	}
	moved := update(market.BuyerAttributes{Phone: market.Null[string](), Address: market.Some(market.AddressAttributes{Subaddress: market.Some("Flat 2")})})
	if moved.Phone != nil || *moved.FirstName != "Given" || *moved.AddressID != *full.AddressID {
		t.Errorf("order = %+v", moved)
	}
	if got := one[market.Address](s, market.Eq("id", *full.AddressID)); *got.Subaddress != "Flat 2" || got.City != "Auckland" {
		t.Errorf("address = %+v", got)
	}
	cleared := update(market.BuyerAttributes{Address: market.Null[market.AddressAttributes]()})
	if cleared.AddressID != nil || len(rows[market.Address](s)) != 1 {
		t.Errorf("address %v, %d stored", cleared.AddressID, len(rows[market.Address](s)))
	}
}
