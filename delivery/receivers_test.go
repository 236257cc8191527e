package delivery_test

import (
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"crier/delivery/egress/egresstest"
	"crier/internal/market"
)

// receivers are what receivers do, and what their webhook's owner is to see of it.
type receivers map[string]struct {
	does misbehaviour
	want outcome
}

// The beginnings of most answers.
const (
	success   = "HTTP/1.1 200 OK\r\n"
	inChunks  = success + "Transfer-Encoding: chunked\r\n\r\n"
	interim   = "HTTP/1.1 100 Continue\r\n\r\n"
	hints     = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
	noContent = success + "Content-Length: 0\r\n\r\n"
)

var slowReceivers = receivers{
	"drips its headers":                  {drips(success+"X-Slow: ", "x"), timedOut},
	"drips its body":                     {drips(success+"Content-Length: 1000000\r\n\r\n", "x"), timedOut},
	"drips beyond what is kept":          {drips(success+"\r\n"+strings.Repeat("x", 65<<10), "x"), timedOut},
	"drips chunks":                       {drips(inChunks, "1\r\nx\r\n"), timedOut},
	"drips interim answers":              {drips("", interim), timedOut},
	"never answers":                      {onRequest(silence), timedOut},
	"never ends its body":                {onRequest(then(success+"\r\nbegun", silence)), timedOut},
	"never accepts":                      {neverAccepts, timedOut},
	"never completes a handshake of TCP": {fullBacklog, timedOut},
	"never completes a handshake of TLS": {func(e *endpoint) string { return "https://" + e.serve(silence) }, timedOut},
	"switches protocols, then is silent": {onRequest(then("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", silence)), answered(101)},
	"HTTP/2: never answers":              {overTLS(nil, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), timedOut},
	"HTTP/2: allows no stream":           {inFrames(noAnswer, http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0}), timedOut},
	"HTTP/2: takes no body":              {inFrames(noAnswer, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}), timedOut},
	"HTTP/2: never ends its body":        {inFrames(headersOnly), timedOut},
	"HTTP/2: sends everyone away":        {inFrames(goAway), timedOut},
	"HTTP/2: refuses every stream":       {inFrames(resetStream(http2.ErrCodeRefusedStream)), timedOut},
	"HTTP/2: endless pings":              {inFrames(floodPings), stuck},
	"HTTP/2: endless pings in its body":  {inFrames(steps(headersOnly, someData, floodPings)), stuck},
}

var floodingReceivers = receivers{
	"endless body":                   {floods(success+"\r\n", "x"), answered(200)},
	"endless body of a failure":      {floods("HTTP/1.1 503 Service Unavailable\r\n\r\n", "x"), answered(503)},
	"endless chunks":                 {floods(inChunks, "4000\r\n"+strings.Repeat("x", 0x4000)+"\r\n"), answered(200)},
	"endless tiny chunks":            {floods(inChunks, "1\r\nx\r\n"), answered(200)},
	"endless chunk extension":        {floods(inChunks+"1;", "x"), failed},
	"gzip bomb":                      {gzipBomb, answered(200)},
	"endless gzip bomb":              {endlessGzipBomb, answered(200)},
	"endless status line":            {floods("HTTP/1.1 200 ", "x"), failed},
	"endless header":                 {floods(success+"X-Long: ", "x"), failed},
	"endless headers":                {floods(success, "X-Many: x\r\n"), failed},
	"thousands of headers":           {says(success + strings.Repeat("X:y\r\n", 12_000) + "Content-Length: 0\r\n\r\n"), answered(200)},
	"endless trailer":                {floods(inChunks+"0\r\nX-Late: ", "x"), failed},
	"endless trailers":               {floods(inChunks+"0\r\n", "X-Late: x\r\n"), failed},
	"endless interim answers":        {floods("", interim), failed},
	"endless hints":                  {floods("", hints), failed},
	"endless answers":                {floods("", noContent), answered(200)},
	"endless noise":                  {floods("", "\x00\xff"), failed},
	"HTTP/2: endless body":           {overTLS(nil, floodBody), answered(200)},
	"HTTP/2: endless header":         {inFrames(floodContinuations), failed},
	"HTTP/2: too many headers":       {inFrames(manyHeaders), failed},
	"HTTP/2: too many trailers":      {inFrames(manyTrailers), answered(200)},
	"HTTP/2: endless interim answer": {inFrames(floodInterim), failed},
}

var endingReceivers = receivers{
	"closes at once":                   {onConnect(func(net.Conn) {}), broken},
	"resets at once":                   {onConnect(reset("")), broken},
	"closes before its answer":         {says(""), cutShort},
	"closes in its status line":        {says("HTTP/1.1 2"), failed},
	"closes in its headers":            {says(success + "Content-Length: 1\r\n"), cutShort},
	"closes in its body":               {says(success + "Content-Length: 100\r\n\r\nshort"), cutShort},
	"closes in a chunk":                {says(inChunks + "10\r\nshort"), cutShort},
	"closes before the last chunk":     {says(inChunks + "5\r\nshort\r\n"), cutShort},
	"closes in its trailers":           {says(inChunks + "0\r\nX-Late: "), failed},
	"closes after an interim answer":   {says(interim), cutShort},
	"resets before its answer":         {onRequest(reset("")), failed},
	"resets in its headers":            {onRequest(reset(success + "Content-Le")), broken},
	"resets in its body":               {onRequest(reset(success + "Content-Length: 100\r\n\r\nshort")), broken},
	"closes in the handshake of TLS":   {func(e *endpoint) string { return "https://" + e.serve(func(net.Conn) {}) }, broken},
	"HTTP/2: closes before its answer": {inFrames(hangUp), broken},
	"HTTP/2: resets the stream":        {inFrames(resetStream(http2.ErrCodeInternal)), failed},
	"HTTP/2: cancels the stream":       {inFrames(resetStream(http2.ErrCodeCancel)), failed},
	"HTTP/2: resets in its body":       {inFrames(steps(headersOnly, resetStream(http2.ErrCodeInternal))), failed},
	"HTTP/2: goes away in its body":    {inFrames(steps(headersOnly, goAway, hangUp)), broken},
}

var oddReceivers = receivers{
	"answers before the body has come":   {onConnect(answerAtOnce), answered(200)},
	"100 Continue, then an answer":       {says(interim + noContent), answered(200)},
	"hints, then an answer":              {says(strings.Repeat(hints, 20) + noContent), answered(200)},
	"more than its Content-Length":       {says(success + "Content-Length: 2\r\n\r\nokHTTP/1.1 500 Internal Server Error\r\n\r\n"), answered(200)},
	"a body where there is none":         {says("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"), answered(204)},
	"two lengths":                        {says(success + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), failed},
	"a negative length":                  {says(success + "Content-Length: -1\r\n\r\n"), failed},
	"a length beyond a number":           {says(success + "Content-Length: 99999999999999999999\r\n\r\nx"), failed},
	"the greatest length":                {floods(success+"Content-Length: 9223372036854775807\r\n\r\n", "x"), answered(200)},
	"a length and chunks":                {says(success + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), answered(200)},
	"an unknown transfer encoding":       {says(success + "Transfer-Encoding: gzip\r\n\r\nx"), failed},
	"a chunk of garbage":                 {says(inChunks + "zz\r\nok\r\n0\r\n\r\n"), failed},
	"a chunk beyond a number":            {says(inChunks + "fffffffffffffffff\r\nok"), failed},
	"a chunk longer than it says":        {says(inChunks + "2\r\nmore\r\n0\r\n\r\n"), failed},
	"mail instead of HTTP":               {says("220 mail.example ESMTP\r\n"), failed},
	"HTTP/0.9":                           {says("<html>"), failed},
	"HTTP/1.0":                           {says("HTTP/1.0 200 OK\r\n\r\nbody"), answered(200)},
	"HTTP/2 without TLS":                 {says("\x00\x00\x00\x04\x00\x00\x00\x00\x00"), failed},
	"a header of garbage":                {says(success + "no colon\r\n\r\n"), failed},
	"NULs and broken UTF-8":              {says(success + "X-Odd: \xff\r\nContent-Length: 4\r\n\r\n\x00\xff\xfe\x00"), answered(200)},
	"JSON nested too deeply":             {says(success + "\r\n" + strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000)), answered(200)},
	"JSON that a database may refuse":    {says(success + "\r\n" + `{"\u0000": "\ud800", "n": 1e999999}`), answered(200)},
	"gzip that is none":                  {says(success + "Content-Encoding: gzip\r\n\r\nplain"), answered(200)},
	"HTTP/2: success":                    {overTLS(nil, succeed), answered(200)},
	"HTTP/2: goes away once":             {onceThenSuccess(goAway), answered(200)},
	"HTTP/2: refuses the stream once":    {onceThenSuccess(resetStream(http2.ErrCodeRefusedStream)), answered(200)},
	"HTTP/2: answer without a status":    {inFrames(func(f *frames, s uint32) error { return f.header(s, true, "x", "y") }), failed},
	"410 Gone":                           {says("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"), outcome{event: market.EventFailed, status: 410, message: "the receiver answered 410 Gone"}},
	"Retry-After: 120":                   {busy("120"), later(2 * time.Minute)},
	"Retry-After: 1000 (twice, 60 last)": {busy("1000\r\nRetry-After: 60"), later(1000 * time.Second)},
	"Retry-After: 999999999":             {busy("999999999"), later(24 * time.Hour)},
	"Retry-After: the year 9999":         {busy("Fri, 31 Dec 9999 23:59:59 GMT"), later(24 * time.Hour)},
	"Retry-After: long ago":              {busy("Mon, 02 Jan 2006 15:04:05 GMT"), later(0)},
	"Retry-After: 0":                     {busy("0"), later(0)},
	"Retry-After: -5":                    {busy("-5"), later(0)},
	"Retry-After: soon":                  {busy("soon"), later(0)},
	"Retry-After: endless digits":        {busy(strings.Repeat("9", 1000)), later(0)},
}

var untrustedReceivers = receivers{
	"certificate of another host":  {overTLS(&x509.Certificate{DNSNames: []string{"example.com"}}, succeed), unanswered("TLS: the certificate is not valid for this host")},
	"expired certificate":          {overTLS(valid(-2*time.Hour, -time.Hour), succeed), unanswered("TLS: the certificate has expired or is not valid yet")},
	"certificate of tomorrow":      {overTLS(valid(24*time.Hour, 48*time.Hour), succeed), unanswered("TLS: the certificate has expired or is not valid yet")},
	"certificate signed by itself": {overTLS(valid(-time.Hour, time.Hour), succeed), unanswered("TLS: the certificate is not signed by a known authority")},
	"no TLS where it should be":    {withoutTLS, unanswered("TLS: the receiver does not speak it on this port")},
}

// notPublic is what CheckURL says of an address.
const notPublic = "The address is not public. Use a host that can be reached from the internet."

var misleadingReceivers = receivers{
	"301 to a private address":  {redirects(301), answered(301)},
	"302 to a private address":  {redirects(302), answered(302)},
	"303 to a private address":  {redirects(303), answered(303)},
	"307 to a private address":  {redirects(307), answered(307)},
	"308 to a private address":  {redirects(308), answered(308)},
	"304 without a Location":    {says("HTTP/1.1 304 Not Modified\r\n\r\n"), answered(304)},
	"private address":           {inside("http://0.0.0.0:"), unanswered(notPublic)},
	"private address in IPv6":   {inside("http://[::ffff:0.0.0.0]:"), unanswered(notPublic)},
	"name of a private address": {inside("http://inside.example:"), unanswered("the address is not allowed")},
	"name of two private ones":  {inside("http://both.example:"), unanswered("the address is not allowed")},
	"name that nobody knows":    {inside("http://nowhere.example:"), unanswered("the host name does not resolve")},
	"port where nobody listens": {nobody, failed},
}

// names are those of misleading receivers; 0.0.0.0 is this machine, and not allowed.
func names(host string) []netip.Addr {
	return map[string][]netip.Addr{
		"inside.example": {netip.IPv4Unspecified()},
		"both.example":   {netip.IPv4Unspecified(), netip.MustParseAddr("10.0.0.1")},
	}[host]
}

// TestReceiversThatMisbehave has one change delivered to all of them at once by one worker.
func TestReceiversThatMisbehave(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		all := receivers{}
		for _, group := range []receivers{slowReceivers, floodingReceivers, endingReceivers, oddReceivers, untrustedReceivers, misleadingReceivers} {
			maps.Copy(all, group)
		}
		certificate := egresstest.Certificate(t, valid(-time.Hour, time.Hour))
		s := newRig(t, p, patience).open().guarded(certificate.Leaf, names).start()
		endpoints := map[string]*endpoint{}
		for name, receiver := range all {
			e := &endpoint{t: t, certificate: certificate}
			e.webhook = s.register(receiver.does(e), timeout(receiver.want)).Webhook
			endpoints[name] = e
		}
		s.advert(s.seller, "Teapot")
		s.until(func() bool { return s.tried(len(all)) }, func() any { return "some were not tried" })
		s.stop()
		for name, receiver := range all {
			t.Run(name, func(t *testing.T) { s.require(t, endpoints[name], receiver.want) })
		}
	})
}

// TestANameThatTurnsPrivate is registered and delivered to, and then leads elsewhere: 0.0.0.0 is the
// same receiver, which would see the second delivery too if the guard judged what is not dialled.
func TestANameThatTurnsPrivate(t *testing.T) {
	onEach(t, func(t *testing.T, p place) {
		var inside atomic.Bool
		r := receive(t, func(w http.ResponseWriter, _ *http.Request, _ arrival) { w.Header().Set("Connection", "close") })
		certificate := egresstest.Certificate(t, valid(-time.Hour, time.Hour))
		s := newRig(t, p, patience).open().guarded(certificate.Leaf, func(string) []netip.Addr {
			if inside.Load() {
				return []netip.Addr{netip.IPv4Unspecified()}
			}
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		}).start()
		w := s.register(strings.Replace(r.url, "127.0.0.1", "receiver.example", 1)).Webhook
		id := s.advert(s.seller, "Teapot")
		r.next()
		s.statuses(w, market.EventSent)
		inside.Store(true)
		s.rename(id, "Kettle")
		e := s.statuses(w, market.EventSent, market.EventRejected)[1]
		if e.ErrorMessage == nil || *e.ErrorMessage != "the address is not allowed" {
			t.Errorf("the event is %+v", e)
		}
		r.none()
	})
}

// TestAConnectionThatDiesBetweenRequests has a receiver that answers once over each connection, and
// closes it when the next request has come: the request is sent again at once, and costs no attempt.
func TestAConnectionThatDiesBetweenRequests(t *testing.T) {
	t.Parallel()
	arrivals := make(chan *http.Request, 100)
	e := &endpoint{t: t}
	url := onConnect(func(conn net.Conn) {
		for _, answer := range []string{noContent, ""} {
			request, err := readRequest(conn)
			if err != nil {
				return
			}
			arrivals <- request
			io.WriteString(conn, answer)
		}
	})(e)
	s := running(t, embedded(t))
	w := s.register(url).Webhook
	id := s.advert(s.seller, "0")
	want := []market.EventStatus{market.EventSent}
	for i := range 4 {
		s.statuses(w, want...)
		s.rename(id, fmt.Sprint(i+1))
		want = append(want, market.EventSent)
	}
	for _, event := range s.statuses(w, want...) {
		if event.Attempts != 1 {
			t.Errorf("event %d took %d attempts", event.Num, event.Attempts)
		}
	}
	times := map[string]int{}
	for range len(arrivals) {
		times[(<-arrivals).Header.Get("Webhook-Id")]++
	}
	for id, n := range times {
		if n > 2 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
	if len(times) != len(want) {
		t.Errorf("%d events arrived, want %d", len(times), len(want))
	}
}
