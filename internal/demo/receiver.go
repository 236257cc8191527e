package demo

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"crier/delivery/sign"
	"crier/internal/listen"
)

// receiver is a webhook endpoint that verifies the signature before it believes a body.
type receiver struct {
	prefix     string
	listener   net.Listener
	server     *http.Server
	deliveries chan received
	done       chan struct{}

	mu        sync.Mutex
	verifiers map[string]listen.Verifier // by class
}

// received is one delivery for a class.
type received struct {
	class string
	listen.Delivery
}

// open starts a receiver on a free port of this machine.
func open(prefix string) (*receiver, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the receiver: %w", err)
	}
	r := &receiver{prefix: prefix, listener: listener, deliveries: make(chan received, 64), done: make(chan struct{}), verifiers: map[string]listen.Verifier{}}
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
	r.verifiers[class] = listen.Verifier{Secrets: []sign.Secret{s}, Prefix: r.prefix}
	return nil
}

// ServeHTTP verifies a delivery and answers 204, or 401 where it does not verify.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	class := strings.ToUpper(strings.Trim(request.URL.Path, "/"))
	r.mu.Lock()
	verifier := r.verifiers[class]
	r.mu.Unlock()
	d := received{class, listen.Receive(w, request, verifier, time.Now())}
	if !verifier.Knows() {
		d.Err = errors.New("there is no secret to verify it with")
	}
	if d.Err == nil {
		w.WriteHeader(http.StatusNoContent)
	} else {
		w.WriteHeader(http.StatusUnauthorized)
	}
	select {
	case r.deliveries <- d:
	case <-r.done:
	}
}
