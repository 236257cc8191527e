package resolvers

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/viewer"
)

// Options are what the API is served with.
type Options struct {
	// Keys finds API keys; CacheKeys spares it most requests. Required.
	Keys Authenticator
	// PublicSchema allows introspection and the SDL without a key.
	PublicSchema bool
	// Limits default to document.DefaultLimits.
	Limits document.Limits
	// Context prepares the context of each execution, such as Resolver.WithLoaders.
	Context func(context.Context) context.Context
	// Limiter counts requests; nil lets all pass.
	Limiter Limiter
	// RateLimit is how many requests a key may make in 10 s, a fifth of it an address without one; 0 is unlimited.
	RateLimit int
	// Log takes what clients do not see; default slog.Default.
	Log *slog.Logger
}

// handler answers requests at /graphql.
type handler struct {
	options    Options
	executor   *executor
	transports []graphql.Transport
}

// NewHandler returns the handler of /graphql.
func NewHandler(es graphql.ExecutableSchema, options Options) http.Handler {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	return &handler{
		options: options,
		executor: &executor{
			documents: document.New(es, document.Options{Limits: options.Limits, Context: options.Context}),
			present:   presenter(options.Log),
		},
		transports: []graphql.Transport{httpTransport{}},
	}
}

// ServeHTTP names the request, finds out who sends it and lets the first
// transport that can answer it do so.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = identified(w, r)
	defer recovered(w, r, h.options.Log)
	r, ok := admitted(w, r, h.options)
	if !ok {
		return
	}
	for _, t := range h.transports {
		if t.Supports(r) {
			t.Do(w, r, h.executor)
			return
		}
	}
	refuseRequest(w, r, http.StatusBadRequest, "this kind of connection is not supported")
}

// identified gives a request its id, which the answer carries too.
func identified(w http.ResponseWriter, r *http.Request) *http.Request {
	id := randomHex(12)
	w.Header().Set("X-Request-Id", id)
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
}

// recovered answers and logs a panic.
func recovered(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	if value := recover(); value != nil {
		if value == http.ErrAbortHandler {
			panic(value)
		}
		failed(w, r, log, &document.Panic{Value: value, Stack: debug.Stack()})
	}
}

// failed answers and logs a failure of our own.
func failed(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	logInternal(r.Context(), log, err)
	writeResponse(w, r, http.StatusInternalServerError, &graphql.Response{Errors: gqlerror.List{masked(r.Context())}}, false)
}

// admitted puts the viewer of a request into its context. Without a key there is
// none, which only a public schema allows. Where it is false the request was answered.
func admitted(w http.ResponseWriter, r *http.Request, options Options) (*http.Request, bool) {
	key := keyOf(r.Header)
	if r.Method == http.MethodOptions || key == "" && options.PublicSchema {
		return r, options.addressWithinRate(w, r)
	}
	v, err := authenticate(r.Context(), options.Keys, key, traceparent(r.Header))
	if err != nil {
		if refused, ok := err.(*gqlerror.Error); ok {
			if options.addressWithinRate(w, r) {
				unauthenticated(w, r, refused)
			}
		} else {
			failed(w, r, options.Log, err)
		}
		return r, false
	}
	return r.WithContext(viewer.NewContext(r.Context(), v)), options.keyWithinRate(w, r, v.Key)
}

// SchemaHandler returns the handler of /schema.graphql: the schema in its own language.
func SchemaHandler(schema *ast.Schema, options Options) http.Handler {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	var sdl bytes.Buffer
	formatter.NewFormatter(&sdl, formatter.WithIndent("  ")).FormatSchema(schema)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = identified(w, r)
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuseRequest(w, r, http.StatusMethodNotAllowed, "read the schema by GET")
			return
		}
		if _, ok := admitted(w, r, options); ok {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write(sdl.Bytes()) // The client went away: there is nobody to tell.
		}
	})
}
