package resolvers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// The callers of mutations: South Shop stands for every other seller than North Shop.
var (
	theNorth = caller{name: "its owner", seller: north.Seller}
	theSouth = caller{name: "another seller", seller: south.Seller}
)

// examples are the numbers of North Shop's and of South Shop's own entities in a
// traded marketplace; a kind that they share has the same for both.
var examples = map[string][2]int64{
	"Address": {1, 4}, "Advert": {1, 3}, "Brand": {1, 1}, "IdleSeller": {3, 3}, "Image": {2, 4}, "Invoice": {1, 2}, "LineItem": {1, 2}, "MarketplacerAPIKey": {1, 1},
	"OptionType": {1, 1}, "OptionValue": {1, 1}, "Order": {1, 1}, "Prototype": {1, 1}, "RefundRequest": {1, 2}, "RefundRequestLineItem": {1, 2},
	"Seller": {1, 2}, "Shipment": {1, 2}, "ShipmentCarrier": {1, 1}, "Taxon": {3, 3}, "Variant": {1, 6}, "Webhook": {1, 2}, "WebhookEvent": {1, 2}, "WebhookJob": {1, 2},
}

// exampleID is the global id of a caller's example.
func exampleID(kind string, c caller) string {
	nums := examples[kind]
	num := nums[0]
	if c.seller == south.Seller {
		num = nums[1]
	}
	return id(strings.TrimPrefix(kind, "Idle"), num)
}

// traded is a marketplace under way in which both sellers have an example of what
// mutations are about, after some mutations, behind a handler with the rights of a schema.
func traded(t *testing.T, schema *ast.Schema, after ...string) *served {
	t.Helper()
	path := filepath.Join(t.TempDir(), "traded.db")
	if err := os.WriteFile(path, tradedFiles.after(t, after), 0o600); err != nil {
		t.Fatal(err)
	}
	b := opened(t, "sqlite:"+path)
	b.market = market.New(b.store, tradeOptions())
	b.resolver.Market, b.resolver.Payloads = b.market, b.store
	return serve(b, schema)
}

// tradeOptions have documents checked.
func tradeOptions() market.Options {
	return market.Options{Documents: document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{}), Now: ticking()}
}

// tradedFiles are the databases of traded marketplaces, each made once: making
// one costs more than what most tests do with it.
var tradedFiles = files{made: map[string][]byte{}}

type files struct {
	mu   sync.Mutex
	made map[string][]byte
}

// after is the database after some mutations of both sellers.
func (f *files) after(t *testing.T, names []string) []byte {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	key := strings.Join(names, " ")
	if f.made[key] == nil {
		f.made[key] = makeTraded(t, names)
	}
	return f.made[key]
}

// makeTraded makes such a database; once it is closed it is in one file.
func makeTraded(t *testing.T, after []string) []byte {
	t.Helper()
	b := trade(t, tradeOptions())
	b.query(orderOfThree)
	b.insert(
		&market.Image{Base: base(0), OwnerType: "Advert", OwnerID: 3, SellerID: 2, SourceURL: new("https://img.example/south.png")},
		&market.Address{Base: base(0), Address: "2 Quay", City: "Perth", CountryCode: "AU", Postcode: "6000", SellerID: new(int64(2))},
		webhook(1, "ADVERT"), webhook(2, "ADVERT"), seller(3, "Idle Shop", false),
		waitingEvent(1), waitingEvent(2), openJob(1), openJob(2),
		&market.MarketplacerAPIKey{Base: base(0), CreatedByType: "Operator", Description: "shop", Digest: "d", Organization: "North", Scopes: []string{"keys:read"}, SellerID: 1},
	)
	s := serve(b, wholeSchema())
	for _, name := range append([]string{"shipmentCreate"}, after...) {
		for _, c := range []caller{theNorth, theSouth} {
			if got := s.ask(c, s.changing(name), map[string]any{"input": mutations[name].inputFor(c)}); !got.succeeded() {
				t.Fatalf("%s before others: %s", name, got.body)
			}
		}
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(strings.TrimPrefix(b.url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// inputFor is the input of a mutation with a caller's own examples.
func (m changeRight) inputFor(c caller) map[string]any { return fillIn(m.input, c) }

// fillIn puts a caller's examples in the places of "@Advert" and the like.
func fillIn(text string, c caller) map[string]any {
	for kind := range examples {
		text = strings.ReplaceAll(text, `"@`+kind+`"`, `"`+exampleID(kind, c)+`"`)
	}
	decoder, input := json.NewDecoder(strings.NewReader(text)), map[string]any{}
	decoder.UseNumber()
	if err := decoder.Decode(&input); err != nil {
		panic(err)
	}
	return input
}

// changing is the document that runs a mutation and selects everything of its
// payload, with the leaves of what is below.
func (s *served) changing(name string) string {
	f := s.schema.Mutation.Fields.ForName(name)
	var fields []string
	for _, p := range s.schema.Types[f.Type.Name()].Fields {
		if given := s.schema.Types[p.Type.Name()]; given.IsCompositeType() {
			fields = append(fields, p.Name+" { "+leaves(s.schema, given)+" }")
		} else {
			fields = append(fields, p.Name)
		}
	}
	input := f.Arguments.ForName("input").Type.String()
	return fmt.Sprintf("mutation($input: %s) { probe: %s(input: $input) { __typename %s } }", input, name, strings.Join(fields, " "))
}

// payload is what a mutation answered; nil where it was refused as a whole.
func (r reply) payload() map[string]any {
	data, _ := r.data.(map[string]any)
	payload, _ := data["probe"].(map[string]any)
	return payload
}

func (r reply) succeeded() bool {
	p := r.payload()
	return len(r.errors) == 0 && p["status"] == 200.0 && p["errors"] == nil
}

// notFound reports whether a mutation says that there is no such thing.
func (r reply) notFound() bool {
	p := r.payload()
	return len(r.errors) == 0 && p["status"] == 404.0 && p["errors"] != nil
}

// forbidden reports whether a request was refused whatever it is about.
func (r reply) forbidden() bool {
	return r.payload() == nil && slices.Equal(r.codes(), []string{"FORBIDDEN"})
}

// able is who may call a mutation.
func (m changeRight) able() caller {
	if m.operator {
		return theOperator
	}
	return theNorth
}

// refusals holds a mutation to refusing who may not call it, leaving all as it was.
func (s *served) refusals(name string) []finding {
	m, document := mutations[name], s.changing(name)
	input := map[string]any{"input": m.inputFor(theNorth)}
	var findings []finding
	before := s.committed()
	expect := func(c caller, variables any, right func(reply) bool, want string) {
		got := s.ask(c, document, variables)
		after := s.committed()
		if s.seenIn(got); !right(got) || after != before {
			findings = append(findings, finding{name, c.name, fmt.Sprintf("wants %s, got %s; unchanged: %t", want, got.body, after == before)})
		}
		before = after
	}
	expect(nobody, input, func(r reply) bool { return r.status == 401 }, "no key to be refused")
	lacking := m.able().limited(without(m.scope))
	expect(lacking, input, func(r reply) bool { return r.lacks(m.scope) }, "the refusal of "+m.scope)
	switch {
	case m.operator:
		expect(theNorth, input, reply.forbidden, "only the operator to be let in")
	case !m.fresh:
		expect(theSouth, input, reply.notFound, "404")
	}
	if m.wrong != "" {
		wrong := map[string]any{"input": fillIn(m.wrong, m.able())}
		expect(m.able(), wrong, func(r reply) bool { return r.payload()["status"] == 422.0 }, "422")
	}
	return append(findings, s.readOnly(name, document, input)...)
}

// readOnly holds a mutation to refusing a viewer that only reads, such as a webhook's document.
func (s *served) readOnly(name, document string, variables map[string]any) []finding {
	before := s.committed()
	for _, v := range []viewer.Viewer{{ReadOnly: true}, {ReadOnly: true, Seller: north.Seller}} {
		got := s.run(v, document, variables)
		if len(got.Errors) != 1 || s.committed() != before || !slices.Contains([]any{"FORBIDDEN", "MISSING_SCOPE"}, got.Errors[0].Extensions["code"]) {
			return []finding{{name, "a viewer that reads", fmt.Sprintf("wants a refusal, got %s %v", got.Data, got.Errors)}}
		}
	}
	return nil
}

// succeeds holds a mutation to working for a caller, and to showing its whole payload.
func (s *served) succeeds(name string, c caller) []finding {
	before := s.committed()
	got := s.ask(c, s.changing(name), map[string]any{"input": mutations[name].inputFor(theNorth)})
	if s.seenIn(got); !got.succeeded() || (s.committed() == before) != mutations[name].idle {
		return []finding{{name, c.name, "wants status 200 and a change, got " + got.body}}
	}
	s.seen.add("Mutation." + name)
	return nil
}

// suited are those for whom a mutation works.
func (s *served) suited(name string) []caller {
	m := mutations[name]
	needs := union(m.also, m.scope)
	for _, f := range s.schema.Types[s.schema.Mutation.Fields.ForName(name).Type.Name()].Fields {
		if scope, known := needOf(f.Type.Name()); known && !market.Covers(needs, scope) {
			needs = union(needs, scope)
		}
	}
	callers := []caller{m.able(), m.able().limited(needs)}
	if !m.operator && !m.fresh {
		callers = append(callers, theOperator)
	}
	return callers
}

// seenIn notes the fields of every object of an answer that says its type.
func (s *served) seenIn(r reply) {
	walkJSON(r.data, func(_ string, value any) {
		object, _ := value.(map[string]any)
		typeName, _ := object["__typename"].(string)
		for name := range object {
			s.seen.add(typeName + "." + name)
		}
	})
}

// committed is what was written to the database since it was opened: SQLite's
// write-ahead log, which every commit adds to and nothing else.
func (b *bundle) committed() string {
	log, err := os.ReadFile(strings.TrimPrefix(b.url, "sqlite:") + "-wal")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.t.Fatal(err)
	}
	return string(log)
}
