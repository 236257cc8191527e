package sign_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"crier/delivery/sign"
)

// The known answer of Standard Webhooks.
const (
	knownSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	knownID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	knownBody      = `{"test": 2432232314}`
	knownSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var knownTime = time.Unix(1614265330, 0)

func TestSignatureKnownAnswer(t *testing.T) {
	t.Parallel()
	got := sign.Signature([]sign.Secret{mustParseSecret(t, knownSecret)}, knownID, knownTime, []byte(knownBody))
	if got != knownSignature {
		t.Errorf("got %s, want %s", got, knownSignature)
	}
}

func TestSignatureHasOneEntryForEachSecret(t *testing.T) {
	t.Parallel()
	known, other := mustParseSecret(t, knownSecret), mustNewSecret(t)
	got := sign.Signature([]sign.Secret{known, other}, knownID, knownTime, []byte(knownBody))
	want := knownSignature + " " + sign.Signature([]sign.Secret{other}, knownID, knownTime, []byte(knownBody))
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if none := sign.Signature(nil, knownID, knownTime, []byte(knownBody)); none != "" {
		t.Errorf("without a secret: got %q", none)
	}
}

func TestSetHeadersReplacesWhatWasThere(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	header.Set("webhook-id", "another")
	header.Add("webhook-signature", "v1,AAAA")
	sign.SetHeaders(header, []sign.Secret{mustParseSecret(t, knownSecret)}, knownID, knownTime, []byte(knownBody))
	for name, want := range map[string]string{
		"webhook-id":        knownID,
		"webhook-timestamp": "1614265330",
		"webhook-signature": knownSignature,
	} {
		if got := header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestHmac256KnownAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ key, body, want string }{
		// RFC 4231, test case 2.
		"RFC 4231": {"Jefe", "what do ya want for nothing?", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
		// printf '{"test": 2432232314}' | openssl dgst -sha256 -hmac 'marketplace key é' -binary | base64
		"openssl": {"marketplace key é", knownBody, "fn/bl9wtVaJrDkHONtCHeeeXrpWBHMJ4eO+vfvZnwKQ="},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := sign.Hmac256(test.key, []byte(test.body)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// What is signed here, the published library verifies: with every one of the active secrets.
func TestPublishedGoLibraryVerifies(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		message := drawMessage(t)
		header := http.Header{}
		sign.SetHeaders(header, message.secrets, message.id, message.at, message.body)
		for _, secret := range message.secrets {
			if err := publishedWebhook(t, secret).VerifyIgnoringTimestamp(message.body, header); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What the published library signs, is verified here.
func TestVerifyAcceptsThePublishedGoLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		message := drawMessage(t)
		signer := rapid.SampledFrom(message.secrets).Draw(t, "signer")
		signature, err := publishedWebhook(t, signer).Sign(message.id, message.at, message.body)
		if err != nil {
			t.Fatal(err)
		}
		header := http.Header{}
		header.Set("webhook-id", message.id)
		header.Set("webhook-timestamp", strconv.FormatInt(message.at.Unix(), 10))
		header.Set("webhook-signature", signature)
		if err := sign.Verify(message.secrets, header, message.body, message.at, time.Second); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkSignature(b *testing.B) {
	secrets := []sign.Secret{mustParseSecret(b, knownSecret)}
	for name, size := range map[string]int{"1KiB": 1 << 10, "1MiB": 1 << 20} {
		body := []byte(strings.Repeat("x", size))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				sign.Signature(secrets, knownID, knownTime, body)
			}
		})
	}
}

type message struct {
	secrets []sign.Secret
	id      string
	at      time.Time
	body    []byte
}

func drawMessage(t *rapid.T) message {
	secrets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sign.Secret { return drawSecret(t, "secret") }), 1, 3)
	return message{
		secrets: secrets.Draw(t, "secrets"),
		id:      rapid.StringMatching(`[A-Za-z0-9+/=_.-]{1,40}`).Draw(t, "id"),
		at:      time.Unix(rapid.Int64Range(0, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")),
		body:    rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
	}
}

func publishedWebhook(t rapid.TB, secret sign.Secret) *standardwebhooks.Webhook {
	webhook, err := standardwebhooks.NewWebhook(secret.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return webhook
}
