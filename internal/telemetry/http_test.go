package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"crier/internal/telemetry"
)

func TestRequestsAreCountedByWhatTheyWere(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	handler := telemetry.NewHTTP(registry, nil).Handle("/graphql", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			telemetry.SocketOperation(r.Context(), "mutation")
		}
		switch kind := r.URL.Query().Get("kind"); kind {
		case "":
			w.WriteHeader(http.StatusNotFound)
		case "broken":
			telemetry.Operation(r.Context(), "query", "")
			telemetry.Code(r.Context(), "INTERNAL")
			w.WriteHeader(http.StatusInternalServerError)
		default:
			telemetry.Operation(r.Context(), kind, "")
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
		}
	}))
	for _, target := range []string{"/", "/?kind=mutation", "/?kind=mutation", "/?kind=subscription", "/?kind=broken"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, target, nil))
	}
	socket := httptest.NewRequest(http.MethodGet, "/", nil)
	socket.Header.Set("Upgrade", "WebSocket")
	handler.ServeHTTP(httptest.NewRecorder(), socket)
	want := `
		# HELP crier_websocket_operations_total Operations that were started over WebSockets: query, mutation or subscription.
		# TYPE crier_websocket_operations_total counter
		crier_websocket_operations_total{operation="mutation"} 1
		crier_websocket_operations_total{operation="query"} 0
		crier_websocket_operations_total{operation="subscription"} 0
	`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "crier_websocket_operations_total"); err != nil {
		t.Error(err)
	}
	err := testutil.GatherAndCompare(registry, strings.NewReader(`
		# HELP crier_http_requests_total Requests by the operation (query, mutation, subscription, websocket; none where there is none), the HTTP status and the code of the first GraphQL error (OK where there is none).
		# TYPE crier_http_requests_total counter
		crier_http_requests_total{code="INTERNAL",operation="query",status="500"} 1
		crier_http_requests_total{code="OK",operation="mutation",status="200"} 2
		crier_http_requests_total{code="OK",operation="none",status="404"} 1
		crier_http_requests_total{code="OK",operation="subscription",status="200"} 1
		crier_http_requests_total{code="OK",operation="websocket",status="404"} 1
	`), "crier_http_requests_total")
	if err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(registry, "crier_http_request_duration_seconds"); n != 3 || err != nil {
		t.Errorf("%d durations, want those of none, mutation and query (%v)", n, err)
	}
}

func TestARequestHandsOnItsOwnSpan(t *testing.T) {
	t.Parallel()
	tracer, spans := recorder(t)
	var handed string
	handler := telemetry.NewHTTP(prometheus.NewRegistry(), tracer).Handle("/graphql", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		handed = r.Header.Get("traceparent")
		telemetry.Operation(r.Context(), "mutation", "Rename")
		telemetry.Code(r.Context(), "INTERNAL")
	}))
	for _, came := range []string{sampled, "", "nonsense"} {
		request := httptest.NewRequest(http.MethodPost, "/graphql", nil)
		request.Header.Set("traceparent", came)
		handler.ServeHTTP(httptest.NewRecorder(), request)
		ended := spans.Ended()
		span := ended[len(ended)-1]
		if handed != "00-"+span.SpanContext().TraceID().String()+"-"+span.SpanContext().SpanID().String()+"-01" {
			t.Errorf("%q was handed on, not that of %+v", handed, span.SpanContext())
		}
		if goesOn := span.Parent().IsValid(); goesOn != (came == sampled) || goesOn && span.SpanContext().TraceID().String() != sampled[3:35] {
			t.Errorf("a request with %q has the trace %+v", came, span.SpanContext())
		}
		if span.Name() != "mutation Rename" || span.Status().Description != "HTTP 200 INTERNAL" {
			t.Errorf("the span is %s, %+v", span.Name(), span.Status())
		}
	}
}
