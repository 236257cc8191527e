package sign_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/delivery/sign"
)

func mustNewKey(t testing.TB) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

// The specification gives no vector for v1a: what is signed is that of its symmetric vector.
func TestAsymmetricSignsWhatTheSymmetricSigns(t *testing.T) {
	t.Parallel()
	public, private := mustNewKey(t)
	header := http.Header{}
	sign.SetHeaders(header, []sign.Secret{mustParseSecret(t, knownSecret)}, knownID, knownTime, []byte(knownBody))
	sign.AddAsymmetric(header, []ed25519.PrivateKey{private}, knownID, knownTime, []byte(knownBody))
	entries := strings.Split(header.Get("webhook-signature"), " ")
	if len(entries) != 2 || entries[0] != knownSignature {
		t.Fatalf("the signatures are %q", entries)
	}
	text, found := strings.CutPrefix(entries[1], "v1a,")
	signature, err := base64.StdEncoding.DecodeString(text)
	if !found || err != nil || !ed25519.Verify(public, []byte(knownID+".1614265330."+knownBody), signature) {
		t.Errorf("%s does not verify: %v", entries[1], err)
	}
}

func TestAddAsymmetricWithoutKeysOrSecrets(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	sign.SetHeaders(header, []sign.Secret{mustParseSecret(t, knownSecret)}, knownID, knownTime, []byte(knownBody))
	sign.AddAsymmetric(header, nil, knownID, knownTime, []byte(knownBody))
	if got := header.Get("webhook-signature"); got != knownSignature {
		t.Errorf("without keys: %q", got)
	}
	_, private := mustNewKey(t)
	sign.SetHeaders(header, nil, knownID, knownTime, []byte(knownBody))
	sign.AddAsymmetric(header, []ed25519.PrivateKey{private}, knownID, knownTime, []byte(knownBody))
	if got := header.Get("webhook-signature"); !strings.HasPrefix(got, "v1a,") || strings.Contains(got, " ") {
		t.Errorf("without secrets: %q", got)
	}
}

func TestParsePublicKey(t *testing.T) {
	t.Parallel()
	public, _ := mustNewKey(t)
	text := "whpk_" + base64.StdEncoding.EncodeToString(public)
	if got, err := sign.ParsePublicKey(text); err != nil || !got.Equal(public) {
		t.Errorf("got %x, %v", got, err)
	}
	for _, bad := range []string{"", "whpk_", strings.TrimPrefix(text, "whpk_"), "whsk" + text[4:], text + "\n", text[:len(text)-2], "whpk_" + base64.StdEncoding.EncodeToString(public[:31])} {
		if got, err := sign.ParsePublicKey(bad); !errors.Is(err, sign.ErrPublicKey) || got != nil {
			t.Errorf("%q gives %x, %v", bad, got, err)
		}
	}
}

// Whoever knows one of the keys verifies, and nothing that differs passes.
func TestVerifyAsymmetric(t *testing.T) {
	t.Parallel()
	first, firstKey := mustNewKey(t)
	second, secondKey := mustNewKey(t)
	other, _ := mustNewKey(t)
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		header := http.Header{}
		sign.SetHeaders(header, m.secrets, m.id, m.at, m.body)
		sign.AddAsymmetric(header, []ed25519.PrivateKey{firstKey, secondKey}, m.id, m.at, m.body)
		if err := sign.Verify(m.secrets, header, m.body, m.at, time.Second); err != nil {
			t.Fatalf("the symmetric signature: %v", err)
		}
		for _, known := range []ed25519.PublicKey{first, second} {
			if err := sign.VerifyAsymmetric([]ed25519.PublicKey{other, known}, header, m.body, m.at, time.Second); err != nil {
				t.Fatal(err)
			}
		}
		for name, err := range map[string]error{
			"another key":  sign.VerifyAsymmetric([]ed25519.PublicKey{other, nil}, header, m.body, m.at, time.Second),
			"another body": sign.VerifyAsymmetric([]ed25519.PublicKey{first}, header, append(m.body, ' '), m.at, time.Second),
		} {
			if !errors.Is(err, sign.ErrMismatch) {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if err := sign.VerifyAsymmetric([]ed25519.PublicKey{first}, header, m.body, m.at.Add(time.Minute), time.Second); !errors.Is(err, sign.ErrStale) {
			t.Fatalf("later: %v", err)
		}
		header.Set("webhook-signature", "v1a,%")
		if err := sign.VerifyAsymmetric([]ed25519.PublicKey{first}, header, m.body, m.at, time.Second); !errors.Is(err, sign.ErrMalformed) {
			t.Fatalf("no base64: %v", err)
		}
	})
}
