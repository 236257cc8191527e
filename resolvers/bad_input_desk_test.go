package resolvers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/store"
	"crier/internal/viewer"
	"crier/resolvers"
)

// desk is a marketplace in which every mutation has something to do, behind the
// whole handler.
type desk struct {
	*bundle
	schema  *ast.Schema
	handler http.Handler
	rules   *witness
}

// deskKeys are the keys of the tests with the numbers of their sellers; 0 is the operator.
type deskKeys map[string]int64

func (k deskKeys) KeyByDigest(_ context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	for text, seller := range k {
		if market.KeyDigest(text) == digest {
			return &market.MarketplacerAPIKey{Base: market.Base{Num: seller + 1}, SellerID: seller}, nil
		}
	}
	return nil, market.ErrNotFound
}

// errRehearsed undoes a transaction that would have ended well.
var errRehearsed = errors.New("a rehearsal")

// witness is the store of the rules. It counts the transactions that end well.
type witness struct {
	*store.Store
	done int
	// rehearse undoes those transactions.
	rehearse bool
}

func (w *witness) Run(ctx context.Context, work func(market.Tx) error) error {
	err := w.Store.Run(ctx, func(tx market.Tx) error {
		if err := work(tx); err != nil || !w.rehearse {
			return err
		}
		return errRehearsed
	})
	if err == nil || errors.Is(err, errRehearsed) {
		w.done++
	}
	return err
}

// newDesk prepares the marketplace.
func newDesk(t *testing.T) *desk {
	t.Helper()
	es := graph.NewExecutableSchema(graph.Config{})
	options := market.Options{Documents: document.New(es, document.Options{}), CheckEndpoint: secureOnly}
	d := &desk{bundle: trade(t, options), schema: es.Schema()}
	for _, do := range deskPrepared {
		if status := d.bundle.send(viewer.Viewer{}, do); status != 200 {
			t.Fatalf("%s answers %d", do, status)
		}
	}
	d.insert(waitingEvent(1), waitingEvent(2))
	d.take()
	d.rules = &witness{Store: d.store}
	options.Now = ticking()
	d.resolver.Market = market.New(d.rules, options)
	d.handler = resolvers.NewHandler(graph.NewExecutableSchema(graph.Config{Resolvers: d.resolver}), resolvers.Options{
		Keys: deskKeys{"operator": 0, "north": 1}, Context: d.resolver.WithLoaders, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return d
}

// verdict is what a request is answered with.
type verdict struct {
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Locations  []any
		Extensions struct{ Code string }
	}
}

// String is the answer as JSON.
func (r verdict) String() string { text, _ := json.Marshal(r); return string(text) }

// send runs a mutation with its input as a variable.
func (d *desk) send(key, name string, input any) verdict {
	d.t.Helper()
	of := d.schema.Mutation.Fields.ForName(name).Arguments.ForName("input").Type
	return d.ask(key, fmt.Sprintf("mutation($input: %s) { %s(input: $input) %s }", of, name, d.selection(name)), map[string]any{"input": input})
}

// sendLiteral runs a mutation with its input in the document.
func (d *desk) sendLiteral(key, name string, input any) verdict {
	d.t.Helper()
	of := d.schema.Mutation.Fields.ForName(name).Arguments.ForName("input").Type
	return d.ask(key, fmt.Sprintf("mutation { %s(input: %s) %s }", name, d.literal(of, input), d.selection(name)), nil)
}

// selection selects all of a payload that a refusal leaves null, and why it was refused.
func (d *desk) selection(name string) string {
	var b strings.Builder
	b.WriteString("{")
	for _, f := range d.schema.Types[d.schema.Mutation.Fields.ForName(name).Type.Name()].Fields {
		switch {
		case f.Name == "clientMutationId":
		case f.Name == "errors":
			b.WriteString(" errors { field messages }")
		case d.schema.Types[f.Type.Name()].IsCompositeType():
			fmt.Fprintf(&b, " %s { __typename }", f.Name)
		default:
			fmt.Fprintf(&b, " %s", f.Name)
		}
	}
	return b.String() + " }"
}

// ask sends a request with a key.
func (d *desk) ask(key, query string, variables any) verdict {
	d.t.Helper()
	r := post(asking(query, variables))
	r.Header.Set("Authorization", "Bearer "+key)
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	var got verdict
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		d.t.Fatalf("%.1000s is answered with %d: %s", query, w.Code, w.Body)
	}
	return got
}

// literal writes a value as one of a document: of its type as far as it fits, else by its form.
func (d *desk) literal(of *ast.Type, value any) string {
	def := d.schema.Types[of.Name()]
	switch v := value.(type) {
	case []any:
		of := of
		if of.Elem != nil {
			of = of.Elem
		}
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = d.literal(of, item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			of := of
			if f := def.Fields.ForName(name); f != nil {
				of = f.Type
			}
			parts = append(parts, name+": "+d.literal(of, v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case string:
		if def.Kind == ast.Enum {
			return v
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}
