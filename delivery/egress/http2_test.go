package egress_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"crier/delivery/egress/egresstest"
)

// All exchanges with a receiver share a connection, however much they bring over it.
func TestPostKeepsAnHTTP2Connection(t *testing.T) {
	t.Parallel()
	receiver := newTLSReceiver(t, &tls.Config{}, true)
	receiver.Config.Handler = afterBody(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.RemoteAddr+strings.Repeat(" ", 300<<10))
	})
	client := newClient(t, development(), trusting(receiver.Certificate()))
	first := post(t, client, receiver.URL)
	for range 3 {
		var posts sync.WaitGroup
		for range 10 {
			posts.Go(func() {
				if response := post(t, client, receiver.URL); string(response.Body) != string(first.Body) {
					t.Errorf("the connection is another one: %.30s instead of %.30s", response.Body, first.Body)
				}
			})
		}
		posts.Wait()
	}
}

// What comes after the answer, when no exchange is under way, ends the connection soon.
func TestPostLeavesAFloodedConnection(t *testing.T) {
	t.Parallel()
	certificate := egresstest.Certificate(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	flooded := make(chan int)
	host := egresstest.Serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}})
		if _, err := io.CopyN(io.Discard, secure, int64(len(http2.ClientPreface))); err == nil {
			flooded <- answerAndFlood(http2.NewFramer(secure, secure))
		}
	})
	client := newClient(t, development(), trusting(certificate.Leaf))
	if response := post(t, client, "https://"+host); response.Status != http.StatusNoContent {
		t.Errorf("got %+v", response)
	}
	if n := <-flooded; n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

// answerAndFlood answers the first request, goes on doing so, and returns how many bytes were taken.
func answerAndFlood(framer *http2.Framer) (n int) {
	var block strings.Builder
	encoder := hpack.NewEncoder(&block)
	encoder.WriteField(hpack.HeaderField{Name: ":status", Value: "204"}) // a builder takes everything
	encoder.WriteField(hpack.HeaderField{Name: "x-long", Value: strings.Repeat("x", 8<<10)})
	err := framer.WriteSettings()
	for stream := uint32(0); err == nil && stream == 0; {
		var frame http2.Frame
		if frame, err = framer.ReadFrame(); err == nil && frame.Header().Flags.Has(http2.FlagDataEndStream) && frame.Header().Type == http2.FrameData {
			stream = frame.Header().StreamID
		}
	}
	for ; err == nil; n += 9 + block.Len() {
		err = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte(block.String()), EndHeaders: true, EndStream: true})
	}
	return n
}

// A receiver gets to send no more ahead than the client has asked for.
func TestPostBuffersLittleOverHTTP2(t *testing.T) {
	t.Parallel()
	certificate := egresstest.Certificate(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	window := make(chan uint32, 1)
	host := egresstest.Serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2"}})
		if _, err := io.CopyN(io.Discard, secure, int64(len(http2.ClientPreface))); err != nil {
			return
		}
		frame, err := http2.NewFramer(secure, secure).ReadFrame()
		if settings, ok := frame.(*http2.SettingsFrame); ok && err == nil {
			size, _ := settings.Value(http2.SettingInitialWindowSize)
			window <- size
		}
	})
	mustFail(t, t.Context(), newClient(t, development(), trusting(certificate.Leaf)), "https://"+host, ample)
	if got := <-window; got != 64<<10 {
		t.Errorf("the window of a stream is %d bytes", got)
	}
}
