package listen

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"time"
)

// outcome is a delivery with what became of it.
type outcome struct {
	Delivery
	Seen
	// status is what was answered; 0 where nothing was.
	status int
	// how says why it was answered so: the fault, or the URL that it was forwarded to.
	how  string
	took time.Duration
}

// accepted says whether the sender may think that it has arrived.
func (o outcome) accepted() bool { return o.Err == nil && o.status >= 200 && o.status < 300 }

// ServeHTTP receives, answers and shows a delivery.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	select {
	case <-r.ready: // before, it is not known what to verify with
	case <-r.stopped:
		hangUp(w)
		return
	}
	o := outcome{Delivery: Receive(w, request, r.verifier, time.Now()), Seen: Seen{Attempt: 1}}
	if o.Err == nil {
		o.Seen = r.memory.meet(o.Delivery)
	}
	failure := choose(r.faults, o.Attempt)
	if failure != nil && failure.hang {
		r.note(o, failure) // it may be long until it ends
		failure.show(w, request, 0, r.stopped)
		return
	}
	r.answer(w, request, &o, failure)
	o.took = time.Since(o.At)
	if o.accepted() {
		r.memory.accept(o.Delivery)
	}
	r.note(o, failure)
}

// note shows a delivery, and ends the command where enough have come.
func (r *receiver) note(o outcome, failure *fault) {
	if failure != nil {
		o.how = failure.String() + " as told"
	}
	if r.show.delivery(o, r.verifier) >= r.count && r.count > 0 {
		r.end()
	}
}

// answer waits as told, and fails, forwards or answers.
func (r *receiver) answer(w http.ResponseWriter, request *http.Request, o *outcome, failure *fault) {
	if r.delay > 0 {
		select {
		case <-time.After(r.delay):
		case <-request.Context().Done():
		case <-r.stopped:
		}
	}
	switch {
	case failure != nil:
		o.status = failure.show(w, request, r.retryAfter, r.stopped)
	case r.forward != nil:
		o.how = "forwarded"
		o.status = r.pass(w, request, o)
	case o.Err != nil:
		o.status = http.StatusUnauthorized
		http.Error(w, o.Err.Error(), o.status)
	default:
		o.status = r.status
		w.WriteHeader(o.status)
	}
}

// forwarder sends requests on as they are.
func forwarder() http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // what the sender accepts is said by its own header
	return http.Client{Transport: transport, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// pass sends the request on and answers what comes back.
func (r *receiver) pass(w http.ResponseWriter, request *http.Request, o *outcome) int {
	out, err := http.NewRequestWithContext(request.Context(), http.MethodPost, r.forward.String(), bytes.NewReader(o.Body))
	if err != nil {
		return refuse(w, o, err)
	}
	out.Header = ends(request.Header)
	if _, ok := out.Header["User-Agent"]; !ok {
		out.Header["User-Agent"] = nil // else Go adds its own
	}
	answer, err := r.client.Do(out)
	if err != nil {
		return refuse(w, o, err)
	}
	defer answer.Body.Close()
	for name, values := range ends(answer.Header) {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(w, answer.Body); err != nil {
		o.how = fmt.Sprintf("forwarded, its answer was cut off: %v", err)
	}
	return answer.StatusCode
}

// refuse answers for a URL that could not be reached.
func refuse(w http.ResponseWriter, o *outcome, err error) int {
	o.how = err.Error()
	http.Error(w, err.Error(), http.StatusBadGateway)
	return http.StatusBadGateway
}

// ends are the headers that are meant for the ends of a connection of several parts,
// not for one part of it (RFC 9110, 7.6.1).
func ends(header http.Header) http.Header {
	h := header.Clone()
	for _, value := range h.Values("Connection") {
		for name := range strings.SplitSeq(value, ",") {
			h.Del(textproto.TrimString(name))
		}
	}
	for _, name := range []string{"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"} {
		h.Del(name)
	}
	return h
}
