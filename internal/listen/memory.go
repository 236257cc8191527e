package listen

import (
	"crypto/sha256"
	"sync"
)

// remembered is how many events, and how many entities, are known at once; the oldest is forgotten first.
const remembered = 10_000

// memory knows what arrived before.
type memory struct {
	mu     sync.Mutex
	events recent[*known]
	// last is the highest sequence that was accepted, by entity.
	last recent[int64]
}

// known is an event that has arrived.
type known struct {
	attempts int
	accepted bool
	body     [sha256.Size]byte
}

// Seen is what a delivery is beside those before it.
type Seen struct {
	// Attempt counts the requests with this id, from one.
	Attempt int
	// Duplicate says that an earlier one was answered 2xx.
	Duplicate bool
	// Differs says that an earlier one had other bytes.
	Differs bool
	// Late says that a newer event of the same entity was accepted before.
	Late bool
}

// meet tells what a delivery is. Those without an id are all the first.
func (m *memory) meet(d Delivery) Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Seen{Attempt: 1}
	if d.ID != "" {
		sum := sha256.Sum256(d.Body)
		k, again := m.events.get(d.ID)
		if !again {
			k = &known{body: sum}
			m.events.put(d.ID, k)
		}
		k.attempts++
		s = Seen{Attempt: k.attempts, Duplicate: k.accepted, Differs: k.body != sum}
	}
	if d.Subject != "" && d.Sequence != nil {
		last, known := m.last.get(d.Subject)
		s.Late = known && !s.Duplicate && *d.Sequence > 0 && *d.Sequence < last
	}
	return s
}

// accept notes that a delivery was answered 2xx.
func (m *memory) accept(d Delivery) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.events.get(d.ID); ok {
		k.accepted = true
	}
	if d.Subject == "" || d.Sequence == nil {
		return
	}
	if last, known := m.last.get(d.Subject); !known || *d.Sequence > last {
		m.last.put(d.Subject, *d.Sequence)
	}
}

// recent keeps what was put last, up to [remembered] names.
type recent[T any] struct {
	values map[string]T
	// order is a ring of the names, next the place of the oldest once it is full.
	order []string
	next  int
}

func (r *recent[T]) get(name string) (T, bool) {
	value, ok := r.values[name]
	return value, ok
}

func (r *recent[T]) put(name string, value T) {
	if r.values == nil {
		r.values = map[string]T{}
	}
	if _, known := r.values[name]; !known {
		if len(r.order) < remembered {
			r.order = append(r.order, name)
		} else {
			delete(r.values, r.order[r.next])
			r.order[r.next], r.next = name, (r.next+1)%remembered
		}
	}
	r.values[name] = value
}
