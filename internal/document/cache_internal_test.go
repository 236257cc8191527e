package document

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestCacheWeighs holds that a cache never outweighs its capacity, and keeps what was used last.
func TestCacheWeighs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newCache[int](100)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "key"))
			weight := rapid.IntRange(1, 120).Draw(t, "weight")
			before, known := c.get(key)
			c.put(key, weight, weight)
			got, found := c.get(key)
			switch {
			case known && (!found || got != before):
				t.Fatalf("%s was %d and is %d, %v", key, before, got, found)
			case !known && found != (weight <= 100):
				t.Fatalf("%s of weight %d kept: %v", key, weight, found)
			}
			sum := 0
			for e := c.recent.Front(); e != nil; e = e.Next() {
				sum += e.Value.(*cached[int]).weight
			}
			if sum != c.weight || sum > 100 || len(c.byKey) != c.recent.Len() {
				t.Fatalf("weighs %d, says %d, with %d keys for %d entries", sum, c.weight, len(c.byKey), c.recent.Len())
			}
		}
	})
}
