package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// reading is a store that counts what it sends to the database.
type reading struct {
	*store.Store
	t    *testing.T
	sent []string
}

// one runs a read that has to be one statement which skips no rows.
func (r *reading) one(name string, read func() error) {
	r.t.Helper()
	r.sent = nil
	if err := read(); err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	if len(r.sent) != 1 || strings.Contains(strings.ToUpper(r.sent[0]), "OFFSET") {
		r.t.Errorf("%s is %d statements: %q", name, len(r.sent), r.sent)
	}
}

func newReading(t *testing.T, url string) *reading {
	r := &reading{Store: migrated(t, url), t: t}
	r.RecordReads(func(statement string) { r.sent = append(r.sent, statement) })
	return r
}

// TestEachReadIsOneStatement counts what the database is sent for each way to
// read, of each kind, as the operator and as a seller.
func TestEachReadIsOneStatement(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := newReading(t, url)
		for _, v := range []viewer.Viewer{{}, {Seller: 3}} {
			ctx := viewer.NewContext(t.Context(), v)
			for _, kind := range market.Kinds() {
				for _, q := range waysToRead() {
					name := fmt.Sprintf("%s as %d %+v", kind.Name, v.Seller, q)
					s.one(name, func() error { _, err := s.Select(ctx, kind.NewList(), q); return err })
					s.one("count "+name, func() error { _, err := s.Count(ctx, kind.Name, q); return err })
					q.Per = "id"
					s.one("count per "+name, func() error { _, err := s.CountPer(ctx, kind.Name, q); return err })
				}
			}
			s.one("payloads", func() error { _, err := s.Payloads(ctx, []int64{1, 2}); return err })
		}
	})
}

// TestPagesGoOnFromAKey reads pages beyond a cursor: no statement counts off the rows before it.
func TestPagesGoOnFromAKey(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := newReading(t, url)
		ctx, byName := viewer.NewContext(t.Context(), viewer.Viewer{}), []market.Sort{{Column: "name"}}
		err := s.Run(ctx, func(tx market.Tx) (err error) {
			for _, name := range []string{"A", "B", "C"} {
				err = errors.Join(err, tx.Insert(ctx, &market.Brand{Name: name, Slug: name}))
			}
			return err
		})
		var brands []*market.Brand
		cursors, unread := s.Select(ctx, &brands, market.Query{Sort: byName})
		if err != nil || unread != nil || len(cursors) != 3 {
			t.Fatal(err, unread, cursors)
		}
		for _, q := range []market.Query{
			{Sort: byName, Limit: 1, After: cursors[0]}, {Sort: byName, Limit: 1, FromEnd: true, Before: cursors[2]},
			{Sort: byName, Limit: 1, Per: "id", After: cursors[0], Before: cursors[2]},
		} {
			brands = nil
			s.one(fmt.Sprintf("%+v", q), func() error { _, err := s.Select(ctx, &brands, q); return err })
			if len(brands) != 1 || brands[0].Name != "B" {
				t.Errorf("%+v gives %v, want B", q, brands)
			}
		}
	})
}

// waysToRead are the forms of a query: whole, by numbers, pages from either end
// and beyond a cursor, and pages for each of several parents.
func waysToRead() []market.Query {
	forms := []market.Query{
		{}, {Deleted: true}, {Limit: 51}, {Limit: 51, FromEnd: true}, {Sort: []market.Sort{{Column: "updated_at", Desc: true}}, Limit: 51},
		{Per: "id", Limit: 51}, {Per: "id", Limit: 51, FromEnd: true},
	}
	for _, q := range slices.Clone(forms) {
		q.Where = []market.Cond{market.In("id", []int64{1, 2, 3})}
		forms = append(forms, q)
	}
	return forms
}
