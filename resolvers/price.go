package resolvers

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	decimals "golang.org/x/text/number"

	"crier/internal/market"
	"crier/internal/viewer"
)

// moment is when the viewer looks at the marketplace.
func moment(ctx context.Context) time.Time {
	if v, ok := viewer.FromContext(ctx); ok && !v.AsOf.IsZero() {
		return v.AsOf
	}
	return time.Now()
}

// originalPrice is what a variant costs without a sale.
func originalPrice(v *market.Variant, a *market.Advert) *int64 {
	return or(v.EditablePriceCents, a.EditablePriceCents)
}

// or is the first of two values that is there.
func or[T any](value, fallback *T) *T {
	if value == nil {
		return fallback
	}
	return value
}

// lowest are the lowest prices among an advert's published variants, in cents; nil where there are none.
type lowest struct {
	// current is what a buyer pays now, original without any sale, sale with one.
	current, original, sale *int64
}

// lowestPrices compares the prices of an advert's published variants.
func lowestPrices(ctx context.Context, a *market.Advert) (lowest, error) {
	var low lowest
	variants, err := publishedVariants(ctx, a)
	if err != nil {
		return low, err
	}
	for _, v := range variants {
		now := v.CurrentPrice(a, moment(ctx))
		low.current = lower(low.current, now)
		low.original = lower(low.original, originalPrice(v, a))
		// A price returns its own field, so that the pointer tells which of the two is paid.
		if now != nil && (now == v.EditableSalePriceCents || now == a.EditableSalePriceCents) {
			low.sale = lower(low.sale, now)
		}
	}
	return low, nil
}

// lower is the lower of two amounts; nil is no amount.
func lower(a, b *int64) *int64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// whole is cents as the API's Int.
func whole(cents *int64) *int {
	if cents == nil {
		return nil
	}
	n := int(*cents)
	return &n
}

// decimal is cents as decimal text, such as "25.95".
func decimal(cents *int64) *string {
	if cents == nil {
		return nil
	}
	text := market.DecimalText(*cents)
	return &text
}

// formatted is cents as people read them, such as "$25.95"; nil where there is
// no amount, or where another currency than the marketplace's is asked for.
func (r *Resolver) formatted(cents *int64, code *string) (*string, error) {
	if cents == nil || code != nil && !strings.EqualFold(*code, r.Currency) {
		return nil, nil
	}
	unit, err := currency.ParseISO(r.Currency)
	if err != nil {
		return nil, fmt.Errorf("format an amount of %q: %w", r.Currency, err)
	}
	text := money(unit, *cents)
	return &text, nil
}

// money writes an amount in English: the currency's symbol, set off by a
// no-break space where it ends in a letter (CLDR, currencySpacing), then as
// many digits after the point as the currency has, and cents where there are any.
func money(unit currency.Unit, cents int64) string {
	printer := message.NewPrinter(language.English)
	sign, symbol := "", printer.Sprint(currency.Symbol(unit))
	if cents < 0 {
		sign, cents = "-", -cents
	}
	if last, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(last) {
		symbol += "\u00a0"
	}
	digits, _ := currency.Standard.Rounding(unit)
	if cents%100 != 0 {
		digits = max(digits, 2)
	}
	return sign + symbol + printer.Sprint(decimals.Decimal(float64(cents)/100, decimals.Scale(digits)))
}
