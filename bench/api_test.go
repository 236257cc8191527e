package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

// api is the rig's API behind a real listener, with a key of the operator.
type api struct {
	url, key string
}

func (r *rig) serve(b *testing.B) api {
	b.Helper()
	_, key, err := r.market.CreateAPIKey(context.Background(), r.actor, market.APIKeyAttributes{
		APITermsOfUse: true, Description: "bench", Organization: "bench",
	}, viewer.ValidScope)
	must(b, err)
	server := httptest.NewServer(resolvers.NewHandler(r.schema, resolvers.Options{
		Keys: resolvers.CacheKeys(r.store), Context: r.root.WithLoaders,
	}))
	b.Cleanup(server.Close)
	return api{server.URL, key}
}

// request is a document with its variables as they are posted.
func request(b *testing.B, document string, variables map[string]any) []byte {
	b.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	must(b, err)
	return body
}

// post posts a request and returns the answer.
func (a api) post(client *http.Client, body []byte) ([]byte, error) {
	request, err := http.NewRequest(http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.key)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("HTTP %d %s", response.StatusCode, answer)
	}
	return answer, err
}

// clients runs work n times, shared among so many clients at once, each with a
// number, and returns the time it took. It ends with the first error.
func clients(b *testing.B, n, many int, work func(client, i int) error) time.Duration {
	b.Helper()
	var next atomic.Int64
	group, ctx := errgroup.WithContext(context.Background())
	began := time.Now()
	for client := range many {
		group.Go(func() error {
			for i := int(next.Add(1)); i <= n && ctx.Err() == nil; i = int(next.Add(1)) {
				if err := work(client, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	must(b, group.Wait())
	return time.Since(began)
}

// connected is a client that keeps so many connections.
func connected(b *testing.B, many int) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: many, MaxConnsPerHost: many}
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}
