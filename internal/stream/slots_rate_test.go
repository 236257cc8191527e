package stream_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/stream"
)

// burst is how many requests of a rate may come at once.
func burst(rate int) int { return max(1, rate/10) }

// TestTheRateHolds lets several clients ask at random moments: over no interval do
// they get more than the rate allows and a burst, and in the end all get through.
func TestTheRateHolds(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		rapid.Check(t, func(t *rapid.T) {
			b.flush(t)
			rate := rapid.IntRange(1, 200).Draw(t, "rate")
			policy := stream.Policy{Limit: 200, Rate: rate, Since: start}
			now, sent, waiting := start, []time.Time(nil), upTo(rapid.Int64Range(1, 40).Draw(t, "events"))
			for len(waiting) > 0 {
				n := rapid.IntRange(1, min(len(waiting), 5)).Draw(t, "ask")
				var requests []stream.SlotRequest
				for _, event := range waiting[:n] {
					requests = append(requests, stream.SlotRequest{Webhook: 1, Event: event, Policy: policy})
				}
				wait := time.Duration(0)
				for i, g := range b.grants(t, now, requests...) {
					if g.Want == stream.WantNothing {
						sent = append(sent, now)
						waiting = slices.DeleteFunc(waiting, func(event int64) bool { return event == requests[i].Event })
						b.release(t, stream.Slot{Webhook: 1, Event: requests[i].Event})
						continue
					}
					if g.Want != stream.WantRate || g.Wait <= 0 || g.Wait > time.Second {
						t.Fatalf("%+v", g)
					}
					wait = g.Wait
				}
				if rapid.Bool().Draw(t, "in time") {
					now = now.Add(wait) // else it asks too early
				} else {
					now = now.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "ms")) * time.Millisecond)
				}
			}
			for i := range sent {
				for j := i; j < len(sent); j++ {
					span := sent[j].Sub(sent[i])
					if most := float64(rate)*span.Seconds() + float64(burst(rate)); float64(j-i+1) > most+1e-6 {
						t.Fatalf("%d in %v with a rate of %d", j-i+1, span, rate)
					}
				}
			}
		})
	})
}

// TestTheRateIsOneForAllProcesses takes as long as the rate says, by the clock of the server.
func TestTheRateIsOneForAllProcesses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		const rate, events, processes = 200, 60, 4
		policy := stream.Policy{Limit: 200, Rate: rate, Since: start}
		began := time.Now()
		var all sync.WaitGroup
		for process := range int64(processes) {
			all.Go(func() {
				for event := process; event < events; event += processes {
					for wait := time.Nanosecond; wait > 0; {
						timer := time.NewTimer(wait)
						<-timer.C
						grants, err := b.Acquire(t.Context(), []stream.SlotRequest{{Webhook: 1, Event: event, Policy: policy}}, time.Time{}, lease)
						if err != nil {
							t.Error(err)
							return
						}
						wait = grants[0].Wait
					}
				}
			})
		}
		all.Wait()
		if took, least := time.Since(began), time.Second*(events-1-rate/10)/rate; took < least {
			t.Errorf("%d events at %d a second took %v, want at least %v", events, rate, took, least)
		}
	})
}

// A slot that is not there costs no token, and neither do two webhooks one another.
func TestTheRateCountsOnlyWhatIsSent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		policy := stream.Policy{Limit: 1, Rate: 20, Since: start}
		request := func(webhook, event int64) stream.SlotRequest {
			return stream.SlotRequest{Webhook: webhook, Event: event, Policy: policy}
		}
		wants := func(at time.Duration, requests ...stream.SlotRequest) (all []stream.Want) {
			for _, g := range b.grants(t, start.Add(at), requests...) {
				all = append(all, g.Want)
			}
			return all
		}
		if got := wants(0, request(1, 1), request(1, 2), request(1, 3), request(2, 4)); !slices.Equal(got, []stream.Want{0, stream.WantSlot, stream.WantSlot, 0}) {
			t.Fatalf("at first: %v", got)
		}
		b.release(t, stream.Slot{Webhook: 1, Event: 1})
		if got := wants(0, request(1, 2), request(1, 3)); !slices.Equal(got, []stream.Want{0, stream.WantSlot}) {
			t.Fatalf("two of a second's twenty may come at once: %v", got)
		}
		b.release(t, stream.Slot{Webhook: 1, Event: 2})
		if got := wants(0, request(1, 3)); !slices.Equal(got, []stream.Want{stream.WantRate}) {
			t.Fatalf("a third: %v", got)
		}
		if got := wants(50*time.Millisecond, request(1, 3), request(2, 4)); !slices.Equal(got, []stream.Want{0, 0}) {
			t.Fatalf("after its time: %v", got)
		}
	})
}
