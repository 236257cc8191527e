package document_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// announcer resolves one subscription.
type announcer struct {
	graph.ResolverRoot
	graph.SubscriptionResolver
	seen   viewer.Viewer
	advert func() (*market.Advert, error)
	refuse error
}

func (a *announcer) Subscription() graph.SubscriptionResolver { return a }
func (a *announcer) AdvertChange() graph.AdvertChangeResolver { return announced{a} }

type announced struct{ *announcer }

func (a announced) Advert(context.Context, *market.ChangeOf[market.Advert]) (*market.Advert, error) {
	return a.advert()
}

func (a *announcer) AdvertChanged(ctx context.Context, _ *int, _ []market.WebhookEventName) (<-chan *market.ChangeOf[market.Advert], error) {
	a.seen, _ = viewer.FromContext(ctx)
	one := make(chan *market.ChangeOf[market.Advert], 1)
	if c, ok := document.ChangeFrom(ctx); ok && c.Num != 0 {
		one <- &market.ChangeOf[market.Advert]{Change: c}
	}
	close(one)
	return one, a.refuse
}

// request is what runs a document.
func request(t *testing.T, d *document.Documents, text string) *graphql.OperationContext {
	t.Helper()
	doc, refused := d.Parse(text)
	if refused != nil {
		t.Fatal(refused)
	}
	return &graphql.OperationContext{RawQuery: text, Doc: doc, Operation: doc.Operations[0]}
}

func TestExecuteSubscription(t *testing.T) {
	t.Parallel()
	at := time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)
	found := func() (*market.Advert, error) { return sample(7), nil }
	missing := func() (*market.Advert, error) { return nil, market.ErrNotFound }
	updated := market.Change{Num: 3, Action: market.Update, Subject: market.Ref{Type: "Advert", Num: 7}, At: at}
	removed := updated
	removed.Action = market.Destroy
	for name, c := range map[string]struct {
		change market.Change
		advert func() (*market.Advert, error)
		refuse error
		asOf   time.Time
		want   string // "" for no answer
		errors string
	}{
		"an update":            {updated, found, nil, time.Time{}, `{"a":{"advert":{"legacyId":7}}}`, ""},
		"a destroy":            {removed, found, nil, at, `{"a":{"advert":{"legacyId":7}}}`, ""},
		"no change":            {market.Change{}, found, nil, time.Time{}, "", ""},
		"what is not there":    {updated, missing, nil, time.Time{}, "", "input:1:35: a.advert not found\n"},
		"refused by its field": {market.Change{}, found, document.Errorf(document.CodeBadUserInput, "no"), time.Time{}, "", "input:1:16: a no\n"},
		"a failure of our own": {updated, found, errors.New("the disk is away"), time.Time{}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &announcer{advert: c.advert, refuse: c.refuse}
			d := document.New(graph.NewExecutableSchema(graph.Config{Resolvers: a}), document.Options{})
			op := request(t, d, `subscription { a: advertChanged { advert { legacyId } } }`)
			response := d.ExecuteSubscription(t.Context(), op, c.change, viewer.Viewer{Seller: 2}, func(ctx context.Context, err error) *gqlerror.Error {
				return document.Present(ctx, err)
			})
			if response == nil {
				response = &graphql.Response{}
			}
			if got := response.Errors.Error(); string(response.Data) != c.want || got != c.errors {
				t.Errorf("got %s with %q, want %s with %q", response.Data, got, c.want, c.errors)
			}
			if !a.seen.ReadOnly || a.seen.Seller != 2 || !a.seen.AsOf.Equal(c.asOf) {
				t.Errorf("it runs as %+v", a.seen)
			}
		})
	}
}

func TestSubscribed(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for text, want := range map[string]string{
		`subscription { advertChanged { id } }`:                                         "Advert",
		`subscription { advertChanged { id } advertChanged { at } }`:                    "Advert",
		`subscription { ...f } fragment f on Subscription { invoiceChanged { id } }`:    "Invoice",
		`subscription { refundRequestLineItemChanged { id } }`:                          "RefundRequestLineItem",
		`subscription { a: advertChanged { id } b: advertChanged { id } }`:              "",
		`subscription { advertChanged @skip(if: true) { id } }`:                         "",
		`subscription { ... @include(if: false) { advertChanged { id } } }`:             "",
		`subscription { advertChanged(eventNames: [UPDATE]) { advert { title } } }`:     "Advert",
		`subscription S { s: sellerChanged(eventNames: null) { seller { legacyId } } }`: "Seller",
	} {
		got, refused := document.Subscribed(request(t, d, text))
		if got != want || (refused == nil) != (want != "") {
			t.Errorf("%s: got %q, %v", text, got, refused)
		}
	}
}
