package resolvers_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// tallyReader counts the reads of its store, each of which is one SQL statement
// (internal/store, TestEachReadIsOneStatement).
type tallyReader struct {
	*store.Store
	rows, counts atomic.Int64
}

func (r *tallyReader) Select(ctx context.Context, dest any, q market.Query) ([]string, error) {
	r.rows.Add(1)
	return r.Store.Select(ctx, dest, q)
}

func (r *tallyReader) Count(ctx context.Context, kind string, q market.Query) (int, error) {
	r.counts.Add(1)
	return r.Store.Count(ctx, kind, q)
}

func (r *tallyReader) CountPer(ctx context.Context, kind string, q market.Query) (map[int64]int, error) {
	r.counts.Add(1)
	return r.Store.CountPer(ctx, kind, q)
}

func (r *tallyReader) Payloads(ctx context.Context, nums []int64) (map[int64][]byte, error) {
	r.rows.Add(1)
	return r.Store.Payloads(ctx, nums)
}

// tallied is a furnished marketplace whose statements are counted.
type tallied struct {
	*world
	reader *tallyReader
	lists  map[string]spot
}

// tallyFor furnishes a marketplace for a number of sellers.
func tallyFor(t *testing.T, sellers int64) *tallied {
	t.Helper()
	var parties []int64
	for i := range sellers {
		parties = append(parties, (i+1)*1000+1)
	}
	w := furnishedFor(t, parties...)
	reader := &tallyReader{Store: w.store}
	w.resolver.Reader, w.resolver.Payloads = reader, reader
	return &tallied{world: w, reader: reader, lists: placesFrom(w.schema, map[string]spot{})}
}

// tally is how many statements read rows, and how many count.
type tally struct{ rows, counts int64 }

// statements runs a document as the operator and counts what it takes.
func (w *tallied) statements(document string) tally {
	w.t.Helper()
	w.reader.rows.Store(0)
	w.reader.counts.Store(0)
	if a := w.run(viewer.Viewer{}, document, nil); len(a.Errors) > 0 {
		w.t.Errorf("%s: %v", document, a.Errors)
	}
	return tally{w.reader.rows.Load(), w.reader.counts.Load()}
}

// relations are the fields of a type that give objects.
func relations(schema *ast.Schema, t *ast.Definition) []*ast.FieldDefinition {
	var fields []*ast.FieldDefinition
	for _, f := range t.Fields {
		if schema.Types[f.Type.Name()].IsCompositeType() && !strings.HasPrefix(f.Name, "__") && !demanding(f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// whole selects all of a type, and all of what it leads to, some levels down.
// Pages hold all that there is: what one level has read already, another is
// spared, which a cut would make differ between few rows and many.
func whole(schema *ast.Schema, t *ast.Definition, levels int, passed ...string) string {
	text := leaves(schema, t)
	if t.IsAbstractType() {
		return text
	}
	for _, f := range relations(schema, t) {
		given := schema.Types[f.Type.Name()]
		entry, isPage := pages[given.Name]
		switch {
		case levels == 0 || slices.Contains(passed, given.Name) || slices.Contains(passed, entry):
		case isPage:
			text += " " + f.Name + "(first: 50) { totalCount nodes { " + whole(schema, schema.Types[entry], levels-1, append(passed, t.Name)...) + " } }"
		default:
			text += " " + f.Name + " { " + whole(schema, given, levels-1, append(passed, t.Name)...) + " }"
		}
	}
	return text
}

// TestStatementsDoNotGrowWithRows runs, for each type that a list of the root
// leads to, a document that selects all of it with all relations two levels
// down, over a marketplace and over one of ten times as many sellers, each with
// its own of everything: the number of statements is the same.
func TestStatementsDoNotGrowWithRows(t *testing.T) {
	t.Parallel()
	few, many := tallyFor(t, 1), tallyFor(t, 10)
	for _, typeName := range slices.Sorted(maps.Keys(few.lists)) {
		definition := few.schema.Types[typeName]
		if _, isPage := pages[typeName]; isPage || typeName == "Query" {
			continue
		}
		document := few.lists[typeName].document(whole(few.schema, definition, 2))
		forFew, forMany := few.statements(document), many.statements(document)
		if forFew != forMany {
			t.Errorf("%s: %+v statements for few rows, %+v for many: %s", typeName, forFew, forMany, document)
		}
	}
}

// TestStatementsAreBoundedByLevels runs each relation of each type that a list
// of the root leads to, by itself: a level costs at most a statement for what
// joins two kinds and one for the rows, or the entity that a field goes through.
func TestStatementsAreBoundedByLevels(t *testing.T) {
	t.Parallel()
	w := tallyFor(t, 4)
	for _, typeName := range slices.Sorted(maps.Keys(w.lists)) {
		at := w.lists[typeName]
		for _, f := range relations(w.schema, w.schema.Types[typeName]) {
			document := at.document(f.Name + argumentsOf(at, f) + " { __typename }")
			levels := int64(strings.Count(at.open, "{"))
			bound := 2 * levels
			if f.Type.Name() == "Node" {
				bound += int64(len(market.Kinds())) // one for each kind that there can be
			}
			got := w.statements(document)
			if got.rows > bound || got.counts > 0 {
				t.Errorf("%s: %+v statements for %d levels", document, got, levels)
			}
		}
	}
}

// argumentsOf are those that a root field needs.
func argumentsOf(at spot, f *ast.FieldDefinition) string {
	if at.open != "{ " {
		return ""
	}
	return queries[f.Name].arguments
}

// TestTotalsAreCountedWhereSelected asks each connection for its total in every
// way, and for everything but it.
func TestTotalsAreCountedWhereSelected(t *testing.T) {
	t.Parallel()
	w := tallyFor(t, 2)
	connections := 0
	for _, typeName := range slices.Sorted(maps.Keys(w.lists)) {
		at := w.lists[typeName]
		for _, f := range relations(w.schema, w.schema.Types[typeName]) {
			if _, isPage := pages[f.Type.Name()]; isPage {
				connections++
				w.totals(at, f)
			}
		}
	}
	if connections < 30 {
		t.Errorf("only %d connections were asked", connections)
	}
}

// totals asks one connection.
func (w *tallied) totals(at spot, f *ast.FieldDefinition) {
	name := f.Type.Name()
	document := func(selection, fragments string) string {
		return at.document(f.Name+argumentsOf(at, f)+" { "+selection+" }") + fragments
	}
	for _, without := range []string{
		"nodes { __typename }", "edges { cursor }", "pageInfo { hasNextPage }", "totalCount @skip(if: true) nodes { __typename }",
		"... on " + name + " @include(if: false) { totalCount } nodes { __typename }",
	} {
		if got := w.statements(document(without, "")); got.counts > 0 {
			w.t.Errorf("%s: %+v, want no count", document(without, ""), got)
		}
	}
	plain := w.statements(document("__typename", ""))
	for _, text := range []string{
		document("totalCount", ""), document("n: totalCount", ""), document("a: totalCount b: totalCount", ""),
		document("... on "+name+" { totalCount }", ""), document("... { ... { n: totalCount } } __typename", ""),
		document("...F", " fragment F on "+name+" { n: totalCount }"),
		document("totalCount nodes @skip(if: true) { __typename }", ""),
	} {
		fits := func(got tally) bool {
			read := got.counts == 0 && got.rows <= plain.rows+2 // What is read as a whole is counted in memory.
			return read || got.counts == 1 && got.rows <= plain.rows
		}
		if got := w.statements(text); !fits(got) {
			w.t.Errorf("%s: %+v, want one count beside %+v", text, got, plain)
		}
	}
}
