package resolvers

import (
	"fmt"
	"strings"

	"crier/internal/market"
)

// location is city, state and postcode in one line; nil where there is none of them.
func location(a *market.Address) *string {
	parts := []string{a.City, a.Postcode}
	if state := a.State(); state != nil {
		parts = []string{a.City, state.ShortCode(), a.Postcode}
	}
	line := strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
	if line == "" {
		return nil
	}
	return &line
}

// mapURL links to a map of the place; nil where its latitude or longitude is unknown.
func mapURL(a *market.Address) *string {
	if a.Lat == nil || a.Lng == nil {
		return nil
	}
	return new(fmt.Sprintf("https://www.openstreetmap.org/?mlat=%f&mlon=%f#map=16/%f/%f", *a.Lat, *a.Lng, *a.Lat, *a.Lng))
}
