package document

import (
	"container/list"
	"sync"
)

// cache keeps what was used last, up to a total weight. It is safe for concurrent use.
type cache[V any] struct {
	mu       sync.Mutex
	capacity int
	weight   int
	recent   *list.List // of *cached[V], the last used first
	byKey    map[string]*list.Element
}

type cached[V any] struct {
	key    string
	value  V
	weight int
}

// newCache returns an empty cache that holds up to capacity of weight.
func newCache[V any](capacity int) *cache[V] {
	return &cache[V]{capacity: capacity, recent: list.New(), byKey: map[string]*list.Element{}}
}

// get returns the value of key, and whether there is one.
func (c *cache[V]) get(key string) (value V, found bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, found := c.byKey[key]
	if !found {
		return value, false
	}
	c.recent.MoveToFront(e)
	return e.Value.(*cached[V]).value, true
}

// put stores a value, unless another caller just did, and lets go of what was
// used longest ago. What weighs more than the whole cache is not kept.
func (c *cache[V]) put(key string, value V, weight int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.byKey[key]; found || weight > c.capacity {
		return
	}
	c.byKey[key] = c.recent.PushFront(&cached[V]{key, value, weight})
	for c.weight += weight; c.weight > c.capacity; {
		oldest := c.recent.Remove(c.recent.Back()).(*cached[V])
		delete(c.byKey, oldest.key)
		c.weight -= oldest.weight
	}
}
