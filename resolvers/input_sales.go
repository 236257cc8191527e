package resolvers

import (
	"crier/graph"
	"crier/internal/market"
)

// newOrder is what orderCreate says of an order.
func newOrder(in graph.OrderCreateMutationInput) market.OrderCreate {
	return market.OrderCreate{
		Order: market.OrderAttributes{
			BuyerAttributes: newBuyer(in.Order),
			ExternalIDs:     pairs(in.Order.ExternalIds),
			Metadata:        pairs(in.Order.Metadata),
			Notes:           opt(in.Order.Notes),
		},
		LineItems: each(in.LineItems.Value(), lineItemInput),
		Invoices:  each(in.Invoices.Value(), invoiceInput),
	}
}

// newBuyer is what orderCreate says of the buyer.
func newBuyer(in *graph.OrderInput) market.BuyerAttributes {
	return market.BuyerAttributes{
		Address:             optAs(in.Address, addressInput),
		BillingAddress:      optAs(in.BillingAddress, addressInput),
		BillingCompanyName:  opt(in.BillingCompanyName),
		BillingEmailAddress: opt(in.BillingEmailAddress),
		BillingFirstName:    opt(in.BillingFirstName),
		BillingPhone:        opt(in.BillingPhone),
		BillingSurname:      opt(in.BillingSurname),
		CompanyName:         opt(in.CompanyName),
		EmailAddress:        opt(in.EmailAddress),
		FirstName:           opt(in.FirstName),
		MessageToSeller:     opt(in.MessageToSeller),
		Phone:               opt(in.Phone),
		Surname:             opt(in.Surname),
	}
}

// buyerChanges is what orderUpdate says of the buyer; nothing where in is nil.
func buyerChanges(in *graph.OrderUpdateInput) market.BuyerAttributes {
	if in == nil {
		return market.BuyerAttributes{}
	}
	return market.BuyerAttributes{
		Address:             optAs(in.Address, addressInput),
		BillingAddress:      optAs(in.BillingAddress, addressInput),
		BillingCompanyName:  opt(in.BillingCompanyName),
		BillingEmailAddress: opt(in.BillingEmailAddress),
		BillingFirstName:    opt(in.BillingFirstName),
		BillingPhone:        opt(in.BillingPhone),
		BillingSurname:      opt(in.BillingSurname),
		CompanyName:         opt(in.CompanyName),
		EmailAddress:        opt(in.EmailAddress),
		FirstName:           opt(in.FirstName),
		MessageToSeller:     opt(in.MessageToSeller),
		Phone:               opt(in.Phone),
		Surname:             opt(in.Surname),
	}
}

func invoiceInput(in *graph.InvoiceInput) market.InvoiceAttributes {
	return market.InvoiceAttributes{
		Adjustments: each(in.Adjustments.Value(), adjustmentInput),
		ExternalIDs: pairs(in.ExternalIds),
		LineItems:   each(in.LineItems, lineItemInput),
		Metadata:    pairs(in.Metadata),
		TotalCents:  optInt(in.TotalCents).Value,
	}
}

func lineItemInput(in *graph.LineItemInput) market.LineItemAttributes {
	return market.LineItemAttributes{
		Adjustments:  each(in.Adjustments.Value(), adjustmentInput),
		Cost:         optAs(in.Cost, moneyInput).Value,
		DeliveryType: in.DeliveryType.Value(),
		ExternalIDs:  pairs(in.ExternalIds),
		Metadata:     pairs(in.Metadata),
		Postage:      optAs(in.Postage, moneyInput).Value,
		PostageCents: optInt(in.PostageCents).Value,
		Quantity:     int64(in.Quantity),
		TotalCents:   optInt(in.TotalCents).Value,
		VariantID:    in.VariantID,
	}
}

func adjustmentInput(in *graph.AdjustmentInput) market.AdjustmentAttributes {
	return market.AdjustmentAttributes{
		AmountCents: int64(in.AmountCents),
		Description: in.Description,
		SourceID:    in.SourceID.Value(),
		Type:        in.AdjustmentType,
	}
}

func moneyInput(in graph.MoneyInputField) market.MoneyAttributes {
	return market.MoneyAttributes{
		Amount:  int64(in.Amount),
		Tax:     optInt(in.Tax).Value,
		TaxRate: in.TaxRate.Value(),
	}
}

// newShipment is what shipmentCreate says of a shipment.
func newShipment(in graph.ShipmentCreateMutationInput) market.ShipmentCreate {
	return market.ShipmentCreate{
		CarrierID:      in.PostageCarrierID,
		DispatchedAt:   in.DispatchedAt,
		InvoiceID:      in.InvoiceID,
		Items:          each(in.ShippedItems, shippedItemInput),
		Note:           in.Note.Value(),
		TrackingNumber: in.TrackingNumber,
	}
}

func shippedItemInput(in *graph.ShippedItemInput) market.ShippedItemAttributes {
	return market.ShippedItemAttributes{LineItemID: in.LineItemID, Quantity: int64(in.Quantity)}
}

// shipmentChanges is what shipmentUpdate says of a shipment.
func shipmentChanges(in graph.ShipmentUpdateMutationInput) market.ShipmentUpdate {
	return market.ShipmentUpdate{
		CarrierID:      optSet(in.PostageCarrierID),
		DispatchedAt:   optSet(in.DispatchedAt),
		Note:           opt(in.Note),
		TrackingNumber: optSet(in.TrackingNumber),
	}
}
