// Package egresstest plays what stands at the other end of an exchange in tests: receivers that break
// every rule, their certificates and their name servers.
package egresstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"
)

// Serve lets serve do with each connection to a free port of this machine what no HTTP server would; a
// connection is closed when serve returns, and with the test. Serve returns host and port.
func Serve(t testing.TB, serve func(conn net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := &connections{set: map[net.Conn]bool{}}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed with the test
			}
			if open.add(conn) {
				running.Go(func() {
					defer open.remove(conn)
					serve(conn)
				})
			}
		}
	})
	t.Cleanup(func() {
		listener.Close()
		open.close()
		running.Wait()
	})
	return listener.Addr().String()
}

// connections are those that a receiver has open.
type connections struct {
	mu     sync.Mutex
	set    map[net.Conn]bool
	closed bool
}

// add notes a connection, or closes it where it came too late.
func (c *connections) add(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		conn.Close()
		return false
	}
	c.set[conn] = true
	return true
}

func (c *connections) remove(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.set, conn)
	conn.Close()
}

func (c *connections) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.set {
		conn.Close()
	}
}

// Certificate signs a certificate by itself, valid for an hour where the template says nothing else.
func Certificate(t testing.TB, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	filled := *template
	filled.SerialNumber = big.NewInt(1)
	filled.Subject = pkix.Name{CommonName: "receiver"}
	if filled.NotAfter.IsZero() {
		filled.NotBefore, filled.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, &filled, &filled, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
