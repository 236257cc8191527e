package market

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// headersLimit bounds a webhook's own headers, names and values together (contract wire.md).
const headersLimit = 16 << 10

// protocolHeaders are framing, hop-by-hop and protocol headers that a webhook
// can never set (contract wire.md; RFC 9110 section 7.6.1 for the hop-by-hop ones).
var protocolHeaders = []string{
	"connection", "content-encoding", "content-length", "content-type", "expect", "host", "http2-settings",
	"idempotency-key", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
	"traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade", "user-agent",
}

// readHeaders reads a JSON object of header names and values; numbers and booleans become text.
func (m *Market) readHeaders(p *problems, raw json.RawMessage) map[string]string {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		p.add("headers", `must be an object of names and values, as in {"X-Team": "orders"}`)
		return nil
	}
	headers, size := make(map[string]string, len(object)), 0
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, ok := headerText(object[name])
		if lower := strings.ToLower(name); seen[lower] {
			p.add("headers."+name, "is given twice: names are the same in any case")
		} else {
			seen[lower] = true
		}
		if !ok {
			p.add("headers."+name, "must be a string, a number or a boolean")
			continue
		}
		m.checkHeader(p, name, value)
		headers[name] = value
		size += len(name) + len(value)
	}
	if size > headersLimit {
		p.add("headers", "are too large: at most %d bytes in all", headersLimit)
	}
	return headers
}

func headerText(v any) (string, bool) {
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number, bool:
		return fmt.Sprint(x), true
	}
	return "", false
}

// checkHeader refuses names that are no tokens (RFC 9110 section 5.6.2) or that
// belong to the protocol, and values that would end the header.
func (m *Market) checkHeader(p *problems, name, value string) {
	field := "headers." + name
	switch {
	case !isToken(name):
		p.add("headers", "the name %q is no header name: use letters, digits and hyphens", name)
	case m.reservedHeader(name):
		p.add(field, "is set by the server and can't be replaced")
	case strings.ContainsFunc(value, isControl):
		p.add(field, "can't hold line breaks or other control characters")
	}
}

func (m *Market) reservedHeader(name string) bool {
	lower := strings.ToLower(name)
	return slices.Contains(protocolHeaders, lower) || strings.HasPrefix(lower, "webhook-") ||
		strings.HasPrefix(lower, "crier-") || strings.HasPrefix(lower, strings.ToLower(m.options.HeaderPrefix)+"-")
}

func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		letterOrDigit := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letterOrDigit && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// isControl accepts the tab, which header values may hold.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
