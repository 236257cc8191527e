package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	main "crier"
)

// hosted is a server in this process.
type hosted struct {
	*process // how it is asked; there is no other process
	tell     context.CancelFunc
	code     chan int
}

// firstLine passes on what a command writes to standard output.
type firstLine chan string

func (f firstLine) Write(p []byte) (int, error) {
	f <- string(p)
	return len(p), nil
}

// flags are the variables of a place as arguments.
func (p place) flags() []string {
	args := []string{"serve"}
	for _, v := range p.environ() {
		if name, isOurs := strings.CutPrefix(v, "CRIER_"); isOurs {
			name, value, _ := strings.Cut(name, "=")
			args = append(args, "--"+strings.ReplaceAll(strings.ToLower(name), "_", "-")+"="+value)
		}
	}
	return args
}

// host starts a server in this process and waits until it is ready.
func host(t *testing.T, p place) *hosted {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	h := &hosted{process: &process{t: t, logs: &lockedBuffer{}}, tell: cancel, code: make(chan int, 1)}
	out := make(firstLine, 1)
	go func() { h.code <- main.Execute(ctx, p.flags(), out, h.logs) }()
	select {
	case line := <-out:
		h.url = field(line, "url")
	case code := <-h.code:
		t.Fatalf("the server ended with code %d\n%s", code, h.logs)
	case <-time.After(patience):
		t.Fatalf("the server is not ready\n%s", h.logs)
	}
	return h
}

// end tells the server to stop, as SIGTERM does, and expects exit code 0.
func (h *hosted) end() {
	h.t.Helper()
	h.tell()
	if code := waitFor(h.t, "the end of the server", h.code); code != 0 {
		h.t.Errorf("the server ended with code %d\n%s", code, h.logs)
	}
	http.DefaultClient.CloseIdleConnections()
}

// pages asks for all pages of a list and returns its nodes.
func (h *hosted) pages(document string) (nodes []any) {
	h.t.Helper()
	for variables := (object{}); ; {
		data := h.ask(document, variables)
		page, _ := at(h.t, data, "list", "nodes").([]any)
		nodes = append(nodes, page...)
		if at(h.t, data, "list", "pageInfo", "hasNextPage") != true {
			return nodes
		}
		variables["after"] = at(h.t, data, "list", "pageInfo", "endCursor")
	}
}

// waitFor receives a value that must come.
func waitFor[T any](t *testing.T, what string, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(patience):
		t.Fatalf("in vain: %s", what)
	}
	return value
}

// crowd is clients and subscribers of a server, until that stops.
type crowd struct {
	t       *testing.T
	server  *hosted
	shop    shop
	client  *http.Client
	working sync.WaitGroup
	// created are adverts, heard the subscribers at their first change.
	created, heard chan string
	// stopping says that errors are to be expected.
	stopping  atomic.Bool
	farewells [2]string
}

// subscriptions are the ways to subscribe.
var subscriptions = []func(*crowd) (farewell string, err error){(*crowd).overEvents, (*crowd).overSocket}

// newAdverts is what subscribers ask for.
const newAdverts = `subscription { advertChanged { id } }`

// gather starts clients that create adverts one after the other, and subscribers.
func gather(t *testing.T, server *hosted, shop shop) *crowd {
	const clients = 4
	c := &crowd{t: t, server: server, shop: shop, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}},
		created: make(chan string, 10_000), heard: make(chan string, 10_000)}
	for i, subscribe := range subscriptions {
		c.working.Go(func() {
			var err error
			if c.farewells[i], err = subscribe(c); err != nil && !c.stopping.Load() {
				t.Errorf("a subscriber: %v", err)
			}
		})
	}
	for i := range clients {
		c.working.Go(func() {
			for n := 0; c.create(fmt.Sprintf("Jug %d of client %d", n, i)); n++ {
			}
		})
	}
	t.Cleanup(func() { c.stopping.Store(true) })
	return c
}

// end stops the server under them, waits for all of them, and returns what the
// subscribers were told last.
func (c *crowd) end() []string {
	c.t.Helper()
	c.stopping.Store(true)
	c.server.end()
	c.working.Wait()
	close(c.created)
	c.client.CloseIdleConnections()
	return c.farewells[:]
}

// post sends an operation.
func (c *crowd) post(document string, variables object, accept string) (*http.Response, error) {
	body, err := json.Marshal(object{"query": document, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodPost, c.server.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+operatorKey)
	request.Header.Set("Accept", accept)
	return c.client.Do(request)
}

// create creates an advert; false where the server stops. One without an answer may
// be there all the same.
func (c *crowd) create(title string) bool {
	response, err := c.post(`mutation($attributes: AdvertInput!) { advertUpsert(input: { attributes: $attributes }) { advert { id } } }`,
		object{"attributes": object{"sellerId": c.shop.seller, "taxonId": c.shop.taxon, "title": title, "price": "39.50", "attemptAutoPublish": true}},
		"application/json")
	var answer struct {
		Data struct {
			AdvertUpsert struct{ Advert struct{ ID string } }
		}
	}
	if err == nil {
		err = errors.Join(json.NewDecoder(response.Body).Decode(&answer), response.Body.Close())
	}
	if id := answer.Data.AdvertUpsert.Advert.ID; err == nil && id != "" {
		c.created <- id
		return true
	}
	if !c.stopping.Load() {
		c.t.Errorf("%s is not created: %v", title, err)
	}
	return false
}

// overEvents subscribes over server-sent events and returns the last one's name.
func (c *crowd) overEvents() (last string, err error) {
	response, err := c.post(newAdverts, nil, "text/event-stream")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if name, isName := strings.CutPrefix(lines.Text(), "event: "); isName {
			c.tell(last, name)
			last = name
		}
	}
	return last, nil
}

// overSocket subscribes over a WebSocket and returns why the server closed it.
func (c *crowd) overSocket() (reason string, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, c.server.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: c.client})
	if err != nil {
		return "", err
	}
	defer conn.CloseNow()
	for _, message := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + operatorKey + `"}}`,
		`{"id":"1","type":"subscribe","payload":{"query":"` + newAdverts + `"}}`,
	} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return "", err
		}
	}
	for last := ""; ; {
		_, text, err := conn.Read(ctx)
		var closed websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Reason, nil
		}
		if err != nil {
			return "", err
		}
		var message struct{ Type string }
		if err := json.Unmarshal(text, &message); err != nil {
			return "", err
		}
		c.tell(last, message.Type)
		last = message.Type
	}
}

// tell tells of the first change that a subscriber gets.
func (c *crowd) tell(last, name string) {
	if name == "next" && last != name {
		c.heard <- name
	}
}

// receiverPaths are the endpoints of a receiver, which answers no request for
// /hanging before it opens.
var receiverPaths = []string{"/quick", "/hanging"}

// hangingReceiver is the endpoint of two webhooks.
type hangingReceiver struct {
	server *httptest.Server
	// open is closed when nothing hangs any more.
	open chan struct{}
	// hung and came tell of a request that hangs, and of one that was accepted.
	hung, came chan string

	mu       sync.Mutex
	accepted map[string]bool // by path and subject
}

func receiveHanging(t *testing.T) *hangingReceiver {
	r := &hangingReceiver{open: make(chan struct{}), hung: make(chan string, 1), came: make(chan string, 1), accepted: map[string]bool{}}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)
	return r
}

// ServeHTTP notes and answers a request.
func (r *hangingReceiver) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	body, err := io.ReadAll(hr.Body)
	var sent struct {
		Payload struct {
			Data struct{ Node struct{ ID string } }
		}
	}
	if errors.Join(err, json.Unmarshal(body, &sent)) != nil || r.hangs(hr) {
		return // the sender has gone
	}
	r.mu.Lock()
	r.accepted[hr.URL.Path+" "+sent.Payload.Data.Node.ID] = true
	r.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
	nudge(r.came)
}

// hangs holds a request for /hanging; it is true where its sender has gone.
func (r *hangingReceiver) hangs(hr *http.Request) bool {
	if hr.URL.Path != "/hanging" {
		return false
	}
	nudge(r.hung)
	select {
	case <-r.open:
		return false
	case <-hr.Context().Done():
		return true
	}
}

// missing are the deliveries about adverts that were not accepted.
func (r *hangingReceiver) missing(adverts []string) (list []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, path := range receiverPaths {
		for _, id := range adverts {
			if !r.accepted[path+" "+id] {
				list = append(list, path+" "+id)
			}
		}
	}
	return list
}

// nudge marks a channel of capacity one.
func nudge(c chan string) {
	select {
	case c <- "":
	default:
	}
}
