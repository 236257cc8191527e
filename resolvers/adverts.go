package resolvers

import (
	"context"
	"slices"
	"strconv"

	"crier/internal/market"
)

// stateOf is an advert as the member of AllAdvert that fits it when the viewer looks.
func stateOf(ctx context.Context, a *market.Advert) market.AllAdvert {
	switch {
	case gone(ctx, a.Deletion):
		return &market.DeletedAdvert{Advert: a}
	case !a.Published:
		return &market.UnpublishedAdvert{Advert: a}
	}
	return a
}

// inTheirStates is a page of adverts as members of AllAdvert.
func inTheirStates(ctx context.Context, c *market.Connection[market.Advert]) *market.AllAdvertsConnection {
	return &market.AllAdvertsConnection{
		Nodes: each(c.Nodes, func(a *market.Advert) market.AllAdvert { return stateOf(ctx, a) }),
		Edges: each(c.Edges, func(e *market.Edge[market.Advert]) *market.AllAdvertEdge {
			return &market.AllAdvertEdge{Cursor: e.Cursor, Node: stateOf(ctx, e.Node)}
		}),
		PageInfo: c.PageInfo,
		Total:    c.Total,
	}
}

// displayable reports whether buyers can see an advert.
func displayable(ctx context.Context, a *market.Advert) (bool, error) {
	if !a.Published || !a.Vetted || gone(ctx, a.Deletion) {
		return false, nil
	}
	seller, err := required[market.Seller](ctx, a.SellerID)
	if err != nil {
		return false, err
	}
	return seller.Online, nil
}

// online reports whether something of an advert can be bought.
func online(ctx context.Context, a *market.Advert) (bool, error) {
	shown, err := displayable(ctx, a)
	if err != nil || !shown {
		return false, err
	}
	variants, err := publishedVariants(ctx, a)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(variants, func(v *market.Variant) bool { return sellable(ctx, v, a) }), nil
}

// sellable reports whether a variant has a price and is in stock.
func sellable(ctx context.Context, v *market.Variant, a *market.Advert) bool {
	return v.CurrentPrice(a, moment(ctx)) != nil && v.InStock(1)
}

// variantDisplayable reports whether buyers can see a variant.
func variantDisplayable(ctx context.Context, v *market.Variant) (bool, error) {
	if !v.Published || gone(ctx, v.Deletion) {
		return false, nil
	}
	advert, err := required[market.Advert](ctx, v.AdvertID)
	if err != nil {
		return false, err
	}
	return displayable(ctx, advert)
}

// buyable reports whether a variant can be bought now.
func buyable(ctx context.Context, v *market.Variant) (bool, error) {
	shown, err := variantDisplayable(ctx, v)
	if err != nil || !shown {
		return false, err
	}
	advert, err := required[market.Advert](ctx, v.AdvertID)
	if err != nil {
		return false, err
	}
	return sellable(ctx, v, advert), nil
}

// statusText says in words why an advert is on display, or why not.
func statusText(ctx context.Context, a *market.Advert) (*string, error) {
	shown, err := displayable(ctx, a)
	if err != nil {
		return nil, err
	}
	switch {
	case shown:
		return new("Published"), nil
	case gone(ctx, a.Deletion):
		return new("Deleted"), nil
	case !a.Vetted:
		return new("Waiting for vetting"), nil
	case !a.Published:
		return new("Not published"), nil
	}
	return new("Seller offline"), nil
}

// shippingCents is what sending one piece within the country costs in all: what
// the advert says, or its seller, and nothing where either calls it free.
func shippingCents(ctx context.Context, a *market.Advert) (int64, error) {
	if deref(a.HasFreeDomesticShipping) {
		return 0, nil
	}
	seller, err := required[market.Seller](ctx, a.SellerID)
	if err != nil {
		return 0, err
	}
	low, err := lowestPrices(ctx, a)
	if err != nil {
		return 0, err
	}
	free := seller.DomesticShippingFreeThresholdCents
	if free != nil && low.current != nil && *low.current >= *free {
		return 0, nil
	}
	return *or(a.BaseDomesticShippingCostCents, &seller.BaseDomesticShippingCostCents), nil
}

// pagePath is where an advert's page is on the marketplace's site.
func pagePath(a *market.Advert) string {
	return "/adverts/" + strconv.FormatInt(a.Num, 10) + "/" + market.Slug(a.Title)
}

// siteURL is the address of a page of the marketplace's site; nil without one.
func (r *Resolver) siteURL(path string) *string {
	if r.SiteURL == "" {
		return nil
	}
	return new(r.SiteURL + path)
}

// variantsOf is the relation of an advert to its variants, which it keeps when it is deleted.
func variantsOf(ctx context.Context, a *market.Advert) relation[market.Variant] {
	if gone(ctx, a.Deletion) {
		return advertVariants.withDeleted()
	}
	return advertVariants
}

// publishedVariants reads the variants of an advert that its seller offers. It
// asks for all of them, as documents that show a price show the variants too.
func publishedVariants(ctx context.Context, a *market.Advert) ([]*market.Variant, error) {
	all, err := children(ctx, variantsOf(ctx, a), a.Num)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(v *market.Variant) bool { return !v.Published }), nil
}

// displayedVariants is the relation of an advert to the variants that buyers can see.
func displayedVariants() relation[market.Variant] {
	shown := market.Sub{Kind: "Advert", Column: "id", Where: displayed()}
	return advertVariants.named("displayed", market.Eq("published", true), market.InQuery("advert_id", shown))
}

// variantIDs is a page of an advert's variants as AllAdvert lists them.
func variantIDs(ctx context.Context, a *market.Advert, p page) (*market.Connection[market.AllAdvertVariant], error) {
	variants, err := childPage(ctx, variantsOf(ctx, a), a.Num, p)
	if err != nil {
		return nil, err
	}
	return shownAs(variants, func(v *market.Variant) *market.AllAdvertVariant { return &market.AllAdvertVariant{Variant: v} }), nil
}
