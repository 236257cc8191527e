package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"time"
)

// ErrRefusedAddress says that the guard refused an address, which is neither public nor allowed.
var ErrRefusedAddress = errors.New("the address is not public")

// TimeoutError says that the exchange was not over in time.
type TimeoutError struct {
	// After is the time that was given to the whole exchange.
	After time.Duration
}

func (e *TimeoutError) Error() string { return "timed out after " + e.After.String() }

// Timeout is always true, as in [net.Error].
func (e *TimeoutError) Timeout() bool { return true }

// Reason tells a tenant why [Client.Post] or [Policy.CheckURL] failed. It names no address, port,
// resolver or certificate, and says the same of every network failure: the delivery log must not
// become a port scanner. It is empty for nil.
func Reason(err error) string {
	var (
		urlError     *URLError
		timeoutError *TimeoutError
		dnsError     *net.DNSError
	)
	switch {
	case err == nil:
		return ""
	case errors.As(err, &urlError):
		return urlError.Reason
	case errors.Is(err, ErrRefusedAddress):
		return "the address is not allowed"
	case errors.As(err, &timeoutError):
		return timeoutError.Error()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "interrupted"
	case errors.As(err, &dnsError):
		return "the host name does not resolve"
	}
	if reason := tlsReason(err); reason != "" {
		return reason
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed before the whole response had come"
	}
	return "the connection failed"
}

func tlsReason(err error) string {
	var (
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		unchecked *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		op        *net.OpError
	)
	switch {
	case errors.As(err, &hostname):
		return "TLS: the certificate is not valid for this host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "TLS: the certificate has expired or is not valid yet"
	case errors.As(err, &authority):
		return "TLS: the certificate is not signed by a known authority"
	case errors.As(err, &unchecked), errors.As(err, &invalid):
		return "TLS: the certificate is not valid"
	case errors.As(err, &record):
		return "TLS: the receiver does not speak it on this port"
	case errors.As(err, &op) && op.Op == "remote error": // how crypto/tls reports an alert
		return "TLS: the receiver refused the handshake"
	}
	return ""
}
