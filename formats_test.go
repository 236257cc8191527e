package main_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"crier/delivery/sign"
	"crier/internal/servicetest"
)

// formats are those of bodies, each with its content type and the name that it gives
// to a ping; the others' names are in what follows.
var formats = []struct{ name, contentType, ping string }{
	{"ENVELOPE", "application/json", "ping"}, {"STANDARD", "application/json", "ping"},
	{"CLOUDEVENTS", "application/cloudevents+json", "crier.ping"}, {"RAW", "application/json", ""},
}

// faultyDocument has a field that always fails.
const faultyDocument = `query($id: ID!) { node(id: $id) { ... on Advert { id title } } gone: node(id: "QWR2ZXJ0LTk5OTk5") { id } }`

// delivered is an arrival with what its receiver knows.
type delivered struct {
	arrival
	format, secret, publicKey string
	faulty, ping              bool
}

// The libraries that receivers use accept real deliveries in every format, signed in
// every way, with errors and without, and pings.
func TestTheLibrariesOfReceiversAcceptEveryFormat(t *testing.T) {
	t.Parallel()
	installed(t, npmFolder)
	places(t, func(t *testing.T, p place) {
		s := serve(t, p.with("CRIER_VERTICAL=harbour"))
		r := receive(t, nil)
		known := map[string]delivered{} // by path
		for _, f := range formats {
			for _, faulty := range []bool{false, true} {
				path, document := "/"+f.name, advertDocument
				if faulty {
					path, document = path+"/faulty", faultyDocument
				}
				id, secret := s.register("ADVERT", r.server.URL+path, document, object{"eventNames": []string{"CREATE", "DESTROY"}, "format": f.name, "asymmetric": true})
				data := s.ask(`query($id: ID!) { node(id: $id) { ... on Webhook { publicKey asymmetric format } } }`, object{"id": id})
				known[path] = delivered{format: f.name, secret: secret, publicKey: text(t, data, "node", "publicKey"), faulty: faulty}
				answer := s.ask(`mutation($id: ID!) { webhookPing(input: { webhookId: $id }) { status errors { field messages } response { id status } } }`, object{"id": id})
				if at(t, answer, "webhookPing", "response", "status") != float64(204) {
					t.Fatalf("the ping is answered %v", answer)
				}
			}
		}
		var list []delivered
		take := func(ping bool) {
			for range known {
				a := r.next()
				d := known[a.path]
				d.arrival, d.ping = a, ping
				list = append(list, d)
			}
		}
		take(true)
		advert, _ := s.advertise(s.open(), "Teapot")
		take(false)
		answers := askLibraries(t, list)
		for i, d := range list {
			answers[i].check(t, d)
			d.check(t, advert)
		}
		if n := at(t, s.ask(`{ webhookEvents { totalCount } }`, nil), "webhookEvents", "totalCount"); n != float64(len(known)) {
			t.Errorf("%v events are stored: pings are not", n)
		}
	})
}

// libraries is what deliveries.mjs says of a delivery: "" for each library that accepts it.
type libraries struct {
	Standardwebhooks, Svix, Asymmetric, Cloudevents string

	Event *struct{ ID, Source, Type, Subject, Sequence, Time string }
}

// askLibraries has one process of Node check all deliveries.
func askLibraries(t *testing.T, list []delivered) []libraries {
	t.Helper()
	vectors := make([]object, len(list))
	for i, d := range list {
		headers := map[string]string{}
		for name := range d.header {
			headers[strings.ToLower(name)] = d.header.Get(name)
		}
		vectors[i] = object{"secret": d.secret, "publicKey": d.publicKey, "headers": headers, "body": string(d.body)}
	}
	input, err := json.Marshal(vectors)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(servicetest.Node(t), "deliveries.mjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = npmFolder, bytes.NewReader(input), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("deliveries.mjs: %v\n%s", err, stderr.String())
	}
	var answers []libraries
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(list) {
		t.Fatalf("read %d answers of deliveries.mjs: %v", len(answers), err)
	}
	return answers
}

// check holds the libraries to accepting a delivery, and the event that they read to being the one that was sent.
func (l libraries) check(t *testing.T, d delivered) {
	t.Helper()
	for name, why := range map[string]string{"standardwebhooks": l.Standardwebhooks, "svix": l.Svix, "ed25519": l.Asymmetric, "cloudevents": l.Cloudevents} {
		if why != "" {
			t.Errorf("%s refuses a delivery as %s: %s\n%s", name, d.format, why, d.body)
		}
	}
	if (l.Event != nil) != (d.format == "CLOUDEVENTS") {
		t.Fatalf("as %s the library reads %+v", d.format, l.Event)
	}
	if e := l.Event; e != nil && (e.ID != d.header.Get("webhook-id") || e.Source != "/harbour" || e.Type != d.name() || e.Sequence != d.header.Get("crier-sequence") || e.Time == "") {
		t.Errorf("the library reads %+v", e)
	}
}

// name is the type that the delivery's format gives the event; "" where it gives none.
func (d delivered) name() string {
	for _, f := range formats {
		switch {
		case f.name != d.format:
		case d.ping:
			return f.ping
		case d.format == "STANDARD":
			return "advert.created"
		case d.format == "CLOUDEVENTS":
			return "crier.advert.created"
		}
	}
	return ""
}

// check holds a delivery to the contract of its format, and to the Go libraries.
func (d delivered) check(t *testing.T, advert string) {
	t.Helper()
	d.verify(t, d.secret)
	key, err := sign.ParsePublicKey(d.publicKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := sign.VerifyAsymmetric([]ed25519.PublicKey{key}, d.header, d.body, time.Now(), 5*time.Minute); err != nil {
		t.Errorf("the public key refuses %s: %v", d.body, err)
	}
	for _, f := range formats {
		if f.name == d.format && d.header.Get("Content-Type") != f.contentType {
			t.Errorf("as %s the content type is %s", d.format, d.header.Get("Content-Type"))
		}
	}
	body := d.json(t)
	var data, errs any = body["data"], body["errors"]
	if d.format == "ENVELOPE" {
		data, errs = at(t, body, "payload", "data"), at(t, body, "payload").(object)["errors"]
	} else if d.name() != "" && body["type"] != d.name() {
		t.Errorf("as %s the type is %v, want %s", d.format, body["type"], d.name())
	}
	switch {
	case d.ping && data != nil:
		t.Errorf("a ping without adverts shows %s", d.body)
	case !d.ping && text(t, data, "node", "id") != advert:
		t.Errorf("as %s the data is %v", d.format, data)
	case (errs != nil) != (d.faulty && !d.ping):
		t.Errorf("as %s the errors are %v: %s", d.format, errs, d.body)
	}
	if message, isText := errs.(string); isText != (errs != nil && d.format == "CLOUDEVENTS") || isText && !json.Valid([]byte(message)) {
		t.Errorf("as %s the errors are %v", d.format, errs)
	}
}
