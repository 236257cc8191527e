package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// OptionTypeUpsert is what optionTypeCreateOrUpdate says; without an ID it
// creates, which needs AppliedTo, FieldType and Name.
type OptionTypeUpsert struct {
	ID        *string
	AppliedTo Opt[AppliedTo]
	// Category follows from AppliedTo and FieldType where it is not given.
	Category Opt[Purpose]
	// DisplayName defaults to Name.
	DisplayName Opt[string]
	ExternalIDs []Pair
	FieldType   Opt[FieldType]
	Name        Opt[string]
	// Optional defaults to true.
	Optional Opt[bool]
	// PrototypeIDs are prototypes to put the option type into, PrototypeIDsToRemove those to take it out of.
	PrototypeIDs         []string
	PrototypeIDsToRemove []string
}

// UpsertOptionType creates an option type or changes one. Only the operator may.
func (m *Market) UpsertOptionType(ctx context.Context, actor Actor, in OptionTypeUpsert) (*OptionType, error) {
	return commit(ctx, m, actor, func(u *unit) (*OptionType, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		o, err := findOrNew[OptionType](u, &p, "id", in.ID)
		if o == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		if err := u.fillOptionType(&p, o, in); err != nil {
			return nil, err
		}
		into, err := u.prototypes(&p, "prototype_ids", in.PrototypeIDs)
		if err != nil {
			return nil, err
		}
		outOf, err := u.prototypes(&p, "prototype_ids_to_remove", in.PrototypeIDsToRemove)
		if err != nil {
			return nil, err
		}
		for i, num := range outOf {
			if num != 0 && slices.Contains(into, num) {
				p.add(at("prototype_ids_to_remove", i), "is among prototype_ids too")
			}
		}
		if err := u.saveNamed(&p, o, in.ExternalIDs); err != nil {
			return nil, err
		}
		return o, u.setPrototypes(o, into, outOf)
	})
}

// fillOptionType sets what the input says of the option type's own row.
func (u *unit) fillOptionType(p *problems, o *OptionType, in OptionTypeUpsert) error {
	before := *o
	required(p, "name", in.Name, &o.Name, nameLimit)
	setDisplayName(p, in.DisplayName, &o.DisplayName, o.Name)
	o.AppliedTo, o.FieldType = in.AppliedTo.Or(o.AppliedTo), in.FieldType.Or(o.FieldType)
	if o.AppliedTo == "" {
		p.add("applied_to", "can't be blank")
	}
	if o.FieldType == "" {
		p.add("field_type", "can't be blank")
	}
	reshaped := o.AppliedTo != before.AppliedTo || o.FieldType != before.FieldType
	if reshaped || in.Category.Set {
		o.Category = in.Category.Or(purposeOf(o.AppliedTo, o.FieldType))
	}
	if o.Num == 0 {
		o.Optional = in.Optional.Or(true)
		var err error
		o.Position, err = nextPosition(u, func(o *OptionType) int64 { return o.Position })
		return err
	}
	setFlag(in.Optional, &o.Optional)
	if !reshaped {
		return nil
	}
	return u.refuseReshaping(p, before, o)
}

// purposeOf is the older form of an option's use.
func purposeOf(applied AppliedTo, field FieldType) Purpose {
	switch {
	case applied == AppliedToVariant:
		return PurposeVariant
	case field == FreeText:
		return PurposeProductDetailsText
	}
	return PurposeProductDetailsSelect
}

// refuseReshaping refuses a change under which choices that products have made,
// or the option's own values, would no longer fit. To allow several values where
// one was allowed fits all.
func (u *unit) refuseReshaping(p *problems, before OptionType, o *OptionType) error {
	used, err := u.optionUsed(Eq("option_type_id", o.Num))
	if err != nil {
		return err
	}
	if used && o.AppliedTo != before.AppliedTo {
		p.add("applied_to", "can't be changed while products have the option")
	}
	widened := before.FieldType == SingleSelect && o.FieldType == MultiSelect
	if o.FieldType == before.FieldType || widened {
		return nil
	}
	if used {
		p.add("field_type", "can't be changed while products have the option")
		return nil
	}
	valued, err := exists[OptionValue](u, Eq("option_type_id", o.Num))
	if valued && o.FieldType == FreeText {
		p.add("field_type", "can't be FREE_TEXT, since the option has values")
	}
	return err
}

// optionUsed reports whether any advert or variant made such a choice.
func (u *unit) optionUsed(where Cond) (bool, error) {
	used, err := exists[AdvertOptionValue](u, where)
	if used || err != nil {
		return used, err
	}
	return exists[VariantOptionValue](u, where)
}

// prototypes returns the numbers of prototypes by their ids, zeros for those
// that do not exist, and none where they are too many.
func (u *unit) prototypes(p *problems, field string, ids []string) ([]int64, error) {
	if !atMost(p, field, len(ids), listLimit) {
		return nil, nil
	}
	nums := make([]int64, len(ids))
	for i, id := range ids {
		prototype, err := peek[Prototype](u, p, at(field, i), id)
		if err != nil {
			return nil, err
		}
		if prototype != nil {
			nums[i] = prototype.Num
		}
	}
	return nums, nil
}

// setPrototypes puts an option type into prototypes and takes it out of others.
func (u *unit) setPrototypes(o *OptionType, into, outOf []int64) error {
	present, err := list[PrototypeOption](u, Eq("option_type_id", o.Num))
	if err != nil {
		return fmt.Errorf("load the prototypes of %s: %w", o.Ref(), err)
	}
	in := map[int64]bool{}
	for _, pair := range present {
		in[pair.PrototypeID] = true
		if slices.Contains(outOf, pair.PrototypeID) {
			u.remove(pair)
		}
	}
	for _, num := range into {
		if in[num] {
			continue
		}
		in[num] = true
		if err := u.add(&PrototypeOption{PrototypeID: num, OptionTypeID: o.Num}); err != nil {
			return err
		}
	}
	return nil
}

// OptionValueUpsert is what optionValueCreateOrUpdate says; without an ID it
// creates, which needs Name and OptionTypeID.
type OptionValueUpsert struct {
	ID *string
	// DisplayName defaults to Name.
	DisplayName  Opt[string]
	ExternalIDs  []Pair
	Name         Opt[string]
	OptionTypeID Opt[string]
	// Position counts from zero; it defaults to the last.
	Position Opt[int64]
}

// UpsertOptionValue creates an option value or changes one. Only the operator may.
func (m *Market) UpsertOptionValue(ctx context.Context, actor Actor, in OptionValueUpsert) (*OptionValue, error) {
	return commit(ctx, m, actor, func(u *unit) (*OptionValue, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		v, err := findOrNew[OptionValue](u, &p, "id", in.ID)
		if v == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		required(&p, "name", in.Name, &v.Name, nameLimit)
		setDisplayName(&p, in.DisplayName, &v.DisplayName, v.Name)
		v.Presentation = v.DisplayName
		if err := u.fillOptionTypeOf(&p, v, in.OptionTypeID); err != nil {
			return nil, err
		}
		setCount(&p, "position", in.Position, &v.Position)
		if v.Num == 0 && in.Position.Value == nil {
			position := func(v *OptionValue) int64 { return v.Position }
			if v.Position, err = nextPosition(u, position, Eq("option_type_id", v.OptionTypeID)); err != nil {
				return nil, err
			}
		}
		return v, u.saveNamed(&p, v, in.ExternalIDs)
	})
}

// fillOptionTypeOf sets which option type a value answers.
func (u *unit) fillOptionTypeOf(p *problems, v *OptionValue, in Opt[string]) error {
	if in.Value == nil {
		if in.Set || v.OptionTypeID == 0 {
			p.add("option_type_id", "can't be blank")
		}
		return nil
	}
	o, err := peek[OptionType](u, p, "option_type_id", *in.Value)
	if o == nil || err != nil || o.Num == v.OptionTypeID {
		return err
	}
	if o.FieldType == FreeText {
		p.add("option_type_id", "takes free text, and so has no values")
	}
	if v.Num != 0 {
		used, err := u.optionUsed(Eq("option_value_id", v.Num))
		if err != nil {
			return err
		}
		if used {
			p.add("option_type_id", "can't be changed while products have the value")
		}
	}
	v.OptionTypeID = o.Num
	return nil
}
