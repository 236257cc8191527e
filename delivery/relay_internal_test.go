package delivery

import (
	"context"
	"errors"
	"slices"
	"testing"

	"crier/internal/market"
)

// changeLog is a store whose transactions can be made to run twice or to fail.
type changeLog struct {
	relayStore
	registered []*market.Webhook
	waiting    []market.Change
	last       int64 // place given out
	again      bool
	err        error
	loads      int
	events     []market.WebhookEvent
}

func hookOf(num int64) *market.Webhook {
	return &market.Webhook{Base: market.Base{Num: num}, Type: "ADVERT", State: market.WebhookActive}
}

func (l *changeLog) Registry(context.Context) ([]*market.Webhook, error) {
	l.loads++
	return slices.Clone(l.registered), nil
}

func (l *changeLog) WebhooksByNum(_ context.Context, nums []int64) (map[int64]*market.Webhook, error) {
	found := map[int64]*market.Webhook{}
	for _, num := range nums {
		found[num] = hookOf(num)
	}
	return found, nil
}

func (l *changeLog) Sequence(_ context.Context, limit int, plan func([]market.Change, int64) (market.Plan, error)) (int, error) {
	changes := slices.Clone(l.waiting[:min(limit, len(l.waiting))])
	for i := range changes {
		changes[i].Sequence = l.last + int64(i) + 1
	}
	if len(changes) == 0 {
		return 0, nil
	}
	if l.again {
		if _, err := plan(changes, 1); err != nil {
			return 0, err
		}
	}
	p, err := plan(changes, 1)
	if err = errors.Join(err, l.err); err != nil {
		return 0, err
	}
	for _, c := range changes[:p.Changes] {
		if c.Subject.Type == webhookType {
			l.registered = append(l.registered, hookOf(c.Subject.Num))
		}
	}
	l.waiting, l.last, l.events = l.waiting[p.Changes:], l.last+int64(p.Changes), append(l.events, p.Events...)
	return p.Changes, nil
}

func ofAdvert(num int64) market.Change {
	return market.Change{Num: num, Subject: market.Ref{Type: "Advert", Num: 1}, Action: market.Update, At: now}
}

func ofHook(num int64) market.Change {
	return market.Change{Num: num, Subject: market.Ref{Type: webhookType, Num: num}, Action: market.Create, At: now}
}

// expectEvents holds events, in the form change and webhook, against want.
func (l *changeLog) expectEvents(t *testing.T, want ...[2]int64) {
	t.Helper()
	var got [][2]int64
	for _, e := range l.events {
		got = append(got, [2]int64{e.ChangeID, e.WebhookID})
	}
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

// relayOn is a relay that is given its parts.
func relayOn(s relayStore) *relay {
	return &relay{Worker: &Worker{Options: Options{Metrics: NewMetrics(nil)}}, store: s}
}

func sequenceAll(t *testing.T, r *relay) {
	t.Helper()
	if more, err := r.sequence(t.Context()); err != nil || more {
		t.Fatalf("more %v, %v", more, err)
	}
}

func TestARegistrationGetsWhatComesAfterIt(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} { // the database may ask to run the transaction again
		l := &changeLog{again: again, waiting: []market.Change{ofAdvert(1), ofHook(2), ofAdvert(3)}}
		sequenceAll(t, relayOn(l))
		l.expectEvents(t, [2]int64{3, 2})
	}
}

func TestAFailedTransactionRegistersNobody(t *testing.T) {
	t.Parallel()
	l := &changeLog{err: errors.New("away"), waiting: []market.Change{ofAdvert(1), ofHook(2), ofAdvert(3)}}
	r := relayOn(l)
	if _, err := r.sequence(t.Context()); !errors.Is(err, l.err) {
		t.Fatal(err)
	}
	l.err = nil
	sequenceAll(t, r)
	l.expectEvents(t, [2]int64{3, 2})
}

// TestTwoRelays have both the role for a moment: each notices what the other registered.
func TestTwoRelays(t *testing.T) {
	t.Parallel()
	l := &changeLog{waiting: []market.Change{ofAdvert(1)}}
	a, b := relayOn(l), relayOn(l)
	sequenceAll(t, a)
	l.waiting = []market.Change{ofHook(2)}
	sequenceAll(t, b)
	l.waiting = []market.Change{ofAdvert(3)}
	sequenceAll(t, a)
	l.expectEvents(t, [2]int64{3, 2})
	loads := l.loads
	l.waiting = []market.Change{ofAdvert(4)}
	sequenceAll(t, a)
	if l.loads != loads {
		t.Error("the registry is read again without a doubt")
	}
}

// TestAStoppedRelayLetsAnotherLeadAtOnce instead of when its lease ends.
func TestAStoppedRelayLetsAnotherLeadAtOnce(t *testing.T) {
	t.Parallel()
	redis := newSweep(t, nil).Redis
	leads := func(r *relay, want bool) {
		t.Helper()
		if active, err := r.lead(t.Context()); active != want || err != nil {
			t.Errorf("%s leads: %v, %v", r.consumer, active, err)
		}
	}
	a, b := relayOn(nil), relayOn(nil)
	for name, r := range map[string]*relay{"a": a, "b": b} {
		r.Redis, r.consumer = redis, name
	}
	leads(a, true)
	leads(b, false)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	a.run(stopped)
	leads(b, true)
}

func TestAPlanIsBounded(t *testing.T) {
	t.Parallel()
	l := &changeLog{waiting: []market.Change{ofAdvert(1), ofAdvert(2), ofAdvert(3)}}
	for num := range int64(eventBatch) {
		l.registered = append(l.registered, hookOf(num+10))
	}
	r := relayOn(l)
	for left := 2; left >= 0; left-- {
		more, err := r.sequence(t.Context())
		if err != nil || more != (left > 0) || len(l.waiting) != left {
			t.Fatalf("more %v with %d left of which %d are expected, %v", more, len(l.waiting), left, err)
		}
	}
	if len(l.events) != 3*eventBatch {
		t.Errorf("%d events", len(l.events))
	}
}
