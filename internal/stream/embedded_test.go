package stream_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestEmbeddedExpiresKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := open(t, "")
		for key, ttl := range map[string]time.Duration{"short": time.Second, "long": time.Hour, "ever": 0} {
			if err := b.client.Set(t.Context(), key, 1, ttl).Err(); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(3 * time.Minute)
		for key, want := range map[string]int64{"short": 0, "long": 1, "ever": 1} {
			if got, err := b.client.Exists(t.Context(), key).Result(); err != nil || got != want {
				t.Errorf("%s: %d, %v; want %d", key, got, err, want)
			}
		}
	})
}
