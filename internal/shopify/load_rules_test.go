package shopify_test

import (
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
	"crier/internal/shopify"
)

// long is more than any name may be.
var long = strings.Repeat("long ", 60)

func TestOnlyWhatDiffersChanges(t *testing.T) {
	t.Parallel()
	large := func(price, quantity string) string {
		return sized("Large", map[string]string{"Variant Price": price, "Variant Inventory Qty": quantity})
	}
	for name, c := range map[string]struct {
		first, second string
		want          []string
	}{
		"a price":            {firstSize + large("5", "1"), firstSize + large("6", "1"), []string{"Advert update", "Variant update"}},
		"a sale":             {lamp(nil), lamp(map[string]string{"Variant Compare At Price": "30"}), []string{"Advert update", "Variant update"}},
		"a quantity":         {firstSize + large("5", "1"), firstSize + large("5", "0"), []string{"Advert update", "Variant update"}},
		"a title":            {firstSize, strings.Replace(firstSize, "Pot", "Jar", 1), []string{"Advert update"}},
		"a vendor":           {lamp(map[string]string{"Vendor": "Oddmoss"}), lamp(map[string]string{"Vendor": "Velhaven"}), []string{"Advert update"}},
		"a type":             {lamp(nil), lamp(map[string]string{"Type": "Lights"}), []string{"Advert update", "Taxon create"}},
		"another size":       {firstSize, firstSize + large("5", "1"), []string{"Advert update", "OptionValue create", "Variant create"}},
		"another picture":    {lamp(nil), lamp(map[string]string{"Image Src": "https://img.example.com/a"}), []string{"Advert update"}},
		"words for it":       {lamp(map[string]string{"Image Src": "https://img.example.com/a"}), lamp(map[string]string{"Image Src": "https://img.example.com/a", "Image Alt Text": "A"}), []string{"Advert update"}},
		"tags":               {lamp(map[string]string{"Tags": "a, b"}), lamp(map[string]string{"Tags": "a"}), []string{"Advert update"}},
		"no tags any more":   {lamp(map[string]string{"Tags": "a"}), lamp(nil), []string{"Advert update"}},
		"taken back":         {lamp(nil), lamp(map[string]string{"Published": "false"}), []string{"Advert update"}},
		"put on show":        {lamp(map[string]string{"Status": "draft"}), lamp(nil), []string{"Advert update"}},
		"space in tags":      {lamp(map[string]string{"Tags": "a,b"}), lamp(map[string]string{"Tags": " a ,  b,"}), nil},
		"a row that is gone": {firstSize + large("5", "1"), firstSize, nil},
		"a sku under which it is found": {
			firstSize + sized("Large", map[string]string{"Variant SKU": "L"}), firstSize + sized("Larger", map[string]string{"Variant SKU": "L"}),
			[]string{"Advert update", "OptionValue create", "Variant update"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.load(header + c.first)
			summary := s.load(header + c.second)
			slices.Sort(s.changes)
			if !slices.Equal(s.changes, c.want) {
				t.Errorf("changes %q, want %q", s.changes, c.want)
			}
			updated := min(len(c.want), 1)
			if summary.Created != 0 || summary.Updated != updated || summary.Unchanged != 1-updated {
				t.Errorf("summary %+v", summary)
			}
			s.load(header + c.second)
			if s.writes > 0 {
				t.Errorf("the same again made %d writes", s.writes)
			}
		})
	}
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, c := range []struct {
		text string
		want bool
	}{
		{header + lamp(map[string]string{"Published": "false"}), false},
		{header + lamp(map[string]string{"Published": "true"}), true},
		{header + lamp(map[string]string{"Published": "true", "Status": "archived"}), false},
		{"Handle,Title,Variant Price\nlamp,Lamp,20\n", false}, // it says nothing of it
		{header + lamp(nil), true},
	} {
		s.load(c.text)
		if a := one[market.Advert](s); a.Published != c.want {
			t.Errorf("published is %v after %q", a.Published, c.text)
		}
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, c := range []struct{ price, compare, regular, sale string }{
		{"20", "30", "30.0", "20.0"},
		{"20", "", "20.0", ""},
		{"25.50", "25.5", "25.5", ""},
		{"0.01", "9999.99", "9999.99", "0.01"},
		{"30", "20", "30.0", ""},
	} {
		s.load(header + lamp(map[string]string{"Variant Price": c.price, "Variant Compare At Price": c.compare}))
		v := one[market.Variant](s)
		sale := ""
		if v.EditableSalePriceCents != nil {
			sale = market.DecimalText(*v.EditableSalePriceCents)
		}
		if got := market.DecimalText(*v.EditablePriceCents); got != c.regular || sale != c.sale {
			t.Errorf("price %s compared at %s: regularly %s, on sale %q", c.price, c.compare, got, sale)
		}
	}
}

func TestRowsThatTheRulesRefuse(t *testing.T) {
	t.Parallel()
	picture := func(url, alt string) string {
		return cells(map[string]string{"Handle": "pot", "Image Src": url, "Image Alt Text": alt})
	}
	for name, c := range map[string]struct {
		rows             string
		line             int
		reason           string
		handles          string
		variants, images int
	}{
		"title":              {lamp(map[string]string{"Title": long}) + firstSize, 2, "title is too long", "pot", 1, 0},
		"vendor":             {lamp(map[string]string{"Vendor": long}) + firstSize, 2, "vendor is too long", "pot", 1, 0},
		"type":               {lamp(map[string]string{"Type": long}) + firstSize, 2, "type is too long", "pot", 1, 0},
		"handle":             {lamp(map[string]string{"Handle": long}) + firstSize, 2, "external_id is too long", "pot", 1, 0},
		"name of an option":  {lamp(map[string]string{"Option1 Name": long, "Option1 Value": "S"}) + firstSize, 2, "option1 is too long", "pot", 1, 0},
		"option value":       {firstSize + sized(long, nil) + sized("Large", nil), 3, "option is too long", "pot", 2, 0},
		"sku":                {firstSize + sized("Medium", map[string]string{"Variant SKU": long}) + sized("Large", nil), 3, "sku is too long", "pot", 2, 0},
		"words of a picture": {firstSize + picture("https://img.example.com/a", strings.Repeat(long, 40)) + picture("https://img.example.com/b", "B"), 3, "image alt is too long", "pot", 1, 1},
		"the only variant":   {lamp(map[string]string{"Variant Barcode": long}) + firstSize, 2, "barcode is too long", "pot", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			summary, refused := s.tryLoad("", header+c.rows)
			if len(refused) != 1 || refused[0].Line != c.line || refused[0].File != "shop.csv" || !strings.Contains(refused[0].Reason, c.reason) {
				t.Errorf("refused %v, want line %d: %s", refused, c.line, c.reason)
			}
			var handles []string
			for _, a := range all[market.Advert](s) {
				handles = append(handles, or(a.ExternalID))
			}
			if got := strings.Join(handles, " "); got != c.handles {
				t.Errorf("loaded %q, want %q", got, c.handles)
			}
			if v, i := len(all[market.Variant](s)), len(all[market.Image](s)); v != c.variants || i != c.images || summary.Variants != v {
				t.Errorf("%d variants and %d images are there, %+v", v, i, summary)
			}
		})
	}
}

func TestOneRefusedRowAmongSeveral(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	_, refused := s.tryLoad("", header+firstSize+sized("M", map[string]string{"Variant SKU": long, "Variant Barcode": long})+
		sized("L", map[string]string{"Variant Barcode": long})+sized("XL", nil))
	if len(refused) != 2 || refused[0].Line != 3 || refused[1].Line != 4 || !strings.Contains(refused[0].Reason, "; ") {
		t.Errorf("refused %q, want lines 3, for two reasons, and 4", refused)
	}
	if n := len(all[market.Variant](s)); n != 2 {
		t.Errorf("%d variants are there, want 2", n)
	}
}

func TestSellers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.load(header + lamp(nil))
	s.load(header + firstSize)
	if seller := one[market.Seller](s); seller.BusinessName != shopify.DefaultSeller || !seller.Online {
		t.Errorf("the seller is %+v", seller)
	}
	for range 2 {
		s.tryLoad("Oddmoss & Daughters", header+lamp(nil))
	}
	named := one[market.Seller](s, market.Eq("business_name", "Oddmoss & Daughters"))
	if adverts := all[market.Advert](s, market.Eq("external_id", "lamp")); len(adverts) != 2 || adverts[1].SellerID != named.Num {
		t.Errorf("two sellers have %d lamps, want one each", len(adverts))
	}
	products, _ := shopify.Parse(strings.NewReader(header+lamp(nil)), "shop.csv")
	if _, _, err := shopify.Load(t.Context(), s, operator, long, products, nil); err == nil {
		t.Error("a seller with a name that is too long was accepted")
	}
	s.load(header)
	if s.writes > 0 {
		t.Error("a file without products made a seller")
	}
}

func TestTaxons(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	home, err := s.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("Home")})
	if err != nil {
		t.Fatal(err)
	}
	lights, err := s.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("Lights"), ParentID: market.Some(home.ID())})
	if err != nil {
		t.Fatal(err)
	}
	stands := func(text, want string) {
		t.Helper()
		s.load(header + text)
		if taxon := one[market.Taxon](s, market.Eq("id", one[market.Advert](s).TaxonID)); taxon.Title != want {
			t.Errorf("it stands in %s, want %s", taxon.Title, want)
		}
	}
	stands(lamp(nil), "Uncategorised")
	stands(lamp(map[string]string{"Type": "Lights"}), lights.Title)
	stands(lamp(nil), lights.Title)
	if n := len(all[market.Taxon](s)); n != 3 {
		t.Errorf("%d taxons are there, want Home, Lights and Uncategorised", n)
	}
}

func TestOptionTypesAreShared(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	jar := strings.NewReplacer("pot", "jar", "Pot", "Jar").Replace(sized("Small", map[string]string{"Title": "Pot", "Type": "Kitchen", "Option1 Name": "Size"}))
	s.load(header + firstSize + sized("Large", nil) + jar)
	size := one[market.OptionType](s)
	if size.Name != "Size" || size.AppliedTo != market.AppliedToVariant || size.FieldType != market.SingleSelect {
		t.Errorf("the option type is %+v", size)
	}
	if n := len(all[market.PrototypeOption](s)); n != 2 {
		t.Errorf("%d prototypes have it, want 2", n)
	}
	if n := len(all[market.OptionValue](s)); n != 2 {
		t.Errorf("%d values are there, want 2", n)
	}
}

func TestAPrototypesOwnFreeText(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	taxon, err := s.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{Title: market.Some("Cups")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.UpsertOptionType(t.Context(), operator, market.OptionTypeUpsert{
		Name: market.Some("Size"), AppliedTo: market.Some(market.AppliedToVariant), FieldType: market.Some(market.FreeText),
		PrototypeIDs: []string{market.Ref{Type: "Prototype", Num: taxon.PrototypeID}.ID()},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.load(header + sized("Small", map[string]string{"Title": "Pot", "Type": "Cups", "Option1 Name": "Size"}))
	if got := s.choicesOf(one[market.Variant](s)); got != "Size Small" {
		t.Errorf("the variant has %q", got)
	}
	if n := len(all[market.OptionValue](s)); n > 0 {
		t.Errorf("%d option values were made for free text", n)
	}
}

func TestAColumnThatIsMissingLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.load(header + lamp(map[string]string{
		"Body (HTML)": "<p>A</p>", "Vendor": "Oddmoss", "Type": "Lights", "Tags": "a", "Variant SKU": "L-1", "Variant Barcode": "1",
		"Variant Inventory Qty": "7", "Image Src": "https://img.example.com/a", "Image Alt Text": "A",
	}))
	before := s.rowsOf()
	s.load("Handle,Title,Variant Price,Image Src\nlamp,Lamp,20,https://img.example.com/a\n")
	if after := s.rowsOf(); s.writes > 0 || !slices.Equal(before, after) {
		t.Errorf("%d writes: before %q, after %q", s.writes, before, after)
	}
}

func TestPicturesOfVariants(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.load(header + firstSize + sized("Large", map[string]string{"Variant Image": "https://img.example.com/large"}))
	large := one[market.Variant](s, market.Eq("label", "Large"))
	picture := one[market.Image](s)
	if picture.OwnerType != "Variant" || picture.OwnerID != large.Num || or(picture.SourceURL) != "https://img.example.com/large" {
		t.Errorf("the picture is %+v", picture)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	products, _ := shopify.Parse(strings.NewReader(header+lamp(map[string]string{"Title": long})+firstSize), "shop.csv")
	var seen [][2]int
	_, _, err := shopify.Load(t.Context(), s, operator, "", products, func(done, total int) { seen = append(seen, [2]int{done, total}) })
	if want := [][2]int{{1, 2}, {2, 2}}; err != nil || !slices.Equal(seen, want) {
		t.Errorf("progress %v, want %v; err = %v", seen, want, err)
	}
}
