package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"crier/internal/market"
	"crier/internal/viewer"
)

// ErrNoViewer says that something was read for nobody in particular.
var ErrNoViewer = errors.New("the context has no viewer")

// Select fills dest, a *[]*T of a kind, with the rows of a query that the
// viewer of the context may see. cursors[i] is the place of dest[i] in the
// query's order. Errors: ErrNoViewer, *CursorError, and those of the database.
func (s *Store) Select(ctx context.Context, dest any, q market.Query) (cursors []string, err error) {
	t, _, err := s.tables.list(dest)
	if err != nil {
		return nil, err
	}
	b, err := s.viewed(ctx, t, q)
	if err != nil {
		return nil, err
	}
	q.Lock = false // nothing is held beyond this call
	if err := s.fetch(ctx, s.read.DB, b, dest, q); err != nil {
		return nil, err
	}
	return t.cursors(dest, q)
}

// Count counts the rows of a query that the viewer of the context may see;
// limits and cursors do not matter.
func (s *Store) Count(ctx context.Context, kind string, q market.Query) (int, error) {
	t, err := s.tables.kind(kind)
	if err != nil {
		return 0, err
	}
	b, err := s.viewed(ctx, t, q)
	if err != nil {
		return 0, err
	}
	b.write("SELECT count(*) FROM ", t.name)
	b.where(t, q.Where)
	text, args, err := b.statement()
	if err != nil {
		return 0, err
	}
	var n int
	if err := s.read.DB.QueryRowContext(ctx, text, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", kind, err)
	}
	return n, nil
}

// CountPer counts as Count does, for each value of the column q.Per apart.
// Values without rows are absent.
func (s *Store) CountPer(ctx context.Context, kind string, q market.Query) (map[int64]int, error) {
	t, err := s.tables.kind(kind)
	if err != nil {
		return nil, err
	}
	per, err := t.column(q.Per)
	if err != nil {
		return nil, err
	}
	b, err := s.viewed(ctx, t, q)
	if err != nil {
		return nil, err
	}
	b.write("SELECT ", string(per.SQLName), ", count(*) FROM ", t.name)
	b.where(t, append(slices.Clip(q.Where), market.Ne(q.Per, nil)))
	b.write(" GROUP BY ", string(per.SQLName))
	counts := map[int64]int{}
	err = s.each(ctx, b, func(rows *sql.Rows) error {
		var value int64
		var n int
		err := rows.Scan(&value, &n)
		counts[value] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count %s per %s: %w", kind, q.Per, err)
	}
	return counts, nil
}

// KeyByDigest returns the API key with a digest, for authentication, whoever
// it belongs to; market.ErrNotFound where there is none.
func (s *Store) KeyByDigest(ctx context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	var keys []*market.MarketplacerAPIKey
	b := s.builder()
	q := market.Query{Where: []market.Cond{market.Eq("digest", digest)}}
	if err := s.fetch(ctx, s.read.DB, b, &keys, q); err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, market.ErrNotFound
	}
	return keys[0], nil
}

// builder starts a statement.
func (s *Store) builder() *builder { return &builder{dialect: s.dialect, tables: s.tables} }

// viewed starts a statement limited to what the viewer of the context may see.
func (s *Store) viewed(ctx context.Context, t *table, q market.Query) (*builder, error) {
	v, ok := viewer.FromContext(ctx)
	if !ok {
		return nil, ErrNoViewer
	}
	b := s.builder()
	b.deleted, b.asOf = q.Deleted, v.AsOf
	if !v.IsOperator() && t.kind.Visible != nil {
		b.visible = t.kind.Visible(v.Seller)
	}
	return b, nil
}

// each runs a statement and calls scan for each of its rows.
func (s *Store) each(ctx context.Context, b *builder, scan func(*sql.Rows) error) error {
	text, args, err := b.statement()
	if err != nil {
		return err
	}
	rows, err := s.read.DB.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// cursors returns the cursor of each row in dest.
func (t *table) cursors(dest any, q market.Query) ([]string, error) {
	keys, err := t.keys(q.Sort)
	if err != nil {
		return nil, err
	}
	order, rows := orderName(keys), reflect.ValueOf(dest).Elem()
	cursors, ends := make([]string, rows.Len()), make([]int, rows.Len())
	var place, all []byte // all cursors share one text, since pages have many
	for i := range cursors {
		if place, err = appendPlace(place[:0], rows.Index(i).Elem(), order, keys); err != nil {
			return nil, fmt.Errorf("write the cursor of a %s: %w", t.kind.Name, err)
		}
		all = base64.RawURLEncoding.AppendEncode(all, place)
		ends[i] = len(all)
	}
	text, from := string(all), 0
	for i, end := range ends {
		cursors[i], from = text[from:end], end
	}
	return cursors, nil
}
