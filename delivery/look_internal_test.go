package delivery

import (
	"testing"
	"time"

	"crier/internal/stream"
)

// TestALookKnowsTheLimitOfAStrangersWebhook of which a process that was killed has
// parked events and holds slots still: there is room beyond these.
func TestALookKnowsTheLimitOfAStrangersWebhook(t *testing.T) {
	t.Parallel()
	s := newSending(t)
	s.store.webhook.ConcurrentSendLimit = 30
	requests := make([]stream.SlotRequest, 28)
	for i := range requests {
		requests[i] = stream.SlotRequest{Webhook: 1, Event: int64(100 + i), Policy: stream.Policy{Limit: 30}}
	}
	if _, err := s.Redis.Acquire(t.Context(), requests, time.Time{}, time.Hour); err != nil {
		t.Fatal(err)
	}
	var parked []stream.Parking
	for event := range int64(5) {
		parked = append(parked, stream.Parking{Message: s.handedOut(event, 1)[0], Webhook: 1, At: time.Now().Add(-time.Second)})
	}
	if err := s.Redis.Park(t.Context(), parked); err != nil {
		t.Fatal(err)
	}
	if _, err := (&look{s.Worker, s.sender}).turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d := s.depth(); d.Waiting != 2 || d.Parked != 3 {
		t.Errorf("%d of 5 came back, want as many as there are slots: 2", d.Waiting)
	}
}
