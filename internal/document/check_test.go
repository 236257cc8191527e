package document_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// aliases selects id under n names.
func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d:id ", i)
	}
	return b.String()
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

// TestCheckLimitsAreTheirs checks that limits are those of the options.
func TestCheckLimitsAreTheirs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change func(*document.Limits)
		want   string
	}{
		{func(l *document.Limits) { l.DocumentBytes = 10 }, "DocumentSize 1:11"},
		{func(l *document.Limits) { l.Tokens = 5 }, "Parse 1:12"},
		{func(l *document.Limits) { l.Depth = 1 }, "Depth 1:35"},
		{func(l *document.Limits) { l.Fields = 1 }, "Fields 1:35"},
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
