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
	// Claims keeps idempotency keys; nil ignores them.
	Claims Claims
	// Feed tells subscriptions of changes; nil refuses them.
	Feed Feed
	// Live defaults to DefaultLiveLimits.
	Live LiveLimits
	// Log takes what clients do not see; default slog.Default.
	Log *slog.Logger
}

// Handler answers requests at /graphql: over HTTP, with server-sent events where
// the client accepts them, and over WebSockets.
type Handler struct {
	options Options
	http    httpTransport
	sockets *sockets
}

// NewHandler returns the handler of /graphql. What it serves over WebSockets
// ends with Shutdown.
func NewHandler(es graphql.ExecutableSchema, options Options) *Handler {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Live == (LiveLimits{}) {
		options.Live = DefaultLiveLimits
	}
	e := &executor{
		documents: document.New(es, document.Options{Limits: options.Limits, Context: options.Context}),
		present:   presenter(options.Log),
		keys:      options.Keys,
		feed:      options.Feed,
		live:      options.Live,
		seats:     &seats{limits: options.Live, byKey: map[string]int{}},
		stopping:  make(chan struct{}),
		log:       options.Log,
	}
	return &Handler{options, httpTransport{e, idempotent{options.Claims, options.Log}}, newSockets(e, options)}
}

// Shutdown ends subscriptions, and WebSockets when their queries and mutations
// are done. Its error is ctx's where that took longer; they are cut off then.
// What came over HTTP is for the server to wait for. It may be called once.
func (h *Handler) Shutdown(ctx context.Context) error {
	close(h.http.stopping)
	return h.sockets.shutdown(ctx)
}

// ServeHTTP names the request, finds out who sends it and answers it.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = identified(w, r)
	defer recovered(w, r, h.options.Log)
	if crossOrigin(w, r) {
		return
	}
	if isWebSocket(r) {
		h.sockets.serve(w, r)
		return
	}
	if r, ok := admitted(w, r, h.options); ok {
		h.http.serve(w, r)
	}
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
		return r, withinRate(w, r, options.excessOfAddress(r))
	}
	v, err := authenticate(r.Context(), options.Keys, key, traceparent(r.Header))
	if err != nil {
		if refused, ok := err.(*gqlerror.Error); ok {
			if withinRate(w, r, options.excessOfAddress(r)) {
				unauthenticated(w, r, refused)
			}
		} else {
			failed(w, r, options.Log, err)
		}
		return r, false
	}
	return r.WithContext(admittedAs(r.Context(), v, key)), withinRate(w, r, options.excessOfKey(r.Context(), v.Key))
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
		if crossOrigin(w, r) {
			return
		}
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
