package sample

import (
	"fmt"
	"strings"
	"time"

	"crier/internal/market"
)

// addVariants makes up the variants of an advert. Most have prices of their own;
// those of one advert in six share that of the advert.
func (l *loading) addVariants(in *market.AdvertUpsert, leaf leaf, code string) {
	cents := int64(leaf.least)*100 + l.random.Int64N(int64(leaf.most-leaf.least)*20)*5
	shared := l.adverts%6 == 3
	if shared {
		in.Price = market.Some(market.DecimalText(cents))
	}
	for i, choices := range l.forms(leaf.department.questions) {
		l.variants++
		sku := fmt.Sprintf("%s-%d", code, i+1)
		v := market.VariantAttributes{
			SKU: market.Some(sku), ExternalID: market.Some(strings.ToLower(sku)), Barcode: market.Some(l.barcode()),
			VariantOptionValues: choices, CountOnHand: market.Some(4 + l.random.Int64N(40)),
		}
		if !shared {
			v.PriceAttributes = l.price(cents + l.random.Int64N(5)*100)
		}
		l.stock(&v)
		if l.variants%9 == 5 {
			photograph := website("images") + market.Slug(sku) + ".jpg"
			v.Images = []market.ImageAttributes{{Alt: market.Some("Photograph of " + sku), SourceURL: &photograph}}
		}
		in.Variants = append(in.Variants, v)
	}
}

// price makes up what a variant costs whose price is given: less while a sale
// runs, which is over for some and to come for others.
func (l *loading) price(cents int64) market.PriceAttributes {
	in := market.PriceAttributes{Price: market.Some(market.DecimalText(cents))}
	sale := func(start, end time.Duration) {
		in.SalePrice = market.Some(market.DecimalText(cents * 4 / 5))
		in.SalePriceStartAt = market.Some(l.now.Add(start))
		in.SalePriceEndAt = market.Some(l.now.Add(end))
	}
	switch l.variants % 8 {
	case 0:
		sale(-60*day, 30*day)
	case 2:
		sale(-60*day, -21*day)
	case 4:
		sale(14*day, 28*day)
	case 6:
		in.RecommendedRetailPrice = market.Some(market.DecimalText(cents * 6 / 5))
	}
	return in
}

// stock makes up how many pieces there are: some, none, or as many as are wanted.
// A few variants are not on show.
func (l *loading) stock(v *market.VariantAttributes) {
	switch l.variants % 13 {
	case 1:
		v.InfiniteQuantity, v.CountOnHand = market.Some(true), market.Some[int64](0)
	case 5:
		v.CountOnHand, v.Notes = market.Some[int64](0), market.Some("The next batch is in the kiln.")
	case 9:
		v.Published = market.Some(false)
	}
}

// forms are the combinations of options in which an advert is sold; what can
// be written on it is the same for all, and left out for most adverts.
func (l *loading) forms(questions []question) [][]market.ChoiceAttributes {
	forms := [][]market.ChoiceAttributes{nil}
	for _, q := range questions {
		if q.applied != market.AppliedToVariant {
			continue
		}
		answers := l.offers(q)
		if len(answers) == 0 {
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

// offers are the answers to an option in which an advert is sold, none where it
// is sold without.
func (l *loading) offers(q question) (answers []market.ChoiceAttributes) {
	o := l.options[q.name]
	if q.field != market.FreeText {
		for _, v := range someOf(l.random, o.values, 3) {
			answers = append(answers, o.choose(v))
		}
	} else if l.chance(30) {
		answers = append(answers, o.write(oneOf(l.random, q.answers)))
	}
	return answers
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
