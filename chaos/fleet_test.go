package chaos_test

import (
	"context"
	"sync"
	"testing"

	"crier/internal/servicetest"
)

// fleet is the processes of a place. Its processes are started and stopped by
// the goroutine of the test; clients ask for their addresses.
type fleet struct {
	t     *testing.T
	place place

	came bell // rings when a process has come

	mu     sync.Mutex
	nodes  []node
	starts int
	// cut are the starts of processes that were ended amid their work.
	cut map[int]bool
}

// node is one process after the other.
type node struct {
	server *servicetest.Server
	start  int  // its number among all starts
	up     bool // it serves
}

func newFleet(t *testing.T, p place) *fleet {
	f := &fleet{t: t, place: p, nodes: make([]node, p.processes), cut: map[int]bool{}}
	for i := range f.nodes {
		f.start(i)
	}
	return f
}

func (f *fleet) start(i int) {
	f.t.Helper()
	f.mu.Lock()
	f.starts++
	start := f.starts
	f.mu.Unlock()
	server := servicetest.Serve(f.t, f.place.environ(start)...)
	f.come(i, node{server: server, start: start, up: true})
}

// come puts a process into service, and tells those who wait for one.
func (f *fleet) come(i int, n node) {
	f.mu.Lock()
	f.nodes[i] = n
	f.mu.Unlock()
	f.came.ring()
}

// down takes a process out of service and returns it.
func (f *fleet) down(i int, cut bool) *servicetest.Server {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes[i].up = false
	if cut {
		f.cut[f.nodes[i].start] = true
	}
	return f.nodes[i].server
}

// kill ends a process at once, without telling its clients before.
func (f *fleet) kill(i int) {
	f.t.Helper()
	f.nodes[i].server.Kill()
	f.down(i, true)
}

// stop ends a process in order; cut says that it may cut off what is in flight.
func (f *fleet) stop(i int, cut bool) {
	f.t.Helper()
	f.down(i, cut).Stop()
}

// pause halts a process.
func (f *fleet) pause(i int) {
	f.t.Helper()
	f.down(i, false).Pause()
}

// resume ends a pause.
func (f *fleet) resume(i int) {
	f.t.Helper()
	n := f.nodes[i]
	n.up = true
	n.server.Resume()
	f.come(i, n)
}

// url waits until a process serves, and returns the address of the one called
// home, or else of another; "" where ctx ended.
func (f *fleet) url(ctx context.Context, home int) string {
	for ctx.Err() == nil {
		came := f.came.next()
		if url := f.serving(home); url != "" {
			return url
		}
		select {
		case <-ctx.Done():
		case <-came:
		}
	}
	return ""
}

// serving is the address of a process that serves, "" where none does.
func (f *fleet) serving(home int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.nodes {
		if n := f.nodes[(home+i)%len(f.nodes)]; n.up {
			return n.server.URL
		}
	}
	return ""
}
