package listen

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"crier/delivery/sign"
	"crier/internal/client"
	"crier/internal/terminal"
)

const (
	// farewell is how long a stop waits for what is being answered.
	farewell = 5 * time.Second
	// deregistration is how long a stop waits for the server to delete the webhooks.
	deregistration = 10 * time.Second
)

// receiver is a running `crier listen`.
type receiver struct {
	settings
	show   *printer
	memory memory
	client http.Client
	// verifier is complete once ready is closed.
	ready chan struct{}
	// stopped is closed when nothing more is to be awaited.
	stopped chan struct{}
	// enough is closed by end, when the deliveries of --count have come.
	enough chan struct{}
	end    func()
}

// Run receives until it is told to stop, or until as many deliveries as were asked for
// have come; prefix is that of the marketplace's own headers.
func (c Command) Run(t terminal.Terminal, prefix string) error {
	s, err := c.check(prefix)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", c.Port))
	if err != nil {
		return fmt.Errorf("--port: %w", err)
	}
	r := &receiver{
		settings: s, show: newPrinter(t.Out, c), client: forwarder(),
		ready: make(chan struct{}), stopped: make(chan struct{}), enough: make(chan struct{}),
	}
	r.end = sync.OnceFunc(func() { close(r.enough) })
	mux := http.NewServeMux()
	mux.Handle("POST /", r)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	url := "http://" + listener.Addr().String() + "/"
	registered, err := r.register(t.Ctx, url)
	if err == nil {
		close(r.ready)
		err = r.show.ready(url, r.verifier)
	}
	if err == nil {
		err = r.await(t.Ctx, served)
	}
	err = errors.Join(err, r.deregister(t.Ctx, registered))
	close(r.stopped)
	grace, cancel := context.WithTimeout(context.WithoutCancel(t.Ctx), farewell)
	defer cancel()
	if web.Shutdown(grace) != nil {
		_ = web.Close() // what is still under way is cut off
	}
	r.client.CloseIdleConnections()
	return errors.Join(err, r.show.end(r.count > 0))
}

// await waits for the end.
func (r *receiver) await(ctx context.Context, served <-chan error) error {
	var late <-chan time.Time
	if r.timeout > 0 {
		late = time.After(r.timeout)
	}
	select {
	case <-ctx.Done():
		if r.count > 0 {
			return errors.New("stopped before the deliveries of --count had come")
		}
		return nil
	case <-r.enough:
		return nil
	case <-late:
		return fmt.Errorf("the deliveries of --count, %d, did not come within %s", r.count, r.timeout)
	case err := <-served:
		return fmt.Errorf("receive: %w", err)
	}
}

// identifierOf is how a receiver finds the webhooks again that a former one left on its port.
func identifierOf(url string) string {
	return "crier-listen-" + strings.Trim(strings.TrimPrefix(url, "http://"), "/") + "-"
}

// register registers a webhook for each class, and makes the verifier know what it signs with.
func (r *receiver) register(ctx context.Context, url string) (ids []string, err error) {
	if len(r.classes) == 0 {
		return nil, nil
	}
	if err := r.server.Forget(ctx, identifierOf(url)); err != nil {
		return nil, err
	}
	endpoint := url
	if r.PublicURL != "" {
		endpoint = r.PublicURL
	}
	for _, class := range slices.Compact(slices.Sorted(slices.Values(r.classes))) {
		w, secret, err := r.server.Register(ctx, r.attributes(class, endpoint, identifierOf(url)+strings.ToLower(class)))
		if err == nil {
			ids, err = append(ids, w.ID), r.trust(w, secret)
		}
		if err != nil {
			return ids, fmt.Errorf("register a webhook for --type %s: %w%s", class, err, hint(err))
		}
	}
	return ids, nil
}

// hint says what to do about an endpoint that the server refuses to reach.
func hint(err error) string {
	if !strings.HasPrefix(err.Error(), "url ") {
		return ""
	}
	return "\nstart the server with CRIER_ENDPOINT_ALLOW=127.0.0.0/8 and CRIER_ENDPOINT_ALLOW_HTTP=true, or give --public-url"
}

// attributes are those of webhookCreate.
func (r *receiver) attributes(class, endpoint, identifier string) map[string]any {
	a := map[string]any{
		"type": class, "url": endpoint, "queryString": r.document, "identifier": identifier, "name": "crier listen",
		"format": r.Format, "asymmetric": true,
	}
	for name, value := range map[string]string{"filter": r.Filter, "hmacKey": r.HmacKey} {
		if value != "" {
			a[name] = value
		}
	}
	if len(r.onEvents) > 0 {
		a["eventNames"] = r.onEvents
	}
	return a
}

// trust makes the verifier know a webhook.
func (r *receiver) trust(w client.Webhook, secret string) error {
	s, err := sign.ParseSecret(secret)
	key, keyErr := sign.ParsePublicKey(w.PublicKey)
	r.verifier.Secrets, r.verifier.Keys = append(r.verifier.Secrets, s), append(r.verifier.Keys, ed25519.PublicKey(key))
	return errors.Join(err, keyErr)
}

// deregister deletes the webhooks, also where the command was told to stop.
func (r *receiver) deregister(ctx context.Context, ids []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deregistration)
	defer cancel()
	var all []error
	for _, id := range ids {
		all = append(all, r.server.Delete(ctx, id))
	}
	return errors.Join(all...)
}
