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
		field, id := in.target(&p, variantID)
		if !in.short(&p, "") || len(p.fields) > 0 {
			return nil, p.err()
		}
		v, a, err := u.variantWithAdvert(&p, field, id)
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
		d.refuseSharedID(&p, others)
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
		v, _, err := u.variantWithAdvert(&p, "id", id)
		if v == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		u.remove(v)
		return v, u.removeExternalIDs("Variant", []int64{v.Num})
	})
}

// target is the id of the variant to change, and the field that gave it.
func (in VariantAttributes) target(p *problems, variantID *string) (field, id string) {
	switch {
	case variantID == nil && in.ID == nil:
		p.add("variant_id", "can't be blank where the attributes have no id")
		return "", ""
	case variantID == nil:
		return "id", *in.ID
	case in.ID != nil && strings.TrimRight(*in.ID, "=") != strings.TrimRight(*variantID, "="):
		p.add("id", "is not the id in variant_id")
	}
	return "variant_id", *variantID
}

// short reports whether the choices of the variant at path are few enough to be looked up.
func (in VariantAttributes) short(p *problems, path string) bool {
	return atMost(p, at(path, "option_value_ids"), len(in.OptionValueIDs), listLimit) &&
		atMost(p, at(path, "variant_option_values"), len(in.VariantOptionValues), listLimit)
}

// variantWithAdvert loads a variant and its advert; nil after noting that there
// is none. The advert is locked first, as in an upsert, so that the two do not
// wait for each other.
func (u *unit) variantWithAdvert(p *problems, field, id string) (*Variant, *Advert, error) {
	seen, err := peek[Variant](u, p, field, id)
	if seen == nil || err != nil {
		return nil, nil, err
	}
	a, err := get[Advert](u, seen.AdvertID)
	if err != nil {
		return nil, nil, notFoundAs(field, err)
	}
	v, err := get[Variant](u, seen.Num)
	return v, a, notFoundAs(field, err)
}

// answers are the entries of whichever list of choices the input has.
func (d *variantDraft) answers() []answer {
	if d.in.VariantOptionValues != nil {
		return answersAt(at(d.path, "variant_option_values"), d.in.VariantOptionValues)
	}
	return answersOfIDs(at(d.path, "option_value_ids"), d.in.OptionValueIDs)
}

// chooses reports whether the input says what the variant's choices are.
func (d *variantDraft) chooses() bool {
	return d.in.OptionValueIDs != nil || d.in.VariantOptionValues != nil
}

// fill sets what the input says of the variant's own row, and checks the rest.
func (d *variantDraft) fill(p *problems, a *Advert, o options) {
	v, in, field := d.variant, d.in, func(name string) string { return at(d.path, name) }
	if v.Num == 0 {
		v.Published = true
	}
	optional(p, field("barcode"), in.Barcode, &v.Barcode, nameLimit)
	optional(p, field("external_id"), in.ExternalID, &v.ExternalID, nameLimit)
	optional(p, field("sku"), in.SKU, &v.SKU, nameLimit)
	optional(p, field("notes"), in.Notes, &v.Notes, valueLimit)
	setCount(p, field("count_on_hand"), in.CountOnHand, &v.CountOnHand)
	setFlag(in.InfiniteQuantity, &v.InfiniteQuantity)
	setFlag(in.Published, &v.Published)
	fillPrice(p, d.path, in.PriceAttributes, &v.Price, 1, a.EditablePriceCents)
	checkExternalIDs(p, field("external_ids"), in.ExternalIDs)
	checkMetadata(p, field("metadata"), in.Metadata)
	d.pictures = readPictures(p, field("images"), in.Images)
	if in.OptionValueIDs != nil && in.VariantOptionValues != nil {
		p.add(field("option_value_ids"), "can't be given together with variant_option_values")
	}
	d.choices = o.read(p, d.answers(), AppliedToVariant)
	d.label = o.label(d.choices)
}

// refuseSharedID refuses an external id that another variant of the advert has.
func (d *variantDraft) refuseSharedID(p *problems, variants []*Variant) {
	id := d.in.ExternalID.Value
	if id == nil || strings.TrimSpace(*id) == "" {
		return
	}
	for _, v := range variants {
		if v != d.variant && v.ExternalID != nil && *v.ExternalID == *id {
			p.add(at(d.path, "external_id"), "is that of another variant of the advert")
			return
		}
	}
}

// store writes what fill prepared.
func (d *variantDraft) store(u *unit, p *problems, a *Advert) error {
	v := d.variant
	if v.Num == 0 {
		v.AdvertID, v.SellerID, v.Label = a.Num, a.SellerID, a.Title
	}
	if d.chooses() {
		v.Label = cmp.Or(d.label, a.Title)
	}
	if err := u.save(v); err != nil {
		return err
	}
	if err := u.annotate(p, d.path, v.Ref(), d.in.ExternalIDs, d.in.Metadata); err != nil {
		return err
	}
	if err := u.setImages(p, v.Ref(), v.SellerID, d.pictures); err != nil {
		return err
	}
	if !d.chooses() {
		return nil
	}
	present, err := list[VariantOptionValue](u, Eq("variant_id", v.Num))
	if err != nil {
		return fmt.Errorf("load the choices of %s: %w", v.Ref(), err)
	}
	choice := func(c *VariantOptionValue) *Choice { return &c.Choice }
	return settle(u, present, choice, d.choices, func(c Choice) Entity {
		return &VariantOptionValue{VariantID: v.Num, SellerID: v.SellerID, Choice: c}
	})
}

// matchVariants finds the variant of each entry of the input: by its id, then by
// its external id, then by its sku among those that no other entry names; what
// is found nowhere is new.
func (d *advertDraft) matchVariants() {
	claimed := map[*Variant]string{}
	for i, in := range d.in.Variants {
		v := &variantDraft{path: at("variants", i), in: in}
		d.variants = append(d.variants, v)
		d.claim(claimed, v, d.named(v))
	}
	skus := map[string]bool{}
	for _, v := range d.variants {
		if v.variant != nil {
			continue
		}
		sku := v.in.SKU.Or("")
		if v.in.ExternalID.Value == nil && sku != "" && skus[sku] {
			d.p.add(at(v.path, "sku"), "is given twice")
		}
		skus[sku] = true
		d.claim(claimed, v, d.unclaimed(claimed, sku))
		if v.variant == nil {
			v.variant = &Variant{}
		}
	}
}

// claim gives an entry its variant; two entries cannot have the same.
func (d *advertDraft) claim(claimed map[*Variant]string, v *variantDraft, found *Variant) {
	if found == nil {
		return
	}
	if other, ok := claimed[found]; ok {
		d.p.add(v.path, "is the same variant as %s", other)
	}
	claimed[found], v.variant = v.path, found
}

// named is the variant that has an entry's id or external id; nil where none has.
func (d *advertDraft) named(v *variantDraft) *Variant {
	fits := func(p *Variant) bool { return p.ExternalID != nil && *p.ExternalID == v.in.ExternalID.Or("") }
	if v.in.ID != nil {
		num := numberOf(&d.p, at(v.path, "id"), *v.in.ID, "Variant")
		if num == 0 {
			return nil
		}
		fits = func(p *Variant) bool { return p.Num == num }
	}
	i := slices.IndexFunc(d.present, fits)
	if i >= 0 {
		return d.present[i]
	}
	if v.in.ID != nil {
		d.p.missing(at(v.path, "id"))
	}
	return nil
}

// unclaimed is the first variant with a sku that no entry has claimed; nil where there is none.
func (d *advertDraft) unclaimed(claimed map[*Variant]string, sku string) *Variant {
	for _, v := range d.present {
		if _, taken := claimed[v]; !taken && v.SKU != nil && *v.SKU == sku {
			return v
		}
	}
	return nil
}
