package resolvers

import (
	"context"

	"crier/graph"
	"crier/internal/market"
)

// sellerState is a seller as the member of AllSeller that fits it when the viewer looks.
func sellerState(ctx context.Context, s *market.Seller) market.AllSeller {
	if gone(ctx, s.Deletion) {
		return &market.DeletedSeller{Seller: s}
	}
	return s
}

// sellersInTheirStates is a page of sellers as members of AllSeller.
func sellersInTheirStates(ctx context.Context, c *market.Connection[market.Seller]) *market.AllSellersConnection {
	return &market.AllSellersConnection{
		Nodes: each(c.Nodes, func(s *market.Seller) market.AllSeller { return sellerState(ctx, s) }),
		Edges: each(c.Edges, func(e *market.Edge[market.Seller]) *market.AllSellerEdge {
			return &market.AllSellerEdge{Cursor: e.Cursor, Node: sellerState(ctx, e.Node)}
		}),
		PageInfo: c.PageInfo,
		Total:    c.Total,
	}
}

// allSellersSort is the order of allSellers. There are no ratings; they order by name.
func allSellersSort(sort []*graph.AllSellersSort) []market.Sort {
	return each(sort, func(s *graph.AllSellersSort) market.Sort {
		column := "updated_at"
		if field := s.Field.Value(); field != nil && *field != graph.AllSellersSortFieldEnumUpdatedAt {
			column = "business_name"
		}
		return market.Sort{Column: column, Desc: descending(s.Ordering)}
	})
}
