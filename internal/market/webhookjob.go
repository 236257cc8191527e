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
	// Total counts the events made, and those to come as far as known; Done and Failed
	// the final ones. While the job runs, Done and Failed are counted from its events.
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
