package market

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

const (
	// DefaultOverlapSeconds is a day, OverlapSecondsMax a week.
	DefaultOverlapSeconds = 24 * 60 * 60
	OverlapSecondsMax     = 7 * DefaultOverlapSeconds
	// secretsMax bounds the secrets that sign at once: each costs a signature of every delivery.
	secretsMax = 10
	// newSecretSize is the size of a SHA-256, in bytes: HMAC-SHA256 is no stronger with a longer key.
	newSecretSize = 32
	// publicKeyPrefix is before the base64 of an ed25519 key (Standard Webhooks 1.0, "Asymmetric").
	publicKeyPrefix = "whpk_"
)

// WebhookSecret is what a webhook signs with for a time.
type WebhookSecret struct {
	// Value is the raw key, 24 to 64 bytes. It is never shown after its creation.
	Value []byte
	// PrivateKey is the ed25519 key, 64 bytes, of an asymmetric webhook; it comes and goes with the secret.
	PrivateKey  []byte `json:",omitempty"`
	Fingerprint string
	CreatedAt   time.Time
	// ExpiresAt is when the secret stops signing; nil: never.
	ExpiresAt *time.Time
}

// SecretsAt are the secrets that sign at a moment, the newest first.
func (w *Webhook) SecretsAt(at time.Time) []WebhookSecret {
	active := make([]WebhookSecret, 0, len(w.Secrets))
	for _, s := range w.Secrets {
		if s.ExpiresAt == nil || at.Before(*s.ExpiresAt) {
			active = append(active, s)
		}
	}
	return active
}

// SecretsInUse are the secrets that sign now, the newest first.
func (w *Webhook) SecretsInUse() []WebhookSecret { return w.SecretsAt(time.Now()) }

// RotateWebhookSecret gives a webhook a new signing secret, and an asymmetric one a
// new key pair with it. The former ones sign beside it for overlap seconds, or until
// the end that they had already; with no overlap they are gone at once.
func (m *Market) RotateWebhookSecret(ctx context.Context, actor Actor, id string, overlap int64) (WebhookResult, error) {
	var out WebhookResult
	err := m.run(ctx, actor, func(u *unit) error {
		w, err := u.webhook(id)
		if err != nil {
			return err
		}
		if overlap < 0 || overlap > OverlapSecondsMax {
			return Refuse("overlap_seconds", "must be between 0 and %d", OverlapSecondsMax)
		}
		former := expiring(w.Secrets, u.now, time.Duration(overlap)*time.Second)
		if len(former) >= secretsMax {
			return Refuse("overlap_seconds", "%d former secrets would sign beside the new one: at most %d may, and a shorter overlap ends them sooner", len(former), secretsMax-1)
		}
		w.Secrets = former
		out.Webhook = w
		out.Secret, err = newSecret(w, u.now)
		return err
	})
	return out, err
}

// expiring are those of secrets that still sign a while from now, with their end no later than then.
func expiring(secrets []WebhookSecret, now time.Time, while time.Duration) []WebhookSecret {
	end := now.Add(while)
	var left []WebhookSecret
	for _, s := range secrets {
		if s.ExpiresAt == nil || end.Before(*s.ExpiresAt) {
			s.ExpiresAt = &end
		}
		if now.Before(*s.ExpiresAt) {
			left = append(left, s)
		}
	}
	return left
}

// newSecret puts a new signing secret before those that a webhook has, and returns the raw key.
func newSecret(w *Webhook, now time.Time) ([]byte, error) {
	key := make([]byte, newSecretSize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make a signing secret: %w", err)
	}
	digest := sha256.Sum256(key)
	w.Secrets = slices.Insert(slices.Clone(w.Secrets), 0, WebhookSecret{Value: key, Fingerprint: hex.EncodeToString(digest[:6]), CreatedAt: now})
	return key, alignKeys(w)
}

// alignKeys gives the newest secret a key pair where the webhook is asymmetric, and
// takes all of them away where it is not.
func alignKeys(w *Webhook) error {
	if len(w.Secrets) == 0 || w.Asymmetric == (w.Secrets[0].PrivateKey != nil) {
		return nil
	}
	w.Secrets = slices.Clone(w.Secrets)
	if !w.Asymmetric {
		w.PublicKey = nil
		for i := range w.Secrets {
			w.Secrets[i].PrivateKey = nil
		}
		return nil
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key pair: %w", err)
	}
	w.Secrets[0].PrivateKey = private
	w.PublicKey = new(publicKeyPrefix + base64.StdEncoding.EncodeToString(public))
	return nil
}
