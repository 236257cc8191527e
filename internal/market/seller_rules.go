package market

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// The account types of a seller.
const (
	AccountProspective = "PROSPECTIVE"
	AccountRetailer    = "RETAILER"
)

// SellerAttributes is what sellerCreate says of a seller. BusinessName,
// LegalBusinessName, Phone, EmailAddress and Address are needed.
type SellerAttributes struct {
	// AccountType is AccountProspective or AccountRetailer.
	AccountType string
	// BusinessRegistrationCode becomes the seller's BusinessNumber.
	BusinessRegistrationCode Opt[string]
	SellerUpdate
}

// SellerUpdate is what sellerUpdate says of a seller; what is absent stays.
type SellerUpdate struct {
	Address                         Opt[AddressAttributes]
	BaseDomesticShippingCost        Opt[string]
	BusinessName                    Opt[string]
	BusinessNumber                  Opt[string]
	DomesticShippingFreeThreshold   Opt[string]
	EmailAddress                    Opt[string]
	EmailCc                         Opt[string]
	InvoiceDispatchDaysThreshold    Opt[int64]
	LegalBusinessName               Opt[string]
	Logo                            Opt[ImageAttributes]
	MarketplaceShippingRulesEnabled Opt[bool]
	Metadata                        []Pair
	Mobile                          Opt[string]
	OpeningHours                    Opt[string]
	Phone                           Opt[string]
	StoreDescription                Opt[string]
	Tags                            Opt[[]string]
}

// CreateSeller adds a seller, who is online from the beginning. Only the operator may.
func (m *Market) CreateSeller(ctx context.Context, actor Actor, in SellerAttributes) (*Seller, error) {
	return commit(ctx, m, actor, func(u *unit) (*Seller, error) {
		if err := actor.operatorOnly(); err != nil {
			return nil, err
		}
		var p problems
		s := &Seller{AccountType: &in.AccountType, Online: true}
		if in.AccountType != AccountProspective && in.AccountType != AccountRetailer {
			p.add("account_type", "must be %s or %s", AccountProspective, AccountRetailer)
		}
		setBusinessNumber(&p, "business_registration_code", in.BusinessRegistrationCode, s)
		return s, u.saveSeller(&p, s, in.SellerUpdate)
	})
}

// UpdateSeller changes a seller: the one of the id, else the actor's own.
func (m *Market) UpdateSeller(ctx context.Context, actor Actor, sellerID *string, in SellerUpdate) (*Seller, error) {
	return commit(ctx, m, actor, func(u *unit) (*Seller, error) {
		if sellerID == nil {
			if actor.Seller == 0 {
				return nil, Refuse("seller_id", "can't be blank for a key of the operator")
			}
			own := Ref{"Seller", actor.Seller}.ID()
			sellerID = &own
		}
		var p problems
		s, err := find[Seller](u, &p, "seller_id", *sellerID)
		if s == nil || err != nil {
			return nil, cmp.Or(err, p.err())
		}
		return s, u.saveSeller(&p, s, in)
	})
}

// saveSeller checks all that the input says of a seller, then stores it.
func (u *unit) saveSeller(p *problems, s *Seller, in SellerUpdate) error {
	fillSeller(p, s, in)
	address, err := u.sellerAddress(p, s, in.Address)
	if err != nil {
		return err
	}
	var logo []picture
	if in.Logo.Value != nil {
		logo = append(logo, readPicture(p, "logo", *in.Logo.Value))
	}
	checkMetadata(p, "metadata", in.Metadata)
	if err := p.err(); err != nil {
		return err
	}
	if err := u.save(s); err != nil {
		return err
	}
	if address != nil {
		if s.AddressID, err = u.keepAddress(address, s.Ref()); err != nil {
			return err
		}
	}
	if in.Logo.Set {
		if err := u.setLogo(p, s, logo); err != nil {
			return err
		}
	}
	if err := u.setMetadata(p, "metadata", s.Ref(), in.Metadata); err != nil {
		return err
	}
	return p.err()
}

// sellerAddress is the address that the input makes of the seller's; nil where an update says nothing of it.
func (u *unit) sellerAddress(p *problems, s *Seller, in Opt[AddressAttributes]) (*Address, error) {
	if in.IsNull() {
		p.add("address", "can't be blank")
	}
	if s.Num != 0 && in.Value == nil {
		return nil, nil
	}
	current, err := u.addressOf(s.AddressID)
	if err != nil {
		return nil, err
	}
	return fillAddress(p, "address", in.Or(AddressAttributes{}), current), nil
}

// fillSeller sets what the input says of the seller's own row.
func fillSeller(p *problems, s *Seller, in SellerUpdate) {
	required(p, "business_name", in.BusinessName, &s.BusinessName, nameLimit)
	required(p, "legal_business_name", in.LegalBusinessName, &s.LegalBusinessName, nameLimit)
	required(p, "phone", in.Phone, &s.Phone, nameLimit)
	required(p, "email_address", in.EmailAddress, &s.EmailAddress, nameLimit)
	if in.EmailAddress.Set {
		emailAddress(p, "email_address", s.EmailAddress)
	}
	optional(p, "email_cc", in.EmailCc, &s.EmailCc, valueLimit)
	if in.EmailCc.Set && s.EmailCc != nil {
		for address := range strings.SplitSeq(*s.EmailCc, ",") {
			emailAddress(p, "email_cc", strings.TrimSpace(address))
		}
	}
	setBusinessNumber(p, "business_number", in.BusinessNumber, s)
	optional(p, "mobile", in.Mobile, &s.Mobile, nameLimit)
	optional(p, "opening_hours", in.OpeningHours, &s.OpeningHours, valueLimit)
	optional(p, "store_description", in.StoreDescription, &s.StoreDescription, proseLimit)
	optionalCount(p, "invoice_dispatch_days_threshold", in.InvoiceDispatchDaysThreshold, &s.InvoiceDispatchDaysThreshold)
	texts(p, "tags", in.Tags, &s.Tags, nameLimit)
	setFlag(in.MarketplaceShippingRulesEnabled, &s.MarketplaceShippingRulesEnabled)
	setCents(p, "domestic_shipping_free_threshold", in.DomesticShippingFreeThreshold, &s.DomesticShippingFreeThresholdCents)
	if in.BaseDomesticShippingCost.Value != nil {
		cost := &s.BaseDomesticShippingCostCents
		setCents(p, "base_domestic_shipping_cost", in.BaseDomesticShippingCost, &cost)
		if cost != nil {
			s.BaseDomesticShippingCostCents = *cost
		}
	}
}

// setBusinessNumber sets the number in the business register; null makes it empty.
func setBusinessNumber(p *problems, field string, in Opt[string], s *Seller) {
	if in.Set {
		s.BusinessNumber = in.Or("")
		checkText(p, field, s.BusinessNumber, nameLimit)
	}
}

// setLogo makes the one picture of the list, or none, the seller's logo; the former one goes.
func (u *unit) setLogo(p *problems, s *Seller, logo []picture) error {
	present, err := u.imagesOf(s.Ref())
	if err != nil {
		return err
	}
	s.LogoID = nil
	for _, c := range matchPictures(p, logo, present, func() *Image {
		return &Image{OwnerType: "Seller", OwnerID: s.Num, SellerID: s.Num}
	}) {
		if err := u.setImage(c.image, c.picture); err != nil {
			return fmt.Errorf("store the logo: %w", err)
		}
		s.LogoID = &c.image.Num
		present = slices.DeleteFunc(present, func(i *Image) bool { return i == c.image })
	}
	for _, former := range present {
		if err := u.removeImage(former); err != nil {
			return err
		}
	}
	return nil
}
