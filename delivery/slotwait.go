package delivery

import (
	"sync"
	"time"
)

// An event without a free slot waits between one and two times as long as its
// webhook has not ended an exchange here, within these bounds: the queue of an
// endpoint that hangs goes round slowly, that of a busy one fast.
const (
	slotWait        = 100 * time.Millisecond
	longestSlotWait = 5 * time.Second
)

// slotWaits remembers when the webhooks that had too few slots last ended an exchange.
type slotWaits struct {
	mu   sync.Mutex
	last map[int64]time.Time
}

// until is when an event of a webhook without a free slot asks again. random is in [0, 1).
func (s *slotWaits) until(webhook int64, now time.Time, random float64) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, known := s.last[webhook]
	if !known {
		s.last[webhook], last = now, now
	}
	wait := min(max(now.Sub(last), slotWait), longestSlotWait)
	return now.Add(wait + time.Duration(random*float64(wait)))
}

// ended notes the end of an exchange.
func (s *slotWaits) ended(webhook int64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.last[webhook]; known {
		s.last[webhook] = now
	}
}
