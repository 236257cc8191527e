package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// VariantAttributes is what advertUpsert and variantUpdate say of a variant; what is absent stays.
type VariantAttributes struct {
	ID *string
	PriceAttributes
	Barcode     Opt[string]
	CountOnHand Opt[int64]
	// ExternalID is unique within the advert.
	ExternalID       Opt[string]
	ExternalIDs      []Pair
	Images           []ImageAttributes
	InfiniteQuantity Opt[bool]
	Metadata         []Pair
	Notes            Opt[string]
	// OptionValueIDs and VariantOptionValues, of which one can be given, replace
	// the variant's choices; nil leaves them, an empty list removes them.
	OptionValueIDs      []string
	VariantOptionValues []ChoiceAttributes
	// Published defaults to true.
	Published Opt[bool]
	SKU       Opt[string]
}

// variantDraft is a variant as an input makes it; its number is zero where it is new.
type variantDraft struct {
	path     string
	in       VariantAttributes
	variant  *Variant
	choices  []Choice
	label    string
	pictures []picture
}

// UpdateVariant changes the variant that variantID or the attributes' own ID names.
func (m *Market) UpdateVariant(ctx context.Context, actor Actor, variantID *string, in VariantAttributes) (*Variant, error) {
	return commit(ctx, m, actor, func(u *unit) (*Variant, error) {
		var p problems
		v, a, err := u.variantWithAdvert(&p, variantID, in.ID)
		if v == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		d := &variantDraft{in: in, variant: v}
		options, err := u.optionsOf(a.TaxonID, d.answers())
		if err != nil {
			return nil, err
		}
		d.fill(&p, a, options)
		others, err := look[Variant](u, Eq("advert_id", a.Num), Ne("id", v.Num))
		if err != nil {
			return nil, fmt.Errorf("look at the other variants of %s: %w", a.Ref(), err)
		}
		refuseSharedExternalIDs(&p, others, d)
		if err := p.err(); err != nil {
			return nil, err
		}
		if err := d.store(u, &p, a); err != nil {
			return nil, err
		}
		return v, p.err()
	})
}

// DeleteVariant deletes a variant softly, with its external ids.
func (m *Market) DeleteVariant(ctx context.Context, actor Actor, id string) (*Variant, error) {
	return commit(ctx, m, actor, func(u *unit) (*Variant, error) {
		var p problems
		v, _, err := u.variantWithAdvert(&p, &id, nil)
		if v == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		u.remove(v)
		return v, u.removeExternalIDs("Variant", v.Num)
	})
}

// variantWithAdvert loads a variant with its advert. The advert is locked first,
// as everywhere, so that two transactions do not wait for each other.
func (u *unit) variantWithAdvert(p *problems, variantID, ownID *string) (*Variant, *Advert, error) {
	...
}
