package remote_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crier/internal/client"
	"crier/internal/remote"
	"crier/internal/terminal"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

// log is a server that has nothing but a log of events.
type log struct {
	mu sync.Mutex
	// events are those of the log, the oldest first.
	events []object
	// down has the server answer nonsense.
	down bool
}

type object = map[string]any

// add adds an event in a state.
func (l *log) add(status string, attempts int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.events) + 1
	l.events = append(l.events, object{"id": fmt.Sprint("E", n), "eventName": "update", "status": status, "attempts": attempts, "sequence": n, "reason": "CHANGE",
		"createdAt": time.Now(), "webhook": object{"type": "ADVERT", "url": "http://127.0.0.1:1/"}})
}

// set moves an event.
func (l *log) set(n int, status string, attempts int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events[n-1]["status"], l.events[n-1]["attempts"] = status, attempts
}

// ServeHTTP answers what tail asks: nodes by id, or a page of the log.
func (l *log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Variables struct {
			IDs      []string
			First    int
			After    *string
			Statuses []string
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		http.Error(w, "away", http.StatusBadGateway)
		return
	}
	nodes, more := []object{}, false
	if q.Variables.IDs != nil {
		for _, e := range l.events {
			if slices.Contains(q.Variables.IDs, e["id"].(string)) {
				nodes = append(nodes, e)
			}
		}
		_ = json.NewEncoder(w).Encode(object{"data": object{"nodes": nodes}}) // tail went away
		return
	}
	from := len(l.events)
	if q.Variables.After != nil {
		from, _ = strconv.Atoi(*q.Variables.After) // it is our own cursor
	}
	end := from
	for ; end > 0 && !more; end-- {
		e := l.events[end-1]
		if q.Variables.Statuses != nil && !slices.Contains(q.Variables.Statuses, strings.ToUpper(e["status"].(string))) {
			continue
		}
		if more = len(nodes) == q.Variables.First; more {
			break
		}
		nodes = append(nodes, e)
	}
	_ = json.NewEncoder(w).Encode(object{"data": object{"webhookEvents": object{"nodes": nodes, "pageInfo": object{"hasNextPage": more, "endCursor": fmt.Sprint(end)}}}})
}

// follow starts a tail and returns what it shows: "E1 Sent 1".
func follow(t *testing.T, l *log, last string) (lines <-chan string, notes *bufio.Reader) {
	t.Helper()
	server := httptest.NewServer(l)
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	errs, complaints := io.Pipe()
	done, shown := make(chan error, 1), make(chan string, 1000)
	go func() {
		c := remote.Tail{Last: last, Count: "0", Interval: "100ms", Flags: client.Flags{URL: server.URL, Key: "key"}, Output: terminal.Output{Output: "json"}}
		done <- c.Run(terminal.Terminal{Ctx: ctx, Out: in, Err: complaints})
		in.Close()
		complaints.Close()
	}()
	go func() {
		defer close(shown)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e remote.Event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Error(err)
			}
			shown <- fmt.Sprint(e.ID, " ", e.Status, " ", e.Attempts)
		}
	}()
	notes = bufio.NewReader(errs)
	t.Cleanup(func() {
		stop()
		go func() { _, _ = io.Copy(io.Discard, notes) }() // until the command has ended
		if err := <-done; err != nil {
			t.Errorf("it ends with %v", err)
		}
		server.Close()
	})
	if _, err := notes.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return shown, notes
}

// expect waits for lines.
func expect(t *testing.T, lines <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-lines:
			if got != w {
				t.Fatalf("it shows %s, want %s", got, w)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s is not shown", w)
		}
	}
}

func TestTailShowsWhatHappens(t *testing.T) {
	t.Parallel()
	l := &log{}
	l.add("Sent", 1)
	l.add("Rejected", 1)
	l.add("Failed", 3)
	lines, notes := follow(t, l, "2")
	expect(t, lines, "E2 Rejected 1", "E3 Failed 3")
	l.set(2, "Rejected", 2)
	expect(t, lines, "E2 Rejected 2")
	l.add("Unsent", 0)
	l.set(2, "Sent", 3)
	expect(t, lines, "E2 Sent 3")
	l.set(4, "Held", 0)
	expect(t, lines, "E4 Held 0")
	l.set(1, "Unsent", 1) // it is sent again
	l.set(4, "Sent", 1)
	expect(t, lines, "E4 Sent 1")
	l.add("Sent", 1) // so that a whole look passes
	expect(t, lines, "E5 Sent 1")
	l.set(1, "Sent", 2)
	expect(t, lines, "E1 Sent 2")

	l.mu.Lock()
	l.down = true
	l.mu.Unlock()
	if note, err := notes.ReadString('\n'); err != nil || !strings.Contains(note, "asking again") {
		t.Errorf("while the server is away it says %q, %v", note, err)
	}
	want := []string{}
	for n := 6; n <= 255; n++ { // more than two pages
		l.add("Sent", 1)
		want = append(want, fmt.Sprintf("E%d Sent 1", n))
	}
	l.mu.Lock()
	l.down = false
	l.mu.Unlock()
	expect(t, lines, want...)
}

func TestTailEndsWhereTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"errors":[{"message":"unknown key","extensions":{"code":"UNAUTHENTICATED"}}]}`)
	}))
	defer s.Close()
	c := remote.Tail{Last: "0", Count: "0", Interval: "1s", Flags: client.Flags{URL: s.URL, Key: "key"}}
	if err := c.Run(terminal.Terminal{Ctx: t.Context(), Out: io.Discard, Err: io.Discard}); err == nil || !strings.Contains(err.Error(), "UNAUTHENTICATED") {
		t.Errorf("it ends with %v", err)
	}
}
