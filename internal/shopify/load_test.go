package shopify_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/shopify"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
)

var operator = market.Actor{ID: "import"}

// shop is a marketplace over a real store, whose writing is counted.
type shop struct {
	*market.Market
	t      testing.TB
	store  *store.Store
	writes int
	// changes are the subjects of what was recorded, with the action.
	changes []string
	find    error
}

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

// databases make an empty database of each kind.
var databases = map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

func newShop(t testing.TB) *shop {
	t.Helper()
	return openShop(t, databases["sqlite"](t))
}

func openShop(t testing.TB, url string) *shop {
	t.Helper()
	opened, err := store.Open(t.Context(), url, store.Options{SecretKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &shop{t: t, store: opened}
	s.Market = market.New(s, market.Options{})
	return s
}

// Run counts what a transaction writes.
func (s *shop) Run(ctx context.Context, work func(market.Tx) error) error {
	return s.store.Run(ctx, func(tx market.Tx) error { return work(counted{tx, s}) })
}

// Find reads as the operator.
func (s *shop) Find(ctx context.Context, dest any, where ...market.Cond) error {
	if s.find != nil {
		return s.find
	}
	_, err := s.store.Select(viewer.NewContext(ctx, viewer.Viewer{Key: "import"}), dest, market.Query{Where: where})
	return err
}

type counted struct {
	market.Tx
	shop *shop
}

func (c counted) Insert(ctx context.Context, e market.Entity) error {
	c.shop.writes++
	return c.Tx.Insert(ctx, e)
}

func (c counted) Update(ctx context.Context, e market.Entity) error {
	c.shop.writes++
	return c.Tx.Update(ctx, e)
}

func (c counted) Delete(ctx context.Context, e market.Entity) error {
	c.shop.writes++
	return c.Tx.Delete(ctx, e)
}

func (c counted) Record(ctx context.Context, changes []market.Change) error {
	for _, change := range changes {
		c.shop.changes = append(c.shop.changes, fmt.Sprint(change.Subject.Type, " ", change.Action))
	}
	return c.Tx.Record(ctx, changes)
}

// load loads a file that has nothing wrong with it.
func (s *shop) load(text string) shopify.Summary {
	s.t.Helper()
	summary, refused := s.tryLoad("", text)
	if len(refused) > 0 {
		s.t.Fatalf("refused: %v", refused)
	}
	return summary
}

// tryLoad loads what can be loaded of a file, counting anew.
func (s *shop) tryLoad(seller, text string) (shopify.Summary, []shopify.RowError) {
	s.t.Helper()
	products, bad := shopify.Parse(strings.NewReader(text), "shop.csv")
	s.writes, s.changes = 0, nil
	summary, refused, err := shopify.Load(s.t.Context(), s, operator, seller, products, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return summary, append(bad, refused...)
}

// all reads every entity that meets the conditions.
func all[T any](s *shop, where ...market.Cond) []*T {
	s.t.Helper()
	var found []*T
	if err := s.Find(s.t.Context(), &found, where...); err != nil {
		s.t.Fatal(err)
	}
	return found
}

// one reads the only entity that meets the conditions.
func one[T any](s *shop, where ...market.Cond) *T {
	s.t.Helper()
	found := all[T](s, where...)
	if len(found) != 1 {
		s.t.Fatalf("%d entities of %T meet %+v, want one", len(found), found, where)
	}
	return found[0]
}

// or is the text that p points to, "" where there is none.
func or(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// rowsOf describes the adverts of the marketplace as lines, one for each advert,
// variant and picture, in what buyers see of them.
func (s *shop) rowsOf() []string {
	s.t.Helper()
	var lines []string
	for _, a := range all[market.Advert](s) {
		taxon, brand := one[market.Taxon](s, market.Eq("id", a.TaxonID)), one[market.Brand](s, market.Eq("id", a.BrandID))
		tags := ""
		for _, m := range all[market.Metadatum](s, market.Eq("owner_type", "Advert"), market.Eq("owner_id", a.Num)) {
			tags += m.Key + "=" + m.Value
		}
		lines = append(lines, fmt.Sprintf("%s: %q by %s in %s, %v %v, %s, %q", or(a.ExternalID), a.Title, brand.Name, taxon.Title, a.Published, a.Vetted, tags, or(a.Description)))
		for _, v := range all[market.Variant](s, market.Eq("advert_id", a.Num)) {
			lines = append(lines, fmt.Sprintf("%s variant %s: now %s, regularly %s, %d pieces, %v %v, sku %q", or(a.ExternalID), s.choicesOf(v),
				market.DecimalText(*v.Current(a.CreatedAt)), market.DecimalText(*v.EditablePriceCents), v.CountOnHand, v.InfiniteQuantity, v.Published, or(v.SKU)))
		}
		for _, i := range all[market.Image](s, market.Eq("owner_type", "Advert"), market.Eq("owner_id", a.Num)) {
			lines = append(lines, fmt.Sprintf("%s picture %d: %s %q", or(a.ExternalID), i.Position, or(i.SourceURL), or(i.Alt)))
		}
	}
	return lines
}

// choicesOf are a variant's options and values.
func (s *shop) choicesOf(v *market.Variant) string {
	s.t.Helper()
	var parts []string
	for _, c := range all[market.VariantOptionValue](s, market.Eq("variant_id", v.Num)) {
		t := one[market.OptionType](s, market.Eq("id", c.OptionTypeID))
		value := or(c.TextValue)
		if c.OptionValueID != nil {
			value = one[market.OptionValue](s, market.Eq("id", *c.OptionValueID)).Name
		}
		parts = append(parts, t.Name+" "+value)
	}
	return strings.Join(parts, ", ")
}

// expected describes a sample file in the lines of rowsOf, read in the plainest
// way that does for these samples.
func expected(t *testing.T, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	var optionName string
	pictures := 0
	for _, record := range records[1:] {
		cell := func(name string) string { return record[slices.Index(records[0], name)] }
		if cell("Title") != "" {
			kind, tags := cell("Type"), ""
			if kind == "" {
				kind = "Uncategorised"
			}
			if cell("Tags") != "" {
				tags = "tags=" + cell("Tags")
			}
			optionName, pictures = cell("Option1 Name"), 0
			lines = append(lines, fmt.Sprintf("%s: %q by %s in %s, true true, %s, %q", cell("Handle"), cell("Title"), cell("Vendor"), kind, tags, cell("Body (HTML)")))
		}
		choice := optionName + " " + cell("Option1 Value")
		if choice == "Title Default Title" {
			choice = ""
		}
		regular := cell("Variant Compare At Price")
		if regular == "" {
			regular = cell("Variant Price")
		}
		lines = append(lines, fmt.Sprintf("%s variant %s: now %s, regularly %s, %s pieces, false true, sku %q", cell("Handle"), choice,
			decimal(t, cell("Variant Price")), decimal(t, regular), cell("Variant Inventory Qty"), cell("Variant SKU")))
		if cell("Image Src") != "" {
			lines = append(lines, fmt.Sprintf("%s picture %d: %s %q", cell("Handle"), pictures, cell("Image Src"), cell("Image Alt Text")))
			pictures++
		}
	}
	return lines
}

// decimal writes a price as the API does.
func decimal(t *testing.T, price string) string {
	t.Helper()
	cents, err := market.ParseCents(price)
	if err != nil {
		t.Fatal(err)
	}
	return market.DecimalText(cents)
}

// sample is the path of one of the catalogues that are shared between projects.
func sample(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CRIER_TEST_REQUIRE") == "1" {
			t.Fatalf("the sample catalogue is missing: %v", err)
		}
		t.Skipf("the sample catalogue is missing: %v", err)
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSampleCatalogues(t *testing.T) {
	t.Parallel()
	catalogues := map[string]shopify.Summary{
		"apparel.csv":         {Products: 20, Variants: 22, Created: 20},
		"home-and-garden.csv": {Products: 20, Variants: 21, Created: 20},
	}
	for file, want := range catalogues {
		for name, database := range databases {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				path := sample(t, file)
				s := openShop(t, database(t))
				if got := s.load(read(t, path)); got != want {
					t.Errorf("summary %+v, want %+v", got, want)
				}
				got, want := s.rowsOf(), expected(t, path)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		}
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t, database(t))
			var before []string
			for range 2 {
				before = s.rowsOf()
				for _, file := range []string{"apparel.csv", "home-and-garden.csv"} {
					s.checkLoad(file, len(before) > 0)
				}
			}
			if after := s.rowsOf(); !slices.Equal(before, after) {
				t.Errorf("before %q, after %q", before, after)
			}
		})
	}
}

// checkLoad loads a sample file, which writes nothing where it was loaded before.
func (s *shop) checkLoad(file string, loaded bool) {
	s.t.Helper()
	summary := s.load(read(s.t, sample(s.t, file)))
	unchanged := 0
	if loaded {
		unchanged = summary.Products
	}
	if wrote := s.writes > 0 || len(s.changes) > 0; wrote == loaded {
		s.t.Errorf("%s made %d writes and the changes %v", file, s.writes, s.changes)
	}
	if want := fmt.Sprintf("20 products with %d variants: ", summary.Variants); !strings.HasPrefix(summary.String(), want) {
		s.t.Errorf("%s: %s", file, summary)
	}
	if summary.Products == 0 || summary.Unchanged != unchanged {
		s.t.Errorf("%s: %+v", file, summary)
	}
}

func TestErrorsEndTheLoading(t *testing.T) {
	t.Parallel()
	products, _ := shopify.Parse(strings.NewReader(header+lamp(nil)), "shop.csv")
	s := newShop(t)
	s.find = errors.New("no database")
	if _, _, err := shopify.Load(t.Context(), s, operator, "", products, nil); !errors.Is(err, s.find) {
		t.Errorf("err = %v, want %v", err, s.find)
	}
	s.find = nil
	ended, cancel := context.WithCancel(t.Context())
	stop := func(int, int) { cancel() }
	twice := append(products, products...)
	if summary, _, err := shopify.Load(ended, s, operator, "", twice, stop); !errors.Is(err, context.Canceled) || summary.Products != 1 {
		t.Errorf("err = %v after %+v, want the end of the context after one product", err, summary)
	}
}
