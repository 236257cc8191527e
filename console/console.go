// Package console serves the web interface: the console at /, GraphiQL at /playground and GraphQL Voyager at /voyager,
// from files that are built in this folder, committed and embedded, so that no page ever loads anything from another
// host.
package console

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	//go:embed dist/index.html
	consolePage []byte
	//go:embed dist/playground.html
	playgroundPage []byte
	//go:embed dist/voyager.html
	voyagerPage []byte
	//go:embed dist/licenses.md
	licenses []byte
	//go:embed all:dist/assets
	assets embed.FS
)

// policy is the Content-Security-Policy of every response, workers included: those of Monaco, GraphiQL's editor, are
// files of our own. Styles are the one thing that may be inline: Monaco and Voyager write style elements and
// attributes all the time.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// voyagerPolicy adds what Voyager's graph layout needs: Graphviz compiled to WebAssembly, in a worker that is a blob.
// Neither page needs 'unsafe-eval'.
const voyagerPolicy = policy + "; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:"

// views are the paths of the console's views. Each answers with the same page, whose script shows what the path says:
// a view can be reloaded and kept as a bookmark, and a path that is none stays 404.
var views = []string{
	"/{$}", "/webhooks", "/webhooks/{id}", "/webhooks/{id}/edit", "/compose", "/deliveries", "/deliveries/{id}", "/jobs",
	"/schema",
}

// contentTypes are the kinds of files that the build emits. The operating system's table is not asked: with nosniff,
// a browser refuses a script whose type that table has wrong.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".md":   "text/plain; charset=utf-8",
	".svg":  "image/svg+xml",
	".ttf":  "font/ttf",
}

// Handler serves the console's views, /playground and /voyager, and below /console/ their assets and the licenses of what
// is built into them; any other path is 404. The pages talk to /graphql of the same origin, which is served elsewhere.
func Handler() http.Handler {
	mux := http.NewServeMux()
	for _, view := range views {
		mux.Handle("GET "+view, page(consolePage, ".html", policy))
	}
	mux.Handle("GET /playground", page(playgroundPage, ".html", policy))
	mux.Handle("GET /voyager", page(voyagerPage, ".html", voyagerPolicy))
	mux.Handle("GET /console/licenses.md", page(licenses, ".md", policy))
	mux.Handle("GET /console/assets/{name}", &assetHandler{})
	return guarded(mux)
}

// guarded sets the security headers of every response; a page may widen the policy.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// page serves a file of a fixed name. It is asked for anew each time, so that a new binary's assets are found at once.
func page(content []byte, extension, policy string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", contentTypes[extension])
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	})
}

// assetHandler serves the built assets. Their names contain a hash of their content, so a browser keeps them for good.
type assetHandler struct {
	gzipped sync.Map // file → []byte, made when the first client asks for it
}

func (h *assetHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := "dist/assets/" + r.PathValue("name")
	if _, err := fs.Stat(assets, file); err != nil {
		http.NotFound(w, r)
		return
	}
	if !acceptsGzip(r.Header.Get("Accept-Encoding")) {
		setAssetHeaders(w.Header(), file)
		http.ServeFileFS(w, r, assets, file)
		return
	}
	content, err := h.compressed(file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	setAssetHeaders(w.Header(), file)
	w.Header().Set("Content-Encoding", "gzip")
	http.ServeContent(w, r, file, time.Time{}, bytes.NewReader(content))
}

func setAssetHeaders(header http.Header, file string) {
	header.Set("Content-Type", contentTypes[path.Ext(file)])
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
}

// compressed returns a file's gzip form. Two first requests at once may both make it, and make the same.
func (h *assetHandler) compressed(file string) ([]byte, error) {
	if content, ok := h.gzipped.Load(file); ok {
		return content.([]byte), nil
	}
	plain, err := assets.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("console: read %s: %w", file, err)
	}
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := writer.Write(plain); err != nil {
		return nil, fmt.Errorf("console: compress %s: %w", file, err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("console: compress %s: %w", file, err)
	}
	h.gzipped.Store(file, buffer.Bytes())
	return buffer.Bytes(), nil
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, section 12.5.3). A wildcard is not taken as gzip: identity is
// always right.
func acceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, weight, weighted := strings.Cut(strings.TrimSpace(item), ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return !weighted || err == nil && q > 0
	}
	return false
}
