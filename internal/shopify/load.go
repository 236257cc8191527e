package shopify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"crier/internal/market"
)

// DefaultSeller is the business name of the seller of a catalogue for which none is named.
const DefaultSeller = "Imported"

// Loader is the marketplace as an operator changes it: the rules of
// *market.Market, and a way to look things up.
type Loader interface {
	CreateSeller(ctx context.Context, actor market.Actor, in market.SellerAttributes) (*market.Seller, error)
	UpsertBrand(ctx context.Context, actor market.Actor, in market.BrandUpsert) (*market.Brand, error)
	UpsertTaxon(ctx context.Context, actor market.Actor, in market.TaxonUpsert) (*market.Taxon, error)
	UpsertOptionType(ctx context.Context, actor market.Actor, in market.OptionTypeUpsert) (*market.OptionType, error)
	UpsertOptionValue(ctx context.Context, actor market.Actor, in market.OptionValueUpsert) (*market.OptionValue, error)
	UpsertAdvert(ctx context.Context, actor market.Actor, in market.AdvertUpsert) (*market.Advert, error)
	PublishAdvert(ctx context.Context, actor market.Actor, id string, published bool) (*market.Advert, error)
	// Find fills dest, a pointer to a slice of pointers to entities, with those
	// that meet the conditions and are not deleted, oldest first.
	Find(ctx context.Context, dest any, where ...market.Cond) error
}

// Summary counts what was loaded.
type Summary struct {
	// Products are Created, Updated and Unchanged together.
	Products, Variants          int
	Created, Updated, Unchanged int
}

// String is the summary in words.
func (s Summary) String() string {
	return fmt.Sprintf("%d products with %d variants: %d created, %d updated, %d unchanged", s.Products, s.Variants, s.Created, s.Updated, s.Unchanged)
}

// loading is a catalogue on its way into the marketplace. What it looked up or
// made is remembered, since most products share it.
type loading struct {
	Loader
	actor   market.Actor
	seller  *market.Seller
	brands  map[string]string        // global ids by name
	taxons  map[string]*market.Taxon // by title
	types   map[optionKey]*market.OptionType
	values  map[optionKey]string // global ids
	summary Summary
	errors  []RowError
}

// optionKey names an option type of a prototype, or a value of an option type.
type optionKey struct {
	num  int64
	name string
}

// Load creates or updates an advert for each product, and what it needs: the
// seller by its business name, DefaultSeller where it is "", a taxon for the
// type, a brand for the vendor, option types and values. A product is found
// again by its handle, which is the advert's external id, and a variant by its
// options; so loading the same again changes nothing, and what no row mentions
// stays. Rows that the rules refuse are returned, all others loaded; an error
// ends the loading. progress, which may be nil, is called after each product.
func Load(ctx context.Context, m Loader, actor market.Actor, seller string, products []Product, progress func(done, total int)) (Summary, []RowError, error) {
	l := &loading{
		Loader: m, actor: actor, brands: map[string]string{}, taxons: map[string]*market.Taxon{},
		types: map[optionKey]*market.OptionType{}, values: map[optionKey]string{},
	}
	if len(products) == 0 {
		return l.summary, nil, nil
	}
	if err := l.findSeller(ctx, seller); err != nil {
		return l.summary, nil, err
	}
	for i, p := range products {
		if err := l.load(ctx, p); err != nil {
			return l.summary, l.errors, fmt.Errorf("load %q of %s: %w", p.Handle, p.File, err)
		}
		if progress != nil {
			progress(i+1, len(products))
		}
	}
	return l.summary, l.errors, nil
}

// load stores a product, without the rows that the rules refuse.
func (l *loading) load(ctx context.Context, p Product) error {
	for {
		err := l.store(ctx, p)
		var invalid *market.Invalid
		if !errors.As(err, &invalid) || len(invalid.Fields) == 0 {
			return err
		}
		if p = l.blame(p, invalid); len(p.Variants) == 0 {
			return nil
		}
	}
}

// store stores a product as an advert.
func (l *loading) store(ctx context.Context, p Product) error {
	before, err := first[market.Advert](ctx, l, market.Eq("seller_id", l.seller.Num), market.Eq("external_id", p.Handle))
	if err != nil {
		return err
	}
	in, err := l.advert(ctx, p, before)
	if err != nil {
		return err
	}
	after, err := l.UpsertAdvert(ctx, l.actor, in)
	if err != nil {
		return err
	}
	if after.Published && !p.Published.Or(true) {
		if after, err = l.PublishAdvert(ctx, l.actor, after.ID(), false); err != nil {
			return err
		}
	}
	l.summary.count(p, before, after)
	return nil
}

func (s *Summary) count(p Product, before, after *market.Advert) {
	s.Products++
	s.Variants += len(p.Variants)
	switch {
	case before == nil:
		s.Created++
	case after.UpdatedAt.Equal(before.UpdatedAt):
		s.Unchanged++
	default:
		s.Updated++
	}
}

// blame notes why rows of a product are refused, and returns the product without
// them: without variants where the product itself is refused.
func (l *loading) blame(p Product, refusal *market.Invalid) Product {
	reasons, whole := map[int][]string{}, false
	for _, f := range refusal.Fields {
		line, field := p.lineOf(f.Field)
		reasons[line] = append(reasons[line], field+" "+strings.Join(f.Messages, ", "))
		whole = whole || field == f.Field
	}
	for _, line := range slices.Sorted(maps.Keys(reasons)) {
		l.errors = append(l.errors, RowError{File: p.File, Line: line, Reason: strings.Join(reasons[line], "; ")})
	}
	refused := func(line int) bool { return whole || reasons[line] != nil }
	p.Variants = slices.DeleteFunc(slices.Clone(p.Variants), func(v Variant) bool { return refused(v.Line) })
	p.Images = slices.DeleteFunc(slices.Clone(p.Images), func(i Image) bool { return refused(i.Line) })
	return p
}

// lineOf is the line of the row that a field of the advert's input comes from,
// with the field's name within it; the product's own line for the advert's own fields.
func (p *Product) lineOf(field string) (line int, within string) {
	list, rest, _ := strings.Cut(field, ".")
	place, within, _ := strings.Cut(rest, ".")
	i, err := strconv.Atoi(place)
	switch {
	case err != nil || i < 0:
	case list == "variants" && i < len(p.Variants):
		return p.Variants[i].Line, cmp.Or(within, "variant")
	case list == "images" && i < len(p.Images):
		return p.Images[i].Line, "image " + within
	}
	return p.Line, field
}

// under names the fields of a refusal after the field of the product that caused
// what was refused; other errors stay.
func under(field string, err error) error {
	var invalid *market.Invalid
	if !errors.As(err, &invalid) {
		return err
	}
	renamed := &market.Invalid{Status: invalid.Status}
	for _, f := range invalid.Fields {
		renamed.Fields = append(renamed.Fields, market.FieldError{Field: field, Messages: f.Messages})
	}
	return renamed
}

// first is the oldest entity that meets the conditions; nil where there is none.
func first[T any](ctx context.Context, m Loader, where ...market.Cond) (*T, error) {
	var found []*T
	if err := m.Find(ctx, &found, where...); err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}
