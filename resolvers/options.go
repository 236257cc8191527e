package resolvers

import (
	"cmp"
	"context"
	"slices"

	"crier/internal/market"
)

// optionTypesOf reads the option types of a prototype, by position.
func optionTypesOf(ctx context.Context, p *market.Prototype) ([]*market.OptionType, error) {
	pairs, err := children(ctx, prototypeOptionTypes, p.Num)
	if err != nil {
		return nil, err
	}
	found, err := many[market.OptionType](ctx, each(pairs, func(p *market.PrototypeOption) int64 { return p.OptionTypeID }))
	slices.SortStableFunc(found, func(a, b *market.OptionType) int { return cmp.Compare(a.Position, b.Position) })
	return found, err
}

// prototypesOf reads the prototypes that contain an option type.
func prototypesOf(ctx context.Context, o *market.OptionType) ([]*market.Prototype, error) {
	pairs, err := children(ctx, optionTypePrototypes, o.Num)
	if err != nil {
		return nil, err
	}
	return many[market.Prototype](ctx, each(pairs, func(p *market.PrototypeOption) int64 { return p.PrototypeID }))
}

// chosenValues reads the option values of a variant, without those that are written.
func chosenValues(ctx context.Context, v *market.Variant) ([]*market.OptionValue, error) {
	choices, err := children(ctx, variantChoices, v.Num)
	if err != nil {
		return nil, err
	}
	chosen := []int64{}
	for _, c := range choices {
		if c.OptionValueID != nil {
			chosen = append(chosen, *c.OptionValueID)
		}
	}
	return many[market.OptionValue](ctx, chosen)
}
