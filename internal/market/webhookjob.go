package market

import "time"

// JobKind is what a job does.
type JobKind string

// The kinds of jobs.
const (
	// JobReplay sends events of a time again.
	JobReplay JobKind = "REPLAY"
	// JobBackfill sends every existing entity of the webhook's class.
	JobBackfill JobKind = "BACKFILL"
)

// JobState is how far a job has come.
type JobState string

// The states of a job.
const (
	JobQueued    JobState = "QUEUED"
	JobRunning   JobState = "RUNNING"
	JobDone      JobState = "DONE"
	JobFailed    JobState = "FAILED"
	JobCancelled JobState = "CANCELLED"
)

// Final reports whether the job does nothing more.
func (s JobState) Final() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// ReplayMode is what a replay sends.
type ReplayMode string

// The modes of a replay.
const (
	// ReplayStored sends the stored bytes as the same event.
	ReplayStored ReplayMode = "STORED"
	// ReplayReexecute executes the document again, as a new event.
	ReplayReexecute ReplayMode = "REEXECUTE"
)

// WebhookJob is a replay or a backfill of one webhook.
type WebhookJob struct {
	Base
	Kind  JobKind
	State JobState
	// Cursor is the number of the last event or entity that the job has come to.
	Cursor int64
	// Made says that the job has made all of its events, which may still wait.
	Made       bool
	FinishedAt *time.Time
	// Mode and Statuses are of a replay: what it sends, and which events; no statuses: all that are final.
	Mode     ReplayMode
	Statuses []EventStatus
	// RatePerSecond bounds the events made in a second; 0: unlimited.
	RatePerSecond int64
	// Since and Until bound the events of a replay, or the entities' times of update; nil: no bound.
	Since, Until *time.Time
	SellerID     int64
	Traceparent  string
	// Type is the class of the entities of a backfill; one that its webhook has left fails.
	Type string
	// Asked counts the events that the job has asked for.
	Asked int64
	// Total counts the events made, and those to come as far as known; Done and Failed
	// the final ones, as of the last step of the job while it runs.
	Total, Done, Failed int64
	WebhookID           int64
}

// WebhookJobsConnection is a page of jobs.
type (
	WebhookJobsConnection = Connection[WebhookJob]
	WebhookJobEdge        = Edge[WebhookJob]
)

var _ = register[WebhookJob](false, ownedBySeller)

// Ref names the job.
func (j *WebhookJob) Ref() Ref { return Ref{"WebhookJob", j.Num} }

// ID is the job's global id.
func (j *WebhookJob) ID() string { return j.Ref().ID() }

func (j *WebhookJob) sellers() []int64 { return []int64{j.SellerID} }

// JobTally counts the events of a job.
type JobTally struct {
	// Fresh are those before their first attempt, and requests for more; Again wait for
	// another one. Done reached their end and did not fail.
	Fresh, Again, Done, Failed int64
	// Stuck are those of Fresh that are held because their document gave errors.
	Stuck int64
}

// Add counts n events in a state.
func (t *JobTally) Add(status EventStatus, n int64) {
	switch status {
	case EventUnsent, EventHeld:
		t.Fresh += n
	case EventRejected:
		t.Again += n
	case EventFailed:
		t.Failed += n
	default:
		t.Done += n
	}
}

// Waiting counts the events that have not reached their end.
func (t JobTally) Waiting() int64 { return t.Fresh + t.Again }

// giveUp counts those that are held because of errors as failed: they wait for somebody
// to mend something, and their job does not.
func (t JobTally) giveUp() JobTally {
	t.Fresh, t.Failed, t.Stuck = t.Fresh-t.Stuck, t.Failed+t.Stuck, 0
	return t
}

// note keeps the counts of a job. Events that were purged meanwhile still count.
func (j *WebhookJob) note(t JobTally) {
	j.Done, j.Failed = max(j.Done, t.Done), max(j.Failed, t.Failed)
}

// finish ends a job.
func (j *WebhookJob) finish(state JobState, now time.Time) {
	j.State, j.Total, j.FinishedAt = state, j.Asked, &now
}
