package egress_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"crier/delivery/egress"
	"crier/delivery/egress/egresstest"
)

func TestPostOverHTTP2(t *testing.T) {
	t.Parallel()
	receiver := newTLSReceiver(t, &tls.Config{}, true)
	client := newClient(t, development(), trusting(receiver.Certificate()))
	for range 3 {
		if response := post(t, client, receiver.URL); string(response.Body) != "HTTP/2.0" {
			t.Errorf("the receiver was spoken to in %s", response.Body)
		}
	}
}

func TestPostOverTLSWithHTTP1(t *testing.T) {
	t.Parallel()
	receiver := newTLSReceiver(t, &tls.Config{}, false)
	client := newClient(t, development(), trusting(receiver.Certificate()))
	if response := post(t, client, receiver.URL); string(response.Body) != "HTTP/1.1" {
		t.Errorf("the receiver was spoken to in %s", response.Body)
	}
}

func TestPostVerifiesCertificates(t *testing.T) {
	t.Parallel()
	now := time.Now()
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	for name, test := range map[string]struct {
		template *x509.Certificate
		trusted  bool
		want     string
	}{
		"expired":           {&x509.Certificate{IPAddresses: loopback, NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(-time.Hour)}, true, "TLS: the certificate has expired or is not valid yet"},
		"not valid yet":     {&x509.Certificate{IPAddresses: loopback, NotBefore: now.Add(time.Hour), NotAfter: now.Add(2 * time.Hour)}, true, "TLS: the certificate has expired or is not valid yet"},
		"of another host":   {&x509.Certificate{DNSNames: []string{"example.com"}}, true, "TLS: the certificate is not valid for this host"},
		"of nobody trusted": {&x509.Certificate{IPAddresses: loopback}, false, "TLS: the certificate is not signed by a known authority"},
		"not for a server":  {&x509.Certificate{IPAddresses: loopback, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, true, "TLS: the certificate is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			certificate := egresstest.Certificate(t, test.template)
			options := egress.Options{RootCAs: x509.NewCertPool()}
			if test.trusted {
				options = trusting(certificate.Leaf)
			}
			receiver := newTLSReceiver(t, &tls.Config{Certificates: []tls.Certificate{certificate}}, true)
			err := mustFail(t, t.Context(), newClient(t, development(), options), receiver.URL, ample)
			requireReason(t, err, test.want)
		})
	}
}

func TestPostReportsAReceiverWithoutTLS(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
	err := mustFail(t, t.Context(), newClient(t, development(), egress.Options{}), "https://"+receiver.Listener.Addr().String(), ample)
	requireReason(t, err, "TLS: the receiver does not speak it on this port")
}

func TestPostReportsARefusedHandshake(t *testing.T) {
	t.Parallel()
	receiver := newTLSReceiver(t, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false)
	client := newClient(t, development(), trusting(receiver.Certificate()))
	requireReason(t, mustFail(t, t.Context(), client, receiver.URL, ample), "TLS: the receiver refused the handshake")
}

// newTLSReceiver answers with the protocol it was spoken to in.
func newTLSReceiver(t *testing.T, config *tls.Config, http2 bool) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(afterBody(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	server.TLS, server.EnableHTTP2 = config, http2
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are what the tests are for
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}
