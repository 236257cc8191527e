package stream_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crier/internal/stream"
)

// endpoint drives the circuit of one webhook.
type endpoint struct {
	t      rapid.TB
	b      backend
	policy stream.Policy
	now    time.Time
	event  int64
}

func (b backend) endpoint(t rapid.TB, limit int) *endpoint {
	return &endpoint{t: t, b: b, policy: stream.Policy{Limit: limit, Since: start}, now: start}
}

// ask requests a slot for a new event.
func (e *endpoint) ask() (int64, stream.Grant) {
	e.t.Helper()
	e.event++
	return e.event, e.b.grants(e.t, e.now, stream.SlotRequest{Webhook: 1, Event: e.event, Policy: e.policy})[0]
}

// settle ends the exchanges of events alike.
func (e *endpoint) settle(end stream.End, events ...int64) stream.Circuit {
	e.t.Helper()
	s := stream.Settlement{Webhook: 1, Policy: e.policy, Events: events, Ends: slices.Repeat([]stream.End{end}, len(events))}
	circuits, err := e.b.Settle(context.Background(), []stream.Settlement{s}, e.now, 0.5)
	if err != nil {
		e.t.Fatal(err)
	}
	return circuits[0]
}

// exchange asks and settles.
func (e *endpoint) exchange(end stream.End) stream.Circuit {
	e.t.Helper()
	event, g := e.ask()
	if g.Want != stream.WantNothing {
		e.t.Fatalf("no slot: %+v", g)
	}
	return e.settle(end, event)
}

// open fails until the circuit is open.
func (e *endpoint) open() {
	e.t.Helper()
	for i := 1; ; i++ {
		c := e.exchange(stream.EndFailed)
		if c.Open != (i == stream.CircuitFailures) || c.Turned != c.Open || !c.Tell {
			e.t.Fatalf("after %d failures: %+v", i, c)
		}
		if c.Open {
			return
		}
	}
}

func (e *endpoint) refused(wait time.Duration) {
	e.t.Helper()
	if _, g := e.ask(); g.Want != stream.WantCircuit || g.Wait != wait {
		e.t.Fatalf("%+v, want a wait of %v for the circuit", g, wait)
	}
}

func TestACircuitOpensAndCloses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		e := b.endpoint(t, 5)
		if c := e.exchange(stream.EndAnswered); c != (stream.Circuit{}) {
			t.Errorf("of a well endpoint: %+v", c)
		}
		e.open()
		e.refused(time.Second)
		e.now = e.now.Add(999 * time.Millisecond)
		e.refused(time.Millisecond)
		e.now = e.now.Add(time.Millisecond)
		probe, g := e.ask()
		if g != (stream.Grant{Tell: true}) {
			t.Fatalf("the probe: %+v", g)
		}
		e.refused(5 * time.Second) // while the probe is under way
		if c := e.settle(stream.EndFailed, probe); !c.Open || c.Turned {
			t.Errorf("a probe that failed: %+v", c)
		}
		e.refused(2 * time.Second)
		e.now = e.now.Add(2 * time.Second)
		probe, _ = e.ask()
		if c := e.settle(stream.EndAnswered, probe); c != (stream.Circuit{Turned: true}) {
			t.Errorf("a probe that was answered: %+v", c)
		}
		if _, g := e.ask(); g != (stream.Grant{}) {
			t.Errorf("afterwards: %+v", g)
		}
		if n := b.client.Exists(t.Context(), stream.ConditionKey(1)).Val(); n != 0 {
			t.Error("something is remembered of a well endpoint")
		}
	})
}

func TestOtherAnswersKeepACircuitClosed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		e := b.endpoint(t, 5)
		for i := range 3 * stream.CircuitFailures {
			end := stream.EndFailed
			if i%stream.CircuitFailures == stream.CircuitFailures-1 {
				end = stream.EndAnswered
			}
			if c := e.exchange(end); c.Open {
				t.Fatalf("open after %d", i)
			}
		}
	})
}

// A probe that was interrupted, or whose process died, decides nothing, and the next may go.
func TestAProbeThatIsLost(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		e := b.endpoint(t, 5)
		e.open()
		e.now = e.now.Add(time.Second)
		probe, _ := e.ask()
		if c := e.settle(stream.EndNone, probe); !c.Open {
			t.Errorf("an interrupted probe: %+v", c)
		}
		if _, g := e.ask(); g.Want != stream.WantNothing {
			t.Fatalf("after an interrupted probe: %+v", g)
		}
		e.refused(5 * time.Second)
		e.now = e.now.Add(lease)
		if _, g := e.ask(); g.Want != stream.WantNothing {
			t.Errorf("after the lease of a lost probe: %+v", g)
		}
	})
}

// What was learnt before the webhook was stopped and started counts no more, and
// neither do exchanges that began before.
func TestARestartedWebhookStartsClosed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		e := b.endpoint(t, 50)
		late, _ := e.ask()
		e.open()
		old := e.policy
		e.policy.Since = start.Add(time.Minute)
		event, g := e.ask()
		if g.Want != stream.WantNothing {
			t.Fatalf("%+v", g)
		}
		e.settle(stream.EndFailed, event)
		renewed := e.policy
		e.policy = old
		for range 2 * stream.CircuitFailures {
			e.settle(stream.EndFailed, late)
		}
		e.policy = renewed
		if _, g := e.ask(); g.Want != stream.WantNothing {
			t.Errorf("exchanges from before the restart opened the circuit: %+v", g)
		}
		e.policy.Since = start.Add(2 * time.Minute)
		e.open()
		if err := b.Forget(t.Context(), []int64{1, 2}); err != nil {
			t.Fatal(err)
		}
		if _, g := e.ask(); g.Want != stream.WantNothing {
			t.Errorf("after Forget: %+v", g)
		}
	})
}

// TestThrottlingLowersTheLimit by one each time, never below one; successes give it back.
func TestThrottlingLowersTheLimit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		e := b.endpoint(t, 5)
		slots := func() int {
			t.Helper()
			var held []int64
			for {
				event, g := e.ask()
				if g.Want == stream.WantNothing {
					held = append(held, event)
					continue
				}
				for _, h := range held {
					b.release(t, stream.Slot{Webhook: 1, Event: h})
				}
				return len(held)
			}
		}
		for i := range 7 {
			if got, want := slots(), max(5-i, 1); got != want {
				t.Fatalf("%d slots after %d throttled exchanges, want %d", got, i, want)
			}
			e.exchange(stream.EndThrottled)
		}
		for limit := 1; limit < 5; limit++ {
			for range limit {
				if got := slots(); got != limit {
					t.Fatalf("%d slots, want %d", got, limit)
				}
				e.exchange(stream.EndAnswered)
			}
		}
		if c := e.exchange(stream.EndAnswered); slots() != 5 || c.Tell {
			t.Errorf("after all was given back: %d slots, %+v", slots(), c)
		}
	})
}

// TestCircuitsLikeTheModel compares with a state machine of a few lines.
func TestCircuitsLikeTheModel(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		rapid.Check(t, func(t *rapid.T) {
			b.flush(t)
			e := b.endpoint(t, 4)
			var failures, probe, cut, good int64
			var open time.Time
			span, held := time.Duration(0), []int64(nil)
			t.Repeat(map[string]func(*rapid.T){
				"ask": func(t *rapid.T) {
					event, g := e.ask()
					want := stream.WantNothing
					switch {
					case !open.IsZero() && (e.now.Before(open) || slices.Contains(held, probe)):
						want = stream.WantCircuit
					case int64(len(held)) >= 4-cut:
						want = stream.WantSlot
					}
					if g.Want != want {
						t.Fatalf("%+v, want %v; open until %v at %v, held %v, cut %d", g, want, open, e.now, held, cut)
					}
					if want == stream.WantNothing {
						if !open.IsZero() {
							probe = event
						}
						held = append(held, event)
					}
				},
				"settle": func(t *rapid.T) {
					if len(held) == 0 {
						t.Skip("nothing is under way")
					}
					event := rapid.SampledFrom(held).Draw(t, "event")
					held = slices.DeleteFunc(held, func(h int64) bool { return h == event })
					end := rapid.SampledFrom([]stream.End{stream.EndNone, stream.EndAnswered, stream.EndFailed, stream.EndFailed, stream.EndThrottled}).Draw(t, "end")
					switch end {
					case stream.EndAnswered:
						failures, span, good, open = 0, 0, good+1, time.Time{}
						if cut > 0 && good >= 4-cut {
							cut, good = cut-1, 0
						}
					case stream.EndFailed, stream.EndThrottled:
						failures++
						if end == stream.EndThrottled {
							cut, good = min(cut+1, 3), 0
						}
						if event == probe && !open.IsZero() || open.IsZero() && failures >= stream.CircuitFailures {
							span = min(max(2*span, time.Second), time.Minute)
							open = e.now.Add(span)
						}
					}
					c := e.settle(end, event)
					if event == probe || open.IsZero() {
						probe = 0
					}
					if c.Open == open.IsZero() || c.Tell != (c.Open || failures > 0 || cut > 0) {
						t.Fatalf("%+v, want open until %v", c, open)
					}
				},
				"time goes by": func(t *rapid.T) {
					e.now = e.now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
					if e.now.Sub(start) > lease-5*time.Second { // no lease ends here
						t.Skip("late")
					}
				},
			})
		})
	})
}
