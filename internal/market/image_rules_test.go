package market_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// drawn is a picture of a size in a format of the standard library.
func drawn(t testing.TB, format string, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	picture := image.NewPaletted(image.Rect(0, 0, width, height), palette.Plan9)
	encode := map[string]func() error{
		"png":  func() error { return png.Encode(&b, picture) },
		"jpeg": func() error { return jpeg.Encode(&b, picture, nil) },
		"gif":  func() error { return gif.Encode(&b, picture, nil) },
	}
	if err := encode[format](); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// webP is the head of a WebP file with one chunk (RFC 9649, section 2.4).
func webP(chunk string, body ...byte) []byte {
	head := append([]byte("RIFF\x00\x00\x00\x00WEBP"+chunk), 0, 0, 0, 0)
	return append(append(head, body...), make([]byte, 16)...)
}

func base64Of(raw []byte) *string {
	text := base64.StdEncoding.EncodeToString(raw)
	return &text
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		raw           []byte
		contentType   string
		width, height int64
	}{
		"PNG":           {drawn(t, "png", 3, 2), "image/png", 3, 2},
		"JPEG":          {drawn(t, "jpeg", 17, 9), "image/jpeg", 17, 9},
		"GIF":           {drawn(t, "gif", 5, 300), "image/gif", 5, 300},
		"WebP lossy":    {webP("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a, 0x90, 0x41, 0x2c, 0x01), "image/webp", 400, 300},
		"WebP lossless": {webP("VP8L", 0x2f, 0x8f, 0xc1, 0x4a, 0x00), "image/webp", 400, 300},
		"WebP extended": {webP("VP8X", 0, 0, 0, 0, 0x8f, 0x01, 0x00, 0x2b, 0x01, 0x00), "image/webp", 400, 300},
		"WebP of zero":  {webP("VP8 ", 0, 0, 0, 0x9d, 0x01, 0x2a), "", 0, 0},
		"WebP of what":  {webP("WHAT"), "", 0, 0},
		"short WebP":    {webP("VP8X")[:29], "", 0, 0},
		"cut PNG":       {drawn(t, "png", 3, 2)[:20], "", 0, 0},
		"SVG":           {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "", 0, 0},
		"nothing":       {nil, "", 0, 0},
	}
	for name, test := range tests {
		contentType, width, height, ok := market.Measure(test.raw)
		if ok != (test.contentType != "") || ok && (contentType != test.contentType || width != test.width || height != test.height) {
			t.Errorf("%s: %q, %d × %d, %t", name, contentType, width, height, ok)
		}
	}
}

func FuzzMeasure(f *testing.F) {
	for _, raw := range [][]byte{
		drawn(f, "png", 3, 2), drawn(f, "jpeg", 3, 2), drawn(f, "gif", 3, 2), webP("VP8L", 0x2f, 0x8f, 0xc1, 0x4a, 0x00), webP("VP8X"), nil,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		contentType, width, height, ok := market.Measure(raw)
		if ok && (!strings.HasPrefix(contentType, "image/") || width <= 0 || height <= 0) {
			t.Errorf("measured as %q, %d × %d", contentType, width, height)
		}
	})
}

func TestStoredImages(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	small, large := drawn(t, "png", 3, 2), drawn(t, "jpeg", 30, 20)
	a := c.upsert(c.shirt(func(in *market.AdvertUpsert) {
		in.Images = []market.ImageAttributes{{DataBase64: base64Of(small), Filename: market.Some("s.png"), Size: market.Some(int64(1))}}
	}))
	i := c.images(a.Ref())[0]
	want := &market.Image{
		Base: i.Base, OwnerType: "Advert", OwnerID: a.Num, SellerID: c.seller.Num, ContentType: new("image/png"), Digest: i.Digest,
		Filename: new("s.png"), Width: new(int64(3)), Height: new(int64(2)), Size: new(int64(len(small))),
	}
	if diff := cmp.Diff(want, i); diff != "" || len(i.Digest) != 64 {
		t.Errorf("image (-want +got):\n%s", diff)
	}
	stored := func() []byte { return one[market.ImageData](c.sales, market.Eq("image_id", i.Num)).Bytes }
	if !bytes.Equal(stored(), small) {
		t.Error("other bytes are stored")
	}
	c.store.take()
	set := func(in market.ImageAttributes) {
		t.Helper()
		c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), Images: []market.ImageAttributes{in}})
	}
	changed := a.Ref().String() + " update [images]"
	set(market.ImageAttributes{DataBase64: new(strings.TrimRight(*base64Of(small), "=") + "\n")})
	c.expectEvents()
	set(market.ImageAttributes{ImageID: new(i.ID()), DataBase64: base64Of(large)})
	c.expectEvents(changed)
	if now := c.images(a.Ref()); len(now) != 1 || *now[0].ContentType != "image/jpeg" || !bytes.Equal(stored(), large) {
		t.Errorf("images = %+v", now)
	}
	set(market.ImageAttributes{ImageID: new(i.ID()), SourceURL: new("https://example.com/1.png"), Size: market.Some(int64(7))})
	c.expectEvents(changed)
	now := c.images(a.Ref())[0]
	if now.Digest != "" || now.ContentType != nil || now.Width != nil || *now.Size != 7 || len(rows[market.ImageData](c.sales)) != 0 {
		t.Errorf("image = %+v", now)
	}
	set(market.ImageAttributes{ImageID: new(i.ID()), DataBase64: base64Of(small), Filename: market.Null[string]()})
	if !bytes.Equal(stored(), small) || c.images(a.Ref())[0].Filename != nil || c.images(a.Ref())[0].SourceURL != nil {
		t.Errorf("image = %+v", c.images(a.Ref())[0])
	}
}

// A seller's stored logo goes with its bytes.
func TestStoredLogo(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	logo := func(raw []byte) market.SellerUpdate {
		return market.SellerUpdate{Logo: market.Some(market.ImageAttributes{DataBase64: base64Of(raw)})}
	}
	must(c.UpdateSeller(t.Context(), c.owner, nil, logo(drawn(t, "png", 3, 2))))
	second := must(c.UpdateSeller(t.Context(), c.owner, nil, logo(drawn(t, "gif", 3, 2))))
	if i := one[market.Image](c.sales); *second.LogoID != i.Num || *i.ContentType != "image/gif" || one[market.ImageData](c.sales).ImageID != i.Num {
		t.Errorf("logo = %+v", i)
	}
	must(c.UpdateSeller(t.Context(), c.owner, nil, market.SellerUpdate{Logo: market.Null[market.ImageAttributes]()}))
	if len(rows[market.Image](c.sales))+len(rows[market.ImageData](c.sales)) != 0 {
		t.Error("something of the logo is left")
	}
}

func TestImagePlaces(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt())
	url := func(name string) market.ImageAttributes {
		return market.ImageAttributes{SourceURL: new("https://example.com/" + name)}
	}
	num := func(n int64, in market.ImageAttributes) market.ImageAttributes {
		in.ImageID = new(strings.TrimRight(market.Ref{Type: "Image", Num: n}.ID(), "=")) // as some clients send it
		return in
	}
	type list = []market.ImageAttributes
	steps := []struct {
		name string
		in   list
		// want are the numbers and the paths of the URLs, by place.
		want string
	}{
		{"new ones", list{url("a"), url("b"), url("a")}, "1/a 2/b"},
		{"a third", list{url("c")}, "1/a 2/b 3/c"},
		{"the same", list{url("a"), url("b"), url("c")}, "1/a 2/b 3/c"},
		{"one is named", list{num(2, market.ImageAttributes{Alt: market.Some("B")})}, "1/a 2/b 3/c"},
		{"in another order", list{url("c"), num(1, market.ImageAttributes{})}, "3/c 2/b 1/a"},
		{"all in another order", list{url("b"), url("a"), url("c")}, "2/b 1/a 3/c"},
		{"a new one before", list{url("d"), url("b")}, "4/d 1/a 3/c 2/b"},
		{"that again", list{url("d"), url("b")}, "4/d 1/a 3/c 2/b"},
		{"changed in its place", list{num(1, url("e"))}, "4/d 1/e 3/c 2/b"},
		{"none", list{}, "4/d 1/e 3/c 2/b"},
	}
	for _, step := range steps {
		c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), Images: step.in})
		var got []string
		for place, i := range c.images(a.Ref()) {
			if i.Position != int64(place) {
				t.Errorf("%s: place %d is %d", step.name, place, i.Position)
			}
			got = append(got, fmt.Sprint(i.Num, strings.TrimPrefix(*i.SourceURL, "https://example.com")))
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("%s: images = %q, want %q", step.name, got, step.want)
		}
	}
	if alt := one[market.Image](c.sales, market.Eq("id", int64(2))).Alt; alt == nil || *alt != "B" {
		t.Errorf("alt = %v", alt)
	}
}

func TestImageRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	other := c.upsert(c.shirt(func(in *market.AdvertUpsert) {
		in.Images = []market.ImageAttributes{{SourceURL: new("https://example.com/1.png")}}
	}))
	c.store.take()
	tooLarge := append(drawn(t, "png", 3, 2), make([]byte, 5<<20)...)
	tests := map[string]struct {
		in    market.ImageAttributes
		field string
		want  string
	}{
		"nothing":          {market.ImageAttributes{Alt: market.Some("a")}, "source_url", "is needed for a new picture, or data_base64"},
		"both":             {market.ImageAttributes{SourceURL: new("https://example.com/1"), DataBase64: new("")}, "data_base64", "can't be given together with source_url"},
		"relative URL":     {market.ImageAttributes{SourceURL: new("/1.png")}, "source_url", "must be an absolute http or https URL"},
		"empty URL":        {market.ImageAttributes{SourceURL: new("")}, "source_url", "must be an absolute http or https URL"},
		"other scheme":     {market.ImageAttributes{SourceURL: new("javascript:alert(1)")}, "source_url", "must be an absolute http or https URL"},
		"broken URL":       {market.ImageAttributes{SourceURL: new("https://exa\nmple.com/1.png")}, "source_url", "must be an absolute http or https URL"},
		"long URL":         {market.ImageAttributes{SourceURL: new("https://example.com/" + strings.Repeat("x", 2048))}, "source_url", "is too long: at most 2048 characters"},
		"no base64":        {market.ImageAttributes{DataBase64: new("***")}, "data_base64", "is not base64"},
		"no picture":       {market.ImageAttributes{DataBase64: base64Of([]byte("text"))}, "data_base64", "is not a PNG, JPEG, WebP or GIF picture"},
		"empty":            {market.ImageAttributes{DataBase64: new("")}, "data_base64", "is not a PNG, JPEG, WebP or GIF picture"},
		"too large":        {market.ImageAttributes{DataBase64: base64Of(tooLarge)}, "data_base64", "is too large: at most 5 MiB"},
		"size":             {market.ImageAttributes{SourceURL: new("https://example.com/1"), Size: market.Some(int64(-1))}, "size", "must be between 0 and 2147483647"},
		"filename":         {market.ImageAttributes{SourceURL: new("https://example.com/1"), Filename: market.Some(strings.Repeat("x", 256))}, "filename", "is too long: at most 255 characters"},
		"image of another": {market.ImageAttributes{ImageID: new(c.images(other.Ref())[0].ID())}, "image_id", "was not found"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(withVariants(market.VariantAttributes{Images: []market.ImageAttributes{test.in}})))
			if diff := cmp.Diff(map[string]string{"variants.0.images.0." + test.field: test.want}, messages(t, err)); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
	c.expectEvents()
}
