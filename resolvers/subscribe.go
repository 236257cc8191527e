package resolvers

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
	"crier/internal/viewer"
)

// Feed tells of changes after their commit, whichever process made them.
type Feed interface {
	// Listen calls hear with each change to an entity of a type from now on, in
	// the order of the commits, until stop is called. It returns the last place
	// before. hear must not block.
	Listen(ctx context.Context, typeName string, hear func(market.Change)) (place int64, stop func(), err error)
	// Since returns the next changes beyond a place, in their order; none where there are no more yet.
	Since(ctx context.Context, typeName string, place int64) ([]market.Change, error)
	// Places returns the place beyond which all changes are kept, and the last one.
	Places(ctx context.Context) (kept, last int64, err error)
}

// LiveLimits bound subscriptions and the connections that they run over.
type LiveLimits struct {
	// PerConnection bounds the operations that run at once over one WebSocket.
	PerConnection int
	// PerKey and PerProcess bound the subscriptions of one API key, and of all, in this process.
	PerKey, PerProcess int
	// Waiting bounds the changes that wait for a subscriber that reads slowly.
	Waiting int
	// Recheck is how often a subscription looks whether its key still exists, at least.
	Recheck time.Duration
	// KeepAlive is how long a connection may be silent: a WebSocket is pinged
	// then, and a stream of events gets a comment.
	KeepAlive time.Duration
	// InitWithin bounds the time from the upgrade of a WebSocket to its ConnectionInit.
	InitWithin time.Duration
}

// DefaultLiveLimits are the limits that docs/http.md tells clients.
var DefaultLiveLimits = LiveLimits{
	PerConnection: 100,
	PerKey:        250,
	PerProcess:    1000,
	Waiting:       1024,
	Recheck:       30 * time.Second,
	KeepAlive:     20 * time.Second,
	InitWithin:    10 * time.Second,
}

// subscription is a document that runs anew for each change that its viewer may see.
type subscription struct {
	*executor
	request  *graphql.OperationContext
	typeName string
	// waiting are changes to run for; it is closed when they were too many.
	waiting chan *market.Change
	backlog
	// told is the place of the last answer, or where it began.
	told    int64
	recheck *time.Ticker
	viewer  viewer.Viewer
	ended   bool
}

// subscribe starts a subscription, which lasts until ctx ends. It goes on behind the
// event that a client had last, "" for none.
func (e *executor) subscribe(ctx context.Context, request *graphql.OperationContext, lastEvent string) (answers, gqlerror.List) {
	if e.feed == nil {
		return answers{}, gqlerror.List{document.Errorf(document.CodeForbidden, "this server has no subscriptions")}
	}
	v, _ := viewer.FromContext(ctx) // authorize has refused who has none
	typeName, refused := document.Subscribed(request)
	if refused != nil {
		return answers{}, gqlerror.List{refused}
	}
	if wrong := e.documents.ExecuteSubscription(ctx, request, market.Change{}, v, e.present); wrong != nil {
		return answers{}, wrong.Errors
	}
	leave, refused := e.seats.take(v.Key)
	if refused != nil {
		return answers{}, gqlerror.List{refused}
	}
	s := &subscription{executor: e, request: request, typeName: typeName, viewer: v, waiting: make(chan *market.Change, e.live.Waiting)}
	if err := s.begin(ctx, lastEvent); err != nil {
		leave()
		return answers{}, gqlerror.List{s.reason(ctx, err)}
	}
	s.recheck = time.NewTicker(e.live.Recheck)
	attrs := []any{slog.String("type", typeName), slog.String("key", v.Key), slog.String("request_id", RequestID(ctx))}
	e.log.DebugContext(ctx, "a subscription began", attrs...)
	context.AfterFunc(ctx, func() {
		leave()
		s.recheck.Stop()
		e.log.DebugContext(ctx, "a subscription ended", attrs...)
	})
	return answers{next: s.next, place: func() int64 { return s.told }}, nil
}

// hear keeps the changes that a seller may see for next, as many as may wait.
func (s *subscription) hear(seller int64) func(market.Change) {
	over := false
	return func(c market.Change) {
		if over || !c.VisibleTo(seller) {
			return
		}
		kept := c
		select {
		case s.waiting <- &kept:
		default:
			over = true
			close(s.waiting)
		}
	}
}

// next waits for the next answer; nil is the end.
func (s *subscription) next(ctx context.Context) *graphql.Response {
	for !s.ended {
		if err := s.refill(ctx); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return s.end(s.reason(ctx, err))
		}
		room := s.waiting
		if len(s.missed) > 0 {
			room = s.missed
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.stopping:
			return nil
		case <-s.recheck.C:
			if refused := s.admit(ctx); refused != nil {
				return s.end(refused)
			}
		case c, ok := <-room:
			if !ok {
				return s.end(document.Errorf(document.CodeRateLimited,
					"more than %d changes wait: the subscription ends, since they come faster than they are read", s.live.Waiting))
			}
			if room == s.waiting && c.Sequence <= s.place {
				continue // it was among those that were missed
			}
			if response := s.answer(ctx, c); response != nil {
				s.told = c.Sequence
				return response
			}
		}
	}
	return nil
}

// end is the last answer of a subscription.
func (s *subscription) end(reason *gqlerror.Error) *graphql.Response {
	s.ended = true
	return &graphql.Response{Errors: gqlerror.List{reason}}
}

// answer runs the document for a change; nil where it does not ask for it.
func (s *subscription) answer(ctx context.Context, c *market.Change) *graphql.Response {
	if refused := s.admit(ctx); refused != nil {
		return s.end(refused)
	}
	return s.documents.ExecuteSubscription(ctx, s.request, *c, s.viewer, s.present)
}

// admit finds out whether the key still exists, and what it may do now. While
// that cannot be found out nothing can be read either, so the rights stay.
func (s *subscription) admit(ctx context.Context) *gqlerror.Error {
	v, err := authenticate(ctx, s.keys, credential(ctx), s.viewer.Traceparent)
	if refused, ok := err.(*gqlerror.Error); ok {
		return refused
	}
	if err != nil {
		s.log.WarnContext(ctx, "a subscription's key was not looked up", slog.Any("error", err))
		return nil
	}
	s.viewer = v
	return s.authorize(viewer.NewContext(ctx, v), s.request.Operation)
}

// seats bounds the subscriptions of this process.
type seats struct {
	limits LiveLimits
	mu     sync.Mutex
	taken  int
	byKey  map[string]int
}

// take takes a seat for a key, or says why there is none.
func (s *seats) take(key string) (leave func(), refused *gqlerror.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.byKey[key] >= s.limits.PerKey:
		return nil, document.Errorf(document.CodeRateLimited, "the API key has %d subscriptions already: end one first", s.limits.PerKey)
	case s.taken >= s.limits.PerProcess:
		return nil, document.Errorf(document.CodeRateLimited, "the server has %d subscriptions already: try again later", s.limits.PerProcess)
	}
	s.taken++
	s.byKey[key]++
	return func() { s.leave(key) }, nil
}

func (s *seats) leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.byKey[key]--; s.byKey[key] == 0 {
		delete(s.byKey, key)
	}
}

type credentialKey struct{}

// admittedAs returns a context of a viewer who came with a key, which can be
// looked up again.
func admittedAs(ctx context.Context, v viewer.Viewer, key string) context.Context {
	return context.WithValue(viewer.NewContext(ctx, v), credentialKey{}, key)
}

// credential is the key that the viewer of ctx came with.
func credential(ctx context.Context) string {
	key, _ := ctx.Value(credentialKey{}).(string)
	return key
}
