package resolvers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"crier/internal/document"
	"crier/resolvers"
)

// persisted is the body of a request that names its document by a hash; "" leaves the text out.
func persisted(hash, query string) string {
	body := fmt.Sprintf(`{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": %q}}`, hash)
	if query != "" {
		body += fmt.Sprintf(`, "query": %q`, query)
	}
	return body + "}"
}

// byGet is the same request by GET.
func byGet(hash, query string) *http.Request {
	values := url.Values{"extensions": {fmt.Sprintf(`{"persistedQuery": {"version": 1, "sha256Hash": %q}}`, hash)}}
	if query != "" {
		values.Set("query", query)
	}
	return httptest.NewRequest(http.MethodGet, "/graphql?"+values.Encode(), nil)
}

// TestPersistedQueries goes Apollo's way: by the hash alone, then with the text, then by the hash.
func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	requests := map[string]func(hash, query string) *http.Request{
		"POST": func(hash, query string) *http.Request { return post(persisted(hash, query)) }, "GET": byGet,
	}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, nil)
			const query = "{ node(id: 1) { id } }"
			const found = `{"data":{"node":{"id":"QWR2ZXJ0LTc="}}}`
			unknown := f.do(request(document.Hash(query), ""))
			if want := `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`; unknown.status != 200 || unknown.body != want {
				t.Errorf("got %d %s", unknown.status, unknown.body)
			}
			f.do(with(request(document.Hash(query), ""), "Accept", graphqlMedia)).is(t, 400, "PersistedQueryNotFound")
			f.do(request(document.Hash(query), query)).is(t, 200, found)
			f.do(request(document.Hash(query), "")).is(t, 200, found)
			f.do(with(request(document.Hash(query), ""), "Authorization", "Bearer seller")).is(t, 200, found)
		})
	}
}

// TestPersistedMutations runs a mutation by its hash, and never by GET.
func TestPersistedMutations(t *testing.T) {
	t.Parallel()
	f := newFront(t, nil)
	const mutation = "mutation { advertDelete(input: {id: 1}) { status } }"
	hash := document.Hash(mutation)
	f.do(post(persisted(hash, mutation))).is(t, 200, `"status":200`)
	f.do(post(persisted(hash, ""))).is(t, 200, `"status":200`)
	f.do(byGet(hash, "")).is(t, 405, "send mutations by POST")
	f.do(with(post(persisted(hash, "")), "Authorization", "Bearer narrow")).is(t, 200, "MISSING_SCOPE")
}

// TestPersistedQueriesRefused refuses extensions that cannot be, and keeps nothing of what is refused.
func TestPersistedQueriesRefused(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) { o.PublicSchema = true })
	const typename = "{ __typename }"
	for extension, want := range map[string]string{
		`{"version": 2, "sha256Hash": "a"}`:   "version",
		`{"version": "1", "sha256Hash": "a"}`: "is not the SHA-256 of query",
		`{"sha256Hash": "a"}`:                 "version",
		`{"version": 1}`:                      "sha256Hash is missing",
		`{"version": 1, "sha256Hash": 7}`:     "sha256Hash is missing",
		`{"version": 1, "sha256Hash": "` + strings.ToUpper(document.Hash(typename)) + `"}`: "is not the SHA-256 of query",
		`7`:    "version",
		`[]`:   "version",
		`null`: `"data":{"__typename":"Query"}`,
	} {
		f.do(post(`{"query": "`+typename+`", "extensions": {"persistedQuery": `+extension+`}}`)).is(t, 200, want)
	}
	f.do(post(`{"extensions": {"persistedQuery": null}}`)).is(t, 400, "query is missing")
	for query, key := range map[string]string{
		"{ nothing }": "Bearer operator",
		"mutation { brandCreateOrUpdate(input: {}) { status } }": "Bearer seller",
		"{ __schema { queryType { name } } }":                    " ",
	} {
		hash := document.Hash(query)
		f.do(with(post(persisted(hash, query)), "Authorization", key))
		f.do(post(persisted(hash, ""))).is(t, 200, "PERSISTED_QUERY_NOT_FOUND")
	}
}

// TestIdempotencyOfPersistedQueries takes a request by hash for the one that sent its text.
func TestIdempotencyOfPersistedQueries(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		p := join(t, url, part{})
		variables := `, "variables": {"for": "by hash"}}`
		hash := document.Hash(creation)
		whole := strings.TrimSuffix(persisted(hash, creation), "}") + variables
		short := strings.TrimSuffix(persisted(hash, ""), "}") + variables
		answer := p.do(with(post(whole), "Idempotency-Key", "k")).is(t, 200, "crier_")
		p.do(with(post(short), "Idempotency-Key", "k")).repeats(t, answer)
		p.do(creating("by hash", "k")).repeats(t, answer)
		p.made("by hash", 1)
	})
}
