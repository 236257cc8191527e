package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"crier/internal/market"
	"crier/internal/store"
)

// errRefused is what a rule says in these tests.
var errRefused = errors.New("refused")

// rollback lets work fail after it wrote, and panic.
func rollback(t *testing.T, s *store.Store) {
	write := func(tx market.Tx) {
		if err := tx.Insert(t.Context(), &market.Brand{Name: "gone"}); err != nil {
			t.Error(err)
		}
		if err := tx.Record(t.Context(), []market.Change{{Subject: market.Ref{Type: "Brand", Num: 1}, At: noon}}); err != nil {
			t.Error(err)
		}
	}
	s.OnCommit(func() { t.Error("a listener was called") })
	err := s.Run(t.Context(), func(tx market.Tx) error { write(tx); return errRefused })
	if err != errRefused {
		t.Errorf("the error of work came back as %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Run(t.Context(), func(tx market.Tx) error { write(tx); panic("a mistake") })
	}()
	if n, err := s.Count(as(t, 0), "Brand", market.Query{}); err != nil || n != 0 {
		t.Errorf("%d brands are left, %v", n, err)
	}
	insert(t, s, &market.Brand{Name: "the connection still works"})
}

// lostUpdates lets several sell from the same stock at once.
func lostUpdates(t *testing.T, s *store.Store) {
	const sellers, sales = 4, 25
	stock := catalogue(t, s, 1)
	var wait sync.WaitGroup
	for range sellers {
		wait.Go(func() {
			for range sales {
				if err := s.Run(t.Context(), sell(t.Context(), stock.Num)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	got := find[market.Variant](t, as(t, 0), s, market.Query{})[0].CountOnHand
	if want := stock.CountOnHand - sellers*sales; got != want {
		t.Errorf("%d pieces are left, want %d", got, want)
	}
}

// sell takes one piece of a variant.
func sell(ctx context.Context, num int64) func(market.Tx) error {
	return func(tx market.Tx) error {
		var rows []*market.Variant
		if err := tx.Select(ctx, &rows, market.Query{Where: []market.Cond{market.Eq("id", num)}, Lock: true}); err != nil {
			return err
		}
		rows[0].CountOnHand--
		return tx.Update(ctx, rows[0])
	}
}

// crosswise lets two transactions lock two rows in opposite order. Where the
// database lets both begin, one of them has to run again.
func crosswise(t *testing.T, s *store.Store) {
	first, second := catalogue(t, s, 1), catalogue(t, s, 2)
	var wait sync.WaitGroup
	for _, order := range [][]int64{{first.Num, second.Num}, {second.Num, first.Num}} {
		wait.Go(func() {
			for range 10 {
				err := s.Run(t.Context(), func(tx market.Tx) error {
					return errors.Join(sell(t.Context(), order[0])(tx), sell(t.Context(), order[1])(tx))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for _, v := range find[market.Variant](t, as(t, 0), s, market.Query{}) {
		if want := first.CountOnHand - 20; v.CountOnHand != want {
			t.Errorf("%d pieces of variant %d are left, want %d", v.CountOnHand, v.Num, want)
		}
	}
}

// cancellation ends the context between two writes.
func cancellation(t *testing.T, s *store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Run(ctx, func(tx market.Tx) error {
		if err := tx.Insert(ctx, &market.Brand{Name: "gone"}); err != nil {
			return err
		}
		cancel()
		return tx.Insert(ctx, &market.Brand{Name: "never"})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := s.Run(ctx, func(market.Tx) error { t.Error("work ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if n, err := s.Count(as(t, 0), "Brand", market.Query{}); err != nil || n != 0 {
		t.Errorf("%d brands are left, %v", n, err)
	}
}

// duplicates holds each unique constraint to its refusal, and to what it allows.
func duplicates(t *testing.T, s *store.Store) {
	catalogue(t, s, 1)
	external := func(value string, deleted bool) *market.ExternalID {
		e := &market.ExternalID{OwnerType: "Advert", OwnerID: 1, Key: "erp", Value: value}
		if deleted {
			e.DeletedAt = ptr(noon)
		}
		return e
	}
	option := &market.OptionType{Base: market.Base{Num: 1}}
	insert(t, s, external("1", true), external("1", true), option, &market.Webhook{}, &market.Webhook{})
	for name, c := range map[string]struct {
		make  func() market.Entity
		field string
	}{
		"external id": {func() market.Entity { return external("1", false) }, "value"},
		"metadatum":   {func() market.Entity { return &market.Metadatum{OwnerType: "Advert", OwnerID: 1, Key: "k"} }, "key"},
		"option":      {func() market.Entity { return &market.PrototypeOption{PrototypeID: 1, OptionTypeID: 1} }, "option_type_id"},
		"key":         {func() market.Entity { return &market.MarketplacerAPIKey{Digest: "d"} }, "digest"},
		"webhook":     {func() market.Entity { return &market.Webhook{Identifier: ptr("w")} }, "identifier"},
		"event": {func() market.Entity {
			return &market.WebhookEvent{Base: market.Base{Num: serial()}, ChangeID: 1, WebhookID: 1}
		}, "webhook_id"},
		"attempt": {func() market.Entity { return &market.WebhookEventResponse{EventID: 1, AttemptNo: 1} }, "attempt_no"},
		"number":  {func() market.Entity { return &market.Brand{Base: market.Base{Num: 5}} }, "id"},
	} {
		insert(t, s, c.make())
		var duplicate *store.DuplicateError
		var invalid *market.Invalid
		err := tryInsert(t.Context(), s, c.make())
		if !errors.As(err, &duplicate) || !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if invalid.Status != 409 || invalid.Fields[0].Field != c.field {
			t.Errorf("%s: status %d for %s, want 409 for %s", name, invalid.Status, invalid.Fields[0].Field, c.field)
		}
	}
}

// serial numbers rows whose numbers are not given by the database.
var serial = func() func() int64 {
	var last int64 = 1000
	return func() int64 { last++; return last }
}()

// duplicatesAtOnce lets two insert the same without either seeing the other's.
func duplicatesAtOnce(t *testing.T, s *store.Store) {
	errs := make([]error, 2)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() {
			errs[i] = tryInsert(t.Context(), s, &market.Metadatum{OwnerType: "Advert", OwnerID: 1, Key: "k"})
		})
	}
	wait.Wait()
	var duplicate *store.DuplicateError
	if failed := errors.Join(errs...); !errors.As(failed, &duplicate) || errs[0] != nil && errs[1] != nil {
		t.Errorf("got %v", errs)
	}
	if want := "metadata(owner_type, owner_id, key)"; duplicate != nil && duplicate.Constraint != want {
		t.Errorf("the constraint is %s, want %s", duplicate.Constraint, want)
	}
}

// references holds broken references to their refusal at the commit.
func references(t *testing.T, s *store.Store) {
	v := catalogue(t, s, 1)
	advert := find[market.Advert](t, as(t, 0), s, market.Query{})[0]
	for name, work := range map[string]func(market.Tx) error{
		"to what is not there": func(tx market.Tx) error {
			return tx.Insert(t.Context(), &market.Variant{Base: market.Base{Num: 50}, AdvertID: 99, SellerID: 1})
		},
		"to what is deleted": func(tx market.Tx) error { return tx.Delete(t.Context(), advert) },
	} {
		var broken *store.ReferenceError
		var invalid *market.Invalid
		if err := s.Run(t.Context(), work); !errors.As(err, &broken) || !errors.As(err, &invalid) || invalid.Status != 409 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := numbers(find[market.Variant](t, as(t, 0), s, market.Query{})); !slices.Equal(got, []int64{v.Num}) {
		t.Errorf("the variants are %v", got)
	}
	err := s.Run(t.Context(), func(tx market.Tx) error { // the owner first: references are checked at the end
		return errors.Join(tx.Delete(t.Context(), advert), tx.Delete(t.Context(), v))
	})
	if err != nil {
		t.Error(err)
	}
}

// listeners counts calls, and reads from within one what was committed.
func listeners(t *testing.T, s *store.Store) {
	calls := 0
	s.OnCommit(func() { calls++ })
	s.OnCommit(func() {
		if n, err := s.Count(as(t, 0), "Brand", market.Query{}); err != nil || n != calls {
			t.Errorf("at call %d there are %d brands, %v", calls, n, err)
		}
	})
	for i := 1; i <= 2; i++ {
		err := s.Run(t.Context(), func(tx market.Tx) error {
			change := market.Change{Subject: market.Ref{Type: "Brand", Num: int64(i)}, At: noon}
			err := errors.Join(tx.Insert(t.Context(), &market.Brand{}), tx.Record(t.Context(), []market.Change{change}))
			if calls >= i {
				t.Error("a listener was called before the commit")
			}
			return err
		})
		if err != nil || calls != i {
			t.Errorf("%d calls after %d commits, %v", calls, i, err)
		}
	}
	if err := s.Run(t.Context(), func(tx market.Tx) error { return tx.Record(t.Context(), nil) }); err != nil || calls != 2 {
		t.Errorf("%d calls, one for a commit without changes, %v", calls, err)
	}
}
