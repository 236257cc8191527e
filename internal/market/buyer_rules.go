package market

import "fmt"

// BuyerAttributes is what orderCreate and orderUpdate say of the buyer. In an
// update what is absent stays, and a null clears.
type BuyerAttributes struct {
	Address             Opt[AddressAttributes]
	BillingAddress      Opt[AddressAttributes]
	BillingCompanyName  Opt[string]
	BillingEmailAddress Opt[string]
	BillingFirstName    Opt[string]
	BillingPhone        Opt[string]
	BillingSurname      Opt[string]
	CompanyName         Opt[string]
	EmailAddress        Opt[string]
	FirstName           Opt[string]
	MessageToSeller     Opt[string]
	Phone               Opt[string]
	Surname             Opt[string]
}

// fill checks what in says, the addresses apart, and sets it on a buyer.
func (in BuyerAttributes) fill(p *problems, b *Buyer) {
	optional(p, "billing_company_name", in.BillingCompanyName, &b.BillingCompanyName, nameLimit)
	optional(p, "billing_email_address", in.BillingEmailAddress, &b.BillingEmailAddress, nameLimit)
	optional(p, "billing_first_name", in.BillingFirstName, &b.BillingFirstName, nameLimit)
	optional(p, "billing_phone", in.BillingPhone, &b.BillingPhone, nameLimit)
	optional(p, "billing_surname", in.BillingSurname, &b.BillingSurname, nameLimit)
	optional(p, "company_name", in.CompanyName, &b.CompanyName, nameLimit)
	optional(p, "email_address", in.EmailAddress, &b.EmailAddress, nameLimit)
	optional(p, "first_name", in.FirstName, &b.FirstName, nameLimit)
	optional(p, "message_to_seller", in.MessageToSeller, &b.MessageToSeller, valueLimit)
	optional(p, "phone", in.Phone, &b.Phone, nameLimit)
	optional(p, "surname", in.Surname, &b.Surname, nameLimit)
	for field, given := range map[string]*string{"email_address": b.EmailAddress, "billing_email_address": b.BillingEmailAddress} {
		if given != nil {
			emailAddress(p, field, *given)
		}
	}
}

// setAddresses sets where the goods and the bill go, of a stored order.
func (u *unit) setAddresses(p *problems, order *Order, in BuyerAttributes) error {
	if err := u.setAddress(p, "address", in.Address, order, &order.AddressID); err != nil {
		return err
	}
	return u.setAddress(p, "billing_address", in.BillingAddress, order, &order.BillingAddressID)
}

// setAddress merges an input into the address that num names, makes a new one
// where there is none, and removes it for a null.
func (u *unit) setAddress(p *problems, path string, in Opt[AddressAttributes], order *Order, num **int64) error {
	if !in.Set {
		return nil
	}
	present, err := u.addressOf(*num)
	if err != nil {
		return fmt.Errorf("load the %s of %s: %w", path, order.Ref(), err)
	}
	if in.IsNull() {
		if present != nil {
			u.remove(present)
		}
		*num = nil
		return nil
	}
	before := len(p.fields)
	address := fillAddress(p, path, *in.Value, present)
	if len(p.fields) > before {
		return nil
	}
	*num, err = u.keepAddress(address, order.Ref())
	return err
}
