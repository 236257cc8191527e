package egress

import (
	"fmt"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

// Policy says which addresses and URLs webhooks may reach. The zero value is the strictest: public
// addresses over https.
type Policy struct {
	// Allow lists what may be reached, on any port, although it is not public (CRIER_ENDPOINT_ALLOW).
	Allow []netip.Prefix
	// AllowHTTP accepts plain http:// too (CRIER_ENDPOINT_ALLOW_HTTP).
	AllowHTTP bool
}

// public knows the special-purpose registries of IANA, and refuses every IPv6 address outside of the
// global unicast range: with it NAT64, site-local, discard-only and segment routing addresses.
var public = ssrf.New(
	ssrf.WithAnyNetwork(),
	ssrf.WithAnyPort(),
	// In no registry: the WireServer of Azure, which hands out secrets to any virtual machine.
	ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")),
)

// Permit returns nil if addr is public or allowed, else an error that wraps [ErrRefusedAddress]. An
// IPv4 address mapped into IPv6 is judged as the IPv4 address. An address with a zone is never
// permitted, since a zone only means something on a local link.
func (p Policy) Permit(addr netip.Addr) error {
	if !addr.IsValid() || addr.Zone() != "" {
		return fmt.Errorf("%w: %s", ErrRefusedAddress, addr)
	}
	addr = addr.Unmap()
	for _, prefix := range p.Allow {
		if prefix.Contains(addr) {
			return nil
		}
	}
	if err := public.SafeAddr(addr); err != nil {
		return fmt.Errorf("%w: %w", ErrRefusedAddress, err)
	}
	return nil
}

// control is the guard at [net.Dialer.Control]: it sees each address that is really dialled, after the
// name was resolved, so that a name whose answer changes between check and use gains nothing.
func (p Policy) control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefusedAddress, err)
	}
	return p.Permit(dialled.Addr())
}

// permitsLoopback tells whether this very host may be reached.
func (p Policy) permitsLoopback() bool {
	return p.Permit(netip.AddrFrom4([4]byte{127, 0, 0, 1})) == nil || p.Permit(netip.IPv6Loopback()) == nil
}
