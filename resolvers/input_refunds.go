package resolvers

import (
	"context"
	"slices"

	"crier/graph"
	"crier/internal/document"
	"crier/internal/market"
)

// newRefund is what refundRequestCreate says of a refund request.
func newRefund(in graph.RefundRequestCreateMutationInput) market.RefundCreate {
	return market.RefundCreate{
		ExternalIDs: pairs(in.ExternalIds),
		InitiatedBy: in.InitiatedBy.Value(),
		InvoiceID:   in.InvoiceID,
		LineItems:   each(in.LineItems, refundLineInput),
		Metadata:    pairs(in.Metadata),
		Notes:       each(in.Notes, noteInput),
	}
}

func refundLineInput(in *graph.RefundRequestLineItemInput) market.RefundLineAttributes {
	return market.RefundLineAttributes{
		AmountPerItemCents: optInt(in.AmountPerItemCents).Value,
		Dispatched:         in.Dispatched.Value(),
		ExternalIDs:        pairs(in.ExternalIds),
		LineItemID:         in.LineItemID.Value(),
		Metadata:           pairs(in.Metadata),
		Notes:              each(in.Notes.Value(), noteInput),
		Quantity:           int64(in.Quantity),
		Reason:             in.Reason.Value(),
		Status:             in.Status.Value(),
	}
}

// noteInput is the text of a note; "" is a note without words.
func noteInput(in *graph.RefundRequestNoteInput) string { return deref(in.Note.Value()) }

// optNote is noteInput for a note that may be left out.
func optNote(in graph.RefundRequestApproveInput) *string {
	return optAs(in.Note, func(n graph.RefundRequestNoteInput) string { return noteInput(&n) }).Value
}

// returnStep is what refundRequestReturn adds to a refund request.
func returnStep(in graph.RefundRequestReturnMutationInput) market.RefundStep {
	return market.RefundStep{NewLineItems: each(in.NewLineItems.Value(), refundLineInput), Notes: each(in.Notes, noteInput)}
}

// settlement is what refundRequestRefund says.
func settlement(in graph.RefundRequestRefundMutationInput) market.RefundSettlement {
	return market.RefundSettlement{
		RefundStep:      market.RefundStep{NewLineItems: each(in.NewLineItems.Value(), refundLineInput), Notes: each(in.Notes, noteInput)},
		CashAmountCents: optInt(in.CashAmountCents).Value,
	}
}

// mayDecide refuses a decision about a refund where the viewer's scopes allow to
// ask for refunds only.
func mayDecide(ctx context.Context, decides bool) error {
	const scope = "refunds:manage"
	v, err := viewing(ctx)
	if err == nil && decides && !v.Can(scope) {
		return document.MissingScope(scope)
	}
	return err
}

// decided reports whether lines of a refund request are agreed to from the start.
func decided(lines []*graph.RefundRequestLineItemInput) bool {
	return slices.ContainsFunc(lines, func(l *graph.RefundRequestLineItemInput) bool {
		status := l.Status.Value()
		return status != nil && *status != market.RefundLinePending
	})
}

// newReturnShipment is what returnShipmentCreate says of a return shipment.
func newReturnShipment(in graph.ReturnShipmentCreateMutationInput) market.ReturnShipmentCreate {
	return market.ReturnShipmentCreate{
		CarrierID:   in.CarrierID,
		DropOffURL:  in.DropOffURL.Value(),
		ExternalIDs: pairs(in.ExternalIds),
		Items: each(in.ShippedItems, func(i *graph.ReturnShippedItemInput) market.ReturnedItemAttributes {
			return market.ReturnedItemAttributes{LineItemID: i.LineItemID, Quantity: int64(i.Quantity)}
		}),
		Metadata:        pairs(in.Metadata),
		Note:            in.Note.Value(),
		RefundRequestID: in.RefundRequestID,
		TrackingNumber:  in.TrackingNumber,
	}
}

// newAmendment is what invoiceAmendmentCreate says of an amendment.
func newAmendment(in graph.InvoiceAmendmentCreateMutationInput) market.AmendmentCreate {
	return market.AmendmentCreate{
		InvoiceID: in.InvoiceID,
		LineItems: each(in.LineItems, func(l *graph.InvoiceAmendmentLineItemInput) market.AmendmentLineAttributes {
			return market.AmendmentLineAttributes{
				AmountCents: optInt(l.AmountCents).Value,
				Dispatched:  l.Dispatched.Value(),
				LineItemID:  l.LineItemID.Value(),
				Quantity:    int64(l.Quantity),
				Reason:      l.Reason.Value(),
				Status:      l.Status,
				Total:       optAs(l.Total, moneyInput).Value,
			}
		}),
		RemittanceCents: int64(in.RemittanceCents),
	}
}
