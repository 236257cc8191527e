package main_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/graph"
	"crier/internal/market"
)

func schema() *ast.Schema { return graph.NewExecutableSchema(graph.Config{}).Schema() }

// The directive @webhook, the domain's classes and the enum of classes say the same.
func TestEveryWebhookTypeIsAClass(t *testing.T) {
	t.Parallel()
	s := schema()
	var declared, classes, enum []string
	for name, definition := range s.Types {
		if definition.Directives.ForName("webhook") != nil {
			declared = append(declared, name)
			if !slices.Contains(definition.Interfaces, "Node") {
				t.Errorf("%s is subscribable and no Node", name)
			}
		}
	}
	for _, k := range market.Kinds() {
		if k.Class {
			classes = append(classes, k.Name)
		}
	}
	for _, v := range s.Types["WebhookKlassEnum"].EnumValues {
		name, _ := market.TypeOfClass(v.Name)
		enum = append(enum, name)
	}
	slices.Sort(declared)
	slices.Sort(enum)
	if !slices.Equal(declared, classes) || !slices.Equal(declared, enum) {
		t.Errorf("@webhook is on %v,\nthe domain has %v,\nthe enum has %v", declared, classes, enum)
	}
}

// A class has a subscription, named after it, unless the schema says that it is not live.
func TestLiveClassesHaveSubscriptions(t *testing.T) {
	t.Parallel()
	s := schema()
	for name, definition := range s.Types {
		directive := definition.Directives.ForName("webhook")
		if directive == nil {
			continue
		}
		live := directive.ArgumentMap(nil)["live"] == true
		field := s.Subscription.Fields.ForName(strings.ToLower(name[:1]) + name[1:] + "Changed")
		if live != (field != nil) {
			t.Errorf("%s is live: %t; its subscription: %v", name, live, field)
		}
	}
}

// Whatever a change can say that differs is a field of the schema.
func TestChangedNamesAreFields(t *testing.T) {
	t.Parallel()
	s := schema()
	for _, k := range market.Kinds() {
		if !k.Class {
			continue
		}
		for _, name := range k.ChangedNames() {
			if s.Types[k.Name].Fields.ForName(name) == nil {
				t.Errorf("%s has no field %s", k.Name, name)
			}
		}
	}
}

func TestEverythingInTheSchemaIsDescribed(t *testing.T) {
	t.Parallel()
	check := func(what, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", what)
		}
	}
	for name, definition := range schema().Types {
		if definition.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		check(name, definition.Description)
		for _, f := range definition.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			check(name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				check(name+"."+f.Name+"("+a.Name+":)", a.Description)
			}
		}
		for _, v := range definition.EnumValues {
			check(name+"."+v.Name, v.Description)
		}
	}
}

// Entities live in internal/market; what is generated beside the executable schema is inputs and payloads.
func TestGeneratedModelsAreInputsAndPayloads(t *testing.T) {
	t.Parallel()
	for name, definition := range schema().Types {
		if definition.Kind != ast.Object || definition.BuiltIn || !slices.Contains(definition.Interfaces, "Node") {
			continue
		}
		if _, known := market.KindOf(name); !known && name != "Country" && name != "State" && !isView(name) {
			t.Errorf("%s is a Node without a kind in the domain", name)
		}
	}
}

// isView reports whether a type shows another kind's entities.
func isView(name string) bool {
	return name == "DeletedAdvert" || name == "DeletedSeller" || name == "UnpublishedAdvert" || name == "AllAdvertVariant"
}
