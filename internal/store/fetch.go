package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"time"

	"github.com/uptrace/bun/schema"

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
	if err := t.scan(ctx, db, text, args, list); err != nil {
		return fmt.Errorf("select %s: %w", t.kind.Name, err)
	}
	if q.FromEnd && (q.Per == "" || q.Limit == 0) {
		reverse(list)
	}
	return s.unsealSecrets(t, list)
}

// scan runs a statement that selects the table's columns and fills list with its rows.
func (t *table) scan(ctx context.Context, db queryer, text string, args []any, list reflect.Value) error {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	list.SetZero()
	c := &cells{fields: t.fields}
	all := make([]any, len(t.fields))
	for i := range all {
		all[i] = c
	}
	for rows.Next() {
		row := reflect.New(list.Type().Elem().Elem())
		c.row, c.next = row.Elem(), 0
		if err := rows.Scan(all...); err != nil {
			return err
		}
		list.Set(reflect.Append(list, row))
	}
	return rows.Err()
}

// momentForm is how SQLite holds moments; see dialect.readMoment.
const momentForm = "2006-01-02 15:04:05.999999999-07:00"

var momentType = reflect.TypeFor[time.Time]()

// cells takes a row's columns one after another, in the order of their fields.
// bun's own scan of rows looks each one up by its name.
type cells struct {
	fields []*schema.Field
	row    reflect.Value
	next   int
}

// Scan takes the next column.
func (c *cells) Scan(value any) error {
	field := c.fields[c.next]
	c.next++
	if value == nil {
		return nil // the row is new
	}
	if text, isText := value.(string); isText && field.IndirectType == momentType {
		at, err := time.Parse(momentForm, text)
		if err != nil {
			return err
		}
		value = at.UTC() // else it could be the local time of a machine that has UTC
	}
	return field.ScanValue(c.row, value)
}

// reverse turns a slice around.
func reverse(list reflect.Value) {
	swap := reflect.Swapper(list.Interface())
	for i, j := 0, list.Len()-1; i < j; i, j = i+1, j-1 {
		swap(i, j)
	}
}
