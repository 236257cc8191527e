package market

import (
	"context"
	"errors"
	"slices"
	"time"
)

// openJobs bounds the jobs of one webhook that have not ended.
const openJobs = 20

// Replay is what webhookReplay says.
type Replay struct {
	WebhookID string
	Mode      ReplayMode
	// Statuses are those of the events to send again; nil: all that are final.
	Statuses []EventStatus
	Since    time.Time
	// Until is nil for up to now.
	Until         *time.Time
	RatePerSecond int64
}

// ReplayEvents starts a job that sends events of a webhook again.
func (m *Market) ReplayEvents(ctx context.Context, actor Actor, in Replay) (*WebhookJob, error) {
	return m.startJob(ctx, actor, in.WebhookID, func(u *unit, p *problems, _ *Webhook) *WebhookJob {
		until := u.now
		if in.Until != nil && in.Until.Before(until) {
			until = in.Until.UTC().Truncate(time.Microsecond)
		}
		if in.Until != nil && in.Until.Before(in.Since) {
			p.add("until", "must not be before since")
		}
		if in.Statuses != nil && len(in.Statuses) == 0 {
			p.add("statuses", "can't be empty: name at least one, or leave it out for all that are final")
		}
		since := in.Since.UTC().Truncate(time.Microsecond)
		return &WebhookJob{
			Kind: JobReplay, Mode: in.Mode, Statuses: sortedUnique(in.Statuses), Since: &since, Until: &until, RatePerSecond: in.RatePerSecond,
		}
	})
}

// Backfill is what webhookBackfill says.
type Backfill struct {
	WebhookID string
	// UpdatedSince leaves out what was updated before; nil: nothing.
	UpdatedSince  *time.Time
	RatePerSecond int64
}

// BackfillWebhook starts a job that sends every entity of a webhook's class that its owner may see.
func (m *Market) BackfillWebhook(ctx context.Context, actor Actor, in Backfill) (*WebhookJob, error) {
	return m.startJob(ctx, actor, in.WebhookID, func(_ *unit, _ *problems, w *Webhook) *WebhookJob {
		j := &WebhookJob{Kind: JobBackfill, Type: w.Type, RatePerSecond: in.RatePerSecond}
		if in.UpdatedSince != nil {
			j.Since = new(in.UpdatedSince.UTC().Truncate(time.Microsecond))
		}
		return j
	})
}

// startJob stores a job that make describes.
func (m *Market) startJob(ctx context.Context, actor Actor, webhook string, describe func(*unit, *problems, *Webhook) *WebhookJob) (*WebhookJob, error) {
	var started *WebhookJob
	err := m.run(ctx, actor, func(u *unit) error {
		w, err := u.webhook(webhook)
		if err != nil {
			return err
		}
		var p problems
		j := describe(u, &p, w)
		if j.RatePerSecond < 0 || j.RatePerSecond > RatePerSecondMax {
			p.add("rate_per_second", "must be between 0 and %d", RatePerSecondMax)
		}
		if err := p.err(); err != nil {
			return err
		}
		open, err := look[WebhookJob](u, Eq("webhook_id", w.Num), Eq("finished_at", nil))
		if err != nil {
			return err
		}
		if len(open) >= openJobs {
			return conflict("webhook_id", "has %d jobs that have not ended already", len(open))
		}
		j.State, j.SellerID, j.WebhookID, j.Traceparent = JobQueued, w.SellerID, w.Num, actor.Traceparent
		started = j
		return u.add(j)
	})
	return started, err
}

// CancelJob ends a job and calls off its events that wait.
func (m *Market) CancelJob(ctx context.Context, actor Actor, id string) (*WebhookJob, error) {
	var cancelled *WebhookJob
	err := m.run(ctx, actor, func(u *unit) error {
		ref, err := ParseID(id)
		if err != nil || ref.Type != "WebhookJob" {
			return Missing("job_id")
		}
		j, err := get[WebhookJob](u, ref.Num)
		if err != nil {
			return notFoundAs("job_id", err)
		}
		if j.State.Final() {
			return conflict("job_id", "has ended: it is %s", j.State)
		}
		cancelled = j
		return u.endJob(j, JobCancelled)
	})
	return cancelled, err
}

// endJob calls off what waits of a job and freezes its counts.
func (u *unit) endJob(j *WebhookJob, state JobState) error {
	if err := u.tx.Withdraw(u.ctx, j.Num, u.now); err != nil {
		return err
	}
	tally, err := u.tx.Tally(u.ctx, j.Num)
	if err != nil {
		return err
	}
	j.note(tally)
	j.Asked = j.Done + j.Failed // what was withdrawn never became an event
	j.finish(state, u.now)
	return nil
}

// JobStep is what one step of a job did.
type JobStep struct {
	// Asked is how many events it asked for.
	Asked int
	// Queue names events that are due again, to be queued now.
	Queue []int64
	// Made says that the job asks for no more; Ended, that all of it is over.
	Made, Ended bool
}

// StepJob takes a job further, by up to most events, in one transaction with the
// note of how far it has come, so that whoever goes on after a crash asks for
// nothing twice. total is how many events it will have as far as known; at most window of
// them wait for their first attempt at once.
func (m *Market) StepJob(ctx context.Context, num, total int64, most, window int) (JobStep, error) {
	var step JobStep
	err := m.run(ctx, Actor{ID: "delivery"}, func(u *unit) error {
		step = JobStep{}
		j, err := get[WebhookJob](u, num)
		if errors.Is(err, ErrNotFound) || err == nil && j.State.Final() {
			step.Ended = true
			return nil
		}
		if err != nil {
			return err
		}
		u.actor.Traceparent = j.Traceparent
		w, err := get[Webhook](u, j.WebhookID)
		if errors.Is(err, ErrNotFound) || err == nil && j.Kind == JobBackfill && w.Type != j.Type {
			step.Ended = true
			return u.endJob(j, JobFailed)
		}
		if err != nil {
			return err
		}
		return u.stepJob(j, w, &step, total, most, window)
	})
	return step, err
}

func (u *unit) stepJob(j *WebhookJob, w *Webhook, step *JobStep, total int64, most, window int) error {
	tally, err := u.tx.Tally(u.ctx, j.Num)
	if err != nil {
		return err
	}
	j.note(tally)
	if w.State == WebhookActive { // while it is not, they are held with all others
		tally = tally.giveUp()
	}
	if j.State == JobQueued {
		j.State, j.Total = JobRunning, total
	}
	if most = min(most, window-int(tally.Fresh)); !j.Made && most > 0 {
		if err := u.furtherJob(j, w, step, most); err != nil {
			return err
		}
	}
	if j.Total < j.Asked || j.Made {
		j.Total = j.Asked
	}
	step.Made = j.Made
	if j.Made && step.Asked == 0 && tally.Waiting() == 0 {
		step.Ended = true
		j.note(tally)
		j.finish(JobDone, u.now)
	}
	return nil
}

// furtherJob asks for the next events of a job, up to most.
func (u *unit) furtherJob(j *WebhookJob, w *Webhook, step *JobStep, most int) error {
	var rows []Entity
	var err error
	if j.Kind == JobBackfill {
		rows, err = u.backfill(j, w, most)
	} else {
		rows, err = u.replay(j, w, step, most)
	}
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		j.Cursor = rows[len(rows)-1].Ref().Num
	}
	step.Asked = len(rows)
	j.Asked += int64(len(rows))
	j.Made = len(rows) < most
	return nil
}

// backfill asks for an event of each of the next entities. They stay locked, so
// that a change of one comes before the request or after it.
func (u *unit) backfill(j *WebhookJob, w *Webhook, most int) ([]Entity, error) {
	name, q := j.Ahead()
	kind := kinds[name]
	if w.SellerID != 0 && !kind.Shared() {
		q.Where = append(q.Where, kind.Visible(w.SellerID)...)
	}
	q.Limit, q.Lock = most, true
	list := kind.NewList()
	if err := u.tx.Select(u.ctx, list, q); err != nil {
		return nil, err
	}
	rows := entitiesOf(list)
	requests := make([]Change, len(rows))
	for i, e := range rows {
		requests[i] = u.request(w, e.Ref(), Update, EventRequest{Reason: ReasonBackfill, JobID: j.Num})
	}
	return rows, u.tx.Record(u.ctx, requests)
}

// replay sends the next events again, or asks for others in their place.
func (u *unit) replay(j *WebhookJob, w *Webhook, step *JobStep, most int) ([]Entity, error) {
	_, q := j.Ahead()
	q.Limit, q.Lock = most, true
	var events []*WebhookEvent
	if err := u.tx.Select(u.ctx, &events, q); err != nil {
		return nil, err
	}
	rows, requests := make([]Entity, len(events)), make([]Change, len(events))
	for i, e := range events {
		rows[i], requests[i] = e, u.again(w, e, j.Num)
	}
	if j.Mode == ReplayReexecute {
		return rows, u.tx.Record(u.ctx, requests)
	}
	nums := make([]int64, len(events))
	for i, e := range events {
		nums[i] = e.Num
	}
	if w.State == WebhookActive {
		step.Queue = nums
	}
	return rows, u.tx.Resend(u.ctx, nums, j.Num, j.Traceparent, u.now)
}

// Ahead selects what a job has still to come to, in its order, whoever may see it.
func (j *WebhookJob) Ahead() (kind string, q Query) {
	q.Where = []Cond{Gt("id", j.Cursor)}
	if j.Kind == JobBackfill {
		kind, _ = TypeOfClass(j.Type)
		if j.Since != nil {
			q.Where = append(q.Where, Gte("updated_at", *j.Since))
		}
		return kind, q
	}
	statuses := j.Statuses
	if statuses == nil {
		statuses = []EventStatus{EventSent, EventFailed, EventCancelled, EventSkipped}
	}
	q.Where = append(q.Where, Eq("webhook_id", j.WebhookID), In("status", slices.Clone(statuses)), Ne("job_id", j.Num),
		Gte("created_at", *j.Since), Lte("created_at", *j.Until))
	return "WebhookEvent", q
}
