package delivery

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"crier/internal/market"
	"crier/internal/telemetry"
)

// Each step that a change takes is a span below the request that made it: the
// traceparent travels with the change, through SQL and Redis, into its events.

// traceRelay shows the way of published changes through the relay.
func (w *Worker) traceRelay(changes []market.Change, began time.Time) {
	if w.Tracer == nil {
		return
	}
	ended := time.Now()
	for _, c := range changes {
		if span := w.Tracer.Step(c.Traceparent, "relay", trace.SpanKindProducer, began); span != nil {
			span.Set(attribute.String("messaging.system", "redis"), attribute.Int("messaging.batch.message_count", len(changes)),
				attribute.String("crier.change", c.ID()), attribute.Int64("crier.sequence", c.Sequence), attribute.String("crier.class", c.Class()),
				attribute.String("crier.action", string(c.Action)), attribute.String("crier.subject", c.Subject.ID()))
			span.End(ended, "")
		}
	}
}

// traceExecution shows one execution of a document, for all events that share it.
func (w *Worker) traceExecution(x *execution, began time.Time) {
	if w.Tracer == nil {
		return
	}
	span := w.Tracer.Step(x.events[0].Traceparent, "execute", trace.SpanKindInternal, began)
	if span == nil {
		return
	}
	span.Set(attribute.Int64("crier.payload", x.payload), attribute.String("crier.webhook", x.webhook.ID()), attribute.String("crier.subject", x.subject.ID()),
		attribute.String("crier.action", string(x.action)), attribute.Int("crier.events", len(x.events)), attribute.Int("crier.payload_bytes", len(x.body)))
	failure := ""
	if x.err != nil {
		failure = x.err.Error()
	}
	span.End(time.Now(), failure)
}

// traceAttempt begins the span of an exchange, which the receiver is to continue.
func (w *Worker) traceAttempt(t task, began time.Time) *telemetry.Span {
	if w.Tracer == nil {
		return nil
	}
	return w.Tracer.Step(t.event.Traceparent, "POST", trace.SpanKindClient, began)
}

// describe ends the span of an attempt.
func describe(span *telemetry.Span, t task, a *market.WebhookEventResponse, outcome market.EventStatus, ended time.Time) {
	if span == nil {
		return
	}
	span.Set(attribute.String("http.request.method", "POST"), attribute.String("server.address", hostOf(t.webhook.URL)),
		attribute.Int64("http.response.status_code", a.Status), attribute.Int64("http.request.resend_count", a.AttemptNo-1),
		attribute.String("crier.event", t.event.ID()), attribute.String("crier.webhook", t.webhook.ID()),
		attribute.String("crier.outcome", string(outcome)))
	failure := ""
	if a.Error != nil {
		failure = *a.Error
	} else if outcome != market.EventSent {
		failure = string(outcome)
	}
	span.End(ended, failure)
}
