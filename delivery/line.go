package delivery

import "sync"

// lineLimit bounds the events of one webhook that wait in this process.
const lineLimit = 4 * sendBatch

// line is where events wait for a slot that this process itself is about to
// free: the end of an exchange starts the next of the same webhook at once,
// without a way through the delayed set. Who waits holds neither a slot nor a
// place among the exchanges.
type line struct {
	mu     sync.Mutex
	closed bool
	// busy counts the slots of a webhook that this process holds.
	busy    map[int64]int
	waiting map[int64][]task
}

func newLine() *line { return &line{busy: map[int64]int{}, waiting: map[int64][]task{}} }

// began notes that a task got a slot.
func (l *line) began(t task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy[t.webhook.Num]++
}

// join lets a task wait; false where nothing here will end, or too many wait.
func (l *line) join(t task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	num := t.webhook.Num
	if l.closed || l.busy[num] == 0 || len(l.waiting[num]) >= lineLimit {
		return false
	}
	l.waiting[num] = append(l.waiting[num], t)
	return true
}

// ended notes that the slots of settled tasks are free, and returns who comes
// next: one for each slot, and all where no other slot of the webhook is held
// here, since nobody would call them later.
func (l *line) ended(batch []result) []task {
	l.mu.Lock()
	defer l.mu.Unlock()
	freed := map[int64]int{}
	for _, r := range batch {
		if r.task.seated {
			freed[r.task.webhook.Num]++
		}
	}
	var next []task
	for num, n := range freed {
		l.busy[num] -= n
		if l.busy[num] == 0 {
			delete(l.busy, num)
			n = len(l.waiting[num])
		}
		next = append(next, l.call(num, n)...)
	}
	return next
}

// call takes up to n waiting tasks of a webhook out of the line.
func (l *line) call(num int64, n int) []task {
	n = min(n, len(l.waiting[num]))
	called := l.waiting[num][:n:n]
	if l.waiting[num] = l.waiting[num][n:]; len(l.waiting[num]) == 0 {
		delete(l.waiting, num)
	}
	return called
}

// close lets nobody wait any more and returns who did.
func (l *line) close() []task {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var rest []task
	for num := range l.waiting {
		rest = append(rest, l.call(num, len(l.waiting[num]))...)
	}
	return rest
}
