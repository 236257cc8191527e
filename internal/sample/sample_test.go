package sample_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"crier/internal/market"
	"crier/internal/sample"
	"crier/internal/servicetest"
	"crier/internal/store"
	"crier/internal/store/storetest"
)

var operator = market.Actor{ID: "sample"}

// present is when the samples of tests are loaded.
var present = time.Date(2026, time.March, 14, 15, 9, 26, 0, time.UTC)

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

// place is a store that samples are loaded into.
type place struct {
	testing.TB
	*store.Store
}

// sqlite opens an empty marketplace in SQLite.
func sqlite(t testing.TB) place {
	return open(t, storetest.SQLite(t))
}

func open(t testing.TB, url string) place {
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
	return place{t, opened}
}

// load loads a sample.
func (p place) load(seed uint64) place {
	p.Helper()
	if err := sample.Load(p.Context(), p.Store, operator, seed, present); err != nil {
		p.Fatal(err)
	}
	return p
}

// read fills dest with the rows that meet the conditions, deleted ones too.
func (p place) read(dest any, where ...market.Cond) {
	p.Helper()
	err := p.Run(p.Context(), func(tx market.Tx) error {
		return tx.Select(p.Context(), dest, market.Query{Where: where, Deleted: true})
	})
	if err != nil {
		p.Fatal(err)
	}
}

// all returns every entity that meets the conditions, deleted ones too.
func all[T any](p place, where ...market.Cond) []*T {
	p.Helper()
	var found []*T
	p.read(&found, where...)
	return found
}

// contents are all rows of every kind, by the kind's name.
func (p place) contents() map[string]any {
	p.Helper()
	rows := map[string]any{}
	for _, kind := range market.Kinds() {
		list := kind.NewList()
		p.read(list)
		if reflect.ValueOf(list).Elem().Len() > 0 {
			rows[kind.Name] = list
		}
	}
	return rows
}

func TestTheSeedAndThePresentDecideEveryRow(t *testing.T) {
	t.Parallel()
	first := sqlite(t).load(7).contents()
	if diff := cmp.Diff(first, open(t, storetest.Postgres(t)).load(7).contents()); diff != "" {
		t.Errorf("the same seed made another marketplace in another database:\n%.2000s", diff)
	}
	if cmp.Equal(first, sqlite(t).load(8).contents()) {
		t.Error("another seed made the same marketplace")
	}
}

// A marketplace whose sellers have all gone is not new.
func TestNothingIsLoadedWhereThereWasASeller(t *testing.T) {
	t.Parallel()
	p := sqlite(t)
	m := market.New(p, market.Options{})
	seller, err := m.CreateSeller(t.Context(), operator, market.SellerAttributes{AccountType: market.AccountRetailer, SellerUpdate: market.SellerUpdate{
		BusinessName: market.Some("Gone"), LegalBusinessName: market.Some("Gone"), Phone: market.Some("1"), EmailAddress: market.Some("gone@example.com"),
		Address: market.Some(market.AddressAttributes{
			Address: market.Some("1 Example Street"), City: market.Some("Hobart"), Postcode: market.Some("7000"),
			Country: market.Some(market.CountryAttributes{Code: new("AU")}),
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.DeleteSeller(t.Context(), operator, seller.ID()); err != nil {
		t.Fatal(err)
	}
	if n := len(all[market.Seller](p.load(1))); n != 1 {
		t.Errorf("there are %d sellers after that, want the one that was deleted", n)
	}
}

func TestProcessesThatStartTogetherLoadItOnce(t *testing.T) {
	t.Parallel()
	p := open(t, storetest.Postgres(t))
	var group errgroup.Group
	for range 2 {
		group.Go(func() error { return sample.Load(t.Context(), p.Store, operator, 5, present) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range all[market.Seller](p) {
		if names[s.BusinessName] {
			t.Errorf("%s was loaded twice", s.BusinessName)
		}
		names[s.BusinessName] = true
	}
	if len(names) == 0 {
		t.Error("nothing was loaded")
	}
}

// broken is a store that gives up after some new rows.
type broken struct {
	place
	rows int
}

var errBroken = errors.New("no database")

func (b *broken) Run(ctx context.Context, work func(market.Tx) error) error {
	return b.place.Run(ctx, func(tx market.Tx) error { return work(brokenTx{tx, b}) })
}

type brokenTx struct {
	market.Tx
	store *broken
}

func (t brokenTx) Insert(ctx context.Context, e market.Entity) error {
	if t.store.rows--; t.store.rows < 0 {
		return errBroken
	}
	return t.Tx.Insert(ctx, e)
}

func (t brokenTx) Select(ctx context.Context, dest any, q market.Query) error {
	if t.store.rows < 0 {
		return errBroken
	}
	return t.Tx.Select(ctx, dest, q)
}

func TestNothingIsThereBeforeEverythingIs(t *testing.T) {
	t.Parallel()
	whole := &broken{sqlite(t), math.MaxInt}
	if err := sample.Load(t.Context(), whole, operator, 1, present); err != nil {
		t.Fatal(err)
	}
	p, rows := sqlite(t), math.MaxInt-whole.rows
	for _, enough := range []int{-1, 0, rows / 100, rows / 20, rows - 1} {
		if err := sample.Load(t.Context(), &broken{p, enough}, operator, 1, present); !errors.Is(err, errBroken) {
			t.Errorf("after %d rows: err = %v, want %v", enough, err, errBroken)
		}
	}
	if left := p.contents(); len(left) > 0 {
		t.Errorf("something is left of what failed: %v", slices.Collect(maps.Keys(left)))
	}
}

func TestOnlyTheOperatorCanLoad(t *testing.T) {
	t.Parallel()
	p := sqlite(t)
	var refused *market.Invalid
	if err := sample.Load(t.Context(), p, market.Actor{Seller: 1}, 1, present); !errors.As(err, &refused) || refused.Status != 403 {
		t.Errorf("err = %v, want a refusal", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		p := sqlite(b)
		b.StartTimer()
		p.load(1)
	}
}
