package delivery

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crier/internal/market"
)

// giveUpAfter ends an event that is older, whatever retries it has left.
const giveUpAfter = 30 * 24 * time.Hour

// exchange is how one attempt ended: with an answer, or with a reason why none came.
type exchange struct {
	status int
	header http.Header
	// failure is fit for the webhook's owner; "" where an answer came.
	failure string
	// absence says why there was no exchange at all.
	absence absence
}

// absence is why an event is settled without an exchange.
type absence int

// The reasons to make no exchange.
const (
	// exchanged is that of an event with an exchange.
	exchanged absence = iota
	// notActive: the webhook delivers nothing now.
	notActive
	// alreadyShown: the receiver has got an equal payload, and wants it once.
	alreadyShown
	// unrendered: its document could not be executed, so there is nothing to send yet.
	unrendered
	// withErrors: its document gave errors, and its webhook holds such events.
	withErrors
	// filtered: the webhook's filter does not let it pass.
	filtered
	// unasked: the document, which is a later one, asks for no such change.
	unasked
	// poisonous: it was handed out again and again, and no outcome ever came.
	poisonous
)

// verdict is what an exchange means for its event.
type verdict struct {
	status market.EventStatus
	// wait is the time to the next attempt; 0 where the event is final.
	wait time.Duration
	// message says what went wrong; "" for a delivered event.
	message string
	// disable is the reason to disable the webhook; "" keeps it.
	disable string
}

// policy is what bounds an event's retries.
type policy struct {
	maxRetries int64
	// firstRetry is the longest wait for the first retry; 0: as receivers are told.
	firstRetry time.Duration
	// attempts counts the exchanges, this one included.
	attempts int64
	// age is the time since the change.
	age time.Duration
}

// decide is the one place that turns an exchange into the state of its event
// (contract wire.md, Outcomes). random is in [0, 1).
func decide(x exchange, p policy, now time.Time, random float64) verdict {
	switch x.absence {
	case notActive:
		return verdict{status: market.EventHeld}
	case alreadyShown:
		return verdict{status: market.EventSkipped}
	case withErrors:
		return verdict{status: market.EventHeld, message: market.GaveErrors + ", and the webhook holds such events until it is changed or enabled again"}
	case filtered:
		return verdict{status: market.EventSkipped, message: "the filter does not let it pass"}
	case unasked:
		return verdict{status: market.EventSkipped, message: "the document does not ask for this kind of change"}
	case unrendered:
		return postponed(p.age)
	case poisonous:
		return verdict{status: market.EventFailed, message: fmt.Sprintf("given up without an attempt: it was taken up %d times, and each time this server broke off", mostHandOuts)}
	}
	if x.status >= 200 && x.status < 300 {
		return verdict{status: market.EventSent}
	}
	message := x.failure
	if message == "" {
		message = strings.TrimSpace(fmt.Sprintf("the receiver answered %d %s", x.status, http.StatusText(x.status)))
	}
	if x.status == http.StatusGone {
		return verdict{status: market.EventFailed, message: message, disable: "the receiver answered 410 Gone"}
	}
	wait := max(backoff(cmp.Or(p.firstRetry, firstRetry), p.attempts, random), retryAfter(x.header, now))
	if p.attempts > p.maxRetries || p.age+wait > giveUpAfter {
		return verdict{status: market.EventFailed, message: message}
	}
	return verdict{status: market.EventRejected, wait: wait, message: message}
}

// postponed is the verdict about an event whose document could not be executed.
func postponed(age time.Duration) verdict {
	if age > giveUpAfter {
		return verdict{status: market.EventFailed, message: "the document could not be executed"}
	}
	return verdict{status: market.EventUnsent, wait: min(max(age, firstRerun), longestRerun), message: "the document could not be executed; it is tried again"}
}

// retryAfter reads the header as seconds or as a date (RFC 9110, section
// 10.2.3); 0 where it says nothing usable, at most retryAfterCap.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if text == "" {
		return 0
	}
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), int64(retryAfterCap/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), retryAfterCap)
}
