package delivery

import (
	"sync"
	"time"

	"crier/internal/market"
)

const (
	// handoverFor is how long, at least, something is kept for its next step, and
	// twice that at most: less than it takes until somebody else may have taken that step.
	handoverFor = sweepAge / 2
	// handoverEvents and handoverBytes bound what is kept in that time.
	handoverEvents = 20_000
	handoverBytes  = 32 << 20
)

// handover gives what one role of this process has just written down to the
// next, which need not read it back. Whatever is missing in it is read from the
// database: it is bounded, and each thing can be taken once. The zero value is empty.
type handover struct {
	mu         sync.Mutex
	young, old kept
	since      time.Time
}

// kept is what was handed over in some time.
type kept struct {
	events     map[int64][]*market.WebhookEvent // by change
	deliveries map[int64]market.Delivery        // by event
	count      int
	bytes      int
}

func newKept() kept {
	return kept{events: map[int64][]*market.WebhookEvent{}, deliveries: map[int64]market.Delivery{}}
}

// room ages what is kept and reports whether there is room for more; h is locked.
func (h *handover) room() bool {
	h.age()
	return h.young.count < handoverEvents && h.young.bytes < handoverBytes
}

// age drops what is kept for too long; h is locked.
func (h *handover) age() {
	now := time.Now()
	switch age := now.Sub(h.since); {
	case age > 2*handoverFor:
		h.old, h.young, h.since = newKept(), newKept(), now
	case age > handoverFor:
		h.old, h.young, h.since = h.young, newKept(), now
	}
}

// caused hands over the events that changes caused, none included.
func (h *handover) caused(changes []market.Change, events []market.WebhookEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.room() {
		return
	}
	for _, c := range changes {
		if c.Request == nil { // nobody comes for the others
			h.young.events[c.Num] = nil
		}
	}
	for i := range events {
		e := &events[i]
		if _, published := h.young.events[e.ChangeID]; !published {
			continue
		}
		h.young.events[e.ChangeID] = append(h.young.events[e.ChangeID], e)
	}
	h.young.count += len(changes) + len(events)
}

// causedBy takes the events of changes, and returns the changes whose events are not known here.
func (h *handover) causedBy(changes []int64) (events []*market.WebhookEvent, unknown []int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.age()
	for _, c := range changes {
		list, known := take(h.young.events, c)
		if !known {
			list, known = take(h.old.events, c)
		}
		if !known {
			unknown = append(unknown, c)
		}
		events = append(events, list...)
	}
	return events, unknown
}

// rendered hands over events that are due, with their payload. Others may be due
// later, and are read then as they are by that time.
func (h *handover) rendered(events []*market.WebhookEvent, payload []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.room() {
		return
	}
	now := time.Now()
	for _, e := range events {
		if !isLater(e, now) && e.JobID == 0 { // a job may be called off any moment
			h.young.deliveries[e.Num] = market.Delivery{Event: e, Payload: payload}
		}
	}
	h.young.count += len(events)
	h.young.bytes += len(payload)
}

// delivery takes an event with its payload.
func (h *handover) delivery(event int64) (market.Delivery, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.age()
	if d, known := take(h.young.deliveries, event); known {
		return d, true
	}
	return take(h.old.deliveries, event)
}

// take takes something out of a map.
func take[V any](from map[int64]V, key int64) (V, bool) {
	v, known := from[key]
	delete(from, key)
	return v, known
}
