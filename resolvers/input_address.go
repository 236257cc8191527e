package resolvers

import (
	"crier/graph"
	"crier/internal/market"
)

// addressInput is what an input says of an address.
func addressInput(in graph.AddressInput) market.AddressAttributes {
	return market.AddressAttributes{
		ID:       in.ID.Value(),
		Address:  opt(in.Address),
		City:     opt(in.City),
		Country:  optAs(in.Country, countryInput),
		Postcode: opt(in.Postcode),
		State: optAs(in.State, func(s graph.StateInput) market.StateAttributes {
			return market.StateAttributes{ID: s.ID.Value(), Name: s.Name.Value(), Short: s.Short.Value()}
		}),
		Subaddress: opt(in.Subaddress),
	}
}

func countryInput(in graph.CountryInput) market.CountryAttributes {
	return market.CountryAttributes{Code: in.Code.Value(), ID: in.ID.Value()}
}
