package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"crier/internal/market"
)

const (
	// signedWithin is how old what a delivery is signed with may be: what was read
	// longer ago is looked at again.
	signedWithin = 500 * time.Millisecond
	// secretsKnownAfter is when every process signs with a new secret, and none with
	// one that was taken away: signedWithin, the look itself, and the way to a receiver
	// of what was signed just before.
	secretsKnownAfter = 3 * signedWithin
)

// SecretsKnown waits until what is signed anywhere is signed with the secrets as they
// were when it was called, or until ctx ends.
func SecretsKnown(ctx context.Context) { pause(ctx, secretsKnownAfter) }

// current is the webhook of a task as it is to be used for an attempt, nil where it
// does not deliver any more. Who waits in line for its turn may have been read long before.
func (s *sender) current(ctx context.Context, t task) (*market.Webhook, error) {
	if time.Since(t.loaded) <= signedWithin {
		return t.webhook, nil
	}
	w, known := s.signers.of(t.webhook.Num)
	if !known {
		at := time.Now()
		found, err := s.store.WebhooksByNum(ctx, []int64{t.webhook.Num})
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", t.webhook.Ref(), err)
		}
		w = found[t.webhook.Num]
		s.signers.note(t.webhook.Num, w, at)
	}
	if w == nil || w.State != market.WebhookActive {
		return nil, nil
	}
	return w, nil
}

// signers are webhooks as they were read for those who waited: one that many events
// wait for is looked at once for all of them.
type signers struct {
	mu    sync.Mutex
	known map[int64]signer
}

// signer is a webhook, nil where it was deleted, and when it was asked for.
type signer struct {
	webhook *market.Webhook
	at      time.Time
}

// signersKept bounds what is remembered.
const signersKept = 1000

// of returns a webhook that was read just before.
func (k *signers) of(webhook int64) (*market.Webhook, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, known := k.known[webhook]
	return s.webhook, known && time.Since(s.at) <= signedWithin
}

// note keeps a webhook for a while.
func (k *signers) note(num int64, w *market.Webhook, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= signersKept {
		k.known = make(map[int64]signer, 1)
	}
	k.known[num] = signer{w, at}
}
