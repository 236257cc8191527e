package sign_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/delivery/sign"
)

func TestNewSecret(t *testing.T) {
	t.Parallel()
	first, second := mustNewSecret(t), mustNewSecret(t)
	if len(first) < 24 || len(first) > 64 {
		t.Errorf("a new secret has %d bytes, want 24 to 64", len(first))
	}
	if bytes.Equal(first, second) {
		t.Error("two new secrets are equal")
	}
}

func TestParseSecretReadsWhatEncodeWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := drawSecret(t, "secret")
		got, err := sign.ParseSecret(secret.Encode())
		if err != nil {
			t.Fatalf("parse %s: %v", secret.Encode(), err)
		}
		if !bytes.Equal(got, secret) {
			t.Fatalf("got % x, want % x", []byte(got), []byte(secret))
		}
	})
}

func TestParseSecretRefuses(t *testing.T) {
	t.Parallel()
	encode := func(size int) string { return base64.StdEncoding.EncodeToString(make([]byte, size)) }
	for name, text := range map[string]string{
		"empty":                "",
		"no prefix":            encode(32),
		"another prefix":       "whpk_" + encode(32),
		"prefix in capitals":   "WHSEC_" + encode(32),
		"nothing after prefix": "whsec_",
		"not base64":           "whsec_" + strings.Repeat("?", 44),
		"no padding":           "whsec_" + strings.TrimRight(encode(32), "="),
		"URL alphabet":         "whsec_" + strings.Repeat("-", 32),
		"line break":           "whsec_" + encode(30) + "\n",
		"trailing bits":        "whsec_" + strings.Repeat("A", 42) + "B=",
		"23 bytes":             "whsec_" + encode(23),
		"65 bytes":             "whsec_" + encode(65),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secret, err := sign.ParseSecret(text)
			if !errors.Is(err, sign.ErrSecret) || secret != nil {
				t.Errorf("got %v, %v, want ErrSecret", secret, err)
			}
		})
	}
}

func TestFingerprintIsStable(t *testing.T) {
	t.Parallel()
	// printf MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | base64 -d | sha256sum
	if got := mustParseSecret(t, knownSecret).Fingerprint(); got != "f74e1720b761" {
		t.Errorf("got %s", got)
	}
}

// However a secret gets into a log line or an answer, it must not come out of it.
func TestSecretIsRedacted(t *testing.T) {
	t.Parallel()
	secret := mustParseSecret(t, knownSecret)
	type holder struct{ Secret sign.Secret }

	var text, structured bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("made", "secret", secret, "holder", holder{secret})
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("made", "secret", secret, "holder", holder{secret})
	marshalled, err := json.Marshal(holder{secret})
	if err != nil {
		t.Fatal(err)
	}

	outputs := map[string]string{"text log": text.String(), "JSON log": structured.String(), "JSON": string(marshalled)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%o"} {
		outputs[verb] = fmt.Sprintf(verb, secret)
		outputs["holder "+verb] = fmt.Sprintf(verb, holder{secret})
	}
	for name, output := range outputs {
		if !strings.Contains(output, secret.Fingerprint()) {
			t.Errorf("%s: no fingerprint in %s", name, output)
		}
		for _, leak := range []string{strings.TrimPrefix(knownSecret, "whsec_"), fmt.Sprintf("%x", []byte(secret)), "49 242 144"} {
			if strings.Contains(strings.ToLower(output), strings.ToLower(leak)) {
				t.Errorf("%s reveals the secret: %s", name, output)
			}
		}
	}
}

func mustNewSecret(t *testing.T) sign.Secret {
	t.Helper()
	secret, err := sign.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func mustParseSecret(t testing.TB, text string) sign.Secret {
	t.Helper()
	secret, err := sign.ParseSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func drawSecret(t *rapid.T, label string) sign.Secret {
	return rapid.SliceOfN(rapid.Byte(), 24, 64).Draw(t, label)
}
