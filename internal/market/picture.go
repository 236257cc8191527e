package market

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	_ "image/gif"  // formats that image.DecodeConfig reads
	_ "image/jpeg" //
	_ "image/png"  //
	"strings"
)

// ImageAttributes is what an input says of a picture: one to add, from
// SourceURL or DataBase64, or one to change, which ImageID names.
type ImageAttributes struct {
	Alt Opt[string]
	// DataBase64 is the file itself: PNG, JPEG, WebP or GIF, at most 5 MiB.
	DataBase64 *string
	Filename   Opt[string]
	// ImageID is a picture that the owner has already.
	ImageID *string
	// Size is in bytes; with DataBase64 it is measured.
	Size Opt[int64]
	// SourceURL is where the picture lies; it is never fetched.
	SourceURL *string
}

// imageBytesLimit bounds a stored picture (contract marketplacer.md, Images).
const imageBytesLimit = 5 << 20

// picture is an image of an input that was read and checked.
type picture struct {
	in ImageAttributes
	// path is the picture's place in the input.
	path string
	// file is what DataBase64 holds; nil where the picture is elsewhere.
	file *file
}

// file is a picture's bytes and what they say of themselves.
type file struct {
	bytes         []byte
	contentType   string
	digest        string
	width, height int64
}

// readPicture checks what an input says of one picture.
func readPicture(p *problems, path string, in ImageAttributes) picture {
	pic := picture{in: in, path: path}
	checkText(p, at(path, "alt"), in.Alt.Or(""), valueLimit)
	checkText(p, at(path, "filename"), in.Filename.Or(""), nameLimit)
	if in.Size.Value != nil {
		checkCount(p, at(path, "size"), *in.Size.Value)
	}
	switch {
	case in.SourceURL != nil && in.DataBase64 != nil:
		p.add(at(path, "data_base64"), "can't be given together with source_url")
	case in.SourceURL != nil:
		checkText(p, at(path, "source_url"), *in.SourceURL, urlLimit)
		checkWebURL(p, at(path, "source_url"), in.SourceURL)
	case in.DataBase64 != nil:
		f, err := readFile(*in.DataBase64)
		if err != nil {
			p.add(at(path, "data_base64"), "%s", err)
		}
		pic.file = f
	case in.ImageID == nil:
		p.add(at(path, "source_url"), "is needed for a new picture, or data_base64")
	}
	return pic
}

// readFile decodes a picture; the error says what is wrong with it, as a clause.
func readFile(text string) (*file, error) {
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "=\r\n"))
	if err != nil {
		return nil, errors.New("is not base64")
	}
	if len(raw) > imageBytesLimit {
		return nil, errors.New("is too large: at most 5 MiB")
	}
	contentType, width, height, ok := measure(raw)
	if !ok {
		return nil, errors.New("is not a PNG, JPEG, WebP or GIF picture")
	}
	digest := sha256.Sum256(raw)
	return &file{bytes: raw, contentType: contentType, digest: hex.EncodeToString(digest[:]), width: width, height: height}, nil
}

// measure tells the format and the size in pixels of a picture by its content.
func measure(raw []byte) (contentType string, width, height int64, ok bool) {
	if width, height, ok := measureWebP(raw); ok {
		return "image/webp", width, height, true
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return "", 0, 0, false
	}
	return "image/" + format, int64(config.Width), int64(config.Height), true
}

// measureWebP reads the size from the first chunk of a WebP file (RFC 9649,
// sections 2.4 to 2.7): lossy, lossless or extended.
func measureWebP(raw []byte) (width, height int64, ok bool) {
	if len(raw) < 30 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WEBP" {
		return 0, 0, false
	}
	chunk, body := string(raw[12:16]), raw[20:]
	switch {
	case chunk == "VP8 " && bytes.Equal(body[3:6], []byte{0x9d, 0x01, 0x2a}):
		width = int64(binary.LittleEndian.Uint16(body[6:]) & 0x3fff)
		height = int64(binary.LittleEndian.Uint16(body[8:]) & 0x3fff)
	case chunk == "VP8L" && body[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(body[1:])
		width, height = int64(bits&0x3fff)+1, int64(bits>>14&0x3fff)+1
	case chunk == "VP8X":
		width, height = uint24(body[4:])+1, uint24(body[7:])+1
	}
	return width, height, width > 0 && height > 0
}

func uint24(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }
