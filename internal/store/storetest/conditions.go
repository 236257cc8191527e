package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
	"crier/internal/store"
)

// album stores four images; their numbers are 1 to 4.
func album(t *testing.T, s *store.Store) {
	t.Helper()
	alts := []*string{ptr("A 100% Wool_Scarf"), ptr(`back\slash`), nil, ptr("ÉCOLE")}
	for i, alt := range alts {
		p := picture(int64(i%2+1), int64(i))
		p.Num, p.Alt, p.CreatedAt = int64(i+1), alt, noon.Add(time.Duration(i)*time.Second)
		insert(t, s, p)
	}
	insert(t, s, &market.ImageData{Base: market.Base{Num: 9}, ImageID: 3, Bytes: []byte{0}})
}

// conditions holds each comparison to what it finds among the images 1 to 4.
func conditions(t *testing.T, s *store.Store) {
	album(t, s)
	type label string
	many := make([]int64, 10_000)
	names := make([]string, 10_000)
	for i := range many {
		many[i], names[i] = int64(i+2), "ÉCOLE"
	}
	sub := market.Sub{Kind: "ImageData", Column: "image_id", Where: []market.Cond{market.Gt("id", 8)}}
	own := market.Sub{Kind: "Image", Column: "id", Where: []market.Cond{market.Eq("id", 3), market.InQuery("id", sub)}}
	nested := market.Sub{Kind: "ImageData", Column: "image_id", Where: []market.Cond{market.Eq("image_id", 3), market.InQuery("image_id", own)}}
	for name, c := range map[string]struct {
		where []market.Cond
		want  []int64
	}{
		"none":                  {nil, []int64{1, 2, 3, 4}},
		"equal":                 {[]market.Cond{market.Eq("owner_id", 2)}, []int64{2, 4}},
		"equal to null":         {[]market.Cond{market.Eq("alt", nil)}, []int64{3}},
		"equal to a nil":        {[]market.Cond{market.Eq("alt", (*string)(nil))}, []int64{3}},
		"equal to a pointer":    {[]market.Cond{market.Eq("alt", ptr("ÉCOLE"))}, []int64{4}},
		"equal to other text":   {[]market.Cond{market.Eq("alt", label("ÉCOLE"))}, []int64{4}},
		"different":             {[]market.Cond{market.Ne("alt", "ÉCOLE")}, []int64{1, 2, 3}},
		"not null":              {[]market.Cond{market.Ne("alt", nil)}, []int64{1, 2, 4}},
		"one of numbers":        {[]market.Cond{market.In("id", []int64{4, 1, 1, 77})}, []int64{1, 4}},
		"one of ints":           {[]market.Cond{market.In("id", []int{4, 2})}, []int64{2, 4}},
		"one of texts":          {[]market.Cond{market.In("alt", []label{"ÉCOLE", `back\slash`})}, []int64{2, 4}},
		"one of none":           {[]market.Cond{market.In("id", []int64{})}, nil},
		"one of 10,000 numbers": {[]market.Cond{market.In("id", many)}, []int64{2, 3, 4}},
		"one of 10,000 texts":   {[]market.Cond{market.In("alt", names)}, []int64{4}},
		"at or above":           {[]market.Cond{market.Gte("created_at", noon.Add(2*time.Second))}, []int64{3, 4}},
		"at or below":           {[]market.Cond{market.Lte("created_at", noon.Add(time.Second))}, []int64{1, 2}},
		"above":                 {[]market.Cond{market.Gt("position", 2)}, []int64{4}},
		"below":                 {[]market.Cond{market.Lt("position", 2)}, []int64{1, 2}},
		"text in any case":      {[]market.Cond{market.EqualFold("alt", "a 100% WOOL_scarf")}, []int64{1}},
		"any language's case":   {[]market.Cond{market.EqualFold("alt", "École")}, []int64{4}},
		"not part of the text":  {[]market.Cond{market.EqualFold("alt", "a 100% wool")}, nil},
		"text within":           {[]market.Cond{market.Contains("alt", "wOOL")}, []int64{1}},
		"text of any language":  {[]market.Cond{market.Contains("alt", "École")}, []int64{4}},
		"no wildcard %":         {[]market.Cond{market.Contains("alt", "100%")}, []int64{1}},
		"no wildcard _":         {[]market.Cond{market.Contains("alt", "l_s")}, []int64{1}},
		"no escape":             {[]market.Cond{market.Contains("alt", `K\S`)}, []int64{2}},
		"no match":              {[]market.Cond{market.Contains("alt", "%")}, []int64{1}},
		"empty text":            {[]market.Cond{market.Contains("alt", "")}, []int64{1, 2, 4}},
		"of another query":      {[]market.Cond{market.InQuery("id", sub)}, []int64{3}},
		"not of another query":  {[]market.Cond{market.NotInQuery("id", sub)}, []int64{1, 2, 4}},
		"of both":               {[]market.Cond{market.In("id", []int64{2, 3}), market.InQuery("id", sub)}, []int64{3}},
		"of one, not the other": {[]market.Cond{market.In("id", []int64{2, 3}), market.NotInQuery("id", sub)}, []int64{2}},
		"of a query in another": {[]market.Cond{market.InQuery("id", nested)}, []int64{3}},
		"of its own kind":       {[]market.Cond{market.In("id", []int64{1, 3}), market.InQuery("id", own)}, []int64{3}},
		"all of several":        {[]market.Cond{market.Eq("owner_id", 1), market.Gt("id", 1)}, []int64{3}},
		"any of none":           {[]market.Cond{market.Any()}, nil},
		"any of several": {[]market.Cond{market.Any(
			[]market.Cond{market.Eq("id", 1)},
			[]market.Cond{market.Eq("owner_id", 2), market.Any([]market.Cond{market.Gt("id", 3)}, nil)},
		)}, []int64{1, 2, 4}},
	} {
		q := market.Query{Where: c.where}
		if diff := cmp.Diff(c.want, numbers(find[market.Image](t, as(t, 0), s, q)), nothing); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if n, err := s.Count(as(t, 0), "Image", q); err != nil || n != len(c.want) {
			t.Errorf("%s: count %d, %v", name, n, err)
		}
	}
}

// nothing makes an empty list equal to none.
var nothing = cmp.Transformer("nothing", func(l []int64) []int64 { return slices.Clip(append([]int64{}, l...)) })

// badConditions holds mistakes to their typed errors.
func badConditions(t *testing.T, s *store.Store) {
	var column *store.ColumnError
	var kind *store.KindError
	var invalid *market.Invalid
	for name, c := range map[string]struct {
		q    market.Query
		want any
	}{
		"an unknown column":               {market.Query{Where: []market.Cond{market.Eq("nope", 1)}}, &column},
		"a column of another kind":        {market.Query{Where: []market.Cond{market.Eq("title", 1)}}, &column},
		"a column with SQL":               {market.Query{Where: []market.Cond{market.Eq(`id" = 1 --`, 1)}}, &column},
		"an order by an unknown column":   {market.Query{Sort: []market.Sort{{Column: "nope"}}}, &column},
		"groups of an unknown column":     {market.Query{Per: "nope", Limit: 1}, &column},
		"an unknown kind":                 {market.Query{Where: []market.Cond{market.InQuery("id", market.Sub{Kind: "Nope", Column: "id"})}}, &kind},
		"an unknown column of a kind":     {market.Query{Where: []market.Cond{market.InQuery("id", market.Sub{Kind: "Image", Column: "nope"})}}, &column},
		"the null character":              {market.Query{Where: []market.Cond{market.Eq("alt", "a\x00b")}}, &invalid},
		"the null character within":       {market.Query{Where: []market.Cond{market.Contains("alt", "\x00")}}, &invalid},
		"the null character among others": {market.Query{Where: []market.Cond{market.In("alt", []string{"a", "\x00"})}}, &invalid},
		"text that is not UTF-8":          {market.Query{Where: []market.Cond{market.Eq("alt", "a\xff")}}, &invalid},
		"an unknown column in a choice":   {market.Query{Where: []market.Cond{market.Any([]market.Cond{market.Eq("nope", 1)})}}, &column},
	} {
		var rows []*market.Image
		if _, err := s.Select(as(t, 0), &rows, c.q); !errors.As(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, where := range map[string]market.Cond{
		"a list that is none":       market.In("id", 7),
		"a list of other things":    market.In("id", []float64{1}),
		"more than null":            market.Gt("id", nil),
		"text that is a number":     {Column: "alt", Op: market.OpEqualFold, Value: 7},
		"text within a number":      {Column: "alt", Op: market.OpContains, Value: 7},
		"an unknown comparison":     {Column: "id", Op: 99, Value: 7},
		"a value of no column type": market.Eq("id", struct{}{}),
	} {
		var rows []*market.Image
		if _, err := s.Select(as(t, 0), &rows, market.Query{Where: []market.Cond{where}}); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
	var strangers []*testing.T
	if _, err := s.Select(as(t, 0), &strangers, market.Query{}); !errors.As(err, &kind) {
		t.Errorf("a list of no kind: %v", err)
	}
	if _, err := s.Count(as(t, 0), "Nope", market.Query{}); !errors.As(err, &kind) {
		t.Errorf("a count of no kind: %v", err)
	}
	if _, err := s.CountPer(as(t, 0), "Image", market.Query{Per: "nope"}); !errors.As(err, &column) {
		t.Errorf("a count per no column: %v", err)
	}
	image := picture(1, 1)
	image.Alt = ptr("\x00")
	if err := tryInsert(t.Context(), s, image); !errors.As(err, &invalid) {
		t.Errorf("an image with the null character: %v", err)
	}
}
