package market_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"crier/delivery/egress"
	"crier/internal/market"
	"crier/internal/store/storetest"
	"crier/internal/viewer"
)

// proofs stands for the check of documents: one that holds "missing" is wrong;
// one that holds "invoices" needs a scope.
type proofs struct{}

func (proofs) CheckFilter(_, _, filter string, _ []market.WebhookEventName) []market.DocumentError {
	if strings.Contains(filter, "missing") {
		return []market.DocumentError{{Message: "undefined field 'missing'", Line: new(1), Column: new(10), Rule: "FilterType"}}
	}
	return nil
}

func (proofs) CheckEvents(string, []market.WebhookEventName) []market.DocumentError { return nil }

func (proofs) Check(_, document string) (market.DocumentFacts, []market.DocumentError) {
	if strings.Contains(document, "missing") {
		return market.DocumentFacts{}, []market.DocumentError{
			{Message: "there is no field missing", Rule: "FieldsOnCorrectType", Line: new(1), Column: new(9)}, {Message: "it is too deep", Rule: "Depth"},
		}
	}
	facts := market.DocumentFacts{Cost: 7, RequiredScopes: []string{"adverts:read"}}
	if strings.Contains(document, "invoices") {
		facts.RequiredScopes = []string{"adverts:read", "invoices:read"}
	}
	return facts, nil
}

// newHooks is a marketplace in which endpoints and documents are checked.
func newHooks(t *testing.T, url string) *catalogue {
	t.Helper()
	s := newSalesIn(t, url, market.PaymentPaid)
	s.Market = market.New(s.store, market.Options{
		Documents: proofs{}, HeaderPrefix: "Marketplacer",
		CheckEndpoint: egress.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")}}.CheckURL,
	})
	return newCatalogueIn(s)
}

func onSQLite(t *testing.T) *catalogue { return newHooks(t, storetest.SQLite(t)) }

func newHook(changes ...func(*market.WebhookAttributes)) market.WebhookAttributes {
	in := market.WebhookAttributes{Type: market.Some("ADVERT"), URL: market.Some("https://shop.example/hook")}
	for _, change := range changes {
		change(&in)
	}
	return in
}

type hookChange = func(*market.WebhookAttributes)

func withURL(url string) hookChange {
	return func(in *market.WebhookAttributes) { in.URL = market.Some(url) }
}

func withHeaders(object string) hookChange {
	return func(in *market.WebhookAttributes) { in.Headers = market.Some(json.RawMessage(object)) }
}

// badHooks are inputs with one fault, and the field that is named.
func badHooks(c *catalogue) map[string]struct {
	change hookChange
	field  string
} {
	type bad = struct {
		change hookChange
		field  string
	}
	all := map[string]bad{
		"no url": {func(in *market.WebhookAttributes) { in.URL = market.Opt[string]{} }, "url"}, "null url": {func(in *market.WebhookAttributes) { in.URL = market.Null[string]() }, "url"},
		"maxRetries -1":           {func(in *market.WebhookAttributes) { in.MaxRetries = market.Some[int64](-1) }, "max_retries"},
		"maxRetries 51":           {func(in *market.WebhookAttributes) { in.MaxRetries = market.Some[int64](51) }, "max_retries"},
		"concurrentSendLimit 0":   {func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](0) }, "concurrent_send_limit"},
		"concurrentSendLimit 201": {func(in *market.WebhookAttributes) { in.ConcurrentSendLimit = market.Some[int64](201) }, "concurrent_send_limit"},
		"ratePerSecond -1":        {func(in *market.WebhookAttributes) { in.RatePerSecond = market.Some[int64](-1) }, "rate_per_second"},
		"ratePerSecond 10001":     {func(in *market.WebhookAttributes) { in.RatePerSecond = market.Some[int64](10_001) }, "rate_per_second"},
		"timeoutSeconds 0":        {func(in *market.WebhookAttributes) { in.TimeoutSeconds = market.Some[int64](0) }, "timeout_seconds"},
		"timeoutSeconds 31":       {func(in *market.WebhookAttributes) { in.TimeoutSeconds = market.Some[int64](31) }, "timeout_seconds"},
		"a long name":             {func(in *market.WebhookAttributes) { in.Name = market.Some(strings.Repeat("é", 101)) }, "name"},
		"a name with NUL":         {func(in *market.WebhookAttributes) { in.Name = market.Some("a\x00") }, "name"},
		"a long identifier":       {func(in *market.WebhookAttributes) { in.Identifier = market.Some(strings.Repeat("x", 256)) }, "identifier"},
		"an identifier with NUL":  {func(in *market.WebhookAttributes) { in.Identifier = market.Some("a\x00") }, "identifier"},
		"a long hmacKey":          {func(in *market.WebhookAttributes) { in.HmacKey = market.Some(strings.Repeat("x", 1025)) }, "hmac_key"},
		"eventName with eventNames": {func(in *market.WebhookAttributes) {
			in.EventName, in.EventNames = market.Some(market.EventCreate), market.Some([]market.WebhookEventName{market.EventUpdate})
		}, "event_names"},
		"an empty list of events":   {func(in *market.WebhookAttributes) { in.EventNames = market.Some([]market.WebhookEventName{}) }, "event_names"},
		"no class":                  {func(in *market.WebhookAttributes) { in.Type = market.Opt[string]{} }, "type"},
		"an unknown class":          {func(in *market.WebhookAttributes) { in.Type = market.Some("BRAND") }, "type"},
		"a class in lower case":     {func(in *market.WebhookAttributes) { in.Type = market.Some("advert") }, "type"},
		"a wrong document":          {func(in *market.WebhookAttributes) { in.QueryString = market.Some("{ missing }") }, "query_string"},
		"a document beyond its key": {func(in *market.WebhookAttributes) { in.QueryString = market.Some("{ invoices }") }, "query_string"},
		"a seller that is none":     {func(in *market.WebhookAttributes) { in.SellerID = market.Some("nonsense") }, "seller_id"},
		"an unknown seller": {func(in *market.WebhookAttributes) {
			in.SellerID = market.Some(market.Ref{Type: "Seller", Num: 999}.ID())
		}, "seller_id"},
		"a seller of another type": {func(in *market.WebhookAttributes) { in.SellerID = market.Some(c.shirts.ID()) }, "seller_id"},
		"another seller": {func(in *market.WebhookAttributes) {
			in.SellerID = market.Some(market.Ref{Type: "Seller", Num: c.stranger.Seller}.ID())
		}, "seller_id"},
	}
	for _, url := range []string{
		"", "shop.example/hook", "/hook", "//shop.example", "http://shop.example", "ftp://shop.example", "https://", "https://user:pass@shop.example", "https://user@shop.example",
		"https://shop.example/#part", "https://shop.example:0/", "https://shop.example:99999/", "https://127.0.0.1/", "https://10.1.2.3/", "https://169.254.169.254/latest",
		"https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://localhost/", "https://a.localhost./",
		"https://shop.example/\n", "https://shop.example/\x00", "https://shop .example/", "https://shop.example/" + strings.Repeat("x", 2048), "javascript:alert(1)",
	} {
		all["url "+url[:min(len(url), 60)]] = bad{withURL(url), "url"}
	}
	for object, field := range map[string]string{
		`["a"]`: "headers", `"a"`: "headers", `1`: "headers", `{"": "x"}`: "headers", `{"a b": "x"}`: "headers", `{"a:b": "x"}`: "headers", `{"é": "x"}`: "headers",
		`{"X": null}`: "headers.X", `{"X": {"a": 1}}`: "headers.X", `{"X": ["a"]}`: "headers.X", `{"X": "a\r\nB: c"}`: "headers.X", `{"X": "a\nb"}`: "headers.X", `{"X": "a\u0000"}`: "headers.X", `{"X": "\u007f"}`: "headers.X",
		`{"X-A": "1", "x-a": "2"}`: "headers.x-a", `{"X": "` + strings.Repeat("x", 16<<10) + `"}`: "headers",
	} {
		all["headers "+object[:min(len(object), 40)]] = bad{withHeaders(object), field}
	}
	for _, name := range []string{
		"Host", "host", "Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Authorization",
		"User-Agent", "Idempotency-Key", "traceparent", "Tracestate", "webhook-id", "Webhook-Signature", "WEBHOOK-ANYTHING", "Crier-Sequence", "crier-x", "Marketplacer-Hmac-256", "marketplacer-x",
	} {
		all["header "+name] = bad{withHeaders(`{"` + name + `": "x"}`), "headers." + name}
	}
	return all
}

var limited = []string{"webhooks:manage", "adverts:write"}

// TestWebhookIsRefused gives every bad input to a creation and to an update, alone and together with good ones.
func TestWebhookIsRefused(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	made, err := c.CreateWebhook(t.Context(), c.owner, limited, newHook(func(in *market.WebhookAttributes) { in.Name = market.Some("kept") }))
	if err != nil {
		t.Fatal(err)
	}
	c.store.take()
	for name, bad := range badHooks(c) {
		_, err := c.CreateWebhook(t.Context(), c.owner, limited, newHook(bad.change))
		expectFields(t, "create with "+name, err, bad.field)
		in := market.WebhookAttributes{Name: market.Some("other")}
		bad.change(&in)
		if in.URL.Set || in.Type.Set || name != "no url" && name != "no class" { // an update may leave these out
			_, err = c.UpdateWebhook(t.Context(), c.owner, limited, made.Webhook.ID(), in)
			expectFields(t, "update with "+name, err, bad.field)
		}
	}
	if all := rows[market.Webhook](c.sales); len(all) != 1 || *all[0].Name != "kept" || all[0].UpdatedAt != all[0].CreatedAt {
		t.Errorf("refused inputs left %+v", all)
	}
	if changes := c.store.take(); len(changes) > 0 {
		t.Errorf("refused inputs made changes: %v", changes)
	}
}

func expectFields(t *testing.T, what string, err error, want ...string) {
	t.Helper()
	var refused *market.Invalid
	if !errors.As(err, &refused) {
		t.Errorf("%s: err = %v, want a refusal on %v", what, err, want)
		return
	}
	got := slices.Sorted(maps.Keys(messages(t, err)))
	if !slices.Equal(got, want) || refused.Status < 400 {
		t.Errorf("%s: %d on %v, want %v", what, refused.Status, got, want)
	}
}

func TestWebhookFaultsComeTogether(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	_, err := c.CreateWebhook(t.Context(), operator, nil, market.WebhookAttributes{})
	expectFields(t, "an empty input", err, "type", "url")
	_, err = c.CreateWebhook(t.Context(), operator, nil, newHook(withURL("/"), withHeaders(`{"Host": "a"}`), func(in *market.WebhookAttributes) {
		in.MaxRetries, in.QueryString = market.Some[int64](99), market.Some("{ missing }")
	}))
	expectFields(t, "several faults", err, "headers.Host", "max_retries", "query_string", "url")
	var refused *market.Invalid
	if !errors.As(err, &refused) || len(refused.Document) != 2 {
		t.Errorf("the details of the document are %+v", refused)
	}
	if got := messages(t, err)["query_string"]; got != "line 1, column 9: there is no field missing (FieldsOnCorrectType); it is too deep (Depth)" {
		t.Errorf("query_string: %s", got)
	}
}

func TestWebhookLimitsAreGood(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	for name, change := range map[string]hookChange{
		"lowest": func(in *market.WebhookAttributes) {
			in.MaxRetries, in.ConcurrentSendLimit, in.TimeoutSeconds = market.Some[int64](0), market.Some[int64](1), market.Some[int64](1)
		},
		"highest": func(in *market.WebhookAttributes) {
			in.MaxRetries, in.ConcurrentSendLimit, in.TimeoutSeconds = market.Some[int64](50), market.Some[int64](200), market.Some[int64](30)
		},
		"nulls": func(in *market.WebhookAttributes) {
			in.MaxRetries, in.EventNames, in.Headers, in.Name = market.Null[int64](), market.Null[[]market.WebhookEventName](), market.Null[json.RawMessage](), market.Null[string]()
		},
		"headers": withHeaders(`{"Authorization": "Bearer x", "X-Count": 7, "X-On": true, "X-Float": 1.50, "X-Tab": "a\tb"}`),
		"address": withURL("https://192.0.2.7:8443/hook?a=b"), "port": withURL("https://shop.example:8443/"),
		"a name of 100": func(in *market.WebhookAttributes) { in.Name = market.Some(strings.Repeat("é", 100)) },
	} {
		made, err := c.CreateWebhook(t.Context(), operator, nil, newHook(change))
		if err != nil || len(made.Secret) < 24 {
			t.Errorf("%s: %v", name, err)
		}
		if name == "headers" && !maps.Equal(made.Webhook.Headers, map[string]string{"Authorization": "Bearer x", "X-Count": "7", "X-On": "true", "X-Float": "1.50", "X-Tab": "a\tb"}) {
			t.Errorf("headers: %v", made.Webhook.Headers)
		}
		if name == "nulls" && made.Webhook.MaxRetries != market.DefaultMaxRetries {
			t.Errorf("null retries: %d", made.Webhook.MaxRetries)
		}
	}
}

func TestUnknownWebhook(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	theirs, err := c.CreateWebhook(t.Context(), c.stranger, nil, newHook())
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{
		"nonsense": "x", "empty": "", "another type": c.shirts.ID(), "unknown": market.Ref{Type: "Webhook", Num: 99}.ID(), "another seller's": theirs.Webhook.ID(),
	} {
		_, err := c.UpdateWebhook(t.Context(), c.owner, nil, id, newHook())
		expectFields(t, "update "+name, err, "webhook_id")
		_, err = c.DeleteWebhook(t.Context(), c.owner, id)
		expectFields(t, "delete "+name, err, "webhook_id")
	}
	for range 2 {
		_, err = c.DeleteWebhook(t.Context(), c.stranger, theirs.Webhook.ID())
	}
	expectFields(t, "delete again", err, "webhook_id")
}

func TestIdentifierUpdates(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	as := func(identifier, name string) market.WebhookAttributes {
		return newHook(func(in *market.WebhookAttributes) {
			in.Identifier, in.Name = market.Some(identifier), market.Some(name)
		})
	}
	create := func(actor market.Actor, in market.WebhookAttributes) market.WebhookResult {
		t.Helper()
		made, err := c.CreateWebhook(t.Context(), actor, nil, in)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	first, again := create(c.owner, as("erp", "one")), create(c.owner, as("erp", "two"))
	if again.Webhook.Num != first.Webhook.Num || again.Secret != nil || *again.Webhook.Name != "two" || string(again.Webhook.Secrets[0].Value) != string(first.Secret) {
		t.Errorf("the second registration is %+v", again.Webhook)
	}
	if other := create(c.stranger, as("erp", "theirs")); other.Webhook.Num == first.Webhook.Num {
		t.Error("an identifier is that of one seller")
	}
	if a, b := create(c.owner, as("", "a")), create(c.owner, as("", "b")); a.Webhook.Num == b.Webhook.Num || a.Webhook.Identifier != nil {
		t.Error("an empty identifier is none")
	}
	second := create(c.owner, as("shop", "other"))
	_, err := c.UpdateWebhook(t.Context(), c.owner, nil, second.Webhook.ID(), market.WebhookAttributes{Identifier: market.Some("erp")})
	expectFields(t, "an identifier that is taken", err, "identifier")
	c.store.take()
	create(c.owner, as("erp", "two"))
	if changes := c.store.take(); len(changes) > 0 {
		t.Errorf("the same registration changes: %v", changes)
	}
	if _, err := c.DeleteWebhook(t.Context(), c.owner, first.Webhook.ID()); err != nil {
		t.Fatal(err)
	}
	if anew := create(c.owner, as("erp", "anew")); anew.Webhook.Num == first.Webhook.Num || anew.Secret == nil {
		t.Error("a deleted webhook keeps its identifier")
	}
}

// TestIdentifierAtOnce registers the same identifier several times at once: one webhook comes of it.
func TestIdentifierAtOnce(t *testing.T) {
	t.Parallel()
	c := newHooks(t, storetest.Postgres(t))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			_, err := c.CreateWebhook(t.Context(), c.owner, nil, newHook(func(in *market.WebhookAttributes) { in.Identifier = market.Some("erp") }))
			if err != nil {
				expectFields(t, "at once", err, "identifier")
			}
		})
	}
	group.Wait()
	if all := rows[market.Webhook](c.sales); len(all) != 1 {
		t.Errorf("%d webhooks", len(all))
	}
}

// TestALimitedKeyRedirectsNothing has a key change webhooks that show more than it may read.
func TestALimitedKeyRedirectsNothing(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	made, err := c.CreateWebhook(t.Context(), c.owner, nil, newHook(func(in *market.WebhookAttributes) {
		in.QueryString, in.Identifier = market.Some("{ invoices }"), market.Some("erp")
	}))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := withURL("https://elsewhere.example/")
	_, err = c.UpdateWebhook(t.Context(), c.owner, limited, made.Webhook.ID(), market.WebhookAttributes{URL: market.Some("https://elsewhere.example/")})
	expectFields(t, "another url", err, "query_string")
	_, err = c.CreateWebhook(t.Context(), c.owner, limited, newHook(elsewhere, func(in *market.WebhookAttributes) { in.Identifier = market.Some("erp") }))
	expectFields(t, "another url by identifier", err, "query_string")
	_, err = c.UpdateWebhook(t.Context(), c.owner, limited, made.Webhook.ID(), market.WebhookAttributes{QueryString: market.Some("{ adverts }")})
	expectFields(t, "a narrower document", err, "query_string")
	_, err = c.UpdateWebhook(t.Context(), c.owner, limited, made.Webhook.ID(), market.WebhookAttributes{Filter: market.Some("data.invoices == 1")})
	expectFields(t, "a filter over what it may not read", err, "query_string")
	if _, err = c.UpdateWebhook(t.Context(), c.owner, limited, made.Webhook.ID(), market.WebhookAttributes{Enabled: market.Some(false)}); err != nil {
		t.Errorf("a pause is refused: %v", err)
	}
}

func TestFilterIsProvenWithClassAndDocument(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	good := market.Some("data.node.published")
	made, err := c.CreateWebhook(t.Context(), c.owner, nil, newHook(func(in *market.WebhookAttributes) { in.Filter = good }))
	if err != nil || made.Webhook.Filter == nil || *made.Webhook.Filter != *good.Value {
		t.Fatalf("the filter is %v, %v", made.Webhook, err)
	}
	update := func(in market.WebhookAttributes) error {
		_, err := c.UpdateWebhook(t.Context(), c.owner, nil, made.Webhook.ID(), in)
		return err
	}
	err = update(market.WebhookAttributes{Filter: market.Some("data.missing")})
	expectFields(t, "another filter", err, "filter")
	if text := messages(t, err)["filter"]; text != "line 1, column 10: undefined field 'missing' (FilterType)" {
		t.Errorf("the filter is refused for %q", text)
	}
	// The filter stays, and does not fit what it is about any more.
	made.Webhook.Filter = new("data.missing")
	c.save(made.Webhook)
	if err := update(market.WebhookAttributes{Name: market.Some("x")}); err != nil {
		t.Errorf("what has nothing to do with it is refused: %v", err)
	}
	expectFields(t, "another document", update(market.WebhookAttributes{QueryString: market.Some("{ adverts }")}), "filter")
	expectFields(t, "another class", update(market.WebhookAttributes{Type: market.Some("VARIANT")}), "filter")
	expectFields(t, "a wrong document", update(market.WebhookAttributes{QueryString: market.Some("{ missing }")}), "query_string")
	for _, none := range []market.Opt[string]{market.Some(" "), market.Null[string]()} {
		if err := update(market.WebhookAttributes{QueryString: market.Some("{ adverts }"), Filter: none}); err != nil {
			t.Errorf("without a filter: %v", err)
		}
	}
	if w := rows[market.Webhook](c.sales)[0]; w.Filter != nil {
		t.Errorf("the filter is %q, want none", *w.Filter)
	}
}

func TestEnabled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		state market.WebhookState
		in    market.Opt[bool]
		want  market.WebhookState
	}{
		{market.WebhookActive, market.Opt[bool]{}, market.WebhookActive}, {market.WebhookActive, market.Some(false), market.WebhookPaused},
		{market.WebhookPaused, market.Opt[bool]{}, market.WebhookPaused}, {market.WebhookPaused, market.Some(true), market.WebhookActive}, {market.WebhookPaused, market.Null[bool](), market.WebhookActive},
		{market.WebhookDisabled, market.Opt[bool]{}, market.WebhookDisabled}, {market.WebhookDisabled, market.Some(true), market.WebhookActive}, {market.WebhookDisabled, market.Some(false), market.WebhookPaused},
		{market.WebhookInvalid, market.Opt[bool]{}, market.WebhookActive}, {market.WebhookInvalid, market.Some(false), market.WebhookPaused},
	} {
		c := onSQLite(t)
		made, err := c.CreateWebhook(t.Context(), operator, nil, newHook())
		if err != nil {
			t.Fatal(err)
		}
		w := made.Webhook
		w.State, w.StateReason, w.ConsecutiveFailures = test.state, new("because"), 3
		c.save(w)
		changed, err := c.UpdateWebhook(t.Context(), operator, nil, w.ID(), market.WebhookAttributes{Name: market.Some("x"), Enabled: test.in})
		if err != nil {
			t.Fatal(err)
		}
		moved := test.state != test.want
		if got := changed.Webhook; got.State != test.want || (got.StateReason == nil) != moved || (got.ConsecutiveFailures == 0) != moved {
			t.Errorf("%s with enabled %+v is %s, reason %v, %d failures", test.state, test.in, got.State, got.StateReason, got.ConsecutiveFailures)
		}
	}
}

func TestAPIKeyIsRefused(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	good := market.APIKeyAttributes{APITermsOfUse: true, Description: "orders", Organization: "Integrator"}
	for name, test := range map[string]struct {
		actor  market.Actor
		change func(*market.APIKeyAttributes)
		want   []string
	}{
		"by a seller":       {c.owner, func(*market.APIKeyAttributes) {}, []string{"base"}},
		"without the terms": {operator, func(in *market.APIKeyAttributes) { in.APITermsOfUse = false }, []string{"api_terms_of_use"}},
		"blank":             {operator, func(in *market.APIKeyAttributes) { in.Description, in.Organization = " ", "" }, []string{"description", "organization"}},
		"long":              {operator, func(in *market.APIKeyAttributes) { in.Description = strings.Repeat("x", 256) }, []string{"description"}},
		"unknown scopes": {operator, func(in *market.APIKeyAttributes) {
			in.Scopes = []string{"invoices:read", "invoices:own", "x", "ships:read"}
		}, []string{"scopes.1", "scopes.2", "scopes.3"}},
		"unknown seller":          {operator, func(in *market.APIKeyAttributes) { in.SellerID = new(market.Ref{Type: "Seller", Num: 99}.ID()) }, []string{"seller_id"}},
		"another type":            {operator, func(in *market.APIKeyAttributes) { in.SellerID = new(c.shirts.ID()) }, []string{"seller_id"}},
		"everything by a limited": {operator, func(in *market.APIKeyAttributes) { in.Granting = []string{"keys:manage"} }, []string{"scopes"}},
		"more by a limited": {operator, func(in *market.APIKeyAttributes) {
			in.Granting, in.Scopes = []string{"keys:manage", "orders:read"}, []string{"orders:read", "invoices:read"}
		}, []string{"scopes"}},
		"a higher level": {operator, func(in *market.APIKeyAttributes) {
			in.Granting, in.Scopes = []string{"orders:read"}, []string{"orders:write"}
		}, []string{"scopes"}},
		"an unknown level": {operator, func(in *market.APIKeyAttributes) {
			in.Granting, in.Scopes = []string{"orders:read"}, []string{"orders:own"}
		}, []string{"scopes.0"}},
	} {
		in := good
		test.change(&in)
		_, key, err := c.CreateAPIKey(t.Context(), test.actor, in, viewer.ValidScope)
		expectFields(t, name, err, test.want...)
		if key != "" {
			t.Errorf("%s: a key that was refused is shown", name)
		}
	}
	if keys := rows[market.MarketplacerAPIKey](c.sales); len(keys) != 0 {
		t.Errorf("refused inputs left %d keys", len(keys))
	}
}

func TestAPIKeyGivesOnItsScopes(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	stored, key, err := c.CreateAPIKey(t.Context(), operator, market.APIKeyAttributes{
		APITermsOfUse: true, Description: "orders", Organization: "Integrator", SellerID: new(c.seller.ID()),
		Granting: []string{"keys:manage", "orders:write"}, Scopes: []string{"orders:write", "orders:read", "keys:read", "orders:read"},
	}, viewer.ValidScope)
	if err != nil || !strings.HasPrefix(key, "crier_") || stored.Digest != market.KeyDigest(key) || stored.SellerID != c.seller.Num {
		t.Fatalf("%+v, %v", stored, err)
	}
	if want := []string{"keys:read", "orders:read", "orders:write"}; !slices.Equal(stored.Scopes, want) {
		t.Errorf("scopes %v, want %v", stored.Scopes, want)
	}
}

func TestOperatorKey(t *testing.T) {
	t.Parallel()
	c := onSQLite(t)
	ensure := func(key string) string {
		t.Helper()
		made, err := c.EnsureOperatorKey(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	valid := func(key string) bool {
		_, err := c.store.KeyByDigest(t.Context(), market.KeyDigest(key))
		if err != nil && !errors.Is(err, market.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	made := ensure("")
	if !valid(made) || ensure("") != "" || !valid(made) {
		t.Error("the key that was made does not stay")
	}
	if ensure("given") != "" || !valid("given") || valid(made) {
		t.Error("a given key does not replace the former one")
	}
	if ensure("") != "" || !valid("given") {
		t.Error("no given key keeps the present one")
	}
}
