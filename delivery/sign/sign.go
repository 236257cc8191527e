// Package sign signs and verifies what Crier sends to a receiver: the symmetric and the asymmetric
// signature of Standard Webhooks 1.0 (v1, v1a), and Marketplacer's HMAC over the body alone.
package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// The headers of Standard Webhooks 1.0.
const (
	// HeaderID carries the id of the event, the same over all its retries.
	HeaderID = "Webhook-Id"
	// HeaderTimestamp carries the time of the attempt, in Unix seconds.
	HeaderTimestamp = "Webhook-Timestamp"
	// HeaderSignature carries the signatures, separated by spaces.
	HeaderSignature = "Webhook-Signature"
)

// version is the mark of an HMAC-SHA256 signature.
const version = "v1"

// encodedSize is the length of a SHA-256 in padded base64.
const encodedSize = (sha256.Size + 2) / 3 * 4

// Signature is the value of [HeaderSignature]: `v1,<base64>` for each secret, in their order,
// separated by spaces. Signed is `{id}.{unix seconds of at}.{body}`. During the overlap of a rotation
// both secrets are active, and a receiver that knows either one can verify.
func Signature(secrets []Secret, id string, at time.Time, body []byte) string {
	prefix := signedPrefix(id, timestamp(at))
	value := make([]byte, 0, len(secrets)*(len(" "+version+",")+encodedSize))
	for i, secret := range secrets {
		if i > 0 {
			value = append(value, ' ')
		}
		value = append(value, version+","...)
		value = appendMAC(value, secret, prefix, body)
	}
	return string(value)
}

// SetHeaders writes the three headers of one attempt at the time at, replacing what was there.
func SetHeaders(header http.Header, secrets []Secret, id string, at time.Time, body []byte) {
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, timestamp(at))
	header.Set(HeaderSignature, Signature(secrets, id, at, body))
}

// Hmac256 is the value of Marketplacer's `<Prefix>-Hmac-256` header: the base64 of the HMAC-SHA256 of
// the exact body, with the bytes of the webhook's hmacKey as the key.
func Hmac256(key string, body []byte) string {
	return string(appendMAC(nil, []byte(key), body))
}

// timestamp is the value of [HeaderTimestamp].
func timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

func signedPrefix(id, timestamp string) []byte {
	return []byte(id + "." + timestamp + ".")
}

// appendMAC appends the base64 of the HMAC-SHA256 of the parts. They are hashed one after the other,
// so that a large body is never copied.
func appendMAC(to, key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	var sum [sha256.Size]byte
	return base64.StdEncoding.AppendEncode(to, mac.Sum(sum[:0]))
}
