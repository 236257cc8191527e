package document_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// subject is the global id of Advert-7.
const subject = "QWR2ZXJ0LTc="

// prepare prepares a document that has to be valid.
func prepare(t testing.TB, d *document.Documents, text string) *document.Prepared {
	t.Helper()
	p, err := d.Prepare(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// badInput is an error that blames its input, as the store's cursor errors do.
type badInput struct{}

func (badInput) Error() string    { return "decode cursor: illegal base64 at byte 3" }
func (badInput) BadInput() string { return "after is no cursor of this list" }

func TestRunPayloads(t *testing.T) {
	t.Parallel()
	found := func(context.Context, string) (market.Node, error) { return sample(7), nil }
	fail := func(err error) func(context.Context, string) (market.Node, error) {
		return func(context.Context, string) (market.Node, error) { return nil, err }
	}
	for _, c := range []struct {
		name, text, want string
		root             *root
	}{
		{"the default", "", `{"data":{"node":{"__typename":"Advert"}}}`, &root{node: found}},
		{"characters as they are", in("... on Advert { title }"), `{"data":{"node":{"title":"Kettle <1 l> & lid"}}}`, &root{node: found}},
		{
			"pages", in("... on Advert { variants(first: 2) { nodes { id } edges { node { legacyId } } } }"),
			`{"data":{"node":{"variants":{"nodes":[{"id":"VmFyaWFudC0x"},{"id":"VmFyaWFudC0y"}],"edges":[{"node":{"legacyId":1}},{"node":{"legacyId":2}}]}}}}`,
			&root{node: found, variants: func(context.Context, *market.Advert) (*market.Connection[market.Variant], error) { return page(2), nil }},
		},
		{"another type", in("... on Variant { sku } ... on Node { id }"), `{"data":{"node":{"id":"` + subject + `"}}}`, &root{node: found}},
		{
			"not found", "", `{"data":{"node":null},"errors":[{"message":"not found","path":["node"],"locations":[{"line":1,"column":19}],"extensions":{"code":"NOT_FOUND"}}]}`,
			&root{node: fail(fmt.Errorf("load Advert-7: %w", market.ErrNotFound))},
		},
		{
			"bad input", "", `{"data":{"node":null},"errors":[{"message":"after is no cursor of this list","path":["node"],"locations":[{"line":1,"column":19}],"extensions":{"code":"BAD_USER_INPUT"}}]}`,
			&root{node: fail(fmt.Errorf("select: %w", badInput{}))},
		},
		{
			"refused by the rules", "", `{"data":{"node":null},"errors":[{"message":"invalid input: first is above 500","path":["node"],"locations":[{"line":1,"column":19}],"extensions":{"code":"BAD_USER_INPUT"}}]}`,
			&root{node: fail(market.Refuse("first", "is above %d", 500))},
		},
		{
			"a missing scope", "", `{"data":{"node":null},"errors":[{"message":"the API key lacks the scope adverts:read","path":["node"],"locations":[{"line":1,"column":19}],"extensions":{"code":"MISSING_SCOPE","scope":"adverts:read"}}]}`,
			&root{node: func(context.Context, string) (market.Node, error) { return nil, document.MissingScope("adverts:read") }},
		},
		{
			"no data", "query($id: ID!) { order(orderId: $id) { id } }",
			`{"errors":[{"message":"not found","path":["order"],"locations":[{"line":1,"column":19}],"extensions":{"code":"NOT_FOUND"}}]}`,
			&root{order: func(context.Context, string) (*market.Order, error) { return nil, market.ErrNotFound }},
		},
		{
			"errors in the order of their paths", "query($id: ID!) { c: node(id: $id) { id } a: node(id: $id) { id } b: node(id: $id) { id } }",
			`{"data":{"c":null,"a":null,"b":null},"errors":[` + notFound("a", 43) + `,` + notFound("b", 67) + `,` + notFound("c", 19) + `]}`,
			&root{node: fail(market.ErrNotFound)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := runner(c.root, document.Options{})
			got, err := d.Run(t.Context(), prepare(t, d, c.text), subject, viewer.Viewer{})
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func notFound(path string, column int) string {
	return fmt.Sprintf(`{"message":"not found","path":["%s"],"locations":[{"line":1,"column":%d}],"extensions":{"code":"NOT_FOUND"}}`, path, column)
}

// TestRunOwnFailures holds that nothing of ours becomes a payload.
func TestRunOwnFailures(t *testing.T) {
	t.Parallel()
	away := errors.New("dial tcp 10.0.0.7:5432: connection refused")
	limits := document.DefaultLimits
	limits.Timeout = time.Millisecond
	for name, c := range map[string]struct {
		node   func(context.Context, string) (market.Node, error)
		limits document.Limits
		is     error
	}{
		"the database": {func(context.Context, string) (market.Node, error) { return nil, away }, document.Limits{}, away},
		"a masked code": {func(context.Context, string) (market.Node, error) {
			return nil, document.Errorf(document.CodeInternal, "internal error")
		}, document.Limits{}, nil},
		"an unknown code": {func(context.Context, string) (market.Node, error) {
			return nil, document.Errorf("TEAPOT", "short and stout")
		}, document.Limits{}, nil},
		"a panic": {func(context.Context, string) (market.Node, error) { panic("index out of range") }, document.Limits{}, nil},
		"the time": {func(ctx context.Context, _ string) (market.Node, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, limits, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := runner(&root{node: c.node}, document.Options{Limits: c.limits})
			got, err := d.Run(t.Context(), prepare(t, d, ""), subject, viewer.Viewer{})
			if got != nil || !errors.Is(err, document.ErrInternal) || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %s, %v; want an error that is %v", got, err, c.is)
			}
		})
	}
}

func TestRunKeepsThePanic(t *testing.T) {
	t.Parallel()
	d := runner(&root{node: func(context.Context, string) (market.Node, error) { panic("index out of range") }}, document.Options{})
	_, err := d.Run(t.Context(), prepare(t, d, ""), subject, viewer.Viewer{})
	var panicked *document.Panic
	if !errors.As(err, &panicked) || !strings.Contains(string(panicked.Stack), "TestRunKeepsThePanic") {
		t.Errorf("got %v with %+v, want the panic with its stack", err, panicked)
	}
}

// broken panics outside of every field.
type broken struct{ graphql.ExecutableSchema }

func (broken) Exec(context.Context) graphql.ResponseHandler { panic("no such operation") }

func TestRunOnABrokenSchema(t *testing.T) {
	t.Parallel()
	d := document.New(broken{schema()}, document.Options{})
	if got, err := d.Run(t.Context(), prepare(t, d, ""), subject, viewer.Viewer{}); got != nil || !errors.Is(err, document.ErrInternal) {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	d := runner(&root{node: func(ctx context.Context, _ string) (market.Node, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}}, document.Options{})
	if got, err := d.Run(ctx, prepare(t, d, ""), subject, viewer.Viewer{}); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestRunCountsObjects(t *testing.T) {
	t.Parallel()
	r := &root{
		node: func(context.Context, string) (market.Node, error) { return sample(7), nil },
		variants: func(context.Context, *market.Advert) (*market.Connection[market.Variant], error) {
			return page(10), nil
		},
		brand: func(context.Context, *market.Advert) (*market.Brand, error) { return &market.Brand{}, nil },
	}
	run := func(limit int, text string) string {
		limits := document.DefaultLimits
		limits.MaxObjects = limit
		d := runner(r, document.Options{Limits: limits})
		got, err := d.Run(t.Context(), prepare(t, d, text), subject, viewer.Viewer{})
		if err != nil {
			t.Fatal(err)
		}
		return string(got)
	}
	nodes, edges := in("... on Advert { brand { id } variants { nodes { id } } }"), in("... on Advert { brand { id } variants { edges { node { id } } } }")
	for _, text := range []string{nodes, edges} {
		if got := run(12, text); !strings.HasPrefix(got, `{"data":{"node":{"brand":{`) || strings.Contains(got, "errors") {
			t.Errorf("12 objects within 12: %s", got)
		}
		want := `{"errors":[{"message":"the operation resolves more than 11 objects: ask for shorter pages with first, or in several requests","extensions":{"code":"COMPLEXITY_LIMIT_EXCEEDED"}}]}`
		if got := run(11, text); got != want {
			t.Errorf("12 objects within 11: %s", got)
		}
	}
}

// TestRunAsItsOwner runs read only, as the viewer it is given.
func TestRunAsItsOwner(t *testing.T) {
	t.Parallel()
	owner := viewer.Viewer{Seller: 3, Key: "webhook", Scopes: []string{"adverts:read"}, AsOf: time.Unix(9, 0)}
	d := runner(&root{node: func(ctx context.Context, id string) (market.Node, error) {
		v, ok := viewer.FromContext(ctx)
		if !ok || v.Seller != 3 || !v.ReadOnly || v.Key != "webhook" || !v.AsOf.Equal(owner.AsOf) || id != subject {
			t.Errorf("ran as %+v for %s", v, id)
		}
		return sample(7), nil
	}}, document.Options{})
	ctx := viewer.NewContext(t.Context(), viewer.Viewer{Key: "operator"})
	if _, err := d.Run(ctx, prepare(t, d, ""), subject, owner); err != nil {
		t.Error(err)
	}
}

// TestRunBeyondItsScopes runs nothing that the viewer may no longer read.
func TestRunBeyondItsScopes(t *testing.T) {
	t.Parallel()
	d := runner(&root{node: func(context.Context, string) (market.Node, error) {
		t.Error("ran")
		return nil, nil
	}}, document.Options{})
	p := prepare(t, d, in("... on Advert { title brand { name } seller { id } }"))
	_, err := d.Run(t.Context(), p, subject, viewer.Viewer{Seller: 3, Scopes: []string{"adverts:write"}})
	var refused *document.Refused
	if !errors.As(err, &refused) || verdict(refused.Errors) != "Scopes 1:72, Scopes 1:57" || !strings.Contains(err.Error(), "taxonomy:read") {
		t.Errorf("got %v", err)
	}
}

type loaders struct{}

// TestBatchShares counts the contexts that runs load through.
func TestBatchShares(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	var used sync.Map
	d := runner(&root{node: func(ctx context.Context, _ string) (market.Node, error) {
		used.Store(ctx.Value(loaders{}), true)
		return sample(7), nil
	}}, document.Options{Context: func(ctx context.Context) context.Context {
		if v, ok := viewer.FromContext(ctx); !ok || !v.ReadOnly {
			t.Errorf("loaders for %+v", v)
		}
		return context.WithValue(ctx, loaders{}, made.Add(1))
	}})
	p, seller := prepare(t, d, ""), viewer.Viewer{Seller: 3, Scopes: []string{"adverts:read"}}
	batch := d.Batch(t.Context(), seller)
	run := func(ctx context.Context, v viewer.Viewer, contexts int64) {
		t.Helper()
		if _, err := d.Run(ctx, p, subject, v); err != nil {
			t.Error(err)
		}
		if made.Load() != contexts {
			t.Errorf("%d contexts, want %d", made.Load(), contexts)
		}
	}
	run(batch, seller, 1)
	run(batch, viewer.Viewer{Seller: 3, Scopes: []string{"adverts:read"}}, 1)
	run(batch, viewer.Viewer{Seller: 4, Scopes: seller.Scopes}, 2)
	run(batch, viewer.Viewer{Seller: 3}, 3)
	run(batch, viewer.Viewer{Seller: 3, Scopes: seller.Scopes, AsOf: time.Unix(1, 0)}, 4)
	run(t.Context(), seller, 5)
	for n := int64(1); n <= 5; n++ {
		if _, ok := used.Load(n); !ok {
			t.Errorf("context %d was never used", n)
		}
	}
}

// TestRunConcurrently runs one prepared document many times at once.
func TestRunConcurrently(t *testing.T) {
	t.Parallel()
	d := runner(shop(), document.Options{})
	p := prepare(t, d, large)
	want, err := d.Run(t.Context(), p, subject, viewer.Viewer{})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if got, err := d.Run(t.Context(), p, subject, viewer.Viewer{}); err != nil || string(got) != string(want) {
				t.Errorf("%v: got %s", err, got)
			}
		})
	}
	wg.Wait()
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	d := checker(t)
	first, again := prepare(t, d, large), prepare(t, d, large)
	if first != again {
		t.Error("prepared twice")
	}
	if prepare(t, d, " ") != prepare(t, d, market.DefaultDocument) {
		t.Error("a blank document is not the default one")
	}
	if facts := first.Facts(); facts.Cost != 49 || len(facts.RequiredScopes) != 2 {
		t.Errorf("facts %+v", facts)
	}
	_, err := d.Prepare(in("tittle"))
	var refused *document.Refused
	if !errors.As(err, &refused) || verdict(refused.Errors) != "FieldsOnCorrectType 1:35" || !strings.Contains(err.Error(), "tittle") {
		t.Errorf("got %v", err)
	}
}

// TestPresentKeepsPlaces holds that a resolver's own path and place survive.
func TestPresentKeepsPlaces(t *testing.T) {
	t.Parallel()
	d := runner(&root{nodes: func(ctx context.Context, ids []string) ([]market.Node, error) {
		err := document.Errorf(document.CodeNotFound, "not found")
		err.Path = append(graphql.GetPath(ctx), ast.PathIndex(0))
		graphql.AddError(ctx, err)
		return []market.Node{nil, sample(7)}, nil
	}}, document.Options{})
	got, err := d.Run(t.Context(), prepare(t, d, "query($id: ID!) { nodes(ids: [1, $id]) { id } }"), subject, viewer.Viewer{})
	want := `{"data":{"nodes":[null,{"id":"` + subject + `"}]},"errors":[{"message":"not found","path":["nodes",0],"locations":[{"line":1,"column":19}],"extensions":{"code":"NOT_FOUND"}}]}`
	if err != nil || string(got) != want {
		t.Errorf("%v: got %s", err, got)
	}
}

func TestClientSafe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want bool
	}{
		{market.ErrNotFound, true},
		{fmt.Errorf("load: %w", market.Missing("id")), true},
		{badInput{}, true},
		{document.Errorf(document.CodeForbidden, "no"), true},
		{fmt.Errorf("call: %w", document.Errorf(document.CodeRateLimited, "slow down")), true},
		{document.Errorf(document.CodeInternal, "internal error"), false},
		{gqlerror.Errorf("no code"), false},
		{errors.New("pq: password authentication failed"), false},
		{&document.Panic{Value: "x"}, false},
	} {
		if got := document.ClientSafe(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}
