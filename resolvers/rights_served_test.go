package resolvers_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/resolvers"
)

// served is a marketplace behind the handler of /graphql, as a schema has it.
type served struct {
	*bundle
	schema  *ast.Schema
	handler http.Handler
	// documents run what the handler does not: webhooks' documents and subscriptions.
	documents *document.Documents
	keys      *keyring
	seen      *coverage
}

// serve puts a handler before a marketplace, whose rights are those of a schema.
func serve(b *bundle, schema *ast.Schema) *served {
	root, scopes := *b.resolver, document.TypeScopes(schema)
	root.Scopes = func(typeName string) string { return scopes[typeName] }
	s := &served{bundle: b, schema: schema, keys: &keyring{}, seen: &coverage{}}
	es := graph.NewExecutableSchema(graph.Config{Schema: schema, Resolvers: &root})
	s.documents = document.New(es, document.Options{Context: root.WithLoaders})
	s.handler = resolvers.NewHandler(es, resolvers.Options{
		Keys: s.keys, Context: root.WithLoaders, Feed: feed{}, Log: slog.New(slog.DiscardHandler),
	})
	return s
}

// caller is who sends a request: a key of a party with some scopes, or with all
// that its owner may have where there are none; or nobody.
type caller struct {
	name   string
	seller int64
	scopes []string
	nobody bool
}

var (
	theOperator = caller{name: "the operator"}
	theOwner    = caller{name: "its owner", seller: owner}
	theStranger = caller{name: "another seller", seller: stranger}
	nobody      = caller{name: "nobody", nobody: true}
)

// limited is the caller with a key of some scopes only.
func (c caller) limited(scopes []string) caller {
	c.name, c.scopes = c.name+" with "+strings.Join(scopes, " "), scopes
	return c
}

// keyring has a key for every caller that asks for one.
type keyring struct{ byDigest sync.Map }

// of is a caller's key.
func (k *keyring) of(c caller) string {
	key := fmt.Sprintf("%d %v", c.seller, c.scopes)
	digest := sha256.Sum256([]byte(key))
	k.byDigest.Store(hex.EncodeToString(digest[:]), &market.MarketplacerAPIKey{
		Base: market.Base{Num: max(c.seller, house)}, SellerID: c.seller, Scopes: c.scopes,
	})
	return key
}

// KeyByDigest returns a key that somebody asked for.
func (k *keyring) KeyByDigest(_ context.Context, digest string) (*market.MarketplacerAPIKey, error) {
	key, ok := k.byDigest.Load(digest)
	if !ok {
		return nil, market.ErrNotFound
	}
	return key.(*market.MarketplacerAPIKey), nil
}

// reply is what a request got.
type reply struct {
	status int
	body   string
	data   any
	errors gqlerror.List
}

// request is a document with a caller's key.
func (s *served) request(c caller, document string, variables any) *http.Request {
	r := post(asking(document, variables))
	if !c.nobody {
		r.Header.Set("Authorization", "Bearer "+s.keys.of(c))
	}
	return r
}

// ask sends a document.
func (s *served) ask(c caller, document string, variables any) reply {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, s.request(c, document, variables))
	return replyOf(w.Code, w.Body.String())
}

// replyOf reads an answer.
func replyOf(status int, body string) reply {
	var parsed struct {
		Data   any
		Errors gqlerror.List
	}
	if err := json.Unmarshal([]byte(body), &parsed); err != nil {
		parsed.Errors = append(parsed.Errors, gqlerror.Errorf("it is no answer in JSON: %v", err))
	}
	return reply{status, body, parsed.Data, parsed.Errors}
}

// codes are the codes of the errors, each once.
func (r reply) codes() []string {
	var codes []string
	for _, err := range r.errors {
		if code := fmt.Sprint(err.Extensions["code"]); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// probed reports whether the data has a value named "probe", and whether one of them holds anything.
func (r reply) probed() (there, filled bool) {
	walkJSON(r.data, func(name string, value any) {
		if name == "probe" {
			there, filled = true, filled || holds(value)
		}
	})
	return there, filled
}

// holds reports whether a value is more than null or a list of nulls.
func holds(value any) bool {
	if list, ok := value.([]any); ok {
		return slices.ContainsFunc(list, holds)
	}
	return value != nil
}

// walkJSON visits every value of an answer with the name that it is under.
func walkJSON(value any, visit func(name string, value any)) {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			visit(name, below)
			walkJSON(below, visit)
		}
	case []any:
		for _, below := range v {
			visit("", below)
			walkJSON(below, visit)
		}
	}
}

// leak says what of another party an answer shows a seller; "" where nothing.
func (r reply) leak(c caller) (found string) {
	words := []string{operatorsWord, strangersWord}
	if c.seller == stranger {
		words[1] = ownersWord
	}
	walkJSON(r.data, func(name string, value any) {
		switch v := value.(type) {
		case string:
			ref := decoded(v)
			foreign := slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(v), word) })
			if foreign || !shared(ref.Type) && foreignNumber(c, float64(ref.Num)) || foreignNumber(c, digits(v)) {
				found = fmt.Sprintf("%s: %q %v", name, v, ref)
			}
		case float64:
			if v != math.Trunc(v) {
				v *= 100 // an amount in units of the currency
			}
			if foreignNumber(c, v) {
				found = fmt.Sprintf("%s: %v", name, v)
			}
		}
	})
	return found
}

// decoded is what a global id names; nothing where the text is none.
func decoded(text string) market.Ref {
	if raw, err := base64.StdEncoding.DecodeString(text); err != nil || !bytes.Contains(raw, []byte("-")) {
		return market.Ref{}
	}
	ref, err := market.ParseID(text)
	if err != nil || ref.Type == "Country" || ref.Type == "State" {
		return market.Ref{}
	}
	return ref
}

// digits is the amount of a text such as "$70,000.11", in cents; 0 where it is none.
func digits(text string) float64 {
	n, err := strconv.ParseInt(strings.NewReplacer("$", "", ",", "", ".", "").Replace(text), 10, 64)
	if err != nil {
		return 0
	}
	return float64(n)
}

// foreignNumber reports whether a number is one of another seller's, or a sum with one.
func foreignNumber(c caller, n float64) bool {
	if c.seller == owner {
		return n >= float64(stranger)
	}
	return n >= float64(owner) && n < float64(owner+999)
}

// coverage is which coordinates of the schema were really run.
type coverage struct{ run sync.Map }

func (c *coverage) add(coordinate string)      { c.run.Store(coordinate, true) }
func (c *coverage) has(coordinate string) bool { _, ok := c.run.Load(coordinate); return ok }
