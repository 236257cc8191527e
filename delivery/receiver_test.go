package delivery_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// arrival is one request that a receiver got.
type arrival struct {
	path   string
	header http.Header
	body   []byte
	data   struct {
		ID        string
		EventName string `json:"event_name"`
		Payload   struct {
			Data struct {
				Node struct {
					ID, Title string
					Variants  struct{ Nodes []struct{ SKU string } }
				}
			}
		}
	}
}

// receiver is an endpoint of webhooks.
type receiver struct {
	t        *testing.T
	url      string
	arrivals chan arrival
}

// await takes what a handler waits for, unless its client goes away before.
func await[T any](request *http.Request, c <-chan T) (v T) {
	select {
	case v = <-c:
	case <-request.Context().Done():
	}
	return v
}

// receive starts a receiver that answers as told; nil answers 204 to all. The end of
// the test waits for answers under way: they must not outlast their requests.
func receive(t *testing.T, answer func(http.ResponseWriter, *http.Request, arrival)) *receiver {
	t.Helper()
	r := &receiver{t: t, arrivals: make(chan arrival, 20_000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		a := arrival{path: request.URL.Path, header: request.Header, body: body}
		if err := json.Unmarshal(body, &a.data); err != nil {
			t.Errorf("the body is no JSON: %v\n%s", err, body)
		}
		r.arrivals <- a
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, request, a)
	}))
	t.Cleanup(func() {
		_ = server.Listener.Close() // a retry that came between the two others would be waited for
		server.CloseClientConnections()
		server.Close()
	})
	r.url = server.URL
	return r
}

// next waits for an arrival.
func (r *receiver) next() arrival {
	r.t.Helper()
	select {
	case a := <-r.arrivals:
		return a
	case <-time.After(patience):
		r.t.Fatal("nothing arrived")
		return arrival{}
	}
}

// none makes sure that nothing has arrived so far.
func (r *receiver) none() {
	r.t.Helper()
	select {
	case a := <-r.arrivals:
		r.t.Errorf("arrived: %s", a.body)
	default:
	}
}

// verify checks the signature with the published library of Standard Webhooks.
func (a arrival) verify(t *testing.T, secret []byte) {
	t.Helper()
	w, err := standardwebhooks.NewWebhookRaw(secret)
	must(t, err)
	if err := w.Verify(a.body, a.header); err != nil {
		t.Errorf("the published library refuses %s: %v", a.body, err)
	}
}
