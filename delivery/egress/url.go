package egress

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

const (
	// maxURLLength is in characters, as wire.md promises.
	maxURLLength = 2048
	// The bounds of a host name and of one of its labels, in bytes (RFC 1035, section 2.3.4).
	maxNameLength  = 253
	maxLabelLength = 63
)

// URLError says why a URL cannot be the endpoint of a webhook.
type URLError struct {
	// Reason is a sentence for the person who gave the URL, and says what to do.
	Reason string
}

func (e *URLError) Error() string { return e.Reason }

// CheckURL returns nil if raw may be registered as the endpoint of a webhook (wire.md, "The URL"), else
// a [*URLError]. A host name is only checked for its form: where it leads is checked at each dial.
func (p Policy) CheckURL(raw string) error {
	_, err := p.parse(raw)
	return err
}

// parse returns the URL as it is dialled. There is no other parser: two that disagree would let a URL
// through that means another host.
func (p Policy) parse(raw string) (*url.URL, error) {
	if reason := checkText(raw); reason != "" {
		return nil, &URLError{reason}
	}
	parsed, err := url.Parse(raw)
	if err != nil {
		return nil, &URLError{"This is not a valid URL. Write it as https://host/path."}
	}
	for _, check := range []func(*url.URL) string{p.checkScheme, checkAuthority, p.checkHost} {
		if reason := check(parsed); reason != "" {
			return nil, &URLError{reason}
		}
	}
	return parsed, nil
}

func checkText(raw string) string {
	switch {
	case raw == "":
		return "The URL is missing. Write it as https://host/path."
	case !utf8.ValidString(raw):
		return "The URL is not valid UTF-8. Escape such bytes as %XX."
	case utf8.RuneCountInString(raw) > maxURLLength:
		return "The URL is longer than " + strconv.Itoa(maxURLLength) + " characters. Use a shorter one."
	case strings.ContainsFunc(raw, isBlankOrControl):
		return "The URL contains a blank or a control character. Remove it, or escape it as %XX."
	case strings.Contains(raw, "#"):
		return "The URL has a fragment, which is never sent. Remove everything from # on."
	}
	return ""
}

func isBlankOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

func (p Policy) checkScheme(u *url.URL) string {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && p.AllowHTTP:
		return ""
	case u.Scheme == "":
		return "The URL is not absolute. Write it as https://host/path."
	case u.Scheme == "http":
		return "Plain http is not allowed. Use https."
	}
	return "The scheme " + u.Scheme + " is not allowed. Use https."
}

func checkAuthority(u *url.URL) string {
	switch {
	case u.Hostname() == "": // an opaque URL (https:host) has none either
		return "The URL has no host. Write it as https://host/path."
	case u.User != nil:
		return "The URL contains a user or a password. Remove them, and send an Authorization header instead."
	case u.Port() == "":
		return ""
	}
	if port, err := strconv.ParseUint(u.Port(), 10, 16); err != nil || port == 0 {
		return "The port is not valid. Use one from 1 to 65535."
	}
	return ""
}

func (p Policy) checkHost(u *url.URL) string {
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		if p.Permit(addr) != nil {
			return "The address is not public. Use a host that can be reached from the internet."
		}
		return ""
	}
	name, ok := asciiName(u.Hostname())
	switch {
	case !ok:
		return "The host name is not valid. Use letters, digits and hyphens, in labels separated by dots."
	case endsInNumber(name):
		return "The host is an address in an unusual form. Write IPv4 as four decimal numbers without leading zeros, and IPv6 in brackets."
	case isLocalhost(name) && !p.permitsLoopback():
		return "The host is this server itself. Use a host that can be reached from the internet."
	}
	return ""
}

// asciiName returns the name as it is looked up, in lower case with punycode for other scripts, and
// whether it is one.
func asciiName(host string) (string, bool) {
	name := strings.ToLower(host)
	if strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) {
		converted, err := idna.Lookup.ToASCII(host) // the profile that net/http dials with
		if err != nil {
			return "", false
		}
		name = converted
	}
	if len(name) > maxNameLength {
		return "", false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return "", false
		}
	}
	return name, true
}

func isLabel(label string) bool {
	return label != "" && len(label) <= maxLabelLength &&
		!strings.HasPrefix(label, "-") && !strings.HasSuffix(label, "-") &&
		strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// endsInNumber is the rule by which browsers and C libraries take a host for an IPv4 address: decimal,
// octal, hexadecimal or shortened (WHATWG URL, "ends in a number"). No top-level domain is a number.
func endsInNumber(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if digits, found := strings.CutPrefix(last, "0x"); found {
		return strings.Trim(digits, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

// isLocalhost knows the names that mean this host everywhere (RFC 6761, section 6.3).
func isLocalhost(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
