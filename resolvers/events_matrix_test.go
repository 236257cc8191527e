package resolvers_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/graph"
	"crier/internal/market"
	"crier/internal/viewer"
)

// story is one mutation of the schema with the changes that the contract's
// matrix of events (wire.md) demands of it.
type story struct {
	payment market.PaymentPolicy
	// stored are entities that no mutation makes; nil: none.
	stored func() []market.Entity
	// prepare are mutations that make what the steps are about.
	prepare []string
	steps   []step
}

// step runs a mutation. Ids are written as in "Advert-1".
type step struct {
	name string
	// do is a field of the mutation type with its input.
	do string
	as viewer.Viewer
	// status is what the mutation answers; 0 is 200. One that is refused makes no change.
	status int
	// again is what the same mutation answers when it is sent once more, which
	// changes nothing; 0: it is not sent again, since it would make another thing.
	again int
	// changes are "Advert-1 create" or "Advert-1 update [title]", sorted.
	changes []string
}

// take are the changes that were committed since the last look, sorted.
func (b *bundle) take() []string {
	b.t.Helper()
	var all []string
	_, err := b.store.Sequence(b.t.Context(), 1000, func(changes []market.Change, _ int64) (market.Plan, error) {
		all = nil
		for _, c := range changes {
			text := fmt.Sprint(c.Subject, " ", c.Action)
			if c.Request != nil {
				all = append(all, fmt.Sprintf("%s for webhook %d", text, c.Request.WebhookID))
				continue
			}
			if c.Action == market.Update {
				text += fmt.Sprint(" ", c.Changed)
			}
			all = append(all, text)
			b.named(c)
		}
		return market.Plan{Changes: len(changes)}, nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// named holds what a creation or a deletion says of fields.
func (b *bundle) named(c market.Change) {
	b.t.Helper()
	kind, _ := market.KindOf(c.Subject.Type)
	for _, field := range kind.ChangedNames() {
		if has := slices.Contains(c.Changed, field); c.Action == market.Create && !has || c.Action == market.Destroy && has {
			b.t.Errorf("%s %s with the fields %v: %s", c.Subject, c.Action, c.Changed, field)
		}
	}
}

// play runs the steps of a story.
func (s story) play(t *testing.T) {
	b := trade(t, market.Options{Documents: proofs{}, Payment: s.payment})
	b.insert(externalID(0, "Seller", 2, "crm", "S-2"))
	if s.stored != nil {
		b.insert(s.stored()...)
	}
	for _, do := range s.prepare {
		if status := b.send(viewer.Viewer{}, do); status != 200 {
			t.Fatalf("%s answers %d", do, status)
		}
	}
	b.take()
	for _, step := range s.steps {
		want := 200
		if step.status != 0 {
			want = step.status
		}
		if status := b.send(step.as, step.do); status != want {
			t.Errorf("%s: it answers %d, want %d", step.name, status, want)
		}
		if diff := cmp.Diff(step.changes, b.take()); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", step.name, diff)
		}
		if step.again == 0 {
			continue
		}
		if status := b.send(step.as, step.do); status != step.again {
			t.Errorf("%s: once more it answers %d, want %d", step.name, status, step.again)
		}
		if changes := b.take(); len(changes) > 0 {
			t.Errorf("%s: once more it changes %q", step.name, changes)
		}
	}
}

// send runs one mutation and returns the status of its payload.
func (b *bundle) send(v viewer.Viewer, do string) int {
	b.t.Helper()
	var got map[string]struct {
		Status int
		Errors []market.FieldError
	}
	b.queryAs(v, ids(`mutation { `+do+` { status errors { field messages } } }`)).read(&got)
	payload := got[nameOf(do)]
	for _, e := range payload.Errors {
		b.t.Log(nameOf(do), payload.Status, e.Field, e.Messages)
	}
	return payload.Status
}

// nameOf is the mutation that a step runs.
func nameOf(do string) string { return regexp.MustCompile(`^\w+`).FindString(do) }

// Every mutation of the schema makes exactly the changes of the contract's
// matrix, once for each transaction; sent again it changes nothing, and refused
// it changes nothing.
func TestEventMatrix(t *testing.T) {
	t.Parallel()
	stories := map[string]story{}
	for _, part := range []map[string]story{catalogueStories, accountStories, markStories(), salesStories, refundStories, webhookStories} {
		maps.Copy(stories, part)
	}
	var mutations []string
	for _, f := range graph.NewExecutableSchema(graph.Config{}).Schema().Mutation.Fields {
		mutations = append(mutations, f.Name)
	}
	slices.Sort(mutations)
	if diff := cmp.Diff(mutations, slices.Sorted(maps.Keys(stories))); diff != "" {
		t.Errorf("mutations of the schema and their stories (-schema +stories):\n%s", diff)
	}
	for name, s := range stories {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.complete(t, name)
			s.play(t)
		})
	}
}

// complete holds that a story is about its mutation, and shows it refused and done.
func (s story) complete(t *testing.T, name string) {
	refused, done := false, false
	for _, step := range s.steps {
		if nameOf(step.do) != name {
			t.Errorf("%s: the step runs %s", step.name, nameOf(step.do))
		}
		refused, done = refused || step.status != 0, done || step.status == 0
		if step.status != 0 && len(step.changes) > 0 {
			t.Errorf("%s: what is refused changes nothing", step.name)
		}
	}
	if !refused || !done {
		t.Errorf("the steps show it refused: %t, done: %t", refused, done)
	}
}
