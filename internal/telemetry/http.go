package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
)

// The operations that requests are counted by, beside the kinds of GraphQL.
const (
	noOperation = "none"
	webSocket   = "websocket"
)

// The codes that mean something here: of an answer without errors, and of a failure of our own.
const (
	noError       = "OK"
	internalError = "INTERNAL"
)

// requestBuckets are in seconds, from what a cache answers to the limit on the
// time of an operation.
var requestBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// HTTP counts, measures and traces requests.
type HTTP struct {
	tracer    *Tracer
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	sockets   *prometheus.CounterVec
}

// NewHTTP returns what counts requests in a registry. A nil tracer traces none.
func NewHTTP(registry prometheus.Registerer, tracer *Tracer) *HTTP {
	to := promauto.With(registry)
	h := &HTTP{
		tracer: tracer,
		requests: to.NewCounterVec(prometheus.CounterOpts{Name: "crier_http_requests_total",
			Help: "Requests by the operation (query, mutation, subscription, websocket; none where there is none), the HTTP status and the code of the first GraphQL error (OK where there is none)."},
			[]string{"operation", "status", "code"}),
		durations: to.NewHistogramVec(prometheus.HistogramOpts{Name: "crier_http_request_duration_seconds",
			Help:    "Time to answer a request, in seconds, by operation; subscriptions and WebSockets, which last as long as their client likes, are left out.",
			Buckets: requestBuckets, NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 160, NativeHistogramMinResetDuration: time.Hour},
			[]string{"operation"}),
		sockets: to.NewCounterVec(prometheus.CounterOpts{Name: "crier_websocket_operations_total",
			Help: "Operations that were started over WebSockets: query, mutation or subscription."}, []string{"operation"}),
	}
	for _, kind := range []string{"query", "mutation", "subscription"} {
		h.sockets.WithLabelValues(kind) // shown as 0 from the start
	}
	return h
}

// note is what a handler says of its request.
type note struct {
	*HTTP
	operation, name, code string
}

type noteKey struct{}

// Operation notes what a request is about: query, mutation or subscription, and its name.
func Operation(ctx context.Context, kind, name string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.operation, n.name = kind, name
	}
}

// SocketOperation counts an operation over the WebSocket whose handshake had a context.
func SocketOperation(handshake context.Context, kind string) {
	if n, ok := handshake.Value(noteKey{}).(*note); ok {
		n.sockets.WithLabelValues(kind).Inc()
	}
}

// Code notes the code of the first error that a request is answered with.
func Code(ctx context.Context, code string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.code = code
	}
}

// Handle counts the requests of a handler. Where they are traced, the
// traceparent of the request becomes that of its span, so that what the handler
// hands on is part of the same trace.
func (h *HTTP) Handle(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, n := time.Now(), &note{HTTP: h, operation: noOperation, code: noError}
		if strings.EqualFold(r.Header.Get("Upgrade"), webSocket) {
			n.operation = webSocket
		}
		span := h.begin(route, r, n)
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			h.requests.WithLabelValues(n.operation, strconv.Itoa(answer.status), n.code).Inc()
			if n.operation != webSocket && n.operation != "subscription" {
				h.durations.WithLabelValues(n.operation).Observe(time.Since(began).Seconds())
			}
			if span != nil {
				end(span, r, n, answer.status)
			}
		}()
		next.ServeHTTP(answer, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})
}

// begin begins the span of a request. That of a WebSocket, which may last for
// days, would be of no use.
func (h *HTTP) begin(route string, r *http.Request, n *note) *Span {
	if h.tracer == nil || n.operation == webSocket {
		return nil
	}
	span := h.tracer.request(propagation.HeaderCarrier(r.Header), r.Method+" "+route)
	if span != nil {
		span.Set(attribute.String("http.request.method", r.Method), attribute.String("http.route", route), attribute.String("url.path", r.URL.Path))
		r.Header.Set("traceparent", span.Traceparent())
	}
	return span
}

// end ends the span of a request with what its handler noted.
func end(span *Span, r *http.Request, n *note, status int) {
	span.Set(attribute.Int("http.response.status_code", status))
	if n.operation != noOperation {
		span.Rename(strings.TrimSpace(n.operation + " " + n.name))
		span.Set(attribute.String("graphql.operation.type", n.operation), attribute.String("graphql.operation.name", n.name))
	}
	if n.code != noError {
		span.Set(attribute.String("error.type", n.code))
	}
	failure := "" // what the client did wrong is none
	if n.code == internalError || status >= http.StatusInternalServerError {
		failure = "HTTP " + strconv.Itoa(status) + " " + n.code
	}
	span.End(time.Now(), failure)
}

// answer remembers the status of a response.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what the connection can do.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
