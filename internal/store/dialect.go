package store

import (
	"fmt"
	"reflect"

	"github.com/uptrace/bun/schema"
)

// dialect is what SQLite and PostgreSQL do not have in common.
type dialect interface {
	// name is the database's name in the configuration and the logs.
	name() string
	bun() schema.Dialect
	// placeholder is the text of the n-th bound value, from 1.
	placeholder(n int) string
	// in writes that the column is one of a list, []int64 or []string, in a
	// text that does not depend on the list's length.
	in(b *builder, column string, list any)
	// contains writes that the column has text within it, in any case.
	contains(b *builder, column, text string)
	// equalFold writes that the column is a text, in any case.
	equalFold(b *builder, column, text string)
	// unindexed is the column in a condition that should not choose the index.
	unindexed(column string) string
	// lock is the clause of a SELECT that keeps its rows from other transactions.
	lock() string
	// lockOrder is the statement that keeps a registration, which has the lock
	// alone, apart from other changes, which share it; "" where writers never overlap.
	lockOrder(alone bool) string
	// readMoment is what a SELECT of a moment's column says.
	readMoment(column string) string
	// moment is the text before and after a bound time whose type nothing else tells.
	moment() (before, after string)
	// translate returns the typed error for a violated constraint, and any
	// other error as it is.
	translate(err error) error
	// transient reports whether the transaction should simply run again.
	transient(err error) bool
	// replacements are the migrations' tokens, each followed by its meaning.
	replacements() []string
}

// listOf returns the items of a slice as []int64 or []string, the forms that
// every dialect can bind.
func listOf(column string, values any) (any, error) {
	v := reflect.ValueOf(values)
	if v.Kind() != reflect.Slice {
		return nil, fmt.Errorf("a list of values is a slice, not %T", values)
	}
	switch v.Type().Elem().Kind() {
	case reflect.Int, reflect.Int64:
		list := make([]int64, v.Len())
		for i := range list {
			list[i] = v.Index(i).Int()
		}
		return list, nil
	case reflect.String:
		list := make([]string, v.Len())
		for i := range list {
			list[i] = v.Index(i).String()
			if err := plainText(column, list[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return nil, fmt.Errorf("a list holds numbers or text, not %s", v.Type().Elem())
}
