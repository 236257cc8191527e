package resolvers_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// Every place of every mutation's input refuses what it cannot take: with an
// error at the value's place where it is none of its type, else with the place in
// errors of the payload. Nothing is changed. The valid inputs that the bad values
// are put into are in trials.
func TestBadInput(t *testing.T) {
	t.Parallel()
	c := &census{tried: map[string]int{}}
	d := newDesk(t)
	before := d.everything()
	for _, name := range slices.Sorted(maps.Keys(trials)) {
		tr := &trying{desk: d, census: c, name: name, trial: trials[name], walked: map[string]bool{}}
		t.Run(name, func(t *testing.T) { tr.run(t) })
	}
	all := inputPlaces(d.schema)
	for _, key := range c.untried(all) {
		t.Errorf("%s has no bad value: put it into a trial, or among what takes every value", key)
	}
	for what, rows := range d.everything() {
		if !reflect.DeepEqual(rows, before[what]) {
			t.Errorf("%s changed", what)
		}
	}
	t.Logf("%d places of %d mutations, %d bad values", len(all), len(d.schema.Mutation.Fields), c.values)
}

// trial is a valid input of a mutation. Its name is the mutation's, with more
// after a slash where the mutation has several.
type trial struct {
	as string
	// input is JSON, with ids as in "Advert-1".
	input string
	// needs are places that can be neither left out, null nor blank, although their
	// type allows it; keeps are those of an update, which can be left out.
	needs, keeps string
	// idle says that it stores nothing.
	idle bool
}

// mutation is what a trial is named after.
func mutation(name string) string { name, _, _ = strings.Cut(name, "/"); return name }

// census counts what was tried.
type census struct {
	// tried are how many values of their own kind the places refused, by their keys.
	tried  map[string]int
	values int
}

// inputPlaces are all scalars, enums and lists in the inputs of the mutations, by their keys.
func inputPlaces(schema *ast.Schema) map[string]place {
	found := map[string]place{}
	var walk func(p place)
	walk = func(p place) {
		def := schema.Types[p.of.Name()]
		if p.of.Elem != nil || def.Kind != ast.InputObject {
			found[keyOf(p.path)[1:]] = p
		}
		if def.Kind == ast.InputObject {
			for _, f := range def.Fields {
				walk(p.field(def.Name, f))
			}
		}
	}
	for _, m := range schema.Mutation.Fields {
		walk(place{path: []any{m.Name}, of: m.Arguments.ForName("input").Type})
	}
	return found
}

// untried are the places that refused no value, and are not said to take all.
func (c *census) untried(all map[string]place) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(key string) bool {
		return c.tried[key] > 0 || all[key].takesAll()
	})
}

// trying puts bad values into one trial.
type trying struct {
	*desk
	*census
	trial
	t    *testing.T
	name string
	// walked are the places that were tried.
	walked map[string]bool
}

// run tries every bad value that the places of the input can have, and those that
// are listed for the trial.
func (tr *trying) run(t *testing.T) {
	tr.t = t
	if !tr.valid(tr.decoded()) {
		return
	}
	def := tr.schema.Mutation.Fields.ForName(mutation(tr.name)).Arguments.ForName("input")
	tr.walk(place{of: def.Type}, tr.decoded())
	for _, s := range specials[tr.name] {
		tr.special(s)
	}
}

// decoded is the input, a new one each time.
func (tr *trying) decoded() any {
	decoder := json.NewDecoder(strings.NewReader(ids(tr.input)))
	decoder.UseNumber()
	var input any
	if err := decoder.Decode(&input); err != nil {
		tr.t.Fatalf("%v in %s", err, tr.input)
	}
	return input
}

// valid reports whether an input is accepted as it is, without keeping what it changes.
func (tr *trying) valid(input any) bool {
	tr.rules.rehearse = true
	got := tr.send(tr.as, mutation(tr.name), input)
	accepted := tr.rules.done == 1
	if tr.idle {
		payload, _ := got.Data[mutation(tr.name)].(map[string]any)
		accepted = payload["status"] == 200.0
	}
	tr.rules.rehearse, tr.rules.done = false, 0
	if !accepted {
		tr.t.Errorf("the input is refused as it is: %s", got)
	}
	return accepted
}

// walk tries every place of a value, from its own down, and of items of a list
// those that no item before had.
func (tr *trying) walk(p place, value any) {
	p.value = value
	if key := fmt.Sprint(keyOf(p.path), p.isItem()); !tr.walked[key] {
		tr.walked[key] = true
		for _, f := range tr.flaws(p) {
			tr.try(p, f)
		}
	}
	def := tr.schema.Types[p.of.Name()]
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			tr.walk(p.item(i), item)
		}
	case map[string]any:
		if def.Kind != ast.InputObject {
			return
		}
		for _, f := range def.Fields {
			if inner, given := v[f.Name]; given {
				tr.walk(p.field(def.Name, f), inner)
			}
		}
	}
}

// try puts a bad value into a place, as a variable and, where nothing runs, as a literal too.
func (tr *trying) try(p place, f flaw) {
	input, what := put(tr.decoded(), p.path, f.value), fmt.Sprintf("%s %s", p, f.why)
	if !f.blunt {
		tr.tried[mutation(tr.name)+keyOf(p.path)]++
	}
	got := tr.send(tr.as, mutation(tr.name), input)
	if !f.early {
		tr.refused(what, got, 0, p.told()+f.field)
		tr.same(what, got, p, f)
		return
	}
	tr.notRun(what, got, p.variable())
	if f.value != absent {
		tr.notRun(what+", in the document,", tr.sendLiteral(tr.as, mutation(tr.name), input), "")
	}
}

// same holds an answer against the one for a value that has to be answered alike.
func (tr *trying) same(what string, got verdict, p place, f flaw) {
	if f.alike == nil {
		return
	}
	if other := tr.send(tr.as, mutation(tr.name), put(tr.decoded(), p.path, f.alike)); !reflect.DeepEqual(got, other) {
		tr.t.Errorf("%s is answered with %s, and what does not exist with %s", what, got, other)
	}
}

// special tries a bad input of the list.
func (tr *trying) special(s special) {
	path := steps(s.place)
	input := tr.decoded()
	for _, also := range slices.Sorted(maps.Keys(s.also)) {
		input = put(input, steps(also), s.also[also])
	}
	input = put(input, path, s.value)
	tr.tried[mutation(tr.name)+keyOf(path)]++
	field, status := cmp.Or(s.field, place{path: path}.told()), cmp.Or(s.status, 422)
	tr.refused(s.why, tr.send(tr.as, mutation(tr.name), input), status, field)
}

// notRun holds a request to its refusal before anything ran: by the path of its
// variable, or where there is none by a place in the document.
func (tr *trying) notRun(what string, got verdict, variable string) {
	tr.t.Helper()
	tr.values++
	tr.nothingDone(what)
	wrong := got.Data[mutation(tr.name)] != nil || len(got.Errors) == 0
	for _, e := range got.Errors {
		code := e.Extensions.Code
		wrong = wrong || code != "GRAPHQL_VALIDATION_FAILED" && code != "BAD_USER_INPUT"
		wrong = wrong || !strings.Contains(e.Message, variable) || variable == "" && len(e.Locations) == 0
	}
	if wrong {
		tr.t.Errorf("%s is answered with %s", what, got)
	}
}

// refused holds an answer to the refusal of a field, or of several with spaces between them.
func (tr *trying) refused(what string, got verdict, status int, told string) {
	tr.t.Helper()
	tr.values++
	tr.nothingDone(what)
	payload, _ := got.Data[mutation(tr.name)].(map[string]any)
	if len(got.Errors) > 0 || payload == nil {
		tr.t.Errorf("%s is answered with %s", what, got)
		return
	}
	var fields []string
	for _, e := range listOf(payload["errors"]) {
		fields = append(fields, fmt.Sprint(e.(map[string]any)["field"]))
	}
	if field := strings.Join(fields, " "); field != told {
		tr.t.Errorf("%s is refused for %q, want %q: %s", what, field, told, got)
	}
	if s := payload["status"]; s != 422.0 && s != 404.0 || status != 0 && s != float64(status) {
		tr.t.Errorf("%s is refused with %v, want %d", what, s, status)
	}
	for name, value := range payload {
		if value != nil && name != "status" && name != "errors" && name != "documentErrors" {
			tr.t.Errorf("%s is refused, and %s is %v", what, name, value)
		}
	}
}

// listOf is a list of an answer, empty where it is null.
func listOf(v any) []any { l, _ := v.([]any); return l }

// nothingDone holds that no transaction ended well since it was last asked.
func (tr *trying) nothingDone(what string) {
	tr.t.Helper()
	if tr.rules.done != 0 {
		tr.t.Errorf("%s is stored", what)
		tr.rules.done = 0
	}
}

// everything are all rows of all kinds, deleted ones too, and the changes.
func (d *desk) everything() map[string]any {
	d.t.Helper()
	found := map[string]any{"changes": d.take()}
	err := d.store.Run(d.t.Context(), func(tx market.Tx) error {
		for _, kind := range market.Kinds() {
			rows := kind.NewList()
			if err := tx.Select(context.Background(), rows, market.Query{Deleted: true}); err != nil {
				return err
			}
			found[kind.Name] = rows
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}
