package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"crier/internal/market"
)

const (
	// jobBatch bounds the events of one step of a job.
	jobBatch = 500
	// jobWindow bounds the events of a job that wait for their first attempt: the rest
	// of it is as well in the database, and live changes never have more before them.
	jobWindow = 1000
	// jobLease is how long the runner of a dead process keeps others out.
	jobLease = 15 * time.Second
	// jobsIdle is the sleep where no job is open, which another process may begin;
	// jobsBusy that between two steps of those that ask for events, and jobsWaiting
	// that while all that is open waits for receivers.
	jobsIdle    = time.Second
	jobsBusy    = 50 * time.Millisecond
	jobsWaiting = 500 * time.Millisecond
	// jobBurst is the part of a second's events that a job may ask for at once.
	jobBurst = 10
)

// jobStore is what the runner of jobs needs of the database.
type jobStore interface {
	// OpenJobs returns the jobs that have not ended, oldest first.
	OpenJobs(ctx context.Context) ([]*market.WebhookJob, error)
	// JobSize counts what a job has still to come to.
	JobSize(ctx context.Context, job *market.WebhookJob) (int, error)
}

// Jobs takes replays and backfills further; *market.Market does.
type Jobs interface {
	StepJob(ctx context.Context, num, total int64, most, window int) (market.JobStep, error)
}

// jobs runs replays and backfills, step by step and by turns. One is active over
// all processes; where two are for a moment, the database keeps their steps apart.
type jobs struct {
	*Worker
	store    jobStore
	leasedAt time.Time
	// budgets are what jobs with a rate may ask for, by job.
	budgets map[int64]*budget
}

func (j *jobs) run(ctx context.Context) {
	defer j.ended(partJobs)
	for wait := time.Duration(0); pause(ctx, wait); {
		j.turned(partJobs)
		var err error
		if wait, err = j.turn(ctx); err != nil {
			j.failed(ctx, "run jobs", err)
			wait = pauseAfterError
		}
	}
	j.release(ctx, "jobs")
}

// turn takes every open job one step further, and returns how long to sleep.
func (j *jobs) turn(ctx context.Context) (time.Duration, error) {
	open, err := j.store.OpenJobs(ctx)
	if err != nil {
		return 0, fmt.Errorf("look for jobs: %w", err)
	}
	if len(open) == 0 {
		return jobsIdle, nil
	}
	if active, err := j.lead(ctx); err != nil || !active {
		return jobsIdle, err
	}
	j.budgets = renewed(j.budgets, open, time.Now())
	wait := jobsWaiting
	for _, job := range open {
		step, stepped := j.step(ctx, job)
		if stepped != nil { // the others go on
			err = errors.Join(err, fmt.Errorf("take %s further: %w", job.Ref(), stepped))
		}
		if !step.Made && !step.Ended {
			wait = jobsBusy
		}
	}
	return wait, err
}

// lead reports whether this process runs the jobs.
func (j *jobs) lead(ctx context.Context) (bool, error) {
	if time.Since(j.leasedAt) < jobLease/3 {
		return true, nil
	}
	asked := time.Now()
	held, err := j.Redis.Lease(ctx, "jobs", j.consumer, jobLease)
	if err != nil || !held {
		j.budgets = nil
		return false, err
	}
	j.leasedAt = asked
	return true, nil
}

// step takes one job further.
func (j *jobs) step(ctx context.Context, job *market.WebhookJob) (market.JobStep, error) {
	var total int
	if job.State == market.JobQueued {
		var err error
		if total, err = j.store.JobSize(ctx, job); err != nil {
			return market.JobStep{}, fmt.Errorf("count what it has to come to: %w", err)
		}
	}
	b := j.budgets[job.Num]
	step, err := j.Jobs.StepJob(ctx, job.Num, int64(total), b.most(), jobWindow)
	if err != nil {
		return step, err
	}
	b.spend(step.Asked)
	if _, err := j.queueNow(ctx, step.Queue); err != nil {
		j.failed(ctx, "queue the events of a job", err) // the sweep finds them
	}
	return step, nil
}

// budget is how many events a job may ask for now.
type budget struct {
	// rate is the number of a second; 0: as many as there is room for.
	rate, tokens float64
	at           time.Time
}

// renewed brings the budgets of open jobs up to a moment. One that is new here
// begins with a single event, since another process may just have spent all.
func renewed(budgets map[int64]*budget, open []*market.WebhookJob, now time.Time) map[int64]*budget {
	current := make(map[int64]*budget, len(open))
	for _, job := range open {
		b := budgets[job.Num]
		if b == nil {
			b = &budget{rate: float64(job.RatePerSecond), tokens: 1, at: now}
		}
		b.tokens = min(b.tokens+b.rate*now.Sub(b.at).Seconds(), max(b.rate/jobBurst, 1))
		b.at = now
		current[job.Num] = b
	}
	return current
}

func (b *budget) most() int {
	if b.rate == 0 {
		return jobBatch
	}
	return min(int(b.tokens), jobBatch)
}

func (b *budget) spend(n int) { b.tokens -= float64(n) }
