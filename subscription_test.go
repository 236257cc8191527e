package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// changeDocuments are subscriptions that run live and are stored by webhooks, by class.
var changeDocuments = map[string]string{
	"SELLER":  `subscription { sellerChanged { ...C seller { __typename id businessName } } } fragment C on Change { id sequence eventName at changed }`,
	"ADVERT":  `subscription Adverts { it: advertChanged(eventNames: [CREATE, UPDATE, DESTROY]) { id sequence eventName changed what: advert { id title seller { businessName } variants(first: 5) { nodes { sku } } } } }`,
	"VARIANT": `subscription { ... on Subscription { variantChanged { sequence at eventName variant { id sku countOnHand } } } }`,
	"ORDER":   `subscription { orderChanged(eventNames: CREATE) { sequence order { id } } orderChanged(eventNames: CREATE) { eventName order { invoices { nodes { totalCents } } } } }`,
	"INVOICE": `subscription { invoiceChanged { changed sequence invoice { id totalCents lineItems { quantity } } } }`,
}

// copies are what one change was shown as, by who was told.
type copies struct {
	t        *testing.T
	c        *subscribers
	r        *receiver
	received map[string][]object // by class
}

// change waits for the next change of a class over every transport, compares what
// is shown of it, and returns its place.
func (k *copies) change(class, event string) int64 {
	k.t.Helper()
	for len(k.received[class]) == 0 {
		a := k.r.next()
		path := strings.TrimPrefix(a.path, "/")
		k.received[path] = append(k.received[path], a.json(k.t))
	}
	body := k.received[class][0]
	k.received[class] = k.received[class][1:]
	want := at(k.t, body, "payload", "data")
	for _, transport := range []string{"ws", "sse"} {
		if got := at(k.t, k.c.next(transport+" "+class, "next"), "data"); !equalJSON(k.t, got, want) {
			k.t.Errorf("of %s %s, %s shows %v and the webhook %v", class, event, transport, got, want)
		}
	}
	if name := text(k.t, body, "event_name"); name != event {
		k.t.Errorf("of %s arrives %s, want %s: %v", class, name, event, body)
	}
	for _, change := range want.(object) {
		return int64(at(k.t, change, "sequence").(float64))
	}
	return 0
}

// TestOneSubscriptionOverEveryTransport has the same documents run over SSE, over
// WebSockets and as webhooks; then a client that was away while the server was comes back.
func TestOneSubscriptionOverEveryTransport(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		p = p.with("CRIER_LOG_LEVEL=debug")
		s, r := serve(t, p), receive(t, nil)
		c := connect(t, s)
		for class, document := range changeDocuments {
			s.register(class, r.server.URL+"/"+class, document, nil)
			for _, transport := range []string{"ws", "sse"} {
				c.subscribe(transport+" "+class, transport, operatorKey, document, nil)
			}
		}
		k := &copies{t: t, c: c, r: r, received: map[string][]object{}}
		o := s.open()
		k.change("SELLER", "create")
		advert, variant := s.advertise(o, "Jug")
		k.change("ADVERT", "create")
		k.change("VARIANT", "create")
		s.retitle(advert, "Tall jug")
		seen := k.change("ADVERT", "update")
		s.order(variant, 2)
		k.change("ORDER", "create")
		k.change("INVOICE", "create")
		k.change("VARIANT", "update")
		k.change("ADVERT", "update")
		s.remove(advert)
		k.change("ADVERT", "destroy")
		k.change("VARIANT", "destroy")
		s.stop()
		again := serve(t, p)
		again.advertise(o, "Bowl")
		r.next()
		r.next()
		again.resumes(t, seen)
	})
}

// resumes comes back behind a place over each transport and expects an update, a
// destroy and a create of adverts, then what is new.
func (s *process) resumes(t *testing.T, seen int64) {
	t.Helper()
	c := connect(t, s)
	const document = `subscription { advertChanged%s { sequence eventName } }`
	c.subscribe("ws", "ws", operatorKey, fmt.Sprintf(document, fmt.Sprintf("(after: %d)", seen)), nil)
	next := s.follow(t, fmt.Sprintf(document, ""), seen)
	var bowl string
	for i, want := range []string{"UPDATE", "DESTROY", "CREATE", "CREATE"} {
		if i == 3 {
			bowl, _ = s.advertise(s.open(), "Plate")
		}
		live := at(t, c.next("ws", "next"), "data")
		id, event := next()
		place := at(t, live, "advertChanged", "sequence").(float64)
		if !equalJSON(t, live, event) || text(t, live, "advertChanged", "eventName") != want || id != fmt.Sprintf("%.0f", place) || int64(place) <= seen {
			t.Errorf("behind %d comes %v over the socket, %v with the id %s over SSE; want %s", seen, live, event, id, want)
		}
		seen = int64(place)
	}
	if bowl == "" {
		t.Error("nothing new was made")
	}
	for _, place := range []int64{-1, 1 << 30} {
		_, errs := s.try(operatorKey, fmt.Sprintf(document, fmt.Sprintf("(after: %d)", place)), nil)
		if len(errs) != 1 || text(t, errs[0], "extensions", "code") != "BAD_USER_INPUT" {
			t.Errorf("from %d on: %v", place, errs)
		}
	}
}

// follow subscribes over SSE behind an event, and returns what reads the next one.
func (s *process) follow(t *testing.T, query string, last int64) (next func() (id string, data any)) {
	t.Helper()
	body, err := json.Marshal(object{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "text/event-stream", "Authorization": "Bearer " + operatorKey, "Last-Event-ID": fmt.Sprint(last),
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(patience, func() { _ = response.Body.Close() })
	t.Cleanup(func() {
		guard.Stop()
		_ = response.Body.Close()
	})
	lines := bufio.NewScanner(response.Body)
	return func() (id string, data any) {
		t.Helper()
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				id = value
			case "data":
				var answer object
				if err := json.Unmarshal([]byte(value), &answer); err != nil {
					t.Fatalf("%s: %v", value, err)
				}
				return id, answer["data"]
			}
		}
		t.Fatalf("the events end: %v", lines.Err())
		return "", nil
	}
}
