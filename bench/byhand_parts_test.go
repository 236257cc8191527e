package bench_test

import (
	"net/http"
	"time"

	"crier/internal/market"
)

// parts are what belongs to the adverts of a page, by whose it is.
type parts struct {
	sellers     map[int64]*market.Seller
	brands      map[int64]*market.Brand
	taxons      map[int64]*market.Taxon
	images      map[int64][]*market.Image
	externalIDs map[int64][]*market.ExternalID
	variants    map[int64][]*market.Variant
	offered     map[int64][]*market.Variant
	now         time.Time
}

// parts reads what belongs to adverts, with one statement for each kind.
func (h *byHand) parts(r *http.Request, adverts []*market.Advert) (*parts, error) {
	p := &parts{now: time.Now()}
	ids := h.list(numbers(adverts, func(a *market.Advert) int64 { return a.Num }))
	sellers, err := query(r, h.sellers, sellerFields, h.list(numbers(adverts, func(a *market.Advert) int64 { return a.SellerID })))
	if err != nil {
		return nil, err
	}
	brands, err := query(r, h.brands, brandFields, h.list(numbers(adverts, brandOf)))
	if err != nil {
		return nil, err
	}
	taxons, err := query(r, h.taxons, taxonFields, h.list(numbers(adverts, func(a *market.Advert) int64 { return a.TaxonID })))
	if err != nil {
		return nil, err
	}
	images, err := query(r, h.images, imageFields, ids, "Advert", 6)
	if err != nil {
		return nil, err
	}
	externalIDs, err := query(r, h.externalIDs, externalIDFields, ids, "Advert")
	if err != nil {
		return nil, err
	}
	variants, err := query(r, h.variants, variantFields, ids, 11)
	if err != nil {
		return nil, err
	}
	offered, err := query(r, h.offered, variantFields, ids, true)
	if err != nil {
		return nil, err
	}
	p.sellers = one(sellers, func(s *market.Seller) int64 { return s.Num })
	p.brands = one(brands, func(b *market.Brand) int64 { return b.Num })
	p.taxons = one(taxons, func(t *market.Taxon) int64 { return t.Num })
	p.images = many(images, func(i *market.Image) int64 { return i.OwnerID })
	p.externalIDs = many(externalIDs, func(e *market.ExternalID) int64 { return e.OwnerID })
	p.variants = many(variants, func(v *market.Variant) int64 { return v.AdvertID })
	p.offered = many(offered, func(v *market.Variant) int64 { return v.AdvertID })
	return p, nil
}

// show is an advert as the answer shows it.
func (p *parts) show(a *market.Advert) advertShown {
	seller, taxon := p.sellers[a.SellerID], p.taxons[a.TaxonID]
	shown := advertShown{
		ID: a.ID(), LegacyID: a.Num, Title: a.Title, Description: a.Description, Published: a.Published, UpdatedAt: a.UpdatedAt.UTC(),
		Seller: sellerShown{seller.ID(), seller.BusinessName}, Taxon: taxonShown{taxon.ID(), taxon.Title},
		ExternalIDs: []externalIDShown{}, Images: nodes[imageShown]{[]imageShown{}}, Variants: nodes[variantOffered]{[]variantOffered{}},
	}
	if brand := p.brands[brandOf(a)]; brand != nil {
		shown.Brand = &brandShown{brand.ID(), brand.Name}
	}
	for _, i := range p.images[a.Num] {
		shown.Images.Nodes = append(shown.Images.Nodes, imageShown{i.ID(), i.SourceURL, i.Alt})
	}
	for _, e := range p.externalIDs[a.Num] {
		shown.ExternalIDs = append(shown.ExternalIDs, externalIDShown{e.Key, e.Value})
	}
	for _, v := range p.variants[a.Num] {
		shown.Variants.Nodes = append(shown.Variants.Nodes, variantOffered{v.ID(), v.SKU, v.CountOnHand, v.CurrentPrice(a, p.now)})
	}
	for _, v := range p.offered[a.Num] {
		if price := v.CurrentPrice(a, p.now); shown.LowestPriceCents == nil || price != nil && *price < *shown.LowestPriceCents {
			shown.LowestPriceCents = price
		}
	}
	return shown
}

func brandOf(a *market.Advert) int64 {
	if a.BrandID == nil {
		return 0
	}
	return *a.BrandID
}

// numbers are the numbers that rows refer to, each once.
func numbers[T any](rows []*T, of func(*T) int64) []int64 {
	seen, all := map[int64]bool{}, []int64{}
	for _, row := range rows {
		if n := of(row); !seen[n] {
			seen[n] = true
			all = append(all, n)
		}
	}
	return all
}

func one[T any](rows []*T, of func(*T) int64) map[int64]*T {
	found := make(map[int64]*T, len(rows))
	for _, row := range rows {
		found[of(row)] = row
	}
	return found
}

func many[T any](rows []*T, of func(*T) int64) map[int64][]*T {
	found := make(map[int64][]*T, len(rows))
	for _, row := range rows {
		found[of(row)] = append(found[of(row)], row)
	}
	return found
}

// The fields that rows are scanned into, in the order of their columns.

func advertFields(a *market.Advert) []any {
	return []any{
		&a.Num, &a.CreatedAt, &a.UpdatedAt, &a.DeletedAt, &a.EditablePriceCents, &a.EditableSalePriceCents, &a.RecommendedRetailPriceCents,
		&a.SalePriceStartAt, &a.SalePriceEndAt, &a.BaseDomesticShippingCostCents, &a.BrandID, &a.Code, &a.Condition, &a.Description, &a.ExternalID,
		&a.HasFreeDomesticShipping, &a.IsFeatured, new(any), &a.Published, &a.SellerID, &a.Specifications, &a.TaxonID, &a.Title, &a.Vetted, &a.Year,
	}
}

func variantFields(v *market.Variant) []any {
	return []any{
		&v.Num, &v.CreatedAt, &v.UpdatedAt, &v.DeletedAt, &v.EditablePriceCents, &v.EditableSalePriceCents, &v.RecommendedRetailPriceCents,
		&v.SalePriceStartAt, &v.SalePriceEndAt, &v.AdvertID, &v.Barcode, &v.CountOnHand, &v.ExternalID, &v.InfiniteQuantity, &v.Label, &v.Notes,
		&v.Published, &v.SellerID, &v.SKU,
	}
}

func sellerFields(s *market.Seller) []any {
	return []any{
		&s.Num, &s.CreatedAt, &s.UpdatedAt, &s.AccountType, &s.AddressID, &s.BaseCommissionRate, &s.BaseDomesticShippingCostCents, &s.BusinessName,
		&s.BusinessNumber, &s.DomesticShippingFreeThresholdCents, &s.EmailAddress, &s.EmailCc, &s.InvoiceDispatchDaysThreshold, &s.LegalBusinessName,
		&s.LogoID, &s.MarketplaceShippingRulesEnabled, &s.Mobile, &s.Online, &s.OnlineOnly, &s.OpeningHours, &s.Phone, &s.RefundRequestAllowed,
		&s.SellerRating, &s.StoreCategory, &s.StoreDescription, new(any), &s.YoutubeVideoURL,
	}
}

func brandFields(b *market.Brand) []any {
	return []any{&b.Num, &b.CreatedAt, &b.UpdatedAt, new(any), &b.LogoID, &b.Name, &b.Slug}
}

func taxonFields(t *market.Taxon) []any {
	return []any{
		&t.Num, &t.CreatedAt, &t.UpdatedAt, &t.Description, &t.DisplayName, &t.ImageID, &t.ParentID, &t.PrototypeID, &t.TaxonType, &t.TaxRate, &t.Title, &t.URLSlug,
	}
}

func imageFields(i *market.Image) []any {
	return []any{
		&i.Num, &i.CreatedAt, &i.UpdatedAt, &i.Alt, &i.ContentType, &i.Filename, &i.Height, &i.OwnerType, &i.OwnerID, &i.Position, &i.SellerID,
		&i.Size, &i.SourceURL, &i.Width, &i.Digest,
	}
}

func externalIDFields(e *market.ExternalID) []any {
	return []any{&e.Num, &e.CreatedAt, &e.UpdatedAt, &e.DeletedAt, &e.Key, &e.OwnerType, &e.OwnerID, &e.Value}
}
