package store

import (
	"context"
	"fmt"
	"time"

	"crier/internal/market"
	"crier/internal/viewer"
)

// isWaiting holds for events that have not reached their end.
const isWaiting = `"status" IN ('Unsent', 'Rejected', 'Held')`

// Ask writes one request for an event to the outbox and returns its number.
func (t *tx) Ask(ctx context.Context, request market.Change) (num int64, err error) {
	if err := t.lockOrder(ctx, []market.Change{request}); err != nil {
		return 0, err
	}
	b := t.store.builder()
	b.insertChanges([]market.Change{request})
	text, args, err := b.write(` RETURNING "id"`).statement()
	if err == nil {
		err = t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&num)
	}
	if err != nil {
		return 0, fmt.Errorf("ask for an event: %w", t.store.dialect.translate(err))
	}
	t.recorded = true
	return num, nil
}

// Resend makes events due whatever became of them before, or holds them where
// their webhook is not active. Their attempts go on counting, their retries begin
// anew; in a lane each waits for the one before. They become those of a job,
// and part of a trace; 0 and "" leave them as they are.
func (t *tx) Resend(ctx context.Context, events []int64, job int64, traceparent string, at time.Time) error {
	if len(events) == 0 {
		return nil
	}
	b := t.store.builder()
	b.write(`UPDATE "webhook_events" AS e SET "status" = CASE WHEN w."state" = 'ACTIVE' THEN 'Unsent' ELSE 'Held' END`)
	b.write(`, "next_attempt_at" = CASE WHEN w."state" = 'ACTIVE' THEN `).bindMoment(at).write(` END, "processed_at" = NULL, "error_message" = NULL`)
	b.write(`, "attempts_before" = e."attempts", "resent_at" = `).bindMoment(at).write(`, "updated_at" = `).bindMoment(at)
	if job != 0 {
		b.write(`, "job_id" = `).bind(job)
	}
	if traceparent != "" {
		b.write(`, "traceparent" = `).bind(traceparent)
	}
	b.write(` FROM "webhooks" w WHERE w."id" = e."webhook_id" AND `)
	b.dialect.in(b, `e."id"`, events)
	if err := t.exec(ctx, "send events again", b); err != nil {
		return err
	}
	b = t.store.builder()
	b.write(`UPDATE "webhook_events" AS e SET "next_attempt_at" = NULL FROM "webhooks" w WHERE w."id" = e."webhook_id" AND w."ordered" AND `, earlier, ` AND `)
	b.dialect.in(b, `e."id"`, events)
	return t.exec(ctx, "have events sent again wait for earlier ones", b)
}

// Withdraw calls off what waits of a job: its events, and its requests that have
// no event yet, to which the relay must not come meanwhile.
func (t *tx) Withdraw(ctx context.Context, job int64, at time.Time) error {
	if _, err := t.counter(ctx, "change"); err != nil { // locks out the relay
		return err
	}
	b := t.store.builder()
	b.write(`DELETE FROM "changes" WHERE "sequence" IS NULL AND "job_id" = `).bind(job)
	if err := t.exec(ctx, "withdraw the requests of a job", b); err != nil {
		return err
	}
	b = t.store.builder()
	b.write(`UPDATE "webhook_events" SET "status" = 'Cancelled', "next_attempt_at" = NULL, "processed_at" = `).bind(moment(at))
	b.write(`, "updated_at" = `).bind(moment(at)).write(` WHERE "job_id" = `).bind(job).write(` AND `, isWaiting)
	return t.exec(ctx, "cancel the events of a job", b)
}

// Tally counts the events of a job by how far they are.
func (t *tx) Tally(ctx context.Context, job int64) (tally market.JobTally, err error) {
	// Requests first: one that becomes an event between the two is counted twice, never not at all.
	b := t.store.builder()
	b.write(`SELECT count(*) FROM "changes" WHERE "sequence" IS NULL AND "job_id" = `).bind(job)
	text, args, err := b.statement()
	if err == nil {
		err = t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&tally.Fresh)
	}
	if err != nil {
		return tally, fmt.Errorf("count the requests of a job: %w", err)
	}
	b = t.store.builder()
	text, args, err = b.write(`SELECT "status", count(*) FROM "webhook_events" WHERE "job_id" = `).bind(job).write(` AND "job_id" <> 0 GROUP BY "status"`).statement()
	if err != nil {
		return tally, err
	}
	rows, err := t.db.Tx.QueryContext(ctx, text, args...)
	if err != nil {
		return tally, fmt.Errorf("count the events of a job: %w", err)
	}
	defer rows.Close()
	var held bool
	for rows.Next() {
		var status market.EventStatus
		var n int64
		if err := rows.Scan(&status, &n); err != nil {
			return tally, fmt.Errorf("count the events of a job: %w", err)
		}
		tally.Add(status, n)
		held = held || status == market.EventHeld
	}
	if err := rows.Err(); err != nil || !held {
		return tally, err
	}
	tally.Stuck, err = t.stuck(ctx, job)
	return tally, err
}

// stuck counts the events of a job that are held because their document gave errors.
func (t *tx) stuck(ctx context.Context, job int64) (n int64, err error) {
	b := t.store.builder()
	b.write(`SELECT count(*) FROM "webhook_events" WHERE "job_id" = `).bind(job).write(` AND "status" = 'Held' AND "attempts" = 0 AND "error_message" LIKE `).bind(market.GaveErrors + "%")
	text, args, err := b.statement()
	if err == nil {
		err = t.db.Tx.QueryRowContext(ctx, text, args...).Scan(&n)
	}
	if err != nil {
		return 0, fmt.Errorf("count the held events of a job: %w", err)
	}
	return n, nil
}

// OpenJobs returns the jobs that have not ended, oldest first.
func (s *Store) OpenJobs(ctx context.Context) ([]*market.WebhookJob, error) {
	var jobs []*market.WebhookJob
	q := market.Query{Where: []market.Cond{market.Eq("finished_at", nil)}}
	if err := s.fetch(ctx, s.read.DB, s.builder(), &jobs, q); err != nil {
		return nil, fmt.Errorf("read open jobs: %w", err)
	}
	return jobs, nil
}

// JobSize counts what a job has still to come to.
func (s *Store) JobSize(ctx context.Context, job *market.WebhookJob) (int, error) {
	kind, q := job.Ahead()
	return s.Count(viewer.NewContext(ctx, viewer.Viewer{Seller: job.SellerID, ReadOnly: true}), kind, q)
}

// PurgeJobs deletes a part of the jobs that ended before a moment, and returns how many went.
func (s *Store) PurgeJobs(ctx context.Context, before time.Time) (int, error) {
	b := s.builder()
	b.write(`SELECT "id" FROM "webhook_jobs" WHERE "finished_at" < `).bind(moment(before)).write(` ORDER BY "id" LIMIT `).bind(purgeBatch)
	jobs, err := s.numbers(ctx, "find old jobs", b)
	if err != nil || len(jobs) == 0 {
		return 0, err
	}
	return len(jobs), s.Run(ctx, func(mtx market.Tx) error {
		return mtx.(*tx).remove(ctx, `DELETE FROM "webhook_jobs" WHERE "id"`, jobs)
	})
}
