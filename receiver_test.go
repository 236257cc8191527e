package main_test

import (
	"bytes"
	"crier/internal/servicetest"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// arrival is one request that a receiver got.
type arrival struct {
	header http.Header
	body   []byte
	path   string
}

// receiver is an endpoint of webhooks that is no part of the project.
type receiver struct {
	t        *testing.T
	server   *httptest.Server
	arrivals chan arrival
}

// receive starts a receiver that answers as told; nil answers 204 to all.
func receive(t *testing.T, answer func(http.ResponseWriter, arrival)) *receiver {
	t.Helper()
	r := &receiver{t: t, arrivals: make(chan arrival, 1000)}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // the sender was killed
		}
		a := arrival{header: request.Header, body: body, path: request.URL.Path}
		r.arrivals <- a
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answer(w, a)
	}))
	t.Cleanup(func() {
		r.server.CloseClientConnections()
		r.server.Close()
	})
	return r
}

// next waits for an arrival.
func (r *receiver) next() arrival {
	r.t.Helper()
	select {
	case a := <-r.arrivals:
		return a
	case <-time.After(patience):
		r.t.Fatal("nothing arrived")
		return arrival{}
	}
}

// nextFor waits for the arrival of an event about an entity and drops others.
func (r *receiver) nextFor(id string) arrival {
	r.t.Helper()
	for {
		if a := r.next(); a.subject(r.t) == id {
			return a
		}
	}
}

// subject is the id that the documents of these tests select.
func (a arrival) subject(t *testing.T) string {
	t.Helper()
	return text(t, a.json(t), "payload", "data", "node", "id")
}

func (a arrival) json(t *testing.T) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(a.body, &o); err != nil {
		t.Fatalf("the body is no JSON object: %v\n%s", err, a.body)
	}
	return o
}

// verify checks the signature with the published library of Standard Webhooks.
func (a arrival) verify(t *testing.T, secret string) {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Verify(a.body, a.header); err != nil {
		t.Errorf("the published library refuses %s: %v", a.body, err)
	}
}

// register registers a document for a class at the receiver and returns the
// webhook's id and its secret.
func (s *process) register(class, url, document string, more object) (id, secret string) {
	s.t.Helper()
	attributes := object{"type": class, "url": url, "queryString": document}
	for name, value := range more {
		attributes[name] = value
	}
	data := s.ask(`mutation($attributes: WebhookCreateInput!) {
		webhookCreate(input: { attributes: $attributes }) { status secret webhook { id } errors { field messages } documentErrors { message line column rule } }
	}`, object{"attributes": attributes})
	if errs := at(s.t, data, "webhookCreate", "errors"); errs != nil {
		s.t.Fatalf("webhookCreate refuses: %v", errs)
	}
	return text(s.t, data, "webhookCreate", "webhook", "id"), text(s.t, data, "webhookCreate", "secret")
}

// shop is the sellers, taxon and carrier that changes need.
type shop struct{ seller, taxon, carrier string }

// open makes a shop.
func (s *process) open() shop {
	s.t.Helper()
	data := s.ask(`mutation {
		sellerCreate(input: { attributes: {
			businessName: "Quay Pottery", legalBusinessName: "Quay Pottery Ltd", phone: "+1 555 0100", emailAddress: "quay@example.com", accountType: RETAILER
			address: { address: "1 Quay", city: "Portland", country: { code: "US" }, postcode: "97201" }
		} }) { errors { field messages } seller { id } }
		taxonCreateOrUpdate(input: { title: "Pottery" }) { errors { field messages } taxon { id } }
		shipmentCarrierCreate(input: { name: "Parcel Line", trackingUrl: "https://track.example/{tracking_number}" }) { errors { field messages } shipmentCarrier { id } }
	}`, nil)
	for _, name := range []string{"sellerCreate", "taxonCreateOrUpdate", "shipmentCarrierCreate"} {
		if errs := at(s.t, data, name, "errors"); errs != nil {
			s.t.Fatalf("%s refuses: %v", name, errs)
		}
	}
	return shop{text(s.t, data, "sellerCreate", "seller", "id"), text(s.t, data, "taxonCreateOrUpdate", "taxon", "id"), text(s.t, data, "shipmentCarrierCreate", "shipmentCarrier", "id")}
}

// advertise offers an advert with one variant and returns both ids.
func (s *process) advertise(o shop, title string) (advert, variant string) {
	s.t.Helper()
	data := s.ask(`mutation($attributes: AdvertInput!) {
		advertUpsert(input: { attributes: $attributes }) { errors { field messages } advert { id variants { nodes { id } } } }
	}`, object{"attributes": object{
		"sellerId": o.seller, "taxonId": o.taxon, "title": title, "price": "39.50", "attemptAutoPublish": true,
		"variants": []object{{"sku": title, "countOnHand": 1000}},
	}})
	if errs := at(s.t, data, "advertUpsert", "errors"); errs != nil {
		s.t.Fatalf("advertUpsert refuses: %v", errs)
	}
	return text(s.t, data, "advertUpsert", "advert", "id"), text(s.t, data, "advertUpsert", "advert", "variants", "nodes", 0, "id")
}

// order sells quantity of a variant and returns the invoice's id.
func (s *process) order(variant string, quantity int) (invoice string) {
	s.t.Helper()
	data := s.ask(`mutation($variant: ID!, $quantity: Int!) {
		orderCreate(input: { order: { firstName: "Sample" }, lineItems: [{ variantId: $variant, quantity: $quantity }] }) {
			errors { field messages } order { invoices { nodes { id } } }
		}
	}`, object{"variant": variant, "quantity": quantity})
	if errs := at(s.t, data, "orderCreate", "errors"); errs != nil {
		s.t.Fatalf("orderCreate refuses: %v", errs)
	}
	return text(s.t, data, "orderCreate", "order", "invoices", "nodes", 0, "id")
}

// The documents of these tests.
const (
	advertDocument  = `query($id: ID!) { node(id: $id) { ... on Advert { id title } } }`
	invoiceDocument = `query($id: ID!) { node(id: $id) { ... on Invoice { id totalCents statusFlags } } }`
)

// npmFolder has the published JavaScript library of Standard Webhooks.
const npmFolder = "delivery/sign/testdata/npm"

// npmVerify checks a signature with the published npm library.
func npmVerify(t *testing.T, a arrival, secret string) {
	t.Helper()
	installed(t, npmFolder)
	vectors, err := json.Marshal([]object{{
		"secret": secret, "id": a.header.Get("webhook-id"), "timestamp": a.header.Get("webhook-timestamp"),
		"signature": a.header.Get("webhook-signature"), "body": string(a.body),
	}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(servicetest.Node(t), "verify.mjs")
	cmd.Dir, cmd.Stdin = npmFolder, bytes.NewReader(vectors)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("verify.mjs: %v", err)
	}
	var answers []struct {
		Verified bool
		Error    string
	}
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != 1 || !answers[0].Verified {
		t.Errorf("the npm library refuses the delivery: %s", out)
	}
}

// installed skips a test whose npm packages are not there, or fails it under make test.
func installed(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(folder, "node_modules")); err == nil {
		return
	}
	if os.Getenv("CRIER_TEST_REQUIRE") != "" {
		t.Fatalf("%s/node_modules is missing: make deps installs it", folder)
	}
	t.Skipf("%s/node_modules is missing: make deps installs it", folder)
}
