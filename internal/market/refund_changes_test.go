package market_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crier/internal/market"
)

// The rows of the contract's table of events that refunds, returns and
// amendments cause, with the fields that each change names.
func TestChangesOfRefunds(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	ctx := t.Context()
	invoice := r.sold(2) // Invoice-1 with LineItem-1 of Variant-1
	item := r.item(invoice)
	id := func(kind string, num int64) string { return market.Ref{Type: kind, Num: num}.ID() }
	request := id("RefundRequest", 1)
	ask := func(in market.RefundCreate) func() error {
		in.InvoiceID = invoice.ID()
		return func() error { _, err := r.CreateRefund(ctx, operator, in); return err }
	}
	settle := func(request string, in market.RefundSettlement) func() error {
		return func() error { _, err := r.SettleRefund(ctx, operator, request, in); return err }
	}
	amend := func(lines ...amendmentLine) func() error {
		return func() error { _, err := r.CreateAmendment(ctx, operator, amending(item, 0, lines...)); return err }
	}
	pairs := []market.Pair{{Key: "shop", Value: new("1")}}
	marked := func(l *refundLine) { l.ExternalIDs, l.Metadata, l.Notes = pairs, pairs, []string{"x"} }
	r.store.take()
	for _, step := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"asked", ask(market.RefundCreate{Notes: []string{"x"}, ExternalIDs: pairs, Metadata: pairs, LineItems: []refundLine{pieces(item, 1, undispatched, marked), pieces(item, 1, dispatched)}}), []string{
			"Invoice-1 update [lineItems refundRequests status statusFlags]", "RefundRequest-1 create", "RefundRequestLineItem-1 create", "RefundRequestLineItem-2 create",
		}},
		{"approved", func() error { _, err := r.ApproveRefund(ctx, operator, request, nil); return err }, []string{
			"Invoice-1 update [refundRequests statusFlags]", "RefundRequest-1 update [lineItems refundAmountCents status]",
			"RefundRequestLineItem-1 update [status]", "RefundRequestLineItem-2 update [status]",
		}},
		{"parcel", func() error {
			_, err := r.CreateReturnShipment(ctx, operator, r.parcelBack(&market.RefundRequest{Base: market.Base{Num: 1}}, 0, 1))
			return err
		}, []string{
			"RefundRequest-1 update [shipments]", "ReturnShipment-1 create",
		}},
		{"parcel log", func() error {
			_, err := r.CreateShipmentStatus(ctx, operator, id("ReturnShipment", 1), market.ShipmentInTransit)
			return err
		}, []string{
			"RefundRequest-1 update [shipments]", "ReturnShipment-1 update [statusLog]",
		}},
		{"parcel marked", func() error {
			_, err := r.UpsertExternalID(ctx, operator, id("ReturnShipment", 1), "k", "v", nil)
			return err
		}, []string{
			"ReturnShipment-1 update [externalIds]",
		}},
		{"request marked", func() error { _, err := r.UpsertMetadatum(ctx, operator, request, "k", "v"); return err }, []string{"RefundRequest-1 update [metadata]"}},
		{"line marked", func() error {
			_, err := r.UpsertMetadatum(ctx, operator, id("RefundRequestLineItem", 1), "k", "v")
			return err
		}, []string{"RefundRequestLineItem-1 update [metadata]"}},
		{"returned", func() error {
			_, err := r.ReturnRefund(ctx, operator, request, market.RefundStep{Notes: []string{""}, NewLineItems: []refundLine{amount(5, func(l *refundLine) { l.Notes = []string{"x"} })}})
			return err
		}, []string{
			"Invoice-1 update [refundRequests statusFlags]", "RefundRequest-1 update [lineItems notes refundAmountCents requestValueCents status totalCents]",
			"RefundRequestLineItem-2 update [status]", "RefundRequestLineItem-3 create",
		}},
		{"refunded", settle(request, market.RefundSettlement{}), []string{
			"Advert-1 update [variants]", "Invoice-1 update [amendments refundRequests statusFlags]", "InvoiceAmendment-1 create",
			"RefundRequest-1 update [cashAmountCents lineItems refundedAt status]",
			"RefundRequestLineItem-1 update [status]", "RefundRequestLineItem-2 update [status]", "RefundRequestLineItem-3 update [status]",
			"Variant-1 update [buyable countOnHand]",
		}},
		{"asked again", ask(market.RefundCreate{LineItems: []refundLine{amount(1)}}), []string{
			"Invoice-1 update [refundRequests]", "RefundRequest-2 create", "RefundRequestLineItem-4 create",
		}},
		{"denied", func() error {
			_, err := r.DenyRefund(ctx, operator, id("RefundRequest", 2), []string{"no"})
			return err
		}, []string{
			"Invoice-1 update [refundRequests]", "RefundRequest-2 update [lineItems notes status totalCents]", "RefundRequestLineItem-4 update [denyRefundReason status]",
		}},
		{"amended by an amount", amend(amendmentLine{Quantity: 1, Status: market.AmendmentRefunded, AmountCents: new(int64(10))}), []string{
			"Invoice-1 update [amendments]", "InvoiceAmendment-2 create",
		}},
		{"amended by the last piece", amend(taking(item, 1, market.AmendmentRefunded)), []string{
			"Invoice-1 update [amendments lineItems status statusFlags]", "InvoiceAmendment-3 create",
		}},
		{"another order", func() error { invoice = r.paid(line(r.variant, 2)); item = r.item(invoice); return nil }, []string{
			"Advert-1 update [variants]", "Invoice-2 create", "Order-2 create", "Variant-1 update [buyable countOnHand]",
		}},
		{"the first money goes back", func() error {
			return amend(amendmentLine{Quantity: 1, Status: market.AmendmentRefunded, AmountCents: new(int64(1))})()
		}, []string{
			"Invoice-2 update [amendments statusFlags]", "InvoiceAmendment-4 create",
		}},
		{"called off", func() error { return amend(taking(item, 2, market.AmendmentCancelled))() }, []string{
			"Advert-1 update [variants]", "Invoice-2 update [amendments lineItems status statusFlags]", "InvoiceAmendment-5 create", "Variant-1 update [buyable countOnHand]",
		}},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, r.store.take()); diff != "" {
			t.Errorf("%s:\n%s", step.name, diff)
		}
	}
}

// Every change of a refund is its seller's to see.
func TestChangesOfRefundsBelongToTheirSeller(t *testing.T) {
	t.Parallel()
	r := newRefunds(t)
	must(r.CreateReturnShipment(t.Context(), operator, r.other()))
	r.requestIn(market.RefundRefunded)
	seen := map[string]bool{}
	for _, c := range r.store.changes {
		seen[c.Subject.Type] = true
		if c.Subject.Type != "Seller" && !slices.Equal(c.Sellers, []int64{r.seller.Num}) {
			t.Errorf("%s %s is of %v", c.Subject, c.Action, c.Sellers)
		}
	}
	for _, kind := range []string{"RefundRequest", "RefundRequestLineItem", "ReturnShipment", "InvoiceAmendment"} {
		if !seen[kind] {
			t.Errorf("no change of a %s", kind)
		}
	}
}
