package market

import "fmt"

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
