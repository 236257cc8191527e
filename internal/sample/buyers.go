package sample

import (
	"fmt"

	"crier/internal/market"
)

// towns are where buyers live; who they are is nobody.
var towns = []place{
	{"Springfield", "90000", "CA", "US"},
	{"Ballarat", "3350", "VIC", "AU"},
	{"Halifax", "B3H 1A1", "NS", "CA"},
	{"Salem", "97301", "OR", "US"},
	{"Leeds", "LS1 1AA", "LDS", "GB"},
	{"Nelson", "7010", "NSN", "NZ"},
	{"Bremen", "28195", "HB", "DE"},
	{"Launceston", "7250", "TAS", "AU"},
	{"Kelowna", "V1Y 1A1", "BC", "CA"},
	{"Sligo", "F91 A000", "", "IE"},
}

// buyers is how many different ones there are.
const buyers = 17

// messages are what buyers tell their sellers.
var messages = []string{"It is a present: please leave the invoice out.", "The bell is broken: please knock.", "No hurry."}

// orderOf makes up who places the n-th order.
func (l *loading) orderOf(n int) market.OrderAttributes {
	channel := oneOf(l.random, []string{"web", "web", "phone", "market stall"})
	in := market.OrderAttributes{
		BuyerAttributes: l.buyer(1 + l.random.IntN(buyers)), ExternalIDs: marked(fmt.Sprintf("ORDER-%04d", n)), Metadata: []market.Pair{{Key: "channel", Value: &channel}},
	}
	if l.chance(25) {
		in.MessageToSeller = market.Some(oneOf(l.random, messages))
	}
	if l.chance(20) {
		in.Notes = market.Some("Asked for the catalogue, too.")
	}
	return in
}

// buyer makes up the n-th buyer. One in four buys for a company.
func (l *loading) buyer(n int) market.BuyerAttributes {
	town := towns[n%len(towns)]
	surname, email, phone := fmt.Sprint("Buyer ", n), fmt.Sprintf("buyer%d@example.com", n), fmt.Sprintf("+1 555 0199 %02d", n)
	in := market.BuyerAttributes{
		FirstName: market.Some("Sample"), Surname: market.Some(surname), EmailAddress: market.Some(email), Phone: market.Some(phone),
		Address: market.Some(town.address(fmt.Sprintf("%d Sample Avenue", 100+n))),
	}
	if n%4 == 0 {
		company := fmt.Sprintf("Sample Company %d", n)
		in.CompanyName, in.BillingCompanyName = market.Some(company), market.Some(company)
		in.BillingFirstName, in.BillingSurname = market.Some("Sample"), market.Some("Bookkeeping")
		in.BillingEmailAddress, in.BillingPhone = market.Some("bills-"+email), market.Some(phone)
		in.BillingAddress = market.Some(town.address(fmt.Sprintf("%d Sample Square", n)))
	}
	return in
}
