package document_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"crier/internal/document"
	"crier/internal/market"
)

// in is a document whose node field has a selection.
func in(selection string) string { return "query($id: ID!) { node(id: $id) { " + selection + " } }" }

// verdict writes refusals as "Rule line:column", in their order.
func verdict(refused []market.DocumentError) string {
	var parts []string
	for _, r := range refused {
		part := r.Rule
		if r.Line != nil {
			part += fmt.Sprintf(" %d:%d", *r.Line, *r.Column)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// verdicts are documents for the class Advert with what is wrong with them; "" is nothing.
var verdicts = []struct{ name, text, want string }{
	{"blank", "", ""},
	{"blanks", " \n\t ", ""},
	{"the default", market.DefaultDocument, ""},
	{"only an id", in("id"), ""},
	{"an alias", in("key: id"), ""},
	{"a named operation", "query Advert($id: ID!) { node(id: $id) { id } }", ""},
	{"the class", in("... on Advert { title }"), ""},
	{"its interface", in("... on Node { id }"), ""},
	{"an untyped fragment", in("... { id }"), ""},
	{"a fragment", "query($id: ID!) { node(id: $id) { ...A } } fragment A on Advert { title }", ""},
	{"a fragment before", "fragment A on Advert { title } query($id: ID!) { node(id: $id) { ...A } }", ""},
	{"fragments in fragments", "query($id: ID!) { node(id: $id) { ...A } } fragment A on Node { ...B } fragment B on Advert { title }", ""},
	{"a fragment of the root", "query($id: ID!) { ...R } fragment R on Query { node(id: $id) { id } }", ""},
	{"an inline fragment of the root", "query($id: ID!) { ... on Query { node(id: $id) { id } } }", ""},
	{"nodes", "query($id: ID!) { nodes(ids: [$id]) { id } }", ""},
	{"nodes by coercion", "query($id: ID!) { nodes(ids: $id) { id } }", "VariablesInAllowedPosition 1:30"},
	{"other classes beside it", in("... on Variant { sku } ... on Advert { title }"), ""},
	{"several root fields", "query($id: ID!) { node(id: $id) { id } brands(first: 5) { totalCount } }", ""},
	{"the same node twice", "query($id: ID!) { a: node(id: $id) { id } b: node(id: $id) { __typename } }", ""},
	{"relations", in("... on Advert { seller { businessName } taxon { parent { parent { title } } } variants(first: 500) { nodes { sku } } }"), ""},
	{"a constant condition", in("... on Advert { title @include(if: true) }"), ""},
	{"comments and commas", "# what changed\nquery ($id: ID!,) {,node(id: $id) { id } # its id\n}", ""},
	{"a byte order mark", "\ufeff" + market.DefaultDocument, ""},
	{"thirty deep", in("... on Taxon { " + strings.Repeat("parent { ", 28) + "id" + strings.Repeat(" }", 28) + " } id"), ""},
	{"many repetitions", in(strings.Repeat("id ", 9_999)), ""},

	{"no GraphQL", "SELECT * FROM adverts", "Parse 1:1"},
	{"an open brace", "query($id: ID!) { node(id: $id) { id }", "Parse 1:39"},
	{"an empty selection", "query($id: ID!) {\n  node(id: $id) { }\n}", "Parse 2:19"},
	{"nothing after the head", "query($id: ID!)", "Parse 1:16"},
	{"a stray character", "query($id: ID!) { node(id: $id) { id? } }", "Parse 1:37"},
	{"an open string", "query($id: ID!) { node(id: \"$id) { id } }", "Parse 1:42"},
	{"a control character", "query($id: ID!) { node(id: $id) { id \x00 } }", "Parse 1:38"},
	{"no UTF-8", "query($id: ID!) { node(id: $id) { id \xff } }", "Parse"},
	{"a schema", "type Advert { id: ID! }", "Parse 1:1"},
	{"JSON", `{"query": "{ node { id } }"}`, "Parse 1:3"},
	{"braces without end", strings.Repeat("{", 60_000), "Parse 1:2"},
	{"brackets without end", "query($id: ID!) { nodes(ids: " + strings.Repeat("[", 60_000), "Parse 1:1029"},
	{"too many tokens", in("... on Advert { " + strings.Repeat("a:b ", 14_000) + " }"), "Parse"},
	{"a megabyte", in(strings.Repeat("id ", 350_000)), "DocumentSize"},
	{"one byte too many", market.DefaultDocument + strings.Repeat(" ", 64<<10-len(market.DefaultDocument)+1), "DocumentSize"},
	{"the last byte", market.DefaultDocument + strings.Repeat(" ", 64<<10-len(market.DefaultDocument)), ""},

	{"no operation", "fragment A on Advert { id }", "SingleOperation"},
	{"only a comment", "# nothing", "SingleOperation"},
	{"two operations", "query A($id: ID!) { node(id: $id) { id } }\nquery B($id: ID!) { node(id: $id) { id } }", "SingleOperation 2:1"},
	{"two without names", "{ __typename } { __typename }", "SingleOperation 1:16"},
	{"a mutation beside", "query($id: ID!) { node(id: $id) { id } } mutation M { advertDelete(input: {id: 1}) { status } }", "SingleOperation 1:42"},
	{"a mutation", "mutation($id: ID!) { advertDelete(input: {id: $id}) { status } }", "OperationKind 1:1"},
	{"a subscription", "subscription { advertChanged { id } }", "OperationKind 1:1"},
	{"the schema", "query($id: ID!) { node(id: $id) { id } __schema { types { name } } }", "Introspection 1:40"},
	{"a type", "query($id: ID!) { t: __type(name: \"Advert\") { name } node(id: $id) { id } }", "Introspection 1:19"},
	{"the schema in a fragment", "query($id: ID!) { node(id: $id) { id } ...S } fragment S on Query { __schema { types { name } } }", "Introspection 1:69"},
	{"the schema twice", "query($id: ID!) { a: __schema { types { name } } ... { b: __schema { types { name } } } node(id: $id) { id } }", "Introspection 1:19, Introspection 1:56"},
	{"a fragment of itself", in("...A") + " fragment A on Advert { id ...A }", "NoFragmentCycles 1:73"},
	{"a round of fragments", in("...A") + " fragment A on Node { ...B } fragment B on Node { ...C } fragment C on Node { ...A }", "NoFragmentCycles 1:124"},
	{"an unused round", in("id") + " fragment A on Node { ...B } fragment B on Node { ...A }", "NoFragmentCycles 1:66"},

	{"a dry run", "query($id: ID!) { node(id: $id) { id } w: webhookDryRun(input: {type: ADVERT, subjectId: $id}) { body } }", "DryRun 1:40"},
	{"an unknown field", in("... on Advert { tittle }"), "FieldsOnCorrectType 1:51"},
	{"a field of another type", in("title"), "FieldsOnCorrectType 1:35"},
	{"unknown fields, one a line", "query($id: ID!) {\n  node(id: $id) {\n    ... on Advert {\n      foo\n      bar\n    }\n  }\n}", "FieldsOnCorrectType 4:7, FieldsOnCorrectType 5:7"},
	{"an unknown root field", "query($id: ID!) { advert(id: $id) { id } }", "FieldsOnCorrectType 1:19"},
	{"an unknown type", in("... on Avdert { id }"), "KnownTypeNames 1:39"},
	{"a scalar's fragment", in("... on String { id }"), "FragmentsOnCompositeTypes 1:39, FieldsOnCorrectType 1:51"},
	{"an unknown fragment", in("...A"), "KnownFragmentNames 1:38"},
	{"an unused fragment", in("id") + " fragment A on Advert { id }", "NoUnusedFragments 1:42"},
	{"two fragments of one name", in("...A") + " fragment A on Advert { id } fragment A on Advert { title }", "UniqueFragmentNames 1:72"},
	{"an impossible fragment", in("... on Advert { seller { ... on Taxon { id } } }"), "PossibleFragmentSpreads 1:64"},
	{"an object without fields", in("... on Advert { seller }"), "ScalarLeafs 1:51"},
	{"fields of a scalar", in("... on Advert { title { length } }"), "ScalarLeafs 1:51, FieldsOnCorrectType 1:59"},
	{"a missing argument", "query($id: ID!) { node { id } nodes(ids: [$id]) { id } }", "ProvidedRequiredArguments 1:19"},
	{"an unknown argument", "query($id: ID!) { node(id: $id, type: ADVERT) { id } }", "KnownArgumentNames 1:19"},
	{"an argument twice", "query($id: ID!) { node(id: $id, id: $id) { id } }", "UniqueArgumentNames 1:33"},
	{"a text for a number", in("... on Advert { variants(first: \"ten\") { nodes { id } } }"), "ValuesOfCorrectType 1:68"},
	{"an unknown enum value", "query($id: ID!) { node(id: $id) { id } advertsWhere(status: GONE) { totalCount } }", "ValuesOfCorrectType 1:61"},
	{"an unknown input field", "query($id: ID!) { node(id: $id) { id } invoices(filters: {foo: 1}) { totalCount } }", "ValuesOfCorrectType 1:59"},
	{"an unknown directive", in("id @upper"), "KnownDirectives 1:39"},
	{"a directive of the schema", in("... on Advert @webhook { id }"), "KnownDirectives 1:50"},
	{"a moment", "query($id: ID!) { node(id: $id) { id } updatedOrders(updatedSince: \"2026-03-01T09:30:00Z\") { totalCount } }", ""},
	{"no moment", "query($id: ID!) { node(id: $id) { id } updatedOrders(updatedSince: \"soon\") { totalCount } }", "ScalarValues 1:69"},
	{"a number for a moment", "query($id: ID!) { node(id: $id) { id } updatedOrders(updatedSince: 7) { totalCount } }", "ScalarValues 1:68"},
	{"no moment within an input", "query($id: ID!) { node(id: $id) { id } invoices(filters: { paidSince: \"x\" }) { totalCount } }", "ScalarValues 1:72"},
	{"a deferred fragment", in("... on Advert @defer { title }"), "NoDefer 1:50"},
	{"a condition without a value", in("id @skip"), "ProvidedRequiredArguments 1:39"},
	{"a condition by $id", in("id @skip(if: $id)"), "VariablesInAllowedPosition 1:48"},
	{"one name for two fields", in("... on Advert { a: title a: code }"), "OverlappingFieldsCanBeMerged 1:60"},
	{"one name, two arguments", in("... on Advert { variants(first: 1) { totalCount } variants(first: 2) { totalCount } }"), "OverlappingFieldsCanBeMerged 1:85"},
	{"a directive on a query", "query($id: ID!) @skip(if: true) { node(id: $id) { id } }", "KnownDirectives 1:18"},

	{"no variable", "{ node(id: \"QWR2ZXJ0LTE=\") { id } }", "Variables 1:1"},
	{"an undeclared variable", "{ node(id: $id) { id } }", "Variables 1:1, NoUndefinedVariables 1:12"},
	{"another name", "query($advertId: ID!) { node(id: $advertId) { id } }", "Variables 1:1, Variables 1:7"},
	{"a nullable id", "query($id: ID) { node(id: $id) { id } }", "Variables 1:7, VariablesInAllowedPosition 1:27"},
	{"a string", "query($id: String!) { node(id: $id) { id } }", "Variables 1:7, VariablesInAllowedPosition 1:32"},
	{"a list", "query($id: [ID!]!) { nodes(ids: $id) { id } }", "Variables 1:7"},
	{"a default", "query($id: ID! = \"1\") { node(id: $id) { id } }", "Variables 1:7"},
	{"a nullable id with a default", "query($id: ID = \"1\") { node(id: $id) { id } }", "Variables 1:7, Variables 1:7"},
	{"one more", "query($id: ID!, $first: Int) { node(id: $id) { ... on Advert { variants(first: $first) { totalCount } } } }", "Variables 1:17"},
	{"an unused id", "query($id: ID!) { brands { totalCount } }", "NoUnusedVariables 1:7"},
	{"the id twice", "query($id: ID!, $id: ID!) { node(id: $id) { id } }", "NoUnusedVariables 1:17, UniqueVariableNames 1:17"},
	{"an unknown type of variable", "query($id: Id!) { node(id: $id) { id } }", "Variables 1:7, KnownTypeNames 1:7, VariablesInAllowedPosition 1:28"},
	{"an object type of variable", "query($id: Advert!) { node(id: $id) { id } }", "Variables 1:7, VariablesAreInputTypes 1:7, VariablesInAllowedPosition 1:32"},

	{"another class", in("... on Variant { sku }"), "ClassSelection 1:19"},
	{"two other classes", in("... on Variant { sku } ...I") + " fragment I on Invoice { id }", "ClassSelection 1:19"},
	{"a class that went", in("... on DeletedAdvert { id }"), "ClassSelection 1:19"},
	{"the class left out for good", in("... on Advert @skip(if: true) { title }"), "ClassSelection 1:19"},
	{"its fields left out for good", in("... on Advert { title @include(if: false) }"), "ClassSelection 1:19"},
	{"node left out for good", "query($id: ID!) { node(id: $id) @skip(if: true) { id } }", "ClassSelection 1:1"},
	{"another root field", "query($id: ID!) { order(orderId: $id) { id } }", "ClassSelection 1:1"},
	{"a filter by the id", "query($id: ID!) { taxons(parentId: $id) { nodes { id } } }", "ClassSelection 1:1"},
	{"a constant node", "query($id: ID!) { node(id: \"QWR2ZXJ0LTE=\") { id } taxons(parentId: $id) { totalCount } }", "ClassSelection 1:1"},

	{"thirty-one deep", in("id ... on Taxon {\n" + strings.Repeat("parent { ", 29) + "id" + strings.Repeat(" }", 29) + " }"), "Depth 2:262"},
	{"deep by fragments", in("...F0") + deepFragments(40), "Depth 1:1150"},
	{"too many aliases", in(aliases(6_000)+" ...A ...A ") + " fragment A on Node { " + strings.Repeat("id ", 2_001) + "}", "Fields"},
	{"a doubling fragment", in("...F0") + doubling(30), "Fields"},
	{"one name too often", in(strings.Repeat("... on Advert { id } ", 3_000)), "Work 1:12147"},
	{"a chain of fragments", in("...F0") + chain(1_500), "Work 1:3324"},
	{"pages in pages", in("... on Taxon { adverts(first: 500) { nodes { variants(first: 500) { nodes { images(first: 500) { nodes { id } } } } } } } id"), "Complexity 1:1"},
}

// aliases selects id under n names.
func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:id ", i)
	}
	return b.String()
}

// chain is n fragments that spread one after the other.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Node{...F%d}", i, i+1)
	}
	return b.String() + fmt.Sprintf(" fragment F%d on Node{id}", n)
}

// doubling is n fragments that each spread the next twice.
func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Node{...F%d ...F%d}", i, i+1, i+1)
	}
	return b.String() + fmt.Sprintf(" fragment F%d on Node{id}", n)
}

// deepFragments is n fragments, each one field deeper than the last.
func deepFragments(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Taxon{parent{...F%d}}", i, i+1)
	}
	return b.String() + fmt.Sprintf(" fragment F%d on Taxon{id}", n)
}

func TestCheckVerdicts(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for _, c := range verdicts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			facts, refused := d.Check("Advert", c.text)
			if got := verdict(refused); got != c.want {
				t.Errorf("%.200q\n got %s\nwant %s\n%v", c.text, got, c.want, refused)
			}
			if (facts.Cost > 0) != (c.want == "") {
				t.Errorf("cost %d with verdict %q", facts.Cost, c.want)
			}
			for _, r := range refused {
				if r.Message == "" || len(r.Message) > 600 {
					t.Errorf("message of %d bytes: %.100s", len(r.Message), r.Message)
				}
			}
		})
	}
}

func TestCheckSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		in("... on Variant { sku }"):                                     `"node" selects nothing of an Advert: write ... on Advert { … } in it`,
		"query($id: ID!) { order(orderId: $id) { id } }":                 "no root field selects an Advert by $id: write node(id: $id) { ... on Advert { … } }",
		"mutation { advertDelete(input: {id: 1}) { status } }":           "the document is a mutation, which webhooks do not run: write query($id: ID!) { node(id: $id) { … } }",
		"query($id: ID!, $n: Int) { node(id: $id) { id } }":              "the variable $n is not known to webhooks: the only one is $id: ID!",
		"query($id: ID) { nodes(ids: [$id]) { id } }":                    "$id is nullable: write $id: ID!",
		"query($id: Int!) { brands(first: $id) { totalCount } }":         "$id is of type Int!: write $id: ID!",
		"query($id: ID! = 1) { node(id: $id) { id } }":                   "$id has a default value, but always stands for what changed: write $id: ID! without it",
		"{ brands { totalCount } }":                                      "the variable $id is missing: write query($id: ID!)",
		in("...A") + "fragment A on Node{...B} fragment B on Node{...A}": `fragment "A" spreads itself: A → B → A`,
	} {
		_, refused := checker(t).Check("Advert", text)
		if len(refused) == 0 || refused[0].Message != want {
			t.Errorf("%s\n got %v\nwant %s", text, refused, want)
		}
	}
}

func TestCheckNamesPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"query($id: ID!) { it: node(id: $id) { ... on Variant { sku } } }":        {"it"},
		"query($id: ID!) { node(id: $id) { id } s: __schema { types { name } } }": {"s"},
		in("title"): nil,
	} {
		_, refused := checker(t).Check("Advert", text)
		if len(refused) != 1 || !cmp.Equal(refused[0].Path, want) {
			t.Errorf("%s: got %v, want one error at %v", text, refused, want)
		}
	}
	_, refused := checker(t).Check("Advert", in("... on Taxon { "+strings.Repeat("parent { ", 31)+"id"+strings.Repeat("}", 32)))
	if len(refused) != 1 || len(refused[0].Path) != 31 || refused[0].Path[30] != "parent" {
		t.Errorf("depth: got %v, want a path of 31 fields", refused)
	}
}

// TestCheckClasses proves that every class can be selected in its usual ways,
// and that no other class's document passes for it.
func TestCheckClasses(t *testing.T) {
	t.Parallel()
	d := checker(t)
	classes := []string{"Advert", "Variant", "Seller", "Taxon", "OptionType", "OptionValue", "Order", "Invoice", "Shipment"}
	for _, class := range classes {
		for _, text := range []string{
			"", in("__typename"), in("... on " + class + " { id legacyId }"),
			"query($id: ID!) { nodes(ids: [$id]) { ...X } } fragment X on " + class + " { id }",
		} {
			if _, refused := d.Check(class, text); refused != nil {
				t.Errorf("%s: %s: %v", class, text, refused)
			}
		}
		for _, other := range classes {
			_, refused := d.Check(class, in("... on "+other+" { id }"))
			if (refused == nil) != (class == other) {
				t.Errorf("%s by a document of %s: %v", class, other, refused)
			}
		}
	}
	for class, text := range map[string]string{
		"Order":  "query($id: ID!) { order(orderId: $id) { id } }",
		"Seller": "query($id: ID!) { sellersWhere(retailerIds: [$id]) { nodes { id } } }",
	} {
		if _, refused := d.Check(class, text); refused != nil {
			t.Errorf("%s by %s: %v", class, text, refused)
		}
	}
	if _, refused := d.Check("Nobody", ""); verdict(refused) != "ClassSelection 1:1" {
		t.Errorf("an unknown class: %v", refused)
	}
}

func TestCheckFacts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]market.DocumentFacts{
		"": {Cost: 1, RequiredScopes: []string{"adverts:read"}, DeprecatedFields: []string{}},
		in("... on Advert { title seller { businessName } }"): {
			Cost: 4, RequiredScopes: []string{"adverts:read", "sellers:read"}, DeprecatedFields: []string{},
		},
		in("id ... on Invoice { ...I } ... on Order { invoices(first: 2) { nodes { ...I } } }") + " fragment I on Invoice { status }": {
			Cost: 6, RequiredScopes: []string{"adverts:read", "invoices:read", "orders:read"},
			DeprecatedFields: []string{"Invoice.status: Use `statusFlags`, which can say several things at once."},
		},
		in("... on Advert { variants { totalCount } }"): {
			Cost: 52, RequiredScopes: []string{"adverts:read"}, DeprecatedFields: []string{},
		},
		in("id") + " # " + "brands": {Cost: 2, RequiredScopes: []string{"adverts:read"}, DeprecatedFields: []string{}},
		"query($id: ID!) { node(id: $id) { id } brands(first: 1) { totalCount } }": {
			Cost: 4, RequiredScopes: []string{"adverts:read", "taxonomy:read"}, DeprecatedFields: []string{},
		},
	} {
		got, refused := checker(t).Check("Advert", text)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(market.DocumentFacts{}, "Warnings")); diff != "" || refused != nil {
			t.Errorf("%s: %v\n%s", text, refused, diff)
		}
	}
}

// TestCheckLeavesPreparedFactsAlone checks one cached document for two classes.
func TestCheckLeavesPreparedFactsAlone(t *testing.T) {
	t.Parallel()
	d := checker(t)
	for range 2 {
		for class, want := range map[string]string{"Advert": "adverts:read", "Invoice": "invoices:read"} {
			facts, _ := d.Check(class, "")
			if diff := cmp.Diff([]string{want}, facts.RequiredScopes); diff != "" {
				t.Errorf("%s: %s", class, diff)
			}
		}
	}
}

// TestCheckStopsCounting reports no more errors than a person reads.
func TestCheckStopsCounting(t *testing.T) {
	t.Parallel()
	var variables strings.Builder
	for i := range 3_000 {
		fmt.Fprintf(&variables, "$v%d: ID ", i)
	}
	for name, text := range map[string]string{
		"unknown fields":    in(strings.ReplaceAll(aliases(2_000), ":id", "")),
		"unknown variables": "query(" + variables.String() + ") { __typename }",
		"introspections":    "query($id: ID!) { " + strings.ReplaceAll(aliases(2_000), ":id", ":__schema{types{name}}") + " }",
	} {
		if _, refused := checker(t).Check("Advert", text); len(refused) == 0 || len(refused) > 20 {
			t.Errorf("%s: %d errors", name, len(refused))
		}
	}
}

// TestCheckIsFast bounds what hostile texts cost, far above the 50 ms that they take at most.
func TestCheckIsFast(t *testing.T) {
	d := checker(t)
	for _, c := range verdicts {
		start := time.Now()
		d.Check("Advert", c.text)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s took %v", c.name, took)
		}
	}
}

// TestCheckLimitsAreTheirs checks that limits are those of the options.
func TestCheckLimitsAreTheirs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*document.Limits)
		want   string
	}{
		{func(l *document.Limits) { l.DocumentBytes = 10 }, "DocumentSize"},
		{func(l *document.Limits) { l.Tokens = 5 }, "Parse"},
		{func(l *document.Limits) { l.Depth = 1 }, "Depth 1:35"},
		{func(l *document.Limits) { l.Fields = 1 }, "Fields"},
		{func(l *document.Limits) { l.Work = 1 }, "Work 1:35"},
		{func(l *document.Limits) { l.Complexity = 0 }, "Complexity 1:1"},
	} {
		limits := document.DefaultLimits
		c.change(&limits)
		_, refused := document.New(schema(), document.Options{Limits: limits}).Check("Advert", market.DefaultDocument)
		if got := verdict(refused); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestCheckTestdata checks whole documents as users write them: each names its class in its first line.
func TestCheckTestdata(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.graphql")
	if err != nil || len(files) < 9 {
		t.Fatalf("%d documents: %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		class, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), ":")
		if facts, refused := checker(t).Check(class, string(text)); refused != nil || facts.Cost > 1_000_000 {
			t.Errorf("%s: cost %d, %v", file, facts.Cost, refused)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, c := range verdicts {
		if len(c.text) < 1_000 {
			f.Add(c.text)
		}
	}
	d := checker(f)
	f.Fuzz(func(t *testing.T, text string) {
		facts, refused := d.Check("Advert", text)
		if refused == nil && facts.Cost < 1 {
			t.Errorf("accepted at cost %d", facts.Cost)
		}
		for _, r := range refused {
			if r.Message == "" || r.Rule == "" || (r.Line == nil) != (r.Column == nil) || strings.Contains(r.Message, "cannot be checked") {
				t.Errorf("refusal %+v", r)
			}
		}
		if _, err := d.Prepare(text); err != nil && refused == nil {
			t.Errorf("checked, but not prepared: %v", err)
		}
	})
}
