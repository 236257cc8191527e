package document

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// measure holds a parsed document to the limits that need no schema, and returns
// its fields after fragments. It leaves out exact repetitions of a plain field.
func measure(doc *ast.QueryDocument, limits Limits) (fields int, refused gqlerror.List) {
	s := newSizer(doc)
	var whole size
	for _, set := range selections(doc) {
		whole.deepen(s.of(set))
	}
	if s.cycle != nil {
		return 0, one(fault(CodeValidationFailed, ruleCycles, s.cycle.Position,
			"fragment %q spreads itself: %s", s.cycle.Name, strings.Join(s.round, " → ")))
	}
	if whole.depth > limits.Depth {
		return 0, one(s.tooDeep(doc, limits.Depth))
	}
	if whole.fields > limits.Fields {
		return 0, one(fault(CodeComplexityLimit, ruleFields, s.tooMany(doc, limits.Fields),
			"the document selects %d fields once its fragments are in place, more than %d: select less", whole.fields, limits.Fields))
	}
	for _, set := range selections(doc) {
		distinct(set)
	}
	if e := newEffort(doc, limits.Work); e.spent > limits.Work {
		return 0, one(fault(CodeComplexityLimit, ruleWork, e.at,
			"the document takes too long to validate: select each field once in its place, and spread fragments fewer times"))
	}
	return whole.fields, nil
}

// selections are the selection sets that a document starts from.
func selections(doc *ast.QueryDocument) []*ast.SelectionSet {
	var sets []*ast.SelectionSet
	for _, op := range doc.Operations {
		sets = append(sets, &op.SelectionSet)
	}
	for _, fragment := range doc.Fragments {
		sets = append(sets, &fragment.SelectionSet)
	}
	return sets
}

// distinct drops the repetitions of a field that has neither arguments,
// directives nor selections: they mean nothing, and comparing them all is dear.
func distinct(set *ast.SelectionSet) {
	type plain struct{ alias, name string }
	seen := map[plain]bool{}
	kept := (*set)[:0]
	for _, selection := range *set {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.Arguments)+len(s.Directives)+len(s.SelectionSet) == 0 {
				if seen[plain{s.Alias, s.Name}] {
					continue
				}
				seen[plain{s.Alias, s.Name}] = true
			}
			distinct(&s.SelectionSet)
		case *ast.InlineFragment:
			distinct(&s.SelectionSet)
		}
		kept = append(kept, selection)
	}
	*set = kept
}

// size is how deep and how large a selection is once fragments are in place.
type size struct{ depth, fields int }

// deepen makes s the size of both selections side by side. The fields stop far
// above every limit instead of overflowing.
func (s *size) deepen(other size) {
	s.depth = max(s.depth, other.depth)
	s.fields = min(s.fields+other.fields, 1<<40)
}

// sizer measures selections. Each fragment is measured once, however often it is
// spread, so that its time is that of the text and not of what unfolds from it.
type sizer struct {
	fragments map[string]*ast.FragmentDefinition
	known     map[string]size
	open      []string
	cycle     *ast.FragmentSpread
	round     []string
}

func newSizer(doc *ast.QueryDocument) *sizer {
	return &sizer{fragments: fragmentsOf(doc), known: map[string]size{}}
}

// fragmentsOf are the fragments of a document by name; of one name, the first.
func fragmentsOf(doc *ast.QueryDocument) map[string]*ast.FragmentDefinition {
	byName := make(map[string]*ast.FragmentDefinition, len(doc.Fragments))
	for _, f := range doc.Fragments {
		if byName[f.Name] == nil {
			byName[f.Name] = f
		}
	}
	return byName
}

// of measures a selection set.
func (s *sizer) of(set *ast.SelectionSet) size {
	var whole size
	for _, selection := range *set {
		switch sel := selection.(type) {
		case *ast.Field:
			below := s.of(&sel.SelectionSet)
			whole.deepen(size{depth: below.depth + 1, fields: below.fields + 1})
		case *ast.InlineFragment:
			whole.deepen(s.of(&sel.SelectionSet))
		case *ast.FragmentSpread:
			whole.deepen(s.spread(sel))
		}
	}
	return whole
}

// spread measures a fragment, and notes the first that spreads itself.
func (s *sizer) spread(spread *ast.FragmentSpread) size {
	fragment := s.fragments[spread.Name]
	if fragment == nil {
		return size{}
	}
	if known, done := s.known[spread.Name]; done {
		return known
	}
	for i, open := range s.open {
		if open == spread.Name {
			if s.cycle == nil {
				s.cycle, s.round = spread, append(append([]string{}, s.open[i:]...), spread.Name)
			}
			return size{}
		}
	}
	s.open = append(s.open, spread.Name)
	measured := s.of(&fragment.SelectionSet)
	s.open = s.open[:len(s.open)-1]
	s.known[spread.Name] = measured
	return measured
}

// tooDeep refuses the document at the first field below the limit.
func (s *sizer) tooDeep(doc *ast.QueryDocument, limit int) *gqlerror.Error {
	var path ast.Path
	var find func(set *ast.SelectionSet, depth int) *ast.Field
	find = func(set *ast.SelectionSet, depth int) *ast.Field {
		if depth+s.of(set).depth <= limit {
			return nil
		}
		for _, selection := range *set {
			var found *ast.Field
			switch sel := selection.(type) {
			case *ast.Field:
				path = append(path, ast.PathName(sel.Alias))
				if depth == limit {
					return sel
				}
				if found = find(&sel.SelectionSet, depth+1); found == nil {
					path = path[:len(path)-1]
				}
			case *ast.InlineFragment:
				found = find(&sel.SelectionSet, depth)
			case *ast.FragmentSpread:
				if fragment := s.fragments[sel.Name]; fragment != nil {
					found = find(&fragment.SelectionSet, depth)
				}
			}
			if found != nil {
				return found
			}
		}
		return nil
	}
	for _, set := range selections(doc) {
		if field := find(set, 0); field != nil {
			err := fault(CodeComplexityLimit, ruleDepth, field.Position,
				"%q is %d fields deep, more than %d: select less deep, and start another document from there", field.Name, limit+1, limit)
			err.Path = path
			return err
		}
	}
	return fault(CodeComplexityLimit, ruleDepth, start(doc), "the document is more than %d fields deep", limit)
}

// tooMany is the place of the first selection with which the fields are more than the limit.
func (s *sizer) tooMany(doc *ast.QueryDocument, limit int) *ast.Position {
	var find func(set ast.SelectionSet) *ast.Position
	find = func(set ast.SelectionSet) *ast.Position {
		for _, selection := range set {
			whole := s.of(&ast.SelectionSet{selection})
			if limit -= whole.fields; limit >= 0 {
				continue
			}
			limit += whole.fields
			switch sel := selection.(type) {
			case *ast.Field:
				if limit--; limit >= 0 {
					return find(sel.SelectionSet)
				}
			case *ast.InlineFragment:
				return find(sel.SelectionSet)
			}
			return selection.GetPosition()
		}
		return start(doc)
	}
	for _, set := range selections(doc) {
		if fields := s.of(set).fields; fields <= limit {
			limit -= fields
		} else {
			return find(*set)
		}
	}
	return start(doc)
}
