package resolvers

import (
	"time"

	"crier/graph"
	"crier/internal/market"
)

// refundRequests adds the conditions of a filter on refund requests.
func (f *filter) refundRequests(in graph.RefundRequestFilters) {
	given(f, in.BusinessName.Value(), soldBy)
	given(f, in.BuyerEmailAddress.Value(), boughtBy)
	given(f, in.BuyerName.Value(), buyerNamed)
	given(f, in.InvoiceLegacyID.Value(), func(num int) market.Cond { return market.Eq("invoice_id", num) })
	given(f, in.InvoicePaidAt.Value(), paidOn)
	given(f, in.LegacyID.Value(), func(num int) market.Cond { return market.Eq("id", num) })
	if statuses := in.LineItemStatuses.Value(); statuses != nil {
		f.add(market.InQuery("id", market.Sub{
			Kind: "RefundRequestLineItem", Column: "refund_request_id", Where: []market.Cond{market.In("status", statuses)},
		}))
	}
	given(f, in.Remitted.Value(), remitted)
	oneOf(f, "status", in.Statuses.Value())
	f.period("created_at", in.CreatedSince.Value(), in.CreatedUntil.Value())
	f.period("refunded_at", in.RefundedSince.Value(), in.RefundedUntil.Value())
}

// soldBy holds for refund requests about what a seller sold, found by a part of its business name.
func soldBy(text string) market.Cond {
	return market.InQuery("seller_id", market.Sub{Kind: "Seller", Column: "id", Where: []market.Cond{market.Contains("business_name", text)}})
}

// paidOn holds for refund requests about invoices that were paid on the day of a moment, in UTC.
func paidOn(at time.Time) market.Cond {
	day := at.UTC().Truncate(24 * time.Hour)
	return market.InQuery("invoice_id", market.Sub{Kind: "Invoice", Column: "id", Where: []market.Cond{
		market.Gte("paid_at", day), market.Lt("paid_at", day.AddDate(0, 0, 1)),
	}})
}

// remitted holds for refund requests that are refunded, of an invoice with an
// amendment that was settled with the seller, or for the others. Amendments do
// not say which request they come from; those of one invoice are settled together.
func remitted(yes bool) market.Cond {
	settled := market.Sub{Kind: "InvoiceAmendment", Column: "invoice_id", Where: []market.Cond{market.Ne("remitted_at", nil)}}
	if yes {
		return market.Any([]market.Cond{market.Ne("refunded_at", nil), market.InQuery("invoice_id", settled)})
	}
	return market.Any([]market.Cond{market.Eq("refunded_at", nil)}, []market.Cond{market.NotInQuery("invoice_id", settled)})
}

// invoiceAmendments adds the conditions of a filter on invoice amendments.
func (f *filter) invoiceAmendments(in graph.InvoiceAmendmentFilters) {
	f.period("created_at", in.CreatedSince.Value(), in.CreatedUntil.Value())
	f.period("remitted_at", in.RemittedSince.Value(), in.RemittedUntil.Value())
	f.period("updated_at", in.UpdatedSince.Value(), in.UpdatedUntil.Value())
}

// amendmentColumns are what invoice amendments can be ordered by.
var amendmentColumns = map[graph.InvoiceAmendmentSortFieldEnum]string{
	graph.InvoiceAmendmentSortFieldEnumCreatedAt:  "created_at",
	graph.InvoiceAmendmentSortFieldEnumUpdatedAt:  "updated_at",
	graph.InvoiceAmendmentSortFieldEnumRemittedAt: "remitted_at",
}

// amendmentSort is the order of invoice amendments.
func amendmentSort(sort *graph.InvoiceAmendmentSort) ([]market.Sort, error) {
	if sort == nil {
		return nil, nil
	}
	return orderedBy(sort.Fields, amendmentColumns, sort.Ordering)
}
