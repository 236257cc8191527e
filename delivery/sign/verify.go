package sign

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What [Verify] finds wrong, to be told apart with [errors.Is].
var (
	// ErrMissingHeader says that one of the three headers is not there.
	ErrMissingHeader = errors.New("missing webhook header")
	// ErrMalformed says that a header is there but cannot be read.
	ErrMalformed = errors.New("malformed webhook header")
	// ErrStale says that the timestamp is further from now than tolerated, on either side.
	ErrStale = errors.New("webhook timestamp outside the tolerance")
	// ErrMismatch says that no signature fits the body and any of the secrets.
	ErrMismatch = errors.New("no matching webhook signature")
)

// Verify checks a received request: that header and body were signed with one of the secrets, and that
// the signed timestamp is within tolerance of now (Standard Webhooks 1.0 suggests five minutes).
//
// The body must be the exact bytes received. Signatures of versions other than v1 are passed over, as
// are secrets that are not 24 to 64 bytes long. Signatures are compared in constant time.
//
// It fails with [ErrMissingHeader], [ErrMalformed], [ErrStale] or [ErrMismatch].
func Verify(secrets []Secret, header http.Header, body []byte, now time.Time, tolerance time.Duration) error {
	signatures, err := readHeaders(header, version, now, tolerance)
	if err != nil {
		return err
	}
	if !anyMatches(secrets, signatures, signedPrefix(header.Get(HeaderID), header.Get(HeaderTimestamp)), body) {
		return ErrMismatch
	}
	return nil
}

// VerifyHmac256 checks the value of Marketplacer's `<Prefix>-Hmac-256` header against the body, in constant
// time. It fails with [ErrMismatch], and says nothing of the time: anyone who has seen a request can repeat it.
func VerifyHmac256(key, value string, body []byte) error {
	if !hmac.Equal([]byte(value), []byte(Hmac256(key, body))) {
		return ErrMismatch
	}
	return nil
}

// readHeaders checks the three headers and returns the base64 of the signatures of a version.
func readHeaders(header http.Header, version string, now time.Time, tolerance time.Duration) ([]string, error) {
	for _, name := range []string{HeaderID, HeaderTimestamp, HeaderSignature} {
		if header.Get(name) == "" {
			return nil, fmt.Errorf("%w %s", ErrMissingHeader, name)
		}
	}
	if err := checkTimestamp(header.Get(HeaderTimestamp), now, tolerance); err != nil {
		return nil, err
	}
	return parseSignatures(header.Get(HeaderSignature), version)
}

func checkTimestamp(text string, now time.Time, tolerance time.Duration) error {
	seconds, err := strconv.ParseInt(text, 10, 64)
	// Only the form that senders write: what is signed is then the same however it is read.
	if err != nil || strconv.FormatInt(seconds, 10) != text {
		return fmt.Errorf("%w %s: want Unix seconds", ErrMalformed, HeaderTimestamp)
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return fmt.Errorf("%w of %s", ErrStale, tolerance)
	}
	return nil
}

// parseSignatures returns the base64 of the signatures of a version in value.
func parseSignatures(value, version string) ([]string, error) {
	var signatures []string
	for _, entry := range strings.Fields(value) {
		name, signature, found := strings.Cut(entry, ",")
		if !found {
			return nil, fmt.Errorf("%w %s: want version,base64", ErrMalformed, HeaderSignature)
		}
		if name == version {
			signatures = append(signatures, signature)
		}
	}
	return signatures, nil
}

// anyMatches hashes the body once for each secret, however many signatures the sender wrote.
func anyMatches(secrets []Secret, signatures []string, prefix, body []byte) bool {
	matched := false
	for _, secret := range secrets {
		if !secret.valid() {
			continue
		}
		expected := appendMAC(nil, secret, prefix, body)
		for _, signature := range signatures {
			matched = hmac.Equal([]byte(signature), expected) || matched
		}
	}
	return matched
}
