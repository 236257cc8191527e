package document_test

import (
	"testing"

	"crier/internal/document"
)

func TestNullVariable(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, c := range []struct {
		text      string
		variables map[string]any
		want      string
	}{
		{"query($w: Boolean = true) { brands { totalCount @include(if: $w) } }", map[string]any{"w": nil}, "w"},
		{"query($w: Boolean = true) { brands { ... @skip(if: $w) { totalCount } } }", map[string]any{"w": nil}, "w"},
		{"query($w: Boolean = true) { brands { ...B @include(if: $w) } } fragment B on BrandsConnection { totalCount }", map[string]any{"w": nil}, "w"},
		{"query($w: Boolean = true) { brands { ...B } } fragment B on BrandsConnection { totalCount @skip(if: $w) }", map[string]any{"w": nil}, "w"},
		{`query($id: ID = "x") { node(id: $id) { id } }`, map[string]any{"id": nil}, "id"},
		{`query($id: ID = "x") { nodes(ids: [$id]) { id } }`, map[string]any{"id": nil}, "id"},
		{"query($w: Boolean = true) { brands { totalCount @include(if: $w) } }", map[string]any{"w": false}, ""},
		{"query($w: Boolean = true) { brands { totalCount @include(if: $w) } }", map[string]any{}, ""},
		{"query($n: Int = 5) { brands(first: $n) { totalCount } }", map[string]any{"n": nil}, ""},
		{"query($n: Int) { brands(first: $n) { totalCount } }", map[string]any{"n": nil}, ""},
	} {
		if got := document.NullVariable(operation(t, d, c.text), c.variables); got != c.want {
			t.Errorf("%s with %v: got %q, want %q", c.text, c.variables, got, c.want)
		}
	}
}
