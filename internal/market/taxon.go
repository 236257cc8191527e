package market

// TaxonType says what the adverts of a taxon offer.
type TaxonType string

// TaxonProduct is the type of every taxon for which nothing else was said.
const TaxonProduct TaxonType = "PRODUCT"

// Taxon is a node of the tree of categories.
type Taxon struct {
	Base
	Description *string
	DisplayName string
	ImageID     *int64
	ParentID    *int64
	PrototypeID int64
	TaxonType   TaxonType
	TaxRate     *float64
	Title       string `changed:"title,treeName"`
	URLSlug     string
}

// TaxonsConnection is a page of taxons.
type (
	TaxonsConnection = Connection[Taxon]
	TaxonEdge        = Edge[Taxon]
)

// TaxonChange is a change of a taxon.
type TaxonChange = ChangeOf[Taxon]

var _ = register[Taxon](true, nil)

// Ref names the taxon.
func (t *Taxon) Ref() Ref { return Ref{"Taxon", t.Num} }

// ID is the taxon's global id.
func (t *Taxon) ID() string { return t.Ref().ID() }

func (t *Taxon) hasExternalIDs() {}

// Prototype is the set of option types that the adverts of a taxon have.
type Prototype struct {
	Base
	Name string
}

// PrototypesConnection is a page of prototypes.
type (
	PrototypesConnection = Connection[Prototype]
	PrototypeEdge        = Edge[Prototype]
)

var _ = register[Prototype](false, nil)

// Ref names the prototype.
func (p *Prototype) Ref() Ref { return Ref{"Prototype", p.Num} }

// ID is the prototype's global id.
func (p *Prototype) ID() string { return p.Ref().ID() }

func (p *Prototype) hasExternalIDs() {}

// PrototypeOption says that a prototype has an option type.
type PrototypeOption struct {
	Base
	PrototypeID  int64
	OptionTypeID int64
}

var _ = register[PrototypeOption](false, nil)

// Ref names the pair.
func (p *PrototypeOption) Ref() Ref { return Ref{"PrototypeOption", p.Num} }

// ID is the pair's global id; the API never shows it.
func (p *PrototypeOption) ID() string { return p.Ref().ID() }

func (p *PrototypeOption) parents() []parent {
	return []parent{{ref: Ref{"OptionType", p.OptionTypeID}, field: "prototypes", quiet: true}}
}
