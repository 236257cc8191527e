package resolvers

import (
	"context"
	"fmt"

	"crier/internal/market"
)

// amount is formatted for a field that is never null, where another currency is an error.
func (r *Resolver) amount(cents int64, code *string) (string, error) {
	text, err := r.formatted(&cents, code)
	if err != nil {
		return "", err
	}
	if text == nil {
		return "", badInput(fmt.Sprintf("amounts are in %s only: leave currency out, or ask for that one", r.Currency))
	}
	return *text, nil
}

// inUnits is cents in units of the currency.
func inUnits(cents int64) float64 { return float64(cents) / 100 }

// shippingDescription says how an invoice's goods are sent; "" where nothing is.
func shippingDescription(i *market.Invoice) string {
	switch {
	case i.DeliveryType != market.BuyOnline:
		return ""
	case i.ShippingCostCents == 0:
		return "Free delivery"
	}
	return "Delivery"
}

// shippingFrom says where an invoice's goods are sent from: the city, or else
// the state, or the country where there is none; nil where that is not known.
func shippingFrom(ctx context.Context, i *market.Invoice, city bool) (*string, error) {
	seller, err := required[market.Seller](ctx, i.SellerID)
	if err != nil {
		return nil, err
	}
	address, err := optional[market.Address](ctx, seller.AddressID)
	if err != nil || address == nil {
		return nil, err
	}
	state, country, from := address.State(), address.Country(), ""
	switch {
	case city:
		from = address.City
	case state != nil:
		from = state.Name
	case country != nil:
		from = country.Name
	}
	if from == "" {
		return nil, nil
	}
	message := "Ships from " + from
	return &message, nil
}

// globalID is the id of an entity of a kind; nil for none.
func globalID(typeName string, num *int64) *string {
	if num == nil {
		return nil
	}
	id := market.Ref{Type: typeName, Num: *num}.ID()
	return &id
}

// parcel is the shipment or return shipment that an entry of a status log is about.
func parcel(ctx context.Context, s *market.ShipmentStatus) (market.AnyShipment, error) {
	e, err := entity(ctx, s.Parcel())
	if err != nil {
		return nil, err
	}
	shipment, ok := e.(market.AnyShipment)
	if !ok {
		return nil, market.ErrNotFound
	}
	return shipment, nil
}
