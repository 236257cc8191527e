package sample_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/sample"
	"crier/internal/servicetest"
	"crier/internal/store"
	"crier/internal/viewer"
)

var operator = market.Actor{ID: "sample"}

// place is a marketplace over a real store, whose transactions are counted.
type place struct {
	*market.Market
	t     testing.TB
	store *store.Store
	// runs is how many transactions there were.
	runs int
	// broken is why nothing can be found; nil where it can.
	broken error
}

func TestMain(m *testing.M) { os.Exit(servicetest.Run(m)) }

// open opens an empty marketplace in SQLite.
func open(t testing.TB, options market.Options) *place {
	t.Helper()
	return openAt(t, "sqlite:"+filepath.Join(t.TempDir(), "sample.db"), options)
}

func openAt(t testing.TB, url string, options market.Options) *place {
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
	if err := opened.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := &place{t: t, store: opened}
	p.Market = market.New(p, options)
	return p
}

// Run counts transactions.
func (p *place) Run(ctx context.Context, work func(market.Tx) error) error {
	p.runs++
	return p.store.Run(ctx, work)
}

// find reads as the operator.
func (p *place) find(ctx context.Context, dest any, where ...market.Cond) error {
	if p.broken != nil {
		return p.broken
	}
	_, err := p.store.Select(viewer.NewContext(ctx, viewer.Viewer{Key: "sample"}), dest, market.Query{Where: where})
	return err
}

// load loads the sample.
func (p *place) load(seed uint64) *place {
	p.t.Helper()
	p.runs = 0
	if err := sample.Load(p.t.Context(), p.Market, p.find, operator, seed); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// all reads every entity that meets the conditions.
func all[T any](p *place, where ...market.Cond) []*T {
	p.t.Helper()
	var found []*T
	if err := p.find(p.t.Context(), &found, where...); err != nil {
		p.t.Fatal(err)
	}
	return found
}

// byNum finds entities by their numbers.
func byNum[T any](rows []*T, num func(*T) int64) map[int64]*T {
	found := map[int64]*T{}
	for _, row := range rows {
		found[num(row)] = row
	}
	return found
}

// checkTaxons holds every taxon to having options of every kind, and the tree to its depth.
func (p *place) checkTaxons(t *testing.T) {
	taxons := all[market.Taxon](p)
	parents := byNum(taxons, func(t *market.Taxon) int64 { return t.Num })
	types := byNum(all[market.OptionType](p), func(o *market.OptionType) int64 { return o.Num })
	deepest := 0
	for _, taxon := range taxons {
		depth := 1
		for at := taxon; at.ParentID != nil; at = parents[*at.ParentID] {
			depth++
		}
		deepest = max(deepest, depth)
		kinds := map[string]bool{}
		for _, pair := range all[market.PrototypeOption](p, market.Eq("prototype_id", taxon.PrototypeID)) {
			o := types[pair.OptionTypeID]
			kinds[fmt.Sprint(o.AppliedTo, " ", o.FieldType == market.FreeText)] = true
			if values := all[market.OptionValue](p, market.Eq("option_type_id", o.Num)); (len(values) == 0) != (o.FieldType == market.FreeText) {
				t.Errorf("%s is %s and has %d values", o.Name, o.FieldType, len(values))
			}
		}
		if len(kinds) != 4 {
			t.Errorf("%s has only options of the kinds %v", taxon.Title, kinds)
		}
	}
	if deepest != 3 {
		t.Errorf("the tree is %d levels deep, want 3", deepest)
	}
}

// checkAdverts looks for what a catalogue has.
func (p *place) checkAdverts(t *testing.T) {
	adverts, variants := all[market.Advert](p), all[market.Variant](p)
	perAdvert, perSeller, published := map[int64]int{}, map[int64]int{}, 0
	stocked, barcodes := 0, map[string]bool{}
	for _, v := range variants {
		perAdvert[v.AdvertID]++
		if v.InStock(1) {
			stocked++
		}
		if v.SKU == nil || v.EditablePriceCents == nil || v.Label == "" || !validEAN(*v.Barcode) || barcodes[*v.Barcode] {
			t.Errorf("variant %+v", v)
		}
		barcodes[*v.Barcode] = true
	}
	for _, a := range adverts {
		perSeller[a.SellerID]++
		if a.Published {
			published++
		}
		if perAdvert[a.Num] == 0 || a.BrandID == nil || a.Description == nil {
			t.Errorf("advert %+v has %d variants", a, perAdvert[a.Num])
		}
		if n := len(all[market.AdvertOptionValue](p, market.Eq("advert_id", a.Num))); n < 2 {
			t.Errorf("%s has %d choices", a.Title, n)
		}
	}
	sellers := all[market.Seller](p)
	if len(sellers) < 3 || len(perSeller) != len(sellers) || len(all[market.Brand](p)) < 5 {
		t.Errorf("%d sellers, %d of them with adverts", len(sellers), len(perSeller))
	}
	if len(adverts) < 40 || published < len(adverts)*3/4 || published == len(adverts) {
		t.Errorf("%d of %d adverts are published", published, len(adverts))
	}
	if len(variants) < 2*len(adverts) || stocked < len(variants)*3/4 || stocked == len(variants) {
		t.Errorf("%d of %d variants are in stock", stocked, len(variants))
	}
	if n := len(all[market.Image](p)); n != len(adverts)+len(sellers) {
		t.Errorf("%d pictures for %d adverts and %d sellers", n, len(adverts), len(sellers))
	}
	if n := len(all[market.ShipmentCarrier](p)); n == 0 || n > 50 {
		t.Errorf("%d carriers, want 1 to 50", n)
	}
}

// validEAN checks the last digit of an EAN-13.
func validEAN(code string) bool {
	sum := 0
	for i, d := range code {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return len(code) == 13 && sum%10 == 0
}

// checkOrders looks for buyers who are nobody, and for invoices in every state.
func (p *place) checkOrders(t *testing.T, unsent market.InvoiceStatus) {
	for _, o := range all[market.Order](p) {
		if o.FirstName == nil || *o.FirstName != "Sample" || !strings.HasPrefix(*o.Surname, "Buyer ") || !strings.HasSuffix(*o.EmailAddress, "@example.com") {
			t.Errorf("the buyer of order %d could be a person", o.Num)
		}
	}
	states := map[market.InvoiceStatus]bool{}
	for _, i := range all[market.Invoice](p) {
		states[i.Status] = true
	}
	for _, want := range []market.InvoiceStatus{unsent, market.InvoicePartiallySent, market.InvoiceSent} {
		if !states[want] {
			t.Errorf("no invoice is %s", want)
		}
	}
	if len(all[market.ShipmentStatus](p)) == 0 {
		t.Error("no shipment has a status")
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		payment market.PaymentPolicy
		seed    uint64
		unsent  market.InvoiceStatus
	}{
		{market.PaymentPaid, 1, market.InvoicePaid},
		{market.PaymentPending, 2, market.InvoiceAwaitingPayment},
	} {
		t.Run(string(c.payment), func(t *testing.T) {
			t.Parallel()
			p := open(t, market.Options{Payment: c.payment}).load(c.seed)
			t.Run("taxons", p.checkTaxons)
			t.Run("adverts", p.checkAdverts)
			t.Run("orders", func(t *testing.T) { p.checkOrders(t, c.unsent) })
			t.Run("loaded once", func(t *testing.T) {
				if p.load(c.seed + 1); p.runs > 0 {
					t.Errorf("the second time made %d transactions", p.runs)
				}
			})
		})
	}
}

// summary describes what a seed decides.
func summary(p *place) []string {
	var lines []string
	for _, a := range all[market.Advert](p) {
		lines = append(lines, fmt.Sprint(a.Title, a.SellerID, *a.BrandID, a.Published))
	}
	for _, v := range all[market.Variant](p) {
		lines = append(lines, fmt.Sprint(*v.SKU, *v.Barcode, v.Label, *v.EditablePriceCents, v.CountOnHand))
	}
	for _, i := range all[market.Image](p) {
		lines = append(lines, i.Digest)
	}
	for _, l := range all[market.LineItem](p) {
		lines = append(lines, fmt.Sprint(l.OrderID, *l.VariantSKU, l.Quantity, l.DispatchedCount))
	}
	return lines
}

func TestASeedDecidesEverything(t *testing.T) {
	t.Parallel()
	first := summary(open(t, market.Options{}).load(7))
	if again := summary(openAt(t, servicetest.Postgres(t), market.Options{}).load(7)); !slices.Equal(first, again) {
		t.Error("the same seed made another marketplace in another database")
	}
	if other := summary(open(t, market.Options{}).load(8)); slices.Equal(first, other) {
		t.Error("another seed made the same marketplace")
	}
}

func TestErrorsAreReturned(t *testing.T) {
	t.Parallel()
	p := open(t, market.Options{})
	if err := sample.Load(t.Context(), p.Market, p.find, market.Actor{Seller: 1}, 1); err == nil {
		t.Error("a seller could make a marketplace")
	}
	p.broken = errors.New("no database")
	if err := sample.Load(t.Context(), p.Market, p.find, operator, 1); !errors.Is(err, p.broken) {
		t.Errorf("err = %v, want %v", err, p.broken)
	}
}
