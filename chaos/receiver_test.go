package chaos_test

import (
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
)

const (
	// Of so many events one has its first request answered with 500, and of so
	// many one is answered slowly, so that some are always under way.
	failOneOf, slowOneOf = 20, 5
	slowAnswer           = 300 * time.Millisecond
	// smallAnswer is how long the webhook with few slots takes for each request: it
	// must take several times what the load offers, else the work that settles after the
	// load would measure the receiver.
	smallAnswer = 20 * time.Millisecond
)

// receiver is the endpoint of all webhooks. It notes every request.
type receiver struct {
	t      *testing.T
	server *httptest.Server

	arrived bell // rings at each request

	mu     sync.Mutex
	events map[int64]*heard // by number
}

// heard is what came under one webhook-id.
type heard struct {
	webhook  string // path of its URL
	sequence string
	body     []byte
	digest   [sha256.Size]byte
	requests []*request
}

// request is one exchange as the receiver saw it.
type request struct {
	start  int // of the process that it came from
	at     time.Time
	status int // 0 while it is not answered
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{t: t, events: map[int64]*heard{}}
	r.server = httptest.NewServer(http.HandlerFunc(r.handle))
	t.Cleanup(func() {
		r.server.CloseClientConnections()
		r.server.Close()
	})
	return r
}

func (r *receiver) handle(w http.ResponseWriter, hr *http.Request) {
	at := time.Now()
	body, err := io.ReadAll(hr.Body)
	if err != nil {
		return // its sender was killed; it got nothing that it could count
	}
	ref, err := market.ParseID(hr.Header.Get("webhook-id"))
	if err != nil || ref.Type != "WebhookEvent" {
		r.t.Errorf("webhook-id %q is not that of an event: %v", hr.Header.Get("webhook-id"), err)
		return
	}
	q := &request{at: at}
	sequence := ""
	q.start, sequence = sender(hr.Header)
	r.arrived.ring()
	status, wait := r.note(ref.Num, hr.URL.Path, sequence, body, q)
	if !hold(hr, wait) {
		return
	}
	r.mu.Lock()
	q.status = status
	r.mu.Unlock()
	w.WriteHeader(status)
}

// sender reads from a header's name which start of a process sent it, and from
// its value the sequence.
func sender(h http.Header) (start int, sequence string) {
	for name, values := range h {
		if middle, ok := strings.CutSuffix(name, "-Sequence"); ok {
			start, _ = strconv.Atoi(strings.TrimPrefix(middle, startPrefix)) // 0 is no start
			return start, values[0]
		}
	}
	return 0, ""
}

// note notes a request and says how to answer it. What an event is sent as must
// never change.
func (r *receiver) note(event int64, webhook, sequence string, body []byte, q *request) (status int, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, digest := r.events[event], sha256.Sum256(body)
	if h == nil {
		h = &heard{webhook: webhook, sequence: sequence, body: body, digest: digest}
		r.events[event] = h
	}
	if h.digest != digest || h.webhook != webhook || h.sequence != sequence {
		r.t.Errorf("event %d changed: sequence %s to %s, at %s and %s\n%s\n%s", event, h.sequence, sequence, h.webhook, webhook, h.body, body)
	}
	h.requests = append(h.requests, q)
	return answer(event, webhook, len(h.requests))
}

// answer says how the n-th request of an event is answered.
func answer(event int64, webhook string, n int) (status int, wait time.Duration) {
	if webhook == small.path {
		wait = smallAnswer
	}
	switch {
	case event%failOneOf == 0 && n == 1:
		return http.StatusInternalServerError, wait
	case event%slowOneOf == 1 && webhook != small.path:
		wait = slowAnswer
	}
	return http.StatusNoContent, wait
}

// hold waits; false where the sender has gone meanwhile.
func hold(hr *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-hr.Context().Done():
		return false
	}
}
