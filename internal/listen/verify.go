package listen

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"time"

	"crier/delivery/sign"
)

// Tolerance is how far the timestamp of a delivery may be from now, unless told otherwise
// (Standard Webhooks 1.0).
const Tolerance = 5 * time.Minute

// maxBody bounds what is read of a request, in bytes; no document gives as much.
const maxBody = 64 << 20

// Verifier knows what deliveries are signed with. The zero value knows nothing and
// verifies nothing.
type Verifier struct {
	// Secrets are of v1: any one of them fits.
	Secrets []sign.Secret
	// Keys are of v1a: any one of them fits.
	Keys []ed25519.PublicKey
	// HmacKey is that of Marketplacer's signature; "" where there is none.
	HmacKey string
	// Prefix is that of the marketplace's own headers.
	Prefix string
	// Tolerance is how far a timestamp may be from now; 0 is [Tolerance].
	Tolerance time.Duration
}

// Knows says whether there is anything to verify with.
func (v Verifier) Knows() bool { return len(v.Secrets)+len(v.Keys)+len(v.HmacKey) > 0 }

// Verify checks a request with everything that is known: every kind of signature for
// which there is a secret or a key has to be there and fit, and the time with it. The
// error joins what does not.
func (v Verifier) Verify(header http.Header, body []byte, now time.Time) error {
	var problems []error
	tolerance := v.Tolerance
	if tolerance == 0 {
		tolerance = Tolerance
	}
	if len(v.Secrets) > 0 {
		problems = append(problems, named("v1", sign.Verify(v.Secrets, header, body, now, tolerance)))
	}
	if len(v.Keys) > 0 {
		problems = append(problems, named("v1a", sign.VerifyAsymmetric(v.Keys, header, body, now, tolerance)))
	}
	if name := v.Prefix + "-Hmac-256"; v.HmacKey != "" {
		problems = append(problems, named(name, sign.VerifyHmac256(v.HmacKey, header.Get(name), body)))
	}
	return errors.Join(problems...)
}

// named says which signature an error is about.
func named(kind string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	return nil
}
