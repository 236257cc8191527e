package market

import "strings"

// AddressAttributes is what an input says of an address. A new one needs
// Address, City, Country and Postcode; in an update what is absent stays.
type AddressAttributes struct {
	// ID may name the owner's present address, and nothing else.
	ID         *string
	Address    Opt[string]
	City       Opt[string]
	Country    Opt[CountryAttributes]
	Postcode   Opt[string]
	State      Opt[StateAttributes]
	Subaddress Opt[string]
}

// CountryAttributes names a country by its code of ISO 3166-1 alpha-2, in any case, or its global id.
type CountryAttributes struct{ Code, ID *string }

// StateAttributes names a state of the address's country by its global id, its
// name or its code, the latter two in any case; where several are given, all must fit.
type StateAttributes struct{ ID, Name, Short *string }

// fillAddress checks what in says and sets it on current, which the unit
// loaded, or on a new address where current is nil. keepAddress stores a new one.
func fillAddress(p *problems, path string, in AddressAttributes, current *Address) *Address {
	if in.ID != nil && (current == nil || !names(*in.ID, current.Ref())) {
		p.missing(at(path, "id"))
	}
	a := current
	if a == nil {
		a = &Address{}
	}
	required(p, at(path, "address"), in.Address, &a.Address, nameLimit)
	required(p, at(path, "city"), in.City, &a.City, nameLimit)
	required(p, at(path, "postcode"), in.Postcode, &a.Postcode, 32)
	optional(p, at(path, "subaddress"), in.Subaddress, &a.Subaddress, nameLimit)
	fillCountry(p, at(path, "country"), in.Country, a)
	fillState(p, at(path, "state"), in.State, a)
	return a
}

// keepAddress stores a new address with its owner, a Seller or an Order, and
// returns its number for the owner's reference; one that is stored already stays as it is.
func (u *unit) keepAddress(a *Address, owner Ref) (*int64, error) {
	if a.Num == 0 {
		switch owner.Type {
		case "Seller":
			a.SellerID = &owner.Num
		case "Order":
			a.OrderID = &owner.Num
		}
		if err := u.add(a); err != nil {
			return nil, err
		}
	}
	num := a.Num
	return &num, nil
}

// addressOf loads an owner's address for change; nil where it has none.
func (u *unit) addressOf(num *int64) (*Address, error) {
	if num == nil {
		return nil, nil
	}
	t, err := u.load(Ref{"Address", *num})
	if err != nil {
		return nil, err
	}
	return t.entity.(*Address), nil
}

// fillCountry sets the country; a state of another one goes with it.
func fillCountry(p *problems, field string, in Opt[CountryAttributes], a *Address) {
	if in.Value == nil {
		if in.Set || a.CountryCode == "" {
			p.add(field, "can't be blank")
		}
		return
	}
	country := in.Value.country()
	if country == nil {
		p.add(field, `is not a country: give its code of ISO 3166-1, as in "AU", or its id`)
		return
	}
	a.CountryCode = country.Code
	if s := a.State(); s != nil && s.CountryCode() != country.Code {
		a.StateCode = ""
	}
}

// country is the country that the attributes name, nil where there is none or they disagree.
func (c CountryAttributes) country() *Country {
	var named *Country
	if c.Code != nil {
		named = CountryByCode(strings.ToUpper(*c.Code))
	}
	if c.ID == nil {
		return named
	}
	ref, err := ParseID(*c.ID)
	if err != nil || ref.Type != "Country" || c.Code != nil && (named == nil || named.Num != ref.Num) {
		return nil
	}
	return CountryByNum(ref.Num)
}

// fillState sets the state, which must be one of the address's country.
func fillState(p *problems, field string, in Opt[StateAttributes], a *Address) {
	if !in.Set {
		return
	}
	a.StateCode = ""
	country := a.Country()
	if in.Value == nil || country == nil {
		return
	}
	if *in.Value == (StateAttributes{}) {
		p.add(field, "needs an id, a short code or a name")
		return
	}
	for _, s := range country.Subdivisions() {
		if in.Value.fits(s) {
			a.StateCode = s.Code
			return
		}
	}
	p.add(field, "is not a state of %s", country.Name)
}

// fits reports whether everything that the attributes say is true of a state.
func (in StateAttributes) fits(s *State) bool {
	same := func(given *string, actual string) bool {
		return given == nil || strings.EqualFold(*given, actual)
	}
	return (in.ID == nil || names(*in.ID, Ref{"State", s.Num})) && same(in.Name, s.Name) && same(in.Short, s.ShortCode())
}
