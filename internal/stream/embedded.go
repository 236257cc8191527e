package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// errClosed is what connecting to the embedded server fails with after its end.
var errClosed = errors.New("the embedded redis is closed")

// expiryInterval is how often the embedded server expires keys. It can do so by
// itself, but would then look at every key at every command. Nothing here may
// depend on the moment of an expiry, only on its coming: it frees memory.
const expiryInterval = time.Minute

// embedded is a Redis server in this process, without a listener: nobody else
// can reach it.
type embedded struct {
	server *miniredis.Miniredis
	end    chan struct{}  // closed to end the expiry
	expiry sync.WaitGroup // its goroutine

	mu     sync.Mutex // no connection begins while the server ends
	closed bool
}

func newEmbedded() (*embedded, error) {
	e := &embedded{server: miniredis.NewMiniRedis(), end: make(chan struct{})}
	conn, err := e.server.Dial() // starts it without a listener; see dial
	if err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	if err := conn.Close(); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	e.expiry.Go(e.expire)
	return e, nil
}

// expire expires keys as time goes by.
func (e *embedded) expire() {
	tick := time.NewTicker(expiryInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.server.FastForward(expiryInterval)
		case <-e.end:
			return
		}
	}
}

// options are those of a client of the embedded server.
func (e *embedded) options() *redis.Options {
	o := &redis.Options{Addr: "embedded", Dialer: e.dial}
	withDefaults(o)
	return o
}

// dial connects through memory. The server's own Dial cannot serve pipelines:
// its pipe has no buffer, so the server would wait for its first reply to be
// read while the client still waits for its last command to be read.
func (e *embedded) dial(context.Context, string, string) (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errClosed
	}
	client, served := newPipe()
	e.server.Server().ServeConn(served)
	return client, nil
}

func (e *embedded) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.closed = true
	close(e.end)
	e.expiry.Wait()
	e.server.Close()
}
