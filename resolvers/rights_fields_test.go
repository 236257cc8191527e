package resolvers_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
)

// finding is one place where the server does not keep what the table says.
type finding struct{ where, who, problem string }

func (f finding) String() string { return f.where + " as " + f.who + ": " + f.problem }

// nowhere is a number that no entity has.
const nowhere = 999_999_999

// object holds an object type to the table: what the schema declares of it, and
// each of its fields. Those that only payloads of mutations show are held to it
// with the mutations.
func (s *served) object(typeName string) []finding {
	findings := s.declared(typeName)
	if at, found := places()[typeName]; found {
		for _, f := range s.schema.Types[typeName].Fields {
			findings = append(findings, s.field(typeName, f, at)...)
		}
	}
	return findings
}

// declared holds what the schema declares of a type to the table.
func (s *served) declared(typeName string) []finding {
	scope, known := needOf(typeName)
	if !known {
		return []finding{{typeName, declarer, "is not in the table"}}
	}
	if declared := document.TypeScopes(s.schema)[typeName]; declared != scope {
		return []finding{{typeName, declarer, fmt.Sprintf("needs %q and declares %q", scope, declared)}}
	}
	return nil
}

// declarer is who a finding is about that reads directives only.
const declarer = "the schema"

// field holds one field of the objects at a place to the table.
func (s *served) field(typeName string, f *ast.FieldDefinition, at spot) []finding {
	where := typeName + "." + f.Name
	given, known := needOf(f.Type.Name())
	if !known && !s.schema.Types[f.Type.Name()].IsLeafType() {
		return []finding{{where, "anybody", "gives " + f.Type.Name() + ", which the table does not have"}}
	}
	if demanding(f) {
		return []finding{{where, "anybody", "has an argument that the test does not know"}}
	}
	needs := union(at.needs, given, fieldNeeds[where])
	findings := s.probe(where, at, needs, at.document(probe(s.schema, f, "")))
	if on := switches(f); on != "" {
		findings = append(findings, s.readable(where, theOwner, at, at.document(probe(s.schema, f, on)))...)
	}
	return findings
}

// probe holds one document, whose probe is at a place, to the scopes that it needs.
func (s *served) probe(where string, at spot, needs []string, document string) []finding {
	enough := needs
	if len(needs) == 0 {
		enough = []string{"keys:read"} // something, since a key without scopes has all
	}
	var findings []finding
	for _, c := range []caller{theOperator, theOwner, theOwner.limited(enough)} {
		findings = append(findings, s.readable(where, c, at, document)...)
	}
	if owned(at.about) {
		findings = append(findings, s.hidden(where, at, document)...)
	} else {
		findings = append(findings, s.readable(where, theStranger, at, document)...)
	}
	return append(findings, s.refused(where, at, needs, document)...)
}

// refused holds a document to being refused without a key, and without each of the scopes.
func (s *served) refused(where string, at spot, needs []string, document string) []finding {
	variables := at.variables(at.about.Num)
	var findings []finding
	if got := s.ask(nobody, document, variables); got.status != 401 || !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) {
		findings = append(findings, finding{where, nobody.name, got.body})
	}
	for _, scope := range needs {
		c := theOwner.limited(without(scope))
		if got := s.ask(c, document, variables); !got.lacks(scope) {
			findings = append(findings, finding{where, c.name, "wants the refusal of " + scope + ", got " + got.body})
		}
	}
	return findings
}

// readable holds a document to being answered, with nothing of another party in it.
func (s *served) readable(where string, c caller, at spot, document string) []finding {
	got := s.ask(c, document, at.variables(at.about.Num))
	there, _ := got.probed()
	leak := ""
	if c.seller != 0 {
		leak = got.leak(c)
	}
	switch {
	case len(got.errors) > 0:
		return []finding{{where, c.name, "wants an answer, got " + got.body}}
	case leak != "":
		return []finding{{where, c.name, "sees what is another's: " + leak + " in " + got.body}}
	case there:
		s.seen.add(where)
	}
	if miscounted := got.miscounted(); miscounted != "" {
		return []finding{{where, c.name, miscounted}}
	}
	return nil
}

// hidden holds a document to showing another seller what it shows where there is no such entity.
func (s *served) hidden(where string, at spot, document string) []finding {
	got := s.ask(theStranger, document, at.variables(at.about.Num))
	nothing := s.ask(theStranger, document, at.variables(nowhere))
	_, filled := got.probed()
	if got.body != nothing.body || filled || !slices.Equal(got.codes(), []string{"NOT_FOUND"}) {
		return []finding{{where, theStranger.name, "wants NOT_FOUND as for nothing, got " + got.body + " and for nothing " + nothing.body}}
	}
	return nil
}

// variables are the id that the document of a place takes, with a number.
func (p spot) variables(num int64) map[string]any {
	if p.about.Type == "" {
		return nil
	}
	return map[string]any{"id": market.Ref{Type: p.about.Type, Num: num}.ID()}
}

// lacks reports whether an answer is the refusal for want of exactly one scope.
func (r reply) lacks(scope string) bool {
	_, filled := r.probed()
	other := func(err *gqlerror.Error) bool {
		return err.Extensions["code"] != "MISSING_SCOPE" || err.Extensions["scope"] != scope
	}
	return len(r.errors) > 0 && !filled && !slices.ContainsFunc(r.errors, other)
}

// miscounted says where a connection counts others than it shows, which all fit on one page.
func (r reply) miscounted() (problem string) {
	walkJSON(map[string]any{"": r.data}, func(_ string, value any) {
		page, _ := value.(map[string]any)
		total, counted := page["totalCount"].(float64)
		nodes, listed := page["nodes"].([]any)
		if counted && listed && int(total) != len(nodes) {
			problem = fmt.Sprintf("counts %v and shows %d", total, len(nodes))
		}
	})
	return problem
}

// without are all scopes but one: of its resource only what is below its level.
func without(scope string) []string {
	resource, level, _ := strings.Cut(scope, ":")
	var scopes []string
	for _, r := range []string{"adverts", "invoices", "keys", "orders", "refunds", "sellers", "shipments", "taxonomy", "webhooks"} {
		if r != resource {
			scopes = append(scopes, r+":manage")
		} else if i := slices.Index(market.ScopeLevels, level); i > 0 {
			scopes = append(scopes, r+":"+market.ScopeLevels[i-1])
		}
	}
	return scopes
}
