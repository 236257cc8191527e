package market

import (
	"cmp"
	"context"
)

// BrandUpsert is what brandCreateOrUpdate says; without an ID it creates, which needs a name.
type BrandUpsert struct {
	ID          *string
	ExternalIDs []Pair
	Name        Opt[string]
}

// UpsertBrand creates a brand or changes one. Only the operator may.
func (m *Market) UpsertBrand(ctx context.Context, actor Actor, in BrandUpsert) (*Brand, error) {
	return commit(ctx, m, actor, func(u *unit) (*Brand, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		b, err := findOrNew[Brand](u, &p, "id", in.ID)
		if b == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		required(&p, "name", in.Name, &b.Name, nameLimit)
		b.Slug = Slug(b.Name)
		return b, u.saveNamed(&p, b, in.ExternalIDs)
	})
}

// saveNamed stores an entity of the taxonomy that was filled, with its external
// ids, unless something is wrong with either.
func (u *unit) saveNamed(p *problems, e Entity, externalIDs []Pair) error {
	checkExternalIDs(p, "external_ids", externalIDs)
	if err := p.err(); err != nil {
		return err
	}
	if err := u.save(e); err != nil {
		return err
	}
	if err := u.setExternalIDs(p, "external_ids", e.Ref(), externalIDs); err != nil {
		return err
	}
	return p.err()
}
