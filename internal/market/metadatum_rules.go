package market

import (
	"context"
	"fmt"
)

// described is an entity that can have metadata.
type described interface{ hasMetadata() }

// UpsertMetadatum sets the value that an entity has under a key.
func (m *Market) UpsertMetadatum(ctx context.Context, actor Actor, owner, key, value string) (*Metadatum, error) {
	return commit(ctx, m, actor, func(u *unit) (*Metadatum, error) {
		ref, err := u.ownerToMark(owner, func(e Entity) bool { _, ok := e.(described); return ok })
		if err != nil {
			return nil, err
		}
		var p problems
		checkName(&p, "key", key)
		checkText(&p, "value", value, valueLimit)
		if err := p.err(); err != nil {
			return nil, err
		}
		present, err := u.metadataOf(ref, Eq("key", key))
		if err != nil {
			return nil, err
		}
		return u.setMetadatum(ref, key, value, present)
	})
}

// setMetadata merges pairs into the metadata of a stored owner, by key: a nil
// value removes the key, keys that are not named stay. path is the list's own
// path in the input.
func (u *unit) setMetadata(p *problems, path string, owner Ref, pairs []Pair) error {
	if len(pairs) == 0 || !checkMetadata(p, path, pairs) {
		return nil
	}
	present, err := u.metadataOf(owner)
	if err != nil {
		return err
	}
	for _, pair := range pairs {
		if pair.Value == nil {
			u.removeMetadatum(pair.Key, present)
		} else if _, err := u.setMetadatum(owner, pair.Key, *pair.Value, present); err != nil {
			return err
		}
	}
	return nil
}

// annotate sets external ids and metadata of a stored owner; path is that of the input's object that has both.
func (u *unit) annotate(p *problems, path string, owner Ref, externalIDs, metadata []Pair) error {
	if err := u.setExternalIDs(p, at(path, "external_ids"), owner, externalIDs); err != nil {
		return err
	}
	return u.setMetadata(p, at(path, "metadata"), owner, metadata)
}

// metadataOf loads the metadata of an owner; a new one has none.
func (u *unit) metadataOf(owner Ref, where ...Cond) ([]*Metadatum, error) {
	if u.created(owner) {
		return nil, nil
	}
	where = append(where, Eq("owner_type", owner.Type), Eq("owner_id", owner.Num))
	present, err := list[Metadatum](u, where...)
	if err != nil {
		return nil, fmt.Errorf("load the metadata of %s: %w", owner, err)
	}
	return present, nil
}

func (u *unit) setMetadatum(owner Ref, key, value string, present []*Metadatum) (*Metadatum, error) {
	for _, d := range present {
		if d.Key == key {
			d.Value = value
			return d, nil
		}
	}
	d := &Metadatum{Key: key, OwnerType: owner.Type, OwnerID: owner.Num, Value: value}
	return d, u.add(d)
}

func (u *unit) removeMetadatum(key string, present []*Metadatum) {
	for _, d := range present {
		if d.Key == key {
			u.remove(d)
		}
	}
}

// checkMetadata reports whether every pair can be a metadatum.
func checkMetadata(p *problems, path string, pairs []Pair) bool {
	before := len(p.fields)
	if !atMost(p, path, len(pairs), listLimit) {
		return false
	}
	seen := map[string]bool{}
	for i, pair := range pairs {
		field := at(path, i)
		checkName(p, at(field, "key"), pair.Key)
		if seen[pair.Key] {
			p.add(at(field, "key"), "is given twice")
		}
		seen[pair.Key] = true
		if pair.Value != nil {
			checkText(p, at(field, "value"), *pair.Value, valueLimit)
		}
	}
	return len(p.fields) == before
}
