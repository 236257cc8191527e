package resolvers_test

import (
	"slices"
	"strings"
	"testing"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/viewer"
)

// TestRefundScopes holds what the schema asks of a key to the contract: to ask
// for a refund and to record what came back is writing, to decide is managing.
func TestRefundScopes(t *testing.T) {
	t.Parallel()
	documents := document.New(graph.NewExecutableSchema(graph.Config{}), document.Options{})
	for text, want := range map[string]string{
		`{ refundRequests { totalCount } }`:                                                                                                "refunds:read",
		`{ refundRequests { nodes { invoice { id } shipments { id } } } }`:                                                                 "invoices:read refunds:read shipments:read",
		`{ updatedRefundRequests(updatedSince: "2026-01-01") { totalCount } }`:                                                             "refunds:read",
		`{ refundReasons { id } }`:                                                                                                         "refunds:read",
		`{ invoiceAmendments { totalCount } }`:                                                                                             "invoices:read",
		`{ invoices { nodes { amendments { id } refundRequests { id } } } }`:                                                               "invoices:read refunds:read",
		`{ node(id: 1) { ... on ReturnShipment { shippedItems { lineItem { id } } } } }`:                                                   "refunds:read shipments:read",
		`mutation { refundRequestCreate(input: { invoiceId: 1, lineItems: [], notes: [] }) { status } }`:                                   "refunds:write",
		`mutation { refundRequestApprove(input: { refundRequestId: 1 }) { status } }`:                                                      "refunds:manage",
		`mutation { refundRequestDeny(input: { refundRequestId: 1, notes: [] }) { status } }`:                                              "refunds:manage",
		`mutation { refundRequestReturn(input: { refundRequestId: 1, notes: [] }) { status } }`:                                            "refunds:write",
		`mutation { refundRequestRefund(input: { refundRequestId: 1, notes: [] }) { refundRequest { id } } }`:                              "refunds:manage refunds:read",
		`mutation { returnShipmentCreate(input: { carrierId: 1, refundRequestId: 1, shippedItems: [], trackingNumber: "x" }) { status } }`: "shipments:write",
		`mutation { invoiceAmendmentCreate(input: { invoiceId: 1, lineItems: [], remittanceCents: 0 }) { status } }`:                       "invoices:manage",
	} {
		parsed, refused := documents.Parse(text)
		if refused != nil {
			t.Fatalf("%s: %v", text, refused)
		}
		if got := strings.Join(documents.RequiredScopes(parsed.Operations[0]), " "); got != want {
			t.Errorf("%s needs %q, want %q", text, got, want)
		}
	}
}

// TestRefundThatStartsAgreedToNeedsADecision holds that a key which may only
// ask for refunds cannot agree to them by the status of a line.
func TestRefundThatStartsAgreedToNeedsADecision(t *testing.T) {
	t.Parallel()
	b := sales(t)
	asking := viewer.Viewer{Seller: 1, Scopes: []string{"refunds:write"}}
	deciding := viewer.Viewer{Seller: 1, Scopes: []string{"refunds:manage"}}
	line := func(status string) string {
		return `{ lineItemId: "LineItem-1", quantity: 1, dispatched: false, status: ` + status + ` }`
	}
	create := func(lines ...string) string {
		return ids(`mutation { refundRequestCreate(input: { invoiceId: "Invoice-1", notes: [], lineItems: [` + strings.Join(lines, " ") + `] }) { status } }`)
	}
	for _, status := range []string{"REFUND_ACCEPTED", "AWAITING_RETURN"} {
		err := b.run(asking, create(line("null"), line(status)), nil).fails("MISSING_SCOPE", "refundRequestCreate")
		if err.Extensions["scope"] != "refunds:manage" {
			t.Errorf("the scope is %v", err.Extensions["scope"])
		}
		b.run(asking, ids(`mutation { refundRequestReturn(input: { refundRequestId: "RefundRequest-1", notes: [], newLineItems: [`+line(status)+`] }) { status } }`), nil).
			fails("MISSING_SCOPE", "refundRequestReturn")
	}
	if got := b.listed(viewer.Viewer{}, `refundRequests`, ``); len(got) > 0 {
		t.Errorf("there are the refund requests %v", got)
	}
	b.queryAs(asking, create(line("PENDING_APPROVAL"))).is(`{"refundRequestCreate": {"status": 200}}`)
	b.queryAs(deciding, create(line("REFUND_ACCEPTED"))).is(`{"refundRequestCreate": {"status": 200}}`)
	b.run(viewer.Viewer{ReadOnly: true}, create(line("null")), nil).fails("FORBIDDEN", "refundRequestCreate")
}

// TestRefundsOfOthersAreNotFound tries every mutation on what belongs to another seller, and on what does not exist.
func TestRefundsOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	b := returned(t)
	ask := `lineItems: [{ lineItemId: "LineItem-1", quantity: 1 }]`
	for mutation, field := range map[string]string{
		`refundRequestCreate(input: { invoiceId: "Invoice-%", notes: [], ` + ask + ` })`: "invoice_id",
		`refundRequestApprove(input: { refundRequestId: "RefundRequest-%" })`:            "refund_request_id",
		`refundRequestDeny(input: { refundRequestId: "RefundRequest-%", notes: [] })`:    "refund_request_id",
		`refundRequestReturn(input: { refundRequestId: "RefundRequest-%", notes: [] })`:  "refund_request_id",
		`refundRequestRefund(input: { refundRequestId: "RefundRequest-%", notes: [] })`:  "refund_request_id",
		`returnShipmentCreate(input: { refundRequestId: "RefundRequest-%", carrierId: "ShipmentCarrier-1", trackingNumber: "R-3",
			shippedItems: [{ lineItemId: "RefundRequestLineItem-1", quantity: 1 }] })`: "refund_request_id",
		`invoiceAmendmentCreate(input: { invoiceId: "Invoice-%", remittanceCents: 0, lineItems: [{ quantity: 1, amountCents: 1, status: REFUNDED }] })`: "invoice_id",
	} {
		for num, v := range map[string]viewer.Viewer{"1": south, "99": {}} {
			document := ids(`mutation { done: ` + strings.ReplaceAll(mutation, "%", num) + ` { status errors { field messages } } }`)
			b.queryAs(v, document).is(`{"done": {"status": 404, "errors": [{"field": "` + field + `", "messages": ["was not found"]}]}}`)
		}
		wrong := ids(`mutation { done: ` + strings.ReplaceAll(strings.ReplaceAll(mutation, "RefundRequest-%", "Order-1"), "Invoice-%", "Order-1") + ` { status errors { field } } }`)
		b.query(wrong).is(`{"done": {"status": 404, "errors": [{"field": "` + field + `"}]}}`)
	}
	if got := b.listed(viewer.Viewer{}, `refundRequests`, `(filters: { statuses: [REFUND_ACCEPTED] })`); !slices.Equal(got, []int{1}) {
		t.Errorf("the refund requests agreed to are %v, want 1 as it was", got)
	}
}
