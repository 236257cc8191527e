package delivery

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestShortLeasesAreRefused(t *testing.T) {
	t.Parallel()
	const takes = 35 * time.Second
	for _, test := range []struct {
		name   string
		leases []time.Duration
		short  int
	}{
		{"longer than the work", []time.Duration{takes + 1}, 0},
		{"as long as the work", []time.Duration{takes}, 1},
		{"shorter than the work", []time.Duration{time.Second}, 1},
		{"none", []time.Duration{0}, 1},
		{"one of two", []time.Duration{takes - 1, takes + 1}, 1},
		{"both", []time.Duration{takes - 1, takes}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var list []guard
			for _, lease := range test.leases {
				list = append(list, guard{"an exchange", takes, lease})
			}
			worker, err := build(Options{}, list)
			if worker != nil || err == nil {
				t.Fatalf("a worker of nothing is %+v, %v", worker, err)
			}
			var first *LeaseError
			if refused := errors.As(err, &first); refused != (test.short > 0) || refused && (first.Takes != takes || first.Lease > takes) {
				t.Errorf("the first of %v is %+v", err, first)
			}
			if got := strings.Count(err.Error(), "an exchange may take 35s"); got != test.short {
				t.Errorf("%q names %d leases, want %d", err, got, test.short)
			}
		})
	}
}

// TestTheWorkersLeases holds the times that are built in against each other, and
// against those promised (contract wire.md, Times).
func TestTheWorkersLeases(t *testing.T) {
	t.Parallel()
	if err := checkLeases(guards); err != nil {
		t.Error(err)
	}
	const takeOver, found = 60 * time.Second, 30 * time.Second
	for name, c := range map[string]struct{ takes, within time.Duration }{
		"reclaim":              {lease + reclaimEvery, takeOver},
		"take-over by a relay": {relayLease + relayPoll, takeOver},
		"take-over by a sweep": {sweepLease + sweepEvery, found},
		"sweep":                {sweepEvery + sweepAge, found},
	} {
		if c.takes >= c.within {
			t.Errorf("%s takes up to %s, promised within %s", name, c.takes, c.within)
		}
	}
}
