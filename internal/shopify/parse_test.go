package shopify_test

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crier/internal/market"
	"crier/internal/shopify"
)

// header has every column that is read, as older files call it.
const header = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value," +
	"Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price," +
	"Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status\n"

// columns are the names in header.
var columns = strings.Split(strings.TrimSpace(header), ",")

// cells writes one row of a file with header from the cells that are not empty.
func cells(given map[string]string) string {
	row := make([]string, len(columns))
	for name, value := range given {
		i := slices.Index(columns, name)
		if i < 0 {
			panic("no column " + name)
		}
		row[i] = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return strings.Join(row, ",") + "\n"
}

// lamp is the first row of a product in one form, with changes.
func lamp(changes map[string]string) string {
	row := map[string]string{"Handle": "lamp", "Title": "Lamp", "Variant Price": "20"}
	for name, value := range changes {
		row[name] = value
	}
	return cells(row)
}

// sized is a row of a product with sizes; the first one has its title.
func sized(size string, changes map[string]string) string {
	row := map[string]string{"Handle": "pot", "Option1 Value": size, "Variant Price": "9.99"}
	for name, value := range changes {
		row[name] = value
	}
	return cells(row)
}

// firstSize is the first row of a product with sizes.
var firstSize = sized("Small", map[string]string{"Title": "Pot", "Option1 Name": "Size"})

func parse(t *testing.T, text string) []shopify.Product {
	t.Helper()
	products, errors := shopify.Parse(strings.NewReader(text), "shop.csv")
	if len(errors) > 0 {
		t.Fatalf("errors: %v", errors)
	}
	return products
}

func TestParseReadsEverythingOfAProduct(t *testing.T) {
	t.Parallel()
	text := header + cells(map[string]string{
		"Handle": " pot ", "Title": "Clay pot", "Body (HTML)": "<p>One\ntwo \"three\"</p> ", "Vendor": "Potters", "Type": "Garden",
		"Tags": "clay, plants,,clay", "Published": "FALSE", "Option1 Name": "Size", "Option1 Value": "Small", "Option2 Name": "Colour",
		"Option2 Value": "Red/Brown", "Variant SKU": "P-1", "Variant Inventory Qty": "4", "Variant Inventory Policy": "deny",
		"Variant Price": "9.99", "Variant Compare At Price": "12.50", "Variant Barcode": "4006381333931",
		"Image Src": "https://img.example.com/b.jpg", "Image Position": "2", "Variant Image": "http://img.example.com/v.jpg",
	}) + cells(map[string]string{
		"Handle": "pot", "Option1 Value": "Large", "Option2 Value": "Red", "Variant Inventory Tracker": "shopify",
		"Variant Inventory Policy": "CONTINUE", "Variant Inventory Qty": "-2", "Variant Price": "15",
	}) + cells(map[string]string{
		"Handle": "pot", "Image Src": "https://img.example.com/a.jpg", "Image Position": "1", "Image Alt Text": "From above",
	}) + cells(map[string]string{"Handle": "pot", "Image Src": "https://img.example.com/c.jpg"})
	want := []shopify.Product{{
		File: "shop.csv", Line: 2, Handle: "pot", Title: "Clay pot", Body: market.Some("<p>One\ntwo \"three\"</p> "),
		Vendor: market.Some("Potters"), Type: market.Some("Garden"), Tags: market.Some([]string{"clay", "plants"}),
		Published: market.Some(false), Options: []string{"Size", "Colour"},
		Variants: []shopify.Variant{{
			Line: 2, Values: []string{"Small", "Red/Brown"}, SKU: market.Some("P-1"), Barcode: market.Some("4006381333931"),
			PriceCents: 999, CompareAtCents: 1250, Quantity: market.Some[int64](4), Unlimited: market.Some(false),
			Image: "http://img.example.com/v.jpg",
		}, {
			Line: 4, Values: []string{"Large", "Red"}, SKU: market.Null[string](), Barcode: market.Null[string](),
			PriceCents: 1500, Quantity: market.Some[int64](0), Unlimited: market.Some(true),
		}},
		Images: []shopify.Image{
			{Line: 5, URL: "https://img.example.com/a.jpg", Position: 1, Alt: market.Some("From above")},
			{Line: 2, URL: "https://img.example.com/b.jpg", Position: 2, Alt: market.Null[string]()},
			{Line: 6, URL: "https://img.example.com/c.jpg", Position: 3, Alt: market.Null[string]()},
		},
	}}
	got := parse(t, text)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if key := got[0].Variants[0].Key(); key != "Small / Red//Brown" {
		t.Errorf("the key of the first variant is %q", key)
	}
	t.Run("with a byte order mark and CRLF", func(t *testing.T) {
		t.Parallel()
		if got := parse(t, "\ufeff"+strings.ReplaceAll(text, "\n", "\r\n")); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestColumnsGoByTheirNames(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"another order": "Variant Price,Colour,Title,Handle\n20,red,Lamp,lamp\n",
		"another case":  " handle ,TITLE,variant price\nlamp,Lamp,20\n",
		"newer names":   "Title,URL handle,Price\nLamp,lamp,20.00\n",
		"blank lines":   "\nHandle,Title,Variant Price\n\n,,\nlamp,Lamp,20\n , ,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parse(t, text)
			if len(got) != 1 || got[0].Handle != "lamp" || got[0].Title != "Lamp" || got[0].Variants[0].PriceCents != 2000 {
				t.Errorf("got %+v", got)
			}
			if got[0].Vendor.Set || got[0].Published.Set || got[0].Variants[0].Unlimited.Set || got[0].Variants[0].SKU.Set {
				t.Errorf("%+v says something without a column for it", got[0])
			}
		})
	}
}

func TestNewerNamesSayTheSame(t *testing.T) {
	t.Parallel()
	newer := strings.NewReplacer(
		"Handle", "URL handle", "Body (HTML)", "Description", "Published", "Published on online store", "Variant SKU", "SKU",
		"Variant Barcode", "Barcode", "Variant Price", "Price", "Variant Compare At Price", "Compare-at price",
		"Variant Inventory Tracker", "Inventory tracker", "Variant Inventory Qty", "Inventory quantity",
		"Variant Inventory Policy", "Continue selling when out of stock", "Image Src", "Product image URL",
		"Variant Image", "Variant image URL", "Option1 Name", "Option1 name", "Option1 Value", "Option1 value",
	).Replace(header)
	row := cells(map[string]string{
		"Handle": "pot", "Title": "Pot", "Body (HTML)": "B", "Published": "TRUE", "Option1 Name": "Size", "Option1 Value": "S", "Variant SKU": "X",
		"Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3", "Variant Inventory Policy": "CONTINUE", "Variant Price": "5",
		"Variant Compare At Price": "6", "Variant Barcode": "1", "Image Src": "https://img.example.com/a", "Variant Image": "https://img.example.com/b",
	})
	if older, newer := parse(t, header+row), parse(t, newer+row); !reflect.DeepEqual(older, newer) {
		t.Errorf("older names: %+v\nnewer names: %+v", older, newer)
	}
}

func TestStock(t *testing.T) {
	t.Parallel()
	none := market.Opt[int64]{}
	for name, c := range map[string]struct {
		tracker, quantity, policy string
		want                      market.Opt[int64]
		unlimited                 bool
	}{
		"counted":                          {"shopify", "3", "deny", market.Some[int64](3), false},
		"given though nobody counts":       {"", "3", "deny", market.Some[int64](3), false},
		"none":                             {"shopify", "0", "deny", market.Some[int64](0), false},
		"counted elsewhere":                {"shopify", "", "deny", none, false},
		"not counted":                      {"", "", "deny", none, true},
		"nothing is said":                  {"", "", "", none, true},
		"sells on":                         {"shopify", "3", "continue", market.Some[int64](3), true},
		"sold more than there was, and on": {"shopify", "-3", "continue", market.Some[int64](0), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := parse(t, header+lamp(map[string]string{
				"Variant Inventory Tracker": c.tracker, "Variant Inventory Qty": c.quantity, "Variant Inventory Policy": c.policy,
			}))[0].Variants[0]
			if !reflect.DeepEqual(v.Quantity, c.want) || !reflect.DeepEqual(v.Unlimited, market.Some(c.unlimited)) {
				t.Errorf("quantity %v, unlimited %v; want %v, %v", v.Quantity.Value, *v.Unlimited.Value, c.want.Value, c.unlimited)
			}
		})
	}
}

func TestPublished(t *testing.T) {
	t.Parallel()
	for cells, want := range map[[2]string]bool{
		{"", ""}: true, {"true", ""}: true, {"False", ""}: false, {"TRUE", "active"}: true, {"TRUE", "Draft"}: false, {"TRUE", "archived"}: false,
	} {
		p := parse(t, header+lamp(map[string]string{"Published": cells[0], "Status": cells[1]}))[0]
		if got := p.Published.Or(!want); got != want {
			t.Errorf("Published %q, Status %q: %v, want %v", cells[0], cells[1], got, want)
		}
	}
}

func TestOneFormOnly(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]map[string]string{
		"as exported": {"Option1 Name": "Title", "Option1 Value": "Default Title"},
		"left blank":  {},
		"value only":  {"Option1 Value": "Default title"},
	} {
		p := parse(t, header+lamp(row))[0]
		if len(p.Options) > 0 || len(p.Variants) != 1 || len(p.Variants[0].Values) > 0 || p.Variants[0].Key() != "Default Title" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := parse(t, header+lamp(map[string]string{"Option1 Name": "Title", "Option1 Value": "Dame"}))[0]; !slices.Equal(p.Options, []string{"Title"}) {
		t.Errorf("an option that is called Title is lost: %+v", p)
	}
}

func TestBadRows(t *testing.T) {
	t.Parallel()
	var tooMany, tooManyPictures strings.Builder
	for i := range shopify.MaxVariants {
		tooMany.WriteString(sized(fmt.Sprint("size ", i), nil))
		tooManyPictures.WriteString(cells(map[string]string{"Handle": "pot", "Image Src": fmt.Sprint("https://img.example.com/", i)}))
	}
	for name, c := range map[string]struct {
		rows string
		// want has for each error its line and a part of the reason, in order.
		want []string
		// loaded are the handles of the products with the number of their variants and images.
		loaded string
	}{
		"price that is none":       {firstSize + sized("Large", map[string]string{"Variant Price": "9,99"}), []string{`3 Variant Price "9,99" is not a price`}, "pot 1 0"},
		"price below zero":         {lamp(map[string]string{"Variant Price": "-1"}), []string{"2 can't be negative"}, ""},
		"price of nothing":         {lamp(map[string]string{"Variant Price": "0.00"}), []string{"2 Variant Price must be above zero"}, ""},
		"price missing":            {lamp(map[string]string{"Variant Price": ""}), []string{"2 Variant Price is missing"}, ""},
		"price to compare":         {lamp(map[string]string{"Variant Compare At Price": "much"}), []string{"2 Variant Compare At Price"}, ""},
		"quantity that is none":    {lamp(map[string]string{"Variant Inventory Qty": "1.5"}), []string{`2 Variant Inventory Qty "1.5" is not a whole number`}, ""},
		"quantity too large":       {lamp(map[string]string{"Variant Inventory Qty": "2147483648"}), []string{"2 of at most 2147483647"}, ""},
		"quantity below zero":      {lamp(map[string]string{"Variant Inventory Qty": "-1"}), []string{"2 Variant Inventory Qty -1 is below zero"}, ""},
		"policy":                   {lamp(map[string]string{"Variant Inventory Policy": "maybe"}), []string{`2 "maybe" is none of deny, continue`}, ""},
		"title missing":            {lamp(map[string]string{"Title": " "}) + firstSize, []string{`2 Title is missing on the first row of "lamp"`}, "pot 1 0"},
		"handle missing":           {lamp(map[string]string{"Handle": ""}) + firstSize, []string{"2 Handle is missing"}, "pot 1 0"},
		"rows of a refused one":    {lamp(map[string]string{"Title": ""}) + lamp(map[string]string{"Title": ""}), []string{"2 Title is missing", "3 because of line 2"}, ""},
		"boolean":                  {lamp(map[string]string{"Published": "perhaps"}), []string{`2 Published "perhaps" is neither true nor false`}, ""},
		"status":                   {lamp(map[string]string{"Status": "new"}), []string{`2 Status "new" is none of active`}, ""},
		"image URL":                {firstSize + sized("Large", map[string]string{"Image Src": "pot.jpg"}), []string{`3 Image Src "pot.jpg" is not an absolute`}, "pot 1 0"},
		"image URL of a file":      {lamp(map[string]string{"Image Src": "file:///etc/passwd"}), []string{"2 Image Src"}, ""},
		"image of a variant":       {lamp(map[string]string{"Variant Image": "javascript:alert(1)"}), []string{"2 Variant Image"}, ""},
		"image position":           {lamp(map[string]string{"Image Src": "https://img.example.com/a", "Image Position": "0"}), []string{"2 Image Position 0 is below one"}, ""},
		"image position, a word":   {lamp(map[string]string{"Image Src": "https://img.example.com/a", "Image Position": "first"}), []string{"2 Image Position"}, ""},
		"same options":             {firstSize + sized("Small", nil) + sized("Large", nil), []string{`3 has the options of line 2: "Small"`}, "pot 2 0"},
		"twice in one form":        {lamp(nil) + lamp(nil), []string{`3 has the options of line 2: "Default Title"`}, "lamp 1 0"},
		"option without a name":    {lamp(nil) + lamp(map[string]string{"Option1 Value": "Large"}), []string{`3 Option1 Value "Large" has no Option1 Name`}, "lamp 1 0"},
		"second option unnamed":    {firstSize + sized("Large", map[string]string{"Option2 Value": "Red"}), []string{`3 Option2 Value "Red" has no Option2 Name`}, "pot 1 0"},
		"option without a value":   {firstSize + sized("", nil), []string{"3 Option1 Value is missing"}, "pot 1 0"},
		"option renamed":           {firstSize + sized("Large", map[string]string{"Option1 Name": "Width"}), []string{`3 Option1 Name "Width" differs from "Size" on line 2`}, "pot 1 0"},
		"option added":             {firstSize + sized("Large", map[string]string{"Option2 Name": "Colour", "Option2 Value": "Red"}), []string{`3 Option2 Name "Colour" differs from "" on line 2; Option2 Value`}, "pot 1 0"},
		"options with a gap":       {lamp(map[string]string{"Option2 Name": "Size", "Option2 Value": "S"}), []string{"2 Option2 Name is there without"}, ""},
		"options alike":            {lamp(map[string]string{"Option1 Name": "Size", "Option2 Name": "Size", "Option1 Value": "S", "Option2 Value": "M"}), []string{`2 Option2 Name "Size" is there twice`}, ""},
		"another title":            {lamp(nil) + firstSize + lamp(map[string]string{"Title": "Torch"}), []string{`4 Title "Torch" differs from "Lamp", which line 2 has`}, "lamp 1 0, pot 1 0"},
		"nothing":                  {firstSize + cells(map[string]string{"Handle": "pot"}), []string{"3 has neither a variant nor a picture"}, "pot 1 0"},
		"too many variants":        {firstSize + tooMany.String(), []string{"102 is one variant too many: at most 100"}, "pot 100 0"},
		"too many pictures":        {sized("Small", map[string]string{"Title": "Pot", "Option1 Name": "Size", "Image Src": "https://img.example.com/"}) + tooManyPictures.String(), []string{"102 is one picture too many: at most 100"}, "pot 1 100"},
		"several reasons":          {lamp(map[string]string{"Variant Price": "x", "Variant Inventory Qty": "y", "Published": "z"}), []string{`2 Published "z" is neither true nor false; Variant Price "x" is not a price: write it as in "25.95"; Variant Inventory Qty "y"`}, ""},
		"first variant bad":        {sized("Small", map[string]string{"Title": "Pot", "Option1 Name": "Size", "Variant Price": "x"}) + sized("Large", nil), []string{"2 Variant Price"}, "pot 1 0"},
		"no variant good":          {lamp(map[string]string{"Variant Price": "x"}) + cells(map[string]string{"Handle": "lamp", "Image Src": "https://img.example.com/a"}), []string{"2 Variant Price", "3 belongs to a product of which no variant is loaded"}, ""},
		"too few cells":            {"lamp,Lamp\n" + firstSize, []string{"2 has 2 cells where the header has 23 columns"}, "pot 1 0"},
		"too many cells":           {strings.TrimSpace(lamp(nil)) + ",\n" + firstSize, []string{"2 has 24 cells"}, "pot 1 0"},
		"quote in a cell":          {`lamp,La"mp` + "\n" + firstSize, []string{"2 a cell with a quote in it must stand in quotes"}, "pot 1 0"},
		"text after a quote":       {`"lamp"s,Lamp` + "\n" + firstSize, []string{"2 a cell that begins with a quote must end with one"}, "pot 1 0"},
		"quote that does not end":  {firstSize + "lamp,\"Lamp\nand more\n", []string{"3 a cell that begins with a quote must end with one"}, "pot 1 0"},
		"Latin-1":                  {lamp(map[string]string{"Title": "Caf\xe9"}), []string{"2 is not text in UTF-8"}, ""},
		"NUL":                      {lamp(map[string]string{"Title": "La\x00mp"}), []string{"2 is not text in UTF-8"}, ""},
		"lines after a long row":   {lamp(map[string]string{"Body (HTML)": "one\ntwo\nthree"}) + sized("Large", map[string]string{"Handle": ""}), []string{"5 Handle is missing"}, "lamp 1 0"},
		"a picture twice is none":  {lamp(map[string]string{"Image Src": "https://img.example.com/a"}) + cells(map[string]string{"Handle": "lamp", "Image Src": "https://img.example.com/a"}), nil, "lamp 1 1"},
		"rows of two, interleaved": {lamp(nil) + firstSize + sized("Large", nil) + cells(map[string]string{"Handle": "lamp", "Image Src": "https://img.example.com/a"}), nil, "lamp 1 1, pot 2 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			products, errors := shopify.Parse(strings.NewReader(header+c.rows), "shop.csv")
			if len(errors) != len(c.want) {
				t.Fatalf("errors %q, want %q", errors, c.want)
			}
			for i, want := range c.want {
				var line int
				if _, err := fmt.Sscan(want, &line); err != nil {
					t.Fatal(err)
				}
				_, reason, _ := strings.Cut(want, " ")
				if e := errors[i]; e.File != "shop.csv" || e.Line != line || !strings.Contains(e.Reason, reason) {
					t.Errorf("error %q, want line %d and %q", e, line, reason)
				}
			}
			var loaded []string
			for _, p := range products {
				loaded = append(loaded, fmt.Sprint(p.Handle, " ", len(p.Variants), " ", len(p.Images)))
			}
			if got := strings.Join(loaded, ", "); got != c.loaded {
				t.Errorf("loaded %q, want %q", got, c.loaded)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":               {"", "shop.csv:1: the file is empty"},
		"only lines":          {"\n\n\n", "shop.csv:1: the file is empty"},
		"other columns":       {"sku;price\n1;2\n", "shop.csv:1: the header has no column Handle, Title, Variant Price: a product CSV begins"},
		"one column missing":  {"\nHandle,Variant Price\na,1\n", "shop.csv:2: the header has no column Title:"},
		"a column twice":      {"Handle,Title,Variant Price,Title\na,b,1,c\n", "shop.csv:1: the header has the column Title twice"},
		"both names":          {"Handle,Title,Variant Price,Price\na,b,1,1\n", "shop.csv:1: the header has the column Price twice"},
		"a broken header":     {"Handle,\"Title\n", "shop.csv:1: a cell that begins with a quote"},
		"UTF-16":              {"\xff\xfeH\x00a\x00n\x00d\x00l\x00e\x00", "shop.csv:1: the header has no column Handle"},
		"line ends of old":    {"Handle,Title,Variant Price\ra,b,1\r", "shop.csv:1: the header has no column Variant Price"},
		"not a text file":     {"\x7fELF\x02\x01\x01\x00\x00", "shop.csv:1: the header has no column"},
		"a picture of a form": {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "shop.csv:1: the header has no column"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			products, errors := shopify.Parse(strings.NewReader(c.text), "shop.csv")
			if len(products) > 0 || len(errors) != 1 || !strings.HasPrefix(errors[0].Error(), c.want) {
				t.Errorf("products %v, errors %q; want none, %q", products, errors, c.want)
			}
		})
	}
}

func TestAFileThatCannotBeReadFurther(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader(header+lamp(nil)), iotest.ErrReader(io.ErrUnexpectedEOF))
	products, errors := shopify.Parse(broken, "shop.csv")
	if len(products) != 1 || len(errors) != 1 || !strings.Contains(errors[0].Reason, "cannot be read further: unexpected EOF") {
		t.Errorf("products %v, errors %q", products, errors)
	}
	products, errors = shopify.Parse(iotest.ErrReader(io.ErrClosedPipe), "shop.csv")
	if len(products) != 0 || len(errors) != 1 || errors[0].Line != 1 {
		t.Errorf("products %v, errors %q", products, errors)
	}
}
