package market

import (
	"fmt"
	"slices"
	"strings"
)

// ChoiceAttributes is one property of an advert or a variant: an option value,
// or text for an option type of free text. Blank text is no property.
type ChoiceAttributes struct {
	// OptionTypeID may be left out where OptionValueID says it already.
	OptionTypeID  *string
	OptionValueID *string
	TextValue     *string
}

// options are the option types that the adverts of a taxon have, and the option
// values that an input names.
type options struct {
	// types is nil where the taxon is not known, which is refused by itself.
	types  map[int64]*OptionType
	values map[int64]*OptionValue
}

// optionsOf reads the options of a taxon, and the values among answers.
func (u *unit) optionsOf(taxon int64, answers []answer) (options, error) {
	o := options{values: map[int64]*OptionValue{}}
	if taxon == 0 || len(answers) == 0 {
		return o, nil
	}
	o.types = map[int64]*OptionType{}
	in := func(kind, column string, where ...Cond) Cond {
		return InQuery("id", Sub{Kind: kind, Column: column, Where: where})
	}
	prototype := InQuery("prototype_id", Sub{Kind: "Taxon", Column: "prototype_id", Where: []Cond{Eq("id", taxon)}})
	types, err := look[OptionType](u, in("PrototypeOption", "option_type_id", prototype))
	if err != nil {
		return o, fmt.Errorf("load the option types of a taxon: %w", err)
	}
	for _, t := range types {
		o.types[t.Num] = t
	}
	values, err := look[OptionValue](u, In("id", valueNumbers(answers)))
	if err != nil {
		return o, fmt.Errorf("load the option values that were chosen: %w", err)
	}
	for _, v := range values {
		o.values[v.Num] = v
	}
	return o, nil
}

// valueNumbers are the numbers of the option values that answers name, as far as they are ids.
func valueNumbers(answers []answer) []int64 {
	var nums []int64
	for _, a := range answers {
		if a.in.OptionValueID == nil {
			continue
		}
		if ref, err := ParseID(*a.in.OptionValueID); err == nil && ref.Type == "OptionValue" {
			nums = append(nums, ref.Num)
		}
	}
	return nums
}

// answer is one entry of an input's list of choices. fieldOf gives the path of its fields.
type answer struct {
	in      ChoiceAttributes
	fieldOf func(name string) string
}

// answersAt are the entries of the list of choices at path.
func answersAt(path string, in []ChoiceAttributes) []answer {
	answers := make([]answer, len(in))
	for i, c := range in {
		answers[i] = answer{c, func(name string) string { return at(at(path, i), name) }}
	}
	return answers
}

// answersOfIDs are the entries of the list of option value ids at path.
func answersOfIDs(path string, ids []string) []answer {
	answers := make([]answer, len(ids))
	for i := range ids {
		answers[i] = answer{ChoiceAttributes{OptionValueID: &ids[i]}, func(string) string { return at(path, i) }}
	}
	return answers
}

// read checks answers and returns the choices they make, without repetition, in
// the order of the option types. A choice without a value and a text says that
// the option type has none.
func (o options) read(p *problems, answers []answer, applied AppliedTo) []Choice {
	var choices []Choice
	if o.types == nil {
		return nil
	}
	for _, a := range answers {
		c, field := o.choice(p, a)
		if field == "" || !o.fits(p, field, c, applied) || slices.ContainsFunc(choices, c.equal) {
			continue
		}
		t := o.types[c.OptionTypeID]
		again := slices.ContainsFunc(choices, func(other Choice) bool { return other.OptionTypeID == c.OptionTypeID })
		if again && t.FieldType != MultiSelect {
			p.add(field, "is one too many: the option %s takes one value", t.Name)
		}
		choices = append(choices, c)
	}
	slices.SortStableFunc(choices, func(a, b Choice) int {
		return int(o.types[a.OptionTypeID].Position - o.types[b.OptionTypeID].Position)
	})
	return choices
}

// choice reads what an answer names. field is where a mistake is to be noted;
// "" after one was.
func (o options) choice(p *problems, a answer) (c Choice, field string) {
	if a.in.OptionTypeID != nil {
		if c.OptionTypeID = o.typeOf(p, a); c.OptionTypeID == 0 {
			return c, ""
		}
	}
	switch {
	case a.in.OptionValueID != nil && a.in.TextValue != nil:
		p.add(a.fieldOf("text_value"), "can't be given together with option_value_id")
	case a.in.OptionValueID != nil:
		return o.chosen(p, a, c)
	case a.in.TextValue == nil:
		p.add(a.fieldOf("option_value_id"), "is needed, or text_value")
	case c.OptionTypeID == 0:
		p.add(a.fieldOf("option_type_id"), "is needed with text_value")
	default:
		checkText(p, a.fieldOf("text_value"), *a.in.TextValue, valueLimit)
		setText(Opt[string]{Set: true, Value: a.in.TextValue}, &c.TextValue)
		return c, a.fieldOf("text_value")
	}
	return c, ""
}

// typeOf is the number of the option type that an answer names; 0 after noting that the taxon has none such.
func (o options) typeOf(p *problems, a answer) int64 {
	field := a.fieldOf("option_type_id")
	num := numberOf(p, field, *a.in.OptionTypeID, "OptionType")
	if _, ok := o.types[num]; !ok && num != 0 {
		p.add(field, "is no option type that the taxon has")
		return 0
	}
	return num
}

// chosen reads an answer that names an option value.
func (o options) chosen(p *problems, a answer, c Choice) (Choice, string) {
	field := a.fieldOf("option_value_id")
	num := numberOf(p, field, *a.in.OptionValueID, "OptionValue")
	if num == 0 {
		return c, ""
	}
	value, ok := o.values[num]
	if !ok {
		p.missing(field)
		return c, ""
	}
	if c.OptionTypeID != 0 && c.OptionTypeID != value.OptionTypeID {
		p.add(field, "is not a value of the option type")
		return c, ""
	}
	c.OptionTypeID, c.OptionValueID = value.OptionTypeID, &value.Num
	return c, field
}

// fits reports whether a choice belongs to the taxon's options and to what is described.
func (o options) fits(p *problems, field string, c Choice, applied AppliedTo) bool {
	t, ok := o.types[c.OptionTypeID]
	switch {
	case !ok:
		p.add(field, "belongs to an option type that the taxon does not have")
	case t.AppliedTo != applied:
		p.add(field, "belongs to the option %s, which is for %ss only", t.Name, strings.ToLower(string(t.AppliedTo)))
	case t.FieldType == FreeText && c.OptionValueID != nil:
		p.add(field, "belongs to the option %s, which takes text", t.Name)
	case t.FieldType != FreeText && c.OptionValueID == nil:
		p.add(field, "is text, but the option %s takes an option value", t.Name)
	default:
		return true
	}
	return false
}

// label writes choices in words, such as "Large / Red".
func (o options) label(choices []Choice) string {
	var words []string
	for _, c := range choices {
		switch {
		case c.OptionValueID != nil:
			words = append(words, o.values[*c.OptionValueID].DisplayName)
		case c.TextValue != nil:
			words = append(words, *c.TextValue)
		}
	}
	return strings.Join(words, " / ")
}

// equal reports whether two choices say the same.
func (c Choice) equal(other Choice) bool {
	same := func(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
	return c.OptionTypeID == other.OptionTypeID && same(c.OptionValueID, other.OptionValueID) &&
		(c.TextValue == other.TextValue || c.TextValue != nil && other.TextValue != nil && *c.TextValue == *other.TextValue)
}

// optionTypesOf are the numbers of the option types that choices are about.
func optionTypesOf(choices []Choice) []int64 {
	nums := make([]int64, len(choices))
	for i, c := range choices {
		nums[i] = c.OptionTypeID
	}
	return nums
}

// empty reports whether the choice only says that there is none.
func (c Choice) empty() bool { return c.OptionValueID == nil && c.TextValue == nil }

// settle turns the choices that a product has into those that it is to have:
// equal ones stay, others of the same option type are changed.
func settle[E Entity](u *unit, present []E, choiceOf func(E) *Choice, wanted []Choice, fresh func(Choice) Entity) error {
	wanted = slices.DeleteFunc(slices.Clone(wanted), Choice.empty)
	var spare []E
	for _, e := range present {
		if i := slices.IndexFunc(wanted, choiceOf(e).equal); i >= 0 {
			wanted = slices.Delete(wanted, i, i+1)
		} else {
			spare = append(spare, e)
		}
	}
	for _, c := range wanted {
		i := slices.IndexFunc(spare, func(e E) bool { return choiceOf(e).OptionTypeID == c.OptionTypeID })
		if i >= 0 {
			*choiceOf(spare[i]) = c
			spare = slices.Delete(spare, i, i+1)
			continue
		}
		if err := u.add(fresh(c)); err != nil {
			return err
		}
	}
	for _, e := range spare {
		u.remove(e)
	}
	return nil
}
