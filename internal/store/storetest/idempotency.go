package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
	"crier/internal/store"
)

// theKey is an idempotency key in use.
var theKey = market.Claim{Owner: "operator", Key: "order 17", Fingerprint: "f"}

// claim claims a key some time after noon and expects a state.
func claim(t *testing.T, s *store.Store, want market.Claim, after time.Duration, state market.ClaimState) market.Claim {
	t.Helper()
	got, err := s.Claim(t.Context(), want, noon.Add(after))
	if err != nil || got.State != state || got.Num == 0 {
		t.Fatalf("got %+v, %v; want it %s", got, err, state)
	}
	return got
}

// under makes a change under a claim.
func under(ctx context.Context, s *store.Store, num int64) error {
	return s.Run(ctx, func(tx market.Tx) error {
		return errors.Join(tx.Insert(ctx, &market.Brand{Name: "made"}), tx.MarkClaim(ctx, num))
	})
}

// claims goes the way of a request with an idempotency key: claimed, marked, answered, forgotten.
func claims(t *testing.T, s *store.Store) {
	first := claim(t, s, theKey, 0, market.ClaimTaken)
	other := theKey
	other.Fingerprint = "g"
	if got := claim(t, s, other, time.Second, market.ClaimRunning); got.Num != first.Num || got.Fingerprint != "f" {
		t.Errorf("another body finds %+v", got)
	}
	if err := under(t.Context(), s, first.Num); err != nil {
		t.Fatal(err)
	}
	claim(t, s, theKey, time.Second, market.ClaimRunning)
	answer := []byte(`{"data":{"key":"crier_secret"}}`)
	if err := s.AnswerClaim(t.Context(), first.Num, answer); err != nil {
		t.Fatal(err)
	}
	want := first
	want.State, want.Answer = market.ClaimAnswered, answer
	for _, after := range []time.Duration{time.Second, time.Hour, 24*time.Hour - time.Microsecond} {
		if diff := cmp.Diff(want, claim(t, s, theKey, after, market.ClaimAnswered)); diff != "" {
			t.Errorf("after %v: %s", after, diff)
		}
	}
	for _, another := range []market.Claim{{Owner: "seller", Key: theKey.Key}, {Owner: theKey.Owner, Key: "order 18"}} {
		if got := claim(t, s, another, 0, market.ClaimTaken); got.Num == first.Num {
			t.Errorf("%+v has the claim of another key", another)
		}
	}
	if again := claim(t, s, theKey, 24*time.Hour, market.ClaimTaken); again.Num == first.Num {
		t.Error("the number of a forgotten claim is given again")
	}
}

// claimsLeftBehind ends processes between the claim and the answer.
func claimsLeftBehind(t *testing.T, s *store.Store) {
	first := claim(t, s, theKey, 0, market.ClaimTaken)
	claim(t, s, theKey, time.Minute-time.Microsecond, market.ClaimRunning)
	second := claim(t, s, theKey, time.Minute, market.ClaimTaken)
	if err := under(t.Context(), s, first.Num); !errors.Is(err, market.ErrClaimGone) {
		t.Errorf("whose claim was taken over changed something: %v", err)
	}
	if err := s.AnswerClaim(t.Context(), first.Num, []byte("late")); err != nil {
		t.Error(err)
	}
	if released, err := s.ReleaseClaim(t.Context(), first.Num); released || err != nil {
		t.Errorf("a claim that was taken over is released: %v, %v", released, err)
	}
	claim(t, s, theKey, 2*time.Minute-time.Microsecond, market.ClaimRunning)
	if err := under(t.Context(), s, second.Num); err != nil {
		t.Fatal(err)
	}
	if released, err := s.ReleaseClaim(t.Context(), second.Num); released || err != nil {
		t.Errorf("a claim with a change is released: %v, %v", released, err)
	}
	claim(t, s, theKey, 2*time.Minute, market.ClaimLost)
	claim(t, s, theKey, 23*time.Hour, market.ClaimLost)
	if n, err := s.Count(as(t, 0), "Brand", market.Query{}); err != nil || n != 1 {
		t.Errorf("%d changes were made, %v", n, err)
	}
}

// claimsReleased gives keys back whose requests changed nothing, be it that their transaction failed.
func claimsReleased(t *testing.T, s *store.Store) {
	first := claim(t, s, theKey, 0, market.ClaimTaken)
	err := s.Run(t.Context(), func(tx market.Tx) error {
		return errors.Join(tx.MarkClaim(t.Context(), first.Num), errRefused)
	})
	if !errors.Is(err, errRefused) {
		t.Errorf("got %v", err)
	}
	if released, err := s.ReleaseClaim(t.Context(), first.Num); !released || err != nil {
		t.Errorf("not released: %v", err)
	}
	claim(t, s, theKey, 0, market.ClaimTaken)
}

// claimsAtOnce lets many claim one key at once.
func claimsAtOnce(t *testing.T, s *store.Store) {
	var wait sync.WaitGroup
	got := make([]market.Claim, 20)
	for i := range got {
		wait.Go(func() {
			var err error
			if got[i], err = s.Claim(t.Context(), theKey, noon); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	taken := 0
	for _, c := range got {
		if c.State == market.ClaimTaken {
			taken++
		}
		if c.Num != got[0].Num {
			t.Errorf("%+v and %+v", c, got[0])
		}
	}
	if taken != 1 {
		t.Errorf("%d have the claim", taken)
	}
}

// claimsMeetReleases lets some claim a key while others release it: each has it once at a time.
func claimsMeetReleases(t *testing.T, s *store.Store) {
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				got, err := s.Claim(t.Context(), theKey, noon)
				if err != nil {
					t.Error(err)
				}
				if got.State != market.ClaimTaken {
					continue
				}
				if released, err := s.ReleaseClaim(t.Context(), got.Num); !released || err != nil {
					t.Errorf("not released: %v", err)
				}
			}
		})
	}
	wait.Wait()
}

// claimsPurged removes what is past its time, and nothing else.
func claimsPurged(t *testing.T, s *store.Store) {
	for i := range 3 {
		old := theKey
		old.Key += strings.Repeat("!", i)
		claim(t, s, old, time.Duration(i)*time.Hour, market.ClaimTaken)
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{23 * time.Hour, 0}, {25 * time.Hour, 2}, {25 * time.Hour, 0}, {26 * time.Hour, 1}} {
		if n, err := s.PurgeClaims(t.Context(), noon.Add(c.after)); err != nil || n != c.want {
			t.Errorf("after %v %d went, want %d, %v", c.after, n, c.want, err)
		}
	}
}
