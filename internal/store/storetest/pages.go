package storetest

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/market"
	"crier/internal/store"
)

// orders are the columns that pages are ordered by: texts, numbers and moments,
// some of which can be null, each with the comparison of the model.
var orders = map[string]func(a, b *market.Image) int{
	"position":   func(a, b *market.Image) int { return cmp.Compare(a.Position, b.Position) },
	"created_at": func(a, b *market.Image) int { return a.CreatedAt.Compare(b.CreatedAt) },
	"owner_type": func(a, b *market.Image) int { return cmp.Compare(a.OwnerType, b.OwnerType) },
	"height":     func(a, b *market.Image) int { return compareNullable(a.Height, b.Height) },
	"alt":        func(a, b *market.Image) int { return compareNullable(a.Alt, b.Alt) },
}

// compareNullable is 2 or -2 where only one of the two is nil, which is last in every direction.
func compareNullable[T cmp.Ordered](a, b *T) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 2
	case b == nil:
		return -2
	}
	return cmp.Compare(*a, *b)
}

// pages walks lists of random rows in random orders by pages of random sizes,
// forwards and backwards, and holds them to a sorted slice.
func pages(t *testing.T, s *store.Store) {
	group := int64(0)
	rapid.Check(t, func(r *rapid.T) {
		group++
		rows := drawImages(r, group)
		insert(t, s, rows...)
		q := market.Query{Where: []market.Cond{market.Eq("owner_id", group)}, Sort: drawSort(r)}
		want := sortedNumbers(rows, q.Sort)
		q.Limit = rapid.IntRange(1, 4).Draw(r, "limit")
		if got := walk(t, s, q, false); !slices.Equal(got, want) {
			r.Fatalf("forwards %v, want %v", got, want)
		}
		if got := walk(t, s, q, true); !slices.Equal(got, want) {
			r.Fatalf("backwards %v, want %v", got, want)
		}
		between(t, r, s, q, want)
	})
}

// between takes what lies between two rows, from either end.
func between(t *testing.T, r *rapid.T, s *store.Store, q market.Query, want []int64) {
	all := q
	all.Limit = 0
	var rows []*market.Image
	cursors, err := s.Select(as(t, 0), &rows, all)
	if err != nil {
		r.Fatal(err)
	}
	if len(cursors) == 0 {
		return
	}
	from := rapid.IntRange(0, len(cursors)-1).Draw(r, "from")
	to := rapid.IntRange(from, len(cursors)-1).Draw(r, "to")
	q.After, q.Before = cursors[from], cursors[to]
	want = want[from+1 : max(from+1, to)]
	if got := numbers(find[market.Image](t, as(t, 0), s, q)); !slices.Equal(got, want[:min(len(want), q.Limit)]) {
		r.Fatalf("first between %v, of %v", got, want)
	}
	q.FromEnd = true
	if got := numbers(find[market.Image](t, as(t, 0), s, q)); !slices.Equal(got, want[max(0, len(want)-q.Limit):]) {
		r.Fatalf("last between %v, of %v", got, want)
	}
}

func drawImages(r *rapid.T, group int64) []market.Entity {
	texts := []string{"", "a", "B", "b", "é", `"\`}
	draw := func(name string, most int) int { return rapid.IntRange(0, most).Draw(r, name) }
	rows := make([]market.Entity, draw("rows", 9))
	for i := range rows {
		row := picture(group, int64(draw("position", 2)))
		row.CreatedAt = noon.Add(time.Duration(draw("created at", 2)) * 100 * time.Microsecond)
		row.OwnerType = texts[draw("owner type", len(texts)-1)]
		if n := draw("alt", len(texts)); n < len(texts) {
			row.Alt = &texts[n]
		}
		if n := draw("height", 2); n > 0 {
			row.Height = ptr(int64(n))
		}
		rows[i] = row
	}
	return rows
}

func drawSort(r *rapid.T) []market.Sort {
	columns := rapid.Permutation([]string{"alt", "created_at", "height", "id", "owner_type", "position"}).Draw(r, "columns")
	sort := make([]market.Sort, rapid.IntRange(0, 3).Draw(r, "keys"))
	for i := range sort {
		sort[i] = market.Sort{Column: columns[i], Desc: rapid.Bool().Draw(r, "desc")}
	}
	return sort
}

// sortedNumbers is the model of an order.
func sortedNumbers(rows []market.Entity, sort []market.Sort) []int64 {
	images := make([]*market.Image, len(rows))
	for i, e := range rows {
		images[i] = e.(*market.Image)
	}
	slices.SortFunc(images, func(a, b *market.Image) int {
		number := market.Sort{Column: "id", Desc: len(sort) > 0 && sort[len(sort)-1].Desc}
		for _, key := range append(slices.Clip(sort), number) {
			if n := compareBy(key, a, b); n != 0 {
				return n
			}
		}
		return 0
	})
	return numbers(images)
}

func compareBy(key market.Sort, a, b *market.Image) int {
	n := cmp.Compare(a.Num, b.Num)
	if key.Column != "id" {
		n = orders[key.Column](a, b)
	}
	if key.Desc && n >= -1 && n <= 1 {
		return -n
	}
	return n
}

// walk reads a list page by page, from its start or from its end.
func walk(t *testing.T, s *store.Store, q market.Query, back bool) []int64 {
	t.Helper()
	var all []int64
	q.FromEnd = back
	for {
		var rows []*market.Image
		cursors, err := s.Select(as(t, 0), &rows, q)
		if err != nil {
			t.Fatal(err)
		}
		if len(cursors) != len(rows) || len(rows) > q.Limit {
			t.Fatalf("%d rows and %d cursors for a limit of %d", len(rows), len(cursors), q.Limit)
		}
		if len(rows) == 0 {
			return all
		}
		if back {
			all, q.Before = append(numbers(rows), all...), cursors[0]
		} else {
			all, q.After = append(all, numbers(rows)...), cursors[len(cursors)-1]
		}
	}
}

// badCursors holds cursors that are none of the list to their error.
func badCursors(t *testing.T, s *store.Store) {
	album(t, s)
	byAlt := market.Query{Sort: []market.Sort{{Column: "alt"}}}
	var rows []*market.Image
	cursors, err := s.Select(as(t, 0), &rows, byAlt)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	sorts := map[string][]market.Sort{
		"number": nil, "number, backwards": {{Column: "id", Desc: true}}, "alt": byAlt.Sort,
		"alt, backwards": {{Column: "alt", Desc: true}}, "position": {{Column: "position"}},
	}
	for _, c := range []struct{ sort, cursor string }{
		{"number", "?"}, {"number", "AAAA"}, {"number", encode("7")}, {"number", encode("[]")}, {"number", encode("[7,1]")},
		{"number", encode(`["id",1,2]`)}, {"number", encode(`["id","x"]`)}, {"number", encode(`["id",null]`)}, {"number", encode(`["id",1.5]`)},
		{"number", encode(`["id",99999999999999999999]`)}, {"number", cursors[0]}, {"number, backwards", encode(`["id",1]`)},
		{"alt, backwards", cursors[0]}, {"position", cursors[0]}, {"position", encode(`["position,id",null,1]`)},
		{"alt", encode(`["alt,id","\u0000",1]`)}, {"alt", encode(`["alt,id",{},1]`)}, {"alt", cursors[0] + "="},
	} {
		for _, q := range []market.Query{{Sort: sorts[c.sort], After: c.cursor}, {Sort: sorts[c.sort], Before: c.cursor}} {
			var refusal *store.CursorError
			if _, err := s.Select(as(t, 0), &rows, q); !errors.As(err, &refusal) || refusal.Cursor != c.cursor {
				t.Errorf("%s by %s: %v", c.cursor, c.sort, err)
			}
		}
	}
}

// perGroup takes pages of several groups at once.
func perGroup(t *testing.T, s *store.Store) {
	for i := range int64(9) {
		p := picture(i%3, -i)
		p.Num = i + 1
		insert(t, s, p)
	}
	groups := market.Query{Per: "owner_id", Where: []market.Cond{market.In("owner_id", []int64{0, 1})}}
	with := func(change func(*market.Query)) market.Query { q := groups; change(&q); return q }
	cursors, err := s.Select(as(t, 0), new([]*market.Image), groups)
	if err != nil {
		t.Fatal(err)
	}
	byPosition := []market.Sort{{Column: "position"}}
	for name, c := range map[string]struct {
		q    market.Query
		want []int64
	}{
		"all":              {groups, []int64{1, 2, 4, 5, 7, 8}},
		"first two":        {with(func(q *market.Query) { q.Limit = 2 }), []int64{1, 2, 4, 5}},
		"last two":         {with(func(q *market.Query) { q.Limit, q.FromEnd = 2, true }), []int64{4, 5, 7, 8}},
		"first by another": {with(func(q *market.Query) { q.Limit, q.Sort = 1, byPosition }), []int64{8, 7}},
		"last by another":  {with(func(q *market.Query) { q.Limit, q.Sort, q.FromEnd = 1, byPosition, true }), []int64{2, 1}},
		"first after 2":    {with(func(q *market.Query) { q.Limit, q.After = 1, cursors[1] }), []int64{4, 5}},
		"last before 7":    {with(func(q *market.Query) { q.Limit, q.Before, q.FromEnd = 1, cursors[4], true }), []int64{4, 5}},
	} {
		if got := numbers(find[market.Image](t, as(t, 0), s, c.q)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// counts counts rows, whatever the limits.
func counts(t *testing.T, s *store.Store) {
	album(t, s)
	q := market.Query{Per: "owner_id", Where: []market.Cond{market.Gt("id", 1)}, Limit: 1, After: "ignored"}
	if n, err := s.Count(as(t, 0), "Image", q); err != nil || n != 3 {
		t.Errorf("count: %d, %v", n, err)
	}
	got, err := s.CountPer(as(t, 0), "Image", q)
	if want := map[int64]int{1: 1, 2: 2}; err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("count per owner: %v, %v, want %v", got, err, want)
	}
	q.Per = "height"
	if got, err := s.CountPer(as(t, 0), "Image", q); err != nil || len(got) != 0 {
		t.Errorf("count per null: %v, %v", got, err)
	}
}
