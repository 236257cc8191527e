package resolvers_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/resolvers"
)

const completed = "complete "

func TestEventsOfASubscription(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	all, removals := l.events("operator", ofSellers, nil), l.events("operator", ofSellers, map[string]any{"names": []string{"DESTROY"}})
	own := l.events("seller", ofSellers, nil)
	for range 3 {
		if typeName := l.began(); typeName != "Seller" {
			t.Errorf("a subscription listens to %s", typeName)
		}
	}
	if got := all.response.Header; got.Get("Content-Type") != "text/event-stream; charset=utf-8" || got.Get("Cache-Control") != "no-store" ||
		got.Get("Access-Control-Allow-Origin") != "*" || got.Get("X-Request-Id") == "" {
		t.Errorf("the headers are %v", got)
	}
	if first := all.next(); first != ":" {
		t.Errorf("the stream begins with %q", first)
	}
	l.wires.tell(changeOf(1, market.Update, "Seller", 2), changeOf(2, market.Destroy, "Seller", 4), changeOf(3, market.Create, "Seller", 3))
	all.is(`next {"data":{"sellerChanged":{"sequence":101,"eventName":"UPDATE","changed":["businessName"],"seller":{"businessName":"Two"}}}}`)
	destroyed := `next {"data":{"sellerChanged":{"sequence":102,"eventName":"DESTROY","changed":[],"seller":{"businessName":"Gone"}}}}`
	all.is(destroyed)
	removals.is(destroyed)
	created := `next {"data":{"sellerChanged":{"sequence":103,"eventName":"CREATE","changed":[],"seller":{"businessName":"Three"}}}}`
	all.is(created)
	own.is(created)
	removals.cancel()
	l.ended()
	l.stop()
	for _, s := range []*streamed{all, own} {
		s.is(completed)
		s.is("")
	}
	if more := l.log.String(); strings.Contains(more, "level=ERROR") {
		t.Error(more)
	}
}

// What cannot be read, or is gone by now, is an error of one answer: the subscription goes on.
func TestEventsWithErrors(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	s := l.events("operator", ofSellers, nil)
	l.began()
	l.wires.tell(changeOf(1, market.Update, "Seller", 99), changeOf(2, market.Update, "Seller", 1))
	s.is(`next {"errors":[{"message":"not found","path":["sellerChanged","seller"],"locations":[{"line":1,"column":108}],"extensions":{"code":"NOT_FOUND"}}],"data":null}`)
	s.contains(`"businessName":"One"`)
}

func TestEventsOfOtherOperations(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	for query, want := range map[string][]string{
		`{ __typename }`: {`next {"data":{"__typename":"Query"}}`, completed, ""},
		`mutation { brandCreateOrUpdate(input: { name: "Delft" }) { brand { name } } }`: {`next {"data":{"brandCreateOrUpdate":{"brand":{"name":"Delft"}}}}`, completed, ""},
		`{ node(id: "x") { id } }`: {`next {"errors":[{"message":"not found"`, completed, ""},
	} {
		s := l.events("operator", query, nil)
		if s.response.StatusCode != http.StatusOK {
			t.Errorf("%s: HTTP %d", query, s.response.StatusCode)
		}
		for _, w := range want {
			if got := s.next(); !strings.HasPrefix(got, w) || w == "" && got != "" {
				t.Errorf("%s: got %q, want %q", query, got, w)
			}
		}
	}
}

// A document that is refused is an answer too; what never became an operation has a status.
func TestEventsThatAreRefused(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	for name, c := range map[string]struct {
		key, query string
		variables  map[string]any
		want       string
	}{
		"not in the schema":        {"operator", `subscription { nothing }`, nil, "GRAPHQL_VALIDATION_FAILED"},
		"two fields":               {"operator", `subscription { a: sellerChanged { id } b: sellerChanged { id } }`, nil, "select exactly one"},
		"two kinds":                {"operator", `subscription { sellerChanged { id } taxonChanged { id } }`, nil, "must select only one top level field"},
		"no field in the end":      {"operator", `subscription($b: Boolean!) { sellerChanged @skip(if: $b) { id } }`, map[string]any{"b": true}, "selects 0 fields"},
		"introspection":            {"operator", `subscription { __typename }`, nil, "GRAPHQL_VALIDATION_FAILED"},
		"no kinds":                 {"operator", ofSellers, map[string]any{"names": []string{}}, "eventNames is an empty list"},
		"a kind that there is not": {"operator", ofSellers, map[string]any{"names": []string{"BURN"}}, "BAD_USER_INPUT"},
		"without the scope":        {"narrow", ofSellers, nil, `"code":"MISSING_SCOPE","scope":"sellers:read"`},
		"without that of a field":  {"narrow", `subscription { invoiceChanged { invoice { order { id } } } }`, nil, `"scope":"orders:read"`},
	} {
		s := l.events(c.key, c.query, c.variables)
		if s.response.StatusCode != http.StatusOK || s.response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Errorf("%s: HTTP %d %s", name, s.response.StatusCode, s.response.Header.Get("Content-Type"))
		}
		got := s.next()
		if !strings.Contains(got, c.want) || !strings.HasPrefix(got, `next {"errors":[`) || strings.Contains(got, `"data"`) {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		s.is(completed)
	}
	if s := l.events("wrong", ofSellers, nil); s.response.StatusCode != http.StatusUnauthorized || s.response.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("a wrong key: HTTP %d %s", s.response.StatusCode, s.response.Header.Get("Content-Type"))
	}
	if s := l.events("operator", "", nil); s.response.StatusCode != http.StatusBadRequest || s.response.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("no query: HTTP %d %s", s.response.StatusCode, s.response.Header.Get("Content-Type"))
	}
	if n := len(l.wires.joined); n > 0 {
		t.Errorf("%d refused subscriptions listen", n)
	}
}

// TestEventsByGet is how EventSource asks, which sends no body.
func TestEventsByGet(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	for name, c := range map[string]struct {
		query, accept string
		status        int
		want          string
	}{
		"a query":                    {`{ __typename }`, "text/event-stream", 200, "event: next\ndata: {\"data\":{\"__typename\":\"Query\"}}\n\nevent: complete\ndata: \n\n"},
		"a mutation":                 {`mutation { __typename }`, "text/event-stream", 405, "send mutations by POST"},
		"a subscription without SSE": {ofTaxons, "application/json", 200, "needs server-sent events"},
		"the same, new media type":   {ofTaxons, "application/graphql-response+json", 400, "needs server-sent events"},
		"JSON is preferred":          {`{ __typename }`, "application/json, text/event-stream", 200, `{"data":{"__typename":"Query"}}`},
	} {
		s := l.stream(get(c.query, c.accept))
		body, err := io.ReadAll(s.lines)
		if err != nil || s.response.StatusCode != c.status || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: got %d %s, %v", name, s.response.StatusCode, body, err)
		}
	}
	s := l.stream(get(ofTaxons, "application/json, text/event-stream"))
	l.began()
	l.wires.tell(changeOf(1, market.Create, "Taxon", 1))
	s.is(`next {"data":{"taxonChanged":{"eventName":"CREATE","taxon":{"title":"Cups"}}}}`)
}

// get is a request by GET of the operator.
func get(query, accept string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/graphql?query="+url.QueryEscape(query), nil)
	return with(with(r, "Accept", accept), "Authorization", "Bearer operator")
}

// The time that the server gives to reading a request must not end an answer that goes on.
func TestEventsOutlastTheTimeForReading(t *testing.T) {
	t.Parallel()
	l := newLive(t, func(o *resolvers.Options) { o.Live.KeepAlive = 10 * time.Millisecond })
	l.server.Close()
	l.server = httptest.NewUnstartedServer(l.api)
	l.server.Config.ReadTimeout = 50 * time.Millisecond
	l.server.Start()
	s := l.events("operator", ofTaxons, nil)
	l.began()
	for range 20 { // comments, over more than the time for reading
		if got := s.next(); got != ":" {
			t.Fatalf("got %q", got)
		}
	}
	l.wires.tell(changeOf(1, market.Update, "Taxon", 1))
	s.contains(`"title":"Cups"`)
}

func TestEventsWhereListeningFails(t *testing.T) {
	t.Parallel()
	l := newLive(t, nil)
	l.wires.err = errors.New("the wire is cut")
	s := l.events("operator", ofTaxons, nil)
	s.contains(`"code":"INTERNAL","requestId":"` + s.response.Header.Get("X-Request-Id"))
	if !strings.Contains(l.log.String(), "the wire is cut") {
		t.Errorf("the log has no cause: %s", l.log.String())
	}
	quiet := newLive(t, func(o *resolvers.Options) { o.Feed = nil })
	quiet.events("operator", ofTaxons, nil).contains(`"code":"FORBIDDEN"`)
}
