package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"crier/internal/market"
)

const (
	// sweepBatch bounds one look at the database.
	sweepBatch = 1000
	// sweepClean is how many batches without a find end a turn. A find goes on
	// until all is found; a long queue that Redis knows is checked bit by bit.
	sweepClean = 20
	// sweepQueue is how many events wait in the queue when the sweep adds no more:
	// the rest of a long backlog is as well in the database. It looks again after sweepFull.
	sweepQueue = 10_000
	sweepFull  = 50 * time.Millisecond
	// sweepAge leaves what is due to the quick way for this long.
	sweepAge = 2 * time.Second
	// sweepLease is how long the sweep of a dead process keeps others out;
	// together with sweepEvery it stays below the promised 30 s.
	sweepLease = 15 * time.Second
	// consumersAfter is the silence after which a consumer is forgotten.
	consumersAfter = time.Hour
	// changesAtLeast is how long the public stream keeps changes for slow readers.
	changesAtLeast = 24 * time.Hour
)

// sweepStore is what the sweep needs of the database.
type sweepStore interface {
	// DueEvents returns up to limit events that were due before a moment, in the
	// order of their time and number, beyond after.
	DueEvents(ctx context.Context, after market.Due, before time.Time, limit int) ([]market.Due, error)
	// FreeLanes has events due that wait for others although these are over. It looks
	// at up to limit of those beyond one, and returns the last; 0 at the end.
	FreeLanes(ctx context.Context, after int64, limit int) (last int64, err error)
	// Purge deletes a part of the final events, with their payloads and attempts,
	// and published changes from before a moment, and returns how many rows went.
	Purge(ctx context.Context, before time.Time) (int, error)
	// PurgeClaims deletes a part of the idempotency keys that are past their time
	// and returns how many went.
	PurgeClaims(ctx context.Context, now time.Time) (int, error)
	// PurgeJobs deletes a part of the jobs that ended before a moment and returns how many went.
	PurgeJobs(ctx context.Context, before time.Time) (int, error)
}

// sweep finds what is due in the database and not in Redis, whatever the reason,
// and clears away what is old. One is active over all processes.
type sweep struct {
	*Worker
	store  sweepStore
	fanout *fanout
	// at is the last event that was looked at; the next turn goes on there.
	at market.Due
	// lane is the last event that was looked at of those that wait for others.
	lane int64
	// full says that the queue had no room for more.
	full bool
	// tidied is when old things were cleared away last.
	tidied time.Time
}

func (s *sweep) run(ctx context.Context) {
	defer s.ended(partSweep)
	for ctx.Err() == nil {
		s.turned(partSweep)
		if err := s.turn(ctx); err != nil {
			s.failed(ctx, "sweep", err)
		}
		s.rest(ctx)
	}
	s.release(ctx, "sweep")
}

// rest sleeps until the next look, which is soon where the queue was full or held
// events were released.
func (s *sweep) rest(ctx context.Context) {
	wait := sweepEvery
	if s.full {
		wait = sweepFull
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-s.released:
		pause(ctx, sweepAge)
	}
}

func (s *sweep) turn(ctx context.Context) error {
	active, err := s.Redis.Lease(ctx, "sweep", s.consumer, sweepLease)
	if err != nil || !active {
		s.full = false
		return err
	}
	var repaired, tidied error
	if !s.full {
		_, repaired = s.Redis.Reconcile(ctx) // before the look, which trusts it
		repaired = errors.Join(repaired, s.unblock(ctx))
	}
	looked := s.look(ctx, time.Now().Add(-sweepAge))
	if time.Since(s.tidied) >= sweepEvery {
		s.tidied, tidied = time.Now(), s.tidy(ctx)
	}
	return errors.Join(repaired, looked, tidied)
}

// look goes over due events, from where it stopped, and brings back those that
// got lost, as many as the queue has room for.
func (s *sweep) look(ctx context.Context, before time.Time) error {
	fromStart := s.at == market.Due{}
	for clean := 0; clean < sweepClean; {
		s.turned(partSweep)
		if err := s.measure(ctx); err != nil || s.full {
			return err
		}
		due, err := s.store.DueEvents(ctx, s.at, before, sweepBatch)
		if err != nil {
			return fmt.Errorf("find due events: %w", err)
		}
		found, err := s.bringBack(ctx, due, clean == 0)
		if err != nil {
			return err
		}
		if !found {
			clean++
		}
		if len(due) == sweepBatch {
			s.at = due[sweepBatch-1]
			continue
		}
		s.at = market.Due{}
		if fromStart {
			return nil
		}
		fromStart = true
	}
	return nil
}

// measure notes whether the queue has room for a batch.
func (s *sweep) measure(ctx context.Context) error {
	depth, err := s.Redis.Depth(ctx)
	s.full = err == nil && depth.Waiting > sweepQueue-sweepBatch
	return err
}

// bringBack queues events that Redis does not know, or holds back although they
// are due, and renders those that fan-out lost. It reports whether any was
// missing. Where fan-out is behind, what is not rendered is most likely not lost,
// and of that only the first batch of a turn is rendered here.
func (s *sweep) bringBack(ctx context.Context, due []market.Due, first bool) (found bool, err error) {
	var rendered, changes []int64
	for _, d := range due {
		switch {
		case d.Rendered:
			rendered = append(rendered, d.Event)
		case len(changes) == 0 || changes[len(changes)-1] != d.ChangeID:
			changes = append(changes, d.ChangeID)
		}
	}
	missing, err := s.queue(ctx, rendered)
	if err != nil {
		return false, err
	}
	behind := s.fanout.behind()
	for batch := range slices.Chunk(changes, fanoutBatch) {
		if behind && !first {
			break
		}
		if err := s.fanout.render(ctx, batch); err != nil {
			return false, fmt.Errorf("render what was lost: %w", err)
		}
		if !behind {
			s.Metrics.sweptRendered.Add(float64(len(batch)))
		}
		first = false
	}
	return missing || len(changes) > 0 && !behind, nil
}

// queue puts events into the queue that are not there, and has those sent now
// that it delays for longer, as it may after a pause of their webhook.
func (s *sweep) queue(ctx context.Context, events []int64) (missing bool, err error) {
	added, err := s.queueNow(ctx, events)
	if err != nil {
		return false, fmt.Errorf("queue due events: %w", err)
	}
	s.Metrics.sweptQueued.Add(float64(added))
	if added > 0 {
		s.Log.InfoContext(ctx, "queued due events that were missing", slog.Int("events", added))
	}
	return added > 0, nil
}

// tidy clears away what is old.
func (s *sweep) tidy(ctx context.Context) error {
	_, trimmed := s.Redis.TrimChanges(ctx, s.keepChanges())
	return errors.Join(trimmed, s.Redis.ForgetConsumers(ctx, consumersAfter), s.purge(ctx))
}

// keepChanges is how long the public stream keeps changes.
func (s *sweep) keepChanges() time.Duration { return max(s.Retention, changesAtLeast) }

// purge deletes idempotency keys that are past their time, and what is older
// than the retention, together for no longer than a turn.
func (s *sweep) purge(ctx context.Context) error {
	now := time.Now()
	until := now.Add(sweepEvery)
	claims := inBatches(until, func() (int, error) { return s.store.PurgeClaims(ctx, now) })
	if s.Retention == 0 {
		return claims
	}
	before := now.Add(-s.Retention)
	jobs := inBatches(until, func() (int, error) { return s.store.PurgeJobs(ctx, before) })
	return errors.Join(claims, jobs, inBatches(until, func() (int, error) {
		n, err := s.store.Purge(ctx, before)
		s.Metrics.purged.Add(float64(n))
		return n, err
	}))
}

// inBatches deletes until nothing is left, or its time is over.
func inBatches(until time.Time, purge func() (int, error)) error {
	for time.Now().Before(until) {
		if n, err := purge(); err != nil || n == 0 {
			return err
		}
	}
	return nil
}
