package execution

import "context"

// work is things to do that do not depend on each other: the items of a list or
// the fields of an object. Whoever comes upon it does them one after another;
// where it has to wait, somebody else goes on.
type work struct {
	ctx context.Context
	do  func(ctx context.Context, i int)
	// next is the first that nobody has begun, of n; left are not done yet.
	next, n, left int
	// hands are the goroutines that do it and do not wait.
	hands int
	// done is closed when nothing is left; nil while the owner has not asked.
	done chan struct{}
}

// each does n things with the hands of the context's crew, and returns when all
// are done.
func each(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	around := placeOf(ctx)
	if n == 0 || around == nil || n == 1 && around.work != nil {
		for i := range n {
			do(ctx, i)
		}
		return
	}
	c, w := around.crew, &work{ctx: ctx, do: do, n: n, left: n, hands: 1}
	if around.work == nil { // the first work of an execution, whose goroutine is nobody's hand yet
		c.join()
		defer c.leave()
	}
	(&place{crew: c, work: w, around: around}).run()
	w.finish(around)
}

// finish waits until others have done what they have begun.
func (w *work) finish(around *place) {
	c := around.crew
	c.mu.Lock()
	if w.left > 0 {
		w.done = make(chan struct{})
		around.handOn()
		c.rest()
		c.mu.Unlock()
		<-w.done
		c.mu.Lock()
		around.resume()
	}
	c.mu.Unlock()
}

// run does what nobody has begun of the place's work.
func (p *place) run() {
	c, w := p.crew, p.work
	ctx := context.WithValue(w.ctx, placeKey{}, p)
	c.mu.Lock()
	for w.next < w.n {
		i := w.next
		w.next++
		c.mu.Unlock()
		w.do(ctx, i)
		c.mu.Lock()
		if w.left--; w.left == 0 && w.done != nil {
			c.working++ // the owner's, who works from here on
			close(w.done)
		}
	}
	w.hands--
	c.mu.Unlock()
}

// handOn gives the work that the goroutine has left to others, because it is
// going to wait; the crew is locked.
func (p *place) handOn() {
	for at := p; at != nil && at.work != nil; at = at.around {
		w := at.work
		if w.hands--; w.hands > 0 || w.next == w.n {
			continue
		}
		w.hands++
		p.crew.working++
		go (&place{crew: p.crew, work: w}).help()
	}
}

// resume takes the goroutine back to its work; the crew is locked.
func (p *place) resume() {
	for at := p; at != nil && at.work != nil; at = at.around {
		at.work.hands++
	}
}

// help is the life of a goroutine that was called to some work.
func (p *place) help() {
	makeRoom(false)
	p.run()
	p.crew.leave()
}

// makeRoom grows the goroutine's stack while there is nothing on it, to what
// resolving takes; it would be moved twice on the way there. A function's frame
// is made room for when it is called, so that the branch need not be taken.
//
//go:noinline
func makeRoom(use bool) {
	if use {
		var room [2 << 10]byte
		fill(&room)
	}
}

//go:noinline
func fill(room *[2 << 10]byte) { room[0] = 1 }
