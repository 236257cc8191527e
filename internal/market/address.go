package market

import "strings"

// Address is a postal address of a seller, or of the buyer of an order.
type Address struct {
	Base
	Address string
	City    string
	// CountryCode is the ISO 3166-1 alpha-2 code.
	CountryCode string `changed:"country"`
	Lat         *float64
	Lng         *float64
	Postcode    string
	// SellerID is set for a seller's own address, OrderID for a buyer's.
	SellerID *int64 `changed:"-"`
	OrderID  *int64 `changed:"-"`
	// StateCode is the ISO 3166-2 code, "" where none is given.
	StateCode  string `changed:"state"`
	Subaddress *string
}

var _ = register[Address](false, func(seller int64) []Cond {
	return []Cond{Any(
		[]Cond{Eq("seller_id", seller)},
		[]Cond{InQuery("order_id", Sub{Kind: "Invoice", Column: "order_id", Where: []Cond{Eq("seller_id", seller)}})},
	)}
})

// Ref names the address.
func (a *Address) Ref() Ref { return Ref{"Address", a.Num} }

// ID is the address's global id.
func (a *Address) ID() string { return a.Ref().ID() }

// parents of a buyer's address are named by the rules, which know whether it bills or ships.
func (a *Address) parents() []parent {
	if a.SellerID == nil {
		return nil
	}
	return []parent{{ref: Ref{"Seller", *a.SellerID}, field: "address"}}
}

// Country is the address's country.
func (a *Address) Country() *Country { return CountryByCode(a.CountryCode) }

// State is the address's state; nil where none is given.
func (a *Address) State() *State { return StateByCode(a.StateCode) }

// FullAddress is the address on one line, from the smallest place to the country.
func (a *Address) FullAddress() string {
	parts := []string{a.Address, a.City, a.Postcode}
	if a.Subaddress != nil {
		parts = append([]string{*a.Subaddress}, parts...)
	}
	if s := a.State(); s != nil {
		parts = append(parts, s.Name)
	}
	if c := a.Country(); c != nil {
		parts = append(parts, c.Name)
	}
	return strings.Join(compact(parts), ", ")
}

// compact drops the empty parts.
func compact(parts []string) []string {
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}
