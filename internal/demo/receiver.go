package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"crier/delivery/sign"
)

// tolerance is how far the timestamp of a delivery may be from now.
const tolerance = 5 * time.Minute

// receiver is a webhook endpoint as an integrator would write it: it verifies
// the signature before it believes a body.
type receiver struct {
	prefix     string
	listener   net.Listener
	server     *http.Server
	deliveries chan received
	done       chan struct{}

	mu      sync.Mutex
	secrets map[string]sign.Secret
}

// received is one delivery; err says why it must not be believed.
type received struct {
	class, id, sequence string
	body                json.RawMessage
	err                 error
}

// listen starts a receiver on a free port of this machine.
func listen(prefix string) (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the receiver: %w", err)
	}
	r := &receiver{prefix: prefix, listener: listener, deliveries: make(chan received, 64), done: make(chan struct{}), secrets: map[string]sign.Secret{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(listener) }() // ends with close
	return r, nil
}

func (r *receiver) close() {
	close(r.done)
	_ = r.server.Close()
}

// url is the endpoint of a class.
func (r *receiver) url(class string) string {
	return "http://" + r.listener.Addr().String() + "/" + strings.ToLower(class)
}

// trust makes the receiver verify a class with a secret.
func (r *receiver) trust(class, secret string) error {
	s, err := sign.ParseSecret(secret)
	if err != nil {
		return fmt.Errorf("read the secret for %s: %w", class, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets[class] = s
	return nil
}

// ServeHTTP verifies a delivery and answers 204, or 401 where it does not verify.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 16<<20))
	d := received{
		class: strings.ToUpper(strings.Trim(request.URL.Path, "/")), id: request.Header.Get("webhook-id"),
		sequence: request.Header.Get(r.prefix + "-Sequence"), body: body, err: err,
	}
	r.mu.Lock()
	secret := r.secrets[d.class]
	r.mu.Unlock()
	if err == nil {
		d.err = sign.Verify([]sign.Secret{secret}, request.Header, body, time.Now(), tolerance)
	}
	if d.err != nil {
		w.WriteHeader(http.StatusUnauthorized)
	} else {
		w.WriteHeader(http.StatusNoContent)
	}
	select {
	case r.deliveries <- d:
	case <-r.done:
	}
}
