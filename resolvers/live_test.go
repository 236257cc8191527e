package resolvers_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"crier/graph"
	"crier/internal/market"
	"crier/resolvers"
)

// wires is a feed that a test tells of changes.
type wires struct {
	mu        sync.Mutex
	err       error
	panics    bool
	listeners map[int]func(market.Change)
	last      int
	// log are the changes that were told, those up to purged apart.
	log    []market.Change
	purged int64
	// between happens when somebody begins to listen, with what it hears.
	between func(hear func(market.Change))
	// joined and left get the type of each listener that comes and goes.
	joined, left chan string
}

func (w *wires) Places(context.Context) (kept, last int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.purged, w.sequence(), w.err
}

// sequence is the last place.
func (w *wires) sequence() int64 {
	if len(w.log) == 0 {
		return w.purged
	}
	return w.log[len(w.log)-1].Sequence
}

func (w *wires) Since(_ context.Context, typeName string, place int64) (page []market.Change, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.log {
		if c.Sequence > place && c.Subject.Type == typeName && len(page) < wirePage {
			page = append(page, c)
		}
	}
	return page, w.err
}

// wirePage is how many changes Since gives at once.
const wirePage = 100

func (w *wires) Listen(_ context.Context, typeName string, hear func(market.Change)) (int64, func(), error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.panics {
		panic("the wire is hot")
	}
	if w.err != nil {
		return 0, nil, w.err
	}
	place := w.sequence()
	if w.between != nil {
		w.between(hear)
	}
	w.last++
	num := w.last
	w.listeners[num] = hear
	w.joined <- typeName
	return place, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, num)
		w.left <- typeName
	}, nil
}

// tell tells every listener.
func (w *wires) tell(changes ...market.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range changes {
		w.log = append(w.log, c)
		for _, hear := range w.listeners {
			hear(c)
		}
	}
}

// gate is a reader that a test can hold.
type gate struct {
	*countingReader
	mu sync.Mutex
	// held is closed to let reads go on; nil holds none. entered gets one of each that is held.
	held, entered chan struct{}
}

func (g *gate) Select(ctx context.Context, dest any, q market.Query) ([]string, error) {
	g.mu.Lock()
	held, entered := g.held, g.entered
	g.mu.Unlock()
	if held != nil {
		entered <- struct{}{}
		<-held
	}
	return g.countingReader.Select(ctx, dest, q)
}

// hold holds reads until release is called.
func (g *gate) hold() (entered <-chan struct{}, release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := make(chan struct{})
	g.held, g.entered = held, make(chan struct{}, 100)
	return g.entered, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.held = nil
		close(held)
	}
}

// set changes what becomes of keys, and returns how often one was asked for.
func (k *theKeys) set(change func(*theKeys)) (asked int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change(k)
	return k.asked
}

// live is a server of a marketplace with one taxon and three sellers: 3 is that of the key "seller", 4 is deleted.
type live struct {
	*bundle
	wires  *wires
	gate   *gate
	keys   *theKeys
	api    *resolvers.Handler
	server *httptest.Server
	log    lockedLog
}

// lockedLog is what was logged.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newLive(t *testing.T, change func(*resolvers.Options)) *live {
	t.Helper()
	l := &live{bundle: setup(t), keys: &theKeys{gone: map[string]bool{}}}
	l.wires = &wires{listeners: map[int]func(market.Change){}, joined: make(chan string, 1000), left: make(chan string, 1000)}
	l.gate = &gate{countingReader: l.reads}
	l.resolver.Reader = l.gate
	gone := seller(3, "Gone", false)
	gone.DeletedAt = new(deletion)
	l.insert(&market.Prototype{Base: base(0)}, taxon(0, "Cups", nil), seller(0, "One", false), seller(1, "Two", false), seller(2, "Three", false), gone)
	options := resolvers.Options{
		Keys: l.keys, Context: l.resolver.WithLoaders, Feed: l.wires, Live: resolvers.DefaultLiveLimits,
		Log: slog.New(slog.NewTextHandler(&l.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&options)
	}
	l.api = resolvers.NewHandler(graph.NewExecutableSchema(graph.Config{Resolvers: l.resolver}), options)
	l.server = httptest.NewServer(l.api)
	t.Cleanup(func() {
		l.stop()
		l.server.Close()
	})
	return l
}

// stop ends the subscriptions, once.
func (l *live) stop() {
	if l.api != nil {
		if err := l.api.Shutdown(context.Background()); err != nil {
			l.t.Error(err)
		}
		l.api = nil
	}
}

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// retry waits until a condition holds.
func retry(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !condition(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// wait waits for a value.
func wait[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(patience):
		t.Fatalf("in vain: %s", what)
		panic("unreachable")
	}
}

// began waits until a subscription has begun to listen, and ended until it has gone.
func (l *live) began() string {
	l.t.Helper()
	return wait(l.t, "a subscription begins", l.wires.joined)
}
func (l *live) ended() string { l.t.Helper(); return wait(l.t, "a subscription ends", l.wires.left) }

// changeOf is a change of a seller or taxon, which its owner and the operator may see.
func changeOf(num int64, action market.Action, typeName string, subject int64) market.Change {
	c := market.Change{Num: num, Sequence: num + 100, Subject: market.Ref{Type: typeName, Num: subject}, Action: action, Shared: typeName == "Taxon", At: deletion}
	if typeName == "Seller" {
		c.Sellers = []int64{subject}
	}
	if action == market.Update {
		c.Changed = []string{"businessName"}
	}
	return c
}

// The subscriptions of these tests.
const (
	ofSellers = `subscription($names: [WebhookEventEnum!]) { sellerChanged(eventNames: $names) { sequence eventName changed seller { businessName } } }`
	ofTaxons  = `subscription { taxonChanged { eventName taxon { title } } }`
)

// streamed reads server-sent events.
type streamed struct {
	t        *testing.T
	response *http.Response
	lines    *bufio.Reader
	cancel   context.CancelFunc
	// id is the last one of the events.
	id string
}

// events asks by POST for events, and reads what comes.
func (l *live) events(key, query string, variables map[string]any) *streamed {
	l.t.Helper()
	r := with(with(post(asking(query, variables)), "Accept", "text/event-stream"), "Authorization", "Bearer "+key)
	return l.stream(r)
}

// stream sends a request to the server and reads what comes.
func (l *live) stream(r *http.Request) *streamed {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	l.t.Cleanup(cancel)
	there, err := url.Parse(l.server.URL + r.URL.RequestURI())
	if err != nil {
		l.t.Fatal(err)
	}
	r = r.WithContext(ctx)
	r.URL, r.RequestURI = there, ""
	response, err := l.server.Client().Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = response.Body.Close() })
	return &streamed{t: l.t, response: response, lines: bufio.NewReader(response.Body), cancel: cancel}
}

// next reads the next event as its name and data, comments as ":", and "" at the end.
func (s *streamed) next() string {
	s.t.Helper()
	var lines []string
	for {
		line, err := s.lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" && lines == nil {
			return ""
		}
		if err != nil {
			s.t.Fatalf("%v after %q", err, lines)
		}
		if id, placed := strings.CutPrefix(line, "id: "); placed {
			if s.id = strings.TrimSpace(id); lines == nil {
				continue
			}
		}
		if line == "\n" && lines == nil {
			continue // a place without an event
		}
		if line == "\n" {
			return strings.Join(lines, " ")
		}
		lines = append(lines, strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(line, "event: "), "data: "), "\n"))
	}
}

// is expects the next event, apart from comments.
func (s *streamed) is(want string) {
	s.t.Helper()
	got := s.next()
	for got == ":" {
		got = s.next()
	}
	if got != want {
		s.t.Fatalf("got  %s\nwant %s", got, want)
	}
}

// contains expects a text in the next event, apart from comments.
func (s *streamed) contains(want string) {
	s.t.Helper()
	got := s.next()
	for got == ":" {
		got = s.next()
	}
	if !strings.Contains(got, want) {
		s.t.Fatalf("got  %s\nwant %s in it", got, want)
	}
}
