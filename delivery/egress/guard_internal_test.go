package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"crier/delivery/egress/egresstest"
)

// special are the ranges that no webhook may reach, by the registries and not by the library that the
// guard uses.
var special = parsePrefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/3", "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1",
)

// policies are those that the guard is tried with: production, development, and an operator's networks.
var policies = []Policy{
	{},
	{Allow: parsePrefixes("127.0.0.0/8", "::1/128"), AllowHTTP: true},
	{Allow: parsePrefixes("10.1.0.0/16", "fd00:1::/32", "64:ff9b::a01:0/112"), AllowHTTP: true},
}

func parsePrefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

func within(addr netip.Addr, prefixes []netip.Prefix) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// errObserved ends every dial that the guard lets through: these tests connect to nothing.
var errObserved = errors.New("observed")

// observed is a client that makes no connections, and remembers those that it would make.
type observed struct {
	*Client
	mu        sync.Mutex
	targets   []string         // what the transport asks for: host and port
	addresses []netip.AddrPort // what the guard let through
}

// observe takes every host name for one of addr, as a C library does with numbers in unusual forms.
func observe(policy Policy, addr netip.Addr) *observed {
	o := &observed{}
	o.Client = newClient(policy, &net.Dialer{
		Resolver: egresstest.Resolver(func(string) []netip.Addr { return []netip.Addr{addr} }),
		Control: func(network, address string, conn syscall.RawConn) error {
			if err := policy.control(network, address, conn); err != nil {
				return err
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			o.addresses = append(o.addresses, netip.MustParseAddrPort(address))
			return errObserved
		},
	}, nil)
	o.transport.DialContext, o.transport.DialTLSContext = o.note(o.transport.DialContext), o.note(o.transport.DialTLSContext)
	return o
}

func (o *observed) note(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		o.mu.Lock()
		o.targets = append(o.targets, address)
		o.mu.Unlock()
		return dial(ctx, network, address)
	}
}

// requireGuarded posts to a URL, then dials it without the check of URLs, as if that had overlooked
// something. It returns whether the post reached the dial.
func requireGuarded(t *testing.T, policy Policy, raw string, addr netip.Addr) bool {
	t.Helper()
	checked := observe(policy, addr)
	if _, err := checked.Post(t.Context(), raw, nil, nil, time.Minute); err == nil {
		t.Fatalf("%q was posted to", raw)
	}
	if err := policy.CheckURL(raw); (err == nil) != (len(checked.targets) > 0) {
		t.Fatalf("%q: the check says %v, and %q were dialled", raw, err, checked.targets)
	}
	unchecked := observe(policy, addr)
	if parsed, err := url.Parse(raw); err == nil {
		if _, err := unchecked.transport.RoundTrip(newRequest(t.Context(), parsed, nil, nil)); err == nil {
			t.Fatalf("%q was posted to", raw)
		}
	}
	for _, dialled := range append(checked.addresses, unchecked.addresses...) {
		if a := dialled.Addr(); a.Zone() != "" || within(a, special) && !within(a, policy.Allow) {
			t.Fatalf("%q leads to %s", raw, dialled)
		}
	}
	for _, target := range checked.targets {
		requireSameHost(t, raw, target)
	}
	return len(checked.targets) > 0
}

// requireSameHost compares what is dialled with how others read the URL.
func requireSameHost(t *testing.T, raw, target string) {
	t.Helper()
	parsed, err := url.Parse(raw)
	if err != nil {
		t.Fatalf("%q is dialled, but is no URL: %v", raw, err)
	}
	host, port := parsed.Hostname(), parsed.Port()
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			t.Fatalf("%q is dialled: %v", raw, err)
		}
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[parsed.Scheme]
	}
	if want := net.JoinHostPort(host, port); !strings.EqualFold(target, want) {
		t.Fatalf("%q is dialled at %s, want %s", raw, target, want)
	}
	// Browsers end the host at a backslash too, and read on behind an @ (WHATWG URL, "authority state").
	_, rest, _ := strings.Cut(raw, "://")
	authority, err := url.PathUnescape(rest[:strings.IndexAny(rest+"/", `/\?#`)])
	if err != nil || authority != parsed.Host {
		t.Fatalf("%q is dialled at %s, and others read %q", raw, target, authority)
	}
}

// notations are the ways to write an IPv4 address in a URL, of which some client somewhere takes each
// for the address.
func notations(addr netip.Addr) []string {
	b := addr.As4()
	n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	quad, words := addr.String(), fmt.Sprintf("%x:%x", n>>16, n&0xffff)
	wide := strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９")
	list := []string{
		quad, quad + ".", wide.Replace(quad), strings.ReplaceAll(quad, ".", "。"), url.PathEscape(wide.Replace(quad)),
		fmt.Sprint(n), fmt.Sprintf("%#x", n), fmt.Sprintf("%#X", n), fmt.Sprintf("%#o", n), fmt.Sprintf("%010d", n), fmt.Sprintf("%d.", n),
		fmt.Sprintf("%d.%d", b[0], n&0xffffff), fmt.Sprintf("%d.%d.%d", b[0], b[1], n&0xffff), fmt.Sprintf("%#x.%d", b[0], n&0xffffff),
		fmt.Sprintf("%#x.%#x.%#x.%#x", b[0], b[1], b[2], b[3]), fmt.Sprintf("0%o.0%o.0%o.0%o", b[0], b[1], b[2], b[3]),
		fmt.Sprintf("%03d.%03d.%03d.%03d", b[0], b[1], b[2], b[3]), fmt.Sprintf("%d.%#x.0%o.%d", b[0], b[1], b[2], b[3]),
	}
	for _, literal := range []string{
		"::ffff:" + quad, "::ffff:" + words, "0:0:0:0:0:ffff:" + words, "::FFFF:" + quad, "::" + quad, "::" + words, "::ffff:0:" + quad,
		"64:ff9b::" + quad, "64:ff9b::" + words, "64:ff9b:1::" + quad, "64:ff9b:1:abcd::" + words,
		"2002:" + words + "::", "2002:" + words + "::1", "2001:0:" + words + "::", fmt.Sprintf("2001::%x:%x", ^n>>16, ^n&0xffff),
		"fe80::5efe:" + quad, "::ffff:" + quad + "%25lo",
	} {
		list = append(list, "["+literal+"]")
	}
	return append(list, quad+"%25lo", "["+quad+"]", "user@"+quad, "8.8.8.8@"+quad, quad+"@8.8.8.8", quad+`\@8.8.8.8`, quad+"#@8.8.8.8")
}

func TestNoNotationOfASpecialAddressIsDialled(t *testing.T) {
	t.Parallel()
	for _, prefix := range special {
		if !prefix.Addr().Is4() {
			continue
		}
		t.Run(prefix.String(), func(t *testing.T) {
			t.Parallel()
			for _, addr := range []netip.Addr{prefix.Addr(), last(prefix)} {
				for _, host := range notations(addr) {
					for _, suffix := range []string{"/", ":8443/hooks", ":0443", "?a=1"} {
						raw := "https://" + host + suffix
						if requireGuarded(t, Policy{}, raw, addr) {
							t.Errorf("%s may be registered", raw)
						}
					}
				}
			}
		})
	}
}

// last is the highest address of a range of IPv4.
func last(prefix netip.Prefix) netip.Addr {
	b := prefix.Addr().As4()
	for bit := prefix.Bits(); bit < 32; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	return netip.AddrFrom4(b)
}

// What the operator allows is dialled on any port, and nothing beside it.
func TestTheAllowListIsDialled(t *testing.T) {
	t.Parallel()
	operator := policies[2]
	for _, test := range []struct {
		raw, answer string // what a name resolves to
		want        string // what is dialled
	}{
		{"https://10.1.2.3/", "", "10.1.2.3:443"},
		{"http://10.1.2.3/", "", "10.1.2.3:80"},
		{"http://10.1.2.3:9000/", "", "10.1.2.3:9000"},
		{"http://[::ffff:10.1.2.3]:1/", "", "10.1.2.3:1"},
		{"https://[fd00:1::5]:65535/", "", "[fd00:1::5]:65535"},
		{"https://[64:ff9b::10.1.2.3]/", "", "[64:ff9b::a01:203]:443"},
		{"http://hooks.internal:8080/", "10.1.2.3", "10.1.2.3:8080"},
		{"https://hooks.internal/", "fd00:1::5", "[fd00:1::5]:443"},
		{"https://hooks.example/", "1.1.1.1", "1.1.1.1:443"},
		{"http://10.2.0.1/", "", ""},
		{"https://[fd00:2::5]/", "", ""},
		{"https://[64:ff9b::10.2.0.1]/", "", ""},
		{"http://hooks.internal/", "10.2.0.1", ""},
		{"http://hooks.internal/", "127.0.0.1", ""},
		{"http://localhost/", "10.1.2.3", ""},
		{"http://167838211/", "10.1.2.3", ""}, // 10.1.2.3 in decimal
	} {
		addr, err := netip.ParseAddr(test.answer)
		if err != nil {
			addr = netip.MustParseAddr("10.2.0.2")
		}
		requireGuarded(t, operator, test.raw, addr)
		client := observe(operator, addr)
		if _, err := client.Post(t.Context(), test.raw, nil, nil, time.Minute); err == nil {
			t.Fatalf("%s was posted to", test.raw)
		}
		var got string
		for _, dialled := range client.addresses {
			got += dialled.String()
		}
		if got != test.want {
			t.Errorf("%s is dialled at %q, want %q", test.raw, got, test.want)
		}
	}
}

// FuzzDial proves that whatever the URL and wherever its name leads, nothing special is dialled, and
// that the check of URLs and the dial mean the same host.
func FuzzDial(f *testing.F) {
	for i, text := range []string{"127.0.0.1", "10.1.2.3", "169.254.169.254", "8.8.8.8", "100.64.0.1"} {
		addr := netip.MustParseAddr(text)
		for _, host := range notations(addr) {
			f.Add("https://"+host+"/", addr.AsSlice(), byte(i))
		}
	}
	for _, raw := range []string{
		"https://localhost/", "https://a.LOCALHOST:1/", "https://bücher.example/", "https://ⓛocalhost/", "http://hooks.example:/", "https:\\\\10.0.0.1/", "https:/\\/10.0.0.1",
		"//10.0.0.1/", "https://10.0.0.1:+443/", "https://[::1]:443:80/", "https://hooks.example:80@10.0.0.1/", "https://hooks.example%2f@10.0.0.1/", "https://xn--/",
	} {
		f.Add(raw, netip.MustParseAddr("::1").AsSlice(), byte(0))
		f.Add(raw, netip.MustParseAddr("2606:4700::1").AsSlice(), byte(1))
	}
	f.Fuzz(func(t *testing.T, raw string, answer []byte, policy byte) {
		addr, ok := netip.AddrFromSlice(answer)
		if !ok {
			addr = netip.IPv6Loopback()
		}
		requireGuarded(t, policies[int(policy)%len(policies)], raw, addr)
	})
}
