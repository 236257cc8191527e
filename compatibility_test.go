package main_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Clients that were written for Marketplacer work unmodified: what an operator
// and its sellers ask over a marketplace's life, from each kind of client.
func TestMarketplacersClientsWorkUnmodified(t *testing.T) {
	t.Parallel()
	for name, c := range clients {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, c, serve(t, embedded(t)))
			theMarketplaceIsSetUp(s)
			aSellerLearnsTheCatalogue(s)
			sellersOfferTheirGoods(s)
			theirGoodsAreFound(s)
			ordersArrive(s)
			theyAreSent(s)
			someComeBack(s)
			otherSystemsLeaveTheirMarks(s)
			copiesAreKeptUpToDate(s)
			webhooksTellOfChanges(s)
			s.leavesNothingOut()
		})
	}
}

func theMarketplaceIsSetUp(s *session) {
	s.try("operator", "createSellers", "two")
	s.try("operator", "createKey", "of the northern seller")
	s.try("operator", "createKey", "of the southern seller")
	s.try("operator", "createBrands", "three")
	s.try("operator", "createPrototypes", "two")
	s.try("operator", "createOptionTypes", "of footwear")
	s.try("operator", "createOptionValues", "of colour and material")
	for _, level := range []string{"first level", "second level", "third level", "fourth level", "fifth level", "another tree"} {
		s.try("operator", "createTaxon", level)
	}
	s.try("operator", "createCarriers", "two")
	s.try("operator", "whoAmI", "the operator")
}

func aSellerLearnsTheCatalogue(s *session) {
	s.try("north", "whoAmI", "a seller")
	s.try("north", "getBrands", "first page")
	s.try("north", "getBrands", "last page")
	s.try("north", "getTaxonTree", "five levels")
	s.try("north", "getPrototypes", "two by their ids")
	s.try("north", "getPrototypes", "none")
}

func sellersOfferTheirGoods(s *session) {
	s.try("north", "upsertAdvert", "a boot, with everything")
	s.isPicture("boot.picture")
	s.try("north", "upsertAdvert", "a mug, not published")
	s.try("north", "upsertAdvert", "a sandal, sold out")
	s.try("north", "upsertAdvert", "a lantern without a price")
	s.try("south", "upsertAdvert", "a boot of the other seller")
	s.try("operator", "upsertAdvert", "a bowl that waits for vetting")
	s.try("north", "publishAdvert", "the mug")
	s.try("north", "publishAdvert", "the lantern, which has no price")
	s.try("north", "upsertAdvert", "its variants by id, external id and sku")
	s.try("north", "upsertAdvert", "what cannot be")
	s.try("north", "updateVariant", "of another seller")
	s.try("north", "updateVariant", "of an advert that is not published, by the id among the attributes")
	s.try("north", "updateVariant", "stock and a sale")
	s.try("north", "getAdvert", "with its variants")
	s.try("north", "getAdvert", "without them")
}

func theirGoodsAreFound(s *session) {
	s.try("operator", "pageAdverts", "first")
	s.try("operator", "pageAdverts", "second")
	s.names["bowl.number"] = fmt.Sprint(s.names["bowl.legacyId"])
	for _, filter := range []string{
		"without any filter", "by keywords", "by its number among keywords", "by anything, a part of the title", "by anything, a sku", "by anything, a barcode", "by brand",
		"by legacy id", "by seller", "on display", "not on display", "featured", "in stock", "out of stock", "by taxon",
		"by a whole tree of taxons", "by title", "by barcode", "by skus", "not vetted", "by external id",
		"by an external id, one value without its list", "created since", "created until", "newest first", "by the last change",
		"by several at once", "by an empty list",
	} {
		s.try("operator", "findAdverts", filter)
	}
	s.try("north", "findAdverts", "of its own only")
	s.try("north", "findAdverts", "of another seller, by its id")
	for _, filter := range []string{"by barcode", "by skus", "that never run out", "by stock", "sold out", "of some adverts"} {
		s.try("operator", "findVariants", filter)
	}
}

// isPicture expects that a URL that an answer gave leads to a stored picture, for anybody.
func (s *session) isPicture(name string) {
	s.t.Helper()
	response, err := http.Get(s.filled("<" + name + ">").(string))
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if _, format, err := image.Decode(response.Body); err != nil || format != "png" || response.Header.Get("Content-Type") != "image/png" {
		s.t.Errorf("<%s> is answered with %s, a picture of format %q: %v", name, response.Status, format, err)
	}
}

func ordersArrive(s *session) {
	s.try("operator", "createOrder", "of two sellers")
	s.try("operator", "createOrder", "with an invoice of its own")
	s.try("operator", "createOrder", "to be collected")
	s.try("operator", "createOrder", "of more than there is")
	s.try("operator", "getOrder", "as its operator")
	s.try("south", "getOrder", "as one of its sellers")
	for _, page := range []string{"first page", "last page", "since the second", "since a time to come"} {
		s.try("operator", "getUpdatedOrders", page)
	}
	s.try("north", "getInvoices", "with null for everything")
	s.try("south", "getInvoices", "of one seller only")
	s.try("north", "getInvoices", "first page of what is to be sent")
	s.try("north", "getInvoices", "next page")
	s.try("north", "getUnsentInvoices", "with literals")
	for _, filter := range []string{
		"newest first", "by legacy id", "by the order's legacy id", "by the buyer's name", "by the buyer's whole name",
		"by the buyer's email address", "by external id", "by the order's external id", "by the beginning of an external id", "created since", "created until",
		"paid in a period", "updated since", "updated until", "remitted", "remitted until", "by statuses", "by one status without its list",
		"awaiting collection", "awaiting return", "by payment, then by status", "by several at once",
	} {
		s.try("operator", "getInvoices", filter)
	}
}

func theyAreSent(s *session) {
	// Clients make ids of the numbers that people type.
	number, _ := s.names["invoice.1.legacyId"].(float64)
	s.names["invoice.1.made"] = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "Invoice-%d", int(number)))
	s.try("north", "getInvoice", "to be sent")
	s.try("north", "getInvoice", "by an id that the client made from the number")
	for _, page := range []string{"first page", "last page", "with variables that the operation does not have"} {
		s.try("north", "getCarriers", page)
	}
	s.try("north", "dispatchItems", "of another seller")
	s.try("north", "dispatchItems", "one piece, at a time with an offset")
	s.try("north", "getInvoice", "partly sent")
	s.try("north", "dispatchItems", "more than awaits dispatch")
	s.try("north", "dispatchItems", "the rest, at a time with milliseconds")
	s.try("north", "updateShipment", "another carrier")
	s.try("north", "trackShipment", "twice")
	s.try("north", "getInvoice", "sent")
}

func someComeBack(s *session) {
	s.try("north", "requestRefund", "of a piece that was sent")
	s.try("north", "requestRefund", "of more than was sold")
	s.try("operator", "decideRefund", "to give the money back")
	s.try("operator", "getRefundRequests", "that were refunded")
	s.try("operator", "getRefundRequests", "of another seller")
}

func otherSystemsLeaveTheirMarks(s *session) {
	s.try("operator", "attachExternalIds", "to an order and a seller")
	s.try("operator", "attachExternalIds", "that others have")
	for _, filter := range []string{"by key and value", "by several values of a type", "replaced"} {
		s.try("operator", "findExternalIds", filter)
	}
	s.try("operator", "attachMetadata", "to an order")
	s.try("operator", "attachMetadata", "again")
	for _, filter := range []string{"by id", "by name", "all, the last name first"} {
		s.try("operator", "findSellers", filter)
	}
	s.try("operator", "allSellers", "updated since")
}

func copiesAreKeptUpToDate(s *session) {
	s.try("north", "deleteAdvert", "the sandal")
	s.try("north", "deleteAdvert", "the sandal again")
	s.try("operator", "allAdverts", "first page")
	s.try("operator", "allAdverts", "last page")
}

func webhooksTellOfChanges(s *session) {
	received := func(w http.ResponseWriter, _ arrival) { _, _ = w.Write([]byte(`{"received":true}`)) }
	adverts, invoices := receive(s.t, received), receive(s.t, received)
	shipments, variants := receive(s.t, received), receive(s.t, received)
	for name, r := range map[string]*receiver{"adverts": adverts, "invoices": invoices, "shipments": shipments, "variants": variants} {
		s.names["receiver."+name] = r.server.URL + "/hooks?for=" + name
	}
	for _, name := range []string{"advert", "invoice", "shipment"} {
		s.names["stored."+name] = s.file("stored/" + name + ".graphql")
	}
	for _, webhook := range []string{
		"for adverts, with everything", "for invoices", "for shipments, of a seller", "for variants, without a document",
		"with a document that GraphQL calls invalid",
	} {
		s.try("operator", "createWebhook", webhook)
	}
	s.try("operator", "createOrder", "for the webhooks")
	s.tells("advert", "update", adverts.next())
	s.tells("invoice", "create", invoices.next())
	if a := variants.next(); !equalJSON(s.t, at(s.t, a.json(s.t), "payload"), object{"data": object{"node": object{"__typename": "Variant"}}}) {
		s.t.Errorf("without a document, a variant is told of as %s", a.body)
	}
	s.try("north", "dispatchItems", "for the webhooks")
	s.tells("shipment", "create", shipments.next())
	s.await("north", "getWebhooks", "of the seller, once its shipment was told")
	s.await("operator", "getWebhookEvents", "of the invoices")
	s.try("operator", "updateWebhook", "to a document that GraphQL calls invalid")
	s.try("operator", "updateWebhook", "paused")
}

// tells expects that an arrival shows what a stored document selects.
func (s *session) tells(document, eventName string, a arrival) {
	s.t.Helper()
	var data any
	if err := json.Unmarshal([]byte(s.file("stored/"+document+".json")), &data); err != nil {
		s.t.Fatal(err)
	}
	want := object{"id": "<" + document + ".event>", "event_name": eventName, "payload": object{"data": data}}
	s.client.typenames = false // the server executes the document as it is
	if differences := s.unify("", want, a.json(s.t), s.names); len(differences) > 0 {
		s.t.Errorf("the webhook of %s:\n  %s", document, strings.Join(differences, "\n  "))
	}
}

// leavesNothingOut expects that every exchange of the folder was tried.
func (s *session) leavesNothingOut() {
	s.t.Helper()
	files, err := filepath.Glob(requestsFolder + "/*.graphql")
	if err != nil || len(files) == 0 {
		s.t.Fatalf("%s has no documents: %v", requestsFolder, err)
	}
	for _, file := range files {
		document := strings.TrimSuffix(filepath.Base(file), ".graphql")
		for name := range s.exchanges(document) {
			if !s.used[document+", "+name] {
				s.t.Errorf("%s, %q was not tried", document, name)
			}
		}
	}
}

// Both forms of authentication work, alone and beside what a gate in front of the API wants.
func TestBothFormsOfAuthentication(t *testing.T) {
	t.Parallel()
	s := serve(t, embedded(t))
	gate := "Basic " + base64.StdEncoding.EncodeToString([]byte("name:"+operatorKey))
	for _, c := range []struct {
		name   string
		header map[string]string
		status int
	}{
		{"bearer", map[string]string{"Authorization": "Bearer " + operatorKey}, http.StatusOK},
		{"bearer in small letters", map[string]string{"authorization": "bearer " + operatorKey}, http.StatusOK},
		{"a header of its own", map[string]string{"MARKETPLACER-API-KEY": operatorKey}, http.StatusOK},
		{"its own header, and a gate", map[string]string{"MARKETPLACER-API-KEY": operatorKey, "Authorization": gate}, http.StatusOK},
		{"its own header wins", map[string]string{"MARKETPLACER-API-KEY": operatorKey, "Authorization": "Bearer another"}, http.StatusOK},
		{"its own header wins, and is wrong", map[string]string{"MARKETPLACER-API-KEY": "another", "Authorization": "Bearer " + operatorKey}, http.StatusUnauthorized},
		{"only the gate", map[string]string{"Authorization": gate}, http.StatusUnauthorized},
		{"another key", map[string]string{"Authorization": "Bearer another"}, http.StatusUnauthorized},
		{"nothing", nil, http.StatusUnauthorized},
	} {
		post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/graphql", strings.NewReader(`{"query":"{ apiKeyPrincipal { name } }"}`))
		if err != nil {
			t.Fatal(err)
		}
		post.Header.Set("Content-Type", "application/json")
		for name, value := range c.header {
			post.Header.Set(name, value)
		}
		response, err := http.DefaultClient.Do(post)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != c.status {
			t.Errorf("%s: HTTP %d, want %d: %s %v", c.name, response.StatusCode, c.status, text, err)
		}
		want := `{"data":{"apiKeyPrincipal":{"name":"operator"}}}`
		if c.status != http.StatusOK {
			want = `"code":"UNAUTHENTICATED"`
		}
		if !strings.Contains(string(text), want) {
			t.Errorf("%s: %s", c.name, text)
		}
	}
}
