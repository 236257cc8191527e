// Package execution runs the fields of an operation for the generated code of
// graph/. Fields are resolved one after another on one goroutine for as long as
// none waits. Where a resolver waits for a load, another goroutine takes on the
// rest of the work; and when every goroutine of an execution waits, nobody can
// ask for more, so that what was asked for is loaded at once, in one batch.
package execution

import (
	"context"
	"runtime"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Crew is the goroutines of one execution, or of several that share loads.
type Crew struct {
	mu sync.Mutex
	// working counts the goroutines that do not wait.
	working int
	idle    func()
	// ctx ends what the crew loads.
	ctx context.Context
	// shared says that several executions share the crew; settling, that one
	// looks whether more of them come.
	shared, settling bool
	// fields are the selections that were collected.
	fields map[selection][]graphql.CollectedField
}

// place is where a goroutine of a crew is: in which work, within which others.
type place struct {
	crew *Crew
	work *work
	// around is the place from which this one was reached on the same goroutine.
	around *place
}

type placeKey struct{}

type sharedKey struct{}

// Shared returns a context whose crew is that of several executions. They start
// one after another, so that those who wait do not know whether all have come:
// idle is called only after they gave others the turn for a while.
func Shared(ctx context.Context) context.Context {
	return context.WithValue(ctx, sharedKey{}, true)
}

// WithCrew returns a context whose work is that of a new crew, without members
// yet. idle is called whenever all of them wait; it must not wait itself, nor
// call the crew.
func WithCrew(ctx context.Context, idle func()) (context.Context, *Crew) {
	shared, _ := ctx.Value(sharedKey{}).(bool)
	c := &Crew{idle: idle, ctx: ctx, shared: shared, fields: map[selection][]graphql.CollectedField{}}
	return context.WithValue(ctx, placeKey{}, &place{crew: c}), c
}

func placeOf(ctx context.Context) *place {
	p, _ := ctx.Value(placeKey{}).(*place)
	return p
}

// join adds a goroutine that works.
func (c *Crew) join() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working++
}

// leave takes off a goroutine that worked.
func (c *Crew) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest()
}

// rest takes one goroutine off the work; the crew is locked.
func (c *Crew) rest() {
	c.working--
	c.look()
}

func (c *Crew) look() {
	switch {
	case c.working > 0 || c.settling:
	case c.shared:
		c.settling = true
		go c.settle()
	default:
		c.idle()
	}
}

// turns is how often settle gives its turn away, in which everybody who can
// start does so: some µs where nobody can.
const turns = 10

// settle calls idle where nobody works after a while.
func (c *Crew) settle() {
	for range turns {
		runtime.Gosched()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settling = false
	if c.working <= 0 {
		c.idle()
	}
}

// Gate is what goroutines of a crew wait at until somebody opens it.
type Gate struct {
	crew    *Crew
	done    chan struct{}
	open    bool
	late    error
	waiting int
	// forget takes back that the gate opens when the crew's context ends.
	forget func() bool
}

// NewGate returns a closed gate, which opens by itself when the context of the crew ends.
func (c *Crew) NewGate() *Gate {
	g := &Gate{crew: c, done: make(chan struct{})}
	g.forget = context.AfterFunc(c.ctx, func() { g.let(c.ctx.Err()) })
	return g
}

// Opened is a gate that is open, for what was there from the beginning.
var Opened = func() *Gate {
	g := &Gate{open: true, done: make(chan struct{})}
	close(g.done)
	return g
}()

// Open lets all pass who wait, now and later.
func (g *Gate) Open() {
	g.forget()
	g.let(nil)
}

// let opens the gate, unless it is open.
func (g *Gate) let(late error) {
	g.crew.mu.Lock()
	defer g.crew.mu.Unlock()
	if g.open {
		return
	}
	g.crew.working += g.waiting // before the first of them runs, so that it alone is not all
	g.waiting, g.open, g.late = 0, true, late
	close(g.done)
	g.crew.look() // where nobody waited for it, others may still wait for more
}

// Wait waits until the gate is open, or the context or the crew's ends, while
// others take on the work that the goroutine has left.
func (g *Gate) Wait(ctx context.Context) error {
	select {
	case <-g.done:
		return g.late
	default:
	}
	p := placeOf(ctx)
	if g.begin(p) {
		return g.late
	}
	if ctx.Done() == g.crew.ctx.Done() {
		<-g.done
	} else {
		select {
		case <-g.done:
		case <-ctx.Done():
		}
	}
	if g.end(p) {
		return g.late
	}
	return ctx.Err()
}

// begin takes a goroutine off its work, unless the gate is open.
func (g *Gate) begin(p *place) (open bool) {
	g.crew.mu.Lock()
	defer g.crew.mu.Unlock()
	if !g.open {
		g.waiting++
		p.handOn()
		g.crew.rest()
	}
	return g.open
}

// end takes a goroutine back to its work, and says whether that is because the gate is open.
func (g *Gate) end(p *place) (open bool) {
	g.crew.mu.Lock()
	defer g.crew.mu.Unlock()
	p.resume()
	if !g.open { // else whoever opened it has counted this goroutine
		g.waiting--
		g.crew.working++
	}
	return g.open
}
