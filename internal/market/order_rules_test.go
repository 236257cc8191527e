package market_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crier/internal/market"
)

func TestAnOrderKeepsWhatItSold(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(new(12.5))
	advert, variant := s.offer(seller, 1999, 5)
	brand := &market.Brand{Name: "Lumen", Slug: "lumen"}
	s.insert(brand)
	advert.BrandID = &brand.Num
	s.save(advert)
	s.insert(
		&market.Image{OwnerType: "Variant", OwnerID: variant.Num, Position: 2, SellerID: seller.Num, SourceURL: new("https://img.example/2")},
		&market.Image{OwnerType: "Variant", OwnerID: variant.Num, Position: 1, SellerID: seller.Num, SourceURL: new("https://img.example/1")},
		&market.Image{OwnerType: "Advert", OwnerID: advert.Num, Position: 0, SellerID: seller.Num, SourceURL: new("https://img.example/0")},
	)
	first := one[market.Image](s, market.Eq("owner_type", "Variant"), market.Eq("position", int64(1)))

	in := line(variant, 3)
	in.Postage = &market.MoneyAttributes{Amount: 550, TaxRate: new(10.0)}
	order := s.place(in)

	item := one[market.LineItem](s, market.Eq("order_id", order.Num))
	want := &market.LineItem{
		AdvertID: &advert.Num, AdvertCode: new("BL"), AdvertTitle: new("Brass lantern"), BrandName: new("Lumen"),
		CommissionRate: new(12.5), DeliveryType: market.BuyOnline, ImageID: &first.Num, ItemAmountCents: 1999,
		OrderID: order.Num, PostageCents: 550, PostageTaxCents: 50, Quantity: 3, SellerID: seller.Num,
		Status: market.LineAllocated, StockTaken: 3, SubtotalCents: 5997, TaxTotalCents: 50, TotalCents: 6547,
		VariantID: &variant.Num, VariantBarcode: new("4006381333931"), VariantName: new("Large"), VariantSKU: new("BL-L"),
	}
	if diff := cmp.Diff(want, item, cmpopts.IgnoreFields(market.LineItem{}, "Base", "InvoiceID")); diff != "" {
		t.Error(diff)
	}
	invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
	wantInvoice := &market.Invoice{
		CommissionRate: new(12.5), DeliveryType: market.BuyOnline, OrderID: order.Num, PaidAt: &salesNow,
		SellerID: seller.Num, Status: market.InvoicePaid, Totals: market.Totals{
			SubtotalCents: 5997, ShippingCostCents: 550, TaxTotalCents: 50, TaxShippingCents: 50, TotalCents: 6547,
		},
	}
	if diff := cmp.Diff(wantInvoice, invoice, cmpopts.IgnoreFields(market.Invoice{}, "Base")); diff != "" {
		t.Error(diff)
	}
	if got := *invoice.CommissionAmountCents(); got != 750 { // 12.5 % of 59.97 is 7.49625
		t.Errorf("commission = %d, want 750", got)
	}
	if order.Status != market.OrderComplete || s.stock(variant) != 2 {
		t.Errorf("status %s, stock %d", order.Status, s.stock(variant))
	}
}

func TestPaymentPolicy(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPending)
	_, variant := s.offer(s.seller(nil), 500, 5)
	order := s.place(line(variant, 1))
	invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
	item := one[market.LineItem](s, market.Eq("order_id", order.Num))
	if order.Status != market.OrderNew || invoice.Status != market.InvoiceAwaitingPayment || invoice.PaidAt != nil || item.Status != market.LineNew {
		t.Errorf("order %s, invoice %s paid at %v, line %s", order.Status, invoice.Status, invoice.PaidAt, item.Status)
	}
	if s.stock(variant) != 4 {
		t.Errorf("stock = %d, want 4: an unpaid order holds its goods", s.stock(variant))
	}
}

func TestOrderOfBuyer(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 5)
	in := market.OrderCreate{LineItems: []market.LineItemAttributes{line(variant, 1)}}
	in.Order = market.OrderAttributes{
		BuyerAttributes: market.BuyerAttributes{
			Address: market.Some(market.AddressAttributes{
				Address: market.Some("1 Quay Street"), City: market.Some("Auckland"), Postcode: market.Some("1010"),
				Country: market.Some(market.CountryAttributes{Code: new("NZ")}),
			}),
			EmailAddress: market.Some("buyer@example.com"), FirstName: market.Some("Given"), Surname: market.Some("Family"),
			Phone: market.Some(" "),
		},
		Notes:       market.Some("call first"),
		ExternalIDs: []market.Pair{{Key: "shop", Value: new("1001")}},
		Metadata:    []market.Pair{{Key: "channel", Value: new("web")}},
	}
	in.LineItems[0].ExternalIDs = []market.Pair{{Key: "shop", Value: new("1001-1")}}
	order, err := s.CreateOrder(t.Context(), operator, in)
	if err != nil {
		t.Fatal(err)
	}
	stored := one[market.Order](s, market.Eq("id", order.Num))
	want := &market.Order{
		Buyer:     market.Buyer{EmailAddress: new("buyer@example.com"), FirstName: new("Given"), Surname: new("Family")},
		AddressID: stored.AddressID, Notes: new("call first"), SellerIDs: []int64{variant.SellerID}, Status: market.OrderComplete,
	}
	if diff := cmp.Diff(want, stored, cmpopts.IgnoreFields(market.Order{}, "Base")); diff != "" {
		t.Error(diff)
	}
	address := one[market.Address](s, market.Eq("id", *stored.AddressID))
	if address.OrderID == nil || *address.OrderID != order.Num || address.CountryCode != "NZ" {
		t.Errorf("address = %+v", address)
	}
	if got := len(rows[market.ExternalID](s)); got != 2 {
		t.Errorf("%d external ids, want 2", got)
	}
	if got := one[market.Metadatum](s); got.OwnerType != "Order" || got.Value != "web" {
		t.Errorf("metadatum = %+v", got)
	}
}

func TestOrdersAreTheOperators(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(nil)
	_, variant := s.offer(seller, 500, 5)
	order := s.place(line(variant, 1))
	actor := market.Actor{Seller: seller.Num}
	_, create := s.CreateOrder(t.Context(), actor, market.OrderCreate{LineItems: []market.LineItemAttributes{line(variant, 1)}})
	_, update := s.UpdateOrder(t.Context(), actor, order.ID(), market.OrderComplete, market.BuyerAttributes{})
	_, carrier := s.CreateShipmentCarrier(t.Context(), actor, market.CarrierCreate{Name: "Mine"})
	for name, err := range map[string]error{"create": create, "update": update, "carrier": carrier} {
		if status, _ := refusal(t, err); status != 403 {
			t.Errorf("%s: status = %d, want 403", name, status)
		}
	}
}

func TestGivenTotalsAreCompared(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 9)
	in := line(variant, 2)
	in.PostageCents, in.TotalCents = new(int64(250)), new(int64(1250))
	order, err := s.CreateOrder(t.Context(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{
		{LineItems: []market.LineItemAttributes{in}, TotalCents: new(int64(1250))},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := market.TotalsOf(rows[market.Invoice](s, market.Eq("order_id", order.Num))); got.TotalCents != 1250 || got.ShippingCostCents != 250 {
		t.Errorf("totals = %+v", got)
	}
}

func TestTheCurrentPriceIsTheVariantsElseTheAdverts(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	advert, plain := s.offer(s.seller(nil), 1000, 9)
	own := s.variant(advert, 9)
	own.EditablePriceCents = new(int64(800))
	onSale := s.variant(advert, 9)
	onSale.Price = market.Price{EditablePriceCents: new(int64(800)), EditableSalePriceCents: new(int64(600)), SalePriceEndAt: new(salesNow.AddDate(0, 0, 1))}
	over := s.variant(advert, 9)
	over.Price = market.Price{EditablePriceCents: new(int64(800)), EditableSalePriceCents: new(int64(600)), SalePriceEndAt: &salesNow}
	s.save(own, onSale, over)
	for _, tc := range []struct {
		name    string
		variant *market.Variant
		want    int64
	}{{"advert", plain, 1000}, {"own", own, 800}, {"sale", onSale, 600}, {"sale is over", over, 800}} {
		order := s.place(line(tc.variant, 1))
		if item := one[market.LineItem](s, market.Eq("order_id", order.Num)); item.ItemAmountCents != tc.want {
			t.Errorf("%s: %d cents, want %d", tc.name, item.ItemAmountCents, tc.want)
		}
	}
}

func TestInfiniteQuantityIsNeverCounted(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 1, 3)
	variant.InfiniteQuantity = true
	s.save(variant)
	s.store.take()
	order := s.place(line(variant, 1000))
	if s.stock(variant) != 3 || one[market.LineItem](s, market.Eq("order_id", order.Num)).StockTaken != 0 {
		t.Error("stock of a variant with infinite quantity was taken")
	}
	if got := s.store.take(); len(got) != 2 {
		t.Errorf("changes = %v, want the order and its invoice only", got)
	}
}

func TestACancelledContextStoresNothing(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 1, 3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.CreateOrder(ctx, operator, market.OrderCreate{LineItems: []market.LineItemAttributes{line(variant, 1)}}); err == nil {
		t.Error("no error")
	}
	if s.stock(variant) != 3 {
		t.Errorf("stock = %d", s.stock(variant))
	}
}
