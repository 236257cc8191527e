package sample

import (
	"fmt"

	"crier/internal/market"
)

// wish is something of a line of an order's first invoice that is asked back.
type wish struct {
	// line counts the lines from zero; pieces is how many of it, 0 for all.
	line   int
	pieces int64
	reason string
	// status is where it starts; "" awaits a decision.
	status market.RefundLineStatus
}

// asked asks for a refund of the first invoice.
func asked(by market.RefundInitiator, note string, wishes ...wish) act {
	return func(l *loading, b *bought) error {
		actor, invoice := l.actor, b.invoices[0]
		if by == market.RefundBySeller {
			actor = l.seller(invoice)
		}
		lines, err := find[market.LineItem](l, market.Eq("invoice_id", invoice.Num))
		if err != nil {
			return err
		}
		in := market.RefundCreate{InvoiceID: invoice.ID(), InitiatedBy: &by, Notes: []string{note}, ExternalIDs: marked(fmt.Sprintf("REFUND-%04d", b.number))}
		for _, w := range wishes {
			in.LineItems = append(in.LineItems, w.attributes(lines[w.line]))
		}
		b.refund, err = l.market.CreateRefund(l.ctx, actor, in)
		return err
	}
}

// attributes ask for a wish.
func (w wish) attributes(line *market.LineItem) market.RefundLineAttributes {
	in := market.RefundLineAttributes{LineItemID: new(line.ID()), Quantity: w.pieces, Reason: &w.reason}
	if w.pieces == 0 {
		in.Quantity = line.Quantity
	}
	if w.status != "" {
		in.Status = &w.status
	}
	return in
}

// approved agrees to a refund.
func approved(note string) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.ApproveRefund(l.ctx, l.actor, b.refund.ID(), &note)
		return err
	}
}

// denied refuses a refund.
func denied(why string) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.DenyRefund(l.ctx, l.actor, b.refund.ID(), []string{why})
		return err
	}
}

// sentBack makes a parcel of all that is expected back.
func sentBack(l *loading, b *bought) error {
	lines, err := find[market.RefundRequestLineItem](l, market.Eq("refund_request_id", b.refund.Num), market.Eq("status", market.RefundLineAwaitingReturn))
	if err != nil {
		return err
	}
	in := market.ReturnShipmentCreate{
		RefundRequestID: b.refund.ID(), CarrierID: oneOf(l.random, l.carriers).ID(), TrackingNumber: l.trackingNumber(),
		DropOffURL: new(website("parcels") + "drop-off"), Note: new("The label is in the box."),
	}
	for _, line := range lines {
		in.Items = append(in.Items, market.ReturnedItemAttributes{LineItemID: line.ID(), Quantity: line.Quantity})
	}
	b.returned, err = l.market.CreateReturnShipment(l.ctx, l.actor, in)
	return err
}

// reportedBack is what the carrier says of the parcel that was sent back.
func reportedBack(state market.ShipmentState) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.CreateShipmentStatus(l.ctx, l.actor, b.returned.ID(), state)
		return err
	}
}

// cameBack records that what was expected back is there.
func cameBack(note string) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.ReturnRefund(l.ctx, l.actor, b.refund.ID(), market.RefundStep{Notes: []string{note}})
		return err
	}
}

// paidBack settles a refund.
func paidBack(note string) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.SettleRefund(l.ctx, l.actor, b.refund.ID(), market.RefundSettlement{RefundStep: market.RefundStep{Notes: []string{note}}})
		return err
	}
}

// amended takes all lines of the first invoice back at once, sent or not.
func amended(status market.AmendmentLineStatus, reason string) act {
	return func(l *loading, b *bought) error {
		in := market.AmendmentCreate{InvoiceID: b.invoices[0].ID()}
		err := l.eachLine(b, func(line *market.LineItem) error {
			in.RemittanceCents += line.TotalCents
			in.LineItems = append(in.LineItems, market.AmendmentLineAttributes{
				LineItemID: new(line.ID()), Quantity: line.Quantity, AmountCents: new(line.TotalCents), Reason: &reason, Status: status,
			})
			return nil
		})
		if err != nil {
			return err
		}
		_, err = l.market.CreateAmendment(l.ctx, l.actor, in)
		return err
	}
}

// goodwill gives some of the first invoice's money back, at the marketplace's expense.
func goodwill(cents int64, reason string) act {
	return func(l *loading, b *bought) error {
		_, err := l.market.CreateAmendment(l.ctx, l.actor, market.AmendmentCreate{
			InvoiceID: b.invoices[0].ID(),
			LineItems: []market.AmendmentLineAttributes{{AmountCents: &cents, Quantity: 1, Reason: &reason, Status: market.AmendmentRefunded}},
		})
		return err
	}
}
