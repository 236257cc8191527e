package resolvers_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

// front is a handler over resolvers that a test gives it.
type front struct {
	graph.ResolverRoot
	handler http.Handler
	log     bytes.Buffer
	node    func(ctx context.Context, id string) (market.Node, error)
	remove  func(ctx context.Context) (*graph.AdvertDeleteMutationPayload, error)
}

func (f *front) Query() graph.QueryResolver       { return frontQuery{front: f} }
func (f *front) Mutation() graph.MutationResolver { return frontMutation{front: f} }

type frontQuery struct {
	graph.QueryResolver
	front *front
}

func (q frontQuery) Node(ctx context.Context, id string) (market.Node, error) {
	return q.front.node(ctx, id)
}

type frontMutation struct {
	graph.MutationResolver
	front *front
}

func (m frontMutation) AdvertDelete(ctx context.Context, _ graph.AdvertDeleteMutationInput) (*graph.AdvertDeleteMutationPayload, error) {
	return m.front.remove(ctx)
}

// theKeys are the keys of the tests: "operator", "seller", "reader" and "narrow".
type theKeys struct {
	mu    sync.Mutex
	asked int
	gone  map[string]bool
	err   error
	// narrowed are the scopes of all keys, where there are some.
	narrowed []string
}

func (k *theKeys) KeyByDigest(_ context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	for i, known := range []struct {
		text   string
		seller int64
		scopes []string
	}{{"operator", 0, nil}, {"seller", 3, nil}, {"narrow", 3, []string{"invoices:manage", "adverts:read"}}} {
		if sum := sha256.Sum256([]byte(known.text)); hex.EncodeToString(sum[:]) == digest && !k.gone[known.text] && k.err == nil {
			if k.narrowed != nil {
				known.scopes = k.narrowed
			}
			return &market.MarketplacerAPIKey{Base: market.Base{Num: int64(i + 1)}, SellerID: known.seller, Scopes: known.scopes}, nil
		}
	}
	if k.err != nil {
		return nil, k.err
	}
	return nil, market.ErrNotFound
}

// newFront serves an advert and its deletion.
func newFront(t *testing.T, change func(*resolvers.Options)) *front {
	t.Helper()
	f := &front{}
	f.node = func(context.Context, string) (market.Node, error) {
		return &market.Advert{Base: market.Base{Num: 7}, Title: "Kettle & <lid>"}, nil
	}
	f.remove = func(context.Context) (*graph.AdvertDeleteMutationPayload, error) {
		return &graph.AdvertDeleteMutationPayload{Status: 200}, nil
	}
	options := resolvers.Options{Keys: &theKeys{}, Log: slog.New(slog.NewTextHandler(&f.log, nil))}
	if change != nil {
		change(&options)
	}
	f.handler = resolvers.NewHandler(graph.NewExecutableSchema(graph.Config{Resolvers: f}), options)
	return f
}

// sent is what a request got.
type sent struct {
	status int
	body   string
	header http.Header
}

// do sends a request with the operator's key unless it has another.
func (f *front) do(r *http.Request) sent {
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer operator")
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return sent{w.Code, w.Body.String(), w.Header()}
}

// post is a request by POST with a JSON body.
func post(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// asking is the JSON body of a request.
func asking(query string, variables any) string {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// with sets a header of a request.
func with(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

const graphqlMedia = "application/graphql-response+json"

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	const title = `{"data":{"node":{"title":"Kettle & <lid>"}}}`
	query := `query($id: ID!) { node(id: $id) { ... on Advert { title } } }`
	get := func(values url.Values) *http.Request {
		return httptest.NewRequest(http.MethodGet, "/graphql?"+values.Encode(), nil)
	}
	for name, c := range map[string]struct {
		request *http.Request
		status  int
		body    string
	}{
		"POST":                         {post(asking(query, map[string]any{"id": "x"})), 200, title},
		"a number as an id":            {post(asking(query, map[string]any{"id": 7})), 200, title},
		"null parameters":              {post(`{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}`), 200, `{"data":{"__typename":"Query"}}`},
		"parameters of no use":         {post(`{"query": "{ __typename }", "foo": 1, "extensions": {"a": 1}}`), 200, `{"data":{"__typename":"Query"}}`},
		"a charset":                    {with(post(`{"query": "{ __typename }"}`), "Content-Type", "application/json; charset=utf-8"), 200, `{"data":{"__typename":"Query"}}`},
		"GET":                          {get(url.Values{"query": {query}, "variables": {`{"id": "x"}`}}), 200, title},
		"GET by name":                  {get(url.Values{"query": {"query A { a: __typename } query B { b: __typename }"}, "operationName": {"B"}}), 200, `{"data":{"b":"Query"}}`},
		"a mutation":                   {post(asking(`mutation { advertDelete(input: {id: 1}) { status errors { field } } }`, nil)), 200, `{"data":{"advertDelete":{"status":200,"errors":null}}}`},
		"introspection":                {post(asking(`{ __type(name: "Brand") { name } }`, nil)), 200, `{"data":{"__type":{"name":"Brand"}}}`},
		"OPTIONS":                      {httptest.NewRequest(http.MethodOptions, "/graphql", nil), 204, ""},
		"PUT":                          {httptest.NewRequest(http.MethodPut, "/graphql", nil), 405, "BAD_USER_INPUT"},
		"HEAD":                         {httptest.NewRequest(http.MethodHead, "/graphql", nil), 405, "BAD_USER_INPUT"},
		"a mutation by GET":            {get(url.Values{"query": {"mutation { advertDelete(input: {id: 1}) { status } }"}}), 405, "send mutations by POST"},
		"a form":                       {with(post("query=%7B__typename%7D"), "Content-Type", "application/x-www-form-urlencoded"), 415, "application/json"},
		"no media type":                {with(post(`{"query": "{ __typename }"}`), "Content-Type", ""), 415, "application/json"},
		"no body":                      {post(""), 400, "not a JSON object"},
		"half a body":                  {post(`{"query":`), 400, "not a JSON object"},
		"a list":                       {post(`[{"query": "{ __typename }"}]`), 400, "not a JSON object"},
		"two bodies":                   {post(`{"query": "{ __typename }"}{}`), 400, "goes on"},
		"no query":                     {post(`{}`), 400, "query is missing"},
		"null":                         {post(`null`), 400, "query is missing"},
		"an empty query":               {get(url.Values{}), 400, "query is missing"},
		"a query of a number":          {post(`{"query": 7}`), 400, "query cannot be a number"},
		"a name of an object":          {post(`{"query": "{ __typename }", "operationName": {}}`), 400, "operationName cannot be an object"},
		"variables of a list":          {post(`{"query": "{ __typename }", "variables": []}`), 400, "variables cannot be an array"},
		"variables of a string":        {post(`{"query": "{ __typename }", "variables": "a"}`), 400, "variables cannot be a string"},
		"GET without JSON":             {get(url.Values{"query": {"{ __typename }"}, "variables": {"{"}}), 400, "variables cannot be a string"},
		"too much":                     {post(`{"query": "` + strings.Repeat("#", 10<<20) + `"}`), 413, "10 MiB"},
		"too long":                     {post(asking(strings.Repeat("#", 64<<10)+"{ __typename }", nil)), 200, "COMPLEXITY_LIMIT_EXCEEDED"},
		"no such operation":            {post(`{"query": "query A { __typename }", "operationName": "B"}`), 200, "BAD_USER_INPUT"},
		"which operation":              {post(asking("query A { __typename } query B { __typename }", nil)), 200, "say in operationName"},
		"a connection of another kind": {with(post(asking("{ __typename }", nil)), "Upgrade", "websocket"), 426, "Upgrade"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := f.do(c.request)
			if got.status != c.status || !strings.Contains(got.body, c.body) {
				t.Errorf("got %d %.300s\nwant %d %s", got.status, got.body, c.status, c.body)
			}
			if c.status == 200 && got.header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("media type %s", got.header.Get("Content-Type"))
			}
			if got.header.Get("X-Request-Id") == "" || c.status == 405 && got.header.Get("Allow") == "" {
				t.Errorf("header %v", got.header)
			}
		})
	}
}

// TestHandlerStatusByMedia holds that application/json is answered with 200
// wherever a request was read, and the newer media type as its specification says.
func TestHandlerStatusByMedia(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	f.node = func(context.Context, string) (market.Node, error) { return nil, market.ErrNotFound }
	deep := "{ node(id: 1) { ... on Taxon { " + strings.Repeat("parent { ", 30) + "id" + strings.Repeat(" }", 30) + " } } }"
	for name, c := range map[string]struct {
		query     string
		variables any
		key       string
		status    int
		code      string
	}{
		"parse":        {"{", nil, "operator", 400, "GRAPHQL_PARSE_FAILED"},
		"validation":   {"{ nothing }", nil, "operator", 400, "GRAPHQL_VALIDATION_FAILED"},
		"no variable":  {"query($id: ID!) { node(id: $id) { id } }", nil, "operator", 400, "BAD_USER_INPUT"},
		"a wrong one":  {"query($n: Int) { brands(first: $n) { totalCount } }", map[string]any{"n": "ten"}, "operator", 400, "BAD_USER_INPUT"},
		"a wrong date": {"query($d: ISO8601DateTime!) { updatedOrders(updatedSince: $d) { totalCount } }", map[string]any{"d": "soon"}, "operator", 400, "BAD_USER_INPUT"},
		"depth":        {deep, nil, "operator", 400, "COMPLEXITY_LIMIT_EXCEEDED"},
		"cost":         {"{ taxons(first: 500) { nodes { adverts(first: 500) { nodes { variants(first: 500) { nodes { id } } } } } } }", nil, "operator", 400, "COMPLEXITY_LIMIT_EXCEEDED"},
		"operator":     {"mutation { brandCreateOrUpdate(input: {}) { status } }", nil, "seller", 403, "FORBIDDEN"},
		"scope":        {"mutation { advertDelete(input: {id: 1}) { status } }", nil, "narrow", 403, "MISSING_SCOPE"},
		"subscription": {"subscription { a }", nil, "operator", 400, "GRAPHQL_VALIDATION_FAILED"},
		"defer":        {"{ node(id: 1) { ... @defer { id } } }", nil, "operator", 400, "GRAPHQL_VALIDATION_FAILED"},
		"key":          {"{ __typename }", nil, "wrong", 401, "UNAUTHENTICATED"},
		"execution":    {"{ node(id: 1) { id } }", nil, "operator", 200, "NOT_FOUND"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for media, status := range map[string]int{"application/json": 200, graphqlMedia: c.status, "*/*": 200, "": 200, "text/html, " + graphqlMedia + ";q=0.9, application/json;q=0.8": c.status} {
				if c.status == 401 {
					status = 401
				}
				got := f.do(with(with(post(asking(c.query, c.variables)), "Accept", media), "Authorization", "Bearer "+c.key))
				if got.status != status || !strings.Contains(got.body, `"code":"`+c.code+`"`) {
					t.Errorf("%s: got %d %s, want %d with %s", media, got.status, got.body, status, c.code)
				}
				if strings.Contains(got.body, `"data"`) != (name == "execution") {
					t.Errorf("%s: data in %s", media, got.body)
				}
			}
		})
	}
}

func TestHandlerSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	for body, want := range map[string]string{
		asking("query($id: ID!) { node(id: $id) { id } }", nil): `{"errors":[{"message":"$id must be defined","extensions":{"code":"BAD_USER_INPUT"}}]}`,
		asking("mutation($in: AdvertDeleteMutationInput!) { advertDelete(input: $in) { status } }", map[string]any{"in": map[string]any{"foo": 1}}): `{"errors":[{"message":"$in.foo unknown field","extensions":{"code":"BAD_USER_INPUT"}}]}`,
		asking("{\n  node(id: 1) { foo } }", nil): `{"errors":[{"message":"Cannot query field \"foo\" on type \"Node\".","locations":[{"line":2,"column":17}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
	} {
		if got := f.do(post(body)); got.body != want {
			t.Errorf("%s\n got %s\nwant %s", body, got.body, want)
		}
	}
	got := f.do(with(post(asking("mutation { advertDelete(input: {id: 1}) { status } }", nil)), "MARKETPLACER-API-KEY", "narrow"))
	if want := `{"errors":[{"message":"the API key lacks the scope adverts:manage","extensions":{"code":"MISSING_SCOPE","scope":"adverts:manage"}}]}`; got.body != want {
		t.Errorf("got %s", got.body)
	}
}

// TestHandlerMasks holds that nothing of ours reaches a client, and that the log has it under the same id.
func TestHandlerMasks(t *testing.T) {
	t.Parallel()
	for name, node := range map[string]func(context.Context, string) (market.Node, error){
		"an error": func(context.Context, string) (market.Node, error) {
			return nil, errors.New("pq: password authentication failed for user crier")
		},
		"a panic": func(context.Context, string) (market.Node, error) { panic("password") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, nil)
			f.node = node
			got := f.do(post(asking("{ node(id: 1) { id } }", nil)))
			id := got.header.Get("X-Request-Id")
			want := fmt.Sprintf(`{"errors":[{"message":"internal error","path":["node"],"locations":[{"line":1,"column":3}],"extensions":{"code":"INTERNAL","requestId":"%s"}}],"data":{"node":null}}`, id)
			if got.status != 200 || strings.Contains(got.body, "password") || name == "an error" && got.body != want {
				t.Errorf("got %d %s\nwant %s", got.status, got.body, want)
			}
			log := f.log.String()
			if !strings.Contains(log, "password") || !strings.Contains(log, "request_id="+id) || strings.Contains(log, "stack=") != (name == "a panic") {
				t.Errorf("the log says %s", log)
			}
		})
	}
}

func TestHandlerTimeout(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) {
		o.Limits = document.DefaultLimits
		o.Limits.Timeout = time.Millisecond
	})
	f.node = func(ctx context.Context, _ string) (market.Node, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if got := f.do(post(asking("{ node(id: 1) { id } }", nil))); got.status != 200 || !strings.Contains(got.body, "INTERNAL") || !strings.Contains(f.log.String(), "deadline") {
		t.Errorf("got %d %s; log %s", got.status, got.body, f.log.String())
	}
}

// exploding fails outside of every resolver.
type exploding struct{ graphql.ExecutableSchema }

func (exploding) Schema() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Input: "type Query { a: Int }"})
}

func (exploding) Exec(context.Context) graphql.ResponseHandler { panic("no such operation") }

func TestHandlerSurvivesPanics(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := resolvers.NewHandler(exploding{}, resolvers.Options{Keys: panickingKeys{}, PublicSchema: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, with(post(asking("{ a }", nil)), "Authorization", "Bearer x"))
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"INTERNAL","requestId":"`+w.Header().Get("X-Request-Id")) || !strings.Contains(log.String(), "stack=") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	resolvers.NewHandler(exploding{}, resolvers.Options{Keys: &theKeys{}, Log: slog.New(slog.DiscardHandler)}).
		ServeHTTP(w, with(post(asking("{ a }", nil)), "Authorization", "Bearer operator"))
	if w.Code != 200 || !strings.Contains(w.Body.String(), "INTERNAL") || !strings.HasSuffix(w.Body.String(), `"data":null}`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

type panickingKeys struct{}

func (panickingKeys) KeyByDigest(context.Context, string) (*market.MarketplacerAPIKey, error) {
	panic("no database")
}

func TestHandlerContext(t *testing.T) {
	t.Parallel()
	type loaded struct{}
	const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	f := newFront(t, func(o *resolvers.Options) {
		o.Context = func(ctx context.Context) context.Context {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("loads without a deadline")
			}
			return context.WithValue(ctx, loaded{}, true)
		}
	})
	f.node = func(ctx context.Context, _ string) (market.Node, error) {
		v, _ := viewer.FromContext(ctx)
		if ctx.Value(loaded{}) == nil || v.Seller != 3 || v.Key != (market.Ref{Type: "MarketplacerAPIKey", Num: 2}).ID() || v.Traceparent != trace || v.ReadOnly {
			t.Errorf("resolved as %+v", v)
		}
		return nil, nil
	}
	r := with(with(post(asking("{ node(id: 1) { id } }", nil)), "Authorization", "bearer seller"), "traceparent", trace)
	if got := f.do(r); got.body != `{"data":{"node":null}}` {
		t.Errorf("got %s", got.body)
	}
}

// TestHandlerRepeats sends one document many times at once, as the cache serves it.
func TestHandlerRepeats(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if got := f.do(post(asking("{ node(id: 1) { id ... on Advert { title } } }", nil))); !strings.Contains(got.body, "Kettle") {
				t.Errorf("got %s", got.body)
			}
		})
	}
	wg.Wait()
}

// TestPublicSchema lets nobody in for more than the schema.
func TestPublicSchema(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) { o.PublicSchema = true })
	for query, status := range map[string]int{
		`{ __schema { queryType { name } } }`:                    200,
		`{ __typename __type(name: "Brand") { name } }`:          200,
		`{ __schema { queryType { name } } node(id: 1) { id } }`: 401,
		`{ __typename }`:         401,
		`{ node(id: 1) { id } }`: 401,
		`mutation { advertDelete(input: {id: 1}) { status } }`:           401,
		`{ ...F } fragment F on Query { __typename node(id: 1) { id } }`: 401,
	} {
		w := httptest.NewRecorder()
		f.handler.ServeHTTP(w, post(asking(query, nil)))
		if w.Code != status || (status == 401) != strings.Contains(w.Body.String(), "UNAUTHENTICATED") {
			t.Errorf("%s: got %d %s", query, w.Code, w.Body)
		}
	}
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, with(post(asking(`{ __schema { queryType { name } } }`, nil)), "Authorization", "Bearer wrong"))
	if w.Code != 401 {
		t.Errorf("a wrong key: %d", w.Code)
	}
}

func TestIntrospectionSwitchedOff(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) {
		o.Limits = document.DefaultLimits
		o.Limits.Introspection = false
	})
	if got := f.do(post(asking(`{ __schema { queryType { name } } }`, nil))); !strings.Contains(got.body, "switched off") {
		t.Errorf("got %s", got.body)
	}
}

func TestSchemaHandler(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	for _, c := range []struct {
		public bool
		method string
		key    string
		status int
	}{
		{false, "GET", "", 401}, {false, "GET", "wrong", 401}, {false, "GET", "seller", 200}, {true, "GET", "", 200}, {true, "GET", "wrong", 401}, {true, "POST", "", 405},
	} {
		h := resolvers.SchemaHandler(schema, resolvers.Options{Keys: &theKeys{}, PublicSchema: c.public})
		r := httptest.NewRequest(c.method, "/schema.graphql", nil)
		if c.key != "" {
			r.Header.Set("Authorization", "Bearer "+c.key)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%+v: got %d %.200s", c, w.Code, w.Body)
		}
		if c.status != 200 {
			continue
		}
		read, err := gqlparser.LoadSchema(&ast.Source{Input: w.Body.String()})
		if err != nil || len(read.Types) != len(schema.Types) || read.Types["Advert"].Description != schema.Types["Advert"].Description {
			t.Errorf("the schema reads back as %v", err)
		}
	}
}

// TestOverTheWire sends one request through a real server, which ends a body that is too long.
func TestOverTheWire(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFront(t, nil).handler)
	defer server.Close()
	for body, status := range map[string]int{asking("{ __typename }", nil): 200, `{"query":"` + strings.Repeat(" ", 11<<20) + `"}`: 413} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer operator")
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		if answer.Body.Close() != nil || err != nil || answer.StatusCode != status {
			t.Errorf("got %d %s, %v; want %d", answer.StatusCode, text, err, status)
		}
	}
}
