package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"crier/internal/market"
)

const (
	// feedBatch bounds the changes of one look at the log.
	feedBatch = 500
	// feedWait is how often the log is looked at where the public stream says
	// nothing: an announcement can get lost, trimmed or flushed before it is seen.
	feedWait = time.Second
)

// ErrFeedClosed says that a feed has ended.
var ErrFeedClosed = errors.New("the feed of changes is closed")

// ChangeLog is the record of changes in the order of their commits.
type ChangeLog interface {
	// Places returns the place beyond which all changes are kept, and the last place
	// given to a change, 0 before the first.
	Places(ctx context.Context) (kept, last int64, err error)
	// ChangesAfter returns up to limit changes beyond a place, in their order.
	ChangesAfter(ctx context.Context, sequence int64, limit int) ([]market.Change, error)
	// ChangesOf returns those to entities of a type.
	ChangesOf(ctx context.Context, typeName string, sequence int64, limit int) ([]market.Change, error)
}

// Feed tells listeners in this process of changes, whichever process made them.
// The public stream says that there is something new and the log what it is: so
// whatever becomes of Redis, a listener hears each change once, at worst later.
// It costs nothing while nobody listens.
type Feed struct {
	redis *Redis
	log   *slog.Logger
	known ChangeLog
	ctx   context.Context
	end   context.CancelFunc
	tail  sync.WaitGroup

	mu sync.Mutex
	// listeners are by the type of the subjects that they hear of.
	listeners map[string]map[*listener]bool
	count     int
	tailing   bool
	// away says that Redis or the log failed at the last try.
	away bool
}

// listener hears of changes beyond a place.
type listener struct {
	after int64
	hear  func(market.Change)
}

// NewFeed returns the feed of a log whose changes r announces. It must be closed.
func NewFeed(r *Redis, known ChangeLog, log *slog.Logger) *Feed {
	ctx, end := context.WithCancel(context.Background())
	return &Feed{redis: r, log: log, known: known, ctx: ctx, end: end, listeners: map[string]map[*listener]bool{}}
}

// Close ends the feed and waits for its end, which takes up to a second.
func (f *Feed) Close() {
	f.mu.Lock()
	f.end() // no tail begins after this
	f.mu.Unlock()
	f.tail.Wait()
}

// Places returns the place beyond which all changes are kept, and the last place
// given to a change, 0 before the first.
func (f *Feed) Places(ctx context.Context) (kept, last int64, err error) { return f.known.Places(ctx) }

// Since returns the next changes to entities of a type beyond a place, in their
// order; none where there are no more yet.
func (f *Feed) Since(ctx context.Context, typeName string, place int64) ([]market.Change, error) {
	return f.known.ChangesOf(ctx, typeName, place, feedBatch)
}

// Listen calls hear with each change to an entity of a type that gets its place
// after this moment, in their order, until stop is called; not after that. It
// returns the last place before. hear is called by one goroutine and must neither
// block nor use the feed. The error is that of the log, or ErrFeedClosed.
func (f *Feed) Listen(ctx context.Context, typeName string, hear func(market.Change)) (place int64, stop func(), err error) {
	_, place, err = f.known.Places(ctx)
	if err != nil {
		return 0, nil, fmt.Errorf("listen to changes: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx.Err() != nil {
		return 0, nil, ErrFeedClosed
	}
	if !f.tailing {
		f.tailing = true
		f.tail.Go(func() { f.run(place) })
	}
	l := &listener{place, hear}
	if f.listeners[typeName] == nil {
		f.listeners[typeName] = map[*listener]bool{}
	}
	f.listeners[typeName][l] = true
	f.count++
	return place, func() { f.leave(typeName, l) }, nil
}

// leave takes a listener out, once.
func (f *Feed) leave(typeName string, l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[typeName][l] {
		delete(f.listeners[typeName], l)
		f.count--
	}
}

// run tells of what comes after a sequence until nobody listens any more. It
// notes where the public stream ends before it looks at the log, so that what is
// announced meanwhile ends its wait.
func (f *Feed) run(sequence int64) {
	for !f.idle() {
		seen, redisErr := f.redis.LastChange(f.ctx)
		told, err := f.tell(sequence)
		sequence = told
		if err == nil && redisErr == nil {
			redisErr = f.redis.AwaitChange(f.ctx, seen, feedWait)
		}
		f.report(errors.Join(redisErr, err))
		if redisErr != nil || err != nil {
			f.pause()
		}
	}
}

// idle reports whether the tail ends, because nobody listens or the feed closes.
func (f *Feed) idle() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tailing = f.count > 0 && f.ctx.Err() == nil
	return !f.tailing
}

// tell tells of all changes after a sequence and returns that of the last one.
func (f *Feed) tell(sequence int64) (int64, error) {
	for {
		changes, err := f.known.ChangesAfter(f.ctx, sequence, feedBatch)
		if err != nil {
			return sequence, err
		}
		for _, c := range changes {
			f.announce(c)
			sequence = c.Sequence
		}
		if len(changes) < feedBatch {
			return sequence, nil
		}
	}
}

func (f *Feed) announce(c market.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners[c.Subject.Type] {
		if c.Sequence > l.after {
			l.hear(c)
		}
	}
}

// report logs when Redis or the log goes away and comes back.
func (f *Feed) report(err error) {
	switch {
	case f.ctx.Err() != nil || (err != nil) == f.away:
	case err != nil:
		f.away = true
		f.log.WarnContext(f.ctx, "the feed of changes is slow or waits", slog.Any("error", err))
	default:
		f.away = false
		f.log.InfoContext(f.ctx, "the feed of changes goes on")
	}
}

// pause waits where something is away.
func (f *Feed) pause() {
	timer := time.NewTimer(feedWait)
	defer timer.Stop()
	select {
	case <-f.ctx.Done():
	case <-timer.C:
	}
}
