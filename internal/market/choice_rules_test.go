package market_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

func TestChoiceRefusals(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	elsewhere := must(c.UpsertOptionType(t.Context(), operator, market.OptionTypeUpsert{
		Name: market.Some("Voltage"), AppliedTo: market.Some(market.AppliedToVariant), FieldType: market.Some(market.SingleSelect),
	}))
	volts := c.value(elsewhere, "230 V")
	size, engraving := new(c.size.ID()), new(c.engraving.ID())
	small, large, cotton := new(c.small.ID()), new(c.large.ID()), new(c.cotton.ID())
	type choice = market.ChoiceAttributes
	const list = "variants.0.variant_option_values."
	tests := map[string]struct {
		in     []choice
		status int
		want   map[string]string
	}{
		"nothing named":           {[]choice{{}}, 422, map[string]string{list + "0.option_value_id": "is needed, or text_value"}},
		"type alone":              {[]choice{{OptionTypeID: size}}, 422, map[string]string{list + "0.option_value_id": "is needed, or text_value"}},
		"value and text":          {[]choice{{OptionValueID: small, TextValue: new("x")}}, 422, map[string]string{list + "0.text_value": "can't be given together with option_value_id"}},
		"text alone":              {[]choice{{TextValue: new("x")}}, 422, map[string]string{list + "0.option_type_id": "is needed with text_value"}},
		"malformed type":          {[]choice{{OptionTypeID: new("?"), TextValue: new("x")}}, 404, map[string]string{list + "0.option_type_id": "is not an id of type OptionType"}},
		"mistyped value":          {[]choice{{OptionValueID: size}}, 404, map[string]string{list + "0.option_value_id": "is not an id of type OptionValue"}},
		"unknown value":           {[]choice{{OptionValueID: new(market.Ref{Type: "OptionValue", Num: 99}.ID())}}, 404, map[string]string{list + "0.option_value_id": "was not found"}},
		"value of another type":   {[]choice{{OptionTypeID: engraving, OptionValueID: small}}, 422, map[string]string{list + "0.option_value_id": "is not a value of the option type"}},
		"not of the taxon":        {[]choice{{OptionValueID: new(volts.ID())}}, 422, map[string]string{list + "0.option_value_id": "belongs to an option type that the taxon does not have"}},
		"text not of the taxon":   {[]choice{{OptionTypeID: new(elsewhere.ID()), TextValue: new("x")}}, 422, map[string]string{list + "0.option_type_id": "is no option type that the taxon has"}},
		"for adverts":             {[]choice{{OptionValueID: cotton}}, 422, map[string]string{list + "0.option_value_id": "belongs to the option Fabric, which is for adverts only"}},
		"text where values are":   {[]choice{{OptionTypeID: size, TextValue: new("Small")}}, 422, map[string]string{list + "0.text_value": "is text, but the option Size takes an option value"}},
		"two values of one":       {[]choice{{OptionValueID: small}, {OptionValueID: large}}, 422, map[string]string{list + "1.option_value_id": "is one too many: the option Size takes one value"}},
		"two texts":               {[]choice{{OptionTypeID: engraving, TextValue: new("a")}, {OptionTypeID: engraving, TextValue: new("b")}}, 422, map[string]string{list + "1.text_value": "is one too many: the option Engraving takes one value"}},
		"text with a NUL":         {[]choice{{OptionTypeID: engraving, TextValue: new("\x00")}}, 422, map[string]string{list + "0.text_value": "can't hold NUL or broken characters"}},
		"two mistakes, one right": {[]choice{{}, {OptionValueID: small}, {TextValue: new("x")}}, 422, map[string]string{list + "0.option_value_id": "is needed, or text_value", list + "2.option_type_id": "is needed with text_value"}},
	}
	c.store.take()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(withVariants(market.VariantAttributes{VariantOptionValues: test.in})))
			expectRefusal(t, err, test.status, test.want)
		})
	}
	t.Run("ids", func(t *testing.T) {
		_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(withVariants(market.VariantAttributes{OptionValueIDs: []string{*small, *large, *cotton, "?"}})))
		expectRefusal(t, err, 422, map[string]string{
			"variants.0.option_value_ids.1": "is one too many: the option Size takes one value",
			"variants.0.option_value_ids.2": "belongs to the option Fabric, which is for adverts only",
			"variants.0.option_value_ids.3": "is not an id of type OptionValue",
		})
	})
	t.Run("advert", func(t *testing.T) {
		_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(func(in *market.AdvertUpsert) { in.AdvertOptionValues = []choice{{OptionValueID: small}} }))
		expectRefusal(t, err, 422, map[string]string{"advert_option_values.0.option_value_id": "belongs to the option Size, which is for variants only"})
	})
	c.expectEvents()
}

// A value that stayed from before its option type took text is refused.
func TestChoiceOfFormerSelect(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	c.size.FieldType = market.FreeText
	c.save(c.size)
	_, err := c.UpsertAdvert(t.Context(), c.owner, c.shirt(withVariants(market.VariantAttributes{OptionValueIDs: []string{c.small.ID()}})))
	expectRefusal(t, err, 422, map[string]string{"variants.0.option_value_ids.0": "belongs to the option Size, which takes text"})
}

func TestReplaceChoices(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	type choice = market.ChoiceAttributes
	engraved := func(text string) choice { return choice{OptionTypeID: new(c.engraving.ID()), TextValue: &text} }
	small, large := choice{OptionValueID: new(c.small.ID())}, choice{OptionValueID: new(c.large.ID())}
	a := c.upsert(c.shirt(withVariants(market.VariantAttributes{VariantOptionValues: []choice{engraved("Ada"), small}})))
	v := c.variants(a)[0]
	first := rows[market.VariantOptionValue](c.sales)
	steps := []struct {
		name  string
		in    market.VariantAttributes
		label string
		count int
	}{
		{"left alone", market.VariantAttributes{}, "Small / Ada", 2},
		{"replaced in place", market.VariantAttributes{VariantOptionValues: []choice{large, engraved("Bo")}}, "Large / Bo", 2},
		{"given twice", market.VariantAttributes{VariantOptionValues: []choice{large, large, engraved("Bo")}}, "Large / Bo", 2},
		{"blank text is none", market.VariantAttributes{VariantOptionValues: []choice{large, engraved(" ")}}, "Large", 1},
		{"by ids", market.VariantAttributes{OptionValueIDs: []string{c.small.ID()}}, "Small", 1},
		{"removed", market.VariantAttributes{OptionValueIDs: []string{}}, "Linen shirt", 0},
		{"added", market.VariantAttributes{VariantOptionValues: []choice{engraved("Cy")}}, "Cy", 1},
	}
	for _, step := range steps {
		must(c.UpdateVariant(t.Context(), c.owner, new(v.ID()), step.in))
		stored := one[market.Variant](c.sales)
		left := rows[market.VariantOptionValue](c.sales)
		if stored.Label != step.label || len(left) != step.count {
			t.Errorf("%s: label = %q with %d choices, want %q with %d", step.name, stored.Label, len(left), step.label, step.count)
		}
		if step.name == "replaced in place" && !slices.EqualFunc(first, left, func(a, b *market.VariantOptionValue) bool { return a.Num == b.Num }) {
			t.Errorf("%s: the choices were made anew", step.name)
		}
	}
}

func TestAdvertChoicesMergeByType(t *testing.T) {
	t.Parallel()
	c := newCatalogue(t)
	type choice = market.ChoiceAttributes
	a := c.upsert(c.shirt())
	steps := []struct {
		in   []choice
		want []string
	}{
		{[]choice{{OptionValueID: new(c.cotton.ID())}, {OptionTypeID: new(c.care.ID()), TextValue: new("Wash cold")}}, []string{"Care Wash cold", "Fabric Cotton"}},
		{[]choice{{OptionValueID: new(c.cotton.ID())}, {OptionValueID: new(c.wool.ID())}}, []string{"Care Wash cold", "Fabric Cotton", "Fabric Wool"}},
		{[]choice{{OptionTypeID: new(c.care.ID()), TextValue: new("")}}, []string{"Fabric Cotton", "Fabric Wool"}},
		{[]choice{{OptionValueID: new(c.wool.ID())}}, []string{"Fabric Wool"}},
		{nil, []string{"Fabric Wool"}},
		{[]choice{}, []string{"Fabric Wool"}},
	}
	for _, step := range steps {
		c.upsert(market.AdvertUpsert{AdvertID: new(a.ID()), AdvertOptionValues: step.in})
		var got []string
		for _, v := range rows[market.AdvertOptionValue](c.sales) {
			text := map[int64]string{c.fabric.Num: "Fabric", c.care.Num: "Care"}[v.OptionTypeID] + " "
			if v.TextValue != nil {
				text += *v.TextValue
			} else {
				text += one[market.OptionValue](c.sales, market.Eq("id", *v.OptionValueID)).Name
			}
			got = append(got, text)
		}
		slices.Sort(got)
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("choices (-want +got):\n%s", diff)
		}
	}
}
