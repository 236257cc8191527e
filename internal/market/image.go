package market

// Image is a picture of an advert or a variant, or a logo. Its bytes are
// either elsewhere, at SourceURL, or stored here.
type Image struct {
	Base
	Alt         *string
	ContentType *string `changed:"-"`
	Filename    *string
	Height      *int64
	// OwnerType and OwnerID name the entity that shows the image.
	OwnerType string `changed:"-"`
	OwnerID   int64  `changed:"-"`
	Position  int64
	// SellerID is whose image it is; 0 is the marketplace's own.
	SellerID  int64 `changed:"-"`
	Size      *int64
	SourceURL *string `changed:"url"`
	Width     *int64
	// Digest is the hex SHA-256 of stored bytes, "" for an image from elsewhere.
	Digest string `changed:"url"`
}

// ImagesConnection is a page of images.
type (
	ImagesConnection = Connection[Image]
	ImageEdge        = Edge[Image]
)

var _ = register[Image](false, func(seller int64) []Cond {
	return []Cond{In("seller_id", []int64{0, seller})}
})

// Ref names the image.
func (i *Image) Ref() Ref { return Ref{"Image", i.Num} }

// ID is the image's global id.
func (i *Image) ID() string { return i.Ref().ID() }

func (i *Image) sellers() []int64 { return []int64{i.SellerID} }

func (i *Image) parents() []parent {
	field := "images"
	switch i.OwnerType {
	case "Seller", "Brand":
		field = "logo"
	case "Taxon":
		field = "image"
	}
	return []parent{{ref: Ref{i.OwnerType, i.OwnerID}, field: field}}
}

// ImageData is the stored bytes of an image.
type ImageData struct {
	Base
	ImageID int64
	Bytes   []byte
}

var _ = register[ImageData](false, func(int64) []Cond { return []Cond{In("id", []int64{})} })

// Ref names the bytes.
func (d *ImageData) Ref() Ref { return Ref{"ImageData", d.Num} }

// ID is the bytes' global id; the API never shows it.
func (d *ImageData) ID() string { return d.Ref().ID() }
