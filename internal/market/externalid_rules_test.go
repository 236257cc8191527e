package market_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

func TestUpsertExternalID(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(sku("A"))))
	other := c.upsert(c.shirt())
	v := c.variants(a)[0]
	c.store.take()
	changed := a.Ref().String() + " update [externalIds]"
	steps := []struct {
		name       string
		owner      market.Entity
		key, value string
		unique     *bool
		want       []string
		events     []string
	}{
		{"first", a, "erp", "1", nil, []string{"erp=1"}, []string{changed}},
		{"the same", a, "erp", "1", nil, []string{"erp=1"}, nil},
		{"the same, unique", a, "erp", "1", new(true), []string{"erp=1"}, nil},
		{"one beside it", a, "erp", "2", new(false), []string{"erp=1", "erp=2"}, []string{changed}},
		{"another key", a, "crm", "1", nil, []string{"crm=1", "erp=1", "erp=2"}, []string{changed}},
		{"in the place of both", a, "erp", "3", new(true), []string{"crm=1", "erp=3"}, []string{changed}},
		{"back to the first", a, "erp", "1", new(true), []string{"crm=1", "erp=1"}, []string{changed}},
		{"another type may have the same", v, "erp", "1", nil, []string{"erp=1"}, []string{v.Ref().String() + " update [externalIds]"}},
		{"another key may have the same value", other, "x", "1", nil, []string{"x=1"}, []string{other.Ref().String() + " update [externalIds]"}},
	}
	for _, step := range steps {
		e, err := c.UpsertExternalID(t.Context(), c.owner, step.owner.ID(), step.key, step.value, step.unique)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if e.Key != step.key || e.Value != step.value || e.OwnerRef() != step.owner.Ref() || e.Num == 0 {
			t.Errorf("%s: returned %+v", step.name, e)
		}
		if diff := cmp.Diff(step.want, c.externalIDs(step.owner.Ref())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(step.events, c.store.take()); diff != "" {
			t.Errorf("%s: changes (-want +got):\n%s", step.name, diff)
		}
	}
	taken := map[string]string{"external_ids": `key "erp" with the value "1" is taken by another Advert`}
	for _, unique := range []*bool{nil, new(true)} {
		_, err := c.UpsertExternalID(t.Context(), c.owner, other.ID(), "erp", "1", unique)
		expectRefusal(t, err, 422, taken)
	}
	c.expectEvents()
	must(c.DeleteAdvert(t.Context(), c.owner, a.ID()))
	must(c.UpsertExternalID(t.Context(), c.owner, other.ID(), "erp", "1", nil))
}

// Whoever the owner is, and whoever asks.
func TestMarkedOwners(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt(withVariants(sku("A"), sku("B")), func(in *market.AdvertUpsert) {
		in.AttemptAutoPublish, in.AdvertOptionValues = true, []market.ChoiceAttributes{{OptionValueID: new(c.wool.ID())}}
	}))
	v, gone := c.variants(a)[0], c.variants(a)[1]
	must(c.DeleteVariant(t.Context(), c.owner, gone.ID()))
	brand := must(c.UpsertBrand(t.Context(), operator, market.BrandUpsert{Name: market.Some("Acme")}))
	must(c.UpdateVariant(t.Context(), c.owner, new(v.ID()), market.VariantAttributes{CountOnHand: market.Some(int64(9))}))
	order := c.place(line(v, 1))
	invoice, item := one[market.Invoice](c.sales), one[market.LineItem](c.sales)
	id := func(kind string, num int64) string { return market.Ref{Type: kind, Num: num}.ID() }
	notYours, missing := "is for the operator of the marketplace only", "was not found"
	tests := map[string]struct {
		id string
		// seller and operator are the refusals each of them gets; "" is none.
		seller, operator string
		noMetadata       bool
	}{
		"seller":        {c.seller.ID(), "", "", false},
		"advert":        {a.ID(), "", "", false},
		"variant":       {v.ID(), "", "", false},
		"invoice":       {invoice.ID(), "", "", false},
		"line item":     {item.ID(), "", "", false},
		"order":         {order.ID(), notYours, "", false},
		"brand":         {brand.ID(), notYours, "", true},
		"taxon":         {c.shirts.ID(), notYours, "", true},
		"prototype":     {c.prototype.ID(), notYours, "", true},
		"option type":   {c.size.ID(), notYours, "", true},
		"option value":  {c.small.ID(), notYours, "", true},
		"other seller":  {id("Seller", c.stranger.Seller), missing, "", false},
		"deleted":       {gone.ID(), missing, missing, false},
		"unknown":       {id("Advert", 99), missing, missing, false},
		"malformed":     {"?", missing, missing, false},
		"unknown type":  {id("Spoon", 1), missing, missing, false},
		"can have none": {id("AdvertOptionValue", 1), "is of type AdvertOptionValue, which can have none", "is of type AdvertOptionValue, which can have none", true},
	}
	expect := func(t *testing.T, err error, want string) {
		t.Helper()
		if want == "" && err != nil {
			t.Error(err)
		}
		if want != "" {
			if got := messages(t, err); !cmp.Equal(got, map[string]string{"owner": want}) {
				t.Errorf("refused with %q, want %q", got, want)
			}
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for actor, want := range map[*market.Actor]string{&c.owner: test.seller, &operator: test.operator} {
				_, err := c.UpsertExternalID(t.Context(), *actor, test.id, "k", name, nil)
				expect(t, err, want)
				_, err = c.UpsertMetadatum(t.Context(), *actor, test.id, "k", name)
				if test.noMetadata {
					messages(t, err)
				} else {
					expect(t, err, want)
				}
			}
		})
	}
}

func TestMergePairs(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt())
	set := func(key, value string) market.Pair { return market.Pair{Key: key, Value: &value} }
	steps := []struct {
		name                string
		in                  []market.Pair
		externals, metadata []string
	}{
		{"two", []market.Pair{set("a", "1"), set("b", "2")}, []string{"a=1", "b=2"}, []string{"a=1", "b=2"}},
		{"none", nil, []string{"a=1", "b=2"}, []string{"a=1", "b=2"}},
		{"one changed", []market.Pair{set("b", "3")}, []string{"a=1", "b=3"}, []string{"a=1", "b=3"}},
		{"one removed", []market.Pair{{Key: "a"}}, []string{"b=3"}, []string{"b=3"}},
		{"one that is not there removed", []market.Pair{{Key: "z"}}, []string{"b=3"}, []string{"b=3"}},
		{"removed and added", []market.Pair{{Key: "b"}, set("c", "3")}, []string{"c=3"}, []string{"c=3"}},
	}
	for _, step := range steps {
		c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), ExternalIDs: step.in, Metadata: step.in})
		if diff := cmp.Diff(step.externals, c.externalIDs(a.Ref())); diff != "" {
			t.Errorf("%s: external ids (-want +got):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(step.metadata, c.metadata(a.Ref())); diff != "" {
			t.Errorf("%s: metadata (-want +got):\n%s", step.name, diff)
		}
	}
	c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), ExternalIDs: []market.Pair{set("c", "4"), set("c", "5"), set("c", "4")}})
	if got := c.externalIDs(a.Ref()); !cmp.Equal(got, []string{"c=4", "c=5"}) {
		t.Errorf("two values of one key = %q", got)
	}
}

// External ids are unique among what one upsert sets, too.
func TestExternalIDsWithinOneUpsert(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	named := func(text, value string) market.VariantAttributes {
		in := sku(text)
		in.ExternalIDs = []market.Pair{{Key: "erp", Value: &value}}
		return in
	}
	taken := func(value string) map[string]string {
		return map[string]string{"variants.1.external_ids": `key "erp" with the value "` + value + `" is taken by another Variant`}
	}
	_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(withVariants(named("A", "1"), named("B", "1"))))
	expectRefusal(t, err, 422, taken("1"))
	a := c.upsert(c.shirt(withVariants(named("A", "1"), named("B", "2"))))
	c.store.take()
	_, err = c.UpsertAdvert(t.Context(), c.owner, market.AdvertUpsert{
		AdvertID: new(a.ID()), Variants: []market.VariantAttributes{named("A", "3"), named("B", "3")},
	})
	expectRefusal(t, err, 422, taken("3"))
	c.expectEvents()
}

func TestUpsertMetadatum(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	a := c.upsert(c.shirt())
	c.store.take()
	changed := a.Ref().String() + " update [metadata]"
	made := must(c.UpsertMetadatum(t.Context(), c.owner, a.ID(), "k", "1"))
	c.expectEvents(changed)
	must(c.UpsertMetadatum(t.Context(), c.owner, a.ID(), "k", "1"))
	c.expectEvents()
	again := must(c.UpsertMetadatum(t.Context(), c.owner, a.ID(), "k", ""))
	c.expectEvents(changed)
	if again.Num != made.Num || again.Value != "" {
		t.Errorf("changed = %+v", again)
	}
	_, err := c.UpsertMetadatum(t.Context(), c.owner, a.ID(), " ", "\x00")
	expectRefusal(t, err, 422, map[string]string{"key": "can't be blank", "value": "can't hold NUL or broken characters"})
	_, err = c.UpsertExternalID(t.Context(), c.owner, a.ID(), "", " ", nil)
	expectRefusal(t, err, 422, map[string]string{"key": "can't be blank", "value": "can't be blank"})
}
