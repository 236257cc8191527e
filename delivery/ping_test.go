package delivery_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

// ping pings as the operator, and returns what was answered, or why nothing was.
func (r *rig) ping(w *market.Webhook) (*market.WebhookEventResponse, string) {
	r.t.Helper()
	const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	answer, err := r.worker.Ping(viewer.NewContext(r.t.Context(), viewer.Viewer{Key: "operator", Traceparent: traceparent}), w)
	var refused *market.Invalid
	if errors.As(err, &refused) {
		if answer != nil || len(refused.Fields) != 1 || refused.Fields[0].Field != "webhook_id" {
			r.t.Fatalf("the refusal is %v, %+v", err, answer)
		}
		return nil, refused.Fields[0].Messages[0]
	}
	must(r.t, err)
	return answer, ""
}

// as sets the format of a new webhook.
func as(f market.WebhookFormat) func(*market.WebhookAttributes) {
	return func(in *market.WebhookAttributes) { in.Format = market.Some(f) }
}

func TestPing(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		r := newRig(t, p, patience).open()
		receiver := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) {
			w.Header().Set("X-Answer", "yes")
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte(`{"pong": true}`))
		})
		made := r.register(receiver.url)
		for _, want := range []string{`{"data":null}`, `{"data":{"node":{"id":"@","title":"Jug"}}}`} {
			began := time.Now()
			answer, refused := r.ping(made.Webhook)
			if refused != "" || answer.Status != http.StatusTeapot || string(answer.Body) != `{"pong": true}` || !strings.Contains(string(answer.Headers), `"X-Answer":"yes"`) ||
				answer.CreatedAt.Before(began.Truncate(time.Microsecond)) || answer.Num >= 0 {
				t.Errorf("the answer is %+v, %q", answer, refused)
			}
			a := receiver.next()
			a.verify(t, made.Secret)
			want = strings.ReplaceAll(want, "@", a.data.Payload.Data.Node.ID)
			if got := string(a.body); got != `{"id":"`+a.header.Get("webhook-id")+`","event_name":"ping","payload":`+want+`}` {
				t.Errorf("the body is %s, want the payload %s", got, want)
			}
			if got := a.header.Get("traceparent"); !strings.HasPrefix(got, "00-0af7651916cd43dd8448eb211c80319c-") {
				t.Errorf("traceparent: %s", got)
			}
			r.advert(r.seller, "Jug")
		}
		r.update(made.Webhook, enabled(false))
		if answer, refused := r.ping(find[market.Webhook](r)[0]); refused != "" || answer.Status != http.StatusTeapot {
			t.Errorf("a paused webhook: %+v, %q", answer, refused)
		}
		if n := len(find[market.WebhookEventResponse](r)) + len(find[market.WebhookEvent](r)); n != 0 {
			t.Errorf("%d events and attempts are stored", n)
		}
	})
}

// A ping shows what the webhook's owner may see, not what the one who pings may.
func TestPingShowsTheOwnersOwn(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), patience).open()
	receiver := receive(t, nil)
	r.advert(r.seller, "Ours")
	other := r.newSeller("Other")
	id := other.ID()
	made := r.register(receiver.url, func(in *market.WebhookAttributes) { in.SellerID = market.Some(id) })
	r.ping(made.Webhook)
	if a := receiver.next(); string(a.body[strings.Index(string(a.body), `"payload"`):]) != `"payload":{"data":null}}` {
		t.Errorf("a seller without adverts is sent %s", a.body)
	}
	r.advert(other, "Theirs")
	r.advert(r.seller, "Ours again")
	r.ping(made.Webhook)
	if a := receiver.next(); title(a) != "Theirs" {
		t.Errorf("the sample is %s", a.body)
	}
}

func TestPingOfEachFormat(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), patience).open()
	receiver := receive(t, nil)
	r.advert(r.seller, "Jug")
	for format, want := range map[market.WebhookFormat]struct{ contentType, name string }{
		market.FormatStandard: {"application/json", "ping"}, market.FormatCloudEvents: {"application/cloudevents+json", "crier.ping"}, market.FormatRaw: {"application/json", ""},
	} {
		r.ping(r.register(receiver.url, as(format)).Webhook)
		a := receiver.next()
		var got struct {
			Type, Sequence string
			Data           struct{ Node struct{ Title string } }
		}
		must(t, json.Unmarshal(a.body, &got))
		if got.Type != want.name || got.Data.Node.Title != "Jug" || a.header.Get("content-type") != want.contentType {
			t.Errorf("%s: %s %s", format, a.header, a.body)
		}
		if format == market.FormatCloudEvents && got.Sequence != a.header.Get("crier-sequence") {
			t.Errorf("the sequence %s is not the header's", got.Sequence)
		}
	}
}

func TestPingWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t, embedded(t), patience).open()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	hanging := receive(t, func(_ http.ResponseWriter, request *http.Request, _ arrival) {
		select {
		case <-hang:
		case <-request.Context().Done():
		}
	})
	gone := receive(t, nil)
	slow := r.register(hanging.url, func(in *market.WebhookAttributes) { in.TimeoutSeconds = market.Some[int64](1) }).Webhook
	private := r.register("http://10.0.0.1/hook").Webhook
	for _, test := range []struct {
		webhook *market.Webhook
		want    string
	}{{slow, "1s"}, {private, "not public"}, {r.register("http://127.0.0.1:1/").Webhook, "the connection failed"}} {
		if answer, refused := r.ping(test.webhook); answer != nil || !strings.HasPrefix(refused, "no answer came: ") || !strings.Contains(refused, test.want) {
			t.Errorf("%s: %+v, %q", test.webhook.URL, answer, refused)
		}
	}
	busy := r.register(gone.url).Webhook
	for range 10 {
		if _, refused := r.ping(busy); refused != "" {
			t.Fatal(refused)
		}
	}
	if _, refused := r.ping(busy); !strings.HasPrefix(refused, "was pinged too often: try again in ") {
		t.Errorf("the eleventh ping in a moment: %q", refused)
	}
	if _, refused := r.ping(r.register(gone.url).Webhook); refused != "" {
		t.Errorf("another webhook is refused: %s", refused)
	}
}
