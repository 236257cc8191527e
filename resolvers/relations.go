package resolvers

import (
	"context"
	"slices"

	"crier/internal/market"
	"crier/internal/viewer"
)

// byPosition orders what people have put in an order.
var byPosition = []market.Sort{{Column: "position"}}

// The relations of the catalogue.
var (
	advertVariants = relation[market.Variant]{
		name: "Advert.variants", column: "advert_id",
		of: func(v *market.Variant) int64 { return v.AdvertID },
	}
	advertChoices = relation[market.AdvertOptionValue]{
		name: "Advert.advertOptionValues", column: "advert_id",
		of: func(c *market.AdvertOptionValue) int64 { return c.AdvertID },
	}
	variantChoices = relation[market.VariantOptionValue]{
		name: "Variant.variantOptionValues", column: "variant_id",
		of: func(c *market.VariantOptionValue) int64 { return c.VariantID },
	}
	optionTypeValues = relation[market.OptionValue]{
		name: "OptionType.optionValues", column: "option_type_id", sort: byPosition,
		of: func(v *market.OptionValue) int64 { return v.OptionTypeID },
	}
	optionTypePrototypes = relation[market.PrototypeOption]{
		name: "OptionType.prototypes", column: "option_type_id",
		of: func(p *market.PrototypeOption) int64 { return p.OptionTypeID },
	}
	prototypeOptionTypes = relation[market.PrototypeOption]{
		name: "Prototype.optionTypes", column: "prototype_id",
		of: func(p *market.PrototypeOption) int64 { return p.PrototypeID },
	}
	taxonAdverts = relation[market.Advert]{
		name: "Taxon.adverts", column: "taxon_id",
		of: func(a *market.Advert) int64 { return a.TaxonID },
	}
	taxonChildren = relation[market.Taxon]{
		name: "Taxon.children", column: "parent_id",
		of: func(t *market.Taxon) int64 { return *t.ParentID },
	}
)

// images is the relation of a type to its pictures.
func images(ownerType string) relation[market.Image] {
	return relation[market.Image]{
		name: ownerType + ".images", column: "owner_id", sort: byPosition,
		of:    func(i *market.Image) int64 { return i.OwnerID },
		where: []market.Cond{market.Eq("owner_type", ownerType)},
	}
}

// externalIDs reads the ids that an entity has in other systems.
func externalIDs(ctx context.Context, owner market.Ref) ([]*market.ExternalID, error) {
	return children(ctx, externalIDsOf(owner.Type), owner.Num)
}

// externalIDsWhile is externalIDs for an owner that stays addressable after
// its deletion: they are then those that it had in that moment.
func externalIDsWhile(ctx context.Context, owner market.Ref, d market.Deletion) ([]*market.ExternalID, error) {
	if !gone(ctx, d) {
		return externalIDs(ctx, owner)
	}
	all, err := children(ctx, externalIDsOf(owner.Type).withDeleted(), owner.Num)
	if err != nil {
		return nil, err
	}
	removedBefore := func(e *market.ExternalID) bool { return e.DeletedAt != nil && e.DeletedAt.Before(*d.DeletedAt) }
	return slices.DeleteFunc(slices.Clone(all), removedBefore), nil
}

func externalIDsOf(ownerType string) relation[market.ExternalID] {
	return relation[market.ExternalID]{
		name: ownerType + ".externalIds", column: "owner_id",
		of:    func(e *market.ExternalID) int64 { return e.OwnerID },
		where: []market.Cond{market.Eq("owner_type", ownerType)},
	}
}

// metadata reads the notes that integrations keep with an entity.
func metadata(ctx context.Context, owner market.Ref) ([]*market.Metadatum, error) {
	return children(ctx, relation[market.Metadatum]{
		name: owner.Type + ".metadata", column: "owner_id",
		of:    func(m *market.Metadatum) int64 { return m.OwnerID },
		where: []market.Cond{market.Eq("owner_type", owner.Type)},
	}, owner.Num)
}

// gone reports whether a deletion had happened when the viewer looks.
func gone(ctx context.Context, d market.Deletion) bool {
	if d.DeletedAt == nil {
		return false
	}
	v, _ := viewer.FromContext(ctx)
	return v.AsOf.IsZero() || d.DeletedAt.Before(v.AsOf)
}
