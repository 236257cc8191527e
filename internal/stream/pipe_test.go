package stream_test

import (
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"crier/internal/stream"
)

func TestPipeIsANetConn(t *testing.T) {
	t.Parallel()
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		one, other := stream.NewPipe()
		return one, other, func() { _, _ = one.Close(), other.Close() }, nil
	})
}

func TestPipeNeverWaitsForTheReader(t *testing.T) {
	t.Parallel()
	one, other := stream.NewPipe()
	data := make([]byte, 1<<20)
	for range 8 {
		if n, err := one.Write(data); n != len(data) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	total := 0
	for {
		n, err := other.Read(data)
		total += n
		if err != nil {
			break
		}
	}
	if total != 8<<20 {
		t.Errorf("read %d bytes of what was written before the end", total)
	}
}
