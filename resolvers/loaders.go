package resolvers

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vikstrous/dataloadgen"

	"crier/internal/market"
)

// loaderWait is how long a loader gathers keys before it asks the database:
// long enough for the sibling fields of one level, which gqlgen resolves at
// once, and short beside a query.
const loaderWait = 200 * time.Microsecond

// loaders batches and remembers the reads of one request, or of several
// executions for the same viewer. Its queries run under the context it was
// made with, so that the end of one execution does not fail another's.
type loaders struct {
	ctx    context.Context
	reader Reader
	mu     sync.Mutex
	byName map[string]any
}

type loadersKey struct{}

// WithLoaders returns a context in which reads are batched. Every execution
// needs one; executions may share it only while their viewer is the same.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	l := &loaders{ctx: ctx, reader: r.Reader, byName: map[string]any{}}
	return context.WithValue(ctx, loadersKey{}, l)
}

var errNoLoaders = errors.New("the context has no loaders")

// loader returns the loader of a name, making it at the first use.
func loader[K comparable, V any](ctx context.Context, name string, fetch func(context.Context, Reader, []K) (map[K]V, error)) (*dataloadgen.Loader[K, V], error) {
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		return nil, errNoLoaders
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.byName[name]; ok {
		return known.(*dataloadgen.Loader[K, V]), nil
	}
	made := dataloadgen.NewMappedLoader(func(_ context.Context, keys []K) (map[K]V, error) {
		return fetch(l.ctx, l.reader, keys)
	}, dataloadgen.WithWait(loaderWait))
	l.byName[name] = made
	return made, nil
}

// load asks a loader for one key; the zero value where nothing was found.
func load[K comparable, V any](ctx context.Context, name string, key K, fetch func(context.Context, Reader, []K) (map[K]V, error)) (V, error) {
	var none V
	l, err := loader(ctx, name, fetch)
	if err != nil {
		return none, err
	}
	v, err := l.Load(ctx, key)
	if errors.Is(err, dataloadgen.ErrNotFound) {
		return none, nil
	}
	return v, err
}

// one reads the entity of a number; nil where it does not exist or the viewer
// may not see it. Deleted ones are found too: who asks decides what they mean.
func one[T any](ctx context.Context, num int64) (*T, error) {
	if num == 0 {
		return nil, nil
	}
	kind, err := kindOf[T]()
	if err != nil {
		return nil, err
	}
	return load(ctx, kind, num, func(ctx context.Context, r Reader, nums []int64) (map[int64]*T, error) {
		var rows []*T
		if _, err := r.Select(ctx, &rows, market.Query{Where: []market.Cond{market.In("id", nums)}, Deleted: true}); err != nil {
			return nil, fmt.Errorf("load %s: %w", kind, err)
		}
		found := make(map[int64]*T, len(rows))
		for _, row := range rows {
			found[any(row).(market.Entity).Ref().Num] = row
		}
		return found, nil
	})
}

// optional is one for a reference that may be null.
func optional[T any](ctx context.Context, num *int64) (*T, error) {
	if num == nil {
		return nil, nil
	}
	return one[T](ctx, *num)
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

// children reads all entities of a relation.
func children[T any](ctx context.Context, rel relation[T], parent int64) ([]*T, error) {
	return load(ctx, rel.name, parent, func(ctx context.Context, r Reader, parents []int64) (map[int64][]*T, error) {
		var rows []*T
		if _, err := r.Select(ctx, &rows, rel.query(parents)); err != nil {
			return nil, fmt.Errorf("load %s: %w", rel.name, err)
		}
		byParent := make(map[int64][]*T, len(parents))
		for _, row := range rows {
			byParent[rel.of(row)] = append(byParent[rel.of(row)], row)
		}
		return byParent, nil
	})
}

// childPage answers a connection below an entity: one query for all parents of the level.
func childPage[T any](ctx context.Context, rel relation[T], parent int64, p page) (*market.Connection[T], error) {
	paged, size, err := p.query(market.Query{})
	if err != nil {
		return nil, err
	}
	var rows []row[T]
	if needsRows(ctx) {
		name := fmt.Sprintf("%s?%d,%t,%s,%s", rel.name, paged.Limit, paged.FromEnd, paged.After, paged.Before)
		if rows, err = load(ctx, name, parent, rel.pages(paged)); err != nil {
			return nil, err
		}
	}
	return connection(rows, paged, size, func() (int, error) { return childCount(ctx, rel, parent) }), nil
}

// pages fetches one page for each parent.
func (rel relation[T]) pages(paged market.Query) func(context.Context, Reader, []int64) (map[int64][]row[T], error) {
	return func(ctx context.Context, r Reader, parents []int64) (map[int64][]row[T], error) {
		q := rel.query(parents)
		q.Limit, q.FromEnd, q.After, q.Before, q.Per = paged.Limit, paged.FromEnd, paged.After, paged.Before, rel.column
		rows, err := selectRows[T](ctx, r, q)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", rel.name, err)
		}
		byParent := make(map[int64][]row[T], len(parents))
		for _, row := range rows {
			byParent[rel.of(row.node)] = append(byParent[rel.of(row.node)], row)
		}
		return byParent, nil
	}
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
