package resolvers_test

import (
	"slices"
	"testing"

	"crier/internal/viewer"
)

func TestInvoiceAmendmentFields(t *testing.T) {
	t.Parallel()
	b := returned(t)
	b.queryAs(north, ids(`{ node(id: "InvoiceAmendment-1") { ... on InvoiceAmendment {
		id legacyId createdAt updatedAt invoice { legacyId } order { legacyId } remittanceCents remittanceFormatted remittedAt
		taxCents taxFormatted taxRate totalCents totalFormatted
		lineItems { id amountCents amountFormatted commissionAmountCents commissionAmountFormatted dispatched lineItem { legacyId } quantity status
			taxCents taxFormatted taxRate totalCents totalFormatted }
	} } }`)).is(ids(`{"node": {
		"id": "InvoiceAmendment-1", "legacyId": 1, "createdAt": "2026-03-01T09:30:08Z", "updatedAt": "2026-03-01T09:30:08Z", "invoice": {"legacyId": 1}, "order": {"legacyId": 1},
		"remittanceCents": 5042, "remittanceFormatted": "$50.42", "remittedAt": "2026-03-01T09:31:00Z",
		"taxCents": 472, "taxFormatted": "$4.72", "taxRate": 10, "totalCents": 5691, "totalFormatted": "$56.91",
		"lineItems": [{
			"id": "InvoiceAmendmentLineItem-1", "amountCents": 5190, "amountFormatted": "$51.90", "commissionAmountCents": 649, "commissionAmountFormatted": "$6.49",
			"dispatched": true, "lineItem": {"legacyId": 1}, "quantity": 2, "status": "REFUNDED", "taxCents": 472, "taxFormatted": "$4.72", "taxRate": 10,
			"totalCents": 5190, "totalFormatted": "$51.90"
		}, {
			"id": "InvoiceAmendmentLineItem-2", "amountCents": 501, "amountFormatted": "$5.01", "commissionAmountCents": null, "commissionAmountFormatted": null,
			"dispatched": null, "lineItem": null, "quantity": 2, "status": "REFUNDED", "taxCents": null, "taxFormatted": null, "taxRate": null,
			"totalCents": 501, "totalFormatted": "$5.01"
		}]
	}}`))
}

func TestInvoiceAmendmentFilters(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	for arguments, want := range map[string][]int{
		``:                {1, 2, 3},
		`(filters: {})`:   {1, 2, 3},
		`(filters: null)`: {1, 2, 3},
		`(filters: { createdSince: "2026-03-01T09:31:30Z" })`:                                        {2, 3},
		`(filters: { createdUntil: "2026-03-01T09:31:30Z" })`:                                        {1, 2},
		`(filters: { remittedSince: "2026-03-01T09:30:10Z" })`:                                       {1, 3},
		`(filters: { remittedUntil: "2026-03-01T09:30:10Z" })`:                                       {3},
		`(filters: { updatedSince: "2026-03-01T10:31:35Z" })`:                                        {3},
		`(filters: { updatedUntil: "2026-03-01T10:31:10Z" })`:                                        {1},
		`(filters: { createdSince: "2026-03-01T09:31:30Z", remittedSince: "2026-03-01T00:00:00Z" })`: {3},
		`(sort: null)`: {1, 2, 3},
		`(sort: { fields: [CREATED_AT], ordering: DESCENDING })`:              {3, 2, 1},
		`(sort: { fields: [UPDATED_AT], ordering: ASCENDING })`:               {1, 2, 3},
		`(sort: { fields: [REMITTED_AT] })`:                                   {3, 1, 2},
		`(sort: { fields: [REMITTED_AT, CREATED_AT], ordering: DESCENDING })`: {1, 3, 2},
	} {
		t.Run(arguments, func(t *testing.T) {
			t.Parallel()
			if got := b.listed(viewer.Viewer{}, `invoiceAmendments`, arguments); !slices.Equal(got, want) {
				t.Errorf("it selects %v, want %v", got, want)
			}
		})
	}
	if got, want := b.listed(north, `invoiceAmendments`, ``), []int{2, 3}; !slices.Equal(got, want) {
		t.Errorf("a seller's own are %v, want %v", got, want)
	}
	b.query(`{ invoiceAmendments(first: 0) { totalCount nodes { id } } }`).is(`{"invoiceAmendments": {"totalCount": 3, "nodes": []}}`)
	for _, arguments := range []string{`(sort: { fields: [] })`, `(last: 501)`, `(before: "nonsense")`} {
		b.run(viewer.Viewer{}, `{ invoiceAmendments`+arguments+` { nodes { id } } }`, nil).fails("BAD_USER_INPUT", "invoiceAmendments")
	}
}

func TestInvoiceAmendmentPagesMeet(t *testing.T) {
	t.Parallel()
	b := complaints(t)
	b.insert(amendment(99, 7, 3, 1, nil), amendment(98, 8, 3, 1, later(5)))
	if got, want := b.walked(`invoiceAmendments`, `sort: { fields: [REMITTED_AT], ordering: DESCENDING }`), []int{1, 3, 5, 4, 2}; !slices.Equal(got, want) {
		t.Errorf("the pages hold %v, want %v", got, want)
	}
}
