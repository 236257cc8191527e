package stream_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crier/internal/servicetest"
	"crier/internal/stream"
)

func TestOpenEmbedded(t *testing.T) {
	t.Parallel()
	b := open(t, "")
	if got := b.Redacted(); got != "embedded" {
		t.Errorf("Redacted() = %q", got)
	}
	if err := b.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	other := open(t, "")
	if _, err := b.Enqueue(t.Context(), []int64{1}); err != nil {
		t.Fatal(err)
	}
	if d, err := other.Depth(t.Context()); err != nil || d != (stream.Depth{}) {
		t.Errorf("two embedded servers share %+v, %v", d, err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := b.Ping(t.Context()); err == nil {
		t.Error("the server answers after Close")
	}
}

func TestOpenIsRedacted(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://127.0.0.1:1":                         "redis://127.0.0.1:1",
		"redis://user:pass@127.0.0.1:1/2?pool_size=3": "redis://127.0.0.1:1/2",
		"rediss://:pass@127.0.0.1:1":                  "rediss://127.0.0.1:1",
		"unix://user:pass@/no/such.sock?db=1":         "unix:///no/such.sock",
		"redis://:pass@127.0.0.1:1,127.0.0.1:2":       "redis://127.0.0.1:1,redis://127.0.0.1:2",
		"redis://127.0.0.1:1, redis://a:b@[::1]:2":    "redis://127.0.0.1:1,redis://[::1]:2",
	} {
		if got := open(t, url).Redacted(); got != want {
			t.Errorf("Redacted() of %s = %q, want %q", url, got, want)
		}
	}
}

func TestOpenRefusesMalformedAddresses(t *testing.T) {
	t.Parallel()
	for url, reason := range map[string]string{
		"127.0.0.1:6379":                        "must begin with",
		"http://127.0.0.1":                      "scheme",
		"redis://":                              "no host",
		"redis://:secret@127.0.0.1:port":        "not a URL",
		"redis://:secret@127.0.0.1/x":           "database",
		"redis://:secret@127.0.0.1?nonsense=1":  "nonsense",
		"redis://:secret@127.0.0.1?db=secret":   "malformed",
		"redis://:secret@127.0.0.1,":            "no host",
		"redis://:secret@127.0.0.1/1,127.0.0.1": "database",
		"unix:///a,unix:///b":                   "host and port",
		"redis://127.0.0.1,rediss://127.0.0.1":  "same scheme",
	} {
		_, err := stream.Open(t.Context(), url, slog.New(slog.DiscardHandler))
		var malformed *stream.AddressError
		if !errors.As(err, &malformed) || !strings.Contains(err.Error(), reason) {
			t.Errorf("Open(%s): %v, want an AddressError with %q", url, err, reason)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%s) tells the password: %v", url, err)
		}
	}
}

func TestOpenNeverTellsThePassword(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		password := "S3CR3T" + rapid.StringMatching(`[a-zA-Z0-9%:/?#@ ]{0,8}`).Draw(t, "password")
		rest := rapid.StringMatching(`[a-z0-9:/?=&,%. ]{0,20}`).Draw(t, "rest")
		url := rapid.SampledFrom([]string{"redis", "rediss", "unix"}).Draw(t, "scheme") + "://user:" + password + "@" + rest
		target, err := stream.ParseRedacted(url)
		if strings.Contains(target, "S3CR3T") && strings.Contains(url, "@") && !strings.ContainsAny(password, "/?#@") {
			t.Errorf("%s is shown as %s", url, target)
		}
		if err != nil && strings.Contains(err.Error(), "S3CR3T") {
			t.Errorf("%s fails with %v", url, err)
		}
	})
}

func TestOpenWithoutServer(t *testing.T) {
	t.Parallel()
	server := servicetest.StartRedis(t)
	server.Stop()
	var log logRecorder
	b := openLogged(t, server.URL, slog.New(&log))
	if !log.contains("redis is away") {
		t.Errorf("the log does not say that Redis is away: %v", log.lines())
	}
	if err := b.Ping(t.Context()); err == nil {
		t.Error("Ping succeeds without a server")
	}
	if _, err := b.Enqueue(t.Context(), []int64{1}); err == nil {
		t.Error("Enqueue succeeds without a server")
	}
	server.Start()
	eventually(t, "Redis answers after its start", func() bool { return b.Ping(t.Context()) == nil })
}
