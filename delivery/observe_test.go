package delivery_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"crier/delivery"
	"crier/delivery/egress"
	"crier/internal/market"
	"crier/internal/telemetry"
)

// lines collects what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// attempts are the lines of attempts.
func (l *lines) attempts(t *testing.T) []map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []map[string]any
	for line := range strings.Lines(l.text.String()) {
		var fields map[string]any
		must(t, json.Unmarshal([]byte(line), &fields))
		if fields["msg"] == "delivery.attempted" {
			list = append(list, fields)
		}
	}
	return list
}

// observed is a rig whose worker is watched; it runs.
func observed(t *testing.T, p place, tracer *telemetry.Tracer) (*rig, *prometheus.Registry, *lines) {
	t.Helper()
	r, registry, log := newRig(t, p, patience).open(), prometheus.NewRegistry(), &lines{}
	client := egress.New(egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true}, egress.Options{})
	t.Cleanup(client.CloseIdle)
	var err error
	r.worker, err = delivery.New(delivery.Options{
		Store: r.store, Redis: r.redis, Documents: r.wire(), Egress: client, Log: slog.New(slog.NewJSONHandler(log, nil)), Grace: patience,
		Identity: delivery.Identity{Vertical: "harbour", Prefix: "Crier", UserAgent: "Crier/test"}, Relay: true, Deliver: true,
		Metrics: delivery.NewMetrics(registry), Tracer: tracer,
	})
	must(t, err)
	r.store.OnCommit(r.worker.Committed)
	registry.MustRegister(delivery.NewQueueCollector(r.redis, slog.New(slog.DiscardHandler)))
	return r.start(), registry, log
}

// value is a sum over what a registry has of a metric: of a histogram the number
// of its observations.
func value(t *testing.T, registry *prometheus.Registry, name string, labels ...string) float64 {
	t.Helper()
	families, err := registry.Gather()
	must(t, err)
	sum, found := 0.0, false
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			var values []string
			for _, pair := range m.GetLabel() {
				values = append(values, pair.GetValue())
			}
			if slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(values, l) }) {
				continue
			}
			found = true
			sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	if !found {
		t.Fatalf("there is no metric %s %v", name, labels)
	}
	return sum
}

func TestMetricsMoveWithADelivery(t *testing.T) {
	t.Parallel()
	s, registry, _ := observed(t, production(t), nil) // where the public stream keeps what was read
	good, gone := receive(t, nil), receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) { w.WriteHeader(http.StatusGone) })
	first, second := s.register(good.url).Webhook, s.register(gone.url).Webhook
	s.advert(s.seller, "Teapot")
	s.statuses(first, market.EventSent)
	s.statuses(second, market.EventFailed)
	for _, want := range []struct {
		name   string
		labels []string
		value  float64
	}{
		{"crier_delivery_attempts_total", []string{"sent", "2xx"}, 1},
		{"crier_delivery_attempts_total", []string{"failed", "4xx"}, 1},
		{"crier_delivery_attempts_total", nil, 2},
		{"crier_delivery_attempt_duration_seconds", []string{"sent"}, 1},
		{"crier_delivery_lag_seconds", nil, 2},
		{"crier_executions_total", []string{"ok"}, 1},
		{"crier_execution_duration_seconds", nil, 1},
		{"crier_fanout_events_total", nil, 2},
		{"crier_fanout_lag_seconds", nil, 1},
		{"crier_relay_events_total", nil, 2},
		{"crier_relay_active", nil, 1},
		{"crier_delivery_in_flight", nil, 0},
		{"crier_delivery_unattempted_total", nil, 0},
		{"crier_redis_up", nil, 1},
		{"crier_redis_errors_total", nil, 0},
	} {
		got := func() float64 { return value(t, registry, want.name, want.labels...) }
		s.until(func() bool { return got() == want.value }, func() any { return fmt.Sprintf("%s %v is %v, want %v", want.name, want.labels, got(), want.value) })
	}
	for _, name := range []string{"crier_relay_changes_total", "crier_relay_lag_seconds", "crier_relay_batches_total", "crier_delivery_sent_bytes_total", "crier_change_stream_entries"} {
		s.until(func() bool { return value(t, registry, name) > 0 }, func() any { return name + " is 0" })
	}
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v: %v", problems, err)
	}
}

func TestTheQueueIsMeasured(t *testing.T) {
	t.Parallel()
	r, registry := newRig(t, embedded(t), patience), prometheus.NewRegistry()
	registry.MustRegister(delivery.NewQueueCollector(r.redis, slog.New(slog.DiscardHandler)))
	_, err := r.redis.Enqueue(t.Context(), []int64{1, 2, 3})
	must(t, err)
	_, err = r.redis.ReadDeliveries(t.Context(), "somebody", 1, 0)
	must(t, err)
	for name, want := range map[string]float64{"crier_queue_waiting_events": 2, "crier_queue_in_flight_events": 1, "crier_queue_delayed_events": 0, "crier_queue_parked_events": 0, "crier_redis_up": 1} {
		if got := value(t, registry, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if value(t, registry, "crier_queue_oldest_age_seconds") <= 0 {
		t.Error("the oldest event has no age")
	}
}

func TestOneLineForEachAttempt(t *testing.T) {
	t.Parallel()
	s, _, log := observed(t, embedded(t), nil)
	r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short and stout"))
	})
	s.actor.Traceparent = sampled
	w := s.register(r.url+"/s3cret-path?token=s3cret-query", func(in *market.WebhookAttributes) { in.MaxRetries = market.Some[int64](0) }).Webhook
	s.advert(s.seller, "Teapot")
	event := s.statuses(w, market.EventFailed)[0]
	attempts := log.attempts(t)
	if len(attempts) != 1 {
		t.Fatalf("%d lines: %v", len(attempts), attempts)
	}
	line := attempts[0]
	for name, want := range map[string]any{
		"event": float64(event.Num), "change": float64(event.ChangeID), "webhook": float64(w.Num), "seller": 0.0, "class": "ADVERT", "action": "create",
		"subject": event.Subject().String(), "host": strings.TrimPrefix(r.url, "http://"), "attempt": 1.0, "max_retries": 0.0,
		"outcome": "Failed", "status": 418.0, "bytes_sent": float64(len(r.next().body)), "bytes_received": 15.0, "retry_in": 0.0, "failure": "",
		"trace": sampled[3:35], "traceparent": sampled, "level": "INFO",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %v", name, line[name], want)
		}
	}
	for _, name := range []string{"duration", "lag", "queued"} {
		if ns, ok := line[name].(float64); !ok || ns < 0 || ns > float64(patience) {
			t.Errorf("%s is %v", name, line[name])
		}
	}
	if line["consumer"] == "" {
		t.Error("the line does not say which process it was")
	}
	if strings.Contains(log.text.String(), "s3cret") {
		t.Errorf("the log tells a secret of the URL:\n%s", log.text.String())
	}
}

// sampled is the trace context of a mutation.
const sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestOneTraceFromTheMutationToTheReceiver(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	tracer := telemetry.NewTracer(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	s, _, log := observed(t, embedded(t), tracer)
	r := receive(t, nil)
	w := s.register(r.url).Webhook
	s.actor.Traceparent = sampled
	s.advert(s.seller, "Teapot")
	handed := r.next().header.Get("Traceparent")
	s.statuses(w, market.EventSent)
	s.stop()
	below := map[string]sdk.ReadOnlySpan{}
	for _, span := range spans.Ended() {
		if span.SpanContext().TraceID().String() != sampled[3:35] || span.Parent().SpanID().String() != sampled[36:52] {
			continue
		}
		if span.Name() != "relay" || slices.ContainsFunc(span.Attributes(), func(a attribute.KeyValue) bool { return a.Value.AsString() == "ADVERT" }) {
			below[span.Name()] = span
		}
	}
	if len(below) != 3 || below["relay"] == nil || below["execute"] == nil || below["POST"] == nil {
		t.Fatalf("below the mutation are %v", below)
	}
	attempt := below["POST"].SpanContext()
	if handed != "00-"+attempt.TraceID().String()+"-"+attempt.SpanID().String()+"-01" {
		t.Errorf("the receiver got %s, not the trace context of the attempt %s", handed, attempt.SpanID())
	}
	if line := log.attempts(t)[0]; line["traceparent"] != handed {
		t.Errorf("the log has %v", line["traceparent"])
	}
}

func TestWithoutTracesTheReceiverGetsTheContextOfTheMutation(t *testing.T) {
	t.Parallel()
	s, r := running(t, embedded(t)), receive(t, nil)
	s.register(r.url)
	s.actor.Traceparent = sampled
	s.advert(s.seller, "Teapot")
	if got := r.next().header.Get("Traceparent"); got != sampled {
		t.Errorf("the receiver got %q", got)
	}
}

func TestProgressTellsOfRunningRolesOnly(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), patience)
	if parts := r.worker.Progress(time.Now()); len(parts) > 0 {
		t.Errorf("before the start: %v", parts)
	}
	r.start()
	r.until(func() bool { return len(r.worker.Progress(time.Now())) == 9 }, func() any { return r.worker.Progress(time.Now()) })
	for name, state := range r.worker.Progress(time.Now()) {
		if state != delivery.Working {
			t.Errorf("%s %s", name, state)
		}
	}
	for name, state := range r.worker.Progress(time.Now().Add(10 * time.Minute)) {
		if !strings.HasPrefix(state, "has not turned for 9m") && !strings.HasPrefix(state, "has not turned for 10m") {
			t.Errorf("after 10 minutes %s is %s", name, state)
		}
	}
	r.stop()
	if parts := r.worker.Progress(time.Now()); len(parts) > 0 {
		t.Errorf("after the stop: %v", parts)
	}
}
