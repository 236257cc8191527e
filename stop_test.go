package main_test

import (
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crier/internal/servicetest"
)

// TestAStopUnderLoadLeavesNothing starts whole servers in this process, stops each
// amid its load, and starts it again. After each stop no goroutine may be left, and
// after the last start everything that was committed has to arrive. It is not
// parallel: the goroutines of other tests would be among those that it finds.
func TestAStopUnderLoadLeavesNothing(t *testing.T) {
	stages := map[string]*stopStage{
		"embedded":   {place: embedded(t), receiver: receiveHanging(t)},
		"production": {place: production(t, servicetest.StartRedis(t)), receiver: receiveHanging(t)},
	}
	before := goleak.IgnoreCurrent()
	round := func(name string, run func(*stopStage, *testing.T)) {
		t.Run(name, func(t *testing.T) {
			for name, s := range stages {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					run(s, t)
				})
			}
		})
		if err := goleak.Find(before); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, grace := range []time.Duration{0, 200 * time.Millisecond, ample} {
		round("stopped within "+grace.String(), func(s *stopStage, t *testing.T) { s.stopUnderLoad(t, grace) })
	}
	round("the rest", (*stopStage).deliverAll)
}

// ample is a grace in which whoever is not held up by others comes to an end.
const ample = 2 * time.Second

// stopStage is a place with what happened there so far.
type stopStage struct {
	place    place
	receiver *hangingReceiver
	shop     shop
	// hanging is the webhook whose receiver hangs.
	hanging string
	// known are the adverts that clients know to be committed.
	known []string
}

// prepare makes what the load needs, once.
func (s *stopStage) prepare(server *hosted) {
	if s.hanging != "" {
		return
	}
	s.shop = server.open()
	for _, path := range receiverPaths {
		s.hanging, _ = server.register("ADVERT", s.receiver.server.URL+path, advertDocument, object{"eventName": "CREATE"})
	}
}

// stopUnderLoad serves clients and subscribers, and stops when mutations were made,
// deliveries are under way, and every subscriber has heard something.
func (s *stopStage) stopUnderLoad(t *testing.T, grace time.Duration) {
	const mutations = 20
	select {
	case <-s.receiver.hung: // of an earlier round
	default:
	}
	server := host(t, s.place.with("CRIER_GRACE="+grace.String(), "CRIER_LOG_LEVEL=error"))
	s.prepare(server)
	c := gather(t, server, s.shop)
	for range mutations {
		s.known = append(s.known, waitFor(t, "an answer to a mutation", c.created))
	}
	waitFor(t, "a delivery that hangs", s.receiver.hung)
	for range subscriptions {
		waitFor(t, "a change for each subscriber", c.heard)
	}
	farewells := c.end()
	for id := range c.created {
		s.known = append(s.known, id)
	}
	if want := []string{"complete", "the server is stopping"}; grace >= ample && !slices.Equal(farewells, want) {
		t.Errorf("subscribers were told %q, want %q", farewells, want)
	}
}

// deliverAll serves until everything that was committed is delivered.
func (s *stopStage) deliverAll(t *testing.T) {
	close(s.receiver.open)
	server := host(t, s.place.with("CRIER_LOG_LEVEL=error"))
	var committed []string
	for _, n := range server.pages(`query($after: String) { list: allAdverts(first: 500, after: $after) { nodes { ... on Node { id } } pageInfo { hasNextPage endCursor } } }`) {
		committed = append(committed, text(t, n, "id"))
	}
	for _, id := range s.known {
		if !slices.Contains(committed, id) {
			t.Errorf("%s was answered and is not there", id)
		}
	}
	gone := time.After(patience)
	for missing := s.receiver.missing(committed); len(missing) > 0; missing = s.receiver.missing(committed) {
		select {
		case <-s.receiver.came:
		case <-gone:
			t.Fatalf("of %d adverts these deliveries are lost: %v", len(committed), missing)
		}
	}
	s.settled(server, len(receiverPaths)*len(committed))
	server.end()
}

// settled waits until the log shows all events as sent. A stop costs no attempt.
func (s *stopStage) settled(server *hosted, events int) {
	server.t.Helper()
	const document = `query($after: String) { list: webhookEvents(first: 500, after: $after) {
		nodes { id status attempts webhook { id } } pageInfo { hasNextPage endCursor } } }`
	unsent := func(n any) bool { return text(server.t, n, "status") != "Sent" }
	deadline := time.Now().Add(patience)
	list := server.pages(document)
	for slices.ContainsFunc(list, unsent) && time.Now().Before(deadline) {
		list = server.pages(document)
	}
	if len(list) != events {
		server.t.Errorf("the log has %d events, want %d", len(list), events)
	}
	for _, n := range list {
		if unsent(n) || text(server.t, n, "webhook", "id") == s.hanging && at(server.t, n, "attempts") != 1.0 {
			server.t.Errorf("an event is left, or was charged for a stop: %v", n)
		}
	}
}
