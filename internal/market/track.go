package market

import (
	"fmt"
	"reflect"
	"slices"
)

// load returns the tracked entity of ref, deleted ones too, locking its row.
func (u *unit) load(ref Ref) (*tracked, error) {
	if t, ok := u.tracked[ref]; ok {
		return t, nil
	}
	kind, ok := kinds[ref.Type]
	if !ok {
		return nil, ErrNotFound
	}
	list := kind.NewList()
	if err := u.tx.Select(u.ctx, list, Query{Where: []Cond{Eq("id", ref.Num)}, Deleted: true, Lock: true}); err != nil {
		return nil, fmt.Errorf("load %s: %w", ref, err)
	}
	rows := entitiesOf(list)
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return u.track(rows[0]), nil
}

// entitiesOf are the rows of a kind's list, a pointer to a slice.
func entitiesOf(list any) []Entity {
	rows := reflect.ValueOf(list).Elem()
	entities := make([]Entity, rows.Len())
	for i := range entities {
		entities[i] = rows.Index(i).Interface().(Entity)
	}
	return entities
}

// track remembers an entity as it is now; the first copy of a row stands for all later ones.
func (u *unit) track(e Entity) *tracked {
	if t, ok := u.tracked[e.Ref()]; ok {
		return t
	}
	t := &tracked{entity: e, was: clone(e)}
	u.tracked[e.Ref()] = t
	u.order = append(u.order, t)
	return t
}

// add stores a new entity at once, since its children need its number.
func (u *unit) add(e Entity) error {
	b := e.base()
	b.CreatedAt, b.UpdatedAt = u.now, u.now
	if err := u.tx.Insert(u.ctx, e); err != nil {
		return fmt.Errorf("add %s: %w", e.Ref().Type, err)
	}
	t := &tracked{entity: e, inserted: clone(e)}
	u.tracked[e.Ref()] = t
	u.order = append(u.order, t)
	return nil
}

// created reports whether the unit made the entity, which therefore has no children yet but the unit's own.
func (u *unit) created(ref Ref) bool {
	t, ok := u.tracked[ref]
	return ok && t.was == nil
}

// remove deletes an entity that the unit loaded or added.
func (u *unit) remove(e Entity) { u.tracked[e.Ref()].removed = true }

// get loads an entity for change, and ErrNotFound where the actor may not see
// it or it was deleted.
func get[T any, P interface {
	*T
	Entity
}](u *unit, num int64) (*T, error) {
	var p P = new(T)
	t, err := u.load(Ref{Type: p.Ref().Type, Num: num})
	if err != nil {
		return nil, err
	}
	if t.gone() || !u.visible(t.entity) {
		return nil, ErrNotFound
	}
	return (*T)(t.entity.(P)), nil
}

// list loads entities for change.
func list[T any, P interface {
	*T
	Entity
}](u *unit, where ...Cond) ([]*T, error) {
	var rows []*T
	if err := u.tx.Select(u.ctx, &rows, Query{Where: where, Lock: true}); err != nil {
		return nil, err
	}
	for i, row := range rows {
		rows[i] = (*T)(u.track(P(row)).entity.(P))
	}
	return slices.DeleteFunc(rows, func(r *T) bool { return u.tracked[P(r).Ref()].removed }), nil
}

// look reads entities that the rules only look at; they are neither locked nor tracked.
func look[T any](u *unit, where ...Cond) ([]*T, error) {
	var rows []*T
	err := u.tx.Select(u.ctx, &rows, Query{Where: where})
	return rows, err
}

// visible reports whether the actor may see, and so change, an entity.
func (u *unit) visible(e Entity) bool { return visibleTo(u.actor.Seller, e) }

// visibleTo reports whether a seller may see an entity; 0 is the operator.
func visibleTo(seller int64, e Entity) bool {
	if seller == 0 || kinds[e.Ref().Type].Shared() {
		return true
	}
	s, ok := e.(interface{ sellers() []int64 })
	return ok && slices.Contains(s.sellers(), seller)
}

// gone reports whether the entity was deleted, now or before.
func (t *tracked) gone() bool {
	d, ok := t.entity.(deletable)
	return t.removed || ok && d.deletion().DeletedAt != nil
}

// differs reports whether the unit created, removed or changed the row.
func (t *tracked) differs() bool {
	return t.was == nil || t.removed || len(t.diff()) > 0
}

// diff names the schema fields in which the row differs from before.
func (t *tracked) diff() []string {
	if t.was == nil {
		return nil
	}
	return difference(t.was, t.entity)
}

// changedSinceInsert reports whether a created entity's row differs from what was inserted.
func (t *tracked) changedSinceInsert() bool {
	return t.inserted == nil || !sameRow(t.inserted, t.entity)
}

// clone copies the struct behind e; what it points to is shared, which is why
// rules never write through pointers and slices.
func clone(e Entity) Entity {
	from := reflect.ValueOf(e).Elem()
	to := reflect.New(from.Type())
	to.Elem().Set(from)
	return to.Interface().(Entity)
}
