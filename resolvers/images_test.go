package resolvers_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"crier/internal/market"
	"crier/resolvers"
)

// shelf holds images by their digests.
type shelf map[string][]byte

func (s shelf) ImageBytes(_ context.Context, digest string) ([]byte, string, error) {
	file, ok := s[digest]
	if !ok {
		return nil, "", market.ErrNotFound
	}
	if file == nil {
		return nil, "", errors.New("the disk is on fire")
	}
	return file, "image/png", nil
}

const broken = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func TestImageHandler(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(resolvers.ImageHandler(shelf{digest: []byte("\x89PNG bytes"), broken: nil}))
	t.Cleanup(server.Close)
	for name, test := range map[string]struct {
		method, path string
		header       http.Header
		status       int
		body         string
	}{
		"the file":               {path: "/images/" + digest + ".png", status: 200, body: "\x89PNG bytes"},
		"its head":               {method: "HEAD", path: "/images/" + digest + ".png", status: 200},
		"a part of it":           {path: "/images/" + digest + ".png", header: http.Header{"Range": {"bytes=1-3"}}, status: 206, body: "PNG"},
		"what the client has":    {path: "/images/" + digest + ".png", header: http.Header{"If-None-Match": {`"` + digest + `"`}}, status: 304},
		"another extension":      {path: "/images/" + digest + ".jpg", status: 404, body: "404 page not found\n"},
		"a digest of nothing":    {path: "/images/" + digest[:63] + "0.png", status: 404, body: "404 page not found\n"},
		"a short digest":         {path: "/images/abc.png", status: 404, body: "404 page not found\n"},
		"a way out":              {path: "/images/..%2f" + digest + ".png", status: 404, body: "404 page not found\n"},
		"an upload":              {method: "POST", path: "/images/" + digest + ".png", status: 405, body: "images can only be read\n"},
		"a store that is broken": {path: "/images/" + broken + ".png", status: 500, body: "the image could not be read\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for key, values := range test.header {
				req.Header[key] = values
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != test.status || string(body) != test.body {
				t.Errorf("%d %q, want %d %q", resp.StatusCode, body, test.status, test.body)
			}
			if resp.StatusCode != 200 {
				return
			}
			for key, want := range map[string]string{
				"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Etag": `"` + digest + `"`,
				"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'; sandbox",
			} {
				if got := resp.Header.Get(key); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
		})
	}
}
