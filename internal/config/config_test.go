package config_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"crier/internal/config"
)

// parse reads flags as the command line does.
func parse(t *testing.T, flags ...string) config.Config {
	t.Helper()
	var c config.Config
	parser, err := kong.New(&c, kong.DefaultEnvars("CRIER_TEST"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(flags); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, err := parse(t).Check()
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "127.0.0.1:8080" || s.DatabaseURL != "sqlite:crier-data/crier.db" || s.RedisURL != "" {
		t.Errorf("addresses: %+v", s)
	}
	if !s.API || !s.Relay || !s.Deliver || s.EndpointAllowHTTP || s.SampleData || s.PublicSchema {
		t.Errorf("switches: %+v", s)
	}
	if s.Retention != 720*time.Hour || s.Grace != 35*time.Second || s.OrderPayment != "paid" || s.Currency != "USD" {
		t.Errorf("values: %+v", s)
	}
}

func TestASwitchNeedsNoValue(t *testing.T) {
	t.Parallel()
	s, err := parse(t, "--sample-data", "--public-schema=false", "--endpoint-allow-http=1").Check()
	if err != nil || !s.SampleData || s.PublicSchema || !s.EndpointAllowHTTP {
		t.Errorf("%v: %+v", err, s)
	}
}

func TestEveryMistakeIsReportedAtOnceWithItsVariable(t *testing.T) {
	t.Parallel()
	mistakes := map[string]string{
		"listen": "nowhere", "database-url": "mysql://x", "redis-url": "http://x", "roles": "api,cook", "operator-key": "short",
		"secret-key": "AAAA", "vertical": "a b", "header-prefix": "X:Y", "endpoint-allow": "10.0.0.0/33", "endpoint-allow-http": "maybe",
		"retention": "long", "sample-data": "perhaps", "order-payment": "later", "currency": "dollars", "public-schema": "2", "grace": "-1s",
		"rate-limit": "-1", "debug-listen": "somewhere", "log-format": "xml", "log-level": "loud",
	}
	var flags []string
	for name, value := range mistakes {
		flags = append(flags, "--"+name+"="+value)
	}
	_, err := parse(t, flags...).Check()
	if err == nil {
		t.Fatal("all mistakes were accepted")
	}
	for name := range mistakes {
		variable := "CRIER_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if !strings.Contains(err.Error(), variable+" ") {
			t.Errorf("%s is not named in:\n%v", variable, err)
		}
	}
}

func TestProfilesAreNotServedToEverybody(t *testing.T) {
	t.Parallel()
	for address, fine := range map[string]bool{"": true, "127.0.0.1:6060": true, "127.0.0.1:8080": false} {
		s, err := parse(t, "--debug-listen="+address).Check()
		if (err == nil) != fine || fine && s.DebugListen != address {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := parse(t, "--listen=127.0.0.1:0", "--debug-listen=127.0.0.1:0").Check(); err != nil {
		t.Errorf("two free ports are two addresses: %v", err)
	}
}

func TestTheNodesOfAClusterShareAScheme(t *testing.T) {
	t.Parallel()
	for address, fine := range map[string]bool{
		"redis://a:1,redis://b:2": true, "redis://:secret@a:1,b:2, c:3": true, "a:1,redis://b:2": false, "redis://a:1,http://b:2": false,
	} {
		s, err := parse(t, "--redis-url="+address).Check()
		if (err == nil) != fine || fine && s.RedisURL != address {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPostgresNeedsASecretKey(t *testing.T) {
	t.Parallel()
	if _, err := parse(t, "--database-url=postgres://h/d").Check(); err == nil || !strings.Contains(err.Error(), "CRIER_SECRET_KEY") {
		t.Errorf("err = %v, want CRIER_SECRET_KEY named", err)
	}
	key := base64.StdEncoding.EncodeToString(make([]byte, 32))
	if _, err := parse(t, "--database-url=postgres://h/d", "--secret-key="+key).Check(); err != nil {
		t.Error(err)
	}
}

func TestSummaryHasNoSecrets(t *testing.T) {
	t.Parallel()
	key := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	s, err := parse(t, "--database-url=postgres://user:hunter2@db/crier?password=hunter2", "--redis-url=redis://:hunter2@a:1,redis://:hunter2@b:2",
		"--operator-key="+strings.Repeat("hunter2", 6), "--secret-key="+key).Check()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	slog.New(slog.NewTextHandler(&out, nil)).Info("start", slog.Any("settings", s))
	for _, secret := range []string{"hunter2", key, fmt.Sprint(s.SecretKey)} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the summary shows %q:\n%s", secret, out.String())
		}
	}
	if !strings.Contains(out.String(), "operator_key_configured=true") {
		t.Errorf("the summary does not say that a key is configured:\n%s", out.String())
	}
}

func TestTheAddressHasAPort(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"127.0.0.1:0": true, ":8080": true, "[::1]:65535": true, "127.0.0.1": false, "127.0.0.1:": false, "127.0.0.1:65536": false, "127.0.0.1:port": false,
	} {
		_, err := parse(t, "--listen="+address).Check()
		if refused := err != nil && strings.Contains(err.Error(), "CRIER_LISTEN "); refused == good {
			t.Errorf("%s: %v", address, err)
		}
	}
}
