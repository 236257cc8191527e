package market_test

import (
	"math"
	"slices"
	"testing"

	"crier/internal/market"
)

// refusals is a marketplace with things of every kind that cannot be sold.
type refusals struct {
	*sales
	good, other, few, unpublished, ofUnpublished, ofUnvetted, ofDeleted, deleted, offline, priceless, dear *market.Variant
}

func newRefusals(t *testing.T) *refusals {
	s := newSales(t, market.PaymentPaid)
	r := &refusals{sales: s}
	seller := s.seller(nil)
	_, r.good = s.offer(seller, 1000, 100)
	_, r.other = s.offer(s.seller(nil), 1000, 100)
	_, r.few = s.offer(seller, 1000, 3)
	_, r.dear = s.offer(seller, 3_000_000, 5000)

	_, r.unpublished = s.offer(seller, 1000, 100)
	r.unpublished.Published = false
	hidden, ofHidden := s.offer(seller, 1000, 100)
	hidden.Published, r.ofUnpublished = false, ofHidden
	unvetted, ofUnvetted := s.offer(seller, 1000, 100)
	unvetted.Vetted, r.ofUnvetted = false, ofUnvetted
	gone, ofGone := s.offer(seller, 1000, 100)
	gone.DeletedAt, r.ofDeleted = &salesNow, ofGone
	_, r.deleted = s.offer(seller, 1000, 100)
	r.deleted.DeletedAt = &salesNow
	away := s.seller(nil)
	_, r.offline = s.offer(away, 1000, 100)
	away.Online = false
	free, priceless := s.offer(seller, 1000, 100)
	free.EditablePriceCents, r.priceless = nil, priceless
	s.save(r.unpublished, hidden, unvetted, gone, r.deleted, away, free)
	return r
}

// lines is an order of lines that the market splits.
func lines(in ...market.LineItemAttributes) market.OrderCreate {
	return market.OrderCreate{LineItems: in}
}

// with is a line of one piece, changed by f.
func with(v *market.Variant, f func(*market.LineItemAttributes)) market.LineItemAttributes {
	l := line(v, 1)
	f(&l)
	return l
}

func money(amount int64, tax *int64, rate *float64) *market.MoneyAttributes {
	return &market.MoneyAttributes{Amount: amount, Tax: tax, TaxRate: rate}
}

func TestCreateOrderRefusals(t *testing.T) {
	t.Parallel()
	r := newRefusals(t)
	type attributes = market.LineItemAttributes
	taken := []market.Pair{{Key: "shop", Value: new("taken")}}
	if _, err := r.CreateOrder(t.Context(), operator, market.OrderCreate{
		Order:     market.OrderAttributes{ExternalIDs: taken},
		LineItems: []attributes{with(r.good, func(l *attributes) { l.ExternalIDs = taken })},
	}); err != nil {
		t.Fatal(err)
	}
	pickup := with(r.good, func(l *attributes) { l.DeliveryType = new(market.ClickAndCollect) })
	invoices := func(groups ...[]attributes) market.OrderCreate {
		var in market.OrderCreate
		for _, g := range groups {
			in.Invoices = append(in.Invoices, market.InvoiceAttributes{LineItems: g})
		}
		return in
	}
	list := func(l ...attributes) []attributes { return l }

	for _, tc := range []struct {
		name   string
		in     market.OrderCreate
		status int
		fields []string
	}{
		{"nothing", market.OrderCreate{}, 422, []string{"line_items"}},
		{"empty lists", market.OrderCreate{LineItems: list(), Invoices: []market.InvoiceAttributes{}}, 422, []string{"line_items"}},
		{"both", market.OrderCreate{LineItems: list(line(r.good, 1)), Invoices: invoices(list(line(r.good, 1))).Invoices}, 422, []string{"invoices"}},
		{"an empty invoice", invoices(list(line(r.good, 1)), nil), 422, []string{"invoices.1.line_items"}},

		{"no piece", lines(line(r.good, 0)), 422, []string{"line_items.0.quantity"}},
		{"less than none", lines(line(r.good, 1), line(r.good, -1)), 422, []string{"line_items.1.quantity"}},
		{"more pieces than an Int", lines(line(r.good, math.MaxInt32+1)), 422, []string{"line_items.0.quantity"}},
		{"in an invoice", invoices(list(line(r.good, 1)), list(line(r.other, 0))), 422, []string{"invoices.1.line_items.0.quantity"}},
		{"no delivery type", lines(with(r.good, func(l *attributes) { l.DeliveryType = new(market.DeliveryType("PIGEON")) })), 422, []string{"line_items.0.delivery_type"}},

		{"no id", lines(attributes{VariantID: "?", Quantity: 1}), 404, []string{"line_items.0.variant_id"}},
		{"another type's id", lines(attributes{VariantID: market.Ref{Type: "Advert", Num: 1}.ID(), Quantity: 1}), 404, []string{"line_items.0.variant_id"}},
		{"unknown", lines(attributes{VariantID: market.Ref{Type: "Variant", Num: 9999}.ID(), Quantity: 1}), 404, []string{"line_items.0.variant_id"}},
		{"deleted", lines(line(r.deleted, 1)), 404, []string{"line_items.0.variant_id"}},
		{"unpublished", lines(line(r.unpublished, 1)), 422, []string{"line_items.0.variant_id"}},
		{"of an unpublished advert", lines(line(r.ofUnpublished, 1)), 422, []string{"line_items.0.variant_id"}},
		{"of an advert that is not vetted", lines(line(r.ofUnvetted, 1)), 422, []string{"line_items.0.variant_id"}},
		{"of a deleted advert", lines(line(r.ofDeleted, 1)), 422, []string{"line_items.0.variant_id"}},
		{"of an offline seller", lines(line(r.offline, 1)), 422, []string{"line_items.0.variant_id"}},
		{"all at once", lines(line(r.good, 0), line(r.unpublished, 1), line(r.offline, 0)), 422,
			[]string{"line_items.0.quantity", "line_items.1.variant_id", "line_items.2.quantity", "line_items.2.variant_id"}},

		{"above stock", lines(line(r.good, 1), line(r.few, 4)), 422, []string{"line_items.1.quantity"}},
		{"above stock together", lines(line(r.few, 2), line(r.few, 2)), 422, []string{"line_items.1.quantity"}},
		{"above stock over invoices", invoices(list(line(r.few, 2)), list(with(r.few, func(l *attributes) { l.Quantity, l.DeliveryType = 2, new(market.NoDispatch) }))),
			422, []string{"invoices.1.line_items.0.quantity"}},

		{"no price", lines(line(r.priceless, 1)), 422, []string{"line_items.0.cost"}},
		{"a line above an Int", lines(line(r.dear, 716)), 422, []string{"line_items.0.quantity"}},
		{"an order above an Int", lines(line(r.dear, 400), line(r.dear, 400)), 422, []string{"base"}},
		{"an invoice above an Int", invoices(list(line(r.dear, 400), line(r.dear, 400))), 422, []string{"base", "invoices.0.total_cents"}},
		{"postage above an Int", lines(with(r.dear, func(l *attributes) { l.Quantity, l.PostageCents = 715, new(int64(math.MaxInt32)) })), 422, []string{"line_items.0.total_cents"}},
		{"negative cost", lines(with(r.good, func(l *attributes) { l.Cost = money(-1, nil, nil) })), 422, []string{"line_items.0.cost.amount"}},
		{"cost above an Int", lines(with(r.good, func(l *attributes) { l.Cost = money(math.MaxInt32+1, nil, nil) })), 422, []string{"line_items.0.cost.amount"}},
		{"more tax than cost", lines(with(r.good, func(l *attributes) { l.Cost = money(10, new(int64(11)), nil) })), 422, []string{"line_items.0.cost.tax"}},
		{"negative tax", lines(with(r.good, func(l *attributes) { l.Cost = money(10, new(int64(-1)), nil) })), 422, []string{"line_items.0.cost.tax"}},
		{"a rate of no tax", lines(with(r.good, func(l *attributes) { l.Cost = money(10, nil, new(100.5)) })), 422, []string{"line_items.0.cost.tax_rate"}},
		{"a rate that is no number", lines(with(r.good, func(l *attributes) { l.Postage = money(10, nil, new(math.NaN())) })), 422, []string{"line_items.0.postage.tax_rate"}},
		{"negative postage", lines(with(r.good, func(l *attributes) { l.PostageCents = new(int64(-1)) })), 422, []string{"line_items.0.postage_cents"}},
		{"two postages", lines(with(r.good, func(l *attributes) { l.Postage, l.PostageCents = money(10, nil, nil), new(int64(11)) })), 422, []string{"line_items.0.postage_cents"}},
		{"another total of a line", lines(with(r.good, func(l *attributes) { l.TotalCents = new(int64(999)) })), 422, []string{"line_items.0.total_cents"}},
		{"another total of an invoice", market.OrderCreate{Invoices: []market.InvoiceAttributes{{LineItems: list(line(r.good, 1)), TotalCents: new(int64(1001))}}},
			422, []string{"invoices.0.total_cents"}},

		{"two sellers in an invoice", invoices(list(line(r.good, 1), line(r.other, 1))), 422, []string{"invoices.0.line_items.1.variant_id"}},
		{"two deliveries in an invoice", invoices(list(line(r.good, 1), pickup)), 422, []string{"invoices.0.line_items.1.delivery_type"}},
		{"two invoices of the same", invoices(list(line(r.good, 1)), list(line(r.other, 1)), list(line(r.few, 1))), 422, []string{"invoices.2.line_items"}},

		{"buyer", market.OrderCreate{
			Order: market.OrderAttributes{BuyerAttributes: market.BuyerAttributes{EmailAddress: market.Some("nobody"), FirstName: market.Some("a\x00b"),
				Address: market.Some(market.AddressAttributes{City: market.Some("Oslo")}), BillingAddress: market.Some(market.AddressAttributes{ID: new("x")})}},
			LineItems: list(line(r.good, 0)),
		}, 422, []string{"address.address", "address.country", "address.postcode", "billing_address.address", "billing_address.city", "billing_address.country",
			"billing_address.id", "billing_address.postcode", "email_address", "first_name", "line_items.0.quantity"}},
		{"external id of an order", market.OrderCreate{Order: market.OrderAttributes{ExternalIDs: taken}, LineItems: list(line(r.good, 1))}, 422, []string{"external_ids"}},
		{"external id of a line", lines(line(r.other, 1), with(r.good, func(l *attributes) { l.ExternalIDs = taken })), 422, []string{"line_items.1.external_ids"}},
		{"external id of an invoice", market.OrderCreate{Invoices: []market.InvoiceAttributes{
			{LineItems: list(line(r.good, 1)), ExternalIDs: taken}, {LineItems: list(line(r.other, 1)), ExternalIDs: taken},
		}}, 422, []string{"invoices.1.external_ids"}},
		{"metadata", market.OrderCreate{Order: market.OrderAttributes{Metadata: []market.Pair{{Key: " ", Value: new("x")}}}, LineItems: list(line(r.good, 1))},
			422, []string{"metadata.0.key"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := r.footprint()
			r.store.take()
			_, err := r.CreateOrder(t.Context(), operator, tc.in)
			if status, fields := refusal(t, err); status != tc.status || !slices.Equal(fields, tc.fields) {
				t.Errorf("%d %v, want %d %v: %v", status, fields, tc.status, tc.fields, err)
			}
			if after := r.footprint(); !slices.Equal(before, after) {
				t.Errorf("a refused order left traces: %v, before %v", after, before)
			}
			if changes := r.store.take(); len(changes) > 0 {
				t.Errorf("a refused order made changes: %v", changes)
			}
		})
	}
}

// footprint is what orders leave behind: rows, and the stock of the variants.
func (r *refusals) footprint() []int64 {
	found := []int64{
		int64(len(rows[market.Order](r.sales))), int64(len(rows[market.Invoice](r.sales))), int64(len(rows[market.LineItem](r.sales))),
		int64(len(rows[market.ExternalID](r.sales))), int64(len(rows[market.Metadatum](r.sales))), int64(len(rows[market.Adjustment](r.sales))),
	}
	for _, v := range rows[market.Variant](r.sales) {
		found = append(found, v.CountOnHand)
	}
	return found
}
