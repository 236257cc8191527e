package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// PublishAdvert publishes an advert or takes it back. Publishing is refused
// while something needed for it is missing.
func (m *Market) PublishAdvert(ctx context.Context, actor Actor, id string, published bool) (*Advert, error) {
	return commit(ctx, m, actor, func(u *unit) (*Advert, error) {
		var p problems
		a, err := find[Advert](u, &p, "id", id)
		if a == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		if published && !a.Published {
			variants, err := look[Variant](u, Eq("advert_id", a.Num))
			if err != nil {
				return nil, fmt.Errorf("look at the variants of %s: %w", a.Ref(), err)
			}
			p.fields = missingToPublish(a, variants)
		}
		a.Published = published
		return a, p.err()
	})
}

// missingToPublish says what an advert lacks to be published (contract marketplacer.md, Publishing).
func missingToPublish(a *Advert, variants []*Variant) []FieldError {
	var p problems
	published := slices.DeleteFunc(slices.Clone(variants), func(v *Variant) bool { return !v.Published })
	if a.Title == "" {
		p.add("title", "can't be blank")
	}
	if a.TaxonID == 0 {
		p.add("taxon_id", "can't be blank")
	}
	if !positive(a.EditablePriceCents) && !slices.ContainsFunc(published, func(v *Variant) bool { return positive(v.EditablePriceCents) }) {
		p.add("price", "must be above zero, on the advert or on a published variant")
	}
	if len(published) == 0 {
		p.add("variants", "must have a published one")
	}
	return p.fields
}

func positive(cents *int64) bool { return cents != nil && *cents > 0 }

// DeleteAdvert deletes an advert softly, with its variants and all their external ids.
func (m *Market) DeleteAdvert(ctx context.Context, actor Actor, id string) (*Advert, error) {
	return commit(ctx, m, actor, func(u *unit) (*Advert, error) {
		var p problems
		a, err := find[Advert](u, &p, "id", id)
		if a == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		variants, err := list[Variant](u, Eq("advert_id", a.Num))
		if err != nil {
			return nil, fmt.Errorf("load the variants of %s: %w", a.Ref(), err)
		}
		u.remove(a)
		nums := make([]int64, len(variants))
		for i, v := range variants {
			u.remove(v)
			nums[i] = v.Num
		}
		if err := u.removeExternalIDs("Advert", []int64{a.Num}); err != nil {
			return nil, err
		}
		return a, u.removeExternalIDs("Variant", nums)
	})
}
