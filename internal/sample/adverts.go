package sample

import (
	"context"
	"fmt"
	"strings"

	"crier/internal/market"
)

func (l *loading) loadAdverts(ctx context.Context) error {
	count := 0
	for _, leaf := range l.leaves {
		for _, title := range leaf.titles {
			count++
			in, err := l.advert(leaf, title, fmt.Sprintf("SAMPLE-%03d", count))
			if err != nil {
				return err
			}
			if _, err := l.market.UpsertAdvert(ctx, l.actor, in); err != nil {
				return fmt.Errorf("%s: %w", title, err)
			}
		}
	}
	return nil
}

// advert makes up an advert. One in ten is not on show yet.
func (l *loading) advert(leaf leaf, title, code string) (market.AdvertUpsert, error) {
	picture, err := l.picture(title)
	if err != nil {
		return market.AdvertUpsert{}, err
	}
	seller := oneOf(l.random, l.sellers).ID()
	in := market.AdvertUpsert{
		Title: market.Some(title), Code: market.Some(code), ExternalID: market.Some(strings.ToLower(code)),
		SellerID: &seller, BrandID: market.Some(oneOf(l.random, l.brands).ID()), TaxonID: market.Some(leaf.taxon.ID()),
		Description:        market.Some(fmt.Sprintf("**%s**, of our %s.\n\n- made in small numbers\n- can be repaired\n", title, strings.ToLower(leaf.name))),
		ProductFeatures:    market.Some([]string{"Made in small numbers", "Can be repaired"}),
		ExternalIDs:        []market.Pair{{Key: "sample", Value: &code}},
		Images:             []market.ImageAttributes{picture},
		AttemptAutoPublish: !l.chance(10),
	}
	if l.chance(15) {
		in.HasFreeDomesticShipping = market.Some(true)
	}
	for _, q := range leaf.questions {
		if q.applied == market.AppliedToAdvert {
			in.AdvertOptionValues = append(in.AdvertOptionValues, l.answers(q)...)
		}
	}
	cents := int64(leaf.least)*100 + l.random.Int64N(int64(leaf.most-leaf.least)*20)*5
	for i, choices := range l.forms(leaf.questions) {
		v := l.variant(cents, choices)
		sku := fmt.Sprintf("%s-%d", code, i+1)
		v.SKU, v.ExternalID, v.Barcode = market.Some(sku), market.Some(strings.ToLower(sku)), market.Some(l.barcode())
		in.Variants = append(in.Variants, v)
	}
	return in, nil
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

// forms are the combinations of options in which an advert is sold; what can
// be written on it is the same for all, and left out for most adverts.
func (l *loading) forms(questions []question) [][]market.ChoiceAttributes {
	forms := [][]market.ChoiceAttributes{nil}
	for _, q := range questions {
		o := l.options[q.name]
		var answers []market.ChoiceAttributes
		switch {
		case q.applied != market.AppliedToVariant:
			continue
		case q.field != market.FreeText:
			for _, v := range someOf(l.random, o.values, 3) {
				answers = append(answers, o.choose(v))
			}
		case l.chance(30):
			answers = append(answers, o.write(oneOf(l.random, q.answers)))
		default:
			continue
		}
		var longer [][]market.ChoiceAttributes
		for _, form := range forms {
			for _, answer := range answers {
				longer = append(longer, append(form[:len(form):len(form)], answer))
			}
		}
		forms = longer
	}
	return forms
}

// variant makes up price and stock of a variant of an advert that costs about cents.
func (l *loading) variant(cents int64, choices []market.ChoiceAttributes) market.VariantAttributes {
	in := market.VariantAttributes{VariantOptionValues: choices, CountOnHand: market.Some(l.random.Int64N(40))}
	cents += l.random.Int64N(5) * 100
	in.Price = market.Some(market.DecimalText(cents))
	switch l.random.IntN(8) {
	case 0:
		in.SalePrice = market.Some(market.DecimalText(cents * 4 / 5))
	case 1:
		in.RecommendedRetailPrice = market.Some(market.DecimalText(cents * 6 / 5))
	case 2:
		in.InfiniteQuantity = market.Some(true)
	case 3:
		in.CountOnHand = market.Some[int64](0)
	}
	return in
}

// barcode makes up an EAN-13 in the range that GS1 leaves to shops for use
// within their own walls, which begins with 2.
func (l *loading) barcode() string {
	digits := fmt.Sprintf("2%011d", l.random.Int64N(1e11))
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + i%2*2)
	}
	return fmt.Sprint(digits, (10-sum%10)%10)
}
