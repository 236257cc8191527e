package market

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseCents reads a price in units of the currency, such as "25.95", exactly.
// The error says what is wrong with it, as a clause that follows the field's name.
func ParseCents(price string) (int64, error) {
	whole, fraction, pointed := strings.Cut(strings.TrimPrefix(price, "-"), ".")
	if !isDigits(whole) || pointed && !isDigits(fraction) {
		return 0, errors.New(`is not a price: write it as in "25.95"`)
	}
	if strings.HasPrefix(price, "-") {
		return 0, errors.New("can't be negative")
	}
	cents := strings.TrimRight(fraction, "0")
	if len(cents) > 2 {
		return 0, errors.New("has a fraction of a cent: give at most two decimals")
	}
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil || n > maxCents {
		return 0, fmt.Errorf("is too much: at most %s", DecimalText(maxCents))
	}
	return n, nil
}

// isDigits reports whether text is one decimal digit or more, and nothing else.
func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// units turns cents into units of the currency.
func units(cents int64) float64 { return float64(cents) / 100 }

func unitsOrNil(cents *int64) *float64 {
	if cents == nil {
		return nil
	}
	u := units(*cents)
	return &u
}

// DecimalText writes cents as units with at least one digit after the point: 2500 is "25.0", 2595 "25.95".
func DecimalText(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	if cents%10 == 0 {
		return fmt.Sprintf("%s%d.%d", sign, cents/100, cents%100/10)
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}
