package resolvers

import (
	"context"
	"fmt"
	"reflect"
	"strconv"

	"crier/internal/execution"
	"crier/internal/market"
)

// entity reads what ref names; nil where it does not exist or the viewer may
// not see it. Deleted ones are found too: who asks decides what they mean.
func entity(ctx context.Context, ref market.Ref) (market.Entity, error) {
	if ref.IsZero() {
		return nil, nil
	}
	return load(ctx, ref.Type, ref.Num, fetchEntities(ref.Type))
}

// entities is entity for many: nil in the place of each that was not found.
func entities(ctx context.Context, refs []market.Ref) ([]market.Entity, error) {
	waits := each(refs, func(ref market.Ref) func() (market.Entity, error) {
		return later(ctx, ref.Type, ref.Num, fetchEntities(ref.Type))
	})
	found := make([]market.Entity, len(refs))
	for i, wait := range waits {
		e, err := wait()
		if err != nil {
			return nil, err
		}
		found[i] = e
	}
	return found, nil
}

// remember keeps entities that were read with others, for those who ask for them by their numbers.
func remember[T any](ctx context.Context, rows []*T) {
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok || len(rows) == 0 {
		return
	}
	read := &batch[int64, market.Entity]{keys: make([]int64, len(rows)), ready: execution.Opened, found: make(map[int64]market.Entity, len(rows))}
	for i, row := range rows {
		e := any(row).(market.Entity)
		read.keys[i] = e.Ref().Num
		read.found[read.keys[i]] = e
	}
	kind := read.found[read.keys[0]].Ref().Type
	l.mu.Lock()
	defer l.mu.Unlock()
	loaderOf(l, kind, fetchEntities(kind)).keep(read.keys, read)
}

// entityFetches are the fetches of every kind, made once since each field asks for one.
var entityFetches = func() map[string]fetch[int64, market.Entity] {
	all := map[string]fetch[int64, market.Entity]{}
	for _, kind := range market.Kinds() {
		all[kind.Name] = entitiesOf(kind)
	}
	return all
}()

// fetchEntities reads entities of a kind by their numbers.
func fetchEntities(name string) fetch[int64, market.Entity] {
	if known, ok := entityFetches[name]; ok {
		return known
	}
	return func(context.Context, Reader, []int64) (map[int64]market.Entity, error) {
		return nil, fmt.Errorf("load %s: there is no such kind", name)
	}
}

func entitiesOf(kind market.Kind) fetch[int64, market.Entity] {
	return func(ctx context.Context, r Reader, nums []int64) (map[int64]market.Entity, error) {
		list := kind.NewList()
		if _, err := r.Select(ctx, list, market.Query{Where: []market.Cond{market.In("id", nums)}, Deleted: true}); err != nil {
			return nil, fmt.Errorf("load %s: %w", kind.Name, err)
		}
		rows := reflect.ValueOf(list).Elem()
		found := make(map[int64]market.Entity, rows.Len())
		for i := range rows.Len() {
			e := rows.Index(i).Interface().(market.Entity)
			found[e.Ref().Num] = e
		}
		return found, nil
	}
}

// one is entity for a kind that is known.
func one[T any](ctx context.Context, num int64) (*T, error) {
	kind, err := kindOf[T]()
	if err != nil {
		return nil, err
	}
	e, err := entity(ctx, market.Ref{Type: kind, Num: num})
	found, _ := any(e).(*T)
	return found, err
}

// many is one for several numbers; those that were not found are left out.
func many[T any](ctx context.Context, nums []int64) ([]*T, error) {
	kind, err := kindOf[T]()
	if err != nil {
		return nil, err
	}
	all, err := entities(ctx, each(nums, func(num int64) market.Ref { return market.Ref{Type: kind, Num: num} }))
	if err != nil {
		return nil, err
	}
	found := make([]*T, 0, len(all))
	for _, e := range all {
		if e != nil {
			found = append(found, any(e).(*T))
		}
	}
	return found, nil
}

// optional is one for a reference that may be null.
func optional[T any](ctx context.Context, num *int64) (*T, error) {
	if num == nil {
		return nil, nil
	}
	return one[T](ctx, *num)
}

// owner is the seller that something belongs to; nil where it is the operator's.
func owner(ctx context.Context, seller int64) (*market.Seller, error) {
	if seller == 0 {
		return nil, nil
	}
	return one[market.Seller](ctx, seller)
}

// required is one for a reference that the schema calls non-null.
func required[T any](ctx context.Context, num int64) (*T, error) {
	found, err := one[T](ctx, num)
	if err == nil && found == nil {
		return nil, market.ErrNotFound
	}
	return found, err
}

// relation is how entities of one kind belong to another.
type relation[T any] struct {
	// name is unique among relations: "Advert.variants".
	name string
	// column of T holds the parent's number, which of reads.
	column string
	of     func(*T) int64
	where  []market.Cond
	sort   []market.Sort
	// deleted includes soft-deleted children.
	deleted bool
}

func (rel relation[T]) query(parents []int64) market.Query {
	where := append([]market.Cond{market.In(rel.column, parents)}, rel.where...)
	return market.Query{Where: where, Sort: rel.sort, Deleted: rel.deleted}
}

// named tells apart relations that differ in their conditions.
func (rel relation[T]) named(suffix string, where ...market.Cond) relation[T] {
	rel.name += "/" + suffix
	rel.where = append(append([]market.Cond{}, rel.where...), where...)
	return rel
}

// withDeleted is the relation with its soft-deleted children.
func (rel relation[T]) withDeleted() relation[T] {
	rel.name += "/deleted"
	rel.deleted = true
	return rel
}

// family is all entities of a relation that belong to one parent, with their
// cursors; nil is one without entities.
type family[T any] struct {
	nodes   []*T
	cursors []string
}

// children reads all entities of a relation; the list is empty, never nil, where there are none.
func children[T any](ctx context.Context, rel relation[T], parent int64) ([]*T, error) {
	found, err := load(ctx, rel.name, parent, rel.families)
	switch {
	case err != nil:
		return nil, err
	case found == nil:
		return []*T{}, nil
	}
	return found.nodes, nil
}

// families fetches all that belongs to each parent.
func (rel relation[T]) families(ctx context.Context, r Reader, parents []int64) (map[int64]*family[T], error) {
	var rows []*T
	cursors, err := r.Select(ctx, &rows, rel.query(parents))
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", rel.name, err)
	}
	byParent := make(map[int64]*family[T], len(parents))
	for i, row := range rows {
		f := byParent[rel.of(row)]
		if f == nil {
			f = &family[T]{}
			byParent[rel.of(row)] = f
		}
		f.nodes, f.cursors = append(f.nodes, row), append(f.cursors, cursors[i])
	}
	return byParent, nil
}

// page is as many rows as a query asks for, from the beginning or from the end.
func (f *family[T]) page(q market.Query) []row[T] {
	if f == nil {
		return nil
	}
	from, to := 0, min(q.Limit, len(f.nodes))
	if q.FromEnd {
		from, to = len(f.nodes)-to, len(f.nodes)
	}
	rows := make([]row[T], 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, row[T]{f.nodes[i], f.cursors[i]})
	}
	return rows
}

// childPage answers a connection below an entity: one query for all parents of the level.
func childPage[T any](ctx context.Context, rel relation[T], parent int64, p page) (*market.Connection[T], error) {
	paged, size, err := p.query(market.Query{})
	if err != nil {
		return nil, err
	}
	var rows []row[T]
	if needsRows(ctx) {
		name := rel.name + "?" + strconv.Itoa(paged.Limit) + "," + strconv.FormatBool(paged.FromEnd) + "," + paged.After + "," + paged.Before
		if rows, err = load(ctx, name, parent, rel.pages(paged)); err != nil {
			return nil, err
		}
	}
	return connection(rows, paged, size, func() (int, error) { return childCount(ctx, rel, parent) }), nil
}

// firstChild reads the first entity of a relation; nil where there is none.
func firstChild[T any](ctx context.Context, rel relation[T], parent int64) (*T, error) {
	rows, err := load(ctx, rel.name+"!", parent, rel.pages(market.Query{Limit: 1}))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].node, nil
}

// pages fetches one page for each parent.
func (rel relation[T]) pages(paged market.Query) fetch[int64, []row[T]] {
	return func(ctx context.Context, r Reader, parents []int64) (map[int64][]row[T], error) {
		byParent, parents := rel.cut(ctx, paged, parents)
		if len(parents) == 0 {
			return byParent, nil
		}
		q := rel.query(parents)
		q.Limit, q.FromEnd, q.After, q.Before, q.Per = paged.Limit, paged.FromEnd, paged.After, paged.Before, rel.column
		rows, err := selectRows[T](ctx, r, q)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", rel.name, err)
		}
		for _, row := range rows {
			byParent[rel.of(row.node)] = append(byParent[rel.of(row.node)], row)
		}
		return byParent, nil
	}
}

// cut makes pages of families that are read as a whole for something else, and
// returns the parents of the others.
func (rel relation[T]) cut(ctx context.Context, paged market.Query, parents []int64) (map[int64][]row[T], []int64) {
	byParent := make(map[int64][]row[T], len(parents))
	if paged.After != "" || paged.Before != "" {
		return byParent, parents
	}
	var rest []int64
	for _, parent := range parents {
		if f, read := alongside[int64, *family[T]](ctx, rel.name, parent); read {
			byParent[parent] = f.page(paged)
		} else {
			rest = append(rest, parent)
		}
	}
	return byParent, rest
}

// childCount counts the entities of a relation.
func childCount[T any](ctx context.Context, rel relation[T], parent int64) (int, error) {
	return load(ctx, rel.name+"#", parent, func(ctx context.Context, r Reader, parents []int64) (map[int64]int, error) {
		kind, err := kindOf[T]()
		if err != nil {
			return nil, err
		}
		q := rel.query(parents)
		q.Per = rel.column
		return r.CountPer(ctx, kind, q)
	})
}
