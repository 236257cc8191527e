package resolvers_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// subscription holds a root field to follow changes by, and each field of its
// changes, to the table.
func (s *served) subscription(f *ast.FieldDefinition) []finding {
	scope, known := needOf(subscriptions[f.Name])
	if given, hasChange := needOf(f.Type.Name()); !known || !hasChange || given != scope {
		return []finding{{"Subscription." + f.Name, "anybody", "is not in the table, or not with the scope of its class"}}
	}
	var findings []finding
	for _, part := range s.schema.Types[f.Type.Name()].Fields {
		findings = append(findings, s.change(f, part, scope)...)
	}
	s.seen.add("Subscription." + f.Name)
	return findings
}

// change holds one field of the changes that a subscription gives to the table.
func (s *served) change(f, part *ast.FieldDefinition, scope string) []finding {
	where := f.Type.Name() + "." + part.Name
	text := "subscription { " + f.Name + " { " + probe(s.schema, part, "") + " } }"
	var findings []finding
	for _, c := range []caller{theOperator, theOwner, theOwner.limited([]string{scope}), theStranger} {
		got := s.follow(c, text)
		if _, filled := got.probed(); len(got.errors) > 0 || !filled || c.seller != 0 && got.leak(c) != "" {
			findings = append(findings, finding{where, c.name, "wants a change that it may see, got " + got.body})
		}
	}
	if got := s.follow(nobody, text); got.status != http.StatusUnauthorized {
		findings = append(findings, finding{where, nobody.name, got.body})
	}
	if c := theOwner.limited(without(scope)); !s.follow(c, text).lacks(scope) {
		findings = append(findings, finding{where, c.name, "wants the refusal of " + scope})
	}
	s.seen.add(where)
	return findings
}

// follow sends a subscription and returns its first answer, or its refusal.
func (s *served) follow(c caller, text string) reply {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	r := s.request(c, text, nil).WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream, application/json")
	w := &firstEvent{httptest.NewRecorder(), cancel}
	s.handler.ServeHTTP(w, r)
	body := w.Body.String()
	if _, data, ok := strings.Cut(body, "event: next\ndata: "); ok {
		body, _, _ = strings.Cut(data, "\n")
	}
	return replyOf(w.Code, body)
}

// firstEvent ends a request with the first event that answers it.
type firstEvent struct {
	*httptest.ResponseRecorder
	end context.CancelFunc
}

func (w *firstEvent) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("event: next")) {
		w.end()
	}
	return w.ResponseRecorder.Write(text)
}

// feed tells whoever listens of a change of the owner's example, and then of one
// of the other seller's.
type feed struct{}

// Listen tells of both at once.
func (feed) Listen(_ context.Context, typeName string, hear func(market.Change)) (place int64, stop func(), err error) {
	ref, _ := exampleOf(typeName)
	change := market.Change{
		Num: 1, Sequence: 1, Subject: ref, Action: market.Update, Changed: []string{"title"}, At: birth,
		Shared: shared(typeName), Sellers: []int64{owner, stranger},
	}
	if owned(ref) {
		change.Sellers = []int64{owner}
		defer func() {
			change.Subject.Num, change.Sellers = stranger, []int64{stranger}
			hear(change)
		}()
	}
	hear(change)
	return 0, func() {}, nil
}

func (feed) Since(context.Context, string, int64) ([]market.Change, error) { return nil, nil }
func (feed) Places(context.Context) (kept, last int64, err error)          { return 0, 0, nil }
