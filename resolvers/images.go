package resolvers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"crier/internal/market"
)

// ImageReader reads the images that this server stores.
type ImageReader interface {
	// ImageBytes returns the file whose SHA-256 is digest, in hex, with its
	// content type; market.ErrNotFound where there is none.
	ImageBytes(ctx context.Context, digest string) (file []byte, contentType string, err error)
}

// imageExtensions are the file extensions of the content types that are stored.
var imageExtensions = map[string]string{
	"image/gif":  "gif",
	"image/jpeg": "jpg",
	"image/png":  "png",
	"image/webp": "webp",
}

var imagePath = regexp.MustCompile(`^/images/([0-9a-f]{64})\.([a-z]+)$`)

// imageURL is where the picture is: elsewhere as given, or on this server.
func (r *Resolver) imageURL(image *market.Image) string {
	if image.SourceURL != nil {
		return *image.SourceURL
	}
	return r.BaseURL + "/images/" + image.Digest + "." + imageExtensions[deref(image.ContentType)]
}

// ImageHandler serves /images/<digest>.<ext>. A digest names the same bytes for
// ever and cannot be guessed, so that caches may keep them and no key is asked for.
func ImageHandler(reader ImageReader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "images can only be read", http.StatusMethodNotAllowed)
			return
		}
		digest, file, contentType, err := storedImage(reader, req)
		if errors.Is(err, market.ErrNotFound) {
			http.NotFound(w, req)
			return
		}
		if err != nil {
			slog.ErrorContext(req.Context(), "image.failed", "path", req.URL.Path, "error", err)
			http.Error(w, "the image could not be read", http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", `"`+digest+`"`)
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(file))
	})
}

// storedImage reads the file that the path of a request names.
func storedImage(reader ImageReader, req *http.Request) (digest string, file []byte, contentType string, err error) {
	parts := imagePath.FindStringSubmatch(req.URL.Path)
	if parts == nil {
		return "", nil, "", market.ErrNotFound
	}
	file, contentType, err = reader.ImageBytes(req.Context(), parts[1])
	if err == nil && imageExtensions[contentType] != parts[2] {
		err = market.ErrNotFound
	}
	return parts[1], file, contentType, err
}
