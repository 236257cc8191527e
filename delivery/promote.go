package delivery

import (
	"context"
	"time"
)

const (
	// promoteBatch bounds one move.
	promoteBatch = 1000
	// promoteWait is the longest sleep, so that a due time that another process
	// set meanwhile is met nearly on time.
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
			pause(ctx, sleepUntil(next, time.Now()))
		}
	}
}

// sleepUntil is how long to sleep when the next event is due at next; a zero next is never.
func sleepUntil(next, now time.Time) time.Duration {
	if next.IsZero() {
		return promoteWait
	}
	return min(max(next.Sub(now), time.Millisecond), promoteWait)
}
