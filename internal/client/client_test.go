package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crier/internal/client"
)

func TestFlagsAreRefusedTogether(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"http://127.0.0.1:8080": true, "https://market.example/": true, "https://market.example/graphql": true,
		"": false, "market.example": false, "ftp://market.example": false, "https://user:secret@market.example": false, "https://market.example?a": false, "http://": false, "::": false,
	} {
		c, err := client.Flags{URL: url, Key: "key"}.Check()
		if (err == nil) != ok || ok && (strings.HasSuffix(c.URL, "/") || strings.HasSuffix(c.URL, "graphql")) {
			t.Errorf("%q: %+v, %v", url, c, err)
		}
	}
	for _, key := range []string{"", "a b", "ä", "a\n"} {
		if _, err := (client.Flags{URL: "nowhere", Key: key}).Check(); err == nil || !strings.Contains(err.Error(), "--key") || !strings.Contains(err.Error(), "--url") {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// answer is a server that answers the same to all.
func answer(t *testing.T, text string) client.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer key" || r.URL.Path != "/graphql" {
			t.Errorf("%s with %q", r.URL, r.Header.Get("Authorization"))
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(s.Close)
	return client.Client{URL: s.URL, Key: "key"}
}

func TestWhatTheAPIRefusesIsAnError(t *testing.T) {
	t.Parallel()
	var refused *client.Error
	err := answer(t, `{"errors":[{"message":"no key","extensions":{"code":"UNAUTHENTICATED"}}]}`).Do(t.Context(), "{ x }", nil, &struct{}{})
	if !errors.As(err, &refused) || refused.Code != "UNAUTHENTICATED" || err.Error() != "no key (UNAUTHENTICATED)" {
		t.Errorf("%v", err)
	}
	if err := answer(t, `<html>`).Do(t.Context(), "{ x }", nil, &struct{}{}); err == nil || errors.As(err, &refused) && refused.Code == "" {
		t.Errorf("no JSON: %v", err)
	}
	_, _, err = answer(t, `{"data":{"webhookCreate":{"status":422,"errors":[{"field":"url","messages":["is private"]}],"documentErrors":[{"message":"no field","line":2,"column":3,"rule":"R"}]}}}`).
		Register(t.Context(), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "url is private") || !strings.Contains(err.Error(), "line 2, column 3 of the document: no field (R)") {
		t.Errorf("%v", err)
	}
}

func TestWebhooksAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Variables struct{ After *string } }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		asked++
		if q.Variables.After == nil {
			fmt.Fprint(w, `{"data":{"webhooks":{"nodes":[{"id":"1"}],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}`)
			return
		}
		fmt.Fprint(w, `{"data":{"webhooks":{"nodes":[{"id":"2"}],"pageInfo":{"hasNextPage":false,"endCursor":"d"}}}}`)
	}))
	defer s.Close()
	all, err := client.Client{URL: s.URL}.Webhooks(t.Context())
	if err != nil || len(all) != 2 || asked != 2 {
		t.Errorf("%v, %v after %d requests", all, err, asked)
	}
}
