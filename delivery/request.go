package delivery

import (
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"crier/delivery/sign"
	"crier/internal/market"
)

// Identity is how this marketplace presents itself to receivers.
type Identity struct {
	// Vertical is the marketplace's name.
	Vertical string
	// Prefix is that of the marketplace's own headers.
	Prefix string
	// UserAgent is "Crier/<version>".
	UserAgent string
}

// header makes the headers of one attempt. The protocol's are written last, so
// that a webhook's own can never replace them.
func (id Identity) header(w *market.Webhook, e *market.WebhookEvent, body []byte, at time.Time) http.Header {
	h := make(http.Header, len(w.Headers)+12)
	for name, value := range w.Headers {
		h.Set(name, value)
	}
	h.Del(id.Prefix + "-Hmac-256") // these are not sent always
	h.Del("Traceparent")
	sequence := strconv.FormatInt(e.Num, 10)
	h.Set("Content-Type", contentType(e.Format))
	h.Set("User-Agent", id.UserAgent)
	h.Set("Idempotency-Key", base64.StdEncoding.EncodeToString([]byte(id.Vertical+":"+sequence)))
	h.Set(id.Prefix+"-Sequence", sequence)
	h.Set(id.Prefix+"-Vertical", id.Vertical)
	if w.HmacKey != nil {
		h.Set(id.Prefix+"-Hmac-256", sign.Hmac256(*w.HmacKey, body))
	}
	if e.Traceparent != "" {
		h.Set("Traceparent", e.Traceparent)
	}
	signHeaders(h, w.SecretsAt(at), e.ID(), at, body)
	return h
}

// signHeaders writes the headers of Standard Webhooks, with the signatures of each secret.
func signHeaders(h http.Header, active []market.WebhookSecret, id string, at time.Time, body []byte) {
	secrets := make([]sign.Secret, len(active))
	var keys []ed25519.PrivateKey
	for i, s := range active {
		secrets[i] = s.Value
		if s.PrivateKey != nil {
			keys = append(keys, s.PrivateKey)
		}
	}
	sign.SetHeaders(h, secrets, id, at, body)
	sign.AddAsymmetric(h, keys, id, at, body)
}
