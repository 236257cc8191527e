package shopify

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// uncategorised is the taxon of new products without a type.
const uncategorised = "Uncategorised"

// findSeller finds the seller of a business name, or makes one.
func (l *loading) findSeller(ctx context.Context, name string) (err error) {
	if name == "" {
		name = DefaultSeller
	}
	if l.seller, err = first[market.Seller](ctx, l, market.Eq("business_name", name)); err != nil {
		return fmt.Errorf("look for the seller %q: %w", name, err)
	}
	if l.seller == nil {
		if l.seller, err = l.CreateSeller(ctx, l.actor, sellerNamed(name)); err != nil {
			return fmt.Errorf("create the seller %q: %w", name, err)
		}
	}
	return nil
}

// sellerNamed is a seller of whom only the name is known. The rest can be seen to be made up.
func sellerNamed(name string) market.SellerAttributes {
	country := "US"
	return market.SellerAttributes{AccountType: market.AccountRetailer, SellerUpdate: market.SellerUpdate{
		BusinessName: market.Some(name), LegalBusinessName: market.Some(name),
		EmailAddress: market.Some("unknown@example.com"), Phone: market.Some("000"),
		Address: market.Some(market.AddressAttributes{
			Address: market.Some("Unknown"), City: market.Some("Unknown"), Postcode: market.Some("00000"),
			Country: market.Some(market.CountryAttributes{Code: &country}),
		}),
	}}
}

// brand is the global id of a vendor's brand, which is made where it is missing.
func (l *loading) brand(ctx context.Context, vendor market.Opt[string]) (market.Opt[string], error) {
	name := vendor.Or("")
	if name == "" {
		return vendor, nil
	}
	if id, ok := l.brands[name]; ok {
		return market.Some(id), nil
	}
	brand, err := first[market.Brand](ctx, l, market.Eq("name", name))
	if err == nil && brand == nil {
		brand, err = l.UpsertBrand(ctx, l.actor, market.BrandUpsert{Name: vendor})
	}
	if err != nil {
		return vendor, fmt.Errorf("find or create the brand %q: %w", name, err)
	}
	l.brands[name] = brand.ID()
	return market.Some(brand.ID()), nil
}

// taxon is where a product of a type stands. A product without a type stays
// where it is, so that one that was sorted by hand is not moved back.
func (l *loading) taxon(ctx context.Context, productType market.Opt[string], before *market.Advert) (*market.Taxon, error) {
	title := productType.Or("")
	if title == "" && before != nil {
		taxon, err := first[market.Taxon](ctx, l, market.Eq("id", before.TaxonID))
		if taxon != nil || err != nil {
			return taxon, err
		}
	}
	if title == "" {
		title = uncategorised
	}
	if taxon, ok := l.taxons[title]; ok {
		return taxon, nil
	}
	taxon, err := first[market.Taxon](ctx, l, market.Eq("title", title))
	if err == nil && taxon == nil {
		taxon, err = l.UpsertTaxon(ctx, l.actor, market.TaxonUpsert{Title: market.Some(title)})
	}
	if err != nil {
		return nil, fmt.Errorf("find or create the taxon %q: %w", title, err)
	}
	l.taxons[title] = taxon
	return taxon, nil
}

// optionTypes are the option types of a taxon that stand for a product's options.
func (l *loading) optionTypes(ctx context.Context, taxon *market.Taxon, names []string) ([]*market.OptionType, error) {
	types := make([]*market.OptionType, len(names))
	for i, name := range names {
		var err error
		if types[i], err = l.optionType(ctx, taxon.PrototypeID, name); err != nil {
			return nil, under(fmt.Sprintf("option%d", i+1), err)
		}
	}
	return types, nil
}

// optionType is the prototype's option type of a name. Where it has none, one of
// another prototype is shared, or else a new one made.
func (l *loading) optionType(ctx context.Context, prototype int64, name string) (*market.OptionType, error) {
	key := optionKey{prototype, name}
	if t, ok := l.types[key]; ok {
		return t, nil
	}
	named := []market.Cond{market.Eq("name", name), market.Eq("applied_to", market.AppliedToVariant)}
	here := market.Sub{Kind: "PrototypeOption", Column: "option_type_id", Where: []market.Cond{market.Eq("prototype_id", prototype)}}
	t, err := first[market.OptionType](ctx, l, append(named, market.InQuery("id", here))...)
	if err == nil && t == nil {
		t, err = first[market.OptionType](ctx, l, append(named, market.Eq("field_type", market.SingleSelect))...)
		if err == nil {
			t, err = l.addOptionType(ctx, prototype, name, t)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("find or create the option type %q: %w", name, err)
	}
	l.types[key] = t
	return t, nil
}

// addOptionType puts an option type into a prototype, a new one where it is nil.
func (l *loading) addOptionType(ctx context.Context, prototype int64, name string, t *market.OptionType) (*market.OptionType, error) {
	in := market.OptionTypeUpsert{PrototypeIDs: []string{market.Ref{Type: "Prototype", Num: prototype}.ID()}}
	if t != nil {
		id := t.ID()
		in.ID = &id
	} else {
		in.Name = market.Some(name)
		in.AppliedTo, in.FieldType = market.Some(market.AppliedToVariant), market.Some(market.SingleSelect)
	}
	return l.UpsertOptionType(ctx, l.actor, in)
}

// choices are a variant's answers to option types; none, but not nil, for a
// variant without options, so that it loses those that it had.
func (l *loading) choices(ctx context.Context, types []*market.OptionType, answers []string) ([]market.ChoiceAttributes, error) {
	choices := make([]market.ChoiceAttributes, len(types))
	for i, t := range types {
		id := t.ID()
		choices[i].OptionTypeID = &id
		if t.FieldType == market.FreeText {
			choices[i].TextValue = &answers[i]
			continue
		}
		value, err := l.optionValue(ctx, t, answers[i])
		if err != nil {
			return nil, fmt.Errorf("find or create the option value %q: %w", answers[i], err)
		}
		choices[i].OptionValueID = &value
	}
	return choices, nil
}

// optionValue is the global id of an option type's value, which is made where it is missing.
func (l *loading) optionValue(ctx context.Context, t *market.OptionType, name string) (string, error) {
	key := optionKey{t.Num, name}
	if id, ok := l.values[key]; ok {
		return id, nil
	}
	value, err := first[market.OptionValue](ctx, l, market.Eq("option_type_id", t.Num), market.Eq("name", name))
	if err == nil && value == nil {
		in := market.OptionValueUpsert{Name: market.Some(name), OptionTypeID: market.Some(t.ID())}
		value, err = l.UpsertOptionValue(ctx, l.actor, in)
	}
	if err != nil {
		return "", err
	}
	l.values[key] = value.ID()
	return value.ID(), nil
}
