package resolvers

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// maxNodes bounds nodes(ids:) (contract marketplacer.md, Limits).
const maxNodes = 500

// nodeTypes are the schema's types that implement Node, and whether they have external ids.
var nodeTypes = sync.OnceValue(func() map[string]bool {
	types := map[string]bool{}
	for _, t := range graph.NewExecutableSchema(graph.Config{}).Schema().PossibleTypes["Node"] {
		types[t.Name] = t.Fields.ForName("externalIds") != nil
	}
	return types
})

// place is the country or state that ref names, which every server has in memory; nil for anything else.
func place(ref market.Ref) market.Node {
	if c := market.CountryByNum(ref.Num); ref.Type == "Country" && c != nil {
		return c
	}
	if s := market.StateByNum(ref.Num); ref.Type == "State" && s != nil {
		return s
	}
	return nil
}

// stored reports whether a type has entities that node(id:) shows.
func stored(typeName string) bool {
	_, isNode := nodeTypes()[typeName]
	_, isKind := market.KindOf(typeName)
	return isNode && isKind
}

// readable refuses a type that the viewer's scopes do not allow.
func (r *Resolver) readable(ctx context.Context, typeName string) error {
	v, err := viewing(ctx)
	if err != nil {
		return err
	}
	if scope := r.Scopes(typeName); scope != "" && !v.Can(scope) {
		return document.MissingScope(scope)
	}
	return nil
}

// node is what ref names, as the API shows it. What does not exist, what
// another seller owns and what is no Node are all market.ErrNotFound.
func (r *Resolver) node(ctx context.Context, ref market.Ref) (market.Node, error) {
	if p := place(ref); p != nil {
		return p, nil
	}
	if !stored(ref.Type) {
		return nil, market.ErrNotFound
	}
	if err := r.readable(ctx, ref.Type); err != nil {
		return nil, err
	}
	e, err := entity(ctx, ref)
	if err != nil {
		return nil, err
	}
	if w, ok := e.(*market.Webhook); e == nil || ok && gone(ctx, w.Deletion) {
		return nil, market.ErrNotFound
	}
	if err := r.readable(ctx, holder(e)); err != nil {
		return nil, err
	}
	return e, nil
}

// holder is the type whose scope reading an entity by its id needs: its own, or
// that of what it is a part of, for what has no scope of its own.
func holder(e market.Entity) string {
	switch e := e.(type) {
	case *market.Image:
		return e.OwnerType
	case *market.Address:
		if e.SellerID == nil {
			return "Order"
		}
		return "Seller"
	}
	return e.Ref().Type
}

// nodes is node for many ids, with one query for each kind. What cannot be
// shown is null, with an error on its place.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]market.Node, error) {
	if len(ids) > maxNodes {
		return nil, badInput(fmt.Sprintf("ask for at most %d ids at once", maxNodes))
	}
	refs := make([]market.Ref, len(ids))
	var wanted []market.Ref
	for i, id := range ids {
		ref, err := market.ParseID(id)
		if err == nil && stored(ref.Type) {
			wanted = append(wanted, ref)
		}
		refs[i] = ref
	}
	if _, err := entities(ctx, wanted); err != nil { // all at once, before each is looked at
		return nil, err
	}
	found := make([]market.Node, len(ids))
	for i, ref := range refs {
		n, err := r.node(ctx, ref)
		graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		found[i] = n
	}
	return found, nil
}

// readableOwners holds for external ids whose owner is of a type, or any where
// that is nil, and one that the viewer may read.
func (r *Resolver) readableOwners(ctx context.Context, ownerType *string) (market.Cond, error) {
	v, err := viewing(ctx)
	if err != nil {
		return market.Cond{}, err
	}
	if ownerType != nil && !nodeTypes()[*ownerType] {
		return market.Cond{}, badInput(fmt.Sprintf("%q is no type that has external ids", *ownerType))
	}
	var readable [][]market.Cond
	for _, kind := range market.Kinds() {
		asked := ownerType == nil || *ownerType == kind.Name
		if asked && nodeTypes()[kind.Name] && r.readable(ctx, kind.Name) == nil {
			readable = append(readable, ownedBy(v, kind))
		}
	}
	return market.Any(readable...), nil
}

// ownedBy are the conditions on external ids whose owner is of a kind and visible to the viewer.
func ownedBy(v viewer.Viewer, kind market.Kind) []market.Cond {
	conds := []market.Cond{market.Eq("owner_type", kind.Name)}
	if !v.IsOperator() && !kind.Shared() {
		conds = append(conds, market.InQuery("owner_id", market.Sub{Kind: kind.Name, Column: "id", Where: kind.Visible(v.Seller)}))
	}
	return conds
}
