package stream_test

import (
	"testing"
	"time"
)

func TestAllowRefusesWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const limit = 5
		for i := range limit {
			if wait, err := b.Allow(t.Context(), "key:a", limit, time.Hour); err != nil || wait != 0 {
				t.Fatalf("request %d: wait %v, error %v", i, wait, err)
			}
		}
		wait, err := b.Allow(t.Context(), "key:a", limit, time.Hour)
		if err != nil || wait <= 0 || wait > time.Hour/limit {
			t.Errorf("one too many: wait %v, error %v", wait, err)
		}
		if wait, err := b.Allow(t.Context(), "key:b", limit, time.Hour); err != nil || wait != 0 {
			t.Errorf("another client: wait %v, error %v", wait, err)
		}
	})
}
