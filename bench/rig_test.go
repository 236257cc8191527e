package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"crier/delivery"
	"crier/delivery/egress"
	"crier/delivery/sign"
	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/stream"
	"crier/resolvers"
)

// rig is the parts of the server as it wires them, with a sink.
type rig struct {
	// database is its URL.
	database string
	store    *store.Store
	schema   graphql.ExecutableSchema
	root     *resolvers.Resolver
	redis    *stream.Redis
	market   *market.Market
	worker   *delivery.Worker
	sink     *sink
	actor    market.Actor
	taxon    string
	seller   string
}

var loopback = egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true}

// secretKey encrypts secrets at rest.
var secretKey = bytes.Repeat([]byte("k"), 32)

func newRig(b *testing.B, database, redisURL string) *rig {
	b.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, database, store.Options{SecretKey: secretKey})
	must(b, err)
	must(b, db.Migrate(ctx))
	redis, err := stream.Open(ctx, redisURL, log)
	must(b, err)
	m := market.New(db, market.Options{Documents: document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{Limits: document.DefaultLimits})})
	root := &resolvers.Resolver{Market: m, Reader: db, Payloads: db, Currency: "USD"}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	scopes := document.TypeScopes(schema.Schema())
	root.Scopes = func(typeName string) string { return scopes[typeName] }
	documents := document.New(schema, document.Options{Limits: document.DefaultLimits, Context: root.WithLoaders})
	worker, err := delivery.New(delivery.Options{
		Store: db, Redis: redis, Documents: documents, Egress: egress.New(loopback, egress.Options{}), Log: log,
		Identity: delivery.Identity{Vertical: "bench", Prefix: "Crier", UserAgent: "Crier/bench"}, Relay: true, Deliver: true, Grace: 10 * time.Second,
	})
	must(b, err)
	db.OnCommit(worker.Committed)
	r := &rig{database: database, store: db, schema: schema, root: root, redis: redis, market: m, worker: worker, sink: newSink(), actor: market.Actor{ID: "bench"}}
	b.Cleanup(func() {
		r.sink.server.Close()
		must(b, redis.Close())
		must(b, db.Close())
	})
	r.open(b)
	return r
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// deliver runs the worker until n more requests have arrived.
func (r *rig) deliver(b *testing.B, n int) time.Duration {
	b.Helper()
	arrived := r.sink.expect(n)
	began := time.Now()
	stop := r.work(b)
	r.await(b, arrived)
	took := time.Since(began)
	stop()
	return took
}

// work starts the worker and returns what stops it.
func (r *rig) work(b *testing.B) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.worker.Run(ctx) }()
	return func() {
		cancel()
		must(b, <-done)
	}
}

// await waits for what the sink expects.
func (r *rig) await(b *testing.B, arrived <-chan struct{}) {
	b.Helper()
	select {
	case <-arrived:
	case <-time.After(5 * time.Minute):
		b.Fatalf("only %d deliveries arrived", r.sink.count.Load())
	}
}

// sink is a receiver that counts.
type sink struct {
	server *httptest.Server
	count  atomic.Int64
	mu     sync.Mutex
	want   int64
	full   chan struct{}
	// seen is shown each body.
	seen atomic.Pointer[func(body []byte)]
}

// see has each body shown to a function; nil to none.
func (s *sink) see(seen func(body []byte)) { s.seen.Store(&seen) }

func newSink() *sink {
	s := &sink{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen := s.seen.Load(); seen != nil && *seen != nil {
			body, _ := io.ReadAll(r.Body)
			(*seen)(body)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
		s.arrived()
	}))
	return s
}

// expect returns a channel that is closed after n requests.
func (s *sink) expect(n int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.Store(0)
	s.want, s.full = int64(n), make(chan struct{})
	return s.full
}

func (s *sink) arrived() {
	n := s.count.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == s.want {
		close(s.full)
	}
}

// rawLoop posts n signed bodies over kept connections, without anything else.
func rawLoop(b *testing.B, s *sink, n int) time.Duration {
	b.Helper()
	const clients = 64
	transport := &http.Transport{MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	secret, err := sign.NewSecret()
	must(b, err)
	body := bytes.Repeat([]byte("x"), 700)
	arrived, began := s.expect(n), time.Now()
	var next atomic.Int64
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := rawPost(transport, s.server.URL, secret, strconv.FormatInt(i, 10), body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	<-arrived
	return time.Since(began)
}

func rawPost(t *http.Transport, url string, secret sign.Secret, id string, body []byte) error {
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	sign.SetHeaders(request.Header, []sign.Secret{secret}, id, time.Now(), body)
	response, err := t.RoundTrip(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Body.Close()
}

func title(i int, note string) string { return fmt.Sprintf("Advert %d, %s", i, note) }
