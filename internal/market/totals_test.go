package market_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/market"
)

// Whatever is ordered, split by the market or by the caller, with whatever
// promotions and fees, what the lines come to is what the invoices and the order
// come to, to the cent, and what was bought left the stock.
func TestNoCentIsLost(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	sellers := []*market.Seller{s.seller(nil), s.seller(new(8.7)), s.seller(new(33.333))}
	var variants []*market.Variant
	for i := range 6 {
		_, v := s.offer(sellers[i%3], int64(i*333+1), 40)
		variants = append(variants, v)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(drawLine(variants), 1, 8).Draw(t, "lines")
		given := arranged(in, variants, rapid.Bool().Draw(t, "given"))
		for i := range given.Invoices {
			given.Invoices[i].Adjustments = drawAdjustments(5_000).Draw(t, "adjustments of an invoice")
		}
		before := s.stocks(variants)
		order, err := s.CreateOrder(context.Background(), operator, given)
		after := s.stocks(variants)
		if err != nil {
			if !errors.As(err, new(*market.Invalid)) || !slices.Equal(before, after) {
				t.Fatalf("stock %v, before %v: %v", after, before, err)
			}
			s.refill(variants)
			return
		}
		checkSums(t, s, order, in)
		for i, v := range variants {
			if bought := boughtOf(v, in); after[i] < 0 || before[i]-after[i] != bought {
				t.Fatalf("stock of %s went from %d to %d, %d were bought", v.Ref(), before[i], after[i], bought)
			}
		}
	})
}

// drawLine draws a line that is priced in one of the ways there are.
func drawLine(variants []*market.Variant) *rapid.Generator[market.LineItemAttributes] {
	return rapid.Custom(func(t *rapid.T) market.LineItemAttributes {
		in := line(rapid.SampledFrom(variants).Draw(t, "variant"), rapid.Int64Range(1, 7).Draw(t, "quantity"))
		in.DeliveryType = rapid.SampledFrom([]*market.DeliveryType{nil, new(market.BuyOnline), new(market.NoDispatch)}).Draw(t, "delivery")
		if rapid.Bool().Draw(t, "cost given") {
			in.Cost = drawMoney().Draw(t, "cost")
		}
		if rapid.Bool().Draw(t, "postage given") {
			in.Postage = drawMoney().Draw(t, "postage")
		}
		in.Adjustments = drawAdjustments(2_000).Draw(t, "adjustments")
		return in
	})
}

// drawAdjustments draws promotions and fees of at most so many cents, with either sign where that is all the same.
func drawAdjustments(most int64) *rapid.Generator[[]market.AdjustmentAttributes] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) market.AdjustmentAttributes {
		in := market.AdjustmentAttributes{AmountCents: rapid.Int64Range(1, most).Draw(t, "cents"), Description: "agreed", Type: market.AdjustmentFee}
		if rapid.Bool().Draw(t, "promotion") {
			in.Type = market.AdjustmentPromotion
			in.AmountCents *= rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
		}
		return in
	}), 0, 2)
}

func drawMoney() *rapid.Generator[*market.MoneyAttributes] {
	return rapid.Custom(func(t *rapid.T) *market.MoneyAttributes {
		m := &market.MoneyAttributes{Amount: rapid.Int64Range(0, 100_000).Draw(t, "amount")}
		switch rapid.IntRange(0, 2).Draw(t, "tax") {
		case 0:
			m.Tax = new(rapid.Int64Range(0, m.Amount).Draw(t, "cents"))
		case 1:
			m.TaxRate = new(rapid.Float64Range(0, 100).Draw(t, "rate"))
		}
		return m
	})
}

// arranged is the input of an order of lines, grouped as the market would, or left to it.
func arranged(in []market.LineItemAttributes, variants []*market.Variant, given bool) market.OrderCreate {
	if !given {
		return market.OrderCreate{LineItems: in}
	}
	var out market.OrderCreate
	at := map[string]int{}
	for _, l := range in {
		i := slices.IndexFunc(variants, func(v *market.Variant) bool { return v.ID() == l.VariantID })
		delivery := market.BuyOnline
		if l.DeliveryType != nil {
			delivery = *l.DeliveryType
		}
		key := market.Ref{Type: string(delivery), Num: variants[i].SellerID}.String()
		if _, ok := at[key]; !ok {
			at[key] = len(out.Invoices)
			out.Invoices = append(out.Invoices, market.InvoiceAttributes{})
		}
		group := &out.Invoices[at[key]]
		group.LineItems = append(group.LineItems, l)
	}
	return out
}

// checkSums holds an order's invoices against its lines, both against their
// adjustments, and the lines against the input.
func checkSums(t *rapid.T, s *sales, order *market.Order, in []market.LineItemAttributes) {
	type share struct {
		seller   int64
		delivery market.DeliveryType
	}
	var sum market.Totals
	var lines int
	shares := map[share]bool{}
	for _, invoice := range rows[market.Invoice](s, market.Eq("order_id", order.Num)) {
		var of market.Totals
		adjustments := map[int64][]*market.Adjustment{} // by line; 0: of the invoice as a whole
		for _, a := range rows[market.Adjustment](s, market.Eq("invoice_id", invoice.Num)) {
			line := market.Opt[int64]{Value: a.LineItemID}.Or(0)
			adjustments[line] = append(adjustments[line], a)
		}
		for _, l := range rows[market.LineItem](s, market.Eq("invoice_id", invoice.Num)) {
			checkLine(t, l, adjustments[l.Num])
			of.SubtotalCents, of.ShippingCostCents = of.SubtotalCents+l.SubtotalCents, of.ShippingCostCents+l.PostageCents
			of.TaxTotalCents, of.TaxShippingCents = of.TaxTotalCents+l.TaxTotalCents, of.TaxShippingCents+l.PostageTaxCents
			of.DiscountCents, of.TotalCents = of.DiscountCents+l.DiscountCents, of.TotalCents+l.TotalCents
			of.ShippingDiscountCents += l.ShippingDiscountCents
			lines++
			if l.SellerID != invoice.SellerID || l.DeliveryType != invoice.DeliveryType {
				t.Fatalf("%s of %d by %s is in an invoice of %d by %s", l.Ref(), l.SellerID, l.DeliveryType, invoice.SellerID, invoice.DeliveryType)
			}
		}
		if of != invoice.Totals {
			t.Fatalf("the lines come to %+v, their invoice to %+v", of, invoice.Totals)
		}
		checkAdjusted(t, invoice, adjustments[0])
		if key := (share{invoice.SellerID, invoice.DeliveryType}); shares[key] {
			t.Fatalf("two invoices of %+v", key)
		} else {
			shares[key] = true
		}
		sum.SubtotalCents, sum.ShippingCostCents = sum.SubtotalCents+of.SubtotalCents, sum.ShippingCostCents+of.ShippingCostCents
		sum.TaxTotalCents, sum.TaxShippingCents = sum.TaxTotalCents+of.TaxTotalCents, sum.TaxShippingCents+of.TaxShippingCents
		sum.DiscountCents, sum.TotalCents = sum.DiscountCents+of.DiscountCents, sum.TotalCents+of.TotalCents
		sum.ShippingDiscountCents += of.ShippingDiscountCents
	}
	if got := market.TotalsOf(rows[market.Invoice](s, market.Eq("order_id", order.Num))); got != sum || lines != len(in) {
		t.Fatalf("the order comes to %+v with %d lines, its invoices to %+v with %d", got, len(in), sum, lines)
	}
}

// checkAdjusted holds an invoice against the adjustments of the invoice as a whole.
func checkAdjusted(t *rapid.T, i *market.Invoice, adjustments []*market.Adjustment) {
	discount, fees := sums(adjustments)
	if i.AdjustmentsCents != discount+fees || i.TotalCents+i.AdjustmentsCents < 0 {
		t.Fatalf("%d of promotions and %d of fees make %d of a total of %d", discount, fees, i.AdjustmentsCents, i.TotalCents)
	}
}

// sums are what promotions and fees come to.
func sums(adjustments []*market.Adjustment) (discount, fees int64) {
	for _, a := range adjustments {
		if a.AmountCents < 0 {
			discount += a.AmountCents
		} else {
			fees += a.AmountCents
		}
	}
	return discount, fees
}

func checkLine(t *rapid.T, l *market.LineItem, adjustments []*market.Adjustment) {
	off := l.ItemAmountCents*l.Quantity - l.SubtotalCents
	discount, fees := sums(adjustments)
	switch {
	case l.DiscountCents != discount || l.TotalCents != l.SubtotalCents+l.PostageCents+discount+fees || l.TotalCents < 0:
		t.Fatalf("total is %d of %d and %d with a discount of %d, promotions of %d and fees of %d", l.TotalCents, l.SubtotalCents, l.PostageCents, l.DiscountCents, discount, fees)
	case 2*max(off, -off) > l.Quantity:
		t.Fatalf("%d pieces for %d come to %d, more than rounding away from %d", l.Quantity, l.ItemAmountCents, l.ItemAmountCents*l.Quantity, l.SubtotalCents)
	case l.TaxTotalCents < 0 || l.TaxTotalCents > l.TotalCents || l.PostageTaxCents > l.PostageCents:
		t.Fatalf("%d of tax in %d, %d of it in postage %d", l.TaxTotalCents, l.TotalCents, l.PostageTaxCents, l.PostageCents)
	}
}

func (s *sales) stocks(variants []*market.Variant) []int64 {
	var counts []int64
	for _, v := range rows[market.Variant](s) {
		counts = append(counts, v.CountOnHand)
	}
	return counts[:len(variants)]
}

func (s *sales) refill(variants []*market.Variant) {
	for _, v := range variants {
		v.CountOnHand = 40
		s.save(v)
	}
}

func boughtOf(v *market.Variant, in []market.LineItemAttributes) (n int64) {
	for _, l := range in {
		if l.VariantID == v.ID() {
			n += l.Quantity
		}
	}
	return n
}

// Many orders at once sell exactly what there is, in whatever order they name it.
func TestConcurrentOrdersSellEachPieceOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		seller := s.seller(nil)
		advert, first := s.offer(seller, 500, 20)
		_, second := s.offer(seller, 500, 1000)
		third := s.variant(advert, 1000)
		sold := together(t, 50, func(i int) error {
			in := []market.LineItemAttributes{line(first, 1), line(second, 2), line(third, 1)}
			if i%2 == 1 {
				slices.Reverse(in)
			}
			_, err := s.CreateOrder(context.Background(), operator, market.OrderCreate{LineItems: in})
			return err
		})
		left := []int64{s.stock(first), s.stock(second), s.stock(third)}
		if sold != 20 || !slices.Equal(left, []int64{0, 960, 980}) || len(rows[market.Order](s)) != 20 {
			t.Errorf("%d orders succeeded and %d are stored; stock is %v", sold, len(rows[market.Order](s)), left)
		}
	})
}

// Orders of the same goods and their abandonment meet without losing a piece.
func TestConcurrentAbandonmentGivesEachPieceBackOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *sales) {
		seller := s.seller(nil)
		_, first := s.offer(seller, 500, 100)
		_, second := s.offer(seller, 500, 100)
		var ids []string
		for range 10 {
			order := s.place(line(first, 1), line(second, 1))
			order.Status = market.OrderNew
			s.save(order)
			ids = append(ids, order.ID())
		}
		together(t, 40, func(i int) error {
			if i < 20 {
				_, err := s.UpdateOrder(context.Background(), operator, ids[i%10], market.OrderAbandoned, market.BuyerAttributes{})
				return err
			}
			_, err := s.CreateOrder(context.Background(), operator, market.OrderCreate{LineItems: []market.LineItemAttributes{line(second, 1), line(first, 1)}})
			return err
		})
		if left := []int64{s.stock(first), s.stock(second)}; !slices.Equal(left, []int64{80, 80}) {
			t.Errorf("stock is %v, want 80 of each", left)
		}
	})
}

func TestCommissionIsRoundedExactly(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		cents int64
		rate  float64
		want  int64
	}{
		{0, 12.5, 0}, {1000, 0, 0}, {1000, 12.5, 125}, {10, 5, 1}, {9, 5, 0}, {10_000, 1.005, 101}, // 100.5 as people count, 100.4999… in float64
		{2_147_483_647, 100, 2_147_483_647}, {2_147_483_647, 33.333333, 715_827_875},
	} {
		invoice := &market.Invoice{CommissionRate: &tc.rate, Totals: market.Totals{SubtotalCents: tc.cents}}
		item := &market.LineItem{CommissionRate: &tc.rate, SubtotalCents: tc.cents}
		if got := *invoice.CommissionAmountCents(); got != tc.want || *item.CommissionAmountCents() != tc.want {
			t.Errorf("%v %% of %d = %d and %d, want %d", tc.rate, tc.cents, got, *item.CommissionAmountCents(), tc.want)
		}
	}
	if got := (&market.Invoice{Totals: market.Totals{TotalCents: 7}}).TotalIncludingAdjustmentsCents(); got != 7 {
		t.Errorf("total including adjustments = %d", got)
	}
	if (&market.Invoice{}).CommissionAmountCents() != nil || (&market.LineItem{}).CommissionAmountCents() != nil {
		t.Error("a commission where none is agreed")
	}
}

func TestTaxFollowsFromItsRate(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	for _, tc := range []struct {
		name string
		cost *market.MoneyAttributes
		want int64
	}{
		{"none", money(1100, nil, nil), 0},
		{"given", money(1100, new(int64(7)), nil), 7},
		{"given beside a rate", money(1100, new(int64(7)), new(10.0)), 7},
		{"by a rate", money(1100, nil, new(10.0)), 100},
		{"rounded", money(999, nil, new(15.0)), 130}, // 130.3
		{"half a cent up", money(3, nil, new(20.0)), 1},
		{"no tax", money(1100, nil, new(0.0)), 0},
	} {
		in := line(variant, 1)
		in.Cost = tc.cost
		order := s.place(in)
		item := one[market.LineItem](s, market.Eq("order_id", order.Num))
		invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
		if item.TaxTotalCents != tc.want || invoice.TaxTotalCents != tc.want {
			t.Errorf("%s: tax = %d, on the invoice %d, want %d", tc.name, item.TaxTotalCents, invoice.TaxTotalCents, tc.want)
		}
		if same := invoice.TaxRate == nil && tc.cost.TaxRate == nil || invoice.TaxRate != nil && *invoice.TaxRate == *tc.cost.TaxRate; !same {
			t.Errorf("%s: rate of the invoice = %v", tc.name, invoice.TaxRate)
		}
	}
}

func TestTheInvoiceHasTheRateThatItsLinesShare(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	for _, tc := range []struct {
		name  string
		rates []*float64
		want  *float64
	}{
		{"the same", []*float64{new(10.0), new(10.0)}, new(10.0)},
		{"different", []*float64{new(10.0), new(20.0)}, nil},
		{"one unknown", []*float64{new(10.0), nil}, nil},
		{"the first unknown", []*float64{nil, new(10.0)}, nil},
	} {
		var in []market.LineItemAttributes
		for _, rate := range tc.rates {
			l := line(variant, 1)
			l.Cost = money(100, nil, rate)
			in = append(in, l)
		}
		order := s.place(in...)
		got := one[market.Invoice](s, market.Eq("order_id", order.Num)).TaxRate
		if (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
			t.Errorf("%s: rate = %v, want %v", tc.name, got, tc.want)
		}
	}
}
