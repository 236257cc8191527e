package egress_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crier/delivery/egress"
)

// ample is a timeout that no test should see the end of.
const ample = 30 * time.Second

// TestMain runs every test with a proxy in the environment that nobody answers at: a client that took
// it would reach no receiver at all.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		if err := os.Setenv(name, "http://127.0.0.1:1"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	log.SetOutput(io.Discard) // net/http writes there what receivers send unasked
	goleak.VerifyTestMain(m)
}

// development is the policy under which a receiver on this machine can be reached.
func development() egress.Policy {
	return egress.Policy{Allow: prefixes("127.0.0.0/8"), AllowHTTP: true}
}

func newClient(t *testing.T, policy egress.Policy, options egress.Options) *egress.Client {
	t.Helper()
	client := egress.New(policy, options)
	t.Cleanup(client.CloseIdle)
	return client
}

// newReceiver starts a receiver over plain http that reads each request before it answers.
func newReceiver(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(afterBody(handler))
	t.Cleanup(server.Close)
	return server
}

// afterBody reads the request first: only then does a server notice that its client has gone.
func afterBody(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return // the client has gone already
		}
		handler(w, r)
	})
}

func post(t *testing.T, client *egress.Client, url string) egress.Response {
	t.Helper()
	response, err := client.Post(t.Context(), url, nil, []byte(`{}`), ample)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// mustFail posts, and checks what is promised of every failure: nothing but its duration is reported,
// and a tenant learns nothing of addresses.
func mustFail(t *testing.T, ctx context.Context, client *egress.Client, url string, timeout time.Duration) error {
	t.Helper()
	response, err := client.Post(ctx, url, nil, []byte(`{}`), timeout)
	if err == nil {
		t.Fatalf("got %d, want an error", response.Status)
	}
	if response.Status != 0 || response.Header != nil || response.Body != nil {
		t.Errorf("got %+v beside the error", response)
	}
	for _, secret := range []string{"127.0.0.1", "::1", "dial", "lookup"} {
		if reason := egress.Reason(err); strings.Contains(reason, secret) {
			t.Errorf("the reason %q reveals %s", reason, secret)
		}
	}
	return err
}

func requireReason(t *testing.T, err error, want string) {
	t.Helper()
	if got := egress.Reason(err); got != want {
		t.Errorf("the reason of %v is %q, want %q", err, got, want)
	}
}

func requireTimeout(t *testing.T, err error, after time.Duration) {
	t.Helper()
	var timeout *egress.TimeoutError
	if !errors.As(err, &timeout) || timeout.After != after || !timeout.Timeout() {
		t.Fatalf("got %v, want a *TimeoutError after %s", err, after)
	}
	requireReason(t, err, "timed out after "+after.String())
}

func trusting(certificate *x509.Certificate) egress.Options {
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return egress.Options{RootCAs: pool}
}
