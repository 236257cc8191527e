package egress_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crier/delivery/egress"
	"crier/delivery/egress/egresstest"
)

// answering reads one request and answers it as it likes.
func answering(answer func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		if readRequest(bufio.NewReader(conn)) == nil {
			answer(conn)
		}
	}
}

func readRequest(r *bufio.Reader) error {
	request, err := http.ReadRequest(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, request.Body)
	return err
}

// Whatever floods, an exchange allocates no more than a moderate answer does. Not parallel: what runs
// beside it would be counted too.
func TestPostBoundsItsMemory(t *testing.T) {
	const success, most = "HTTP/1.1 200 OK\r\n", 2 << 20
	for name, flood := range map[string]struct{ head, part string }{
		"body":            {success + "\r\n", "x"},
		"gzip":            {success + "Content-Encoding: gzip\r\n\r\n", zipped(t, strings.Repeat("\x00", 16<<20))},
		"chunks":          {success + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"},
		"chunk extension": {success + "Transfer-Encoding: chunked\r\n\r\n1;", "x"},
		"status line":     {"HTTP/1.1 200 ", "x"},
		"header":          {success + "X-Long: ", "x"},
		"headers":         {success, "X-Many: x\r\n"},
		"empty headers":   {success, "X:\r\n"},
		"trailers":        {success + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-Late: x\r\n"},
		"interim answers": {"", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"},
		"answers":         {"", success + "Content-Length: 0\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			block := bytes.Repeat([]byte(flood.part), 32<<10/len(flood.part)+1)
			host := egresstest.Serve(t, answering(func(conn net.Conn) {
				_, err := io.WriteString(conn, flood.head)
				for err == nil {
					_, err = conn.Write(block)
				}
			}))
			client := newClient(t, development(), egress.Options{})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			response, err := client.Post(t.Context(), "http://"+host, nil, []byte(`{}`), ample)
			runtime.ReadMemStats(&after)
			t.Logf("%d bytes for %d, %v", after.TotalAlloc-before.TotalAlloc, response.Status, err)
			if took := after.TotalAlloc - before.TotalAlloc; took > most {
				t.Errorf("%d bytes were allocated", took)
			}
		})
	}
}

// A receiver that switches to another protocol gets no more of the exchange's time.
func TestPostSwitchesNoProtocol(t *testing.T) {
	t.Parallel()
	left := make(chan struct{})
	host := egresstest.Serve(t, answering(func(conn net.Conn) {
		defer close(left)
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		io.Copy(io.Discard, conn)
	}))
	if response := post(t, newClient(t, development(), egress.Options{}), "http://"+host); response.Status != http.StatusSwitchingProtocols || response.Body != nil {
		t.Errorf("got %+v", response)
	}
	<-left
}

// A kept connection that ends with the next request costs nothing where the request can be told from
// another by its key, and an error where it cannot: it may have arrived.
func TestPostOverAStaleConnection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header http.Header
		end    func(net.Conn)
		fails  bool
	}{
		"closed, with a key":    {http.Header{"Idempotency-Key": {"1"}}, func(net.Conn) {}, false},
		"reset, with a key":     {http.Header{"Idempotency-Key": {"1"}}, reset, false},
		"closed, without a key": {http.Header{}, func(net.Conn) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var connections atomic.Int32
			host := egresstest.Serve(t, func(conn net.Conn) {
				connections.Add(1)
				reader := bufio.NewReader(conn)
				if readRequest(reader) == nil {
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
				if readRequest(reader) == nil {
					test.end(conn)
				}
			})
			client := newClient(t, development(), egress.Options{})
			for i := range 2 {
				_, err := client.Post(t.Context(), "http://"+host, test.header, []byte(`{}`), ample)
				if want := i == 1 && test.fails; (err != nil) != want {
					t.Errorf("post %d: got %v, want an error %t", i, err, want)
				}
			}
			if got, want := connections.Load(), map[bool]int32{true: 1, false: 2}[test.fails]; got != want {
				t.Errorf("%d connections were made, want %d", got, want)
			}
		})
	}
}

func reset(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0) }

// A connection on which nothing comes any more costs one exchange its time, and no other.
func TestPostLeavesAConnectionThatFellSilent(t *testing.T) {
	t.Parallel()
	var connections atomic.Int32
	host := egresstest.Serve(t, func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		for silent := connections.Add(1) == 1; readRequest(reader) == nil; {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			if silent {
				io.Copy(io.Discard, reader)
			}
		}
	})
	client := newClient(t, development(), egress.Options{})
	post(t, client, "http://"+host)
	requireTimeout(t, mustFail(t, t.Context(), client, "http://"+host, 150*time.Millisecond), 150*time.Millisecond)
	for range 3 {
		post(t, client, "http://"+host)
	}
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections were made, want 2", got)
	}
}

// An answer that comes before the whole request has gone is an answer, and the rest is not sent.
func TestPostTakesAnEarlyAnswer(t *testing.T) {
	t.Parallel()
	taken, answered := make(chan int64, 1), make(chan struct{})
	host := egresstest.Serve(t, func(conn net.Conn) {
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
		<-answered // what is not read until then is more than the buffers between take
		n, err := io.Copy(io.Discard, conn)
		if err != nil && !errors.Is(err, io.EOF) {
			n = 0
		}
		taken <- n
	})
	const size = 64 << 20
	response, err := newClient(t, development(), egress.Options{}).Post(t.Context(), "http://"+host, nil, make([]byte, size), ample)
	close(answered)
	if err != nil || response.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %+v, %v", response, err)
	}
	if n := <-taken; n >= size {
		t.Errorf("the receiver got all of the %d bytes", n)
	}
}
