package market_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/store/storetest"
)

// operator is who places orders in these tests.
var operator = market.Actor{ID: "test"}

// salesNow is the time of everything that happens in these tests.
var salesNow = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// sales is a marketplace over a real store, whose changes are observed.
type sales struct {
	*market.Market
	t     testing.TB
	store *watched
	taxon int64
}

// newSales opens an empty marketplace.
func newSales(t testing.TB, payment market.PaymentPolicy) *sales {
	t.Helper()
	return newSalesIn(t, storetest.SQLite(t), payment)
}

// onBoth runs a test of transactions that meet on an empty marketplace in each database.
func onBoth(t *testing.T, test func(*testing.T, *sales)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newSales(t, market.PaymentPaid))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, newSalesIn(t, storetest.Postgres(t), market.PaymentPaid))
	})
}

func newSalesIn(t testing.TB, url string, payment market.PaymentPolicy) *sales {
	t.Helper()
	opened, err := store.Open(t.Context(), url, store.Options{SecretKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &sales{t: t, store: &watched{Store: opened}}
	s.Market = market.New(s.store, market.Options{Payment: payment, Now: func() time.Time { return salesNow }})
	prototype := &market.Prototype{Name: "Things"}
	s.insert(prototype)
	taxon := &market.Taxon{Title: "Things", PrototypeID: prototype.Num}
	s.insert(taxon)
	s.taxon = taxon.Num
	return s
}

// insert stores entities as they are, whatever the rules say of them.
func (s *sales) insert(entities ...market.Entity) {
	s.t.Helper()
	err := s.store.Store.Run(context.Background(), func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Insert(context.Background(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// save writes entities as they are.
func (s *sales) save(entities ...market.Entity) {
	s.t.Helper()
	err := s.store.Store.Run(context.Background(), func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Update(context.Background(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// rows reads entities, deleted ones too.
func rows[T any](s *sales, where ...market.Cond) []*T {
	s.t.Helper()
	var found []*T
	err := s.store.Store.Run(context.Background(), func(tx market.Tx) error {
		found = nil
		return tx.Select(context.Background(), &found, market.Query{Where: where, Deleted: true})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// one reads the only entity that meets the conditions.
func one[T any](s *sales, where ...market.Cond) *T {
	s.t.Helper()
	found := rows[T](s, where...)
	if len(found) != 1 {
		s.t.Fatalf("%d entities of %T meet %v", len(found), found, where)
	}
	return found[0]
}

func (s *sales) seller(commission *float64) *market.Seller {
	seller := &market.Seller{BusinessName: "Lantern Works", Online: true, BaseCommissionRate: commission}
	s.insert(seller)
	return seller
}

// offer is a published advert with one variant.
func (s *sales) offer(seller *market.Seller, cents, stock int64) (*market.Advert, *market.Variant) {
	advert := &market.Advert{
		Title: "Brass lantern", Code: new("BL"), Published: true, Vetted: true, SellerID: seller.Num, TaxonID: s.taxon,
		Condition: market.ConditionNew, Price: market.Price{EditablePriceCents: &cents},
	}
	s.insert(advert)
	return advert, s.variant(advert, stock)
}

func (s *sales) variant(advert *market.Advert, stock int64) *market.Variant {
	variant := &market.Variant{
		AdvertID: advert.Num, SellerID: advert.SellerID, Published: true, CountOnHand: stock,
		Label: "Large", SKU: new("BL-L"), Barcode: new("4006381333931"),
	}
	s.insert(variant)
	return variant
}

func (s *sales) carrier() *market.ShipmentCarrier {
	carrier := &market.ShipmentCarrier{Name: "Fast Parcels"}
	s.insert(carrier)
	return carrier
}

// place creates an order that must succeed.
func (s *sales) place(lines ...market.LineItemAttributes) *market.Order {
	s.t.Helper()
	order, err := s.CreateOrder(context.Background(), operator, market.OrderCreate{LineItems: lines})
	if err != nil {
		s.t.Fatal(err)
	}
	return order
}

func line(v *market.Variant, quantity int64) market.LineItemAttributes {
	return market.LineItemAttributes{VariantID: v.ID(), Quantity: quantity}
}

// stock is how much of a variant there is now.
func (s *sales) stock(v *market.Variant) int64 {
	s.t.Helper()
	return one[market.Variant](s, market.Eq("id", v.Num)).CountOnHand
}

// watched is a store whose committed changes are kept for the tests.
type watched struct {
	*store.Store
	mu      sync.Mutex
	changes []market.Change
}

func (w *watched) Run(ctx context.Context, work func(market.Tx) error) error {
	var recorded []market.Change
	err := w.Store.Run(ctx, func(tx market.Tx) error {
		recorded = nil
		return work(watchedTx{Tx: tx, recorded: &recorded})
	})
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.changes = append(w.changes, recorded...)
	}
	return err
}

// take returns what changed since the last call, as "Type-1 update a,b", sorted.
func (w *watched) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, c := range w.changes {
		text := fmt.Sprint(c.Subject, " ", c.Action)
		if c.Action == market.Update {
			text += fmt.Sprint(" ", c.Changed)
		}
		all = append(all, text)
	}
	w.changes = nil
	slices.Sort(all)
	return all
}

type watchedTx struct {
	market.Tx
	recorded *[]market.Change
}

func (t watchedTx) Record(ctx context.Context, changes []market.Change) error {
	*t.recorded = append(*t.recorded, changes...)
	return t.Tx.Record(ctx, changes)
}

// refusal returns the status and the fields, sorted, with which err refuses an input.
func refusal(t testing.TB, err error) (int, []string) {
	t.Helper()
	var invalid *market.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want a refusal", err)
	}
	var fields []string
	for _, f := range invalid.Fields {
		if len(f.Messages) == 0 {
			t.Errorf("%s has no message", f.Field)
		}
		fields = append(fields, f.Field)
	}
	slices.Sort(fields)
	return invalid.Status, fields
}
