package resolvers_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"crier/internal/market"
)

// The parties of the rights tests. Each numbers its entities from its own
// number on, so that a number, a sum and an id tell whose they are.
const (
	house    int64 = 1         // the marketplace itself
	owner    int64 = 1_001     // a seller, whose entities are the examples
	stranger int64 = 7_000_001 // another seller
)

// The words that stand in all texts of a party's entities. What the house shares
// with all has no word of its own.
const (
	ownersWord    = "owners-own"
	strangersWord = "strangers-own"
	operatorsWord = "operators-own"
)

// world is a marketplace with an example of every kind for each party that can
// have one. Both sellers' entities hang on the same taxon, order and so on.
type world struct {
	*bundle
	schema   *ast.Schema
	entities []market.Entity
}

// furnished makes the examples of all parties.
func furnished(t *testing.T) *world {
	t.Helper()
	return furnishedFor(t, owner, stranger)
}

// furnishedFor makes the examples of the house and of some sellers.
func furnishedFor(t *testing.T, sellers ...int64) *world {
	t.Helper()
	w := &world{bundle: setup(t), schema: wholeSchema()}
	w.resolver.Payloads, w.resolver.SiteURL = w.store, "https://site.example"
	var all []market.Entity
	for _, party := range append([]int64{house}, sellers...) {
		own := w.beside(party, sellers)
		for _, kind := range market.Kinds() {
			if has(party, kind) {
				own = append(own, w.example(kind, party, sellers))
			}
		}
		all = append(append(all, own...), w.attached(party, own)...)
	}
	w.insert(all...)
	w.entities = all
	return w
}

// beside are the entities that a party has beside one of each kind: the house a
// taxon above, one below and a seller that left; a seller adverts in other
// states, an order that no other seller is in, and events about other classes.
func (w *world) beside(party int64, sellers []int64) []market.Entity {
	another := func(kindName string, num int64) market.Entity {
		kind, _ := market.KindOf(kindName)
		e := w.example(kind, party, sellers)
		reflect.ValueOf(e).Elem().FieldByName("Num").SetInt(num)
		return e
	}
	if party == house {
		above, below := another("Taxon", house+1).(*market.Taxon), another("Taxon", house+2).(*market.Taxon)
		above.ParentID, below.ParentID = nil, new(house)
		closed := another("Seller", house).(*market.Seller)
		closed.DeletedAt = new(deletion)
		return []market.Entity{above, below, closed}
	}
	unpublished, deleted := another("Advert", party+1).(*market.Advert), another("Advert", party+2).(*market.Advert)
	unpublished.Published, deleted.DeletedAt = false, new(deletion)
	hidden, gone := another("Variant", party+1).(*market.Variant), another("Variant", party+2).(*market.Variant)
	hidden.AdvertID, gone.AdvertID, gone.DeletedAt = unpublished.Num, deleted.Num, new(deletion)
	alone, invoice := another("Order", party).(*market.Order), another("Invoice", party+1).(*market.Invoice)
	alone.SellerIDs, invoice.OrderID = []int64{party}, party
	all := []market.Entity{unpublished, deleted, hidden, gone, alone, invoice}
	for i, field := range w.schema.Types["WebhookEvent"].Fields {
		if kind, ok := market.KindOf(field.Type.Name()); ok && kind.Class {
			event := another("WebhookEvent", party+1+int64(i)).(*market.WebhookEvent)
			event.ChangeID, event.SubjectType = event.Num, kind.Name
			all = append(all, event)
		}
	}
	return all
}

// attached are the external ids, metadata and pictures that a party's entities can have by the schema.
func (w *world) attached(party int64, entities []market.Entity) []market.Entity {
	var all []market.Entity
	for i, e := range entities {
		ref, definition := e.Ref(), w.schema.Types[e.Ref().Type]
		if definition == nil {
			continue
		}
		f, b := filler{schema: w.schema, kind: ref.Type, party: party}, base(i)
		b.Num = party + 1 + int64(i)
		if definition.Fields.ForName("externalIds") != nil {
			all = append(all, &market.ExternalID{Base: b, Key: "key", OwnerType: ref.Type, OwnerID: ref.Num, Value: fmt.Sprintf("%s-%d", f.text("ExternalID"), i)})
		}
		if m := definition.Fields.ForName("metadata"); m != nil && m.Type.Name() == "Metadatum" {
			all = append(all, &market.Metadatum{Base: b, Key: "key", OwnerType: ref.Type, OwnerID: ref.Num, Value: f.text("Metadatum")})
		}
		if definition.Fields.ForName("images") != nil {
			all = append(all, &market.Image{Base: b, OwnerType: ref.Type, OwnerID: ref.Num, SellerID: party, SourceURL: new("https://img.example/" + f.text("Image"))})
		}
	}
	return all
}

// withHouse are the kinds of which both the house and each seller have an example.
var withHouse = []string{"Address", "EventPayload", "Image", "ImageData", "MarketplacerAPIKey", "Webhook", "WebhookEvent", "WebhookEventResponse"}

// has reports whether a party has an example of a kind.
func has(party int64, kind market.Kind) bool {
	switch {
	case kind.Name == "ExternalID" || kind.Name == "Metadatum":
		return false // They are attached to others.
	case shared(kind.Name):
		return party == house
	}
	return party != house || slices.Contains(withHouse, kind.Name)
}

// shared reports whether all parties meet in the example of a kind.
func shared(kindName string) bool { return slices.Contains(sharedKinds, kindName) }

// example makes a party's entity of a kind, with every attribute set.
func (w *world) example(kind market.Kind, party int64, sellers []int64) market.Entity {
	e := kind.New()
	f := filler{schema: w.schema, kind: kind.Name, party: party}
	f.fill("", reflect.ValueOf(e).Elem())
	switch e := e.(type) {
	case *market.Address:
		if e.SellerID, e.OrderID = new(party), nil; party == house {
			e.SellerID, e.OrderID = nil, new(house)
		}
	case *market.Image:
		if e.OwnerType, e.OwnerID = "Seller", party; party == house {
			e.OwnerType = "Brand"
		}
	case *market.Order:
		e.SellerIDs = sellers
	case *market.Taxon:
		e.ParentID = new(house + 1)
	case *market.Webhook:
		e.Type, e.RequiredScopes = "INVOICE", []string{"invoices:read"}
		for i := range e.Secrets {
			e.Secrets[i].ExpiresAt = new(time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)) // those that are over are not shown
		}
	case *market.WebhookEvent:
		e.Action, e.Status, e.SubjectType, e.SubjectNum = market.Update, market.EventSent, "Invoice", max(party, owner)
	}
	return e
}

// filler sets the attributes of one entity.
type filler struct {
	schema *ast.Schema
	kind   string
	party  int64
}

func (f filler) fill(name string, v reflect.Value) {
	switch v.Interface().(type) {
	case market.Deletion:
		return
	case market.Base:
		b := base(0)
		b.Num = f.party
		v.Set(reflect.ValueOf(b))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`{"text":"` + f.text(name) + `"}`))
		return
	case []byte:
		v.SetBytes([]byte(`"` + f.text(name) + `"`))
		return
	}
	switch v.Kind() {
	case reflect.Int64:
		v.SetInt(f.number(name))
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(f.word(name))
	default:
		f.fillMany(name, v)
	}
}

func (f filler) fillMany(name string, v reflect.Value) {
	if v.Type() == reflect.TypeOf(birth) {
		v.Set(reflect.ValueOf(birth))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		f.fill(name, v.Index(0))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"X-Text": f.text(name)}))
	default:
		panic("no value for " + f.kind + "." + name)
	}
}

// number is the party's own for what refers to something of its own, the
// example's for what refers to something shared, and otherwise some amount.
func (f filler) number(name string) int64 {
	reference, isReference := strings.CutSuffix(name, "ID")
	switch {
	case name == "SubjectNum":
		return f.party
	case name == "SellerID" && f.party == house:
		return 0
	case !isReference:
		return 10 + f.party
	case shared(referred(reference)):
		return house
	}
	return f.party
}

// referred is the kind that a reference leads to: that of its name, or else of
// all whose names end like the reference, or the other way round, the longest.
func referred(reference string) string {
	if _, ok := market.KindOf(reference); ok {
		return reference
	}
	found := ""
	for _, kind := range market.Kinds() {
		if (strings.HasSuffix(kind.Name, reference) || strings.HasSuffix(reference, kind.Name)) && len(kind.Name) > len(found) {
			found = kind.Name
		}
	}
	return found
}

// word is a value of the enum that the schema has for an attribute, or a text.
func (f filler) word(name string) string {
	switch name {
	case "CountryCode":
		return "AU"
	case "StateCode":
		return "AU-VIC"
	}
	if definition := f.schema.Types[f.kind]; definition != nil {
		for _, field := range definition.Fields {
			if t := f.schema.Types[field.Type.Name()]; strings.EqualFold(field.Name, name) && t.Kind == ast.Enum {
				return t.EnumValues[0].Name
			}
		}
	}
	return f.text(name)
}

// text says whose it is.
func (f filler) text(name string) string {
	word := strings.ToLower(fmt.Sprintf("%s-%s-%d", f.kind, name, f.party))
	switch {
	case f.party >= stranger:
		return strangersWord + "-" + word
	case f.party >= owner:
		return ownersWord + "-" + word
	case !shared(f.kind) && f.kind != "Image" && f.kind != "Address":
		return operatorsWord + "-" + word
	}
	return word
}
