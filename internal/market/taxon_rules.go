package market

import (
	"cmp"
	"context"
	"fmt"
	"strings"
)

// TaxonUpsert is what taxonCreateOrUpdate says; without an ID it creates, which needs a title.
type TaxonUpsert struct {
	ID *string
	// DisplayName defaults to Title.
	DisplayName Opt[string]
	ExternalIDs []Pair
	// ParentID is the taxon above; null: the top of the tree.
	ParentID Opt[string]
	// PrototypeID defaults, on creation, to the parent's, else to a new prototype of the taxon's title.
	PrototypeID Opt[string]
	Title       Opt[string]
}

// UpsertTaxon creates a taxon or changes one. Only the operator may.
func (m *Market) UpsertTaxon(ctx context.Context, actor Actor, in TaxonUpsert) (*Taxon, error) {
	return commit(ctx, m, actor, func(u *unit) (*Taxon, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		t, err := findOrNew[Taxon](u, &p, "id", in.ID)
		if t == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		required(&p, "title", in.Title, &t.Title, nameLimit)
		setDisplayName(&p, in.DisplayName, &t.DisplayName, t.Title)
		t.URLSlug = Slug(t.Title)
		t.TaxonType = cmp.Or(t.TaxonType, TaxonProduct)
		if err := u.placeTaxon(&p, t, in); err != nil {
			return nil, err
		}
		return t, u.saveNamed(&p, t, in.ExternalIDs)
	})
}

// setDisplayName sets the name that buyers see, which is the catalogue's own name where none is given.
func setDisplayName(p *problems, in Opt[string], dst *string, name string) {
	checkText(p, "display_name", in.Or(""), nameLimit)
	if in.Set {
		*dst = in.Or("")
	}
	if strings.TrimSpace(*dst) == "" {
		*dst = name
	}
}

// placeTaxon sets the taxon's parent and its prototype.
func (u *unit) placeTaxon(p *problems, t *Taxon, in TaxonUpsert) error {
	var parent *Taxon
	var err error
	if in.ParentID.Set {
		t.ParentID = nil
	}
	if in.ParentID.Value != nil {
		if parent, err = u.parentFor(p, t, *in.ParentID.Value); err != nil {
			return err
		}
	}
	if in.PrototypeID.Value != nil {
		prototype, err := peek[Prototype](u, p, "prototype_id", *in.PrototypeID.Value)
		if prototype != nil {
			t.PrototypeID = prototype.Num
		}
		return err
	}
	return u.defaultPrototype(p, t, parent)
}

// parentFor loads the taxon above t and refuses one that stands below it. The
// way up is locked, so that two moves at once cannot close a circle.
func (u *unit) parentFor(p *problems, t *Taxon, id string) (*Taxon, error) {
	parent, err := find[Taxon](u, p, "parent_id", id)
	if parent == nil || err != nil {
		return nil, err
	}
	for above := parent; t.Num != 0; {
		if above.Num == t.Num {
			p.add("parent_id", "is the taxon itself, or one below it")
			return nil, nil
		}
		if above.ParentID == nil {
			break
		}
		if above, err = get[Taxon](u, *above.ParentID); err != nil {
			return nil, fmt.Errorf("walk up from the parent: %w", err)
		}
	}
	t.ParentID = &parent.Num
	return parent, nil
}

// defaultPrototype gives a new taxon its parent's prototype, or one of its own.
func (u *unit) defaultPrototype(p *problems, t *Taxon, parent *Taxon) error {
	switch {
	case t.PrototypeID != 0 || len(p.fields) > 0:
		return nil
	case parent != nil:
		t.PrototypeID = parent.PrototypeID
		return nil
	}
	own := &Prototype{Name: t.Title}
	if err := u.add(own); err != nil {
		return err
	}
	t.PrototypeID = own.Num
	return nil
}

// PrototypeUpsert is what prototypeCreateOrUpdate says; without an ID it creates, which needs a name.
type PrototypeUpsert struct {
	ID          *string
	ExternalIDs []Pair
	Name        Opt[string]
}

// UpsertPrototype creates a prototype or changes one. Only the operator may.
func (m *Market) UpsertPrototype(ctx context.Context, actor Actor, in PrototypeUpsert) (*Prototype, error) {
	return commit(ctx, m, actor, func(u *unit) (*Prototype, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		prototype, err := findOrNew[Prototype](u, &p, "id", in.ID)
		if prototype == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		required(&p, "name", in.Name, &prototype.Name, nameLimit)
		return prototype, u.saveNamed(&p, prototype, in.ExternalIDs)
	})
}
