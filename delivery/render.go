package delivery

import (
	"context"
	"time"

	"crier/internal/stream"
)

const (
	// renderBatches bounds the batches that send has rendered at once, beside
	// fan-out's; renderWait is when what found no room asks again.
	renderBatches = 2
	renderWait    = 100 * time.Millisecond
)

// unrenderedEvent is an entry of the queue whose event has no payload yet, since
// its change is not in the public stream: somebody asked for it.
type unrenderedEvent struct {
	message stream.DeliveryMessage
	change  int64
}

// renderLater has events rendered and then sent. Its caller has entered.
func (s *sender) renderLater(hard context.Context, list []unrenderedEvent) {
	if len(list) == 0 {
		return
	}
	messages, changes := make([]stream.DeliveryMessage, len(list)), make([]int64, len(list))
	for i, u := range list {
		messages[i], changes[i] = u.message, u.change
	}
	if s.render == nil {
		s.acknowledge(hard, messages, nil) // the sweep does it
		return
	}
	select {
	case s.renders <- struct{}{}:
	default:
		s.giveBack(hard, messages, renderWait)
		return
	}
	s.running.pending.Add(1) // the caller's own keeps it from having come to zero
	go func() {
		defer s.running.leave()
		err := s.render(hard, changes)
		<-s.renders
		if err != nil {
			s.failed(hard, "render requested events", err)
			s.giveBack(hard, messages, pauseAfterError)
			return
		}
		s.takeRendered(hard, messages)
	}()
}

// takeRendered takes up messages whose events should have their payload now. What
// has none is left to the sweep, as where its document is invalid.
func (s *sender) takeRendered(hard context.Context, messages []stream.DeliveryMessage) {
	tasks, rest, err := s.load(hard, messages)
	if err != nil {
		s.failed(hard, "load deliveries", err)
		s.giveBack(hard, messages, pauseAfterError)
		return
	}
	for _, u := range rest.unrendered {
		rest.over = append(rest.over, u.message)
	}
	s.acknowledge(hard, rest.over, rest.early)
	s.begin(hard, s.enlist(tasks))
}
