package sign

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const (
	secretPrefix = "whsec_"
	// The bounds that Standard Webhooks 1.0 sets to a symmetric secret, in bytes.
	minSecretSize = 24
	maxSecretSize = 64
	// newSecretSize is the size of a SHA-256: HMAC-SHA256 is no stronger with a longer key.
	newSecretSize = 32
)

// ErrSecret is returned for a text that is no signing secret. It never carries the text.
var ErrSecret = errors.New("a signing secret is whsec_ followed by the base64 of 24 to 64 bytes")

// Secret is the symmetric key of one webhook: 24 to 64 random bytes (Standard Webhooks 1.0, "Secret").
//
// Every way of printing, logging or marshalling a Secret shows its fingerprint instead. Only
// [Secret.Encode], and the bytes themselves, reveal it.
type Secret []byte

// NewSecret draws a secret of 32 bytes from the operating system.
func NewSecret() (Secret, error) {
	secret := make(Secret, newSecretSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("draw a signing secret: %w", err)
	}
	return secret, nil
}

// ParseSecret reads the form whsec_<base64>, with standard padded base64. It fails with [ErrSecret].
func ParseSecret(text string) (Secret, error) {
	encoded, found := strings.CutPrefix(text, secretPrefix)
	if !found {
		return nil, ErrSecret
	}
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, ErrSecret // not wrapped: its text could quote the secret
	}
	secret := Secret(decoded)
	// The decoder overlooks line breaks and trailing bits: only the one canonical text is accepted.
	if !secret.valid() || secret.Encode() != text {
		return nil, ErrSecret
	}
	return secret, nil
}

// Encode reveals the secret in the form whsec_<base64>, which is shown to its owner once.
func (s Secret) Encode() string {
	return secretPrefix + base64.StdEncoding.EncodeToString(s)
}

// Fingerprint names the secret without revealing it: the first 12 hexadecimal digits of its SHA-256.
func (s Secret) Fingerprint() string {
	sum := sha256.Sum256(s)
	return hex.EncodeToString(sum[:6])
}

// String is safe to log: the prefix and the fingerprint.
func (s Secret) String() string {
	return secretPrefix + "[redacted " + s.Fingerprint() + "]"
}

// Format makes every verb of fmt print [Secret.String], those that would print the bytes included.
func (s Secret) Format(state fmt.State, _ rune) {
	// The error belongs to the writer behind state, and fmt reports it to its own caller.
	_, _ = io.WriteString(state, s.String())
}

// LogValue is [Secret.String], for log/slog.
func (s Secret) LogValue() slog.Value {
	return slog.StringValue(s.String())
}

// MarshalText is [Secret.String], so that a secret inside a marshalled value stays secret. There is
// no way back from it.
func (s Secret) MarshalText() ([]byte, error) {
	return []byte(s.String()), nil
}

func (s Secret) valid() bool {
	return len(s) >= minSecretSize && len(s) <= maxSecretSize
}
