package resolvers

import (
	"context"
	"errors"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"crier/internal/document"
	"crier/internal/market"
)

// backlog is what a subscriber missed who comes back. It is read page by page, as
// fast as the subscriber takes it, so that its length does not matter.
type backlog struct {
	// missed is the present page.
	missed chan *market.Change
	// place is that of the last change that was read.
	place int64
	// reading says that there may be more to read, listening that the feed tells of
	// what is new.
	reading, listening bool
}

// begin has the subscription go on behind the event that its client had last, or
// where its document says, or else from now on.
func (s *subscription) begin(ctx context.Context, lastEvent string) error {
	after, refused := document.After(s.request)
	if refused != nil {
		return refused
	}
	if lastEvent != "" { // it is later than what the request says
		last, err := strconv.ParseInt(lastEvent, 10, 64)
		if err != nil || last < 0 {
			return document.Errorf(document.CodeBadUserInput, "Last-Event-ID is no id of an event of a subscription")
		}
		after = &last
	}
	if after == nil {
		return s.listen(ctx)
	}
	s.place, s.told, s.reading = *after, *after, true
	return s.checkPlace(ctx)
}

// checkPlace refuses a place that is in the future, and one behind which changes are
// not kept any more.
func (s *subscription) checkPlace(ctx context.Context) error {
	kept, last, err := s.feed.Places(ctx)
	switch {
	case err != nil:
		return err
	case s.place > last:
		return document.Errorf(document.CodeBadUserInput, "the place %d is in the future: the last change has %d", s.place, last)
	case s.place < kept:
		return document.Errorf(document.CodeBadUserInput,
			"changes behind the place %d are not kept any more, only those behind %d: read anew what you need, and subscribe without a place", s.place, kept)
	}
	return nil
}

// refill reads the next page of what was missed where the last one is through. At
// the end of the log it listens, and then reads what came in between.
func (s *subscription) refill(ctx context.Context) error {
	for s.reading && len(s.missed) == 0 {
		page, err := s.feed.Since(ctx, s.typeName, s.place)
		if err == nil {
			err = s.checkPlace(ctx) // by now, so that the page has no gap
		}
		if err != nil {
			return err
		}
		if len(page) == 0 {
			if s.reading = !s.listening; s.reading {
				err = s.listen(ctx)
			}
			if err != nil {
				return err
			}
			continue
		}
		s.missed = make(chan *market.Change, len(page))
		for i := range page {
			if s.place = page[i].Sequence; page[i].VisibleTo(s.viewer.Seller) {
				s.missed <- &page[i]
			}
		}
	}
	return nil
}

// listen hears of what is new, until ctx ends.
func (s *subscription) listen(ctx context.Context) error {
	place, stop, err := s.feed.Listen(ctx, s.typeName, s.hear(s.viewer.Seller))
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, stop)
	if s.listening = true; !s.reading {
		s.place, s.told = place, place
	}
	return nil
}

// reason is an error as the client may see it.
func (s *subscription) reason(ctx context.Context, err error) *gqlerror.Error {
	if refused, ok := errors.AsType[*gqlerror.Error](err); ok {
		return refused
	}
	logInternal(ctx, s.log, err)
	return masked(ctx)
}
