package store

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/uptrace/bun/schema"

	"crier/internal/market"
)

// key is one column of an order.
type key struct {
	field *schema.Field
	desc  bool
}

// nullable reports whether the key's column can be null; nulls come last, whatever the direction.
func (k key) nullable() bool { return k.field.StructField.Type.Kind() == reflect.Pointer }

// keys returns the order of a query. It ends with the number, so that it is
// total, in the direction of the key before it, so that one index serves both.
func (t *table) keys(sort []market.Sort) ([]key, error) {
	keys := make([]key, 0, len(sort)+1)
	for _, s := range sort {
		f, err := t.column(s.Column)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(keys, func(k key) bool { return k.field == f }) {
			keys = append(keys, key{f, s.Desc})
		}
		if f.IsPK {
			return keys, nil
		}
	}
	number := key{field: t.fields[0]}
	if len(keys) > 0 {
		number.desc = keys[len(keys)-1].desc
	}
	return append(keys, number), nil
}

// rows writes the SELECT of a query's rows. With q.FromEnd and without q.Per
// they come in reverse.
func (b *builder) rows(t *table, q market.Query, keys []key) {
	if q.Per != "" && q.Limit > 0 {
		b.rowsPer(t, q, keys)
		return
	}
	b.write("SELECT ", t.selected, " FROM ", t.name)
	b.page(t, q, keys)
	b.order(keys, q.FromEnd)
	if q.Limit > 0 {
		b.write(" LIMIT ").bind(int64(q.Limit))
	}
	if q.Lock {
		b.write(b.dialect.lock())
	}
}

// rowsPer writes a SELECT whose limit holds for each value of a column.
func (b *builder) rowsPer(t *table, q market.Query, keys []key) {
	per, err := t.column(q.Per)
	if err != nil {
		b.fail(err)
		return
	}
	if q.Lock {
		b.fail(fmt.Errorf("%s: rows limited per %s cannot be locked", t.kind.Name, q.Per))
	}
	b.write("SELECT ", t.selected, " FROM (SELECT ", t.columns, ", ROW_NUMBER() OVER (PARTITION BY ", string(per.SQLName))
	b.order(keys, q.FromEnd)
	b.write(`) AS "place" FROM `, t.name)
	b.page(t, q, keys)
	b.write(`) AS "placed" WHERE "place" <= `).bind(int64(q.Limit))
	b.order(keys, false)
}

// page writes the conditions of a query, its cursors among them.
func (b *builder) page(t *table, q market.Query, keys []key) {
	b.where(t, q.Where)
	if q.After != "" {
		b.beyond(q.After, keys, false)
	}
	if q.Before != "" {
		b.beyond(q.Before, keys, true)
	}
}

// order writes an ORDER BY. NULLS is said only where there can be nulls, so
// that indexes serve the other orders.
func (b *builder) order(keys []key, reverse bool) {
	separator := " ORDER BY "
	for _, k := range keys {
		b.write(separator, string(k.field.SQLName))
		if k.desc != reverse {
			b.write(" DESC")
		}
		if k.nullable() && reverse {
			b.write(" NULLS FIRST")
		} else if k.nullable() {
			b.write(" NULLS LAST")
		}
		separator = ", "
	}
}

// beyond writes that a row comes after a cursor, or before it where reverse:
// its first key lies beyond the cursor's, or is equal and the second one lies
// beyond, and so on.
func (b *builder) beyond(cursor string, keys []key, reverse bool) {
	values, err := readCursor(cursor, keys)
	if err != nil {
		b.fail(err)
		return
	}
	if first := keys[0]; len(keys) > 1 && !first.nullable() {
		// Implied by what follows, but in a form that an index can serve.
		b.write(" AND ", string(first.field.SQLName), ordering(first, reverse), "= ").bind(values[0])
	}
	b.write(" AND (")
	for i := range keys {
		if i > 0 {
			b.write(" OR ")
		}
		for j := range i {
			b.equal(keys[j], values[j])
			b.write(" AND ")
		}
		b.farther(keys[i], values[i], reverse)
	}
	b.write(")")
}

// ordering is the comparison of what comes after a value of the key, or before it.
func ordering(k key, reverse bool) string {
	if k.desc != reverse {
		return " <"
	}
	return " >"
}

func (b *builder) equal(k key, value any) {
	if value == nil {
		b.write(string(k.field.SQLName), " IS NULL")
		return
	}
	b.write(string(k.field.SQLName), " = ").bind(value)
}

// farther writes that the key alone lies beyond a value; nulls are last.
func (b *builder) farther(k key, value any, reverse bool) {
	column := string(k.field.SQLName)
	switch {
	case value == nil && reverse:
		b.write(column, " IS NOT NULL")
	case value == nil:
		b.write("FALSE")
	case k.nullable() && !reverse:
		b.write("(", column, ordering(k, reverse), " ").bind(value).write(" OR ", column, " IS NULL)")
	default:
		b.write(column, ordering(k, reverse), " ").bind(value)
	}
}
