package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

const (
	// maxRead is what a receiver may send for one exchange, in bytes, with framing and encryption:
	// several times what is read of an answer.
	maxRead = 2 << 20
	// maxCredit is what a connection may come to of it: HTTP/2 has many exchanges on one.
	maxCredit = 64 << 20
)

// errFlood ends a connection over which more came than was asked for.
var errFlood = errors.New("the receiver sent more than its exchanges may take")

// metered is a connection that fails once it is flooded. What comes over HTTP/2 beside the answers
// (pings, interim answers, streams that are over) would be read for as long as it comes otherwise, even
// while no exchange is under way.
type metered struct {
	net.Conn
	credit atomic.Int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	if m.credit.Add(int64(-n)) < 0 {
		return n, errFlood
	}
	return n, err
}

// grant adds the part of one exchange.
func (m *metered) grant() {
	for {
		old := m.credit.Load()
		if m.credit.CompareAndSwap(old, min(old+maxRead, maxCredit)) {
			return
		}
	}
}

// meter meters what a dial connects.
func meter(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		m := &metered{Conn: conn}
		m.grant() // for the handshake
		return m, nil
	}
}

// withGrant has the exchange of the context bring its part to the connection that it gets.
func withGrant(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		conn := got.Conn
		if secure, ok := conn.(*tls.Conn); ok {
			conn = secure.NetConn()
		}
		if m, ok := conn.(*metered); ok {
			m.grant()
		}
	}})
}
