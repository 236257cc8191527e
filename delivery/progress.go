package delivery

import (
	"fmt"
	"sync/atomic"
	"time"
)

// stalledAfter is how long a role may take for one turn. The longest that is
// right, an exchange that hangs or a batch of documents, ends within the lease.
const stalledAfter = lease + 20*time.Second

// part is a loop of a role that turns as long as the process works.
type part int

// The parts of the roles relay (the first) and deliver.
const (
	partRelay part = iota
	partFanout
	partSend
	partPromote
	partLook
	partReclaimChanges
	partReclaimDeliveries
	partSweep
	partJobs
	parts
)

// String is the name of the part.
func (p part) String() string {
	return [...]string{"relay", "fanout", "send", "promote", "look", "reclaim changes", "reclaim deliveries", "sweep", "jobs"}[p]
}

// progress is when each part last began a turn, in Unix nanoseconds; 0 while it does not run.
type progress [parts]atomic.Int64

// turned notes that a part begins a turn, be it in vain because Redis or the database is away.
func (w *Worker) turned(p part) { w.progress[p].Store(time.Now().UnixNano()) }

// ended notes that a part has stopped.
func (w *Worker) ended(p part) { w.progress[p].Store(0) }

// Working is the state of a part that turns.
const Working = "working"

// Progress tells of each part that runs how it is at a moment: Working, or for
// how long it has not turned.
func (w *Worker) Progress(now time.Time) map[string]string {
	states := map[string]string{}
	for p := range w.progress {
		last := w.progress[p].Load()
		if last == 0 {
			continue
		}
		name, silent := part(p).String(), now.Sub(time.Unix(0, last))
		states[name] = Working
		if silent > stalledAfter {
			states[name] = fmt.Sprintf("has not turned for %s", silent.Truncate(time.Second))
		}
	}
	return states
}
