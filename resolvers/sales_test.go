package resolvers_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

// The two sellers of the catalogue, with every right of a seller.
var (
	north = viewer.Viewer{Seller: 1}
	south = viewer.Viewer{Seller: 2}
)

// trade is the catalogue with both sellers online, a carrier, and a market with options.
func trade(t *testing.T, options market.Options) *bundle {
	t.Helper()
	b := catalogue(t)
	open := seller(1, "South Shop", false)
	open.Num, open.Online = 2, true
	commissioned := seller(0, "North Shop", true)
	commissioned.Num, commissioned.BaseCommissionRate = 1, new(12.5)
	b.update(open, commissioned)
	b.insert(&market.ShipmentCarrier{
		Base: base(0), Name: "Post", HomepageURL: new("https://post.example"), TrackingURL: new("https://post.example/track?n={tracking_number}&m=1"),
	})
	options.Now = ticking()
	b.market = market.New(b.store, options)
	b.resolver.Market, b.resolver.Payloads = b.market, b.store
	return b
}

// ticking is a clock that goes on by a second each time it is read.
func ticking() func() time.Time {
	var mu sync.Mutex
	now := birth.Add(24 * time.Hour)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

// orderOfThree makes order 1 with three invoices: 1 of North Shop, 2 of South
// Shop, and 3 of South Shop that the buyer collects.
var orderOfThree = ids(`mutation { orderCreate(input: {
	clientMutationId: "c-1"
	order: {
		firstName: "Given", surname: "Family", emailAddress: "Buyer@mail.example", phone: "555", companyName: "Office", messageToSeller: "Ring twice"
		billingFirstName: "Bill", billingSurname: "Payer", billingEmailAddress: "bill@mail.example", billingPhone: "556", billingCompanyName: "Accounts"
		address: { address: "2 Hill Road", subaddress: "Flat 3", city: "Hobart", postcode: "7000", country: { code: "AU" }, state: { short: "TAS" } }
		billingAddress: { address: "PO Box 1", city: "Hobart", postcode: "7001", country: { code: "AU" } }
		externalIds: [{ key: "shop", value: "W-1" }, { key: "till", value: "T-1" }], metadata: [{ key: "channel", value: "web" }], notes: "regular"
	}
	lineItems: [
		{ variantId: "Variant-1", quantity: 2, cost: { amount: 5190, taxRate: 10.0 }, postage: { amount: 500, tax: 45 }, totalCents: 5690
			externalIds: [{ key: "line", value: "L-1" }], metadata: [{ key: "gift", value: "yes" }] }
		{ variantId: "Variant-6", quantity: 3, cost: { amount: 3000, tax: 300 }, postageCents: 250 }
		{ variantId: "Variant-6", quantity: 1, cost: { amount: 1000 }, deliveryType: CLICK_AND_COLLECT }
	]
}) { clientMutationId status errors { field messages } order { id } } }`)

// sales is trade with order 1 placed and paid.
func sales(t *testing.T) *bundle {
	t.Helper()
	b := trade(t, market.Options{})
	b.query(orderOfThree).is(ids(`{"orderCreate": {"clientMutationId": "c-1", "status": 200, "errors": null, "order": {"id": "Order-1"}}}`))
	return b
}

// shipped is sales with shipment 1: one of the two pieces of North Shop's line item.
func shipped(t *testing.T) *bundle {
	t.Helper()
	b := sales(t)
	b.queryAs(north, ship("A B/1", 1)).is(ids(`{"shipmentCreate": {"clientMutationId": "s", "status": 200, "errors": null, "shipment": {"id": "Shipment-1"}}}`))
	return b
}

// ship is the mutation that sends pieces of line item 1.
func ship(trackingNumber string, quantity int64) string {
	number, _ := json.Marshal(trackingNumber)
	pieces, _ := json.Marshal(quantity)
	return ids(`mutation { shipmentCreate(input: { clientMutationId: "s", dispatchedAt: "2026-03-02T10:00:00+02:00", invoiceId: "Invoice-1", note: "fragile",
		postageCarrierId: "ShipmentCarrier-1", shippedItems: [{ lineItemId: "LineItem-1", quantity: ` + string(pieces) + ` }], trackingNumber: ` + string(number) + `
	}) { clientMutationId status errors { field messages } shipment { id } } }`)
}

// written finds ids as tests write them.
var written = regexp.MustCompile(`"([A-Z][A-Za-z]{4,})-([0-9]+)"`)

// ids puts global ids in the place of "Order-1" and the like, in a document or in JSON.
func ids(text string) string {
	return written.ReplaceAllStringFunc(text, func(name string) string {
		parts := written.FindStringSubmatch(name)
		num, _ := strconv.ParseInt(parts[2], 10, 64)
		return `"` + id(parts[1], num) + `"`
	})
}

// read decodes the data.
func (a answer) read(dest any) {
	a.t.Helper()
	if err := json.Unmarshal(a.Data, dest); err != nil {
		a.t.Fatalf("%v in %s", err, a.Data)
	}
}
