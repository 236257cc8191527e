package resolvers

import (
	"context"
	"fmt"
	"strings"
	"time"

	"crier/graph"
	"crier/internal/market"
)

// period keeps the rows whose moment lies between two others, both included; nil is open.
func (f *filter) period(column string, since, until *time.Time) {
	given(f, since, func(t time.Time) market.Cond { return market.Gte(column, t) })
	given(f, until, func(t time.Time) market.Cond { return market.Lte(column, t) })
}

// invoices adds the conditions of a filter on invoices, save buyerEmailAddress.
func (f *filter) invoices(in graph.InvoiceFilters) {
	given(f, in.AwaitingCollection.Value(), awaitingCollection)
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

// buyerNamed holds for invoices of a buyer with every word of a text in the given or the family name.
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

// knownAs holds for invoices with an external id that meets a condition.
func knownAs(cond market.Cond) market.Cond {
	return market.InQuery("id", market.Sub{Kind: "ExternalID", Column: "owner_id", Where: []market.Cond{
		market.Eq("owner_type", "Invoice"), cond,
	}})
}

// boughtBy keeps the invoices of a buyer with an email address, in any case; nil
// keeps all. The store ignores case only in what it searches within, so that
// the addresses that contain this one are compared here.
func (f *filter) boughtBy(ctx context.Context, reader Reader, email *string) {
	if email == nil || f.err != nil {
		return
	}
	var orders []*market.Order
	_, err := reader.Select(ctx, &orders, market.Query{Where: []market.Cond{market.Contains("email_address", *email)}})
	if err != nil {
		f.err = fmt.Errorf("find the orders of a buyer: %w", err)
		return
	}
	nums := []int64{}
	for _, o := range orders {
		if strings.EqualFold(*o.EmailAddress, *email) {
			nums = append(nums, o.Num)
		}
	}
	f.add(market.In("order_id", nums))
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
	if len(sort.Fields) == 0 {
		return nil, badInput("a sort needs at least one field")
	}
	return each(sort.Fields, func(field graph.InvoiceSortFieldEnum) market.Sort {
		return market.Sort{Column: invoiceColumns[field], Desc: descending(sort.Ordering)}
	}), nil
}
