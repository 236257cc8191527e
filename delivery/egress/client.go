// Package egress is the only way out to the receivers of webhooks: an HTTP client that refuses to
// connect to what is not public, and gives no receiver more time or memory than it was allotted.
package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxIdle bounds the connections kept for reuse over all receivers: with TLS one takes about 40 KiB.
	maxIdle = 1024
	// maxIdlePerHost is above the concurrentSendLimit of any webhook (200), so that one that is busy
	// keeps all of its connections.
	maxIdlePerHost = 256
	// idleTimeout closes a connection that was not used for so long.
	idleTimeout = 90 * time.Second
	// expectTimeout is how long a receiver may think about an Expect header that a webhook adds.
	expectTimeout = time.Second
	// maxResponseHeader is in bytes, and more than any reasonable server sends.
	maxResponseHeader = 64 << 10
	// pingAfter is the silence after which an HTTP/2 connection is asked for a sign of life, which it
	// must give within pingTimeout; else every later request would run into its timeout there.
	pingAfter   = 15 * time.Second
	pingTimeout = 5 * time.Second
	// writeTimeout ends an HTTP/2 connection that takes nothing more. An exchange that waits to write to
	// it outlives its timeout by as much at most.
	writeTimeout = 5 * time.Second
	// streamBuffer is what an HTTP/2 receiver may send ahead of the reader, in bytes; net/http would let
	// it be 4 MiB for each exchange.
	streamBuffer = 64 << 10
)

// Options are what a [Client] may be given beside its policy. The zero value is for production.
type Options struct {
	// RootCAs are the authorities trusted for receivers; nil means those of the system.
	RootCAs *x509.CertPool
	// Resolver looks up host names; nil asks the name servers that the system is set up with.
	Resolver *net.Resolver
}

// Client posts to receivers. It is safe for concurrent use, and one serves the whole process: its
// connections are shared. It takes no proxy from the environment, since the guard would see only the
// proxy's address; it follows no redirects, keeps no cookies, and always verifies certificates.
type Client struct {
	policy    Policy
	transport *http.Transport
}

// Response is what a receiver answered.
type Response struct {
	// Status is the HTTP status, redirects included.
	Status int
	// Header are the response's headers, at most 64 KiB.
	Header http.Header
	// Body is at most the first 64 KiB, after decompression.
	Body []byte
	// Truncated says that Body is not all of it.
	Truncated bool
	// Duration is the time of the whole exchange, from the dial on.
	Duration time.Duration
}

// New returns a client bound to the policy.
func New(policy Policy, options Options) *Client {
	resolver := options.Resolver
	if resolver == nil {
		// The C library's look-ups take a thread each and end when they like, also those that a
		// receiver's own name server lets hang.
		resolver = &net.Resolver{PreferGo: true}
	}
	return newClient(policy, &net.Dialer{Control: policy.control, Resolver: resolver}, options.RootCAs)
}

// newClient returns a client whose every connection is made by the dialer.
func newClient(policy Policy, dialer *net.Dialer, roots *x509.CertPool) *Client {
	plain := meter(dialer.DialContext)
	secure := handshake(plain, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, NextProtos: []string{"h2", "http/1.1"}})
	return &Client{
		policy: policy,
		transport: &http.Transport{
			DialContext:            withDeadline(plain),
			DialTLSContext:         withDeadline(secure),
			ForceAttemptHTTP2:      true, // a custom dialer turns it off otherwise
			HTTP2:                  newHTTP2Config(),
			DisableCompression:     true, // the transport would decompress without a limit
			MaxIdleConns:           maxIdle,
			MaxIdleConnsPerHost:    maxIdlePerHost,
			IdleConnTimeout:        idleTimeout,
			ExpectContinueTimeout:  expectTimeout,
			MaxResponseHeaderBytes: maxResponseHeader,
		},
	}
}

func newHTTP2Config() *http.HTTP2Config {
	return &http.HTTP2Config{
		SendPingTimeout:           pingAfter,
		PingTimeout:               pingTimeout,
		WriteByteTimeout:          writeTimeout,
		MaxReceiveBufferPerStream: streamBuffer,
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// deadlineKey is the key of the deadline of the exchange in the context of its dial.
type deadlineKey struct{}

// withDeadline ends a dial with the exchange that asked for it. The transport detaches the two, so that
// a late connection can still be kept for others: with a receiver that hangs, such dials would pile up.
func withDeadline(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if deadline, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
			limited, cancel := context.WithDeadline(ctx, deadline)
			defer cancel()
			ctx = limited
		}
		return dial(ctx, network, address)
	}
}

// handshake adds TLS to a dial, within the same time.
func handshake(dial dialFunc, config *tls.Config) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		named := config.Clone()
		named.ServerName = host
		secure := tls.Client(conn, named)
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return secure, nil
	}
}

// Post sends body to the URL and reads the answer. The timeout spans the whole exchange, from the dial
// to the last byte of the response. Any answer is a Response, whatever its status; on an error only its
// Duration is set.
//
// It fails with a [*URLError] for a URL that the policy refuses, with [ErrRefusedAddress] for an address
// that it refuses, with a [*TimeoutError] when the time is over, with the context's own error when ctx
// ended first, and with another error for any other failure of the network. [Reason] turns each into
// what a tenant may see.
//
// Neither header nor body may be changed while Post runs, and body not afterwards either: a receiver
// may answer before it has read all of it. With an Idempotency-Key header, net/http itself repeats the
// request once where a kept connection turns out to be dead.
func (c *Client) Post(ctx context.Context, url string, header http.Header, body []byte, timeout time.Duration) (Response, error) {
	start := time.Now()
	limited, cancel := context.WithTimeoutCause(ctx, timeout, &TimeoutError{After: timeout})
	defer cancel()
	response, err := c.exchange(limited, url, header, body)
	if err != nil {
		err = fmt.Errorf("post to the receiver: %w", whatEnded(ctx, limited, err))
		return Response{Duration: time.Since(start)}, err
	}
	response.Duration = time.Since(start)
	return response, nil
}

// whatEnded tells the end of a context from a failure of the network: the transport reports the first
// in several forms.
func whatEnded(ctx, limited context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case limited.Err() != nil:
		return context.Cause(limited)
	}
	return err
}

func (c *Client) exchange(ctx context.Context, raw string, header http.Header, body []byte) (Response, error) {
	target, err := c.policy.parse(raw)
	if err != nil {
		return Response{}, err
	}
	// Not through http.Client: a round trip is exactly one request, without redirects and cookies.
	answer, err := c.transport.RoundTrip(newRequest(ctx, target, header, body))
	if err != nil {
		return Response{}, err
	}
	defer answer.Body.Close()
	return readResponse(answer)
}

// newRequest makes the request of the URL that was checked, so that nothing parses it a second time.
func newRequest(ctx context.Context, target *url.URL, header http.Header, body []byte) *http.Request {
	if deadline, ok := ctx.Deadline(); ok {
		// A moment later, so that it is the exchange whose end is reported.
		ctx = context.WithValue(ctx, deadlineKey{}, deadline.Add(time.Second))
	}
	if header == nil {
		header = http.Header{}
	}
	reader := func() io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
	request := http.Request{
		Method: http.MethodPost, URL: target, Host: strings.TrimSuffix(target.Host, ":"), Header: header, ContentLength: int64(len(body)),
		Body: reader(), GetBody: func() (io.ReadCloser, error) { return reader(), nil },
	}
	return request.WithContext(withGrant(ctx))
}

// CloseIdle closes the connections that are kept for reuse. Exchanges under way are not disturbed.
func (c *Client) CloseIdle() { c.transport.CloseIdleConnections() }
