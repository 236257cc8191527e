package storetest

import (
	"testing"

	"crier/internal/market"
	"crier/internal/store"
)

// following reads the log of changes from places in it.
func following(t *testing.T, s *store.Store) {
	after := func(sequence int64, limit int) (places, subjects []int64) {
		t.Helper()
		changes, err := s.ChangesAfter(t.Context(), sequence, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			places, subjects = append(places, c.Sequence), append(subjects, c.Subject.Num)
			if !c.VisibleTo(1) || c.VisibleTo(2) || !c.At.Equal(noon) {
				t.Errorf("a change comes back as %+v", c)
			}
		}
		return places, subjects
	}
	last := func(want int64) {
		t.Helper()
		if _, got, err := s.Places(t.Context()); err != nil || got != want {
			t.Errorf("the last place is %d, %v; want %d", got, err, want)
		}
	}
	last(0)
	recordChanges(t, s, 5)
	last(0)
	places, _ := after(0, 10)
	expect(t, "before they have places", places)
	sequence(t, s, 4, one)
	last(4)
	places, subjects := after(0, 3)
	expect(t, "places", places, 1, 2, 3)
	expect(t, "subjects", subjects, 1, 2, 3)
	places, _ = after(3, 10)
	expect(t, "places after 3", places, 4)
	places, _ = after(4, 10)
	expect(t, "places after the last", places)
	sequence(t, s, 4, one)
	record(t, s, market.Change{Subject: market.Ref{Type: "Taxon", Num: 7}, Action: market.Update, Shared: true, At: noon})
	recordChanges(t, s, 1)
	sequence(t, s, 10, func(list []market.Change, _ int64) (market.Plan, error) { return market.Plan{Changes: len(list)}, nil })
	of := func(typeName string, sequence int64, limit int) (places []int64) {
		t.Helper()
		changes, err := s.ChangesOf(t.Context(), typeName, sequence, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			places = append(places, c.Sequence)
		}
		return places
	}
	expect(t, "places of adverts", of("Advert", 3, 10), 4, 5, 7)
	expect(t, "the first places of adverts", of("Advert", 3, 2), 4, 5)
	expect(t, "places of taxons", of("Taxon", 0, 10), 6)
	expect(t, "places of taxons after the last", of("Taxon", 6, 10))
}

// followingRelays reads the log while several relays give places: whoever goes
// on from the last place that it saw misses none.
func followingRelays(t *testing.T, s *store.Store) {
	const relays, each = 3, 40
	recordChanges(t, s, relays*each)
	inParallel(t, relays+1, func(i int) error {
		if i < relays {
			for {
				if n, err := s.Sequence(t.Context(), 2, one); err != nil || n == 0 {
					return err
				}
			}
		}
		for seen := int64(0); seen < relays*each; {
			changes, err := s.ChangesAfter(t.Context(), seen, 7)
			if err != nil {
				return err
			}
			for _, c := range changes {
				if c.Sequence != seen+1 {
					t.Errorf("place %d comes after %d", c.Sequence, seen)
				}
				seen = c.Sequence
			}
		}
		return nil
	})
}
