package market_test

import (
	"context"
	"errors"
	"testing"

	"crier/internal/market"
)

var errAway = errors.New("the database is away")

// faulty is a store whose transactions fail at their nth call.
type faulty struct {
	market.Store
	calls int
}

func (f *faulty) Run(ctx context.Context, work func(market.Tx) error) error {
	return f.Store.Run(ctx, func(tx market.Tx) error { return work(faultyTx{tx, f}) })
}

func (f *faulty) call() error {
	if f.calls--; f.calls == 0 {
		return errAway
	}
	return nil
}

type faultyTx struct {
	market.Tx
	*faulty
}

func (t faultyTx) Select(ctx context.Context, dest any, q market.Query) error {
	return errors.Join(t.call(), t.Tx.Select(ctx, dest, q))
}

func (t faultyTx) Insert(ctx context.Context, e market.Entity) error {
	return errors.Join(t.call(), t.Tx.Insert(ctx, e))
}

func (t faultyTx) Update(ctx context.Context, e market.Entity) error {
	return errors.Join(t.call(), t.Tx.Update(ctx, e))
}

func (t faultyTx) Delete(ctx context.Context, e market.Entity) error {
	return errors.Join(t.call(), t.Tx.Delete(ctx, e))
}

func (t faultyTx) Record(ctx context.Context, changes []market.Change) error {
	return errors.Join(t.call(), t.Tx.Record(ctx, changes))
}

// Wherever the database fails, the mutation fails with it, returns nothing, and leaves nothing behind.
func TestNoFaultIsSwallowed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := newSales(t, market.PaymentPaid)
	_, variant := s.offer(s.seller(nil), 500, 100)
	carrier := s.carrier()
	home := market.Some(market.AddressAttributes{
		Address: market.Some("1 Quay Street"), City: market.Some("Auckland"), Postcode: market.Some("1010"),
		Country: market.Some(market.CountryAttributes{Code: new("NZ")}),
	})
	pairs := []market.Pair{{Key: "shop", Value: new("1")}}
	in := market.OrderCreate{Invoices: []market.InvoiceAttributes{{ExternalIDs: pairs, Metadata: pairs, LineItems: []market.LineItemAttributes{line(variant, 2)}}}}
	in.Order = market.OrderAttributes{ExternalIDs: pairs, Metadata: pairs, BuyerAttributes: market.BuyerAttributes{Address: home, BillingAddress: home}}
	in.Invoices[0].LineItems[0].ExternalIDs = pairs
	in.Invoices[0].Adjustments = []market.AdjustmentAttributes{promotion(10)}
	in.Invoices[0].LineItems[0].Adjustments = []market.AdjustmentAttributes{fee(10)}
	open, paid := s.place(line(variant, 1)), s.place(line(variant, 2))
	open.Status = market.OrderNew
	s.save(open)
	sent, err := s.CreateShipment(ctx, operator, s.parcel(paid, carrier, 1))
	if err != nil {
		t.Fatal(err)
	}
	next := s.parcel(paid, carrier, 1)

	for _, tc := range []struct {
		name string
		do   func(*market.Market) (any, error)
	}{
		{"order", func(m *market.Market) (any, error) { return none(m.CreateOrder(ctx, operator, in)) }},
		{"update", func(m *market.Market) (any, error) {
			return none(m.UpdateOrder(ctx, operator, open.ID(), market.OrderAbandoned, market.BuyerAttributes{Address: home}))
		}},
		{"shipment", func(m *market.Market) (any, error) { return none(m.CreateShipment(ctx, operator, next)) }},
		{"correction", func(m *market.Market) (any, error) {
			return none(m.UpdateShipment(ctx, operator, sent.ID(), market.ShipmentUpdate{CarrierID: market.Some(carrier.ID()), Note: market.Some("x")}))
		}},
		{"log", func(m *market.Market) (any, error) {
			return none(m.CreateShipmentStatus(ctx, operator, sent.ID(), market.ShipmentPending))
		}},
		{"carrier", func(m *market.Market) (any, error) {
			return none(m.CreateShipmentCarrier(ctx, operator, market.CarrierCreate{Name: "Late"}))
		}},
	} {
		for n := 1; ; n++ {
			s.store.take()
			got, err := tc.do(market.New(&faulty{Store: s.store, calls: n}, market.Options{}))
			if err == nil {
				if n == 1 {
					t.Errorf("%s calls no database", tc.name)
				}
				break
			}
			if !errors.Is(err, errAway) || got != nil || len(s.store.take()) > 0 {
				t.Errorf("%s at call %d: %v, %v", tc.name, n, got, err)
			}
		}
	}
	if stock := s.stock(variant); stock != 96 { // 5 pieces sold, 1 of them given back
		t.Errorf("stock = %d, want 96", stock)
	}
}

// none turns a nil pointer into nil.
func none[T any](p *T, err error) (any, error) {
	if p == nil {
		return nil, err
	}
	return p, err
}
