package resolvers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"crier/internal/market"
	"crier/resolvers"
)

// talk is a conversation over a WebSocket.
type talk struct {
	t    *testing.T
	conn *websocket.Conn
	ctx  context.Context
}

// dial opens a WebSocket, with headers where there are some.
func (l *live) dial(header http.Header, protocols ...string) *talk {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	l.t.Cleanup(cancel)
	conn, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(l.server.URL, "http"), &websocket.DialOptions{Subprotocols: protocols, HTTPHeader: header})
	if err != nil {
		l.t.Fatal(err)
	}
	if response.Header.Get("X-Request-Id") == "" {
		l.t.Error("the upgrade has no request id")
	}
	l.t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &talk{l.t, conn, ctx}
}

// talk opens a WebSocket that is ready for operations of a key.
func (l *live) talk(key string) *talk {
	l.t.Helper()
	c := l.dial(nil, "graphql-transport-ws")
	c.say(`{"type": "connection_init", "payload": {"Authorization": "Bearer %s"}}`, key)
	c.hears(`{"type":"connection_ack"}`)
	return c
}

// say sends a message.
func (c *talk) say(format string, args ...any) {
	c.t.Helper()
	if err := c.conn.Write(c.ctx, websocket.MessageText, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatal(err)
	}
}

// start sends a subscribe message.
func (c *talk) start(id, query string) {
	c.t.Helper()
	text, err := json.Marshal(map[string]any{"id": id, "type": "subscribe", "payload": map[string]any{"query": query}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.say("%s", text)
}

// hear returns the next message.
func (c *talk) hear() string {
	c.t.Helper()
	kind, text, err := c.conn.Read(c.ctx)
	if err != nil || kind != websocket.MessageText {
		c.t.Fatalf("%v %s: %v", kind, text, err)
	}
	return strings.TrimSpace(string(text))
}

// hears expects the next message, or how it begins and what is in it.
func (c *talk) hears(want string, more ...string) {
	c.t.Helper()
	got := c.hear()
	for _, part := range more {
		if !strings.Contains(got, part) {
			c.t.Fatalf("heard %s, want %s", got, part)
		}
	}
	if got != want && (more == nil || !strings.HasPrefix(got, want)) {
		c.t.Fatalf("heard %s, want %s", got, want)
	}
}

// isClosed expects the end of the conversation, with a code and a part of a reason.
func (c *talk) isClosed(code websocket.StatusCode, reason string) {
	c.t.Helper()
	_, text, err := c.conn.Read(c.ctx)
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != code || !strings.Contains(closed.Reason, reason) {
		c.t.Fatalf("heard %s, %v; want it closed with %d %s", text, err, code, reason)
	}
}

func TestSocketOperations(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	c := l.talk("operator")
	c.start("s", ofTaxons)
	l.began()
	c.start("q", `{ __typename }`)
	c.hears(`{"id":"q","type":"next","payload":{"data":{"__typename":"Query"}}}`)
	c.hears(`{"id":"q","type":"complete"}`)
	c.start("m", `mutation { brandCreateOrUpdate(input: { name: "Delft & <Co>" }) { brand { name } } }`)
	c.hears(`{"id":"m","type":"next","payload":{"data":{"brandCreateOrUpdate":{"brand":{"name":"Delft & <Co>"}}}}}`)
	c.hears(`{"id":"m","type":"complete"}`)
	l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
	update := `{"id":"s","type":"next","payload":{"data":{"taxonChanged":{"eventName":"UPDATE","taxon":{"title":"Cups"}}}}}`
	c.hears(update)
	c.say(`{"type": "ping", "payload": {"n": 1}}`)
	c.hears(`{"type":"pong","payload":{"n":1}}`)
	c.say(`{"type": "pong"}`)
	c.say(`{"id": "s", "type": "complete"}`)
	l.ended()
	c.say(`{"id": "s", "type": "complete"}`)
	c.say(`{"id": "unknown", "type": "complete"}`)
	l.wires.tell(changeOf(2, market.Update, "Taxon", 1))
	c.start("s", ofTaxons) // the id is free again
	l.began()
	l.wires.tell(changeOf(3, market.Update, "Taxon", 1))
	c.hears(update)
}

func TestSocketRefusals(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.PerConnection = 2 })
	c := l.talk("narrow")
	for name, refused := range map[string]struct{ query, code string }{
		"no GraphQL":        {"subscription {", "GRAPHQL_PARSE_FAILED"},
		"not in the schema": {"subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"},
		"without the scope": {ofSellers, "MISSING_SCOPE"},
		"no kinds":          {"subscription { advertChanged(eventNames: []) { id } }", "BAD_USER_INPUT"},
		"operators only":    {`mutation { marketplacerApiKeyCreate(input: { apiTermsOfUse: true, description: "d", organization: "o" }) { status } }`, "FORBIDDEN"},
	} {
		c.start(name, refused.query)
		c.hears(`{"id":"`+name+`","type":"error","payload":[{"message":`, `"code":"`+refused.code+`"`)
	}
	c.start("one", `subscription { advertChanged { id } }`)
	c.start("two", `subscription { advertChanged { id } }`)
	c.start("three", `subscription { advertChanged { id } }`)
	c.hears(`{"id":"three","type":"error","payload":[{"message":"the connection has 2 operations already`, `"code":"RATE_LIMITED"`)
	l.began()
	l.began()
	l.keys.set(func(k *theKeys) { k.gone["narrow"] = true })
	c.say(`{"id": "one", "type": "complete"}`)
	l.ended()
	c.start("four", `{ __typename }`)
	c.hears(`{"id":"four","type":"error","payload":[{"message":"the API key is not valid`, `"code":"UNAUTHENTICATED"`)
}

func TestSocketKeys(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	authorization := http.Header{"Authorization": {"Bearer operator"}}
	for name, c := range map[string]struct {
		header  http.Header
		payload string
		want    websocket.StatusCode // 0: acknowledged
		reason  string
	}{
		"Authorization":               {nil, `, "payload": {"Authorization": "Bearer operator", "more": [1]}`, 0, ""},
		"in small letters":            {nil, `, "payload": {"authorization": "bearer operator"}`, 0, ""},
		"MARKETPLACER-API-KEY":        {nil, `, "payload": {"MARKETPLACER-API-KEY": "operator"}`, 0, ""},
		"the upgrade's":               {authorization, ``, 0, ""},
		"the upgrade's, null payload": {authorization, `, "payload": null`, 0, ""},
		"the message's comes first":   {authorization, `, "payload": {"Authorization": "Bearer wrong"}`, 4403, "the API key is not valid"},
		"a wrong one":                 {nil, `, "payload": {"Authorization": "Bearer wrong"}`, 4403, "the API key is not valid"},
		"none":                        {nil, ``, 4403, "an API key is needed"},
		"no text":                     {nil, `, "payload": {"Authorization": 7}`, 4403, "an API key is needed"},
		"no object":                   {nil, `, "payload": "Bearer operator"`, 4400, "not an object"},
	} {
		s := l.dial(c.header, "graphql-transport-ws")
		s.say(`{"type": "connection_init"%s}`, c.payload)
		if c.want == 0 {
			s.hears(`{"type":"connection_ack"}`)
		} else {
			t.Log(name)
			s.isClosed(c.want, c.reason)
		}
	}
	l.keys.set(func(k *theKeys) { k.err = errors.New("the database is away") })
	s := l.dial(authorization, "graphql-transport-ws")
	s.say(`{"type": "connection_init"}`)
	s.isClosed(websocket.StatusTryAgainLater, "internal error")
	public := newLive(t, func(o *resolvers.Options) { o.PublicSchema = true })
	s = public.dial(nil, "graphql-transport-ws")
	s.say(`{"type": "connection_init"}`)
	s.hears(`{"type":"connection_ack"}`)
	s.start("schema", `{ __schema { queryType { name } } }`)
	s.hears(`{"id":"schema","type":"next","payload":{"data":{"__schema":{"queryType":{"name":"Query"}}}}}`)
	s.hears(`{"id":"schema","type":"complete"}`)
	s.start("more", ofTaxons)
	s.hears(`{"id":"more","type":"error"`, `"code":"UNAUTHENTICATED"`)
}

func TestSocketProtocol(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	const init = `{"type": "connection_init", "payload": {"Authorization": "Bearer operator"}}`
	subscribe := func(id, payload string) string {
		return `{"id": ` + id + `, "type": "subscribe", "payload": ` + payload + `}`
	}
	for name, c := range map[string]struct {
		messages []string
		code     websocket.StatusCode
		reason   string
	}{
		"before the key":         {[]string{subscribe(`"1"`, `{"query": "{ __typename }"}`)}, 4401, "Unauthorized"},
		"the key again":          {[]string{init, init}, 4429, "Too many initialisation requests"},
		"the same id":            {[]string{init, subscribe(`"1"`, `{"query": "subscription { taxonChanged { id } }"}`), subscribe(`"1"`, `{"query": "{ __typename }"}`)}, 4409, "Subscriber for 1 already exists"},
		"a long id":              {[]string{init, subscribe(`"`+strings.Repeat("ä", 200)+`"`, `{"query": "subscription { taxonChanged { id } }"}`), subscribe(`"`+strings.Repeat("ä", 200)+`"`, `{"query": "{ __typename }"}`)}, 4409, "Subscriber for ää"},
		"no JSON":                {[]string{`connection_init`}, 4400, "not a JSON object"},
		"a list":                 {[]string{`[]`}, 4400, "not a JSON object"},
		"no type":                {[]string{`{}`}, 4400, "unknown type"},
		"an unknown type":        {[]string{init, `{"type": "start", "id": "1"}`}, 4400, "unknown type"},
		"no id":                  {[]string{init, subscribe(`""`, `{"query": "{ __typename }"}`)}, 4400, "no id"},
		"an id that is a number": {[]string{init, subscribe(`1`, `{"query": "{ __typename }"}`)}, 4400, "not a JSON object"},
		"no payload":             {[]string{init, `{"id": "1", "type": "subscribe"}`}, 4400, "not a JSON object"},
		"no query":               {[]string{init, subscribe(`"1"`, `{}`)}, 4400, "query is missing"},
		"variables in a list":    {[]string{init, subscribe(`"1"`, `{"query": "{ __typename }", "variables": []}`)}, 4400, "variables cannot be an array"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := l.dial(nil, "graphql-transport-ws")
			s.t = t
			for i, m := range c.messages {
				s.say("%s", m)
				if m == init && i == 0 {
					s.hears(`{"type":"connection_ack"}`)
				}
			}
			s.isClosed(c.code, c.reason)
		})
	}
	binary := l.dial(nil, "graphql-transport-ws")
	if err := binary.conn.Write(binary.ctx, websocket.MessageBinary, []byte(init)); err != nil {
		t.Fatal(err)
	}
	binary.isClosed(4400, "not a JSON object")
	l.dial(nil).isClosed(4406, "graphql-transport-ws")
	l.dial(nil, "graphql-ws").isClosed(4406, "graphql-transport-ws")
	large := l.talk("operator")
	large.say(`{"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }", "extensions": {"text": "%s"}}}`, strings.Repeat("a", 10<<20-200))
	large.hears(`{"id":"1","type":"next","payload":{"data":{"__typename":"Query"}}}`)
	large.hears(`{"id":"1","type":"complete"}`)
	if err := large.conn.Write(large.ctx, websocket.MessageText, make([]byte, 10<<20+1)); err == nil {
		large.isClosed(websocket.StatusMessageTooBig, "")
	}
}

func TestSocketFromAPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.dial(http.Header{"Origin": {"https://shop.example"}, "Authorization": {"Bearer operator"}}, "graphql-transport-ws").say(`{"type": "ping"}`)
}

func TestSocketWithoutInit(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.InitWithin = 20 * time.Millisecond })
	l.dial(nil, "graphql-transport-ws").isClosed(4408, "Connection initialisation timeout")
}

// A client is kept while it answers pings, however long nothing happens, and cut off when it does not.
func TestSocketIsKeptAlive(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.KeepAlive = 500 * time.Millisecond })
	var dead atomic.Bool
	pings := make(chan struct{}, 1000)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(l.server.URL, "http"), &websocket.DialOptions{
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer operator"}},
		OnPingReceived: func(context.Context, []byte) bool {
			pings <- struct{}{}
			return !dead.Load()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	c := &talk{t, conn, ctx}
	c.say(`{"type": "connection_init"}`)
	c.hears(`{"type":"connection_ack"}`)
	c.start("s", ofTaxons)
	l.began()
	go func() {
		for range 3 {
			<-pings
		}
		l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
	}()
	c.hears(`{"id":"s","type":"next"`, `"title":"Cups"`)
	dead.Store(true)
	if _, text, err := c.conn.Read(c.ctx); err == nil || c.ctx.Err() != nil {
		t.Errorf("the socket goes on: %s, %v", text, err)
	}
	l.ended()
}

// What is under way when the server stops is finished; subscribers are told to go elsewhere.
func TestSocketsWhenTheServerStops(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	idle, busy := l.talk("operator"), l.talk("operator")
	busy.start("s", ofTaxons)
	l.began()
	entered, release := l.gate.hold()
	busy.start("q", `{ brands { nodes { name } } }`)
	wait(t, "the query reads", entered)
	stopped := make(chan struct{})
	go func() {
		l.stop()
		close(stopped)
	}()
	idle.isClosed(websocket.StatusGoingAway, "the server is stopping")
	l.ended()
	busy.start("late", `{ __typename }`)
	busy.say(`{"type": "ping"}`)
	busy.hears(`{"type":"pong"}`)
	release()
	busy.hears(`{"id":"q","type":"next","payload":{"data":{"brands":{"nodes":[]}}}}`)
	busy.hears(`{"id":"q","type":"complete"}`)
	busy.isClosed(websocket.StatusGoingAway, "the server is stopping")
	wait(t, "the handler stops", stopped)
	response := l.stream(with(with(with(get(`{ __typename }`, "*/*"), "Connection", "Upgrade"), "Upgrade", "websocket"), "Sec-WebSocket-Version", "13")).response
	if response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new socket gets HTTP %d", response.StatusCode)
	}
}

// What takes longer than the time for stopping is cut off.
func TestSocketsThatDoNotStop(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	c := l.talk("operator")
	entered, release := l.gate.hold()
	c.start("q", `{ brands { nodes { name } } }`)
	wait(t, "the query reads", entered)
	ctx, cancel := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- l.api.Shutdown(ctx) }()
	cancel()
	if _, text, err := c.conn.Read(c.ctx); err == nil {
		t.Errorf("the socket goes on: %s", text)
	}
	release()
	if err := wait(t, "the handler stops", stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("the handler stops with %v", err)
	}
	l.api = nil
}

// An operation that its client completed sends nothing more, and ends what it does.
func TestSocketCompletesWhatRuns(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	c := l.talk("operator")
	entered, release := l.gate.hold()
	c.start("q", `{ brands { nodes { name } } }`)
	wait(t, "the query reads", entered)
	c.say(`{"id": "q", "type": "complete"}`)
	c.say(`{"type": "ping"}`)
	c.hears(`{"type":"pong"}`)
	c.start("q", `{ __typename }`)
	c.hears(`{"id":"q","type":"next","payload":{"data":{"__typename":"Query"}}}`)
	c.hears(`{"id":"q","type":"complete"}`)
	release()
	c.say(`{"type": "ping"}`)
	c.hears(`{"type":"pong"}`)
}

// slowest lets one request in, and then none of a key or of an address.
type slowest struct{ passed map[string]bool }

func (s slowest) Allow(_ context.Context, who string, _ int, _ time.Duration) (time.Duration, error) {
	kind, _, _ := strings.Cut(who, ":")
	if s.passed[kind] {
		return 1500 * time.Millisecond, nil
	}
	s.passed[kind] = true
	return 0, nil
}

func TestSocketRates(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Limiter, o.RateLimit = slowest{map[string]bool{}}, 10 })
	c := l.talk("operator")
	c.start("1", `{ __typename }`)
	c.hears(`{"id":"1","type":"next","payload":{"data":{"__typename":"Query"}}}`)
	c.hears(`{"id":"1","type":"complete"}`)
	c.start("2", `{ __typename }`)
	c.hears(`{"id":"2","type":"error","payload":[{"message":"too many requests: try again in 2 s"`, `"code":"RATE_LIMITED"`)
	_, response, err := websocket.Dial(c.ctx, "ws"+strings.TrimPrefix(l.server.URL, "http"), nil)
	if err == nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") != "2" {
		t.Errorf("a second socket: %v, %v", err, response)
	}
}

// A failure of our own is masked, over a WebSocket too.
func TestSocketFailures(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	c := l.talk("operator")
	l.wires.err = errors.New("the wire is cut")
	c.start("s", ofTaxons)
	c.hears(`{"id":"s","type":"error","payload":[{"message":"internal error","extensions":{"code":"INTERNAL","requestId":"`, `"}}]}`)
	l.wires.panics = true
	c.start("p", ofTaxons)
	c.hears(`{"id":"p","type":"error","payload":[{"message":"internal error","extensions":{"code":"INTERNAL","requestId":"`, `"}}]}`)
	l.keys.set(func(k *theKeys) { k.err = errors.New("the database is away") })
	c.start("k", ofTaxons)
	c.hears(`{"id":"k","type":"error","payload":[{"message":"internal error","extensions":{"code":"INTERNAL","requestId":"`, `"}}]}`)
	for _, cause := range []string{"the wire is cut", "the wire is hot", "the database is away"} {
		if !strings.Contains(l.log.String(), cause) {
			t.Errorf("%q is not logged", cause)
		}
	}
}
