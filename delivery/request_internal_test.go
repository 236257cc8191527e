package delivery

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"crier/delivery/sign"
	"crier/internal/market"
)

// FuzzHeader gives webhooks headers of every kind: the protocol's stay as they are.
func FuzzHeader(f *testing.F) {
	for _, name := range []string{"X-Team", "webhook-id", "WEBHOOK-SIGNATURE", "content-type", "crier-sequence", "Crier-Hmac-256", "traceparent", "idempotency-KEY", "Host", "a b", "webhook-id ", "\x00", ""} {
		f.Add(name, "value", true, true)
		f.Add(name, "", false, false)
	}
	id := Identity{Vertical: "harbour", Prefix: "Crier", UserAgent: "Crier/1"}
	f.Fuzz(func(t *testing.T, name, value string, signed, traced bool) {
		e := &market.WebhookEvent{Base: market.Base{Num: 19}}
		w := &market.Webhook{Secrets: []market.WebhookSecret{{Value: []byte("secret")}}}
		if signed {
			key := "key"
			w.HmacKey = &key
		}
		if traced {
			e.Traceparent = "00-1"
		}
		content := []byte("{}")
		want := id.header(w, e, content, now)
		w.Headers = map[string]string{name: value}
		got := id.header(w, e, content, now)
		for _, protocol := range []string{
			"Content-Type", "User-Agent", "Idempotency-Key", "Crier-Sequence", "Crier-Vertical", "Crier-Hmac-256", "Traceparent",
			"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature",
		} {
			if got.Get(protocol) != want.Get(protocol) || len(got.Values(protocol)) != len(want.Values(protocol)) {
				t.Errorf("%q: %q makes %s %q, want %q", name, value, protocol, got.Values(protocol), want.Values(protocol))
			}
		}
	})
}

func TestHeader(t *testing.T) {
	t.Parallel()
	id := Identity{Vertical: "harbour", Prefix: "Marketplacer", UserAgent: "Crier/1"}
	key, over, later := "key", now.Add(-time.Second), now.Add(time.Second)
	secret := []byte("0123456789abcdef01234567")
	w := &market.Webhook{Headers: map[string]string{"x-team": "7"}, HmacKey: &key, Secrets: []market.WebhookSecret{
		{Value: secret}, {Value: []byte("until later"), ExpiresAt: &later}, {Value: []byte("over"), ExpiresAt: &over}, {Value: []byte("just over"), ExpiresAt: &now},
	}}
	e, content := &market.WebhookEvent{Base: market.Base{Num: 19}, Traceparent: "00-1"}, []byte(`{"a":1}`)
	got := id.header(w, e, content, now)
	for name, want := range map[string]string{
		"X-Team": "7", "Content-Type": "application/json", "User-Agent": "Crier/1", "Marketplacer-Sequence": "19", "Marketplacer-Vertical": "harbour",
		"Idempotency-Key": base64.StdEncoding.EncodeToString([]byte("harbour:19")), "Marketplacer-Hmac-256": sign.Hmac256(key, content), "Traceparent": "00-1",
		"Webhook-Id": e.ID(), "Webhook-Timestamp": "1935835200",
		"Webhook-Signature": sign.Signature([]sign.Secret{secret, sign.Secret("until later")}, e.ID(), now, content),
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
	if n := len(strings.Fields(got.Get("Webhook-Signature"))); n != 2 {
		t.Errorf("%d signatures for two active secrets", n)
	}
}

func TestBodyJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", `{"b":1,"a":[2]}`: `{"b":1,"a":[2]}`, "12": "12", "null": "null", " \n": `" \n"`, "OK": `"OK"`, `{"a":`: `"{\"a\":"`,
		"a\x00b": `"a\u0000b"`, "\xff\xfe": `"` + "\ufffd" + `"`, "{\"a\":\"\xff\"}": `"{\"a\":\"` + "\ufffd" + `\"}"`, "<b>": `"\u003cb\u003e"`,
	} {
		if got := string(bodyJSON([]byte(in))); got != want {
			t.Errorf("%q becomes %s, want %s", in, got, want)
		}
	}
}

func FuzzBodyJSON(f *testing.F) {
	f.Add([]byte(`{"a":1}`))
	f.Add([]byte("\x00\xff"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got := bodyJSON(in)
		if (len(in) == 0) != (got == nil) || got != nil && !json.Valid(got) || strings.ContainsRune(string(got), 0) {
			t.Errorf("%q becomes %q", in, got)
		}
	})
}

func TestHeaderJSON(t *testing.T) {
	t.Parallel()
	got := string(headerJSON(http.Header{"Server": {"x"}, "Set-Cookie": {"a=1", "b=\xff"}}))
	if want := `{"Server":"x","Set-Cookie":"a=1, b=` + `\ufffd` + `"}`; got != want {
		t.Errorf("headers become %s, want %s", got, want)
	}
	if got := string(headerJSON(nil)); got != "{}" {
		t.Errorf("no headers become %s", got)
	}
}
