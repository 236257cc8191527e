package shopify

import (
	"slices"
	"strings"

	"crier/internal/market"
)

// defaultTitle is the variant, and Title the option, of a product that comes in one form only.
const defaultTitle = "Default Title"

// assembly puts rows together to products.
type assembly struct {
	file    string
	columns columns
	drafts  map[string]*draft // by handle
	order   []*draft
	errors  []RowError
}

// draft is a product of which more rows may come.
type draft struct {
	Product
	// names are the names of the three options as the first row has them.
	names [3]string
	// refused says that nothing of the product is loaded.
	refused bool
	// lines are where the variants stand, by their options.
	lines map[string]int
}

// refuse notes why a row is not loaded.
func (a *assembly) refuse(line int, reasons ...string) {
	a.errors = append(a.errors, RowError{File: a.file, Line: line, Reason: strings.Join(reasons, "; ")})
}

// add reads one row.
func (a *assembly) add(r *row) {
	if r.isBlank() {
		return
	}
	if r.checkShape() {
		a.read(r)
	}
	if len(r.reasons) > 0 {
		a.refuse(r.line, r.reasons...)
	}
}

// read puts what a row says into its product.
func (a *assembly) read(r *row) {
	name := r.cell(handle)
	if name == "" {
		r.refuse("%s is missing", r.name(handle))
		return
	}
	d, known := a.drafts[name]
	switch {
	case !known:
		d = a.start(r, name)
	case d.refused:
		r.refuse("belongs to %.40q, of which nothing is loaded because of line %d", name, d.Line)
		return
	default:
		d.checkSame(r)
	}
	var v *Variant
	if !known || r.isVariant() {
		v = d.readVariant(r)
	}
	i := d.readImage(r)
	if v == nil && i == nil {
		r.refuse("has neither a variant nor a picture")
	}
	if len(r.reasons) == 0 {
		d.take(v, i)
	}
}

// take adds what a row has, where there is nothing wrong with all of it. A
// picture that the product has already is not added again.
func (d *draft) take(v *Variant, i *Image) {
	if v != nil {
		d.lines[v.Key()] = v.Line
		d.Variants = append(d.Variants, *v)
	}
	if i != nil && !slices.ContainsFunc(d.Images, i.same) {
		d.Images = append(d.Images, *i)
	}
}

// start begins the product of a first row.
func (a *assembly) start(r *row, name string) *draft {
	d := &draft{lines: map[string]int{}}
	d.Product = Product{
		File: a.file, Line: r.line, Handle: name, Title: r.cell(title), Body: r.prose(body),
		Vendor: r.text(vendor), Type: r.text(productType), Tags: r.list(tags),
	}
	if d.Title == "" {
		r.refuse("%s is missing on the first row of %.40q", r.name(title), name)
	}
	d.readPublished(r)
	d.readOptions(r)
	d.refused = len(r.reasons) > 0
	a.drafts[name] = d
	a.order = append(a.order, d)
	return d
}

// readPublished reads whether the shop shows the product, which a draft never is.
func (d *draft) readPublished(r *row) {
	state := r.choice(status, "active", "draft", "archived", "unlisted")
	shown := r.flag(published, true) && (state == "" || state == "active")
	if r.has(published) || r.has(status) {
		d.Published = market.Some(shown)
	}
}

// readOptions reads the names of the options.
func (d *draft) readOptions(r *row) {
	for i := range d.names {
		d.names[i] = r.cell(option1Name + column(i))
	}
	if d.names == [3]string{"Title"} && strings.EqualFold(r.cell(option1Value), defaultTitle) {
		return
	}
	for i, name := range d.names {
		switch {
		case name == "":
			continue
		case len(d.Options) < i:
			r.refuse("%s is there without the options before it", r.name(option1Name+column(i)))
			return
		case slices.Contains(d.Options, name):
			r.refuse("%s %.40q is there twice", r.name(option1Name+column(i)), name)
			return
		}
		d.Options = append(d.Options, name)
	}
}

// checkSame refuses a row that says of the product what its first row does not say.
func (d *draft) checkSame(r *row) {
	if t := r.cell(title); t != "" && t != d.Title {
		r.refuse("%s %.40q differs from %.40q, which line %d has for the same handle", r.name(title), t, d.Title, d.Line)
	}
	for i, name := range d.names {
		c := option1Name + column(i)
		if t := r.cell(c); t != "" && t != name {
			r.refuse("%s %.40q differs from %.40q on line %d", r.name(c), t, name, d.Line)
		}
	}
}

// readVariant reads the variant of a row.
func (d *draft) readVariant(r *row) *Variant {
	v := &Variant{
		Line: r.line, Values: d.readValues(r), SKU: r.text(sku), Barcode: r.text(barcode),
		PriceCents: r.price(), CompareAtCents: r.cents(compareAt), Image: r.link(variantImage),
	}
	v.readStock(r)
	if line, ok := d.lines[v.Key()]; ok {
		r.refuse("has the options of line %d: %.80q", line, v.Key())
	} else if len(d.Variants) == MaxVariants {
		r.refuse("is one variant too many: at most %d are loaded of one product", MaxVariants)
	}
	return v
}

// readValues reads a variant's answers to the options.
func (d *draft) readValues(r *row) []string {
	var values []string
	for i := range d.names {
		c := option1Value + column(i)
		text := r.cell(c)
		switch {
		case i < len(d.Options) && text == "":
			r.refuse("%s is missing", r.name(c))
		case i < len(d.Options):
			values = append(values, text)
		case text != "" && !(len(d.Options) == 0 && i == 0 && strings.EqualFold(text, defaultTitle)):
			r.refuse("%s %.40q has no %s", r.name(c), text, r.name(option1Name+column(i)))
		}
	}
	return values
}

// readStock reads how many there are. A variant that nobody counts, or that
// sells on without stock, never runs out; below zero is what it sold beyond that.
func (v *Variant) readStock(r *row) {
	oversold := r.choice(policy, "deny", "continue") == "continue"
	count := r.number(quantity)
	if r.has(policy) || r.has(tracker) || r.has(quantity) {
		v.Unlimited = market.Some(oversold || r.cell(tracker) == "" && r.cell(quantity) == "")
	}
	switch {
	case count == nil:
	case *count < 0 && !oversold:
		r.refuse("%s %d is below zero", r.name(quantity), *count)
	default:
		v.Quantity = market.Some(max(*count, 0))
	}
}

// readImage reads the picture of a row; nil where it has none. One without a
// position comes after those before it.
func (d *draft) readImage(r *row) *Image {
	i := &Image{Line: r.line, URL: r.link(imageURL), Alt: r.text(imageAlt), Position: 1}
	if i.URL == "" {
		return nil
	}
	for _, other := range d.Images {
		i.Position = max(i.Position, other.Position+1)
	}
	if place := r.number(imagePosition); place != nil {
		i.Position = int(*place)
	}
	if i.Position < 1 {
		r.refuse("%s %d is below one", r.name(imagePosition), i.Position)
	}
	if len(d.Images) == MaxImages && !slices.ContainsFunc(d.Images, i.same) {
		r.refuse("is one picture too many: at most %d are loaded of one product", MaxImages)
	}
	return i
}

// same reports whether two pictures are one.
func (i *Image) same(other Image) bool { return i.URL == other.URL }

// dropImages tells of the pictures of a product of which no variant is loaded.
func (a *assembly) dropImages(d *draft) {
	for _, i := range d.Images {
		a.refuse(i.Line, "belongs to a product of which no variant is loaded")
	}
}
