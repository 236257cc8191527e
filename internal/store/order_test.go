package store_test

import (
	"testing"
	"time"

	"crier/internal/market"
)

// A change that is written and not yet committed keeps a registration waiting,
// so that the registration's number is above whatever was committed before it.
func TestARegistrationWaitsForChangesInFlight(t *testing.T) {
	t.Parallel()
	s := migrated(t, databases["postgres"](t))
	record := func(kind string) func(market.Tx) error {
		return func(tx market.Tx) error {
			return tx.Record(t.Context(), []market.Change{{Subject: market.Ref{Type: kind, Num: 1}, Action: market.Create, At: time.Now()}})
		}
	}
	written, release, registered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	changed := make(chan error, 1)
	go func() {
		changed <- s.Run(t.Context(), func(tx market.Tx) error {
			err := record("Advert")(tx)
			close(written)
			<-release
			return err
		})
	}()
	<-written
	go func() { registered <- s.Run(t.Context(), record("Webhook")) }()
	eventually(t, func() bool {
		waiting, err := s.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return waiting
	})
	select {
	case err := <-registered:
		t.Errorf("the registration did not wait (%v)", err)
	default:
	}
	close(release)
	for _, done := range []chan error{changed, registered} {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	changes, err := s.Recorded(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) != 2 || changes[0].Subject.Type != "Advert" || changes[1].Subject.Type != "Webhook" {
		t.Errorf("the order is %v", changes)
	}
}

// eventually waits until condition holds.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(30 * time.Second); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("in vain")
		}
	}
}
