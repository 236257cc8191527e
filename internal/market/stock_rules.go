package market

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// giveBack puts pieces of lines into stock again: no more than the lines took,
// and none of variants that were deleted since. Adverts are locked before their
// variants, as when the order was made.
func (u *unit) giveBack(pieces map[*LineItem]int64) error {
	back := map[int64]int64{}
	adverts := []int64{}
	for l, quantity := range pieces {
		quantity = min(quantity, l.StockTaken)
		if quantity > 0 && l.VariantID != nil && l.AdvertID != nil {
			back[*l.VariantID] += quantity
			adverts = append(adverts, *l.AdvertID)
		}
		l.StockTaken -= quantity
	}
	if len(back) == 0 {
		return nil
	}
	if _, err := list[Advert](u, In("id", adverts)); err != nil {
		return fmt.Errorf("lock the adverts of goods that come back: %w", err)
	}
	variants, err := list[Variant](u, In("id", slices.Collect(maps.Keys(back))))
	if err != nil {
		return fmt.Errorf("lock the variants of goods that come back: %w", err)
	}
	for _, v := range variants {
		v.CountOnHand = min(v.CountOnHand+back[v.Num], math.MaxInt32)
	}
	return nil
}
