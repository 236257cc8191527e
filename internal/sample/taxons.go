package sample

import (
	"fmt"
	"time"

	"crier/internal/market"
)

// leaf is a taxon at the third level, in which adverts stand.
type leaf struct {
	shelf
	taxon      *market.Taxon
	department department
}

// option is an option type that was made, with the values to choose from.
type option struct {
	question
	id     string
	values []*market.OptionValue
}

func (l *loading) loadTaxons() error {
	for _, d := range departments {
		l.pass(hour)
		prototype, err := l.market.UpsertPrototype(l.ctx, l.actor, market.PrototypeUpsert{Name: market.Some(d.name), ExternalIDs: marked(market.Slug(d.name))})
		if err != nil {
			return fmt.Errorf("prototype %s: %w", d.name, err)
		}
		for _, q := range d.questions {
			if err := l.loadOption(prototype, q); err != nil {
				return fmt.Errorf("option type %s: %w", q.name, err)
			}
		}
		root, err := l.loadTaxon(market.TaxonUpsert{
			Title: market.Some(d.name), PrototypeID: market.Some(prototype.ID()), ExternalIDs: marked(market.Slug(d.name)),
		})
		if err != nil {
			return err
		}
		for _, s := range d.sections {
			if err := l.loadSection(root, d, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadSection makes a taxon below root, and those below it.
func (l *loading) loadSection(root *market.Taxon, d department, s section) error {
	path := market.Slug(d.name) + "/" + market.Slug(s.name)
	middle, err := l.loadTaxon(market.TaxonUpsert{Title: market.Some(s.name), ParentID: market.Some(root.ID()), ExternalIDs: marked(path)})
	if err != nil {
		return err
	}
	for _, shelf := range s.shelves {
		taxon, err := l.loadTaxon(market.TaxonUpsert{
			Title: market.Some(shelf.name), ParentID: market.Some(middle.ID()), ExternalIDs: marked(path + "/" + market.Slug(shelf.name)),
		})
		if err != nil {
			return err
		}
		l.leaves = append(l.leaves, leaf{shelf, taxon, d})
	}
	return nil
}

func (l *loading) loadTaxon(in market.TaxonUpsert) (*market.Taxon, error) {
	l.pass(10 * time.Minute)
	taxon, err := l.market.UpsertTaxon(l.ctx, l.actor, in)
	if err != nil {
		return nil, fmt.Errorf("taxon %s: %w", in.Title.Or(""), err)
	}
	return taxon, nil
}

// loadOption puts an option type into a prototype, and makes it where no other has it.
func (l *loading) loadOption(prototype *market.Prototype, q question) error {
	in := market.OptionTypeUpsert{PrototypeIDs: []string{prototype.ID()}}
	if made, ok := l.options[q.name]; ok {
		in.ID = &made.id
		_, err := l.market.UpsertOptionType(l.ctx, l.actor, in)
		return err
	}
	in.Name, in.AppliedTo, in.FieldType = market.Some(q.name), market.Some(q.applied), market.Some(q.field)
	in.ExternalIDs = marked(market.Slug(q.name))
	t, err := l.market.UpsertOptionType(l.ctx, l.actor, in)
	if err != nil {
		return err
	}
	made := &option{question: q, id: t.ID()}
	for _, name := range q.values {
		value, err := l.market.UpsertOptionValue(l.ctx, l.actor, market.OptionValueUpsert{Name: market.Some(name), OptionTypeID: market.Some(t.ID())})
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
