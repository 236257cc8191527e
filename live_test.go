package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"crier/internal/servicetest"
)

// liveFolder has the published clients of GraphQL over WebSocket and over server-sent events.
const liveFolder = "testdata/live"

// subscribers is a program that subscribes with the published clients.
type subscribers struct {
	t     *testing.T
	s     *process
	in    io.Writer
	came  map[string][]happening
	lines chan happening
	began int
}

// happening is what a subscription got.
type happening struct {
	ID, Event string
	Payload   any
}

// connect starts the clients of a server.
func connect(t *testing.T, s *process) *subscribers {
	t.Helper()
	installed(t, liveFolder)
	cmd := exec.Command(servicetest.Node(t), "client.mjs", s.url+"/graphql")
	cmd.Dir, cmd.Stderr = liveFolder, s.logs
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &subscribers{t: t, s: s, in: in, came: map[string][]happening{}, lines: make(chan happening, 1000)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var h happening
			if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
				t.Errorf("the client says %s: %v", lines.Text(), err)
			}
			c.lines <- h
		}
	}()
	t.Cleanup(func() {
		_ = in.Close() // the client ends then
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("the client: %v", err)
		}
	})
	return c
}

// say sends a command to the client.
func (c *subscribers) say(command object) {
	c.t.Helper()
	line, err := json.Marshal(command)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		c.t.Fatal(err)
	}
}

// ask starts an operation with a name of the test's.
func (c *subscribers) ask(id, transport, key, query string, variables object) {
	c.t.Helper()
	c.say(object{"do": "subscribe", "id": id, "transport": transport, "key": key, "query": query, "variables": variables})
}

// subscribe starts a subscription and waits until the server has begun it.
func (c *subscribers) subscribe(id, transport, key, query string, variables object) {
	c.t.Helper()
	c.ask(id, transport, key, query, variables)
	c.began++
	c.logged("a subscription began", c.began)
}

// logged waits until the server has logged a message a number of times.
func (c *subscribers) logged(message string, times int) {
	c.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); strings.Count(c.s.logs.String(), `"msg":"`+message+`"`) < times; <-tick.C {
		if time.Now().After(deadline) {
			c.t.Fatalf("%q is not logged %d times\n%s", message, times, c.s.logs)
		}
	}
}

// next waits for what a subscription gets next and expects an event.
func (c *subscribers) next(id, event string) any {
	c.t.Helper()
	deadline := time.After(patience)
	for len(c.came[id]) == 0 {
		select {
		case h := <-c.lines:
			c.came[h.ID] = append(c.came[h.ID], h)
		case <-deadline:
			c.t.Fatalf("nothing comes to %s\n%s", id, c.s.logs)
		}
	}
	h := c.came[id][0]
	c.came[id] = c.came[id][1:]
	if h.Event != event {
		c.t.Fatalf("%s gets %s %v, want %s", id, h.Event, h.Payload, event)
	}
	return h.Payload
}

// key makes a key.
func (s *process) key(input object) string {
	s.t.Helper()
	for name, value := range (object{"apiTermsOfUse": true, "description": "test", "organization": "test"}) {
		input[name] = value
	}
	data := s.ask(`mutation($input: MarketplacerAPIKeyCreateMutationInput!) { marketplacerApiKeyCreate(input: $input) { apiKey errors { field messages } } }`,
		object{"input": input})
	return text(s.t, data, "marketplacerApiKeyCreate", "apiKey")
}

// retitle gives an advert another title.
func (s *process) retitle(advert, title string) {
	s.t.Helper()
	data := s.ask(`mutation($id: ID!, $title: String!) { advertUpsert(input: { advertId: $id, attributes: { title: $title } }) { errors { field messages } } }`,
		object{"id": advert, "title": title})
	if errs := at(s.t, data, "advertUpsert", "errors"); errs != nil {
		s.t.Fatalf("advertUpsert refuses: %v", errs)
	}
}

// remove deletes an advert.
func (s *process) remove(advert string) {
	s.t.Helper()
	data := s.ask(`mutation($id: ID!) { advertDelete(input: { id: $id }) { errors { field messages } } }`, object{"id": advert})
	if errs := at(s.t, data, "advertDelete", "errors"); errs != nil {
		s.t.Fatalf("advertDelete refuses: %v", errs)
	}
}

// The subscriptions of these tests.
const (
	liveAdverts  = `subscription { advertChanged { id sequence eventName at changed advert { id title } } }`
	liveRemovals = `subscription($names: [WebhookEventEnum!]) { advertChanged(eventNames: $names) { eventName changed advert { title seller { businessName } } } }`
)

// TestPublishedClientsSubscribe is the way of a change to subscribers, over every transport.
func TestPublishedClientsSubscribe(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		s := serve(t, p.with("CRIER_LOG_LEVEL=debug"))
		c := connect(t, s)
		o := s.open()
		other := s.open()
		ownKey, otherKey := s.key(object{"sellerId": o.seller}), s.key(object{"sellerId": other.seller})
		advert, _ := s.advertise(o, "Jug")
		for _, transport := range []string{"ws", "sse"} {
			c.subscribe(transport, transport, operatorKey, liveAdverts, nil)
			c.subscribe(transport+" removals", transport, operatorKey, liveRemovals, object{"names": []string{"DESTROY"}})
			c.subscribe(transport+" own", transport, ownKey, liveAdverts, nil)
			c.subscribe(transport+" other", transport, otherKey, liveAdverts, nil)
		}
		s.retitle(advert, "Tall jug")
		s.remove(advert)
		foreign, _ := s.advertise(other, "Bowl")
		for _, transport := range []string{"ws", "sse"} {
			sequences := []float64{}
			for _, id := range []string{transport, transport + " own"} {
				updated := at(t, c.next(id, "next"), "data", "advertChanged")
				if !isChange(t, updated, "UPDATE", advert, "Tall jug") || !slices.Contains(at(t, updated, "changed").([]any), any("title")) {
					t.Errorf("%s gets %v", id, updated)
				}
				removed := at(t, c.next(id, "next"), "data", "advertChanged")
				if !isChange(t, removed, "DESTROY", advert, "Tall jug") || len(at(t, removed, "changed").([]any)) != 0 {
					t.Errorf("%s gets %v", id, removed)
				}
				sequences = append(sequences, at(t, removed, "sequence").(float64))
			}
			if sequences[0] != sequences[1] {
				t.Errorf("one change has the sequences %v", sequences)
			}
			want := object{"eventName": "DESTROY", "changed": []any{}, "advert": object{"title": "Tall jug", "seller": object{"businessName": "Quay Pottery"}}}
			if removed := at(t, c.next(transport+" removals", "next"), "data", "advertChanged"); !equalJSON(t, removed, want) {
				t.Errorf("%s removals gets %v", transport, removed)
			}
			if created := at(t, c.next(transport+" other", "next"), "data", "advertChanged"); !isChange(t, created, "CREATE", foreign, "Bowl") {
				t.Errorf("another seller gets %v first", created)
			}
			if created := at(t, c.next(transport, "next"), "data", "advertChanged"); !isChange(t, created, "CREATE", foreign, "Bowl") {
				t.Errorf("%s gets %v", transport, created)
			}
		}
		c.endsOn(s, foreign)
	})
}

// endsOn completes subscriptions one way and the other: the client leaves, the server stops.
func (c *subscribers) endsOn(s *process, advert string) {
	c.t.Helper()
	for i, transport := range []string{"ws", "sse"} {
		c.say(object{"do": "complete", "id": transport})
		c.next(transport, "complete")
		c.logged("a subscription ended", i+1)
	}
	s.retitle(advert, "Deep bowl")
	for _, transport := range []string{"ws", "sse"} {
		c.next(transport+" other", "next")
	}
	s.stop()
	if closed := c.next("ws other", "error"); at(c.t, closed, "code") != 1001.0 {
		c.t.Errorf("the socket is closed with %v", closed)
	}
	c.next("sse other", "complete")
	for _, transport := range []string{"ws", "sse"} {
		if more := c.came[transport]; len(more) > 0 {
			c.t.Errorf("after its completion %s gets %v", transport, more)
		}
	}
}

// isChange compares what liveAdverts shows of a change.
func isChange(t *testing.T, change any, eventName, advert, title string) bool {
	t.Helper()
	_, err := time.Parse(time.RFC3339Nano, text(t, change, "at"))
	return err == nil && text(t, change, "id") != "" && text(t, change, "eventName") == eventName &&
		text(t, change, "advert", "id") == advert && text(t, change, "advert", "title") == title
}

// TestSubscribersOfAnotherProcess is told of each change once, whatever becomes of Redis.
func TestSubscribersOfAnotherProcess(t *testing.T) {
	t.Parallel()
	redis := servicetest.StartRedis(t)
	p := production(t, redis)
	writer := serve(t, p)
	c := connect(t, serve(t, p.with("CRIER_LOG_LEVEL=debug", "CRIER_ROLES=api")))
	advert, _ := writer.advertise(writer.open(), "Jug")
	c.subscribe("sse", "sse", operatorKey, liveAdverts, nil)
	c.subscribe("ws", "ws", operatorKey, liveAdverts, nil)
	told := func(title string) {
		t.Helper()
		for _, id := range []string{"sse", "ws"} {
			if updated := at(t, c.next(id, "next"), "data", "advertChanged"); !isChange(t, updated, "UPDATE", advert, title) {
				t.Errorf("%s gets %v, want %q", id, updated, title)
			}
		}
	}
	writer.retitle(advert, "Tall jug")
	told("Tall jug")
	redis.CLI("FLUSHALL")
	writer.retitle(advert, "Tallest jug")
	told("Tallest jug")
	redis.Stop()
	writer.retitle(advert, "Low jug")
	redis.Start()
	told("Low jug")
	writer.retitle(advert, "Lowest jug")
	told("Lowest jug")
}

// TestPublishedClientsAreRefused is what subscribers see of refusals, and of operations that are no subscriptions.
func TestPublishedClientsAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t).with("CRIER_LOG_LEVEL=debug"))
	c := connect(t, s)
	narrow := s.key(object{"scopes": []string{"invoices:read"}})
	for _, transport := range []string{"ws", "ws-legacy-header", "ws-upgrade-header", "sse"} {
		c.ask(transport+" narrow", transport, narrow, liveAdverts, nil)
		if refused := c.refused(transport, transport+" narrow"); text(t, refused, "extensions", "code") != "MISSING_SCOPE" || text(t, refused, "extensions", "scope") != "adverts:read" {
			t.Errorf("%s: without the scope: %v", transport, refused)
		}
		c.ask(transport+" none", transport, operatorKey, `subscription { advertChanged(eventNames: []) { id } }`, nil)
		if refused := c.refused(transport, transport+" none"); text(t, refused, "extensions", "code") != "BAD_USER_INPUT" {
			t.Errorf("%s: with no kinds of change: %v", transport, refused)
		}
		c.ask(transport+" query", transport, operatorKey, `query { __typename }`, nil)
		if answer := c.next(transport+" query", "next"); at(t, answer, "data", "__typename") != "Query" {
			t.Errorf("%s: a query is answered with %v", transport, answer)
		}
		c.next(transport+" query", "complete")
		c.ask(transport+" mutation", transport, operatorKey, `mutation { brandCreateOrUpdate(input: { name: "Brand `+transport+`" }) { brand { name } } }`, nil)
		if answer := c.next(transport+" mutation", "next"); at(t, answer, "data", "brandCreateOrUpdate", "brand", "name") != "Brand "+transport {
			t.Errorf("%s: a mutation is answered with %v", transport, answer)
		}
		c.next(transport+" mutation", "complete")
		c.ask(transport+" stranger", transport, "no-such-key", liveAdverts, nil)
		refused := c.next(transport+" stranger", "error")
		if code, status := at(t, refused, "code"), at(t, refused, "status"); code != 4403.0 && status != 401.0 {
			t.Errorf("%s: with a wrong key: %v", transport, refused)
		}
	}
}

// refused waits for the refusal of an operation: an error over a WebSocket, else the only answer.
func (c *subscribers) refused(transport, id string) any {
	c.t.Helper()
	if transport != "sse" {
		return at(c.t, c.next(id, "error"), "errors", 0)
	}
	refused := c.next(id, "next")
	c.next(id, "complete")
	return at(c.t, refused, "errors", 0)
}
