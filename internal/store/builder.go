package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/schema"

	"crier/internal/market"
)

// builder writes one statement: text from code, and the values bound to it.
type builder struct {
	dialect dialect
	tables  *tables
	// deleted includes soft-deleted rows; asOf those deleted at or after it.
	deleted bool
	asOf    time.Time
	// visible are the conditions that limit the query to what its viewer may see.
	visible []market.Cond
	// checking says that other conditions find the rows, which those written now
	// only check: they take no index. Without statistics SQLite cannot know, and
	// would rather go through all rows of a seller than look up the few asked for.
	checking bool
	// probing says that few rows are found, so that conditions on another kind
	// look there once for each row instead of first listing all that it has.
	probing bool

	text strings.Builder
	args []any
	err  error
}

func (b *builder) write(parts ...string) *builder {
	for _, p := range parts {
		b.text.WriteString(p)
	}
	return b
}

// bind writes a placeholder for a value.
func (b *builder) bind(value any) *builder {
	b.args = append(b.args, value)
	return b.write(b.dialect.placeholder(len(b.args)))
}

// fail keeps an error for statement.
func (b *builder) fail(err error) { b.err = errors.Join(b.err, err) }

// statement returns the finished text and its values.
func (b *builder) statement() (string, []any, error) { return b.text.String(), b.args, b.err }

// where writes the conditions of a query: that the row lives, the query's own,
// and the viewer's.
func (b *builder) where(t *table, conds []market.Cond) {
	b.living(t, conds)
	if b.visible == nil {
		return
	}
	b.checking = slices.ContainsFunc(conds, func(c market.Cond) bool {
		return selective(c) || c.Op == market.OpInQuery
	})
	b.probing = b.checking
	b.and(t, b.visible)
	b.checking, b.probing = false, false
}

// living writes that a row lives and meets conditions. Where some of them find
// few rows, other kinds are only asked about those.
func (b *builder) living(t *table, conds []market.Cond) {
	b.write(" WHERE ")
	b.alive(t)
	probing := b.probing
	b.probing = probing || slices.ContainsFunc(conds, selective)
	b.and(t, conds)
	b.probing = probing
}

// selective reports whether a condition finds few rows: those of some numbers.
func selective(c market.Cond) bool {
	return (c.Op == market.OpEq || c.Op == market.OpIn) && (c.Column == "id" || strings.HasSuffix(c.Column, "_id"))
}

// and writes conditions that follow another one.
func (b *builder) and(t *table, conds []market.Cond) {
	for _, c := range conds {
		b.write(" AND ")
		b.cond(t, c)
	}
}

// alive writes that a row is not deleted, or was not as of the moment asked for.
func (b *builder) alive(t *table) {
	switch {
	case b.deleted || !t.kind.SoftDelete:
		b.write("TRUE")
	case b.asOf.IsZero():
		b.write(`"deleted_at" IS NULL`)
	default:
		b.write(`("deleted_at" IS NULL OR "deleted_at" >= `).bind(moment(b.asOf)).write(")")
	}
}

// comparisons are the operators of conditions with one value.
var comparisons = map[market.Op]string{
	market.OpEq: " = ", market.OpGte: " >= ", market.OpLte: " <= ", market.OpGt: " > ", market.OpLt: " < ",
	market.OpNe: " IS DISTINCT FROM ", // so that a null differs from every value
}

// cond writes one condition.
func (b *builder) cond(t *table, c market.Cond) {
	if c.Op == market.OpAny {
		b.alternatives(t, c.Any)
		return
	}
	f, err := t.column(c.Column)
	if err != nil {
		b.fail(err)
		return
	}
	switch c.Op {
	case market.OpIn:
		b.in(f, c.Value)
	case market.OpInQuery:
		b.inQuery(t, f, c.Sub)
	case market.OpNotInQuery:
		b.write("NOT ")
		b.inQuery(t, f, c.Sub)
	default:
		b.compare(f, c)
	}
}

// alternatives writes that all conditions of at least one alternative hold.
func (b *builder) alternatives(t *table, any [][]market.Cond) {
	b.write("(FALSE")
	for _, conds := range any {
		b.write(" OR (TRUE")
		b.and(t, conds)
		b.write(")")
	}
	b.write(")")
}

// column is the quoted column as conditions name it.
func (b *builder) column(f *schema.Field) string {
	if b.checking {
		return b.dialect.unindexed(string(f.SQLName))
	}
	return string(f.SQLName)
}

// compare writes a condition with one value.
func (b *builder) compare(f *schema.Field, c market.Cond) {
	value, err := bindable(c.Column, c.Value)
	text, isText := value.(string)
	operator, known := comparisons[c.Op]
	column := b.column(f)
	switch {
	case err != nil:
		b.fail(err)
	case value == nil && c.Op == market.OpEq:
		b.write(column, " IS NULL")
	case value == nil && c.Op == market.OpNe:
		b.write(column, " IS NOT NULL")
	case value != nil && known:
		b.write(column, operator).bind(value)
	case isText && c.Op == market.OpContains:
		b.dialect.contains(b, column, text)
	case isText && c.Op == market.OpEqualFold:
		b.dialect.equalFold(b, column, text)
	default:
		b.fail(fmt.Errorf("%s: comparison %d does not take %v", c.Column, c.Op, c.Value))
	}
}

// in writes that the column is one of a list.
func (b *builder) in(f *schema.Field, values any) {
	list, err := listOf(f.Name, values)
	if err != nil {
		b.fail(fmt.Errorf("%s: %w", f.Name, err))
		return
	}
	b.dialect.in(b, b.column(f), list)
}

// inQuery writes that the column is one of what another kind's living rows
// hold: in a list that is made once, or, where it probes, by a look at that kind.
func (b *builder) inQuery(t *table, f *schema.Field, sub *market.Sub) {
	other, err := b.tables.kind(sub.Kind)
	if err != nil {
		b.fail(err)
		return
	}
	selected, err := other.column(sub.Column)
	if err != nil {
		b.fail(err)
		return
	}
	checking := b.checking
	b.checking = false
	if b.probing && other != t {
		b.write("EXISTS (SELECT 1 FROM ", other.name)
		b.living(other, sub.Where)
		b.write(" AND ", other.name, ".", string(selected.SQLName), " = ", t.name, ".", string(f.SQLName), ")")
	} else {
		b.write(string(f.SQLName), " IN (SELECT ", string(selected.SQLName), " FROM ", other.name)
		b.living(other, sub.Where)
		b.write(")")
	}
	b.checking = checking
}
