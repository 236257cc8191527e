package document_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"crier/internal/document"
)

// tree is a published client's walk through the taxons: children under children.
func tree(root, children, levels int) string {
	below := ""
	for range levels {
		below = fmt.Sprintf("children(first: %d) { nodes { id displayName prototype { name id } %s } }", children, below)
	}
	return fmt.Sprintf("{ taxons(first: %d) { nodes { id displayName prototype { name id } %s } } }", root, below)
}

func TestCost(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, c := range []struct {
		text      string
		variables map[string]any
		want      int
	}{
		{"{ __typename }", nil, 0},
		{"{ __schema { types { name fields { name } } } }", nil, 1},
		{"{ node(id: 1) { id __typename } }", nil, 2},
		{"{ node(id: 1) { id a: __typename b: __typename } }", nil, 4},
		{"{ node(id: 1) { ... on Advert { __typename: id } } }", nil, 2},
		{"{ brands { totalCount } }", nil, 51},
		{"{ brands(first: 10) { totalCount } }", nil, 11},
		{"{ brands(last: 7) { totalCount } }", nil, 8},
		{"{ brands(first: 100000) { totalCount } }", nil, 501},
		{"{ brands(first: -1) { totalCount } }", nil, 51},
		{"{ brands(first: 10) { nodes { id } } }", nil, 11},
		{"{ brands(first: 10) { edges { cursor node { id } } pageInfo { hasNextPage } } }", nil, 31},
		{"query($n: Int) { brands(first: $n) { totalCount } }", map[string]any{"n": int64(20)}, 21},
		{"query($n: Int) { brands(first: $n) { totalCount } }", map[string]any{}, 51},
		{"query($n: Int = 4) { brands(first: $n) { totalCount } }", map[string]any{"n": 4}, 5},
		{"{ nodes(ids: [1, 2, 3]) { id } }", nil, 4},
		{"query($ids: [ID!]!) { nodes(ids: $ids) { id } }", map[string]any{"ids": []any{"1", "2"}}, 3},
		{"{ nodes(ids: []) { id } }", nil, 2},
		{"{ externalIds { id key } }", nil, 101},
		{"{ externalIds(first: 3) { id key } }", nil, 7},
		{"{ node(id: 1) { ... on Advert { productFeatures } } }", nil, 2},
		{"{ a: brands(first: 2) { ...B } b: brands(first: 3) { ...B } } fragment B on BrandsConnection { nodes { id name } }", nil, 12},
		{tree(100, 10, 4), nil, 5_666_601},
		{"{ taxons(first: 500) { nodes { " + strings.Repeat("children(first: 500) { nodes { ", 9) + "id" + strings.Repeat("} } ", 9) + " } } }", nil, math.MaxInt},
	} {
		if got := d.Cost(operation(t, d, c.text), c.variables); got != c.want {
			t.Errorf("%s with %v: got %d, want %d", c.text, c.variables, got, c.want)
		}
	}
	if got := d.Cost(operation(t, d, tree(100, 10, 4)), nil); got > document.DefaultLimits.Complexity {
		t.Errorf("a published client costs %d, more than allowed", got)
	}
}
