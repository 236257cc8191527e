package main_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crier/internal/servicetest"
)

// places runs a test on the embedded parts and on PostgreSQL with Redis.
func places(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embedded(t))
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		test(t, production(t, servicetest.StartRedis(t)))
	})
}

func TestAChangeArrivesAsTheContractSays(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		s := serve(t, p.with("CRIER_VERTICAL=harbour", "CRIER_HEADER_PREFIX=Marketplacer"))
		r := receive(t, nil)
		const hmacKey = "a key of the integrator"
		_, secret := s.register("ADVERT", r.server.URL+"/adverts", advertDocument, object{
			"eventName": "CREATE", "hmacKey": hmacKey, "headers": object{"Authorization": "Basic abc", "X-Team": 7},
		})
		_, invoiceSecret := s.register("INVOICE", r.server.URL+"/invoices", invoiceDocument, nil)
		o := s.open()
		advert, variant := s.advertise(o, "Teapot")
		a := r.next()
		a.verify(t, secret)
		if got := a.json(t); text(t, got, "event_name") != "create" || a.subject(t) != advert || text(t, got, "payload", "data", "node", "title") != "Teapot" {
			t.Errorf("body: %s", a.body)
		}
		if !strings.HasPrefix(string(a.body), `{"id":"`+a.header.Get("webhook-id")+`","event_name":"create","payload":{"data":`) {
			t.Errorf("the envelope is not that of the contract: %s", a.body)
		}
		sequence := a.header.Get("Marketplacer-Sequence")
		for name, want := range map[string]string{
			"Content-Type": "application/json", "Idempotency-Key": base64.StdEncoding.EncodeToString([]byte("harbour:" + sequence)),
			"Marketplacer-Vertical": "harbour", "Authorization": "Basic abc", "X-Team": "7", "Marketplacer-Hmac-256": opensslHmac(t, hmacKey, a.body),
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s = %q, want %q", name, got, want)
			}
		}
		if agent := a.header.Get("User-Agent"); !strings.HasPrefix(agent, "Crier/") {
			t.Errorf("User-Agent = %q", agent)
		}
		if parent := a.header.Get("Traceparent"); len(parent) != 55 {
			t.Errorf("Traceparent = %q", parent)
		}
		invoice := s.order(variant, 2)
		b := r.nextFor(invoice)
		b.verify(t, invoiceSecret)
		t.Run("npm", func(t *testing.T) { npmVerify(t, b, invoiceSecret) })
		if b.header.Get("Marketplacer-Hmac-256") != "" {
			t.Error("a webhook without hmacKey sends the header")
		}
		s.stop()
	})
}

// opensslHmac is base64(HMAC-SHA256(key, body)) by the openssl program.
func opensslHmac(t *testing.T, key string, body []byte) string {
	t.Helper()
	cmd := exec.Command(servicetest.Program(t, "openssl"), "dgst", "-sha256", "-hmac", key, "-binary")
	cmd.Stdin = bytes.NewReader(body)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl: %v", err)
	}
	return base64.StdEncoding.EncodeToString(out)
}

func TestRetriesSendTheSameBytes(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		s := serve(t, p)
		var attempts atomic.Int64
		r := receive(t, func(w http.ResponseWriter, _ arrival) {
			if attempts.Add(1) <= 3 {
				http.Error(w, `{"error":"not now"}`, http.StatusServiceUnavailable)
				return
			}
			w.WriteHeader(http.StatusOK)
		})
		_, secret := s.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
		s.advertise(s.open(), "Jug")
		first := r.next()
		for range 3 {
			again := r.next()
			again.verify(t, secret)
			if again.header.Get("webhook-id") != first.header.Get("webhook-id") || !bytes.Equal(again.body, first.body) {
				t.Errorf("a retry differs:\n%s\n%s", first.body, again.body)
			}
			if again.header.Get("Idempotency-Key") != first.header.Get("Idempotency-Key") {
				t.Error("the idempotency key changes")
			}
		}
		event := s.settled(first.header.Get("webhook-id"), "Sent")
		responses, _ := at(t, event, "responses").([]any)
		if len(responses) != 4 || at(t, event, "attempts") != float64(4) {
			t.Fatalf("the log shows %d responses: %v", len(responses), event)
		}
		if at(t, responses[0], "status") != float64(503) || text(t, responses[0], "body", "error") != "not now" || at(t, responses[3], "status") != float64(200) {
			t.Errorf("responses: %v", responses)
		}
	})
}

// settled waits until an event has a status, and returns it.
func (s *process) settled(id, status string) any {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		data := s.ask(`{ webhookEvents(first: 500) { nodes { id status attempts errorMessage responses { status body } } } }`, nil)
		nodes, _ := at(s.t, data, "webhookEvents", "nodes").([]any)
		for _, n := range nodes {
			if text(s.t, n, "id") == id && text(s.t, n, "status") == status {
				return n
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("no event %s with status %s: %v\n%s", id, status, nodes, s.logs)
		}
	}
}

func TestAKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		r := receive(t, nil)
		s := serve(t, p.with("CRIER_ROLES=api")) // commits, and never posts
		_, secret := s.register("ADVERT", r.server.URL, advertDocument, nil)
		advert, _ := s.advertise(s.open(), "Bowl")
		s.kill()
		if len(r.arrivals) > 0 {
			t.Fatal("a process without the role delivered")
		}
		serve(t, p)
		r.nextFor(advert).verify(t, secret)
	})
}

func TestAProcessKilledWhileItPostsIsTakenOver(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		release := make(chan struct{})
		var attempts atomic.Int64
		r := receive(t, func(w http.ResponseWriter, _ arrival) {
			if attempts.Add(1) == 1 {
				<-release // hangs until the test is over
			}
			w.WriteHeader(http.StatusOK)
		})
		t.Cleanup(func() { close(release) }) // before the receiver closes
		s := serve(t, p)
		s.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
		s.advertise(s.open(), "Plate")
		first := r.next()
		s.kill()
		again := serve(t, p)
		second := r.next()
		if first.header.Get("webhook-id") != second.header.Get("webhook-id") || !bytes.Equal(first.body, second.body) {
			t.Errorf("the second attempt differs:\n%s\n%s", first.body, second.body)
		}
		again.settled(second.header.Get("webhook-id"), "Sent")
	})
}

func TestEmptyingRedisLosesNothing(t *testing.T) {
	t.Parallel()
	redis := servicetest.StartRedis(t)
	s := serve(t, production(t, redis))
	var open atomic.Bool
	r := receive(t, func(w http.ResponseWriter, _ arrival) {
		if !open.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	s.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
	o := s.open()
	waiting := map[string]bool{}
	for _, title := range []string{"One", "Two", "Three"} {
		s.advertise(o, title)
		id := r.next().header.Get("webhook-id")
		s.settled(id, "Rejected")
		waiting[id] = true
	}
	open.Store(true)
	if got := redis.CLI("FLUSHALL"); got != "OK" {
		t.Fatalf("FLUSHALL: %s", got)
	}
	for len(waiting) > 0 {
		delete(waiting, r.next().header.Get("webhook-id"))
	}
	advert, _ := s.advertise(o, "After") // the groups exist again
	r.nextFor(advert)
}

func TestMutationsSucceedWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	redis := servicetest.StartRedis(t)
	s := serve(t, production(t, redis))
	r := receive(t, nil)
	_, secret := s.register("ADVERT", r.server.URL, advertDocument, nil)
	o := s.open()
	redis.Stop()
	advert, _ := s.advertise(o, "While it is away")
	if len(r.arrivals) > 0 {
		t.Fatal("something was delivered without Redis")
	}
	redis.Start()
	r.nextFor(advert).verify(t, secret)
}

func TestAServerStartsWithoutRedis(t *testing.T) {
	t.Parallel()
	redis := servicetest.StartRedis(t)
	redis.Stop()
	s := serve(t, production(t, redis))
	r := receive(t, nil)
	s.register("ADVERT", r.server.URL, advertDocument, nil)
	advert, _ := s.advertise(s.open(), "Early")
	response, err := http.Get(s.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("/readyz answers %d while Redis is away", response.StatusCode)
	}
	redis.Start()
	r.nextFor(advert)
}

func TestGoneDisablesTheWebhook(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	r := receive(t, func(w http.ResponseWriter, _ arrival) { w.WriteHeader(http.StatusGone) })
	webhook, _ := s.register("ADVERT", r.server.URL, advertDocument, object{"eventName": "CREATE"})
	s.advertise(s.open(), "Last")
	s.settled(r.next().header.Get("webhook-id"), "Failed")
	data := s.ask(`query($id: ID!) { node(id: $id) { ... on Webhook { state stateReason enabled } } }`, object{"id": webhook})
	if text(t, data, "node", "state") != "DISABLED" || !strings.Contains(text(t, data, "node", "stateReason"), "410") {
		t.Errorf("the webhook is %v", data)
	}
}
