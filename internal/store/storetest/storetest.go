// Package storetest is what every database must do to hold a marketplace. Both
// SQLite and PostgreSQL pass all of it.
package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// Run holds stores against the contract of market.Store and of the reading
// methods. open returns an empty, migrated store that ends with its test.
func Run(t *testing.T, open func(testing.TB) *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"every kind comes back as it was stored", everyKind},
		{"an update and a deletion hold for one row", updateAndDelete},
		{"moments keep their microseconds, in UTC", moments},
		{"conditions", conditions},
		{"conditions that cannot be", badConditions},
		{"pages equal the model", pages},
		{"cursors that cannot be", badCursors},
		{"limits per group", perGroup},
		{"counts", counts},
		{"a seller sees its own", visibility},
		{"deleted rows stay, unseen", softDeletion},
		{"nobody sees nothing", noViewer},
		{"a transaction that fails leaves nothing", rollback},
		{"transactions at once lose no update", lostUpdates},
		{"transactions that lock crosswise both end", crosswise},
		{"an end of the context ends the transaction", cancellation},
		{"duplicates are refused", duplicates},
		{"one of two duplicates at once is refused", duplicatesAtOnce},
		{"broken references are refused", references},
		{"listeners hear commits with changes", listeners},
		{"keys are found by their digest", keyByDigest},
		{"secrets of webhooks come back", secrets},
		{"an idempotency key is claimed, marked, answered, forgotten", claims},
		{"claims of dead processes are taken over, or lost", claimsLeftBehind},
		{"claims without a change are released", claimsReleased},
		{"one of many claims at once is taken", claimsAtOnce},
		{"claims and releases meet", claimsMeetReleases},
		{"old claims go", claimsPurged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// noon is the moment at which everything in these tests happens.
var noon = time.Date(2031, 5, 6, 12, 0, 0, 123456000, time.UTC)

// as returns a context of a seller's viewer; 0 is the operator.
func as(t *testing.T, seller int64) context.Context {
	return viewer.NewContext(t.Context(), viewer.Viewer{Seller: seller})
}

// insert stores entities in one transaction, giving them dates where they have none.
func insert(t *testing.T, s *store.Store, entities ...market.Entity) {
	t.Helper()
	if err := tryInsert(t.Context(), s, entities...); err != nil {
		t.Fatal(err)
	}
}

func tryInsert(ctx context.Context, s *store.Store, entities ...market.Entity) error {
	return s.Run(ctx, func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Insert(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// update changes entities in one transaction.
func update(t *testing.T, s *store.Store, entities ...market.Entity) {
	t.Helper()
	err := s.Run(t.Context(), func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Update(t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// find returns what a viewer gets for a query.
func find[T any](t *testing.T, ctx context.Context, s *store.Store, q market.Query) []*T {
	t.Helper()
	var rows []*T
	if _, err := s.Select(ctx, &rows, q); err != nil {
		t.Fatal(err)
	}
	return rows
}

// numbers are the rows' numbers.
func numbers[T any, P interface {
	*T
	market.Entity
}](rows []*T) []int64 {
	nums := make([]int64, len(rows))
	for i, r := range rows {
		nums[i] = P(r).Ref().Num
	}
	return nums
}

// ptr returns a pointer to v.
func ptr[T any](v T) *T { return &v }

// picture is an image with references to nothing, in a group of its own.
func picture(owner, position int64) *market.Image {
	return &market.Image{OwnerType: "Test", OwnerID: owner, Position: position}
}

// catalogue stores a seller with one advert and one variant of it, with the
// number num each, and what they need.
func catalogue(t *testing.T, s *store.Store, num int64) *market.Variant {
	t.Helper()
	base := market.Base{Num: num, CreatedAt: noon, UpdatedAt: noon}
	name := fmt.Sprint("number ", num)
	v := &market.Variant{Base: base, AdvertID: num, SellerID: num, CountOnHand: 1000, SKU: &name}
	insert(t, s,
		&market.Seller{Base: base, BusinessName: name},
		&market.Prototype{Base: base, Name: name},
		&market.Taxon{Base: base, PrototypeID: num, Title: name, URLSlug: name},
		&market.Advert{Base: base, SellerID: num, TaxonID: num, Title: name},
		v,
	)
	return v
}
