package listen_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"crier/delivery/sign"
	"crier/internal/client"
	"crier/internal/listen"
	"crier/internal/terminal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is more than anything here takes.
const patience = 30 * time.Second

// object is a line of JSON.
type object = map[string]any

// running is a command that receives.
type running struct {
	t     *testing.T
	url   string
	lines chan object
	stop  context.CancelFunc
	err   chan error
}

// defaults are the texts of the flags as kong fills them.
func defaults(c listen.Command) listen.Command {
	for _, f := range []struct {
		text  *string
		value string
	}{{&c.Port, "0"}, {&c.Count, "0"}, {&c.Timeout, "0s"}, {&c.Tolerance, "5m"}, {&c.Status, "204"}, {&c.Delay, "0s"}, {&c.RetryAfter, "0s"}, {&c.Format, "ENVELOPE"}} {
		if *f.text == "" {
			*f.text = f.value
		}
	}
	return c
}

// start runs a command and waits until it listens.
func start(t *testing.T, c listen.Command) *running {
	t.Helper()
	c = defaults(c)
	c.Output = terminal.Output{Output: "json"}
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := &running{t: t, lines: make(chan object, 100), stop: stop, err: make(chan error, 1)}
	go func() {
		r.err <- c.Run(terminal.Terminal{Ctx: ctx, Out: in, Err: io.Discard}, "Crier")
		in.Close()
	}()
	go func() {
		defer close(r.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var o object
			if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
				t.Errorf("no JSON: %s", lines.Text())
			}
			r.lines <- o
		}
	}()
	t.Cleanup(func() {
		stop()
		for range r.lines {
		}
	})
	r.url, _ = r.next()["url"].(string)
	return r
}

func (r *running) next() object {
	r.t.Helper()
	select {
	case o, ok := <-r.lines:
		if !ok {
			r.t.Fatalf("the command ended: %v", <-r.err)
		}
		return o
	case <-time.After(patience):
		r.t.Fatal("nothing is shown")
		return nil
	}
}

// end waits for the end of the command.
func (r *running) end() error {
	r.t.Helper()
	select {
	case err := <-r.err:
		return err
	case <-time.After(patience):
		r.t.Fatal("the command goes on")
		return nil
	}
}

// request is a delivery to be sent.
type request struct {
	id, sequence string
	body         string
	at           time.Time
	change       func(http.Header)
}

const invoice = `{"id":"E1","event_name":"update","payload":{"data":{"node":{"id":"SW52b2ljZS03"}}}}`

// signer signs as the worker does.
type signer struct {
	secrets []sign.Secret
	keys    []ed25519.PrivateKey
	hmacKey string
}

func newSigner(t *testing.T) signer {
	t.Helper()
	secret, err := sign.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer{[]sign.Secret{secret}, []ed25519.PrivateKey{key}, "an hmac key"}
}

func (s signer) publicKey() string {
	return "whpk_" + base64.StdEncoding.EncodeToString(s.keys[0].Public().(ed25519.PublicKey))
}

// send sends a delivery and returns the answer's status; 0 where there is none.
func (s signer) send(t *testing.T, url string, q request) (status int, header http.Header, body string) {
	t.Helper()
	if q.at.IsZero() {
		q.at = time.Now()
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Crier-Sequence", q.sequence)
	r.Header.Set("Crier-Hmac-256", sign.Hmac256(s.hmacKey, []byte(q.body)))
	sign.SetHeaders(r.Header, s.secrets, q.id, q.at, []byte(q.body))
	sign.AddAsymmetric(r.Header, s.keys, q.id, q.at, []byte(q.body))
	if q.change != nil {
		q.change(r.Header)
	}
	web := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := web.Do(r)
	if err != nil {
		return 0, nil, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

// all is a command that verifies every kind of signature.
func (s signer) all(c listen.Command) listen.Command {
	for _, secret := range s.secrets {
		c.Secret = append(c.Secret, secret.Encode())
	}
	c.PublicKey, c.HmacKey = []string{s.publicKey()}, s.hmacKey
	return c
}

func TestWhatArrivesIsVerifiedAndShown(t *testing.T) {
	t.Parallel()
	s, other := newSigner(t), newSigner(t)
	r := start(t, s.all(listen.Command{Body: true}))
	header := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	type verdict struct {
		Status                         int
		Verdict                        string
		Attempt                        float64
		Duplicate, Differs, OutOfOrder bool
	}
	for _, step := range []struct {
		name string
		by   signer
		request
		want verdict
	}{
		{"the first", s, request{id: "E1", sequence: "5", body: invoice}, verdict{204, "verified", 1, false, false, false}},
		{"again", s, request{id: "E1", sequence: "5", body: invoice}, verdict{204, "verified", 2, true, false, false}},
		{"again with other bytes", s, request{id: "E1", sequence: "5", body: invoice + " "}, verdict{204, "verified", 3, true, true, false}},
		{"an older one", s, request{id: "E0", sequence: "4", body: invoice}, verdict{204, "verified", 1, false, false, true}},
		{"a ping", s, request{id: "P", sequence: "-4", body: invoice}, verdict{204, "verified", 1, false, false, false}},
		{"a newer one", s, request{id: "E2", sequence: "6", body: invoice}, verdict{204, "verified", 1, false, false, false}},
		{"of another secret", other, request{id: "E3", sequence: "7", body: invoice}, verdict{401, "mismatch", 1, false, false, false}},
		{"of another key", signer{s.secrets, other.keys, s.hmacKey}, request{id: "E3", sequence: "7", body: invoice}, verdict{401, "mismatch", 1, false, false, false}},
		{"of another hmacKey", signer{s.secrets, s.keys, "other"}, request{id: "E3", sequence: "7", body: invoice}, verdict{401, "mismatch", 1, false, false, false}},
		{"old", s, request{id: "E3", sequence: "7", body: invoice, at: time.Now().Add(-6 * time.Minute)}, verdict{401, "stale", 1, false, false, false}},
		{"of the future", s, request{id: "E3", sequence: "7", body: invoice, at: time.Now().Add(6 * time.Minute)}, verdict{401, "stale", 1, false, false, false}},
		{"unsigned", s, request{id: "E3", sequence: "7", body: invoice, change: header("Webhook-Signature", "")}, verdict{401, "unsigned", 1, false, false, false}},
		{"malformed", s, request{id: "E3", sequence: "7", body: invoice, change: header("Webhook-Signature", "v1")}, verdict{401, "malformed", 1, false, false, false}},
		{"of another id", s, request{id: "E3", sequence: "7", body: invoice, change: header("Webhook-Id", "E4")}, verdict{401, "mismatch", 1, false, false, false}},
		{"what was refused is not remembered", s, request{id: "E3", sequence: "7", body: invoice}, verdict{204, "verified", 1, false, false, false}},
	} {
		status, _, _ := step.by.send(t, r.url, step.request)
		line := r.next()
		got := verdict{status, line["verdict"].(string), line["attempt"].(float64), line["duplicate"].(bool), line["differs"].(bool), line["outOfOrder"].(bool)}
		if got != step.want || line["status"] != float64(status) {
			t.Errorf("%s: %+v, want %+v; %v", step.name, got, step.want, line)
		}
		if id := line["subject"]; id != "SW52b2ljZS03" || line["event"] != "update" || line["format"] != "ENVELOPE" || line["size"] != float64(len(step.body)) {
			t.Errorf("%s: is shown as %v", step.name, line)
		}
	}
	r.stop()
	want := object{"kind": "summary", "requests": 15.0, "accepted": 7.0, "notVerified": 8.0, "duplicates": 2.0, "outOfOrder": 1.0}
	if diff := cmp.Diff(want, r.next()); diff != "" {
		t.Error(diff)
	}
	if err := r.end(); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

func TestFailuresAreShownAsTold(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	r := start(t, s.all(listen.Command{Fail: []string{"503:2", "drop:100%"}, RetryAfter: "1500ms"}))
	for attempt := range 3 {
		status, header, _ := s.send(t, r.url, request{id: "E1", sequence: "1", body: invoice})
		line := r.next()
		want := []int{503, 503, 0}[attempt]
		if status != want || line["status"] != float64(want) || line["attempt"] != float64(attempt+1) || line["duplicate"] != false {
			t.Errorf("attempt %d: %d %v", attempt+1, status, line)
		}
		if want == 503 && header.Get("Retry-After") != "2" {
			t.Errorf("Retry-After is %q", header.Get("Retry-After"))
		}
	}
	if status, _, _ := s.send(t, r.url, request{id: "E2", sequence: "2", body: invoice}); status != 503 {
		t.Errorf("another event is answered %d", status)
	}
}

func TestAHangEndsWithTheSenderOrTheReceiver(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	r := start(t, s.all(listen.Command{Fail: []string{"hang"}}))
	ctx, giveUp := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer giveUp()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader(invoice))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := http.DefaultClient.Do(q); err == nil {
		t.Error("the request is answered")
	}
	if line := r.next(); line["status"] != 0.0 || line["how"] != "hang as told" {
		t.Errorf("a hang is shown as %v", line)
	}
	done := make(chan int)
	go func() {
		status, _, _ := s.send(t, r.url, request{id: "E1", sequence: "1", body: invoice})
		done <- status
	}()
	go func() {
		<-time.After(20 * time.Millisecond) // if the request has not come by then, it is refused, which is as good
		r.stop()
	}()
	if status := <-done; status != 0 {
		t.Errorf("a hang is answered %d", status)
	}
	if err := r.end(); err != nil {
		t.Error(err)
	}
}

func TestRequestsAreForwardedByteForByte(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	var arrived http.Header
	var body []byte
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = r.Header
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		if r.URL.String() != "/webhooks?from=crier" {
			t.Errorf("it arrives at %s", r.URL)
		}
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "short and stout")
	}))
	defer application.Close()
	r := start(t, s.all(listen.Command{Forward: application.URL + "/webhooks?from=crier"}))
	text := invoice + "\n "
	status, header, answer := s.send(t, r.url, request{id: "E1", sequence: "1", body: text, change: func(h http.Header) {
		h.Set("Authorization", "Bearer abc")
		h.Set("X-Gone", "for this part only")
		h.Set("Connection", "x-gone")
		h.Set("User-Agent", "Crier/1")
	}})
	if status != http.StatusTeapot || header.Get("X-Answer") != "yes" || answer != "short and stout" {
		t.Errorf("it is answered %d %v %q", status, header, answer)
	}
	if string(body) != text {
		t.Errorf("the body arrives as %q", body)
	}
	if err := sign.Verify(s.secrets, arrived, body, time.Now(), time.Minute); err != nil {
		t.Errorf("what is forwarded does not verify: %v", err)
	}
	for name, want := range map[string]string{"Authorization": "Bearer abc", "X-Gone": "", "User-Agent": "Crier/1", "Crier-Sequence": "1"} {
		if got := arrived.Get(name); got != want {
			t.Errorf("%s arrives as %q, want %q", name, got, want)
		}
	}
	if line := r.next(); line["status"] != float64(http.StatusTeapot) || line["how"] != "forwarded" {
		t.Errorf("it is shown as %v", line)
	}
	application.Close()
	if status, _, _ := s.send(t, r.url, request{id: "E2", sequence: "2", body: text}); status != http.StatusBadGateway {
		t.Errorf("with nobody there it is answered %d", status)
	}
}

func TestCountEndsTheCommand(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	for name, bad := range map[string]int{"all verify": 0, "one does not": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, s.all(listen.Command{Count: "2", Timeout: "30s"}))
			for range bad {
				newSigner(t).send(t, r.url, request{id: "E0", sequence: "1", body: invoice})
			}
			s.send(t, r.url, request{id: "E1", sequence: "2", body: invoice})
			s.send(t, r.url, request{id: "E2", sequence: "3", body: invoice})
			if err := r.end(); (err != nil) != (bad > 0) {
				t.Errorf("it ends with %v", err)
			}
		})
	}
	t.Run("too few", func(t *testing.T) {
		t.Parallel()
		r := start(t, s.all(listen.Command{Count: "1", Timeout: "10ms"}))
		if err := r.end(); err == nil || !strings.Contains(err.Error(), "10ms") {
			t.Errorf("it ends with %v", err)
		}
	})
	t.Run("stopped before", func(t *testing.T) {
		t.Parallel()
		r := start(t, s.all(listen.Command{Count: "1"}))
		r.stop()
		if err := r.end(); err == nil {
			t.Error("it ends well")
		}
	})
}

func TestBadFlagsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	c := listen.Command{
		Port: "http", Count: "-1", Timeout: "soon", Secret: []string{"hunter2"}, PublicKey: []string{"whpk_"}, Tolerance: "0s", Forward: "localhost:3000", Status: "99",
		Fail: []string{"200", "500:0", "101%", "often"}, Delay: "-1s", RetryAfter: "1h", Type: []string{"INVOICE"}, Document: "missing.graphql", Event: []string{"changed"}, Format: "XML",
		PublicURL: "ftp://example.com", Flags: client.Flags{URL: "example.com"},
	}
	err := c.Run(terminal.Terminal{Ctx: t.Context(), Out: io.Discard, Err: io.Discard}, "Crier")
	if err == nil {
		t.Fatal("it runs")
	}
	for _, flag := range []string{"--port", "--count", "--timeout", "--secret", "--public-key", "--tolerance", "--forward", "--status", `--fail is "200"`, `--fail is "500:0"`, `--fail is "101%"`,
		`--fail is "often"`, "--delay", "--document", "--event", "--format", "--public-url", "--url", "--key"} {
		if !strings.Contains(err.Error(), flag) {
			t.Errorf("%s is not named", flag)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret is shown: %v", err)
	}
	for flag, c := range map[string]listen.Command{"--type": {Document: "{ node }"}, "--count": {Timeout: "3s"}, "--fail": {RetryAfter: "3s"}} {
		if err := defaults(c).Run(terminal.Terminal{Ctx: t.Context(), Out: io.Discard, Err: io.Discard}, "Crier"); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%+v is refused with %v", c, err)
		}
	}
}

func TestEveryFormatIsRecognised(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]listen.Event{
		`{"id":"E","event_name":"destroy","payload":{"data":{"node":{"id":"A"}},"errors":[{},{}]}}`:            {Format: "ENVELOPE", Name: "destroy", Subject: "A", Errors: 2},
		`{"id":"E","event_name":"ping","payload":{"data":null}}`:                                               {Format: "ENVELOPE", Name: "ping"},
		`{"id":"E","event_name":"update","payload":{"data":{"advertChanged":{"id":"C","advert":{"id":"A"}}}}}`: {Format: "ENVELOPE", Name: "update", Subject: "A"},
		`{"type":"invoice.updated","timestamp":"2026-11-21T12:00:00Z","data":{"node":{"id":"A"}}}`:             {Format: "STANDARD", Name: "invoice.updated", Subject: "A"},
		`{"specversion":"1.0","id":"E","type":"crier.invoice.updated","subject":"S","data":null,"errors":"[{}]"}`: {
			Format: "CLOUDEVENTS", Name: "crier.invoice.updated", Subject: "S", Errors: 1},
		`{"data":{"node":{"id":"A"}}}`: {Format: "RAW", Subject: "A"},
		`{"errors":[{}]}`:              {Format: "RAW", Errors: 1},
		`{"other":1}`:                  {}, `no JSON`: {}, `[1]`: {}, ``: {},
	} {
		if got := listen.Recognise("application/json", []byte(text)); got != want {
			t.Errorf("%s is %+v, want %+v", text, got, want)
		}
	}
	if got := listen.Recognise("application/cloudevents+json; charset=utf-8", []byte(`{"type":"x"}`)); got.Format != "CLOUDEVENTS" {
		t.Errorf("by its content type it is %+v", got)
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add("application/json", []byte(invoice))
	f.Add("application/cloudevents+json", []byte(`{"data":{"xChanged":{"x":{"id":1}}},"errors":"[]"}`))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		if e := listen.Recognise(contentType, body); !json.Valid(body) && e != (listen.Event{}) {
			t.Errorf("%q is no JSON, and recognised as %+v", body, e)
		}
	})
}

// The lines for people hold nothing that steers their terminal, whatever was sent.
func TestLinesForPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	reader, writer := io.Pipe()
	go func() {
		done <- defaults(listen.Command{Body: true, Headers: true}).Run(terminal.Terminal{Ctx: ctx, Out: writer, Err: io.Discard}, "Crier")
		writer.Close()
	}()
	lines := bufio.NewReader(reader)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	_, url, _ := strings.Cut(first, "url=")
	url, _, _ = strings.Cut(url, " ")
	go func() {
		defer stop()
		newSigner(t).send(t, url, request{id: "E", sequence: "9", body: `{"id":"E","event_name":"up\u001b[2Jdate","payload":{"data":{"node":{"id":"A\u0007"}}}}`})
		newSigner(t).send(t, url, request{id: "E", sequence: "9", body: "no JSON \x1b[2J"})
	}()
	if _, err := io.Copy(&out, lines); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	for _, want := range []string{"Nothing is verified", "unverified", "#9", `"event_name"`, "Crier-Sequence: 9", "duplicate, other bytes than before", "requests: 2; accepted 2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	if strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("control characters are shown:\n%q", &out)
	}
}
