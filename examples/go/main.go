// A receiver of Crier's webhooks, with nothing but the standard library:
//
//	WEBHOOK_SECRETS="whsec_…" go run main.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance = 5 * time.Minute // how far a timestamp may be from now
	maxBody   = 10 << 20        // bytes
	queued    = 1000            // deliveries that wait to be applied
)

// delivery is the body in the format ENVELOPE, with its place.
type delivery struct {
	ID        string `json:"id"`
	EventName string `json:"event_name"`
	Payload   struct {
		Data struct {
			Node struct {
				ID string `json:"id"` // the document has to select it
			} `json:"node"`
		} `json:"data"`
	} `json:"payload"`
	sequence int64
}

// verify checks the signature (Standard Webhooks 1.0, v1) of the exact bytes of the body, and the time that is signed with it.
func verify(secrets [][]byte, header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return errors.New("no webhook-id or webhook-timestamp")
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return errors.New("the timestamp is not of now")
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, signature := range strings.Fields(header.Get("webhook-signature")) {
			if hmac.Equal([]byte(signature), []byte(expected)) { // in constant time
				return nil
			}
		}
	}
	return errors.New("no signature fits")
}

// receiver takes deliveries in and applies them one after the other. What it remembers is in memory: in
// your system it is a table with a unique webhook_id, and one with the last sequence of each entity,
// written in the same transaction as what you do with the delivery.
type receiver struct {
	secrets [][]byte
	queue   chan delivery

	mu   sync.Mutex
	seen map[string]bool // by webhook-id
	last map[string]int64
}

// ServeHTTP verifies, remembers and answers at once; the work is done afterwards.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	if err := verify(r.secrets, request.Header, body, time.Now()); err != nil {
		log.Println("refused:", err)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil {
		http.Error(w, "the body is no JSON", http.StatusBadRequest)
		return
	}
	if d.sequence, err = strconv.ParseInt(request.Header.Get("Crier-Sequence"), 10, 64); err != nil {
		http.Error(w, "no Crier-Sequence", http.StatusBadRequest)
		return
	}
	if !r.take(request.Header.Get("webhook-id"), d) {
		http.Error(w, "busy", http.StatusServiceUnavailable) // it is sent again
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// take queues a delivery that is new; false says that there is no room.
func (r *receiver) take(id string, d delivery) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[id] {
		log.Println("duplicate", id)
		return true // it was accepted before: say so again
	}
	select {
	case r.queue <- d:
		r.seen[id] = true
		return true
	default:
		return false
	}
}

// work applies what is newer than what was applied of the same entity; an older delivery came late, and
// the newer one has shown a later state already.
func (r *receiver) work() {
	for d := range r.queue {
		if d.EventName == "ping" {
			log.Println("ping")
			continue
		}
		subject := d.Payload.Data.Node.ID
		if last, known := r.last[subject]; known && d.sequence <= last {
			log.Println("older", subject, d.sequence)
			continue
		}
		r.last[subject] = d.sequence
		log.Println("applied", subject, d.sequence) // do your work here
	}
}

// secretsOf reads whsec_… texts: one, or during a rotation both.
func secretsOf(text string) (secrets [][]byte, err error) {
	for _, one := range strings.Fields(text) {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(one, "whsec_"))
		if err != nil {
			return nil, errors.New("a secret is whsec_ and base64")
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, errors.New("set WEBHOOK_SECRETS")
	}
	return secrets, nil
}

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	secrets, err := secretsOf(os.Getenv("WEBHOOK_SECRETS"))
	if err != nil {
		log.Fatal(err)
	}
	r := &receiver{secrets: secrets, queue: make(chan delivery, queued), seen: map[string]bool{}, last: map[string]int64{}}
	go r.work()
	port := os.Getenv("PORT")
	if port == "" {
		port = "9000"
	}
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: r, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute}
	log.Fatal(server.ListenAndServe())
}
