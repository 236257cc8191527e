package delivery

import (
	"sync"
	"time"

	"crier/internal/market"
)

const (
	// inFlightLimit bounds the exchanges of one process, its places.
	inFlightLimit = 4096
	// A webhook may have an eighth of the places that are still free, an owner with all
	// its webhooks as many as are free. So the share of each shrinks with their number.
	webhookShare = 8
	// A quarter of the places is left to webhooks that have none, and an owner never
	// has more than the rest: whoever comes next finds room, however many others hang.
	// Retries never have more than half.
	keptShare, retryShare = 4, 2
	// lineLimit bounds the events of one webhook that wait in this process, and
	// lineBytes their payloads; lineTotal and bytesTotal those of all.
	lineLimit  = 4 * sendBatch
	lineBytes  = 4 << 20
	lineTotal  = 4096
	bytesTotal = 32 << 20
	// Parked events come into a line of up to lineAhead for each exchange, and of
	// lineLeast at the least, when half of it has gone: enough for the time that they
	// take, and not so many that they come only to be parked again, or to become stale.
	lineAhead, lineLeast = 4, 20
	// askPause is between two requests for parked events of a webhook, since those of
	// the first are still under way.
	askPause = 20 * time.Millisecond
	// lineTurns is how many events of those called are first attempts, while others
	// wait too, before one that is not.
	lineTurns = 3
)

// line divides the places of this process among webhooks and owners, and is where
// events wait for a place, or for a slot that this process itself is about to free:
// the end of an exchange starts who comes next at once, without a way through
// Redis. Who waits holds neither a slot nor a place.
type line struct {
	mu     sync.Mutex
	closed bool
	places int
	// taken counts the places in use, again those of them that are no first attempts.
	taken, again int
	owners       map[int64]int
	queues       map[int64]*queue // by webhook
	// waiting and bytes are those of all queues.
	waiting, bytes int
}

// queue is what a webhook has in this process.
type queue struct {
	// busy counts the places in use.
	busy int
	// refused says that the last who asked got no slot: the others are held by other
	// processes, and only the end of an exchange is a reason to ask again.
	refused bool
	// first and others wait, apart so that first attempts go first.
	first, others []task
	bytes, turns  int
	// asked is when parked events were last asked for.
	asked time.Time
}

func (q *queue) waiting() int { return len(q.first) + len(q.others) }

func newLine(places int) *line {
	return &line{places: places, owners: map[int64]int{}, queues: map[int64]*queue{}}
}

// queue returns that of a webhook; forget drops it where it says nothing any more.
func (l *line) queue(webhook int64) *queue {
	q := l.queues[webhook]
	if q == nil {
		q = &queue{}
		l.queues[webhook] = q
	}
	return q
}

func (l *line) forget(webhook int64) {
	if q := l.queues[webhook]; q != nil && q.busy == 0 && q.waiting() == 0 {
		delete(l.queues, webhook)
	}
}

// counts returns the places in use, and how many events wait.
func (l *line) counts() (taken, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken, l.waiting
}

// vacancy is how many places a webhook could still get, where others are about to
// get as many as are planned, some of them of its owner.
func (l *line) vacancy(webhook, owner int64, planned, ofOwner int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	busy := 0
	if q := l.queues[webhook]; q != nil {
		busy = q.busy
	}
	return l.vacant(busy, owner, planned, ofOwner)
}

func (l *line) vacant(busy int, owner int64, planned, ofOwner int) int {
	spare := l.spare() - planned
	vacant := max(min(spare/webhookShare-busy, spare-l.owners[owner]-ofOwner), 0)
	if busy == 0 && l.taken+planned < l.places {
		return max(vacant, 1)
	}
	return vacant
}

// spare is how many places are free beyond those left to webhooks that have none.
func (l *line) spare() int { return l.places - l.taken - l.places/keptShare }

// fits reports whether a task can have a place, by the shares of its webhook, its
// owner and its like.
func (l *line) fits(q *queue, t task) bool {
	spare, owned := l.spare(), l.owners[t.webhook.SellerID]
	within := q.busy < min(spare/webhookShare, int(t.webhook.ConcurrentSendLimit)) && owned < spare
	if q.busy == 0 {
		within = l.taken < l.places && owned < l.places-l.places/keptShare
	}
	return within && (!t.again() || l.again < l.places/retryShare)
}

// admit gives a task a place; false where it has to wait.
func (l *line) admit(t task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.fits(l.queue(t.webhook.Num), t) {
		l.forget(t.webhook.Num)
		return false
	}
	l.count(t, 1)
	return true
}

// count takes or gives back the place of a task.
func (l *line) count(t task, n int) {
	owner := t.webhook.SellerID
	l.queue(t.webhook.Num).busy += n
	l.taken += n
	if t.again() {
		l.again += n
	}
	if l.owners[owner] += n; l.owners[owner] == 0 {
		delete(l.owners, owner)
	}
}

// join lets a task wait; false where nothing here will end, or too much waits.
func (l *line) join(t task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, size := l.queues[t.webhook.Num], len(t.payload)
	if l.closed || q == nil || q.busy == 0 || q.waiting() >= 2*q.depth() || l.waiting >= lineTotal ||
		q.bytes+size > lineBytes || l.bytes+size > bytesTotal {
		return false
	}
	list := q.list(t)
	*list = append(*list, t)
	l.keep(q, 1, size)
	return true
}

// list is where a task waits.
func (q *queue) list(t task) *[]task {
	if t.again() {
		return &q.others
	}
	return &q.first
}

// depth is how many events a line should have.
func (q *queue) depth() int { return min(max(lineAhead*q.busy, lineLeast), lineLimit/2) }

// keep counts what waits.
func (l *line) keep(q *queue, n, size int) {
	l.waiting += n
	q.bytes += size
	l.bytes += size
}

// answered notes which of the tasks with a place got a slot. Those that did not
// give their place back and wait at the head of the line; where nothing of their
// webhook runs here they and all who wait are returned, since nobody would call them.
func (l *line) answered(granted, refused []task) (stranded []task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range granted {
		l.queue(t.webhook.Num).refused = false
	}
	for _, t := range refused {
		l.count(t, -1)
	}
	for i := len(refused) - 1; i >= 0; i-- {
		t := refused[i]
		t.placed = false
		q := l.queue(t.webhook.Num)
		list := q.list(t)
		q.refused, *list = true, append([]task{t}, *list...)
		l.keep(q, 1, len(t.payload))
	}
	for _, t := range refused {
		stranded = append(stranded, l.strand(t.webhook.Num)...)
	}
	return stranded
}

// withdraw gives back the places of tasks that do not stay, and returns those who
// wait and whom nobody would call any more.
func (l *line) withdraw(tasks []task) (stranded []task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range tasks {
		l.count(t, -1)
		l.queue(t.webhook.Num).refused = true
	}
	for _, t := range tasks {
		stranded = append(stranded, l.strand(t.webhook.Num)...)
	}
	return stranded
}

// ended notes that the places of settled tasks are free. It returns those who come
// next, with their place, and those whom nobody would call any more.
func (l *line) ended(batch []result) (next, stranded []task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	freed := map[int64]int{}
	for _, r := range batch {
		if r.task.placed {
			freed[r.task.webhook.Num]++
			l.count(r.task, -1)
		}
	}
	for num, n := range freed {
		next = append(next, l.call(l.queue(num), n+1)...) // one more, since other processes may have freed some too
	}
	if l.waiting > 0 {
		for _, q := range l.queues {
			if !q.refused {
				next = append(next, l.call(q, q.waiting())...)
			}
		}
	}
	for num := range freed {
		stranded = append(stranded, l.strand(num)...)
	}
	return next, stranded
}

// strand takes out of the line who waits for a webhook that has no exchange here.
func (l *line) strand(webhook int64) (stranded []task) {
	if q := l.queues[webhook]; q != nil && q.busy == 0 {
		for q.waiting() > 0 {
			list, _ := q.turn()
			stranded = append(stranded, l.pop(q, list))
		}
	}
	l.forget(webhook)
	return stranded
}

// call gives up to n waiting tasks their place.
func (l *line) call(q *queue, n int) (called []task) {
	for range min(n, q.waiting()) {
		list, other := q.turn()
		if !l.fits(q, (*list)[0]) {
			list = other
		}
		if len(*list) == 0 || !l.fits(q, (*list)[0]) {
			break
		}
		t := l.pop(q, list)
		t.placed = true
		l.count(t, 1)
		called = append(called, t)
	}
	return called
}

// turn returns the list, not empty, from which the next comes, and the other one.
func (q *queue) turn() (list, other *[]task) {
	if len(q.first) == 0 || len(q.others) > 0 && q.turns >= lineTurns {
		return &q.others, &q.first
	}
	return &q.first, &q.others
}

// pop takes the head out of a list.
func (l *line) pop(q *queue, list *[]task) task {
	t := (*list)[0]
	if *list = (*list)[1:]; len(*list) == 0 {
		*list = nil
	}
	if q.turns++; list == &q.others {
		q.turns = 0
	}
	l.keep(q, -1, -len(t.payload))
	return t
}

// lack is how many parked events of a webhook may come: as many as it has places
// free, or as its line is short of. Of what all lines can hold it gets, as with
// places, an eighth of what is free beyond the planned.
func (l *line) lack(w *market.Webhook, planned int, now time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.queue(w.Num)
	defer l.forget(w.Num)
	depth, waiting := q.depth(), q.waiting()
	if waiting > depth/2 || now.Sub(q.asked) < askPause {
		return 0
	}
	vacant := min(l.vacant(q.busy, w.SellerID, 0, 0), int(w.ConcurrentSendLimit)-q.busy)
	more := max(min(depth-waiting, (lineTotal-l.waiting-planned)/webhookShare), vacant-waiting, 0)
	if more > 0 {
		q.asked = now
	}
	return more
}

// close lets nobody wait any more and returns who did.
func (l *line) close() []task {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var rest []task
	for num, q := range l.queues {
		for q.waiting() > 0 {
			list, _ := q.turn()
			rest = append(rest, l.pop(q, list))
		}
		l.forget(num)
	}
	return rest
}
