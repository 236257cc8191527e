package main_test

import (
	"crypto/ed25519"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"crier/delivery/sign"
	"crier/internal/servicetest"
)

// rotation is a webhook whose secret changes while deliveries go on.
type rotation struct {
	*process
	id string

	mu sync.Mutex
	// secrets and keys are those that a receiver knows by now, the oldest first.
	secrets, keys []string
	// arrivals are the deliveries, each with how many secrets were known when it came.
	arrivals []arrivedAt
	// changing says that the secrets are in doubt, since a rotation without an overlap is under way.
	changing bool
	// more tells of each arrival.
	more chan struct{}
}

type arrivedAt struct {
	arrival
	known int
}

// answer notes a delivery. The receiver takes its time, so that others wait in line for theirs.
func (r *rotation) answer(w http.ResponseWriter, a arrival) {
	r.mu.Lock()
	if !r.changing {
		r.arrivals = append(r.arrivals, arrivedAt{a, len(r.secrets)})
	}
	r.mu.Unlock()
	r.more <- struct{}{}
	<-time.After(10 * time.Millisecond)
	w.WriteHeader(http.StatusNoContent)
}

// await waits for n more deliveries.
func (r *rotation) await(n int) {
	r.t.Helper()
	for len(r.more) > 0 {
		<-r.more
	}
	for range n {
		select {
		case <-r.more:
		case <-time.After(patience):
			r.t.Fatalf("nothing arrives\n%s", r.logs)
		}
	}
}

// learn adds what a mutation or a query shows of the newest secret.
func (r *rotation) learn(secret, key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets, r.keys, r.changing = append(r.secrets, secret), append(r.keys, key), false
}

// rotate makes a new secret on the server and learns it.
func (r *rotation) rotate(s *process, overlap int) {
	r.t.Helper()
	r.mu.Lock()
	r.changing = overlap == 0
	r.mu.Unlock()
	data := s.ask(`mutation($id: ID!, $overlap: Int!) {
		webhookSecretRotate(input: { webhookId: $id, overlapSeconds: $overlap }) { status errors { field messages } secret webhook { publicKey secrets { expiresAt } } }
	}`, object{"id": r.id, "overlap": overlap})
	if status := at(r.t, data, "webhookSecretRotate", "status"); status != float64(200) {
		r.t.Fatalf("the rotation is refused: %v", data)
	}
	r.learn(text(r.t, data, "webhookSecretRotate", "secret"), text(r.t, data, "webhookSecretRotate", "webhook", "publicKey"))
}

// load changes adverts, one after the other, until stop is closed.
func (r *rotation) load(adverts []string, stop <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		_, errs := r.try(operatorKey, `mutation($input: AdvertUpsertMutationInput!) { advertUpsert(input: $input) { status } }`,
			object{"input": object{"advertId": adverts[i%len(adverts)], "attributes": object{"title": fmt.Sprint("Jug ", i)}}})
		if len(errs) > 0 {
			r.t.Errorf("a change fails: %v", errs)
			return
		}
	}
}

// No delivery of the overlap fails with any of the secrets that are in use, nor with
// any of the keys, also where other processes send; without an overlap the former ones
// are gone when the mutation has answered.
func TestSecretsRotateUnderLoad(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s := serve(t, embedded(t).with("CRIER_RATE_LIMIT=0"))
		rotateUnderLoad(t, s, s)
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		p := production(t, servicetest.StartRedis(t)).with("CRIER_RATE_LIMIT=0")
		rotateUnderLoad(t, serve(t, p), serve(t, p))
	})
}

func rotateUnderLoad(t *testing.T, s, other *process) {
	const rotations, each = 4, 40
	r := &rotation{process: s, more: make(chan struct{}, 100_000)}
	endpoint := receive(t, r.answer)
	endpoint.arrivals = make(chan arrival, 100_000)
	id, secret := s.register("ADVERT", endpoint.server.URL, advertDocument, object{"asymmetric": true, "concurrentSendLimit": 4})
	r.id = id
	r.learn(secret, text(t, s.ask(`query($id: ID!) { node(id: $id) { ... on Webhook { publicKey } } }`, object{"id": id}), "node", "publicKey"))
	shop, adverts := s.open(), []string{}
	for i := range 20 {
		advert, _ := s.advertise(shop, fmt.Sprint("Jug ", i))
		adverts = append(adverts, advert)
	}
	stop := make(chan struct{})
	var load sync.WaitGroup
	defer load.Wait()
	defer close(stop)
	for range 3 {
		load.Go(func() { r.load(adverts, stop) })
	}
	r.await(each)
	for range rotations {
		r.rotate(other, 600)
		r.await(each)
	}
	r.rotate(other, 0)
	r.await(each)
	r.check(t, rotations+1)
}

// check holds each delivery to verifying with all that its receiver may have known
// then; overlapping are how many secrets came before one without an overlap.
func (r *rotation) check(t *testing.T, overlapping int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := make([]int, len(r.secrets)+1)
	for _, a := range r.arrivals {
		counts[a.known]++
		for i := range a.known {
			want := a.known <= overlapping || i == overlapping
			if got := a.fits(t, r.secrets[i], r.keys[i]); got != (fit{want, want}) {
				t.Errorf("of %d known secrets, number %d fits: %+v, want %t; signed at %s with %s", a.known, i+1, got, want, a.header.Get("webhook-timestamp"), a.header.Get("webhook-signature"))
			}
		}
	}
	t.Logf("deliveries by known secrets: %v", counts)
}

// fit says whether a secret and its key verify a delivery.
type fit struct{ secret, key bool }

func (a arrivedAt) fits(t *testing.T, secret, key string) fit {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	public, err := sign.ParsePublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return fit{
		secret: w.Verify(a.body, a.header) == nil,
		key:    sign.VerifyAsymmetric([]ed25519.PublicKey{public}, a.header, a.body, time.Now(), 5*time.Minute) == nil,
	}
}
