package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"
	"unicode/utf8"

	"crier/delivery/egress"
	"crier/internal/market"
)

// result is a task with what became of it; a nil outcome is an exchange that
// this process's own stop interrupted, and costs no attempt.
type result struct {
	task    task
	outcome *market.Outcome
}

// attempt makes one exchange with the receiver, unless the event can be skipped.
func (s *sender) attempt(hard context.Context, t task) result {
	if s.skippable(hard, t) {
		return result{t, t.without(market.EventSkipped)}
	}
	began := time.Now()
	content := body(t.event, t.payload)
	response, err := s.Egress.Post(hard, t.webhook.URL, s.Identity.header(t.webhook, t.event, content, began), content, t.webhook.Timeout())
	if hard.Err() != nil && err != nil {
		return result{task: t}
	}
	x := exchange{status: response.Status, header: response.Header}
	if err != nil {
		x = exchange{failure: egress.Reason(err)}
	}
	return result{t, s.judge(t, x, response, began, err)}
}

// skippable reports whether the event is an update that shows nothing but what
// the receiver has already. A destroy shows the same as the event before it.
func (s *sender) skippable(ctx context.Context, t task) bool {
	if !t.webhook.AllowSkip || t.event.Attempts > 0 || t.event.Action != market.Update {
		return false
	}
	previous, err := s.store.Previous(ctx, t.event)
	if err != nil {
		s.failed(ctx, "look for an equal payload", err) // sending it again is the safe side
		return false
	}
	return previous != nil && previous.Event.Status == market.EventSent &&
		previous.Event.Action != market.Destroy && bytes.Equal(previous.Payload, t.payload)
}

// judge turns an exchange into an outcome and logs it in one line.
func (s *sender) judge(t task, x exchange, response egress.Response, began time.Time, cause error) *market.Outcome {
	now := time.Now().UTC().Truncate(time.Microsecond)
	attempts := t.event.Attempts + 1
	v := decide(x, policy{maxRetries: t.webhook.MaxRetries, attempts: attempts, age: now.Sub(t.event.CreatedAt)}, now, rand.Float64())
	o := &market.Outcome{
		EventID: t.event.Num, WebhookID: t.webhook.Num, Status: v.status, ErrorMessage: v.message, Disable: v.disable, At: now,
		Attempt: record(t, x, response, attempts, began, now),
	}
	if v.wait > 0 {
		next := now.Add(v.wait)
		o.NextAttemptAt = &next
	}
	s.Log.Info("delivery.attempted",
		slog.Int64("event", t.event.Num), slog.Int64("webhook", t.webhook.Num), slog.String("subject", t.event.Subject().String()),
		slog.Int64("attempt", attempts), slog.Int64("max_retries", t.webhook.MaxRetries), slog.Int("status", x.status),
		slog.Duration("duration", now.Sub(began)), slog.String("outcome", string(v.status)), slog.Duration("retry_in", v.wait),
		slog.String("failure", x.failure), slog.Any("cause", cause), slog.String("traceparent", t.event.Traceparent))
	return o
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
		for i, v := range values {
			if i > 0 {
				flat[name] += ", "
			}
			flat[name] += v
		}
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
