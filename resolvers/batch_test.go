package resolvers_test

import (
	"context"
	"errors"
	"testing"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

// strangeReader answers nothing: it does what a test says instead.
type strangeReader struct{ strange func() error }

func (r strangeReader) Select(context.Context, any, market.Query) ([]string, error) {
	return nil, r.strange()
}

func (r strangeReader) Count(context.Context, string, market.Query) (int, error) {
	return 0, r.strange()
}

func (r strangeReader) CountPer(context.Context, string, market.Query) (map[int64]int, error) {
	return nil, r.strange()
}

func TestReadersThatPanicFailTheFieldOnly(t *testing.T) {
	t.Parallel()
	r := &resolvers.Resolver{Reader: strangeReader{func() error { panic("out of cheese") }}}
	_, err := r.Advert().Seller(r.WithLoaders(t.Context()), &market.Advert{SellerID: 1})
	var panicked *document.Panic
	if !errors.As(err, &panicked) || panicked.Value != "out of cheese" || len(panicked.Stack) == 0 {
		t.Errorf("the error is %v", err)
	}
}

func TestReadersThatFailSayWhatTheyRead(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is on fire")
	r := &resolvers.Resolver{Reader: strangeReader{func() error { return fault }}}
	ctx := r.WithLoaders(viewer.NewContext(t.Context(), viewer.Viewer{}))
	for name, read := range map[string]func() error{
		"load Seller: ":          func() error { _, err := r.Advert().Seller(ctx, &market.Advert{SellerID: 1}); return err },
		"load Advert.variants: ": func() error { _, err := r.Advert().LowestPrice(ctx, &market.Advert{}); return err },
		"load Advert.images: ":   func() error { _, err := r.Advert().DisplayImage(ctx, &market.Advert{}); return err },
	} {
		if err := read(); !errors.Is(err, fault) || err.Error() != name+fault.Error() {
			t.Errorf("the error is %v, want %s…", err, name)
		}
	}
}

func TestWaitingEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	r := &resolvers.Resolver{Reader: strangeReader{func() error { <-stuck; return nil }}}
	ctx, cancel := context.WithCancel(r.WithLoaders(t.Context()))
	cancel()
	if _, err := r.Advert().Seller(ctx, &market.Advert{SellerID: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestResolversNeedLoadersAndAViewer(t *testing.T) {
	t.Parallel()
	b := catalogue(t)
	if _, err := b.resolver.Advert().Seller(t.Context(), &market.Advert{SellerID: 1}); err == nil {
		t.Error("a read without loaders went well")
	}
	ctx := b.resolver.WithLoaders(t.Context())
	if _, err := b.resolver.Query().Node(ctx, id("Advert", 1)); err == nil {
		t.Error("a read without a viewer went well")
	}
	if _, err := b.resolver.Mutation().AdvertDelete(ctx, graph.AdvertDeleteMutationInput{ID: id("Advert", 1)}); err == nil {
		t.Error("a change without a viewer went well")
	}
	b.query(`{ node(id: "` + id("Advert", 1) + `") { ... on Advert { published statusText } } }`).is(`{"node": {"published": true, "statusText": "Published"}}`)
}
