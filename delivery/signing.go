package delivery

import (
	"context"
	"fmt"
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
	found, err := s.store.WebhooksByNum(ctx, []int64{t.webhook.Num})
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", t.webhook.Ref(), err)
	}
	if w := found[t.webhook.Num]; w != nil && w.State == market.WebhookActive {
		return w, nil
	}
	return nil, nil
}
