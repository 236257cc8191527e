package egress_test

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"crier/delivery/egress"
	"crier/delivery/egress/egresstest"
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
			client := newClient(t, egress.Policy{AllowHTTP: true}, resolving(map[string][]string{"receiver.example": answers}))
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

// A name that changes its answer gains nothing by it, at whatever moment it does: 0.0.0.0 leads to the
// same receiver, which would see every post if the guard did not see what is really dialled.
func TestPostJudgesEveryDial(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Connection", "close")
	})
	var inside atomic.Bool
	client := newClient(t, development(), egress.Options{Resolver: egresstest.Resolver(func(string) []netip.Addr {
		if inside.Load() {
			return addresses("0.0.0.0")
		}
		return addresses("127.0.0.1")
	})})
	url := "http://receiver.example:" + portOf(receiver.URL)
	const rounds = 5
	for range rounds {
		inside.Store(false)
		post(t, client, url)
		inside.Store(true)
		if err := mustFail(t, t.Context(), client, url, ample); !errors.Is(err, egress.ErrRefusedAddress) {
			t.Errorf("got %v, want ErrRefusedAddress", err)
		}
	}
	if got := requests.Load(); got != rounds {
		t.Errorf("the receiver got %d requests, want %d", got, rounds)
	}
}

// TestMain names a proxy in the environment that is not there: whoever took it would reach no receiver,
// and the guard would judge the proxy's address instead of the receiver's.
func TestAProxyInTheEnvironmentChangesNothing(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
	url := "http://receiver.example:" + portOf(receiver.URL)
	request, err := http.NewRequest(http.MethodPost, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if proxy, err := http.ProxyFromEnvironment(request); err != nil || proxy == nil {
		t.Fatalf("others take the proxy %v (%v), want one", proxy, err)
	}
	options := resolving(map[string][]string{"receiver.example": {"127.0.0.1"}})
	post(t, newClient(t, development(), options), url)
	strict := newClient(t, egress.Policy{AllowHTTP: true}, options)
	if err := mustFail(t, t.Context(), strict, url, ample); !errors.Is(err, egress.ErrRefusedAddress) {
		t.Errorf("got %v, want ErrRefusedAddress", err)
	}
}

func TestPostResolvesNames(t *testing.T) {
	t.Parallel()
	receiver := newReceiver(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-Host", r.Host) })
	options := resolving(map[string][]string{"receiver.example": {"127.0.0.1"}, "xn--bcher-kva.example": {"127.0.0.1"}})
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
	client := newClient(t, egress.Policy{}, resolving(nil))
	requireReason(t, mustFail(t, t.Context(), client, "https://nowhere.example", ample), "the host name does not resolve")
}

func portOf(url string) string { return url[strings.LastIndexByte(url, ':')+1:] }

// resolving asks name servers that know one zone: addresses by host.
func resolving(zone map[string][]string) egress.Options {
	return egress.Options{Resolver: egresstest.Resolver(func(host string) []netip.Addr { return addresses(zone[host]...) })}
}

func addresses(texts ...string) []netip.Addr {
	parsed := make([]netip.Addr, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParseAddr(text)
	}
	return parsed
}
