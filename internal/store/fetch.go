package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"

	"crier/internal/market"
)

// queryer is a pool or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// fetch fills dest, a *[]*T, with the rows of a query, which b begins.
func (s *Store) fetch(ctx context.Context, db queryer, b *builder, dest any, q market.Query) error {
	t, list, err := s.tables.list(dest)
	if err != nil {
		return err
	}
	keys, err := t.keys(q.Sort)
	if err != nil {
		return err
	}
	b.rows(t, q, keys)
	text, args, err := b.statement()
	if err != nil {
		return fmt.Errorf("select %s: %w", t.kind.Name, err)
	}
	if err := s.scan(ctx, db, text, args, dest); err != nil {
		return fmt.Errorf("select %s: %w", t.kind.Name, err)
	}
	if q.FromEnd && (q.Per == "" || q.Limit == 0) {
		reverse(list)
	}
	return s.unsealSecrets(t, list)
}

// scan runs a statement and fills dest with its rows.
func (s *Store) scan(ctx context.Context, db queryer, text string, args []any, dest any) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return s.read.ScanRows(ctx, rows, dest)
}

// reverse turns a slice around.
func reverse(list reflect.Value) {
	swap := reflect.Swapper(list.Interface())
	for i, j := 0, list.Len()-1; i < j; i, j = i+1, j-1 {
		swap(i, j)
	}
}
