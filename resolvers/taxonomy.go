package resolvers

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// taxonPath is the way from the top of the tree down to a taxon.
func taxonPath(ctx context.Context, taxon *market.Taxon) ([]*market.Taxon, error) {
	path := []*market.Taxon{taxon}
	seen := map[int64]bool{taxon.Num: true}
	for path[0].ParentID != nil && !seen[*path[0].ParentID] {
		parent, err := required[market.Taxon](ctx, *path[0].ParentID)
		if err != nil {
			return nil, fmt.Errorf("climb from taxon %d: %w", path[0].Num, err)
		}
		seen[parent.Num] = true
		path = append([]*market.Taxon{parent}, path...)
	}
	return path, nil
}

// withDescendants is taxons with everything below them, one query a level.
func withDescendants(ctx context.Context, reader Reader, taxons []int64) ([]int64, error) {
	return walk(taxons, func(level []int64) ([]int64, error) {
		below, err := selectTaxons(ctx, reader, market.In("parent_id", level))
		return each(below, func(t *market.Taxon) int64 { return t.Num }), err
	})
}

// taxonsOnDisplay are the taxons with an advert on display, in themselves or below.
func taxonsOnDisplay(ctx context.Context) ([]int64, error) {
	return load(ctx, "Taxon/onDisplay", struct{}{}, func(ctx context.Context, reader Reader, _ []struct{}) (map[struct{}][]int64, error) {
		shown, err := selectTaxons(ctx, reader, withDisplayedAdvert("taxon_id"))
		if err != nil {
			return nil, err
		}
		all, err := walk(each(shown, func(t *market.Taxon) int64 { return t.Num }), func(level []int64) ([]int64, error) {
			taxons, err := selectTaxons(ctx, reader, market.In("id", level), market.Ne("parent_id", nil))
			return each(taxons, func(t *market.Taxon) int64 { return *t.ParentID }), err
		})
		return map[struct{}][]int64{{}: all}, err
	})
}

func selectTaxons(ctx context.Context, reader Reader, where ...market.Cond) ([]*market.Taxon, error) {
	var taxons []*market.Taxon
	if _, err := reader.Select(ctx, &taxons, market.Query{Where: where}); err != nil {
		return nil, fmt.Errorf("walk the tree of taxons: %w", err)
	}
	return taxons, nil
}

// walk gathers everything that can be reached from some numbers, level by level.
func walk(from []int64, next func(level []int64) ([]int64, error)) ([]int64, error) {
	seen := map[int64]bool{}
	all := []int64{}
	for level := from; ; {
		fresh := []int64{}
		for _, num := range level {
			if !seen[num] {
				seen[num] = true
				fresh = append(fresh, num)
			}
		}
		if len(fresh) == 0 {
			return all, nil
		}
		all = append(all, fresh...)
		var err error
		if level, err = next(fresh); err != nil {
			return nil, err
		}
	}
}
