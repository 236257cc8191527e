package chaos_test

import (
	"fmt"
	"strings"
	"testing"
)

// The classes of entities that the load changes, with the types of the schema.
const (
	advertType  = "Advert"
	variantType = "Variant"
)

// webhook is a registration of every scenario.
type webhook struct {
	path     string
	kind     string // type of its subjects
	actions  string // those it is registered for, as they are sent
	owner    int    // index of the seller; operator for the operator
	slots    int    // concurrentSendLimit
	document string
}

// operator owns webhooks that see every seller's entities.
const operator = -1

const (
	advertDocument  = `query($id: ID!) { node(id: $id) { ... on Advert { id title variants { nodes { countOnHand } } } } }`
	variantDocument = `query($id: ID!) { node(id: $id) { ... on Variant { id countOnHand advert { ... on Advert { title } } } } }`
)

// small has so few slots that its events wait in line.
var small = webhook{path: "/small", kind: advertType, actions: "create destroy", owner: operator, slots: 2, document: advertDocument}

var webhooks = []webhook{
	{path: "/adverts", kind: advertType, actions: "create update destroy", owner: operator, slots: 100, document: advertDocument},
	{path: "/variants", kind: variantType, actions: "create update destroy", owner: operator, slots: 100, document: variantDocument},
	{path: "/north-adverts", kind: advertType, actions: "update destroy", owner: 0, slots: 10, document: advertDocument},
	{path: "/south-variants", kind: variantType, actions: "create update", owner: 1, slots: 10, document: variantDocument},
	small,
}

// slots is how many requests of all webhooks can be under way at once.
func slots() int {
	sum := 0
	for _, w := range webhooks {
		sum += w.slots
	}
	return sum
}

// wants reports whether a webhook is told of an action on an entity of a seller.
func (w webhook) wants(e effect, seller int) bool {
	return w.kind == e.kind && (w.owner == operator || w.owner == seller) && strings.Contains(w.actions, e.action)
}

// effect is one event that a mutation causes for each webhook that wants it.
type effect struct{ kind, action string }

// mutation is what a client can do to an item: one advert with one variant.
type mutation struct {
	name     string
	document string
	effects  []effect
}

var (
	offer = mutation{"offer", `mutation($input: AdvertUpsertMutationInput!) {
		done: advertUpsert(input: $input) { errors { field messages } advert { id variants { nodes { id } } } } }`,
		[]effect{{advertType, "create"}, {variantType, "create"}}}
	retitle = mutation{"retitle", `mutation($input: AdvertUpsertMutationInput!) {
		done: advertUpsert(input: $input) { errors { field messages } } }`,
		[]effect{{advertType, "update"}}}
	restock = mutation{"restock", `mutation($input: VariantUpdateMutationInput!) {
		done: variantUpdate(input: $input) { errors { field messages } } }`,
		[]effect{{variantType, "update"}, {advertType, "update"}}}
	withdraw = mutation{"withdraw", `mutation($input: AdvertDeleteMutationInput!) {
		done: advertDelete(input: $input) { errors { field messages } } }`,
		[]effect{{advertType, "destroy"}, {variantType, "destroy"}}}
)

// item is an advert with one variant, and what one client did to it. The number
// of each mutation is its version, which titles and stock show.
type item struct {
	tag             string // first word of its title
	seller          int
	advert, variant string // global ids; "" where the answer to the offer was lost
	done            []mutation
	// lost is what was asked last where no answer came; the item is left alone then.
	lost *mutation
}

// input is what a mutation of an item is given.
func (i *item) input(m mutation, s shop) object {
	version := len(i.done) + 1
	title := fmt.Sprintf("%s v%d", i.tag, version)
	switch m.name {
	case offer.name:
		return object{"attributes": object{
			"sellerId": s.sellers[i.seller], "taxonId": s.taxon, "title": title, "price": "39.50", "attemptAutoPublish": true,
			"variants": []object{{"sku": i.tag, "countOnHand": version}},
		}}
	case retitle.name:
		return object{"advertId": i.advert, "attributes": object{"title": title}}
	case restock.name:
		return object{"variantId": i.variant, "attributes": object{"countOnHand": version}}
	default:
		return object{"id": i.advert}
	}
}

// shop is what items need.
type shop struct {
	sellers [2]string
	taxon   string
}

// open makes the shop.
func open(t *testing.T, a api) shop {
	t.Helper()
	const seller = `sellerCreate(input: { attributes: {
		businessName: "%s", legalBusinessName: "%[1]s Ltd", phone: "+1 555 0100", emailAddress: "shop@example.com", accountType: RETAILER
		address: { address: "1 Quay", city: "Portland", country: { code: "US" }, postcode: "97201" }
	} }) { errors { field messages } seller { id } }`
	var data struct {
		North, South struct{ Seller struct{ ID string } }
		Taxon        struct{ Taxon struct{ ID string } }
	}
	a.must(t, `mutation { north: `+fmt.Sprintf(seller, "North")+` south: `+fmt.Sprintf(seller, "South")+`
		taxon: taxonCreateOrUpdate(input: { title: "Pottery" }) { taxon { id } } }`, nil, &data)
	return shop{[2]string{data.North.Seller.ID, data.South.Seller.ID}, data.Taxon.Taxon.ID}
}

// register registers a webhook and returns its id.
func register(t *testing.T, a api, w webhook, s shop, receiver string) string {
	t.Helper()
	attributes := object{
		"type": strings.ToUpper(w.kind), "url": receiver + w.path, "queryString": w.document,
		"concurrentSendLimit": w.slots, "eventNames": strings.Fields(strings.ToUpper(w.actions)),
	}
	if w.owner != operator {
		attributes["sellerId"] = s.sellers[w.owner]
	}
	var data struct {
		WebhookCreate struct {
			Webhook *struct{ ID string }
			Errors  any
		}
	}
	a.must(t, `mutation($attributes: WebhookCreateInput!) { webhookCreate(input: { attributes: $attributes }) {
		webhook { id } errors { field messages } } }`, object{"attributes": attributes}, &data)
	if data.WebhookCreate.Webhook == nil {
		t.Fatalf("webhookCreate refuses %s: %v", w.path, data.WebhookCreate.Errors)
	}
	return data.WebhookCreate.Webhook.ID
}
