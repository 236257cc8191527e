package delivery

import (
	"context"
	"time"
)

const (
	// promoteBatch bounds one move.
	promoteBatch = 1000
	// promoteWait is the longest sleep, so that a due time that another process
	// set meanwhile is met nearly on time. This process's own wake it.
	promoteWait = 500 * time.Millisecond
)

// promote moves events whose time has come from the delayed set to the queue.
type promote struct{ *Worker }

func (p *promote) run(ctx context.Context) {
	for ctx.Err() == nil {
		moved, next, err := p.Redis.Promote(ctx, time.Now(), promoteBatch)
		switch {
		case err != nil:
			p.failed(ctx, "promote due events", err)
			pause(ctx, pauseAfterError)
		case moved < promoteBatch:
			p.wait(ctx, sleepUntil(next, time.Now()))
		}
	}
}

// wait sleeps, or until this process has delayed something else.
func (p *promote) wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-p.delayed:
	case <-timer.C:
	}
}

// sleepUntil is how long to sleep when the next event is due at next; a zero next is never.
func sleepUntil(next, now time.Time) time.Duration {
	if next.IsZero() {
		return promoteWait
	}
	return min(max(next.Sub(now), time.Millisecond), promoteWait)
}
