package market_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"slices"
	"testing"
	"time"

	"crier/internal/market"
)

// rotating is a marketplace whose clock the test sets, with one webhook.
type rotating struct {
	*catalogue
	t   *testing.T
	now time.Time
	id  string
}

func newRotating(t *testing.T, changes ...hookChange) *rotating {
	t.Helper()
	r := &rotating{catalogue: onSQLite(t), t: t, now: salesNow}
	r.Market = market.New(r.store, market.Options{Documents: proofs{}, Now: func() time.Time { return r.now }})
	r.id = must(r.CreateWebhook(t.Context(), operator, nil, newHook(changes...))).Webhook.ID()
	return r
}

func (r *rotating) rotate(overlap int64) (market.WebhookResult, error) {
	return r.RotateWebhookSecret(r.t.Context(), operator, r.id, overlap)
}

func (r *rotating) must(overlap int64) market.WebhookResult { r.t.Helper(); return must(r.rotate(overlap)) }

// stored is the webhook as the database has it.
func (r *rotating) stored() *market.Webhook { return one[market.Webhook](r.sales) }

// ends are how long the secrets go on signing from the beginning on; 0: for ever.
func (r *rotating) ends() []time.Duration {
	var list []time.Duration
	for _, s := range r.stored().Secrets {
		var end time.Duration
		if s.ExpiresAt != nil {
			end = s.ExpiresAt.Sub(salesNow)
		}
		list = append(list, end)
	}
	return list
}

func (r *rotating) expect(want ...time.Duration) {
	r.t.Helper()
	if got := r.ends(); !slices.Equal(got, want) {
		r.t.Errorf("the secrets end after %v, want %v", got, want)
	}
}

func TestRotationEndsTheFormerSecrets(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	first := r.stored().Secrets[0]
	made := r.must(3600)
	r.expect(0, time.Hour)
	all := r.stored().Secrets
	if !slices.Equal(all[0].Value, made.Secret) || len(made.Secret) < 24 || all[1].Fingerprint != first.Fingerprint || all[0].Fingerprint == first.Fingerprint {
		t.Errorf("the secrets are %v, the new one %x", all, made.Secret)
	}
	r.now = salesNow.Add(10 * time.Minute)
	r.must(604800)
	r.expect(0, 7*24*time.Hour+10*time.Minute, time.Hour) // the oldest keeps the end that it had
	r.now = salesNow.Add(20 * time.Minute)
	r.must(60)
	r.expect(0, 21*time.Minute, 21*time.Minute, 21*time.Minute)
	r.now = salesNow.Add(21 * time.Minute) // the end itself is over
	r.must(60)
	r.expect(0, 22*time.Minute)
	r.must(0)
	r.expect(0)
}

func TestRotationIsRefused(t *testing.T) {
	t.Parallel()
	r := newRotating(t)
	for _, overlap := range []int64{-1, 604801, 1 << 40} {
		_, err := r.rotate(overlap)
		expectFields(t, "a bad overlap", err, "overlap_seconds")
	}
	_, err := r.RotateWebhookSecret(t.Context(), r.stranger, r.id, 60)
	expectFields(t, "a stranger", err, "webhook_id")
	r.expect(0)
	for range 9 {
		r.must(604800)
	}
	_, err = r.rotate(604800)
	expectFields(t, "an eleventh secret", err, "overlap_seconds")
	if n := len(r.stored().Secrets); n != 10 {
		t.Errorf("%d secrets after ten", n)
	}
	r.must(0)
	r.expect(0)
}

// The key pair comes and goes with its secret, and both halves belong together.
func TestKeyPairs(t *testing.T) {
	t.Parallel()
	asymmetric := func(on market.Opt[bool]) hookChange {
		return func(in *market.WebhookAttributes) { in.Asymmetric = on }
	}
	r := newRotating(t, asymmetric(market.Some(true)))
	update := func(on market.Opt[bool]) {
		t.Helper()
		must(r.UpdateWebhook(t.Context(), operator, nil, r.id, market.WebhookAttributes{Asymmetric: on}))
	}
	// pairs holds each secret to having a key or none, and the webhook to showing the newest; it returns what is shown.
	pairs := func(want ...bool) string {
		t.Helper()
		w, got := r.stored(), []bool{}
		for _, s := range w.Secrets {
			got = append(got, len(s.PrivateKey) == ed25519.PrivateKeySize)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the secrets have keys: %v, want %v", got, want)
		}
		if !want[0] {
			if w.PublicKey != nil {
				t.Errorf("the public key is %s, want none", *w.PublicKey)
			}
			return ""
		}
		public := ed25519.PrivateKey(w.Secrets[0].PrivateKey).Public().(ed25519.PublicKey)
		if w.PublicKey == nil || *w.PublicKey != "whpk_"+base64.StdEncoding.EncodeToString(public) {
			t.Fatalf("the public key is %v", w.PublicKey)
		}
		return *w.PublicKey
	}
	first := pairs(true)
	must(r.UpdateWebhook(t.Context(), operator, nil, r.id, market.WebhookAttributes{Name: market.Some("Other")}))
	if again := pairs(true); again != first {
		t.Error("another update changes the key")
	}
	r.must(60)
	if pairs(true, true) == first {
		t.Error("a rotation leaves the key as it was")
	}
	update(market.Some(false))
	pairs(false, false)
	r.must(60)
	pairs(false, false, false)
	update(market.Some(true))
	pairs(true, false, false)
	update(market.Null[bool]())
	pairs(false, false, false)
}
