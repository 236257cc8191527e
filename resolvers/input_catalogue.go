package resolvers

import (
	"crier/graph"
	"crier/internal/market"
)

func brandUpsert(in graph.BrandCreateOrUpdateMutationInput) market.BrandUpsert {
	return market.BrandUpsert{ID: in.ID.Value(), ExternalIDs: pairs(in.ExternalIds), Name: opt(in.Name)}
}

func taxonUpsert(in graph.TaxonCreateOrUpdateMutationInput) market.TaxonUpsert {
	return market.TaxonUpsert{
		ID:          in.ID.Value(),
		DisplayName: opt(in.DisplayName),
		ExternalIDs: pairs(in.ExternalIds),
		ParentID:    opt(in.ParentID),
		PrototypeID: opt(in.PrototypeID),
		Title:       opt(in.Title),
	}
}

func prototypeUpsert(in graph.PrototypeCreateOrUpdateMutationInput) market.PrototypeUpsert {
	return market.PrototypeUpsert{ID: in.ID.Value(), ExternalIDs: pairs(in.ExternalIds), Name: opt(in.Name)}
}

func optionTypeUpsert(in graph.OptionTypeCreateOrUpdateMutationInput) market.OptionTypeUpsert {
	return market.OptionTypeUpsert{
		ID:                   in.ID.Value(),
		AppliedTo:            opt(in.AppliedTo),
		Category:             opt(in.Category),
		DisplayName:          opt(in.DisplayName),
		ExternalIDs:          pairs(in.ExternalIds),
		FieldType:            opt(in.FieldType),
		Name:                 opt(in.Name),
		Optional:             opt(in.Optional),
		PrototypeIDs:         in.PrototypeIds.Value(),
		PrototypeIDsToRemove: in.PrototypeIdsToRemove.Value(),
	}
}

func optionValueUpsert(in graph.OptionValueCreateOrUpdateMutationInput) market.OptionValueUpsert {
	return market.OptionValueUpsert{
		ID:           in.ID.Value(),
		DisplayName:  opt(in.DisplayName),
		ExternalIDs:  pairs(in.ExternalIds),
		Name:         opt(in.Name),
		OptionTypeID: opt(in.OptionTypeID),
		Position:     optInt(in.Position),
	}
}

func sellerAttributes(in *graph.SellerInput) market.SellerAttributes {
	return market.SellerAttributes{
		AccountType:              string(in.AccountType),
		BusinessRegistrationCode: opt(in.BusinessRegistrationCode),
		SellerUpdate: market.SellerUpdate{
			Address:                      market.Some(addressInput(*in.Address)),
			BusinessName:                 market.Some(in.BusinessName),
			EmailAddress:                 opt(in.EmailAddress),
			EmailCc:                      opt(in.EmailCc),
			InvoiceDispatchDaysThreshold: optInt(in.InvoiceDispatchDaysThreshold),
			LegalBusinessName:            market.Some(in.LegalBusinessName),
			Logo:                         optAs(in.Logo, imageAttributes),
			Metadata:                     pairs(in.Metadata),
			Mobile:                       opt(in.Mobile),
			Phone:                        market.Some(in.Phone),
			StoreDescription:             opt(in.StoreDescription),
			Tags:                         optList(in.Tags),
		},
	}
}

func sellerUpdate(in graph.SellerUpdateInput) market.SellerUpdate {
	return market.SellerUpdate{
		Address:                         optAs(in.Address, addressInput),
		BaseDomesticShippingCost:        opt(in.BaseDomesticShippingCost),
		BusinessName:                    opt(in.BusinessName),
		BusinessNumber:                  opt(in.BusinessNumber),
		DomesticShippingFreeThreshold:   opt(in.DomesticShippingFreeThreshold),
		EmailAddress:                    opt(in.EmailAddress),
		EmailCc:                         opt(in.EmailCc),
		InvoiceDispatchDaysThreshold:    optInt(in.InvoiceDispatchDaysThreshold),
		LegalBusinessName:               opt(in.LegalBusinessName),
		Logo:                            optAs(in.Logo, imageAttributes),
		MarketplaceShippingRulesEnabled: opt(in.MarketplaceShippingRulesEnabled),
		Metadata:                        pairs(in.Metadata),
		Mobile:                          opt(in.Mobile),
		OpeningHours:                    opt(in.OpeningHours),
		Phone:                           opt(in.Phone),
		StoreDescription:                opt(in.StoreDescription),
		Tags:                            optList(in.Tags),
	}
}

func imageAttributes(in graph.ImageInput) market.ImageAttributes {
	return market.ImageAttributes{
		Alt:        opt(in.Alt),
		DataBase64: in.DataBase64.Value(),
		Filename:   opt(in.Filename),
		ImageID:    in.ImageID.Value(),
		Size:       optInt(in.Size),
		SourceURL:  in.SourceURL.Value(),
	}
}

func advertUpsert(input graph.AdvertUpsertMutationInput) market.AdvertUpsert {
	in := input.Attributes
	return market.AdvertUpsert{
		AdvertID: input.AdvertID.Value(),
		PriceAttributes: market.PriceAttributes{
			Price:                  opt(in.Price),
			RecommendedRetailPrice: opt(in.RecommendedRetailPrice),
			SalePrice:              opt(in.SalePrice),
			SalePriceStartAt:       opt(in.SalePriceStartAt),
			SalePriceEndAt:         opt(in.SalePriceEndAt),
		},
		AdvertOptionValues: each(in.AdvertOptionValues.Value(), func(c *graph.AdvertOptionValueInput) market.ChoiceAttributes {
			return market.ChoiceAttributes{OptionTypeID: c.OptionTypeID.Value(), OptionValueID: c.OptionValueID.Value(), TextValue: c.TextValue.Value()}
		}),
		AttemptAutoPublish:       deref(in.AttemptAutoPublish.Value()),
		BaseDomesticShippingCost: opt(in.BaseDomesticShippingCost),
		BrandID:                  opt(in.BrandID),
		Code:                     opt(in.Code),
		Description:              opt(in.Description),
		ExternalID:               opt(in.ExternalID),
		ExternalIDs:              pairs(in.ExternalIds),
		HasFreeDomesticShipping:  opt(in.HasFreeDomesticShipping),
		Images:                   pictures(in.Images.Value()),
		Metadata:                 pairs(in.Metadata),
		ProductFeatures:          optList(in.ProductFeatures),
		SellerID:                 in.SellerID.Value(),
		Specifications:           opt(in.Specifications),
		TaxonID:                  opt(in.TaxonID),
		Title:                    opt(in.Title),
		Variants:                 each(in.Variants.Value(), variantAttributes),
		Vetted:                   opt(in.Vetted),
	}
}

func variantAttributes(in *graph.VariantInput) market.VariantAttributes {
	return market.VariantAttributes{
		ID: in.ID.Value(),
		PriceAttributes: market.PriceAttributes{
			Price:                  opt(in.Price),
			RecommendedRetailPrice: opt(in.RecommendedRetailPrice),
			SalePrice:              opt(in.SalePrice),
			SalePriceStartAt:       opt(in.SalePriceStartAt),
			SalePriceEndAt:         opt(in.SalePriceEndAt),
		},
		Barcode:             opt(in.Barcode),
		CountOnHand:         optInt(in.CountOnHand),
		ExternalID:          opt(in.ExternalID),
		ExternalIDs:         pairs(in.ExternalIds),
		Images:              pictures(in.Images.Value()),
		InfiniteQuantity:    opt(in.InfiniteQuantity),
		Metadata:            pairs(in.Metadata),
		Notes:               opt(in.Notes),
		OptionValueIDs:      in.OptionValueIds.Value(),
		VariantOptionValues: optEach(in.VariantOptionValues, variantChoice).Or(nil),
		Published:           opt(in.Published),
		SKU:                 opt(in.Sku),
	}
}

func variantChoice(in *graph.VariantOptionValueInput) market.ChoiceAttributes {
	return market.ChoiceAttributes{OptionTypeID: in.OptionTypeID.Value(), OptionValueID: in.OptionValueID.Value(), TextValue: in.TextValue.Value()}
}

func pictures(in []*graph.ImageInput) []market.ImageAttributes {
	return each(in, func(i *graph.ImageInput) market.ImageAttributes { return imageAttributes(*i) })
}
