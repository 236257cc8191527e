package delivery

import "sync"

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
	// lineTurns is how many events of those called are first attempts, while others
	// wait too, before one that is not.
	lineTurns = 3
)

// line divides the places of this process among webhooks and owners, and is where
// events wait for a slot that this process itself is about to free: the end of an
// exchange starts the next of the same webhook at once, without a way through
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
	// first and others wait, apart so that first attempts go first.
	first, others []task
	bytes, turns  int
	// parked says that more events wait in Redis.
	parked bool
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
	busy, spare := 0, l.spare()-planned
	if q := l.queues[webhook]; q != nil {
		busy = q.busy
	}
	vacant := max(min(spare/webhookShare-busy, spare-l.owners[owner]-ofOwner), 0)
	if busy == 0 && l.taken+planned < l.places {
		return max(vacant, 1)
	}
	return vacant
}

// spare is how many places are free beyond those left to webhooks that have none.
func (l *line) spare() int { return l.places - l.taken - l.places/keptShare }

// admit gives a task a place; false where its webhook, its owner or its like has
// its share.
func (l *line) admit(t task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, spare, owned := l.queue(t.webhook.Num), l.spare(), l.owners[t.webhook.SellerID]
	within := q.busy < spare/webhookShare && owned < spare
	if q.busy == 0 {
		within = l.taken < l.places && owned < l.places-l.places/keptShare
	}
	if !within || t.again() && l.again >= l.places/retryShare {
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

// withdraw gives back the place of a task that got no slot, and returns those who
// wait and whom nobody would call any more.
func (l *line) withdraw(t task) []task {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count(t, -1)
	return l.follow(t.webhook.Num, 0)
}

// join lets a task wait; false where nothing here will end, or too much waits.
func (l *line) join(t task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, size := l.queues[t.webhook.Num], len(t.payload)
	if l.closed || q == nil || q.busy == 0 || q.waiting() >= lineLimit || l.waiting >= lineTotal ||
		q.bytes+size > lineBytes || l.bytes+size > bytesTotal {
		return false
	}
	if t.again() {
		q.others = append(q.others, t)
	} else {
		q.first = append(q.first, t)
	}
	l.keep(q, 1, size)
	return true
}

// keep counts what waits.
func (l *line) keep(q *queue, n, size int) {
	l.waiting += n
	q.bytes += size
	l.bytes += size
}

// parked notes whether a webhook with exchanges here has parked events.
func (l *line) parked(webhook int64, some bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queues[webhook]; q != nil {
		q.parked = some
	}
}

// ended notes that the slots of settled tasks are free, and returns who comes
// next: one for each slot, and all where no other slot of the webhook is held
// here, since nobody would call them later. short says of webhooks with parked
// events whose line is short how many may come.
func (l *line) ended(batch []result) (next []task, short map[int64]int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	freed, planned := map[int64]int{}, 0
	for _, r := range batch {
		if r.task.seated {
			freed[r.task.webhook.Num]++
			l.count(r.task, -1)
		}
	}
	for num, n := range freed {
		q := l.queues[num]
		if more := l.refill(q, planned); more > 0 {
			if short == nil {
				short = map[int64]int{}
			}
			short[num] = more
			planned += more
		}
		next = append(next, l.follow(num, n)...)
	}
	return next, short
}

// refill is how many parked events may come into a line; as with places, an eighth
// of what is free, so that nothing comes only to be parked again.
func (l *line) refill(q *queue, planned int) int {
	more := min(lineLimit/2, (lineTotal-l.waiting-planned)/webhookShare)
	if !q.parked || q.waiting() >= lineLimit/4 || more < refillLeast {
		return 0
	}
	q.parked = false // until the one who asks for more says otherwise
	return more
}

// refillLeast is how many events are worth a round trip.
const refillLeast = 20

// follow calls n of a webhook's waiting tasks, or all where nothing of it runs here.
func (l *line) follow(webhook int64, n int) []task {
	q := l.queues[webhook]
	if q.busy == 0 {
		n = q.waiting()
	}
	called := l.call(q, n)
	l.forget(webhook)
	return called
}

// call takes up to n waiting tasks out of the line.
func (l *line) call(q *queue, n int) (called []task) {
	for range min(n, q.waiting()) {
		from := &q.first
		q.turns++
		if len(q.first) == 0 || len(q.others) > 0 && q.turns > lineTurns {
			from, q.turns = &q.others, 0
		}
		t := (*from)[0]
		if *from = (*from)[1:]; len(*from) == 0 {
			*from = nil
		}
		l.keep(q, -1, -len(t.payload))
		called = append(called, t)
	}
	return called
}

// close lets nobody wait any more and returns who did.
func (l *line) close() []task {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	var rest []task
	for num, q := range l.queues {
		rest = append(rest, l.call(q, q.waiting())...)
		l.forget(num)
	}
	return rest
}
