package sample

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"crier/internal/market"
)

// The size of a picture, in pixels.
const (
	pictureWidth  = 160
	pictureHeight = 120
)

// pictures are those of an advert: a drawing, and for some a photograph that lies elsewhere.
func (l *loading) pictures(of string) ([]market.ImageAttributes, error) {
	drawing, err := l.picture(of)
	if err != nil {
		return nil, err
	}
	pictures := []market.ImageAttributes{drawing}
	if l.chance(30) {
		name := market.Slug(of) + ".jpg"
		photograph := website("images") + name
		pictures = append(pictures, market.ImageAttributes{
			Alt: market.Some("Photograph: " + of), Filename: market.Some(name), SourceURL: &photograph, Size: market.Some(20_000 + l.random.Int64N(200_000)),
		})
	}
	return pictures, nil
}

// picture makes up a picture of something: stripes in two colours, which the
// marketplace serves itself.
func (l *loading) picture(of string) (market.ImageAttributes, error) {
	light, dark := l.shade(150), l.shade(60)
	drawn := image.NewPaletted(image.Rect(0, 0, pictureWidth, pictureHeight), color.Palette{light, dark})
	width, slope := 6+l.random.IntN(18), 1+l.random.IntN(3)
	for y := range pictureHeight {
		for x := range pictureWidth {
			drawn.SetColorIndex(x, y, uint8((x+slope*y)/width%2))
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, drawn); err != nil {
		return market.ImageAttributes{}, fmt.Errorf("draw a picture: %w", err)
	}
	data := base64.StdEncoding.EncodeToString(file.Bytes())
	return market.ImageAttributes{
		Alt: market.Some("Drawing in place of a photograph: " + of), DataBase64: &data, Filename: market.Some(market.Slug(of) + ".png"),
	}, nil
}

// shade is a colour about as bright as least, of 255.
func (l *loading) shade(least int) color.Color {
	part := func() uint8 { return uint8(least + l.random.IntN(100)) }
	return color.RGBA{part(), part(), part(), 255}
}
