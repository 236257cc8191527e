package resolvers_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"context"

	"crier/internal/market"
	"crier/internal/viewer"
	"crier/resolvers"
)

func TestAuthentication(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header  map[string]string
		status  int
		message string
	}{
		"a bearer":              {map[string]string{"Authorization": "Bearer operator"}, 200, ""},
		"a bearer in any case":  {map[string]string{"Authorization": "bEARER   operator "}, 200, ""},
		"its own header":        {map[string]string{"MARKETPLACER-API-KEY": "seller"}, 200, ""},
		"both":                  {map[string]string{"MARKETPLACER-API-KEY": "seller", "Authorization": "Basic Zm9vOmJhcg=="}, 200, ""},
		"its own header wins":   {map[string]string{"MARKETPLACER-API-KEY": "wrong", "Authorization": "Bearer operator"}, 401, "not valid"},
		"none":                  {nil, 401, "is needed"},
		"only Basic":            {map[string]string{"Authorization": "Basic Zm9vOmJhcg=="}, 401, "is needed"},
		"an empty bearer":       {map[string]string{"Authorization": "Bearer "}, 401, "is needed"},
		"a bare key":            {map[string]string{"Authorization": "operator"}, 401, "is needed"},
		"a wrong key":           {map[string]string{"Authorization": "Bearer operators"}, 401, "not valid"},
		"the digest of a key":   {map[string]string{"Authorization": "Bearer 06e55b633481f7bb072957eabcf110c972e86691c3cfedabe088024bffe42f23"}, 401, "not valid"},
		"a very long wrong key": {map[string]string{"Authorization": "Bearer " + strings.Repeat("x", 100_000)}, 401, "not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, nil)
			r := post(asking("{ __typename }", nil))
			for key, value := range c.header {
				r.Header.Set(key, value)
			}
			w := httptest.NewRecorder()
			f.handler.ServeHTTP(w, r)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.message) {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if c.status == 401 && (!strings.Contains(w.Body.String(), `"code":"UNAUTHENTICATED"`) || w.Header().Get("WWW-Authenticate") == "") {
				t.Errorf("got %s with %v", w.Body, w.Header())
			}
		})
	}
}

func TestAuthenticationWithoutADatabase(t *testing.T) {
	t.Parallel()
	f := newFront(t, func(o *resolvers.Options) { o.Keys = &theKeys{err: errors.New("dial tcp 10.1.2.3: refused")} })
	got := f.do(post(asking("{ __typename }", nil)))
	if got.status != 500 || strings.Contains(got.body, "10.1.2.3") || !strings.Contains(f.log.String(), "10.1.2.3") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// TestCacheKeys asks for a known key once, and for an unknown one each time.
func TestCacheKeys(t *testing.T) {
	t.Parallel()
	keys := &theKeys{gone: map[string]bool{}}
	f := newFront(t, func(o *resolvers.Options) { o.Keys = resolvers.CacheKeys(keys) })
	send := func(key string, status, asked int) {
		t.Helper()
		got := f.do(with(post(asking("{ __typename }", nil)), "Authorization", "Bearer "+key))
		if got.status != status || keys.asked != asked {
			t.Errorf("%s: got %d after %d questions, want %d after %d", key, got.status, keys.asked, status, asked)
		}
	}
	send("operator", 200, 1)
	send("operator", 200, 1)
	send("seller", 200, 2)
	send("wrong", 401, 3)
	send("wrong", 401, 4)
	keys.gone["operator"] = true
	send("operator", 200, 4)
}

func TestTraceparent(t *testing.T) {
	t.Parallel()
	const known = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	made := regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`)
	for name, c := range map[string]struct {
		sent []string
		want string
	}{
		"none":               {nil, ""},
		"a valid one":        {[]string{known}, known},
		"unsampled":          {[]string{known[:53] + "00"}, known[:53] + "00"},
		"a later version":    {[]string{"cc" + known[2:] + "-more"}, known},
		"version ff":         {[]string{"ff" + known[2:]}, ""},
		"more in version 00": {[]string{known + "-more"}, ""},
		"no trace":           {[]string{"00-" + strings.Repeat("0", 32) + known[35:]}, ""},
		"no parent":          {[]string{known[:36] + strings.Repeat("0", 16) + "-01"}, ""},
		"capitals":           {[]string{strings.ToUpper(known)}, ""},
		"two":                {[]string{known, known}, ""},
		"a line break":       {[]string{known + "\r\nX: y"}, ""},
		"text":               {[]string{"hello"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFront(t, nil)
			var got string
			f.node = func(ctx context.Context, _ string) (market.Node, error) {
				v, _ := viewer.FromContext(ctx)
				got = v.Traceparent
				return nil, nil
			}
			r := post(asking("{ node(id: 1) { id } }", nil))
			r.Header[http.CanonicalHeaderKey("traceparent")] = c.sent
			f.do(r)
			if c.want != "" && got != c.want || c.want == "" && (!made.MatchString(got) || got == known) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
