package main_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"pgregory.net/rapid"

	"crier/graph"
	"crier/internal/document/documenttest"
	"crier/internal/market"
)

// moments is how many mutations each place sees, at least: more where chance made
// few of them tell something.
const moments = 120

// TestWhatIsDeliveredIsWhatIsExecutedByHand changes a marketplace at random, with
// random documents of random owners registered, and compares every delivery with
// the same document, executed by the same owner over the API at the same moment: data
// and errors are equal byte for byte. What was destroyed is compared with how it
// was just before, save for updatedAt. No owner gets an event too many or too few.
func TestWhatIsDeliveredIsWhatIsExecutedByHand(t *testing.T) {
	t.Parallel()
	places(t, func(t *testing.T, p place) {
		s := stageAt(t, p)
		rapid.Check(t, func(t *rapid.T) {
			for range 5 {
				if s.done < moments || !s.enough() && s.done < 4*moments {
					s.done++
					s.moment(t)
				}
			}
		})
		if !s.enough() {
			t.Errorf("%d deliveries were compared, of which %d about what was destroyed and %d with errors", s.compared, s.destroyed, s.mistaken)
		}
		t.Logf("%d mutations made %d changes; %d deliveries were compared, of which %d about what was destroyed and %d with errors", s.done, s.changes, s.compared, s.destroyed, s.mistaken)
	})
}

// stage is a marketplace with webhooks of several owners.
type stage struct {
	*process
	receiver *receiver
	schema   *ast.Schema
	owners   []string // keys
	webhooks []stored
	// witnesses are the operator's webhooks for all events of each class, by type:
	// what changed is what they hear of.
	witnesses map[string]string
	known     map[string]bool // events
	bodies    map[string][]byte
	// fence is the subject of events that are asked for behind every change.
	fence string

	done, changes, compared, destroyed, mistaken int
}

// enough reports whether what is rare was among the deliveries.
func (s *stage) enough() bool { return s.compared >= moments && s.destroyed >= 5 && s.mistaken >= 5 }

// stored is a registered document.
type stored struct{ id, key, typeName, text, format, event string }

// stageAt starts a server and gives it sellers, keys and something to sell.
func stageAt(t *testing.T, p place) *stage {
	s := &stage{process: serve(t, p), receiver: receive(t, nil), schema: graph.NewExecutableSchema(graph.Config{}).Schema(),
		witnesses: map[string]string{}, known: map[string]bool{}, bodies: map[string][]byte{}}
	north, south := s.open(), s.open()
	s.fence = north.taxon
	s.owners = []string{operatorKey}
	for _, o := range []shop{north, south} {
		_, variant := s.advertise(o, "Teapot of "+o.seller)
		s.order(variant, 2)
		full, _ := s.scopedKey(o.seller, nil)
		few, _ := s.scopedKey(o.seller, []string{"adverts:read", "taxonomy:read", "sellers:read", "invoices:read", "webhooks:manage"})
		s.owners = append(s.owners, full, few)
	}
	s.owners = append(s.owners, s.key(object{"scopes": []string{"adverts:read", "orders:read", "invoices:read", "webhooks:manage"}}))
	for _, class := range s.schema.Types["WebhookKlassEnum"].EnumValues {
		if typeName, _ := market.TypeOfClass(class.Name); typeName != market.WebhookClass {
			s.witnesses[typeName], _ = s.register(class.Name, s.receiver.server.URL, "", nil)
		}
	}
	return s
}

// moment registers at times, changes something, and compares what is delivered.
func (s *stage) moment(t *rapid.T) {
	if len(s.webhooks) < 8 || rapid.IntRange(0, 2).Draw(t, "register") == 0 {
		s.registerRandom(t)
	}
	entities := s.entities()
	mutation := s.draw(t, entities)
	before := s.before(mutation, entities)
	s.ask(mutation, nil)
	for _, c := range s.changed(t) {
		s.changes++
		for _, w := range s.webhooks {
			if w.typeName == c.typeName && (w.event == "" || w.event == c.event) {
				s.compare(t, mutation, c, w, before)
			}
		}
	}
}

// registerRandom registers a random document of a random owner, in the place of an older one.
func (s *stage) registerRandom(t *rapid.T) {
	w := stored{key: rapid.SampledFrom(s.owners).Draw(t, "owner"), typeName: rapid.SampledFrom([]string{
		"Advert", "Advert", "Variant", "Variant", "Seller", "Taxon", "Order", "Invoice", "Invoice", "Shipment", "OptionType", "RefundRequest"}).Draw(t, "class")}
	w.text = documenttest.Random(t, s.schema, w.typeName)
	if w.typeName == "Advert" || w.typeName == "Variant" { // what goes, and what it was part of, is updated as it goes
		w.text = strings.ReplaceAll(w.text, "updatedAt", "createdAt")
	}
	w.event = rapid.SampledFrom([]string{"", "", "", "update", "create"}).Draw(t, "event")
	w.format = rapid.SampledFrom([]string{"ENVELOPE", "RAW", "STANDARD", "CLOUDEVENTS"}).Draw(t, "format")
	attributes := object{"type": market.ClassOf(w.typeName), "url": s.receiver.server.URL, "queryString": w.text, "format": w.format}
	if w.event != "" {
		attributes["eventName"] = strings.ToUpper(w.event)
	}
	data, errs := s.try(w.key, `mutation($attributes: WebhookCreateInput!) { webhookCreate(input: { attributes: $attributes }) {
		webhook { id } errors { field messages } } }`, object{"attributes": attributes})
	if errs != nil {
		t.Fatalf("%s: %v", w.text, errs)
	}
	if refused, _ := at(s.t, data, "webhookCreate", "errors").([]any); refused != nil {
		if at(s.t, refused, 0, "field") != "query_string" {
			t.Fatalf("%s: %v", w.text, refused)
		}
		return // its names are in each other's way, it selects nothing of its class, or it needs more than its owner has
	}
	w.id = text(s.t, data, "webhookCreate", "webhook", "id")
	if s.webhooks = append(s.webhooks, w); len(s.webhooks) > 14 {
		s.ask(`mutation($id: ID!) { webhookDelete(input: { webhookId: $id }) { status } }`, object{"id": s.webhooks[0].id})
		s.webhooks = s.webhooks[1:]
	}
}

// entities are the ids of what the marketplace holds, by type; "Sold" are invoices with a line of each.
func (s *stage) entities() map[string][]string {
	data := s.ask(`{
		advertsWhere(first: 30) { nodes { id variants(first: 5) { nodes { id } } } } sellersWhere(first: 20) { nodes { id } }
		taxons(first: 30) { nodes { id } } shipmentCarriers(first: 5) { nodes { id } } prototypes(first: 5) { nodes { id optionTypes { nodes { id optionValues { nodes { id } } } } } }
		invoices(first: 15) { nodes { id order { id } lineItems { id } shipments { id } refundRequests { id lineItems { id } } } }
	}`, nil)
	found := map[string][]string{}
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case object:
			if id, ok := v["id"].(string); ok {
				found[typeOf(id)] = append(found[typeOf(id)], id)
				lines, _ := v["lineItems"].([]any)
				for _, line := range lines {
					if typeOf(id) == "Invoice" {
						found["Sold"] = append(found["Sold"], id+" "+text(s.t, line, "id"))
					}
				}
			}
			for _, held := range v {
				walk(held)
			}
		case []any:
			for _, held := range v {
				walk(held)
			}
		}
	}
	walk(data)
	for _, ids := range found {
		slices.Sort(ids) // so that a draw means the same again
	}
	return found
}

// typeOf is the type that a global id tells.
func typeOf(id string) string {
	name, _ := base64.StdEncoding.DecodeString(id)
	typeName, _, _ := strings.Cut(string(name), "-")
	return typeName
}

// mutations are what can happen, often what destroys. <Type> is the id of one, <n>
// a number, <text> a text, <Sold list> the id of an invoice and the begin of a list with one of its lines. What the rules refuse changes nothing.
var mutations = []string{
	`advertUpsert(input: { attributes: { title: <text>, taxonId: <Taxon>, sellerId: <Seller>, price: "<n>.50", attemptAutoPublish: true, variants: [{ sku: <text>, countOnHand: <n> }] } })`,
	`advertUpsert(input: { advertId: <Advert>, attributes: { title: <text>, description: <text>, productFeatures: [<text>] } })`,
	`advertUpsert(input: { advertId: <Advert>, attributes: { price: "<n>", salePrice: "0.5", taxonId: <Taxon>, externalIds: [{ key: "erp", value: <text> }], metadata: [{ key: "k", value: <text> }] } })`,
	`advertUpsert(input: { advertId: <Advert>, attributes: { variants: [{ sku: "x", countOnHand: <n> }, { sku: <text> }], images: [{ sourceUrl: "https://img.example/<n>.png" }] } })`,
	`advertPublishedUpdate(input: { id: <Advert>, published: false })`,
	`advertPublishedUpdate(input: { id: <Advert>, published: true })`,
	`advertDelete(input: { id: <Advert> })`,
	`variantUpdate(input: { variantId: <Variant>, attributes: { countOnHand: <n>, barcode: <text>, price: "<n>" } })`,
	`variantDelete(input: { id: <Variant> })`,
	`sellerUpdate(input: { sellerId: <Seller>, attributes: { businessName: <text>, tags: [<text>], address: { city: <text> }, logo: { sourceUrl: "https://img.example/l<n>.png" } } })`,
	`sellerCreate(input: { attributes: { businessName: <text>, legalBusinessName: "West", phone: "1", emailAddress: "w@shop.example", accountType: RETAILER
		address: { address: "1 Pier", city: "Salem", postcode: "97301", country: { code: "US" } } } })`,
	`taxonCreateOrUpdate(input: { title: <text>, parentId: <Taxon> })`,
	`taxonCreateOrUpdate(input: { id: <Taxon>, title: <text>, externalIds: [{ key: "erp", value: <text> }] })`,
	`taxonCreateOrUpdate(input: { id: <Taxon>, parentId: <Taxon> })`,
	`prototypeCreateOrUpdate(input: { name: <text> })`,
	`optionTypeCreateOrUpdate(input: { name: <text>, appliedTo: VARIANT, fieldType: SINGLE_SELECT, prototypeIds: [<Prototype>] })`,
	`optionTypeCreateOrUpdate(input: { id: <OptionType>, displayName: <text>, optional: true })`,
	`optionValueCreateOrUpdate(input: { name: <text>, optionTypeId: <OptionType> })`,
	`orderCreate(input: { order: { firstName: <text>, emailAddress: "b@mail.example" }, lineItems: [{ variantId: <Variant>, quantity: 1 }, { variantId: <Variant>, quantity: 2 }] })`,
	`orderUpdate(input: { orderId: <Order>, status: NEW, attributes: { surname: <text>, phone: "<n>" } })`,
	`orderUpdate(input: { orderId: <Order>, status: COMPLETE })`,
	`shipmentCreate(input: { postageCarrierId: <ShipmentCarrier>, trackingNumber: <text>, dispatchedAt: "2026-03-01", invoiceId: <Sold shippedItems>, quantity: 1 }] })`,
	`shipmentUpdate(input: { shipmentId: <Shipment>, note: <text> })`,
	`shipmentStatusCreate(input: { shipmentId: <Shipment>, status: InTransit })`,
	`refundRequestCreate(input: { notes: [{ note: <text> }], invoiceId: <Sold lineItems>, quantity: 1, reason: <text> }] })`,
	`refundRequestReturn(input: { refundRequestId: <RefundRequest>, notes: [{ note: <text> }] })`,
	`refundRequestDeny(input: { refundRequestId: <RefundRequest>, notes: [{ note: <text> }] })`,
	`advertDelete(input: { id: <Advert> })`,
	`variantDelete(input: { id: <Variant> })`,
}

// draw is one mutation over entities that there are.
func (s *stage) draw(t *rapid.T, entities map[string][]string) string {
	for {
		mutation, missing := rapid.SampledFrom(mutations).Draw(t, "mutation"), false
		for mutation = strings.ReplaceAll(mutation, "<text>", "<text >"); strings.Contains(mutation, "<"); {
			open, end := strings.Index(mutation, "<"), strings.Index(mutation, ">")
			var value string
			switch name := mutation[open+1 : end]; {
			case name == "n":
				value = strconv.Itoa(rapid.IntRange(1, 50).Draw(t, "n"))
			case name == "text ":
				value = strconv.Quote(rapid.SampledFrom([]string{"Kettle", "Käse 🧀", "a & b", "it's", "x"}).Draw(t, "text") + strconv.Itoa(s.done))
			case strings.HasPrefix(name, "Sold "): // an invoice, and one of its lines in a list of that name
				invoice, line, _ := strings.Cut(rapid.SampledFrom(entities["Sold"]).Draw(t, name), " ")
				value = fmt.Sprintf("%q, %s: [{ lineItemId: %q", invoice, strings.TrimPrefix(name, "Sold "), line)
			case len(entities[name]) == 0:
				missing = true
			default:
				value = strconv.Quote(rapid.SampledFrom(entities[name]).Draw(t, name))
			}
			mutation = mutation[:open] + value + mutation[end+1:]
		}
		if !missing {
			return "mutation { " + mutation + " { status errors { field messages } } }"
		}
	}
}

// answer is what an execution gave: the exact bytes.
type answer struct{ data, errors string }

// byHand executes a document for a subject with a key.
func (s *stage) byHand(key, document, subject string) answer {
	var got struct{ Data, Errors json.RawMessage }
	s.post(key, document, object{"id": subject}, &got)
	return answerOf(got.Data, got.Errors)
}

// answerOf takes data that is not there for null.
func answerOf(data, errs json.RawMessage) answer {
	if data == nil {
		data = json.RawMessage("null")
	}
	return answer{string(data), string(errs)}
}

// delivered is the answer that a body holds.
func (s *stage) delivered(body []byte, format string) answer {
	var got struct {
		Data, Errors json.RawMessage
		Payload      struct{ Data, Errors json.RawMessage }
	}
	if err := json.Unmarshal(body, &got); err != nil {
		s.t.Fatalf("%s: %v", body, err)
	}
	switch format {
	case "ENVELOPE":
		return answerOf(got.Payload.Data, got.Payload.Errors)
	case "CLOUDEVENTS":
		var errs string // a list as a text
		if got.Errors != nil {
			if err := json.Unmarshal(got.Errors, &errs); err != nil {
				s.t.Fatalf("%s: %v", body, err)
			}
		}
		return answerOf(got.Data, json.RawMessage(errs))
	}
	return answerOf(got.Data, got.Errors)
}

// sight is the question whether an owner can see an entity.
const sight = `query($id: ID!) { node(id: $id) { id } }`

// execution tells apart executions of documents: whose, of what, for which entity.
type execution struct{ key, text, subject string }

// before executes what a mutation will destroy.
func (s *stage) before(mutation string, entities map[string][]string) map[execution]answer {
	taken := map[execution]answer{}
	if !strings.Contains(mutation, "Delete(") {
		return taken
	}
	for typeName, ids := range entities {
		for _, w := range s.webhooks {
			if w.typeName != typeName || typeName != "Advert" && typeName != "Variant" {
				continue
			}
			for _, id := range ids {
				if typeName == "Variant" || strings.Contains(mutation, strconv.Quote(id)) {
					taken[execution{w.key, w.text, id}] = s.byHand(w.key, w.text, id)
					taken[execution{w.key, sight, id}] = s.byHand(w.key, sight, id)
				}
			}
		}
	}
	return taken
}

// change is what happened to one entity, with the events that it made, by webhook.
type change struct {
	typeName, subject, event string
	events                   map[string]string
}

// changed are the changes since it was last asked for, all of whose events have arrived.
func (s *stage) changed(t *rapid.T) (changes []change) {
	data := s.ask(`mutation($id: ID!, $subject: ID!) { webhookTrigger(input: { webhookId: $id, subjectId: $subject }) { errors { field messages } webhookEvent { id } } }`,
		object{"id": s.witnesses["Taxon"], "subject": s.fence})
	last := text(s.t, data, "webhookTrigger", "webhookEvent", "id") // it has its place behind all of them
	page := s.ask(`{ webhookEvents(first: 300) { nodes { id webhook { id } subjectId eventName reason } } }`, nil)
	nodes, _ := at(s.t, page, "webhookEvents", "nodes").([]any)
	byChange := map[[2]string]*change{}
	for _, n := range slices.Backward(nodes) {
		id, webhook, subject := text(s.t, n, "id"), text(s.t, n, "webhook", "id"), text(s.t, n, "subjectId")
		if s.known[id] {
			continue
		}
		if s.known[id] = true; !s.arrived(id) {
			t.Fatalf("event %s of %v never arrives\n%s", id, n, s.logs)
		}
		if id == last || text(s.t, n, "reason") != "CHANGE" {
			continue
		}
		key := [2]string{subject, strings.ToLower(text(s.t, n, "eventName"))}
		if byChange[key] == nil {
			byChange[key] = &change{typeOf(subject), subject, key[1], map[string]string{}}
		}
		if byChange[key].events[webhook] != "" {
			t.Fatalf("webhook %s gets two events of one change: %v", webhook, n)
		}
		byChange[key].events[webhook] = id
	}
	for _, c := range byChange {
		if c.events[s.witnesses[c.typeName]] == "" {
			t.Fatalf("the operator hears nothing of %+v", *c)
		}
		changes = append(changes, *c)
	}
	return changes
}

// arrived waits for the body of an event.
func (s *stage) arrived(event string) bool {
	for s.bodies[event] == nil {
		select {
		case a := <-s.receiver.arrivals:
			s.bodies[a.header.Get("webhook-id")] = a.body
		case <-time.After(patience):
			return false
		}
	}
	return true
}

// compare holds what a webhook was sent about a change, or that it was sent
// nothing, to what its owner sees.
func (s *stage) compare(t *rapid.T, mutation string, c change, w stored, before map[execution]answer) {
	seen, shown := s.shownTo(t, c, w, before)
	event := c.events[w.id]
	if (event != "") != strings.Contains(seen.data, `"node":{`) {
		t.Fatalf("%s\nowner sees %s of %s %s, and has the event %q", mutation, seen.data, c.event, c.subject, event)
	}
	if event == "" {
		return
	}
	got := s.delivered(s.bodies[event], w.format)
	if got != shown {
		t.Fatalf("%s\n%s of %s\n%s\n delivered %s\n by hand   %s", mutation, c.event, c.subject, w.text, fmt.Sprint(got), fmt.Sprint(shown))
	}
	s.compared++
	if c.event == "destroy" {
		s.destroyed++
	}
	if got.errors != "" {
		s.mistaken++
	}
}

// shownTo is whether an owner sees an entity, and what its document shows of it.
func (s *stage) shownTo(t *rapid.T, c change, w stored, before map[execution]answer) (seen, shown answer) {
	if c.event != "destroy" {
		return s.byHand(w.key, sight, c.subject), s.byHand(w.key, w.text, c.subject)
	}
	shown, taken := before[execution{w.key, w.text, c.subject}]
	if !taken {
		t.Fatalf("%s is destroyed unexpectedly", c.subject)
	}
	return before[execution{w.key, sight, c.subject}], shown
}
