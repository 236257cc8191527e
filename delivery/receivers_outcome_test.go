package delivery_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
)

const (
	// shortest is the timeout of webhooks whose receivers hang.
	shortest = 2 * time.Second
	// slack is what a busy machine may take besides.
	slack = 15 * time.Second
	// mostPushed bounds what a receiver can send over one connection: what is read, and what the
	// system's buffers take ahead of the reader. Each flood of the suite goes on without an end.
	mostPushed = 16 << 20
)

// outcome is what the owner of a webhook sees of an attempt.
type outcome struct {
	event   market.EventStatus
	status  int64
	message string
	// after is the wait that the receiver has asked for.
	after time.Duration
	// hangs gives it the shortest timeout.
	hangs bool
}

// answered is the outcome of an answer.
func answered(status int) outcome {
	if status >= 200 && status < 300 {
		return outcome{event: market.EventSent, status: int64(status)}
	}
	return outcome{event: market.EventRejected, status: int64(status), message: strings.TrimSpace(fmt.Sprintf("the receiver answered %d %s", status, http.StatusText(status)))}
}

// unanswered is the outcome where no whole answer came.
func unanswered(reason string) outcome {
	return outcome{event: market.EventRejected, message: reason}
}

// later is the outcome of an answer that asks for a wait.
func later(after time.Duration) outcome {
	o := answered(503)
	o.after = after
	return o
}

var (
	timedOut = outcome{event: market.EventRejected, message: "timed out after " + shortest.String(), hangs: true}
	failed   = unanswered("the connection failed")
	cutShort = unanswered("the connection was closed before the whole response had come")
	// broken is any of the last two, and stuck of all three: what the client sees first is a race.
	broken = outcome{event: market.EventRejected}
	stuck  = outcome{event: market.EventRejected, hangs: true}
)

// timeout gives the receivers that hang the shortest one.
func timeout(want outcome) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) {
		if want.hangs {
			in.TimeoutSeconds = market.Some(int64(shortest / time.Second))
		}
	}
}

// tried reports whether each of n events had an attempt.
func (r *rig) tried(n int) bool {
	events := find[market.WebhookEvent](r)
	return len(events) == n && !slices.ContainsFunc(events, func(e *market.WebhookEvent) bool { return e.Attempts == 0 })
}

// require checks what is in the log about the attempts at an endpoint.
func (r *rig) require(t *testing.T, e *endpoint, want outcome) {
	t.Helper()
	in := *r
	in.t = t
	event := in.events(e.webhook)[0]
	attempts := find[market.WebhookEventResponse](&in, market.Eq("event_id", event.Num))
	slices.SortFunc(attempts, func(a, b *market.WebhookEventResponse) int { return int(a.AttemptNo - b.AttemptNo) })
	if event.Status != want.event || len(attempts) != int(event.Attempts) {
		t.Fatalf("the event is %s after %d attempts, of which %d are in the log: %s", event.Status, event.Attempts, len(attempts), text(event.ErrorMessage))
	}
	requireMessage(t, text(event.ErrorMessage), want)
	for _, a := range attempts {
		requireAttempt(t, a, want)
	}
	last := attempts[len(attempts)-1]
	requireWait(t, event, last.UpdatedAt, want.after)
	if most := e.most.Load(); most > mostPushed {
		t.Errorf("%d bytes were taken from the receiver", most)
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// requireMessage checks what the owner is told, which names nothing of the network.
func requireMessage(t *testing.T, got string, want outcome) {
	t.Helper()
	possible := []string{want.message}
	switch want {
	case stuck:
		possible = []string{timedOut.message, failed.message, cutShort.message}
	case broken:
		possible = []string{failed.message, cutShort.message}
	}
	if !slices.Contains(possible, got) {
		t.Errorf("the owner is told %q, want one of %q", got, possible)
	}
}

// requireAttempt checks an attempt as it is stored.
func requireAttempt(t *testing.T, a *market.WebhookEventResponse, want outcome) {
	t.Helper()
	if a.Status != want.status || (a.Error == nil) != (want.status != 0) {
		t.Errorf("attempt %d has the status %d and the error %q, want %d", a.AttemptNo, a.Status, text(a.Error), want.status)
	}
	if want.status == 0 {
		requireMessage(t, text(a.Error), want)
	}
	// 64 KiB of each, which JSON may write as six times as much.
	if len(a.Body) > 6*64<<10+2 || len(a.Headers) > 6*64<<10 {
		t.Errorf("%d bytes of body and %d of headers are stored", len(a.Body), len(a.Headers))
	}
	took := time.Duration(a.DurationMs) * time.Millisecond
	least, most := time.Duration(0), market.MaxTimeoutSeconds*time.Second
	if want.hangs {
		most = shortest + slack
	}
	if want == timedOut {
		least = shortest
	}
	if took < least || took > most {
		t.Errorf("attempt %d took %s", a.AttemptNo, took)
	}
}

// requireWait checks when an event is tried again after its last attempt.
func requireWait(t *testing.T, e *market.WebhookEvent, tried time.Time, asked time.Duration) {
	t.Helper()
	if e.Status != market.EventRejected {
		if e.NextAttemptAt != nil {
			t.Errorf("%s, and tried again at %s", e.Status, e.NextAttemptAt)
		}
		return
	}
	full := 5 * time.Second << (e.Attempts - 1)
	if wait := e.NextAttemptAt.Sub(tried); wait < max(full/2, asked) || wait > max(full, asked) {
		t.Errorf("after %d attempts the wait is %s, where %s was asked for", e.Attempts, wait, asked)
	}
}
