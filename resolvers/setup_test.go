package resolvers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/delivery"
	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
	"crier/resolvers"
)

// bundle is a marketplace in a database of its own, and the API over it.
type bundle struct {
	t        *testing.T
	url      string // of the database
	store    *store.Store
	market   *market.Market
	reads    *countingReader
	resolver *resolvers.Resolver
	executor *executor.Executor
}

// setup opens an empty marketplace.
func setup(t *testing.T) *bundle {
	t.Helper()
	return opened(t, storetest.SQLite(t))
}

// opened opens the marketplace in a database.
func opened(t *testing.T, url string) *bundle {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{SecretKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bundle{t: t, url: url, store: s, reads: &countingReader{Store: s}, market: market.New(s, market.Options{})}
	b.resolver = &resolvers.Resolver{
		Market: b.market, Reader: b.reads, Currency: "USD", BaseURL: "https://api.example",
		Body: delivery.Identity{Vertical: "shop"}.Body, Ping: pong, EventWait: time.Millisecond,
	}
	es := graph.NewExecutableSchema(graph.Config{Resolvers: b.resolver})
	scopes := document.TypeScopes(es.Schema())
	b.resolver.Scopes = func(typeName string) string { return scopes[typeName] }
	b.resolver.Documents = document.New(es, document.Options{Context: b.resolver.WithLoaders})
	b.executor = executor.New(es)
	b.executor.SetErrorPresenter(func(ctx context.Context, err error) *gqlerror.Error {
		seen := document.Present(ctx, err)
		if seen == nil {
			t.Errorf("an error that clients must not see: %v", err)
			return gqlerror.Errorf("internal")
		}
		return seen
	})
	return b
}

// pong stands for a receiver that answers each ping.
func pong(_ context.Context, w *market.Webhook) (*market.WebhookEventResponse, error) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return &market.WebhookEventResponse{
		Base: market.Base{Num: -5, CreatedAt: at, UpdatedAt: at}, AttemptNo: 1, SellerID: w.SellerID, Status: 202,
		Headers: json.RawMessage(`{"Server":"s"}`), Body: json.RawMessage(`"pong"`),
	}, nil
}

// countingReader counts the statements of its store.
type countingReader struct {
	*store.Store
	mu    sync.Mutex
	count int
}

func (c *countingReader) one() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
}

func (c *countingReader) Select(ctx context.Context, dest any, q market.Query) ([]string, error) {
	c.one()
	return c.Store.Select(ctx, dest, q)
}

func (c *countingReader) Count(ctx context.Context, kind string, q market.Query) (int, error) {
	c.one()
	return c.Store.Count(ctx, kind, q)
}

func (c *countingReader) CountPer(ctx context.Context, kind string, q market.Query) (map[int64]int, error) {
	c.one()
	return c.Store.CountPer(ctx, kind, q)
}

// insert stores entities as they are, created a second apart, without the rules of the market.
func (b *bundle) insert(entities ...market.Entity) {
	b.t.Helper()
	err := b.store.Run(b.t.Context(), func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Insert(b.t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// update stores entities that were changed, without the rules of the market.
func (b *bundle) update(entities ...market.Entity) {
	b.t.Helper()
	err := b.store.Run(b.t.Context(), func(tx market.Tx) error {
		for _, e := range entities {
			if err := tx.Update(b.t.Context(), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// birth is when the entities of tests were created.
var birth = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// base is the Base of a test's entity that was created some seconds after birth.
func base(seconds int) market.Base {
	at := birth.Add(time.Duration(seconds) * time.Second)
	return market.Base{CreatedAt: at, UpdatedAt: at}
}

// answer is what a document gave.
type answer struct {
	t      *testing.T
	Data   json.RawMessage
	Errors gqlerror.List
}

// run executes a document as a viewer.
func (b *bundle) run(v viewer.Viewer, document string, variables map[string]any) answer {
	b.t.Helper()
	ctx := graphql.StartOperationTrace(b.resolver.WithLoaders(viewer.NewContext(b.t.Context(), v)))
	params := &graphql.RawParams{Query: document, Variables: variables, ReadTime: graphql.TraceTiming{Start: birth, End: birth}}
	op, errs := b.executor.CreateOperationContext(ctx, params)
	if errs != nil {
		b.t.Fatalf("%s: %v", document, errs)
	}
	handler, ctx := b.executor.DispatchOperation(ctx, op)
	response := handler(ctx)
	return answer{t: b.t, Data: response.Data, Errors: response.Errors}
}

// query executes a document as the operator and expects no errors.
func (b *bundle) query(document string) answer {
	b.t.Helper()
	return b.queryAs(viewer.Viewer{}, document)
}

// queryAs executes a document as a viewer and expects no errors.
func (b *bundle) queryAs(v viewer.Viewer, document string) answer {
	b.t.Helper()
	a := b.run(v, document, nil)
	if len(a.Errors) > 0 {
		b.t.Fatalf("%s: %v", document, a.Errors)
	}
	return a
}

// is expects exactly this JSON as data.
func (a answer) is(want string) {
	a.t.Helper()
	if got, want := compact(a.t, a.Data), compact(a.t, []byte(want)); got != want {
		a.t.Errorf("data is\n%s, want\n%s", got, want)
	}
}

// fails expects one error with a code, on a path.
func (a answer) fails(code, path string) *gqlerror.Error {
	a.t.Helper()
	if len(a.Errors) != 1 {
		a.t.Fatalf("%d errors, want one with %s: %v", len(a.Errors), code, a.Errors)
	}
	err := a.Errors[0]
	if err.Extensions["code"] != code || err.Path.String() != path {
		a.t.Errorf("the error has %v on %q, want %s on %q: %v", err.Extensions["code"], err.Path, code, path, err)
	}
	return err
}

// compact is JSON without spaces.
func compact(t *testing.T, text []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return out.String()
}

// id is the global id of an entity.
func id(typeName string, num int64) string { return market.Ref{Type: typeName, Num: num}.ID() }

// into reads data into a struct.
func (a answer) into(out any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Data, out); err != nil {
		a.t.Fatalf("%v in %s", err, a.Data)
	}
}

// joined is numbers in one line.
func joined(nums []int64) string { return strings.Trim(fmt.Sprint(nums), "[]") }
