package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crier/delivery"
	"crier/delivery/egress"
	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/servicetest"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/stream"
	"crier/internal/viewer"
	"crier/resolvers"
)

// patience is how long a test waits for what must come, on a busy machine.
const patience = 90 * time.Second

// place is where a test runs: the URLs of a database and of Redis, and how soon
// its workers try again.
type place struct {
	database, redis string
	firstRetry      time.Duration
}

func embedded(t testing.TB) place {
	return place{database: storetest.SQLite(t)}
}

func production(t testing.TB) place {
	return place{database: storetest.Postgres(t), redis: servicetest.Redis(t)}
}

// onEach runs a test in each sort of place.
func onEach(t *testing.T, test func(*testing.T, place)) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) place{"embedded": embedded, "production": production} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// rig is the parts of one process as the server wires them.
type rig struct {
	*market.Market
	t      *testing.T
	store  *store.Store
	redis  *stream.Redis
	worker *delivery.Worker
	reads  *reads
	actor  market.Actor
	seller *market.Seller
	taxon  string
	// database is its URL.
	database string
	stop     func()
}

// newRig opens a process on a place, with its worker at rest.
func newRig(t *testing.T, p place, grace time.Duration) *rig {
	t.Helper()
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	db, err := store.Open(ctx, p.database, store.Options{SecretKey: bytes.Repeat([]byte("k"), 32), Log: log})
	must(t, err)
	redis, err := stream.Open(ctx, p.redis, log)
	must(t, err)
	r := &rig{t: t, store: db, redis: redis, reads: &reads{Reader: db}, actor: market.Actor{ID: "test"}, database: p.database, stop: func() {}}
	documents := r.wire()
	client := egress.New(egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowHTTP: true}, egress.Options{})
	r.worker, err = delivery.New(delivery.Options{
		Store: db, Redis: redis, Documents: documents, Jobs: r.Market, Egress: client, Log: log, Grace: grace, FirstRetry: p.firstRetry,
		Identity: delivery.Identity{Vertical: "harbour", Prefix: "Crier", UserAgent: "Crier/test"}, Relay: true, Deliver: true,
	})
	must(t, err)
	db.OnCommit(r.worker.Committed)
	t.Cleanup(func() {
		r.stop()
		client.CloseIdle()
		must(t, redis.Close())
		must(t, db.Close())
	})
	return r
}

// wire makes the market and the documents that run on it.
func (r *rig) wire() *document.Documents {
	check := document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{})
	r.Market = market.New(r.store, market.Options{Documents: check})
	root := &resolvers.Resolver{Market: r.Market, Reader: r.reads, Payloads: r.store, Currency: "USD"}
	schema := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	scopes := document.TypeScopes(schema.Schema())
	root.Scopes = func(typeName string) string { return scopes[typeName] }
	return document.New(schema, document.Options{Context: root.WithLoaders})
}

// start runs the worker until stop or the end of the test.
func (r *rig) start() *rig {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.worker.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			must(r.t, err)
		case <-time.After(patience):
			r.t.Error("the worker does not stop")
		}
	})
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open makes what adverts need; running makes it on a worker that runs.
func (r *rig) open() *rig {
	r.t.Helper()
	taxon, err := r.UpsertTaxon(r.t.Context(), r.actor, market.TaxonUpsert{Title: market.Some("Pottery")})
	must(r.t, err)
	r.taxon, r.seller = taxon.ID(), r.newSeller("Quay Pottery")
	return r
}

func running(t *testing.T, p place) *rig { return newRig(t, p, patience).open().start() }

func (r *rig) newSeller(name string) *market.Seller {
	r.t.Helper()
	seller, err := r.CreateSeller(r.t.Context(), r.actor, market.SellerAttributes{
		AccountType: market.AccountRetailer,
		SellerUpdate: market.SellerUpdate{
			BusinessName: market.Some(name), LegalBusinessName: market.Some(name + " Ltd"),
			Phone: market.Some("+1 555 0100"), EmailAddress: market.Some("shop@example.com"),
			Address: market.Some(market.AddressAttributes{
				Address: market.Some("1 Quay"), City: market.Some("Portland"), Postcode: market.Some("97201"),
				Country: market.Some(market.CountryAttributes{Code: new("US")}),
			}),
		},
	})
	must(r.t, err)
	return seller
}

// advert offers an advert of a seller with one variant.
func (r *rig) advert(seller *market.Seller, title string) string {
	r.t.Helper()
	id := seller.ID()
	a, err := r.UpsertAdvert(r.t.Context(), r.actor, market.AdvertUpsert{
		SellerID: &id, TaxonID: market.Some(r.taxon), Title: market.Some(title), AttemptAutoPublish: true,
		Variants:        []market.VariantAttributes{{SKU: market.Some(title), CountOnHand: market.Some[int64](10)}},
		PriceAttributes: market.PriceAttributes{Price: market.Some("39.50")},
	})
	must(r.t, err)
	return a.ID()
}

func (r *rig) rename(advert, title string) {
	r.t.Helper()
	_, err := r.UpsertAdvert(r.t.Context(), r.actor, market.AdvertUpsert{AdvertID: &advert, Title: market.Some(title)})
	must(r.t, err)
}

// titled is the document of most of these tests.
const titled = `query($id: ID!) { node(id: $id) { ... on Advert { id title } } }`

// register registers a webhook for changes of adverts.
func (r *rig) register(url string, change ...func(*market.WebhookAttributes)) market.WebhookResult {
	r.t.Helper()
	in := market.WebhookAttributes{Type: market.Some("ADVERT"), URL: market.Some(url), QueryString: market.Some(titled)}
	for _, c := range change {
		c(&in)
	}
	made, err := r.CreateWebhook(r.t.Context(), r.actor, nil, in)
	must(r.t, err)
	return made
}

func (r *rig) update(w *market.Webhook, in market.WebhookAttributes) {
	r.t.Helper()
	_, err := r.UpdateWebhook(r.t.Context(), r.actor, nil, w.ID(), in)
	must(r.t, err)
}

// enabled pauses or resumes a webhook.
func enabled(on bool) market.WebhookAttributes {
	return market.WebhookAttributes{Enabled: market.Some(on)}
}

// events are a webhook's events in the order of their sequence.
func (r *rig) events(w *market.Webhook) []*market.WebhookEvent {
	r.t.Helper()
	var list []*market.WebhookEvent
	ctx := viewer.NewContext(r.t.Context(), viewer.Viewer{})
	_, err := r.store.Select(ctx, &list, market.Query{Where: []market.Cond{market.Eq("webhook_id", w.Num)}, Sort: []market.Sort{{Column: "id"}}})
	must(r.t, err)
	return list
}

// statuses waits until a webhook's events have the statuses, in their order.
func (r *rig) statuses(w *market.Webhook, want ...market.EventStatus) []*market.WebhookEvent {
	r.t.Helper()
	var list []*market.WebhookEvent
	r.until(func() bool {
		list = r.events(w)
		return slices.EqualFunc(list, want, func(e *market.WebhookEvent, s market.EventStatus) bool { return e.Status == s })
	}, func() any {
		var got []market.EventStatus
		for _, e := range list {
			got = append(got, e.Status)
		}
		return got
	})
	return list
}

// until waits for a condition; seen says what was there instead.
func (r *rig) until(met func() bool, seen func() any) {
	r.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for !met() {
		select {
		case <-tick.C:
		case <-timeout:
			r.t.Fatalf("gave up: %v", seen())
		}
	}
}

// reads counts what documents read, and fails on demand.
type reads struct {
	resolvers.Reader
	adverts atomic.Int64
	refuse  atomic.Pointer[func(market.Query) error]
}

func (r *reads) Select(ctx context.Context, dest any, q market.Query) ([]string, error) {
	if _, ok := dest.(*[]*market.Advert); ok {
		r.adverts.Add(1)
		if refuse := r.refuse.Load(); refuse != nil {
			if err := (*refuse)(q); err != nil {
				return nil, err
			}
		}
	}
	return r.Reader.Select(ctx, dest, q)
}

// errAway is a failure of our own.
var errAway = errors.New("the database is away")

// asks reports whether a query is about an advert.
func asks(q market.Query, advert string) bool {
	ref, err := market.ParseID(advert)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(q.Where, func(c market.Cond) bool {
		nums, isList := c.Value.([]int64)
		return c.Column == "id" && (isList && slices.Contains(nums, ref.Num) || c.Value == ref.Num)
	})
}

func title(a arrival) string {
	return strings.TrimSpace(a.data.Payload.Data.Node.Title)
}

// find returns the entities that meet conditions.
func find[T any](r *rig, where ...market.Cond) []*T {
	r.t.Helper()
	var list []*T
	_, err := r.store.Select(viewer.NewContext(r.t.Context(), viewer.Viewer{}), &list, market.Query{Where: where})
	must(r.t, err)
	return list
}

// relayOnly runs a worker without the role of delivery until every change has its place.
func (r *rig) relayOnly() {
	r.t.Helper()
	w, err := delivery.New(delivery.Options{Store: r.store, Redis: r.redis, Documents: document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{}),
		Egress: egress.New(egress.Policy{}, egress.Options{}), Log: slog.New(slog.DiscardHandler), Relay: true})
	must(r.t, err)
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	r.until(func() bool { return len(find[market.WebhookEvent](r)) > 0 }, func() any { return "no events" })
	cancel()
	must(r.t, <-done)
}
