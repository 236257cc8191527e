package resolvers

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// The sizes of a page (contract marketplacer.md).
const (
	defaultPage = 50
	maxPage     = 500
)

// page is the four arguments of a connection.
type page struct {
	after, before *string
	first, last   *int
}

// badInput is a refusal that the client can act on.
type badInput string

func (e badInput) Error() string { return string(e) }

// BadInput marks the error as one whose message clients see.
func (e badInput) BadInput() string { return string(e) }

// query adds the page to q, asking for one row more than the page, which tells whether there is another page.
func (p page) query(q market.Query) (market.Query, int, error) {
	size := defaultPage
	switch {
	case p.first != nil && p.last != nil:
		return q, 0, badInput("give first or last, not both")
	case p.first != nil:
		size = *p.first
	case p.last != nil:
		size, q.FromEnd = *p.last, true
	}
	if size < 0 || size > maxPage {
		return q, 0, badInput(fmt.Sprintf("a page holds 0 to %d items: first and last must be within", maxPage))
	}
	if p.after != nil {
		q.After = *p.after
	}
	if p.before != nil {
		q.Before = *p.before
	}
	q.Limit = size + 1
	return q, size, nil
}

// row is an entity with its cursor.
type row[T any] struct {
	node   *T
	cursor string
}

// connection makes a page of rows that were selected with one row to spare. The
// total is asked for at most once, however often it is selected.
func connection[T any](rows []row[T], q market.Query, size int, total func() (int, error)) *market.Connection[T] {
	more := len(rows) > size
	if more && q.FromEnd {
		rows = rows[len(rows)-size:]
	} else if more {
		rows = rows[:size]
	}
	edges := each(rows, func(r row[T]) market.Edge[T] { return market.Edge[T]{Cursor: r.cursor, Node: r.node} })
	c := &market.Connection[T]{
		Nodes:    each(rows, func(r row[T]) *T { return r.node }),
		Edges:    pointers(edges),
		PageInfo: &market.PageInfo{},
		Total:    sync.OnceValues(total),
	}
	c.PageInfo.HasNextPage = more && !q.FromEnd || q.FromEnd && q.Before != ""
	c.PageInfo.HasPreviousPage = more && q.FromEnd || !q.FromEnd && q.After != ""
	if len(rows) > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &rows[0].cursor, &rows[len(rows)-1].cursor
	}
	return c
}

// pointers are the addresses of a list's items.
func pointers[T any](items []T) []*T {
	all := make([]*T, len(items))
	for i := range items {
		all[i] = &items[i]
	}
	return all
}

// list answers a connection of the root: one page of a kind.
func list[T any](ctx context.Context, r *Resolver, p page, q market.Query) (*market.Connection[T], error) {
	paged, size, err := p.query(q)
	if err != nil {
		return nil, err
	}
	kind, err := kindOf[T]()
	if err != nil {
		return nil, err
	}
	var rows []row[T]
	if needsRows(ctx) {
		rows, err = apart(ctx, func(ctx context.Context, read Reader) ([]row[T], error) { return selectRows[T](ctx, read, paged) })
		if err != nil {
			return nil, err
		}
	}
	return connection(rows, paged, size, func() (int, error) {
		return apart(ctx, func(ctx context.Context, read Reader) (int, error) { return read.Count(ctx, kind, q) })
	}), nil
}

// selectRows reads entities with their cursors.
func selectRows[T any](ctx context.Context, reader Reader, q market.Query) ([]row[T], error) {
	var nodes []*T
	cursors, err := reader.Select(ctx, &nodes, q)
	if err != nil {
		return nil, err
	}
	remember(ctx, nodes)
	rows := make([]row[T], len(nodes))
	for i, n := range nodes {
		rows[i] = row[T]{n, cursors[i]}
	}
	return rows, nil
}

// pageOf answers a connection from a list that was read as a whole; the cursor of an item is its id.
func pageOf[T any, P interface {
	*T
	market.Node
}](all []*T, p page) (*market.Connection[T], error) {
	paged, size, err := p.query(market.Query{})
	if err != nil {
		return nil, err
	}
	rows := each(all, func(item *T) row[T] { return row[T]{item, P(item).ID()} })
	if rows, err = between(rows, paged.After, paged.Before); err != nil {
		return nil, err
	}
	if extra := len(rows) - paged.Limit; extra > 0 && paged.FromEnd {
		rows = rows[extra:]
	} else if extra > 0 {
		rows = rows[:paged.Limit]
	}
	return connection(rows, paged, size, func() (int, error) { return len(all), nil }), nil
}

// between keeps the rows after one cursor and before another, where they are given.
func between[T any](rows []row[T], after, before string) ([]row[T], error) {
	from, to := 0, len(rows)
	if after != "" {
		from = slices.IndexFunc(rows, func(r row[T]) bool { return r.cursor == after }) + 1
	}
	if before != "" {
		to = slices.IndexFunc(rows, func(r row[T]) bool { return r.cursor == before })
	}
	if after != "" && from == 0 || to < 0 {
		return nil, badInput("after and before take cursors of the same list")
	}
	return rows[min(from, to):to], nil
}

// shownAs is a page of what the entities of another page are shown as.
func shownAs[From, To any](c *market.Connection[From], show func(*From) *To) *market.Connection[To] {
	return &market.Connection[To]{
		Nodes: each(c.Nodes, show),
		Edges: each(c.Edges, func(e *market.Edge[From]) *market.Edge[To] {
			return &market.Edge[To]{Cursor: e.Cursor, Node: show(e.Node)}
		}),
		PageInfo: c.PageInfo,
		Total:    c.Total,
	}
}

// needsRows reports whether the connection being resolved shows more than its count.
func needsRows(ctx context.Context) bool {
	for _, selected := range graphql.GetFieldContext(ctx).Field.Selections {
		if field, ok := selected.(*ast.Field); ok && len(field.Directives) == 0 && showsRows(field.Name) {
			return true // as nearly always, without collecting fields for each connection of a level
		}
	}
	return slices.ContainsFunc(graphql.CollectFieldsCtx(ctx, nil), func(f graphql.CollectedField) bool { return showsRows(f.Name) })
}

// showsRows reports whether a field of a connection needs its rows.
func showsRows(field string) bool { return field != "totalCount" && field != "__typename" }

// kindNames are the names of the kinds by their types.
var kindNames = func() map[reflect.Type]string {
	names := map[reflect.Type]string{}
	for _, kind := range market.Kinds() {
		names[reflect.TypeOf(kind.New()).Elem()] = kind.Name
	}
	return names
}()

// kindOf is the name of T's kind.
func kindOf[T any]() (string, error) {
	name, ok := kindNames[reflect.TypeFor[T]()]
	if !ok {
		return "", fmt.Errorf("%s is no entity", reflect.TypeFor[T]())
	}
	return name, nil
}
