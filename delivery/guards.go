package delivery

import (
	"errors"
	"fmt"
	"time"

	"crier/internal/market"
)

const (
	// longestTimeout is what a webhook may ask for at most.
	longestTimeout = market.MaxTimeoutSeconds * time.Second
	// overrun is by how much an exchange and the writing of its outcome may outlive
	// the timeout: an HTTP/2 receiver that takes nothing more costs that much (egress).
	overrun = 5 * time.Second
)

// guard is a time in which nobody else does some work, and how long it is silent
// at most while its process is alive.
type guard struct {
	work         string
	takes, lease time.Duration
}

// guards are those of every worker. Two heartbeats of three may fail.
var guards = []guard{
	{"an exchange with a receiver", longestTimeout + overrun, lease},
	{"three heartbeats", 3 * heartbeat, lease},
	{"fan-out of a batch", renderWithin + overrun, lease},
	{"a rest of the sweep", sweepEvery, sweepLease},
	{"a rest of the relay", relayLease/3 + relayPoll, relayLease},
}

// LeaseError says that a lease may end while its holder works: another process
// would then do the same work, and send the same event, while the first is alive.
type LeaseError struct {
	// Work is what the lease guards.
	Work string
	// Takes is how long that may take, Lease how long the lease lasts.
	Takes, Lease time.Duration
}

// Error implements error.
func (e *LeaseError) Error() string {
	return fmt.Sprintf("delivery: %s may take %s, and the lease that guards it lasts %s: it must be longer", e.Work, e.Takes, e.Lease)
}

// checkLeases returns a [*LeaseError] for each lease that is too short.
func checkLeases(guards []guard) error {
	var short []error
	for _, g := range guards {
		if g.lease <= g.takes {
			short = append(short, &LeaseError{g.work, g.takes, g.lease})
		}
	}
	return errors.Join(short...)
}
