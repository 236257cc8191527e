package market

import (
	"cmp"
	"fmt"
)

// keep copies into the line item what the line sells, so that it stays as it was sold.
func (l *orderLine) keep(brands map[int64]*Brand, image *Image) {
	item, variant, advert := l.item, l.variant, l.advert
	item.AdvertID, item.AdvertCode, item.AdvertTitle = new(advert.Num), advert.Code, new(advert.Title)
	item.CommissionRate, item.DeliveryType = l.seller.BaseCommissionRate, l.delivery()
	item.SellerID, item.Status = variant.SellerID, LineNew
	item.VariantID, item.VariantBarcode, item.VariantSKU = new(variant.Num), variant.Barcode, variant.SKU
	item.VariantName = nonEmpty(new(variant.Label))
	if advert.BrandID != nil && brands[*advert.BrandID] != nil {
		item.BrandName = new(brands[*advert.BrandID].Name)
	}
	if image != nil {
		item.ImageID = new(image.Num)
	}
}

// keepAll copies what every line sells.
func (b *basket) keepAll() error {
	brandNums := []int64{}
	for _, l := range b.lines {
		if l.advert.BrandID != nil {
			brandNums = append(brandNums, *l.advert.BrandID)
		}
	}
	brands, err := look[Brand](b.u, In("id", brandNums))
	if err != nil {
		return fmt.Errorf("look up the brands of an order: %w", err)
	}
	ofVariant, err := b.firstImages("Variant", each(b.lines, func(l *orderLine) int64 { return l.variant.Num }))
	if err != nil {
		return err
	}
	ofAdvert, err := b.firstImages("Advert", each(b.lines, func(l *orderLine) int64 { return l.advert.Num }))
	if err != nil {
		return err
	}
	named := byNum(brands)
	for _, l := range b.lines {
		l.keep(named, cmp.Or(ofVariant[l.variant.Num], ofAdvert[l.advert.Num]))
	}
	return nil
}

// firstImages finds the first image of each owner.
func (b *basket) firstImages(ownerType string, owners []int64) (map[int64]*Image, error) {
	images, err := look[Image](b.u, Eq("owner_type", ownerType), In("owner_id", owners))
	if err != nil {
		return nil, fmt.Errorf("look up the images of an order: %w", err)
	}
	first := map[int64]*Image{}
	for _, i := range images {
		if other := first[i.OwnerID]; other == nil || i.Position < other.Position {
			first[i.OwnerID] = i
		}
	}
	return first, nil
}
