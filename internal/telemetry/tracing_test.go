package telemetry_test

import (
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"crier/internal/telemetry"
)

const sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTracedFollowsTheStandardVariables(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		variables map[string]string
		traced    bool
		refused   string
	}{
		"nothing":               {nil, false, ""},
		"an endpoint":           {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, true, ""},
		"an endpoint of traces": {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, true, ""},
		"the exporter":          {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, true, ""},
		"no exporter":           {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, false, ""},
		"switched off":          {map[string]string{"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, false, ""},
		"another exporter":      {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false, "OTEL_TRACES_EXPORTER "},
		"the protocol":          {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, true, ""},
		"another protocol":      {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, "OTEL_EXPORTER_OTLP_PROTOCOL "},
	} {
		traced, err := telemetry.Traced(func(variable string) string { return test.variables[variable] })
		if traced != test.traced || (err != nil) != (test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
			t.Errorf("%s: %t, %v", name, traced, err)
		}
	}
}

// recorder returns a tracer and what it has recorded.
func recorder(t *testing.T) (*telemetry.Tracer, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	tracer := telemetry.NewTracer(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	t.Cleanup(func() {
		if err := tracer.Close(); err != nil {
			t.Error(err)
		}
	})
	return tracer, spans
}

func TestAStepGoesOnWithTheTrace(t *testing.T) {
	t.Parallel()
	tracer, spans := recorder(t)
	began := time.Now().Add(-time.Second)
	first := tracer.Step(sampled, "first", trace.SpanKindClient, began)
	second := tracer.Step(first.Traceparent(), "second", trace.SpanKindInternal, began)
	second.End(began.Add(time.Millisecond), "it broke")
	first.End(began.Add(time.Second), "")
	ended := spans.Ended()
	if len(ended) != 2 {
		t.Fatalf("%d spans", len(ended))
	}
	for _, s := range ended {
		if s.SpanContext().TraceID().String() != sampled[3:35] {
			t.Errorf("%s is of trace %s", s.Name(), s.SpanContext().TraceID())
		}
	}
	if child, parent := ended[0], ended[1]; child.Parent().SpanID() != parent.SpanContext().SpanID() || parent.Parent().SpanID().String() != "00f067aa0ba902b7" {
		t.Errorf("the spans do not hang together: %s, %s", child.Parent().SpanID(), parent.Parent().SpanID())
	}
	if ended[0].Status().Description != "it broke" || ended[1].EndTime().Sub(ended[1].StartTime()) != time.Second {
		t.Errorf("%+v, %s", ended[0].Status(), ended[1].EndTime().Sub(ended[1].StartTime()))
	}
}

func TestWhatIsNotSampledOrNotValidMakesNoSpan(t *testing.T) {
	t.Parallel()
	tracer, spans := recorder(t)
	for _, traceparent := range []string{"", "nonsense", strings.Replace(sampled, "-01", "-00", 1), "00-00000000000000000000000000000000-00f067aa0ba902b7-01"} {
		if span := tracer.Step(traceparent, "step", trace.SpanKindInternal, time.Now()); span != nil {
			t.Errorf("%q makes a span", traceparent)
		}
	}
	if n := len(spans.Started()) + len(spans.Ended()); n != 0 {
		t.Errorf("%d spans", n)
	}
}

func TestNoTracerCostsNothing(t *testing.T) {
	var none *telemetry.Tracer
	now := time.Now()
	allocated := testing.AllocsPerRun(100, func() {
		span := none.Step(sampled, "step", trace.SpanKindInternal, now)
		span.Set()
		span.Rename("other")
		if span.Traceparent() != "" {
			t.Error("there is a traceparent")
		}
		span.End(now, "")
	})
	if err := none.Close(); allocated != 0 || err != nil {
		t.Errorf("%v allocations, %v", allocated, err)
	}
}
