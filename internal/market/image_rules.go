package market

import (
	"fmt"
	"slices"
)

// readPictures checks a list of pictures.
func readPictures(p *problems, path string, in []ImageAttributes) []picture {
	if !atMost(p, path, len(in), listLimit) {
		return nil
	}
	pictures := make([]picture, len(in))
	for i, image := range in {
		pictures[i] = readPicture(p, at(path, i), image)
	}
	return pictures
}

// setImages changes the pictures of a stored owner: one that the owner has, by
// its id, its URL or its bytes, is changed where it stands, others are added,
// and those that are not mentioned stay. The pictures of the list are in its
// order, in the places that those among them had before, then after the last.
func (u *unit) setImages(p *problems, owner Ref, seller int64, pictures []picture) error {
	if len(pictures) == 0 {
		return nil
	}
	present, err := u.imagesOf(owner)
	if err != nil {
		return err
	}
	chosen := matchPictures(p, pictures, present, func() *Image {
		return &Image{OwnerType: owner.Type, OwnerID: owner.Num, SellerID: seller}
	})
	places := placesFor(chosen, present)
	for i, c := range chosen {
		c.image.Position = places[i]
		if err := u.setImage(c.image, c.picture); err != nil {
			return err
		}
	}
	return nil
}

// imagesOf loads an owner's pictures in their order; a new one has none.
func (u *unit) imagesOf(owner Ref) ([]*Image, error) {
	if u.created(owner) {
		return nil, nil
	}
	images, err := list[Image](u, Eq("owner_type", owner.Type), Eq("owner_id", owner.Num))
	if err != nil {
		return nil, fmt.Errorf("load the images of %s: %w", owner, err)
	}
	slices.SortStableFunc(images, func(a, b *Image) int { return int(a.Position - b.Position) })
	return images, nil
}

// chosenImage is the image that a picture of the input is about; its number is zero where it is new.
type chosenImage struct {
	image   *Image
	picture picture
}

// matchPictures finds the image of each picture, or makes a new one. A picture
// that is given twice is one.
func matchPictures(p *problems, pictures []picture, present []*Image, fresh func() *Image) []chosenImage {
	var chosen []chosenImage
	for _, pic := range pictures {
		if slices.ContainsFunc(chosen, func(c chosenImage) bool { return pic.isOf(c.image) || pic.same(c.picture) }) {
			continue
		}
		i := slices.IndexFunc(present, pic.isOf)
		switch {
		case i >= 0:
			chosen = append(chosen, chosenImage{present[i], pic})
		case pic.in.ImageID != nil:
			p.missing(at(pic.path, "image_id"))
		default:
			chosen = append(chosen, chosenImage{fresh(), pic})
		}
	}
	return chosen
}

// isOf reports whether the picture is an image that exists: the one it names,
// else one with the same content.
func (pic picture) isOf(i *Image) bool {
	if i.Num == 0 {
		return false
	}
	switch {
	case pic.in.ImageID != nil:
		return names(*pic.in.ImageID, i.Ref())
	case pic.file != nil:
		return i.Digest == pic.file.digest
	}
	return i.SourceURL != nil && pic.in.SourceURL != nil && *i.SourceURL == *pic.in.SourceURL
}

// same reports whether two new pictures have the same content.
func (pic picture) same(other picture) bool {
	if pic.in.ImageID != nil || other.in.ImageID != nil {
		return false
	}
	if pic.file != nil && other.file != nil {
		return pic.file.digest == other.file.digest
	}
	return pic.in.SourceURL != nil && other.in.SourceURL != nil && *pic.in.SourceURL == *other.in.SourceURL
}

// placesFor returns the positions of the chosen images: those that they have, then new ones at the end.
func placesFor(chosen []chosenImage, present []*Image) []int64 {
	var next int64
	for _, i := range present {
		next = max(next, i.Position+1)
	}
	places := make([]int64, len(chosen))
	for n, c := range chosen {
		if c.image.Num != 0 {
			places[n] = c.image.Position
			continue
		}
		places[n] = next
		next++
	}
	slices.Sort(places)
	return places
}

// setImage stores what the input says of one image.
func (u *unit) setImage(i *Image, pic picture) error {
	before := i.Digest
	pic.describe(i)
	if i.Num == 0 {
		if err := u.add(i); err != nil {
			return err
		}
	}
	switch {
	case i.Digest == before:
		return nil
	case before == "":
		return u.add(&ImageData{ImageID: i.Num, Bytes: pic.file.bytes})
	}
	stored, err := list[ImageData](u, Eq("image_id", i.Num))
	if err != nil {
		return fmt.Errorf("load the bytes of %s: %w", i.Ref(), err)
	}
	for _, d := range stored {
		if pic.file == nil {
			u.remove(d)
		} else {
			d.Bytes = pic.file.bytes
		}
	}
	return nil
}

// describe sets an image's attributes; what the input leaves out stays.
func (pic picture) describe(i *Image) {
	setText(pic.in.Alt, &i.Alt)
	setText(pic.in.Filename, &i.Filename)
	if pic.in.SourceURL != nil {
		i.SourceURL, i.Digest, i.ContentType, i.Width, i.Height = pic.in.SourceURL, "", nil, nil, nil
	}
	if f := pic.file; f != nil {
		size := int64(len(f.bytes))
		i.SourceURL, i.Digest, i.ContentType = nil, f.digest, &f.contentType
		i.Width, i.Height, i.Size = &f.width, &f.height, &size
	} else if i.Digest == "" {
		pic.in.Size.Into(&i.Size)
	}
}

// removeImage deletes an image with its bytes.
func (u *unit) removeImage(i *Image) error {
	stored, err := list[ImageData](u, Eq("image_id", i.Num))
	if err != nil {
		return fmt.Errorf("load the bytes of %s: %w", i.Ref(), err)
	}
	u.remove(i)
	for _, d := range stored {
		u.remove(d)
	}
	return nil
}
