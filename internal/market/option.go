package market

// AppliedTo says whether an option describes the whole advert or tells its variants apart.
type AppliedTo string

// The values of AppliedTo.
const (
	AppliedToAdvert  AppliedTo = "ADVERT"
	AppliedToVariant AppliedTo = "VARIANT"
)

// FieldType says how an option is answered.
type FieldType string

// The values of FieldType.
const (
	SingleSelect FieldType = "SINGLE_SELECT"
	MultiSelect  FieldType = "MULTI_SELECT"
	FreeText     FieldType = "FREE_TEXT"
)

// Purpose is the older, deprecated form of FieldType and AppliedTo together.
type Purpose string

// The values of Purpose.
const (
	PurposeVariant              Purpose = "VARIANT"
	PurposeFeature              Purpose = "FEATURE"
	PurposeProductDetailsText   Purpose = "PRODUCT_DETAILS_TEXT"
	PurposeProductDetailsSelect Purpose = "PRODUCT_DETAILS_SELECT"
	PurposeOther                Purpose = "OTHER"
)

// OptionType is a question about a product, such as its size.
type OptionType struct {
	Base
	AppliedTo    AppliedTo
	Category     Purpose
	Description  string
	DisplayName  string
	FieldType    FieldType
	Name         string
	Optional     bool
	Position     int64
	Presentation *string
}

// OptionTypesConnection is a page of option types.
type (
	OptionTypesConnection = Connection[OptionType]
	OptionTypeEdge        = Edge[OptionType]
)

// OptionTypeChange is a change of an option type.
type OptionTypeChange = ChangeOf[OptionType]

var _ = register[OptionType](true, nil)

// Ref names the option type.
func (o *OptionType) Ref() Ref { return Ref{"OptionType", o.Num} }

// ID is the option type's global id.
func (o *OptionType) ID() string { return o.Ref().ID() }

func (o *OptionType) hasExternalIDs() {}

// OptionValue is one of the answers to an option type, such as "Large".
type OptionValue struct {
	Base
	DisplayName  string
	Name         string
	OptionTypeID int64
	Position     int64
	Presentation string
}

// OptionValuesConnection is a page of option values; OptionValueConnection its other name in the API.
type (
	OptionValuesConnection = Connection[OptionValue]
	OptionValueConnection  = Connection[OptionValue]
	OptionValueEdge        = Edge[OptionValue]
)

// OptionValueChange is a change of an option value.
type OptionValueChange = ChangeOf[OptionValue]

var _ = register[OptionValue](true, nil)

// Ref names the option value.
func (o *OptionValue) Ref() Ref { return Ref{"OptionValue", o.Num} }

// ID is the option value's global id.
func (o *OptionValue) ID() string { return o.Ref().ID() }

func (o *OptionValue) hasExternalIDs() {}

// Choice is the answer that a product gives to an option type: one of its
// values, or text.
type Choice struct {
	OptionTypeID  int64
	OptionValueID *int64
	TextValue     *string
}

// AdvertOptionValue is an advert's choice.
type AdvertOptionValue struct {
	Base
	AdvertID int64
	SellerID int64
	Choice
}

// AdvertOptionValueConnection is a page of an advert's choices.
type (
	AdvertOptionValueConnection = Connection[AdvertOptionValue]
	AdvertOptionValueEdge       = Edge[AdvertOptionValue]
)

var _ = register[AdvertOptionValue](false, ownedBySeller)

// Ref names the choice.
func (a *AdvertOptionValue) Ref() Ref { return Ref{"AdvertOptionValue", a.Num} }

// ID is the choice's global id.
func (a *AdvertOptionValue) ID() string { return a.Ref().ID() }

func (a *AdvertOptionValue) sellers() []int64 { return []int64{a.SellerID} }

func (a *AdvertOptionValue) parents() []parent {
	return []parent{{ref: Ref{"Advert", a.AdvertID}, field: "advertOptionValues"}}
}

// VariantOptionValue is a variant's choice.
type VariantOptionValue struct {
	Base
	VariantID int64
	SellerID  int64
	Choice
}

// VariantOptionValueConnection is a page of a variant's choices.
type (
	VariantOptionValueConnection = Connection[VariantOptionValue]
	VariantOptionValueEdge       = Edge[VariantOptionValue]
)

var _ = register[VariantOptionValue](false, ownedBySeller)

// Ref names the choice.
func (v *VariantOptionValue) Ref() Ref { return Ref{"VariantOptionValue", v.Num} }

// ID is the choice's global id.
func (v *VariantOptionValue) ID() string { return v.Ref().ID() }

func (v *VariantOptionValue) sellers() []int64 { return []int64{v.SellerID} }

func (v *VariantOptionValue) parents() []parent {
	variant := Ref{"Variant", v.VariantID}
	return []parent{{ref: variant, field: "variantOptionValues"}, {ref: variant, field: "optionValues"}, {ref: variant, field: "label"}}
}
