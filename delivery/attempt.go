package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"crier/delivery/egress"
	"crier/internal/market"
	"crier/internal/stream"
	"crier/internal/telemetry"
)

// result is a task with what became of it; a nil outcome is an exchange that this
// process's own stop interrupted, or that was not to be made after all, and costs no attempt.
type result struct {
	task    task
	outcome *market.Outcome
}

// attempt makes one exchange with the receiver, unless the event can be skipped.
func (s *sender) attempt(hard context.Context, t task) result {
	if s.skippable(hard, t) {
		return result{t, t.without(alreadyShown)}
	}
	webhook, err := s.current(hard, t)
	if err != nil {
		s.failed(hard, "renew a webhook", err)
	}
	if webhook == nil {
		return result{task: t}
	}
	a := made{task: t, began: time.Now(), traceparent: t.event.Traceparent}
	content := s.Identity.Body(t.event, t.payload)
	a.sent = len(content)
	header := s.Identity.header(webhook, t.event, content, a.began)
	if a.span = s.traceAttempt(t, a.began); a.span != nil {
		a.traceparent = a.span.Traceparent()
		header.Set("Traceparent", a.traceparent)
	}
	response, err := s.post(hard, webhook, header, content)
	if hard.Err() != nil && err != nil {
		s.Metrics.interrupted.Inc()
		a.span.End(time.Now(), "interrupted")
		return result{task: t}
	}
	a.exchange, a.response, a.cause = exchange{status: response.Status, header: response.Header}, response, err
	if err != nil {
		a.exchange = exchange{failure: egress.Reason(err)}
	}
	return result{t, s.judge(a)}
}

// post makes the exchange itself.
func (s *sender) post(hard context.Context, w *market.Webhook, header http.Header, content []byte) (egress.Response, error) {
	s.Metrics.inFlight.Inc()
	defer s.Metrics.inFlight.Dec()
	return s.Egress.Post(hard, w.URL, header, content, w.Timeout())
}

// made is an attempt that was made, as the log, the metrics and the trace tell of it.
type made struct {
	task
	exchange
	response egress.Response
	began    time.Time
	// sent is the size of the body, in bytes.
	sent int
	// cause is why no answer came, in words for operators.
	cause error
	// traceparent is what the receiver got.
	traceparent string
	span        *telemetry.Span
}

// skippable reports whether the event is an update that shows nothing but what
// the receiver has already. A destroy shows the same as the event before it, and
// what somebody asked for is sent in any case.
func (s *sender) skippable(ctx context.Context, t task) bool {
	asked := t.event.Reason != market.ReasonChange || t.event.ResentAt != nil
	if !t.webhook.AllowSkip || asked || t.event.Attempts > 0 || t.event.Action != market.Update {
		return false
	}
	shown, err := s.store.Shown(ctx, t.event, t.webhook.URLSince)
	if err != nil {
		s.failed(ctx, "look for an equal payload", err) // sending it again is the safe side
		return false
	}
	return shown != nil && bytes.Equal(shown, t.payload)
}

// judge turns an attempt into an outcome and tells of it.
func (s *sender) judge(a made) *market.Outcome {
	now := time.Now().UTC().Truncate(time.Microsecond)
	attempts := a.event.Attempts + 1
	v := decide(a.exchange, s.retries(a.webhook, a.event, now), now, rand.Float64())
	o := &market.Outcome{
		EventID: a.event.Num, WebhookID: a.webhook.Num, Status: v.status, ErrorMessage: v.message, Disable: v.disable, At: now, Lane: laneOf(a.webhook, a.event),
		Attempt: record(a.task, a.exchange, a.response, attempts, a.began, now),
	}
	if v.wait > 0 {
		next := now.Add(v.wait)
		o.NextAttemptAt = &next
	}
	s.Metrics.attempted(v.status, a.status, now.Sub(a.began), a.sent, len(a.response.Body))
	if lag, counts := firstLag(a.event, a.began); counts {
		s.Metrics.firstAttemptLag.Observe(lag.Seconds())
	}
	s.logAttempt(a, v, now)
	describe(a.span, a.task, o.Attempt, v.status, now)
	return o
}

// retries is what bounds the retries of an event after another attempt. Those of an
// event that was sent again count from then.
func (w *Worker) retries(of *market.Webhook, e *market.WebhookEvent, now time.Time) policy {
	since := e.CreatedAt
	if e.ResentAt != nil {
		since = *e.ResentAt
	}
	return policy{maxRetries: of.MaxRetries, firstRetry: w.FirstRetry, attempts: e.Attempts + 1 - e.AttemptsBefore, age: now.Sub(since)}
}

// firstLag is the time from the commit to the first attempt, and whether it says
// anything about this server: that of an event that was held does not.
func firstLag(e *market.WebhookEvent, began time.Time) (lag time.Duration, counts bool) {
	counts = e.Attempts == 0 && e.JobID == 0 && e.NextAttemptAt != nil && !e.NextAttemptAt.After(e.CreatedAt)
	return max(began.Sub(e.CreatedAt), 0), counts
}

// logAttempt writes the one line of an attempt (docs/observability.md). It names
// neither secrets nor the path and query of the URL, which may hold some.
func (s *sender) logAttempt(a made, v verdict, ended time.Time) {
	ctx := context.Background()
	if !s.Log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	attributes := []slog.Attr{
		slog.Int64("event", a.event.Num), slog.Int64("change", a.event.ChangeID), slog.Int64("webhook", a.webhook.Num), slog.Int64("seller", a.event.SellerID),
		slog.String("class", a.webhook.Type), slog.String("action", string(a.event.Action)), slog.String("subject", a.event.Subject().String()),
		slog.String("host", hostOf(a.webhook.URL)), slog.Int64("attempt", a.event.Attempts+1), slog.Int64("max_retries", a.webhook.MaxRetries),
		slog.String("outcome", string(v.status)), slog.Int("status", a.status), slog.Duration("duration", ended.Sub(a.began)),
		slog.Int("bytes_sent", a.sent), slog.Int("bytes_received", len(a.response.Body)),
		slog.Duration("lag", a.began.Sub(a.event.CreatedAt)), slog.Duration("queued", inQueue(a.message, a.began)), slog.Duration("retry_in", v.wait),
		slog.String("failure", a.failure), slog.String("trace", traceID(a.traceparent)),
		slog.String("traceparent", a.traceparent), slog.String("consumer", s.consumer),
	}
	if a.cause != nil {
		attributes = append(attributes, slog.String("cause", a.cause.Error()))
	}
	s.Log.LogAttrs(ctx, slog.LevelInfo, "delivery.attempted", attributes...)
}

// inQueue is how long a delivery was in the queue since it was last put there.
func inQueue(m stream.DeliveryMessage, until time.Time) time.Duration {
	at := m.QueuedAt()
	if at.IsZero() {
		return 0
	}
	return max(until.Sub(at), 0) // the clock of Redis may be ahead
}

// hostOf is the host of a URL that was checked, with its port where it has one.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}

// traceID is the trace of a traceparent: its second part, of 32 digits.
func traceID(traceparent string) string {
	if len(traceparent) < 35 {
		return ""
	}
	return traceparent[3:35]
}

// record is the attempt as it is stored.
func record(t task, x exchange, response egress.Response, no int64, began, ended time.Time) *market.WebhookEventResponse {
	a := &market.WebhookEventResponse{
		Base:      market.Base{CreatedAt: began.UTC().Truncate(time.Microsecond), UpdatedAt: ended},
		AttemptNo: no, DurationMs: ended.Sub(began).Milliseconds(), EventID: t.event.Num, SellerID: t.event.SellerID, Status: int64(x.status),
	}
	if x.failure != "" {
		a.Error = &x.failure
		return a
	}
	a.Headers, a.Body = headerJSON(response.Header), bodyJSON(response.Body)
	return a
}

// headerJSON writes headers as an object of names to values; several values of a name are joined by commas.
func headerJSON(h http.Header) json.RawMessage {
	flat := make(map[string]string, len(h))
	for name, values := range h {
		flat[name] = strings.Join(values, ", ")
	}
	raw, err := json.Marshal(flat)
	if err != nil {
		return json.RawMessage("{}") // a map of strings always marshals
	}
	return raw
}

// bodyJSON is the body as it is where it is JSON, else its text as a JSON string.
func bodyJSON(b []byte) json.RawMessage {
	if len(b) == 0 {
		return nil
	}
	if json.Valid(b) && utf8.Valid(b) {
		return b
	}
	raw, err := json.Marshal(string(bytes.ToValidUTF8(b, []byte("\uFFFD"))))
	if err != nil {
		return nil // a string always marshals
	}
	return raw
}
