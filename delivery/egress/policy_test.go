package egress_test

import (
	"errors"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"crier/delivery/egress"
)

// Every range that is not public, by its first and last address where it has several.
var refusedAddresses = map[string][]string{
	"this network":                  {"0.0.0.0", "0.0.0.1", "0.255.255.255"},
	"private 10/8":                  {"10.0.0.0", "10.255.255.255"},
	"private 172.16/12":             {"172.16.0.0", "172.31.255.255"},
	"private 192.168/16":            {"192.168.0.0", "192.168.255.255"},
	"carrier-grade NAT":             {"100.64.0.0", "100.100.100.200", "100.127.255.255"},
	"loopback":                      {"127.0.0.0", "127.0.0.1", "127.255.255.255", "::1"},
	"link-local, cloud metadata":    {"169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255"},
	"IETF protocol assignments":     {"192.0.0.0", "192.0.0.192", "192.0.0.255"},
	"TEST-NET-1":                    {"192.0.2.0", "192.0.2.255"},
	"TEST-NET-2":                    {"198.51.100.0", "198.51.100.255"},
	"TEST-NET-3":                    {"203.0.113.0", "203.0.113.255"},
	"6to4 relay anycast":            {"192.88.99.0", "192.88.99.255"},
	"benchmarking":                  {"198.18.0.0", "198.19.255.255"},
	"multicast":                     {"224.0.0.0", "239.255.255.255", "ff00::", "ff02::1"},
	"reserved, broadcast":           {"240.0.0.0", "255.255.255.254", "255.255.255.255"},
	"Azure WireServer":              {"168.63.129.16"},
	"unspecified":                   {"::"},
	"IPv4-mapped":                   {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:168.63.129.16"},
	"IPv4-compatible":               {"::127.0.0.1", "::7f00:1"},
	"IPv4-translated":               {"::ffff:0:127.0.0.1"},
	"NAT64":                         {"64:ff9b::", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b::ffff:ffff"},
	"local-use NAT64":               {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"},
	"discard-only":                  {"100::", "100::ffff:ffff:ffff:ffff"},
	"Teredo":                        {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"},
	"benchmarking IPv6":             {"2001:2::1"},
	"ORCHID":                        {"2001:10::1", "2001:20::1"},
	"documentation IPv6":            {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"6to4":                          {"2002::", "2002:7f00:1::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"segment routing":               {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"unique local, cloud metadata":  {"fc00::", "fd00:ec2::254", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"link-local IPv6":               {"fe80::", "fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"site-local":                    {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	"zones":                         {"fe80::1%eth0", "2606:4700:4700::1111%eth0", "::ffff:8.8.8.8%eth0"},
	"outside of the global unicast": {"4000::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
}

// The neighbours of the refused ranges, and addresses of well-known public services.
var publicAddresses = []string{
	"1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	"128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0",
	"192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
	"198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
	"::ffff:8.8.8.8", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700:4700::1111", "2a00::1", "3ffe:ffff::1",
}

func TestPermitRefusesWhatIsNotPublic(t *testing.T) {
	t.Parallel()
	for name, addresses := range refusedAddresses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, address := range addresses {
				if err := (egress.Policy{}).Permit(netip.MustParseAddr(address)); !errors.Is(err, egress.ErrRefusedAddress) {
					t.Errorf("%s: got %v, want ErrRefusedAddress", address, err)
				}
			}
		})
	}
	if err := (egress.Policy{}).Permit(netip.Addr{}); !errors.Is(err, egress.ErrRefusedAddress) {
		t.Errorf("the zero address: got %v, want ErrRefusedAddress", err)
	}
}

func TestPermitAcceptsWhatIsPublic(t *testing.T) {
	t.Parallel()
	for _, address := range publicAddresses {
		if err := (egress.Policy{}).Permit(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPermitAllows(t *testing.T) {
	t.Parallel()
	policy := egress.Policy{Allow: prefixes("127.0.0.0/8", "10.1.0.0/16", "fd00::/8")}
	for address, want := range map[string]bool{
		"127.0.0.1":        true,
		"::ffff:127.0.0.1": true,
		"10.1.2.3":         true,
		"fd00:ec2::254":    true,
		"8.8.8.8":          true,
		"10.2.0.0":         false,
		"::1":              false,
		"64:ff9b::7f00:1":  false,
		"fd00::1%eth0":     false,
		"169.254.169.254":  false,
	} {
		if err := policy.Permit(netip.MustParseAddr(address)); (err == nil) != want {
			t.Errorf("%s: got %v, want permitted %t", address, err, want)
		}
	}
}

// The predicates of the standard library know less than the policy, but nothing that it does not know.
func TestPermitIsStricterThanTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int{4, 16}).Draw(t, "size")
		addr, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "address"))
		plain := addr.Unmap()
		if plain.IsGlobalUnicast() && !plain.IsPrivate() {
			return
		}
		if err := (egress.Policy{}).Permit(addr); err == nil {
			t.Fatalf("%s is permitted", addr)
		}
	})
}

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}
