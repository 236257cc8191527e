package store_test

import (
	"context"
	"errors"
	"testing"

	"crier/internal/market"
	"crier/internal/store"
)

func TestFailuresOfTheDatabaseAreCounted(t *testing.T) {
	onEach(t, func(t *testing.T, url string) {
		s := migrated(t, url)
		if n := s.Failures(); n != 0 {
			t.Errorf("%d failures of a new database", n)
		}
		left, leave := context.WithCancel(t.Context())
		leave()
		if err := s.Fail(left); err == nil {
			t.Error("who has left gets an answer")
		}
		duplicate := s.Run(t.Context(), func(tx market.Tx) error {
			return errors.Join(tx.Insert(t.Context(), &market.MarketplacerAPIKey{Digest: "twice"}), tx.Insert(t.Context(), &market.MarketplacerAPIKey{Digest: "twice"}))
		})
		var refused *store.DuplicateError
		if !errors.As(duplicate, &refused) {
			t.Errorf("a second key with the same digest: %v", duplicate)
		}
		if n := s.Failures(); n != 0 {
			t.Errorf("%d failures although the database did what it was asked to", n)
		}
		if err := s.Fail(t.Context()); err == nil {
			t.Error("the statement was understood")
		}
		if n := s.Failures(); n != 1 {
			t.Errorf("%d failures, want 1", n)
		}
	})
}
