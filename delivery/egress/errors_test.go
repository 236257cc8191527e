package egress_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"crier/delivery/egress"
)

func TestReason(t *testing.T) {
	t.Parallel()
	inside := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 6379}
	refused := egress.Policy{}.Permit(netip.MustParseAddr("10.0.0.1"))
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"nothing":      {nil, ""},
		"URL":          {egress.Policy{}.CheckURL("http://example.com/"), "Plain http is not allowed. Use https."},
		"guard":        {fmt.Errorf("post: %w", &net.OpError{Op: "dial", Net: "tcp", Addr: inside, Err: refused}), "the address is not allowed"},
		"timeout":      {fmt.Errorf("post: %w", &egress.TimeoutError{After: 30 * time.Second}), "timed out after 30s"},
		"cancelled":    {fmt.Errorf("post: %w", context.Canceled), "interrupted"},
		"no such host": {&net.DNSError{Err: "no such host", Name: "db.internal", Server: "10.0.0.2:53", IsNotFound: true}, "the host name does not resolve"},
		"DNS away":     {&net.DNSError{Err: "i/o timeout", Name: "db.internal", Server: "10.0.0.2:53", IsTimeout: true}, "the host name does not resolve"},
		"end of file":  {fmt.Errorf("post: %w", io.ErrUnexpectedEOF), "the connection was closed before the whole response had come"},
		"refused":      {&net.OpError{Op: "dial", Net: "tcp", Addr: inside, Err: syscall.ECONNREFUSED}, "the connection failed"},
		"unreachable":  {&net.OpError{Op: "dial", Net: "tcp", Addr: inside, Err: syscall.EHOSTUNREACH}, "the connection failed"},
		"unknown":      {errors.New("at 10.0.0.1:6379"), "the connection failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireReason(t, test.err, test.want)
		})
	}
}
