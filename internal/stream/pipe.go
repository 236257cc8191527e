package stream

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// newPipe returns the two ends of a connection within the process. Other than
// with net.Pipe, what is written is buffered, without bound, so that a write
// never waits for the other end to read.
func newPipe() (net.Conn, net.Conn) {
	there, back := newFlow(), newFlow()
	return &pipeEnd{in: back, out: there}, &pipeEnd{in: there, out: back}
}

// flow is one direction of a pipe.
type flow struct {
	mu       sync.Mutex
	changed  sync.Cond // data, deadline or end
	data     bytes.Buffer
	ended    bool // no more data will come
	broken   bool // the reader has gone
	deadline time.Time
}

func newFlow() *flow {
	f := &flow{}
	f.changed.L = &f.mu
	return f
}

func (f *flow) read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for {
		switch {
		case f.broken:
			return 0, io.ErrClosedPipe
		case isPast(f.deadline):
			return 0, os.ErrDeadlineExceeded
		case f.data.Len() > 0:
			return f.data.Read(p)
		case f.ended:
			return 0, io.EOF
		}
		f.wait()
	}
}

// wait waits for a change, or for the deadline. The lock is held.
func (f *flow) wait() {
	if !f.deadline.IsZero() {
		wake := time.AfterFunc(time.Until(f.deadline), func() {
			f.mu.Lock() // else it could fire between the check and the wait
			defer f.mu.Unlock()
			f.changed.Broadcast()
		})
		defer wake.Stop()
	}
	f.changed.Wait()
}

func (f *flow) write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended || f.broken {
		return 0, io.ErrClosedPipe
	}
	n, err := f.data.Write(p)
	f.changed.Broadcast()
	return n, err
}

// set makes one change of state and wakes the reader.
func (f *flow) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	f.changed.Broadcast()
}

// pipeEnd is one end of a pipe; it implements net.Conn.
type pipeEnd struct {
	in, out *flow

	mu            sync.Mutex
	writeDeadline time.Time
}

func (e *pipeEnd) Read(p []byte) (int, error) { return e.in.read(p) }

func (e *pipeEnd) Write(p []byte) (int, error) {
	e.mu.Lock()
	late := isPast(e.writeDeadline)
	e.mu.Unlock()
	if late {
		return 0, os.ErrDeadlineExceeded
	}
	return e.out.write(p)
}

// Close ends both directions; the other end can still read what was written.
func (e *pipeEnd) Close() error {
	e.in.set(func() { e.in.broken = true })
	e.out.set(func() { e.out.ended = true })
	return nil
}

func (e *pipeEnd) SetDeadline(t time.Time) error {
	_ = e.SetWriteDeadline(t) // neither can fail
	return e.SetReadDeadline(t)
}

func (e *pipeEnd) SetReadDeadline(t time.Time) error {
	e.in.set(func() { e.in.deadline = t })
	return nil
}

func (e *pipeEnd) SetWriteDeadline(t time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.writeDeadline = t
	return nil
}

func (e *pipeEnd) LocalAddr() net.Addr  { return pipeAddr{} }
func (e *pipeEnd) RemoteAddr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "memory" }
func (pipeAddr) String() string  { return "embedded" }

func isPast(deadline time.Time) bool {
	return !deadline.IsZero() && !time.Now().Before(deadline)
}
