package egress_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/delivery/egress"
	"crier/delivery/egress/egresstest"
)

func TestPostSendsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	requests := make(chan *http.Request, 1)
	bodies := make(chan string, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests <- r
		bodies <- string(body)
		w.Header().Set("X-Answer", "yes")
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, "taken")
	}))
	t.Cleanup(receiver.Close)

	client := newClient(t, development(), egress.Options{})
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Crier/test"}}
	response, err := client.Post(t.Context(), receiver.URL+"/hooks?a=1", header, []byte(`{"a":1}`), ample)
	if err != nil {
		t.Fatal(err)
	}
	if response.Status != http.StatusAccepted || string(response.Body) != "taken" || response.Truncated || response.Header.Get("X-Answer") != "yes" {
		t.Errorf("got %+v", response)
	}
	if response.Duration <= 0 || response.Duration > ample {
		t.Errorf("it took %s", response.Duration)
	}
	request := <-requests
	if request.Method != http.MethodPost || request.RequestURI != "/hooks?a=1" || request.ContentLength != 7 || <-bodies != `{"a":1}` {
		t.Errorf("got %+v", request)
	}
	want := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Crier/test"}, "Content-Length": {"7"}}
	if got := request.Header; len(got) != len(want) || got.Get("Content-Type") != "application/json" || got.Get("User-Agent") != "Crier/test" {
		t.Errorf("got the headers %v, want %v", got, want)
	}
}

// Redirects are followed by nobody: their target was chosen by the receiver.
func TestPostReturnsAnyStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 301, 302, 303, 307, 308, 400, 408, 410, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(status)
			})
			response := post(t, newClient(t, development(), egress.Options{}), receiver.URL)
			if response.Status != status || response.Header.Get("Location") != "/elsewhere" {
				t.Errorf("got %+v", response)
			}
			if got := requests.Load(); got != 1 {
				t.Errorf("the receiver got %d requests", got)
			}
		})
	}
}

func TestPostKeepsNoCookies(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		io.WriteString(w, r.Header.Get("Cookie"))
	})
	client := newClient(t, development(), egress.Options{})
	for range 2 {
		if response := post(t, client, receiver.URL); len(response.Body) != 0 {
			t.Errorf("the cookie %s was sent", response.Body)
		}
	}
}

func TestPostRefusesAURLBeforeItDials(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	noHTTP, strict := development(), egress.Policy{AllowHTTP: true}
	noHTTP.AllowHTTP = false
	for name, policy := range map[string]egress.Policy{"plain http": noHTTP, "loopback": strict} {
		err := mustFail(t, t.Context(), newClient(t, policy, egress.Options{}), receiver.URL, ample)
		var urlError *egress.URLError
		if !errors.As(err, &urlError) {
			t.Fatalf("%s: got %v, want a *URLError", name, err)
		}
		requireReason(t, err, urlError.Reason)
	}
	if got := requests.Load(); got != 0 {
		t.Errorf("the receiver got %d requests", got)
	}
}

// The timeout spans every step: none of these receivers ends what it began.
func TestPostTimesOut(t *testing.T) {
	t.Parallel()
	hang := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	hangInBody := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "begun")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		ticks := time.NewTicker(time.Millisecond)
		defer ticks.Stop()
		for {
			io.WriteString(w, "x")
			http.NewResponseController(w).Flush()
			select {
			case <-ticks.C:
			case <-r.Context().Done():
				return
			}
		}
	}
	hangAfterLimit := func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 65<<10))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	for name, handler := range map[string]http.HandlerFunc{
		"before the headers": hang, "in the body": hangInBody, "byte by byte": drip, "beyond what is kept": hangAfterLimit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, development(), egress.Options{})
			const timeout = 150 * time.Millisecond
			start := time.Now()
			requireTimeout(t, mustFail(t, t.Context(), client, newReceiver(t, handler).URL, timeout), timeout)
			if took := time.Since(start); took < timeout || took > ample/2 {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// A connection that hangs in its handshake ends with the exchange, and not some time later.
func TestPostTimesOutInTheHandshake(t *testing.T) {
	t.Parallel()
	closed := make(chan error, 1)
	host := egresstest.Serve(t, func(conn net.Conn) {
		_, err := io.Copy(io.Discard, conn) // the client's hello, until the client hangs up
		closed <- err
	})
	client := newClient(t, development(), egress.Options{})
	const timeout = 150 * time.Millisecond
	requireTimeout(t, mustFail(t, t.Context(), client, "https://"+host, timeout), timeout)
	select {
	case <-closed:
	case <-time.After(ample):
		t.Error("the connection is still open")
	}
}

func TestPostEndsWithItsContext(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	receiver := newReceiver(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-arrived
		cancel(errors.New("shutting down"))
	}()
	err := mustFail(t, ctx, newClient(t, development(), egress.Options{}), receiver.URL, ample)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	requireReason(t, err, "interrupted")

	expired, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	err = mustFail(t, expired, newClient(t, development(), egress.Options{}), receiver.URL, ample)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
	requireReason(t, err, "interrupted")
}

func TestPostReportsABrokenConnection(t *testing.T) {
	t.Parallel()
	answering := func(answer string) func(net.Conn) {
		return func(conn net.Conn) {
			if _, err := conn.Read(make([]byte, 4096)); err == nil {
				io.WriteString(conn, answer)
			}
		}
	}
	const early = "the connection was closed before the whole response had come"
	for name, test := range map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"without an answer":  {answering(""), early},
		"in the headers":     {answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"), early},
		"in the body":        {answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), early},
		"in a chunk":         {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort"), early},
		"no HTTP":            {answering("220 mail.example ESMTP\r\n"), "the connection failed"},
		"endless headers":    {answering("HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 1<<20) + "\r\n\r\n"), "the connection failed"},
		"two lengths":        {answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "the connection failed"},
		"reset at the start": {func(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }, "the connection failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, development(), egress.Options{})
			err := mustFail(t, t.Context(), client, "http://"+egresstest.Serve(t, test.serve), ample)
			requireReason(t, err, test.want)
		})
	}
}

func TestPostReportsARefusedConnection(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	err := mustFail(t, t.Context(), newClient(t, development(), egress.Options{}), closed.URL, ample)
	if errors.Is(err, egress.ErrRefusedAddress) {
		t.Errorf("%v is taken for the guard's", err)
	}
	requireReason(t, err, "the connection failed")
}

// The connection is kept over posts, the bodies of which are drained even where they are not kept.
func TestPostReusesConnections(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small body": 2, "body at the limit": 64 << 10, "truncated body": 200 << 10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver, connections := newCountingReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, strings.Repeat("x", size))
			})
			client := newClient(t, development(), egress.Options{})
			for range 20 {
				post(t, client, receiver.URL)
			}
			if got := connections.Load(); got != 1 {
				t.Errorf("20 posts took %d connections", got)
			}
		})
	}
}

// All connections of a burst are kept, not only the two that net/http keeps by default.
func TestPostKeepsTheConnectionsOfABurst(t *testing.T) {
	t.Parallel()
	const burst = 50
	var arrivals sync.WaitGroup
	receiver, connections := newCountingReceiver(t, func(http.ResponseWriter, *http.Request) {
		arrivals.Done()
		arrivals.Wait() // until the whole burst is here
	})
	client := newClient(t, development(), egress.Options{})
	for range 2 {
		arrivals.Add(burst)
		var posts sync.WaitGroup
		for range burst {
			posts.Go(func() { post(t, client, receiver.URL) })
		}
		posts.Wait()
	}
	if got := connections.Load(); got != burst {
		t.Errorf("two bursts of %d took %d connections", burst, got)
	}
}

func newCountingReceiver(t *testing.T, handler http.HandlerFunc) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(afterBody(handler))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server, &connections
}
