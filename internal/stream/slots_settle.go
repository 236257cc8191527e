package stream

import (
	"context"
	"fmt"
	"time"
)

// End is how an exchange ended, as far as it says something about the endpoint.
type End int

// The ends of exchanges.
const (
	// EndNone is that of an exchange that did not come about, or was interrupted.
	EndNone End = iota
	// EndAnswered is that of one that shows an endpoint at work: it closes the
	// circuit, and gives back what throttling took.
	EndAnswered
	// EndFailed is that of one that shows an endpoint in trouble.
	EndFailed
	// EndThrottled is EndFailed, and the limit of slots is lowered by one.
	EndThrottled
)

// The circuit of an endpoint opens after failures in a row, and lets one event
// through at the end of each span, which is doubled while that one fails.
const (
	circuitFailures = 10
	firstSpan       = time.Second
	longestSpan     = time.Minute
)

// Settlement ends the use of slots of one webhook.
type Settlement struct {
	Webhook int64
	Policy
	// Events and Ends belong together, in the order in which the exchanges ended.
	Events []int64
	Ends   []End
}

// Circuit is the state of an endpoint's circuit after a settlement.
type Circuit struct {
	// Open says that nothing but a probe gets through.
	Open bool
	// Turned says that this settlement opened or closed it.
	Turned bool
	// Tell says that the ends of exchanges must still be told with Settle.
	Tell bool
}

// Settle gives slots back, notes how the exchanges ended, and returns the circuit
// of each webhook. A zero now is that of the server. random is in [0, 1) and
// spreads the probes of endpoints that failed together.
func (r *Redis) Settle(ctx context.Context, settlements []Settlement, now time.Time, random float64) ([]Circuit, error) {
	calls := make([]call, len(settlements))
	first, longest := jittered(firstSpan, random).Milliseconds(), jittered(longestSpan, random).Milliseconds()
	for i, s := range settlements {
		calls[i].keys = []string{slotKey(s.Webhook), conditionKey(s.Webhook)}
		calls[i].args = []any{clockOf(now), s.Limit, s.Since.UnixMilli(), circuitFailures, first, longest}
		for j, event := range s.Events {
			calls[i].args = append(calls[i].args, event, int(s.Ends[j]))
		}
	}
	answers, err := r.runNumbers(ctx, settleScript, calls)
	if err != nil {
		return nil, fmt.Errorf("settle with %d webhooks: %w", len(settlements), err)
	}
	if len(answers) != 2*len(settlements) {
		return nil, fmt.Errorf("settle with %d webhooks: %d answers", len(settlements), len(answers))
	}
	circuits := make([]Circuit, len(settlements))
	for i := range circuits {
		state := answers[2*i]
		circuits[i] = Circuit{Open: state == 2, Tell: state > 0, Turned: answers[2*i+1] == 1}
	}
	return circuits, nil
}

// jittered is a duration with a quarter more or less.
func jittered(d time.Duration, random float64) time.Duration {
	return time.Duration(float64(d) * (0.75 + random/2))
}

// Forget makes the endpoints of webhooks count as well, as those of webhooks that
// were stopped do.
func (r *Redis) Forget(ctx context.Context, webhooks []int64) error {
	pipe := r.client.Pipeline()
	for _, webhook := range webhooks {
		pipe.Del(ctx, conditionKey(webhook))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("forget %d endpoints: %w", len(webhooks), err)
	}
	return nil
}
