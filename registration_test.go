package main_test

import (
	"fmt"
	"strings"
	"testing"
)

// fault is what is wrong with a document: the rule, and the line and column.
type fault struct {
	rule         string
	line, column int
}

// refusal is a registration that must be refused.
type refusal struct {
	name  string
	input object // replaces attributes of a good registration
	field string
	fault fault // of the document; the zero value where it is not about the document
}

// badDocument is a refusal of a document.
func badDocument(name, text, rule string, line, column int) refusal {
	return refusal{name, object{"queryString": text}, "query_string", fault{rule, line, column}}
}

// badURL is a refusal of an endpoint.
func badURL(text string) refusal { return refusal{"url " + text, object{"url": text}, "url", fault{}} }

// badHeader is a refusal of one header, by the field that names it.
func badHeader(name string, value any, field string) refusal {
	return refusal{fmt.Sprintf("header %q", name), object{"headers": object{name: value}}, field, fault{}}
}

// badNumber is a refusal of a number that is out of its range.
func badNumber(attribute string, value int, field string) refusal {
	return refusal{fmt.Sprintf("%s %d", attribute, value), object{attribute: value}, field, fault{}}
}

// about is a document over an advert with a selection in place.
func about(selection string) string {
	return "query($id: ID!) { node(id: $id) { ... on Advert { " + selection + " } } }"
}

// fanned is a document that doubles with each of its fragments.
func fanned(fragments int) string {
	var b strings.Builder
	b.WriteString("query($id: ID!) { node(id: $id) { ...F0 } }")
	for i := range fragments {
		fmt.Fprintf(&b, " fragment F%d on Advert { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Advert { id }", fragments)
	return b.String()
}

// aliased selects the same field under many names.
func aliased(times int) string {
	var b strings.Builder
	for i := range times {
		fmt.Fprintf(&b, "a%d:brand{id}", i)
	}
	return about(b.String())
}

var refusals = []refusal{
	badDocument("text that is no GraphQL", "hello", "Parse", 1, 1),
	badDocument("an open brace", "query($id: ID!) {\n  node(id: $id) {", "Parse", 2, 18),
	badDocument("only a fragment", "fragment F on Advert { id }", "SingleOperation", 1, 1),
	badDocument("two operations", "query A($id: ID!) { node(id: $id) { id } }\nquery B($id: ID!) { node(id: $id) { id } }", "SingleOperation", 2, 1),
	badDocument("a mutation", "mutation($id: ID!) { advertDelete(input: { id: $id }) { status } }", "OperationKind", 1, 1),
	badDocument("a subscription with the id", "subscription($id: ID!) { node(id: $id) { id } }", "Variables", 1, 14),
	badDocument("a subscription to another class", "subscription { invoiceChanged { id } }", "ClassSelection", 1, 16),
	badDocument("a subscription to two fields", "subscription { advertChanged { id } taxonChanged { id } }", "SingleFieldSubscriptions", 1, 37),
	badDocument("a subscription from a place on", "subscription { advertChanged(after: 3) { id } }", "NoAfter", 1, 30),
	badDocument("a subscription to nothing", "subscription { advertChanged(eventNames: []) { id } }", "EventNames", 1, 30),
	badDocument("an unknown field", about("\n titel"), "FieldsOnCorrectType", 2, 2),
	badDocument("an unknown type", "query($id: ID!) { node(id: $id) { ... on Advrt { id } } }", "KnownTypeNames", 1, 39),
	badDocument("an unknown argument", about("images(frist: 1) { totalCount }"), "KnownArgumentNames", 1, 51),
	badDocument("an unknown directive", about("id @nope"), "KnownDirectives", 1, 55),
	badDocument("@defer", about("... @defer { id }"), "NoDefer", 1, 56),
	badDocument("an object without a selection", about("seller"), "ScalarLeafs", 1, 51),
	badDocument("fields that conflict", about("a: id a: title"), "OverlappingFieldsCanBeMerged", 1, 57),
	badDocument("a fragment that is not used", about("id")+"\nfragment F on Advert { id }", "NoUnusedFragments", 2, 1),
	badDocument("an impossible fragment", about("... on Invoice { id }"), "PossibleFragmentSpreads", 1, 55),
	badDocument("an undefined variable", about("images(first: $n) { totalCount }"), "NoUndefinedVariables", 1, 65),
	badDocument("no $id", `query { node(id: "QWR2ZXJ0LTE=") { id } }`, "Variables", 1, 1),
	badDocument("$id is nullable", "query($id: ID) { node(id: $id) { id } }", "Variables", 1, 7),
	badDocument("$id is a string", "query($id: String!) { node(id: $id) { id } }", "Variables", 1, 7),
	badDocument("$id has a default", `query($id: ID! = "x") { node(id: $id) { id } }`, "Variables", 1, 7),
	badDocument("another variable", "query($id: ID!, $n: Int) { node(id: $id) { ... on Advert { images(first: $n) { totalCount } } } }", "Variables", 1, 17),
	badDocument("$id is not used", "query($id: ID!) { advertsWhere { totalCount } }", "NoUnusedVariables", 1, 7),
	badDocument("another class", "query($id: ID!) { node(id: $id) { ... on Invoice { id } } }", "ClassSelection", 1, 19),
	badDocument("another class by a root field", "query($id: ID!) { order(orderId: $id) { id } }", "ClassSelection", 1, 1),
	badDocument("introspection", "query($id: ID!) { node(id: $id) { id } __schema { types { name } } }", "Introspection", 1, 40),
	badDocument("introspection in a fragment", "query($id: ID!) { node(id: $id) { id } ...F }\nfragment F on Query { __type(name: \"Advert\") { name } }", "Introspection", 2, 23),
	badDocument("a fragment cycle", "query($id: ID!) { node(id: $id) { ...A } }\nfragment A on Advert { ...B }\nfragment B on Advert { ...A }", "NoFragmentCycles", 3, 27),
	badDocument("a depth bomb", about("taxon { "+strings.Repeat("parent { ", 40)+"id"+strings.Repeat(" }", 41)), "Depth", 1, 311),
	badDocument("braces without end", "query($id: ID!) "+strings.Repeat("{a", 10_000), "Parse", 1, 2017),
	badDocument("an alias bomb", aliased(5_000), "DocumentSize", 1, 65_537),
	badDocument("an alias bomb of fragments", fanned(40), "Fields", 1, 38),
	badDocument("a costly document", about(strings.Repeat("taxon { adverts(first: 500) { nodes { ", 4)+"id"+strings.Repeat(" } } }", 4)), "Complexity", 1, 1),
	badDocument("a megabyte", about(strings.Repeat("title ", 180_000)), "DocumentSize", 1, 65_537),

	badURL(""), badURL("/hook"), badURL("shop.example/hook"), badURL("//shop.example/hook"), badURL("https:"), badURL("https:///hook"),
	badURL("https://user@shop.example/"), badURL("https://user:password@shop.example/"), badURL("ftp://shop.example/"), badURL("file:///etc/passwd"),
	badURL("http://shop.example/"), badURL("https://shop.example/#part"), badURL("https://shop.example:0/"), badURL("https://shop.example/\r\nX: y"),
	badURL("https://shop.example/" + strings.Repeat("a", 2048)),
	badURL("https://127.0.0.1/"), badURL("https://127.1/"), badURL("https://2130706433/"), badURL("https://0x7f000001/"), badURL("https://0177.0.0.1/"),
	badURL("https://10.0.0.1/"), badURL("https://169.254.169.254/"), badURL("https://100.64.0.1/"), badURL("https://0.0.0.0/"), badURL("https://localhost/"),
	badURL("https://[::1]/"), badURL("https://[::ffff:127.0.0.1]/"), badURL("https://[64:ff9b::7f00:1]/"), badURL("https://[fe80::1]/"), badURL("https://①②⑦.⓪.⓪.①/"),

	{"headers are a list", object{"headers": []string{"X-Team"}}, "headers", fault{}},
	{"headers are a text", object{"headers": "X-Team: orders"}, "headers", fault{}},
	badHeader("X-Team", "a\r\nX-Other: b", "headers.X-Team"), badHeader("X-Team", "a\nb", "headers.X-Team"), badHeader("X-Team", "a\x00b", "headers.X-Team"),
	badHeader("X-Team\r\nX-Other", "a", "headers"), badHeader("X-Team", []int{1}, "headers.X-Team"), badHeader("X-Team", strings.Repeat("a", 17<<10), "headers"),
	badHeader("Host", "shop.example", "headers.Host"), badHeader("content-length", 1, "headers.content-length"), badHeader("Content-Type", "text/plain", "headers.Content-Type"),
	badHeader("Transfer-Encoding", "chunked", "headers.Transfer-Encoding"), badHeader("Connection", "close", "headers.Connection"),
	badHeader("Idempotency-Key", "a", "headers.Idempotency-Key"), badHeader("traceparent", "a", "headers.traceparent"),
	badHeader("Webhook-Signature", "a", "headers.Webhook-Signature"), badHeader("Crier-Sequence", 1, "headers.Crier-Sequence"),

	badNumber("maxRetries", -1, "max_retries"), badNumber("maxRetries", 51, "max_retries"),
	badNumber("concurrentSendLimit", 0, "concurrent_send_limit"), badNumber("concurrentSendLimit", 201, "concurrent_send_limit"),
	badNumber("ratePerSecond", -1, "rate_per_second"), badNumber("ratePerSecond", 10_001, "rate_per_second"),
	badNumber("timeoutSeconds", 0, "timeout_seconds"), badNumber("timeoutSeconds", 31, "timeout_seconds"),

	{"an unknown seller", object{"sellerId": "U2VsbGVyLTk5"}, "seller_id", fault{}},
	{"an id of another type", object{"sellerId": "QWR2ZXJ0LTE="}, "seller_id", fault{}},
	{"no events", object{"eventNames": []string{}}, "event_names", fault{}},
	{"events twice", object{"eventName": "CREATE", "eventNames": []string{"CREATE"}}, "event_names", fault{}},
	{"a long name", object{"name": strings.Repeat("a", 101)}, "name", fault{}},
}

func TestBadRegistrationsAreRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t).with("CRIER_ENDPOINT_ALLOW=", "CRIER_ENDPOINT_ALLOW_HTTP=false"))
	for _, r := range refusals {
		t.Run(fmt.Sprintf("%.60s", r.name), func(t *testing.T) { r.check(t, s) })
	}
	for name, input := range map[string]object{
		"attributes": {}, "url": {"attributes": object{"type": "ADVERT"}}, "type": {"attributes": object{"url": "https://shop.example/", "type": "PONY"}},
	} {
		_, errs := s.try(operatorKey, `mutation($input: WebhookCreateMutationInput!) { webhookCreate(input: $input) { status } }`, object{"input": input})
		if len(errs) != 1 || !strings.Contains(text(t, errs[0], "message"), name) || text(t, errs[0], "extensions", "code") != "BAD_USER_INPUT" {
			t.Errorf("the input %v is answered with %v, not with an error about %s", input, errs, name)
		}
	}
	for _, id := range []string{"", "no id", "V2ViaG9vay05OQ==", "QWR2ZXJ0LTE="} {
		data := s.ask(`mutation($id: ID!) {
			webhookUpdate(input: { webhookId: $id, attributes: { name: "x" } }) { status errors { field } }
			webhookDelete(input: { webhookId: $id }) { status errors { field } }
		}`, object{"id": id})
		for _, name := range []string{"webhookUpdate", "webhookDelete"} {
			if at(t, data, name, "status") != float64(404) || text(t, data, name, "errors", 0, "field") != "webhook_id" {
				t.Errorf("%s of %q answers %v", name, id, data[name])
			}
		}
	}
	if n := at(t, s.ask(`{ webhooks { totalCount } }`, nil), "webhooks", "totalCount"); n != float64(0) {
		t.Errorf("%v webhooks are stored", n)
	}
}

// check registers and expects the refusal, by field and by place in the document.
func (r refusal) check(t *testing.T, s *process) {
	attributes := object{"type": "ADVERT", "url": "https://shop.example/hook", "queryString": advertDocument}
	for name, value := range r.input {
		attributes[name] = value
	}
	answer := at(t, s.ask(`mutation($attributes: WebhookCreateInput!) {
		webhookCreate(input: { attributes: $attributes }) { status secret webhook { id } errors { field messages } documentErrors { message line column rule } }
	}`, object{"attributes": attributes}), "webhookCreate")
	if at(t, answer, "webhook") != nil || at(t, answer, "secret") != nil {
		t.Fatalf("it is accepted: %v", answer)
	}
	errs, _ := at(t, answer, "errors").([]any)
	if len(errs) != 1 || text(t, errs[0], "field") != r.field || text(t, errs[0], "messages", 0) == "" {
		t.Errorf("errors = %v, want one on %s", errs, r.field)
	}
	want := float64(422)
	if r.field == "seller_id" {
		want = 404
	}
	if status := at(t, answer, "status"); status != want {
		t.Errorf("status = %v, want %v", status, want)
	}
	r.fault.check(t, at(t, answer, "documentErrors"), text(t, answer, "errors", 0, "messages", 0))
}

// check compares the first document error, which the first message on query_string repeats.
func (f fault) check(t *testing.T, documentErrors any, message string) {
	t.Helper()
	if f == (fault{}) {
		if documentErrors != nil {
			t.Errorf("documentErrors = %v, want null", documentErrors)
		}
		return
	}
	first := at(t, documentErrors, 0)
	line, _ := at(t, first, "line").(float64)
	column, _ := at(t, first, "column").(float64)
	if got := (fault{text(t, first, "rule"), int(line), int(column)}); got != f {
		t.Errorf("the first document error is %+v, want %+v: %v", got, f, first)
	}
	if said := text(t, first, "message"); said == "" || !strings.Contains(message, said) {
		t.Errorf("the message on query_string is %q, the document error's is %q", message, said)
	}
}
