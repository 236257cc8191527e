package resolvers

import (
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"crier/graph"
	"crier/internal/market"
)

// period keeps the rows whose moment lies between two others, both included; nil is open.
func (f *filter) period(column string, since, until *time.Time) {
	given(f, since, func(t time.Time) market.Cond { return market.Gte(column, t) })
	given(f, until, func(t time.Time) market.Cond { return market.Lte(column, t) })
}

// sinceUpdate selects what changed at or after a moment, least recently updated first.
func sinceUpdate(since time.Time) market.Query {
	return market.Query{Where: []market.Cond{market.Gte("updated_at", since)}, Sort: []market.Sort{{Column: "updated_at"}}}
}

// invoices adds the conditions of a filter on invoices.
func (f *filter) invoices(in graph.InvoiceFilters) {
	given(f, in.AwaitingCollection.Value(), awaitingCollection)
	given(f, in.AwaitingReturn.Value(), func(yes bool) market.Cond { return market.Eq("awaiting_return", yes) })
	given(f, in.BuyerEmailAddress.Value(), boughtBy)
	given(f, in.BuyerName.Value(), buyerNamed)
	given(f, in.ExternalID.Value(), func(value string) market.Cond { return knownAs(market.Eq("value", value)) })
	given(f, in.LegacyID.Value(), func(num int) market.Cond { return market.Eq("id", num) })
	given(f, in.NotDispatched.Value(), notDispatched)
	given(f, in.OrderID.Value(), func(num int) market.Cond { return market.Eq("order_id", num) })
	given(f, in.PartialExternalID.Value(), func(text string) market.Cond { return knownAs(market.Contains("value", text)) })
	oneOf(f, "status", in.Statuses.Value())
	f.period("created_at", in.CreatedSince.Value(), in.CreatedUntil.Value())
	f.period("paid_at", in.PaidSince.Value(), in.PaidUntil.Value())
	f.period("remitted_at", in.RemittedSince.Value(), in.RemittedUntil.Value())
	f.period("updated_at", in.UpdatedSince.Value(), in.UpdatedUntil.Value())
}

// awaitingCollection holds for invoices that wait for the buyer, or for the others.
func awaitingCollection(yes bool) market.Cond {
	if yes {
		return market.Eq("status", market.InvoiceReady)
	}
	return market.Ne("status", market.InvoiceReady)
}

// notDispatched holds for invoices that are paid and have goods to send, or for the others.
func notDispatched(yes bool) market.Cond {
	unsent := []market.InvoiceStatus{market.InvoicePaid, market.InvoicePartiallySent}
	if yes {
		return market.Any([]market.Cond{market.Eq("delivery_type", market.BuyOnline), market.In("status", unsent)})
	}
	return market.Any(
		[]market.Cond{market.Ne("delivery_type", market.BuyOnline)},
		[]market.Cond{market.Ne("status", market.InvoicePaid), market.Ne("status", market.InvoicePartiallySent)},
	)
}

// buyerNamed holds for invoices, and what is about them, of a buyer with every
// word of a text in the given or the family name.
func buyerNamed(text string) market.Cond {
	var words []market.Cond
	for _, word := range strings.Fields(text) {
		words = append(words, market.Any(
			[]market.Cond{market.Contains("first_name", word)},
			[]market.Cond{market.Contains("surname", word)},
		))
	}
	return market.InQuery("order_id", market.Sub{Kind: "Order", Column: "id", Where: words})
}

// knownAs holds for invoices with an external id that meets a condition, of their
// own or of their order: shops give their numbers to orders.
func knownAs(cond market.Cond) market.Cond {
	of := func(column, ownerType string) []market.Cond {
		owners := market.Sub{Kind: "ExternalID", Column: "owner_id", Where: []market.Cond{market.Eq("owner_type", ownerType), cond}}
		return []market.Cond{market.InQuery(column, owners)}
	}
	return market.Any(of("id", "Invoice"), of("order_id", "Order"))
}

// boughtBy holds for invoices, and what is about them, of a buyer with an email address, in any case.
func boughtBy(email string) market.Cond {
	return market.InQuery("order_id", market.Sub{Kind: "Order", Column: "id", Where: []market.Cond{market.EqualFold("email_address", email)}})
}

// invoiceColumns are what invoices can be ordered by.
var invoiceColumns = map[graph.InvoiceSortFieldEnum]string{
	graph.InvoiceSortFieldEnumCreatedAt:  "created_at",
	graph.InvoiceSortFieldEnumUpdatedAt:  "updated_at",
	graph.InvoiceSortFieldEnumPaidAt:     "paid_at",
	graph.InvoiceSortFieldEnumRemittedAt: "remitted_at",
	graph.InvoiceSortFieldEnumStatus:     "status",
}

// invoiceSort is the order of invoices.
func invoiceSort(sort *graph.InvoiceSort) ([]market.Sort, error) {
	if sort == nil {
		return nil, nil
	}
	return orderedBy(sort.Fields, invoiceColumns, sort.Ordering)
}

// orderedBy is an order by the columns of some fields, all in one direction.
func orderedBy[F comparable](fields []F, columns map[F]string, ordering graphql.Omittable[*graph.SortOrderingEnum]) ([]market.Sort, error) {
	if len(fields) == 0 {
		return nil, badInput("a sort needs at least one field")
	}
	return each(fields, func(field F) market.Sort {
		return market.Sort{Column: columns[field], Desc: descending(ordering)}
	}), nil
}
