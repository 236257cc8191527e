package resolvers_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crier/graph"
	"crier/resolvers"
)

// preflight is the question of a browser whether a page may send a request.
func preflight(path, method string) *http.Request {
	r := httptest.NewRequest(http.MethodOptions, path, nil)
	r.Header.Set("Origin", "https://shop.example")
	r.Header.Set("Access-Control-Request-Method", method)
	r.Header.Set("Access-Control-Request-Headers", "authorization, content-type, idempotency-key")
	return r
}

// TestPreflight answers without a key what pages may send.
func TestPreflight(t *testing.T) {
	t.Parallel()
	options := resolvers.Options{Keys: panickingKeys{}}
	es := graph.NewExecutableSchema(graph.Config{})
	for path, handler := range map[string]http.Handler{
		"/graphql": resolvers.NewHandler(es, options), "/schema.graphql": resolvers.SchemaHandler(es.Schema(), options),
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, preflight(path, http.MethodPost))
		if w.Code != http.StatusNoContent || w.Body.Len() > 0 {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin":  "*",
			"Access-Control-Allow-Methods": "GET, POST, OPTIONS",
			"Access-Control-Allow-Headers": "Authorization, MARKETPLACER-API-KEY, Content-Type, Idempotency-Key, traceparent",
			"Access-Control-Max-Age":       "7200",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// TestCrossOrigin lets pages of every origin read answers and refusals, without credentials of the browser.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	schema := resolvers.SchemaHandler(graph.NewExecutableSchema(graph.Config{}).Schema(), resolvers.Options{Keys: &theKeys{}})
	for name, got := range map[string]sent{
		"an answer":        f.do(post(asking("{ __typename }", nil))),
		"a refusal":        f.do(post(asking("{ nothing }", nil))),
		"a wrong key":      f.do(with(post(asking("{ __typename }", nil)), "Authorization", "Bearer wrong")),
		"no preflight":     f.do(httptest.NewRequest(http.MethodOptions, "/graphql", nil)),
		"the schema":       (&front{handler: schema}).do(httptest.NewRequest(http.MethodGet, "/schema.graphql", nil)),
		"the wrong method": (&front{handler: schema}).do(httptest.NewRequest(http.MethodOptions, "/schema.graphql", nil)),
	} {
		exposed := got.header.Get("Access-Control-Expose-Headers")
		if got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("Access-Control-Allow-Credentials") != "" ||
			!strings.Contains(exposed, "X-Request-Id") || !strings.Contains(exposed, "Retry-After") || !strings.Contains(exposed, "Idempotent-Replayed") {
			t.Errorf("%s: header %v", name, got.header)
		}
	}
}
