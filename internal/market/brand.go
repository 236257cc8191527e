package market

// Brand is the maker whose name a product carries.
type Brand struct {
	Base
	Default bool `bun:"is_default"`
	LogoID  *int64
	Name    string
	Slug    string
}

// BrandsConnection is a page of brands.
type (
	BrandsConnection = Connection[Brand]
	BrandEdge        = Edge[Brand]
)

var _ = register[Brand](false, nil)

// Ref names the brand.
func (b *Brand) Ref() Ref { return Ref{"Brand", b.Num} }

// ID is the brand's global id.
func (b *Brand) ID() string { return b.Ref().ID() }

func (b *Brand) hasExternalIDs() {}
