package market

import (
	"context"
	"fmt"
	"slices"
)

// variantsLimit bounds the variants of one upsert (contract marketplacer.md, Limits).
const variantsLimit = 100

// AdvertUpsert is what advertUpsert says; without an AdvertID it creates, which
// needs Title, TaxonID and, of an operator, SellerID. What is absent stays.
type AdvertUpsert struct {
	AdvertID *string
	PriceAttributes
	// AdvertOptionValues replace those of the same option types.
	AdvertOptionValues []ChoiceAttributes
	// AttemptAutoPublish publishes the advert where nothing is missing for it.
	AttemptAutoPublish       bool
	BaseDomesticShippingCost Opt[string]
	BrandID                  Opt[string]
	Code                     Opt[string]
	Description              Opt[string]
	ExternalID               Opt[string]
	ExternalIDs              []Pair
	HasFreeDomesticShipping  Opt[bool]
	Images                   []ImageAttributes
	Metadata                 []Pair
	ProductFeatures          Opt[[]string]
	SellerID                 *string
	Specifications           Opt[string]
	TaxonID                  Opt[string]
	Title                    Opt[string]
	// Variants are merged by ID, then by ExternalID, then by SKU.
	Variants []VariantAttributes
	// Vetted is the operator's to change; a new advert is vetted.
	Vetted Opt[bool]
}

// advertDraft is an advert with its variants as one upsert makes them.
type advertDraft struct {
	u      *unit
	p      problems
	in     AdvertUpsert
	advert *Advert
	// present are the variants from before.
	present  []*Variant
	variants []*variantDraft
	options  options
	choices  []Choice
	pictures []picture
	retitled bool
}

// UpsertAdvert creates an advert with its variants, or changes one.
func (m *Market) UpsertAdvert(ctx context.Context, actor Actor, in AdvertUpsert) (*Advert, error) {
	return commit(ctx, m, actor, func(u *unit) (*Advert, error) {
		d := &advertDraft{u: u, in: in}
		if err := d.fill(); err != nil {
			return nil, err
		}
		if err := d.p.err(); err != nil {
			return nil, err
		}
		if err := d.store(); err != nil {
			return nil, err
		}
		return d.advert, d.p.err()
	})
}

// fill reads and checks the whole input before anything is stored.
func (d *advertDraft) fill() (err error) {
	if !d.short() {
		return nil
	}
	if d.advert, err = findOrNew[Advert](d.u, &d.p, "advert_id", d.in.AdvertID); d.advert == nil || err != nil {
		return err
	}
	if err := d.fillReferences(); err != nil {
		return err
	}
	d.fillAttributes()
	if d.advert.Num != 0 {
		if d.present, err = list[Variant](d.u, Eq("advert_id", d.advert.Num)); err != nil {
			return fmt.Errorf("load the variants of %s: %w", d.advert.Ref(), err)
		}
	}
	d.matchVariants()
	answers := answersAt("advert_option_values", d.in.AdvertOptionValues)
	all := slices.Clone(answers)
	for _, v := range d.variants {
		all = append(all, v.answers()...)
	}
	if d.options, err = d.u.optionsOf(d.advert.TaxonID, all); err != nil {
		return err
	}
	d.choices = d.options.read(&d.p, answers, AppliedToAdvert)
	for _, v := range d.variants {
		v.fill(&d.p, d.advert, d.options)
	}
	for _, v := range d.variants {
		v.refuseSharedID(&d.p, d.allVariants())
	}
	d.refusePriceBelowSales()
	return nil
}

// short reports whether the lists that are read before all others are short enough.
func (d *advertDraft) short() bool {
	ok := atMost(&d.p, "variants", len(d.in.Variants), variantsLimit) &&
		atMost(&d.p, "advert_option_values", len(d.in.AdvertOptionValues), listLimit)
	for i, v := range d.in.Variants {
		ok = ok && v.short(&d.p, at("variants", i))
	}
	return ok
}

// fillReferences sets whose the advert is, where it stands and who made it.
func (d *advertDraft) fillReferences() error {
	if err := d.fillSeller(); err != nil {
		return err
	}
	a := d.advert
	if d.in.TaxonID.Value != nil {
		taxon, err := peek[Taxon](d.u, &d.p, "taxon_id", *d.in.TaxonID.Value)
		if err != nil {
			return err
		}
		if taxon != nil {
			a.TaxonID = taxon.Num
		}
	} else if d.in.TaxonID.Set || a.TaxonID == 0 {
		d.p.add("taxon_id", "can't be blank")
	}
	if d.in.BrandID.Set {
		a.BrandID = nil
	}
	if d.in.BrandID.Value != nil {
		brand, err := peek[Brand](d.u, &d.p, "brand_id", *d.in.BrandID.Value)
		if brand != nil {
			a.BrandID = &brand.Num
		}
		return err
	}
	return nil
}

// fillSeller gives a new advert its seller: the actor's own, or the one that an operator names.
func (d *advertDraft) fillSeller() (err error) {
	a := d.advert
	if a.Num == 0 {
		a.SellerID = d.u.actor.Seller
	}
	switch {
	case d.in.SellerID == nil && a.SellerID == 0:
		d.p.add("seller_id", "can't be blank for a key of the operator")
	case d.in.SellerID == nil:
	case a.SellerID == 0:
		a.SellerID = numberOf(&d.p, "seller_id", *d.in.SellerID, "Seller")
	default:
		if num := numberOf(&d.p, "seller_id", *d.in.SellerID, "Seller"); num != 0 && num != a.SellerID {
			d.p.add("seller_id", "can't be another seller")
		}
	}
	if a.Num == 0 && a.SellerID != 0 {
		a.SellerID, err = d.u.keepSeller(&d.p, "seller_id", a.SellerID)
	}
	return err
}

// fillAttributes sets what the input says of the advert's own row.
func (d *advertDraft) fillAttributes() {
	a, p, in := d.advert, &d.p, d.in
	former := a.Title
	required(p, "title", in.Title, &a.Title, nameLimit)
	d.retitled = a.Title != former
	optional(p, "code", in.Code, &a.Code, nameLimit)
	optional(p, "description", in.Description, &a.Description, proseLimit)
	optional(p, "external_id", in.ExternalID, &a.ExternalID, nameLimit)
	optional(p, "specifications", in.Specifications, &a.Specifications, proseLimit)
	texts(p, "product_features", in.ProductFeatures, &a.ProductFeatures, valueLimit)
	setCents(p, "base_domestic_shipping_cost", in.BaseDomesticShippingCost, &a.BaseDomesticShippingCostCents)
	in.HasFreeDomesticShipping.Into(&a.HasFreeDomesticShipping)
	fillPrice(p, "", in.PriceAttributes, &a.Price, 0, nil)
	if a.Num == 0 {
		a.Condition, a.Vetted = ConditionNew, true
	}
	if in.Vetted.Or(a.Vetted) != a.Vetted && d.u.actor.Seller != 0 {
		p.add("vetted", "can only be changed by the operator")
	}
	setFlag(in.Vetted, &a.Vetted)
	d.pictures = readPictures(p, "images", in.Images)
	checkExternalIDs(p, "external_ids", in.ExternalIDs)
	checkMetadata(p, "metadata", in.Metadata)
}

// store writes what fill prepared.
func (d *advertDraft) store() error {
	u, p, a := d.u, &d.p, d.advert
	if err := u.save(a); err != nil {
		return err
	}
	if err := u.annotate(p, "", a.Ref(), d.in.ExternalIDs, d.in.Metadata); err != nil {
		return err
	}
	if err := u.setImages(p, a.Ref(), a.SellerID, d.pictures); err != nil {
		return err
	}
	if err := d.storeChoices(); err != nil {
		return err
	}
	for _, v := range d.variants {
		if err := v.store(u, p, a); err != nil {
			return err
		}
	}
	if d.retitled && len(d.present) > 0 {
		if err := d.relabel(); err != nil {
			return err
		}
	}
	if d.in.AttemptAutoPublish && len(missingToPublish(a, d.allVariants())) == 0 {
		a.Published = true
	}
	return nil
}

// refusePriceBelowSales refuses a price that a variant without one of its own is
// not sold below during its sale.
func (d *advertDraft) refusePriceBelowSales() {
	price := d.advert.EditablePriceCents
	for _, v := range d.present {
		sale := v.EditableSalePriceCents
		if !d.in.Price.Set || v.EditablePriceCents != nil || sale == nil {
			continue
		}
		if price == nil || *price <= *sale {
			d.p.add("price", "must be above %s, the sale price of a variant without a price of its own", DecimalText(*sale))
			return
		}
	}
}

// storeChoices changes the advert's choices of the option types that the input names.
func (d *advertDraft) storeChoices() error {
	if len(d.choices) == 0 {
		return nil
	}
	present, err := list[AdvertOptionValue](d.u, Eq("advert_id", d.advert.Num), In("option_type_id", optionTypesOf(d.choices)))
	if err != nil {
		return fmt.Errorf("load the choices of %s: %w", d.advert.Ref(), err)
	}
	choice := func(a *AdvertOptionValue) *Choice { return &a.Choice }
	return settle(d.u, present, choice, d.choices, func(c Choice) Entity {
		return &AdvertOptionValue{AdvertID: d.advert.Num, SellerID: d.advert.SellerID, Choice: c}
	})
}

// allVariants are the advert's variants after the upsert.
func (d *advertDraft) allVariants() []*Variant {
	all := slices.Clone(d.present)
	for _, v := range d.variants {
		if !slices.Contains(all, v.variant) {
			all = append(all, v.variant)
		}
	}
	return all
}

// relabel gives the advert's new title to the variants that have no choices to be told by.
func (d *advertDraft) relabel() error {
	nums := make([]int64, len(d.present))
	for i, v := range d.present {
		nums[i] = v.Num
	}
	choices, err := list[VariantOptionValue](d.u, In("variant_id", nums))
	if err != nil {
		return fmt.Errorf("load the choices of the variants of %s: %w", d.advert.Ref(), err)
	}
	for _, v := range d.present {
		if !slices.ContainsFunc(choices, func(c *VariantOptionValue) bool { return c.VariantID == v.Num }) {
			v.Label = d.advert.Title
		}
	}
	return nil
}
