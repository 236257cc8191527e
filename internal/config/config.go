// Package config is the configuration of a process: one struct with its
// defaults, its checks and a summary that is safe to log (contract server.md).
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Config is filled from flags and environment variables; a flag is the variable
// without CRIER_, in kebab-case. Check reads the texts into Settings, so that
// all mistakes are reported at once.
type Config struct {
	Listen            string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address of the HTTP server; port 0 picks a free one."`
	DatabaseURL       string `name:"database-url" default:"sqlite:crier-data/crier.db" placeholder:"URL" help:"sqlite:PATH (embedded) or postgres://…"`
	DebugListen       string `placeholder:"HOST:PORT" help:"Address of a second HTTP server, for the profiles of pprof; keep it on the loopback. Empty: none."`
	RedisURL          string `name:"redis-url" placeholder:"URL" help:"redis://, rediss:// or unix://; several comma-separated addresses are a cluster. Empty: an embedded Redis."`
	Roles             string `default:"api,relay,deliver" placeholder:"LIST" help:"Parts that this process runs: api, relay, deliver."`
	OperatorKey       string `placeholder:"KEY" help:"API key with every right, at least 32 characters. Generated at the first start and shown once."`
	SecretKey         string `placeholder:"BASE64" help:"32 bytes in base64 that encrypt webhook secrets at rest. Generated beside the embedded database; required with Postgres."`
	Vertical          string `default:"crier" placeholder:"NAME" help:"Name of this marketplace."`
	HeaderPrefix      string `default:"Crier" placeholder:"NAME" help:"Prefix of the marketplace's own headers, such as Crier-Sequence."`
	EndpointAllow     string `placeholder:"CIDRS" help:"Networks that webhooks may reach although they are not public, comma-separated."`
	EndpointAllowHTTP Switch `name:"endpoint-allow-http" default:"false" help:"Accept plain http:// endpoints."`
	Retention         string `default:"720h" placeholder:"DURATION" help:"How long delivered events, payloads and responses are kept."`
	SampleData        Switch `default:"false" help:"Load a sample marketplace at the first start."`
	OrderPayment      string `default:"paid" placeholder:"paid|pending" help:"Whether orders arrive paid."`
	Currency          string `default:"USD" placeholder:"CODE" help:"ISO 4217 currency of all prices."`
	PublicSchema      Switch `default:"false" help:"Serve introspection and /schema.graphql without a key."`
	RateLimit         string `default:"3000" placeholder:"N" help:"Requests for each key in 10 s, a fifth of it for each address without a key; 0 is unlimited."`
	Grace             string `default:"35s" placeholder:"DURATION" help:"Time for what is in flight after SIGTERM."`
	LogFormat         string `placeholder:"text|json" help:"Form of the log lines; text on a terminal, else json."`
	LogLevel          string `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error."`
}

// Switch is the text of a boolean: a flag alone says true, a value is read by Check.
type Switch string

// Decode reads the flag's value, where there is one.
func (s *Switch) Decode(ctx *kong.DecodeContext) error {
	*s = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		*s = Switch(fmt.Sprint(ctx.Scan.Pop().Value))
	}
	return nil
}

// IsBool says that the flag needs no value.
func (s *Switch) IsBool() bool { return true }

// Settings are a Config that was checked.
type Settings struct {
	Listen string
	// DebugListen is "" where no profiles are served.
	DebugListen string
	DatabaseURL string
	RedisURL    string
	// API, Relay and Deliver are the roles.
	API, Relay, Deliver bool
	OperatorKey         string
	// SecretKey is 32 bytes; nil where none was given.
	SecretKey         []byte
	Vertical          string
	HeaderPrefix      string
	EndpointAllow     []netip.Prefix
	EndpointAllowHTTP bool
	Retention         time.Duration
	SampleData        bool
	OrderPayment      string
	Currency          string
	PublicSchema      bool
	// RateLimit is requests for each key in 10 s; 0 is unlimited.
	RateLimit int
	Grace     time.Duration
	// LogFormat is "text", "json" or "" for what fits the output.
	LogFormat string
	LogLevel  slog.Level
}

// checker collects what is wrong, by variable.
type checker struct{ problems []error }

func (c *checker) refuse(variable, format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf("%s %s", variable, fmt.Sprintf(format, args...)))
}

// Check reads the texts. The error joins all mistakes, each with its variable's name.
func (c Config) Check() (Settings, error) {
	var k checker
	s := Settings{
		Listen: k.address("CRIER_LISTEN", c.Listen), DebugListen: k.debugAddress(c.DebugListen, c.Listen), DatabaseURL: k.database(c.DatabaseURL), RedisURL: k.redis(c.RedisURL),
		OperatorKey: k.operatorKey(c.OperatorKey), SecretKey: k.secretKey(c.SecretKey, c.DatabaseURL),
		Vertical: k.vertical(c.Vertical), HeaderPrefix: k.match("CRIER_HEADER_PREFIX", c.HeaderPrefix, headerName, "letters, digits and hyphens, as in Crier"),
		EndpointAllow: k.networks(c.EndpointAllow), EndpointAllowHTTP: k.switchOf("CRIER_ENDPOINT_ALLOW_HTTP", c.EndpointAllowHTTP),
		Retention: k.duration("CRIER_RETENTION", c.Retention, time.Hour), SampleData: k.switchOf("CRIER_SAMPLE_DATA", c.SampleData),
		OrderPayment: k.oneOf("CRIER_ORDER_PAYMENT", c.OrderPayment, "paid", "pending"),
		Currency:     k.match("CRIER_CURRENCY", c.Currency, currencyCode, "an ISO 4217 code, as in USD"),
		PublicSchema: k.switchOf("CRIER_PUBLIC_SCHEMA", c.PublicSchema), Grace: k.duration("CRIER_GRACE", c.Grace, 0),
		RateLimit: k.count("CRIER_RATE_LIMIT", c.RateLimit),
		LogFormat: k.oneOf("CRIER_LOG_FORMAT", c.LogFormat, "", "text", "json"), LogLevel: k.level(c.LogLevel),
	}
	k.roles(c.Roles, &s)
	return s, errors.Join(k.problems...)
}

var (
	headerName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,39}$`)
	currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)
)

func (k *checker) match(variable, text string, pattern *regexp.Regexp, want string) string {
	if !pattern.MatchString(text) {
		k.refuse(variable, "is %q: write %s", text, want)
	}
	return text
}

func (k *checker) oneOf(variable, text string, allowed ...string) string {
	if !slices.Contains(allowed, text) {
		k.refuse(variable, "is %q: write one of %s", text, strings.Trim(strings.Join(allowed, ", "), ", "))
	}
	return text
}

func (k *checker) switchOf(variable string, s Switch) bool {
	text := k.oneOf(variable, strings.ToLower(string(s)), "true", "false", "1", "0")
	return text == "true" || text == "1"
}

func (k *checker) duration(variable, text string, least time.Duration) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		k.refuse(variable, "is %q: write a duration, as in 30s or 720h", text)
	} else if d < least {
		k.refuse(variable, "is %s: at least %s is needed", text, least)
	}
	return d
}

func (k *checker) count(variable, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		k.refuse(variable, "is %q: write a whole number, 0 for no limit", text)
	}
	return n
}

func (k *checker) level(text string) slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(text)); err != nil {
		k.refuse("CRIER_LOG_LEVEL", "is %q: write debug, info, warn or error", text)
	}
	return l
}

func (k *checker) address(variable, text string) string {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" {
		k.refuse(variable, "is %q: write HOST:PORT, as in 127.0.0.1:8080", text)
	}
	return text
}

// debugAddress must be another than the main one, which others may reach.
func (k *checker) debugAddress(text, main string) string {
	if text == "" {
		return ""
	}
	if text == main && !strings.HasSuffix(text, ":0") {
		k.refuse("CRIER_DEBUG_LISTEN", "is that of CRIER_LISTEN: choose another, as in 127.0.0.1:6060")
	}
	return k.address("CRIER_DEBUG_LISTEN", text)
}

func (k *checker) database(text string) string {
	path, isSQLite := strings.CutPrefix(text, "sqlite:")
	u, err := url.Parse(text)
	isPostgres := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host+u.Query().Get("host") != ""
	if isSQLite && path == "" || !isSQLite && !isPostgres {
		k.refuse("CRIER_DATABASE_URL", "must be sqlite:PATH or postgres://USER@HOST/DATABASE")
	}
	return text
}

func (k *checker) redis(text string) string {
	for i, address := range strings.Split(text, ",") {
		if i > 0 && !strings.Contains(address, "://") {
			continue // the scheme of the first holds for it too
		}
		u, err := url.Parse(strings.TrimSpace(address))
		if text != "" && (err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme)) {
			k.refuse("CRIER_REDIS_URL", "must be redis://HOST:PORT, rediss://HOST:PORT or unix://PATH, several of them comma-separated, or empty")
			break
		}
	}
	return text
}

func (k *checker) operatorKey(text string) string {
	if text != "" && len(text) < 32 {
		k.refuse("CRIER_OPERATOR_KEY", "is too short: at least 32 characters")
	}
	return text
}

func (k *checker) secretKey(text, database string) []byte {
	if text == "" {
		if !strings.HasPrefix(database, "sqlite:") {
			k.refuse("CRIER_SECRET_KEY", "is required with Postgres: 32 bytes in base64, from openssl rand -base64 32")
		}
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		k.refuse("CRIER_SECRET_KEY", "must be 32 bytes in standard base64, from openssl rand -base64 32")
	}
	return key
}

// vertical is part of headers and of the idempotency key.
func (k *checker) vertical(text string) string {
	if text == "" || len(text) > 100 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
		k.refuse("CRIER_VERTICAL", "is %q: write a name of 1 to 100 visible ASCII characters without a colon", text)
	}
	return text
}

func (k *checker) networks(text string) []netip.Prefix {
	var list []netip.Prefix
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		p, err := netip.ParsePrefix(item)
		if err != nil {
			k.refuse("CRIER_ENDPOINT_ALLOW", "has %q: write networks such as 127.0.0.0/8,::1/128", item)
			continue
		}
		list = append(list, p.Masked())
	}
	return list
}

func (k *checker) roles(text string, s *Settings) {
	for _, role := range strings.Split(text, ",") {
		switch strings.TrimSpace(role) {
		case "api":
			s.API = true
		case "relay":
			s.Relay = true
		case "deliver":
			s.Deliver = true
		default:
			k.refuse("CRIER_ROLES", "has %q: the roles are api, relay and deliver", role)
		}
	}
}

// LogValue is the summary of the settings: secrets only as whether they are there.
func (s Settings) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("listen", s.Listen), slog.String("debug_listen", s.DebugListen), slog.String("database", Redact(s.DatabaseURL)), slog.String("redis", redactList(s.RedisURL)),
		slog.Bool("api", s.API), slog.Bool("relay", s.Relay), slog.Bool("deliver", s.Deliver),
		slog.Bool("operator_key_configured", s.OperatorKey != ""), slog.Bool("secret_key_configured", s.SecretKey != nil),
		slog.String("vertical", s.Vertical), slog.String("header_prefix", s.HeaderPrefix), slog.Any("endpoint_allow", s.EndpointAllow),
		slog.Bool("endpoint_allow_http", s.EndpointAllowHTTP), slog.Duration("retention", s.Retention), slog.Bool("sample_data", s.SampleData),
		slog.String("order_payment", s.OrderPayment), slog.String("currency", s.Currency), slog.Bool("public_schema", s.PublicSchema),
		slog.Int("rate_limit", s.RateLimit), slog.Duration("grace", s.Grace),
	)
}

// Redact is a URL without its user, password and parameters.
func Redact(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "unreadable"
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}

func redactList(text string) string {
	parts := strings.Split(text, ",")
	for i, p := range parts {
		parts[i] = Redact(strings.TrimSpace(p))
	}
	return strings.Join(parts, ",")
}
