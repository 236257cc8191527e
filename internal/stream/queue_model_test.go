package stream_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"crier/internal/stream"
)

// TestQueueLikeTheModel drives the queue and a model of it with the same random
// operations, late and repeated ones included, and compares after each.
func TestQueueLikeTheModel(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, b backend) {
		rapid.Check(t, func(t *rapid.T) {
			b.flush(t)
			m := &queueModel{b: b, now: start, delayed: map[int64]time.Time{}, parked: map[parkedList][]int64{}}
			t.Repeat(map[string]func(*rapid.T){
				"enqueue":      m.enqueue,
				"delay":        m.delay,
				"promote":      m.promote,
				"read":         m.read,
				"done":         m.done,
				"postpone":     m.postpone,
				"park":         m.park,
				"unpark":       m.unpark,
				"reclaim":      m.reclaim,
				"heartbeat":    m.heartbeat,
				"reconcile":    m.reconcile,
				"flush":        m.flush,
				"time goes by": m.wait,
				"":             m.compare,
			})
		})
	})
}

// queueModel says what the queue must hold.
type queueModel struct {
	b       backend
	now     time.Time
	entries []entry // in the order of the stream
	delayed map[int64]time.Time
	parked  map[parkedList][]int64
	handed  []stream.DeliveryMessage // every message that a consumer ever got
}

// entry is an event in the stream; its id is known once it is handed out.
type entry struct {
	event      int64
	id         string
	consumer   string
	deliveries int
}

// parkedList names the events of a webhook that wait, those with or without an attempt.
type parkedList struct {
	webhook int64
	again   bool
}

var (
	someEvents    = rapid.SliceOfN(rapid.Int64Range(1, 8), 1, 6)
	someConsumers = rapid.SampledFrom([]string{"a", "b"})
	someDelays    = rapid.IntRange(-2, 20)
	someLimits    = rapid.IntRange(0, 5)
)

func (m *queueModel) enqueue(t *rapid.T) {
	events := someEvents.Draw(t, "events")
	want := 0
	for _, event := range events {
		if !m.holds(event) {
			m.entries = append(m.entries, entry{event: event})
			want++
		}
	}
	if added := m.b.enqueue(t, events...); added != want {
		t.Fatalf("added %d, want %d", added, want)
	}
}

func (m *queueModel) delay(t *rapid.T) {
	want := 0
	var due []stream.Due
	for _, event := range someEvents.Draw(t, "events") {
		at := m.soon(t)
		due = append(due, stream.Due{Event: event, At: at})
		if !m.holds(event) {
			want++
		}
		if !m.inStream(event) && !m.isParked(event) {
			m.delayed[event] = at
		}
	}
	if added := m.b.delay(t, due...); added != want {
		t.Fatalf("added %d, want %d", added, want)
	}
}

func (m *queueModel) promote(t *rapid.T) {
	limit := someLimits.Draw(t, "limit")
	order := slices.SortedFunc(maps.Keys(m.delayed), func(one, other int64) int {
		if c := m.delayed[one].Compare(m.delayed[other]); c != 0 {
			return c
		}
		return cmpText(one, other) // members of equal score are in the order of their text
	})
	want, next := 0, time.Time{}
	for _, event := range order {
		if want == limit || m.delayed[event].After(m.now) {
			next = m.delayed[event]
			break
		}
		m.entries = append(m.entries, entry{event: event})
		delete(m.delayed, event)
		want++
	}
	if moved, got := m.b.promote(t, m.now, limit); moved != want || !got.Equal(next) {
		t.Fatalf("moved %d, next %v; want %d, %v", moved, got, want, next)
	}
}

func cmpText(one, other int64) int {
	return strings.Compare(strconv.FormatInt(one, 10), strconv.FormatInt(other, 10))
}

func (m *queueModel) read(t *rapid.T) {
	consumer, limit := someConsumers.Draw(t, "consumer"), someLimits.Draw(t, "limit")
	var want []int64
	var fresh []*entry
	for i := range m.entries {
		if m.entries[i].id == "" && len(want) < limit {
			want = append(want, m.entries[i].event)
			fresh = append(fresh, &m.entries[i])
		}
	}
	got := m.b.read(t, consumer, limit)
	if diff := cmp.Diff(want, eventsOf(got)); diff != "" {
		t.Fatal(diff)
	}
	for i, message := range got {
		fresh[i].id, fresh[i].consumer, fresh[i].deliveries = message.StreamID, consumer, 1
	}
	m.handed = append(m.handed, got...)
}

func (m *queueModel) done(t *rapid.T) {
	messages := m.someHanded(t)
	for _, message := range messages {
		m.take(message)
	}
	m.b.done(t, messages...)
}

func (m *queueModel) postpone(t *rapid.T) {
	messages, at := m.someHanded(t), m.soon(t)
	for _, message := range messages {
		if m.take(message) {
			m.delayed[message.Event] = at
		}
	}
	m.b.postpone(t, at, messages...)
}

func (m *queueModel) park(t *rapid.T) {
	list := parkedList{rapid.Int64Range(1, 2).Draw(t, "webhook"), rapid.Bool().Draw(t, "again")}
	var parkings []stream.Parking
	for _, message := range m.someHanded(t) {
		parkings = append(parkings, stream.Parking{Message: message, Webhook: list.webhook, Again: list.again, At: m.now})
		if m.take(message) {
			m.parked[list] = append(m.parked[list], message.Event)
		}
	}
	if err := m.b.Park(context.Background(), parkings); err != nil {
		t.Fatal(err)
	}
}

func (m *queueModel) unpark(t *rapid.T) {
	webhook, limit := rapid.Int64Range(1, 2).Draw(t, "webhook"), someLimits.Draw(t, "limit")
	moved := 0
	move := func(again bool, n int) {
		list := parkedList{webhook, again}
		n = min(n, len(m.parked[list]))
		for _, event := range m.parked[list][:n] {
			m.entries = append(m.entries, entry{event: event})
		}
		m.parked[list] = m.parked[list][n:]
		moved += n
	}
	move(true, limit/4)
	move(false, limit-moved)
	move(true, limit-moved)
	left := len(m.parked[parkedList{webhook, false}]) + len(m.parked[parkedList{webhook, true}])
	got, err := m.b.Unpark(context.Background(), []stream.Move{{Webhook: webhook, Limit: limit, Again: m.now}})
	if err != nil || len(got) != 1 || got[0] != (stream.Moved{Moved: moved, Left: left}) {
		t.Fatalf("%v, %v; want %d moved and %d left", got, err, moved, left)
	}
}

func (m *queueModel) reclaim(t *rapid.T) {
	consumer, limit := someConsumers.Draw(t, "consumer"), someLimits.Draw(t, "limit")
	var want []stream.DeliveryMessage
	for i := range m.entries {
		if e := &m.entries[i]; e.id != "" && len(want) < limit {
			e.consumer = consumer
			e.deliveries++
			want = append(want, stream.DeliveryMessage{StreamID: e.id, Event: e.event, Deliveries: e.deliveries})
		}
	}
	got := m.b.reclaim(t, consumer, limit)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatal(diff)
	}
	m.handed = append(m.handed, got...)
}

func (m *queueModel) heartbeat(t *rapid.T) {
	consumer, ids := someConsumers.Draw(t, "consumer"), streamIDs(m.someHanded(t))
	var want []string
	for _, id := range ids {
		if !slices.ContainsFunc(m.entries, func(e entry) bool { return e.id == id && e.consumer == consumer }) {
			want = append(want, id)
		}
	}
	lost, err := m.b.HeartbeatDeliveries(context.Background(), consumer, ids...)
	if diff := cmp.Diff(want, lost, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(one, other string) bool { return one < other })); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
}

func (m *queueModel) reconcile(t *rapid.T) {
	if repaired := m.b.reconcile(t); repaired != 0 {
		t.Fatalf("the queue contradicted itself: %d", repaired)
	}
}

func (m *queueModel) flush(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "flush") > 0 { // else nothing else would ever happen
		t.Skip("not now")
	}
	m.b.flush(t)
	// Ids of the same millisecond may come again after the loss of a stream, so
	// messages from before are left to TestWipeLosesTimeOnly.
	m.entries, m.delayed, m.handed = nil, map[int64]time.Time{}, nil
	m.parked = map[parkedList][]int64{}
}

func (m *queueModel) wait(t *rapid.T) {
	m.now = m.now.Add(time.Duration(someDelays.Draw(t, "s")) * time.Second)
}

// compare checks what Redis holds against the model: nothing is lost, nothing is
// there twice, and the set of queued events is that of all others together.
func (m *queueModel) compare(t *rapid.T) {
	ctx := context.Background()
	var inStream, wantStream []string
	for _, x := range m.b.client.XRange(ctx, stream.DeliveriesKey(), "-", "+").Val() {
		inStream = append(inStream, fmt.Sprint(x.Values["e"]))
	}
	queued := map[string]bool{}
	for _, e := range m.entries {
		wantStream = append(wantStream, strconv.FormatInt(e.event, 10))
		queued[strconv.FormatInt(e.event, 10)] = true
	}
	if diff := cmp.Diff(wantStream, inStream); diff != "" {
		t.Fatalf("stream: %s", diff)
	}
	delayed, wantDelayed := map[string]float64{}, map[string]float64{}
	for _, z := range m.b.client.ZRangeWithScores(ctx, stream.DelayedKey(), 0, -1).Val() {
		delayed[fmt.Sprint(z.Member)] = z.Score
	}
	for event, at := range m.delayed {
		wantDelayed[strconv.FormatInt(event, 10)] = float64(at.UnixMilli())
		queued[strconv.FormatInt(event, 10)] = true
	}
	if diff := cmp.Diff(wantDelayed, delayed); diff != "" {
		t.Fatalf("delayed: %s", diff)
	}
	for list, events := range m.parked {
		fresh, again := stream.ParkedLists(list.webhook)
		if list.again {
			fresh = again
		}
		var want []string
		for _, event := range events {
			want = append(want, strconv.FormatInt(event, 10))
			queued[strconv.FormatInt(event, 10)] = true
		}
		if diff := cmp.Diff(want, m.b.client.LRange(ctx, fresh, 0, -1).Val(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("parked: %s", diff)
		}
	}
	members := m.b.client.SMembers(ctx, stream.QueuedKey()).Val()
	slices.Sort(members)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(queued)), members, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("queued: %s", diff)
	}
}

func (m *queueModel) inStream(event int64) bool {
	return slices.ContainsFunc(m.entries, func(e entry) bool { return e.event == event })
}

func (m *queueModel) holds(event int64) bool {
	_, delayed := m.delayed[event]
	return delayed || m.inStream(event) || m.isParked(event)
}

func (m *queueModel) isParked(event int64) bool {
	for _, events := range m.parked {
		if slices.Contains(events, event) {
			return true
		}
	}
	return false
}

// take removes the very entry that the message stands for, where it is still there.
func (m *queueModel) take(message stream.DeliveryMessage) bool {
	before := len(m.entries)
	m.entries = slices.DeleteFunc(m.entries, func(e entry) bool { return e.id == message.StreamID })
	return len(m.entries) < before
}

// someHanded draws from all messages that were ever handed out, so that many are
// late; one may come twice.
func (m *queueModel) someHanded(t *rapid.T) []stream.DeliveryMessage {
	if len(m.handed) == 0 {
		t.Skip("nothing was handed out")
	}
	recent := m.handed[max(0, len(m.handed)-12):]
	return rapid.SliceOfN(rapid.SampledFrom(recent), 1, 5).Draw(t, "messages")
}

func (m *queueModel) soon(t *rapid.T) time.Time {
	return m.now.Add(time.Duration(someDelays.Draw(t, "s")) * time.Second)
}
