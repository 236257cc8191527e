package delivery

import (
	"encoding/json"
	"fmt"
	"time"

	"crier/internal/market"
)

// sift takes those out of an execution's events that its result is not sent for:
// what a result means is up to each webhook, although they share it.
func (x *execution) sift(now time.Time) {
	rest := make([]*market.WebhookEvent, 0, len(x.events))
	for _, e := range x.events {
		w := x.webhooks[e.WebhookID]
		if flaw := x.flaw(w); flaw != "" {
			o := x.without(e, withErrors, now)
			o.ErrorMessage = fmt.Sprintf("%s: %s", o.ErrorMessage, flaw)
			o.Known = w.UpdatedAt
			x.apart, x.held = append(x.apart, o), append(x.held, e)
			continue
		}
		rest = append(rest, e)
	}
	if x.events = rest; len(x.held) > 0 && len(rest) > 0 {
		x.payload = rest[0].Num // the held ones may have wanted the same
	}
}

// flaw is the first error that the document gave, where the webhook wants no
// events with errors; "" where there is none.
func (x *execution) flaw(w *market.Webhook) string {
	if w.OnErrors != market.OnErrorsHold {
		return ""
	}
	var result struct{ Errors []struct{ Message string } }
	if err := json.Unmarshal(x.body, &result); err != nil {
		return err.Error() // what is no JSON is no result to send
	}
	if len(result.Errors) == 0 {
		return ""
	}
	return result.Errors[0].Message
}

// without is the outcome of an event that its execution settles.
func (x *execution) without(e *market.WebhookEvent, why absence, now time.Time) market.Outcome {
	v := decide(exchange{absence: why}, policy{}, now, 0)
	return market.Outcome{EventID: e.Num, WebhookID: e.WebhookID, Status: v.status, ErrorMessage: v.message, At: now, Lane: laneOf(x.webhooks[e.WebhookID], e)}
}
