package delivery

import (
	"testing"
	"time"

	"crier/internal/market"
)

// TestWhoWaitedSignsWithTheSecretsOfNow has a task wait while its webhook changes.
func TestWhoWaitedSignsWithTheSecretsOfNow(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	tasks, _, err := s.load(t.Context(), s.handedOut(7, 1))
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	read := tasks[0]
	s.store.webhook.Secrets = []market.WebhookSecret{{Fingerprint: "new"}, {Fingerprint: "old"}}
	fingerprints := func(waited time.Duration) int {
		t.Helper()
		read.loaded = time.Now().Add(-waited)
		w, err := s.current(t.Context(), read)
		if err != nil || w == nil {
			t.Fatal(w, err)
		}
		return len(w.Secrets)
	}
	if n := fingerprints(0); n != 0 {
		t.Errorf("what was just read is read again: %d secrets", n)
	}
	if n := fingerprints(2 * signedWithin); n != 2 {
		t.Errorf("%d secrets after a while, want 2", n)
	}
	s.store.webhook.State = market.WebhookPaused
	s.signers.note(1, &market.Webhook{State: market.WebhookActive, Secrets: make([]market.WebhookSecret, 3)}, time.Now().Add(time.Hour))
	if n := fingerprints(2 * signedWithin); n != 3 {
		t.Errorf("what another has just read is read again: %d secrets", n)
	}
	s.signers.note(1, nil, time.Now().Add(-2*signedWithin))
	read.loaded = time.Now().Add(-2 * signedWithin)
	if w, err := s.current(t.Context(), read); w != nil || err != nil {
		t.Errorf("a webhook that was paused meanwhile is used: %v, %v", w, err)
	}
	if r := s.attempt(t.Context(), read); r.outcome != nil {
		t.Errorf("it gets the outcome %+v", r.outcome)
	}
}
