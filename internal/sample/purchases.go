package sample

import (
	"slices"

	"crier/internal/market"
)

// What adjusts invoices as a whole.
var (
	wrapping = market.AdjustmentAttributes{Type: market.AdjustmentFee, AmountCents: 350, Description: "Gift wrapping"}
	express  = market.AdjustmentAttributes{Type: market.AdjustmentFee, AmountCents: 900, Description: "Sent by express"}
	welcome  = market.AdjustmentAttributes{Type: market.AdjustmentPromotion, AmountCents: 300, Description: "Three off the first order", SourceID: new("welcome")}
)

// delivered is how most orders arrive, in about five days.
var delivered = []step{
	{hour, paid}, {20 * hour, sent(everything)}, {4 * hour, reported(market.ShipmentInfoReceived)}, {day, reported(market.ShipmentInTransit)},
	{2 * day, reported(market.ShipmentOutForDelivery)}, {5 * hour, reported(market.ShipmentDelivered)},
}

// arrived is delivered, and what happens after that.
func arrived(then ...step) []step { return slices.Concat(delivered, then) }

// purchases are the orders, the oldest first.
var purchases = []purchase{
	{50 * day, cart{things: 3, shops: 2}, arrived()},
	{48 * day, cart{things: 1, shops: 1}, arrived(
		step{3 * day, asked(market.RefundByBuyer, "The handle came off.", wish{reason: "Faulty"})},
		step{5 * hour, approved("Please send it back; the label follows.")},
		step{day, sentBack}, step{6 * hour, reportedBack(market.ShipmentInfoReceived)}, step{day, reportedBack(market.ShipmentInTransit)},
		step{2 * day, reportedBack(market.ShipmentDelivered)}, step{3 * hour, cameBack("Complete, and in its box.")},
		step{day, paidBack("Paid to the card it came from.")},
	)},
	{47 * day, cart{things: 2, shops: 1, pieces: 2}, arrived(
		step{20 * day, asked(market.RefundByBuyer, "I changed my mind.", wish{pieces: 1, reason: "No longer needed"})},
		step{day, denied("Outside the period for returns")},
	)},
	{45 * day, cart{things: 2, shops: 1, pieces: 2}, []step{
		{hour, became(market.OrderPaymentInProgress)}, {hour, became(market.OrderPaymentFailed)}, {day, became(market.OrderPaymentInProgress)}, {hour, paid},
		{day, sent(aPiece)}, {day, reported(market.ShipmentInTransit)}, {2 * day, reported(market.ShipmentDelivered)},
		{day, sent(everything)}, {2 * day, reported(market.ShipmentInTransit)}, {2 * day, reported(market.ShipmentDelivered)},
	}},
	{43 * day, cart{things: 2, shops: 2}, []step{{hour, became(market.OrderCheckout)}, {hour, became(market.OrderPaymentFailed)}, {3 * day, became(market.OrderAbandoned)}}},
	{41 * day, cart{things: 1, shops: 1, delivery: market.ClickAndCollect}, []step{{hour, paid}}},
	{39 * day, cart{things: 4, shops: 3, discount: 10}, arrived(step{6 * day, discontinued})},
	{37 * day, cart{things: 1, shops: 1, delivery: market.NoDispatch}, []step{{hour, paid}}},
	{36 * day, cart{things: 2, shops: 1}, []step{{hour, paid}, {8 * hour, amended(market.AmendmentCancelled, "Ordered by mistake")}}},
	{34 * day, cart{things: 3, shops: 1}, []step{
		{hour, paid}, {day, asked(market.RefundBySeller, "The last one broke when it was packed.", wish{reason: "Out of stock", status: market.RefundLineAccepted})},
		{hour, paidBack("With our apologies.")}, {hour, sent(everything)}, {2 * day, reported(market.ShipmentDelivered)},
	}},
	{32 * day, cart{things: 1, shops: 1, free: true}, arrived(
		step{4 * day, asked(market.RefundByAdmin, "The replacement has the same fault: taken back at no charge.", wish{reason: "Faulty"})},
		step{hour, approved("Back to the workshop with it.")}, step{day, sentBack}, step{3 * day, reportedBack(market.ShipmentDelivered)},
		step{hour, cameBack("On the bench.")}, step{hour, paidBack("Nothing was paid.")},
	)},
	{31 * day, cart{things: 2, shops: 1, extras: []market.AdjustmentAttributes{welcome}}, arrived(step{3 * day, goodwill(250, "A scratch that the buyer can live with")})},
	{30 * day, cart{things: 1, shops: 1}, []step{
		{hour, paid}, {day, sent(everything)}, {day, reported(market.ShipmentPending)}, {3 * day, reported(market.ShipmentException)},
		{12 * day, reported(market.ShipmentExpired)}, {day, amended(market.AmendmentRefunded, "Never arrived")},
	}},
	{28 * day, cart{things: 2, shops: 2}, arrived(step{6 * day, withdrawn})},
	{27 * day, cart{things: 1, shops: 1}, []step{
		{hour, paid}, {day, sent(everything)}, {2 * day, reported(market.ShipmentAttemptFail)}, {hour, reported(market.ShipmentAvailableForPickup)}, {2 * day, reported(market.ShipmentDelivered)},
	}},
	{24 * day, cart{things: 2, shops: 1, pieces: 2}, arrived(
		step{9 * day, asked(market.RefundByBuyer, "One of them is another colour.", wish{pieces: 1, reason: "Wrong item"}, wish{line: 1, reason: "No longer needed"})},
		step{day, approved("Please send both back.")}, step{3 * day, sentBack}, step{day, reportedBack(market.ShipmentInTransit)},
	)},
	{22 * day, cart{things: 3, shops: 1}, arrived(
		step{5 * day, asked(market.RefundByBuyer, "It is smaller than in the picture.", wish{line: 1, reason: "Not as described"})},
		step{day, approved("Agreed.")}, step{2 * day, sentBack}, step{3 * day, reportedBack(market.ShipmentDelivered)}, step{5 * hour, cameBack("Not used.")},
	)},
	{19 * day, cart{things: 1, shops: 1}, arrived(step{12 * day, asked(market.RefundByBuyer, "A leg is loose.", wish{reason: "Damaged on the way"})})},
	{17 * day, cart{things: 2, shops: 2, discount: 15}, arrived()},
	{15 * day, cart{things: 2, shops: 1, pieces: 3}, []step{{hour, paid}, {2 * day, sent(aPiece)}, {day, reported(market.ShipmentInTransit)}, {3 * day, reported(market.ShipmentDelivered)}}},
	{12 * day, cart{things: 2, shops: 1}, []step{
		{hour, paid}, {day, asked(market.RefundByAdmin, "The buyer called: it takes too long.", wish{reason: "Takes too long to be sent"})}, {day, approved("Call it off.")},
	}},
	{10 * day, cart{things: 4, shops: 2, pieces: 3}, []step{{hour, became(market.OrderPendingReview)}}},
	{9 * day, cart{things: 3, shops: 1}, []step{
		{hour, paid}, {2 * day, asked(market.RefundBySeller, "One is out of stock, the other is late.",
			wish{reason: "Out of stock", status: market.RefundLineAccepted}, wish{line: 1, reason: "Takes too long to be sent"})},
	}},
	{8 * day, cart{things: 3, shops: 2, pieces: 2}, []step{{hour, paid}, {day, firstSent(everything)}, {day, reported(market.ShipmentInTransit)}}},
	{6 * day, cart{things: 2, shops: 1, extras: []market.AdjustmentAttributes{wrapping}}, []step{
		{hour, paid}, {day, sent(everything)}, {day, reported(market.ShipmentInTransit)}, {2 * day, reported(market.ShipmentOutForDelivery)},
	}},
	{5 * day, cart{things: 1, shops: 1}, []step{{hour, became(market.OrderCheckout)}}},
	{4 * day, cart{things: 2, shops: 1}, []step{{hour, became(market.OrderPaymentInProgress)}}},
	{3 * day, cart{things: 1, shops: 1}, []step{{hour, became(market.OrderPaymentInProgress)}, {hour, became(market.OrderPaymentFailed)}}},
	{3 * day, cart{things: 3, shops: 3}, []step{{hour, paid}, {day, sent(everything)}, {5 * hour, reported(market.ShipmentInfoReceived)}}},
	{2 * day, cart{things: 1, shops: 1, extras: []market.AdjustmentAttributes{express, wrapping}}, []step{{hour, paid}}},
	{day, cart{things: 2, shops: 2, delivery: market.ClickAndCollect}, []step{{hour, paid}}},
	{8 * hour, cart{things: 3, shops: 2}, []step{{hour, paid}}},
	{3 * hour, cart{things: 1, shops: 1}, nil},
}
