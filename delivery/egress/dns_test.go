package egress_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"crier/delivery/egress"
)

// The URL is harmless, and the name leads to this very host: the guard sees the address at the dial.
func TestPostRefusesANameThatLeadsInside(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string][]string{
		"loopback":             {"127.0.0.1"},
		"IPv6 loopback":        {"::1"},
		"metadata service":     {"169.254.169.254"},
		"private":              {"10.0.0.1"},
		"mapped":               {"::ffff:127.0.0.1"},
		"NAT64":                {"64:ff9b::7f00:1"},
		"one after the other":  {"127.0.0.1", "10.0.0.1", "::1"},
		"this host, all zeros": {"0.0.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
			client := newClient(t, egress.Policy{AllowHTTP: true}, resolving(t, map[string][]string{"receiver.example.": answers}))
			err := mustFail(t, t.Context(), client, "http://receiver.example:"+portOf(receiver.URL), ample)
			if !errors.Is(err, egress.ErrRefusedAddress) {
				t.Errorf("got %v, want ErrRefusedAddress", err)
			}
			requireReason(t, err, "the address is not allowed")
			if got := requests.Load(); got != 0 {
				t.Errorf("the receiver got %d requests", got)
			}
		})
	}
}

// A name that changes its answer between two dials gains nothing by it.
func TestPostJudgesEveryDial(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	zone := map[string][]string{"receiver.example.": {"127.0.0.1"}}
	resolver := newResolver(t, zone)
	client := newClient(t, development(), egress.Options{Resolver: resolver.Resolver})
	url := "http://receiver.example:" + portOf(receiver.URL)
	post(t, client, url)

	resolver.answer("receiver.example.", "10.0.0.1")
	if err := mustFail(t, t.Context(), client, url, ample); !errors.Is(err, egress.ErrRefusedAddress) {
		t.Errorf("got %v, want ErrRefusedAddress", err)
	}
}

// With a proxy in the environment (see TestMain), the receiver itself is reached all the same.
func TestPostResolvesNames(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Host", r.Host) })
	options := resolving(t, map[string][]string{"receiver.example.": {"127.0.0.1"}, "xn--bcher-kva.example.": {"127.0.0.1"}})
	client := newClient(t, development(), options)
	for name, host := range map[string]string{"receiver.example": "receiver.example", "bücher.example": "xn--bcher-kva.example"} {
		response := post(t, client, "http://"+name+":"+portOf(receiver.URL))
		if got, want := response.Header.Get("X-Host"), host+":"+portOf(receiver.URL); got != want {
			t.Errorf("%s: the receiver saw %s, want %s", name, got, want)
		}
	}
}

func TestPostReportsAnUnknownName(t *testing.T) {
	t.Parallel()
	client := newClient(t, egress.Policy{}, resolving(t, nil))
	requireReason(t, mustFail(t, t.Context(), client, "https://nowhere.example", ample), "the host name does not resolve")
}

func portOf(url string) string { return url[strings.LastIndexByte(url, ':')+1:] }

func resolving(t *testing.T, zone map[string][]string) egress.Options {
	t.Helper()
	return egress.Options{Resolver: newResolver(t, zone).Resolver}
}

// resolver asks a DNS server of its own that knows one zone: addresses by name.
type resolver struct {
	*net.Resolver
	mu   sync.Mutex
	zone map[string][]string
}

func newResolver(t *testing.T, zone map[string][]string) *resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &resolver{zone: zone, Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
		},
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.serve(conn)
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return r
}

func (r *resolver) answer(name string, addresses ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.zone[name] = addresses
}

func (r *resolver) serve(conn net.PacketConn) {
	buffer := make([]byte, 1500)
	for {
		n, client, err := conn.ReadFrom(buffer)
		if err != nil {
			return // closed with the test
		}
		var query dnsmessage.Message
		if query.Unpack(buffer[:n]) != nil || len(query.Questions) != 1 {
			continue
		}
		reply, err := r.reply(query).Pack()
		if err != nil {
			continue // the client times out, and its test fails
		}
		conn.WriteTo(reply, client)
	}
}

func (r *resolver) reply(query dnsmessage.Message) *dnsmessage.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	question := query.Questions[0]
	addresses, known := r.zone[question.Name.String()]
	reply := &dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true, RecursionAvailable: true},
		Questions: query.Questions,
	}
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, text := range addresses {
		address := netip.MustParseAddr(text)
		header := dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, TTL: 1}
		switch {
		case address.Is4() && question.Type == dnsmessage.TypeA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
		case address.Is6() && question.Type == dnsmessage.TypeAAAA:
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
		}
	}
	return reply
}
