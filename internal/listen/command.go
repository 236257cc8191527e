// Package listen is a receiver of webhooks for development: it verifies and shows what
// arrives, forwards it, and answers with chosen failures.
package listen

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"crier/delivery/sign"
	"crier/internal/client"
	"crier/internal/terminal"
)

// Command is the command line of `crier listen`. Its texts are read together, so that
// all mistakes are reported at once.
type Command struct {
	Port    string `default:"9000" env:"-" placeholder:"PORT" help:"Port of 127.0.0.1 to listen on; 0 picks a free one."`
	Body    bool   `env:"-" help:"Show each body, indented."`
	Headers bool   `env:"-" help:"Show the headers of each request."`
	Count   string `default:"0" env:"-" placeholder:"N" help:"End after so many accepted deliveries; 1 is the exit code where any request did not verify. 0 goes on until it is stopped."`
	Timeout string `default:"0s" env:"-" placeholder:"DURATION" help:"Fail where --count is not reached in this time; 0 waits for ever."`

	Secret    []string `env:"CRIER_WEBHOOK_SECRET" placeholder:"whsec_…" group:"verify" help:"Signing secret; both of them during a rotation."`
	PublicKey []string `env:"CRIER_WEBHOOK_PUBLIC_KEY" placeholder:"whpk_…" group:"verify" help:"Public key of a webhook that is asymmetric."`
	HmacKey   string   `env:"CRIER_WEBHOOK_HMAC_KEY" placeholder:"KEY" group:"verify" help:"The webhook's hmacKey, for the header that ends in Hmac-256."`
	Tolerance string   `default:"5m" env:"-" placeholder:"DURATION" group:"verify" help:"How far the timestamp of a request may be from now."`

	Forward    string   `env:"-" placeholder:"URL" group:"answer" help:"Send each request on to this URL, byte for byte, and answer what that answers."`
	Status     string   `default:"204" env:"-" placeholder:"CODE" group:"answer" help:"What is answered to a delivery that verifies."`
	Fail       []string `env:"-" sep:"none" placeholder:"HOW" group:"answer" help:"Fail: a status, hang or drop, alone or with how often: 500, 503:3 (the first three attempts of each event), hang:10%, 30% (of all requests). The first of several that applies."`
	Delay      string   `default:"0s" env:"-" placeholder:"DURATION" group:"answer" help:"Wait before each answer."`
	RetryAfter string   `default:"0s" env:"-" placeholder:"DURATION" group:"answer" help:"Retry-After of the failures that --fail answers."`

	Type      []string `env:"-" placeholder:"CLASS" group:"register" help:"Register a webhook for this class, such as INVOICE, for as long as the command runs."`
	Document  string   `env:"-" placeholder:"FILE" group:"register" help:"The document, a file or its text; without it id and type of the entity."`
	Event     []string `env:"-" placeholder:"create|update|destroy" group:"register" help:"Only these events."`
	Filter    string   `env:"-" placeholder:"CEL" group:"register" help:"Only events that this expression lets pass."`
	Format    string   `default:"ENVELOPE" env:"-" placeholder:"FORMAT" group:"register" help:"ENVELOPE, STANDARD, CLOUDEVENTS or RAW."`
	PublicURL string   `env:"-" placeholder:"URL" group:"register" help:"Where the server reaches this port, as through a tunnel; without it http://127.0.0.1 and the port."`

	client.Flags
	terminal.Output
}

// Help shows examples.
func (Command) Help() string {
	return `Examples:

  crier listen --type INVOICE --body
  crier listen --secret whsec_… --forward http://127.0.0.1:3000/webhooks
  crier listen --type ADVERT --document advert.graphql --fail 503:2 --retry-after 5s
  crier listen --type ORDER --count 1 --timeout 60s --output json

With --type the server has to reach this machine: start it with CRIER_ENDPOINT_ALLOW=127.0.0.0/8 and CRIER_ENDPOINT_ALLOW_HTTP=true, or give --public-url.
`
}

// settings are a Command that was checked.
type settings struct {
	Command
	verifier          Verifier
	port, status      int
	count             int
	timeout, delay    time.Duration
	retryAfter        int // seconds
	forward           *url.URL
	faults            []fault
	document          string
	server            client.Client
	classes, onEvents []string
}

// formats are those of bodies.
var formats = []string{"ENVELOPE", "STANDARD", "CLOUDEVENTS", "RAW"}

// checker collects what is wrong, by flag.
type checker struct{ problems []error }

func (k *checker) add(err error) {
	if err != nil {
		k.problems = append(k.problems, err)
	}
}

func (k *checker) refuse(format string, args ...any) { k.add(fmt.Errorf(format, args...)) }

// check reads the texts; prefix is that of the marketplace's own headers. The error joins all mistakes.
func (c Command) check(prefix string) (settings, error) {
	var k checker
	s := settings{
		Command: c, port: k.number("--port", c.Port, 0, 65535), status: k.number("--status", c.Status, 200, 599), count: k.number("--count", c.Count, 0, 1_000_000),
		timeout: k.duration("--timeout", c.Timeout), delay: k.duration("--delay", c.Delay), forward: k.address("--forward", c.Forward),
		retryAfter: int((k.duration("--retry-after", c.RetryAfter) + time.Second - 1) / time.Second),
		verifier:   k.verifier(c, prefix),
	}
	for _, text := range c.Fail {
		f, err := parseFault(text)
		k.add(err)
		s.faults = append(s.faults, f)
	}
	if s.timeout > 0 && s.count == 0 {
		k.refuse("--timeout is for --count: say how many deliveries are awaited")
	}
	if s.retryAfter > 0 && len(c.Fail) == 0 {
		k.refuse("--retry-after is for --fail: say how it fails")
	}
	k.registration(&s)
	return s, errors.Join(k.problems...)
}

// registration reads what a webhook is registered with.
func (k *checker) registration(s *settings) {
	for _, class := range s.Type {
		s.classes = append(s.classes, strings.ToUpper(strings.TrimSpace(class)))
	}
	for _, event := range s.Event {
		s.onEvents = append(s.onEvents, strings.ToUpper(event))
		if !slices.Contains([]string{"CREATE", "UPDATE", "DESTROY"}, strings.ToUpper(event)) {
			k.refuse("--event is %q: write create, update or destroy", event)
		}
	}
	s.Format = strings.ToUpper(s.Format)
	if !slices.Contains(formats, s.Format) {
		k.refuse("--format is %q: write one of %s", s.Format, strings.Join(formats, ", "))
	}
	k.address("--public-url", s.PublicURL)
	if len(s.classes) == 0 {
		if s.Document+s.Filter+s.PublicURL != "" || len(s.Event) > 0 || s.Format != formats[0] {
			k.refuse("--document, --event, --filter, --format and --public-url are for --type: name the class to register for")
		}
		return
	}
	var err error
	s.document, err = document(s.Document)
	k.add(err)
	s.server, err = s.Flags.Check()
	k.add(err)
}

// document is the text of a flag, or of the file that it names.
func document(text string) (string, error) {
	if text == "" {
		return "query($id: ID!) { node(id: $id) { __typename id } }", nil
	}
	if strings.Contains(text, "{") {
		return text, nil
	}
	read, err := os.ReadFile(text)
	if err != nil {
		return "", fmt.Errorf("--document is neither a document nor a file that can be read: %w", err)
	}
	return string(read), nil
}

// verifier reads secrets and keys. What is wrong with one never shows it.
func (k *checker) verifier(c Command, prefix string) Verifier {
	v := Verifier{HmacKey: c.HmacKey, Prefix: prefix, Tolerance: k.duration("--tolerance", c.Tolerance)}
	if v.Tolerance == 0 {
		k.refuse("--tolerance must be longer than nothing, as in 5m")
	}
	for _, text := range c.Secret {
		secret, err := sign.ParseSecret(strings.TrimSpace(text))
		if err != nil {
			k.refuse("--secret: %w", err)
		}
		v.Secrets = append(v.Secrets, secret)
	}
	for _, text := range c.PublicKey {
		key, err := sign.ParsePublicKey(strings.TrimSpace(text))
		if err != nil {
			k.refuse("--public-key: %w", err)
		}
		v.Keys = append(v.Keys, ed25519.PublicKey(key))
	}
	return v
}

func (k *checker) number(flag, text string, least, most int) int {
	n, err := terminal.Number(flag, text, least, most)
	k.add(err)
	return n
}

func (k *checker) duration(flag, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > 24*time.Hour {
		k.refuse("%s is %q: write a time of at most 24h, as in 30s or 5m", flag, text)
	}
	return d
}

// address reads a URL; nil where there is none.
func (k *checker) address(flag, text string) *url.URL {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		k.refuse("%s is %q: write http:// or https:// and the host, as in http://127.0.0.1:3000/webhooks", flag, text)
	}
	return u
}
