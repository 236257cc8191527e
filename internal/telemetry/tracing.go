// Package telemetry shows what a process does to those who run it: metrics for
// Prometheus, traces for OpenTelemetry, readiness, and profiles.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope names the instrumentation in every span.
const scope = "crier"

// flushWithin bounds sending the last spans at the end of a process.
const flushWithin = 5 * time.Second

// Traced reports whether the standard variables of OpenTelemetry ask for traces
// (OpenTelemetry specification, Environment Variable Specification). The error
// joins what they ask for and this program does not have, each with its variable's name.
func Traced(getenv func(string) string) (bool, error) {
	if getenv("OTEL_SDK_DISABLED") == "true" {
		return false, nil
	}
	endpoint := getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") + getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
	switch exporter := getenv("OTEL_TRACES_EXPORTER"); {
	case exporter == "none", exporter == "" && endpoint == "":
		return false, nil
	case exporter != "" && exporter != "otlp":
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER is %q: write otlp or none", exporter)
	}
	var problems []error
	for _, variable := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := getenv(variable); protocol != "" && protocol != "http/protobuf" {
			problems = append(problems, fmt.Errorf("%s is %q: traces are sent by http/protobuf", variable, protocol))
		}
	}
	return len(problems) == 0, errors.Join(problems...)
}

// Tracer makes spans. A nil one makes none, and costs nothing.
type Tracer struct {
	tracer   trace.Tracer
	shutdown func(context.Context) error
}

// Export returns a Tracer whose spans go where the standard variables of
// OpenTelemetry say. What cannot be sent is only logged.
func Export(ctx context.Context, version string, log *slog.Logger) (*Tracer, error) {
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		log.Warn("traces are not exported", slog.Any("error", err))
	}))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("export traces: %w", err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(attribute.String("service.name", scope), attribute.String("service.version", version)),
		resource.WithFromEnv()) // last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win
	if err != nil {
		return nil, fmt.Errorf("describe this process in traces: %w", errors.Join(err, exporter.Shutdown(ctx)))
	}
	return NewTracer(sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))), nil
}

// NewTracer returns a Tracer of a provider.
func NewTracer(provider *sdk.TracerProvider) *Tracer {
	return &Tracer{provider.Tracer(scope), provider.Shutdown}
}

// Close sends the spans that wait.
func (t *Tracer) Close() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	if err := t.shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}

// Span is one step of a trace. The methods of a nil one do nothing.
type Span struct{ span trace.Span }

// Step begins a step below a traceparent (W3C Trace Context) at a moment. It is
// nil where nothing is traced: the tracer is nil, there is no valid traceparent,
// or its trace is not sampled.
func (t *Tracer) Step(traceparent, name string, kind trace.SpanKind, began time.Time) *Span {
	if t == nil || traceparent == "" {
		return nil
	}
	ctx := format.Extract(context.Background(), propagation.MapCarrier{"traceparent": traceparent})
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return nil
	}
	_, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithTimestamp(began))
	return recording(span)
}

// request begins a step below what a request came with, or a new trace.
func (t *Tracer) request(header propagation.HeaderCarrier, name string) *Span {
	if t == nil {
		return nil
	}
	_, span := t.tracer.Start(format.Extract(context.Background(), header), name, trace.WithSpanKind(trace.SpanKindServer))
	return recording(span)
}

// format is how traces are handed on.
var format propagation.TraceContext

func recording(span trace.Span) *Span {
	if !span.IsRecording() {
		return nil
	}
	return &Span{span}
}

// Traceparent is what hands the trace on to the next step, "" for a nil span.
func (s *Span) Traceparent() string {
	if s == nil {
		return ""
	}
	carrier := propagation.MapCarrier{}
	format.Inject(trace.ContextWithSpan(context.Background(), s.span), carrier)
	return carrier["traceparent"]
}

// Set describes the step.
func (s *Span) Set(attributes ...attribute.KeyValue) {
	if s != nil {
		s.span.SetAttributes(attributes...)
	}
}

// Rename gives the step a name that was not known when it began.
func (s *Span) Rename(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// End ends the step at a moment; failure says what went wrong, "" where nothing did.
func (s *Span) End(at time.Time, failure string) {
	if s == nil {
		return
	}
	if failure != "" {
		s.span.SetStatus(codes.Error, failure)
	}
	s.span.End(trace.WithTimestamp(at))
}
