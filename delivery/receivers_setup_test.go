package delivery_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crier/delivery"
	"crier/delivery/egress"
	"crier/delivery/egress/egresstest"
	"crier/internal/market"
)

// endpoint is a receiver that misbehaves.
type endpoint struct {
	t *testing.T
	// certificate is valid, for 127.0.0.1, and of an authority that the worker trusts.
	certificate tls.Certificate
	webhook     *market.Webhook
	// most is what went out over the connection that took most.
	most atomic.Int64
}

// pushing counts what a receiver sends.
type pushing struct {
	net.Conn
	endpoint *endpoint
	sent     int64
}

func (p *pushing) Write(b []byte) (int, error) {
	n, err := p.Conn.Write(b)
	p.sent += int64(n)
	for old := p.endpoint.most.Load(); p.sent > old && !p.endpoint.most.CompareAndSwap(old, p.sent); old = p.endpoint.most.Load() {
	}
	return n, err
}

// serve lets answer do with each connection what it likes.
func (e *endpoint) serve(answer func(net.Conn)) string {
	return egresstest.Serve(e.t, func(conn net.Conn) { answer(&pushing{Conn: conn, endpoint: e}) })
}

// misbehaviour starts a receiver and returns its URL.
type misbehaviour func(e *endpoint) string

// onConnect answers before a request has come.
func onConnect(answer func(net.Conn)) misbehaviour {
	return func(e *endpoint) string { return "http://" + e.serve(answer) }
}

// onRequest answers once a request is there, to its last byte; then the connection ends.
func onRequest(answer func(net.Conn)) misbehaviour {
	return onConnect(func(conn net.Conn) {
		if _, err := readRequest(conn); err == nil { // else the client has gone
			answer(conn)
		}
	})
}

// readRequest reads a request with its body, which it throws away.
func readRequest(conn net.Conn) (*http.Request, error) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, request.Body)
	return request, err
}

// answerAtOnce answers at the first byte of a request, and does not read on before.
func answerAtOnce(conn net.Conn) {
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		io.WriteString(conn, noContent)
		silence(conn)
	}
}

// says answers with a text.
func says(text string) misbehaviour {
	return onRequest(func(conn net.Conn) { io.WriteString(conn, text) })
}

// floods answers with a text, and another one again and again, until nobody takes it.
func floods(head, part string) misbehaviour {
	block := bytes.Repeat([]byte(part), 32<<10/len(part)+1)
	return onRequest(then(head, func(conn net.Conn) {
		for {
			if _, err := conn.Write(block); err != nil {
				return
			}
		}
	}))
}

// gzipBomb answers with 64 MiB of zeros that need 64 KiB.
func gzipBomb(e *endpoint) string {
	return says(success + "Content-Encoding: gzip\r\n\r\n" + strings.Repeat(zeros(), 8))(e)
}

// endlessGzipBomb answers with one bomb after the other: a gzip file may have many parts.
func endlessGzipBomb(e *endpoint) string {
	return floods(success+"Content-Encoding: gzip\r\n\r\n", zeros())(e)
}

// zeros are 8 MiB, packed.
var zeros = sync.OnceValue(func() string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(make([]byte, 8<<20))
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	return packed.String()
})

// busy asks to be tried again later.
func busy(after string) misbehaviour {
	return says("HTTP/1.1 503 Service Unavailable\r\nRetry-After: " + after + "\r\nContent-Length: 0\r\n\r\n")
}

// drips answers with a text, and then with a byte of another one each second.
func drips(head, part string) misbehaviour {
	return onRequest(func(conn net.Conn) {
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		_, err := io.WriteString(conn, head)
		for i := 0; err == nil; i = (i + 1) % len(part) {
			_, err = conn.Write([]byte{part[i]})
			<-ticks.C
		}
	})
}

// then says a text before something else.
func then(text string, next func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := io.WriteString(conn, text); err == nil {
			next(conn)
		}
	}
}

// silence is kept until the client hangs up.
func silence(conn net.Conn) { io.Copy(io.Discard, conn) }

// reset ends a connection by force, after a text.
func reset(text string) func(net.Conn) {
	return func(conn net.Conn) {
		io.WriteString(conn, text)
		conn.(*pushing).Conn.(*net.TCPConn).SetLinger(0)
	}
}

// overTLS answers by HTTP/2 or HTTP/1.1 inside of TLS; template describes a certificate that is signed by itself, nil is
// the valid one.
func overTLS(template *x509.Certificate, answer http.HandlerFunc) misbehaviour {
	return func(e *endpoint) string {
		certificate := e.certificate
		if template != nil {
			certificate = egresstest.Certificate(e.t, template)
		}
		server := httptest.NewUnstartedServer(answer)
		server.EnableHTTP2 = true
		server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are what it is for
		server.Listener = listening{server.Listener, e}
		server.StartTLS()
		e.t.Cleanup(func() {
			server.CloseClientConnections()
			server.Close()
		})
		return server.URL
	}
}

var loopback = []net.IP{net.IPv4(127, 0, 0, 1)}

// valid describes a certificate of this machine by when it is valid, seen from now.
func valid(from, to time.Duration) *x509.Certificate {
	return &x509.Certificate{IPAddresses: loopback, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to)}
}

func succeed(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", r.Proto) }

// floodBody never ends its body.
func floodBody(w http.ResponseWriter, _ *http.Request) {
	for block := make([]byte, 32<<10); ; {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// withoutTLS does not speak it where its URL says so.
func withoutTLS(e *endpoint) string {
	return strings.Replace(onConnect(func(conn net.Conn) {
		if _, err := conn.Read(make([]byte, 4096)); err == nil {
			io.WriteString(conn, "HTTP/1.0 400 Bad Request\r\n\r\n")
		}
	})(e), "http", "https", 1)
}

// redirects sends the client on to a receiver that must hear nothing.
func redirects(status int) misbehaviour {
	return func(e *endpoint) string {
		return says(fmt.Sprintf("HTTP/1.1 %d %s\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", status, http.StatusText(status), inside("http://127.0.0.1:")(e)))(e)
	}
}

// inside is a receiver that must hear nothing, on a port behind the given beginning of a URL.
func inside(beginning string) misbehaviour {
	return func(e *endpoint) string {
		host := e.serve(func(net.Conn) { e.t.Error("the worker connected to the inside of " + beginning) })
		return beginning + host[strings.LastIndexByte(host, ':')+1:]
	}
}

// nobody listens at its URL: the port is that of the client of a connection, so that
// nobody else gets it meanwhile.
func nobody(e *endpoint) string {
	client, err := net.Dial("tcp", strings.TrimPrefix(neverAccepts(e), "http://"))
	must(e.t, err)
	e.t.Cleanup(func() { client.Close() })
	return "http://" + client.LocalAddr().String()
}

// neverAccepts leaves connections to the system, which takes in what is sent.
func neverAccepts(e *endpoint) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(e.t, err)
	e.t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String()
}

// fullBacklog has so many connections waiting that the system answers no more.
func fullBacklog(e *endpoint) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(e.t, err)
	e.t.Cleanup(func() { syscall.Close(fd) })
	must(e.t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(e.t, syscall.Listen(fd, 0))
	name, err := syscall.Getsockname(fd)
	must(e.t, err)
	host := net.JoinHostPort("127.0.0.1", strconv.Itoa(name.(*syscall.SockaddrInet4).Port))
	for {
		conn, err := net.DialTimeout("tcp", host, 300*time.Millisecond)
		if err != nil {
			return "http://" + host
		}
		e.t.Cleanup(func() { conn.Close() })
	}
}

// listening counts what goes out over the connections of a listener.
type listening struct {
	net.Listener
	endpoint *endpoint
}

func (l listening) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &pushing{Conn: conn, endpoint: l.endpoint}, nil
}

// guarded lets a rig's worker post to 127.0.0.1 and no other address of this machine, trust a
// certificate, and find names by lookup.
func (r *rig) guarded(certificate *x509.Certificate, lookup func(string) []netip.Addr) *rig {
	r.t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	policy := egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, AllowHTTP: true}
	client := egress.New(policy, egress.Options{RootCAs: pool, Resolver: egresstest.Resolver(lookup)})
	documents := r.wire()
	var err error
	r.worker, err = delivery.New(delivery.Options{
		Store: r.store, Redis: r.redis, Documents: documents, Egress: client, Log: slog.New(slog.DiscardHandler), Grace: patience,
		Identity: delivery.Identity{Vertical: "harbour", Prefix: "Crier", UserAgent: "Crier/test"}, Relay: true, Deliver: true,
	})
	must(r.t, err)
	r.store.OnCommit(r.worker.Committed)
	r.t.Cleanup(client.CloseIdle)
	return r
}
