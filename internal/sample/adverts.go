package sample

import (
	"fmt"
	"strings"

	"crier/internal/market"
)

func (l *loading) loadAdverts() error {
	for _, leaf := range l.leaves {
		for _, title := range leaf.titles {
			l.pass(10 * hour)
			if err := l.loadAdvert(leaf, title); err != nil {
				return fmt.Errorf("%s: %w", title, err)
			}
		}
	}
	return nil
}

// loadAdvert makes an advert. Some are not on show: not yet, no more, or not
// before the operator has looked at them.
func (l *loading) loadAdvert(leaf leaf, title string) error {
	l.adverts++
	in, err := l.advert(leaf, title, fmt.Sprintf("SAMPLE-%03d", l.adverts))
	if err != nil {
		return err
	}
	in.AttemptAutoPublish, in.Vetted = l.adverts%11 != 4, market.Some(l.adverts%13 != 6)
	made, err := l.market.UpsertAdvert(l.ctx, l.actor, in)
	if err != nil || l.adverts%17 != 9 {
		return err
	}
	l.pass(day)
	_, err = l.market.PublishAdvert(l.ctx, l.actor, made.ID(), false)
	return err
}

// advert makes up an advert with its variants.
func (l *loading) advert(leaf leaf, title, code string) (market.AdvertUpsert, error) {
	pictures, err := l.pictures(title)
	if err != nil {
		return market.AdvertUpsert{}, err
	}
	d, sellers := leaf.department, l.selling[leaf.department.name]
	features, origin := someOf(l.random, d.features, 4), oneOf(l.random, d.origins)
	in := market.AdvertUpsert{
		Title: market.Some(title), Code: market.Some(code), ExternalID: market.Some(strings.ToLower(code)), ExternalIDs: marked(code),
		SellerID: new(sellers[l.adverts%len(sellers)].ID()), TaxonID: market.Some(leaf.taxon.ID()),
		Description:        market.Some(fmt.Sprintf("**%s**, from %s. %s\n\n- %s\n", title, origin, oneOf(l.random, d.openings), strings.Join(features, "\n- "))),
		ProductFeatures:    market.Some(features),
		Specifications:     market.Some(l.specifications()),
		Metadata:           []market.Pair{{Key: "origin", Value: &origin}},
		Images:             pictures,
		AdvertOptionValues: l.choices(d.questions),
	}
	if !l.chance(10) {
		in.BrandID = market.Some(oneOf(l.random, l.brands).ID())
	}
	switch l.random.IntN(6) {
	case 0:
		in.HasFreeDomesticShipping = market.Some(true)
	case 1:
		in.BaseDomesticShippingCost = market.Some(market.DecimalText(int64(5+leaf.least/10) * 100))
	}
	l.addVariants(&in, leaf, code)
	return in, nil
}

// specifications are a table in Markdown.
func (l *loading) specifications() string {
	return fmt.Sprintf("| | |\n|---|---|\n| Height | %d cm |\n| Weight | %d.%d kg |\n| Warranty | %d years |\n",
		8+l.random.IntN(90), l.random.IntN(9), 1+l.random.IntN(9), 2+l.random.IntN(9))
}

// choices answer the options of an advert.
func (l *loading) choices(questions []question) []market.ChoiceAttributes {
	var all []market.ChoiceAttributes
	for _, q := range questions {
		if q.applied == market.AppliedToAdvert {
			all = append(all, l.answers(q)...)
		}
	}
	return all
}

// answers answers an option of an advert: one value, several, or words.
func (l *loading) answers(q question) []market.ChoiceAttributes {
	o := l.options[q.name]
	switch q.field {
	case market.FreeText:
		return []market.ChoiceAttributes{o.write(oneOf(l.random, q.answers))}
	case market.MultiSelect:
		var all []market.ChoiceAttributes
		for _, v := range someOf(l.random, o.values, 3) {
			all = append(all, o.choose(v))
		}
		return all
	}
	return []market.ChoiceAttributes{o.choose(oneOf(l.random, o.values))}
}
