package delivery_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"crier/internal/market"
)

// An event keeps the format that it was made with, while another is asked for between
// two attempts; what changes afterwards is sent in the new one.
func TestAnEventKeepsItsFormat(t *testing.T) {
	t.Parallel()
	p := embedded(t)
	p.firstRetry = 10 * time.Millisecond
	r := running(t, p)
	answers := make(chan int, 3)
	receiver := receive(t, func(w http.ResponseWriter, request *http.Request, _ arrival) {
		if status := await(request, answers); status != 0 {
			w.WriteHeader(status)
		}
	})
	made := r.register(receiver.url, as(market.FormatStandard))
	r.advert(r.seller, "Jug")
	first := receiver.next()
	r.update(made.Webhook, market.WebhookAttributes{Format: market.Some(market.FormatCloudEvents)})
	answers <- http.StatusServiceUnavailable
	again := receiver.next()
	if !bytes.HasPrefix(first.body, []byte(`{"type":"advert.created"`)) || !bytes.Equal(again.body, first.body) || again.header.Get("content-type") != first.header.Get("content-type") {
		t.Errorf("a retry differs:\n%s\n%s", first.body, again.body)
	}
	answers <- http.StatusOK
	r.advert(r.seller, "Bowl")
	if later := receiver.next(); !bytes.HasPrefix(later.body, []byte(`{"specversion":"1.0"`)) || later.header.Get("content-type") != "application/cloudevents+json" {
		t.Errorf("after the change: %s", later.body)
	}
	answers <- http.StatusOK
}
