package market_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"crier/internal/market"
)

func promotion(cents int64) market.AdjustmentAttributes {
	return market.AdjustmentAttributes{AmountCents: cents, Description: "Spring sale", Type: market.AdjustmentPromotion}
}

func fee(cents int64) market.AdjustmentAttributes {
	return market.AdjustmentAttributes{AmountCents: cents, Description: "Gift wrap", Type: market.AdjustmentFee}
}

// off and free are what promotions can be taken off.
var off, free = new(market.AppliesToSubtotal), new(market.AppliesToShipping)

func TestAdjustmentsOfALine(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(new(10.0)), 500, 1000)
	type attributes = []market.AdjustmentAttributes
	for _, tc := range []struct {
		name string
		// cost and postage are 1100 and 220 unless they are given.
		cost, postage *market.MoneyAttributes
		in            attributes
		appliesTo     []*market.AdjustmentAppliesTo
		discount      int64
		total         int64
		tax, ofThat   int64 // in all, and in the postage
	}{
		{name: "none", total: 1320},
		{name: "a promotion", in: attributes{promotion(100)}, appliesTo: []*market.AdjustmentAppliesTo{off}, discount: -100, total: 1220},
		{name: "with a minus sign", in: attributes{promotion(-100)}, appliesTo: []*market.AdjustmentAppliesTo{off}, discount: -100, total: 1220},
		{name: "a fee", in: attributes{fee(50)}, appliesTo: []*market.AdjustmentAppliesTo{nil}, total: 1370},
		{name: "all of the goods", in: attributes{promotion(1100)}, appliesTo: []*market.AdjustmentAppliesTo{off}, discount: -1100, total: 220},
		{name: "then the sending", in: attributes{promotion(1000), promotion(220)}, appliesTo: []*market.AdjustmentAppliesTo{off, free}, discount: -1220, total: 100},
		{name: "nothing left to pay", in: attributes{promotion(1100), promotion(220)}, appliesTo: []*market.AdjustmentAppliesTo{off, free}, discount: -1320, total: 0},
		{name: "nothing left but a fee", in: attributes{fee(7), promotion(1100), promotion(220)}, appliesTo: []*market.AdjustmentAppliesTo{nil, off, free}, discount: -1320, total: 7},
		{name: "goods after the sending", postage: money(2000, nil, nil), in: attributes{promotion(1500), promotion(600)},
			appliesTo: []*market.AdjustmentAppliesTo{free, off}, discount: -2100, total: 1000},

		{name: "tax by rates", cost: money(1100, nil, new(10.0)), postage: money(220, nil, new(10.0)),
			in: attributes{promotion(550), promotion(-100), fee(1000)}, appliesTo: []*market.AdjustmentAppliesTo{off, off, nil}, discount: -650, total: 1670, tax: 41 + 20, ofThat: 20},
		{name: "tax by rates, free sending", cost: money(1100, nil, new(10.0)), postage: money(220, nil, new(10.0)),
			in: attributes{promotion(1000), promotion(220)}, appliesTo: []*market.AdjustmentAppliesTo{off, free}, discount: -1220, total: 100, tax: 9},
		{name: "tax as given", cost: money(1100, new(int64(90)), new(10.0)), postage: money(220, new(int64(20)), nil),
			in: attributes{promotion(900)}, appliesTo: []*market.AdjustmentAppliesTo{off}, discount: -900, total: 420, tax: 110, ofThat: 20},
		{name: "tax as given, beyond what is left", cost: money(1100, new(int64(90)), nil), postage: money(220, new(int64(20)), nil),
			in: attributes{promotion(1050), promotion(210)}, appliesTo: []*market.AdjustmentAppliesTo{off, free}, discount: -1260, total: 60, tax: 60, ofThat: 10},
	} {
		in := line(variant, 2)
		in.Cost, in.Postage, in.Adjustments, in.TotalCents = money(1100, nil, nil), money(220, nil, nil), tc.in, &tc.total
		if tc.cost != nil {
			in.Cost = tc.cost
		}
		if tc.postage != nil {
			in.Postage = tc.postage
		}
		order := s.place(in)
		item := one[market.LineItem](s, market.Eq("order_id", order.Num))
		got := []int64{item.DiscountCents, item.TotalCents, item.TaxTotalCents, item.PostageTaxCents}
		if diff := cmp.Diff([]int64{tc.discount, tc.total, tc.tax, tc.ofThat}, got); diff != "" || item.SubtotalCents != in.Cost.Amount || item.PostageCents != in.Postage.Amount {
			t.Errorf("%s: discount, total, tax, tax of the postage (-want +got):\n%s", tc.name, diff)
		}
		goods := in.Cost.Amount
		var applied []*market.AdjustmentAppliesTo
		for _, a := range rows[market.Adjustment](s, market.Eq("line_item_id", item.Num)) {
			applied = append(applied, a.AppliesTo)
			if a.AppliesTo != nil && *a.AppliesTo == market.AppliesToSubtotal {
				goods += a.AmountCents
			}
		}
		if got, want := *item.CommissionAmountCents(), (goods+5)/10; got != want {
			t.Errorf("%s: the commission is %d, a tenth of the %d that are left of the goods is %d", tc.name, got, goods, want)
		}
		if diff := cmp.Diff(tc.appliesTo, applied); diff != "" {
			t.Errorf("%s: applies to (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestAdjustmentsAreStored(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	seller := s.seller(nil)
	_, variant := s.offer(seller, 500, 10)
	sold := line(variant, 2)
	sold.Adjustments = []market.AdjustmentAttributes{promotion(100)}
	charged := fee(70)
	charged.SourceID = new("rule-7")
	blank := promotion(30)
	blank.SourceID = new(" ")
	order, err := s.CreateOrder(t.Context(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{{
		LineItems: []market.LineItemAttributes{sold}, Adjustments: []market.AdjustmentAttributes{charged, blank},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
	item := one[market.LineItem](s, market.Eq("order_id", order.Num))
	var got []market.Adjustment
	for _, a := range rows[market.Adjustment](s) {
		a.Base = market.Base{}
		got = append(got, *a)
	}
	want := []market.Adjustment{
		{AdjustmentType: market.AdjustmentFee, AmountCents: 70, Description: "Gift wrap", InvoiceID: invoice.Num, SellerID: seller.Num, SourceID: new("rule-7")},
		{AdjustmentType: market.AdjustmentPromotion, AmountCents: -30, AppliesTo: off, Description: "Spring sale", InvoiceID: invoice.Num, SellerID: seller.Num},
		{AdjustmentType: market.AdjustmentPromotion, AmountCents: -100, AppliesTo: off, Description: "Spring sale", InvoiceID: invoice.Num, LineItemID: &item.Num, SellerID: seller.Num},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	if invoice.TotalCents != 900 || invoice.DiscountCents != -100 || invoice.AdjustmentsCents != 40 {
		t.Errorf("the invoice comes to %+v and %d", invoice.Totals, invoice.AdjustmentsCents)
	}
}

// An invoice's promotions are taken off what those of its lines leave, and the
// caller may reckon its total with them or without.
func TestAdjustmentsOfAnInvoice(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 1000)
	type attributes = []market.AdjustmentAttributes
	for _, tc := range []struct {
		name      string
		in        attributes
		appliesTo []*market.AdjustmentAppliesTo
		comesTo   int64
		// reckoned is what the caller reckons; 0 is nothing.
		reckoned int64
	}{
		{"none", nil, nil, 0, 1950},
		{"a fee", attributes{fee(5)}, []*market.AdjustmentAppliesTo{nil}, 5, 1955},
		{"a fee, reckoned without it", attributes{fee(5)}, []*market.AdjustmentAppliesTo{nil}, 5, 1950},
		{"all of the goods of both lines", attributes{promotion(1900)}, []*market.AdjustmentAppliesTo{off}, -1900, 50},
		{"all of it", attributes{promotion(1900), promotion(50)}, []*market.AdjustmentAppliesTo{off, free}, -1950, 1950},
		{"more fees than promotions", attributes{promotion(-10), fee(30)}, []*market.AdjustmentAppliesTo{off, nil}, 20, 0},
	} {
		first, second := line(variant, 2), line(variant, 2)
		first.Adjustments, first.PostageCents = attributes{promotion(100)}, new(int64(50))
		in := market.InvoiceAttributes{LineItems: []market.LineItemAttributes{first, second}, Adjustments: tc.in}
		if tc.reckoned != 0 {
			in.TotalCents = &tc.reckoned
		}
		order, err := s.CreateOrder(t.Context(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{in}})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
		var applied []*market.AdjustmentAppliesTo
		for _, a := range rows[market.Adjustment](s, market.Eq("invoice_id", invoice.Num), market.Eq("line_item_id", nil)) {
			applied = append(applied, a.AppliesTo)
		}
		if diff := cmp.Diff(tc.appliesTo, applied); diff != "" || invoice.AdjustmentsCents != tc.comesTo || invoice.TotalCents != 1950 || invoice.DiscountCents != -100 {
			t.Errorf("%s: the invoice comes to %+v and %d; its adjustments apply to (-want +got):\n%s", tc.name, invoice.Totals, invoice.AdjustmentsCents, diff)
		}
	}
}

func TestAdjustmentRefusals(t *testing.T) {
	t.Parallel()
	r := newRefusals(t)
	type attributes = []market.AdjustmentAttributes
	const most = int64(math.MaxInt32)
	onLine := func(in ...market.AdjustmentAttributes) market.OrderCreate {
		return lines(line(r.other, 1), with(r.good, func(l *market.LineItemAttributes) { l.Adjustments, l.PostageCents = in, new(int64(200)) }))
	}
	onInvoice := func(total *int64, in ...market.AdjustmentAttributes) market.OrderCreate {
		return market.OrderCreate{Invoices: []market.InvoiceAttributes{{LineItems: []market.LineItemAttributes{line(r.good, 1)}, Adjustments: in, TotalCents: total}}}
	}
	dear := with(r.good, func(l *market.LineItemAttributes) {
		l.Cost, l.Postage, l.Adjustments = money(most, nil, nil), money(most, nil, nil), attributes{promotion(most), promotion(most)}
	})
	halfOff := with(r.good, func(l *market.LineItemAttributes) {
		l.Cost, l.Adjustments = money(most, nil, nil), attributes{promotion(most)}
	})
	for _, tc := range []struct {
		name string
		in   market.OrderCreate
		want map[string]string
	}{
		{"no amount", onLine(promotion(0)), map[string]string{"line_items.1.adjustments.0.amount_cents": "can't be zero"}},
		{"a fee taken off", onLine(promotion(1), fee(-1)), map[string]string{"line_items.1.adjustments.1.amount_cents": "must be between 1 and 2147483647 cents, since a fee is charged"}},
		{"a fee above an Int", onLine(fee(most + 1)), map[string]string{"line_items.1.adjustments.0.amount_cents": "must be between 1 and 2147483647 cents, since a fee is charged"}},
		{"a promotion above an Int", onLine(promotion(most + 1)), map[string]string{"line_items.1.adjustments.0.amount_cents": "must be at most 2147483647 cents, with or without a minus sign"}},
		{"the least there is", onLine(promotion(math.MinInt64)), map[string]string{"line_items.1.adjustments.0.amount_cents": "must be at most 2147483647 cents, with or without a minus sign"}},
		{"no type", onLine(market.AdjustmentAttributes{AmountCents: 1, Description: "?", Type: "GIFT"}), map[string]string{"line_items.1.adjustments.0.adjustment_type": "is no type of adjustment"}},
		{"no words", onLine(market.AdjustmentAttributes{AmountCents: 1, Description: " ", SourceID: new("a\x00"), Type: market.AdjustmentFee}), map[string]string{
			"line_items.1.adjustments.0.description": "can't be blank", "line_items.1.adjustments.0.source_id": "can't hold NUL or broken characters"}},
		{"too many", onLine(slices.Repeat(attributes{promotion(1)}, 101)...), map[string]string{"line_items.1.adjustments": "has too many entries: at most 100"}},
		{"more than the goods or the sending", onLine(promotion(1001)), map[string]string{
			"line_items.1.adjustments.0.amount_cents": "takes off more than the 1000 cents that are left of the goods, or the 200 of their sending"}},
		{"more than is left of them", onLine(promotion(900), promotion(150), promotion(101), fee(500)), map[string]string{
			"line_items.1.adjustments.2.amount_cents": "takes off more than the 100 cents that are left of the goods, or the 50 of their sending"}},
		{"fees above an Int", onLine(fee(most-1200), fee(1)), map[string]string{
			"line_items.1.total_cents": "comes to more than 2147483647 cents, the most that an amount can be"}},
		{"a discount above an Int", lines(dear), map[string]string{"line_items.0.total_cents": "comes to more than 2147483647 cents, the most that an amount can be"}},
		{"goods above an Int for nothing", lines(halfOff, halfOff), map[string]string{"base": "the order comes to more than 2147483647 cents, the most that an amount can be"}},
		{"another total of the line", lines(with(r.good, func(l *market.LineItemAttributes) {
			l.Adjustments, l.TotalCents = attributes{promotion(1)}, new(int64(1000))
		})),
			map[string]string{"line_items.0.total_cents": "is 1000, but it comes to 999"}},

		{"of an invoice", onInvoice(nil, promotion(0), fee(1)), map[string]string{"invoices.0.adjustments.0.amount_cents": "can't be zero"}},
		{"more than the invoice", onInvoice(nil, fee(500), promotion(1001)), map[string]string{
			"invoices.0.adjustments.1.amount_cents": "takes off more than the 1000 cents that are left of the goods, or the 0 of their sending"}},
		{"an invoice above an Int by its fees", onInvoice(nil, fee(most-999)), map[string]string{
			"invoices.0.total_cents": "comes to more than 2147483647 cents, the most that an amount can be"}},
		{"another total of the invoice", onInvoice(new(int64(1001)), promotion(1)), map[string]string{"invoices.0.total_cents": "is 1001, but it comes to 1000, and to 999 with its adjustments"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := r.footprint()
			r.store.take()
			_, err := r.CreateOrder(t.Context(), operator, tc.in)
			expectRefusal(t, err, 422, tc.want)
			if after := r.footprint(); !slices.Equal(before, after) || len(r.store.take()) > 0 {
				t.Errorf("a refused order left traces: %v, before %v", after, before)
			}
		})
	}
}

// Whatever amounts there are, an order is refused, or every amount of it can be
// shown and none is below zero that should not be.
func TestAmountsStayWithinAnInt(t *testing.T) {
	t.Parallel()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 0)
	variant.InfiniteQuantity = true
	s.save(variant)
	amount := rapid.OneOf(rapid.Int64Range(0, math.MaxInt32), rapid.Int64Range(math.MaxInt32-3, math.MaxInt32), rapid.Int64Range(0, 3))
	adjustment := rapid.Custom(func(t *rapid.T) market.AdjustmentAttributes {
		in := promotion(rapid.OneOf(amount, rapid.Int64()).Draw(t, "amount"))
		in.Type = rapid.SampledFrom([]market.AdjustmentType{market.AdjustmentFee, market.AdjustmentPromotion}).Draw(t, "type")
		return in
	})
	sold := rapid.Custom(func(t *rapid.T) market.LineItemAttributes {
		in := line(variant, rapid.Int64Range(1, 9).Draw(t, "quantity"))
		in.Cost, in.Postage = money(amount.Draw(t, "cost"), nil, new(10.0)), money(amount.Draw(t, "postage"), nil, nil)
		in.Adjustments = rapid.SliceOfN(adjustment, 0, 3).Draw(t, "adjustments")
		return in
	})
	rapid.Check(t, func(t *rapid.T) {
		in := market.InvoiceAttributes{LineItems: rapid.SliceOfN(sold, 1, 3).Draw(t, "lines"), Adjustments: rapid.SliceOfN(adjustment, 0, 2).Draw(t, "of the invoice")}
		order, err := s.CreateOrder(context.Background(), operator, market.OrderCreate{Invoices: []market.InvoiceAttributes{in}})
		if err != nil {
			if !errors.As(err, new(*market.Invalid)) {
				t.Fatal(err)
			}
			return
		}
		invoice := one[market.Invoice](s, market.Eq("order_id", order.Num))
		of := invoice.Totals
		for _, cents := range []int64{of.SubtotalCents, of.ShippingCostCents, of.TaxTotalCents, of.TaxShippingCents, -of.DiscountCents, of.TotalCents, of.TotalCents + invoice.AdjustmentsCents} {
			if cents < 0 || cents > math.MaxInt32 {
				t.Fatalf("%d cents in %+v with %d", cents, of, invoice.AdjustmentsCents)
			}
		}
	})
}
