package document_test

import (
	"context"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
)

// schema is the generated schema without resolvers.
func schema() graphql.ExecutableSchema { return graph.NewExecutableSchema(graph.Config{}) }

// checker checks against the generated schema.
func checker(t testing.TB) *document.Documents {
	t.Helper()
	return document.New(schema(), document.Options{})
}

// root resolves what a test gives it, and nothing else.
type root struct {
	graph.ResolverRoot
	node     func(ctx context.Context, id string) (market.Node, error)
	nodes    func(ctx context.Context, ids []string) ([]market.Node, error)
	variants func(ctx context.Context, advert *market.Advert) (*market.Connection[market.Variant], error)
	brand    func(ctx context.Context, advert *market.Advert) (*market.Brand, error)
	order    func(ctx context.Context, id string) (*market.Order, error)
}

func (r *root) Query() graph.QueryResolver   { return query{root: r} }
func (r *root) Advert() graph.AdvertResolver { return advert{root: r} }

type query struct {
	graph.QueryResolver
	root *root
}

func (q query) Node(ctx context.Context, id string) (market.Node, error) { return q.root.node(ctx, id) }

func (q query) Nodes(ctx context.Context, ids []string) ([]market.Node, error) {
	return q.root.nodes(ctx, ids)
}

func (q query) Order(ctx context.Context, id string) (*market.Order, error) {
	return q.root.order(ctx, id)
}

type advert struct {
	graph.AdvertResolver
	root *root
}

func (a advert) Variants(ctx context.Context, obj *market.Advert, _, _ *string, _ *bool, _, _ *int) (*market.Connection[market.Variant], error) {
	return a.root.variants(ctx, obj)
}

func (a advert) Brand(ctx context.Context, obj *market.Advert) (*market.Brand, error) {
	return a.root.brand(ctx, obj)
}

// sample is an advert that is on sale.
func sample(num int64) *market.Advert {
	return &market.Advert{Base: market.Base{Num: num}, Title: "Kettle <1 l> & lid", Published: true}
}

// page is a page of variants.
func page(n int) *market.Connection[market.Variant] {
	c := &market.Connection[market.Variant]{PageInfo: &market.PageInfo{}}
	for i := range n {
		sku := "SKU-" + strings.Repeat("x", i%3)
		v := &market.Variant{Base: market.Base{Num: int64(i + 1)}, SKU: &sku}
		c.Nodes = append(c.Nodes, v)
		c.Edges = append(c.Edges, &market.Edge[market.Variant]{Cursor: "c", Node: v})
	}
	return c
}

// runner runs documents with a test's resolvers.
func runner(r *root, options document.Options) *document.Documents {
	return document.New(graph.NewExecutableSchema(graph.Config{Resolvers: r}), options)
}
