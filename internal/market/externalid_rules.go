package market

import (
	"context"
	"fmt"
	"slices"
)

// identified is an entity that can have external ids.
type identified interface{ hasExternalIDs() }

// UpsertExternalID gives an entity an external id. With ownerKeyUnique it takes
// the place of what the owner has under the key; else it stands beside it.
func (m *Market) UpsertExternalID(ctx context.Context, actor Actor, owner, key, value string, ownerKeyUnique *bool) (*ExternalID, error) {
	return commit(ctx, m, actor, func(u *unit) (*ExternalID, error) {
		ref, err := u.ownerToMark(owner, func(e Entity) bool { _, ok := e.(identified); return ok })
		if err != nil {
			return nil, err
		}
		var p problems
		checkName(&p, "key", key)
		checkName(&p, "value", value)
		if err := p.err(); err != nil {
			return nil, err
		}
		present, err := list[ExternalID](u, Eq("owner_type", ref.Type), Eq("owner_id", ref.Num), Eq("key", key))
		if err != nil {
			return nil, fmt.Errorf("load the external ids of %s: %w", ref, err)
		}
		values := []string{value}
		if ownerKeyUnique == nil || !*ownerKeyUnique {
			values = appendValues(values, present)
		}
		if err := u.setKey(&p, "external_ids", ref, key, values, present); err != nil {
			return nil, err
		}
		return u.pendingExternalID(ref.Type, key, value), p.err()
	})
}

// appendValues adds the values that an owner has already.
func appendValues(values []string, present []*ExternalID) []string {
	for _, e := range present {
		if !slices.Contains(values, e.Value) {
			values = append(values, e.Value)
		}
	}
	return values
}

// setExternalIDs merges pairs into the external ids of a stored owner, by key:
// a key that is named has afterwards exactly the values given, none where the
// value is nil; the others stay. path is the list's own path in the input.
func (u *unit) setExternalIDs(p *problems, path string, owner Ref, pairs []Pair) error {
	if len(pairs) == 0 || !checkExternalIDs(p, path, pairs) {
		return nil
	}
	present, err := u.externalIDsOf(owner)
	if err != nil {
		return err
	}
	for _, key := range keysOf(pairs) {
		if err := u.setKey(p, path, owner, key, valuesOf(pairs, key), present); err != nil {
			return err
		}
	}
	return nil
}

// externalIDsOf loads the external ids of an owner; a new one has none.
func (u *unit) externalIDsOf(owner Ref) ([]*ExternalID, error) {
	if u.created(owner) {
		return nil, nil
	}
	present, err := list[ExternalID](u, Eq("owner_type", owner.Type), Eq("owner_id", owner.Num))
	if err != nil {
		return nil, fmt.Errorf("load the external ids of %s: %w", owner, err)
	}
	return present, nil
}

// removeExternalIDs deletes the external ids of owners that are deleted, at the same moment.
func (u *unit) removeExternalIDs(ownerType string, owners []int64) error {
	present, err := list[ExternalID](u, Eq("owner_type", ownerType), In("owner_id", owners))
	if err != nil {
		return fmt.Errorf("load the external ids of a %s: %w", ownerType, err)
	}
	for _, e := range present {
		u.remove(e)
	}
	return nil
}

// setKey makes values the owner's external ids under a key.
func (u *unit) setKey(p *problems, field string, owner Ref, key string, values []string, present []*ExternalID) error {
	var spare []*ExternalID
	for _, e := range present {
		if e.Key != key {
			continue
		}
		if i := slices.Index(values, e.Value); i >= 0 {
			values = slices.Delete(slices.Clone(values), i, i+1)
		} else {
			spare = append(spare, e)
		}
	}
	values, err := u.freeValues(p, field, owner, key, values)
	if err != nil {
		return err
	}
	for _, value := range values {
		if len(spare) > 0 {
			spare[0].Value = value
			spare = spare[1:]
			continue
		}
		if err := u.add(&ExternalID{Key: key, OwnerType: owner.Type, OwnerID: owner.Num, Value: value}); err != nil {
			return err
		}
	}
	for _, e := range spare {
		u.remove(e)
	}
	return nil
}

// freeValues are those of values that no other owner of the same type has under
// the key, among what is stored and what this transaction is about to store; the
// others are noted.
func (u *unit) freeValues(p *problems, field string, owner Ref, key string, values []string) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	stored, err := look[ExternalID](u, Eq("owner_type", owner.Type), Eq("key", key), In("value", values))
	if err != nil {
		return nil, fmt.Errorf("look for external ids %q: %w", key, err)
	}
	var free []string
	for _, value := range values {
		same := func(e *ExternalID) bool { return e.Value == value && e.OwnerID != owner.Num }
		pending := u.pendingExternalID(owner.Type, key, value)
		if slices.ContainsFunc(stored, same) || pending != nil && same(pending) {
			p.add(field, "key %q with the value %q is taken by another %s", key, value, owner.Type)
		} else {
			free = append(free, value)
		}
	}
	return free, nil
}

// pendingExternalID is the one among what the unit loaded or made; nil where there is none.
func (u *unit) pendingExternalID(ownerType, key, value string) *ExternalID {
	for _, t := range u.order {
		e, ok := t.entity.(*ExternalID)
		if ok && !t.removed && e.OwnerType == ownerType && e.Key == key && e.Value == value {
			return e
		}
	}
	return nil
}

// ownerToMark loads the entity that gets an external id or a metadatum, and
// refuses one that cannot have any, or that the actor may not change.
func (u *unit) ownerToMark(id string, fits func(Entity) bool) (Ref, error) {
	ref, err := ParseID(id)
	kind, known := kinds[ref.Type]
	if err != nil || !known {
		return Ref{}, Missing("owner")
	}
	if !fits(kind.New()) {
		return Ref{}, Refuse("owner", "is of type %s, which can have none", ref.Type)
	}
	t, err := u.load(ref)
	switch {
	case err != nil:
		return Ref{}, notFoundAs("owner", err)
	case t.gone() || !u.visible(t.entity):
		return Ref{}, Missing("owner")
	case !u.mine(t.entity):
		return Ref{}, forbidden("owner", "is for the operator of the marketplace only")
	}
	return ref, nil
}

// mine reports whether the actor may change what it sees: a seller only what is
// its own, never what it shares with others, as an order of several sellers.
func (u *unit) mine(e Entity) bool {
	if u.actor.Seller == 0 {
		return true
	}
	_, shared := e.(*Order)
	s, owned := e.(interface{ sellers() []int64 })
	return owned && !shared && slices.Equal(s.sellers(), []int64{u.actor.Seller})
}

// checkExternalIDs reports whether every pair can be an external id.
func checkExternalIDs(p *problems, path string, pairs []Pair) bool {
	before := len(p.fields)
	if !atMost(p, path, len(pairs), listLimit) {
		return false
	}
	for i, pair := range pairs {
		checkName(p, at(at(path, i), "key"), pair.Key)
		if pair.Value != nil {
			checkName(p, at(at(path, i), "value"), *pair.Value)
		}
	}
	return len(p.fields) == before
}

// keysOf lists the keys of pairs, each once, in their order.
func keysOf(pairs []Pair) []string {
	var keys []string
	for _, pair := range pairs {
		if !slices.Contains(keys, pair.Key) {
			keys = append(keys, pair.Key)
		}
	}
	return keys
}

// valuesOf lists the values of a key, each once.
func valuesOf(pairs []Pair, key string) []string {
	var values []string
	for _, pair := range pairs {
		if pair.Key == key && pair.Value != nil && !slices.Contains(values, *pair.Value) {
			values = append(values, *pair.Value)
		}
	}
	return values
}
