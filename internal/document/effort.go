package document

import "github.com/vektah/gqlparser/v2/ast"

// What the validator's rules do beside comparing two names, in steps: gathering a
// field again for an inline fragment around it, and comparing two fragments that are
// spread in one place, which it remembers too.
const (
	gathering = 15
	pairing   = 10
)

// effort estimates the steps that the validator's rules take: it follows every
// fragment again from each definition, and compares all fields that answer under
// one name in one place, once for each selection set around them.
type effort struct {
	fragments map[string]*ast.FragmentDefinition
	limit     int
	spent     int
	at        *ast.Position
}

// place is one place of an answer: how often it is selected, with how many fields,
// by response name, and which fragments.
type place struct {
	fields, below int
	names         map[string]*place
	spreads       map[string]bool
}

// newEffort estimates a document without cycles, up to a limit.
func newEffort(doc *ast.QueryDocument, limit int) *effort {
	e := &effort{fragments: fragmentsOf(doc), limit: limit}
	for _, set := range selections(doc) {
		e.walk(*set, &place{}, 1, 0)
	}
	return e
}

// spend counts steps, and notes where they went beyond the limit.
func (e *effort) spend(steps int, at *ast.Position) bool {
	e.spent += steps
	if e.spent > e.limit && e.at == nil {
		e.at = at
	}
	return e.spent <= e.limit
}

// walk counts a selection set at a place, within a number of sets around it, of
// which the last ones are inline fragments.
func (e *effort) walk(set ast.SelectionSet, at *place, around, inline int) {
	for _, selection := range set {
		if !e.spend(1, selection.GetPosition()) {
			return
		}
		switch sel := selection.(type) {
		case *ast.Field:
			next := at.name(sel.Alias)
			next.fields++
			at.below++
			if e.spend((next.fields-1)*around+gathering*inline, sel.Position) {
				e.walk(sel.SelectionSet, next, around+1, 0)
			}
		case *ast.InlineFragment:
			if e.spend(around, sel.Position) {
				e.walk(sel.SelectionSet, at, around+1, inline+1)
			}
		case *ast.FragmentSpread:
			e.spread(sel, at, around)
		}
	}
}

// spread counts a fragment; a second spread of it at the same place is compared no more.
func (e *effort) spread(spread *ast.FragmentSpread, at *place, around int) {
	fragment := e.fragments[spread.Name]
	if fragment == nil || at.spreads[spread.Name] {
		return
	}
	if at.spreads == nil {
		at.spreads = map[string]bool{}
	}
	at.spreads[spread.Name] = true
	if e.spend(at.below+len(at.spreads)*(around+pairing), spread.Position) {
		e.walk(fragment.SelectionSet, at, around+1, 0)
	}
}

// name is the place below p that answers under a name.
func (p *place) name(alias string) *place {
	if p.names == nil {
		p.names = map[string]*place{}
	}
	next := p.names[alias]
	if next == nil {
		next = &place{}
		p.names[alias] = next
	}
	return next
}
