package egresstest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Resolver asks a name server in memory that knows what lookup returns for a host, without its last
// dot; a host without addresses does not exist. It asks for IPv4 and IPv6 apart, and at the same time.
func Resolver(lookup func(host string) []netip.Addr) *net.Resolver {
	return &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go serve(server, lookup)
			return client, nil
		},
	}
}

// serve answers queries as they come over TCP, behind their length (RFC 1035, section 4.2.2).
func serve(conn net.Conn, lookup func(host string) []netip.Addr) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return // the resolver has closed it
		}
		packed := make([]byte, binary.BigEndian.Uint16(size[:]))
		var query dnsmessage.Message
		if _, err := io.ReadFull(conn, packed); err != nil || query.Unpack(packed) != nil || len(query.Questions) != 1 {
			return
		}
		answer := reply(query, lookup)
		packed, err := answer.AppendPack(make([]byte, 2, 512))
		if err != nil {
			return
		}
		binary.BigEndian.PutUint16(packed, uint16(len(packed)-2))
		if _, err := conn.Write(packed); err != nil {
			return
		}
	}
}

func reply(query dnsmessage.Message, lookup func(host string) []netip.Addr) *dnsmessage.Message {
	question := query.Questions[0]
	addresses := lookup(strings.TrimSuffix(question.Name.String(), "."))
	answer := &dnsmessage.Message{
		Header:    dnsmessage.Header{ID: query.ID, Response: true, Authoritative: true, RecursionAvailable: true},
		Questions: query.Questions,
	}
	if len(addresses) == 0 {
		answer.RCode = dnsmessage.RCodeNameError
	}
	for _, address := range addresses {
		header := dnsmessage.ResourceHeader{Name: question.Name, Class: question.Class, TTL: 1}
		switch {
		case address.Is4() && question.Type == dnsmessage.TypeA:
			answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: address.As4()}})
		case address.Is6() && question.Type == dnsmessage.TypeAAAA:
			answer.Answers = append(answer.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: address.As16()}})
		}
	}
	return answer
}
