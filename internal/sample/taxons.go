package sample

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// leaf is a taxon at the third level, in which adverts stand.
type leaf struct {
	shelf
	taxon     *market.Taxon
	questions []question
}

// option is an option type that was made, with the values to choose from.
type option struct {
	question
	id     string
	values []*market.OptionValue
}

func (l *loading) loadTaxons(ctx context.Context) error {
	for _, d := range departments {
		prototype, err := l.market.UpsertPrototype(ctx, l.actor, market.PrototypeUpsert{Name: market.Some(d.name)})
		if err != nil {
			return fmt.Errorf("prototype %s: %w", d.name, err)
		}
		for _, q := range d.questions {
			if err := l.loadOption(ctx, prototype, q); err != nil {
				return fmt.Errorf("option type %s: %w", q.name, err)
			}
		}
		root, err := l.loadTaxon(ctx, market.TaxonUpsert{Title: market.Some(d.name), PrototypeID: market.Some(prototype.ID())})
		if err != nil {
			return err
		}
		for _, s := range d.sections {
			if err := l.loadSection(ctx, root, s, d.questions); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadSection makes a taxon below root, and those below it.
func (l *loading) loadSection(ctx context.Context, root *market.Taxon, s section, questions []question) error {
	middle, err := l.loadTaxon(ctx, market.TaxonUpsert{Title: market.Some(s.name), ParentID: market.Some(root.ID())})
	if err != nil {
		return err
	}
	for _, shelf := range s.shelves {
		taxon, err := l.loadTaxon(ctx, market.TaxonUpsert{Title: market.Some(shelf.name), ParentID: market.Some(middle.ID())})
		if err != nil {
			return err
		}
		l.leaves = append(l.leaves, leaf{shelf, taxon, questions})
	}
	return nil
}

func (l *loading) loadTaxon(ctx context.Context, in market.TaxonUpsert) (*market.Taxon, error) {
	taxon, err := l.market.UpsertTaxon(ctx, l.actor, in)
	if err != nil {
		return nil, fmt.Errorf("taxon %s: %w", in.Title.Or(""), err)
	}
	return taxon, nil
}

// loadOption puts an option type into a prototype, and makes it where no other has it.
func (l *loading) loadOption(ctx context.Context, prototype *market.Prototype, q question) error {
	in := market.OptionTypeUpsert{PrototypeIDs: []string{prototype.ID()}}
	if made, ok := l.options[q.name]; ok {
		in.ID = &made.id
		_, err := l.market.UpsertOptionType(ctx, l.actor, in)
		return err
	}
	in.Name, in.AppliedTo, in.FieldType = market.Some(q.name), market.Some(q.applied), market.Some(q.field)
	t, err := l.market.UpsertOptionType(ctx, l.actor, in)
	if err != nil {
		return err
	}
	made := &option{question: q, id: t.ID()}
	for _, name := range q.values {
		value, err := l.market.UpsertOptionValue(ctx, l.actor, market.OptionValueUpsert{Name: market.Some(name), OptionTypeID: market.Some(t.ID())})
		if err != nil {
			return fmt.Errorf("value %s: %w", name, err)
		}
		made.values = append(made.values, value)
	}
	l.options[q.name] = made
	return nil
}

// choose answers an option with one of its values.
func (o *option) choose(v *market.OptionValue) market.ChoiceAttributes {
	id := v.ID()
	return market.ChoiceAttributes{OptionTypeID: &o.id, OptionValueID: &id}
}

// write answers an option in words.
func (o *option) write(text string) market.ChoiceAttributes {
	return market.ChoiceAttributes{OptionTypeID: &o.id, TextValue: &text}
}
