package stream

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Slot is the right to send an event to its webhook, one of a limited number over
// all processes.
type Slot struct {
	Webhook int64
	Event   int64
}

// SlotRequest asks for a slot.
type SlotRequest struct {
	Webhook int64
	Event   int64
	Policy
}

// Policy is how much a webhook takes. Where requests of one batch differ for the
// same webhook, that of the first holds, with the lowest limit of all.
type Policy struct {
	// Limit is how many slots the webhook has.
	Limit int
	// Rate is how many requests of a second it takes, over all processes; a tenth of
	// that may come at once. 0: unlimited.
	Rate int
	// Since is when the webhook came into its state: what was learnt of its endpoint
	// before, such as that its circuit is open, counts no more.
	Since time.Time
	// Probe lets one event through before all others, as an open circuit does whose
	// time is over, until one is answered.
	Probe bool
}

// Want is what an event without a slot waits for.
type Want int

// The reasons to wait.
const (
	// WantNothing is that of an event that has its slot.
	WantNothing Want = iota
	WantSlot
	WantRate
	// WantCircuit: the circuit of the endpoint is open.
	WantCircuit
)

// Grant is the answer to a request.
type Grant struct {
	Want Want
	// Wait is when to ask again; 0 for an event that has its slot.
	Wait time.Duration
	// Tell says of an event that has its slot that the end of the exchange must be
	// told with Settle, however it went; else, where all went well, Release does.
	Tell bool
}

const (
	// slotWait is when to ask again for a slot. Parked events are not touched for
	// that before there is room for them.
	slotWait = 250 * time.Millisecond
	// probeWait is when to ask again while a probe decides about an open circuit.
	// The process that learns of a success asks at once.
	probeWait = 5 * time.Second
)

// Acquire takes slots until now + lease, and answers each request; the webhook's
// earlier ones come first. An event that holds a slot keeps it and gets the new
// end. A lease must outlive the longest exchange with a receiver, or be extended;
// a slot whose lease ended, after a crash, is free for others. A zero now is that
// of the server, which all processes share; otherwise their clocks must agree to
// well within a lease.
func (r *Redis) Acquire(ctx context.Context, requests []SlotRequest, now time.Time, lease time.Duration) ([]Grant, error) {
	grants := make([]Grant, len(requests))
	for start := 0; start < len(requests); start += scriptBatch {
		batch := requests[start:min(start+scriptBatch, len(requests))]
		if err := r.acquire(ctx, batch, now, lease, grants[start:]); err != nil {
			return nil, fmt.Errorf("acquire %d slots: %w", len(requests), err)
		}
	}
	return grants, nil
}

// slotGroup is what a batch asks of one webhook.
type slotGroup struct {
	webhook int64
	policy  Policy
	events  []int64
	at      []int // their places in the batch
}

func (r *Redis) acquire(ctx context.Context, batch []SlotRequest, now time.Time, lease time.Duration, grants []Grant) error {
	groups := groupByWebhook(batch)
	var order []int
	calls := r.perEndpoint(len(groups), []any{clockOf(now), lease.Milliseconds(), probeWait.Milliseconds()}, func(i int) (int64, []any) {
		g := groups[i]
		order = append(order, g.at...)
		args := []any{g.policy.Limit, g.policy.Rate, g.policy.Since.UnixMilli(), g.policy.Probe, len(g.events)}
		return g.webhook, append(args, anySlice(g.events)...)
	})
	answers, err := r.runNumbers(ctx, acquireScript, calls)
	if err != nil {
		return err
	}
	if len(answers) != len(order) {
		return fmt.Errorf("%d answers to %d requests", len(answers), len(order))
	}
	for i, answer := range answers {
		grants[order[i]] = parseGrant(answer)
	}
	return nil
}

// parseGrant reads an answer of acquire.lua.
func parseGrant(answer int64) Grant {
	switch {
	case answer < 0:
		return Grant{Want: WantRate, Wait: time.Duration(-answer) * time.Millisecond}
	case answer > 2:
		return Grant{Want: WantCircuit, Wait: time.Duration(answer-2) * time.Millisecond}
	case answer == 0:
		return Grant{Want: WantSlot, Wait: slotWait}
	}
	return Grant{Tell: answer == 2}
}

// perEndpoint makes the calls of a script about n webhooks, whose keys are the
// slots of each and then the conditions of each. Keys of several webhooks lie in
// several slots of a cluster, and one call of a script must stay within one;
// elsewhere one call does for all.
func (r *Redis) perEndpoint(n int, head []any, about func(int) (webhook int64, args []any)) []call {
	perCall := scriptBatch
	if r.cluster {
		perCall = 1
	}
	var calls []call
	for start := 0; start < n; start += perCall {
		size := min(perCall, n-start)
		c := call{keys: make([]string, 2*size), args: append(make([]any, 0, len(head)+7*size), head...)}
		for i := range size {
			webhook, args := about(start + i)
			c.keys[i], c.keys[size+i] = slotKey(webhook), conditionKey(webhook)
			c.args = append(c.args, args...)
		}
		calls = append(calls, c)
	}
	return calls
}

// runNumbers makes calls and joins their replies, which are lists of numbers.
func (r *Redis) runNumbers(ctx context.Context, script *redis.Script, calls []call) ([]int64, error) {
	replies, err := runAll(ctx, r.client, script, calls)
	if err != nil {
		return nil, err
	}
	var all []int64
	for _, reply := range replies {
		numbers, err := reply.Int64Slice()
		if err != nil {
			return nil, err
		}
		all = append(all, numbers...)
	}
	return all, nil
}

// clockOf is a moment as scripts take it; empty stands for the clock of the server.
func clockOf(now time.Time) any {
	if now.IsZero() {
		return ""
	}
	return now.UnixMilli()
}

func groupByWebhook(batch []SlotRequest) []slotGroup {
	var groups []slotGroup
	at := make(map[int64]int)
	for i, request := range batch {
		g, known := at[request.Webhook]
		if !known {
			g = len(groups)
			at[request.Webhook] = g
			groups = append(groups, slotGroup{webhook: request.Webhook, policy: request.Policy})
		}
		groups[g].policy.Limit = min(groups[g].policy.Limit, request.Limit)
		groups[g].events = append(groups[g].events, request.Event)
		groups[g].at = append(groups[g].at, i)
	}
	return groups
}

// Release gives slots back. One that is not held is ignored.
func (r *Redis) Release(ctx context.Context, slots []Slot) error {
	_, err := r.Vacate(ctx, slots, nil)
	return err
}

// Vacate gives slots back as Release does and returns, in the same round trip, those
// of webhooks that have parked events, which could have the slots.
func (r *Redis) Vacate(ctx context.Context, slots []Slot, webhooks []int64) (parked []int64, err error) {
	byWebhook := make(map[int64][]any)
	for _, s := range slots {
		byWebhook[s.Webhook] = append(byWebhook[s.Webhook], s.Event)
	}
	names := make([]string, len(webhooks))
	for i, webhook := range webhooks {
		names[i] = strconv.FormatInt(webhook, 10)
	}
	pipe := r.client.Pipeline()
	for webhook, events := range byWebhook {
		pipe.ZRem(ctx, slotKey(webhook), events...)
	}
	var looks *redis.FloatSliceCmd
	if len(names) > 0 {
		looks = pipe.ZMScore(ctx, parkedKey(), names...)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("release %d slots: %w", len(slots), err)
	}
	for i := range webhooks {
		if looks.Val()[i] > 0 { // when to look at it
			parked = append(parked, webhooks[i])
		}
	}
	return parked, nil
}

// Extend moves the end of the leases of slots that are held to now + lease. One
// that is not held any more is ignored: it may belong to another event by now. A zero
// now is that of the server, which costs another round trip.
func (r *Redis) Extend(ctx context.Context, slots []Slot, now time.Time, lease time.Duration) error {
	if now.IsZero() {
		var err error
		if now, err = r.client.Time(ctx).Result(); err != nil {
			return fmt.Errorf("extend %d slots: %w", len(slots), err)
		}
	}
	expiry := float64(now.Add(lease).UnixMilli())
	byWebhook := make(map[int64][]redis.Z)
	for _, s := range slots {
		byWebhook[s.Webhook] = append(byWebhook[s.Webhook], redis.Z{Score: expiry, Member: s.Event})
	}
	_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for webhook, held := range byWebhook {
			pipe.ZAddXX(ctx, slotKey(webhook), held...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("extend %d slots: %w", len(slots), err)
	}
	return nil
}
