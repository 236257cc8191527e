package sign_test

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/delivery/sign"
)

const tolerance = 5 * time.Minute

func TestVerify(t *testing.T) {
	t.Parallel()
	known := mustParseSecret(t, knownSecret)
	other := mustNewSecret(t)
	signed := http.Header{"Webhook-Id": {knownID}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {knownSignature}}
	with := func(name, value string) http.Header {
		header := signed.Clone()
		header.Set(name, value)
		return header
	}
	without := func(name string) http.Header {
		header := signed.Clone()
		header.Del(name)
		return header
	}
	tests := map[string]struct {
		secrets []sign.Secret
		header  http.Header
		body    string
		now     time.Time
		want    error
	}{
		"known answer":              {header: signed},
		"second secret":             {secrets: []sign.Secret{other, known}, header: signed},
		"second signature":          {header: with("webhook-signature", "v1,AAAA "+knownSignature)},
		"other version beside it":   {header: with("webhook-signature", "v1a,AAAA "+knownSignature)},
		"at the tolerance":          {header: signed, now: knownTime.Add(tolerance)},
		"early, at the tolerance":   {header: signed, now: knownTime.Add(-tolerance)},
		"no id":                     {header: without("webhook-id"), want: sign.ErrMissingHeader},
		"no timestamp":              {header: without("webhook-timestamp"), want: sign.ErrMissingHeader},
		"no signature":              {header: without("webhook-signature"), want: sign.ErrMissingHeader},
		"nil header":                {want: sign.ErrMissingHeader},
		"timestamp is a word":       {header: with("webhook-timestamp", "now"), want: sign.ErrMalformed},
		"timestamp with a sign":     {header: with("webhook-timestamp", "+1614265330"), want: sign.ErrMalformed},
		"timestamp with a zero":     {header: with("webhook-timestamp", "01614265330"), want: sign.ErrMalformed},
		"timestamp with fraction":   {header: with("webhook-timestamp", "1614265330.5"), want: sign.ErrMalformed},
		"timestamp too large":       {header: with("webhook-timestamp", "99999999999999999999"), want: sign.ErrMalformed},
		"signature without version": {header: with("webhook-signature", knownSignature[3:]), want: sign.ErrMalformed},
		"too old":                   {header: signed, now: knownTime.Add(tolerance + time.Second), want: sign.ErrStale},
		"too new":                   {header: signed, now: knownTime.Add(-tolerance - time.Second), want: sign.ErrStale},
		"end of time":               {header: with("webhook-timestamp", strconv.FormatInt(math.MaxInt64, 10)), want: sign.ErrStale},
		"start of time":             {header: with("webhook-timestamp", strconv.FormatInt(math.MinInt64, 10)), want: sign.ErrStale},
		"another secret":            {secrets: []sign.Secret{other}, header: signed, want: sign.ErrMismatch},
		"no secret":                 {secrets: []sign.Secret{}, header: signed, want: sign.ErrMismatch},
		"another body":              {header: signed, body: knownBody + " ", want: sign.ErrMismatch},
		"another id":                {header: with("webhook-id", knownID+"x"), want: sign.ErrMismatch},
		"another timestamp":         {header: with("webhook-timestamp", "1614265331"), want: sign.ErrMismatch},
		"another version only":      {header: with("webhook-signature", "v1a"+knownSignature[2:]), want: sign.ErrMismatch},
		"blank signature":           {header: with("webhook-signature", " "), want: sign.ErrMismatch},
		"empty signature":           {header: with("webhook-signature", "v1,"), want: sign.ErrMismatch},
		"longer signature":          {header: with("webhook-signature", knownSignature+"="), want: sign.ErrMismatch},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.secrets == nil {
				test.secrets = []sign.Secret{known}
			}
			if test.body == "" {
				test.body = knownBody
			}
			if test.now.IsZero() {
				test.now = knownTime
			}
			err := sign.Verify(test.secrets, test.header, []byte(test.body), test.now, tolerance)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// An empty key would let anyone sign: a secret lost on its way here must not open the door.
func TestVerifyPassesOverInvalidSecrets(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]sign.Secret{
		"nil":      nil,
		"23 bytes": make(sign.Secret, 23),
		"65 bytes": make(sign.Secret, 65),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			sign.SetHeaders(header, []sign.Secret{secret}, knownID, knownTime, []byte(knownBody))
			err := sign.Verify([]sign.Secret{secret}, header, []byte(knownBody), knownTime, tolerance)
			if !errors.Is(err, sign.ErrMismatch) {
				t.Errorf("got %v, want ErrMismatch", err)
			}
		})
	}
}

// Whatever single bit of what was signed is changed, the signature no longer fits.
func TestVerifyRefusesAnyChangedBit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		message := drawMessage(t)
		body := append(message.body, '.')
		header := http.Header{}
		sign.SetHeaders(header, message.secrets, message.id, message.at, body)

		bit := rapid.IntRange(0, len(body)*8-1).Draw(t, "bit")
		body[bit/8] ^= 1 << (bit % 8)
		if err := sign.Verify(message.secrets, header, body, message.at, tolerance); !errors.Is(err, sign.ErrMismatch) {
			t.Fatalf("got %v, want ErrMismatch", err)
		}
	})
}

// FuzzVerify holds Verify to the published library: what is accepted here is accepted there, and what
// is refused there is refused here. Its own tolerance is that of the real clock, so it ignores time.
func FuzzVerify(f *testing.F) {
	f.Add(knownID, "1614265330", knownSignature, []byte(knownBody))
	f.Add(knownID, "1614265330", "v1a,AAAA "+knownSignature, []byte(knownBody))
	f.Add(knownID, "01614265330", knownSignature, []byte(knownBody))
	f.Add("", "", "", []byte{})
	f.Add("a", "-1", "v1,", []byte("."))
	f.Add("a", "9223372036854775807", ", ,, v1,,", []byte{0})
	secret := mustParseSecret(f, knownSecret)
	published := publishedWebhook(f, secret)
	typed := []error{sign.ErrMissingHeader, sign.ErrMalformed, sign.ErrStale, sign.ErrMismatch}

	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		header := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
		err := sign.Verify([]sign.Secret{secret}, header, body, knownTime, tolerance)
		if err == nil {
			if publishedErr := published.VerifyIgnoringTimestamp(body, header); publishedErr != nil {
				t.Fatalf("accepted, but the published library says: %v", publishedErr)
			}
			return
		}
		if !isOneOf(err, typed) {
			t.Fatalf("untyped error %v", err)
		}
		if strings.Contains(err.Error(), secret.Encode()) {
			t.Fatalf("%v reveals the secret", err)
		}
	})
}

func isOneOf(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
