package sign

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// asymmetricVersion is the mark of an ed25519 signature (Standard Webhooks 1.0, "Asymmetric").
const asymmetricVersion = "v1a"

// publicPrefix is before the base64 of a public key.
const publicPrefix = "whpk_"

// ErrPublicKey is returned for a text that is no public key.
var ErrPublicKey = errors.New("a public key is whpk_ followed by the base64 of 32 bytes")

// ParsePublicKey reads the form whpk_<base64>, as Webhook.publicKey shows it. It fails with [ErrPublicKey].
func ParsePublicKey(text string) (ed25519.PublicKey, error) {
	encoded, found := strings.CutPrefix(text, publicPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(key) != ed25519.PublicKeySize || base64.StdEncoding.EncodeToString(key) != encoded {
		return nil, ErrPublicKey
	}
	return key, nil
}

// AddAsymmetric adds `v1a,<base64>` for each key to the signatures that [SetHeaders] wrote for the same
// id, time and body.
func AddAsymmetric(header http.Header, keys []ed25519.PrivateKey, id string, at time.Time, body []byte) {
	if len(keys) == 0 {
		return
	}
	message := signed(id, timestamp(at), body)
	entries := make([]string, 0, len(keys)+1)
	if symmetric := header.Get(HeaderSignature); symmetric != "" {
		entries = append(entries, symmetric)
	}
	for _, key := range keys {
		entries = append(entries, asymmetricVersion+","+base64.StdEncoding.EncodeToString(ed25519.Sign(key, message)))
	}
	header.Set(HeaderSignature, strings.Join(entries, " "))
}

// signed is all that is signed, in one piece, since ed25519 reads it twice.
func signed(id, timestamp string, body []byte) []byte {
	return append(signedPrefix(id, timestamp), body...)
}

// VerifyAsymmetric is [Verify] for the ed25519 signatures of a webhook that asks for them, with the public
// keys that it shows: a receiver of these needs no secret. Signatures of other versions are passed over.
//
// It fails as [Verify] does.
func VerifyAsymmetric(keys []ed25519.PublicKey, header http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	signatures, err := readHeaders(header, asymmetricVersion, now, tolerance)
	if err != nil {
		return err
	}
	message := signed(header.Get(HeaderID), header.Get(HeaderTimestamp), body)
	for _, signature := range signatures {
		decoded, err := base64.StdEncoding.DecodeString(signature)
		if err != nil {
			return fmt.Errorf("%w %s: want version,base64", ErrMalformed, HeaderSignature)
		}
		for _, key := range keys {
			if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, decoded) {
				return nil
			}
		}
	}
	return ErrMismatch
}
