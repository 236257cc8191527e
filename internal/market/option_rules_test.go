package market_test

import (
	"testing"

	"crier/internal/market"
)

func TestUpsertOptionType(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	other := must(c.UpsertPrototype(t.Context(), operator, market.PrototypeUpsert{Name: market.Some("Other")}))
	upsert := func(in market.OptionTypeUpsert) *market.OptionType {
		t.Helper()
		o, err := c.UpsertOptionType(t.Context(), operator, in)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := upsert(market.OptionTypeUpsert{
		Name: market.Some("Colour"), AppliedTo: market.Some(market.AppliedToVariant), FieldType: market.Some(market.SingleSelect),
		PrototypeIDs: []string{c.prototype.ID(), c.prototype.ID()},
	})
	if o.DisplayName != "Colour" || o.Category != market.PurposeVariant || !o.Optional || o.Position != 4 {
		t.Errorf("option type = %+v", o)
	}
	ref := o.Ref().String()
	c.expectEvents(ref + " create")
	id := new(o.ID())
	steps := []struct {
		in      market.OptionTypeUpsert
		changed string
	}{
		{market.OptionTypeUpsert{}, ""},
		{market.OptionTypeUpsert{PrototypeIDs: []string{c.prototype.ID()}}, ""},
		{market.OptionTypeUpsert{PrototypeIDs: []string{other.ID()}}, "[prototypes]"},
		{market.OptionTypeUpsert{PrototypeIDsToRemove: []string{c.prototype.ID()}}, "[prototypes]"},
		{market.OptionTypeUpsert{PrototypeIDsToRemove: []string{c.prototype.ID()}}, ""},
		{market.OptionTypeUpsert{Optional: market.Some(false)}, "[optional]"},
		{market.OptionTypeUpsert{Optional: market.Null[bool]()}, ""},
		{market.OptionTypeUpsert{FieldType: market.Some(market.MultiSelect)}, "[fieldType]"},
		{market.OptionTypeUpsert{AppliedTo: market.Some(market.AppliedToAdvert)}, "[appliedTo category]"},
		{market.OptionTypeUpsert{FieldType: market.Some(market.FreeText)}, "[category fieldType]"},
		{market.OptionTypeUpsert{Category: market.Some(market.PurposeFeature)}, "[category]"},
		{market.OptionTypeUpsert{Category: market.Null[market.Purpose]()}, "[category]"},
		{market.OptionTypeUpsert{DisplayName: market.Some("Color")}, "[displayName]"},
		{market.OptionTypeUpsert{ExternalIDs: []market.Pair{{Key: "erp", Value: new("9")}}}, "[externalIds]"},
	}
	for i, step := range steps {
		step.in.ID = id
		upsert(step.in)
		if step.changed == "" {
			c.expectEvents()
		} else {
			c.expectEvents(ref + " update " + step.changed)
		}
		if t.Failed() {
			t.Fatalf("step %d", i)
		}
	}
	if left := rows[market.PrototypeOption](c.sales, market.Eq("option_type_id", o.Num)); len(left) != 1 || left[0].PrototypeID != other.Num {
		t.Errorf("%d prototypes are left", len(left))
	}
}

func TestUpsertOptionTypeRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	c.upsert(c.shirt(func(in *market.AdvertUpsert) {
		in.AdvertOptionValues = []market.ChoiceAttributes{{OptionValueID: new(c.cotton.ID())}}
		in.Variants = []market.VariantAttributes{{OptionValueIDs: []string{c.small.ID()}}}
	}))
	choice := c.option("Finish", market.AppliedToVariant, market.MultiSelect)
	c.value(choice, "Matt")
	c.store.take()
	blank, used := "can't be blank", "can't be changed while products have the option"
	tests := map[string]struct {
		in   market.OptionTypeUpsert
		want map[string]string
	}{
		"nothing given": {market.OptionTypeUpsert{}, map[string]string{"name": blank, "applied_to": blank, "field_type": blank}},
		"prototypes": {
			market.OptionTypeUpsert{ID: new(c.size.ID()), PrototypeIDs: []string{c.prototype.ID(), "x"}, PrototypeIDsToRemove: []string{c.prototype.ID()}},
			map[string]string{"prototype_ids.1": "is not an id of type Prototype", "prototype_ids_to_remove.0": "is among prototype_ids too"},
		},
		"used by a variant": {
			market.OptionTypeUpsert{ID: new(c.size.ID()), AppliedTo: market.Some(market.AppliedToAdvert), FieldType: market.Some(market.FreeText)},
			map[string]string{"applied_to": used, "field_type": used},
		},
		"used by an advert, several values to one": {
			market.OptionTypeUpsert{ID: new(c.fabric.ID()), FieldType: market.Some(market.SingleSelect)},
			map[string]string{"field_type": used},
		},
		"to text, with values": {
			market.OptionTypeUpsert{ID: new(choice.ID()), FieldType: market.Some(market.FreeText)},
			map[string]string{"field_type": "can't be FREE_TEXT, since the option has values"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpsertOptionType(t.Context(), operator, test.in)
			expectRefusal(t, err, 422, test.want)
		})
	}
	c.expectEvents()
	several := market.OptionTypeUpsert{ID: new(c.size.ID()), FieldType: market.Some(market.MultiSelect)}
	if _, err := c.UpsertOptionType(t.Context(), operator, several); err != nil {
		t.Errorf("one value to several: %v", err)
	}
	one := market.OptionTypeUpsert{ID: new(choice.ID()), FieldType: market.Some(market.SingleSelect)}
	if _, err := c.UpsertOptionType(t.Context(), operator, one); err != nil {
		t.Errorf("several values to one, unused: %v", err)
	}
}

func TestUpsertOptionValue(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	if c.small.Position != 0 || c.large.Position != 1 || c.small.DisplayName != "Small" || c.small.Presentation != "Small" {
		t.Errorf("values = %+v, %+v", c.small, c.large)
	}
	ref, id := c.large.Ref().String(), new(c.large.ID())
	steps := []struct {
		in      market.OptionValueUpsert
		changed string
	}{
		{market.OptionValueUpsert{Name: market.Some("Large"), OptionTypeID: market.Some(c.size.ID())}, ""},
		{market.OptionValueUpsert{DisplayName: market.Some("L")}, "[displayName presentation]"},
		{market.OptionValueUpsert{DisplayName: market.Null[string]()}, "[displayName presentation]"},
		{market.OptionValueUpsert{Position: market.Some(int64(7))}, "[position]"},
		{market.OptionValueUpsert{Position: market.Null[int64]()}, ""},
		{market.OptionValueUpsert{OptionTypeID: market.Some(c.fabric.ID())}, "[optionType]"},
	}
	for _, step := range steps {
		step.in.ID = id
		must(c.UpsertOptionValue(t.Context(), operator, step.in))
		if step.changed == "" {
			c.expectEvents()
		} else {
			c.expectEvents(ref + " update " + step.changed)
		}
	}
}

func TestUpsertOptionValueRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	c.upsert(c.shirt(withVariants(market.VariantAttributes{OptionValueIDs: []string{c.small.ID()}})))
	blank := "can't be blank"
	tests := map[string]struct {
		in   market.OptionValueUpsert
		want map[string]string
	}{
		"nothing given": {market.OptionValueUpsert{}, map[string]string{"name": blank, "option_type_id": blank}},
		"free text": {
			market.OptionValueUpsert{Name: market.Some("X"), OptionTypeID: market.Some(c.care.ID())},
			map[string]string{"option_type_id": "takes free text, and so has no values"},
		},
		"position": {
			market.OptionValueUpsert{ID: new(c.small.ID()), Position: market.Some(int64(-1))},
			map[string]string{"position": "must be between 0 and 2147483647"},
		},
		"used": {
			market.OptionValueUpsert{ID: new(c.small.ID()), OptionTypeID: market.Some(c.fabric.ID())},
			map[string]string{"option_type_id": "can't be changed while products have the value"},
		},
		"cleared": {
			market.OptionValueUpsert{ID: new(c.small.ID()), OptionTypeID: market.Null[string]()},
			map[string]string{"option_type_id": blank},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpsertOptionValue(t.Context(), operator, test.in)
			expectRefusal(t, err, 422, test.want)
		})
	}
}
