package shopify

import (
	"context"
	"fmt"
	"strings"

	"crier/internal/market"
)

// tagsKey is the key of the metadatum that holds a product's tags, with commas between.
const tagsKey = "tags"

// advert is the input that makes an advert of a product; before is what it made
// earlier, nil for a new one.
func (l *loading) advert(ctx context.Context, p Product, before *market.Advert) (market.AdvertUpsert, error) {
	in := market.AdvertUpsert{
		Title: market.Some(p.Title), Description: p.Body, ExternalID: market.Some(p.Handle),
		AttemptAutoPublish: p.Published.Or(before == nil), Metadata: p.metadata(),
	}
	if before == nil {
		seller := l.seller.ID()
		in.SellerID = &seller
	} else {
		id := before.ID()
		in.AdvertID = &id
	}
	for _, i := range p.Images {
		in.Images = append(in.Images, market.ImageAttributes{SourceURL: &i.URL, Alt: i.Alt})
	}
	var err error
	if in.BrandID, err = l.brand(ctx, p.Vendor); err != nil {
		return in, under("vendor", err)
	}
	taxon, err := l.taxon(ctx, p.Type, before)
	if err != nil {
		return in, under("type", err)
	}
	in.TaxonID = market.Some(taxon.ID())
	types, err := l.optionTypes(ctx, taxon, p.Options)
	if err != nil {
		return in, err
	}
	in.Variants = make([]market.VariantAttributes, len(p.Variants))
	for i, v := range p.Variants {
		in.Variants[i] = v.attributes()
		if in.Variants[i].VariantOptionValues, err = l.choices(ctx, types, v.Values); err != nil {
			return in, under(fmt.Sprintf("variants.%d.option", i), err)
		}
	}
	return in, nil
}

// metadata keeps the tags.
func (p *Product) metadata() []market.Pair {
	if !p.Tags.Set {
		return nil
	}
	if p.Tags.Value == nil {
		return []market.Pair{{Key: tagsKey}}
	}
	all := strings.Join(*p.Tags.Value, ", ")
	return []market.Pair{{Key: tagsKey, Value: &all}}
}

// attributes is the input that makes a variant, its choices apart. What Shopify
// calls the price is what is paid: beside a higher price to compare it is a sale.
func (v *Variant) attributes() market.VariantAttributes {
	in := market.VariantAttributes{
		ExternalID: market.Some(v.Key()), SKU: v.SKU, Barcode: v.Barcode,
		CountOnHand: v.Quantity, InfiniteQuantity: v.Unlimited,
	}
	in.Price, in.SalePrice = market.Some(market.DecimalText(v.PriceCents)), market.Null[string]()
	if v.CompareAtCents > v.PriceCents {
		in.Price, in.SalePrice = market.Some(market.DecimalText(v.CompareAtCents)), in.Price
	}
	if v.Image != "" {
		in.Images = []market.ImageAttributes{{SourceURL: &v.Image}}
	}
	return in
}
