package resolvers_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
	"crier/resolvers"
)

// peer is one of several processes that serve the same marketplace.
type peer struct {
	t       *testing.T
	store   *store.Store
	handler http.Handler
}

// part is how a peer differs from the others.
type part struct {
	// claims and market stand between the API and the store.
	claims func(*store.Store) resolvers.Claims
	market func(market.Store) market.Store
	// context prepares the context of an execution.
	context func(context.Context) context.Context
}

// join starts a process beside others on a database.
func join(t *testing.T, url string, p part) *peer {
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
	var rules market.Store = s
	if p.market != nil {
		rules = p.market(s)
	}
	root := &resolvers.Resolver{Market: market.New(rules, market.Options{}), Reader: s, Currency: "USD"}
	es := graph.NewExecutableSchema(graph.Config{Resolvers: root})
	scopes := document.TypeScopes(es.Schema())
	root.Scopes = func(typeName string) string { return scopes[typeName] }
	options := resolvers.Options{Keys: twoOperators{}, Claims: s, Log: slog.New(slog.DiscardHandler), Context: root.WithLoaders}
	if p.claims != nil {
		options.Claims = p.claims(s)
	}
	if p.context != nil {
		options.Context = func(ctx context.Context) context.Context { return root.WithLoaders(p.context(ctx)) }
	}
	return &peer{t, s, resolvers.NewHandler(es, options)}
}

// twoOperators are the API keys "operator" and "second".
type twoOperators struct{}

func (twoOperators) KeyByDigest(_ context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	for i, text := range []string{"operator", "second"} {
		if market.KeyDigest(text) == digest {
			return &market.MarketplacerAPIKey{Base: market.Base{Num: int64(i + 1)}}, nil
		}
	}
	return nil, market.ErrNotFound
}

// creation makes an API key: a change that shows when it was made twice, and a
// secret that only its first answer knows.
const creation = `mutation($for: String!, $agreed: Boolean = true) {
	marketplacerApiKeyCreate(input: {apiTermsOfUse: $agreed, description: $for, organization: "Integrator"}) { status apiKey errors { field } } }`

// creating is the request that makes an API key, with an idempotency key.
func creating(what, key string) *http.Request {
	return with(post(asking(creation, map[string]any{"for": what})), "Idempotency-Key", key)
}

// do sends a request with the operator's key unless it has another.
func (p *peer) do(r *http.Request) sent {
	return (&front{handler: p.handler}).do(r)
}

// made expects that so many API keys with a description were made.
func (p *peer) made(what string, want int) {
	p.t.Helper()
	ctx := viewer.NewContext(p.t.Context(), viewer.Viewer{})
	n, err := p.store.Count(ctx, "MarketplacerAPIKey", market.Query{Where: []market.Cond{market.Eq("description", what)}})
	if err != nil || n != want {
		p.t.Errorf("%d changes were made for %q, want %d, %v", n, what, want, err)
	}
}

// is expects an answer with a status that holds a text.
func (s sent) is(t *testing.T, status int, text string) sent {
	t.Helper()
	if s.status != status || !strings.Contains(s.body, text) {
		t.Errorf("got %d %s, want %d with %s", s.status, s.body, status, text)
	}
	if s.header.Get("Idempotent-Replayed") != "" {
		t.Errorf("%s is a repetition", s.body)
	}
	return s
}

// repeats expects that an answer is that of another request.
func (s sent) repeats(t *testing.T, first sent) {
	t.Helper()
	if s.header.Get("Idempotent-Replayed") != "true" || s.body != first.body || s.status != first.status {
		t.Errorf("got %d %s %v, want a repetition of %d %s", s.status, s.body, s.header, first.status, first.body)
	}
}

// onBoth runs a test on a marketplace in SQLite and on one in PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, url(t))
		})
	}
}

// TestIdempotency goes through what a client can do with one key, at two processes.
func TestIdempotency(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		first, second := join(t, url, part{}), join(t, url, part{})
		for name, test := range map[string]func(*testing.T, *peer, *peer){
			"a repetition":      repetition,
			"another body":      anotherBody,
			"another API key":   anotherAPIKey,
			"a refusal":         refusal,
			"no such key":       badKeys,
			"no mutation":       noMutation,
			"all at once":       allAtOnce,
			"a refused request": refusedBefore,
		} {
			t.Run(name, func(t *testing.T) { test(t, first, second) })
		}
	})
}

func repetition(t *testing.T, first, second *peer) {
	answer := first.do(creating("once", "a repetition")).is(t, 200, `"apiKey":"crier_`)
	for range 2 {
		second.do(creating("once", "a repetition")).repeats(t, answer)
	}
	differently := post(`{ "operationName": null, "variables": {"for": "once"}, "query": ` + strconv.Quote(creation) + `}`)
	first.do(with(differently, "Idempotency-Key", "a repetition")).repeats(t, answer)
	newer := first.do(with(creating("once", "a repetition"), "Accept", graphqlMedia))
	newer.repeats(t, answer)
	if got := newer.header.Get("Content-Type"); !strings.HasPrefix(got, graphqlMedia) {
		t.Errorf("media type %s", got)
	}
	first.made("once", 1)
}

func anotherBody(t *testing.T, first, second *peer) {
	answer := first.do(creating("mine", "another body")).is(t, 200, "crier_")
	for _, r := range []func() *http.Request{
		func() *http.Request { return creating("other", "another body") },
		func() *http.Request {
			return with(post(asking(creation+" ", map[string]any{"for": "mine"})), "Idempotency-Key", "another body")
		},
		func() *http.Request {
			return with(post(asking(creation, map[string]any{"for": "mine", "agreed": true})), "Idempotency-Key", "another body")
		},
	} {
		second.do(r()).is(t, 200, `{"errors":[{"message":"this Idempotency-Key was used for another request: send a new key with each new request, `+
			`and the same one only to repeat it","extensions":{"code":"BAD_USER_INPUT","idempotency":"REUSED"}}]}`)
		second.do(with(r(), "Accept", graphqlMedia)).is(t, 422, "REUSED")
	}
	first.do(creating("mine", "another body")).repeats(t, answer)
	first.made("mine", 1)
	first.made("other", 0)
}

func anotherAPIKey(t *testing.T, first, second *peer) {
	mine := first.do(creating("each", "shared")).is(t, 200, "crier_")
	theirs := second.do(with(creating("each", "shared"), "Authorization", "Bearer second")).is(t, 200, "crier_")
	second.do(creating("each", "shared")).repeats(t, mine)
	first.do(with(creating("each", "shared"), "Authorization", "Bearer second")).repeats(t, theirs)
	if mine.body == theirs.body {
		t.Error("two API keys got one answer")
	}
	first.made("each", 2)
}

// refusal repeats an answer whose payload says what is wrong with the input.
func refusal(t *testing.T, first, second *peer) {
	r := func() *http.Request {
		return with(post(asking(creation, map[string]any{"for": "refused", "agreed": false})), "Idempotency-Key", "a refusal")
	}
	answer := first.do(r()).is(t, 200, `{"status":422,"apiKey":null,"errors":[{"field":"api_terms_of_use"}]}`)
	second.do(r()).repeats(t, answer)
	first.made("refused", 0)
}

func badKeys(t *testing.T, first, _ *peer) {
	for _, key := range []string{"", "tab\tulator", "ключ", strings.Repeat("k", 256)} {
		first.do(creating("bad", key)).is(t, 400, "Idempotency-Key is not one value")
	}
	two := creating("bad", "one")
	two.Header.Add("Idempotency-Key", "two")
	first.do(two).is(t, 400, "BAD_USER_INPUT")
	first.made("bad", 0)
	first.do(creating("long", strings.Repeat("k", 255))).is(t, 200, "crier_")
	first.do(creating("odd", ` !"#~`)).is(t, 200, "crier_")
}

func noMutation(t *testing.T, first, _ *peer) {
	for _, key := range []string{"a query", "", strings.Repeat("k", 256)} {
		for range 2 {
			first.do(with(post(asking("{ __typename }", nil)), "Idempotency-Key", key)).is(t, 200, `"Query"`)
		}
	}
}

// refusedBefore leaves a key unused whose request did not run.
func refusedBefore(t *testing.T, first, second *peer) {
	first.do(with(post(asking(creation, nil)), "Idempotency-Key", "a refused request")).is(t, 200, "$for must be defined")
	second.do(creating("mended", "a refused request")).is(t, 200, "crier_")
}

func allAtOnce(t *testing.T, first, second *peer) {
	answers := make([]sent, 24)
	var wait sync.WaitGroup
	for i := range answers {
		wait.Go(func() { answers[i] = []*peer{first, second}[i%2].do(creating("one", "all at once")) })
	}
	wait.Wait()
	var ran []sent
	for _, a := range answers {
		if a.header.Get("Idempotent-Replayed") == "" && strings.Contains(a.body, "crier_") {
			ran = append(ran, a)
		}
	}
	if len(ran) != 1 {
		t.Fatalf("%d of %d ran", len(ran), len(answers))
	}
	for _, a := range answers {
		if strings.Contains(a.body, "IN_PROGRESS") {
			if a.header.Get("Retry-After") != "1" || a.status != 200 {
				t.Errorf("got %d %s %v", a.status, a.body, a.header)
			}
		} else if a.body != ran[0].body {
			t.Errorf("got %s, want %s", a.body, ran[0].body)
		}
	}
	second.do(creating("one", "all at once")).repeats(t, ran[0])
	first.made("one", 1)
}

// dying are the claims of a process that dies on the way.
type dying struct {
	resolvers.Claims
	// ago is how long ago it claimed.
	ago time.Duration
	// claimed and answered are how it ends after its claim, and before its answer is kept.
	claimed, answered error
}

var errDied = errors.New("the process died")

func (d dying) Claim(ctx context.Context, want market.Claim, now time.Time) (market.Claim, error) {
	got, err := d.Claims.Claim(ctx, want, now.Add(-d.ago))
	return got, errors.Join(err, d.claimed)
}

func (d dying) AnswerClaim(ctx context.Context, claim int64, answer []byte) error {
	if d.answered != nil {
		return d.answered
	}
	return d.Claims.AnswerClaim(ctx, claim, answer)
}

// dies is a process that dies on the way of its claims.
func dies(d dying) part {
	return part{claims: func(s *store.Store) resolvers.Claims { d.Claims = s; return d }}
}

// TestIdempotencyOutlivesProcesses repeats requests at another process after the first one died.
func TestIdempotencyOutlivesProcesses(t *testing.T) {
	const leaseOver = 61 * time.Second
	onBoth(t, func(t *testing.T, url string) {
		other := join(t, url, part{})
		t.Run("before the change", func(t *testing.T) {
			join(t, url, dies(dying{claimed: errDied})).do(creating("a", "1")).is(t, 500, "INTERNAL")
			other.do(creating("a", "1")).is(t, 200, "IN_PROGRESS")
			other.do(with(creating("a", "1"), "Accept", graphqlMedia)).is(t, 409, "IN_PROGRESS")
			other.made("a", 0)
		})
		t.Run("before the change, a minute ago", func(t *testing.T) {
			join(t, url, dies(dying{claimed: errDied, ago: leaseOver})).do(creating("b", "2")).is(t, 500, "INTERNAL")
			answer := other.do(creating("b", "2")).is(t, 200, "crier_")
			other.do(creating("b", "2")).repeats(t, answer)
			other.made("b", 1)
		})
		t.Run("after the change", func(t *testing.T) {
			join(t, url, dies(dying{answered: errDied})).do(creating("c", "3")).is(t, 200, "crier_")
			other.do(creating("c", "3")).is(t, 200, "IN_PROGRESS")
			other.made("c", 1)
		})
		t.Run("after the change, a minute ago", func(t *testing.T) {
			join(t, url, dies(dying{answered: errDied, ago: leaseOver})).do(creating("d", "4")).is(t, 200, "crier_")
			other.do(creating("d", "4")).is(t, 200, "the change of the first request with this Idempotency-Key was made")
			other.do(with(creating("d", "4"), "Accept", graphqlMedia)).is(t, 409, "ANSWER_LOST")
			other.do(creating("e", "4")).is(t, 200, "REUSED")
			other.made("d", 1)
		})
		t.Run("a process that is only slow", func(t *testing.T) { slowProcess(t, url, other, leaseOver) })
	})
}

// slowProcess takes a request over whose process then goes on: it cannot make the change again.
func slowProcess(t *testing.T, url string, other *peer, leaseOver time.Duration) {
	running, goOn := make(chan struct{}), make(chan struct{})
	p := dies(dying{ago: leaseOver})
	p.context = func(ctx context.Context) context.Context {
		close(running)
		<-goOn
		return ctx
	}
	slow, late := join(t, url, p), make(chan sent)
	go func() { late <- slow.do(creating("f", "5")) }()
	<-running
	answer := other.do(creating("f", "5")).is(t, 200, "crier_")
	close(goOn)
	(<-late).is(t, 200, "INTERNAL")
	other.do(creating("f", "5")).repeats(t, answer)
	other.made("f", 1)
}

// TestIdempotencyOfFailures tries again what failed without a change, and repeats what failed after one.
func TestIdempotencyOfFailures(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		other := join(t, url, part{})
		ended := part{context: func(ctx context.Context) context.Context {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx
		}}
		join(t, url, ended).do(creating("a", "1")).is(t, 200, "INTERNAL")
		answer := other.do(creating("a", "1")).is(t, 200, "crier_")
		other.do(creating("a", "1")).repeats(t, answer)
		other.made("a", 1)

		half := join(t, url, part{market: func(s market.Store) market.Store { return &spent{Store: s} }})
		two := func() *http.Request {
			const make = `: marketplacerApiKeyCreate(input: {apiTermsOfUse: true, description: "half", organization: "Integrator"}) { status } `
			return with(post(asking("mutation { first"+make+"second"+make+"}", nil)), "Idempotency-Key", "2")
		}
		answer = half.do(two()).is(t, 200, `"code":"INTERNAL"`).is(t, 200, `"first":{"status":200}`)
		other.do(two()).repeats(t, answer)
		other.made("half", 1)
	})
}

// spent is a store that fails after its first transaction.
type spent struct {
	market.Store
	ran bool
}

func (o *spent) Run(ctx context.Context, work func(market.Tx) error) error {
	if o.ran {
		return errDied
	}
	o.ran = true
	return o.Store.Run(ctx, work)
}

// TestIdempotencyWithoutItsTable masks the failure of what keeps the claims.
func TestIdempotencyWithoutItsTable(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) { o.Claims = away{} })
	r := with(post(asking("mutation { advertDelete(input: {id: 1}) { status } }", nil)), "Idempotency-Key", "1")
	f.do(r).is(t, 500, "INTERNAL")
	if !strings.Contains(f.log.String(), errDied.Error()) {
		t.Errorf("the log says %s", f.log.String())
	}
}

type away struct{ resolvers.Claims }

func (away) Claim(context.Context, market.Claim, time.Time) (market.Claim, error) {
	return market.Claim{}, errDied
}
