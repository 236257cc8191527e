package delivery

import (
	"context"
	"time"
)

const (
	// promoteBatch bounds one move, and promoteTrickle one while the queue is long:
	// a first attempt, which comes behind them, waits for no more retries than that.
	promoteBatch   = 500
	promoteTrickle = 50
	// promotePause is the sleep between two moves while more is due.
	promotePause = 20 * time.Millisecond
	// promoteWait is the longest sleep, so that a due time that another process
	// set meanwhile is met nearly on time. This process's own wake it.
	promoteWait = 500 * time.Millisecond
)

// promote moves events whose time has come from the delayed set to the queue.
type promote struct {
	*Worker
	sender *sender
}

func (p *promote) run(ctx context.Context) {
	defer p.ended(partPromote)
	for ctx.Err() == nil {
		p.turned(partPromote)
		limit := promoteBatch
		if p.sender.long.Load() {
			limit = promoteTrickle
		}
		moved, next, err := p.Redis.Promote(ctx, time.Now(), limit)
		p.Metrics.promoted.Add(float64(moved))
		switch {
		case err != nil:
			p.failed(ctx, "promote due events", err)
			pause(ctx, pauseAfterError)
		case moved < limit:
			p.wait(ctx, sleepUntil(next, time.Now()))
		default:
			pause(ctx, promotePause)
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
