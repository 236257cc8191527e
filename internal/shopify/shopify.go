// Package shopify reads Shopify's product CSV, the format that most shops
// export, and loads it into the marketplace through its rules.
//
// A product is one row or more with the same handle: the first row has what
// the product is, and each row one variant, one picture, or both
// (Shopify's documentation, "Using CSV files to import and export products").
package shopify

import (
	"fmt"
	"strings"

	"crier/internal/market"
)

// MaxVariants is how many variants of a product are read: as many as one
// advertUpsert takes (contract marketplacer.md, Limits).
const MaxVariants = 100

// MaxImages is how many pictures of a product are read: as many as an advert takes at once.
const MaxImages = 100

// Product is one product of a file, with at least one variant. What is unset
// has no column in the file and says nothing of a product that exists already.
type Product struct {
	// File is the name that Parse was given, Line where the product's first row starts, from 1.
	File string `json:"file"`
	Line int
	// Handle names the product within its shop; neither it nor Title is empty.
	Handle string
	Title  string
	// Body is HTML; null where the product has none.
	Body market.Opt[string]
	// Vendor, Type and the list of Tags are null where the product has none.
	Vendor market.Opt[string]
	Type   market.Opt[string]
	Tags   market.Opt[[]string]
	// Published is true where the file leaves it open.
	Published market.Opt[bool]
	// Options are the names of what tells the variants apart, at most three;
	// none where the product comes in one form only.
	Options []string
	// Variants differ in their Values.
	Variants []Variant
	// Images are in the order in which they are shown, each URL once.
	Images []Image
}

// Variant is one form in which a product is sold.
type Variant struct {
	// Line is where its row starts, from 1.
	Line int
	// Values answer the product's Options, one each.
	Values []string
	// SKU and Barcode are null where the variant has none.
	SKU     market.Opt[string]
	Barcode market.Opt[string]
	// PriceCents is what is paid, above zero; CompareAtCents what it was before, 0 where nothing is said.
	PriceCents     int64
	CompareAtCents int64
	// Quantity is unset where the file does not say how many there are.
	Quantity market.Opt[int64]
	// Unlimited says that it sells on when there are none left, or that nobody counts them.
	Unlimited market.Opt[bool]
	// Image is the URL of its own picture, "" where it has none.
	Image string
}

// Key names a variant within its product, as Shopify titles it: its values with
// slashes between, or "Default Title". A slash within a value is doubled, so
// that no two are alike.
func (v *Variant) Key() string {
	if len(v.Values) == 0 {
		return defaultTitle
	}
	parts := make([]string, len(v.Values))
	for i, value := range v.Values {
		parts[i] = strings.ReplaceAll(value, "/", "//")
	}
	return strings.Join(parts, " / ")
}

// Image is a picture of a product.
type Image struct {
	// Line is where its row starts, from 1.
	Line int
	// URL is absolute, http or https.
	URL string
	// Position is its place among the product's pictures; smaller ones come first.
	Position int
	// Alt is what it shows, in words; null where nobody wrote it.
	Alt market.Opt[string]
}

// RowError says why a row was not loaded.
type RowError struct {
	File string `json:"file"`
	// Line is the physical line on which the row starts, from 1.
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Error gives the place as compilers do, then the reason.
func (e RowError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Reason) }
