package market

import (
	"fmt"
	"sort"
	"time"
)

// Entity is anything of the market that is stored under a number of its own
// and can be reached by its global id.
type Entity interface {
	// Ref names the entity; its number is zero until it is stored.
	Ref() Ref
	// ID is the global id of the API.
	ID() string

	base() *Base
}

// Base is what every stored entity has.
type Base struct {
	// Num is the entity's number within its type, given by the store.
	Num       int64     `bun:"id,pk,autoincrement" changed:"-"`
	CreatedAt time.Time `changed:"-"`
	// UpdatedAt is the time of the last transaction that changed the entity or
	// something that its payload shows, such as an advert's variants.
	UpdatedAt time.Time `changed:"-"`
}

func (b *Base) base() *Base { return b }

// LegacyID is the entity's number, as the API calls it.
func (b *Base) LegacyID() int { return int(b.Num) }

// deletable is an entity that stays stored, and addressable, after its deletion.
type deletable interface {
	Entity
	deletion() *Deletion
}

// Deletion marks a soft deletion. Nothing else of a deleted row changes, so
// that reading as of a moment before DeletedAt shows the entity as it was.
type Deletion struct {
	DeletedAt *time.Time `changed:"-"`
}

func (d *Deletion) deletion() *Deletion { return d }

// Kind describes one type of entity to those who handle all of them alike:
// the unit of work, the store, node(id:) and the webhooks.
type Kind struct {
	// Name is the type's name in the schema.
	Name string
	// Class says that webhooks can be registered for the type; the schema says
	// the same with its directive @webhook.
	Class bool
	// New returns an empty entity of the kind.
	New func() Entity
	// NewList returns a pointer to an empty list, *[]*T.
	NewList func() any
	// SoftDelete says that deleted entities stay stored.
	SoftDelete bool
	// Visible limits a query to what the seller may see; nil: everything.
	Visible func(seller int64) []Cond
}

// Shared reports whether every seller may see every entity of the kind.
func (k Kind) Shared() bool { return k.Visible == nil }

var kinds = map[string]Kind{}

// register adds a kind; each entity's file calls it once for its own type.
func register[T any, P interface {
	*T
	Entity
}](class bool, visible func(seller int64) []Cond) Kind {
	var probe Entity = P(new(T))
	_, soft := probe.(deletable)
	k := Kind{
		Name:       probe.Ref().Type,
		Class:      class,
		New:        func() Entity { return P(new(T)) },
		NewList:    func() any { return new([]*T) },
		SoftDelete: soft,
		Visible:    visible,
	}
	if _, twice := kinds[k.Name]; twice {
		panic(fmt.Sprintf("market: kind %s is registered twice", k.Name))
	}
	kinds[k.Name] = k
	return k
}

// KindOf returns the kind of a type name, and whether there is one.
func KindOf(name string) (Kind, bool) {
	k, ok := kinds[name]
	return k, ok
}

// Kinds returns every kind, sorted by name.
func Kinds() []Kind {
	all := make([]Kind, 0, len(kinds))
	for _, k := range kinds {
		all = append(all, k)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// ownedBySeller is the Visible of kinds that carry their seller's number.
func ownedBySeller(seller int64) []Cond {
	return []Cond{Eq("seller_id", seller)}
}
