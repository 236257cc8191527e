package market_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"crier/internal/market"
)

// catalogue is a marketplace with a seller and a taxon that has an option of
// every sort, all made by the rules. Its changes so far are taken.
type catalogue struct {
	*sales
	seller *market.Seller
	// owner acts as the seller, stranger as another one.
	owner, stranger market.Actor
	prototype       *market.Prototype
	shirts          *market.Taxon
	// size and engraving tell variants apart; fabric and care describe adverts.
	size, engraving, fabric, care *market.OptionType
	small, large, cotton, wool    *market.OptionValue
}

func newCatalogue(t testing.TB) *catalogue {
	t.Helper()
	return newCatalogueIn(newSales(t, market.PaymentPaid))
}

// newCatalogueIn fills an empty marketplace.
func newCatalogueIn(s *sales) *catalogue {
	c, t := &catalogue{sales: s}, s.t
	t.Helper()
	c.seller = must(c.CreateSeller(t.Context(), operator, newSeller()))
	c.owner = market.Actor{Seller: c.seller.Num, ID: "key"}
	c.stranger = market.Actor{Seller: must(c.CreateSeller(t.Context(), operator, newSeller())).Num, ID: "other key"}
	c.prototype = must(c.UpsertPrototype(t.Context(), operator, market.PrototypeUpsert{Name: market.Some("Clothes")}))
	c.shirts = must(c.UpsertTaxon(t.Context(), operator, market.TaxonUpsert{
		Title: market.Some("Shirts"), PrototypeID: market.Some(c.prototype.ID()),
	}))
	c.size = c.option("Size", market.AppliedToVariant, market.SingleSelect)
	c.engraving = c.option("Engraving", market.AppliedToVariant, market.FreeText)
	c.fabric = c.option("Fabric", market.AppliedToAdvert, market.MultiSelect)
	c.care = c.option("Care", market.AppliedToAdvert, market.FreeText)
	c.small, c.large = c.value(c.size, "Small"), c.value(c.size, "Large")
	c.cotton, c.wool = c.value(c.fabric, "Cotton"), c.value(c.fabric, "Wool")
	c.store.take()
	return c
}

// must returns what a rule made; a refusal here is a mistake of the test.
func must[T any](made T, err error) T {
	if err != nil {
		panic(err)
	}
	return made
}

func newSeller() market.SellerAttributes {
	return market.SellerAttributes{
		AccountType: market.AccountRetailer,
		SellerUpdate: market.SellerUpdate{
			BusinessName: market.Some("Lantern Works"), LegalBusinessName: market.Some("Lantern Works Ltd"),
			Phone: market.Some("+61 3 5550 0100"), EmailAddress: market.Some("shop@example.com"),
			Address: market.Some(newAddress()),
		},
	}
}

func newAddress() market.AddressAttributes {
	return market.AddressAttributes{
		Address: market.Some("1 Harbour Street"), City: market.Some("Geelong"), Postcode: market.Some("3220"),
		Country: market.Some(market.CountryAttributes{Code: new("AU")}),
	}
}

func (c *catalogue) option(name string, applied market.AppliedTo, field market.FieldType) *market.OptionType {
	c.t.Helper()
	return must(c.UpsertOptionType(c.t.Context(), operator, market.OptionTypeUpsert{
		Name: market.Some(name), AppliedTo: market.Some(applied), FieldType: market.Some(field),
		PrototypeIDs: []string{c.prototype.ID()},
	}))
}

func (c *catalogue) value(option *market.OptionType, name string) *market.OptionValue {
	c.t.Helper()
	return must(c.UpsertOptionValue(c.t.Context(), operator, market.OptionValueUpsert{
		Name: market.Some(name), OptionTypeID: market.Some(option.ID()),
	}))
}

// shirt is an input that creates an advert, changed by each of changes.
func (c *catalogue) shirt(changes ...func(*market.AdvertUpsert)) market.AdvertUpsert {
	in := market.AdvertUpsert{
		Title: market.Some("Linen shirt"), TaxonID: market.Some(c.shirts.ID()),
		PriceAttributes: market.PriceAttributes{Price: market.Some("25.95")},
	}
	for _, change := range changes {
		change(&in)
	}
	return in
}

// withVariants gives an input variants.
func withVariants(variants ...market.VariantAttributes) func(*market.AdvertUpsert) {
	return func(in *market.AdvertUpsert) { in.Variants = variants }
}

// sku is a variant that is known by its sku.
func sku(text string) market.VariantAttributes {
	return market.VariantAttributes{SKU: market.Some(text)}
}

// upsert changes or creates an advert of the seller, which must succeed.
func (c *catalogue) upsert(in market.AdvertUpsert) *market.Advert {
	c.t.Helper()
	advert, err := c.UpsertAdvert(c.t.Context(), c.owner, in)
	if err != nil {
		c.t.Fatal(err)
	}
	return advert
}

// variants are an advert's variants that are not deleted, oldest first.
func (c *catalogue) variants(a *market.Advert) []*market.Variant {
	c.t.Helper()
	return rows[market.Variant](c.sales, market.Eq("advert_id", a.Num), market.Eq("deleted_at", nil))
}

// externalIDs are an owner's external ids as "key=value", sorted.
func (c *catalogue) externalIDs(owner market.Ref) []string {
	c.t.Helper()
	found := rows[market.ExternalID](c.sales, ownedBy(owner, market.Eq("deleted_at", nil))...)
	return pairs(found, func(e *market.ExternalID) string { return e.Key + "=" + e.Value })
}

// metadata are an owner's metadata as "key=value", sorted.
func (c *catalogue) metadata(owner market.Ref) []string {
	c.t.Helper()
	return pairs(rows[market.Metadatum](c.sales, ownedBy(owner)...), func(m *market.Metadatum) string { return m.Key + "=" + m.Value })
}

// images are an owner's images by their places.
func (c *catalogue) images(owner market.Ref) []*market.Image {
	c.t.Helper()
	found := rows[market.Image](c.sales, ownedBy(owner)...)
	slices.SortFunc(found, func(a, b *market.Image) int { return int(a.Position - b.Position) })
	return found
}

func ownedBy(owner market.Ref, and ...market.Cond) []market.Cond {
	return append(and, market.Eq("owner_type", owner.Type), market.Eq("owner_id", owner.Num))
}

func pairs[T any](found []*T, text func(*T) string) []string {
	var all []string
	for _, f := range found {
		all = append(all, text(f))
	}
	slices.Sort(all)
	return all
}

// expectEvents compares what changed since the last look with want.
func (c *catalogue) expectEvents(want ...string) {
	c.t.Helper()
	slices.Sort(want)
	if got := c.store.take(); !slices.Equal(got, want) {
		c.t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// messages are the messages with which err refuses an input, by field.
func messages(t testing.TB, err error) map[string]string {
	t.Helper()
	var invalid *market.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("err = %v, want a refusal", err)
	}
	found := map[string]string{}
	for _, f := range invalid.Fields {
		found[f.Field] = strings.Join(f.Messages, "; ")
	}
	return found
}

// expectRefusal holds err to be a refusal with a status and the messages want, by field.
func expectRefusal(t testing.TB, err error, status int, want map[string]string) {
	t.Helper()
	if got, _ := refusal(t, err); got != status {
		t.Errorf("status = %d, want %d", got, status)
	}
	if got := messages(t, err); !maps.Equal(got, want) {
		t.Errorf("refused with %q, want %q", got, want)
	}
}
