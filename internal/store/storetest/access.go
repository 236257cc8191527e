package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
)

// visibility holds what sellers see to the rule of each way to own something.
func visibility(t *testing.T, s *store.Store) {
	for num := range int64(2) {
		base := market.Base{Num: num + 1}
		catalogue(t, s, base.Num)
		image, key := picture(1, 1), &market.MarketplacerAPIKey{Base: base, SellerID: num, Digest: time.Duration(num).String()}
		image.Base, image.SellerID = base, num // one of them the marketplace's own
		order := base.Num*10 + 1
		insert(t, s,
			image, key,
			&market.Brand{Base: base},
			&market.ImageData{Base: base, ImageID: base.Num},
			&market.Order{Base: market.Base{Num: order}, SellerIDs: []int64{base.Num}},
			&market.Invoice{Base: base, OrderID: order, SellerID: base.Num},
			&market.Address{Base: market.Base{Num: order}, OrderID: &order},
			&market.Address{Base: base, SellerID: &base.Num},
		)
	}
	for kind, want := range map[string][3][]int64{ // of the operator, seller 1 and seller 2
		"Advert":             {{1, 2}, {1}, {2}},
		"Variant":            {{1, 2}, {1}, {2}},
		"Seller":             {{1, 2}, {1}, {2}},
		"Brand":              {{1, 2}, {1, 2}, {1, 2}},
		"Taxon":              {{1, 2}, {1, 2}, {1, 2}},
		"Invoice":            {{1, 2}, {1}, {2}},
		"Order":              {{11, 21}, {11}, {21}},
		"Address":            {{1, 2, 11, 21}, {1, 11}, {2, 21}},
		"Image":              {{1, 2}, {1, 2}, {1}},
		"ImageData":          {{1, 2}, {}, {}},
		"MarketplacerAPIKey": {{1, 2}, {2}, {}},
	} {
		for seller := range want {
			seen := visible(t, s, kind, int64(seller))
			if diff := cmp.Diff(want[seller], seen, nothing); diff != "" {
				t.Errorf("%s for seller %d (-want +got):\n%s", kind, seller, diff)
			}
		}
	}
}

// visible returns the numbers of a kind that a viewer sees, by every way to read.
func visible(t *testing.T, s *store.Store, kind string, seller int64) []int64 {
	t.Helper()
	var nums []int64
	for num := range int64(30) {
		n, err := s.Count(as(t, seller), kind, market.Query{Where: []market.Cond{market.Eq("id", num)}})
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			nums = append(nums, num)
		}
	}
	per, err := s.CountPer(as(t, seller), kind, market.Query{Per: "id"})
	if err != nil || len(per) != len(nums) {
		t.Errorf("%s for seller %d: count per id %v, %v, counts %v", kind, seller, per, err, nums)
	}
	for _, num := range append(nums, 29) {
		rows := loadAs(t, s, market.Ref{Type: kind, Num: num}, seller)
		if rows.Len() == 1 != slices.Contains(nums, num) {
			t.Errorf("%s %d for seller %d: selected %d, counted %v", kind, num, seller, rows.Len(), nums)
		}
	}
	return nums
}

// softDeletion reads deleted rows now, as of before, and with all that was deleted.
func softDeletion(t *testing.T, s *store.Store) {
	v := catalogue(t, s, 1)
	catalogue(t, s, 2)
	v.DeletedAt = ptr(noon.Add(time.Microsecond))
	update(t, s, v)
	byVariant := market.InQuery("id", market.Sub{Kind: "Variant", Column: "advert_id"})
	asOf := func(at time.Time) viewer.Viewer { return viewer.Viewer{AsOf: at} }
	for name, c := range map[string]struct {
		viewer  viewer.Viewer
		deleted bool
		want    []int64
	}{
		"now":                {viewer.Viewer{}, false, []int64{2}},
		"now, deleted too":   {viewer.Viewer{}, true, []int64{1, 2}},
		"before":             {asOf(noon), false, []int64{1, 2}},
		"at the deletion":    {asOf(noon.Add(time.Microsecond)), false, []int64{1, 2}},
		"after":              {asOf(noon.Add(2 * time.Microsecond)), false, []int64{2}},
		"before, elsewhere":  {asOf(noon.In(time.FixedZone("", 3600))), false, []int64{1, 2}},
		"before, by another": {viewer.Viewer{Seller: 2, AsOf: noon}, false, []int64{2}},
	} {
		ctx := viewer.NewContext(t.Context(), c.viewer)
		q := market.Query{Deleted: c.deleted}
		if got := numbers(find[market.Variant](t, ctx, s, q)); !slices.Equal(got, c.want) {
			t.Errorf("%s: variants %v, want %v", name, got, c.want)
		}
		if n, err := s.Count(ctx, "Variant", q); err != nil || n != len(c.want) {
			t.Errorf("%s: count %d, %v", name, n, err)
		}
		q.Where = []market.Cond{byVariant}
		if got := numbers(find[market.Advert](t, ctx, s, q)); !slices.Equal(got, c.want) {
			t.Errorf("%s: adverts by their variants %v, want %v", name, got, c.want)
		}
	}
	err := s.Run(t.Context(), func(tx market.Tx) error {
		for deleted, want := range map[bool]int{false: 1, true: 2} {
			var rows []*market.Variant
			if err := tx.Select(t.Context(), &rows, market.Query{Deleted: deleted, Lock: true}); err != nil {
				return err
			}
			if len(rows) != want {
				t.Errorf("a transaction sees %d variants, want %d", len(rows), want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// noViewer holds every reading method to its error for a context without a viewer.
func noViewer(t *testing.T, s *store.Store) {
	_, selected := s.Select(t.Context(), new([]*market.Brand), market.Query{})
	_, counted := s.Count(t.Context(), "Brand", market.Query{})
	_, countedPer := s.CountPer(t.Context(), "Brand", market.Query{Per: "id"})
	for _, err := range []error{selected, counted, countedPer} {
		if !errors.Is(err, store.ErrNoViewer) {
			t.Errorf("got %v", err)
		}
	}
}

// keyByDigest finds keys whoever they belong to, and nothing else.
func keyByDigest(t *testing.T, s *store.Store) {
	insert(t, s, &market.MarketplacerAPIKey{Digest: "a", SellerID: 7, Scopes: []string{"adverts:read"}}, &market.MarketplacerAPIKey{Digest: "b"})
	key, err := s.KeyByDigest(t.Context(), "a")
	if err != nil || key.SellerID != 7 || !slices.Equal(key.Scopes, []string{"adverts:read"}) {
		t.Errorf("got %v, %v", key, err)
	}
	for _, digest := range []string{"", "A", "c"} {
		if _, err := s.KeyByDigest(t.Context(), digest); !errors.Is(err, market.ErrNotFound) {
			t.Errorf("digest %q: %v", digest, err)
		}
	}
}

// secrets reads a webhook's secrets back, within a transaction and outside, and
// looks at what is stored of them.
func secrets(t *testing.T, s *store.Store) {
	want := []market.WebhookSecret{{Value: []byte("a secret of twenty-four b"), Fingerprint: "f", CreatedAt: noon}}
	w := &market.Webhook{HmacKey: ptr("an older secret"), Secrets: want}
	bare := &market.Webhook{}
	insert(t, s, w, bare)
	for i, row := range find[market.Webhook](t, as(t, 0), s, market.Query{}) {
		if diff := cmp.Diff([]*market.Webhook{w, bare}[i], row); diff != "" {
			t.Errorf("webhook %d (-want +got):\n%s", row.Num, diff)
		}
	}
	for _, plain := range []string{"secret", "older", "Fingerprint"} {
		if bytes.Contains(w.Sealed, []byte(plain)) {
			t.Errorf("%q is stored in plain text", plain)
		}
	}
	before := w.Sealed
	update(t, s, w)
	if bytes.Equal(before, w.Sealed) {
		t.Error("the same secrets are encrypted twice in the same way")
	}
	err := s.Run(t.Context(), func(tx market.Tx) error {
		var rows []*market.Webhook
		if err := tx.Select(t.Context(), &rows, market.Query{Where: []market.Cond{market.Eq("id", w.Num)}}); err != nil {
			return err
		}
		if diff := cmp.Diff([]*market.Webhook{w}, rows); diff != "" {
			t.Errorf("in a transaction (-want +got):\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
