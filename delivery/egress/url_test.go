package egress_test

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"crier/delivery/egress"
)

const base = "https://example.com/"

func TestCheckURLAccepts(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"https://example.com",
		"https://example.com/hooks?tenant=1&path=%0D%0A",
		"HTTPS://EXAMPLE.COM/hooks",
		"https://example.com:8443/hooks",
		"https://example.com:1/",
		"https://example.com:65535/",
		"https://a-b.c--d.example/",
		"https://intranet/",
		"https://0.example/",
		"https://7f.example/",
		"https://0xcafe.example/",
		"https://127.0.0.1.example/",
		"https://localhost.example/",
		"https://notlocalhost/",
		"https://bücher.example/straße",
		"https://exam\u200bple.com/", // a zero-width space, which every client drops
		"https://例え.テスト/",
		"https://xn--bcher-kva.example/",
		"https://8.8.8.8/",
		"https://8.8.8.8:9000/",
		"https://[2606:4700:4700::1111]/",
		"https://[2606:4700:4700::1111]:8443/",
		"https://[::ffff:8.8.8.8]/",
		"https://" + strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("b", 61) + "/",
		base + strings.Repeat("p", 2048-len(base)),
		base + strings.Repeat("ü", 2048-len(base)),
	} {
		if err := (egress.Policy{}).CheckURL(raw); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestCheckURLRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		raws []string
		want string // what the reason must say
	}{
		"nothing":    {[]string{""}, "missing"},
		"relative":   {[]string{"/hooks", "hooks", "example.com/hooks", "//example.com/hooks", "?x"}, "not absolute"},
		"scheme":     {[]string{"ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "gopher://example.com/", "unix:///tmp/s"}, "Use https"},
		"plain http": {[]string{"http://example.com/", "HTTP://example.com/"}, "Use https"},
		"no host":    {[]string{"https:", "https://", "https:///hooks", "https:example.com", "https:/example.com", "https://:443/", "https://?x"}, "no host"},
		"syntax":     {[]string{"https://exa%6dple.com/", "https://example.com:port/", "https://[::1/", "https://::1/", "https://2606:4700:4700::1111/", "https://a\\b/", "https://example.com\\@other.example/", base + "%zz", "https://[8.8.8.8]/", ":", "https://example.com:-1/"}, "not a valid URL"},
		"user":       {[]string{"https://user@example.com/", "https://user:pass@example.com/", "https://:pass@example.com/", "https://@example.com/", "https://example.com@8.8.8.8/"}, "user"},
		"fragment":   {[]string{base + "#top", base + "#", "https://example.com#@127.0.0.1/"}, "fragment"},
		"control":    {[]string{base + "\x00", base + "\r\nX: y", base + "\t", base + "\x7f", base + "\u0085", " " + base, base + " ", "https://exa mple.com/", base + "a b", base + "\u2028", "https://example.com\u3000/"}, "control character"},
		"not UTF-8":  {[]string{base + "\xff"}, "UTF-8"},
		"too long":   {[]string{base + strings.Repeat("p", 2049-len(base)), base + strings.Repeat("ü", 2049-len(base)), strings.Repeat("x", 1<<20)}, "2048"},
		"port":       {[]string{"https://example.com:0/", "https://example.com:00/", "https://example.com:65536/", "https://example.com:99999999999999999999/"}, "1 to 65535"},
		"host name": {[]string{
			"https://a_b.example/", "https://-a.example/", "https://a-.example/", "https://a..example/", "https://.example/", "https://*.example/",
			"https://example.com./", "https://127.0.0.1./", "https://localhost./", "https://./", "https://a,b/", "https://a$b/", "https://a~b/",
			"https://" + strings.Repeat("a", 64) + ".example/", "https://" + strings.Repeat("a.", 127) + "a/", "https://xn--ü.example/", "https://\u200b.example/",
			"https://a%C2%A0b/",
		}, "host name"},
		"address not public": {[]string{
			"https://127.0.0.1/", "https://127.0.0.1:8080/", "https://0.0.0.0/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/", "https://168.63.129.16/",
			"https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
			"https://[64:ff9b::7f00:1]/", "https://[64:ff9b::127.0.0.1]/", "https://[2002:7f00:1::]/", "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
			"https://[fe80::1%25eth0]/", "https://[::1%25lo]/", "https://[2606:4700:4700::1111%25eth0]/", "https://[fec0::1]/", "https://[fd00:ec2::254]/", "https://255.255.255.255/",
		}, "not public"},
		"unusual address": {[]string{
			"https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0X7F000001/", "https://0x7f.0.0.1/", "https://0x7f.0x0.0x0.0x1/", "https://0177.0.0.1/",
			"https://127.000.000.001/", "https://127.1/", "https://127.0.1/", "https://1/", "https://0/", "https://0x/", "https://127.0.0.0x1/", "https://127.0.0.256/", "https://1.2.3.4.5/",
			"https://134744072/", "https://example.123/", "https://１２７.0.0.1/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/",
		}, "unusual form"},
		"localhost": {[]string{"https://localhost/", "https://LOCALHOST/", "https://localhost:8080/", "https://a.localhost/", "https://a.b.LocalHost/", "https://ｌocalhost/", "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"}, "this server itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, raw := range test.raws {
				err := egress.Policy{}.CheckURL(raw)
				var urlError *egress.URLError
				if !errors.As(err, &urlError) {
					t.Errorf("%.80q: got %v, want a *URLError", raw, err)
				} else if !strings.Contains(urlError.Reason, test.want) {
					t.Errorf("%.80q: the reason is %q, want one with %q", raw, urlError.Reason, test.want)
				}
			}
		})
	}
}

func TestCheckURLFollowsThePolicy(t *testing.T) {
	t.Parallel()
	development := egress.Policy{Allow: prefixes("127.0.0.0/8", "::1/128"), AllowHTTP: true}
	onlyIPv6 := egress.Policy{Allow: prefixes("::1/128")}
	for name, test := range map[string]struct {
		policy egress.Policy
		raw    string
		want   bool
	}{
		"plain http":                 {development, "http://example.com/", true},
		"loopback":                   {development, "http://127.0.0.1:9000/hooks", true},
		"mapped loopback":            {development, "http://[::ffff:127.0.0.1]:9000/hooks", true},
		"IPv6 loopback":              {development, "http://[::1]:9000/hooks", true},
		"localhost":                  {development, "http://localhost:9000/hooks", true},
		"below localhost":            {development, "https://shop.localhost/hooks", true},
		"localhost by IPv6 only":     {onlyIPv6, "https://localhost/", true},
		"http stays refused":         {onlyIPv6, "http://localhost/", false},
		"IPv4 stays refused":         {onlyIPv6, "https://127.0.0.1/", false},
		"private stays refused":      {development, "http://10.0.0.1/", false},
		"unusual form stays refused": {development, "http://127.1/", false},
		"port 0 stays refused":       {development, "http://127.0.0.1:0/", false},
		"other schemes stay refused": {development, "ftp://127.0.0.1/", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := test.policy.CheckURL(test.raw); (err == nil) != test.want {
				t.Errorf("%s: got %v, want accepted %t", test.raw, err, test.want)
			}
		})
	}
}

// FuzzCheckURL proves of everything that is accepted what the rule promises, by other means than the
// rule's own.
func FuzzCheckURL(f *testing.F) {
	for _, raw := range []string{
		"https://example.com/hooks", "http://example.com:8080/?q=1", "https://127.0.0.1/", "https://[::1]:443/", "https://[fe80::1%25eth0]/",
		"https://0x7f.1/", "https://bücher.example/", "https://１２７.0.0.1/", "https://user@example.com/", "https://a.localhost/", "https://example.com./#x",
	} {
		f.Add(raw, false)
		f.Add(raw, true)
	}
	f.Fuzz(func(t *testing.T, raw string, development bool) {
		policy := egress.Policy{}
		if development {
			policy = egress.Policy{Allow: prefixes("127.0.0.0/8", "::1/128"), AllowHTTP: true}
		}
		err := policy.CheckURL(raw)
		if err == nil {
			requireSafe(t, policy, raw)
			return
		}
		var urlError *egress.URLError
		if !errors.As(err, &urlError) || urlError.Reason == "" || !utf8.ValidString(urlError.Reason) {
			t.Fatalf("%q: got %#v, want a *URLError with a reason", raw, err)
		}
	})
}

func requireSafe(t *testing.T, policy egress.Policy, raw string) {
	t.Helper()
	parsed, err := url.ParseRequestURI(raw)
	if err != nil {
		t.Fatalf("%q is accepted, but: %v", raw, err)
	}
	if parsed.Scheme != "https" && (!policy.AllowHTTP || parsed.Scheme != "http") {
		t.Fatalf("%q is accepted with the scheme %s", raw, parsed.Scheme)
	}
	if parsed.User != nil || parsed.Fragment != "" || parsed.Port() == "0" || utf8.RuneCountInString(raw) > 2048 {
		t.Fatalf("%q is accepted as %#v", raw, parsed)
	}
	host := parsed.Hostname()
	if mapped, err := idna.Lookup.ToASCII(host); err == nil {
		host = mapped
	}
	for _, form := range []string{host, strings.TrimSuffix(host, "."), parsed.Hostname()} {
		if addr, err := netip.ParseAddr(form); err == nil && policy.Permit(addr) != nil {
			t.Fatalf("%q is accepted with the address %s", raw, addr)
		}
	}
}
